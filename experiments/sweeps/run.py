"""Sweeps: every missing part of a plan is made by some worker and reaches the disk when it ends."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from abm.errors import BadInput
from experiments.provenance import code_hash
from experiments.sweeps.jobs import Part, job_for, job_of
from experiments.sweeps.plan import Plan
from experiments.sweeps.spec import SweepSpec
from experiments.sweeps.store import Store
from experiments.sweeps.work import work
from experiments.sweeps.workers import TRIES, LocalWorkers, NoWorker

AHEAD = 2  # parts in hand for each worker: one being made, one waiting
SAMPLE = 24  # runs that an estimate is measured on,
PATIENCE = 3.0  # but no more than so many seconds of them
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Swept:
    """How a sweep went. lost: parts that no worker brought back, with the reason."""

    folder: Path
    runs: int
    made: int
    failed: int
    seconds: float
    lost: dict[int, str] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Is every run on the disk, and did none fail?"""
        return not self.lost and not self.failed


def run_sweep(
    spec: SweepSpec | Plan | str | Path,
    out: str | Path,
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    in_flight: int | None = None,
    told: Told | None = None,
    command: str = "",
    again: bool = False,
) -> Swept:
    """Make every run of a sweep that is not yet in the folder `out`.

    executor: anything with `submit`, as `ProcessPoolExecutor`, `dask.distributed.Client.get_executor()` or MPI's; own
    processes by default (`workers` of them, all cores if None). in_flight: parts handed out at a time. told: called
    with (runs done, runs failed) at the start and whenever a part is on the disk. again: make parts with failed runs
    once more.

    Raises:
        BadInput: what the spec says cannot be run, or the folder holds something else.
        KeyboardInterrupt: stopped by the user; the parts that had ended are kept.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RuntimeError(
            'a worker reads this script too: put what starts the sweep under  if __name__ == "__main__":'
        )
    for name, number in (("workers", workers), ("in_flight", in_flight)):
        if number is not None and number < 1:
            raise BadInput(f"{name} = {number} must be 1 or more")
    plan = spec if isinstance(spec, Plan) else Plan.of(spec if isinstance(spec, SweepSpec) else SweepSpec.read(spec))
    began = time.perf_counter()
    store = Store.open(Path(out), plan, command)
    try:
        found = {part: bad for part, bad in store.done() if not (again and bad)}
        missing = [part for part in range(plan.parts) if part not in found]
        done = sum(len(plan.runs_of(part)) for part in found)
        failed = sum(found.values())
        if told:
            told(done, failed)
        made, lost = 0, {}
        if missing:
            for _ in plan.engines():  # compiles the rules here, once, and refuses what cannot be
                pass
            count = max(1, min(workers or os.cpu_count() or 1, len(missing)))
            with at_work(executor, count) as crew:
                for part, problem in _made(plan, crew, missing, in_flight or 0):
                    if isinstance(part, Part):
                        store.write(part)
                        made += part.runs
                        failed += part.failed
                        if told:
                            told(done + made, failed)
                    else:
                        lost[part] = problem
        for part in range(plan.parts):
            if part not in lost and not all(store.path(kind, part).exists() for kind in store.kinds):
                lost[part] = "its file is gone; somebody took it away while the sweep ran"
        seconds = time.perf_counter() - began
        if not lost:
            store.describe(command, complete=True, failed=failed, made_now=made, seconds=round(seconds, 2))
        return Swept(Path(out), plan.runs, made, failed, seconds, lost)
    finally:
        store.close()


@contextmanager
def at_work(executor: Executor | None, count: int) -> Iterator[Executor]:
    """The workers; our own are ended with the sweep, a guest's are left as they were."""
    if executor is not None:
        yield executor
        return
    own = LocalWorkers(count)
    try:
        yield own
    except BaseException:
        own.kill()
        raise
    own.shutdown()


def crew_size(executor: Any) -> int:
    """How many can work at a time, as far as an executor says; a cluster may grow and shrink."""
    client = getattr(executor, "_client", None)
    if client is not None and hasattr(client, "nthreads"):
        return sum(client.nthreads().values())
    return int(getattr(executor, "_max_workers", 0) or os.cpu_count() or 1)


def _made(
    plan: Plan, executor: Executor, missing: list[int], hands: int
) -> Iterator[tuple[Part, str] | tuple[int, str]]:
    """Parts as they are made, in whatever order; or the number of one that was given up, and why."""
    waiting = iter(missing)
    code = code_hash()
    pending: dict[Future[Part], int] = {}
    tries: dict[int, int] = {}

    def hand_out(part: int) -> None:
        try:
            pending[executor.submit(work, job_of(plan, part, code))] = part
        except BrokenExecutor as problem:
            raise _gone(problem) from problem

    try:
        while True:
            most = hands or AHEAD * max(1, crew_size(executor))
            while len(pending) < most and (part := next(waiting, -1)) >= 0:
                hand_out(part)
            if not pending:
                return
            ended, _ = wait(pending, return_when=FIRST_COMPLETED)
            outcomes = [(pending.pop(f), f, CancelledError() if f.cancelled() else f.exception()) for f in ended]
            for _, future, problem in outcomes:
                if problem is None:
                    yield future.result(), ""  # what is good reaches the disk before anything else is said
            for part, _, problem in outcomes:
                if problem is None:
                    continue
                if isinstance(problem, BadInput):
                    raise problem
                if isinstance(problem, NoWorker) or (
                    isinstance(problem, BrokenExecutor) and not isinstance(executor, LocalWorkers)
                ):
                    raise _gone(problem) from problem
                if tries.setdefault(part, 1) < TRIES and not isinstance(problem, BrokenExecutor):
                    tries[part] += 1
                    hand_out(part)
                else:
                    yield part, f"{type(problem).__name__}: {problem}"
    finally:
        for future in pending:
            future.cancel()


def _gone(problem: BaseException) -> BadInput:
    return BadInput(
        f"the workers are gone ({type(problem).__name__}: {problem}); "
        "what was done is kept: start new ones and run the same sweep again"
    )


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take, from a few runs made now."""

    runs: int
    seconds: float
    bytes: int
    seconds_a_run: float


def estimate(plan: Plan, workers: int = 1) -> Estimate:
    """Time and disk of a whole plan, measured on a few of its runs."""
    for _ in plan.engines():  # compiling is not what a run costs
        pass
    work(job_for(plan, [0]))
    began = time.perf_counter()
    work(job_for(plan, [0]))
    one = time.perf_counter() - began
    count = max(2, min(SAMPLE, plan.runs, int(PATIENCE / one)))
    some = sorted({i * (plan.runs - 1) // (count - 1) for i in range(count)})
    began = time.perf_counter()
    large = work(job_for(plan, some))
    each = (time.perf_counter() - began) / len(some)
    small = work(job_for(plan, some[: max(1, len(some) // 2)]))
    size, half = (sum(len(content) for content in part.files.values()) for part in (large, small))
    a_run = (size - half) / max(large.runs - small.runs, 1)
    head = max(0.0, size - a_run * large.runs)
    return Estimate(plan.runs, each * plan.runs / max(1, workers), int(a_run * plan.runs + head * plan.parts), each)
