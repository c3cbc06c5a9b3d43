"""Firms of the corridor region: they start and stop exporting, move into the hub, find partners, sell, fail, begin."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from abm.clock import MONTHS_A_YEAR, Now
from abm.engine.kinds import Kind, kind, link, maybe, state
from abm.engine.rules import each
from abm.hub import LAST_PLACE, Hub
from abm.levers import Levers
from abm.luck import Luck, evenly, event, logistic_noise, normal_quantile, uniform, wait
from abm.parameters import Parameters
from abm.ties import diplomas_level, fund_level, left

if TYPE_CHECKING:
    from abm.ties import Tie

SIDE, SECTOR = event("where sides begin over the strata"), event("where sectors begin over the strata")
ABILITY = event("a firm's ability within its stratum")
SUNK_COST = event("a firm's own sunk cost")
REVIEW = event("next review of exporting")
SEARCH = event("next search for a partner")
CONSENT = event("would a partnership be wanted")
PARTNER = event("which partner")
SUPPLIER = event("which supplier")
SECOND, THIRD = event("wants a second supplier"), event("wants a third supplier")
DISRUPTION = event("a supplier is disrupted")
CLOSING = event("closing date")

Vector = list[float]
Rows = list[int]


@kind
class Firm(Kind):
    """A firm of the corridor region that is able to sell across the border; a row stands for hub.weight firms."""

    hub: int = link("Hub", "hub of its region")
    border: int = link("Tie", "the border it sells over")
    number: int = state("row", "place among the pool's strata of ability")
    side: int = state("side", "0 first state, 1 other")
    sector: int = state("sector", "logistics, agri-processing, light manufacturing, trading")
    ability: float = state("1", "sales ability against the median firm")
    sunk_factor: float = state("1", "its own cost of starting to export, against the mean")
    small: bool = state("yes/no", "under 50 workers in the base year")
    exporting: bool = state("yes/no", "sells across the border")
    in_hub: bool = state("yes/no", "has moved into the hub")
    applies: bool = state("yes/no", "applied for a place this month")
    partner: int = maybe("Firm", "joint venture across the border")
    suppliers: Rows = maybe("Firm", "its suppliers in the hub", per="supplier")
    supplier_births: Rows = state(
        "generation", "of each supplier when found; another one has taken its row if it moved on", per="supplier"
    )
    supply_gaps: Vector = state("yr", "left of the gap that a lost supplier tears", per="supplier")
    suppliers_wanted: int = state("firms", "suppliers it would use in the hub")
    generation: int = state("firms", "that have had this row before")
    experience: float = state("share", "export experience")
    k: float = state("log points", "buyers' response to its border cost so far")
    loss_years: float = state("yr", "of exporting at a loss")
    entry_paid: float = state("mn US$", "paid to move into the hub")
    exports: float = state("mn US$/yr", "sales across the border")
    revenue: float = state("mn US$/yr", "all sales")
    workers: float = state("workers", "people employed")
    age: float = state("yr", "since it began")
    next_review: float = state("yr", "date of its next review of exporting")
    next_search: float = state("yr", "date of its next search for a partner")
    closing: float = state("yr", "date it closes down")


# --------------------------------------------------------------------------------------------------- the base year


def ability_at(rank: float, p: Parameters) -> float:
    """Sales ability at a rank (0-1): lognormal body of median 1, Pareto tail, cut at the top. [KondoLewisStella]"""
    tail_from = 1 - p.ability_tail_share
    if rank < tail_from:
        return exp(p.ability_spread * normal_quantile(rank))
    start = exp(p.ability_spread * normal_quantile(tail_from))
    tail: float = ((1 - rank) / p.ability_tail_share) ** (-1 / p.ability_tail)
    return min(p.ability_top, start * tail)


def draw_place(firm: Firm, hub: Hub, luck: Luck) -> None:
    """Side and sector: spread evenly over the strata of ability, from a start that is drawn for each run."""
    firm.side = 0 if evenly(luck, hub.key, SIDE, firm.number, 0) < hub.side_share else 1
    spot = evenly(luck, hub.key, SECTOR, firm.number, 1)
    for sector in range(len(hub.sector_share)):
        if hub.sector_from[sector] <= spot < hub.sector_from[sector] + hub.sector_share[sector]:
            firm.sector = sector


def draw_ability(firm: Firm, hub: Hub, p: Parameters, luck: Luck) -> None:
    """A firm's place within its stratum: sampling more firms refines the same distribution."""
    count = hub.last - hub.first
    firm.ability = ability_at((firm.number + uniform(luck, firm.key, ABILITY)) / count, p)
    firm.sunk_factor = max(0.0, 1 + logistic_noise(luck, firm.key, SUNK_COST, p.sunk_noise))


