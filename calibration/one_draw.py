"""What the fit measures of one draw, told a second time: run by run, without sweeps, lots or files.

Shared by nothing that fits, so that checks of the fit (synthetic worlds, another method of inference) do not repeat its
mistakes. A test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from abm.engine.world import parameter_row
from abm.parameters import Parameters, describe
from abm.runs import Engine, Runs
from calibration.figures import targets
from calibration.headline import CLOSED, CORRIDOR, DECLARATIONS, EFFICIENT, HUB, TIE
from calibration.measures import MEASURES
from calibration.prior import Prior
from calibration.survivors import WORLD_BITS, WORLDS
from calibration.variants import variants

HINDCAST = "kgtj-hindcast"
KEPT = ("trade", "jobs", "cut", "surplus", "mean_trust")


def simulate(draw: Mapping[str, float], seed: int, prior: Prior, only: Iterable[str] | None = None) -> dict[str, float]:
    """The target figures of one draw, by id, in their units; NaN where a run failed.

    draw: the fitted parameters; seed: of its luck, below 2**40; prior: how many firms, what is fixed, and the range of
    execution, which the "efficiently run" corridor squeezes into what is left above .8; only: figures wanted, or all.
    """
    rows = targets()
    wanted = list(rows) if only is None else list(only)
    try:
        alone = _Told(draw, [seed], prior)
        worlds = _Told(draw, [seed + (world << WORLD_BITS) for world in range(WORLDS)], prior)
        found = {name: _CHEAP[name](alone) for name in wanted if not rows[name].list}
        listed = {name: MEASURES[rows[name].measure].of(worlds, name) for name in wanted if rows[name].list}  # type: ignore[arg-type]
    except (ArithmeticError, ValueError):  # a rule raised
        return dict.fromkeys(wanted, np.nan)
    return {name: float((found if name in found else listed)[name][0]) for name in wanted}


class _Told:
    """Runs of one draw in any variant, each made when it is asked for; stands in for Evidence."""

    def __init__(self, draw: Mapping[str, float], seeds: Sequence[int], prior: Prior) -> None:
        self.draw, self.seeds, self.prior = draw, seeds, prior
        self._done: dict[str, Runs] = {}

    def year(self, variant: str, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year and all seeds, shape (1,)."""
        if variant not in self._done:
            self._done[variant] = self.run(variant, self.draw)
        return self._done[variant].year(measure, who, year).mean(keepdims=True)

    def run(self, variant: str, draw: Mapping[str, float]) -> Runs:
        """This variant under all seeds."""
        engine, keep = _engine(variant, self.prior.firms)
        row = parameter_row(Parameters().changed({**self.prior.fixed, **draw}))
        series = np.zeros((len(self.seeds), len(engine.levers), len(keep)), np.float32)
        for i, seed in enumerate(self.seeds):
            engine.run(seed, row, keep, series[i])
        return Runs(engine.scenario, tuple(self.seeds), tuple(engine.columns[i] for i in keep), series)

    @property
    def efficient(self) -> dict[str, float]:
        """The draw as it is where the corridor is run well: as far up from .8 as it was up its range."""
        ends = self.prior.range("execution")
        place = (self.draw["execution"] - ends["low"]) / (ends["high"] - ends["low"])
        high = describe()["execution"].high
        return {**self.draw, "execution": min(high, EFFICIENT + place * (high - EFFICIENT))}


@lru_cache(maxsize=64)
def _engine(variant: str, firms: int) -> tuple[Engine, Any]:
    engine = Engine(variants()[variant], firms=firms)
    return engine, engine.kept(KEPT)


_CHEAP = {
    "trade_2030": lambda told: told.year(CORRIDOR, "trade", TIE, 2030),
    "jobs": lambda told: told.year(CORRIDOR, "jobs", HUB, 2030) - told.year(DECLARATIONS, "jobs", HUB, 2030),
    "cost_cut": lambda told: told.run(CORRIDOR, told.efficient).years("cut", TIE, 2030, 2035),
    "kgtj_closure": lambda told: (
        told.year(HINDCAST, "trade", CLOSED, 2023) / told.year(HINDCAST, "trade", CLOSED, 2020)
    ),
}
