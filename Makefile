# Everything runs in .venv, made on first use; the stamps in it keep later runs from installing again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
MONTH_END := sample_logs/month_end

.DEFAULT_GOAL := help
.PHONY: help scan test attack fuzz lint types notebooks bench samples clean

help:
	@echo "make scan       scan the sample logs and say where the report is"
	@echo "make test       run the test suite"
	@echo "make attack     run the attack suite over ten seeds and print its figures"
	@echo "make fuzz       read 200,000 mutated lines of all formats (LINES=, SEED=)"
	@echo "make lint       ruff: rules and layout"
	@echo "make types      mypy --strict"
	@echo "make notebooks  execute the notebooks"
	@echo "make bench      measure speed and memory (BENCH=, names in benchmarks/)"
	@echo "make samples    make the sample logs anew"
	@echo "make clean      remove .venv, results and caches"

scan: $(VENV)/installed.stamp
	$(BIN)/detector scan $(MONTH_END)/logs --accounts $(MONTH_END)/accounts.csv --out result
	@echo
	@echo "Report: $(CURDIR)/result/report.html"

test: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n auto --dist loadgroup

# tests/attack runs with one seed among the tests
attack: $(VENV)/test.stamp
	ATTACK_SEEDS=10 $(BIN)/python -m pytest -n auto tests/attack

# a failure is saved as a fixture in tests/logs/bad_input/found
LINES ?= 200000
SEED ?= 1
fuzz: $(VENV)/test.stamp
	$(BIN)/python -m tests.logs.mutation --lines $(LINES) --seed $(SEED)

lint: $(VENV)/lint.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/lint.stamp
	$(BIN)/mypy --strict detector

notebooks: $(VENV)/test.stamp
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=180 notebooks

# the tables of docs/performance.md; how well campaigns are found: make bench BENCH="evaluate curves formats"
BENCH ?= throughput kernels compare search
bench: $(VENV)/test.stamp
	@for name in $(BENCH); do \
		echo "== benchmarks/$$name.py"; $(BIN)/python "benchmarks/$$name.py" || exit 1; \
	done

samples: $(VENV)/installed.stamp
	rm -rf $(MONTH_END) sample_logs/calm
	$(BIN)/detector simulate --recipe samples --out sample_logs

clean:
	rm -rf $(VENV) result build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Dependency groups need pip 25.1, which is newer than the pip that comes with Python 3.11.
$(VENV)/pip.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; choose one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/installed.stamp: pyproject.toml constraints.txt $(VENV)/pip.stamp
	$(PIP) install --quiet --editable . --constraint constraints.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/installed.stamp
	$(PIP) install --quiet --group test --constraint constraints.txt
	@touch $@

$(VENV)/lint.stamp: $(VENV)/installed.stamp
	$(PIP) install --quiet --group lint --constraint constraints.txt
	@touch $@
