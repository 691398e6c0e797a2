# Everything runs in .venv, which `make report` and `make test` set up from requirements.lock.
PYTHON ?= python3
UV ?= uv
PORT ?= 8000
ARGS ?=

BIN := .venv/bin
LOCKED := .venv/.locked
READY := .venv/.ready
# All of them run, also when one fails.
CHECKS := "ruff check ." "ruff format --check ." mypy codespell "nbstripout --verify --keep-id notebooks/*.ipynb" "evidencebook check"
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help report test check serve docs clean distclean licences lock

help: ## list the targets
	@echo "usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

report: $(READY) ## build the report: _build/html/index.html and _build/pdf/report.pdf
	@echo "Building the report. The first build runs every chapter; later builds only what changed."
	@$(BIN)/evidencebook build

test: $(READY) ## run all tests (ARGS="-k tables" chooses some)
	@echo "Collecting the tests; then follows how many there are, and a line at least every half minute."
	@$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

check: $(READY) ## style, types, spelling, stripped notebooks and the evidence tables
	@failed=; for tool in $(CHECKS); do \
	  echo "== $$tool"; $(BIN)/$$tool || failed="$$failed, $$tool"; \
	done; \
	if [ -n "$$failed" ]; then echo "These checks failed: $${failed#, }" >&2; exit 1; fi

serve: $(READY) ## look at the built report in a browser (PORT=8000)
	@$(BIN)/evidencebook serve --port $(PORT)

docs: $(READY) ## write docs/reference from the code and the schema
	@$(BIN)/python -m evidencebook.reference docs/reference

licences: $(READY) ## write docs/licences.md from the lock and the installed packages
	@$(BIN)/python .ci/licences.py

clean: ## remove generated chapters and everything built
	rm -rf _build book/chapters

distclean: clean ## also remove the environment and all caches
	rm -rf .venv .pytask .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info

lock: ## resolve pyproject.toml into requirements.lock (needs uv; pins that still fit are kept)
	@printf 'setuptools>=77\n' | $(UV) pip compile pyproject.toml - --extra test --extra dask --extra check \
	  --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" --quiet --output-file requirements.lock

# One stamp a step: a new lock file installs everything again, a new pyproject.toml only the package.
$(LOCKED): requirements.lock
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no program called $(PYTHON). Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) --version 2>&1), which is too old. Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make environments. On Debian and Ubuntu install the package python3-venv; elsewhere use another Python: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making the environment .venv"; $(PYTHON) -m venv .venv; }
	@echo "Installing what requirements.lock pins (about 180 packages, 250 MB; the first time takes minutes)"
	@$(BIN)/python -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@echo "Installing evidencebook"
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
