"""Every number of the model, told once: default, range, unit, role, source, meaning.

role: *fit* numbers are calibrated within their range; *pinned* ones come from the literature and are not fitted;
*assumed* ones are judgements, shown as such. Sources are keys of sources.toml. Sliders, priors, designs and docs read
the same line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from numbers import Real
from typing import Any

from abm.errors import BadInput, place, unknown

BEYOND = 4  # a run may leave the prior's range, up to four times either way; shares stay within 0-1


def number(
    default: float, low: float | None = None, high: float | None = None, *,
    unit: str, role: str, source: str, meaning: str, note: str = "", limits: tuple[float, float] | None = None,
    positive: bool = False,
) -> Any:  # fmt: skip
    """A parameter: `low` and `high` are its prior's range, both the default if it is not varied.

    limits: what a run accepts at most, where the rule of thumb of `Number.allowed` would let nonsense through;
    positive: something is divided by it, so it cannot be switched off with 0.
    """
    low, high = (default if low is None else low), (default if high is None else high)
    return field(default=float(default), metadata=dict(number=Number(
        "", float(default), float(low), float(high), unit, role, source, meaning, note, limits, positive)))  # fmt: skip


@dataclass(frozen=True)
class Number:
    """What is known of one parameter."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    role: str
    source: str
    meaning: str
    note: str
    limits: tuple[float, float] | None
    positive: bool

    @property
    def allowed(self) -> tuple[float, float]:
        """The span that a run accepts: wider than the prior, down to 0 where it can be switched off, to ask what if."""
        if self.limits:
            return self.limits
        ends = sorted((self.low / BEYOND, self.low * BEYOND, self.high / BEYOND, self.high * BEYOND))
        low = ends[0] if self.positive else min(0.0, ends[0])
        return (low if self.positive else 0.0, 1.0) if self.unit == "share" else (low, max(0.0, ends[-1]))


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """The numbers of one run; `Parameters()` is the default of each."""

    # Trade of a tie
    trade_elasticity: float = number(4.4, 3, 6, unit="1", role="fit", source="SimonovskaWaugh2014, HeadMayer2014, BoehmEtAl2023",
        meaning="long-run elasticity of trade to the cost factor (ties not made by firms); also run 2")  # fmt: skip
    trade_adjustment: float = number(0.48, 0.35, 0.6, unit="1/yr", role="pinned", source="BoehmEtAl2023",
        meaning="speed at which buyers respond to cost", note="year one .76 of about 2")  # fmt: skip
    freight_share: float = number(0.25, 0.05, 0.35, unit="AVE", role="fit", source="judgement, carec2022",
        meaning="transport cost in the cost factor of 2025", note="CAREC prices imply .01-.11")  # fmt: skip
    other_barriers: float = number(0.45, unit="AVE", role="pinned", source="judgement",
        meaning="all remaining border costs")  # fmt: skip
    trust_wedge: float = number(0.12, 0.05, 0.2, unit="AVE per unit trust", role="fit", source="GuisoSapienzaZingales2009",
        meaning="how distrust costs trade", note="sign only")  # fmt: skip
    shut_wedge: float = number(0.8, 0.5, 1.2, unit="AVE", role="fit", source="kgtjTrade",
        meaning="cost of a shut border", note="37 to 12 mn US$ 2020-23")  # fmt: skip
    reopen_speed: float = number(2, unit="1/yr", role="pinned", source="kgtjTrade",
        meaning="speed at which trade returns to a reopened border", note="value of 2025")  # fmt: skip
    tariff_wedge: float = number(0.02, unit="AVE", role="pinned", source="judgement",
        meaning="what a full free-trade agreement removes at H = S = 1", note="low tariffs already (EAEU; CIS)")  # fmt: skip
    settlement_wedge: float = number(0.005, unit="AVE", role="assumed", source="judgement",
        meaning="currency cost removed by common settlement")  # fmt: skip
    freight_weight_raw: float = number(1.15, unit="1", role="assumed", source="AlchianAllen1964",
        meaning="freight weight of raw goods")  # fmt: skip
    freight_weight_processed: float = number(0.85, unit="1", role="assumed", source="AlchianAllen1964",
        meaning="freight weight of processed goods")  # fmt: skip
    soft_wedge_raw: float = number(0.03, unit="AVE", role="assumed", source="HummelsSchaur2013, DjankovEtAl2010",
        meaning="procedures' cost on raw goods at S = 0")  # fmt: skip
    soft_wedge_processed: float = number(0.15, unit="AVE", role="assumed", source="HummelsSchaur2013, DjankovEtAl2010",
        meaning="procedures' cost on processed goods at S = 0")  # fmt: skip
    demand_trend: float = number(0.06, 0.035, 0.085, unit="1/yr", role="fit", source="tradeData",
        meaning="nominal growth of demand without policy", note="growth of trade 2022-24")  # fmt: skip
    tradable_spending: float = number(0.8, 0.5, 1.2, unit="of GDP", role="assumed", source="judgement",
        meaning="a state's spending on tradable goods, intermediates included: what a tie's part is measured by", positive=True)  # fmt: skip
    growth_window: float = number(2, unit="yr", role="assumed", source="judgement",
        meaning="growth of intensity is smoothed over this span", positive=True)  # fmt: skip

    # Works, reform, corridors
    works_cost: float = number(90, 60, 140, unit="mn US$", role="fit", source="judgement",
        meaning="money that closes the gap in hard infrastructure by 1-1/e", positive=True)  # fmt: skip
    hard_decay: float = number(0.02, unit="1/yr", role="assumed", source="judgement",
        meaning="wear toward the tie's 2025 level")  # fmt: skip
    reform_speed: float = number(1.3, 0.5, 1.5, unit="1/yr", role="fit", source="judgement",
        meaning="soft reform at full effort and memory")  # fmt: skip
    soft_decay: float = number(0.03, unit="1/yr", role="assumed", source="judgement",
        meaning="slip toward the tie's 2025 level")  # fmt: skip
    max_cut: float = number(0.24, 0.18, 0.28, unit="share", role="fit", source="abazov2026",
        meaning="cut of transport cost at H = S = 1", note="15-20 %")  # fmt: skip
    execution: float = number(0.85, 0.2, 1, unit="share", role="fit", source="orda2024",
        meaning="share of a programme that becomes works", note="two tenders without a bidder in 2024")  # fmt: skip
    own_works: float = number(4, unit="mn US$/yr per sqrt(bn US$)", role="assumed", source="judgement",
        meaning="states' own spending per unit of effort above 2025")  # fmt: skip
    bloc_capital: float = number(6, unit="mn US$/yr per sqrt(bn US$)", role="assumed", source="judgement",
        meaning="capital blocs bring at activism 1")  # fmt: skip
    rivalry: float = number(0.1, 0, 0.2, unit="share", role="fit", source="aod2025",
        meaning="works and reform lost to competition between corridors", note="part of the 40 %")  # fmt: skip
    works_leaders: float = number(0.6, unit="share", role="assumed", source="judgement",
        meaning="part of execution that hangs on leaders, in works")  # fmt: skip
    bloc_works_share: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="part of a change in bloc money that becomes works")  # fmt: skip
    hard_floor: float = number(0.01, unit="share", role="assumed", source="judgement",
        meaning="hard infrastructure never falls below")  # fmt: skip
    soft_floor: float = number(0.05, unit="share", role="assumed", source="judgement",
        meaning="soft infrastructure never falls below")  # fmt: skip
    reform_leaders: float = number(0.7, unit="share", role="assumed", source="judgement",
        meaning="part of reform that hangs on leaders")  # fmt: skip
    reform_without_memory: float = number(0.05, unit="share", role="assumed", source="judgement",
        meaning="reform that needs no institutional memory")  # fmt: skip
    reform_money: float = number(10, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="money of full reform effort on a tie", positive=True)  # fmt: skip
    technology_money: float = number(100, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="money that technology_speed refers to", positive=True)  # fmt: skip
    full_works: float = number(60, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="corridor money that builds the hub at full speed", positive=True)  # fmt: skip
    build_works: float = number(0.7, unit="share", role="assumed", source="judgement",
        meaning="part of the hub building speed that hangs on corridor works")  # fmt: skip
    build_hard: float = number(0.4, unit="share", role="assumed", source="judgement",
        meaning="hard infrastructure at which the hub is built at its plain speed", limits=(0.1, 1))  # fmt: skip
    outward_stock_money: float = number(2000, unit="mn US$", role="assumed", source="corridorCosts",
        meaning="money of a full outward corridor", note="part of 4.6-4.7 bn", positive=True)  # fmt: skip
    outward_fade: float = number(0.02, unit="1/yr", role="assumed", source="judgement",
        meaning="wear of outward corridors")  # fmt: skip
    outward_gain: float = number(0.1, unit="share", role="assumed", source="judgement",
        meaning="cost cut to the outside market at a full stock")  # fmt: skip
    outward_trade: float = number(5, unit="bn US$/yr", role="assumed", source="judgement",
        meaning="trade with an outside market that a corridor serves")  # fmt: skip
    outward_rivalry_money: float = number(100, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="outward money that doubles rivalry for the states it crosses", positive=True)  # fmt: skip

    # Firms and the hub
    demand_elasticity: float = number(4, 3.25, 5, unit="1", role="fit", source="Chaney2008",
        meaning="elasticity of substitution between firms (sigma)", note="trial: emergent elasticity 1.3 / 2.2 / 4.4 after 1 / 2 / 10 years", limits=(1.5, 20))  # fmt: skip
    discount: float = number(0.2, unit="1/yr", role="assumed", source="judgement",
        meaning="firms' required return", positive=True)  # fmt: skip
    export_sunk_cost: float = number(0.4, unit="mn US$", role="pinned", source="DasRobertsTybout2007",
        meaning="cost of starting to export (nominal; grows with demand_trend)")  # fmt: skip
    hub_entry_cost: float = number(0.55, 0.3, 0.8, unit="mn US$", role="fit", source="trend2024",
        meaning="cost of moving into the hub (nominal; grows with demand_trend)", note="budget of the Kordai complex")  # fmt: skip
    export_share: float = number(0.28, unit="share", role="assumed", source="RobertsTybout1997",
        meaning="pool firms exporting in 2025 (sets the running cost of exporting)", limits=(0.05, 0.95))  # fmt: skip
    review_rate: float = number(1, 0.5, 2, unit="1/yr", role="assumed", source="judgement",
        meaning="how often a firm reconsiders exporting; its own noise is fixed", positive=True)  # fmt: skip
    sunk_noise: float = number(0.25, unit="share", role="assumed", source="judgement",
        meaning="spread (logistic scale) of firms' sunk costs")  # fmt: skip
    learning: float = number(0.15, unit="share", role="assumed", source="judgement",
        meaning="gain of sales ability with full export experience")  # fmt: skip
    agglomeration: float = number(0.04, 0.02, 0.06, unit="elasticity", role="fit", source="GroverLallTimmis",
        meaning="sales gain from more tenants")  # fmt: skip
    hub_discount: float = number(0.1, 0.06, 0.14, unit="AVE x S", role="fit", source="judgement",
        meaning="border cost saved inside the hub")  # fmt: skip
    hub_places: float = number(40, 20, 80, unit="tenants", role="fit", source="caspianPost2025, ls2025",
        meaning="places when fully built", note="KZ-UZ centre: 1150 jobs per 100 ha; Kordai 50 ha")  # fmt: skip
    hub_build_speed: float = number(0.4, unit="1/yr", role="assumed", source="judgement",
        meaning="speed of building at full works and leadership")  # fmt: skip
    firm_exit: float = number(0.08, unit="1/yr", role="pinned", source="judgement",
        meaning="exit rate", note="literature gives 5-10 %", positive=True)  # fmt: skip
    pool: float = number(600, 300, 1200, unit="firms", role="fit", source="imKg2022",
        meaning="corridor-region firms able to export", note="558 medium firms in Bishkek and Chui", positive=True)  # fmt: skip
    venture_rate: float = number(0.25, unit="1/yr", role="assumed", source="judgement",
        meaning="rate of looking for a partner across the border", positive=True)  # fmt: skip
    ability_spread: float = number(0.8, unit="1", role="assumed", source="KondoLewisStella",
        meaning="standard deviation of log ability in the body", note="lognormal body with a Pareto tail")  # fmt: skip
    ability_tail: float = number(1.6, unit="1", role="assumed", source="KondoLewisStella",
        meaning="shape of the Pareto tail", note="lognormal body with a Pareto tail", positive=True)  # fmt: skip
    ability_tail_share: float = number(0.15, unit="share", role="assumed", source="judgement",
        meaning="firms in the Pareto tail", limits=(0.01, 0.9))  # fmt: skip
    ability_top: float = number(60, unit="1", role="assumed", source="judgement",
        meaning="ability is cut here, against the median", positive=True)  # fmt: skip
    incumbent_experience: float = number(0.85, unit="share", role="assumed", source="judgement",
        meaning="experience of the exporters of the base year")  # fmt: skip
    experience_gain: float = number(0.5, unit="1/yr", role="assumed", source="judgement",
        meaning="speed at which exporting teaches")  # fmt: skip
    experience_fade: float = number(0.2, unit="1/yr", role="assumed", source="judgement",
        meaning="speed at which experience fades")  # fmt: skip
    loss_patience: float = number(1, unit="yr", role="assumed", source="judgement",
        meaning="a firm bears losses this long")  # fmt: skip
    loss_limit: float = number(0.5, unit="of running cost", role="assumed", source="judgement",
        meaning="a loss above it ends exporting at once")  # fmt: skip
    entry_partner_discount: float = number(0.3, unit="share", role="assumed", source="judgement",
        meaning="off the cost of moving into the hub, with a partner")  # fmt: skip
    entry_fund_discount: float = number(0.25, unit="share", role="assumed", source="judgement",
        meaning="off the cost of moving into the hub, with a joint fund")  # fmt: skip
    agglomeration_tenants: float = number(10, unit="tenants", role="assumed", source="judgement",
        meaning="unit in which tenants are counted for agglomeration", positive=True)  # fmt: skip
    venture_base: float = number(-1, unit="logit", role="assumed", source="judgement",
        meaning="wish for a partner at neutral trust")  # fmt: skip
    venture_trust: float = number(4, unit="logit", role="assumed", source="judgement",
        meaning="how trust raises that wish")  # fmt: skip
    venture_fund: float = number(0.5, unit="logit", role="assumed", source="judgement",
        meaning="how a joint fund raises it")  # fmt: skip
    venture_diplomas: float = number(0.3, unit="logit", role="assumed", source="judgement",
        meaning="how recognised diplomas raise it")  # fmt: skip
    search_attempts: float = number(12, unit="firms", role="assumed", source="judgement",
        meaning="firms met in one search")  # fmt: skip
    supplier_loss: float = number(0.1, unit="share", role="assumed", source="judgement",
        meaning="output lost while a supplier is missing")  # fmt: skip
    supplier_gap: float = number(0.25, unit="yr", role="assumed", source="judgement",
        meaning="time to replace a lost supplier")  # fmt: skip
    supplier_buffer: float = number(0.05, unit="share", role="assumed", source="judgement",
        meaning="of a world slump that each local supplier takes off")  # fmt: skip
    labour_diplomas: float = number(0.1, unit="share", role="assumed", source="judgement",
        meaning="more hands where diplomas are recognised")  # fmt: skip
    micro_firm: float = number(10, unit="workers", role="assumed", source="judgement",
        meaning="fewer is a micro firm")  # fmt: skip
    small_firm: float = number(50, unit="workers", role="assumed", source="judgement",
        meaning="fewer is a small firm")  # fmt: skip
    medium_firm: float = number(250, unit="workers", role="assumed", source="judgement",
        meaning="fewer is a medium firm")  # fmt: skip

    # Value added and world demand
    value_added_share: float = number(0.35, unit="share", role="assumed", source="judgement",
        meaning="value added in processed sales")  # fmt: skip
    chain_buffer: float = number(0.4, 0.2, 0.6, unit="1", role="assumed", source="CaselliEtAl2020",
        meaning="how regional processing softens a world slump", note="the sign may reverse")  # fmt: skip
    raw_cyclicality: float = number(1.3, unit="1", role="assumed", source="judgement",
        meaning="raw goods' response to world demand")  # fmt: skip
    agro_money: float = number(400, unit="mn US$", role="assumed", source="judgement",
        meaning="money of a full agro-industrial stock", positive=True)  # fmt: skip
    metallurgy_money: float = number(400, unit="mn US$", role="assumed", source="judgement",
        meaning="money of a full metallurgy stock", positive=True)  # fmt: skip
    stock_fade: float = number(0.1, unit="1/yr", role="assumed", source="judgement",
        meaning="wear of those stocks")  # fmt: skip
    agro_ability: float = number(0.25, unit="share", role="assumed", source="judgement",
        meaning="rise of agri firms' sales ability at a full stock")  # fmt: skip
    agro_trade: float = number(0.0825, unit="log points", role="assumed", source="judgement",
        meaning="rise of other ties' processed trade at a full stock")  # fmt: skip
    metallurgy_trade: float = number(0.02, unit="log points", role="assumed", source="judgement",
        meaning="rise of raw trade at a full stock")  # fmt: skip

    # Disputes, water and energy
    dispute_rate: float = number(0.12, 0.05, 0.2, unit="1/yr", role="fit", source="judgement",
        meaning="disputes on a river tie at trust .5 without shortage", note="history of disputes")  # fmt: skip
    dispute_off_river: float = number(0.25, unit="share", role="assumed", source="judgement",
        meaning="rate on ties off the rivers")  # fmt: skip
    closure_chance: float = number(0.3, unit="share", role="assumed", source="judgement",
        meaning="disputes that shut the border (6-12 months)", note="closures of 2017, 2019, 2021, 2023")  # fmt: skip
    compensation_pull: float = number(1.2, 0.6, 3, unit="logit", role="fit", source="TeasleyMcKinney2011, protocols2025",
        meaning="weight of a full offer in the upstream choice")  # fmt: skip
    irrigation_value: float = number(70, 35, 110, unit="mn US$/km3", role="fit", source="worldBank2004",
        meaning="crops lost per km3 short in summer", note="times 1.6; unverified")  # fmt: skip
    winter_power_value: float = number(35, 20, 50, unit="mn US$/TWh", role="fit", source="worldBank2004",
        meaning="value of winter power forgone or imported", note="times 1.6; unverified")  # fmt: skip
    water_elasticity: float = number(0.48, 0.25, 0.8, unit="1", role="assumed", source="ScheierlingEtAl2006",
        meaning="price elasticity of demand for irrigation water at no shortage", note="mean of a meta-analysis; the range is judgement", positive=True)  # fmt: skip
    dark_power_value: float = number(75, 50, 150, unit="mn US$/TWh", role="assumed", source="FieldsEtAl2013",
        meaning="value of winter power that upstream lacks when the reservoir runs dry", note="over 200 mn US$/yr for 2.7 TWh; the range is judgement")  # fmt: skip
    power_per_water: float = number(0.85, unit="TWh/km3", role="assumed", source="judgement",
        meaning="cascade output per km3 released", note="Toktogul cascade")  # fmt: skip
    capital_scared: float = number(1000, 0, 3500, unit="mn US$/yr", role="fit", source="adelphiCarec2017",
        meaning="investment and output lost region-wide under lasting non-cooperation", note="all costs above 4.5 bn US$/yr")  # fmt: skip
    grid_value: float = number(400, 150, 800, unit="mn US$/yr", role="fit", source="judgement",
        meaning="gain from a fully joined grid in cooperative years", note="CASA-1000")  # fmt: skip
    dispute_shortage: float = number(4, unit="1", role="assumed", source="judgement",
        meaning="how water shortage raises disputes")  # fmt: skip
    dispute_trust: float = number(3, unit="1", role="assumed", source="judgement",
        meaning="how trust lowers disputes (log points per unit)")  # fmt: skip
    dispute_memory: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="of disputes and of their damage that full memory prevents")  # fmt: skip
    dispute_soft: float = number(0.08, unit="share", role="assumed", source="judgement",
        meaning="soft infrastructure lost in a dispute")  # fmt: skip
    closure_shortest: float = number(0.5, unit="yr", role="assumed", source="judgement",
        meaning="shortest closure of a border")  # fmt: skip
    closure_longest: float = number(1, unit="yr", role="assumed", source="judgement",
        meaning="longest closure of a border")  # fmt: skip
    cooperation_base: float = number(-0.6, unit="logit", role="assumed", source="judgement",
        meaning="upstream cooperation at neutral trust and storage")  # fmt: skip
    cooperation_trust: float = number(4, unit="logit", role="assumed", source="judgement",
        meaning="how trust raises it")  # fmt: skip
    cooperation_storage: float = number(2, unit="logit", role="assumed", source="judgement",
        meaning="how storage raises it")  # fmt: skip
    cooperation_memory: float = number(0.8, unit="logit", role="assumed", source="judgement",
        meaning="how memory raises it")  # fmt: skip
    neutral_storage: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="storage that speaks neither for nor against")  # fmt: skip
    offer_attention: float = number(0.35, unit="share", role="assumed", source="judgement",
        meaning="attention above which downstream offers compensation")  # fmt: skip
    full_offer_money: float = number(60, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="energy money that makes a full offer", positive=True)  # fmt: skip
    compensation_cover: float = number(1.15, unit="of the loss", role="assumed", source="judgement",
        meaning="compensation against upstream's loss")  # fmt: skip
    inflow_spread: float = number(0.18, unit="1", role="assumed", source="judgement",
        meaning="standard deviation of log inflow from year to year")  # fmt: skip
    inflow_persistence: float = number(0.4, unit="1/yr", role="assumed", source="judgement",
        meaning="memory of inflow from year to year", limits=(0, 0.99))  # fmt: skip
    summer_inflow: float = number(0.73, unit="share", role="assumed", source="caWaterInfo",
        meaning="of inflow that comes from April to September", note="8.92 of 12.3 km3 in 1992")  # fmt: skip
    scared_start: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="capital scared at the start, of what lasting non-cooperation would scare")  # fmt: skip
    scared_speed: float = number(1 / 3, unit="1/yr", role="assumed", source="judgement",
        meaning="speed at which capital is scared away or comes back")  # fmt: skip
    scared_by_dispute: float = number(0.1, unit="share", role="assumed", source="judgement",
        meaning="capital that a dispute scares at once")  # fmt: skip
    scared_upstream: float = number(1 / 3, unit="share", role="assumed", source="judgement",
        meaning="part of scared capital that upstream bears, in the states' gains")  # fmt: skip
    grid_money: float = number(600, unit="mn US$", role="assumed", source="judgement",
        meaning="money of a fully joined grid", positive=True)  # fmt: skip
    grid_fade: float = number(0.02, unit="1/yr", role="assumed", source="judgement",
        meaning="wear of the joined grid")  # fmt: skip

    # Attention and blocs
    attention_base: float = number(1.3, 1, 1.6, unit="logit", role="fit", source="judgement",
        meaning="pull of the region at neutral trust (u0)", note="set so that mean attention is near .55 in 2025")  # fmt: skip
    attention_gain: float = number(1, 0.5, 2, unit="logit", role="fit", source="judgement",
        meaning="response to regional gains over two years")  # fmt: skip
    attention_trust: float = number(2, 1, 4, unit="logit", role="fit", source="judgement",
        meaning="response to trust")  # fmt: skip
    bloc_pull: float = number(1.2, 0.6, 1.8, unit="logit", role="fit", source="judgement",
        meaning="weight of all outside pull (kappa)")  # fmt: skip
    pull_each: float = number(0.17, unit="1", role="assumed", source="judgement",
        meaning="equal pull of each bloc", note="equal by design")  # fmt: skip
    bloc_standards: float = number(0.02, 0, 0.04, unit="1/yr", role="fit", source="judgement",
        meaning="rise of S between two members of EAEU or EU per unit of (G x bloc_rules - 1)")  # fmt: skip
    bloc_stability: float = number(0.1, 0, 0.2, unit="share", role="fit", source="judgement",
        meaning="disputes prevented by common membership in CSTO or SCO")  # fmt: skip
    bloc_obligations: float = number(0.1, 0, 0.2, unit="share", role="fit", source="judgement",
        meaning="agreements and reform slowed between a member and a non-member of EAEU or CSTO")  # fmt: skip
    geopolitics_rate: float = number(0.05, 0.02, 0.1, unit="1/yr", role="assumed", source="judgement",
        meaning="jumps of a bloc's activism (+1.2 in 60 %; -.5 else)")  # fmt: skip
    attention_fund: float = number(0.15, unit="logit", role="assumed", source="judgement",
        meaning="how a joint fund raises attention")  # fmt: skip
    mean_dependence: float = number(0.121, unit="share", role="assumed", source="judgement",
        meaning="mean dependence on a bloc, by which it is divided", limits=(0.03, 0.5))  # fmt: skip
    activism_return: float = number(0.24, unit="1/yr", role="assumed", source="judgement",
        meaning="activism returns to 1 (.02 a month)")  # fmt: skip
    activism_jump_up: float = number(1.2, unit="1", role="assumed", source="judgement",
        meaning="jump of activism upward")  # fmt: skip
    activism_jump_down: float = number(0.5, unit="1", role="assumed", source="judgement",
        meaning="jump of activism downward")  # fmt: skip
    activism_up_share: float = number(0.6, unit="share", role="assumed", source="judgement",
        meaning="jumps that go upward")  # fmt: skip

    # Trust, meetings, agreements, people
    trust_decay: float = number(0.3, 0.15, 0.5, unit="1/yr", role="fit", source="Nitsch2007",
        meaning="trust slips toward T0 - .06", note="short-lived visits")  # fmt: skip
    memory_keeps: float = number(0.6, 0.4, 0.9, unit="share", role="fit", source="judgement",
        meaning="how memory slows the slip")  # fmt: skip
    summit_trust: float = number(0.03, unit="share", role="assumed", source="judgement",
        meaning="gain of a summit")  # fmt: skip
    summit_memory: float = number(0.05, unit="share", role="assumed", source="judgement",
        meaning="memory gained by a summit within a year of the last")  # fmt: skip
    memory_half_life: float = number(15, unit="yr", role="assumed", source="judgement",
        meaning="institutions fade", positive=True)  # fmt: skip
    dispute_damage: float = number(0.3, 0.15, 0.45, unit="share", role="fit", source="judgement",
        meaning="trust lost in a dispute")  # fmt: skip
    agreement_rate: float = number(0.15, 0.05, 0.4, unit="1/yr", role="fit", source="judgement",
        meaning="hazard of an agreement: x effort x (.2 + T) x M")  # fmt: skip
    moderation: float = number(0.3, unit="1/yr", role="assumed", source="judgement",
        meaning="summits and agreements added by Kazakhstan")  # fmt: skip
    leadership_lost: float = number(0.08, 0.02, 0.2, unit="1/yr", role="fit", source="judgement",
        meaning="rate at which leaders turn away")  # fmt: skip
    leadership_back: float = number(0.15, unit="1/yr", role="assumed", source="judgement",
        meaning="rate of return")  # fmt: skip
    education_speed: float = number(0.02, 0.01, 0.04, unit="1/yr", role="fit", source="Murat2018",
        meaning="ties built by programmes at 20 mn US$/yr")  # fmt: skip
    diploma_effect: float = number(0.7, 0.3, 1, unit="of education", role="fit", source="aod2025",
        meaning="recognition's effect against education's")  # fmt: skip
    information_effect: float = number(0.4, 0.1, 0.8, unit="of education", role="fit", source="aod2025",
        meaning="information space's effect (and disputes do .4 less damage)")  # fmt: skip
    culture_effect: float = number(0.3, 0.1, 0.6, unit="of education", role="assumed", source="aod2025",
        meaning="culture and youth programmes")  # fmt: skip
    technology_speed: float = number(0.09, unit="1/yr per 100 mn US$/yr", role="assumed", source="judgement",
        meaning="digital customs raise S, at full effort and execution from S = 0")  # fmt: skip
    neutral_trust: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="trust that neither helps nor hurts")  # fmt: skip
    trust_floor_gap: float = number(0.06, unit="share", role="assumed", source="judgement",
        meaning="trust slips toward its start less this")  # fmt: skip
    trade_trust: float = number(0.1, unit="1", role="assumed", source="judgement",
        meaning="how growth of intensity raises trust")  # fmt: skip
    education_trust: float = number(0.08, unit="1/yr", role="assumed", source="judgement",
        meaning="how people's ties raise trust")  # fmt: skip
    education_fade: float = number(0.02, unit="1/yr", role="assumed", source="judgement",
        meaning="people's ties fade")  # fmt: skip
    full_programme: float = number(20, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="money of one full dose of a regional programme", positive=True)  # fmt: skip
    information_shield: float = number(0.4, unit="share", role="assumed", source="judgement",
        meaning="of a dispute's damage that an information space takes off")  # fmt: skip
    summit_base: float = number(0.5, unit="1/yr", role="assumed", source="judgement",
        meaning="summits at full effort without leaders")  # fmt: skip
    summit_leaders: float = number(1.5, unit="1/yr", role="assumed", source="judgement",
        meaning="summits that engaged leaders add")  # fmt: skip
    summit_window: float = number(1, unit="yr", role="assumed", source="judgement",
        meaning="summits closer than this build memory")  # fmt: skip
    episodic_share: float = number(1 / 3, unit="share", role="assumed", source="judgement",
        meaning="summits under episodic diplomacy")  # fmt: skip
    agreement_without_trust: float = number(0.2, unit="share", role="assumed", source="judgement",
        meaning="agreements that need no trust")  # fmt: skip
    agreement_years: float = number(3, unit="yr", role="assumed", source="judgement",
        meaning="a free-trade agreement comes into force over this span", positive=True)  # fmt: skip

    # Copies, world shocks, home market
    replication: float = number(0.027, 0, 0.06, unit="1/yr", role="fit", source="abazov2026",
        meaning="a working corridor is copied on another tie (x effort/.5 x (1 + cut/.175); then 14 mn US$/yr for 6 years)", note="scalability; seen")  # fmt: skip
    world_persistence: float = number(0.97, unit="per month", role="assumed", source="judgement",
        meaning="world demand shock", limits=(0, 0.999))  # fmt: skip
    world_volatility: float = number(0.012, 0.008, 0.016, unit="1", role="assumed", source="judgement",
        meaning="world demand shock")  # fmt: skip
    inspection_rate: float = number(0.15, unit="1/yr", role="assumed", source="judgement",
        meaning="sudden inspections: a month of queues on KZ-KG", note="inspections of 2017, 2019, 2023, 2026")  # fmt: skip
    home_sales: float = number(0.5, 0.2, 1, unit="mn US$/yr per unit ability", role="assumed", source="judgement",
        meaning="sales at home of a firm", positive=True)  # fmt: skip
    home_cyclicality: float = number(0.4, 0.2, 0.8, unit="1", role="assumed", source="factbook2026, FernandezEtAl2017",
        meaning="home demand's response to world demand", note="exports .30-.32 of GDP times raw_cyclicality; range: judgement")  # fmt: skip
    labour_share: float = number(0.02, 0.01, 0.05, unit="share of corridor population", role="assumed", source="judgement",
        meaning="people the pool's firms can hire", positive=True)  # fmt: skip
    replication_effort: float = number(0.5, unit="share", role="assumed", source="judgement",
        meaning="effort that replication refers to", limits=(0.1, 1))  # fmt: skip
    replication_cut: float = number(0.175, unit="share", role="assumed", source="abazov2026",
        meaning="cost cut that replication refers to", note="middle of 15-20 %", limits=(0.04, 0.7))  # fmt: skip
    replication_works: float = number(14, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="works of a copied corridor")  # fmt: skip
    replication_years: float = number(6, unit="yr", role="assumed", source="judgement",
        meaning="a copied corridor is funded this long")  # fmt: skip
    replication_reform: float = number(0.6, unit="share", role="assumed", source="judgement",
        meaning="reform effort of a copied corridor")  # fmt: skip
    settlement_cost: float = number(20, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="cost of common settlement in full")  # fmt: skip
    tariff_cost: float = number(20, unit="mn US$/yr", role="assumed", source="judgement",
        meaning="tariffs lost when all ties trade freely")  # fmt: skip
    hub_cost: float = number(68, unit="mn US$", role="assumed", source="trend2024",
        meaning="cost of building the hub", note="68.1 mn US$ expected")  # fmt: skip
    hub_cost_years: float = number(4, unit="yr", role="assumed", source="judgement",
        meaning="over which that cost is spread", positive=True)  # fmt: skip

    def __post_init__(self) -> None:
        """Refuse what is no number or lies outside what a run accepts. Raises BadInput."""
        for name, known in describe().items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real):
                raise BadInput(f"parameter '{name}' must be a number in {known.unit}, not {value!r}")
            low, high = known.allowed
            if not low <= float(value) <= high:
                raise BadInput(
                    f"parameter '{name}' = {value:g} is outside {low:g} to {high:g} {known.unit} "
                    f"(prior {known.low:g} to {known.high:g})"
                )

    def changed(self, values: Mapping[str, Any], where: str = "") -> Parameters:
        """The same numbers with some changed; names and spans are checked.

        Raises:
            BadInput: an unknown name, not a number, or outside the allowed span.
        """
        for name in values:
            if name not in describe():
                raise unknown("parameter", name, describe(), where)
        try:
            return replace(self, **values)
        except BadInput as problem:
            raise BadInput(f"{place(where)}{problem}") from None


@cache
def describe() -> dict[str, Number]:
    """What is known of every parameter, by name, in the order of this file."""
    return {f.name: replace(f.metadata["number"], name=f.name) for f in fields(Parameters)}
