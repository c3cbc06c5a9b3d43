"""The headline figures of the articles, measured in runs of a few scenarios under common luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from abm import futures
from abm.runs import Runs
from calibration.figures import Figure, figure
from experiments.paired import Band

TIE, HUB = "KZ-KG", "Kordai"
FROZEN, AS_IS, DECLARATIONS, CORRIDOR = "frozen", "as-is", "declarations", "corridor-first"
EFFICIENT = 0.8  # share of a programme that becomes works where a corridor is "efficiently run" [abazov2026; figures]
STABLE_LOW, STABLE_HIGH = 0.4, 0.6
SWING, CROSSINGS = 0.05, 4
FRAGILE_TRUST, HALF = 0.3, 0.5
FUTURES = {
    "future_economic": futures.ECONOMIC,
    "future_alliances": futures.ALLIANCES,
    "future_fragmentation": futures.FRAGMENTATION,
    "future_external": futures.EXTERNAL,
}
CLOSED = "KG-TJ"
# what must be kept of each run to measure all of this: measures, and of whom (nobody named is everybody)
KEPT: dict[str, tuple[str, ...]] = {
    "trade": (), "trade_raw": (TIE,), "cut": (TIE,), "intensity": (), "trust": (), "disputes": (),
    "attention": (), "leading_family": (), "leading_share": (), "hub_jobs": (), "jobs": (), "tenants": (),
    "storage": (), "mean_attention": (), "mean_trust": (), "surplus": (), "regional_trade": (),
}  # fmt: skip
Ensembles = Mapping[str, Runs]


class ByYear(Protocol):
    """Runs, or what is kept of them: means over calendar years, shape (runs,)."""

    def year(self, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year."""

    def years(self, measure: str, who: str, first: int, last: int) -> Any:
        """Mean over calendar years from first to last."""


def raw_share(runs: ByYear, year: int) -> Any:
    """Raw part of KZ-KG trade in a year, shape (runs,)."""
    return runs.year("trade_raw", TIE, year) / runs.year("trade", TIE, year)


def trade(runs: ByYear, year: int) -> Any:
    """KZ-KG trade of a calendar year, bn US$, shape (runs,)."""
    return runs.year("trade", TIE, year)


def cost_cut(runs: ByYear) -> Any:
    """Cut of KZ-KG transport cost, mean of 2030-2035, shape (runs,)."""
    return runs.years("cut", TIE, 2030, 2035)


def jobs(runs: ByYear) -> Any:
    """Jobs of all firms of the pool in 2030, shape (runs,)."""
    return runs.year("jobs", HUB, 2030)


def stable_competitive(runs: Runs) -> Any:
    """Share of ties in 2025 with trust .4-.6 and no dispute that year, shape (runs,)."""
    whos = _whos(runs, "trust")
    calm = [
        (runs.year("trust", who, 2025) >= STABLE_LOW)
        & (runs.year("trust", who, 2025) <= STABLE_HIGH)
        & (runs.year("disputes", who, 2025) == 0)
        for who in whos
    ]
    return np.mean(calm, axis=0)


def fluctuating(runs: Runs) -> Any:
    """Share of ties whose trust crosses its own mean at least 4 times a decade with swings above .05, shape (runs,)."""
    found = []
    for who in _whos(runs, "trust"):
        series = runs.of("trust", who).astype(np.float64)
        away = series - series.mean(axis=1, keepdims=True)
        decades = series.shape[1] / runs.steps_a_year / 10
        found.append([_swings(run) >= CROSSINGS * decades for run in away])
    return np.mean(found, axis=0)


def _swings(away: Any) -> int:
    """Crossings of the mean between excursions of more than half a swing to either side."""
    outside = np.sign(away) * (np.abs(away) > SWING / 2)
    sides = outside[outside != 0]
    return int(np.count_nonzero(np.diff(sides)))


def fragile(runs: Runs) -> Any:
    """Share of ties with trust below .3 and both states below half attention in 2025-2026, shape (runs,)."""
    ending = futures.Ending.of(runs)
    found = []
    for who, (one, other) in zip(_whos(runs, "intensity"), ending.ties):
        low = runs.years("trust", who, 2025, 2026) < FRAGILE_TRUST
        turned = [runs.years("attention", state, 2025, 2026) < HALF for state in (one, other)]
        found.append(low & turned[0] & turned[1])
    return np.mean(found, axis=0)


def prospects(end: futures.Ending, null: futures.Ending) -> Any:
    """Does trade-weighted intensity end above the band of the frozen runs? Yes or no a run, shape (runs,)."""
    weights = end.weights / end.weights.sum()
    return end.intensity @ weights > np.quantile(null.intensity @ weights, 1 - futures.QUANTILE)


