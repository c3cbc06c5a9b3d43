"""`corridors sweep`, `rerun` and `export`: many runs, safely on the disk, and back out again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.errors import BadInput, unknown
from abm.levers import TODAY
from abm.scenario import TODAY_WORD
from experiments.sweeps.factors import LEVER, Factor
from experiments.sweeps.plan import RUNS, SERIES, Plan, runs_of
from experiments.sweeps.run import Estimate, Swept, Told, crew_size, estimate, run_sweep
from experiments.sweeps.spec import SweepSpec
from experiments.sweeps.store import manifest_of

RESULTS = Path("results")  # where a sweep goes that names no folder
LONG = 600  # seconds of estimated work that want a yes
SOME_FAILED = 3  # exit code
EVERY = 30  # seconds between lines where there is no terminal
KEPT = ("summary", SERIES)
FEW = 6  # values of a factor that are all shown
PATIENCE = 600  # seconds to wait for its first worker
DASK_WAIT = 10  # seconds to find a scheduler


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    spec: str
    out: Path | None
    workers: int | None
    dask: str
    keep: str
    replications: int | None
    dry_run: bool
    yes: bool
    command: str
    retry: bool = False


def print_schema() -> None:
    """The JSON Schema of a sweep file, for editors that complete and check."""
    from experiments.sweeps.spec import schema

    print(json.dumps(schema(), indent=1))


def list_sweeps() -> None:
    """One line for each shipped sweep, with its size."""
    names = SweepSpec.names()
    width = max(len(name) for name in names)
    for name in names:
        spec = SweepSpec.read(name)
        print(f"{name:{width}}  {runs_of(spec):>7,} runs  {spec.title}")
    print("\nRun one:  corridors sweep NAME --out results/NAME      See what it takes:  corridors sweep NAME --dry-run")


def plan_asked(request: Request) -> Plan:
    """The plan of a spec with what the command line changes. Raises BadInput."""
    changed: dict[str, Any] = {}
    if request.keep:
        kept = [word.strip() for word in request.keep.split(",")]
        for word in kept:
            if word not in KEPT:
                raise unknown("--keep", word, KEPT)
        changed["keep"] = kept
    if request.replications is not None:
        changed["replications"] = request.replications
    spec = SweepSpec.read(request.spec)
    if changed:
        spec = SweepSpec.of({**spec.model_dump(exclude_unset=True), **changed}, "command line")
    if request.workers is not None and request.workers < 1:
        raise BadInput(f"--workers {request.workers} must be 1 or more")
    plan = Plan.of(spec, request.spec)
    for note in plan.overridden():
        print(f"corridors: note: {note}", file=sys.stderr)
    return plan


def sweep(request: Request) -> None:
    """Plan, estimate, make, and say how it went. Raises BadInput."""
    plan = plan_asked(request)
    out = request.out or RESULTS / Path(request.spec).stem
    with _crew(request) as executor:
        workers = crew_size(executor) if executor else _workers(request)
        if request.dry_run:
            _say_what_it_takes(plan, estimate(plan, workers), workers, out)
            return
        _ask_if_long(plan, workers, out, request.yes)
        with progress(plan.runs) as told:
            try:
                swept = run_sweep(
                    plan,
                    out,
                    executor,
                    workers=request.workers,
                    told=told,
                    command=request.command,
                    again=request.retry,
                )
            except KeyboardInterrupt:
                print(
                    f"corridors: stopped; what is done stands in {out}. The same command goes on from there.",
                    file=sys.stderr,
                )
                sys.exit(130)
    report(swept, plan)


def report(swept: Swept, plan: Plan) -> None:
    """How it went, in words; exit code 3 if a run failed or a part was lost."""
    size = sum(path.stat().st_size for kind in (RUNS, SERIES) for path in (swept.folder / kind).glob("*.parquet"))
    made = f"{swept.made:,} made now" if swept.made < swept.runs else "all made now"
    rate = f", {swept.made / swept.seconds:,.0f} runs a second" if swept.made else ""
    print(f"{swept.runs:,} runs of {plan.points:,} points in {swept.folder} ({made}{rate}; {_size(size)})")
    print(f'Read them:  pd.read_parquet("{swept.folder}/{RUNS}")   or   corridors export {swept.folder} --to csv')
    for part, problem in swept.lost.items():
        runs = plan.runs_of(part)
        print(f"corridors: runs {runs[0]} to {runs[-1]} were lost: {problem}", file=sys.stderr)
    if swept.failed:
        print(
            f"corridors: {swept.failed:,} runs failed; see the column 'error' in {swept.folder}/{RUNS}, "
            f"or corridors rerun {swept.folder} --run ID",
            file=sys.stderr,
        )
    if not swept.whole:
        sys.exit(SOME_FAILED)


def rerun(folder: Path, run: int, series: bool, out: Path | None) -> None:
    """One run made again alone, beside what the sweep stored. Raises BadInput."""
    from experiments.sweeps.files import write_beside
    from experiments.sweeps.read import rerun as again
    from experiments.sweeps.read import stored

    row, months = again(folder, run)
    if series:
        text = months.to_csv(index=False, lineterminator="\n")
        if out:
            if out.exists():
                raise BadInput(f"--out {out}: is there already; choose another name, or take it away first")
            write_beside(out, text.encode(), out.parent / f".{out.name}.draft")
            (out.parent / f".{out.name}.draft").rmdir()
        else:
            print(text, end="")
    else:
        for name, value in row.iloc[0].items():
            print(f"{name:32} {value}")
    kept = manifest_of(folder)["spec"]["keep"]
    held = {RUNS: stored(folder, run)} | ({SERIES: stored(folder, run, SERIES)} if SERIES in kept else {})
    made = {RUNS: row, SERIES: months}
    if not len(held[RUNS]):
        print(f"corridors: run {run} is not done in {folder} yet; nothing to compare with", file=sys.stderr)
    elif all(_same(made[kind], frame) for kind, frame in held.items()):
        print(f"corridors: run {run} again: the same bits as in {folder} ({' and '.join(held)})", file=sys.stderr)
    else:
        print(f"corridors: run {run} again: NOT what stands in {folder}", file=sys.stderr)
        sys.exit(1)


def _same(made: Any, held: Any) -> bool:
    """Do two frames hold the same bits, whatever their empty columns are made of?"""
    return list(made) == list(held) and len(made) == len(held) and bool(made.equals(held.astype(made.dtypes)))


# ------------------------------------------------------------------------------------------------------------ workers


def _workers(request: Request) -> int:
    import os

    return request.workers or os.cpu_count() or 1


@contextmanager
def _crew(request: Request) -> Iterator[Executor | None]:
    """Dask's workers if asked for, else nobody: run_sweep then has its own. Raises BadInput."""
    if not request.dask:
        yield None
        return
    try:
        from dask.distributed import Client, LocalCluster
    except ImportError:
        raise BadInput("--dask needs Dask: install corridors[cluster]") from None
    if request.dask == "local":
        cluster = LocalCluster(
            n_workers=_workers(request), threads_per_worker=1, dashboard_address=None, silence_logs=40
        )
        try:
            with Client(cluster) as client:
                yield client.get_executor(pure=False)
        finally:
            cluster.close()
        return
    try:
        client = Client(request.dask, timeout=DASK_WAIT)
    except (OSError, TimeoutError, ValueError) as problem:
        raise BadInput(f"--dask {request.dask}: no scheduler answers there ({str(problem)[:120]})") from None
    with client:
        if not client.nthreads():
            print(f"corridors: {request.dask} has no workers yet; waiting for them", file=sys.stderr)
            client.wait_for_workers(1, timeout=PATIENCE)
        yield client.get_executor(pure=False)


