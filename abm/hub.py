"""The border hub: places, tenants, and the market that the firms of the corridor region share."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from abm.clock import Now
from abm.engine.kinds import Kind, kind, link, state
from abm.engine.rules import each
from abm.levers import Levers
from abm.luck import Luck, event, uniform
from abm.parameters import Parameters
from abm.region import Region
from abm.ties import demand, diplomas_level, fund_level, processed_loading

if TYPE_CHECKING:
    from abm.corridors import Corridor
    from abm.firms import Firm
    from abm.states import State
    from abm.ties import Tie

LOT = event("lot for a place in the hub")
LAST_PLACE = event("lot for a part of a place")

Vector = list[float]


@kind
class Hub(Kind):
    """A joint industrial, trade and logistics complex at a border, and the pool of firms around it."""

    border: int = link("Tie", "the border it stands on")
    land: float = state("ha", "land")
    people: float = state("mn people", "people of the corridor region")
    side_share: float = state("share", "firms on the first side")
    storage: bool = state("yes/no", "function: storage")
    processing: bool = state("yes/no", "function: processing")
    production: bool = state("yes/no", "function: joint production")
    distribution: bool = state("yes/no", "function: distribution")
    sector_share: Vector = state("share", "firms by sector", per="sector")
    sector_from: Vector = state("share", "firms in sectors before it, by name", per="sector")
    sales_per_worker: Vector = state("mn US$/yr", "by sector, in prices of the base year", per="sector")
    adds_value: Vector = state("0 or 1", "the sector's sales are processed here", per="sector")
    takes_agro: Vector = state("0 or 1", "agro-industrial partnerships raise its sales ability", per="sector")
    first: int = state("row", "first firm of the pool")
    last: int = state("row", "behind the last firm of the pool")
    weight: float = state("firms", "firms of the pool that one sampled firm stands for")
    open: bool = state("yes/no", "takes tenants")
    started: bool = state("yes/no", "building has begun")
    open_years: float = state("yr", "since it opened")
    built: float = state("share", "places built")
    places: float = state("tenants", "places ready for tenants")
    tenants: float = state("tenants", "firms in the hub")
    applicants: float = state("firms", "that applied this month")
    lot: float = state("share", "part of a place at which it is given away; drawn anew with each admission")
    price_level: float = state("1", "money of firms against the base year")
    market: float = state("mn US$/yr", "orders of an exporter of median ability in the base year")
    running_cost: float = state("mn US$/yr", "yearly cost of exporting, in prices of the base year")
    demand: float = state("1", "demand, world shock and shut border, against the base year")
    relief: float = state("1", "what one local supplier takes off a world slump, in exports")
    home_relief: float = state("1", "what it takes off the slump at home that follows")
    response_outside: float = state("log points", "where orders outside the hub tend to")
    response_inside: float = state("log points", "where orders inside the hub tend to")
    k_outside: float = state("log points", "buyers' response so far, outside the hub")
    agglomeration: float = state("1", "gain in sales from other tenants")
    advantage: float = state("share", "gain in orders that a move into the hub promises")
    boost: Vector = state("1", "what agro-industrial partnerships make of sales ability, by sector", per="sector")
    home_sales: Vector = state("mn US$/yr", "sales at home of a firm of median ability, by sector", per="sector")
    hands: Vector = state("workers per mn US$/yr", "by sector, at prices of the month", per="sector")
    labour: float = state("share", "of the hands wanted, found")
    exporters: float = state("firms", "that export")
    ventures: float = state("ventures", "pairs of firms across the border")
    suppliers: float = state("links", "supply links of tenants")
    exports: float = state("mn US$/yr", "sales over the border")
    revenue: float = state("mn US$/yr", "all sales")
    hub_jobs: float = state("jobs", "of tenants")
    jobs_by_side: Vector = state("jobs", "by side of the border", per="side")
    jobs_by_sector: Vector = state("jobs", "by sector", per="sector")
    firms_by_size: Vector = state("firms", "under 10, 10-49, 50-249, 250 and more workers", per="size")
    small_exports: Vector = state("mn US$/yr", "exports of firms small in the base year, by side", per="side")
    extra_sales: float = state("mn US$/yr", "processed sales that being in the hub adds")
    rent: float = state("mn US$/yr", "yearly rent of what tenants paid to move in")
    agro_sales: float = state("mn US$/yr", "sales that agro-industrial partnerships add")


@each(Hub)
def construct(
    hub: Hub,
    ties: list[Tie],
    states: list[State],
    corridors: list[Corridor],
    now: Now,
    p: Parameters,
    levers: Levers,
) -> None:
    """Places are built with works and leadership, once the corridor's money or the hub itself starts. [ls2025]"""
    border = ties[hub.border]
    one, other = states[border.one], states[border.other]
    hub.open = levers.hub_open > 0
    programme = 0.0
    if border.corridor >= 0:
        programme = corridors[border.corridor].programme
    if hub.open or programme > 0:
        hub.started = True
    if hub.open:
        hub.open_years += now.dt
    if hub.started:
        leaders = 1 - p.works_leaders + p.works_leaders * (one.leads + other.leads) / 2
        works = programme / p.full_works * p.execution * levers.execution_factor * leaders
        speed = p.hub_build_speed * (1 - p.build_works + p.build_works * works) * sqrt(border.hard / p.build_hard)
        hub.built += now.dt * speed * (1 - hub.built)
    hub.places = p.hub_places * hub.built if hub.open else 0.0


