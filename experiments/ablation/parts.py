"""What can be taken out of a difference: levers, numbers that can be 0, rules of the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from abm import levers
from abm.engine.rules import Month, name_of
from abm.errors import BadInput, unknown
from abm.parameters import describe
from abm.scenario import TABLE_OF, Scenario, find_lever, lever_names

MOST_LEVERS = 8  # more of them are grouped by name
MOST_RULES = 2  # each set of rules is a month of its own, compiled for a quarter of a minute
LEVERS, MECHANISM = "levers", "mechanisms"  # what may be taken out, unless it is named
OTHERS = "the others"  # a part that stands for several
LEVER, PARAMETER, RULE = "lever", "parameter", "rule"  # kinds of parts

# Mechanisms that can be switched off by one number, in plain words; `describe()` has their meaning, unit and source.
MECHANISMS = {
    "max_cut": "roads cut transport cost",
    "soft_wedge_processed": "procedures burden processed goods",
    "hub_discount": "the hub saves border cost",
    "agglomeration": "tenants gain from one another",
    "learning": "exporters learn by exporting",
    "replication": "a working corridor is copied",
    "rivalry": "corridors compete",
    "trust_wedge": "distrust costs trade",
    "trade_trust": "growing trade builds trust",
    "memory_keeps": "institutions keep trust",
    "attention_gain": "gains draw attention",
    "moderation": "Kazakhstan moderates",
    "leadership_lost": "leaders turn away",
    "dispute_rate": "disputes break out",
    "bloc_pull": "blocs pull attention away",
}


@dataclass(frozen=True)
class Part:
    """One thing that can be taken out.

    columns: the levers that it stands for, and of which tie, bloc or market; parameters: the numbers that are 0 without
    it.
    """

    name: str
    kind: str
    meaning: str
    columns: tuple[tuple[str, int | None], ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """In plain words, where there are some; else the name."""
        return MECHANISMS.get(self.name, self.name) if self.kind == PARAMETER else self.name


@dataclass(frozen=True)
class Between:
    """The levers of two scenarios of one world, and in which of them they differ."""

    one: Any
    other: Any
    scenario: Scenario
    against: Scenario

    def differing(self) -> list[Part]:
        """A part for each lever, and each tie, bloc or market of it, that ever differs."""
        found = []
        for name, lever in levers.describe().items():
            for which, member in enumerate(self._members(name)) if lever.per else [(None, "")]:
                column = np.s_[:] if which is None else np.s_[:, which]
                if (self.one[name][column] != self.other[name][column]).any():
                    written = f"{name}_{member}" if member else name
                    found.append(Part(written, LEVER, lever.changes, ((name, which),)))
        return found

    def grouped(self) -> list[Part]:
        """The same, with a lever of several ties, blocs or markets as one part."""
        found: dict[str, Part] = {}
        for part in self.differing():
            name = part.columns[0][0]
            before = found[name].columns if name in found else ()
            found[name] = Part(name, LEVER, part.meaning, (*before, *part.columns))
        return list(found.values())

    def named(self, name: str) -> Part | None:
        """The lever of a name, whether the scenarios differ in it or not; None if there is none of this name."""
        known = levers.describe()
        if name in known and known[name].per:
            members = range(len(self._members(name)))
            return Part(name, LEVER, known[name].changes, tuple((name, which) for which in members))
        if name not in lever_names(self.scenario.world()):
            return None
        lever, which = find_lever(name, self.scenario.world())
        if isinstance(which, slice):
            return self.named(lever.name)
        return Part(name, LEVER, lever.changes, ((lever.name, which),))

    def _members(self, name: str) -> list[str]:
        return list(self.scenario.world().names(TABLE_OF[levers.describe()[name].per]))


def parts_of(
    between: Between, kind: str, names: Sequence[str] | None, month: Month, most: int = MOST_LEVERS
) -> tuple[Part, ...]:
    """What is taken out, each once; more levers than `most` are grouped by name. Raises BadInput."""
    differing = between.differing()
    if not differing:
        told = f"'{between.scenario.name}' and '{between.against.name}' do not differ in any lever"
        raise BadInput(f"{told}: there is nothing to divide")
    if names is not None:
        return _named_parts(between, list(names), month)
    if kind == MECHANISM:
        return tuple(_parameter(name) for name in MECHANISMS)
    if kind != LEVERS:
        raise unknown("kind of parts", kind, (LEVERS, MECHANISM))
    return tuple(differing if len(differing) <= most else between.grouped())


def together(parts: Sequence[Part]) -> Part:
    """Levers or parameters as one part."""
    return Part(
        OTHERS, parts[0].kind, ", ".join(part.label for part in parts),
        tuple(place for part in parts for place in part.columns),
        tuple(name for part in parts for name in part.parameters),
    )  # fmt: skip


def _named_parts(between: Between, names: list[str], month: Month) -> tuple[Part, ...]:
    if not names:
        raise BadInput("parts: name one or more levers, parameters or rules")
    found = [_part(name, between, month) for name in names]
    taken: list[Any] = [place for part in found for place in (part.columns or ((part.name, None),))]
    for name, which in taken:
        if taken.count((name, which)) > 1:
            raise BadInput(f"parts: '{name}' is taken out twice")
    if sum(part.kind == RULE for part in found) > MOST_RULES:
        raise BadInput(f"parts: at most {MOST_RULES} rules, since each set of them is compiled apart")
    return tuple(found)


def _part(name: str, between: Between, month: Month) -> Part:
    """A name that is both a lever and a parameter is the lever where the scenarios differ in it."""
    lever = between.named(name)
    moved = {place for part in between.differing() for place in part.columns}
    if lever and (name not in describe() or moved & set(lever.columns)):
        return lever
    if name in describe():
        return _parameter(name)
    rules = {name_of(rule): rule for rule in month.each_rule()}
    if name not in rules:
        known = [*lever_names(between.scenario.world()), *levers.describe(), *describe(), *rules]
        raise unknown("lever, parameter or rule", name, known)
    if name in {name_of(rule) for rule in replace(month, rules=()).each_rule()}:
        raise BadInput(f"rule '{name}' also sets up the base year; it cannot be taken out")
    first_line = (rules[name].__doc__ or "").strip().partition("\n")[0]
    return Part(name, RULE, first_line)


def _parameter(name: str) -> Part:
    """A parameter that is 0 when it is out. Raises BadInput if it cannot be 0."""
    known = describe()[name]
    low, high = known.allowed
    if not low <= 0 <= high:
        raise BadInput(f"parameter '{name}' cannot be 0, only {low:g} to {high:g} {known.unit}; it cannot be taken out")
    return Part(name, PARAMETER, known.meaning, parameters=(name,))
