# Two commands on a fresh machine: `make serve` and `make test`. They need make and Python 3.11 or newer with venv.

# The first Python that is new enough, or the one that PYTHON names; that one gets an environment of its own.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON     ?= $(firstword $(foreach python,python3.11 python3.12 python3.13 python3,$(shell \
                $(python) -c '$(NEW_ENOUGH)' 2>/dev/null && echo $(python))))
VERSION    := $(shell test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
VENV       := .venv$(if $(filter command line environment,$(origin PYTHON)),/python-$(VERSION))
BIN        := $(VENV)/bin
INSTALL     = python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help

.PHONY: help
help:
	@sed -n 's/^##//p' $(firstword $(MAKEFILE_LIST))

##Use
## serve         set up and run the service (PORT=8000, PYTHON=python3.12, COLLAB_ variables)
## replay-demo   make a history of 200,000 events, replay it, print the census
## conformance   the kit against this service, or against KIT="--url http://localhost:8000"

##
##Develop
## test          set up and run the tests (TEST=--cov shows the branches that no test enters)
## format        write the code the way `lint` wants it
## lint          format, lint, types, import directions, image and compose file
## generated     write schemas, openapi.json, examples and tables again; `make drift` compares them

##
##Check
## check         everything that CI checks: lint, drift, all suites, a short bench, the tests
## check-SUITE   one of: backend browser clients container costs deployment explorer fuzz hostile install lowest openapi
##               pythons spark tracing
## bench         floor, peer and service side by side, in ten minutes (BENCH="--short --json FILE --only ROW")
## load          locust scenarios against a local service (LOAD_SECONDS=30 in all, LOAD_ONLY=soak for one)

##
##Maintain
## soak          good clients among hostile ones for SECONDS=600, every answer checked; not in CI
## mutants       break the contract and the reducer a thousand times and see tests go red; not in CI, 40 minutes
## lock          resolve the dependencies anew, with hashes and without addresses

# Environments: each has a stamp for its lock, and is made again only when the lock changes.

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none is on the PATH. Name one: make serve PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "$(PYTHON) does not run. Python 3.11 or newer is needed." >&2; exit 2; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $(VERSION)." >&2; exit 2; }

$(VENV)/%.stamp: requirements/%.txt | python
	@echo "Installing requirements/$*.txt into $(VENV) with Python $(VERSION), once; this takes a minute ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/$(INSTALL) -r $<
	@touch $@

# With these the allocator gives large blocks back to the system once they are freed; the image has them too.
ALLOCATOR := MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=8388608 MALLOC_ARENA_MAX=2

# locust brings a pytest plugin that patches sockets; the generator of the client needs other releases than the service;
# the tests are to be seen passing without otel and spark. Each gets an environment of its own.
LOAD    := $(VENV)/load
CLIENTS := $(VENV)/clients
OTEL    := $(VENV)/otel
SPARK   := $(VENV)/spark
$(LOAD)/installed.stamp: requirements/load.txt
$(CLIENTS)/installed.stamp: requirements/clients.txt
$(OTEL)/installed.stamp: requirements/test.txt requirements/otel.txt
$(SPARK)/installed.stamp: requirements/test.txt requirements/spark.txt
$(VENV)/%/installed.stamp: | python
	@echo "Installing $^ into $(VENV)/$* with Python $(VERSION), once ..." >&2
	@test -x $(VENV)/$*/bin/python || $(PYTHON) -m venv $(VENV)/$*
	@$(VENV)/$*/bin/$(INSTALL) $(^:%=-r %)
	@touch $@

# What the linter of openapi.json and the TypeScript client need; npm's own record is the stamp.
NODE_TOOLS := tests/clients/node_modules/.package-lock.json
$(NODE_TOOLS): tests/clients/package.json tests/clients/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20.19 or newer, with npm, is needed here" >&2; exit 1; }
	cd tests/clients && npm ci --silent
	touch $@

# The explorer's tools: esbuild, TypeScript, Preact, axe. What they make is committed.
EXPLORER := app/api/pages/explore
$(EXPLORER)/node_modules/.package-lock.json: $(EXPLORER)/package.json $(EXPLORER)/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20.19 or newer, with npm, is needed here" >&2; exit 1; }
	cd $(EXPLORER) && npm ci --silent
	touch $@

# Use

.PHONY: serve
serve: $(VENV)/server.stamp
	@exec env $(ALLOCATOR) $(BIN)/python -m app

.PHONY: conformance
conformance: $(VENV)/test.stamp
	$(BIN)/python -m pytest conformance $(KIT)

DEMO := build/replay-demo
.PHONY: replay-demo
replay-demo: $(VENV)/test.stamp
	@rm -rf $(DEMO)
	@echo "Making a history of 200,000 events in $(DEMO)/history ..." >&2
	@$(BIN)/python -m loadtests.history $(DEMO)/history --events 200000 --faults
	$(BIN)/python -m mission_collaboration replay $(DEMO)/history --out $(DEMO)/replayed
	@cat $(DEMO)/replayed/census.json

# Develop

.PHONY: test
test: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(TEST)

.PHONY: format
format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lint
lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml deploy/compose.keys.yml
	if command -v nginx >/dev/null; then nginx -t -q -c $(CURDIR)/deploy/nginx.conf; fi

GENERATORS := mission_collaboration.contract.schemas.generate conformance.generate app.api.openapi docs.generate

.PHONY: generated
generated: $(VENV)/dev.stamp
	for generator in $(GENERATORS); do $(BIN)/python -m $$generator || exit 1; done

.PHONY: drift
drift: $(VENV)/dev.stamp
	for generator in $(GENERATORS); do $(BIN)/python -m $$generator --check || exit 1; done

# Check

.PHONY: check
check:
	.ci/run

.PHONY: bench
bench: $(VENV)/server.stamp
	$(BIN)/python -m loadtests.bench $(BENCH)

.PHONY: load
load: $(LOAD)/installed.stamp
	$(LOAD)/bin/python -m loadtests

# The example backend on a PostgreSQL of its own: killed at a twentieth of the points where it can die; `proof` tries all.
check-backend: SHARE := 0.05
proof:         SHARE := 1
.PHONY: check-backend
.PHONY: proof
check-backend proof: $(VENV)/dev.stamp
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } \
	  || { echo "PostgreSQL's server is needed here: apt-get install postgresql"; exit 1; }
	PROOF_SHARE=$(SHARE) $(BIN)/python -m pytest -s tests/backend

