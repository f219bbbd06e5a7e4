# `make run` and `make test` set up all they need: a virtual environment in .venv, and dcsim in it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SITE := site
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test bench fuzz notebooks docs clean

run: .venv/.run
	$(BIN)/dcsim plan quickstart

test: .venv/.test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n logical --maxprocesses 4

bench: .venv/.bench
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -s --no-cov

fuzz: .venv/.test
	OMP_NUM_THREADS=1 $(BIN)/python -W error -m tests.benchmarks.fuzz

# What pdoc imports asks the machine for its kind of processor; a warning is a fault.
docs: .venv/.docs
	PDOC_ALLOW_EXEC=1 $(BIN)/python -W error -m pdoc --docformat google --output-directory $(SITE) \
		dcsim dcsim/[!_]*.py dcsim/[!_]*/
	@echo $(SITE)/index.html

notebooks: .venv/.notebooks
	$(BIN)/python -m notebooks.run --out results/notebooks

clean:
	rm -rf .venv results site build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable .
	touch $@

.venv/.test: .venv/.run
	$(INSTALL) --editable '.[test]'
	touch $@

.venv/.bench: .venv/.test
	$(INSTALL) --editable '.[test,bench]'
	touch $@

.venv/.docs: .venv/.run
	$(INSTALL) --editable '.[docs]'
	touch $@

.venv/.notebooks: .venv/.run
	$(INSTALL) --editable '.[notebooks]'
	touch $@
