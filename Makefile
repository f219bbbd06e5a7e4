# `make run` and `make test` set up all they need: a virtual environment in .venv, and dcsim in it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test bench clean

run: .venv/.run
	$(BIN)/dcsim plan quickstart

test: .venv/.test
	$(BIN)/python -m pytest

bench: .venv/.bench
	$(BIN)/python -m pytest tests/benchmarks -m benchmark -s --no-cov

clean:
	rm -rf .venv results build dist

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
