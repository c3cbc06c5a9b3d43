"""Programmes: money for policy levers, added to a base scenario from its second year on, at the account's own price.

The budget is counted as the account of the surplus counts (abm/surplus.py): mn US$ a year, mean over the years from the
programme's start to the end. No price is told here; each is read off that account, in a world without agreements and
copied corridors. What those cost later is charged to the gain, not to the budget, since a programme does not decide it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import floor
from typing import Any

import numpy as np

from abm import levers
from abm.clock import MONTHS_A_YEAR
from abm.engine.world import parameter_row
from abm.errors import BadInput, unknown
from abm.parameters import Parameters
from abm.runs import Engine
from abm.scenario import Scenario, find_lever, lever_names, lever_table

MILLIONS = 1000  # mn in a bn US$
PARTS = 100  # a budget is dealt out in hundredths
SMALLEST = 1e6  # an amount is written with six decimals
DIGITS = 6  # of a price: the account is kept in single precision
FREE_OF_LUCK = {"agreement_rate": 0.0, "replication": 0.0}  # nothing but the levers reaches the account
FEWEST_FIRMS = 10  # prices do not hang on firms


@dataclass(frozen=True)
class Option:
    """A lever that money moves.

    most: the largest amount on top of the base, in `unit`; price: mn US$/yr for one unit; whole: bought whole or not
    at all, as a hub, or free trade, where a level below today's would undo what is agreed.
    """

    name: str
    unit: str
    most: float
    price: float
    whole: bool

    @property
    def cost(self) -> float:
        """Of the largest amount, mn US$/yr."""
        return self.most * self.price


@dataclass(frozen=True)
class Programme:
    """Amounts bought, on top of the base: (lever, amount in the lever's unit), and their cost in mn US$/yr."""

    amounts: tuple[tuple[str, float], ...]
    cost: float

    def __contains__(self, name: str) -> bool:
        return any(name == bought for bought, _ in self.amounts)


@dataclass(frozen=True)
class Menu:
    """What can be bought, on top of which scenario, and from when."""

    base: Scenario
    options: tuple[Option, ...]
    start: str

    @property
    def names(self) -> list[str]:
        """Of the levers, in order."""
        return [option.name for option in self.options]

    @property
    def costs(self) -> Any:
        """Of each lever's largest amount, mn US$/yr, shape (levers,)."""
        return np.array([option.cost for option in self.options])

    @property
    def span(self) -> tuple[int, int]:
        """First and last year that count."""
        return self.base.first_year + 1, self.base.first_year + self.base.years - 1

    @cached_property
    def ground(self) -> Any:
        """The lever table of the base."""
        return lever_table(self.base)

    def buy(self, wishes: Any, budget: float) -> Programme:
        """What a budget buys of the wishes (mn US$/yr a lever, shape (levers,)).

        What is bought whole comes first, the strongest wish before others, if half its cost is wished for and there is
        money; the rest is cut in proportion and dealt in hundredths of the budget, the spare ones to those cut most.
        """
        wished = np.minimum(np.maximum(wishes, 0), self.costs)
        whole = np.array([option.whole for option in self.options])
        money = np.zeros(len(self.options))
        left = budget
        for i in sorted(np.flatnonzero(whole), key=lambda i: -wished[i] / self.costs[i]):
            if 2 * wished[i] >= self.costs[i] and self.costs[i] <= left:
                money[i] = self.costs[i]
                left -= money[i]
        money += self._dealt(np.where(whole, 0, wished), left, budget / PARTS)
        return self.of({name: self._amount(i, money[i]) for i, name in enumerate(self.names)})

    def _dealt(self, wished: Any, left: float, step: float) -> Any:
        """Wishes cut in proportion to the money left, in whole steps, but for a lever bought to its end."""
        total = wished.sum()
        levels = wished * min(1.0, left / total) if total > 0 else wished
        full = levels >= self.costs
        steps = np.floor(levels / step + 1 / SMALLEST)
        spare = int((levels[~full].sum() - steps[~full].sum() * step) / step + 1 / SMALLEST)
        short = np.where(full | (steps < 1), -1, levels / step - steps)
        for i in np.argsort(-short, kind="stable")[:spare]:
            steps[i] += short[i] >= 0
        return np.where(full, self.costs, np.minimum(steps * step, self.costs))

    def _amount(self, i: int, money: float) -> float:
        option = self.options[i]
        if money >= option.cost:
            return option.most
        return floor(money / option.price * SMALLEST + 1e-3) / SMALLEST  # the thousandth undoes rounding only

    def of(self, amounts: Mapping[str, float]) -> Programme:
        """The programme of given amounts, with its cost. Raises BadInput: not on the menu, or too much."""
        for name, amount in amounts.items():
            option = self.option(name)
            if not 0 <= amount <= option.most:
                raise BadInput(f"'{name}' = {amount:g} is outside 0 to {option.most:g} {option.unit} above the base")
        bought = tuple((o.name, amounts[o.name]) for o in self.options if amounts.get(o.name))
        return Programme(bought, float(sum(amount * self.option(name).price for name, amount in bought)))

    def option(self, name: str) -> Option:
        """One lever of the menu. Raises BadInput: it is not there."""
        for option in self.options:
            if option.name == name:
                return option
        raise unknown("lever of the menu", name, self.names)

    def money(self, programme: Programme) -> Any:
        """What a programme spends on each lever, mn US$/yr, shape (levers,)."""
        bought = dict(programme.amounts)
        return np.array([bought.get(option.name, 0.0) * option.price for option in self.options])

    def above_base(self, story: Scenario) -> Any:
        """What another scenario of these years spends on each lever above the base, mn US$/yr, shape (levers,)."""
        table, found = lever_table(story), []
        for option in self.options:
            lever, which = find_lever(option.name, self.base.world())
            more = np.maximum(_column(table, lever, which), 0) - np.maximum(_column(self.ground, lever, which), 0)
            found.append(option.price * min(option.most, max(0.0, float(more.max()))))
        return np.array(found)

    def story(self, programme: Programme, name: str = "programme", title: str = "", why: str = "") -> Scenario:
        """The base with a programme on top, as a scenario that can be written down and run again.

        Where the base changes a lever later, the programme's amount is added to the new level.
        """
        later = sorted({change.at for change in self.base.changes if change.at > self.start})
        found = self.base
        for at in (self.start, *later) if programme.amounts else ():
            found = found.then(at, **{n.replace("-", "__"): self._level(n, a, at) for n, a in programme.amounts})
        return replace(found, name=name, title=title or name, why=why, file="")

    def _level(self, name: str, amount: float, at: str) -> float | str:
        lever, which = find_lever(name, self.base.world())
        if lever.form == "date":
            return self.start
        column = _column(self.ground, lever, which)
        month = (int(at[:4]) - self.base.first_year) * MONTHS_A_YEAR + int(at[5:]) - 1
        return float(min(lever.high, max(0.0, float(column[month].flat[0])) + amount))


def menu_of(base: Scenario, names: Sequence[str] | None = None) -> Menu:
    """The levers that money moves, with room and price; all but outward corridors, or those named.

    Of the levers with one for each tie, reform is offered on ties that a corridor serves and free trade on all ties
    together. Outward corridors stand on an account apart from the surplus, so they cannot be weighed here.

    Raises:
        BadInput: an unknown lever, one that costs nothing or is charged apart, one without room above the base, two
            that overlap, or a base of a single year.
    """
    if base.years < 2:
        raise BadInput(f"'{base.name}' has one year; a programme begins in the second")
    empty = Menu(base, (), f"{base.first_year + 1}-01")
    asked = list(dict.fromkeys(names)) if names is not None else _offered(base)
    if not asked:
        raise BadInput("no levers are named")
    for name in asked:
        _check(name, asked, base)
    found = [option for name in asked if (option := _option(name, empty, named=names is not None))]
    if not found:
        raise BadInput(f"'{base.name}' leaves no room for any of: {', '.join(asked)}")
    return replace(empty, options=tuple(found))


def _offered(base: Scenario) -> list[str]:
    served = [tie for tie, values in base.world().table("ties").items() if "corridor" in values]
    found: list[str] = []
    for name, lever in levers.describe().items():
        if not _costs(lever):
            continue
        if lever.per == "tie":
            found += [f"{name}_all"] if _whole(lever) else [f"{name}_{tie}" for tie in served]
        else:
            found.append(name)
    return found


def _costs(lever: levers.Lever) -> bool:
    """Is it a policy lever that lasts and is charged to the regional surplus?"""
    return lever.group == "policy" and lever.form in ("level", "date") and lever.cost != "0" and lever.per != "market"


def _whole(lever: levers.Lever) -> bool:
    return lever.form == "date" or lever.default == levers.TODAY


def _check(name: str, asked: Sequence[str], base: Scenario) -> None:
    world = base.world()
    if name not in lever_names(world):
        raise unknown("lever", name, [n for n in lever_names(world) if _costs(find_lever(n, world)[0])], "--levers")
    lever, _ = find_lever(name, world)
    if lever.per == "market":
        raise BadInput(f"--levers: '{name}' stands on an account apart from the surplus, so it cannot be weighed")
    if not _costs(lever):
        raise BadInput(f"--levers: '{name}' costs nothing in the account; a budget cannot buy it")
    alike = [other for other in asked if other != name and find_lever(other, world)[0] == lever]
    if lever.per and name == f"{lever.name}_all" and alike:
        raise BadInput(f"--levers: '{name}' and '{alike[0]}' overlap; name one of them")


def _option(name: str, menu: Menu, named: bool) -> Option | None:
    """A lever with its room and price; None if there is no room and nobody named it."""
    lever, which = find_lever(name, menu.base.world())
    later = _column(menu.ground, lever, which)[MONTHS_A_YEAR:]
    taken = np.maximum(later, 0.0)
    uneven = later.ndim > 1 and bool((later != later[:, :1]).any())
    most = float(lever.high - taken.max()) if not _whole(lever) or not (later > levers.TODAY).any() else 0.0
    if lever.form == "date":
        most = 0.0 if taken.any() else 1.0
    if uneven or most <= 0:
        reason = "sets it tie by tie; name the ties" if uneven else "leaves no room for more"
        return _left_out(name, menu, named, reason)
    unpriced = Option(name, lever.unit if lever.form == "level" else "", most, 0.0, _whole(lever))
    given = replace(menu, options=(unpriced,))
    charged = _charge(given.story(given.of({name: most}))) - _charge(menu.base)
    if charged <= 0:
        return _left_out(name, menu, named, "has what it brings already; it would cost nothing more")
    return replace(unpriced, price=float(f"{charged / most:.{DIGITS}g}"))


def _left_out(name: str, menu: Menu, named: bool, reason: str) -> Option | None:
    """Nothing; but an error if it was asked for."""
    if named:
        raise BadInput(f"--levers: '{name}': '{menu.base.name}' {reason}")
    return None


def _column(table: Any, lever: levers.Lever, which: Any) -> Any:
    return table[lever.name] if which is None else table[lever.name][:, which]


@lru_cache(maxsize=256)
def _charge(story: Scenario) -> float:
    """What the account charges for levers, mn US$/yr, mean from the second year on, where luck adds nothing."""
    engine = Engine(story, firms=FEWEST_FIRMS)
    kept = engine.kept("lever_cost")
    out = np.zeros((len(engine.levers), 1), np.float32)
    engine.run(0, parameter_row(Parameters().changed(FREE_OF_LUCK)), kept, out)
    return MILLIONS * float(out[MONTHS_A_YEAR:].mean(dtype=np.float64))
