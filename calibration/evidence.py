"""Runs that the figures are measured in: run i has parameter draw i and seed i in every variant, so all are paired.

A variant is run when a measure first asks for it, once. Of each run the means over calendar years are kept, its last 24
months, and, where a measure needs them, its months.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.errors import BadInput, unknown
from abm.futures import NEEDED, Ending
from abm.parameters import Parameters
from abm.runs import FIRMS, Column, Engine, Runs, run_each, seed_list
from abm.scenario import Scenario
from calibration.headline import AS_IS, CLOSED, HUB, TIE
from calibration.variants import variants
from experiments.compare import yearly

CHUNK = 50  # runs whose months are held at a time
REGION, PILOT = "region", "ABEC"
# what is kept by year: measures, and of whom (nobody named is everybody)
BY_YEAR: dict[str, tuple[str, ...]] = {
    "trade": (TIE, CLOSED, "TM-UZ"), "trade_raw": (TIE,), "cut": (TIE,), "memory": (), "jobs": (HUB,),
    "revenue": (HUB,), "small_exports": (), "attention": (), "mean_trust": (), "mean_attention": (),
    "regional_trade": (), "surplus": (), "programme": (PILOT,),
}  # fmt: skip
BY_MONTH = ("trust", "disputes", *NEEDED)
WITH_MONTHS = (AS_IS,)  # 24 kB a run, so only where a measure looks at months


@dataclass(frozen=True)
class Yearly:
    """One variant's runs as means over calendar years; read as `abm.runs.Runs` is.

    means: float64, shape (draws, years, columns); ending: means of the last 24 months; months: the runs, if kept.
    """

    scenario: Scenario
    columns: tuple[Column, ...]
    means: Any
    ending: Ending
    months: Runs | None

    def each_year(self, measure: str, who: str, first: int, last: int) -> Any:
        """Mean of every calendar year from first to last, float64, shape (draws, years).

        Raises:
            BadInput: the measure was not kept, or not of this agent; years outside the run.
        """
        start, stop = first - self.scenario.first_year, last + 1 - self.scenario.first_year
        if start < 0 or stop > self.means.shape[1] or last < first:
            raise BadInput(f"{first}-{last} lies outside the run of '{self.scenario.name}'")
        for place, column in enumerate(self.columns):
            if (column.measure, column.who) == (measure, who):
                return self.means[:, start:stop, place]
        raise unknown("series", f"{measure} {who}", [f"{c.measure} {c.who}" for c in self.columns])

    def years(self, measure: str, who: str, first: int, last: int) -> Any:
        """Mean over calendar years from first to last, float64, shape (draws,). Raises BadInput."""
        return self.each_year(measure, who, first, last).mean(axis=1)

    def year(self, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year, float64, shape (draws,). Raises BadInput."""
        return self.years(measure, who, year, year)

    def whos(self, measure: str) -> list[str]:
        """Of whom a measure was kept."""
        return [c.who for c in self.columns if c.measure == measure]


