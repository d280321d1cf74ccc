# The two commands are `make demo` and `make test`; both call `make setup`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup demo test lint bench crash fuzz faults clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Batchmill needs Python 3.11 or newer; name one with: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python has no venv module here; on Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: setup
	@$(BIN)/python -m sample.demo

test: setup
	$(BIN)/python -m pytest -n 3 -m "not long"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m benchmarks

# Kills the daemon at random instants under a scenario of trouble: make crash RUNS=20
RUNS ?= 200
crash: setup
	$(BIN)/python -m benchmarks.crash $(RUNS)

# Batchmill and other tools against the same faults, each in an environment of its own under .benchmarks/
faults: setup
	$(BIN)/python -m benchmarks.faults

# Looks for answers that the reader stumbles over: make fuzz SECONDS=300
SECONDS ?= 60
fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	$(BIN)/python -m benchmarks.fuzz $(SECONDS)

clean:
	rm -rf $(VENV) .demo .benchmarks
