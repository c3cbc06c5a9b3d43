"""The month: what happens, in this order. This list *is* the model; edit it from a file of your own.

cautious = MONTH.replace(firms.review, my_review).without(shocks.inspect)
"""

from __future__ import annotations

from abm import basins, blocs, corridors, firms, hub, shocks, states, surplus, ties
from abm.engine.rules import Month
from abm.measures import MEASURES

START = (
    ties.set_out,
    basins.fill,
    states.take_office,
    states.attend,
    ties.set_reference,
    firms.found,
    firms.set_market,
    hub.clear_books,
    (firms.size_up, firms.count),
)

RULES = (
    # shocks
    shocks.strike,
    blocs.stir,
    states.lead,
    ties.reopen,
    shocks.inspect,
    # water
    basins.flow,
    basins.decide,
    basins.release,
    basins.count_losses,
    basins.join_grids,
    # attention
    states.attend,
    states.moderate,
    ties.join_efforts,
    # summits and agreements
    ties.meet,
    ties.agree,
    # disputes, trust and memory
    ties.quarrel,
    ties.remember,
    # works and reform
    corridors.fund,
    ties.copy_corridor,
    ties.build,
    ties.reform,
    surplus.pile_up,
    # trade costs
    ties.price,
    states.compare_routes,
    ties.respond,
    # firms
    hub.construct,
    hub.quote,
    firms.review,
    hub.admit,
    hub.clear_books,
    (firms.pair, firms.supply, firms.fail, firms.sell, firms.count),
    hub.deliver,
    # trade of every tie, and the accounts
    ties.trade,
    surplus.pay,
    surplus.account,
    surplus.share_gains,
)

MONTH = Month(START, RULES, MEASURES)
