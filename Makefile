# `make` explains itself: each target's line ends with what it does.

LINT = go tool -modfile=tools/go.mod golangci-lint

.PHONY: help
help: ## Show this help.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  %-18s %s\n", $$1, $$2}'

.PHONY: run
run: ## Serve a demo tenant with a playground on http://127.0.0.1:8080 (database: autoclaim.db).
	CGO_ENABLED=0 go run ./cmd/autoclaim serve --dev

.PHONY: build
build: ## Build bin/autoclaim.
	CGO_ENABLED=0 go build -trimpath -o bin/autoclaim ./cmd/autoclaim

# RACE=1 looks for data races too; that needs a C compiler.
.PHONY: test
test: postgresql ## Run all tests, on SQLite and on PostgreSQL.
	CGO_ENABLED=$(if $(RACE),1,0) go test $(if $(RACE),-race) -timeout 10m ./...

# The tests start servers of their own. On Debian the server's programs are installed if they are missing.
.PHONY: postgresql
postgresql:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	if command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends postgresql; \
	else \
		echo "The tests need the programs of a PostgreSQL 15+ server (initdb, postgres) in the PATH." >&2; exit 1; \
	fi

.PHONY: lint
lint: ## Look for mistakes and for imports that point the wrong way.
	go vet ./...
	$(LINT) run

.PHONY: format
format: ## Format all code.
	$(LINT) fmt

.PHONY: generate
generate: ## Generate code from schema.graphqls.
	go tool gqlgen generate

.PHONY: check-generated
check-generated: generate ## Fail if generated code or go.mod is out of date.
	go mod tidy -diff
	git diff --exit-code -- graph
	test -z "$$(git ls-files --others --exclude-standard -- graph)"
