"""Basins: the yearly bargain of water for power, storage and release by the month, and what a failed bargain costs."""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING

from abm.clock import APRIL, JANUARY, MONTHS_A_YEAR, Now, growing_season
from abm.engine.kinds import Kind, kind, link, state
from abm.engine.rules import each
from abm.levers import Levers
from abm.luck import Luck, event, normal_of_year, uniform_of_year
from abm.parameters import Parameters
from abm.region import Region

if TYPE_CHECKING:
    from abm.states import State
    from abm.ties import Tie

INFLOW = event("inflow of the year")
CHOICE = event("upstream's choice in April")
SEASON = MONTHS_A_YEAR / 2  # months of the growing season, and of the rest


@kind
class Basin(Kind):
    """A river with its reservoir: upstream keeps water for winter power, downstream needs it in summer."""

    upstream: int = link("State", "holds the reservoir")
    lower: int = link("State", "first downstream state")
    lowest: int = link("State", "second downstream state")
    capacity: float = state("km3", "live storage when full")
    start_filling: float = state("share", "filling at the start")
    mean_inflow: float = state("km3/yr", "mean inflow")
    summer_cooperative: float = state("km3", "summer release under cooperation")
    winter_cooperative: float = state("km3", "winter release under cooperation")
    summer_power: float = state("km3", "summer release for upstream's power")
    winter_power: float = state("km3", "winter release for upstream's power")
    need: float = state("km3", "summer need of the reservoir's water downstream")
    lateral: float = state("km3", "summer inflow below the reservoir")
    power_factor: float = state("1", "winter power lost per km3 against the Syr Darya cascade")
    scared_share: float = state("share", "part of the region's scared capital")
    storage: float = state("km3", "live storage")
    wetness: float = state("1", "inflow of the year in standard deviations of its log")
    inflow_of_year: float = state("km3/yr", "inflow of the year")
    inflow: float = state("km3", "inflow this month")
    release: float = state("km3", "release this month")
    shortage: float = state("share", "of the summer need, unmet this month")
    unmet: float = state("km3", "need unmet this month")
    missing: float = state("km3", "winter release that the reservoir could not give this month")
    cooperating: bool = state("yes/no", "releases follow downstream's need this year")
    compensation_paid: bool = state("yes/no", "an offer turned the choice this year")
    scared: float = state("share", "capital scared away, of what lasting non-cooperation would scare")
    crop_loss: float = state("bn US$/yr", "crops lost downstream")
    power_loss: float = state("bn US$/yr", "winter power that upstream forgoes")
    dark_loss: float = state("bn US$/yr", "winter power that upstream lacks because the reservoir ran dry")
    capital_loss: float = state("bn US$/yr", "investment and output lost to scared capital")
    payment: float = state("bn US$/yr", "compensation paid by downstream to upstream")


@each(Basin)
def fill(basin: Basin, now: Now, p: Parameters, luck: Luck) -> None:
    """The base year: storage by the data, both basins cooperative, capital half scared."""
    basin.storage = basin.start_filling * basin.capacity
    basin.wetness = normal_of_year(luck, basin.key, INFLOW, now.first_year - 1)
    basin.cooperating = True
    basin.scared = p.scared_start


@each(Basin)
def flow(basin: Basin, now: Now, p: Parameters, levers: Levers, luck: Luck) -> None:
    """Inflow: lognormal with memory from year to year, most of it in summer; a drought cuts it. [caWaterInfo]"""
    if now.month == JANUARY and now.opens:
        fresh = normal_of_year(luck, basin.key, INFLOW, now.year)
        kept = p.inflow_persistence
        basin.wetness = kept * basin.wetness + sqrt(1 - kept * kept) * fresh
    spread = p.inflow_spread
    basin.inflow_of_year = basin.mean_inflow * exp(spread * basin.wetness - spread * spread / 2) * (1 - levers.drought)
    share = p.summer_inflow if growing_season(now.month) else 1 - p.summer_inflow
    basin.inflow = basin.inflow_of_year * share / SEASON * now.dt * MONTHS_A_YEAR


@each(Basin)
def decide(
    basin: Basin,
    lower: State,
    lowest: State,
    ties: list[Tie],
    now: Now,
    p: Parameters,
    levers: Levers,
    luck: Luck,
) -> None:
    """Each April upstream cooperates by trust, storage, memory and what it is offered. [TeasleyMcKinney2011]

    Compensation is paid only when the offer turns the choice. No choice in the base year: protocols are in force.
    """
    if now.month != APRIL or not now.opens or now.year == now.first_year:
        return
    trust = 0.0
    memory = 0.0
    count = 0
    for tie in ties:
        if tie.river == basin.row:
            trust += tie.trust
            memory += tie.memory
            count += 1
    pull = (
        p.cooperation_base
        + p.cooperation_trust * (trust / count - p.neutral_trust)
        + p.cooperation_storage * (basin.storage / basin.capacity - p.neutral_storage)
        + p.cooperation_memory * memory / count
    )
    chance = uniform_of_year(luck, basin.key, CHOICE, now.year)
    unpaid = chance < cooperation(pull, levers)
    paid = chance < cooperation(pull + p.compensation_pull * offer(lower, lowest, p, levers), levers)
    basin.cooperating = paid
    basin.compensation_paid = paid and not unpaid


