"""Which factors move a measure: Morris screening, Sobol indices and PAWN, from arrays or from a sweep.

Each method refuses what it cannot answer: gaps (of one NaN SALib makes every Sobol index 0, without a word), a measure
that does not vary, a design of another kind, too few rows. Resampling is seeded: the same numbers give the same answer.
Half widths are 1.96 standard errors of the resampled index: about 95 % for Morris and Sobol. For PAWN they are no more
than the spread of resampling, for distances of small slices lie above the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import BadInput, unknown
from experiments.analysis.outputs import chosen_scenario, settings_of, values_of
from experiments.sweeps.factors import Factor
from experiments.sweeps.plan import Plan
from experiments.sweeps.spec import Morris, Saltelli

if TYPE_CHECKING:
    from pandas import DataFrame

SEED = 20_260_201
RESAMPLES = 200
WIDTH = 1.96
SLICES = 10
DUMMIES = 200
NOISE_LEVEL = 0.95
METHODS = ("morris", "sobol", "pawn")
FEWEST = {"trajectories": 4, "base rows": 16, "rows": 40}
IN_BLOCKS = ("morris", "saltelli")  # designs whose rows are near copies of one another


@dataclass(frozen=True)
class Analysis:
    """One measure analysed: `table` has a row a factor, most influential first; `pairs` only with second order."""

    measure: str
    unit: str
    method: str
    scenario: str
    against: str | None
    rows: int
    replications: int
    luck: str
    table: DataFrame
    pairs: DataFrame | None = None
    notes: tuple[str, ...] = field(default=())


def analyse(
    plan: Plan,
    frame: DataFrame,
    measure: str,
    *,
    method: str = "auto",
    scenario: str | None = None,
    against: str | None = None,
    rules: str | None = None,
    impute: str = "refuse",
) -> Analysis:
    """Which factors of a sweep move a measure; the method that suits its design, unless another is asked for.

    plan, frame: as `read_plan` and `read_sweep` give them; against: a second scenario, whose measure is taken off at
    each row and replication; impute: see `outputs.values_of`.

    Raises:
        BadInput: an unknown name, a method that the design or the luck does not serve, gaps, or nothing that varies.
    """
    design, names = plan.spec.design, [factor.name for factor in plan.factors]
    chosen = method_of(plan, method, against)
    if not names:
        raise BadInput("this sweep varies nothing, so there is nothing that could move a measure")
    story, other = chosen_scenario(plan, scenario), against and chosen_scenario(plan, against)
    given = values_of(plan, frame, measure, scenario=story, against=other, rules=rules, impute=impute,
                      block=_block(plan) if chosen != "pawn" else 1)  # fmt: skip
    pairs = None
    if isinstance(design, Morris) and chosen == "morris":
        table = morris(plan.drawn.unit[given.rows], given.values, names, _listed(plan.factors))
    elif isinstance(design, Saltelli) and chosen == "sobol":
        table = sobol(given.values, names, design.second_order)
        pairs = sobol_pairs(given.values, names) if design.second_order else None
    else:
        table = pawn(settings_of(plan)[given.rows], given.values, names)
    units = {name: plan.columns[i].unit for name, i, _ in plan.summary}
    notes = (given.note,) if given.note else ()
    return Analysis(measure, units.get(measure, ""), chosen, story, other or None, len(given.rows),
                    plan.spec.replications, plan.spec.luck, table, pairs, notes)  # fmt: skip


def method_of(plan: Plan, asked: str, against: str | None = None) -> str:
    """The method asked for, or with "auto" the one that suits the design.

    Raises:
        BadInput: an unknown method, one that the design does not serve, or one that rows of their own luck mislead.
    """
    kind = plan.spec.design.kind
    suited = {"morris": "morris", "saltelli": "sobol"}.get(kind, "pawn")
    if asked not in ("auto", *METHODS):
        raise unknown("method", asked, ("auto", *METHODS))
    if asked == "pawn" and kind in IN_BLOCKS:
        raise BadInput(
            f"'pawn' takes each row of the design for a new one, and those of a {kind} design are near copies: use "
            f"{suited}, or a design of latin-hypercube, sobol or grid"
        )
    if asked not in ("auto", suited):
        needed = {"morris": "morris", "sobol": "saltelli"}[asked]
        raise BadInput(f"'{asked}' needs a {needed} design; this sweep's is '{kind}': use {suited}")
    if suited != "pawn" and plan.spec.luck == "own" and not against:
        raise BadInput(
            f"'{suited}' compares rows, and with luck = \"own\" rows differ by their luck as well, so idle factors "
            f"seem to matter: make the sweep with common luck, or take off a second scenario (against)"
        )
    return suited


def _listed(factors: Sequence[Factor]) -> list[int]:
    return [len(factor.values) for factor in factors]


def _block(plan: Plan) -> int:
    """How many rows of the design belong together."""
    design, factors = plan.spec.design, len(plan.factors)
    if isinstance(design, Morris):
        return factors + 1
    if isinstance(design, Saltelli):
        return (2 if design.second_order else 1) * factors + 2
    return 1


# ------------------------------------------------------------------------------------------------------- from arrays


def morris(unit: Any, values: Any, names: Sequence[str], listed: Sequence[int] = ()) -> DataFrame:
    """Screen by elementary effects: what the measure changes by as a factor crosses its whole range.

    mu_star is the mean size of the effects, mu their mean with sign, sigma their spread over the space (curvature and
    interactions); all in the unit of the measure. Morris (1991); mu_star by Campolongo, Cariboni and Saltelli (2007).

    unit: the design on the unit cube, trajectories one after another, shape (trajectories × (factors + 1), factors);
    values: shape (rows,); listed: how many listed values each factor has (0: it has a range), of which the first lies
    at 0, the last at 1 and the others evenly between. Returns mu_star, error (its 95 % half width), mu, sigma, steps
    (how many effects that is of; a step from a listed value to the same tells nothing), a row a factor, largest first.

    Raises:
        BadInput: gaps, no variation, fewer than four trajectories, rows that are not trajectories, or a factor whose
            value changes less than twice.
    """
    design, numbers = np.asarray(unit, np.float64), _usable(values, len(unit))
    steps = _trajectories(design, len(names))
    _enough(len(steps), "trajectories")
    if not ((np.abs(np.diff(steps, axis=1)) > 0).sum(axis=2) == 1).all():
        raise BadInput("Morris screening: a step changes more than one factor, or none; was this a morris design?")
    moves = np.diff(_places(steps, listed or [0] * len(names)), axis=1)
    changes = np.diff(numbers.reshape(len(steps), -1), axis=1)
    luck, rows = np.random.default_rng(SEED), []
    for i, name in enumerate(names):
        moved = moves[:, :, i] != 0
        effects = changes[moved] / moves[:, :, i][moved]
        if len(effects) < 2:
            raise BadInput(f"Morris screening: '{name}' changes its value {len(effects)} times; vary it over more")
        means = np.abs(luck.choice(effects, (RESAMPLES, len(effects)))).mean(axis=1)
        spread = (WIDTH * means.std(ddof=1), effects.mean(), effects.std(ddof=1))
        rows.append((np.abs(effects).mean(), *spread, len(effects)))
    return _table(names, dict(zip(("mu_star", "error", "mu", "sigma", "steps"), map(np.array, zip(*rows)))))


def _places(unit: Any, listed: Sequence[int]) -> Any:
    """Where the values that were run lie between the first and the last, 0 to 1, shape as `unit`."""
    places = np.array(unit)
    for i, count in enumerate(listed):
        if count:
            places[..., i] = np.minimum((places[..., i] * count).astype(int), count - 1) / max(count - 1, 1)
    return places


def sobol(values: Any, names: Sequence[str], second_order: bool = False) -> DataFrame:
    """Shares of the measure's variance: of each factor alone (first), and with all its interactions (total).

    First indices sum to one where factors only add up; what is missing is interaction, and totals count it for each
    factor that takes part. Saltelli et al. (2010). An index of nearly nothing may come out a little below zero.

    values: in the order of a saltelli design, shape (base rows × (factors + 2),), or × (2 factors + 2) with
    second_order. Returns first, first_error, total, total_error (95 % half widths), largest total first.

    Raises:
        BadInput: gaps, no variation, fewer than 16 base rows, or a number of rows that the design cannot have.
    """
    found = _saltelli(values, names, second_order)
    columns = {"total": "ST", "total_error": "ST_conf", "first": "S1", "first_error": "S1_conf"}
    return _table(names, {name: found[key] for name, key in columns.items()})


def sobol_pairs(values: Any, names: Sequence[str]) -> DataFrame:
    """What two factors do together beyond what each does alone, as shares of variance: second-order Sobol indices.

    values: in the order of a saltelli design with second order, shape (base rows × (2 factors + 2),). Returns index
    and error (95 % half width), a row a pair, largest first. Raises BadInput as `sobol` does.
    """
    found = _saltelli(values, names, True)
    one, other = np.triu_indices(len(names), 1)
    pairs = [f"{names[i]} × {names[j]}" for i, j in zip(one.tolist(), other.tolist())]
    return _table(pairs, {"index": found["S2"][one, other], "error": found["S2_conf"][one, other]})


def pawn(settings: Any, values: Any, names: Sequence[str], slices: int = SLICES) -> DataFrame:
    """How far fixing a factor moves the whole distribution of the measure: 0 not at all, 1 apart.

    Rows must stand for themselves, as in a Latin hypercube, Sobol points, a grid or a random sample. Those of a morris
    or saltelli design are near copies of one another, and idle factors would pass for ones that matter.

    The range of a factor is cut into slices of equally many rows (a factor with few levels: one a level). The distance
    is Kolmogorov and Smirnov's, between the rows of a slice and all; a factor has its median, mean and maximum over
    slices. Pianosi and Wagener (2015, 2018). SALib's version leaves the highest rows of each factor out, which on a
    design with few levels is a whole level; this one does not.

    `dummy` is the median that a factor without effect stays below 95 times in 100, from 200 shuffles of these rows
    (Khorashadi Zadeh et al. 2017 use one); `matters` says that the factor's own median is above it.

    settings: values of the factors in any unit, words as numbers, shape (rows, factors); values: shape (rows,).
    Returns median, error, mean, maximum, dummy, matters, largest median first. error is the spread of resampling (1.96
    standard deviations) and holds no truth: distances of small slices lie above it, the more the fewer the rows.

    Raises:
        BadInput: gaps, no variation, fewer than 40 rows, or rows that repeat one another's settings.
    """
    design, numbers = np.asarray(settings, np.float64), _usable(values, len(settings))
    _enough(len(numbers), "rows")
    _not_copies(design, slices)
    cuts = [_slices(column, min(slices, len(numbers) // 20)) for column in design.T]
    own = [_Curve(numbers).distances(cut) for cut in cuts]
    medians, dummy = np.array([np.median(found) for found in own]), _dummies(numbers, cuts)
    columns = {
        "median": medians,
        "error": WIDTH * _resampled_medians(numbers, cuts).std(axis=0, ddof=1),
        "mean": [found.mean() for found in own],
        "maximum": [found.max() for found in own],
        "dummy": dummy,
        "matters": medians > dummy,
    }
    return _table(names, columns)


def _not_copies(design: Any, slices: int) -> None:
    """Refuse settings as of a saltelli design, where at most half of a factor's are different; a whole grid will do."""
    distinct = [len(np.unique(column)) for column in design.T]
    finest = max((n for n, column in zip(distinct, design.T) if n > slices and (column % 1).any()), default=0)
    if finest and 2 * finest <= len(design) and prod(distinct) != len(design):
        raise BadInput(
            f"PAWN takes each row for a new one, and these {len(design)} rows have at most {finest} different settings "
            f"of a factor: use a latin-hypercube, sobol or grid design, and one row a point (the mean over its seeds)"
        )


