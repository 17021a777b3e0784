# Needs GNU make, and Python 3.11 or newer with venv (Debian: python3-venv). `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-matching messages lock clean
.DELETE_ON_ERROR:

# Installed only when a lock or the metadata changes, so that the second `make run` starts at once.
.venv/.run: requirements/run.txt requirements/install setup.cfg pyproject.toml
	@requirements/install run && touch $@
.venv/.test: requirements/test.txt requirements/install setup.cfg pyproject.toml
	@requirements/install test && touch $@ .venv/.run

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: .venv/.run ## start the site; the first start fills in a demonstration and prints its sign-ins
	@.venv/bin/charityledger serve --demonstration

test: lint ## everything that needs no system package: lint, then the tests on two processes
	@.venv/bin/python -m pytest -n 2 --dist worksteal -q --ignore=tests/browser --ignore=tests/system

lint: .venv/.test ## ruff, mypy and the import contract
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m mypy
	@.venv/bin/lint-imports

bench: .venv/.test ## speed of posting, pages and documents, each beside its limit
	@.venv/bin/python -m benchmarks

bench-matching: .venv/.test ## right and wrong matches on generated files, per kind of noise (SEEDS=0-9)
	@.venv/bin/python -m benchmarks.matching --seeds $(or $(SEEDS),0-9)

messages: .venv/.run ## bring translations/ up to date with the sentences in code and templates
	@mkdir -p .cache
	@.venv/bin/pybabel -q extract -F charityledger/translations/extract.cfg -k _l -k lazy_pgettext:1c,2 \
	  --no-wrap --add-location=file -o .cache/messages.pot .
	@.venv/bin/pybabel -q update -i .cache/messages.pot -d charityledger/translations -l en \
	  --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

lock: .venv/.test ## choose the newest versions again and write requirements/*.txt with their hashes
	@for lock in run test; do \
	  extras="--extra postgres --extra build"; \
	  if [ $$lock = test ]; then extras="$$extras --extra test"; fi; \
	  .venv/bin/uv pip compile setup.cfg $$extras --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet \
	    --output-file requirements/$$lock.txt || exit 1; \
	done

clean: ## remove the environment and caches; the data in instance/ stays
	rm -rf .venv build dist charityledger.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
