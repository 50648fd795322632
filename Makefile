# One command each. Needs make and Python ≥ 3.11; all else goes into .venv and frontend/node_modules.

PYTHON ?= $(firstword $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python; done))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# For all systems. Of torch each system takes a build of its own, so that no hash holds for all: it is left out.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-package torch --annotation-style line --custom-compile-command "make lock"
# npm and tsc start `node` by its name: here that is the one in .venv.
NODE_PATH_FIRST := PATH="$(CURDIR)/$(BIN):$$PATH"

.DEFAULT_GOAL := help
.PHONY: help run test test-durability test-hard soak lint format bench screenshot lock audit clean

help: ## List what make can do
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 24

run: $(VENV)/.kernel ## Install, start the server, print its URL; options: make run ARGS="--port 9000 --open"
	@$(BIN)/python -m server $(ARGS)

test: $(VENV)/.dev $(VENV)/.kernel frontend/node_modules/.installed ## Run all tests: JavaScript, Python, browser; options to pytest: make test ARGS="-k loss"
	$(BIN)/python -m tests.browser.chromium --install
	$(BIN)/node --test "tests/frontend/**/*.test.js"
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-browser test-rest test-model

# Side by side, since the first two wait half of their time. Exit code 5: none of these is among those asked for.
test-browser:
	$(BIN)/python -m pytest tests/browser $(ARGS) || [ $$? -eq 5 ]

test-rest:
	$(BIN)/python -m pytest --ignore=tests/browser --ignore=tests/model $(ARGS) || [ $$? -eq 5 ]

test-model:
	$(BIN)/python -m pytest tests/model $(ARGS) || [ $$? -eq 5 ]

test-durability: $(VENV)/.dev $(VENV)/.kernel ## Kill the server 200 times on SQLite, 50 on PostgreSQL: half an hour; fewer: make test-durability KILLS=20
	$(BIN)/python -m tests.durability.postgresql --install
	DURABILITY_KILLS=$(or $(KILLS),200) $(BIN)/python -m pytest tests/durability --capture=no $(ARGS)

test-hard: $(VENV)/.dev $(VENV)/.kernel ## Made-up requests, damaged files and messages, a class, in full: 40 minutes
	HARD_SCALE=$(or $(SCALE),1) $(BIN)/python -m pytest tests/hard --capture=no $(ARGS)

soak: $(VENV)/.dev $(VENV)/.kernel ## Half an hour of pupils who come and go while stores fail; the report is soak.html; shorter: make soak MINUTES=5
	$(BIN)/python -m tests.durability.postgresql --install
	SOAK_SECONDS=$$((60 * $(or $(MINUTES),30))) SOAK_REPORT=soak.html $(BIN)/python -m pytest tests/soak --capture=no $(ARGS)

lint: $(VENV)/.dev frontend/node_modules/.installed ## Check style and types, of Python and JavaScript
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(NODE_PATH_FIRST) frontend/node_modules/.bin/tsc --project frontend
	$(NODE_PATH_FIRST) frontend/node_modules/.bin/tsc --project tests/frontend

format: $(VENV)/.dev ## Format the Python code, and fix what ruff can fix
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: $(VENV)/.dev $(VENV)/.kernel ## Measure, print a table, write benchmarks/results.json
	$(BIN)/python -m benchmarks $(ARGS)

screenshot: $(VENV)/.dev $(VENV)/.kernel ## Take the README's screenshots anew
	$(BIN)/python -m tests.browser.screenshot

lock: $(VENV)/.dev ## Resolve the newest versions that pyproject.toml allows, and the hashes of their files
	$(LOCK) --group run --output-file requirements.txt
	$(LOCK) --group dev --constraint requirements.txt --output-file requirements-dev.txt

audit: $(VENV)/.dev ## Ask PyPI for known vulnerabilities of all that is installed
	$(BIN)/python -m tests.vulnerabilities

clean: ## Remove all that make made
	rm -rf $(VENV) frontend/node_modules .hypothesis .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than what it was made from, so an install happens once and again when a version changes.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Gradient Flow needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# First what is locked, file for file as its hash says; then torch, with what only its build for this machine needs.
$(VENV)/.run: $(VENV)/.made pyproject.toml requirements.txt
	$(PIP) install --require-hashes --no-deps --requirement requirements.txt
	$(PIP) install --group run
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml requirements-dev.txt
	$(PIP) install --require-hashes --no-deps --requirement requirements-dev.txt
	$(PIP) install --group dev
	@touch $(VENV)/.run $@

# Importing the kernel compiles it into numba's cache, from which the server loads it.
$(VENV)/.kernel: $(VENV)/.run model/kernel.py model/layout.py
	@echo "Compiling the training kernel: some seconds, and only when it changes"
	@$(BIN)/python -c "import model.kernel"
	@touch $@

frontend/node_modules/.installed: $(VENV)/.dev frontend/package.json frontend/package-lock.json
	cd frontend && $(NODE_PATH_FIRST) ../$(BIN)/npm ci
	@touch $@
