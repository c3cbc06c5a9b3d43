"""Every output: name, unit, one line of formula. Each is recorded each month for each agent of its kind."""

from __future__ import annotations

from abm.basins import Basin
from abm.blocs import Bloc
from abm.corridors import Corridor
from abm.engine.rules import Measure
from abm.hub import Hub
from abm.region import Region
from abm.states import State
from abm.ties import Tie

CATEGORY = "family"  # a unit that is a name, not a quantity: it has no mean and no difference

MEASURES = (
    # ties
    Measure("trade", Tie, "bn US$/yr", "tie.trade_raw + tie.trade_processed", "trade of the month, at a yearly rate", True),
    Measure("trade_raw", Tie, "bn US$/yr", "tie.trade_raw", "its raw part", True),
    Measure("intensity", Tie, "log points", "tie.intensity", "trade against the base year, less demand and world shocks", True),
    Measure("cost_raw", Tie, "1", "tie.cost_raw", "cost factor of raw goods; 1 would be free"),
    Measure("cost_processed", Tie, "1", "tie.cost_processed", "cost factor of processed goods"),
    Measure("cut", Tie, "share", "tie.cut", "cut of transport cost against the base year", True),
    Measure("trust", Tie, "share", "tie.trust", "trust", True),
    Measure("memory", Tie, "share", "tie.memory", "institutional memory", True),
    Measure("hard", Tie, "share", "tie.hard", "hard infrastructure"),
    Measure("soft", Tie, "share", "tie.soft", "soft infrastructure"),
    Measure("education", Tie, "share", "tie.education", "stock of ties between people"),
    Measure("free_trade", Tie, "share", "tie.free_trade", "free-trade level in force"),
    Measure("shut", Tie, "0 or 1", "1.0 if tie.years_shut > 0 else 0.0", "the border is shut"),
    Measure("disputes", Tie, "disputes", "tie.disputes", "disputes this month", True),
    # states
    Measure("attention", State, "share", "state.attention", "policy attention given to the region", True),
    Measure("state_trade", State, "bn US$/yr", "state.trade", "trade with the other four"),
    Measure("openness", State, "share", "state.trade / state.gdp", "regional trade against GDP of the base year"),
    Measure("gains", State, "bn US$/yr", "state.gains", "its part of the surplus before the cost of levers"),
    Measure("leading_family", State, CATEGORY, "state.leading_family", "power family that pulls hardest", True),
    Measure("leading_share", State, "share", "state.leading_share", "that family's part of the outside pull", True),
    # blocs and corridors
    Measure("activism", Bloc, "1", "bloc.activism", "how hard the bloc courts the region; 1 in 2025"),
    Measure("programme", Corridor, "mn US$/yr", "corridor.programme", "programme money"),
    Measure("works", Corridor, "mn US$", "corridor.works", "works done so far"),
    # hub and firms
    Measure("places", Hub, "tenants", "hub.places", "places ready for tenants", True),
    Measure("tenants", Hub, "tenants", "hub.tenants", "firms in the hub", True),
    Measure("hub_jobs", Hub, "jobs", "hub.hub_jobs", "jobs of tenants", True),
    Measure("jobs", Hub, "jobs", "hub.jobs_by_side[0] + hub.jobs_by_side[1]", "jobs of all firms of the pool", True),
    Measure("jobs_by_side", Hub, "jobs", "hub.jobs_by_side[i]", "of them on each side of the border", per="jobs_by_side"),
    Measure("jobs_by_sector", Hub, "jobs", "hub.jobs_by_sector[i]", "of them in each sector", per="jobs_by_sector"),
    Measure("exporters", Hub, "firms", "hub.exporters", "firms that export", True),
    Measure("ventures", Hub, "ventures", "hub.ventures", "pairs of firms across the border"),
    Measure("suppliers", Hub, "links", "hub.suppliers", "supply links between tenants"),
    Measure("exports", Hub, "mn US$/yr", "hub.exports", "sales over the border"),
    Measure("revenue", Hub, "mn US$/yr", "hub.revenue", "all sales of the pool: output of the corridor region", True),
    Measure("small_exports", Hub, "mn US$/yr", "hub.small_exports[i]", "exports of firms small in 2025, by side", True, "small_exports"),
    Measure("firms_by_size", Hub, "firms", "hub.firms_by_size[i]", "under 10, 10-49, 50-249, 250 and more workers", per="firms_by_size"),
    # basins
    Measure("storage", Basin, "km3", "basin.storage", "live storage", True),
    Measure("inflow", Basin, "km3", "basin.inflow", "inflow this month"),
    Measure("release", Basin, "km3", "basin.release", "release this month"),
    Measure("shortage", Basin, "share", "basin.shortage", "of the summer need, unmet this month", True),
    Measure("cooperating", Basin, "0 or 1", "1.0 if basin.cooperating else 0.0", "releases follow downstream's need", True),
    Measure("scared", Basin, "share", "basin.scared", "capital scared away, of what could be"),
    Measure("payment", Basin, "bn US$/yr", "basin.payment", "compensation paid to upstream"),
    Measure("upstream_gain", Basin, "bn US$/yr", "basin.payment - basin.power_loss - basin.dark_loss", "compensation less winter power forgone or lacking"),
    Measure("downstream_gain", Basin, "bn US$/yr", "-basin.payment - basin.crop_loss", "minus compensation and crops lost"),
    # the region
    Measure("regional_trade", Region, "bn US$/yr", "sum(tie.trade_raw + tie.trade_processed)", "trade of all ties", True),
    Measure("processed_share", Region, "share", "sum(tie.trade_processed) / sum(tie.trade_raw + tie.trade_processed)", "processed part of it", True),
    Measure("integration", Region, "0-100", "100 * sum(tie.start_trade * (tie.trust + tie.memory + (tie.hard * tie.soft) ** 0.5 + tie.free_trade) / 4) / sum(tie.start_trade)",
            "integration index: trade-weighted mean of trust, memory, infrastructure (geometric mean of hard and soft) and free trade", True),
    Measure("mean_attention", Region, "share", "sum(state.attention) / len(states)", "mean attention of the five states", True),
    Measure("mean_trust", Region, "share", "sum(tie.trust) / len(ties)", "mean trust of the ten ties", True),
    Measure("world", Region, "log points", "region.world", "world demand against its trend", True),
    Measure("surplus", Region, "bn US$/yr", "region.surplus", "regional surplus: cost saved + hub + programmes + grid - shut borders - water - levers", True),
    Measure("cost_saving", Region, "bn US$/yr", "region.cost_saving", "trade cost saved against the base year"),
    Measure("shut_loss", Region, "bn US$/yr", "region.shut_loss", "loss at shut borders"),
    Measure("hub_value", Region, "bn US$/yr", "region.hub_value", "value added that the hub gained less rent of entry"),
    Measure("programme_value", Region, "bn US$/yr", "region.programme_value", "value of agro and metallurgy programmes"),
    Measure("water_loss", Region, "bn US$/yr", "region.water_loss", "lost over water and energy"),
    Measure("grid_gain", Region, "bn US$/yr", "region.grid_value", "gain of a joined grid"),
    Measure("lever_cost", Region, "bn US$/yr", "region.lever_cost", "cost of levers"),
    Measure("outside_trade", Region, "bn US$/yr", "region.outside_trade", "extra trade of outward corridors, counted apart"),
)  # fmt: skip