@each(Hub)
def quote(hub: Hub, border: Tie, states: list[State], region: Region, now: Now, p: Parameters, levers: Levers) -> None:
    """What all firms of the pool face this month: prices, demand, and what the hub would save. [Chaney2008]

    Home demand of commodity exporters follows world demand in part. [FernandezEtAl2017]
    """
    hub.price_level = exp(demand(now, p))
    world = processed_loading(border, p) * region.world
    hub.demand = exp(demand(now, p) + world + border.k_border)
    home = p.home_cyclicality * region.world
    hub.relief = exp(-p.supplier_buffer * world) if world < 0 else 1.0
    hub.home_relief = exp(-p.supplier_buffer * home) if home < 0 else 1.0
    outside = border.cost_processed
    inside = outside - p.hub_discount * border.soft
    rest = p.demand_elasticity - 1
    elsewhere = states[border.one].resistance_processed + states[border.other].resistance_processed
    hub.response_outside = -rest * (log(outside / border.start_cost_processed) - elsewhere)
    hub.response_inside = -rest * (log(inside / border.start_cost_processed) - elsewhere)
    hub.k_outside += p.trade_adjustment * now.dt * (hub.response_outside - hub.k_outside)
    hub.agglomeration = (1 + hub.tenants / p.agglomeration_tenants) ** p.agglomeration
    hub.advantage = exp(hub.response_inside - hub.response_outside) * hub.agglomeration - 1
    hands = p.labour_share * hub.people * 1000000 * (1 + p.labour_diplomas * diplomas_level(border, p, levers))
    wanted = jobs(hub) / hub.labour
    hub.labour = min(1.0, hands / wanted)
    for sector in range(len(hub.boost)):
        hub.boost[sector] = 1 + p.agro_ability * region.agro * hub.takes_agro[sector]
        hub.home_sales[sector] = p.home_sales * hub.boost[sector] * hub.price_level * exp(home) * hub.labour
        hub.hands[sector] = 1 / (hub.sales_per_worker[sector] * hub.price_level)


def jobs(hub: Hub) -> float:
    """Jobs of all firms of the pool."""
    total = 0.0
    for side in range(len(hub.jobs_by_side)):
        total += hub.jobs_by_side[side]
    return total


@each(Hub)
def admit(hub: Hub, border: Tie, firms: list[Firm], p: Parameters, levers: Levers, luck: Luck) -> None:
    """Exporters for whom the hub pays apply; free places are shared by lot, each applicant's chance the same.

    Where one sampled firm takes several places, or a place is not finished, it is given away at a part that is drawn
    anew after each admission: on average as many are in as there are places, whatever the number of sampled firms.
    """
    hub.applicants = 0.0
    free = (hub.places - hub.tenants) / hub.weight
    if free <= 0 or hub.advantage <= 0:
        return
    places = int(free + 1 - hub.lot)
    if places == 0:
        return
    cost = p.hub_entry_cost * hub.price_level * (1 - p.entry_fund_discount * fund_level(border, p, levers))
    worth_it = cost * p.demand_elasticity * p.discount / hub.advantage
    applicants = 0
    for i in range(hub.first, hub.last):
        firm = firms[i]
        firm.applies = False
        if firm.exporting and not firm.in_hub:
            threshold = worth_it * (1 - p.entry_partner_discount) if firm.partner >= 0 else worth_it
            if firm.exports > threshold:
                firm.applies = True
                applicants += 1
    hub.applicants = applicants * hub.weight
    for i in range(hub.first, hub.last):
        firm = firms[i]
        if firm.applies and places > 0:
            if uniform(luck, firm.key, LOT) * applicants < places:
                places -= 1
                firm.in_hub = True
                firm.entry_paid = cost * (1 - p.entry_partner_discount) if firm.partner >= 0 else cost
                hub.lot = uniform(luck, hub.key, LAST_PLACE)
            applicants -= 1


@each(Hub)
def clear_books(hub: Hub) -> None:
    """The month's sums start at nothing."""
    hub.tenants = 0.0
    hub.exporters = 0.0
    hub.ventures = 0.0
    hub.suppliers = 0.0
    hub.exports = 0.0
    hub.revenue = 0.0
    hub.hub_jobs = 0.0
    hub.extra_sales = 0.0
    hub.rent = 0.0
    hub.agro_sales = 0.0
    for side in range(len(hub.jobs_by_side)):
        hub.jobs_by_side[side] = 0.0
        hub.small_exports[side] = 0.0
    for sector in range(len(hub.jobs_by_sector)):
        hub.jobs_by_sector[sector] = 0.0
    for size in range(len(hub.firms_by_size)):
        hub.firms_by_size[size] = 0.0


@each(Hub)
def deliver(hub: Hub, border: Tie) -> None:
    """Processed trade of the border tie is the sum of the pool's exports: made by firms, never by the formula."""
    border.trade_processed = hub.exports / 1000
