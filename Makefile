# `make help` prints each target with the description after its ##.

LINT = go tool -modfile=tools/go.mod golangci-lint
DEADCODE = go tool -modfile=tools/go.mod deadcode

.PHONY: help
help: ## Show this help.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  %-18s %s\n", $$1, $$2}'

.PHONY: run
run: console playground ## Serve a demo tenant and the console on http://127.0.0.1:8080 (database: autoclaim.db).
	CGO_ENABLED=0 go run ./cmd/autoclaim serve --dev

.PHONY: build
build: console playground ## Build bin/autoclaim.
	CGO_ENABLED=0 go build -trimpath -o bin/autoclaim ./cmd/autoclaim

# The server embeds the files of the playground. Without them it works, but has no playground.
.PHONY: playground
playground: ## Build the playground, if npm is installed.
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory internal/web/playground/dist/index.html; \
	else echo "npm not found: the server will have no playground. To build it, install Node.js 20 or newer." >&2; fi

internal/web/playground/dist/index.html: node_modules/.package-lock.json $(shell find playground examples/operations -type f -not -name package.json -not -path '*/node_modules/*')
	node playground/build.mjs

# The same applies to the admin console.
.PHONY: console
console: ## Build the admin console, if npm is installed.
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory internal/web/console/dist/index.html; \
	else echo "npm not found: the server will have no console. To build it, install Node.js 20 or newer." >&2; fi

internal/web/console/dist/index.html: node_modules/.package-lock.json internal/web/console/compress.mjs $(shell find web -type f -not -path '*/node_modules/*')
	find internal/web/console/dist -mindepth 1 -not -name .gitignore -delete
	npm run build --prefix web
	node internal/web/console/compress.mjs

# The npm packages of the console, the playground, the example clients and their tests.
node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: test-go test-web test-api test-console faults-short ## Run all tests: Go, the console, the API, the console in a browser, and the short fault tests.

# RACE=1 enables the race detector, which needs a C compiler.
.PHONY: test-go
test-go: postgresql pgbouncer ## Run the Go tests.
	CGO_ENABLED=$(if $(RACE),1,0) go test $(if $(RACE),-race) -timeout 10m ./...
	cd examples/signin && go vet ./... && CGO_ENABLED=0 go test -timeout 5m ./...

# The directory of PostgreSQL's programs, and the path of PgBouncer. Tests that need a program which is not in that directory are skipped.
POSTGRES_BIN ?=
PGBOUNCER ?=

.PHONY: test-databases
test-databases: ## Run the tests of the store and of what uses it on other versions: POSTGRES_BIN=DIRECTORY PGBOUNCER=FILE.
	CGO_ENABLED=0 TEST_POSTGRES_BIN='$(POSTGRES_BIN)' TEST_PGBOUNCER='$(PGBOUNCER)' go test -count=1 -timeout 20m \
		./internal/store/... ./internal/claiming ./internal/admin ./internal/reading ./internal/reporting ./internal/catalog ./internal/upkeep ./test/model

# FAULTS has further flags, for example FAULTS='-only PostgreSQL -seed 7'. FAULTS=-help lists them.
.PHONY: faults
faults: postgresql ## Inject all faults under load, and check that nothing is lost or given twice (up to 30 minutes).
	CGO_ENABLED=0 go run ./test/faults $(FAULTS)

.PHONY: faults-short
faults-short: postgresql ## Inject only the most important faults, once each (about a minute).
	CGO_ENABLED=0 go run ./test/faults -short -times 2 $(FAULTS)

.PHONY: faults-safeguards
faults-safeguards: postgresql ## Disable each safeguard, and fail unless the checks find the violations.
	CGO_ENABLED=0 go run ./test/faults -safeguards $(FAULTS)

.PHONY: attacks
attacks: postgresql ## Attack a server with 100 hostile clients for a minute, and print its memory and the latency of others.
	CGO_ENABLED=0 go test ./test/attacks -count=1 -v -timeout 10m -run '^TestAQuietTenantSignsInDuringAStormOfAllAttacks$$' -storm 1m

PLAYWRIGHT = ../../node_modules/.bin/playwright test

.PHONY: test-api
test-api: node chromium build lint-schema ## Run the tests of the API from the outside: protocol, schema, examples, playground.
	cd examples/typescript && ../../node_modules/.bin/tsc
	cd playground && ../node_modules/.bin/tsc
	cd examples/go && go vet ./...
	cd test/api && $(PLAYWRIGHT)

.PHONY: test-web
test-web: node node_modules/.package-lock.json ## Run the unit tests of the console.
	cd web && ../node_modules/.bin/vitest run

