"""Every scenario that a figure needs: the shipped ones, and as-is with one lever moved."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from abm import base_year
from abm.parameters import Parameters
from abm.scenario import Scenario
from calibration.headline import AS_IS, CORRIDOR, DECLARATIONS

SLUMP = "world-slump"
FIRST, LAST = 2026, 2035  # years in which levers act; the survey asks about 2035
FROM = f"{FIRST}-01"
DOSE = 20.0  # mn US$/yr, the same for every avenue and tool [MODEL 12]
HALF = 0.5  # what is left of an obstacle [MODEL 12]

OBSTACLES = {
    "obstacle_water_energy": "dispute_pressure",
    "obstacle_external": "outside_pressure",
    "obstacle_institutions": "institution_hurdle",
}
AVENUES = {
    "avenue_corridors": "corridors_programme",
    "avenue_energy": "energy",
    "avenue_agro": "agro",
    "avenue_education": "education",
    "avenue_trade": "free_trade_all",
    "avenue_technology": "technology",
    "avenue_settlement": "settlement",
    "avenue_funds": "joint_fund",
    "avenue_metallurgy": "metallurgy",
}
TOOLS = {
    "education_ties": "education",
    "diploma_recognition": "diplomas",
    "information_space": "information",
    "culture_youth": "culture",
}
BLOCS = {"bloc_eaeu": "EAEU", "bloc_csto": "CSTO", "bloc_ots": "OTS"}
CHANNELS = {"pull": "bloc_activism", "money": "bloc_capital", "rules": "bloc_rules"}


def halved(lever: str) -> str:
    """Name of as-is with an obstacle halved."""
    return f"{AS_IS}, {lever} halved"


def dosed(lever: str) -> str:
    """Name of as-is with a full dose of a lever."""
    return f"{AS_IS}, {lever} at {DOSE:g} mn US$/yr"


def without(bloc: str, channel: str = "") -> str:
    """Name of as-is without a bloc, or without one of its channels: "pull", "money" or "rules"."""
    return f"{AS_IS} without {bloc}" + (f"'s {channel}" if channel else "")


def moderated(moderator: str, willing: bool) -> str:
    """Name of as-is with a moderator ("off" or "full") among willing and trusting, or unwilling, states."""
    return f"moderator-{moderator}, {'leaders engaged, trust high' if willing else 'leaders absent, trust low'}"


NO_LEADERS = f"{CORRIDOR}, leaders absent"
NO_EXECUTION = f"{CORRIDOR}, nothing executed"
NEITHER = f"{CORRIDOR}, leaders absent, nothing executed"


@cache
def variants() -> dict[str, Scenario]:
    """All of them, by name."""
    shipped = {name: Scenario.read(name) for name in Scenario.names()}
    slumps = {f"{name}+{SLUMP}": Scenario.read(f"{name}+{SLUMP}") for name in (CORRIDOR, DECLARATIONS)}
    return {**shipped, **slumps, **_levers(), **_blocs(), **_alignment(), **_moderation()}


def blocs() -> list[str]:
    """Names of all blocs, in the order of the data."""
    return base_year.read().names("blocs")


def amount(lever: str) -> float:
    """What a dose of 20 mn US$/yr is in the units of a lever: agreements cost in proportion to their level."""
    full_cost = {"settlement": Parameters().settlement_cost, "free_trade_all": Parameters().tariff_cost}
    return DOSE / full_cost[lever] if lever in full_cost else DOSE


def _levers() -> dict[str, Scenario]:
    as_is = Scenario.read(AS_IS)
    found = {halved(lever): as_is.then(FROM, **{lever: HALF}) for lever in OBSTACLES.values()}
    for lever in (*AVENUES.values(), *TOOLS.values()):
        found[dosed(lever)] = as_is.then(FROM, **{lever: amount(lever)})
    return found


def _blocs() -> dict[str, Scenario]:
    as_is = Scenario.read(AS_IS)
    found = {}
    for bloc in blocs():
        found[without(bloc)] = as_is.then(FROM, **{f"{lever}_{bloc}": 0 for lever in CHANNELS.values()})
        for channel, lever in CHANNELS.items():
            found[without(bloc, channel)] = as_is.then(FROM, **{f"{lever}_{bloc}": 0})
    return found


def _alignment() -> dict[str, Scenario]:
    corridor = Scenario.read(CORRIDOR)
    return {
        NO_LEADERS: corridor.then(FROM, leadership="absent"),
        NO_EXECUTION: corridor.then(FROM, execution_factor=0),
        NEITHER: corridor.then(FROM, leadership="absent", execution_factor=0),
    }


def _moderation() -> dict[str, Scenario]:
    """Trust is high where every tie starts as trusting as the most trusting one does, low at the least trusting."""
    ties = base_year.read().table("ties")
    trust = [float(tie["start_trust"].value) for tie in ties.values()]
    found = {}
    for willing, leaders, level in ((True, "held", max(trust)), (False, "absent", min(trust))):
        start = tuple((tie, "start_trust", str(level)) for tie in ties)
        for moderator in ("off", "full"):
            story = Scenario.read(f"moderator-{moderator}").then(FROM, leadership=leaders)
            found[moderated(moderator, willing)] = replace(story, initial=(*story.initial, *start))
    return found