# ---------------------------------------------------------------------------------------------------- what it will take


def _ask_if_long(plan: Plan, workers: int, out: Path, yes: bool) -> None:
    """Refuse more than ten minutes of work that nobody said yes to. Raises BadInput."""
    if yes:
        return
    left = 1.0
    if out.is_dir() and any(out.iterdir()) and manifest_of(out)["digest"] == plan.digest:
        left -= len(list((out / RUNS).glob("part-*.parquet"))) / plan.parts
    takes = estimate(plan, workers)
    if takes.seconds * left > LONG:
        raise BadInput(
            f"{plan.runs:,} runs would take about {_time(takes.seconds * left)} on {workers} workers and "
            f"{_size(takes.bytes)} of disk; say --yes to go on, or make the design smaller"
        )


def _say_what_it_takes(plan: Plan, takes: Estimate, workers: int, out: Path) -> None:
    what = [_many(len(plan.stories), "scenario"), f"{_many(plan.drawn.rows, 'point')} ({plan.spec.design.kind})"]
    if len(plan.variants) > 1:
        what.append(_many(len(plan.variants), "rule variant"))
    what.append(_many(plan.spec.replications, "seed"))
    print(f"{plan.spec.title}\n")
    print(f"runs    {plan.runs:,} = {' x '.join(what)}")
    print(f"time    about {_time(takes.seconds)} on {workers} workers ({takes.seconds_a_run * 1000:.1f} ms a run)")
    print(f"disk    about {_size(takes.bytes)} in {plan.parts:,} parts of {plan.per_part} runs; would go to {out}")
    print(f"rows    {len(plan.summary):,} columns of summary: {len(plan.columns)} series x "
          f"{', '.join(window.name.replace('_', '-') for window in plan.windows)}")  # fmt: skip
    for factor in plan.factors:
        print(f"varies  {factor.name}: {_span(factor)}")
    for name, value in plan.fixed.items():
        print(f"fixed   {name} = {value}")


