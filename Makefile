# Two commands: `make run` and `make test`. `make help` lists the rest.
#
# Needs Go and Node. Versions are exact (go.mod, scripts/tools/go.mod, package-lock.json); nothing is downloaded as a
# binary, nothing is installed outside this directory, except what `make test` installs as root on Debian.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Twelve letters of the commit, however many a clone would need to tell its own apart: two builds of one commit are to be equal.
VERSION := $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null || echo unknown)
MODULE := github.com/bodhi-gateway/bodhi
TOOL := go tool -modfile=scripts/tools/go.mod

# How many packages are tested at a time. Browser and wire tests start processes of their own, so two are enough.
P ?= 2
# How long each fuzz target runs.
FUZZTIME ?= 20s

# No cgo anywhere: one static binary, and no C compiler needed.
export CGO_ENABLED := 0

.PHONY: run
run: build ## start everything on http://127.0.0.1:8080 with the offline sandbox provider
	@BODHI_EGRESS_ALLOW_PRIVATE="$${BODHI_EGRESS_ALLOW_PRIVATE:-127.0.0.0/8,::1/128}" exec bin/bodhi serve

.PHONY: test
test: binary ## everything: generated files, vet, lint, all tests on SQLite and PostgreSQL, real clients, a real browser
	@scripts/services.sh scripts/test.sh all

.PHONY: test-quick
test-quick: generate ## the inner loop: vet and all tests on SQLite, without browser and clients
	@scripts/test.sh quick

.PHONY: build
build: generate binary ## bin/bodhi

# From the binary itself: what the linker put in, as it says itself.
.PHONY: sbom
sbom: binary ## bin/bodhi.cdx.json: what is in bin/bodhi, with versions, hashes and licences (CycloneDX); bin/THIRD-PARTY.txt: their texts, to go with it
	@$(TOOL) cyclonedx-gomod bin -json -std -noserial -output bin/bodhi.cdx.json bin/bodhi
	@go run ./scripts/bill -binary bin/bodhi -bill bin/bodhi.cdx.json -notices bin/THIRD-PARTY.txt

# Without generating: `make test` checks the committed templates against their sources, so it must not refresh them.
#
# Templates are not inlined into each other: that makes a tenth of the program, and pages no quicker.
.PHONY: binary
binary: vendor
	go build -trimpath -gcflags "$(MODULE)/views/...=-l" -ldflags "-s -w -X main.version=$(VERSION)" -o bin/bodhi ./cmd/bodhi

.PHONY: generate
generate: ## Go code from templates; it is committed, and a test compares
	@go tool templ generate -log-level error

.PHONY: vendor
vendor: static/vendor/.stamp ## files of others that the dashboard serves, from npm into static/vendor

static/vendor/.stamp: node_modules/.package-lock.json scripts/vendor.mjs
	@node scripts/vendor.mjs
	@touch $@

node_modules/.package-lock.json: package-lock.json .npmrc
	npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: fmt
fmt: ## format Go and templates
	gofmt -w $$(find . -name '*.go' -not -path './node_modules/*')
	go tool templ fmt -log-level error views app

.PHONY: lint
lint: ## gofmt, vet, staticcheck
	@scripts/test.sh lint

.PHONY: vuln
vuln: generate ## look for known vulnerabilities in what the program is made of
	@go run ./scripts/vuln $(VULN)

.PHONY: check
check: generate lint test-quick ## what to run before a commit

.PHONY: bench
bench: build ## measure against a plain reverse proxy, side by side; prints a table, writes var/bench.json
	go run ./e2e/bench -bodhi bin/bodhi -out var/bench.json $(BENCH)

