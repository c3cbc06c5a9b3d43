"""The regional surplus: one yardstick, bn US$ a year, for every lever and every obstacle."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from abm.clock import Now
from abm.engine.rules import each
from abm.levers import Levers
from abm.parameters import Parameters
from abm.region import Region
from abm.states import State
from abm.ties import Tie, mean_cost

if TYPE_CHECKING:
    from abm.basins import Basin
    from abm.corridors import Corridor
    from abm.hub import Hub


def saving(tie: Tie) -> float:
    """Trade cost saved on a tie, all wedges and both goods: Σ V·ln(tau(0)/tau), bn US$/yr. [ArkolakisEtAl2012]"""
    raw = tie.trade_raw * log(tie.start_cost_raw / tie.cost_raw)
    return raw + tie.trade_processed * log(tie.start_cost_processed / tie.cost_processed)


def loss_at_shut_border(tie: Tie, p: Parameters) -> float:
    """The wedge of a shut border on what trade is left, bn US$/yr."""
    if tie.years_shut <= 0:
        return 0.0
    return (tie.trade_raw + tie.trade_processed) * log(1 + p.shut_wedge / mean_cost(tie))


@each(Region)
def account(
    region: Region,
    ties: list[Tie],
    hubs: list[Hub],
    now: Now,
    p: Parameters,
) -> None:
    """What integration brings: cost saved, hub, programmes, water and power, less shut borders and levers."""
    region.cost_saving = 0.0
    region.shut_loss = 0.0
    raw = 0.0
    processed = 0.0
    for tie in ties:
        region.cost_saving += saving(tie)
        region.shut_loss += loss_at_shut_border(tie, p)
        raw += tie.trade_raw
        if not tie.made_by_firms:
            processed += tie.trade_processed
    region.hub_value = 0.0
    agro_sales = 0.0
    for hub in hubs:
        region.hub_value += (p.value_added_share * hub.extra_sales - hub.rent) / 1000
        agro_sales += hub.agro_sales / 1000
    agro = agro_sales + processed * (1 - exp(-p.agro_trade * region.agro))
    metallurgy = raw * (1 - exp(-p.metallurgy_trade * region.metallurgy))
    region.programme_value = p.value_added_share * (agro + metallurgy)
    region.surplus = (
        region.cost_saving - region.shut_loss + region.hub_value + region.programme_value
        - region.water_loss + region.grid_value - region.lever_cost
    )  # fmt: skip


@each(Region)
def pay(
    region: Region,
    ties: list[Tie],
    hubs: list[Hub],
    corridors: list[Corridor],
    now: Now,
    p: Parameters,
    levers: Levers,
) -> None:
    """The cost of levers; outward corridors stand on an account of their own. [MODEL, assumed]"""
    money = (
        levers.abec_programme + levers.corridors_programme + levers.bukhara_programme + levers.energy + levers.agro
        + levers.education + levers.diplomas + levers.information + levers.culture + levers.technology
        + levers.joint_fund + levers.metallurgy + levers.settlement * p.settlement_cost
    )  # fmt: skip
    could_lose = 0.0
    lost_tariffs = 0.0
    for tie in ties:
        money += levers.reform[tie.row]
        if tie.copied_years > 0:
            money += p.replication_works + p.replication_reform * p.reform_money
        could_lose += tie.start_trade * (1 - tie.start_free_trade)
        lost_tariffs += tie.start_trade * max(0.0, tie.free_trade - tie.start_free_trade)
    if could_lose > 0:
        money += p.tariff_cost * lost_tariffs / could_lose
    for hub in hubs:
        if hub.open and hub.open_years <= p.hub_cost_years + now.dt / 2:
            money += p.hub_cost / p.hub_cost_years
    region.lever_cost = money / 1000
    region.outside_cost = 0.0
    region.outside_trade = 0.0
    for corridor in corridors:
        if corridor.market >= 0:
            region.outside_cost += corridor.programme
            gain = (1 + p.outward_gain * corridor.stock) ** p.trade_elasticity - 1
            region.outside_trade += p.outward_trade * gain


@each(Region)
def pile_up(region: Region, now: Now, p: Parameters, levers: Levers) -> None:
    """Stocks that regional programmes build, and that wear. [assumed]"""
    region.agro += now.dt * (levers.agro / p.agro_money - p.stock_fade * region.agro)
    region.metallurgy += now.dt * (levers.metallurgy / p.metallurgy_money - p.stock_fade * region.metallurgy)


@each(State)
def share_gains(state: State, ties: list[Tie], hubs: list[Hub], basins: list[Basin], p: Parameters) -> None:
    """A state's trade and its part of the surplus: half of each own tie and hub; water by the side of the river."""
    state.trade = 0.0
    state.gains = 0.0
    for tie in ties:
        if tie.one == state.row or tie.other == state.row:
            state.trade += tie.trade_raw + tie.trade_processed
            state.gains += (saving(tie) - loss_at_shut_border(tie, p)) / 2
    for hub in hubs:
        border = ties[hub.border]
        if border.one == state.row or border.other == state.row:
            state.gains += (p.value_added_share * hub.extra_sales - hub.rent) / 1000 / 2
    for basin in basins:
        if basin.upstream == state.row:
            state.gains += left_upstream(basin, p)
        if basin.lower == state.row or basin.lowest == state.row:
            state.gains += left_downstream(basin, p) / 2


def left_upstream(basin: Basin, p: Parameters) -> float:
    """What the year leaves upstream, bn US$/yr: compensation, less power forgone or lacking and scared capital."""
    return basin.payment - basin.power_loss - basin.dark_loss - p.scared_upstream * basin.capital_loss


def left_downstream(basin: Basin, p: Parameters) -> float:
    """What it leaves the two states downstream together, bn US$/yr."""
    return -basin.payment - basin.crop_loss - (1 - p.scared_upstream) * basin.capital_loss
