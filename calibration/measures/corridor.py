"""The Almaty-Bishkek corridor: trade, cost, jobs, small firms, and what it takes to make it work."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm import base_year
from calibration import headline
from calibration.evidence import PILOT, REGION, Evidence
from calibration.headline import AS_IS, CORRIDOR, DECLARATIONS, EFFICIENT, HUB
from calibration.measures.base import reads
from calibration.variants import FIRST, LAST, NEITHER, NO_EXECUTION, NO_LEADERS, SLUMP

BY_THEN = 2030  # the year for which the article expects trade, jobs and small firms' gain
SLUMP_YEAR = 2028
MILLIONS = 1000.0  # mn US$ in a bn


@reads(AS_IS)
def trade_2025(evidence: Evidence) -> Any:
    """KZ-KG trade of 2025, bn US$/yr."""
    return headline.trade(evidence[AS_IS], 2025)


@reads(AS_IS)
def raw_share_2025(evidence: Evidence) -> Any:
    """Raw part of KZ-KG trade in 2025, share."""
    return headline.raw_share(evidence[AS_IS], 2025)


@reads()
def corridor_population(evidence: Evidence) -> Any:
    """People from whom the corridor region's firms hire, mn: the base year's, the same in every draw."""
    return np.full(evidence.draws, _base_year("hubs", HUB, "people"))


@reads()
def corridor_length(evidence: Evidence) -> Any:
    """Length of the corridor in the base year's data, km, the same in every draw."""
    return np.full(evidence.draws, _base_year("corridors", PILOT, "length"))


def _base_year(table: str, who: str, what: str) -> float:
    return float(base_year.read().table(table)[who][what].value)


@reads(CORRIDOR)
def cost_cut(evidence: Evidence) -> Any:
    """Cut of KZ-KG transport cost, mean of 2030-2035, share; draws with an inefficient execution are masked."""
    return np.ma.masked_where(evidence.parameter("execution") < EFFICIENT, headline.cost_cut(evidence[CORRIDOR]))


@reads(CORRIDOR, DECLARATIONS)
def jobs(evidence: Evidence) -> Any:
    """Jobs of all firms of the pool in 2030, more than without hub and corridor."""
    return headline.jobs(evidence[CORRIDOR]) - headline.jobs(evidence[DECLARATIONS])


@reads(CORRIDOR)
def trade_2030(evidence: Evidence) -> Any:
    """KZ-KG trade of 2030 with the corridor, bn US$/yr."""
    return headline.trade(evidence[CORRIDOR], BY_THEN)


@reads(CORRIDOR, DECLARATIONS)
def raw_share_falls(evidence: Evidence) -> Any:
    """Change of the raw share of KZ-KG trade 2025-2035 with the hub less the same change without."""
    return headline.fall(evidence[CORRIDOR]) - headline.fall(evidence[DECLARATIONS])


@reads(CORRIDOR, DECLARATIONS)
def smes_both_sides(evidence: Evidence) -> Any:
    """Export gain of firms small in 2025 on the side that gains less, 2030, mn US$/yr."""
    sides = [_gain(evidence, "small_exports", side) for side in evidence.whos(CORRIDOR, "small_exports")]
    return np.min(sides, axis=0)


def _gain(evidence: Evidence, measure: str, who: str) -> Any:
    return evidence.year(CORRIDOR, measure, who, BY_THEN) - evidence.year(DECLARATIONS, measure, who, BY_THEN)


@reads(CORRIDOR, "works-only", "reform-only")
def soft_as_critical(evidence: Evidence) -> Any:
    """Loss of cost cut without soft reform over the loss without works, ratio; cut as in `cost_cut`."""
    whole = headline.cost_cut(evidence[CORRIDOR])
    without_reform = whole - headline.cost_cut(evidence["works-only"])
    without_works = whole - headline.cost_cut(evidence["reform-only"])
    return without_reform / without_works


@reads(CORRIDOR, f"{CORRIDOR}+{SLUMP}", DECLARATIONS, f"{DECLARATIONS}+{SLUMP}")
def resilience(evidence: Evidence) -> Any:
    """Fall of the corridor region's output in the year of the slump, without less with the corridor, share."""
    return _fall(evidence, DECLARATIONS) - _fall(evidence, CORRIDOR)


def _fall(evidence: Evidence, scenario: str) -> Any:
    calm, slump = (evidence.year(name, "revenue", HUB, SLUMP_YEAR) for name in (scenario, f"{scenario}+{SLUMP}"))
    return 1 - slump / calm


@reads(CORRIDOR, NO_LEADERS, NO_EXECUTION, NEITHER)
def aligned_programme(evidence: Evidence) -> Any:
    """Regional surplus 2035 with leadership and execution above the sum of what each alone adds, bn US$/yr."""
    both, execution, leadership, neither = (
        evidence.year(name, "surplus", REGION, LAST) for name in (CORRIDOR, NO_LEADERS, NO_EXECUTION, NEITHER)
    )
    return both - execution - leadership + neither


@reads(CORRIDOR, DECLARATIONS)
def cheap_upgrade(evidence: Evidence) -> Any:
    """Regional surplus, net of all its cost, that each mn US$ of the ABEC programme gains over 2026-2035, ratio."""
    corridor, none = (evidence.years(name, "surplus", REGION, FIRST, LAST) for name in (CORRIDOR, DECLARATIONS))
    return MILLIONS * (corridor - none) / evidence.years(CORRIDOR, "programme", PILOT, FIRST, LAST)


@reads("kgtj-hindcast")
def closure(evidence: Evidence) -> Any:
    """KG-TJ trade of 2023 over 2020, ratio, in the replay of the shut border."""
    return headline.closure(evidence["kgtj-hindcast"])
