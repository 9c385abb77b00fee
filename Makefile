# `make` explains itself: each target's line ends with what it does.

LINT = go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## Show this help.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  %-18s %s\n", $$1, $$2}'

.PHONY: run
run: console playground ## Serve a demo tenant with its console on http://127.0.0.1:8080 (database: autoclaim.db).
	CGO_ENABLED=0 go run ./cmd/autoclaim serve --dev

.PHONY: build
build: console playground ## Build bin/autoclaim.
	CGO_ENABLED=0 go build -trimpath -o bin/autoclaim ./cmd/autoclaim

# The program embeds the playground's files. It is whole without them, but for the playground.
.PHONY: playground
playground: ## Build the playground's files, if there is Node.js.
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory internal/web/playground/dist/index.html; \
	else echo "There is no npm in the PATH: the server will have no playground. Install Node.js 20 or newer for it." >&2; fi

internal/web/playground/dist/index.html: node_modules/.package-lock.json $(shell find playground examples/operations -type f -not -name package.json -not -path '*/node_modules/*')
	node playground/build.mjs

# The same for the admin console.
.PHONY: console
console: ## Build the admin console's files, if there is Node.js.
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory internal/web/console/dist/index.html; \
	else echo "There is no npm in the PATH: the server will have no console. Install Node.js 20 or newer for it." >&2; fi

internal/web/console/dist/index.html: node_modules/.package-lock.json internal/web/console/compress.mjs $(shell find web -type f -not -path '*/node_modules/*')
	find internal/web/console/dist -mindepth 1 -not -name .gitignore -delete
	npm run build --prefix web
	node internal/web/console/compress.mjs

# What the console, the playground, the example clients and their tests need, as package-lock.json has it.
node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: test-go test-web test-api test-console faults-short ## Run all tests, on SQLite and on PostgreSQL, in a browser, and under faults.

# RACE=1 looks for data races too; that needs a C compiler.
.PHONY: test-go
test-go: postgresql pgbouncer ## Run the tests of the Go code.
	CGO_ENABLED=$(if $(RACE),1,0) go test $(if $(RACE),-race) -timeout 10m ./...
	cd examples/signin && go vet ./... && CGO_ENABLED=0 go test -timeout 5m ./...

# FAULTS takes the program's flags, such as FAULTS='-only PostgreSQL -seed 7'; -help lists them.
.PHONY: faults
faults: postgresql ## Let everything break under load, and check that nothing is lost or given twice (up to half an hour).
	CGO_ENABLED=0 go run ./test/faults $(FAULTS)

.PHONY: faults-short
faults-short: postgresql ## Do so with the faults that matter most, once each (about a minute).
	CGO_ENABLED=0 go run ./test/faults -short -times 2 $(FAULTS)

.PHONY: faults-safeguards
faults-safeguards: postgresql ## Take each safeguard away, and fail unless that is found.
	CGO_ENABLED=0 go run ./test/faults -safeguards $(FAULTS)

PLAYWRIGHT = ../../node_modules/.bin/playwright test

.PHONY: test-api
test-api: node chromium build lint-schema ## Run the tests of the API as its clients meet it: protocol, schema, examples, playground.
	cd examples/typescript && ../../node_modules/.bin/tsc
	cd playground && ../node_modules/.bin/tsc
	cd examples/go && go vet ./...
	cd test/api && $(PLAYWRIGHT)

.PHONY: test-web
test-web: node node_modules/.package-lock.json ## Run the unit tests of the console.
	cd web && ../node_modules/.bin/vitest run

.PHONY: test-console
test-console: node chromium postgresql build ## Run the tests of the console in a browser, on SQLite and on PostgreSQL.
	cd examples/signin && CGO_ENABLED=0 go build -o ../../bin/signin .
	cd test/console && $(PLAYWRIGHT)

.PHONY: lint-schema
lint-schema: node_modules/.package-lock.json ## Lint the schema, and the operations of the examples and of the console.
	node_modules/.bin/eslint --no-config-lookup -c test/api/eslint.config.mjs schema.graphqls 'examples/operations/*.graphql'
	OPERATIONS='web/src/**/*.graphql' node_modules/.bin/eslint --no-config-lookup -c test/api/eslint.config.mjs 'web/src/**/*.graphql'