def closure(runs: ByYear) -> Any:
    """KG-TJ trade of calendar 2023 over 2020, in the replay of the shut border, shape (runs,)."""
    return runs.year("trade", CLOSED, 2023) / runs.year("trade", CLOSED, 2020)


def hindcast(runs: Runs) -> list[Row]:
    """What the replay of a past episode is held against."""
    return [_row("kgtj_closure", "KG-TJ trade 2023 over 2020", closure(runs), True)]


def _whos(runs: Runs, measure: str) -> list[str]:
    return [c.who for c in runs.columns if c.measure == measure]


@dataclass(frozen=True)
class Row:
    """A line of the headline: what the article says, and what the runs give.

    judged: the number that is held against the article's band (the median, or a share of runs); verdict: inside,
    outside, or "" where the figure is not about this scenario.
    """

    figure: Figure
    label: str
    band: Band
    judged: float
    verdict: str
    share: bool = False
    error: float = 0.0


def measure(ensembles: Ensembles, scenario: str, against: str, execution: Any) -> list[Row]:
    """Every figure that these runs can measure, in the articles' order; `ensembles` holds frozen and as-is too.

    execution: that parameter, shape (runs,); the article speaks of the cut of transport cost in efficient runs alone.
    """
    efficient = execution >= EFFICIENT
    first, other = ensembles[scenario], ensembles[against]
    as_is, frozen = ensembles[AS_IS], ensembles[FROZEN]
    corridor = scenario == CORRIDOR
    paired = corridor and against == DECLARATIONS
    declared = ensembles.get(DECLARATIONS)
    endings = futures.Ending.of(as_is), futures.Ending.of(frozen)
    rows = [
        _row("trade_2025", "KZ-KG trade 2025", trade(first, 2025), True),
        _row("raw_share_2025", "raw share of it", raw_share(first, 2025), True),
        _row("trade_2030", "KZ-KG trade 2030", trade(first, 2030), corridor),
        _row("cost_cut", "cut of transport cost 2030-35, run well", cost_cut(first)[efficient], corridor)
        if efficient.any()
        else None,
        _row("jobs", f"jobs 2030, more than {against}", jobs(first) - jobs(other), paired),
        _row("raw_share_falls", f"change of raw share 2025-35, more than {against}", fall(first) - fall(other), paired),
        _row("declarations_only", "trade gain of declarations over frozen, 2035", gain(declared, frozen), True)
        if declared
        else None,
        _row("stable_competitive", "ties stable but competitive in 2025", stable_competitive(as_is), True, np.mean),
        _row("relations_fluctuate", "ties that fluctuate", fluctuating(as_is), True, np.mean),
        _row("relations_fragile", "ties that are fragile 2025-26", fragile(as_is), True, np.mean),
        _row("prospects", "as-is runs above the frozen band 2035", prospects(*endings), True, np.mean),
    ]  # fmt: skip
    rows += [future(name, ensembles, AS_IS, True) for name in FUTURES]
    return [row for row in rows if row is not None]


def fall(runs: ByYear) -> Any:
    """Change of the raw share from 2025 to 2035, shape (runs,)."""
    return raw_share(runs, 2035) - raw_share(runs, 2025)


def gain(declared: ByYear, frozen: ByYear) -> Any:
    """Regional trade of 2035 that declarations alone add to frozen, as a share, shape (runs,)."""
    return declared.year("regional_trade", "region", 2035) / frozen.year("regional_trade", "region", 2035) - 1


def future(name: str, ensembles: Ensembles, scenario: str, judged: bool) -> Row:
    """Share of a scenario's runs that end in one of the four futures, with its Monte-Carlo error."""
    found = futures.classify(ensembles[scenario], ensembles[FROZEN]) == FUTURES[name]
    share = float(found.mean())
    error = float(futures.monte_carlo_error(share, len(found)))
    known = figure(name)
    verdict = ("inside" if known.holds(share) else "outside") if judged else ""
    if judged and known.holds(share + 2 * error) != known.holds(share - 2 * error):
        verdict += ", within error of the edge"
    return Row(known, known.figure, Band.of(found), share, verdict, share=True, error=error)


def _row(name: str, label: str, values: Any, judged: bool, centre: Callable[[Any], Any] = np.median) -> Row:
    known = figure(name)
    number = float(centre(values))
    verdict = ("inside" if known.holds(number) else "outside") if judged else ""
    return Row(known, label, Band.of(values), number, verdict, share=centre is np.mean)
