"""Whole runs without Mesa: one compiled call each, threads over runs, the same bits in any order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from operator import index
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np

from abm.base_year import BaseYear
from abm.clock import MONTHS_A_YEAR
from abm.engine.program import Program, compiled, uncompiled
from abm.engine.rules import Month
from abm.engine.world import PLURAL, Layout, build, default_levers, parameter_row, sizes_of, to_plain, to_records
from abm.errors import BadInput, unknown
from abm.month import MONTH
from abm.parameters import Parameters
from abm.scenario import Scenario, lever_table

FIRMS = 600
MOST_FIRMS = 1_000_000


@dataclass(frozen=True)
class Column:
    """One recorded series: a measure of one agent."""

    measure: str
    who: str
    unit: str

    @property
    def name(self) -> str:
        """As it stands in files: `trust_KZ_KG`; measures of the region stand alone."""
        return (
            self.measure if self.who == "region" else f"{self.measure}_{self.who}".replace("-", "_").replace(" ", "_")
        )


def columns_of(month: Month, layout: Layout) -> tuple[Column, ...]:
    """Every series that a month records, in order."""
    found = []
    for m in month.measures:
        inner = layout.names[PLURAL[month.fields(m.kind)[m.per].per]] if m.per else [""]
        found += [
            Column(m.name, f"{who} {part}".strip(), m.unit) for who in layout.names[m.kind.words] for part in inner
        ]
    return tuple(found)


@dataclass(frozen=True)
class Runs:
    """Recorded runs of one scenario.

    series: float32, shape (runs, steps, columns); seeds: one a run; dates: ("2025-01", …) a step.
    """

    scenario: Scenario
    seeds: tuple[int, ...]
    columns: tuple[Column, ...]
    series: Any
    steps_a_year: int = MONTHS_A_YEAR

    def of(self, measure: str, who: str = "region") -> Any:
        """One series of all runs, shape (runs, steps).

        Raises:
            BadInput: the measure was not kept, or not for this agent.
        """
        for place, column in enumerate(self.columns):
            if column.measure == measure and column.who == who:
                return self.series[:, :, place]
        raise unknown("series", f"{measure} {who}", [f"{c.measure} {c.who}" for c in self.columns])

    def year(self, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year, float64, shape (runs,)."""
        return self.years(measure, who, year, year)

    def years(self, measure: str, who: str, first: int, last: int) -> Any:
        """Mean over calendar years from first to last, float64, shape (runs,)."""
        start = (first - self.scenario.first_year) * self.steps_a_year
        stop = (last + 1 - self.scenario.first_year) * self.steps_a_year
        if start < 0 or stop > self.series.shape[1] or last < first:
            raise BadInput(f"{first}-{last} lies outside the run of '{self.scenario.name}'")
        return self.of(measure, who)[:, start:stop].mean(axis=1, dtype=np.float64)

    @property
    def dates(self) -> list[str]:
        """The month of every step."""
        per = self.steps_a_year
        return [
            f"{self.scenario.first_year + i // per}-{(i % per) * MONTHS_A_YEAR // per + 1:02d}"
            for i in range(self.series.shape[1])
        ]


@dataclass
class Engine:
    """A month made ready for one scenario: tables of the base year, levers of every step, and the program."""

    scenario: Scenario
    month: Month = MONTH
    firms: int = FIRMS
    steps_a_year: int = MONTHS_A_YEAR
    plain: bool = False
    world: BaseYear | None = None
    program: Program = field(init=False)
    layout: Layout = field(init=False)

    def __post_init__(self) -> None:
        check_size(self.firms, self.steps_a_year)
        world = self.world or self.scenario.world()
        self.tables, self.layout = _built(world, self.month, self.firms)
        sizes = sizes_of(world)
        self.defaults = default_levers(sizes)
        self.levers = lever_table(self.scenario, self.steps_a_year, world)
        self.columns = columns_of(self.month, self.layout)
        self.program = uncompiled(self.month) if self.plain else compiled(self.month, self._warm)

    @property
    def every(self) -> Any:
        """Indices of all columns."""
        return np.arange(len(self.columns))

    def kept(self, measures: Sequence[str] | str) -> Any:
        """Indices of the columns to keep: 'headline', 'all', or names of measures."""
        known = {m.name: m for m in self.month.measures}
        if measures == "all":
            return self.every
        if measures == "headline":
            chosen = {m.name for m in self.month.measures if m.headline}
        else:
            chosen = {measures} if isinstance(measures, str) else set(measures)
            for name in chosen - set(known):
                raise unknown("measure", name, known)
        return np.array([i for i, c in enumerate(self.columns) if c.measure in chosen], np.int64)

    def fresh(self) -> tuple[Any, ...]:
        """Tables of the base year, to be changed by one run."""
        return tuple(to_plain(rows) for rows in self.tables) if self.plain else tuple(t.copy() for t in self.tables)

    def run(self, seed: int, parameters: Any, keep: Any, out: Any, levers: Any = None) -> tuple[Any, ...]:
        """One run into `out` (steps, kept columns); returns the tables as the run left them.

        levers: a table of levers (a record a step) in place of the scenario's own.
        """
        world = self.fresh()
        given = (parameters, self.defaults, self.levers if levers is None else levers)
        if self.plain:
            given = tuple(to_plain(rows) for rows in given)  # type: ignore[assignment]
        low, high = halves(seed)
        row = np.zeros(len(self.columns))
        self.program.run(*world, *given, self.steps_a_year, self.scenario.first_year, low, high, keep, row, out)
        return world

    def records(self, world: tuple[Any, ...]) -> tuple[Any, ...]:
        """Tables as records, whichever way they were run."""
        if not self.plain:
            return world
        return tuple(to_records(objects, t.dtype) for objects, t in zip(world, self.tables, strict=True))

    def _warm(self, program: Program) -> None:
        """A short run of everything: compiles, or loads what was compiled."""
        program.run(
            *(t.copy() for t in self.tables), parameter_row(Parameters()), self.defaults, self.levers[:1],
            self.steps_a_year, self.scenario.first_year, 0, 0, self.every[:1],
            np.zeros(len(self.columns)), np.zeros((1, 1), np.float32),
        )  # fmt: skip