def draw_dates(firm: Firm, now: Now, p: Parameters, luck: Luck) -> None:
    """The dates of its first review and search, and of its end; each is a Poisson event drawn ahead."""
    start = now.t - now.dt / 2
    firm.next_review = start + wait(luck, firm.key, REVIEW, p.review_rate)
    firm.next_search = start + wait(luck, firm.key, SEARCH, p.venture_rate)
    firm.closing = start + wait(luck, firm.key, CLOSING, p.firm_exit)


@each(Firm)
def found(firm: Firm, hub: Hub, now: Now, p: Parameters, luck: Luck) -> None:
    """The pool of the base year: the ablest export, with experience."""
    draw_place(firm, hub, luck)
    draw_ability(firm, hub, p, luck)
    draw_dates(firm, now, p, luck)
    exporters = p.export_share * (hub.last - hub.first)
    firm.exporting = hub.last - hub.first - firm.number - 1 / 2 < exporters
    firm.experience = p.incumbent_experience if firm.exporting else 0.0
    firm.partner = -1
    for slot in range(len(firm.suppliers)):
        firm.suppliers[slot] = -1


@each(Hub)
def set_market(hub: Hub, border: Tie, firms: list[Firm], p: Parameters, luck: Luck) -> None:
    """Market size and running cost, so that exports and the share of exporters are those of the base year.

    The pool is at rest: starting to export just pays for a firm of the least able exporter's ability, so that the
    share of exporters does not drift by itself. (Were the least able exporter to earn nothing, a third of exporters
    would stand in the band between the two thresholds, and leave it one by one as they close.)
    """
    hub.weight = p.pool / (hub.last - hub.first)
    hub.lot = uniform(luck, hub.key, LAST_PLACE)
    sum_of_orders = 0.0
    least_able = p.ability_top
    for i in range(hub.first, hub.last):
        firm = firms[i]
        if firm.exporting:
            sum_of_orders += hub.weight * firm.ability * (1 + p.learning * firm.experience)
            least_able = min(least_able, firm.ability)
    hub.market = border.start_trade * (1 - border.raw_share) * 1000 / sum_of_orders
    hub.running_cost = max(0.0, hub.market * least_able / p.demand_elasticity - p.discount * p.export_sunk_cost)
    hub.price_level = 1.0
    hub.demand = 1.0
    hub.agglomeration = 1.0
    hub.labour = 1.0
    for sector in range(len(hub.boost)):
        hub.boost[sector] = 1.0


@each(Firm)
def size_up(firm: Firm, hub: Hub, p: Parameters) -> None:
    """How large the firm is in the base year; who is small then stays in the count of small firms."""
    if firm.exporting:
        firm.exports = orders(firm, hub, p)
    firm.revenue = firm.exports + p.home_sales * firm.ability
    firm.workers = firm.revenue / hub.sales_per_worker[firm.sector]
    firm.small = firm.workers < p.small_firm


# ------------------------------------------------------------------------------------------------ what a firm sells


def orders(firm: Firm, hub: Hub, p: Parameters) -> float:
    """Orders from over the border, mn US$/yr: market × ability × experience × demand × response × hub. [Melitz2003]"""
    sales = hub.market * firm.ability * hub.boost[firm.sector] * (1 + p.learning * firm.experience)
    sales *= hub.demand * exp(firm.k) * hub.labour
    if firm.in_hub:
        sales *= hub.agglomeration
        for slot in range(len(firm.suppliers)):
            if firm.suppliers[slot] >= 0:
                sales *= hub.relief
        sales *= output_kept(firm, p)
    return sales


