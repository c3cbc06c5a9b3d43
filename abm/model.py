"""The model as Mesa knows it: step it month by month, look at its agents, change them, fork it, add your own.

Rows are the store, Mesa is the face: an agent's attributes read and write its row, and a step is the same compiled
month that batch runs use, so a stepped model and a batch run give the same bits.
"""

from __future__ import annotations

import copy
import difflib
from functools import partial
from operator import index
from pathlib import Path
from typing import Any

import mesa
import numpy as np
from mesa.experimental.scenarios import Scenario as MesaScenario

from abm.clock import now_at
from abm.engine.generate import tables
from abm.engine.kinds import KINDS, Field, Kind
from abm.engine.rules import ALWAYS, Month
from abm.engine.world import parameter_row
from abm.errors import BadInput, unknown
from abm.luck import WORD, Luck
from abm.month import MONTH
from abm.parameters import Parameters
from abm.runs import FIRMS, Engine, halves
from abm.scenario import Scenario, lever_table


class RowAgent(mesa.Agent):
    """An agent whose attributes are the fields of its row; links can be followed with `linked`."""

    kind: type[Kind]
    table: int

    def __init__(self, model: CentralAsia, row: int, name: str) -> None:
        self._row = row
        self._name = name
        super().__init__(model)

    @property
    def name(self) -> str:
        """Its name: "KZ", "KZ-KG", "Kordai", "Kordai firm 12", …"""
        return self._name

    def linked(self, field: str) -> RowAgent | None:
        """The agent that a link points at: `tie.linked("one")`, `firm.linked("partner")`; None for nobody."""
        declared = self.kind.fields
        if field not in declared or not declared[field].to or declared[field].per:
            raise unknown("link", field, [f.name for f in declared.values() if f.to and not f.per], type(self).__name__)
        row = int(getattr(self, field))
        return self.model.agent(declared[field].to, row) if row >= 0 else None

    def remove(self) -> None:
        """Agents of the model cannot be taken out: their rows would go on. Raises BadInput."""
        raise BadInput(f"{self!r} cannot be removed: its row takes part in every month; leave out a rule instead")

    def __getattr__(self, name: str) -> Any:
        """State that the month carries beside what the kind declares (`Month.carrying`)."""
        if not name.startswith("_") and name in self.model.tables[self.table].dtype.names:
            return self.model.tables[self.table][name][self._row].item()
        raise AttributeError(f"{type(self).__name__} has no field '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if "_row" in self.__dict__ and name not in self.kind.fields and "model" in self.__dict__:
            table = self.model.tables[self.table]
            if name in table.dtype.names:
                table[name][self._row] = value
                return
        if not name.startswith("_") and not hasattr(type(self), name) and name not in ("model", "unique_id", "pos"):
            near = difflib.get_close_matches(name, self.kind.fields, n=1, cutoff=0.75)
            if near:
                raise AttributeError(f"{type(self).__name__} has no field '{name}'; did you mean '{near[0]}'?")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name}>"


def _property(field: Field) -> property:
    def read(agent: Any) -> Any:
        value = agent.model.tables[agent.table][field.name][agent._row]
        return value if field.per else value.item()

    def write(agent: Any, value: Any) -> None:
        if field.name in ("row", "key"):
            raise AttributeError(f"'{field.name}' says who an agent is; it cannot be changed")
        if field.to and field.to in AGENTS:
            rows = len(agent.model.tables[AGENTS[field.to].table])
            lowest = 0 if field.unit == ALWAYS else -1
            if not (np.asarray(value) >= lowest).all() or not (np.asarray(value) < rows).all():
                raise BadInput(
                    f"{agent!r}: '{field.name}' = {value} must be a row of a {field.to}, {lowest} to {rows - 1}"
                )
        agent.model.tables[agent.table][field.name][agent._row] = value

    return property(read, write)


def _agent_class(index: int, kind: Any) -> type[RowAgent]:
    fields = {f.name: _property(f) for f in kind.fields.values()}
    for field in kind.fields.values():
        fields[field.name].__doc__ = f"{field.meaning} [{field.unit}]"
    space = {"__doc__": kind.__doc__, "__module__": __name__, "kind": kind, "table": index, **fields}
    return type(kind.__name__, (RowAgent, kind), space)


AGENTS: dict[str, type[RowAgent]] = {k.__name__: _agent_class(i, k) for i, (_, k) in enumerate(tables())}
State, Tie, Corridor = AGENTS["State"], AGENTS["Tie"], AGENTS["Corridor"]
Hub, Firm, Bloc, Basin, Region = (AGENTS[n] for n in ("Hub", "Firm", "Bloc", "Basin", "Region"))


class AgentsByType(dict[Any, Any]):
    """Mesa's index of agents; a kind as declared (abm.firms.Firm) finds its Mesa agents too."""

    def __missing__(self, kind: Any) -> Any:
        known = AGENTS.get(getattr(kind, "__name__", ""))
        if known is None or getattr(known, "kind", None) is not kind:
            raise KeyError(kind)
        return self[known]