.PHONY: test-console
test-console: node chromium postgresql nginx build ## Run the tests of the console in a browser, on SQLite and PostgreSQL.
	cd examples/signin && CGO_ENABLED=0 go build -o ../../bin/signin .
	cd test/console && $(PLAYWRIGHT)

.PHONY: lint-schema
lint-schema: node_modules/.package-lock.json ## Lint the schema and the operations of the examples and the console.
	node_modules/.bin/eslint --no-config-lookup -c test/api/eslint.config.mjs schema.graphqls 'examples/operations/*.graphql'
	OPERATIONS=examples/go/operations.graphql node_modules/.bin/eslint --no-config-lookup -c test/api/eslint.config.mjs examples/go/operations.graphql
	OPERATIONS='web/src/**/*.graphql' node_modules/.bin/eslint --no-config-lookup -c test/api/eslint.config.mjs 'web/src/**/*.graphql'

# The tests start their own database servers and browsers. On Debian, missing packages are installed.
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

# nginx stands between the console and its server in one test. openssl makes its certificate.
.PHONY: nginx
nginx:
	@{ command -v nginx >/dev/null || ls /usr/sbin/nginx >/dev/null 2>&1; } && command -v openssl >/dev/null || \
	{ $(call install,nginx openssl,nginx and openssl); }

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { $(call install,chromium,chromium); }

.PHONY: node
node:
	@command -v npm >/dev/null || { $(call install,nodejs npm,Node.js 20 or newer with npm); }
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || { echo "Node.js 20 or newer is needed." >&2; exit 1; }

.PHONY: lint
lint: lint-go lint-web ## Run all linters, which also check the direction of imports.

.PHONY: lint-go
lint-go: deadcode ## Run go vet, the linters of the Go code and the search for dead code.
	go vet ./...
	$(LINT) run

# gqlgen requires an unmarshal function for each scalar, also for scalars that no argument uses.
DEADCODE_ALLOWED = ^graph/.*: unreachable func: (UnmarshalDate|UnmarshalJSON)$$

.PHONY: deadcode
deadcode: ## Fail if a function is not reachable from a program or a test.
	@found=$$(CGO_ENABLED=0 $(DEADCODE) -test ./...) || exit 1; \
	found=$$(printf '%s' "$$found" | grep -vE '$(DEADCODE_ALLOWED)'); \
	if [ -n "$$found" ]; then printf 'Remove these functions:\n%s\n' "$$found" >&2; exit 1; fi

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
generate: node node_modules/.package-lock.json ## Generate the code of the server, the console and the example clients from schema.graphqls.
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
bench: node postgresql bench/postgraphile/node_modules/.package-lock.json ## Compare claims with alternatives on the same database, and print ratios (about 10 minutes).
	go run ./bench

.PHONY: bench-large
bench-large: postgresql ## Compare databases with ten million and ten thousand claims (about 20 minutes, 20 GB).
	go run ./bench -only large -for 2s

bench/postgraphile/node_modules/.package-lock.json: bench/postgraphile/package-lock.json
	cd bench/postgraphile && npm ci --loglevel=error
	@touch $@

.PHONY: schema-fixture
schema-fixture: postgresql ## Write the fixture of a new database schema version: a filled database that later versions upgrade.
	CGO_ENABLED=0 go test ./internal/store -count=1 -run '^TestEachVersionOfTheSchemaHasAFixture$$' -write-fixture

.PHONY: release-schema
release-schema: ## Mark the GraphQL schema as released. Later changes must not break its clients.
	cp schema.graphqls test/api/released.graphqls

# Runs each fuzz target of each package, one after the other. FUZZTIME=1m runs them longer.
FUZZTIME ?= 10s

.PHONY: fuzz
fuzz: postgresql ## Run each fuzz test for FUZZTIME (default: 10s).
	@set -e; for package in $$(grep -rl --include='*_test.go' '^func Fuzz' graph internal | xargs -n1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z]*' $$package/*_test.go | cut -c6-); do \
			echo "$$package $$target"; \
			CGO_ENABLED=0 go test ./$$package -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 2; \
		done; \
	done

.PHONY: vulncheck
vulncheck: ## Check the code that the server calls for known vulnerabilities.
	deploy/vulncheck.sh

.PHONY: sbom
sbom: node ## Write SBOMs of the server and its pages to dist/ (CycloneDX).
	mkdir -p dist
	go tool -modfile=deploy/tools/go.mod cyclonedx-gomod app -json -licenses -main cmd/autoclaim -output dist/autoclaim.cdx.json .
	node deploy/pages-sbom.mjs >dist/autoclaim-pages.cdx.json

.PHONY: release
release: ## Build a release of the last commit into dist/: binaries, SBOMs, licenses, checksums.
	deploy/release.sh

.PHONY: check-release
check-release: ## Fail unless two builds of the release are byte-for-byte identical.
	deploy/check-release.sh
