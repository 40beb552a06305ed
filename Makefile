# The two commands are `make demo` and `make test`. Both need Python 3.11 or newer, make
# and a C compiler, and make the rest themselves.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# An interpreter of your choice: make PYTHON=/path/to/python3.13 test
PYTHON ?=
# Workers for the test suite; 0 runs it in one process.
JOBS ?= auto

BIN := .venv/bin
# Randomised tests are the same here as in CI; `HYPOTHESIS_PROFILE=dev` looks further.
export HYPOTHESIS_PROFILE ?= ci
PYTEST_ARGS := -q -n $(JOBS) --maxprocesses 4 --dist loadgroup

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: venv ## the whole product in one run, on this machine; LIVE=1 asks the real provider
	@.ci/need openssl=openssl
	@$(BIN)/python examples/demo.py $(if $(LIVE),--live)

.PHONY: test
test: lint test-openai3 test-openai2 test-frameworks ## everything CI checks: lint, the suite on openai 3.x, 2.x, frameworks

.PHONY: test-openai3
test-openai3: venv system judges node-judges ## the suite with coverage on openai 3.x
	@rm -f .coverage .coverage.*
	$(BIN)/pytest $(PYTEST_ARGS) --cov

# What openai's major version can change: all that imports it or names what does. An
# import contract keeps it out of the rest; `make test-all` runs that too.
OF_OPENAI := $(filter-out $(addprefix tests/e2e/test_,$(addsuffix .py, \
		anchors certificate disks keys pre_commit proofs retention)), \
		$(wildcard tests/e2e/test_*.py)) tests/unit/bootstrap tests/unit/clients tests/unit/testing \
	tests/unit/wiring tests/unit/cli/test_main.py tests/unit/cli/test_run.py \
	$(patsubst sdk/affidavit/cli/%.py,tests/unit/cli/test_%.py, \
		$(shell grep -lE 'affidavit\.(clients|testing|bootstrap)|openai' sdk/affidavit/cli/*.py)) \
	$(wildcard tests/unit/test_*.py) \
	tests/crash/test_chaos.py tests/crash/test_killed_processes.py \
	tests/conformance/openai_suite \
	$(addprefix tests/conformance/test_,$(addsuffix .py, \
		client_kinds credentials egress live_reading mutants))

.PHONY: test-openai2
test-openai2: system ## what openai can change, on openai 2.x
	@.ci/venv .venv-openai2 openai2 $(PYTHON)
	.venv-openai2/bin/pytest $(PYTEST_ARGS) $(OF_OPENAI)

# Environments of their own: which framework wants which openai is in pyproject.toml.
.PHONY: test-frameworks
test-frameworks: ## every framework's example, offline, with the openai that it takes
	@.ci/venv .venv-frameworks3 frameworks3 $(PYTHON)
	.venv-frameworks3/bin/pytest -q tests/frameworks
	@.ci/venv .venv-frameworks2 frameworks2 $(PYTHON)
	.venv-frameworks2/bin/pytest -q tests/frameworks

.PHONY: test-all
test-all: system judges node-judges ## the suite on each Python from 3.11 up that runs here, with both openai majors
	@.ci/matrix $(PYTEST_ARGS)

.PHONY: soak
soak: venv system judges node-judges ## the tests that run for minutes
	$(BIN)/pytest -m soak --timeout 3600 --durations 10

.PHONY: conformance
conformance: venv ## openai's own tests on our classes, both majors; needs a package index
	$(BIN)/python tests/conformance/openai_suite/run.py --jobs 2
	@.ci/venv .venv-openai2 openai2 $(PYTHON)
	.venv-openai2/bin/python tests/conformance/openai_suite/run.py --jobs 2

.PHONY: lint
lint: venv ## style, types and import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/affidavit policy fmt --check policies

.PHONY: format
format: venv ## rewrite the sources the way `lint` wants them
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: venv ## measure what the README's figures say
	@for program in benchmarks/*.py; do \
		printf '\n== %s\n' "$$program"; $(BIN)/python "$$program"; \
	done

.PHONY: bench-peers
bench-peers: ## measure other packages between a program and the SDK in the same run
	@.ci/venv .venv-peers peers $(PYTHON)
	@.venv-peers/bin/python benchmarks/overhead.py --peers

.PHONY: bench-attacks
bench-attacks: ## attack our trail and other packages' logs alike, and ask who notices
	@.ci/venv .venv-peers peers $(PYTHON)
	@.venv-peers/bin/python benchmarks/attacks.py

# make mutation MUTATE='sdk/affidavit/verify/age.py' BY='tests/unit/verify/test_age.py'
MUTATE ?= $(addprefix sdk/affidavit/verify/,age.py history.py ledger.py stretch.py)
BY ?= tests/unit/verify
.PHONY: mutation
mutation: venv system ## break each function of MUTATE in turn; which of the tests BY notices
	PYTHONPATH=tests $(BIN)/pytest -p support.mutating.plugin -q -n 0 \
		$(addprefix --mutate ,$(MUTATE)) $(BY)

.PHONY: lock
lock: ## pin the newest dependencies that fit, with their hashes
	@.ci/lock

.PHONY: clean
clean: ## remove environments, caches and build results
	rm -rf .venv .venv-* build dist .coverage .coverage.* .hypothesis .pytest_cache \
		.mypy_cache .ruff_cache .import_linter_cache \
		tests/conformance/sigstore/node_modules
	find sdk tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: venv
venv:
	@.ci/venv .venv openai3 $(PYTHON)

# Tests compare us with programs that are not ours: OpenSSL, and Go's own note package.
.PHONY: system
system:
	@.ci/need openssl=openssl go=golang-go \
		/usr/share/gocode/src/golang.org/x/mod/sumdb/note=golang-golang-x-mod-dev \
		strace=strace softhsm2-util=softhsm2 faketime=faketime sshfs=sshfs \
		/usr/lib/openssh/sftp-server=openssh-sftp-server ip=iproute2 \
		unshare=util-linux pgrep=procps redis-server=redis-server chromium=chromium

# One judge needs a newer Python than the oldest that we support.
.PHONY: judges
judges:
	@python=$$(.ci/pythons | tail -n 1); \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))'; \
	then .ci/venv .venv-judges judges "$$python"; \
	else echo 'aics-tlog is NOT asked: it needs Python 3.12' >&2; fi

# Sigstore's verifier and axe-core are JavaScript.
.PHONY: node-judges
node-judges:
	@.ci/need node=nodejs npm=npm
	@.ci/node-judges
