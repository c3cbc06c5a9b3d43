"""The scorecard: each figure, what the model says with its interval, and whether it fails.

A figure that should be measured and is not counts as failing. Nothing here chooses a number of the model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from abm.errors import BadInput
from calibration.evidence import Evidence
from calibration.figures import (
    BELOW,
    HELD_OUT,
    INDEPENDENCE,
    LARGEST,
    LISTS,
    NEAR,
    NOT_APPLICABLE,
    ORDER,
    ROLES,
    SHARE,
    SIGN,
    SMALLEST,
    Figure,
    figures,
)
from calibration.measures import MEASURES, needed

INSIDE, OUTSIDE, NOT_MEASURED = "inside", "outside", "not measured"
VERDICTS = (OUTSIDE, NOT_MEASURED, INSIDE, NOT_APPLICABLE)  # failures first
LOW, HIGH = 0.05, 0.95  # ends of a 90 % interval
RESAMPLES, RESAMPLE_SEED = 1000, 1  # of the bootstrap


@dataclass(frozen=True)
class Line:
    """One figure held against the model.

    centre: median over draws, or the mean where the figure is a share of draws; low, high: 90 % interval, over draws
    (medians) or of the mean (bootstrap); all in the figure's unit. told: why, in words. draws: how many it is about.
    """

    figure: Figure
    verdict: str
    told: str
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    draws: int = 0

    @property
    def failing(self) -> bool:
        """Outside, or not measured although it should be."""
        return self.verdict in (OUTSIDE, NOT_MEASURED)


@dataclass(frozen=True)
class Rank:
    """How far the model orders a list as the survey does: Kendall's tau with a 90 % bootstrap band; None if all tie."""

    list: str
    role: str
    items: int
    tau: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scorecard:
    """All figures, failures first, and the ranks of the survey's lists."""

    lines: tuple[Line, ...]
    ranks: tuple[Rank, ...]

    def counts(self, by: str) -> dict[str, Counter[str]]:
        """Verdicts counted by a field of the figures: "role" or "independence"."""
        order = {"role": ROLES, "independence": (*INDEPENDENCE, "")}[by]
        found = {name: Counter(x.verdict for x in self.lines if getattr(x.figure, by) == name) for name in order}
        return {name or "–": counts for name, counts in found.items() if counts}

    @property
    def failing(self) -> tuple[Line, ...]:
        """The figures that fail."""
        return tuple(line for line in self.lines if line.failing)


def score(evidence: Evidence, rows: Mapping[str, Figure] | None = None) -> Scorecard:
    """Measure every figure in the evidence and judge it; what cannot be measured says why."""
    rows = figures() if rows is None else rows
    return judge_all(measure_all(evidence, rows), rows)


def measure_all(evidence: Evidence, rows: Mapping[str, Figure]) -> dict[str, Any]:
    """Each figure's values in the draws that it is about, shape (draws, …), or, in words, why there are none."""
    evidence.prepare(needed(rows.values()))
    return {id_: _measured(row, evidence) for id_, row in rows.items()}


def judge_all(values: Mapping[str, Any], rows: Mapping[str, Figure]) -> Scorecard:
    """Judge every figure by its values, or by the words that stand in their place."""
    found = {id_: value for id_, value in values.items() if not isinstance(value, str)}
    centres = {id_: centre(value, rows[id_]) for id_, value in found.items()}
    lines = [_line(row, values[id_], centres) for id_, row in rows.items()]
    lines.sort(key=lambda line: VERDICTS.index(line.verdict))
    return Scorecard(tuple(lines), tuple(_ranks(rows, found)))


# ------------------------------------------------------------------------------------------------------- measuring


def _measured(row: Figure, evidence: Evidence) -> Any:
    """A figure's values in the draws that it is about, shape (draws, …), or, in words, why there are none."""
    if not row.applies:
        return "a text, or context: nothing to measure"
    if row.measure not in MEASURES:
        return "no function measures it"
    try:
        found = np.ma.asarray(MEASURES[row.measure].of(evidence, row.id))
    except (ArithmeticError, LookupError, ValueError) as problem:
        return f"its measure failed: {type(problem).__name__}: {problem}"
    if len(found) != evidence.draws:
        return f"its measure gave {len(found)} values for {evidence.draws} draws"
    values = np.asarray(found[~np.ma.getmaskarray(found).reshape(len(found), -1).any(axis=1)])
    if not len(values):
        return "no draw is one that it is about"
    broken = int((~np.isfinite(values.astype(np.float64))).reshape(len(values), -1).any(axis=1).sum())
    return f"no number in {broken} of {len(values)} draws" if broken else values


def centre(values: Any, row: Figure) -> float:
    """What is judged: the mean where the figure is a share of draws (and ties, or blocs), else the median."""
    return float(values.mean() if _is_share(values, row) else np.median(values))


def _is_share(values: Any, row: Figure) -> bool:
    return row.judged == SHARE or values.dtype == np.bool_


