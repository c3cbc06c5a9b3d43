"""The sweep runner against bare runs and against Mesa's `batch_run`: `python benchmarks/sweeps.py [runs]`.

Every figure is measured here and now. Ratios come from rounds that take turns, since machines are noisy.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from abm.engine.world import parameter_row
from abm.parameters import Parameters, describe
from abm.runs import Engine, run_each
from abm.scenario import Scenario, lever_table
from experiments.sweeps.jobs import job_for
from experiments.sweeps.plan import Plan
from experiments.sweeps.run import run_sweep
from experiments.sweeps.spec import SweepSpec
from experiments.sweeps.work import work

ROUNDS, PART = 5, 500
SPEC = {
    "scenarios": ["as-is"],
    "vary_roles": ["fit"],
    "vary": {"abec_programme": "prior", "free_trade_all": "prior"},
}


def plan(points: int, *keep: str) -> Plan:
    """A Latin hypercube over all fitted parameters and two levers."""
    return Plan.of(SweepSpec.of({**SPEC, "keep": list(keep), "design": {"kind": "latin-hypercube", "points": points}}))


@cache
def laid_ready() -> tuple[Engine, list[tuple[int, Any, Any]]]:
    """The model, and for each run of a part its seed, parameters and levers, made beforehand."""
    found = plan(PART, "summary")
    story = Scenario.read("as-is")
    names = {factor.name for factor in found.factors} & set(describe())
    runs = []
    for run in range(PART):
        point, _, seed = found.of_run(run)
        values = found.values(point.row)
        numbers = Parameters().changed({name: value for name, value in values.items() if name in names})
        changed = story.then("2026-01", **{name: value for name, value in values.items() if name not in names})
        runs.append((seed, parameter_row(numbers), lever_table(changed)))
    return Engine(story), runs


def bare_part() -> float:
    """Seconds for a part's runs by the model alone, one thread; results thrown away."""
    engine, runs = laid_ready()
    keep = engine.kept("headline")
    out = np.zeros((len(engine.levers), len(keep)), np.float32)
    start = time.perf_counter()
    for seed, row, table in runs:
        engine.run(seed, row, keep, out, table)
    return time.perf_counter() - start


def swept_part(*keep: str) -> float:
    """Seconds for the same by a worker of a sweep: parameters and levers set, summed up, encoded as Parquet."""
    found = plan(PART, *keep)
    work(job_for(found, [0]))
    start = time.perf_counter()
    work(job_for(found, range(PART)))
    return time.perf_counter() - start


def bare_runs(count: int, threads: int) -> float:
    """Seconds for so many runs by the model alone, a thread a core, results thrown away."""
    engine = Engine(Scenario.read("as-is"))
    keep = engine.kept("headline")
    series = np.zeros((PART, len(engine.levers), len(keep)), np.float32)
    start = time.perf_counter()
    for first in range(0, count, PART):
        seeds = range(first, min(first + PART, count))
        for _ in run_each(engine, seeds, None, keep, series, threads):
            pass
    return time.perf_counter() - start


def swept_runs(count: int, workers: int, *keep: str) -> dict[str, float]:
    """A whole sweep with its own processes: seconds, disk, and the largest memory of this process and of a worker."""
    with tempfile.TemporaryDirectory() as place:
        stop, peak = threading.Event(), [0.0]
        watch = threading.Thread(target=_watch_children, args=(stop, peak))
        watch.start()
        swept = run_sweep(plan(count, *keep), Path(place) / "s", workers=workers)
        stop.set()
        watch.join()
        assert swept.whole
        size = sum(path.stat().st_size for path in Path(place).rglob("*.parquet"))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": swept.seconds, "disk": size / 1e6, "memory": own, "worker": peak[0]}


def _watch_children(stop: threading.Event, peak: list[float]) -> None:
    """The largest resident memory that any child had, MB."""
    while not stop.wait(0.5):
        listed = subprocess.run(["ps", "-o", "rss=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
        peak[0] = max([peak[0], *(int(word) / 1024 for word in listed.split())])


def mesa_runs(count: int) -> float:
    """Seconds for so many runs of the same model by Mesa's batch_run, in one process as it is by default."""
    from mesa.batchrunner import batch_run

    from abm.model import CentralAsia

    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch_run(
            CentralAsia, {"scenario": ["as-is"]}, rng=list(range(count)), max_steps=131, number_processes=1,
            data_collection_period=1, display_progress=False,
        )  # fmt: skip
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    cores = os.cpu_count() or 1
    bare_part(), swept_part("summary")  # compile
    rounds = [(bare_part(), swept_part("summary"), swept_part("summary", "series")) for _ in range(ROUNDS)]
    bare = statistics.median(r[0] for r in rounds) / PART * 1000
    summary = statistics.median(r[1] / r[0] for r in rounds)
    series = statistics.median(r[2] / r[0] for r in rounds)
    print(f"{'a bare run, one thread':58} {bare:8.2f} ms")
    print(f"{'a run by a worker, summary kept, against bare':58} {summary:8.3f} times")
    print(f"{'a run by a worker, summary and series kept, against bare':58} {series:8.3f} times")
    alone = bare_runs(count, cores)
    swept = swept_runs(count, cores, "summary")
    print(f"{f'{count:,} bare runs, {cores} threads':58} {alone:8.1f} s")
    print(f"{f'{count:,} runs swept by {cores} processes, start-up included':58} {swept['seconds']:8.1f} s")
    print(f"{'the same against bare':58} {swept['seconds'] / alone:8.3f} times")
    print(f"{'disk, summary of 106 series in four windows':58} {swept['disk']:8.1f} MB")
    print(f"{'largest memory of the sweep itself':58} {swept['memory']:8.0f} MB")
    print(f"{'largest memory of a worker':58} {swept['worker']:8.0f} MB")
    mesa = mesa_runs(20) / 20 * 1000
    print(f"{'a run by Mesa batch_run, one process':58} {mesa:8.1f} ms")
    print(f"{'the same against a run by a worker':58} {mesa / (bare * summary):8.1f} times")


if __name__ == "__main__":
    main()
