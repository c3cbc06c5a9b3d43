"""Ties between two states: meetings, agreements, disputes, trust, works and reform, trade cost and trade."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from abm import blocs as outside
from abm.clock import MONTHS_A_YEAR, Now
from abm.corridors import Corridor, rivalry
from abm.engine.kinds import Kind, kind, link, maybe, state
from abm.engine.rules import each
from abm.levers import EPISODIC, NO_DIPLOMACY, Levers
from abm.luck import Luck, event, happens, uniform
from abm.parameters import Parameters
from abm.region import Region

if TYPE_CHECKING:
    from abm.basins import Basin
    from abm.blocs import Bloc
    from abm.states import State

SUMMIT = event("summit")
FREE_TRADE = event("free-trade agreement")
SETTLEMENT = event("settlement agreement")
FUND = event("joint fund agreement")
DIPLOMAS = event("diploma agreement")
INFORMATION = event("information agreement")
DISPUTE = event("dispute")
CLOSURE = event("border shut")
CLOSURE_SPELL = event("how long the border stays shut")
COPY = event("corridor copied")


@kind
class Tie(Kind):
    """A pair of states: what they trade, how far they trust each other, what they have built together."""

    one: int = link("State", "first state")
    other: int = link("State", "second state")
    river: int = maybe("Basin", "river that the tie lies on")
    corridor: int = maybe("Corridor", "corridor programme that serves it")
    made_by_firms: bool = state("yes/no", "processed trade is made by the firms of a hub")
    summit_factor: float = state("1", "summits against other ties")
    start_trade: float = state("bn US$/yr", "trade of the base year")
    raw_share: float = state("share", "raw part of it")
    start_trust: float = state("share", "trust at the start")
    start_memory: float = state("share", "institutional memory at the start")
    start_hard: float = state("share", "hard infrastructure at the start")
    start_soft: float = state("share", "soft infrastructure at the start")
    start_education: float = state("share", "education stock at the start")
    start_free_trade: float = state("share", "free-trade level at the start")
    trust: float = state("share", "trust")
    memory: float = state("share", "institutional memory: what regular meetings have built")
    hard: float = state("share", "hard infrastructure")
    soft: float = state("share", "soft infrastructure: procedures, standards, certainty")
    education: float = state("share", "stock of ties between people")
    free_trade: float = state("share", "free-trade level in force")
    free_trade_agreed: float = state("share", "free-trade level signed; comes into force over years")
    settlement: float = state("share", "settlement agreement")
    fund: float = state("share", "joint fund agreement")
    diplomas: float = state("share", "recognition of diplomas agreed")
    information: float = state("share", "common information space agreed")
    since_summit: float = state("yr", "since the last summit")
    summits: float = state("summits", "held so far")
    disputes: float = state("disputes", "this month")
    years_shut: float = state("yr", "the border stays shut")
    effort: float = state("share", "joint attention of the two states")
    start_effort: float = state("share", "joint attention at the start")
    working_effort: float = state("share", "joint attention with the moderator's part, in works and reform")
    start_bloc_money: float = state("1", "bloc money at the start, against full membership of both in all blocs")
    copied_years: float = state("yr", "left of a programme copied from the pilot corridor")
    copied: bool = state("yes/no", "has copied the pilot corridor")
    programme: float = state("mn US$/yr", "works money before execution")
    reform: float = state("share", "reform effort paid for: 1 is full")
    cut: float = state("share", "cut of transport cost against the base year")
    cost_raw: float = state("1", "cost factor of raw goods; 1 would be free")
    cost_processed: float = state("1", "cost factor of processed goods")
    start_cost_raw: float = state("1", "cost factor of raw goods at the start")
    start_cost_processed: float = state("1", "cost factor of processed goods at the start")
    k_raw: float = state("log points", "buyers' response to cost so far, raw goods")
    k_processed: float = state("log points", "buyers' response to cost so far, processed goods")
    k_border: float = state("log points", "response to a shut border so far")
    trade_raw: float = state("bn US$/yr", "trade in raw goods")
    trade_processed: float = state("bn US$/yr", "trade in processed goods")
    intensity: float = state("log points", "trade against the base year, demand and world shocks taken out")
    slow_intensity: float = state("log points", "intensity, smoothed over two years")
    growth: float = state("log points/yr", "growth of intensity, smoothed over two years")


# ------------------------------------------------------------------ what agreements and levers together put in force


def dose(money: float, p: Parameters) -> float:
    """A lever's money against a full programme, at most 1."""
    return min(1.0, money / p.full_programme)


