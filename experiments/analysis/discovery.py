"""Where does it happen? Boxes in the space of factors that hold most of the runs of interest, and little else.

PRIM peels a twentieth of the runs off one side of one factor after another, always where that helps most, and so
draws a path from all runs to a small box: Friedman and Fisher (1999); as scenario discovery, Bryant and Lempert (2010);
the peeling is ema-workbench's. Coverage is the share of all runs of interest that lie in the box, density the share of
the box's runs that are of interest. A search always finds something, even in noise; so a box counts only if boxes found
on one half of the design hold up on the other half. Tests count points, not runs: seeds of one point are alike, and so
are the rows of a morris or saltelli design, which are refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import BadInput, unknown
from experiments.analysis.conditions import FAILED, FUTURE, condition, futures_of
from experiments.analysis.outputs import (
    chosen_rules,
    chosen_scenario,
    design_rows,
    measures_of,
    side_of,
    stories_of,
)
from experiments.analysis.sensitivity import IN_BLOCKS, SEED, extra
from experiments.paired import FROZEN
from experiments.sweeps.plan import Plan

if TYPE_CHECKING:
    from pandas import DataFrame, Series

PEEL = 0.05
SMALLEST = 0.05
DOUBT = 0.05
FEWEST = 10
MOST_BOXES = 3
DATE = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Limit:
    """One side of a box: a factor at or above a bound (a number or a month), at or below it, or one of some words.

    quasi_p: the chance of a density as high as the box's if this limit did nothing (binomial over points, one-sided;
    "quasi", for the search chose the limit itself).
    """

    factor: str
    side: str
    bound: Any
    quasi_p: float = float("nan")

    def holds(self, column: Any) -> Any:
        """Which settings lie inside, bool, shape (runs,)."""
        if self.side == "in":
            return np.isin(np.asarray(column, dtype=str), self.bound)
        settings = np.asarray(column, str if isinstance(self.bound, str) else np.float64)
        return settings >= self.bound if self.side == "above" else settings <= self.bound


@dataclass(frozen=True)
class Box:
    """A box, in the space of factors, and how much of what is looked for it holds.

    path: coverage, density and mass along the peeling, float64, shape (steps, 3); unseen: density of boxes found on
    one half of the design among the runs of the other half, and unseen_p the chance of that if the box were luck.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float
    runs: int
    unseen: float
    unseen_p: float
    path: Any

    def holds(self, factors: DataFrame) -> Any:
        """Which runs lie inside, bool, shape (runs,)."""
        return _inside(self.limits, factors)

    @property
    def sides(self) -> dict[str, list[Limit]]:
        """Limits by factor, lower before upper, the surest factor first."""
        order = sorted(self.limits, key=lambda limit: limit.quasi_p)
        found: dict[str, list[Limit]] = {limit.factor: [] for limit in order}
        for limit in sorted(order, key=lambda limit: limit.side):
            found[limit.factor].append(limit)
        return found

    def in_words(self) -> str:
        """As a sentence: "dispute_rate at least 0.31 and bloc_pull at least 0.8: 61 % of all such runs …"."""
        told = " and ".join(_told(name, sides) for name, sides in self.sides.items())
        return (
            f"{told}: {self.coverage:.0%} of all such runs lie here, and {self.density:.0%} of the {self.runs:,} runs "
            f"here are such (boxes found on one half hold {self.unseen:.0%} on the other half)"
        )


