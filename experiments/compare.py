"""Scenarios held against one another under common luck: what differs, how surely, and what pairing was worth.

compare("corridor-first", "works-only", "declarations")     # both held against declarations, the last
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from abm.clock import MONTHS_A_YEAR
from abm.engine.rules import Month
from abm.errors import BadInput, unknown
from abm.measures import CATEGORY
from abm.month import MONTH
from abm.parameters import Parameters
from abm.runs import FIRMS, Column, Engine, run_each, seed_list
from abm.scenario import Scenario
from experiments.paired import bands, in_words, pairable, variance_gain

if TYPE_CHECKING:
    from pandas import DataFrame

CHUNK = 50  # seeds whose monthly series are held at a time
MIDDLE = 5  # years after the base year, as 2030 is to 2025
Series = tuple[str, str]  # a measure, and of whom: ("trade", "KZ-KG")


def compare(
    *scenarios: Scenario | str | Path,
    seeds: int | Iterable[int] = 200,
    against: Scenario | str | Path | None = None,
    parameters: Parameters | Sequence[Parameters] | None = None,
    firms: int = FIRMS,
    years: int | Iterable[int] | None = None,
    measures: Sequence[str] | str = "headline",
    threads: int | None = None,
    month: Month = MONTH,
) -> DataFrame:
    """Paired differences of scenarios from the last one named, or from `against`; run i of all shares its dice.

    years: calendar years, by default five years after the start and the last; measures: "headline", "all" or names.
    Measures that name a category (leading_family) have no difference: they are left out and told in
    `frame.attrs["left_out"]`.

    Returns a row per scenario, against, measure, who and year:
        unit; low, median, high: 10-90 % band of the paired difference; mean, and error: its standard error;
        words: "more in 9 of 10 runs"; pairing: how many times more unpaired runs would be needed for as sure a mean;
        effect: the mean in standard deviations of a single run of `against`; level, level_against: medians; runs.

    Raises:
        BadInput: scenarios that cannot be paired, unknown names, a year outside the runs, sizes that make no sense.
    """
    others, ground = pairable(scenarios, against)
    runs = run_paired(others, ground, seeds, parameters, firms=firms, years=years, measures=measures, threads=threads,
                      month=month)  # fmt: skip
    return differences(runs)


def over_time(
    *scenarios: Scenario | str | Path,
    series: Sequence[Series],
    seeds: int | Iterable[int] = 200,
    against: Scenario | str | Path | None = None,
    parameters: Parameters | Sequence[Parameters] | None = None,
    firms: int = FIRMS,
    threads: int | None = None,
    month: Month = MONTH,
) -> DataFrame:
    """Bands of the same paired differences month by month, for a few series such as ("trade", "KZ-KG").

    Returns a row per scenario, against, measure, who and month ("2030-01"), with unit, low, median, high.

    Raises:
        BadInput: as `compare`.
    """
    import pandas as pd

    others, ground = pairable(scenarios, against)
    runs = run_paired(others, ground, seeds, parameters, firms=firms, measures=(), series=series, threads=threads,
                      month=month)  # fmt: skip
    frames = []
    for story in runs.others:
        for column in runs.charted:
            low, median, high = runs.band(story.name, column.measure, column.who)
            told = {"scenario": story.name, "against": ground.name, "measure": column.measure, "who": column.who}
            bands_ = {"unit": column.unit, "low": low, "median": median, "high": high}
            frames.append(pd.DataFrame({**told, "month": runs.dates, **bands_}))
    return pd.concat(frames, ignore_index=True)


# --------------------------------------------------------------------------------------------------------------- runs


@dataclass(frozen=True)
class Paired:
    """Runs of several scenarios under the same luck, kept as means over calendar years; a few series also by month.

    means: a scenario's name -> float64, shape (seeds, years, columns);
    months: a scenario's name -> float32, shape (seeds, months, charted columns).
    """

    others: tuple[Scenario, ...]
    against: Scenario
    seeds: tuple[int, ...]
    years: tuple[int, ...]
    columns: tuple[Column, ...]
    charted: tuple[Column, ...]
    left_out: tuple[str, ...]
    means: dict[str, Any]
    months: dict[str, Any]

    def difference(self, scenario: str, measure: str, who: str) -> Any:
        """The paired difference of a charted series, float64, shape (seeds, months)."""
        place = [(c.measure, c.who) for c in self.charted].index((measure, who))
        one, other = (self.months[name][:, :, place].astype(np.float64) for name in (scenario, self.against.name))
        return one - other

    def band(self, scenario: str, measure: str, who: str) -> tuple[Any, Any, Any]:
        """Low, median and high of that difference in every month."""
        return bands(self.difference(scenario, measure, who))

    @property
    def dates(self) -> list[str]:
        """The month of every step: "2025-01" and so on."""
        count, first = self.months[self.against.name].shape[1], self.against.first_year
        return [f"{first + i // MONTHS_A_YEAR}-{i % MONTHS_A_YEAR + 1:02d}" for i in range(count)]


def run_paired(
    others: Sequence[Scenario],
    ground: Scenario,
    seeds: int | Iterable[int] = 200,
    parameters: Parameters | Sequence[Parameters] | None = None,
    *,
    firms: int = FIRMS,
    years: int | Iterable[int] | None = None,
    measures: Sequence[str] | str = "headline",
    series: Sequence[Series] = (),
    threads: int | None = None,
    month: Month = MONTH,
    advance: Callable[[], None] = lambda: None,
) -> Paired:
    """Run scenarios of one world under the same seeds, in chunks that go round them, and keep what is asked for.

    series: those also kept by month; advance: called as each run ends.

    Raises:
        BadInput: unknown names, a year outside the runs, sizes that make no sense.
    """
    numbers = seed_list(seeds)
    _check_lengths(parameters, len(numbers), threads)
    chosen_years = _years(years, ground)
    stories = [*others, ground]
    engines = [Engine(story, month, firms) for story in stories]
    columns = engines[0].columns
    by_year, left_out = _with_difference(columns, engines[0].kept(measures))
    if not len(by_year) and left_out:
        raise BadInput(f"'{left_out[0]}' names a category; it has no difference")
    by_month = np.array([column_of(columns, *wanted) for wanted in series], np.int64)
    every = np.union1d(by_year, by_month)
    means: dict[str, list[Any]] = {story.name: [] for story in stories}
    months: dict[str, list[Any]] = {story.name: [] for story in stories}
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        given = parameters[start : start + CHUNK] if isinstance(parameters, Sequence) else parameters
        for engine in engines:
            made = np.zeros((len(part), len(engine.levers), len(every)), np.float32)
            for _ in run_each(engine, part, given, every, made, threads):
                advance()
            kept = made[:, :, np.searchsorted(every, by_year)]
            means[engine.scenario.name].append(yearly(kept, chosen_years, ground.first_year))
            months[engine.scenario.name].append(made[:, :, np.searchsorted(every, by_month)])
    return Paired(
        tuple(others), ground, tuple(numbers), tuple(chosen_years),
        tuple(columns[i] for i in by_year), tuple(columns[i] for i in by_month), left_out,
        {name: np.concatenate(parts) for name, parts in means.items()},
        {name: np.concatenate(parts) for name, parts in months.items()},
    )  # fmt: skip


def _check_lengths(parameters: Any, seeds: int, threads: int | None) -> None:
    if isinstance(parameters, Sequence) and len(parameters) != seeds:
        raise BadInput(f"{len(parameters)} sets of parameters for {seeds} seeds; give one, or one for each")
    if threads is not None and threads < 1:
        raise BadInput(f"threads = {threads} must be 1 or more")


def _years(asked: int | Iterable[int] | None, story: Scenario) -> list[int]:
    """Calendar years, in order, each once. Raises BadInput for one outside the scenario's."""
    first, last = story.first_year, story.first_year + story.years - 1
    if asked is None:
        return sorted({min(first + MIDDLE, last), last})
    found = [asked] if isinstance(asked, SupportsIndex) else list(asked)
    for year in found:
        if not isinstance(year, SupportsIndex) or not first <= index(year) <= last:
            raise BadInput(f"year {year!r} is outside {first} to {last}, the years of '{story.name}'")
    if not found:
        raise BadInput("years: give one or more")
    return sorted({index(year) for year in found})