# A real Chromium (CHROMIUM=path, else the machine's own) goes through the pages and tries every example.
.PHONY: check-browser
check-browser: $(VENV)/dev.stamp $(EXPLORER)/node_modules/.package-lock.json
	@test -n "$(CHROMIUM)" || command -v chromium || command -v chromium-browser || command -v google-chrome \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } \
	  || { echo "There is no Chromium here: apt-get install chromium, or set CHROMIUM to the path of one"; exit 1; }
	CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest tests/browser

# The explorer: types, its pure parts, and that the committed bundle is what its source says.
.PHONY: check-explorer
check-explorer: $(EXPLORER)/node_modules/.package-lock.json
	cd $(EXPLORER) && npm run --silent check && npm test --silent

# A TypeScript and a Python client: generated, type-checked, used against the service.
.PHONY: check-clients
check-clients: $(VENV)/dev.stamp $(NODE_TOOLS) $(CLIENTS)/installed.stamp
	CLIENTS_VENV=$(CURDIR)/$(CLIENTS) $(BIN)/python -m pytest -s tests/clients

# Build the images, run, ask, stop and kill them; needs an engine with compose. Not in CI.
.PHONY: check-container
check-container: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -s tests/container

# Alerts, dashboard and manifests, by the tools that will read them.
.PHONY: check-deployment
check-deployment: $(VENV)/dev.stamp
	@{ command -v prometheus && command -v kubectl; } >/dev/null \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus kubernetes-client; } \
	  || { echo "Prometheus (with promtool) and kubectl are needed here"; exit 1; }
	$(BIN)/python -m pytest tests/deployment