def _dummies(values: Any, cuts: Sequence[Any]) -> Any:
    """What the median distance of a factor without effect stays below, for slices of these sizes, shape (factors,)."""
    luck, curve = np.random.default_rng(SEED), _Curve(values)
    known: dict[tuple[int, ...], float] = {}
    every = [tuple(np.bincount(cut).tolist()) for cut in cuts]
    for cut, sizes in zip(cuts, every):
        if sizes not in known:
            medians = [np.median(curve.distances(luck.permutation(cut))) for _ in range(DUMMIES)]
            known[sizes] = float(np.quantile(medians, NOISE_LEVEL))
    return np.array([known[sizes] for sizes in every])


def _resampled_medians(values: Any, cuts: Sequence[Any]) -> Any:
    """Median distances when rows are drawn again with replacement, shape (resamples, factors)."""
    luck = np.random.default_rng(SEED)
    found = np.empty((RESAMPLES, len(cuts)))
    for draw in found:
        rows = luck.integers(len(values), size=len(values))
        curve = _Curve(values[rows])
        draw[:] = [np.median(curve.distances(cut[rows])) for cut in cuts]
    return found


class _Curve:
    """The distribution of all rows, against which slices are held; sorted once."""

    def __init__(self, values: Any) -> None:
        self.order = np.argsort(values, kind="stable")
        ascending = values[self.order]
        self.upto = np.searchsorted(ascending, ascending, side="right") / len(ascending)
        self.below = np.searchsorted(ascending, ascending, side="left") / len(ascending)

    def distances(self, slice_of: Any) -> Any:
        """Kolmogorov-Smirnov distance of each slice's own curve, at and just before each of its rows.

        slice_of: the slice of each row, in the order of the values, shape (rows,). Returns shape (slices,).
        """
        ordered = slice_of[self.order]
        grouped = np.argsort(ordered, kind="stable")
        sizes = np.bincount(ordered)
        sizes = sizes[sizes > 0]
        starts = np.cumsum(sizes) - sizes
        rank, size = np.arange(len(grouped)) - np.repeat(starts, sizes), np.repeat(sizes, sizes)
        gaps = np.maximum((rank + 1) / size - self.upto[grouped], self.below[grouped] - rank / size)
        return np.maximum.reduceat(gaps, starts)


