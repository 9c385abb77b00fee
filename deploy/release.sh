#!/usr/bin/env bash
# Builds a release into a directory (default: dist/): static binaries, their SBOMs and licenses, and SHA256SUMS. The build
# is reproducible and contains only committed files.
set -euo pipefail
cd "$(dirname "$0")/.."

out=$(realpath -m "${1:-dist}")
targets=${TARGETS:-"linux/amd64 linux/arm64 darwin/arm64 windows/amd64"}
version=${VERSION:-$(git describe --tags --always --match 'v*')}
when=$(git log -1 --format=%ct)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The toolchain of go.mod. Another version would produce different bytes.
export GOTOOLCHAIN=${RELEASE_TOOLCHAIN:-$(awk '$1 == "toolchain" {print $2}' go.mod)}
export CGO_ENABLED=0 GOFLAGS= GOAMD64=v1 GOARM64=v8.0 TZ=UTC LC_ALL=C
umask 022

rm -rf "$out" && mkdir -p "$out"
git clone -q . "$work/source" # With history, because the SBOM contains the version of the commit.
cd "$work/source"

if command -v npm >/dev/null; then
	make --no-print-directory console playground
	node deploy/pages-sbom.mjs >"$out/autoclaim-pages.cdx.json"
else
	echo "npm not found: the binaries will have no console and no playground." >&2
fi

# Collect the license files of all modules.
licenses="$work/licenses"
mkdir "$licenses"
go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}} {{.Dir}}{{end}}{{end}}' ./cmd/autoclaim | sort -u |
	while read -r module dir; do
		found=
		while read -r file; do
			found=1
			install -D -m 644 "$file" "$licenses/$module/$(basename "$file")"
		done < <(find "$dir" -maxdepth 1 -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' -o -iname 'notice*' \))
		[ -n "$found" ] || { echo "$module has no license" >&2; exit 1; }
	done
install -D -m 644 "$(go env GOROOT)/LICENSE" "$licenses/go/LICENSE"

go build -trimpath -buildvcs=false -modfile=deploy/tools/go.mod -o "$work/cyclonedx-gomod" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod

for target in $targets; do
	os=${target%/*} arch=${target#*/}
	name="autoclaim-$version-$os-$arch"
	program=autoclaim
	[ "$os" != windows ] || program=autoclaim.exe
	mkdir "$work/$name"

	# The version contains the commit. Go's own VCS stamp would depend on the state of the repository.
	GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=$version" \
		-o "$work/$name/$program" ./cmd/autoclaim
	GOOS=$os GOARCH=$arch "$work/cyclonedx-gomod" app -json -licenses -noserial -notimestamp \
		-main cmd/autoclaim -output "$out/$name.cdx.json" .

	cp -r README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md docs deploy/autoclaim.service "$licenses" "$work/$name/"
	tar --sort=name --mtime="@$when" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -C "$work" -cf - "$name" |
		gzip -9n >"$out/$name.tar.gz"
done

cd "$out"
sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .
cat SHA256SUMS
