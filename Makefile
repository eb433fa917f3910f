# make app   everything it needs, then the app on http://localhost:8501 (PORT=... for another port)
# make test  everything it needs (a browser too), then lint, types and the whole suite
# make quick  lint, types and the tests that are soon done: while one works, in a minute and a half on two cores
# make explore-tests  the property tests on examples that no run has tried; what fails is printed with a line to repeat it
# make package-test  build the wheel and try it in clean environments: bare, [train] and [app]
# make cluster  the whole deployment as plain processes, on http://localhost:8500 (CLUSTER_PORT=...); Ctrl+C ends it
# make audit    look for known vulnerabilities in what a deployment installs (needs PyPI's advisory data)
# make bench  the benchmarks, in an environment of their own, into docs/benchmark.md, .svg and docs/training.md

PORT ?= 8501
VENV ?= .venv
BENCH_VENV ?= .venv-bench
AUDIT_VENV ?= .venv-audit
CLUSTER_PORT ?= 8500
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: app test quick lint types unit explore-tests package-test browser sample bench cluster audit clean

app: $(VENV)/.app
	$(BIN)/streamlit run app.py --server.port $(PORT)

test: lint types unit

QUICK := tests/core tests/convex tests/training tests/app tests/test_layering.py tests/test_public_names.py tests/test_deployment.py
quick: lint types
	$(BIN)/pytest -n 2 --dist loadfile -m "not slow" $(QUICK)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/biome check --error-on-warnings

types: $(VENV)/.test
	$(BIN)/mypy

# Two files at a time; what starts servers, workers or a browser has the machine to itself. A test that fails is tried
# once more, so that a busy machine stops nobody's work; what needed it is printed ("RERUN"), and is mended.
PROCESSES := tests/jobs tests/tasks/sweep tests/server tests/test_cluster.py tests/test_chaos.py tests/browser
unit: $(VENV)/.test browser
	$(BIN)/pytest -n 2 --dist loadfile -rR --reruns 1 $(PROCESSES:%=--ignore %)
	$(BIN)/pytest -rR --reruns 1 $(PROCESSES)

# Not a part of CI, which judges a change by examples that stay the same (tests/conftest.py).
explore-tests: $(VENV)/.test
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest -m hypothesis

package-test: $(VENV)/bin/python
	$(BIN)/python tests/package/check.py

# The trainings that the first visitor sees, made anew and stored in the package; then their films against closed forms.
sample: $(VENV)/.test
	$(BIN)/python -m cvxdnn.tasks.experiments
	$(BIN)/python -m cvxdnn.exhibits.samples
	$(BIN)/python -m cvxdnn.tasks.sweep.sample
	$(BIN)/pytest -q -k "film or still" tests/exhibits tests/tasks

# Time and memory depend on the machine: close other programs. A quarter of an hour, and one for training's quality.
bench: $(BENCH_VENV)/.bench
	$(BENCH_VENV)/bin/python -m benchmarks.solvers
	$(BENCH_VENV)/bin/python -m benchmarks.training_speed
	$(BENCH_VENV)/bin/python -m benchmarks.training_quality

# Scheduler, two workers, two replicas, and Redis and nginx where they are installed; see docs/deployment.md.
cluster: $(VENV)/.dask
	@exec $(BIN)/python -m deploy.cluster --port $(CLUSTER_PORT)

# What could not be looked up counts as a finding: an audit without data must not look like a clean one.
audit: $(AUDIT_VENV)/.audit $(VENV)/.app
	$(AUDIT_VENV)/bin/pip-audit --strict --skip-editable --progress-spinner off \
		--path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

# Playwright drives the system's own Chromium; as root on Debian it is installed when none is found.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ apt-get update -q && apt-get install -yq --no-install-recommends chromium chromium-driver; } || \
		{ echo "make: no Chromium found and apt-get could not install it; install Chromium and try again" >&2; exit 1; }

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed (PYTHON=path/to/python)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q -r requirements.txt
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.app
	$(BIN)/python -m pip install -q -e '.[test,dask,redis]'
	@touch $@

$(VENV)/.dask: pyproject.toml $(VENV)/.app
	$(BIN)/python -m pip install -q -e '.[dask,redis]'
	@touch $@

$(AUDIT_VENV)/.audit: Makefile
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed (PYTHON=path/to/python)" >&2; exit 1; }
	$(PYTHON) -m venv $(AUDIT_VENV)
	$(AUDIT_VENV)/bin/python -m pip install -q pip-audit==2.10.1
	@touch $@

$(BENCH_VENV)/.bench: pyproject.toml requirements.txt
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed (PYTHON=path/to/python)" >&2; exit 1; }
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install -q -r requirements.txt -e '.[bench]'
	@touch $@

clean:
	rm -rf $(VENV) $(BENCH_VENV) $(AUDIT_VENV) .pytest_cache .mypy_cache .ruff_cache *.egg-info
