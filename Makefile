# Two commands on a machine with Python >= 3.11, make and the package registry: make demo, make test.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
STAMP := .venv/.installed

.PHONY: install demo run test check format

install: $(STAMP)

$(STAMP): pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install
	PORT=$(PORT) $(BIN)/supervision demo

run: install
	PORT=$(PORT) $(BIN)/supervision run

test: install
	$(BIN)/pytest -q -n 2 --dist loadfile

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q -n 2 --dist loadfile

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
