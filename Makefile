# Works with GNU make 3.81 and later. `make` alone lists what there is.
PY := .venv/bin/python
PACKAGES := $(patsubst %/,%,$(sort $(dir $(wildcard libs/*/pyproject.toml services/*/pyproject.toml)))) deploy/local tools
TYPED := $(PACKAGES) deploy/container tests conftest.py $(wildcard bench)
INSTALLED := .venv/.installed
COMPILED := .venv/.compiled
LOCAL := $(PY) -m qudao_local

.DEFAULT_GOAL := help
.PHONY: help install demo up down status token observe logs events test test-kafka test-k8s mutations fuzz lint format types imports contracts docs check bench image compose-secrets compose-test audit lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(INSTALLED) ## Everything into .venv (Python 3.11+, no root); the other targets do it when needed

$(INSTALLED): requirements.lock tools/install $(addsuffix /pyproject.toml,$(PACKAGES))
	@PYTHON="$(PYTHON)" tools/install $(PACKAGES)
	@touch $@

# Not by install: a demo needs none of it. What does not compile is nobody's import.
$(COMPILED): $(INSTALLED)
	@$(PY) -m compileall -qq -j 0 .venv/lib || true
	@touch $@

demo: $(INSTALLED) ## A year of a channel, played and measured: ONCE=1, FRESH=1, DATA=folder, MAPPING=file, DRY_RUN=1
	@$(LOCAL) demo $(if $(ONCE),--once) $(if $(FRESH),--fresh) $(if $(DATA),--data "$(DATA)") $(if $(MAPPING),--mapping "$(MAPPING)") $(if $(DRY_RUN),--dry-run)

up: $(INSTALLED) ## Start PostgreSQL, the broker and the services, and leave them running
	@$(LOCAL) up --detach

down: $(INSTALLED) ## Stop them; the data stay
	@$(LOCAL) down

status: $(INSTALLED) ## What runs, where, and what each part says of itself
	@$(LOCAL) status

token: $(INSTALLED) ## Print a token for the stack: ROLE=ops, with PARTNER=id or SOURCE=name, HOURS=12
	@$(LOCAL) token $(or $(ROLE),brand_admin) $(if $(PARTNER),--partner "$(PARTNER)") $(if $(SOURCE),--source "$(SOURCE)") $(if $(HOURS),--hours $(HOURS)) $(if $(DATA),--data-dir "$(DATA)")

observe: $(INSTALLED) ## A Prometheus beside the running stack, with its alerts: PORT=8190
	@$(LOCAL) observe $(if $(PORT),--port $(PORT))

logs: $(INSTALLED) ## Follow the logs: SERVICE=metrics for one
	@$(LOCAL) logs --follow $(SERVICE)

events: $(INSTALLED) ## Look into a running service's events by hand: SERVICE=metrics ARGS="parked"
	@$(LOCAL) events $(SERVICE) $(ARGS)

test: $(COMPILED) ## All tests: ARGS="-k order" for some
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations 10 $(ARGS)

# The broker is had in the first way that is open: QUDAO_TEST_KAFKA=host:port, a container (DOCKER_HOST), Maven with Java 17.
test-kafka: $(COMPILED) ## All that uses a broker, on an Apache Kafka: SHORT=1 (two minutes), ARGS="-k group"
	@QUDAO_TEST_BROKER=kafka $(PY) -m pytest $(if $(SHORT),libs/events/tests -k "sharing or topic_cut or secured or lost" -m "not thorough",libs tests/end_to_end) -n auto --dist worksteal $(ARGS)

test-k8s: $(INSTALLED) ## What deploy/k8s renders to, judged by a real kube-apiserver (needs Go, Java, Maven, kubectl; built once, five minutes)
	@$(PY) -m qudao_checks.cluster
	@$(PY) -m pytest tests/kubernetes -q $(ARGS)

mutations: $(COMPILED) ## Make each known mistake in a copy of the code and expect its tests to fail: ARGS="links relay"
	@$(PY) -m qudao_checks.mutations $(ARGS)

