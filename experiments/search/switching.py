"""The switching value of a lever: how much dearer or cheaper it must become before it is better left out, or pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.paired import Band
from experiments.search.optimise import Value
from experiments.search.programmes import Menu, Programme

DOSE = 0.1  # of the budget: what a lever left out is tried with
JUST = 1.05  # times that are told as 1.0 below it
ROUNDING = 1e-6  # mn US$/yr: amounts have six decimals


@dataclass(frozen=True)
class Worth:
    """What a lever is worth in a programme, in times of its cost, against leaving that money unspent.

    amount: bought, or the dose that was tried in addition (a tenth of the budget, or the whole); cost: of it, mn
    US$/yr; times: gross gain (the paired difference that it makes, its own cost put back) by that cost, as the mean of
    runs; band: of the runs; fits: is there money left for it? Above 1 a lever pays, and may become `times` dearer;
    below, it must become 1/times cheaper.
    """

    lever: str
    chosen: bool
    amount: float
    unit: str
    cost: float
    times: float
    band: Band
    fits: bool

    @property
    def words(self) -> str:
        """What that means."""
        if self.times > 1:
            pays = f"may become {self.times:.1f} times dearer" if self.chosen else "would pay too"
            pays = pays if self.times >= JUST else "just pays"
            return pays if self.chosen or self.fits else f"{pays}: the budget keeps it out"
        if self.chosen:
            return "better left out"
        if self.times * JUST > 1:
            return "just fails to pay"
        return f"must become {1 / self.times:.1f} times cheaper" if self.times > 0 else "pays at no price"


def switching_values(value: Value, menu: Menu, programme: Programme, budget: float) -> list[Worth]:
    """The switching value of each lever of the menu, those of the programme first, from the highest down."""
    found = [_worth(value, menu, programme, name, budget) for name in menu.names]
    return sorted(found, key=lambda worth: (not worth.chosen, -worth.times))


def _worth(value: Value, menu: Menu, programme: Programme, name: str, budget: float) -> Worth:
    option, amounts = menu.option(name), dict(programme.amounts)
    chosen = name in amounts
    amount = amounts.pop(name) if chosen else option.most
    if not chosen and not option.whole:
        amount = min(amount, DOSE * budget / option.price)
    without, with_it = menu.of(amounts), menu.of(amounts | {name: amount})
    cost = amount * option.price
    times = (value(with_it) - value(without) + cost) / cost
    fits = chosen or cost <= budget - programme.cost + ROUNDING
    return Worth(name, chosen, amount, option.unit, cost, float(np.mean(times)), Band.of(times), fits)
