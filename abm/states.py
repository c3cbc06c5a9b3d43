"""States: how much attention their leaders give to the region and how much to outside blocs."""

from __future__ import annotations

from math import exp, log

from abm.blocs import Bloc
from abm.engine.kinds import Kind, kind, state
from abm.engine.rules import each
from abm.levers import ABSENT, ECONOMIC, HELD, Levers
from abm.luck import Luck, event, happens
from abm.parameters import Parameters
from abm.region import Region
from abm.ties import Tie, fund_level

TURN_AWAY = event("leaders turn away")
COME_BACK = event("leaders come back")

Vector = list[float]


@kind
class State(Kind):
    """One of the five states, with its leaders and its commitments outside the region."""

    population: float = state("mn people", "people")
    gdp: float = state("bn US$", "gross domestic product")
    upstream: bool = state("yes/no", "holds the reservoirs of a shared river")
    can_moderate: bool = state("yes/no", "may moderate between the others (Kazakhstan)")
    engaged: bool = state("yes/no", "leaders would engage of their own will")
    leads: float = state("0 or 1", "leadership engaged, after the leadership lever")
    attention: float = state("share", "policy attention given to the region")
    trust: float = state("share", "mean trust on its ties")
    growth: float = state("log points/yr", "growth of own trade intensity, smoothed over two years")
    pull: float = state("logit/bloc_pull", "pull of all outside blocs")
    leading_family: int = state("family", "power family that pulls hardest")
    leading_share: float = state("share", "that family's part of the outside pull")
    membership: Vector = state("share", "membership in each bloc", per="bloc")
    dependence: Vector = state("share", "economic and security dependence on each bloc", per="bloc")
    family_pull: Vector = state("logit/bloc_pull", "pull of each power family", per="family")
    trade: float = state("bn US$/yr", "trade with the other four")
    gains: float = state("bn US$/yr", "its part of the regional surplus before the cost of levers")
    resistance_raw: float = state("log points", "cost of raw goods on all its ties, by their part in its spending")
    resistance_processed: float = state("log points", "cost of processed goods on them, likewise")


def logistic(x: float) -> float:
    """1/(1+e^-x)."""
    return 1 / (1 + exp(-x))


@each(State)
def take_office(state: State) -> None:
    """The base year: leaders are engaged where the data say so."""
    state.leads = 1 if state.engaged else 0


@each(State)
def lead(state: State, p: Parameters, levers: Levers, luck: Luck) -> None:
    """Leaders turn away from the region and come back; a scenario may hold them or send them away. [assumed]"""
    if state.engaged:
        if happens(luck, state.key, TURN_AWAY, p.leadership_lost):
            state.engaged = False
    elif happens(luck, state.key, COME_BACK, p.leadership_back):
        state.engaged = True
    state.leads = 1 if state.engaged else 0
    if levers.leadership == HELD:
        state.leads = 1
    if levers.leadership == ABSENT:
        state.leads = 0


@each(State)
def attend(state: State, ties: list[Tie], blocs: list[Bloc], p: Parameters, levers: Levers) -> None:
    """Attention follows regional gains and trust, and is drawn away by the blocs a state belongs to. [aod2025]"""
    trust = 0.0
    growth = 0.0
    fund = 0.0
    trade = 0.0
    own_ties = 0
    for tie in ties:
        if tie.one == state.row or tie.other == state.row:
            own_ties += 1
            trust += tie.trust
            fund += fund_level(tie, p, levers)
            growth += tie.start_trade * tie.growth
            trade += tie.start_trade
    state.trust = trust / own_ties
    state.growth = growth / trade
    feel_pull(state, blocs, p, levers)
    state.attention = logistic(
        p.attention_base
        + p.attention_gain * state.growth
        + p.attention_trust * (state.trust - p.neutral_trust)
        + p.attention_fund * fund / own_ties
        - p.bloc_pull * state.pull * levers.outside_pressure
    )


def feel_pull(state: State, blocs: list[Bloc], p: Parameters, levers: Levers) -> None:
    """Outside pull: membership × dependence (against its mean) × activism, equal for each bloc by design."""
    for family in range(len(state.family_pull)):
        state.family_pull[family] = 0.0
    state.pull = 0.0
    for bloc in blocs:
        pull = (
            p.pull_each
            * state.membership[bloc.row]
            * (state.dependence[bloc.row] / p.mean_dependence)
            * bloc.activism
            * levers.bloc_activism[bloc.row]
        )
        state.pull += pull
        state.family_pull[bloc.family] += pull
    state.leading_share = 0.0
    if state.pull > 0:
        for family in range(len(state.family_pull)):
            if state.family_pull[family] / state.pull > state.leading_share:
                state.leading_share = state.family_pull[family] / state.pull
                state.leading_family = family


@each(State)
def compare_routes(state: State, ties: list[Tie], p: Parameters) -> None:
    """A tie that gets cheaper makes the state's others dearer in comparison: corridors compete. [BaierBergstrand2009]

    To first order, each tie by its part in the state's spending on tradable goods; half of a tie's turnover is bought.
    All else that the state buys, at home and outside the region, keeps its cost. [AndersonVanWincoop2003]
    """
    state.resistance_raw = 0.0
    state.resistance_processed = 0.0
    for tie in ties:
        if tie.one == state.row or tie.other == state.row:
            part = tie.start_trade / 2 / (p.tradable_spending * state.gdp)
            state.resistance_raw += part * log(tie.cost_raw / tie.start_cost_raw)
            state.resistance_processed += part * log(tie.cost_processed / tie.start_cost_processed)


@each(Region)
def moderate(region: Region, states: list[State], p: Parameters, levers: Levers) -> None:
    """Kazakhstan adds effort between the others: none, in economic matters only, or in summits too. [aod2025]"""
    region.moderation = 0.0
    region.summit_moderation = 0.0
    for one in states:
        if one.can_moderate and levers.moderator >= ECONOMIC:
            region.moderation = p.moderation * one.leads
            if levers.moderator > ECONOMIC:
                region.summit_moderation = p.moderation * one.leads
