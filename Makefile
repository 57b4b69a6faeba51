# The only list of commands. `make help` prints it.

PYTHON ?= python3
PORT ?= 8000
DATA ?= ../shared/data
DESIGNS ?= 300
REQUESTS ?= 350
SECONDS ?= 600
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile
READY := .venv/.ready

unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types contracts unit test-reference bench bench-sndlib mutation metamorphic generated rule-pages picture format lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create .venv from the lock (runs again only when the lock changed)

run: setup ## serve on http://127.0.0.1:8000 with embedded stores (PORT=9000 for another port)
	PORT=$(PORT) $(BIN)/python -m functions.local

test: setup lint types contracts unit ## everything that a change must pass

lint: setup ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## strict typing
	$(BIN)/mypy

contracts: setup ## what may import what
	$(BIN)/lint-imports --no-logo

unit: setup ## tests with branch coverage of at least 95 %, then whole designs without it, which would take twice as long
	$(PYTEST) tests/unit tests/contract tests/cli tests/http --cov --cov-report=term --cov-fail-under=95
	$(PYTEST) tests/golden tests/e2e tests/metamorphic tests/generated

test-reference: setup ## tests against published networks and answers (DATA=folder)
	NETDESIGN_DATA="$(abspath $(DATA))" $(PYTEST) tests/reference

bench: setup ## seconds of CPU, and where they go
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.complete
	$(BIN)/python -m tests.bench.sweeps
	$(BIN)/python -m tests.bench.bench_policy

bench-sndlib: setup ## capacity plans beside published optima (DATA=folder, SECONDS=600 for each)
	NETDESIGN_DATA="$(abspath $(DATA))" $(BIN)/python -m tests.bench.bench_sndlib --seconds $(SECONDS)

mutation: setup ## break every example in every way the rules know; writes docs/mutation.md
	$(BIN)/python -m tests.mutation --output docs/mutation.md

metamorphic: setup ## what has to stay true of verdicts, on DESIGNS (300) designs drawn at random
	NETDESIGN_DESIGNS=$(DESIGNS) $(PYTEST) tests/metamorphic

generated: setup ## what comes of requirements drawn at random, of all types and sizes; writes dist/generated
	$(BIN)/python -m tests.generated --seeds $(REQUESTS) --processes 2 --output dist/generated

rule-pages: setup ## write docs/rules again from the rules' cards
	$(BIN)/python -m tests.pages

picture: setup ## draw docs/example.svg again
	$(BIN)/netdesign design events/requirements/dc-12-racks.yaml | $(BIN)/netdesign diagram - -o docs/example.svg

format: setup ## rewrite the sources in the project's format
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

lock: setup ## resolve requirements.lock again from pyproject.toml (UPGRADE=--upgrade for the newest versions)
	$(BIN)/uv pip compile pyproject.toml --all-extras --group pyproject.toml:dev --group pyproject.toml:build \
		--universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet $(UPGRADE) --output-file requirements.lock

clean: ## remove what the commands made, except the stores' data in .local
	rm -rf .venv .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