def output_kept(firm: Firm, p: Parameters) -> float:
    """What missing suppliers leave of a tenant's output."""
    kept = 1.0
    for slot in range(len(firm.suppliers)):
        if firm.supply_gaps[slot] > 0:
            kept *= 1 - p.supplier_loss
    return kept


# -------------------------------------------------------------------------------------------------------- the month


@each(Firm)
def review(firm: Firm, hub: Hub, now: Now, p: Parameters, levers: Levers, luck: Luck) -> None:
    """Start when the gain beats the sunk cost, stay while running costs are met: two thresholds. [DasRobertsTybout2007]"""
    if now.t < firm.next_review:
        return
    firm.next_review = now.t + wait(luck, firm.key, REVIEW, p.review_rate)
    profit = orders(firm, hub, p) / p.demand_elasticity - hub.running_cost * hub.price_level
    if firm.exporting:
        if profit < 0:
            give_up_exporting(firm)
    elif profit / p.discount > p.export_sunk_cost * levers.sunk_cost_factor * hub.price_level * firm.sunk_factor:
        firm.exporting = True
        firm.loss_years = 0.0


def give_up_exporting(firm: Firm) -> None:
    """An exporter stops, and leaves the hub if it was there."""
    firm.exporting = False
    firm.exports = 0.0
    firm.loss_years = 0.0
    leave_hub(firm)


def leave_hub(firm: Firm) -> None:
    """The place is free for others; suppliers in the hub are lost with it."""
    firm.in_hub = False
    firm.suppliers_wanted = 0
    for slot in range(len(firm.suppliers)):
        firm.suppliers[slot] = -1
        firm.supply_gaps[slot] = 0.0


@each(Firm)
def fail(firm: Firm, firms: list[Firm], hub: Hub, now: Now, p: Parameters, luck: Luck) -> None:
    """Firms close at a constant rate; a newcomer of the same stratum of ability takes the row. [assumed]"""
    firm.age += now.dt
    if now.t < firm.closing:
        return
    give_up_exporting(firm)
    if firm.partner >= 0:
        firms[firm.partner].partner = -1
        firm.partner = -1
    firm.generation += 1
    firm.age = 0.0
    firm.experience = 0.0
    firm.k = hub.k_outside
    draw_ability(firm, hub, p, luck)
    draw_dates(firm, now, p, luck)


@each(Firm)
def pair(
    firm: Firm, firms: list[Firm], hub: Hub, border: Tie, now: Now, p: Parameters, levers: Levers, luck: Luck
) -> None:
    """Now and then a firm looks for a partner over the border; trust and recognised diplomas help. [assumed]"""
    if now.t < firm.next_search:
        return
    firm.next_search = now.t + wait(luck, firm.key, SEARCH, p.venture_rate)
    if firm.partner >= 0:
        return
    pull = (
        p.venture_base
        + p.venture_trust * (border.trust - p.neutral_trust)
        + p.venture_fund * fund_level(border, p, levers)
        + p.venture_diplomas * diplomas_level(border, p, levers)
    )
    if uniform(luck, firm.key, CONSENT) > 1 / (1 + exp(-pull)):
        return
    count = hub.last - hub.first
    for attempt in range(int(p.search_attempts)):
        other = hub.first + int(uniform(luck, firm.key, PARTNER, attempt) * count)
        if firms[other].side != firm.side and firms[other].partner < 0:
            firms[other].partner = firm.row
            firm.partner = other
            return


