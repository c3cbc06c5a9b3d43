"""What varies: a parameter or a lever, between two ends or over listed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from abm import parameters
from abm.clock import MONTHS_A_YEAR
from abm.errors import BadInput, unknown
from abm.levers import TODAY
from abm.scenario import TODAY_WORD, Scenario, date_in, find_lever, lever_names, lever_value
from experiments.sweeps.spec import Points, Range, SweepSpec

PARAMETER, LEVER = "parameter", "lever"


@dataclass(frozen=True)
class Factor:
    """One name that varies: over `values` if there are any, else from low to high.

    levels: how many values a grid takes of a range; at: the month from which a lever holds ("" for parameters).
    """

    name: str
    kind: str
    unit: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()
    levels: int | None = None
    at: str = ""

    @property
    def is_text(self) -> bool:
        """Are its values words, such as dates?"""
        return any(isinstance(value, str) for value in self.values)

    def spread(self, unit: Any) -> Any:
        """Values for places on the unit interval, shape (rows,): equal bins for listed values, linear in a range."""
        if self.values:
            bins = np.minimum((np.asarray(unit) * len(self.values)).astype(int), len(self.values) - 1)
            return self.column([self.values[i] for i in bins])
        assert self.low is not None
        assert self.high is not None
        return self.low + np.asarray(unit) * (self.high - self.low)

    def column(self, values: Sequence[Any]) -> Any:
        """Values of many points in little memory: float64, shape (rows,), or a list of words."""
        return list(values) if self.is_text else np.array(values, np.float64)

    def places(self, values: Sequence[Any]) -> list[float]:
        """Where values lie on the unit interval; of listed ones, the middle of their bins."""
        if self.values:
            bins = {value: (i + 0.5) / len(self.values) for i, value in enumerate(self.values)}
            return [bins[value] for value in values]
        assert self.low is not None
        assert self.high is not None
        width = self.high - self.low
        return [float((value - self.low) / width) if width else 0.5 for value in values]

    def steps(self, levels: int) -> list[Any]:
        """Its values for a grid: those listed, or evenly spread over the range with both ends."""
        if self.values:
            return list(self.values)
        assert self.low is not None
        assert self.high is not None
        return [float(x) for x in np.linspace(self.low, self.high, self.levels or levels)]


def factors_of(spec: SweepSpec, story: Scenario, where: str = "sweep") -> tuple[Factor, ...]:
    """Everything that a spec varies, checked against the declarations.

    story: a scenario of the sweep, for its years and its world.

    Raises:
        BadInput: an unknown name, a range outside what is allowed or without width, a value that is refused.
    """
    for name in {*spec.vary} & {*spec.fixed}:
        raise BadInput(f"{where}: '{name}' is both varied and fixed")
    known = parameters.describe().values()
    every = [n.name for n in known if n.role in spec.vary_roles and n.low < n.high and n.name not in spec.fixed]
    names = dict.fromkeys([*every, *spec.vary])  # a narrowed one keeps its place, and so its column of the design
    found = [factor_of(name, spec.vary.get(name, Range()), story, f"{where}, vary.{name}") for name in names]
    if isinstance(spec.design, Points) and found:
        raise BadInput(f"{where}: a list of points says all that varies; put '{found[0].name}' among the points")
    if isinstance(spec.design, Points):
        found += _of_points(spec.design, {factor.name for factor in found}, story, where)
    return tuple(found)


def factor_of(name: str, given: Range, story: Scenario, where: str) -> Factor:
    """One varied name. Raises BadInput."""
    if given.values is not None and (given.low is not None or given.high is not None or given.levels):
        raise BadInput(f"{where}: give either values, or low and high, not both")
    if name in parameters.describe():
        if given.at:
            raise BadInput(f"{where}: '{name}' is a parameter; only levers have a date")
        return _parameter(name, given, where)
    return _lever(name, given, story, where)


def checked(name: str, value: Any, story: Scenario, where: str) -> Any:
    """A value of a parameter or a lever, as it will be used. Raises BadInput."""
    if name in parameters.describe():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise BadInput(f"{where}: '{name}' must be a number in {parameters.describe()[name].unit}, not {value!r}")
        return float(getattr(parameters.Parameters().changed({name: value}, where), name))
    world = story.world()
    _known(name, world, where)
    return lever_value(name, value, story, world, where)


def start_of(given: str | None, story: Scenario, where: str) -> str:
    """The month from which a varied lever holds: a year after the start, unless the spec says another."""
    first = story.first_year + 1 if story.years > 1 else story.first_year
    return date_in(given, "at", story, where) if given else f"{first}-01"


def _parameter(name: str, given: Range, where: str) -> Factor:
    known = parameters.describe()[name]

    def number(value: Any) -> float:
        return float(checked(name, value, _NOBODY, where))

    if given.values is not None:
        odd = [value for value in given.values if not isinstance(value, float) or value != value]
        for value in odd or (min(given.values), max(given.values)):  # thousands of numbers: their ends will do
            number(value)
        return Factor(name, PARAMETER, known.unit, values=tuple(map(float, given.values)), levels=given.levels)
    low = number(known.low if given.low is None else given.low)
    high = number(known.high if given.high is None else given.high)
    if low == high == known.low == known.high:
        raise BadInput(f"{where}: '{name}' has no prior range ({known.low:g}, {known.role}); say low and high")
    return Factor(name, PARAMETER, known.unit, *_wide(low, high, where), levels=given.levels)


def _lever(name: str, given: Range, story: Scenario, where: str) -> Factor:
    world = story.world()
    _known(name, world, where)
    lever, _ = find_lever(name, world, where)
    at = start_of(given.at, story, where)
    if given.values is not None:
        values = tuple(lever_value(name, value, story, world, where) for value in given.values)
        if lever.form.startswith("date") and min(values) < at:
            raise BadInput(f'{where}: {min(values)} is before the month from which it holds; say at = "{min(values)}"')
        return Factor(name, LEVER, lever.unit, values=_alike(values, lever), at=at)
    if lever.form == "choice":
        if given.low is not None or given.high is not None:
            raise BadInput(f"{where}: '{name}' takes words; list them, or write \"prior\" for all of them")
        return Factor(name, LEVER, lever.unit, values=lever.words, at=at)
    if lever.form.startswith("date"):
        if given.levels:
            raise BadInput(f"{where}: '{name}' takes months; list those that are wanted instead of 'levels'")
        return Factor(name, LEVER, lever.unit, values=_months(name, given, at, story, where), at=at)
    low = lever.low if given.low is None else given.low
    high = lever.high if given.high is None else given.high
    first, last = (float(lever_value(name, end, story, world, where)) for end in (low, high))
    return Factor(name, LEVER, lever.unit, *_wide(first, last, where), levels=given.levels, at=at)


def _alike(values: tuple[Any, ...], lever: Any) -> tuple[Any, ...]:
    """Numbers as numbers; "today" among them becomes the number that stands for it, so that a column has one type."""
    if lever.form in ("level", "pulse"):
        return tuple(TODAY if value == TODAY_WORD else float(value) for value in values)
    return values


def _months(name: str, given: Range, at: str, story: Scenario, where: str) -> tuple[str, ...]:
    """Every month from low to high, for a lever that is a date; none before it holds."""
    last = f"{story.first_year + story.years - 1}-12"
    low = date_in(given.low or at, "low", story, where)
    if low < at:
        raise BadInput(f'{where}: {low} is before the month from which it holds; say at = "{low}"')
    high = date_in(given.high or last, "high", story, where)
    if low >= high:
        raise BadInput(f"{where}: the range {low} to {high} has no width")
    months = [
        f"{story.first_year + m // MONTHS_A_YEAR}-{m % MONTHS_A_YEAR + 1:02d}"
        for m in range(story.years * MONTHS_A_YEAR)
    ]
    return tuple(month for month in months if low <= month <= high)


def _wide(low: float, high: float, where: str) -> tuple[float, float]:
    if not low < high:
        raise BadInput(f"{where}: the range {low:g} to {high:g} has no width")
    return low, high


def _of_points(design: Points, known: set[str], story: Scenario, where: str) -> list[Factor]:
    """The names that a list of points gives values to; each point must give all of them."""
    if not design.points:
        raise BadInput(f"{where}: the list of points is empty")
    names = list(design.points[0])
    for number, point in enumerate(design.points, 1):
        if set(point) != set(names):
            raise BadInput(f"{where}: point {number} does not name what the first one does: {', '.join(names)}")
    for name in names:
        if name in known:
            raise BadInput(f"{where}: '{name}' stands among the points and in 'vary'")
    return [
        factor_of(name, Range(values=list(dict.fromkeys(p[name] for p in design.points))), story, where)
        for name in names
    ]


def _known(name: str, world: Any, where: str) -> None:
    if name not in lever_names(world):
        raise unknown("parameter or lever", name, [*parameters.describe(), *lever_names(world)], where)


_NOBODY = Scenario("")


def fixed_of(spec: SweepSpec, story: Scenario, where: str = "sweep") -> Mapping[str, Any]:
    """What a spec holds fixed, checked. Raises BadInput."""
    return {name: checked(name, value, story, f"{where}, fixed.{name}") for name, value in spec.fixed.items()}


def refuse_overlap(names: Sequence[str], world: Any, where: str) -> None:
    """Refuse a lever of one tie, bloc or market beside the same lever of all: one of them would do nothing.

    Raises:
        BadInput: two names for one lever.
    """
    levers = {name: find_lever(name, world) for name in names if name in lever_names(world)}
    for name, (lever, which) in levers.items():
        for other, (same, member) in levers.items():
            if lever.name == same.name and isinstance(which, slice) and not isinstance(member, slice):
                raise BadInput(f"{where}: '{name}' and '{other}' move the same lever; give one of them")
