"""The four futures of 2035, by fixed rules on the last 24 months, against the same draws under `frozen`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.errors import BadInput, unknown
from abm.runs import Runs

EXTERNAL, FRAGMENTATION, ECONOMIC, ALLIANCES = range(4)
NAMES = ("external dominance", "fragmentation", "economic-driven integration", "interest-based alliances")
LAST_YEARS = 2
QUANTILE = 0.05
HALF = 0.5
STATES_DOMINATED = 3
NEEDED = ("intensity", "attention", "leading_family", "leading_share")
DOMINANCE = ("either", "attention", "family")


@dataclass(frozen=True)
class Ending:
    """Means over the last 24 months: intensity (runs, ties), attention and leading share (runs, states)."""

    intensity: Any
    attention: Any
    family: Any
    share: Any
    ties: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    weights: Any

    @staticmethod
    def of(runs: Runs) -> Ending:
        """Take the ending from runs that kept the measures of NEEDED.

        Raises:
            BadInput: a measure was not kept.
        """
        months = LAST_YEARS * runs.steps_a_year

        def last(measure: str) -> tuple[Any, list[str]]:
            which = [i for i, c in enumerate(runs.columns) if c.measure == measure]
            if not which:
                raise BadInput(f"futures need the measure '{measure}', which was not kept")
            series = runs.series[:, -months:, which]
            whos = [runs.columns[i].who for i in which]
            if measure == "leading_family":  # a name, not a quantity: the one that leads most often
                families = np.arange(series.max() + 1)
                counts = (series[..., None] == families).sum(axis=1)
                return counts.argmax(axis=-1), whos
            return series.mean(axis=1, dtype=np.float64), whos

        intensity, ties = last("intensity")
        attention, states = last("attention")
        table = runs.scenario.world().table("ties")
        pairs = tuple((table[tie]["one"].value, table[tie]["other"].value) for tie in ties)
        weights = np.array([float(table[tie]["start_trade"].value) for tie in ties])
        return Ending(
            intensity, attention, last("leading_family")[0], last("leading_share")[0], pairs, tuple(states), weights
        )


def classify(runs: Runs, frozen: Runs, quantile: float = QUANTILE, dominance: str = "either") -> Any:
    """Which of the four futures each run ends in, as indices into NAMES, shape (runs,).

    quantile: of the frozen band, each side; dominance: which form of rule 1 counts – mean attention below the frozen
    runs' ("attention"), one power family over most states ("family"), or either.

    Raises:
        BadInput: an unknown form, or runs that did not keep what is needed.
    """
    return classify_endings(Ending.of(runs), Ending.of(frozen), quantile, dominance)


def classify_endings(end: Ending, null: Ending, quantile: float = QUANTILE, dominance: str = "either") -> Any:
    """The same from endings alone, as a table of summaries can give them.

    Raises:
        BadInput: an unknown form of rule 1.
    """
    if dominance not in DOMINANCE:
        raise unknown("form of rule 1", dominance, DOMINANCE)
    found = np.full(len(end.intensity), ALLIANCES)
    low, high = np.quantile(null.intensity, [quantile, 1 - quantile], axis=0)
    above, below = end.intensity > high, end.intensity < low
    spans = np.array([connects(up, end.ties, end.states) for up in above], bool)
    found[spans] = ECONOMIC
    falling = (end.intensity * end.weights).sum(axis=1) < 0
    broken = (below.sum(axis=1) > above.sum(axis=1)) | (~above.any(axis=1) & falling)
    found[broken] = FRAGMENTATION
    outside = np.zeros(len(found), bool)
    if dominance in ("either", "attention"):
        outside |= end.attention.mean(axis=1) < np.quantile(null.attention.mean(axis=1), quantile)
    if dominance in ("either", "family"):
        outside |= dominated(end)
    found[outside] = EXTERNAL
    return found


def dominated(end: Ending) -> Any:
    """Most states turned away, the same power family behind more than half of their outside pull, shape (runs,)."""
    away = end.attention < HALF
    result = np.zeros(len(away), bool)
    for family in np.unique(end.family):
        under = away & (end.family == family) & (end.share > HALF)
        result |= under.sum(axis=1) >= STATES_DOMINATED
    return result & (end.attention.mean(axis=1) < HALF)


def connects(up: Any, ties: tuple[tuple[str, str], ...], states: tuple[str, ...]) -> bool:
    """Do the ties that are up connect all states?"""
    reached = {states[0]}
    for _ in states:
        for (one, other), chosen in zip(ties, up):
            if chosen and (one in reached or other in reached):
                reached |= {one, other}
    return len(reached) == len(states)


def shares(found: Any) -> Any:
    """Share of runs in each future, shape (4,), in the order of NAMES."""
    return np.bincount(found, minlength=len(NAMES)) / len(found)


def monte_carlo_error(share: Any, runs: int) -> Any:
    """Standard error of a share among so many runs."""
    return np.sqrt(share * (1 - share) / runs)
