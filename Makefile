# Two commands do everything: `make app` and `make test`.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.PHONY: app test lint lock data screenshot bench

app: $(VENV)/app.stamp
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

test: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	$(MAKE) lint
	$(BIN)/pytest

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Compile the pinned requirement files from pyproject.toml.
lock: $(VENV)/test.stamp
	$(BIN)/uv pip compile --quiet --upgrade --no-emit-index-url --no-annotate --universal --python-version 3.11 --custom-compile-command "make lock" -o requirements.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --no-emit-index-url --no-annotate --universal --python-version 3.11 --custom-compile-command "make lock" --group test -c requirements.txt -o requirements-test.txt pyproject.toml

# Write data/ anew from a folder of compiled facts: make data FACTS=folder
data: $(VENV)/app.stamp
	$(BIN)/python -m eventwindow.sources.build $(FACTS) data

# The picture in README.md, from the running app.
screenshot: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	$(BIN)/python -m docs.screenshot

bench: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	$(BIN)/python -m benchmarks.first_screen

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test.stamp: requirements.txt requirements-test.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@
