"""Runs of several scenarios under common luck, and the bands of what they differ by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.scenario import Scenario

LOW, HIGH = 0.1, 0.9
FIGURES, MOST_DECIMALS = 3, 4
FEW_SAME = 0.1  # of runs: where more are the same, "more in 3 of 10 runs" does not tell in how many it is less
FROZEN = "frozen"  # the yardstick, which is read in the base year of whatever it is held against


@dataclass(frozen=True)
class Band:
    """Median of runs with the band that holds 80 % of them."""

    low: float
    median: float
    high: float
    runs: int

    @staticmethod
    def of(values: Any) -> Band:
        """The band of one number a run, shape (runs,). Refuses an empty list and NaN (ValueError)."""
        numbers = np.asarray(values, dtype=np.float64)
        if not len(numbers) or np.isnan(numbers).any():
            raise ValueError("a band needs at least one run, and no NaN")
        low, median, high = np.quantile(numbers, [LOW, 0.5, HIGH])
        return Band(float(low), float(median), float(high), len(numbers))


def bands(series: Any) -> tuple[Any, Any, Any]:
    """Low, median and high of a series at each step; series has shape (runs, steps)."""
    low, median, high = np.quantile(np.asarray(series, dtype=np.float64), [LOW, 0.5, HIGH], axis=0)
    return low, median, high


def in_words(differences: Any) -> str:
    """How often a paired difference has the sign of most: "more in 9 of 10 runs", "less in every run".

    Where many runs are the same, the other sign is told too: "more in 3 of 10 runs, less in 2".
    """
    found = np.asarray(differences)
    more, less = float(np.mean(found > 0)), float(np.mean(found < 0))
    if more == less == 0:
        return "the same in every run"
    word, share, other, rest = ("more", more, "less", less) if more >= less else ("less", less, "more", more)
    if share == 1:
        return f"{word} in every run"
    tenths = round(10 * share)
    told = f"{word} in {tenths} of 10 runs" if 0 < tenths < 10 else f"{word} in {share:.1%} of runs"
    if float(np.mean(found == 0)) <= FEW_SAME:
        return told
    return f"{told}, {other} in {(round(10 * rest) or f'{rest:.1%}') if rest else 'none'}"


def variance_gain(one: Any, other: Any) -> float:
    """How many times more unpaired runs would be needed for as sure a difference: pairing's variance ratio."""
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    paired = np.var(a - b)
    return float((np.var(a) + np.var(b)) / paired) if paired > 0 else float("inf")


def rounded(*values: float, signed: bool = False) -> list[str]:
    """Numbers with the decimals that the largest needs for three figures, four at most; tiny ones as 1.2e-07."""
    largest = max((abs(v) for v in values), default=0.0)
    decimals = max(0, FIGURES - 1 - floor(log10(largest))) if largest else 0
    form = f",.{min(decimals, MOST_DECIMALS)}f" if decimals < MOST_DECIMALS + FIGURES else ".1e"
    return [f"{v:{'+' if signed else ''}{form}}" if v else "0" for v in values]


# -------------------------------------------------------------------------------------------- what can be paired


def pairable(
    scenarios: Sequence[Scenario | str | Path], against: Scenario | str | Path | None = None
) -> tuple[list[Scenario], Scenario]:
    """Scenarios and the one they are held against (the last, unless named), read and moved into one world.

    Raises:
        BadInput: fewer than two, one of them twice, two of one name, or different years or base years.
    """
    found = [_read(scenario) for scenario in scenarios]
    if against is not None:
        ground = _read(against)
        if found.count(ground) == 1 and len(found) > 1:
            found.remove(ground)
        found.append(ground)
    if len(found) < 2:
        told = f"; given: '{found[0].name}'" if found else ""
        raise BadInput(f"a comparison needs two scenarios or more{told}")
    for i, story in enumerate(found):
        if story in found[:i]:
            raise BadInput(f"'{story.name}' is held against itself; name each scenario once")
        if story.name in [other.name for other in found[:i]]:
            raise BadInput(f"two scenarios are called '{story.name}'; give one of them another name")
    yardstick = Scenario.read(FROZEN)
    world = next(story for story in found if story != yardstick)
    found = [story.rebased(world) if story == yardstick else story for story in found]
    for story in found:
        _check_same_world(story, found[-1])
    return found[:-1], found[-1]


def _read(scenario: Scenario | str | Path) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else Scenario.read(scenario)


def _check_same_world(one: Scenario, other: Scenario) -> None:
    if (one.first_year, one.years) != (other.first_year, other.years):
        told = [f"'{s.name}' ({s.first_year}-{s.first_year + s.years - 1})" for s in (one, other)]
        raise BadInput(f"{' and '.join(told)} run over different years; they cannot be paired")
    start, else_start = ({(who, what): value for who, what, value in s.initial} for s in (one, other))
    for who, what in start.keys() | else_start.keys():
        if start.get((who, what)) != else_start.get((who, what)):
            raise BadInput(
                f"'{one.name}' and '{other.name}' start from different base years (initial.{who}, {what}); "
                "they cannot be paired"
            )