class CentralAsia(mesa.Model):
    """Central Asia, month by month.

    scenario: a Scenario, a shipped name, or a path; rng: a whole number, the seed of all luck; parameters: the numbers
    of this run; rules: the month (a `Month`), for rules of your own; firms: how many are sampled.
    Agents of your own (any `mesa.Agent`) are stepped after each month if they have a `step`.

    Raises:
        BadInput: unknown scenario, or numbers out of range.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "as-is",
        rng: int | None = None,
        *,
        parameters: Parameters | None = None,
        rules: Month = MONTH,
        firms: int = FIRMS,
    ) -> None:
        story = scenario if isinstance(scenario, Scenario) else Scenario.read(scenario)
        if rng is None:
            rng = int(np.random.SeedSequence().generate_state(1)[0])
        if isinstance(rng, bool) or not isinstance(rng, (int, np.integer)):
            raise BadInput(f"rng = {rng!r} must be a whole number: it is the seed of all luck")
        seed = int(rng)
        self._luck = halves(seed)
        super().__init__(rng=seed, scenario=MesaScenario(rng=seed, name=story.name, story=story))
        self._agents_by_type = AgentsByType()
        self.story = story
        self.parameters = parameters or Parameters()
        self.rules = rules
        self.firms = firms
        self.months = 0
        self._prepare()
        self.tables: tuple[Any, ...] = self._engine.fresh()
        self._recorded = np.zeros(len(self._engine.columns))
        self._people: list[list[RowAgent]] = []
        for table, kind in tables():
            names = self._engine.layout.names[table]
            self._people.append([AGENTS[kind.__name__](self, row, name) for row, name in enumerate(names)])
        engine = self._engine
        beginning = Luck(*self._luck, WORD, story.first_year, 1 / engine.steps_a_year)
        start = now_at(0, engine.steps_a_year, story.first_year)
        engine.program.start(*self.tables, self._p[0], engine.defaults[0], start, beginning)
        engine.program.record(*self.tables, self._recorded)
        watched = {name: partial(measured, measure=name) for name in REGIONAL}
        self.datacollector = mesa.DataCollector(model_reporters=watched)

    def _prepare(self) -> None:
        self._engine = Engine(self.story, self.rules, self.firms)
        self._p = parameter_row(self.parameters)
        self._place = {(c.measure, c.who): i for i, c in enumerate(self._engine.columns)}

    @property
    def date(self) -> str:
        """The month that the next step computes, as "2027-03"."""
        now = now_at(self.months, self._engine.steps_a_year, self.story.first_year)
        return f"{now.year}-{now.month:02d}"

    def step(self) -> None:
        """One month: every rule for every agent, compiled; then the steps of your own agents.

        Raises:
            BadInput: the scenario has ended.
        """
        engine = self._engine
        if self.months >= len(engine.levers):
            raise BadInput(f"scenario '{self.story.name}' ends before {self.date}; give it more years to go on")
        now = now_at(self.months, engine.steps_a_year, self.story.first_year)
        luck = Luck(*self._luck, self.months, now.year, now.dt)
        engine.program.step(*self.tables, self._p[0], engine.levers[self.months], now, luck)
        engine.program.record(*self.tables, self._recorded)
        self.months += 1
        for kind in [k for k in self._agents_by_type if not issubclass(k, RowAgent)]:
            self._agents_by_type[kind].shuffle_do("step")
        self.datacollector.collect(self)
        self.running = self.months < len(engine.levers)

    def measure(self, name: str, who: str = "region") -> float:
        """A measure after the last step: `model.measure("trade", "KZ-KG")`.

        Raises:
            BadInput: no such measure, or not of this agent.
        """
        if (name, who) not in self._place:
            owners = [w for measure, w in self._place if measure == name]
            if owners:
                raise unknown(f"agent of measure {name}", who, owners)
            raise unknown("measure", name, dict.fromkeys(measure for measure, _ in self._place))
        return float(self._recorded[self._place[name, who]])

    def __copy__(self) -> CentralAsia:
        """A copy never shares rows with the model it is a copy of."""
        return copy.deepcopy(self)

    def agent(self, kind: str, which: int | str) -> RowAgent:
        """An agent by kind and row or name: `model.agent("Tie", "KZ-KG")`.

        Raises:
            BadInput: no such kind or agent.
        """
        if kind not in AGENTS:
            raise unknown("kind", kind, AGENTS)
        people = self._people[AGENTS[kind].table]
        if not isinstance(which, str):
            which = index(which)
            if not 0 <= which < len(people):
                raise BadInput(f"{kind} {which}: rows go from 0 to {len(people) - 1}")
            return people[which]
        for someone in people:
            if someone.name == which:
                return someone
        raise unknown(kind, which, [someone.name for someone in people])

    def change(self, **levers: Any) -> None:
        """Change levers from this month on: `model.change(abec_programme=0, reform_KZ__KG=10)`.

        Raises:
            BadInput: unknown lever, or a value out of range.
        """
        self.story = self.story.then(self.date, **levers)
        self._engine.levers = lever_table(self.story, self._engine.steps_a_year)

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        for compiled in ("_engine", "_p", "_place"):
            state.pop(compiled)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()


REGIONAL = ("regional_trade", "processed_share", "integration", "mean_attention", "mean_trust", "surplus")


def measured(model: CentralAsia, measure: str, who: str = "region") -> float:
    """A measure as a model reporter for Mesa's DataCollector: `partial(measured, measure="trade", who="KZ-KG")`."""
    return model.measure(measure, who)


__all__ = [*AGENTS, "CentralAsia", "KINDS", "RowAgent", "measured"]