def fund_level(tie: Tie, p: Parameters, levers: Levers) -> float:
    """Joint fund in force: agreed or paid for."""
    return max(tie.fund, dose(levers.joint_fund, p))


def diplomas_level(tie: Tie, p: Parameters, levers: Levers) -> float:
    """Recognition of diplomas in force: agreed or paid for."""
    return max(tie.diplomas, dose(levers.diplomas, p))


def information_level(tie: Tie, p: Parameters, levers: Levers) -> float:
    """Common information space in force: agreed or paid for."""
    return max(tie.information, dose(levers.information, p))


def river_shortage(tie: Tie, basins: list[Basin]) -> float:
    """Water short this month on the river that the tie lies on."""
    return basins[tie.river].shortage if tie.river >= 0 else 0.0


def left(years: float, now: Now) -> float:
    """What is left of a spell after another step, to the nearest step."""
    return years - now.dt if years > now.dt + now.dt / 2 else 0.0


# --------------------------------------------------------------------------------------- meetings and agreements


@each(Tie)
def reopen(tie: Tie, now: Now) -> None:
    """A shut border comes a month nearer to opening; so does the end of a copied programme."""
    tie.years_shut = left(tie.years_shut, now)
    tie.copied_years = left(tie.copied_years, now)


@each(Tie)
def join_efforts(tie: Tie, one: State, other: State, region: Region) -> None:
    """Nothing joint is done without the attention of both; a moderator adds effort between others."""
    tie.effort = sqrt(one.attention * other.attention)
    between_others = not one.can_moderate and not other.can_moderate
    tie.working_effort = min(1.0, tie.effort + region.moderation) if between_others else tie.effort


@each(Tie)
def meet(
    tie: Tie, one: State, other: State, region: Region, now: Now, p: Parameters, levers: Levers, luck: Luck
) -> None:
    """Summits lift trust; only those that follow each other within a year build memory. [Nitsch2007, assumed]"""
    tie.since_summit += now.dt
    rate = (p.summit_base + p.summit_leaders * one.leads * other.leads) * tie.effort * tie.summit_factor
    if not one.can_moderate and not other.can_moderate:
        rate += region.summit_moderation
    if levers.diplomacy == EPISODIC:
        rate *= p.episodic_share
        if tie.since_summit < p.summit_window - now.dt / 2:
            rate = 0.0
    if levers.diplomacy == NO_DIPLOMACY:
        rate = 0.0
    if happens(luck, tie.key, SUMMIT, rate) or (levers.summit[tie.row] > 0 and now.opens):
        tie.trust += p.summit_trust * (1 - tie.trust)
        if tie.since_summit <= p.summit_window + now.dt / 2:
            tie.memory += p.summit_memory * (1 - tie.memory) / levers.institution_hurdle
        tie.since_summit = 0.0
        tie.summits += 1


@each(Tie)
def agree(
    tie: Tie,
    one: State,
    other: State,
    blocs: list[Bloc],
    now: Now,
    p: Parameters,
    levers: Levers,
    luck: Luck,
) -> None:
    """Agreements come with effort, trust and memory; obligations to a bloc slow them. [assumed]"""
    rate = (
        p.agreement_rate * tie.working_effort * (p.agreement_without_trust + tie.trust) * tie.memory
        * outside.freedom(one, other, blocs, p, levers) / levers.institution_hurdle
    )  # fmt: skip
    if happens(luck, tie.key, FREE_TRADE, rate):
        tie.free_trade_agreed = 1.0
    if happens(luck, tie.key, SETTLEMENT, rate):
        tie.settlement = 1.0
    if happens(luck, tie.key, FUND, rate):
        tie.fund = 1.0
    if happens(luck, tie.key, DIPLOMAS, rate):
        tie.diplomas = 1.0
    if happens(luck, tie.key, INFORMATION, rate):
        tie.information = 1.0
    target = tie.free_trade_agreed
    if levers.free_trade[tie.row] >= 0:
        target = levers.free_trade[tie.row]
    step = now.dt / p.agreement_years
    tie.free_trade += min(step, max(-step, target - tie.free_trade))


