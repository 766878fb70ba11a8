# `make demo` and `make test` work as the first command on a fresh clone: they make .venv and install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-fast test-slow lint docs bench-kernels clean help

help:            ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/'

demo: $(VENV)/installed-neural  ## installs, then solves small tasks, runs and traces a program, and runs one by the neural executor
	$(BIN)/flowforth solve '[3,1,2] -> [1,2,3]' '[9,7] -> [7,9]'
	$(BIN)/flowforth solve '[3,1,2,5] -> 10' '[9,7] -> 18' '[2,8] -> 16'
	$(BIN)/flowforth solve '"Ada Lovelace" -> "Lovelace"' '"Alan Turing" -> "Turing"' --quiet
	$(BIN)/flowforth run '( dup * ) map sum' --input '[1, 2, 3]' --steps
	$(BIN)/flowforth trace '"@" split last upper' --input '"ada@example.org"' --domain length --domain chars
	$(BIN)/flowforth python '"@" split last upper' --types Str
	$(BIN)/flowforth run 'dup reverse head swap maximum' --input '[5, 1, 9]' --neural shipped

test: $(VENV)/installed-test lint  ## installs the test extra, then runs lint, types and tests
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(VENV)/installed-test  ## the long property runs
	$(BIN)/python -m pytest -n 2 -m slow

lint: $(VENV)/installed-test  ## ruff and pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

docs: $(VENV)/installed  ## writes docs/ops.md from the op table
	$(BIN)/flowforth ops --markdown > docs/ops.md.new && mv docs/ops.md.new docs/ops.md

bench-kernels: $(VENV)/installed  ## times every kernel beside the plain-Python reference
	$(BIN)/python -m benchmarks.kernels

$(VENV)/installed: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" sh .ci/install ""

$(VENV)/installed-neural: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" sh .ci/install "[neural]"

$(VENV)/installed-test: pyproject.toml constraints.txt
	@PYTHON="$(PYTHON)" sh .ci/install "[test]"

clean:           ## removes .venv and caches, also compiled code beside the modules
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build *.egg-info
	find dsl embed executor search benchmarks flowforth tests -name __pycache__ -prune -exec rm -rf {} +
