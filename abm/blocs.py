"""Outside blocs: their activism, and the standards, stability and obligations that they bring."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from abm.clock import Now
from abm.engine.kinds import Kind, kind, state
from abm.engine.rules import each
from abm.levers import Levers
from abm.luck import Luck, event, happens, uniform
from abm.parameters import Parameters

if TYPE_CHECKING:
    from abm.states import State

JUMP = event("a bloc's activism jumps")
DIRECTION = event("direction of the jump")


@kind
class Bloc(Kind):
    """An outside bloc that Central Asian states belong to or depend on."""

    family: int = state("family", "power family: Russia-led, China-led, Türkiye-led, EU")
    activism: float = state("1", "how hard the bloc courts the region; 1 in 2025")
    capital: float = state("share", "its part of the capital that blocs bring")
    gives_standards: bool = state("yes/no", "members align procedures")
    gives_stability: bool = state("yes/no", "common members quarrel less")
    binds: bool = state("yes/no", "obligations slow agreements between a member and a non-member")


@each(Bloc)
def stir(bloc: Bloc, now: Now, p: Parameters, luck: Luck) -> None:
    """Activism returns to 1 and jumps with geopolitics. [assumed]"""
    bloc.activism += p.activism_return * now.dt * (1 - bloc.activism)
    if happens(luck, bloc.key, JUMP, p.geopolitics_rate):
        if uniform(luck, bloc.key, DIRECTION) < p.activism_up_share:
            bloc.activism += p.activism_jump_up
        else:
            bloc.activism = max(0.0, bloc.activism - p.activism_jump_down)


def money(one: State, other: State, blocs: list[Bloc], levers: Levers) -> float:
    """Capital that blocs bring to a tie, by common membership: 1 would be all blocs, both states full members."""
    total = 0.0
    for bloc in blocs:
        total += bloc.capital * levers.bloc_capital[bloc.row] * common(one, other, bloc)
    return total


def common(one: State, other: State, bloc: Bloc) -> float:
    """Common membership of two states in a bloc (geometric mean)."""
    return sqrt(one.membership[bloc.row] * other.membership[bloc.row])


def standards(one: State, other: State, blocs: list[Bloc], p: Parameters, levers: Levers) -> float:
    """Yearly rise of soft infrastructure from blocs' common standards; zero at activism 1. [assumed]"""
    total = 0.0
    for bloc in blocs:
        if bloc.gives_standards:
            total += common(one, other, bloc) * (bloc.activism * levers.bloc_rules[bloc.row] - 1)
    return p.bloc_standards * total


def stability(one: State, other: State, blocs: list[Bloc], p: Parameters, levers: Levers) -> float:
    """Share of disputes prevented by common membership in security blocs. [assumed]"""
    total = 0.0
    givers = 0
    for bloc in blocs:
        if bloc.gives_stability:
            givers += 1
            total += common(one, other, bloc) * min(1.0, bloc.activism) * levers.bloc_rules[bloc.row]
    if givers == 0:
        return 0.0
    return min(1.0, p.bloc_stability * total / givers)


def freedom(one: State, other: State, blocs: list[Bloc], p: Parameters, levers: Levers) -> float:
    """What obligations of membership leave of agreements and reform with a non-member: 1 is all. [assumed]"""
    total = 0.0
    for bloc in blocs:
        if bloc.binds:
            gap = abs(one.membership[bloc.row] - other.membership[bloc.row])
            total += gap * min(1.0, bloc.activism) * levers.bloc_rules[bloc.row]
    return max(0.0, 1 - p.bloc_obligations * total)
