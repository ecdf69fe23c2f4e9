# Every command of the house. `make` alone prints this list; each target sets up what it needs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EXAMPLES := $(VENV)/.examples
NODE := .ci/node
MODULES := designer/node_modules/.installed
DESIGNER := designer/dist/index.html
TOOLS := sam translate checkov ministack awscli schemathesis
WORKSPACE ?= workspace
PACKAGES := schemas events handlers murmuration

.DEFAULT_GOAL := help
.PHONY: help setup tools up test test-core test-local test-aws test-api test-designer designer screens prove check format generate bench lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP)  ## a virtual environment in .venv, from the lock

$(STAMP): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

tools: $(TOOLS:%=.tools/%/.installed)  ## what proves the aws backend, each in an environment of its own: their pins do not agree

# A lock is whole, so nothing is resolved: pip would trip over extras that two packages ask for differently.
.tools/%/.installed: requirements/tools-%.lock | $(STAMP)
	@test -x .tools/$*/bin/python || $(PYTHON) -m venv .tools/$*
	@$(BIN)/uv pip install --quiet --python .tools/$*/bin/python --require-hashes --no-deps -r $< \
		|| .tools/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(MODULES): designer/package-lock.json | $(STAMP)
	@$(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

designer: $(DESIGNER)  ## build what people see, into designer/dist

$(DESIGNER): $(MODULES) designer/index.html designer/vite.config.ts $(shell find designer/src designer/public -type f 2>/dev/null)
	@$(NODE) npm run --silent build
	@touch $@

up: $(STAMP) $(EXAMPLES) $(DESIGNER)  ## set up, run the first example before your eyes, and serve until Ctrl-C (ARGS=--once: end after it)
	@$(BIN)/murmur demo --workspace $(WORKSPACE) $(ARGS) || { code=$$?; [ $$code -eq 130 ] || exit $$code; }

$(EXAMPLES): requirements/examples.lock | $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/examples.lock
	@touch $@

test: test-core test-local test-aws test-api test-designer  ## all tests

test-core: $(STAMP)  ## the pure core, with its branch coverage held at 100%
	$(BIN)/python tests/support/covered.py tests/core $(ARGS)

test-local: $(STAMP) $(EXAMPLES)  ## handlers, actions, contracts of the ports, the embedded stack
	$(BIN)/python -m pytest -q -n 2 tests/actions tests/contracts tests/handlers tests/local $(ARGS)

test-aws: $(STAMP) $(EXAMPLES) tools  ## the aws backend on simulated AWS, the template and what is built from it
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/aws $(ARGS)

test-api: $(STAMP) tools  ## the API, on the local server and as the Lambda answers it
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/api $(ARGS)

test-designer: $(STAMP) $(EXAMPLES) $(DESIGNER)  ## the designer: its model, and the built pages in a real browser on a real stack
	$(NODE) npm test --silent
	$(BIN)/python -m pytest -q -n 2 tests/designer $(ARGS)

screens: $(STAMP) $(EXAMPLES) $(DESIGNER)  ## pictures of every page of the designer, into docs/screens
	cd tests && ../$(BIN)/python -m support.screens $(ARGS)

prove: $(STAMP) $(EXAMPLES) $(DESIGNER) tools  ## the long forms: properties with many more examples, ten thousand kills
	MURMUR_PROVE=50 MURMURATION_KILLS=10000 $(BIN)/python -m pytest -q -n 2 --dist loadgroup tests $(ARGS)

check: $(STAMP) $(MODULES)  ## format, lint, types, imports, drift of generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/python -m murmuration.generate --check
	$(NODE) npm run --silent check

format: $(STAMP) $(MODULES)  ## rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NODE) npm run --silent format

generate: $(STAMP)  ## write the JSON Schemas and the AsyncAPI document from the models
	$(BIN)/python -m murmuration.generate

bench: $(STAMP)  ## the figures, as ratios within one run
	$(BIN)/python -m bench

lock: $(STAMP)  ## resolve requirements/*.lock anew: names, versions, hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements/runtime.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/examples.in -o requirements/examples.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements/dev.lock
	for tool in $(TOOLS); do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements/tools-$$tool.in -o requirements/tools-$$tool.lock; done

# What `sam build` asks for, function by function (template.yaml: BuildMethod: makefile). MURMUR_ARCHITECTURE and
# MURMUR_PYTHON say for what, MURMUR_BOTO3=shipped brings boto3 along. Sets up nothing: SAM may call it in a copy of the tree.
build-%:
	@test -x $(BIN)/python || { echo "first: make setup"; exit 1; }
	@$(BIN)/python -m murmuration.aws.build $* $(ARTIFACTS_DIR)

clean:  ## remove what the targets made
	rm -rf $(VENV) .tools designer/node_modules designer/dist .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*
