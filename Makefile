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
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory internal/playground/dist/index.html; \
	else echo "There is no npm in the PATH: the server will have no playground. Install Node.js 20 or newer for it." >&2; fi

internal/playground/dist/index.html: node_modules/.package-lock.json $(shell find playground examples/operations -type f -not -name package.json -not -path '*/node_modules/*')
	node playground/build.mjs

# The same for the admin console.
.PHONY: console
console: ## Build the admin console's files, if there is Node.js.
	@if command -v npm >/dev/null && [ -f web/package.json ]; then $(MAKE) --no-print-directory internal/console/dist/index.html; \
	else echo "There is no npm in the PATH: the server will have no console. Install Node.js 20 or newer for it." >&2; fi

internal/console/dist/index.html: node_modules/.package-lock.json internal/console/compress.mjs $(if $(wildcard web),$(shell find web -type f -not -path '*/node_modules/*'))
	find internal/console/dist -mindepth 1 -not -name .gitignore -delete
	npm run build --prefix web
	node internal/console/compress.mjs

# What the console, the playground, the example clients and their tests need, as package-lock.json has it.
node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: test-go test-api test-console ## Run all tests, on SQLite and on PostgreSQL, and in a browser.

# RACE=1 looks for data races too; that needs a C compiler.
.PHONY: test-go
test-go: postgresql ## Run the tests of the Go code.
	CGO_ENABLED=$(if $(RACE),1,0) go test $(if $(RACE),-race) -timeout 10m ./...

PLAYWRIGHT = ../../node_modules/.bin/playwright test

.PHONY: test-api
test-api: node chromium build lint-schema ## Run the tests of the API as its clients meet it: protocol, schema, examples, playground.
	cd examples/typescript && ../../node_modules/.bin/tsc
	cd playground && ../node_modules/.bin/tsc
	cd examples/go && go vet ./...
	cd test/api && $(PLAYWRIGHT)

.PHONY: test-console
test-console: node chromium postgresql build ## Run the tests of the console in a browser, on SQLite and on PostgreSQL.
	cd web && ../node_modules/.bin/tsc
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

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { $(call install,chromium,chromium); }

.PHONY: node
node:
	@command -v npm >/dev/null || { $(call install,nodejs npm,Node.js 20 or newer with npm); }
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || { echo "Node.js 20 or newer is needed." >&2; exit 1; }

.PHONY: lint
lint: ## Look for mistakes and for imports that point the wrong way.
	go vet ./...
	$(LINT) run

.PHONY: format
format: ## Format all code.
	$(LINT) fmt

.PHONY: generate
generate: node node_modules/.package-lock.json ## Generate code from schema.graphqls: the server's, the console's and the example clients'.
	go tool gqlgen generate
	cd examples/go && go generate ./...
	cd examples/typescript && ../../node_modules/.bin/graphql-codegen --silent
	cd web && ../node_modules/.bin/graphql-codegen --silent

.PHONY: check-generated
check-generated: generate ## Fail if generated code or go.mod is out of date.
	go mod tidy -diff
	cd examples/go && go mod tidy -diff
	git diff --exit-code -- graph examples web
	test -z "$$(git ls-files --others --exclude-standard -- graph examples web)"

.PHONY: bench
bench: node postgresql bench/postgraphile/node_modules/.package-lock.json ## Measure claims against rivals on the same database, and print ratios (about 10 minutes).
	go run ./bench

bench/postgraphile/node_modules/.package-lock.json: bench/postgraphile/package-lock.json
	cd bench/postgraphile && npm ci --loglevel=error
	@touch $@

.PHONY: release-schema
release-schema: ## Take the schema as released: from now on, clients of it must not break.
	cp schema.graphqls test/api/released.graphqls