@lru_cache(maxsize=16)
def _built(world: BaseYear, month: Month, firms: int) -> tuple[tuple[Any, ...], Layout]:
    return build(world, month, firms)


def check_size(firms: int, steps_a_year: int) -> None:
    """Refuse sizes that make no sense. Raises BadInput."""
    if not hasattr(firms, "__index__") or not 10 <= firms <= MOST_FIRMS:
        raise BadInput(f"firms = {firms!r} must be a whole number from 10 to {MOST_FIRMS}")
    if not hasattr(steps_a_year, "__index__") or steps_a_year < 1 or steps_a_year % MONTHS_A_YEAR:
        raise BadInput(f"steps a year = {steps_a_year} must be {MONTHS_A_YEAR} or a multiple of it")


def seed_list(seeds: int | Iterable[int]) -> list[int]:
    """How many seeds, or which, as a list of whole numbers. Raises BadInput."""
    told = f"seeds = {seeds!r} must be how many (1 or more), or whole numbers from 0"
    if isinstance(seeds, (bool, str)):
        raise BadInput(told)
    try:
        if isinstance(seeds, SupportsIndex):
            found = list(range(index(seeds)))
        else:
            found = [index(seed) for seed in seeds]
    except TypeError:
        raise BadInput(told) from None
    if not found or min(found) < 0:
        raise BadInput(told)
    return found


def halves(seed: int) -> tuple[int, int]:
    """A seed as the two 32-bit words of the generator's key."""
    if not 0 <= seed < 2**64:
        raise BadInput(f"seed = {seed} is outside 0 to {2**64 - 1}")
    return seed & 0xFFFFFFFF, seed >> 32


def simulate(
    scenario: Scenario | str | Path,
    seeds: int | Iterable[int] = 200,
    parameters: Parameters | Sequence[Parameters] | None = None,
    *,
    month: Month = MONTH,
    firms: int = FIRMS,
    keep: Sequence[str] | str = "headline",
    threads: int | None = None,
    steps_a_year: int = MONTHS_A_YEAR,
    plain: bool = False,
) -> Runs:
    """Run a scenario once for each seed, under common luck: run i of any two scenarios shares its dice.

    seeds: how many (0, 1, 2, …) or which; parameters: one set, or one a seed; keep: 'headline', 'all' or measures;
    plain: uncompiled, for a debugger. Returns series of shape (runs, steps, columns).

    Raises:
        BadInput: unknown scenario, measure or parameter, or a size that makes no sense.
    """
    story = scenario if isinstance(scenario, Scenario) else Scenario.read(scenario)
    numbers = seed_list(seeds)
    if threads is not None and threads < 1:
        raise BadInput(f"threads = {threads} must be 1 or more")
    engine = Engine(story, month, firms, steps_a_year, plain)
    chosen = engine.kept(keep)
    series = np.zeros((len(numbers), len(engine.levers), len(chosen)), np.float32)
    for _ in run_each(engine, numbers, parameters, chosen, series, threads):
        pass
    return Runs(engine.scenario, tuple(numbers), tuple(engine.columns[i] for i in chosen), series, steps_a_year)


def run_each(
    engine: Engine, seeds: Sequence[int], parameters: Any, keep: Any, series: Any, threads: int | None = None
) -> Iterator[int]:
    """Fill series[i] for each seed, yielding i as runs end, in order."""
    if isinstance(parameters, Mapping):
        parameters = Parameters().changed(parameters)
    one = parameters if isinstance(parameters, Parameters) or parameters is None else None
    if one is None and parameters is not None and len(parameters) != len(seeds):
        raise BadInput(f"{len(parameters)} sets of parameters for {len(seeds)} seeds; give one, or one for each")
    shared = parameter_row(one or Parameters()) if parameters is None or one is not None else None

    def work(i: int) -> int:
        row = shared if shared is not None else parameter_row(parameters[i])
        engine.run(seeds[i], row, keep, series[i])
        return i

    count = threads or os.cpu_count() or 1
    if engine.plain or count == 1:
        yield from map(work, range(len(seeds)))
        return
    with ThreadPoolExecutor(count) as pool:
        try:
            yield from pool.map(work, range(len(seeds)))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
