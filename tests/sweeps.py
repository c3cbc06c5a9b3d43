"""Small sweeps for tests, and ways to look at what they left on the disk."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from experiments.sweeps import SweepSpec
from experiments.sweeps.plan import Plan

SMALL: dict[str, Any] = {
    "title": "small",
    "scenarios": ["declarations", "corridor-first"],
    "replications": 4,
    "firms": 50,
    "measures": ["trade", "surplus", "leading_family"],
    "keep": ["summary", "series"],
    "runs_a_part": 10,
    "design": {"kind": "latin-hypercube", "points": 6},
    "vary": {"trade_elasticity": "prior", "energy": "prior", "hub_open": "prior", "diplomacy": "prior"},
}


def small(**told: Any) -> Plan:
    """The plan of 48 runs in 5 parts, changed as told."""
    return Plan.of(SweepSpec.of({**SMALL, **told}))


def files(folder: Path) -> dict[str, bytes]:
    """All parts of a sweep, by their place in its folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.glob("*/part-*.parquet"))}


class Here(Executor):
    """Does everything at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:
            future.set_exception(problem)
        return future
