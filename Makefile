# Two commands do everything: `make app` and `make test`.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.PHONY: app replicas rehearse test lint lock data screenshots bench

app: $(VENV)/app.stamp
	$(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# Two replicas behind a proxy on the loopback address: http://127.0.0.1:8500
replicas: $(VENV)/app.stamp
	./deploy/install-proxy.sh
	$(BIN)/python -m deploy.replicas

# The steps of deploy/Dockerfile in an empty folder, where there is no container engine.
rehearse: $(VENV)/app.stamp
	$(BIN)/python -m deploy.rehearse

test: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	./deploy/install-proxy.sh
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

# Pictures of every page from the running app, into out/screenshots; README shows a few of them.
screenshots: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	$(BIN)/python -m docs.screenshots

bench: $(VENV)/test.stamp
	./tests/browser/install.sh $(BIN)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench
	$(BIN)/python -m benchmarks.first_screen
	$(BIN)/python -m benchmarks.pages
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.bulk
	$(BIN)/python -m benchmarks.uploads
	./deploy/install-proxy.sh
	$(BIN)/python -m benchmarks.load

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/app.stamp: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test.stamp: requirements.txt requirements-test.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@