def _span(factor: Factor) -> str:
    if factor.values:
        shown = factor.values if len(factor.values) <= FEW else (*factor.values[:3], "…", factor.values[-1])
        span = ", ".join(_word(value, factor) for value in shown)
        span += f" ({len(factor.values)} values)" if len(factor.values) > FEW else ""
    else:
        span = f"{factor.low:g} to {factor.high:g}"
    unit = "" if factor.unit in ("1", "word", "date") else f" {factor.unit}"
    return span + unit + (f", from {factor.at}" if factor.at else "")


def _word(value: Any, factor: Factor) -> str:
    if value == TODAY and factor.kind == LEVER:
        return TODAY_WORD
    return f"{value:g}" if isinstance(value, float) else str(value)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(number: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if number >= 10 or unit == "bytes" else f"{number:.1f} {unit}"


# ------------------------------------------------------------------------------------------------------------ progress


@contextmanager
def progress(total: int) -> Iterator[Told]:
    """A bar with rate, time left and failures; where there is no terminal, a line now and then."""
    if not sys.stderr.isatty():
        yield _lines(total)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeRemainingColumn(), TextColumn("{task.fields[failed]}"))  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        task = bar.add_task("runs", total=total, rate="", failed="")
        began, already = time.perf_counter(), -1

        def told(done: int, failed: int) -> None:
            nonlocal already
            already = done if already < 0 else already
            rate = (done - already) / max(time.perf_counter() - began, 1e-9)
            bar.update(
                task, completed=done, rate=f"{rate:,.0f} a second" if rate else "",
                failed=f"[red]{failed:,} failed[/red]" if failed else "",
            )  # fmt: skip

        yield told


def _lines(total: int) -> Told:
    began = last = time.perf_counter()

    def told(done: int, failed: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last > EVERY:
            last = now
            bad = f", {failed:,} failed" if failed else ""
            print(f"corridors: {done:,} of {total:,} runs after {_time(now - began)}{bad}", file=sys.stderr, flush=True)

    return told
