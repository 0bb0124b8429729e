# Plain `make` shows what there is. Everything happens in .venv; nothing is installed outside it.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check style types promises loads bench texts install venv lock clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

demo: .venv/run.stamp ## the whole bot on this machine, without a token: a chat page in the browser
	$(BIN)/focalpoint demo

test: .venv/dev.stamp ## every test; four at once, for many of them wait, and the rest alone
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "not alone"
	$(BIN)/python -m pytest -m alone

check: style types promises ## style, types, room borders, texts and documents; -j2: on two cores

style: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo

types: .venv/dev.stamp
	$(BIN)/mypy

promises: .venv/dev.stamp
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_settings.py tests/test_docs.py tests/texts

loads: .venv/dev.stamp # that every test can be loaded; their compiled files are for `make test`
	$(BIN)/python -m pytest -qq --collect-only >/dev/null

bench: .venv/dev.stamp ## how fast it is on this machine, in one table; QUICK=--quick for a glance
	$(BIN)/python -m bench $(QUICK)

texts: .venv/dev.stamp ## texts that are missing, and texts that nobody uses
	$(BIN)/python -m tests.tools.texts check

install: .venv/run.stamp ## what running it needs, without the tools of development

venv: .venv/dev.stamp ## the environment with everything for development

lock: ## pin the dependencies of pyproject.toml again (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(UV) pip compile $(LOCK) pyproject.toml -o requirements.txt
	$(UV) pip compile $(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

clean: ## remove what was built and cached; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	rm -f .coverage .coverage.*
	find . -name __pycache__ -prune -exec rm -rf {} +

UV ?= $(firstword $(wildcard .venv/bin/uv) uv)
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Focal Point needs Python 3.11 or newer; '$(PYTHON)' is older or missing." >&2; \
		echo "Name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python's venv module is missing (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
