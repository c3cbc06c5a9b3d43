"""Designs of experiments: which points of the space of factors are run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import log2, prod
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.levers import TODAY
from abm.scenario import TODAY_WORD
from experiments.sweeps.factors import Factor
from experiments.sweeps.spec import Design, Grid, LatinHypercube, Morris, Points, Saltelli, SobolPoints, Zip


@dataclass(frozen=True)
class Drawn:
    """A design worked out.

    unit: places on the unit cube, float64, shape (rows, factors), as the method of analysis needs them; values: what
    is run, a column a factor: float64, shape (rows,), or a list of words.
    """

    unit: Any
    values: tuple[Any, ...]

    @property
    def rows(self) -> int:
        """How many points."""
        return len(self.unit)


def draw(design: Design, factors: Sequence[Factor]) -> Drawn:
    """The points of a design. Without factors it is one point, the scenario itself.

    Raises:
        BadInput: a design that cannot be made of these factors.
    """
    if not factors:
        if not isinstance(design, Grid | Zip):
            raise BadInput(f"the design '{design.kind}' has nothing to vary; name something in 'vary'")
        return Drawn(np.zeros((1, 0)), ())
    if isinstance(design, Grid | Zip | Points):
        return _listed(_columns(design, factors), factors)
    unit = _unit(design, len(factors))
    return Drawn(unit, tuple(factor.spread(unit[:, i]) for i, factor in enumerate(factors)))


def rows_of(design: Design, factors: Sequence[Factor]) -> int:
    """How many points a design has, without making them."""
    if isinstance(design, Grid):
        return prod(len(factor.values) or factor.levels or design.levels for factor in factors)
    if isinstance(design, Morris):
        return design.trajectories * (len(factors) + 1)
    if isinstance(design, Saltelli):
        return design.base * (2 * (len(factors) + 1) if design.second_order else len(factors) + 2)
    if isinstance(design, Points):
        return len(design.points)
    if isinstance(design, Zip):
        return max((len(factor.values) or factor.levels or 1 for factor in factors), default=1)
    if isinstance(design, SobolPoints) and design.only is not None:
        return len(design.only)
    return design.points


def _columns(design: Grid | Zip | Points, factors: Sequence[Factor]) -> list[list[Any]]:
    if isinstance(design, Grid):
        return [list(column) for column in zip(*product(*(factor.steps(design.levels) for factor in factors)))]
    if isinstance(design, Zip):
        columns = [factor.steps(factor.levels or 0) for factor in factors]
        for factor, column in zip(factors, columns):
            if not column:
                raise BadInput(f"'{factor.name}': a zip needs values, or low, high and levels")
            if len(column) != len(columns[0]):
                raise BadInput(
                    f"a zip needs lists of one length: '{factors[0].name}' has {len(columns[0])} values, "
                    f"'{factor.name}' {len(column)}"
                )
        return columns
    return [_as_held([point[factor.name] for point in design.points], factor) for factor in factors]


def _as_held(written: list[Any], factor: Factor) -> list[Any]:
    """Values of points as the factor holds them: "today" of a level is a number there."""
    held = {value: value for value in factor.values}
    return [held[TODAY if value == TODAY_WORD else value] for value in written]


def _listed(columns: list[list[Any]], factors: Sequence[Factor]) -> Drawn:
    places = [factor.places(column) for factor, column in zip(factors, columns)]
    return Drawn(np.array(places, np.float64).T, tuple(f.column(c) for f, c in zip(factors, columns)))


def _unit(design: LatinHypercube | SobolPoints | Morris | Saltelli, count: int) -> Any:
    from scipy.stats import qmc

    if isinstance(design, LatinHypercube):
        return qmc.LatinHypercube(count, rng=design.seed).random(design.points)
    if isinstance(design, SobolPoints):
        every = qmc.Sobol(count, rng=design.seed).random_base2(_power(design.points, "points"))
        return every if design.only is None else every[_rows(design.only, design.points)]
    names = [f"x{i}" for i in range(count)]
    problem = {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}
    salib()
    if isinstance(design, Morris):
        from SALib.sample import morris

        if design.levels % 2:
            raise BadInput(f"'design.levels' = {design.levels} must be even: a step of Morris is half the levels")
        return morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    from SALib.sample import sobol

    _power(design.base, "base")
    return sobol.sample(problem, design.base, calc_second_order=design.second_order, seed=design.seed)


def _rows(only: Sequence[int], points: int) -> Any:
    rows = np.array(only)
    if rows.max() >= points or len(np.unique(rows)) < len(rows):
        raise BadInput(f"'design.only' must name points from 0 to {points - 1}, each once")
    return rows


def _power(number: int, what: str) -> int:
    power = round(log2(number))
    if 2**power != number:
        below = 2 ** int(log2(number))
        raise BadInput(f"'design.{what}' = {number} must be a power of two, such as {below} or {2 * below}")
    return power


def salib() -> None:
    """See that SALib is there. Raises BadInput, with how to get it."""
    try:
        import SALib  # noqa: F401
    except ImportError:
        raise BadInput("this needs SALib: install corridors[explore]") from None
