"""Every lever, told once: what it moves, unit, range, default, cost, and what it is for.

A scenario is dated changes of these. A *level* holds from its date on; a *pulse* acts in the month it is dated; a
*date* lever is a date itself; a *choice* is one of its words. Levers with `per` exist once for each tie, bloc or market,
as `reform_KZ-KG`, and `reform_all` sets them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

Vector = list[float]

NO_DIPLOMACY, EPISODIC, SUSTAINED = 0, 1, 2
MODERATOR_OFF, ECONOMIC, FULL = 0, 1, 2
AUTO, HELD, ABSENT = 0, 1, 2
TODAY = -1.0  # a level that leaves what is agreed today


@dataclass(frozen=True)
class Lever:
    """What is known of one lever. `cost`: mn US$/yr, in words; `for_`: figures and questions that it answers."""

    name: str
    unit: str
    low: float
    high: float
    default: float
    changes: str
    cost: str
    for_: str
    per: str
    form: str
    words: tuple[str, ...]
    group: str


def lever(
    unit: str, low: float, high: float, default: float, changes: str, *, cost: str, for_: str,
    per: str = "", form: str = "level", words: tuple[str, ...] = (), group: str = "policy",
) -> Any:  # fmt: skip
    """A lever; see `Lever`."""
    return field(default=default, metadata=dict(lever=Lever(
        "", unit, low, high, default, changes, cost, for_, per, form, words, group)))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Levers:
    """The levers as a rule sees them in one month."""

    abec_programme: float = lever("mn US$/yr", 0, 120, 0,
        "works on KZ-KG, the Almaty-Bishkek Economic Corridor", cost="1 per unit", for_="avenue_corridors; adb_support")  # fmt: skip
    abec_funder_share: float = lever("share", 0, 1, .5,
        "who pays the ABEC programme (accounts only)", cost="0", for_="adb_support")  # fmt: skip
    corridors_programme: float = lever("mn US$/yr", 0, 60, 0,
        "70 % works on KZ-UZ, 30 % half each on KG-UZ and TJ-UZ; reform .3 and .15 there per 20 mn",
        cost="1 per unit", for_="avenue_corridors; replication")  # fmt: skip
    bukhara_programme: float = lever("mn US$/yr", 0, 60, 0,
        "works on TM-UZ (Bukhara-Turkmenabat); reform separately",
        cost="1 per unit", for_="fta_alone on a tie without agreement")  # fmt: skip
    outward_programme: Vector = lever("mn US$/yr", 0, 300, 0,
        "an outward corridor: its stock lowers the cost to that outside market; on an account apart",
        cost="1 per unit, outside the regional surplus", for_="replication", per="market")  # fmt: skip
    reform: Vector = lever("mn US$/yr", 0, 10, 0,
        "reform of procedures on a tie: 10 is full effort",
        cost="1 per unit", for_="soft_as_critical; obstacle_institutions", per="tie")  # fmt: skip
    hub_open: float = lever("date", 0, 1, 0,
        "the border hub takes tenants from then on", cost="68 mn US$ over 4 years",
        for_="hub_site; jobs", form="date")  # fmt: skip
    energy: float = lever("mn US$/yr", 0, 120, 0,
        "half to the offer of compensation for water, half to the joint grid",
        cost="1 per unit", for_="avenue_energy; obstacle_water_energy")  # fmt: skip
    agro: float = lever("mn US$/yr", 0, 60, 0,
        "agro-industrial partnerships: agri firms' ability, other ties' processed trade",
        cost="1 per unit", for_="avenue_agro")  # fmt: skip
    education: float = lever("mn US$/yr", 0, 40, 0,
        "joint education and exchanges: ties between people grow over years",
        cost="1 per unit", for_="avenue_education; education_ties")  # fmt: skip
    diplomas: float = lever("mn US$/yr", 0, 40, 0,
        "recognition of diplomas: ties between people, joint ventures, more hands",
        cost="1 per unit", for_="diploma_recognition")  # fmt: skip
    information: float = lever("mn US$/yr", 0, 40, 0,
        "common information space: ties between people, less damage from disputes",
        cost="1 per unit", for_="information_space")  # fmt: skip
    culture: float = lever("mn US$/yr", 0, 40, 0,
        "cultural calendar, festivals, youth leadership: ties between people",
        cost="1 per unit", for_="culture_youth")  # fmt: skip
    free_trade: Vector = lever("share", 0, 1, TODAY,
        "a free-trade agreement rises to this level over three years; \"today\" is what is agreed",
        cost="20 mn US$/yr for all ties at 1 (lost tariffs)", for_="avenue_trade", per="tie")  # fmt: skip
    technology: float = lever("mn US$/yr", 0, 60, 0,
        "digital customs: soft infrastructure of all ties", cost="1 per unit", for_="avenue_technology")  # fmt: skip
    settlement: float = lever("share", 0, 1, 0,
        "common settlement: removes the currency cost in proportion",
        cost="20 mn US$/yr at 1", for_="avenue_settlement")  # fmt: skip
    joint_fund: float = lever("mn US$/yr", 0, 40, 0,
        "joint investment fund: works on all ties, cheaper entry into the hub, attention",
        cost="1 per unit", for_="avenue_funds")  # fmt: skip
    metallurgy: float = lever("mn US$/yr", 0, 60, 0,
        "joint metallurgy: raw trade", cost="1 per unit", for_="avenue_metallurgy")  # fmt: skip
    diplomacy: int = lever("word", 0, 2, SUSTAINED,
        "summits: none; episodic (a third, none within a year of the last); sustained",
        cost="0", for_="sustained_leadership", form="choice", words=("none", "episodic", "sustained"))  # fmt: skip
    moderator: int = lever("word", 0, 2, FULL,
        "Kazakhstan between the others: off; economic (agreements and corridor effort); full (summits too)",
        cost="0", for_="kz_moderator", form="choice", words=("off", "economic", "full"))  # fmt: skip
    leadership: int = lever("word", 0, 2, AUTO,
        "leaders' engagement: auto (comes and goes), held, absent",
        cost="0", for_="aligned_programme", form="choice", words=("auto", "held", "absent"), group="world")  # fmt: skip
    bloc_activism: Vector = lever("factor", 0, 3, 1,
        "a bloc's pull on attention", cost="0", for_="bloc_*; platforms_*", per="bloc", group="world")  # fmt: skip
    bloc_capital: Vector = lever("factor", 0, 3, 1,
        "the money that a bloc brings", cost="0", for_="platforms_*", per="bloc", group="world")  # fmt: skip
    bloc_rules: Vector = lever("factor", 0, 3, 1,
        "a bloc's standards, stability and obligations",
        cost="0", for_="platforms_*", per="bloc", group="world")  # fmt: skip
    drought: float = lever("share", 0, .6, 0,
        "cuts the inflow of both rivers", cost="0", for_="world", group="world")  # fmt: skip
    world_demand: float = lever("log points a month", -.1, .1, 0,
        "added to world demand each month", cost="0", for_="world; resilience", group="world")  # fmt: skip
    dispute_pressure: float = lever("factor", 0, 2, 1,
        "hazard of disputes and chance that upstream does not cooperate",
        cost="0", for_="obstacle_water_energy", group="world")  # fmt: skip
    outside_pressure: float = lever("factor", 0, 2, 1,
        "pull of all blocs, and rivalry of corridors", cost="0", for_="obstacle_external", group="world")  # fmt: skip
    institution_hurdle: float = lever("factor", .25, 2, 1,
        "divides the growth of memory, agreements and reform",
        cost="0", for_="obstacle_institutions", group="world")  # fmt: skip
    inspection: float = lever("months", 0, 12, 0,
        "queues at the hub's border from a date", cost="0", for_="world", form="pulse", group="world")  # fmt: skip
    border_shut: Vector = lever("months", 0, 60, 0,
        "a border shut from a date", cost="0", for_="world; kgtj_closure", per="tie", form="pulse", group="world")  # fmt: skip
    execution_factor: float = lever("factor", 0, 1, 1,
        "multiplies execution of programmes", cost="0", for_="aligned_programme", group="world")  # fmt: skip
    sunk_cost_factor: float = lever("factor", .5, 3, 1,
        "multiplies the cost of starting to export", cost="0", for_="world", group="world")  # fmt: skip
    freight_cut: float = lever("share", 0, .5, 0,
        "cuts freight on all ties", cost="0", for_="world", group="world")  # fmt: skip
    regional_shock: float = lever("share", 0, 1, 0,
        "chance a month that a tenant's supplier is disrupted", cost="0", for_="world; resilience", group="world")  # fmt: skip
    summit: Vector = lever("date", 0, 1, 0,
        "one summit on a tie", cost="0", for_="world", per="tie", form="date pulse")  # fmt: skip


@cache
def describe() -> dict[str, Lever]:
    """What is known of every lever, by name, in the order of this file."""
    return {f.name: replace(f.metadata["lever"], name=f.name) for f in fields(Levers)}
