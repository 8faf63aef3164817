# One environment (.venv) for running and testing; a stamp makes the second call immediate.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

# Half of a short command is importing: compile a module once, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := run
.PHONY: run test test-long bench lint lock setup

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "needs Python 3.11 or later: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	$(PY) -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	touch $@

# The sample company: its plan 2024, approved once by its director, then the review of June 2024 against it.
run: $(STAMP)
	$(PY) -m salesnb run 2024 --unit sample
	test -e params/sample/targets/2024-r01.yaml || $(PY) -m salesnb approve sample 2024 latest \
		--by 销售总监 --reference params/sample/decisions/2023-12-08-growth-2024.md --decided 2023-12-31
	$(PY) -m salesnb run 2024-06 --unit sample

test: $(STAMP)
	$(PY) .ci/browser.py install
	$(PY) -m pytest -n 2 --dist worksteal -m "not long"

# Nothing collected (exit 5) is not a failure: a checkout may have no long test yet.
# Where there is a Java, the facts are held to a local Spark too.
test-long: $(STAMP)
	$(PY) .ci/browser.py install
	! command -v java >/dev/null || \
		$(PY) -m pip install --disable-pip-version-check -q --no-deps --require-hashes -r requirements-spark.lock
	HYPOTHESIS_PROFILE=search $(PY) -m pytest -n 2 --dist worksteal -m long || test $$? -eq 5

# Peers live in an environment of their own (.cache/bench); writes tests/bench/RESULTS.md. One bench: python -m tests.bench NAME
bench: $(STAMP)
	$(PY) -m tests.bench

lint: $(STAMP)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

# Keeps the pinned versions unless told otherwise: make lock UPGRADE=--upgrade
# Spark is locked apart: half a gigabyte that only who has a Spark installs.
COMPILE = $(VENV)/bin/uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet $(UPGRADE)
lock: $(STAMP)
	$(PY) -m pip install --disable-pip-version-check -q uv
	$(COMPILE) --extra test --extra cluster --extra postgres --extra build pyproject.toml -o requirements.lock
	echo "pyspark>=4.0" | $(COMPILE) - -o requirements-spark.lock
	$(PY) -m pip install --disable-pip-version-check -q --require-hashes -r requirements.lock
	$(PY) .ci/notices.py
