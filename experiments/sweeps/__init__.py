"""Many runs, safely on the disk. In the order of what happens:

spec (the file) → factors, designs, rules (what varies) → plan (every run, numbered) → jobs (parts, as plain data) →
work, workers (who makes them) → files, store (where they go) → run (all of it) → read, export (and back out).
"""

from experiments.sweeps.plan import Plan
from experiments.sweeps.read import read_parts, read_plan, read_sweep, rerun, to_xarray
from experiments.sweeps.run import Swept, estimate, run_sweep
from experiments.sweeps.spec import SweepSpec, schema

__all__ = [
    "Plan", "SweepSpec", "Swept", "estimate", "read_parts", "read_plan", "read_sweep", "rerun", "run_sweep", "schema",
    "to_xarray",
]  # fmt: skip