fuzz: $(COMPILED) ## Send each route of each service what its OpenAPI document allows and forbids: EXAMPLES=200, ARGS="-k metrics"
	@QUDAO_FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(PY) -m pytest tests/test_fuzz.py -n auto -o faulthandler_timeout=7200 --show-capture=no $(ARGS)

lint: $(INSTALLED) ## Style and likely mistakes
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

format: $(INSTALLED) ## Let ruff put the files in order
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

# A run per folder, with the sources of a service told to it here: test modules of two services may have the same name.
types: $(INSTALLED) ## mypy --strict on everything, tests too: PARTS="libs/events tests" for some
	@status=0; for part in $(or $(PARTS),$(TYPED)); do \
	  case $$part in services/*) own=$$part/src:$$part ;; *) own= ;; esac; \
	  said=$$(MYPYPATH=$$own $(PY) -m mypy $$part 2>&1) || status=1; echo "$$part: $$said"; \
	done; exit $$status

imports: $(INSTALLED) ## Who may import whom
	@$(PY) -m qudao_checks.imports

contracts: $(INSTALLED) ## Write contracts/ from the code (compatible changes only); CHECK=1 compares
	@$(PY) -m qudao_checks.contracts $(if $(CHECK),--check)

docs: $(INSTALLED) ## Write the pages that are made from the code; CHECK=1 compares
	@$(PY) -m qudao_checks.pages $(if $(CHECK),--check)

check: test lint types imports ## All of it
	@$(MAKE) --no-print-directory contracts CHECK=1

# Not among them: growth (ten minutes) and demo (a fresh clone, which installs).
BENCHES := append hot orders reads push relay fold rebuild kpi whole freshness imports rest start restart rating
bench: $(INSTALLED) ## Measure beside the peers in the same run: ONLY="append kpi" (growth, demo), ARGS="--rounds 1", TRIAL=1
	@for one in $(or $(ONLY),$(BENCHES)); do TRIAL=$(TRIAL) $(PY) bench/$$one.py $(ARGS) || exit 1; done

image: $(INSTALLED) ## Build the image of all services and its bill of materials: NAME=qudao:latest, ENGINE=docker
	@deploy/container/image $(NAME)

compose-secrets: $(INSTALLED) ## Make secrets for docker-compose.yml, to try it out: SECRETS=var/container
	@$(PY) deploy/container/make_secrets.py $(SECRETS)

compose-test: $(INSTALLED) ## Build the image, bring docker-compose.yml up, play a year, kill what it stands on, compare to the cent
	@$(PY) deploy/container/try_compose.py

# Strictly: an index that knows nothing of a package has not said that the package is well.
audit: $(INSTALLED) ## Ask the package index whether a flaw is known of what the image is built of (not part of check: it changes by itself)
	@.venv/bin/uv tool run -q --from pip-audit==2.10.1 pip-audit --strict --disable-pip --require-hashes -r deploy/container/requirements.lock -r deploy/container/build.lock

# From the root, because uv writes its command line into the file. It names no index host (a check sees to it): everybody has their own.
IN_IMAGE := $(patsubst services/%,--package %,$(filter services/%,$(PACKAGES))) --package channel-operate
lock: $(INSTALLED) ## Bring requirements.lock, and those of the image, up to date with the pyproject files
	@.venv/bin/uv export --all-packages --all-groups --no-emit-workspace -q -o requirements.lock
	@.venv/bin/uv export $(IN_IMAGE) --no-dev --no-emit-workspace -q -o deploy/container/requirements.lock
	@.venv/bin/uv pip compile --universal --generate-hashes --no-emit-index-url --python-version 3.11 -q deploy/container/build.in -o deploy/container/build.lock
	@$(PY) -m qudao_checks.sources requirements.lock deploy/container/requirements.lock deploy/container/build.lock

clean: ## Remove .venv, caches and the local stack's data
	rm -rf .venv var .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
