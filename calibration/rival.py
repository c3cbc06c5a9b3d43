"""A rival without agents: trade of 2025 grows by the trend of demand, no policy matters, and nothing else changes.

It is judged by the model's own measures: its evidence has the same series in every variant. Where a figure is about a
difference between policies it says 0. Levels that only agents make (jobs, trust) stand at 1 and are never read: of the
figures that would read them the rival says nothing, and so it fails them, as the model would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import exp, log
from typing import Any

import numpy as np

from abm import base_year
from abm.base_year import BaseYear
from abm.futures import Ending
from abm.parameters import Parameters
from abm.runs import Column, Engine
from abm.scenario import Scenario
from calibration.evidence import Evidence, Yearly
from calibration.figures import Figure, figure, figures, listed, scale
from calibration.headline import AS_IS
from calibration.scorecard import Scorecard, judge_all, measure_all

START, TARGET = 2025, 2030  # of the article's rise in trade
SILENT = {
    "stable_competitive": "it has no trust and no disputes",
    "relations_fragile": "it has no trust and no attention",
    "soft_as_critical": "it has no cut of cost that could be lost",
}
UNMOVED = ("relations_fluctuate",)  # nothing changes, so no tie fluctuates
EQUAL = ("obstacles", "avenues", "blocs", "tools")  # lists of gains that are all 0, so that no item stands out
BESIDE = {"bloc_others": "bloc_ots", "culture_youth": "information_space"}  # unpublished items of such lists


class TrendOnly(Evidence):
    """Evidence of that world: one run a draw, which grows by the draw's `demand_trend` (1/yr)."""

    def __init__(self, parameters: Sequence[Parameters]) -> None:
        super().__init__(parameters, range(len(parameters)))

    def _run(self, story: Scenario, with_months: bool) -> Yearly:
        """Trade by calendar year, bn US$/yr; no cut of cost; every other series at 1, the same in all variants."""
        columns = _columns()
        years = np.arange(story.years)
        growth = np.exp(np.outer(self.parameter("demand_trend"), years))
        means = np.ones((self.draws, story.years, len(columns)))
        start = start_trade(story.world())
        for place, column in enumerate(columns):
            if column.measure in AMOUNTS:
                means[:, :, place] = AMOUNTS[column.measure](column.who, start) * growth
            if column.measure == "cut":
                means[:, :, place] = 0.0
        return Yearly(story, columns, means, self._ending(story), None)

    def _ending(self, story: Scenario) -> Ending:
        """Trade as demand has it, so no intensity; nobody turned away, which nothing in this world could do."""
        world = story.world()
        ties, states = world.table("ties"), world.names("states")
        pairs = tuple((ties[tie]["one"].value, ties[tie]["other"].value) for tie in ties)
        none = np.zeros((self.draws, len(states)))
        return Ending(np.zeros((self.draws, len(pairs))), none + 1, none.astype(int), none, pairs, tuple(states),
                      np.array(list(start_trade(world).values())))  # fmt: skip


def start_trade(world: BaseYear) -> dict[str, float]:
    """Trade of the base year by tie, bn US$/yr."""
    return {tie: float(known["start_trade"].value) for tie, known in world.table("ties").items()}


def _raw(tie: str) -> float:
    return float(base_year.read().table("ties")[tie]["raw_share"].value)


# trade of the base year that a series holds, bn US$/yr
AMOUNTS: dict[str, Callable[[str, Mapping[str, float]], float]] = {
    "trade": lambda tie, start: start[tie],
    "trade_raw": lambda tie, start: start[tie] * _raw(tie),
    "regional_trade": lambda region, start: sum(start.values()),
}


@cache
def _columns() -> tuple[Column, ...]:
    """The series that the model's runs have."""
    return tuple(Engine(Scenario.read(AS_IS)).columns)


def rival(parameters: Sequence[Parameters], rows: Mapping[str, Figure] | None = None, equal: bool = True) -> Scorecard:
    """The trend-only world judged as the model is. parameters: of the model's draws; only their trend is read.

    equal: gains that are all 0 are told as equal shares of the list, the best that can be said for the rival; else as
    shares of 0, which is what the model's measures make of them.
    """
    rows = figures() if rows is None else rows
    evidence = TrendOnly(parameters)
    with np.errstate(invalid="ignore", divide="ignore"):  # a ratio of two gains of 0 is no number, and is told so
        values = measure_all(evidence, rows)
    said = {**({id_: np.zeros(evidence.draws) for id_ in UNMOVED}), **(_equal_shares(evidence.draws) if equal else {})}
    values |= {id_: f"the rival says nothing: {why}" for id_, why in SILENT.items()} | said
    return judge_all({id_: values[id_] for id_ in rows}, rows)


def _equal_shares(draws: int) -> dict[str, Any]:
    """Every item of a list at the same share, on the list's scale, shape (draws,) each."""
    found = {id_: np.full(draws, scale(name) / len(listed(name))) for name in EQUAL for id_ in listed(name)}
    return found | {id_: found[other] for id_, other in BESIDE.items()}


def tuned() -> float:
    """The trend that alone brings KZ-KG trade from the base year's to the article's figure of 2030, 1/yr."""
    return log((figure("trade_2030").value or 0.0) / (figure("trade_2025").value or 0.0)) / (TARGET - START)


def trend_alone(trend: float) -> float:
    """KZ-KG trade of 2030 by a trend alone, bn US$/yr."""
    return (figure("trade_2025").value or 0.0) * exp(trend * (TARGET - START))