# The published API under fire, with data that fits its document and data that does not.
.PHONY: check-fuzz
check-fuzz: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests/fuzz

# Three thousand hostile requests against the server as it ships, over real sockets, with an eye on memory.
.PHONY: check-hostile
check-hostile: $(VENV)/test.stamp
	$(BIN)/python -m pytest tests/hostile --ignore=tests/hostile/test_costs.py

.PHONY: check-costs
check-costs: $(VENV)/test.stamp
	$(BIN)/python -m pytest tests/hostile/test_costs.py

# The wheel in a fresh environment outside this folder, used as its users will.
.PHONY: check-install
check-install: $(VENV)/dev.stamp
	$(BIN)/python -m pytest tests/install

# openapi.json under a strict linter.
.PHONY: check-openapi
check-openapi: $(NODE_TOOLS)
	cd tests/clients && REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
	  node_modules/.bin/redocly lint --config lint/redocly.yaml ../../openapi.json

# The library's tests on each Python that answers --version, or on those that PYTHONS names. `make test` has the first.
PYTHONS ?= $(filter-out $(PYTHON),python3.11 python3.12 python3.13)
.PHONY: check-pythons
check-pythons:
	@for python in $(PYTHONS); do \
	  if $$python --version >/dev/null 2>&1; \
	  then $(MAKE) --no-print-directory PYTHON=$$python test-library || exit 1; \
	  else echo "$$python is not here"; fi; \
	done

.PHONY: test-library
test-library: $(VENV)/test.stamp
	$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile tests/mission_collaboration

# The library's tests with the lowest releases that pyproject.toml allows. A checkout and the image have the locked ones.
LOWEST := $(VENV)/lowest
.PHONY: check-lowest
check-lowest: $(LOWEST)/installed.stamp
	$(LOWEST)/bin/python -m pytest --numprocesses=auto --dist=loadfile tests/mission_collaboration

$(LOWEST)/installed.stamp: pyproject.toml $(VENV)/dev.stamp
	@test -x $(LOWEST)/bin/python || $(PYTHON) -m venv $(LOWEST)
	$(BIN)/uv pip compile --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --generate-hashes \
	  --no-strip-extras --extra test pyproject.toml -o $(LOWEST)/requirements.txt
	@$(LOWEST)/bin/$(INSTALL) -r $(LOWEST)/requirements.txt
	@touch $@

# Replays on Spark give the bytes of replays on DuckDB; needs Java.
.PHONY: check-spark
check-spark: $(SPARK)/installed.stamp
	@command -v java >/dev/null || { echo "Java 17 or newer is needed here" >&2; exit 1; }
	$(SPARK)/bin/python -m pytest tests/spark

# Traces, with the extra for them.
.PHONY: check-tracing
check-tracing: $(OTEL)/installed.stamp
	$(OTEL)/bin/python -m pytest tests/tracing

# Maintain

SECONDS ?= 600
.PHONY: soak
soak: $(VENV)/test.stamp
	$(BIN)/python -m tests.hostile $(SECONDS)

.PHONY: mutants
mutants: $(VENV)/mutants.stamp
	HYPOTHESIS_PROFILE=mutants $(BIN)/mutmut run
	$(BIN)/mutmut results

# Extras stay in the names: pip 23 holds `coverage[toml]` to no pin of `coverage`, and refuses its next release.
# `test` is resolved first: the other environments that hold the service or its tests take their releases from it.
.PHONY: lock
lock: $(VENV)/dev.stamp
	for extra in test server otel spark backend dev load mutants clients; do \
	  case $$extra in test|clients) alike= ;; *) alike="--constraint requirements/test.txt" ;; esac; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $$alike \
	    --no-emit-index-url --no-annotate --no-strip-extras --extra $$extra \
	    pyproject.toml -o requirements/$$extra.txt || exit 1; \
	done