.PHONY: proof
proof: build ## prove that budgets hold, that no clock tells keys apart, that nobody gains rights, that large organizations' pages are quick, that a year leaves the books exact, that two builds are equal (an hour and a half)
	@mkdir -p var && rm -f var/proof.json
	go test ./app/ledger/sim -count=1 -v -run Survives -seeds 3000 -figures $(CURDIR)/var/proof.json | grep -E 'seeds|FAIL|^ok'
	go test ./app/ledger/sim -count=1 -run Planted -seeds 3000 -figures $(CURDIR)/var/proof.json
	go test ./app/budget -count=1 -v -run AdmissionAdds -figures $(CURDIR)/var/proof.json | grep -E 'admission:|FAIL|^ok'
	go test ./app/gateway -count=1 -v -run 'ClientThatLeavesIs|NothingIsLeft' -gone 100ms -cleanup 2s | grep -E 'p99|slowest|FAIL|^ok'
	go test ./app/llm/scan -count=1 -v -run TwoParsers -texts 10000000 | grep -E ' texts|FAIL|^ok'
	scripts/services.sh go test ./app/replay -count=1 -v -run OneOfManyAtOnce -races 1000 | grep -E ' races|FAIL|^ok'
	go test ./app/key -count=1 -v -run ToldApartByTime -calls 1000000 | grep -E 'against|FAIL|^ok'
	go test ./app/identity -count=1 -v -timeout 40m -run NobodyEverGains -sequences 1000000 | grep -E 'sequences|FAIL|^ok'
	scripts/services.sh go test ./app -count=1 -v -tags onewall -run NoRouteTells | grep -E '^ *---|FAIL|^ok'
	scripts/services.sh go test ./app -count=1 -v -timeout 30m -run LargeOrganization -large | grep -E ' ms |takes|FAIL|^ok'
	go test ./app -count=1 -v -timeout 60m -run YearOfACompany -year -figures $(CURDIR)/var/proof.json | grep -E '2025-|hard limits|FAIL|^ok'
	TEST_BINARY=$(CURDIR)/bin/bodhi go test ./e2e/proof -count=1 -timeout 40m -long -figures $(CURDIR)/var/proof.json
	TEST_BINARY=$(CURDIR)/bin/bodhi go test ./e2e/overload -count=1 -v -timeout 20m -long -figures $(CURDIR)/var/proof.json | grep -E 'asked for|sent|FAIL|^ok'
	scripts/twice.sh anew
	@cat var/proof.json

.PHONY: soak
soak: build ## let it work for SOAK (8h) and hold memory, goroutines, descriptors to a level line; writes var/soak.json
	@mkdir -p var
	TEST_BINARY=$(CURDIR)/bin/bodhi go test ./e2e/soak -count=1 -v -timeout 0 -for $(or $(SOAK),8h) -figures $(CURDIR)/var/soak.json | grep -E '"|rose|FAIL|^ok'

.PHONY: screens
screens: build ## take pictures of every page, light and dark, wide and on a telephone, into var/screens
	TEST_BINARY=$(CURDIR)/bin/bodhi scripts/services.sh go test ./e2e/browser -count=1 -timeout 40m -pictures

.PHONY: pictures
pictures: build ## take the documentation's pictures anew, into docs/pictures
	TEST_BINARY=$(CURDIR)/bin/bodhi scripts/services.sh go test ./e2e/browser -count=1 -timeout 20m -run Documentations -docs

.PHONY: clients
clients: binary ## run Codex, Claude Code, opencode and Gemini CLI, headless, through the gateway; fetches them from npm into var/
	@e2e/clients/run.sh

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (20s)
	@scripts/fuzz.sh $(FUZZTIME)

# The packages that money and secrets pass through: the ledger, settlement, encryption, who may do what, what goes out.
CORE ?= app/ledger app/budget app/secret app/org app/egress

# What serves requests and keeps the books, and all else in which things happen at once.
RACE ?= $(addprefix ./app/,ledger/... budget live work memo turnstile limit/... cache/... health/... balance/... route policy key secret trace ingress egress gateway provider/... transcript batch evaluation web) ./jobs ./db ./app

# It needs cgo, and so a C compiler, which nothing else here does; and several times the time of the tests alone.
.PHONY: race
race: export CGO_ENABLED := 1
race: vendor ## run the tests of RACE (what serves and keeps the books) under the race detector; needs a C compiler; an hour or more
	@mkdir -p var
	@nice scripts/services.sh go test -race -vet=off -p $(P) -timeout 60m $(RACE) >var/race.log 2>&1 || { grep -aE -A 40 '^(WARNING: DATA RACE|--- FAIL|FAIL)' var/race.log || tail var/race.log; exit 1; }
	@grep -a '^ok' var/race.log

.PHONY: coverage
coverage: ## how much of the code its tests reach, of each core package and overall; 85% is the goal
	@mkdir -p var
	@scripts/services.sh go test -p $(P) -coverpkg=./app/...,./db/...,./jobs/... -coverprofile=var/cover.out $(or $(COVER),./app/... ./db/... ./jobs/...) >var/cover.log || { grep -E '^(---|FAIL)' var/cover.log; exit 1; }
	@awk -v core="$(CORE)" -f scripts/coverage.awk var/cover.out

# On SQLite alone; what only tests of other packages would notice is not seen.
.PHONY: mutation
mutation: ## change MUTATE (app/money, the core packages) in small ways and count what their own tests notice; half an hour
	@mkdir -p var
	@TEST_DATABASE_URL=off nice go run ./scripts/mutate $(or $(MUTATE),app/money $(CORE))

.PHONY: clean
clean: ## remove what was built and fetched; keeps your data in var/
	rm -rf bin node_modules
	find static/vendor -mindepth 1 ! -name README.md -delete

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