def cooperation(pull: float, levers: Levers) -> float:
    """Chance to cooperate; pressure for dispute multiplies the chance not to."""
    against = levers.dispute_pressure / (1 + exp(pull))
    return 1 - min(1.0, against)


def offer(lower: State, lowest: State, p: Parameters, levers: Levers) -> float:
    """What downstream puts on the table (0-1): its attention to the region, and the energy lever."""
    attention = (lower.attention + lowest.attention) / 2
    by_attention = min(1.0, max(0.0, 2 * (attention - p.offer_attention))) / 2
    return min(1.0, by_attention + levers.energy / 2 / p.full_offer_money)


@each(Basin)
def release(basin: Basin, now: Now, p: Parameters) -> None:
    """Water is released by the mode of the year, as far as there is any; what does not fit spills."""
    months = now.dt * MONTHS_A_YEAR
    summer = growing_season(now.month)
    if basin.cooperating:
        target = basin.summer_cooperative if summer else basin.winter_cooperative
    else:
        target = basin.summer_power if summer else basin.winter_power
    basin.release = min(target / SEASON * months, basin.storage + basin.inflow)
    kept = basin.storage + basin.inflow - basin.release
    if kept > basin.capacity:
        basin.release += kept - basin.capacity
        kept = basin.capacity
    basin.storage = kept
    basin.unmet = 0.0
    basin.shortage = 0.0
    basin.missing = 0.0 if summer else max(0.0, target / SEASON * months - basin.release)
    if summer:
        dry = max(0.0, 1 - basin.inflow_of_year / basin.mean_inflow)
        short = max(0.0, basin.need / SEASON * months - basin.release)
        basin.unmet = short + basin.lateral / SEASON * months * dry
        basin.shortage = basin.unmet / ((basin.need + basin.lateral) / SEASON * months)


@each(Basin)
def count_losses(basin: Basin, region: Region, now: Now, p: Parameters) -> None:
    """Crops, winter power, capital lost; compensation exceeds what upstream forgoes. [worldBank2004, adelphiCarec2017]

    Crops are the area under a linear demand for water: each km3 short costs more than the last. [ScheierlingEtAl2006]
    Power that a dry reservoir cannot give is cut off, or imported where the grid is joined. [FieldsEtAl2013]
    """
    if basin.cooperating:
        basin.scared -= now.dt * p.scared_speed * basin.scared
    else:
        basin.scared += now.dt * p.scared_speed * (1 - basin.scared)
    scarcity = 1 + basin.shortage / (2 * p.water_elasticity)
    basin.crop_loss = basin.unmet / now.dt * p.irrigation_value * scarcity / 1000
    basin.power_loss = 0.0
    if basin.cooperating and not growing_season(now.month):
        forgone = (basin.winter_power - basin.winter_cooperative) / SEASON * MONTHS_A_YEAR
        basin.power_loss = forgone * p.power_per_water * p.winter_power_value * basin.power_factor / 1000
    dark = basin.missing / now.dt * p.power_per_water * basin.power_factor
    import_or_go_without = region.grid * p.winter_power_value + (1 - region.grid) * p.dark_power_value
    basin.dark_loss = dark * import_or_go_without / 1000
    basin.capital_loss = p.capital_scared * basin.scared_share * basin.scared / 1000
    basin.payment = p.compensation_cover * basin.power_loss if basin.compensation_paid else 0.0


@each(Region)
def join_grids(region: Region, basins: list[Basin], now: Now, p: Parameters, levers: Levers) -> None:
    """Half the energy lever joins the power grid, which pays in cooperative years and lights dry ones. [assumed]"""
    region.grid += now.dt * (levers.energy / 2 / p.grid_money - p.grid_fade * region.grid)
    region.grid = min(1.0, region.grid)
    cooperating = 0.0
    region.water_loss = 0.0
    for basin in basins:
        if basin.cooperating:
            cooperating += 1 / len(basins)
        region.water_loss += basin.crop_loss + basin.power_loss + basin.dark_loss + basin.capital_loss
    region.grid_value = p.grid_value * region.grid * cooperating / 1000
