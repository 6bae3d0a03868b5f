# `make demo` sets everything up and answers a question from the sample vault; `make test` proves the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
QUESTION ?= What is a token?
# Processes that run tests side by side; 0 for one after another in this one.
WORKERS ?= 2
# A file's tests share what they have set up; files keep their order, or those of few but long tests would come last.
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: demo check test lint typecheck soak screenshots docs sbom smoke oldest bench clean help

help:
	@echo "make demo    set up, index the sample vault, ask it a question"
	@echo "make check   lint, type check, import rules and the fast tests"
	@echo "make test    lint, type check, import rules and all tests but the soaks"
	@echo "make soak    the tests that run for minutes"
	@echo "make screenshots    the pictures in docs/screenshots"
	@echo "make docs    the documentation as a site, in site/"
	@echo "make sbom    what is installed with kb and its licences, in dist/sbom.cdx.json"
	@echo "make smoke   the wheel, installed into a fresh environment and tried"
	@echo "make bench   kb beside other programs for the same job, on the same vault"
	@echo "make oldest  the fast tests with the oldest versions that kb allows"
	@echo "make clean   remove the environment and the sample index"

demo: $(VENV)/.demo
	@echo '$$ kb index'
	@$(BIN)/kb index
	@echo '$$ kb ask "$(QUESTION)"'
	@$(BIN)/kb ask "$(QUESTION)"

check: lint typecheck
	$(PYTEST) -m "not slow and not soak"

test: lint typecheck
	$(PYTEST) -m "not soak"

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

typecheck: $(VENV)/.dev
	$(BIN)/mypy

soak: $(VENV)/.dev
	$(BIN)/pytest -m soak

screenshots: $(VENV)/.dev
	XDG_STATE_HOME=$$(mktemp -d) $(BIN)/python -m tests.tui.screenshots
	$(BIN)/python -m tests.pictures

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# In environments of their own, which build llama.cpp once more.
bench:
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet -c constraints.txt pip torch
	@.venv-bench/bin/pip install --quiet -c constraints.txt -e . --group bench
	.venv-bench/bin/python tests/bench/side_by_side.py

oldest:
	@test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	@.venv-oldest/bin/python -m pip install --quiet -c constraints.txt pip torch
	@.venv-oldest/bin/pip install --quiet -c constraints-oldest.txt -e ".[lsp,mcp,serve]" --group test
	.venv-oldest/bin/pytest -q -o filterwarnings=default -m "not slow and not soak" tests

# The wheel with all that it needs and nothing else; PYTHON=python3.13 tries it on that one.
smoke: $(VENV)/.dev
	rm -rf .venv-smoke dist/smoke
	$(BIN)/python -m build --outdir dist/smoke .
	$(PYTHON) -m venv .venv-smoke
	@.venv-smoke/bin/python -m pip install --quiet -c constraints.txt torch
	@.venv-smoke/bin/python -m pip install --quiet -c constraints.txt "kb-notes[lsp,mcp,serve] @ file://$(CURDIR)/$$(ls dist/smoke/*.whl)"
	.venv-smoke/bin/python tests/smoke.py

sbom: $(VENV)/.demo
	@mkdir -p dist
	$(BIN)/python -m tools.licences --wheel > kb-notes.cdx.json
	$(BIN)/python -m tools.licences --sbom > dist/sbom.cdx.json

clean:
	rm -rf $(VENV) .venv-bench .venv-oldest .venv-smoke dist build site .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete

# torch comes first and pinned: left to itself, pip may choose a build with gigabytes of GPU libraries.
$(VENV)/.demo: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kb needs Python 3.11 or newer; name one with: make demo PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt pip
	@$(BIN)/pip install --quiet -c constraints.txt torch
	@echo "Installing kb. Building llama.cpp for this machine takes some minutes the first time."
	@$(BIN)/pip install --quiet -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.demo
	@$(BIN)/pip install --quiet -c constraints.txt --group dev
	@touch $@
