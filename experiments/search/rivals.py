"""Simple programmes that a search has to beat: what anyone would try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from abm.scenario import Scenario
from experiments.search.optimise import Point
from experiments.search.programmes import Menu, Programme

CORRIDOR_FIRST = "corridor-first"


def rivals(menu: Menu, budget: float, look: Callable[[Programme], Point]) -> dict[str, Programme]:
    """What anyone would try without a search, by name; each within the budget."""
    alone = {name: menu.buy(row, budget) for name, row in zip(menu.names, np.diag(np.minimum(menu.costs, budget)))}
    alone = {name: programme for name, programme in alone.items() if programme.amounts}
    gains = {name: look(programme).expected for name, programme in alone.items()}
    ranked = sorted(alone, key=lambda name: gains[name] / alone[name].cost, reverse=True)
    found = {"equal split": menu.buy(share_out(np.ones(len(menu.options)), menu.costs, budget), budget)}
    mix = _mix_of(CORRIDOR_FIRST, menu)
    if mix.any():
        found[f"mix of {CORRIDOR_FIRST}"] = menu.buy(share_out(mix, menu.costs, budget), budget)
    if ranked:
        single = max(alone, key=lambda name: gains[name])
        found[f"all on {single}"] = alone[single]
        found["best first"] = _in_turn([name for name in ranked if gains[name] > 0], menu, budget)
    return {name: programme for name, programme in found.items() if programme.amounts}


def share_out(weights: Any, limits: Any, budget: float) -> Any:
    """A budget shared in proportion to weights, none above its limit; mn US$/yr, shape (levers,)."""
    money = np.zeros(len(limits))
    for _ in limits:
        open_ = (weights > 0) & (money < limits)
        left = budget - money.sum()
        if left <= 0 or not open_.any():
            break
        money[open_] += left * weights[open_] / weights[open_].sum()
        money = np.minimum(money, limits)
    return money


def _mix_of(name: str, menu: Menu) -> Any:
    """What a shipped scenario spends on each lever of the menu above its base, mn US$/yr; nothing in another world."""
    story = Scenario.read(name)
    if (story.first_year, story.years, story.initial) != (menu.base.first_year, menu.base.years, menu.base.initial):
        return np.zeros(len(menu.options))
    return menu.above_base(story)


def _in_turn(names: Sequence[str], menu: Menu, budget: float) -> Programme:
    """The named levers, each in full while money lasts."""
    wishes, left = np.zeros(len(menu.options)), budget
    for name in names:
        i = menu.names.index(name)
        if menu.options[i].whole and menu.costs[i] > left:
            continue
        wishes[i] = min(menu.costs[i], left)
        left -= wishes[i]
    return menu.buy(wishes, budget)
