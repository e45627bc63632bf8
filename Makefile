PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
CONFORMANCE_DIR ?= ../shared/conformance

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A lock is complete, so nothing is resolved anew: pip would weigh releases that came after it, and refuse them unhashed.
$(VENV)/.run: requirements.txt
	@echo "==> environment"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "==> locked install"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: tests/requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r tests/requirements.txt
	@touch $@ $(VENV)/.run

run: $(VENV)/.run ## install, migrate, make keys and sample data, serve on PORT (PHONE=1: HTTPS on the local network)
	@PASSPORT_BASE_URL=$${PASSPORT_BASE_URL:-http://localhost:$(PORT)} $(BIN)/flask demo serve --port $(PORT) $(if $(PHONE),--phone)

test: $(VENV)/.dev ## everything the tests need, then all tests
	@CONFORMANCE_DIR="$(CONFORMANCE_DIR)" $(BIN)/python tests/prepare.py
	@$(BIN)/python -m tests.peers.environments
	CONFORMANCE_DIR="$(CONFORMANCE_DIR)" $(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder

lint: $(VENV)/.dev ## formatter, linter, strict types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.dev ## format the source
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: $(VENV)/.dev ## check N changed codes (SEED=… repeats a run)
	@$(BIN)/python -m tests.fuzz.mutations $(or $(N),20000) $(SEED)

fuzz-atheris: $(VENV)/.dev ## search for crashes by coverage: FORMAT=hc1 SECONDS=60
	@$(BIN)/python -m tests.fuzz.target $(or $(FORMAT),hc1) $(or $(SECONDS),60)

api: $(VENV)/.dev ## ask the API what its OpenAPI document promises, N generated cases an operation
	API_EXAMPLES=$(or $(N),100) $(BIN)/python -m pytest tests/web/test_open_api.py

torture: $(VENV)/.dev ## read every public code that has a picture under eight bad conditions
	@CONFORMANCE_DIR="$(CONFORMANCE_DIR)" $(BIN)/python -m tests.pictures.torture

soak: $(VENV)/.dev ## import a million rows (ROWS=…) and kill it twenty times (KILLS=…) on the way
	@$(BIN)/python -m tests.killing $(or $(ROWS),1000000) $(or $(KILLS),20)

spark: $(VENV)/.dev ## compare DuckDB and Spark, also on a cluster of which a worker is killed (ROWS=100000)
	@$(BIN)/python -m tests.spark.cluster $(or $(ROWS),100000)

judge: $(VENV)/.dev ## link a list that nobody looked at and count what is wrong (ROWS=1000000 SEED=1001 HARD=hard)
	@$(BIN)/python -m tests.judging $(or $(ROWS),1000000) $(or $(SEED),1001) $(HARD)

bench: $(VENV)/.dev ## measure, as ratios
	$(BIN)/flask bench

pictures: $(VENV)/.dev ## the pictures of the README
	$(BIN)/python -m tests.browser.pictures

screens: $(VENV)/.dev ## a picture of every main page, phone and desk, both languages, into test-results/screens
	$(BIN)/python -m tests.browser.pictures screens

lock: $(VENV)/.dev ## write all locks of packages anew, those of tests/peers too
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group dev pyproject.toml -o tests/requirements.txt
	cd tests/peers && ../../$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements.in -o requirements.txt
	cd tests/peers && npm install --package-lock-only --no-audit --no-fund

.PHONY: help run test lint format fuzz fuzz-atheris api torture soak spark judge bench pictures screens lock