# --------------------------------------------------------------------------------------------- disputes and trust


@each(Tie)
def quarrel(
    tie: Tie,
    one: State,
    other: State,
    blocs: list[Bloc],
    basins: list[Basin],
    now: Now,
    p: Parameters,
    levers: Levers,
    luck: Luck,
) -> None:
    """Disputes break trust and procedures and may shut the border; shortage feeds them. [aod2025, assumed]"""
    tie.disputes = 0.0
    rate = (
        p.dispute_rate
        * (1 + p.dispute_shortage * river_shortage(tie, basins))
        * exp(-p.dispute_trust * (tie.trust - p.neutral_trust))
        * (1 - p.dispute_memory * tie.memory)
        * (1 - outside.stability(one, other, blocs, p, levers))
        * levers.dispute_pressure
    )
    if tie.river < 0:
        rate *= p.dispute_off_river
    if happens(luck, tie.key, DISPUTE, rate):
        tie.disputes = 1.0
        shield = 1 - p.information_shield * information_level(tie, p, levers)
        tie.trust -= p.dispute_damage * tie.trust * (1 - p.dispute_memory * tie.memory) * shield
        tie.soft = max(p.soft_floor, tie.soft - p.dispute_soft)
        if tie.river >= 0:
            basins[tie.river].scared += p.scared_by_dispute * (1 - basins[tie.river].scared)
        if uniform(luck, tie.key, CLOSURE) < p.closure_chance:
            span = p.closure_longest - p.closure_shortest
            spell = p.closure_shortest + span * uniform(luck, tie.key, CLOSURE_SPELL)
            tie.years_shut = max(tie.years_shut, spell)
    if now.opens:
        tie.years_shut = max(tie.years_shut, levers.border_shut[tie.row] / MONTHS_A_YEAR)


@each(Tie)
def remember(tie: Tie, now: Now, p: Parameters, levers: Levers) -> None:
    """Trust slips back unless memory keeps it; people and trade carry it; memory itself fades. [Nitsch2007, assumed]"""
    slip = p.trust_decay * (1 - p.memory_keeps * tie.memory) * (tie.trust - (tie.start_trust - p.trust_floor_gap))
    people = p.education_trust * (tie.education - tie.start_education)
    tie.trust += now.dt * (people + p.trade_trust * tie.growth - slip)
    tie.trust = min(1.0, max(0.0, tie.trust))
    tie.memory -= now.dt * log(2) / p.memory_half_life * tie.memory
    programmes = (
        levers.education / p.full_programme
        + p.diploma_effect * max(tie.diplomas, levers.diplomas / p.full_programme)
        + p.information_effect * max(tie.information, levers.information / p.full_programme)
        + p.culture_effect * levers.culture / p.full_programme
    )
    tie.education += now.dt * (
        p.education_speed * programmes * (1 - tie.education) - p.education_fade * (tie.education - tie.start_education)
    )


# ------------------------------------------------------------------------------------------------ works and reform


def is_pilot(tie: Tie, corridors: list[Corridor]) -> bool:
    """Is the tie served by the pilot corridor (ABEC)?"""
    return tie.corridor >= 0 and corridors[tie.corridor].of_abec > 0


@each(Tie)
def copy_corridor(tie: Tie, corridors: list[Corridor], region: Region, p: Parameters, luck: Luck) -> None:
    """A pilot corridor that works is copied on other ties: works and reform for some years. [abazov2026, assumed]"""
    if is_pilot(tie, corridors) or tie.copied or not region.corridor_begun or region.corridor_cut <= 0:
        return
    rate = p.replication * tie.effort / p.replication_effort * (1 + region.corridor_cut / p.replication_cut)
    if happens(luck, tie.key, COPY, rate):
        tie.copied = True
        tie.copied_years = p.replication_years