class Evidence:
    """The variants under common luck; `evidence["as-is"].year("surplus", "region", 2035)` has shape (draws,).

    advance is called as each run ends; stories: scenarios that can be asked for beside the variants.
    """

    def __init__(
        self,
        parameters: Sequence[Parameters],
        seeds: Sequence[int],
        firms: int = FIRMS,
        threads: int | None = None,
        advance: Callable[[], None] = lambda: None,
        stories: Iterable[Scenario] = (),
    ) -> None:
        self.seeds = tuple(seed_list(seeds))
        if len(parameters) != len(self.seeds):
            raise BadInput(f"{len(parameters)} sets of parameters for {len(self.seeds)} seeds; give one for each")
        if threads is not None and threads < 1:
            raise BadInput(f"threads = {threads} must be 1 or more")
        self.parameters = tuple(parameters)
        self.firms, self.threads, self.advance = firms, threads, advance
        self._known = {**{story.name: story for story in stories}, **variants()}
        self._done: dict[str, Yearly] = {}

    @property
    def draws(self) -> int:
        """Runs of each variant."""
        return len(self.seeds)

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of all that can be asked for."""
        return tuple(self._known)

    @property
    def ready(self) -> tuple[str, ...]:
        """Names of those that have been run."""
        return tuple(self._done)

    def __getitem__(self, variant: str) -> Yearly:
        """The runs of a variant. Raises BadInput for an unknown one."""
        if variant not in self._done:
            if variant not in self._known:
                raise unknown("variant", variant, self._known)
            self._done[variant] = self._run(self._known[variant], variant in WITH_MONTHS)
        return self._done[variant]

    def prepare(self, names: Iterable[str]) -> None:
        """Run these variants now, as far as they have not been. Raises BadInput for an unknown one."""
        for name in names:
            self[name]

    def year(self, variant: str, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year, shape (draws,). Raises BadInput."""
        return self[variant].year(measure, who, year)

    def years(self, variant: str, measure: str, who: str, first: int, last: int) -> Any:
        """Mean over calendar years from first to last, shape (draws,). Raises BadInput."""
        return self[variant].years(measure, who, first, last)

    def each_year(self, variant: str, measure: str, who: str, first: int, last: int) -> Any:
        """Mean of every calendar year from first to last, shape (draws, years). Raises BadInput."""
        return self[variant].each_year(measure, who, first, last)

    def whos(self, variant: str, measure: str) -> list[str]:
        """Of whom a measure was kept."""
        return self[variant].whos(measure)

    def parameter(self, name: str) -> Any:
        """One parameter of every draw, shape (draws,)."""
        return np.array([getattr(numbers, name) for numbers in self.parameters])

    def ending(self, variant: str) -> Ending:
        """What the four futures are told from: means of the last 24 months. Raises BadInput."""
        return self[variant].ending

    def months(self, variant: str) -> Runs:
        """A variant by month: trust, disputes and what the futures need. Raises BadInput if they were not kept."""
        months = self[variant].months
        if months is None:
            raise BadInput(f"the months of '{variant}' were not kept; those of {', '.join(WITH_MONTHS)} are")
        return months

    def _run(self, story: Scenario, with_months: bool) -> Yearly:
        engine = Engine(story, firms=self.firms)
        years = range(story.first_year, story.first_year + story.years)
        by_year, by_month = _kept_by_year(engine.columns), engine.kept(BY_MONTH)
        every = np.union1d(by_year, by_month)
        columns = [engine.columns[i] for i in every]
        months_part, years_part = np.searchsorted(every, by_month), np.searchsorted(every, by_year)
        means, endings, months = [], [], []
        for start in range(0, self.draws, CHUNK):
            seeds = self.seeds[start : start + CHUNK]
            series = np.zeros((len(seeds), len(engine.levers), len(every)), np.float32)
            for _ in run_each(engine, seeds, self.parameters[start : start + CHUNK], every, series, self.threads):
                self.advance()
            runs = Runs(story, seeds, tuple(columns[i] for i in months_part), series[:, :, months_part])
            means.append(yearly(series[:, :, years_part], years, story.first_year))
            endings.append(Ending.of(runs))
            months += [runs.series] if with_months else []
        kept = Runs(story, self.seeds, runs.columns, np.concatenate(months)) if with_months else None
        told = tuple(columns[i] for i in years_part)
        return Yearly(story, told, np.concatenate(means), _joined(endings), kept)


def _kept_by_year(columns: Sequence[Column]) -> Any:
    """Indices of the columns whose yearly means are kept."""
    kept = [BY_YEAR.get(c.measure) for c in columns]
    return np.array([i for i, c in enumerate(columns) if kept[i] == () or c.who in (kept[i] or ())])


def _joined(endings: Sequence[Ending]) -> Ending:
    """Endings of several lots of runs as one."""

    def all_of(name: str) -> Any:
        return np.concatenate([getattr(ending, name) for ending in endings])

    one = endings[0]
    return Ending(
        all_of("intensity"), all_of("attention"), all_of("family"), all_of("share"), one.ties, one.states, one.weights
    )  # fmt: skip
