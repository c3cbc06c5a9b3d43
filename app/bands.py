"""What charts show: bands of scenario, baseline and their paired difference, by month and by year, and the odds."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from abm.clock import MONTHS_A_YEAR
from abm.runs import Column
from app.ensemble import CHARTED, RAW_SHARE, Ensemble, Region
from app.packing import packed, rounded, scale
from calibration.headline import TIE
from experiments.paired import HIGH, LOW

ODDS_YEARS = (2030, 2035)
TYPICAL_OF = 40  # runs among which the one that is shown is chosen: those of a draft, so that it stays the same
UNITS = {RAW_SHARE: "share"}
KINDS = ("scenario", "against", "gap")


def series(region: Region) -> dict[str, Any]:
    """Bands month by month and by calendar year, and the odds of the paired differences."""
    runs, engine = region.runs, region.scenario.engine
    keys = charted_keys(region.scenario)
    one, other = (np.stack([_values(e, *key)[:runs] for key in keys]) for e in (region.scenario, region.against))
    all_runs = (one, other, one - other)
    yearly = [_by_year(values) for values in all_runs]
    monthly, by_year = [_bands(values) for values in all_runs], [_bands(values) for values in yearly]
    shown = one[:, typical_run(region)]
    units = {(c.measure, c.who): c.unit for c in engine.columns}
    found: dict[str, Any] = {}
    told_yearly: dict[str, Any] = {}
    odds: list[dict[str, Any]] = []
    for i, (measure, who) in enumerate(keys):
        name = measure if who == "region" else f"{measure} {who}"
        unit = UNITS.get(measure) or units[measure, who]
        levels = (monthly[0][:, i], monthly[1][:, i], shown[i])
        step = scale(max(np.abs(values).max() for values in levels))
        found[name] = {
            "measure": measure, "who": who, "unit": unit,
            "scenario": packed(levels[0], step), "against": packed(levels[1], step), "one": packed(levels[2], step),
            "gap": packed(monthly[2][:, i]),
        }  # fmt: skip
        told_yearly[name] = {kind: packed(values[:, i].T) for kind, values in zip(KINDS, by_year)}
        for year in ODDS_YEARS:
            at = year - engine.scenario.first_year
            told = _odds(yearly[2][i, :, at], *(values[:, i, at] for values in by_year))
            odds.append({"key": name, "unit": unit, "year": year, **told})
    return {"series": found, "yearly": told_yearly, "odds": odds}


def charted_keys(ensemble: Ensemble) -> list[tuple[str, str]]:
    """(measure, of whom) of every chart, in the order of CHARTED."""
    return _charted(ensemble.columns)


@cache
def _charted(columns: tuple[Column, ...]) -> list[tuple[str, str]]:
    found = []
    for measure, who in CHARTED.items():
        whos = [who] if who else [c.who for c in columns if c.measure == measure]
        found += [(measure, name) for name in whos]
    return found


def _values(ensemble: Ensemble, measure: str, who: str) -> Any:
    """float32, shape (runs, months)."""
    if measure == RAW_SHARE:
        return ensemble.of("trade_raw", who) / np.maximum(ensemble.of("trade", who), np.finfo(np.float32).tiny)
    return ensemble.of(measure, who)


def _by_year(values: Any) -> Any:
    """Means over calendar years: shape (series, runs, months) -> (series, runs, years)."""
    return values.reshape(*values.shape[:2], -1, MONTHS_A_YEAR).mean(axis=3, dtype=np.float64)


def _bands(values: Any) -> Any:
    """Low, median and high over runs: shape (series, runs, steps) -> (3, series, steps); as `experiments.paired`."""
    ordered = np.sort(values.transpose(0, 2, 1), axis=2)  # sorting whole rows is ten times as fast as np.quantile
    places = np.array([LOW, 0.5, HIGH]) * (ordered.shape[2] - 1)
    below = np.floor(places).astype(int)
    above = np.minimum(below + 1, ordered.shape[2] - 1)
    part = places - below
    return np.moveaxis(ordered[..., below] * (1 - part) + ordered[..., above] * part, 2, 0)


def _odds(gaps: Any, level: Any, level_against: Any, gap: Any) -> dict[str, float]:
    """What a sentence is made of: the paired differences of one year, shape (runs,), with the bands of that year."""
    told = {
        "low": gap[0], "median": gap[1], "high": gap[2],
        "more": (gaps > 0).mean(), "less": (gaps < 0).mean(), "same": (gaps == 0).mean(),
        "level": level[1], "level_against": level_against[1],
    }  # fmt: skip
    return {name: rounded(value) for name, value in told.items()}


def typical_run(region: Region) -> int:
    """The run whose KZ-KG trade stays nearest to the median of the baseline: the one that the map plays."""
    trade = region.against.of("trade", TIE)[: min(TYPICAL_OF, region.runs)].astype(np.float64)
    away = ((trade - np.median(trade, axis=0)) ** 2).sum(axis=1)
    return int(np.argmin(away))