def boxes(factors: DataFrame, interesting: Any, threshold: float | None = None, most: int = MOST_BOXES) -> list[Box]:
    """Find where runs of interest lie: the best box, then the best among the runs outside it, and so on.

    Of a peeling path the box with the highest harmonic mean of coverage and density is taken, or with `threshold` the
    one of highest coverage that is at least so dense. Limits that add nothing (quasi-p above .05) are dropped. A box
    counts only if boxes found on one half of the points are denser on the other half than all runs are (p up to .05);
    about one search in twenty in noise may still show a box. Runs with the same settings are one point, which counts
    with the share of its runs; points must stand for themselves, unlike rows of a morris or saltelli design. Further
    boxes look at what earlier ones left.

    factors: a row a run, numbers or words; interesting: bool, shape (runs,). Returns no box if nothing holds up.

    Raises:
        BadInput: gaps, factors without variation, or fewer than ten runs of interest, or of the others.
    """
    wanted = np.asarray(interesting, bool)
    space = _space(factors, wanted)
    if threshold is not None and not 0 < threshold <= 1:
        raise BadInput(f"the density asked for is {threshold:g}; it is a share, above 0 and up to 1")
    found: list[Box] = []
    left = np.ones(len(wanted), bool)
    while len(found) < most and min(wanted[left].sum(), (~wanted[left]).sum()) >= FEWEST:
        box = _box(space[left], wanted[left], threshold)
        if box is None:
            break
        within = left & box.holds(space)
        hits = int(wanted[within].sum())
        of_all = np.array([wanted[left].sum() / wanted.sum(), 1.0, left.mean()])
        found.append(replace(box, coverage=hits / wanted.sum(), mass=within.mean(), path=box.path * of_all))
        left &= ~within
    return found


@dataclass(frozen=True)
class Discovery:
    """The answer to "where?": boxes, the factors of the runs looked at, and which runs are of interest."""

    where: str
    scenario: str
    against: str | None
    boxes: list[Box]
    factors: DataFrame
    interesting: Any
    notes: tuple[str, ...] = ()


def discover(
    plan: Plan,
    frame: DataFrame,
    where: str,
    *,
    scenario: str | None = None,
    against: str | None = None,
    rules: str | None = None,
    threshold: float | None = None,
    impute: str = "refuse",
) -> Discovery:
    """Where in the space of factors the runs of a sweep meet a condition.

    plan, frame: as `read_plan` and `read_sweep` give them; where: see `condition`, with `future` as one more column;
    against: a second scenario, whose measures are taken off run by run before the condition is asked; impute: "refuse"
    runs that failed or are missing, or "drop" them.

    Raises:
        BadInput: an unknown name, gaps, a condition that cannot be read or tells nothing apart, too few runs, or a
            morris or saltelli design.
    """
    check_design(plan)
    if impute not in ("refuse", "drop"):
        raise unknown("rule for gaps", impute, ("refuse", "drop"))
    story, variant = chosen_scenario(plan, scenario), chosen_rules(plan, rules)
    names = [factor.name for factor in plan.factors]
    mine = side_of(frame, story, variant).copy()
    if FUTURE in where:
        story_of = plan.stories[0]
        last_year = story_of.first_year + story_of.years - 1
        mine = mine.assign(future=futures_of(mine, _frozen(plan, frame, variant), story_of.world(), last_year))
    if against:
        mine = _less(plan, mine, side_of(frame, chosen_scenario(plan, against), variant), measures_of(plan))
    whole = mine["error"].isna() & (mine[FUTURE] != FAILED if FUTURE in mine else True)
    lost = plan.drawn.rows * plan.spec.replications - int(whole.sum())
    if lost and impute == "refuse":
        raise BadInput(f"{lost} runs of '{story}' failed or are missing: repeat them, or leave them out: --impute drop")
    mine = mine[whole]
    notes = (f"{lost} runs left out, which failed or are missing",) if lost else ()
    interesting = condition(mine.drop(columns=["error"]), where)
    return Discovery(where, story, against, boxes(mine[names], interesting, threshold), mine[names], interesting, notes)


def check_design(plan: Plan) -> None:
    """Refuse designs whose rows are near copies of one another: halves of those do not check each other.

    Raises:
        BadInput: a morris or saltelli design.
    """
    kind = plan.spec.design.kind
    if kind in IN_BLOCKS:
        raise BadInput(
            f"a search for boxes takes points that stand for themselves, and rows of a {kind} design are near copies, "
            f"so that noise would hold up: use a design of latin-hypercube, sobol or grid"
        )


def _frozen(plan: Plan, frame: DataFrame, rules: str) -> DataFrame:
    if FROZEN not in stories_of(plan):
        raise BadInput("futures are judged against 'frozen' at the same draws: add it to the scenarios of the sweep")
    return side_of(frame, FROZEN, rules)