# The tests start servers and browsers of their own. What is missing of them is installed on Debian.
install = if command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $(1); \
	else echo "The tests need $(2) in the PATH." >&2; exit 1; fi

.PHONY: postgresql
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	{ $(call install,postgresql,the programs of a PostgreSQL 15+ server (initdb and postgres)); }

.PHONY: pgbouncer
pgbouncer:
	@command -v pgbouncer >/dev/null || ls /usr/sbin/pgbouncer >/dev/null 2>&1 || { $(call install,pgbouncer,pgbouncer); }

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { $(call install,chromium,chromium); }

.PHONY: node
node:
	@command -v npm >/dev/null || { $(call install,nodejs npm,Node.js 20 or newer with npm); }
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || { echo "Node.js 20 or newer is needed." >&2; exit 1; }

.PHONY: lint
lint: lint-go lint-web ## Look for mistakes and for imports that point the wrong way.

.PHONY: lint-go
lint-go:
	go vet ./...
	$(LINT) run

.PHONY: lint-web
lint-web: node node_modules/.package-lock.json ## Lint the console's code, and check its types and its formatting.
	cd web && ../node_modules/.bin/tsc
	cd web && ../node_modules/.bin/eslint .
	node_modules/.bin/prettier --check web test/console

.PHONY: format
format: node node_modules/.package-lock.json ## Format all code.
	$(LINT) fmt
	node_modules/.bin/prettier --log-level warn --write web test/console

.PHONY: generate
generate: node node_modules/.package-lock.json ## Generate code from schema.graphqls: the server's, the console's and the example clients'.
	go tool gqlgen generate
	cd examples/go && go generate ./...
	cd examples/typescript && ../../node_modules/.bin/graphql-codegen --silent
	cd web && ../node_modules/.bin/graphql-codegen --silent

.PHONY: check-generated
check-generated: generate ## Fail if generated code or go.mod is out of date.
	go mod tidy -diff
	cd examples/signin && go mod tidy -diff
	cd examples/go && go mod tidy -diff
	git diff --exit-code -- graph examples web
	test -z "$$(git ls-files --others --exclude-standard -- graph examples web)"

.PHONY: bench
bench: node postgresql bench/postgraphile/node_modules/.package-lock.json ## Measure claims against rivals on the same database, and print ratios (about 10 minutes).
	go run ./bench

.PHONY: bench-large
bench-large: postgresql ## Measure a database of ten million claims against one of ten thousand (about 20 minutes, 20 GB).
	go run ./bench -only large -for 2s

bench/postgraphile/node_modules/.package-lock.json: bench/postgraphile/package-lock.json
	cd bench/postgraphile && npm ci --loglevel=error
	@touch $@

.PHONY: schema-fixture
schema-fixture: postgresql ## Write the fixture of a new version of the schema: a filled database, which later versions upgrade.
	CGO_ENABLED=0 go test ./internal/store -count=1 -run '^TestEachVersionOfTheSchemaHasAFixture$$' -write-fixture

.PHONY: release-schema
release-schema: ## Take the schema as released: from now on, clients of it must not break.
	cp schema.graphqls test/api/released.graphqls

# Each target of each package, one after the other: FUZZTIME=1m for longer.
FUZZTIME ?= 10s

.PHONY: fuzz
fuzz: postgresql ## Send the readers of input anything, for FUZZTIME (10s) each.
	@set -e; for package in $$(grep -rl --include='*_test.go' '^func Fuzz' graph internal | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z]*' $$package/*_test.go | cut -c6-); do \
			echo "$$package $$target"; \
			CGO_ENABLED=0 go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 2; \
		done; \
	done

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities in what the program calls.
	deploy/vulncheck.sh

.PHONY: sbom
sbom: node ## List what the program is made of, as CycloneDX, in dist/.
	mkdir -p dist
	go tool -modfile=deploy/tools/go.mod cyclonedx-gomod app -json -licenses -main cmd/autoclaim -output dist/autoclaim.cdx.json .
	node deploy/pages-sbom.mjs >dist/autoclaim-pages.cdx.json

.PHONY: release
release: ## Build what is released from the last commit into dist/: programs, SBOMs, licenses, checksums.
	deploy/release.sh

.PHONY: check-release
check-release: ## Fail unless two builds of the release are the same, byte for byte.
	deploy/check-release.sh
