# Two commands on a fresh machine: `make serve` and `make test`. They need Python 3.11 (with venv) and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help

## help: list these targets
.PHONY: help
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

# A stamp for each lock: an environment is made again only when its lock changes.
$(VENV)/%.stamp: requirements/%.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# locust brings a pytest plugin that patches sockets, so it gets an environment of its own.
LOAD := $(VENV)/load
$(LOAD)/installed.stamp: requirements/load.txt
	test -x $(LOAD)/bin/python || $(PYTHON) -m venv $(LOAD)
	$(LOAD)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# The extra otel, with what the tests need; kept apart, so that everything else is seen to work without it.
OTEL := $(VENV)/otel
$(OTEL)/installed.stamp: requirements/test.txt requirements/otel.txt
	test -x $(OTEL)/bin/python || $(PYTHON) -m venv $(OTEL)
	$(OTEL)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes $(^:%=-r %)
	touch $@

## serve: set up and run the service (PORT and COLLAB_ variables are honoured)
.PHONY: serve
serve: $(VENV)/runtime.stamp
	exec $(BIN)/python -m app

## test: set up and run the tests (TEST=--cov shows the branches that no test enters)
.PHONY: test
test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(TEST)

## bench: floor, peer and service side by side, in five minutes (BENCH="--short --json FILE --only ROW")
.PHONY: bench
bench: $(VENV)/runtime.stamp
	$(BIN)/python -m loadtests.bench $(BENCH)

## load: locust scenarios against a local service (LOAD_SECONDS=30 in all, LOAD_ONLY=soak for one)
.PHONY: load
load: $(LOAD)/installed.stamp
	$(LOAD)/bin/python -m loadtests

## check: everything that CI checks, tests included
.PHONY: check
check:
	.ci/run

## lint: format, lint, types, import directions
.PHONY: lint
lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## lint-image: Dockerfile, compose file and, where there is an nginx, its configuration
.PHONY: lint-image
lint-image: $(VENV)/dev.stamp
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	if command -v nginx >/dev/null; then nginx -t -q -c $(CURDIR)/deploy/nginx.conf; fi

## check-image: build the images, run, ask, stop and kill them; needs an engine with compose (CHECK=replicas for one)
.PHONY: check-image
check-image: $(VENV)/test.stamp
	$(BIN)/python -m tests.container $(CHECK)

## check-deployment: alerts, dashboard and manifests, by the tools that will read them (Prometheus, kubectl)
.PHONY: check-deployment
check-deployment: $(VENV)/dev.stamp
	@{ command -v prometheus && command -v kubectl; } >/dev/null \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus kubernetes-client; } \
	  || { echo "Prometheus (with promtool) and kubectl are needed here"; exit 1; }
	$(BIN)/python -m pytest tests/deployment

# What the linter and the TypeScript client need; npm's own record is the stamp.
NODE_TOOLS := tests/clients/node_modules/.package-lock.json
$(NODE_TOOLS): tests/clients/package.json tests/clients/package-lock.json
	@command -v npm > /dev/null || { echo "Node 20.19 or newer, with npm, is needed here" >&2; exit 1; }
	cd tests/clients && npm ci --silent
	touch $@

# The generator and what it generates need other releases than the service; they get an environment of their own.
CLIENTS := $(VENV)/clients
$(CLIENTS)/installed.stamp: requirements/clients.txt
	test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

## check-openapi: openapi.json under a strict linter; needs Node
.PHONY: check-openapi
check-openapi: $(NODE_TOOLS)
	cd tests/clients && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	  node_modules/.bin/redocly lint --config lint/redocly.yaml ../../openapi.json

## check-clients: a TypeScript and a Python client, generated, type-checked, used against the service; needs Node
.PHONY: check-clients
check-clients: $(VENV)/dev.stamp $(NODE_TOOLS) $(CLIENTS)/installed.stamp
	$(BIN)/python -m tests.clients $(CLIENTS)

## format: write the code the way `lint` wants it
.PHONY: format
format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

## drift: the generated files are what their sources say
.PHONY: drift
drift: $(VENV)/dev.stamp
	$(BIN)/python -m mission_collaboration.contract.schemas.generate --check
	$(BIN)/python -m conformance.generate --check
	$(BIN)/python -m app.api.openapi --check
	$(BIN)/python -m docs.generate --check

## check-otel: traces, with the extra for them
.PHONY: check-otel
check-otel: $(OTEL)/installed.stamp
	$(OTEL)/bin/python -m pytest tests/tracing

## fuzz: the published API under fire, with data that fits its document and data that does not
.PHONY: fuzz
fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests/fuzz

## check-hostile: the hostile corpus against the server as it ships, three times, over real sockets
.PHONY: check-hostile
check-hostile: $(VENV)/test.stamp
	$(BIN)/python -m pytest tests/hostile

## soak: good clients among hostile ones for SECONDS=600, every answer checked, with an eye on memory; not in CI
SECONDS ?= 600
.PHONY: soak
soak: $(VENV)/test.stamp
	$(BIN)/python -m tests.hostile $(SECONDS)

## conformance: the kit against the service on a free port, or against KIT="--url http://localhost:8000"
.PHONY: conformance
conformance: $(VENV)/test.stamp
	$(BIN)/python -m pytest conformance $(KIT)

## check-browser: a real Chromium (CHROMIUM=path, else the machine's own) goes through the pages and tries every example
.PHONY: check-browser
check-browser: $(VENV)/dev.stamp
	@test -n "$(CHROMIUM)" || command -v chromium || command -v chromium-browser || command -v google-chrome \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } \
	  || { echo "There is no Chromium here: apt-get install chromium, or set CHROMIUM to the path of one"; exit 1; }
	CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest tests/browser

## mutants: break the contract and the reducer a thousand times and see the tests go red; not in CI, 40 minutes
.PHONY: mutants
mutants: $(VENV)/mutants.stamp
	HYPOTHESIS_PROFILE=mutants $(BIN)/mutmut run
	$(BIN)/mutmut results

## generated: write the schemas, openapi.json and the generated documents again
.PHONY: generated
generated: $(VENV)/dev.stamp
	$(BIN)/python -m mission_collaboration.contract.schemas.generate
	$(BIN)/python -m conformance.generate
	$(BIN)/python -m app.api.openapi
	$(BIN)/python -m docs.generate

# Extras stay in the names: pip 23 holds `coverage[toml]` to no pin of `coverage`, and refuses its next release.
## lock: resolve the dependencies anew, with hashes and without addresses
.PHONY: lock
lock: $(VENV)/dev.stamp
	for extra in runtime otel backend test dev clients load mutants; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-annotate --no-strip-extras $$(test $$extra = runtime || echo --extra $$extra) \
	    pyproject.toml -o requirements/$$extra.txt || exit 1; \
	done