def _less(plan: Plan, mine: DataFrame, other: DataFrame, measures: Sequence[str]) -> DataFrame:
    """Measures as differences from the other scenario's run at the same point of the design with the same seed."""
    keys, names = ["row", "replicate"], list(measures)
    one, two = (side.copy().assign(row=design_rows(plan, side)).set_index(keys) for side in (mine, other))
    two = two.reindex(one.index)
    less = one.drop(columns=names).join(one[names] - two[names])
    less["error"] = one["error"].fillna(two["error"])
    return less[two["run"].notna()].copy().reset_index()


def _space(factors: DataFrame, wanted: Any) -> DataFrame:
    """The factors that vary, as float64 or words; refused if they have gaps or there is too little to go by."""
    import pandas as pd

    if len(factors) != len(wanted):
        raise BadInput(f"{len(wanted)} marks for {len(factors)} runs; give one a run")
    hits = int(wanted.sum())
    if min(hits, len(wanted) - hits) < FEWEST:
        raise BadInput(f"{hits} of {len(wanted)} runs are of interest; a box needs {FEWEST} that are and {FEWEST} not")
    found = {}
    for name, column in factors.items():
        number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        if column.isna().any() or (number and not np.isfinite(column).all()):
            raise BadInput(f"the factor '{name}' has gaps or infinities")
        if column.nunique() > 1:
            found[str(name)] = column.to_numpy(np.float64) if number else column.astype(str).to_numpy(object)
    if not found:
        raise BadInput("no factor varies among these runs, so there is no box to find")
    return pd.DataFrame(found)


def _box(space: DataFrame, wanted: Any, threshold: float | None) -> Box | None:
    """The best box among these runs if it holds up; coverage and mass are of these runs."""
    limits, path = _search(space, wanted, threshold)
    if not limits:
        return None
    unseen = _on_unseen_halves(space, wanted, threshold)
    if unseen is None or unseen[1] > DOUBT:
        return None
    inside = _inside(limits, space)
    hits, runs = int(wanted[inside].sum()), int(inside.sum())
    return Box(limits, hits / int(wanted.sum()), hits / runs, runs / len(wanted), runs, *unseen, path)


def _on_unseen_halves(space: DataFrame, wanted: Any, threshold: float | None) -> tuple[float, float] | None:
    """Density over points of boxes from each half in the other half, and its one-sided p against the share of all."""
    point = _points(space)
    half = np.random.default_rng(SEED).permutation(np.arange(point.max() + 1) % 2)[point] == 1
    inside_of: list[Any] = []
    for seen in (half, ~half):
        limits, _ = _search(space[seen], wanted[seen], threshold)
        if limits:
            inside_of.append(~seen & _inside(limits, space))
    tried = [_shares(point, wanted, inside) for inside in inside_of if inside.any()]
    if not tried:
        return None
    shares = np.concatenate(tried)
    return float(shares.mean()), _chance(shares, _shares(point, wanted))


def _search(space: DataFrame, wanted: Any, threshold: float | None) -> tuple[tuple[Limit, ...], Any]:
    """One peeling: the limits of the chosen box without those that add nothing, and the path."""
    if not wanted.any() or wanted.all():
        return (), np.empty((0, 3))
    plain = _peelable(space)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of pandas, about how ema-workbench calls it
        prim = extra("ema_workbench.analysis.prim").Prim(plain, wanted, peel_alpha=PEEL, mass_min=SMALLEST)
        peeled = prim.find_box()
    path = peeled.peeling_trajectory[["coverage", "density", "mass"]].to_numpy(np.float64)
    step = _chosen(path, threshold)
    if step is None:
        return (), path
    raw = _limits(peeled.box_lims[step], prim.box_init, space)
    return _without_idle(raw, space, wanted), path


def _peelable(space: DataFrame) -> DataFrame:
    """As ema-workbench takes it: months as numbers, and no factor called "scenario", which it would drop."""
    import pandas as pd

    columns = {}
    for place, (_, column) in enumerate(space.items()):
        columns[f"x{place}"] = [_month_number(text) for text in column] if _is_dates(column) else column.to_numpy()
    return pd.DataFrame(columns)


