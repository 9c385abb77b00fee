#!/usr/bin/env bash
# Builds the release twice, from clones in two directories, and fails unless both builds are byte-for-byte identical.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

clones=("$work/first" "$work/a second one/within")
version=$(git describe --tags --always --match 'v*')

for clone in "${clones[@]}"; do
	git clone -q . "$clone"
done

for clone in "${clones[@]}"; do
	VERSION=$version "$clone/deploy/release.sh" "$clone/dist" >/dev/null
done

diff -r "$work/first/dist" "$work/a second one/within/dist"
cat "$work/first/dist/SHA256SUMS"
echo "Both builds are byte-for-byte identical."
