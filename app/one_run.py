"""One whole run, month by month, with every firm: what the map plays, without the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.clock import now_at
from abm.engine.generate import tables
from abm.engine.world import parameter_row
from abm.luck import WORD, Luck
from abm.parameters import Parameters
from abm.runs import Engine, halves
from app.link import Question, parameter_sets
from app.packing import packed, rounded

FIRM = [name for name, _ in tables()].index("firms")
TIE_SHOWN = ("trade", "trust", "shut", "disputes", "hard", "soft", "free_trade", "cut")
STATE_SHOWN = {"attention": "attention", "family": "leading_family", "share": "leading_share", "trade": "state_trade"}
BASIN_SHOWN = ("storage", "inflow", "release", "shortage", "cooperating")
HUB_SHOWN = {"places": "places", "tenants": "tenants", "jobs": "hub_jobs"}


@dataclass(frozen=True)
class OneRun:
    """recorded: every measure, float64, shape (months, columns); in_hub, exporting: bool, shape (months, firms);
    side, sector: of each firm at the start; weight: firms of the pool that one of them stands for."""

    recorded: Any
    in_hub: Any
    exporting: Any
    side: Any
    sector: Any
    weight: float


def watched(engine: Engine, seed: int, numbers: Parameters) -> OneRun:
    """The same run as `engine.run`, to the bit, stopped after each month to look at its firms."""
    world = engine.fresh()
    firms, p = world[FIRM], parameter_row(numbers)[0]
    steps, first_year = engine.steps_a_year, engine.scenario.first_year
    low, high = halves(seed)
    beginning = Luck(low, high, WORD, first_year, 1 / steps)
    engine.program.start(*world, p, engine.defaults[0], now_at(0, steps, first_year), beginning)
    months = len(engine.levers)
    recorded = np.zeros((months, len(engine.columns)))
    in_hub, exporting = np.zeros((months, len(firms)), bool), np.zeros((months, len(firms)), bool)
    side, sector = firms["side"].copy(), firms["sector"].copy()
    for i in range(months):
        now = now_at(i, steps, first_year)
        engine.program.step(*world, p, engine.levers[i], now, Luck(low, high, i, now.year, now.dt))
        engine.program.record(*world, recorded[i])
        in_hub[i], exporting[i] = firms["in_hub"], firms["exporting"]
    hubs = world[[name for name, _ in tables()].index("hubs")]
    return OneRun(recorded, in_hub, exporting, side, sector, float(hubs["weight"][0]))


def spans(held: Any) -> list[list[int]]:
    """When something held, of each firm: [from, until, from, until, …] in months, `until` not counted.

    held: bool, shape (months, firms).
    """
    firms = held.shape[1]
    edge = np.zeros((1, firms), bool)
    turns = np.diff(np.concatenate([edge, held, edge]).astype(np.int8), axis=0)
    who, when = np.nonzero(turns.T)
    found: list[list[int]] = [[] for _ in range(firms)]
    for firm, month in zip(who.tolist(), when.tolist()):
        found[firm].append(month)
    return found


def shown(question: Question, engine: Engine, which: int) -> dict[str, Any]:
    """Run number `which` of a question, with its firms, as plain data."""
    seed = question.first + which
    run = watched(engine, seed, parameter_sets(question)[which])
    at = {(c.measure, c.who): i for i, c in enumerate(engine.columns)}
    names, world = engine.layout.names, engine.scenario.world()

    def of(measure: str, who: str) -> dict[str, Any]:
        return packed(run.recorded[:, at[measure, who]])

    basins, blocs = world.table("basins"), world.table("blocs")
    members = world.table("memberships")
    hub = names["hubs"][0]
    return {
        "seed": seed,
        "ties": {tie: {m: of(m, tie) for m in TIE_SHOWN} for tie in names["ties"]},
        "states": {state: {k: of(m, state) for k, m in STATE_SHOWN.items()} for state in names["states"]},
        "families": names["families"],
        "basins": {
            b: {"capacity": float(basins[b]["capacity"].value), **{m: of(m, b) for m in BASIN_SHOWN}}
            for b in names["basins"]
        },
        "blocs": {
            bloc: {
                "activism": of("activism", bloc), "family": blocs[bloc]["family"].value,
                "members": {s: float(members[f"{s} {bloc}"]["membership"].value)
                            for s in names["states"] if f"{s} {bloc}" in members},
            }
            for bloc in names["blocs"]
        },
        "corridors": {
            c: {"programme": of("programme", c), "works": of("works", c),
                "crosses": world.table("corridors")[c]["crosses"].value.split(";")}
            for c in names["corridors"]
        },
        "hub": {"name": hub, "border": world.table("hubs")[hub]["border"].value,
                **{k: of(m, hub) for k, m in HUB_SHOWN.items()}},
        "firms": {
            "weight": rounded(run.weight), "sectors": names["sectors"], "sides": _sides(world, hub),
            "side": run.side.tolist(), "sector": run.sector.tolist(),
            "in_hub": spans(run.in_hub), "exporting": spans(run.exporting),
        },
    }  # fmt: skip


def _sides(world: Any, hub: str) -> list[str]:
    tie = world.table("ties")[world.table("hubs")[hub]["border"].value]
    return [tie["one"].value, tie["other"].value]