@each(Firm)
def supply(
    firm: Firm, firms: list[Firm], hub: Hub, border: Tie, now: Now, p: Parameters, levers: Levers, luck: Luck
) -> None:
    """Tenants use each other as suppliers: one, with trust a second and a third; losing one costs output. [assumed]"""
    if not firm.in_hub:
        return
    if firm.suppliers_wanted == 0:
        firm.suppliers_wanted = 1
        if uniform(luck, firm.key, SECOND) < border.trust:
            firm.suppliers_wanted += 1
        if uniform(luck, firm.key, THIRD) < border.trust / 2:
            firm.suppliers_wanted += 1
    disruption = 1 - (1 - levers.regional_shock) ** (now.dt * MONTHS_A_YEAR)
    for slot in range(firm.suppliers_wanted):
        firm.supply_gaps[slot] = left(firm.supply_gaps[slot], now)
        if firm.suppliers[slot] >= 0:
            supplier = firms[firm.suppliers[slot]]
            if not supplier.in_hub or supplier.generation != firm.supplier_births[slot]:
                firm.suppliers[slot] = -1
                firm.supply_gaps[slot] = p.supplier_gap
            elif disruption > 0 and uniform(luck, firm.key, DISRUPTION, slot) < disruption:
                firm.supply_gaps[slot] = p.supplier_gap
        elif firm.supply_gaps[slot] <= 0:
            find_supplier(firm, firms, hub, slot, now, p, luck)


def find_supplier(firm: Firm, firms: list[Firm], hub: Hub, slot: int, now: Now, p: Parameters, luck: Luck) -> None:
    """Another tenant, met by chance; found sooner the more tenants there are."""
    count = hub.last - hub.first
    attempts = int(p.search_attempts * now.dt * MONTHS_A_YEAR)
    for attempt in range(attempts):
        other = hub.first + int(uniform(luck, firm.key, SUPPLIER, slot * attempts + attempt) * count)
        if other != firm.row and firms[other].in_hub:
            firm.suppliers[slot] = other
            firm.supplier_births[slot] = firms[other].generation
            return


@each(Firm)
def sell(firm: Firm, hub: Hub, now: Now, p: Parameters) -> None:
    """Orders come in, experience grows or fades, and a firm that loses too much too long stops exporting."""
    target = hub.response_inside if firm.in_hub else hub.response_outside
    firm.k += p.trade_adjustment * now.dt * (target - firm.k)
    if firm.exporting:
        firm.exports = orders(firm, hub, p)
        firm.experience += p.experience_gain * now.dt * (1 - firm.experience)
        cost = hub.running_cost * hub.price_level
        profit = firm.exports / p.demand_elasticity - cost
        if profit < 0:
            firm.loss_years += now.dt
            if firm.loss_years >= p.loss_patience or profit < -p.loss_limit * cost:
                give_up_exporting(firm)
        else:
            firm.loss_years = 0.0
    else:
        firm.experience -= p.experience_fade * now.dt * firm.experience
    home = hub.home_sales[firm.sector] * firm.ability
    if firm.in_hub:
        for slot in range(len(firm.suppliers)):
            if firm.suppliers[slot] >= 0:
                home *= hub.home_relief
        home *= output_kept(firm, p)
    firm.revenue = firm.exports + home
    firm.workers = firm.revenue * hub.hands[firm.sector]


@each(Firm)
def count(firm: Firm, hub: Hub, p: Parameters) -> None:
    """The firm enters the month's sums of its hub, for as many firms as it stands for."""
    weight = hub.weight
    jobs = weight * firm.workers
    hub.revenue += weight * firm.revenue
    hub.jobs_by_side[firm.side] += jobs
    hub.jobs_by_sector[firm.sector] += jobs
    limits_reached = int(firm.workers >= p.micro_firm) + int(firm.workers >= p.small_firm)
    hub.firms_by_size[limits_reached + int(firm.workers >= p.medium_firm)] += weight
    if firm.partner >= 0:
        hub.ventures += weight / 2
    if hub.boost[firm.sector] > 1:
        hub.agro_sales += weight * firm.revenue * (1 - 1 / hub.boost[firm.sector])
    if firm.exporting:
        hub.exporters += weight
        hub.exports += weight * firm.exports
        if firm.small:
            hub.small_exports[firm.side] += weight * firm.exports
    if firm.in_hub:
        hub.tenants += weight
        hub.hub_jobs += jobs
        hub.rent += weight * p.discount * firm.entry_paid
        without = firm.exports / (exp(firm.k - hub.k_outside) * hub.agglomeration)
        hub.extra_sales += weight * hub.adds_value[firm.sector] * (firm.exports - without) / hub.boost[firm.sector]
        for slot in range(len(firm.suppliers)):
            if firm.suppliers[slot] >= 0:
                hub.suppliers += weight
