# Everything a person or CI does here. `make demo` and `make test` need only python3, make and git.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
RUNS := .venv/.runs

.PHONY: setup demo test lint proof bench docs clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@! $(BIN)/pip list --disable-pip-version-check 2>/dev/null | grep -q '^nvidia-' \
	  || echo "note: a CUDA build of torch was installed; constraints.txt pins the version only"
	@touch $@

# What the demo runs on is a part of what developers install, and takes half the time.
$(RUNS): pyproject.toml constraints.txt
	@test -e $(STAMP) || test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -e $(STAMP) || $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[grade,fast]'
	@touch $@

demo: $(RUNS)
	$(BIN)/drgrade demo -o demo

test: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not proof" -n 2 --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

proof: setup
	$(BIN)/python -m pytest -m proof --timeout 3600

bench: setup
	$(BIN)/python benchmarks/every.py

docs: setup
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(BIN)/python -m sphinx -W -b html docs docs/_build

clean:
	rm -rf .venv demo docs/_build .mypy_cache .ruff_cache .import_linter_cache
