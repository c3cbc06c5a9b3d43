"""Shocks that strike from outside: world demand and sudden inspections. Droughts and strong blocs are levers."""

from __future__ import annotations

from math import sqrt

from abm.clock import MONTHS_A_YEAR, Now
from abm.engine.rules import each
from abm.levers import Levers
from abm.luck import Luck, event, happens, normal
from abm.parameters import Parameters
from abm.region import Region
from abm.ties import Tie

WORLD_DEMAND = event("world demand")
INSPECTION = event("sudden inspection")


@each(Region)
def strike(region: Region, now: Now, p: Parameters, levers: Levers, luck: Luck) -> None:
    """World demand: a monthly AR(1) about its trend, plus what a scenario adds. [assumed]"""
    months = now.dt * MONTHS_A_YEAR
    kept = p.world_persistence**months
    spread = p.world_volatility
    if months != 1:  # a shorter or longer step keeps the yearly spread
        spread *= sqrt((1 - kept * kept) / (1 - p.world_persistence * p.world_persistence))
    region.world = kept * region.world + spread * normal(luck, region.key, WORLD_DEMAND) + levers.world_demand * months


@each(Tie)
def inspect(tie: Tie, now: Now, p: Parameters, levers: Levers, luck: Luck) -> None:
    """A sudden inspection shuts the border of the hub for a month; a scenario can date a longer one. [assumed]"""
    if not tie.made_by_firms:
        return
    months = levers.inspection if now.opens else 0.0
    if happens(luck, tie.key, INSPECTION, p.inspection_rate):
        months = max(months, 1.0)
    tie.years_shut = max(tie.years_shut, months / MONTHS_A_YEAR)
