# Every target says what it does; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
UV := $(shell sed -n 's/^uv==/uv==/p' requirements.lock)
# The configuration that a run reads over conf/base: local, test, published or s3.
ENV ?= local
# Runtime parameters, e.g. PARAMS=triage_path=form.csv,histories_path=histories.zip
PARAMS ?=
# Processes that share the tests.
WORKERS ?= 2
# Of promotions and rollbacks: which version, why, and who approved it.
VERSION ?=
REASON ?= no reason given
APPROVED_BY ?=
APPROVAL = $(if $(APPROVED_BY),--approved-by="$(APPROVED_BY)")
RUN := $(BIN)/kedro run --env=$(ENV) $(if $(PARAMS),--params=$(PARAMS))

export KEDRO_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export MLFLOW_DISABLE_TELEMETRY := true
# A folder of wheels that pip knows is one for uv too; and the best version of all indexes wins, as with pip.
ifdef PIP_FIND_LINKS
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
endif
export UV_INDEX_STRATEGY ?= unsafe-best-match

.PHONY: help
help: ## Print every target with a line
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' \
	  | while IFS=$$'\t' read -r target line; do printf '  make %-16s %s\n' "$$target" "$$line"; done

# The environment: one pass over the lock by uv, by pip where uv cannot; then the project itself, editable.
$(INSTALLED): requirements.lock pyproject.toml
	@echo "Installing the environment of requirements.lock into $(VENV)"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet '$(UV)'
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --compile-bytecode -r requirements.lock \
	  || $(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: install
install: $(INSTALLED) ## Create or renew the environment from the lock

.PHONY: train
train: $(INSTALLED) ## Train: knowledge, patients, five candidates, the selected one packaged (ENV=published: real data)
	$(RUN) --pipelines=training

# Protocols that the packaged model is not trained under: each trains as far as its out-of-fold answers, into a folder
# of its own, and leaves its figures beside the others', where the report reads them.
PROTOCOL := $(BIN)/kedro run --env=published --pipelines=protocol

.PHONY: protocols
protocols: $(INSTALLED) ## Measure published cases with their disorder masked, and taught by simulated patients only
	$(PROTOCOL) --params=protocol=disorder_masked,hide_own_disorder=true,data_root=data/published/protocols/disorder_masked
	$(PROTOCOL) --params=protocol=simulated_only,learn_from=simulated,minimum_real_cases=100000,data_root=data/published/protocols/simulated_only

.PHONY: decision-report
decision-report: $(INSTALLED) ## Report on the decision of the model trained last: data/…/08_reporting/decision_report.html
	$(RUN) --pipelines=decision_report

.PHONY: tune
tune: $(INSTALLED) ## Search better settings of the candidates (after a training): PARAMS=tuning_minutes=20
	$(RUN) --pipelines=tuning

.PHONY: test
test: lint $(INSTALLED) ## Run everything that CI runs: linters, types, contracts, tests with coverage, notebooks
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

.PHONY: lint
lint: $(INSTALLED) ## Check style, types and the borders between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile deploy/sagemaker/Dockerfile

.PHONY: serve
serve: $(INSTALLED) ## Serve the trained model on http://127.0.0.1:8000: API, page and metrics
	$(BIN)/python -m orphan_disease.serving

.PHONY: models
models: $(INSTALLED) ## List the models: version, date, knowledge, figures, gates, pointers
	$(BIN)/orphan-disease models --env=$(ENV)

.PHONY: promote
promote: $(INSTALLED) ## Let a version serve: VERSION=… (the one trained last) REASON="…" APPROVED_BY="…"
	$(BIN)/orphan-disease promote $(VERSION) --env=$(ENV) --reason="$(REASON)" $(APPROVAL)

.PHONY: rollback
rollback: $(INSTALLED) ## Let the champion before this one serve again, or VERSION=…: REASON="…" APPROVED_BY="…"
	$(BIN)/orphan-disease rollback $(VERSION) --env=$(ENV) --reason="$(REASON)" $(APPROVAL)

.PHONY: simulate-year
simulate-year: $(INSTALLED) ## Run a simulated year with planted changes: answers, truth, alarm, retraining, recovery
	$(BIN)/orphan-disease simulate-year --env=$(ENV)

.PHONY: orphanet
orphanet: $(INSTALLED) ## Download Orphanet's archive from its publisher, with its checksum
	$(BIN)/orphan-disease download orphanet

.PHONY: published-cases
published-cases: $(INSTALLED) ## Download published case reports (phenopackets) from their publisher, with their checksum
	$(BIN)/orphan-disease download published-cases

.PHONY: viz
viz: $(INSTALLED) ## Show the graph of pipelines in the browser
	$(BIN)/kedro viz run --env=$(ENV)

.PHONY: notebook
notebook: $(INSTALLED) ## Open the notebooks with the catalog at hand
	$(BIN)/kedro jupyter lab --env=$(ENV)

.PHONY: package
package: $(INSTALLED) ## Build the wheel and the archive of configuration into dist/
	$(BIN)/kedro package
	@# Kedro leaves out local/*.yml alone; a secret may lie there under any name.
	tar -czf dist/conf-orphan_disease.tar.gz --exclude='conf/local/*' conf

.PHONY: image
image: ## Build the image that serves (docs/how_to/run-in-containers.md)
	docker build --target serve --build-arg SOURCE_REVISION="$$(git rev-parse HEAD)" -t orphan-disease-serve .

.PHONY: lock
lock: $(INSTALLED) ## Renew requirements.lock from pyproject.toml, keeping every pin that still fits
	@# The installed build of torch decides (CPU or CUDA): without this, PyPI's CUDA build and its 20 packages come in.
	$(BIN)/python -c "import importlib.metadata as m; print('torch==' + m.version('torch'))" > .torch-constraint
	$(BIN)/uv pip compile --quiet --all-extras --python-version=3.11.7 --no-header --constraints=.torch-constraint \
	  --output-file=requirements.lock pyproject.toml
	sed -i -E 's/^(torch==[0-9.]+)\+cpu/\1/' requirements.lock
	@# The images' own sets, at the versions of the lock.
	for group in serving tracking; do \
	  $(BIN)/uv pip compile --quiet --python-version=3.11.7 --no-header --constraints=requirements.lock \
	    --constraints=.torch-constraint --output-file="requirements-$$group.lock" --group="pyproject.toml:$$group"; \
	  sed -i -E 's/^(torch==[0-9.]+)\+cpu/\1/' "requirements-$$group.lock"; \
	done
	rm .torch-constraint

.PHONY: clean
clean: ## Remove caches and build output; data, models and the environment stay
	rm -rf build dist .viz .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