def _with_difference(columns: Sequence[Column], kept: Any) -> tuple[Any, tuple[str, ...]]:
    """Those of the columns kept that are numbers, and the measures left out because they name a category."""
    left_out = tuple(dict.fromkeys(columns[i].measure for i in kept if columns[i].unit == CATEGORY))
    return np.array([i for i in kept if columns[i].measure not in left_out], np.int64), left_out


def column_of(columns: Sequence[Column], measure: str, who: str | None = None) -> int:
    """Which column a series is; `who` may be left out where a measure has one agent only.

    Raises:
        BadInput: no such measure or agent, with the nearest name; a measure that names a category.
    """
    numbers = [c for c in columns if c.unit != CATEGORY]
    of = [c.who for c in numbers if c.measure == measure]
    if not of:
        if measure in {c.measure for c in columns}:
            raise BadInput(f"'{measure}' names a category; it has no difference")
        raise unknown("measure", measure, dict.fromkeys(c.measure for c in numbers))
    if who is None and len(of) > 1:
        raise BadInput(f"'{measure}' of whom? It is recorded of {', '.join(of)}")
    if who not in (None, *of):
        raise unknown(f"agent of '{measure}'", str(who), of)
    wanted = (measure, who or of[0])
    return next(i for i, c in enumerate(columns) if (c.measure, c.who) == wanted)


