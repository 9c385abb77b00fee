#!/usr/bin/env bash
# Looks for known vulnerabilities in what the program calls, built as it is released. Where the database,
# https://vuln.go.dev, cannot be reached, the copy of it is taken that the Go module proxy has.
set -euo pipefail
cd "$(dirname "$0")/.."

export GOTOOLCHAIN=${RELEASE_TOOLCHAIN:-$(awk '$1 == "toolchain" {print $2}' go.mod)}
check() { go tool -modfile=deploy/tools/go.mod govulncheck "$@" ./...; }

# Status 3 is a vulnerability, 1 that it could not look.
status=0
check || status=$?
[ "$status" = 1 ] || exit "$status"

echo "Taking the database from the module golang.org/x/vulndb." >&2
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT

module=$(cd / && go mod download -json golang.org/x/vulndb@latest)
field() { sed -n "s/^\t\"$1\": \"\(.*\)\",\?$/\1/p" <<<"$module"; }
go run "golang.org/x/vulndb/cmd/indexdb@$(field Version)" -vulns "$(field Dir)/data/osv" -out "$database"
check -db "file://$database"
