# Each target sets up what it needs: a virtual environment in .venv with everything installed.
# PYTHON=python3.12 make test chooses another interpreter.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip -qq --disable-pip-version-check install --constraint constraints.txt
# nbgrader calls programs of its environment (alembic) by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: demo test lint notebooks assignments site linkcheck setup bubblewrap chromium postgresql audit audit-oldest
.DEFAULT_GOAL := demo

demo: setup bubblewrap  ## grade a sample class with the stock nbgrader autograde
	$(BIN)/rps-grader demo

audit: setup bubblewrap  ## test the grader: answers and mutants, attacks, broken submissions
	$(BIN)/rps-grader audit --corpus corpus --attacks corpus/attacks --defects corpus/defects

audit-oldest: .venv-oldest/installed  ## try the answers and mutants with the oldest versions
	.venv-oldest/bin/rps-grader audit --corpus corpus

# Three files or classes side by side keep two cores busy; with more, each test takes longer.
test: setup  ## run the tests
	$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder --durations 15 --cov --cov-report term

lint: setup  ## check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: setup  ## make the notebooks of solutions/ from the texts in lessons/ and the rubrics
	$(BIN)/python -m tools.points
	$(BIN)/python -m tools.notebooks

assignments: notebooks  ## generate assignments/ from solutions/
	for name in ps1 ps2 ps3 ps4; do \
		$(BIN)/nbgrader generate_assignment $$name --force || exit 1; \
	done

site: setup  ## build the documentation, with the notebooks executed, into docs/_build/html
	$(BIN)/python -m tools.site_notebooks
	$(BIN)/sphinx-build --fail-on-warning --quiet docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

linkcheck: site  ## try the links of the documentation that lead elsewhere: needs a network
	$(BIN)/sphinx-build --builder linkcheck docs docs/_build/linkcheck

setup: .venv/installed

# Installed where that is possible without asking; the demo says so where it is missing.
bubblewrap:
	@command -v bwrap >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Installing bubblewrap: it isolates students' code." && \
		apt-get update -qq && apt-get install -y -qq bubblewrap libseccomp2 >/dev/null; } || true

# In the same way; the tests that open pages in a browser are skipped where it is missing.
chromium:
	@command -v chromium >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Installing Chromium: tests open pages of feedback in it." && \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true

# In the same way; the tests of a gradebook on a server are skipped where it is missing.
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		echo "Installing PostgreSQL: tests keep a gradebook in it." && \
		apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } || true

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo "rps-course needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Setting up .venv, once; it takes a few minutes. 1 of 3: Python's environment"
	@$(PYTHON) -m venv .venv
	@echo "2 of 3: TensorFlow, a download of 600 MB"
	@$(INSTALL) tensorflow
	@echo "3 of 3: nbgrader, the course and what tests it"
	@$(INSTALL) --editable '.[dev]'
	@touch $@

# The versions in constraints-oldest.txt are those for Python 3.11.
.venv-oldest/installed: pyproject.toml constraints-oldest.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
		echo "The oldest versions are for Python 3.11; '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1). Try: make audit-oldest PYTHON=python3.11" >&2; exit 1; }
	@echo "Setting up .venv-oldest with the oldest versions, which takes a few minutes."
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --editable '.[dev]' \
		--constraint constraints-oldest.txt
	@touch $@
