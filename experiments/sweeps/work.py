"""What a worker does with a part of a sweep: its runs, as the bytes of the files that will hold them."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from abm.base_year import BaseYear
from abm.clock import MONTHS_A_YEAR
from abm.engine.world import default_levers, parameter_row, sizes_of
from abm.parameters import Parameters
from abm.runs import Engine
from abm.scenario import Scenario, find_lever, set_lever
from experiments.provenance import code_hash
from experiments.sweeps.factors import LEVER, PARAMETER
from experiments.sweeps.files import encode_runs, encode_series
from experiments.sweeps.jobs import Job, Part
from experiments.sweeps.plan import RUNS, SERIES
from experiments.sweeps.rules import month_of, sources_of


def work(job: Job) -> Part:
    """Make a part. A run that raises becomes a row with its traceback; the others go on.

    Raises:
        RuntimeError: this worker's program is not the one that the sweep was planned with.
    """
    if code_hash() != job.code:
        raise RuntimeError("this worker has another version of the program than the sweep; install the same one")
    if sources_of(job.spec) != job.sources:
        raise RuntimeError("a file of the sweep's own rules is not what it was when the sweep was planned")
    series, errors = simulate_job(job)
    files: dict[str, bytes] = {}
    if SERIES in job.spec.keep:
        files[SERIES] = encode_series(job, series, errors)
    files[RUNS] = encode_runs(job, summarise(job, series, errors), errors)
    return Part(job.part, files, len(job.runs), sum(error is not None for error in errors))


def simulate_job(job: Job) -> tuple[Any, list[str | None]]:
    """The runs of a job: series float32 (columns, runs, steps), NaN and a traceback for each that failed.

    A column is laid down in one piece, as files want it, run by run while its months are still near.
    """
    months = np.zeros((job.stories[0].years * MONTHS_A_YEAR, len(job.columns)), np.float32)
    series = np.empty((len(job.columns), len(job.runs), len(months)), np.float32)
    errors: list[str | None] = []
    setting = _Setting(job)
    benches = {place: _bench(setting, *place) for place in dict.fromkeys(job.places)}
    for i, values in enumerate(job.rows):
        try:
            benches[job.places[i]].run(job.seeds[i], values, months)
            series[:, i] = months.T
            errors.append(None)
        except (MemoryError, OSError):
            raise  # the worker's trouble, not the run's: somebody else may fare better
        except Exception:
            series[:, i] = np.nan
            errors.append(traceback.format_exc())
    return series, errors


def summarise(job: Job, series: Any, errors: Sequence[str | None]) -> Any:
    """Means over the windows, float32, shape (runs, summary columns); of categories the most frequent value."""
    if "summary" not in job.spec.keep:
        return np.zeros((len(job.runs), 0), np.float32)
    found = np.full((len(job.runs), len(job.summary)), np.nan, np.float32)
    good = slice(None) if not any(errors) else np.array([error is None for error in errors])
    for years in sorted({entry[2:4] for entry in job.summary}):
        window = series[:, good, slice(*years)]
        with np.errstate(invalid="ignore", over="ignore"):  # a run that explodes stays what it is: inf or NaN
            means = window.mean(axis=2, dtype=np.float64)
        for k, (_, column, *span, category) in enumerate(job.summary):
            if tuple(span) == years:
                found[good, k] = _most_frequent(window[column]) if category else means[column]
    return found


def _most_frequent(window: Any) -> Any:
    """The value that stands in most steps of each run, the lowest of equals, shape (runs,)."""
    values = np.unique(window[~np.isnan(window)])
    if not len(values):
        return np.full(len(window), np.nan)
    return values[(window[..., None] == values).sum(axis=1).argmax(axis=1)]


class _Setting:
    """What the runs of a sweep share; equal for all its parts, so that a worker prepares it once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.key = (job.digest, job.code, job.columns, job.stories, job.variants)

    def __hash__(self) -> int:
        return hash(self.job.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Setting) and self.key == other.key


@lru_cache(maxsize=64)
def _bench(setting: _Setting, scenario: int, variant: int) -> _Bench:
    return _Bench(setting.job, scenario, variant)


class _Bench:
    """An engine with its parameters and levers laid ready, so that a run only writes what its point changes."""

    def __init__(self, job: Job, scenario: int, variant: int) -> None:
        story = job.stories[scenario]
        world = story.world()
        self.engine = Engine(story, month_of(job.spec, job.variants[variant]), job.spec.firms, plain=job.spec.plain)
        names = [column.name for column in self.engine.columns]
        self.keep = np.array([names.index(name) for name, _ in job.columns], np.int64)
        fixed = dict(job.fixed)
        known = Parameters().changed({n: v for n, v in fixed.items() if n in Parameters.__dataclass_fields__})
        self.row = parameter_row(known)
        self.drawn = [i for i, (_, kind, _) in enumerate(job.factors) if kind == PARAMETER]
        self.places = [list(self.row.dtype.names).index(job.factors[i][0]) for i in self.drawn]
        self.first_year = story.first_year
        dated = _dated(job, story, fixed, world)
        first = next((i for i, (*_, factor) in enumerate(dated) if factor is not None), len(dated))
        self.table = default_levers(sizes_of(world), story.years * MONTHS_A_YEAR)
        self._write(self.table, dated[:first], ())
        self.later = dated[first:]  # what varies, and what comes after it

    def run(self, seed: int, values: Sequence[Any], out: Any) -> None:
        """One run at these values of the factors, into `out` (steps, columns)."""
        row, table = self.row.copy(), self.table
        row.view(np.float64)[self.places] = [values[i] for i in self.drawn]  # all fields are float64
        if self.later:
            table = table.copy()
            self._write(table, self.later, values)
        self.engine.run(seed, row, self.keep, out, table)

    def _write(self, table: Any, dated: Sequence[tuple[Any, ...]], values: Sequence[Any]) -> None:
        """Changes of levers into a table, as if the scenario's file had said so."""
        for at, lever, which, value, factor in dated:
            given = value if factor is None else values[factor]
            set_lever(table, lever, which, given, at, self.first_year, MONTHS_A_YEAR)


def _dated(job: Job, story: Scenario, fixed: Mapping[str, Any], world: BaseYear) -> list[tuple[Any, ...]]:
    """All changes of levers by date: the scenario's, what the spec fixes, what it varies (with the factor's number)."""
    found: list[tuple[Any, ...]] = [
        (change.at, *find_lever(name, world), value, None)
        for change in story.changes for name, value in change.levers
    ]  # fmt: skip
    found += [
        (job.fixed_at, *find_lever(name, world), value, None)
        for name, value in fixed.items() if name not in Parameters.__dataclass_fields__
    ]  # fmt: skip
    found += [
        (at, *find_lever(name, world), None, i) for i, (name, kind, at) in enumerate(job.factors) if kind == LEVER
    ]
    return sorted(found, key=lambda entry: entry[0])
