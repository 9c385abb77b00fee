#!/usr/bin/env bash
# Builds the release twice, from clones in two directories, and fails unless they are the same, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for clone in "$work/first" "$work/a second one/within"; do
	git clone -q . "$clone"
	git -C "$clone" checkout -q "$(git rev-parse HEAD)"
	VERSION=$(git describe --tags --always --match 'v*') "$clone/deploy/release.sh" "$clone/dist" >/dev/null
	sleep 2 # So that no time is the same by chance.
done

diff -r "$work/first/dist" "$work/a second one/within/dist"
cat "$work/first/dist/SHA256SUMS"
echo "Both are the same, byte for byte."
