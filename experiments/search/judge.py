"""What programmes gain over their base, run by run, under one lot of luck."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm import parameters as declared
from abm.clock import MONTHS_A_YEAR
from abm.engine.world import parameter_row
from abm.parameters import Parameters
from abm.runs import Engine
from abm.scenario import lever_table
from experiments.search.programmes import MILLIONS, Menu, Programme

LOT = 1_000_000  # seeds between two lots; a lot has fewer runs
LOTS = 3
ROUNDING = 1e-9
Gains = Any  # float64, shape (runs,), mn US$/yr


@dataclass(frozen=True)
class Luck:
    """One lot: a seed and a set of parameters for each run."""

    seeds: tuple[int, ...]
    parameters: tuple[Parameters, ...]


def draw_luck(
    lot: int, runs: int, seed: int, uncertainty: str = "prior", given: Sequence[Parameters] | None = None
) -> Luck:
    """The luck of a lot. Lots share no seed, and no draw of the prior.

    given: sets of parameters to draw from, in place of the prior; lots share these, each in an order of its own.
    """
    first = (LOTS * seed + lot) * LOT
    numbers: Sequence[Parameters]
    if given is not None:
        order = np.random.default_rng([seed, lot]).permutation(len(given))
        numbers = [given[int(i)] for i in np.resize(order, runs)]
    else:
        numbers = prior(runs, [seed, lot]) if uncertainty == "prior" else [Parameters()] * runs
    return Luck(tuple(range(first, first + runs)), tuple(numbers))


def prior(runs: int, seed: Any) -> list[Parameters]:
    """Draws of the parameters that are to be fitted, from their prior ranges: a Latin hypercube."""
    from scipy.stats import qmc

    fit = [known for known in declared.describe().values() if known.role == "fit" and known.low < known.high]
    unit = qmc.LatinHypercube(len(fit), rng=np.random.default_rng(seed)).random(runs)
    low, high = np.array([k.low for k in fit]), np.array([k.high for k in fit])
    names = [known.name for known in fit]
    return [Parameters().changed(dict(zip(names, row.tolist()))) for row in low + unit * (high - low)]


class Judge:
    """What programmes bring under one lot of luck. Each is run once; a run takes one to two milliseconds."""

    def __init__(self, menu: Menu, luck: Luck, firms: int, threads: int | None = None) -> None:
        self.menu = menu
        self.seeds = luck.seeds
        self.rows = [parameter_row(numbers) for numbers in luck.parameters]
        self.threads = threads or os.cpu_count() or 1
        self.engine = Engine(menu.base, firms=firms)
        kept = [self.engine.kept(name)[0] for name in ("surplus", "lever_cost")]
        self.order = np.argsort(kept)
        self.kept = np.sort(kept)
        self.seen: dict[Programme, Any] = {}
        self.ground = self._run(menu.ground)

    def __call__(self, programme: Programme) -> Gains:
        """Surplus less the base's, run by run, mn US$/yr."""
        return self._accounts(programme)[0]

    def charged(self, programme: Programme) -> Any:
        """Cost of levers in the account less the base's, run by run, mn US$/yr: with corridors copied later."""
        return self._accounts(programme)[1]

    def _accounts(self, programme: Programme) -> Any:
        if programme not in self.seen:
            self.seen[programme] = self._run(lever_table(self.menu.story(programme))) - self.ground
        return self.seen[programme]

    def _run(self, table: Any) -> Any:
        """Surplus and cost of levers, mean over the years that count, mn US$/yr, float64, shape (2, runs)."""
        out = np.zeros((len(self.seeds), len(table), len(self.kept)), np.float32)
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda i: self.engine.run(self.seeds[i], self.rows[i], self.kept, out[i], table),
                          range(len(self.seeds))))  # fmt: skip
        return MILLIONS * out[:, MONTHS_A_YEAR:, self.order].mean(axis=1, dtype=np.float64).T


def worst_mean(gains: Gains, risk: float) -> float:
    """Mean of the worst part of the runs; `risk` is the part."""
    return float(np.sort(gains)[: tail(len(gains), risk)].mean())


def tail(runs: int, risk: float) -> int:
    """How many runs the worst part has."""
    return max(1, int(risk * runs + ROUNDING))  # a tenth of 40 is 4