@each(Tie)
def build(
    tie: Tie,
    one: State,
    other: State,
    ties: list[Tie],
    blocs: list[Bloc],
    corridors: list[Corridor],
    now: Now,
    p: Parameters,
    levers: Levers,
) -> None:
    """Money becomes works by execution, leadership and effort; works wear toward the tie's 2025 level. [abazov2026]"""
    tie.programme = p.replication_works if tie.copied_years > 0 else 0.0
    if tie.corridor >= 0:
        tie.programme += corridors[tie.corridor].programme / corridors[tie.corridor].ties
    leaders = 1 - p.works_leaders + p.works_leaders * (one.leads + other.leads) / 2
    executed = p.execution * levers.execution_factor * leaders * sqrt(tie.working_effort)
    weight = sqrt(tie.start_trade)
    weights = 0.0
    for any_tie in ties:
        weights += sqrt(any_tie.start_trade)
    bloc_money = p.bloc_capital * weight * (outside.money(one, other, blocs, levers) - tie.start_bloc_money)
    works = (
        tie.programme * executed * (1 - rivalry(tie, corridors, p, levers))
        + p.own_works * weight * (tie.working_effort - tie.start_effort)
        + p.bloc_works_share * bloc_money
        + levers.joint_fund * weight / weights
    )
    tie.hard += now.dt * ((1 - tie.hard) * works / p.works_cost - p.hard_decay * (tie.hard - tie.start_hard))
    tie.hard = min(1.0, max(p.hard_floor, tie.hard))


@each(Tie)
def reform(
    tie: Tie,
    one: State,
    other: State,
    blocs: list[Bloc],
    corridors: list[Corridor],
    region: Region,
    now: Now,
    p: Parameters,
    levers: Levers,
) -> None:
    """Rules and digital systems improve procedures as far as they are carried out. [HummelsSchaur2013, Moise2013]"""
    paid = levers.reform[tie.row] / p.reform_money
    if tie.corridor >= 0:
        paid += corridors[tie.corridor].reform_a_dose * levers.corridors_programme / p.full_programme
    if tie.copied_years > 0:
        paid += p.replication_reform
    tie.reform = min(1.0, paid)
    leaders = 1 - p.reform_leaders + p.reform_leaders * (one.leads + other.leads) / 2
    carried_out = (
        tie.working_effort * p.execution * levers.execution_factor * leaders
        * outside.freedom(one, other, blocs, p, levers) / levers.institution_hurdle
    )  # fmt: skip
    rules = p.reform_speed * tie.reform * (p.reform_without_memory + tie.memory)
    rules *= 1 - rivalry(tie, corridors, p, levers)
    systems = p.technology_speed * levers.technology / p.technology_money
    tie.soft += now.dt * (
        carried_out * (rules + systems) * (1 - tie.soft)
        + outside.standards(one, other, blocs, p, levers)
        - p.soft_decay * (tie.soft - tie.start_soft)
    )
    tie.soft = min(1.0, max(p.soft_floor, tie.soft))
    quality = sqrt(tie.hard * tie.soft)
    start = sqrt(tie.start_hard * tie.start_soft)
    tie.cut = p.max_cut * (quality - start) / (1 - start)
    if is_pilot(tie, corridors):
        region.corridor_cut = tie.cut


# ------------------------------------------------------------------------------------------------- trade cost, trade


@each(Tie)
def price(tie: Tie, p: Parameters, levers: Levers) -> None:
    """The cost factor of each good: freight, borders, distrust, procedures, less what agreements take off."""
    tie.cost_raw = cost(tie, p.freight_weight_raw, p.soft_wedge_raw, p, levers)
    tie.cost_processed = cost(tie, p.freight_weight_processed, p.soft_wedge_processed, p, levers)


def cost(tie: Tie, freight_weight: float, soft_wedge: float, p: Parameters, levers: Levers) -> float:
    """1 + all wedges of a good on a tie, as ad-valorem equivalents; a shut border acts apart."""
    return (
        1
        + freight_weight * p.freight_share * (1 - tie.cut) * (1 - levers.freight_cut)
        + p.other_barriers
        + p.trust_wedge * (p.neutral_trust - tie.trust)
        - p.tariff_wedge * tie.free_trade * sqrt(tie.hard * tie.soft)
        - p.settlement_wedge * max(tie.settlement, levers.settlement)
        + soft_wedge * (1 - tie.soft)
    )


