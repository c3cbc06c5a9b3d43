# Three commands: `make run` answers the corridor question, `make app` opens it in a browser, `make test` checks the
# model. All set up what they need.
.PHONY: run app test lint docs results bench visitors clean

BIN := .venv/bin

run: .venv/ready
	$(BIN)/corridors run corridor-first --against declarations --seeds 200 --out results/first --force

app: .venv/ready
	$(BIN)/corridors app

test: .venv/ready
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: .venv/ready
	$(BIN)/python -m abm.odd

results: .venv/ready
	$(BIN)/python -m calibration.results

bench: .venv/ready
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python -m benchmarks.sweeps

visitors: .venv/ready
	$(BIN)/python -m benchmarks.visitors

# uv comes into .tools if the machine has none
.venv/ready: pyproject.toml constraints.txt .python-version
	@command -v uv >/dev/null 2>&1 || test -x .tools/bin/uv || { python3 -m venv .tools && .tools/bin/pip install --quiet uv; }
	@export PATH="$$PATH:$(CURDIR)/.tools/bin"; \
	test -x $(BIN)/python || uv venv --quiet .venv; \
	VIRTUAL_ENV="$(CURDIR)/.venv" uv pip install --quiet -c constraints.txt -e ".[all]" --group dev
	@touch $@

clean:
	rm -rf .venv .tools results
