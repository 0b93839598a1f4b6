# The words people and CI share. `make run` and `make test` do their own set-up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile
# what pip would do one file after another; packages carry a few files no Python can read
COMPILED := $(BIN)/python -W ignore -m compileall -qq -j 0 $(VENV)/lib || true
# BLAS and torch, and DuckDB: workers share the processors, so that more threads each only wait
ALONE := OMP_NUM_THREADS=1 SLURM_CPUS_ON_NODE=1
SCORING ?= yes
PORT ?= 8501
ifeq ($(SCORING),no)
NEEDED := $(VENV)/.web
else
NEEDED := $(VENV)/.scoring
endif

.PHONY: setup run test check bench clean

setup: $(NEEDED) ## the environment
run: $(NEEDED) ## sample data on the first start, then the app
	@$(BIN)/tailscope demo --if-empty || echo "The app starts without that."
	@$(BIN)/tailscope serve --port $(PORT)

test: $(VENV)/.dev ## everything, the real browser included
	@sh .ci/browser $(BIN)
	$(ALONE) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev ## style, types, arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -n 2
	$(BIN)/lint-imports

bench: $(VENV)/.dev ## timings; never part of the tests
	$(BIN)/python -m pytest tests/bench -q -s

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	@sh .ci/python $(PYTHON) $(VENV)

$(VENV)/.web: $(VENV)/bin/python requirements-web.txt constraints.txt pyproject.toml
	@echo "Installing the app and the shell (about 300 MB) ..."
	@$(PIP) -r requirements-web.txt -c constraints.txt
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.scoring: $(VENV)/.web requirements-scoring.txt
	@echo "Installing torch and transformers, which score models on this machine."
	@echo "That is 200 MB on a CPU build and up to 3 GB with CUDA; 'make run SCORING=no' leaves it out."
	@$(PIP) -r requirements.txt
	@$(COMPILED)
	@touch $@

$(VENV)/.dev: $(VENV)/.scoring requirements-dev.txt
	@echo "Installing what checks and tests need ..."
	@$(PIP) -r requirements-dev.txt
	@$(COMPILED)
	@touch $@
