"""The search for programmes with two aims: the mean gain, and the gain in the worst part of the runs.

The optimiser is NSGA-II (Deb et al. 2002), of pymoo: there are two aims, some levers are bought whole or not at all,
and luck is the same for every programme; so one seeded run gives the whole frontier, without weights and without noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from abm.errors import BadInput
from experiments.search.judge import Gains, worst_mean
from experiments.search.programmes import Menu, Programme

SOME_LEVERS = 8  # a random programme of the first generation has at most so many
ALL_OF_IT = 0.25  # chance that a mutation empties a lever
CAUTION = 0.5  # weight of the worst runs, beside the mean, in what is recommended

Value = Callable[[Programme], Gains]


@dataclass(frozen=True)
class Point:
    """A programme and its two aims, mn US$/yr: the mean gain, and the mean of the worst part of the runs."""

    programme: Programme
    expected: float
    worst: float


@dataclass
class Notebook:
    """Everything that was tried under one lot of luck, once each. `value` is a Judge, or any Value in its place."""

    value: Any
    risk: float
    points: dict[Programme, Point] = field(default_factory=dict)

    def look(self, programme: Programme) -> Point:
        """The aims of a programme."""
        if programme not in self.points:
            gains = self.value(programme)
            self.points[programme] = Point(programme, float(np.mean(gains)), worst_mean(gains, self.risk))
        return self.points[programme]

    @property
    def tried(self) -> list[Point]:
        """All of it."""
        return list(self.points.values())


def search(
    notebook: Notebook, menu: Menu, budget: float, generations: int, population: int, seed: int,
    starts: Sequence[Programme] = (), told: Callable[[int, Notebook], None] | None = None,
) -> None:  # fmt: skip
    """Fill a notebook with better and better programmes of a budget, by NSGA-II. The same seed tries the same ones.

    starts: programmes that stand in the first generation; told: is called after each generation. An interrupt leaves
    in the notebook what was tried until then.

    Raises:
        BadInput: pymoo is not installed.
    """
    scale = np.minimum(menu.costs, budget)
    first = _first_generation(menu, budget, population, seed, starts)
    algorithm = _nsga2(first, scale, budget, generations, seed)
    for generation in range(generations):
        asked = algorithm.ask()
        points = [notebook.look(menu.buy(shares * scale, budget)) for shares in asked.get("X")]
        asked.set(
            "X", np.array([menu.money(point.programme) / scale for point in points]).clip(0, 1)
        )  # as it is bought
        asked.set("F", np.array([(-point.expected, -point.worst) for point in points]))
        algorithm.tell(infills=asked)
        if told:
            told(generation + 1, notebook)


def _first_generation(menu: Menu, budget: float, population: int, seed: int, starts: Sequence[Programme]) -> Any:
    """Shares of what each lever can take, shape (population, levers): the starts, then a few levers at random each."""
    dice = np.random.default_rng(seed)
    scale = np.minimum(menu.costs, budget)
    found = [menu.money(programme) / scale for programme in starts[:population]]
    while len(found) < population:
        some = dice.permutation(len(scale))[: dice.integers(1, min(SOME_LEVERS, len(scale)) + 1)]
        shares = np.zeros(len(scale))
        shares[some] = budget * dice.dirichlet(np.ones(len(some))) / scale[some]
        found.append(shares)
    return np.clip(found, 0, 1)


def pymoo() -> tuple[Any, Any, Any]:
    """The optimiser, the mutation and the problem of pymoo. Raises BadInput: it is not installed."""
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.mutation import Mutation
        from pymoo.core.problem import Problem
    except ImportError:
        raise BadInput("the search needs pymoo: pip install 'corridors[explore]'") from None
    return NSGA2, Mutation, Problem


def _nsga2(first: Any, scale: Any, budget: float, generations: int, seed: int) -> Any:
    optimiser, mutation, problem = pymoo()
    dice = np.random.default_rng([seed, 1])

    class Move(mutation):  # type: ignore[misc, valid-type]
        """Programmes differ by where money goes, so a mutation moves some of it."""

        def _do(self, problem: Any, shares: Any, **ignored: Any) -> Any:
            return np.array([move_money(row * scale, budget, dice) / scale for row in shares]).clip(0, 1)

    algorithm = optimiser(pop_size=len(first), sampling=first, mutation=Move())
    space = problem(n_var=len(scale), n_obj=2, xl=0.0, xu=1.0)
    algorithm.setup(space, termination=("n_gen", generations), seed=seed, verbose=False)
    return algorithm


def move_money(money: Any, budget: float, dice: np.random.Generator) -> Any:
    """Some or all of one lever's money, or of what is unspent, moved to another; mn US$/yr, shape (levers,)."""
    pockets = np.append(money, max(0.0, budget - money.sum()))  # the last one holds what is unspent
    giver = dice.choice(np.flatnonzero(pockets > 0))
    taker = dice.integers(len(pockets))
    moved = pockets[giver] * (1.0 if dice.random() < ALL_OF_IT else dice.random())
    pockets[giver] -= moved
    pockets[taker] += moved
    return pockets[:-1]


def undominated(points: Sequence[Point]) -> list[Point]:
    """Those than which none is better in both aims, from the highest expected gain to the safest."""
    found: list[Point] = []
    for point in sorted(points, key=lambda p: (-p.expected, -p.worst, p.programme.cost)):
        if not found or point.worst > found[-1].worst:
            found.append(point)
    return found


def best(points: Sequence[Point], wanted: int) -> list[Point]:
    """At least `wanted` points if there are so many: the undominated, then those that only they dominate, and so on."""
    left, found = list(points), list[Point]()
    while left and len(found) < wanted:
        front = undominated(left)
        found += front
        left = [point for point in left if point not in front]
    return found


def recommended(points: Sequence[Point]) -> Point:
    """The rule: the highest mean of the expected gain and the gain in the worst runs."""
    return max(points, key=lambda p: (1 - CAUTION) * p.expected + CAUTION * p.worst)


def spread(front: Sequence[Point], most: int) -> list[Point]:
    """A handful of a frontier: the recommended, both ends, and then always the one farthest from those chosen."""
    chosen = list(dict.fromkeys([recommended(front), front[0], front[-1]]))[:most]
    while len(chosen) < min(most, len(front)):
        chosen.append(max((p for p in front if p not in chosen), key=lambda p: min(_apart(p, q) for q in chosen)))
    return [point for point in front if point in chosen]


def _apart(one: Point, other: Point) -> float:
    return abs(one.expected - other.expected) + abs(one.worst - other.worst)