def yearly(series: Any, years: Sequence[int], first_year: int) -> Any:
    """Means over calendar years, float64, shape (seeds, years, columns)."""
    starts = [(year - first_year) * MONTHS_A_YEAR for year in years]
    return np.stack([series[:, s : s + MONTHS_A_YEAR].mean(axis=1, dtype=np.float64) for s in starts], axis=1)


# ---------------------------------------------------------------------------------------------------------- differences


def differences(runs: Paired) -> DataFrame:
    """The paired differences as a tidy frame; see `compare`."""
    import pandas as pd

    other = runs.means[runs.against.name]
    rows = []
    for story in runs.others:
        one = runs.means[story.name]
        for k, column in enumerate(runs.columns):
            for y, year in enumerate(runs.years):
                told = {"scenario": story.name, "against": runs.against.name, "measure": column.measure,
                        "who": column.who, "unit": column.unit, "year": year}  # fmt: skip
                rows.append(told | _difference(one[:, y, k], other[:, y, k], f"{column.measure} of {column.who}"))
    frame = pd.DataFrame(rows)
    frame.attrs["left_out"] = list(runs.left_out)
    return frame


def _difference(one: Any, other: Any, of: str) -> dict[str, Any]:
    """All that is said of one paired difference; `one` and `other` have shape (seeds,)."""
    gap = one - other
    if not np.isfinite(gap).all():
        raise BadInput(f"{of} is not a number in some runs")
    low, median, high = (float(x) for x in bands(gap))
    mean, count = float(gap.mean()), len(gap)
    spread = float(other.std(ddof=1)) if count > 1 else 0.0
    effect = mean / spread if spread > 0 else float(np.copysign(np.inf, mean)) if mean else 0.0
    error = float(gap.std(ddof=1)) / count**0.5 if count > 1 else float("nan")
    return {
        "low": low, "median": median, "high": high, "words": in_words(gap), "pairing": variance_gain(one, other),
        "mean": mean, "error": error, "effect": effect,
        "level": float(np.median(one)), "level_against": float(np.median(other)), "runs": count,
    }  # fmt: skip
