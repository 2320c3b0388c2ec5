# Jeongsan: everything a person or the CI does with this checkout. `make help` lists it.

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile
# What pip would do on one processor while it installs; some packages hold files of another Python, which stay as they are.
COMPILE := $(PYTHON) -m compileall -qq -j 0 .venv/lib || true
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/django.po)
PACKAGES := config payments fraud analytics tests

# Where bytecode is forbidden, every process that is started would compile the house, and every worker its tests, anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo run test lint format types imports check coverage bench fuzz lock messages clean \
	runtime browser translations migrate static template unit-tests worker-tests browser-tests

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# --- what is installed, each remembered by a stamp so that a second run costs nothing -------------------------------

$(PYTHON):
	@python=$$(make/find-python) && echo "Making .venv with $$($$python --version)" && $$python -m venv --clear .venv

.venv/runtime-installed: requirements/base.txt | $(PYTHON)
	@echo "Installing the Python packages that Jeongsan runs on (about half a minute)"
	@$(PIP) -r requirements/base.txt
	@$(COMPILE)
	@touch $@

.venv/development-installed: requirements/dev.txt requirements/training.txt requirements/data.txt | $(PYTHON)
	@echo "Installing the Python packages for running, testing and linting (about a minute)"
	@$(PIP) -r requirements/dev.txt
	@$(PIP) -r requirements/training.txt
	@$(PIP) --no-deps -r requirements/data.txt
	@$(COMPILE)
	@touch $@ .venv/runtime-installed

node_modules/installed: package.json package-lock.json .npmrc | .venv/runtime-installed
	@echo "Installing the browser packages"
	@make/npm ci --loglevel=error --no-progress
	@touch $@

.venv/translations-compiled: $(CATALOGUES) | .venv/runtime-installed
	@$(PYTHON) manage.py messages compile
	@touch $@

runtime: .venv/runtime-installed node_modules/installed .venv/translations-compiled

setup: .venv/development-installed runtime ## Install everything to run, test and lint; starts nothing
	@echo "Everything is installed"

# --- running --------------------------------------------------------------------------------------------------------

migrate: runtime
	@echo "Preparing the database"
	@$(PYTHON) manage.py migrate

static: runtime
	@$(PYTHON) manage.py collectstatic --noinput --verbosity 0

run: migrate static ## Start Jeongsan with your own data: web, worker and scheduler until Ctrl-C
	@exec $(PYTHON) manage.py up

demo: migrate static ## Start Jeongsan with a simulated merchant; PORT=9000 make demo takes another port
	@$(PYTHON) manage.py demo
	@exec $(PYTHON) manage.py up

# --- judging --------------------------------------------------------------------------------------------------------

lint: .venv/development-installed ## Check style and formatting
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .

format: .venv/development-installed ## Correct what can be corrected by machine
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format --quiet .

types: .venv/development-installed ## Check the types
	@.venv/bin/mypy $(PACKAGES)

imports: .venv/development-installed ## Check that imports run one way
	@.venv/bin/lint-imports --no-logo

translations: .venv/development-installed
	@$(PYTHON) manage.py messages check

check: types lint imports translations ## Everything that needs no database

browser: .venv/development-installed
	@make/ensure-browser

template: setup
	@$(PYTHON) -m tests.template

# Neighbours stay together as long as there is work, so that what a folder's tests share is made once.
unit-tests: setup
	$(PYTEST) -n 2 --dist worksteal -m "not browser and not worker"

# Reading all tests takes a worker a quarter of a minute: these two read the files that say they have some.
worker-tests: setup
	$(PYTEST) -n 2 -m "worker and not browser" $$(grep -rl --include='test_*.py' 'mark\.worker' tests)

browser-tests: setup browser
	DJANGO_ALLOW_ASYNC_UNSAFE=true $(PYTEST) -n 2 --dist loadgroup -m browser \
		$$(grep -rl --include='test_*.py' 'mark\.browser' tests)

test: setup ## Everything that the CI runs, the browser included
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check template
	@$(MAKE) --no-print-directory unit-tests
	@$(MAKE) --no-print-directory worker-tests
	@$(MAKE) --no-print-directory browser-tests

coverage: setup ## Run the tests that need no browser and show which lines they miss
	$(PYTEST) -n 2 -m "not browser and not worker" --cov --cov-report=term-missing:skip-covered

bench: setup ## Measure against the limits; make bench BENCH=reconcile runs one
	@$(PYTHON) -m tests.bench $(BENCH)

FUZZ_SECONDS ?= 60

.venv/fuzzing-installed: requirements/fuzz.txt | .venv/development-installed
	@$(PIP) -r requirements/fuzz.txt
	@touch $@

fuzz: setup .venv/fuzzing-installed ## Let a fuzzer try the readers of files; make fuzz FUZZ=ofx FUZZ_SECONDS=600 tries one, and longer
	@$(PYTHON) -m tests.fuzz.native $(FUZZ_SECONDS) $(FUZZ)

# --- keeping --------------------------------------------------------------------------------------------------------

LOCK := .venv/bin/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url $(if $(UPGRADE),--upgrade)

lock: .venv/development-installed ## Pin the dependencies again; UPGRADE=1 takes newer ones
	$(LOCK) requirements/base.in --output-file requirements/base.txt
	$(LOCK) requirements/dev.in --output-file requirements/dev.txt
	$(LOCK) requirements/training.in --output-file requirements/training.txt
	$(LOCK) requirements/fuzz.in --output-file requirements/fuzz.txt
	$(LOCK) --no-deps requirements/data.in --output-file requirements/data.txt
	$(LOCK) requirements/node.in --output-file requirements/node.txt
	make/npm install --package-lock-only --loglevel=error

messages: .venv/development-installed ## Bring new texts into the translation catalogues
	@$(PYTHON) manage.py messages extract

clean: ## Remove what was installed or computed; var/ with your data stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f locale/*/LC_MESSAGES/django.mo