def _slices(column: Any, slices: int) -> Any:
    """Which slice each row lies in, from 0 without gaps, shape (rows,); equal settings are never parted."""
    distinct, level = np.unique(column, return_inverse=True)
    if len(distinct) > slices:
        edges = np.quantile(column, np.arange(1, slices) / slices)
        level = np.searchsorted(np.unique(edges), column, side="right")
    return np.unique(level, return_inverse=True)[1].astype(np.int16)


def _saltelli(values: Any, names: Sequence[str], second_order: bool) -> dict[str, Any]:
    block = (2 if second_order else 1) * len(names) + 2
    numbers = _usable(values, len(values))
    if len(numbers) % block:
        raise BadInput(
            f"Sobol indices: {len(numbers)} rows are no multiple of {block}, which {len(names)} factors "
            f"{'with' if second_order else 'without'} second order take; was this a saltelli design?"
        )
    _enough(len(numbers) // block, "base rows")
    analyze = extra("SALib.analyze.sobol").analyze
    found = analyze(_problem(names), numbers, calc_second_order=second_order, num_resamples=RESAMPLES, seed=SEED)
    return {key: np.asarray(found[key], np.float64) for key in found}


def _trajectories(design: Any, factors: int) -> Any:
    """The design as (trajectories, factors + 1, factors)."""
    if design.ndim != 2 or design.shape[1] != factors or len(design) % (factors + 1):
        raise BadInput(
            f"Morris screening: a design of shape {design.shape} is not made of trajectories of {factors + 1} rows "
            f"for {factors} factors; was this a morris design?"
        )
    return design.reshape(-1, factors + 1, factors)


def _usable(values: Any, rows: int) -> Any:
    """The values as float64, refused if they have gaps or do not vary."""
    numbers = np.asarray(values, np.float64)
    if numbers.shape != (rows,):
        raise BadInput(f"{numbers.shape} values for {rows} rows of the design; give one a row")
    gaps = np.flatnonzero(~np.isfinite(numbers))
    if len(gaps):
        raise BadInput(
            f"{len(gaps)} of {rows} values are NaN or infinite, first in row {gaps[0]}; leave them out or fill them in"
        )
    if rows and np.ptp(numbers) <= 1e-12 * np.abs(numbers).max():
        raise BadInput(f"the measure does not vary: it is {numbers[0]:g} in all {rows} rows; no factor can move it")
    return numbers


def _enough(count: int, what: str) -> None:
    if count < FEWEST[what]:
        raise BadInput(f"{count} {what} are too few for this method; it takes {FEWEST[what]} or more")


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _table(names: Sequence[str], columns: dict[str, Any]) -> DataFrame:
    import pandas as pd

    frame = pd.DataFrame(columns, index=pd.Index(list(names), name="factor"))
    return frame.sort_values(next(iter(columns)), ascending=False, kind="stable")


def extra(module: str) -> Any:
    """A module of the packages for exploring, imported when first needed.

    Raises:
        BadInput: it is not installed.
    """
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # both tell of what else could be installed
            return import_module(module)
    except ImportError as problem:
        package = module.split(".")[0].replace("_", "-")
        raise BadInput(f"this needs {package}: pip install 'corridors[explore]' ({problem})") from None