def _is_dates(column: Series) -> bool:
    return all(isinstance(setting, str) and DATE.fullmatch(setting) for setting in set(column))


def _month_number(date: str) -> float:
    return 12.0 * int(date[:4]) + int(date[5:]) - 1


def _month(number: float) -> str:
    return f"{int(number) // 12}-{int(number) % 12 + 1:02d}"


def _chosen(path: Any, threshold: float | None) -> int | None:
    coverage, density = path[:, 0], path[:, 1]
    if threshold is None:
        return int(np.argmax(2 * coverage * density / (coverage + density)))
    enough = density >= threshold
    return int(np.argmax(np.where(enough, coverage, -1.0))) if enough.any() else None


def _limits(limits: DataFrame, start: DataFrame, space: DataFrame) -> tuple[Limit, ...]:
    """ema-workbench's limits, without those that stand where they began."""
    found: list[Limit] = []
    for place, name in enumerate(space.columns):
        (low, high), (first, last) = limits[f"x{place}"], start[f"x{place}"]
        if isinstance(low, set):
            found += [Limit(name, "in", tuple(sorted(low)))] if low != first else []
            continue
        dates = _is_dates(space[name])
        found += [Limit(name, "above", _month(ceil(low)) if dates else float(low))] if low > first else []
        found += [Limit(name, "below", _month(floor(high)) if dates else float(high))] if high < last else []
    return tuple(found)


def _without_idle(limits: tuple[Limit, ...], space: DataFrame, wanted: Any) -> tuple[Limit, ...]:
    """The limits with their quasi-p, once the idlest is dropped, again and again, until all count."""
    while limits:
        limits = tuple(replace(limit, quasi_p=_quasi_p(limit, limits, space, wanted)) for limit in limits)
        idlest = max(limits, key=lambda limit: limit.quasi_p)
        if idlest.quasi_p <= DOUBT:
            break
        limits = tuple(limit for limit in limits if limit is not idlest)
    return limits


def _quasi_p(limit: Limit, limits: tuple[Limit, ...], space: DataFrame, wanted: Any) -> float:
    point, wider = _points(space), _inside(tuple(other for other in limits if other is not limit), space)
    return _chance(_shares(point, wanted, _inside(limits, space)), _shares(point, wanted, wider))


def _points(space: DataFrame) -> Any:
    """The point of each run, from 0: runs with the same settings are one, shape (runs,)."""
    return space.groupby(list(space.columns), sort=False).ngroup().to_numpy()


def _shares(point: Any, wanted: Any, kept: Any = slice(None)) -> Any:
    """Which share of each point's runs is of interest, of the points that are kept, shape (points,)."""
    runs = np.bincount(point[kept])
    return (np.bincount(point[kept], weights=wanted[kept], minlength=len(runs)))[runs > 0] / runs[runs > 0]


def _chance(shares: Any, of_all: Any) -> float:
    """The chance of so many points of interest were they as often so as all: a point's seeds count as one trial."""
    from scipy.stats import binomtest

    hits = floor(shares.sum() + 1e-9)
    return float(binomtest(hits, len(shares), min(float(of_all.mean()), 1.0), alternative="greater").pvalue)


def _inside(limits: Sequence[Limit], space: DataFrame) -> Any:
    within = np.ones(len(space), bool)
    for limit in limits:
        within &= limit.holds(space[limit.factor])
    return within


def _told(name: str, sides: Sequence[Limit]) -> str:
    bounds = [limit.bound for limit in sides]
    if sides[0].side == "in":
        return f"{name} {' or '.join(bounds[0])}"
    if len(sides) > 1:
        return f"{name} between {_number(bounds[0])} and {_number(bounds[1])}"
    return f"{name} {'at least' if sides[0].side == 'above' else 'at most'} {_number(bounds[0])}"


def _number(bound: Any) -> str:
    if isinstance(bound, str):
        return bound
    return f"{bound:,.0f}" if abs(bound) >= 1000 else f"{bound:.3g}"