def interval(values: Any, row: Figure) -> tuple[float, float]:
    """The 90 % interval: of draws, or, where the figure is a share of draws, of that share (bootstrap over draws)."""
    spread = values
    if _is_share(values, row):
        each = values.reshape(len(values), -1).mean(axis=1)
        spread = each[_resamples(len(each))].mean(axis=1)
    low, high = np.quantile(spread.astype(np.float64), [LOW, HIGH])
    return float(low), float(high)


def error(values: Any, row: Figure) -> float:
    """Standard error of what is judged, from finitely many draws and seeds (bootstrap over draws)."""
    return float(_centres_again(values, row, _resamples(len(values))).std())


def _resamples(draws: int) -> Any:
    """Draws taken with replacement, the same each time, shape (resamples, draws)."""
    return np.random.default_rng(RESAMPLE_SEED).integers(0, draws, (RESAMPLES, draws))


# --------------------------------------------------------------------------------------------------------- judging


def _line(row: Figure, values: Any, centres: Mapping[str, float]) -> Line:
    if isinstance(values, str):
        return Line(row, NOT_MEASURED if row.applies else NOT_APPLICABLE, values)
    verdict, told = judge(row, centres)
    return Line(row, verdict, told, centres[row.id], *interval(values, row), draws=len(values))


def judge(row: Figure, centres: Mapping[str, float]) -> tuple[str, str]:
    """Verdict on a measured figure, and why, in words; centres: what is judged of every measured figure, by id."""
    value = centres[row.id]
    if row.judged == SIGN:
        return (_verdict(value > 0), "must be above 0") if row.low == 0 else (_verdict(value < 0), "must be below 0")
    if row.judged == ORDER:
        return _by_order(row, centres)
    return _verdict(row.holds(value)), {SHARE: "share of draws"}.get(row.judged, "median of draws")


def _by_order(row: Figure, centres: Mapping[str, float]) -> tuple[str, str]:
    """Largest or smallest of its list; near another, with no item between the two; below another."""
    word, _, other = row.order.partition(" ")
    told = f"must be {row.order}"
    items = {id_ for id_, known in figures().items() if row.list and known.list == row.list}
    missing = (items | ({other} if other else set())) - set(centres)
    if missing:
        return NOT_MEASURED, f"{told}, but {', '.join(sorted(missing))} is not measured"
    value, rest = centres[row.id], [centres[id_] for id_ in items - {row.id, other}]
    if word == LARGEST:
        return _verdict(value > max(rest)), f"{told} of its list"
    if word == SMALLEST:
        return _verdict(value < min(rest)), f"{told} of its list"
    if word == BELOW:
        return _verdict(value < centres[other]), told
    assert word == NEAR
    low, high = sorted((value, centres[other]))
    return _verdict(not any(low < between < high for between in rest)), f"{told}: no other of its list between them"


def _verdict(holds: bool) -> str:
    return INSIDE if holds else OUTSIDE


# ----------------------------------------------------------------------------------------------------------- ranks


def _ranks(rows: Mapping[str, Figure], values: Mapping[str, Any]) -> Iterable[Rank]:
    """Kendall's tau of every list of which at least two items were measured, in the ledger's order."""
    for name in LISTS:
        items = [row for id_, row in rows.items() if row.list == name and row.value is not None and id_ in values]
        if len(items) > 1:
            yield rank(name, items, values)


def rank(name: str, items: Sequence[Figure], values: Mapping[str, Any]) -> Rank:
    """Kendall's tau between published and modelled shares of a list; the band resamples the model's draws alone.

    Raises:
        BadInput: items measured in different numbers of draws.
    """
    if len({len(values[row.id]) for row in items}) > 1:
        raise BadInput(f"the items of '{name}' are measured in different draws")
    published = [row.value for row in items]
    tau = _kendall(published, np.array([centre(values[row.id], row) for row in items]))
    draws = _resamples(len(values[items[0].id]))
    again = np.stack([_centres_again(values[row.id], row, draws) for row in items], axis=1)
    taus = np.array([_kendall(published, one) for one in again], np.float64)
    taus = taus[np.isfinite(taus)]
    band = [float(x) for x in np.quantile(taus, [LOW, HIGH])] if len(taus) else [None, None]
    role = HELD_OUT if all(row.role == HELD_OUT for row in items) else items[0].role
    return Rank(name, role, len(items), tau if np.isfinite(tau) else None, *band)


def _centres_again(values: Any, row: Figure, draws: Any) -> Any:
    """`centre` of every resample, shape (resamples,)."""
    if _is_share(values, row):
        return values.reshape(len(values), -1).mean(axis=1)[draws].mean(axis=1)
    return np.median(values[draws].reshape(len(draws), -1), axis=1)


def _kendall(published: Any, modelled: Any) -> float:
    """Kendall's tau-b; NaN if all of one side tie."""
    return _kendall_of_ranks(tuple(published), tuple(np.searchsorted(np.unique(modelled), modelled).tolist()))


@cache
def _kendall_of_ranks(published: tuple[float, ...], ranks: tuple[int, ...]) -> float:
    """The same from the model's ranks; kept, since resamples repeat a few orders many times."""
    from scipy.stats import kendalltau

    return float(kendalltau(published, ranks).statistic)