def demand(now: Now, p: Parameters) -> float:
    """Log trend of demand, centred on the base year; demand does not lag."""
    return p.demand_trend * (now.t - 1 / 2)


def processed_loading(tie: Tie, p: Parameters) -> float:
    """How processed trade responds to world demand: regional processing softens it. [CaselliEtAl2020]"""
    trade = tie.trade_raw + tie.trade_processed
    if trade <= 0:
        return 1.0
    return 1 - p.chain_buffer * (tie.trade_processed / trade - (1 - tie.raw_share))


@each(Tie)
def respond(tie: Tie, one: State, other: State, now: Now, p: Parameters) -> None:
    """Buyers respond over years to cost against both states' other ties; shut borders bite and heal. [BoehmEtAl2023]"""
    adjust = p.trade_adjustment * now.dt
    raw = log(tie.cost_raw / tie.start_cost_raw) - one.resistance_raw - other.resistance_raw
    processed = log(tie.cost_processed / tie.start_cost_processed)
    processed -= one.resistance_processed + other.resistance_processed
    tie.k_raw += adjust * (-p.trade_elasticity * raw - tie.k_raw)
    tie.k_processed += adjust * (-p.trade_elasticity * processed - tie.k_processed)
    shut = 0.0
    if tie.years_shut > 0:
        shut = -p.trade_elasticity * log(1 + p.shut_wedge / mean_cost(tie))
    if shut < tie.k_border:
        tie.k_border += adjust * (shut - tie.k_border)
    else:
        tie.k_border += p.reopen_speed * now.dt * (shut - tie.k_border)


def mean_cost(tie: Tie) -> float:
    """Cost factor of the tie's base-year basket."""
    return tie.raw_share * tie.cost_raw + (1 - tie.raw_share) * tie.cost_processed


@each(Tie)
def trade(tie: Tie, region: Region, now: Now, p: Parameters) -> None:
    """Trade of the month; where firms make the processed part, it is theirs and not the formula's. [HeadMayer2014]"""
    loading = processed_loading(tie, p)
    raw = p.raw_cyclicality * region.world + tie.k_raw + p.metallurgy_trade * region.metallurgy
    tie.trade_raw = tie.start_trade * tie.raw_share * exp(demand(now, p) + raw + tie.k_border)
    start_processed = tie.start_trade * (1 - tie.raw_share)
    world = loading * region.world
    k_processed = tie.k_processed
    if tie.made_by_firms:
        if tie.trade_processed <= 0:
            return  # no firm exports: what cannot be told stays as it was
        k_processed = log(tie.trade_processed / start_processed) - demand(now, p) - world - tie.k_border
    else:
        grown = demand(now, p) + world + tie.k_processed + p.agro_trade * region.agro
        tie.trade_processed = start_processed * exp(grown + tie.k_border)
    tie.intensity = tie.raw_share * tie.k_raw + (1 - tie.raw_share) * k_processed + tie.k_border
    tie.slow_intensity += now.dt / p.growth_window * (tie.intensity - tie.slow_intensity)
    tie.growth = (tie.intensity - tie.slow_intensity) / p.growth_window


# --------------------------------------------------------------------------------------------------- the base year


@each(Tie)
def set_out(tie: Tie, p: Parameters) -> None:
    """The base year: everything stands where the data say, responses are zero, costs are the reference."""
    tie.trust = tie.start_trust
    tie.memory = tie.start_memory
    tie.hard = tie.start_hard
    tie.soft = tie.start_soft
    tie.education = tie.start_education
    tie.free_trade = tie.start_free_trade
    tie.free_trade_agreed = tie.start_free_trade
    tie.since_summit = p.summit_window
    tie.trade_raw = tie.start_trade * tie.raw_share
    tie.trade_processed = tie.start_trade * (1 - tie.raw_share)


@each(Tie)
def set_reference(tie: Tie, one: State, other: State, blocs: list[Bloc], p: Parameters, levers: Levers) -> None:
    """What later months are measured against, before any lever acts."""
    tie.start_effort = sqrt(one.attention * other.attention)
    tie.start_bloc_money = outside.money(one, other, blocs, levers)
    price(tie, p, levers)
    tie.start_cost_raw = tie.cost_raw
    tie.start_cost_processed = tie.cost_processed
