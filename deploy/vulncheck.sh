#!/usr/bin/env bash
# Checks the code that the server calls for known vulnerabilities, with the toolchain of releases. If the database
# https://vuln.go.dev cannot be reached, it uses the copy of the database from the Go module proxy.
set -euo pipefail
cd "$(dirname "$0")/.."

export GOTOOLCHAIN=${RELEASE_TOOLCHAIN:-$(awk '$1 == "toolchain" {print $2}' go.mod)}
check() { go tool -modfile=deploy/tools/go.mod govulncheck "$@" ./...; }

# Exit status 3 means that a vulnerability was found, 1 that the check failed.
status=0
check || status=$?
[ "$status" = 1 ] || exit "$status"

echo "Using the database in the module golang.org/x/vulndb." >&2
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT

module=$(cd / && go mod download -json golang.org/x/vulndb@latest)
field() { sed -n "s/^\t\"$1\": \"\(.*\)\",\?$/\1/p" <<<"$module"; }
go run "golang.org/x/vulndb/cmd/indexdb@$(field Version)" -vulns "$(field Dir)/data/osv" -out "$database"
check -db "file://$database"
