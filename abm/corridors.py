"""Corridors: programmes of works that serve one or two ties, or reach out to a market outside the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.clock import Now
from abm.engine.kinds import Kind, kind, maybe, state
from abm.engine.rules import each
from abm.levers import Levers
from abm.parameters import Parameters
from abm.region import Region

if TYPE_CHECKING:
    from abm.ties import Tie

Vector = list[float]


@kind
class Corridor(Kind):
    """A transport corridor: inner ones serve ties of the region, outward ones a market outside."""

    of_abec: float = state("share", "part of the ABEC programme that goes here")
    of_inner: float = state("share", "part of the programme for inner corridors that goes here")
    of_bukhara: float = state("share", "part of the Bukhara programme that goes here")
    reform_a_dose: float = state("share", "reform effort that a full dose of the inner programme brings to each tie")
    market: int = maybe("Market", "outside market it reaches, if any")
    crosses: Vector = state("0 or 1", "states that it crosses", per="state")
    length: float = state("km", "length, where known")
    ties: float = state("ties", "inner ties that it serves")
    programme: float = state("mn US$/yr", "programme money this month")
    funder_share: float = state("share", "part that an outside funder pays (accounts only)")
    spent: float = state("mn US$", "programme money so far")
    funded: float = state("mn US$", "of it, paid by an outside funder")
    works: float = state("mn US$", "works done so far: what execution left of the money")
    begun: bool = state("yes/no", "has had its first money")
    stock: float = state("1", "outward corridors: stock of works (1 = 2,000 mn US$ without wear)")


@each(Corridor)
def fund(corridor: Corridor, region: Region, now: Now, p: Parameters, levers: Levers) -> None:
    """Programme money of the month; outward corridors build a stock that wears, on an account apart. [abazov2026]"""
    corridor.programme = (
        corridor.of_abec * levers.abec_programme
        + corridor.of_inner * levers.corridors_programme
        + corridor.of_bukhara * levers.bukhara_programme
    )
    if corridor.market >= 0:
        corridor.programme = levers.outward_programme[corridor.market]
        corridor.stock += now.dt * (corridor.programme / p.outward_stock_money - p.outward_fade * corridor.stock)
    if corridor.programme > 0:
        corridor.begun = True
    if corridor.of_abec > 0:
        corridor.funder_share = levers.abec_funder_share
        region.corridor_begun = corridor.begun
    corridor.spent += now.dt * corridor.programme
    corridor.funded += now.dt * corridor.programme * corridor.funder_share
    corridor.works += now.dt * corridor.programme * p.execution * levers.execution_factor


def rivalry(tie: Tie, corridors: list[Corridor], p: Parameters, levers: Levers) -> float:
    """Works and reform lost to rival corridors: more where an outward one courts the same states. [aod2025, assumed]"""
    outward = 0.0
    for corridor in corridors:
        if corridor.market >= 0 and corridor.crosses[tie.one] + corridor.crosses[tie.other] > 0:
            outward += corridor.programme / p.outward_rivalry_money
    return min(1.0, p.rivalry * levers.outside_pressure * (1 + min(1.0, outward)))
