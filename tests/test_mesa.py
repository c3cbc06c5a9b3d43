"""The Mesa face: a real mesa.Model whose steps are the months of batch runs; look, change, fork, add your own."""

from __future__ import annotations

import copy
import pickle
from functools import partial
from typing import Any

import mesa
import numpy as np
import pytest

from abm import firms, ties
from abm.engine.rules import Measure, each
from abm.engine.world import parameter_row
from abm.errors import BadInput
from abm.firms import Firm as FirmKind
from abm.model import AGENTS, CentralAsia, Firm, State, Tie, measured
from abm.month import MONTH
from abm.parameters import Parameters
from abm.runs import Engine, simulate
from abm.scenario import Scenario


def corridor_first(rng: int = 7, **given: Any) -> CentralAsia:
    return CentralAsia(scenario=Scenario.read("corridor-first"), rng=rng, **given)


def stepped(model: CentralAsia, months: int) -> CentralAsia:
    for _ in range(months):
        model.step()
    return model


def bits(model: CentralAsia) -> list[bytes]:
    return [table.tobytes() for table in model.tables]


@pytest.fixture(scope="module")
def in_2029() -> CentralAsia:
    """A model after four years; tests that change it fork it first."""
    return stepped(corridor_first(), 48)


# ------------------------------------------------------------------------------------------------- a model and its time


def test_it_is_a_mesa_model_and_a_step_is_a_month() -> None:
    model = corridor_first()
    assert isinstance(model, mesa.Model)
    assert (model.time, model.date, model.running) == (0, "2025-01", True)
    stepped(model, 14)
    assert (model.time, model.date) == (14, "2026-03")


@pytest.mark.parametrize(("scenario", "seed"), [("corridor-first", 7), ("kgtj-hindcast", 2**33 + 1)])
def test_a_stepped_model_and_a_batch_run_give_the_same_bits(scenario: str, seed: int) -> None:
    model = CentralAsia(scenario, rng=seed, firms=150)
    engine = Engine(Scenario.read(scenario), firms=150)
    out = np.zeros((len(engine.levers), len(engine.columns)))
    batch = engine.run(seed, parameter_row(Parameters()), engine.every, out)
    for month in range(len(engine.levers)):
        assert model.running
        model.step()
        here = [model.measure(column.measure, column.who) for column in engine.columns]
        assert here == out[month].tolist()
    assert bits(model) == [table.tobytes() for table in batch]
    assert not model.running


def test_a_model_with_its_own_parameters_gives_the_bits_of_the_batch_run_with_them() -> None:
    p = Parameters().changed({"trade_elasticity": 6, "hub_places": 80})
    model = stepped(corridor_first(parameters=p), 60)
    batch = simulate("corridor-first", [7], p, keep=["trade", "tenants"])
    assert np.float32(model.measure("trade", "KZ-KG")) == batch.of("trade", "KZ-KG")[0, 59]
    assert np.float32(model.measure("tenants", "Kordai")) == batch.of("tenants", "Kordai")[0, 59]


def test_a_step_beyond_the_end_is_refused() -> None:
    model = stepped(CentralAsia("kgtj-hindcast", rng=1, firms=10), 72)
    with pytest.raises(BadInput, match=r"'kgtj-hindcast' ends before 2026-01"):
        model.step()
    assert model.months == 72


def test_mesa_can_run_it_to_its_end() -> None:
    model = CentralAsia("kgtj-hindcast", rng=1, firms=10)
    model.run_model()
    assert (model.months, model.date) == (72, "2026-01")


@pytest.mark.parametrize("rng", [1.5, "7", True, np.random.default_rng(7)], ids=lambda rng: type(rng).__name__)
def test_luck_of_the_wrong_type_is_refused(rng: Any) -> None:
    with pytest.raises(BadInput, match="must be a whole number"):
        CentralAsia("as-is", rng=rng)


def test_luck_out_of_range_is_refused() -> None:
    with pytest.raises(BadInput, match="outside 0 to"):
        CentralAsia("as-is", rng=-1)


def test_without_luck_given_two_models_differ() -> None:
    one, two = (stepped(CentralAsia("as-is", firms=10), 3) for _ in range(2))
    assert bits(one) != bits(two)


# --------------------------------------------------------------------------------------------------------------- agents


def test_every_agent_is_there(in_2029: CentralAsia) -> None:
    counts = {kind: len(in_2029.agents_by_type[agents]) for kind, agents in AGENTS.items()}
    assert counts == dict(State=5, Tie=10, Corridor=7, Hub=1, Firm=600, Bloc=7, Basin=2, Region=1)
    assert len(in_2029.agents) == sum(counts.values())
    assert all(isinstance(agent, mesa.Agent) for agent in in_2029.agents)


def test_firms_are_found_by_the_kind_as_declared_and_as_mesa_knows_it(in_2029: CentralAsia) -> None:
    assert FirmKind is not Firm
    assert in_2029.agents_by_type[FirmKind] is in_2029.agents_by_type[Firm]
    assert FirmKind not in (type(agent) for agent in in_2029.agents)
    with pytest.raises(KeyError):
        in_2029.agents_by_type[int]


def test_agents_are_selected_and_added_up(in_2029: CentralAsia) -> None:
    pool = in_2029.agents_by_type[Firm]
    tenants = pool.select(lambda firm: firm.in_hub)
    assert 0 < len(tenants) < len(pool)
    assert tenants.agg("workers", sum) == pytest.approx(in_2029.measure("hub_jobs", "Kordai"))
    assert len(tenants) == in_2029.measure("tenants", "Kordai")
    by_side = pool.groupby("side").agg("workers", sum)
    assert sum(by_side.values()) == pytest.approx(in_2029.measure("jobs", "Kordai"))
    assert by_side[0] == pytest.approx(in_2029.measure("jobs_by_side", "Kordai KZ"))


def test_attributes_are_read_and_set(in_2029: CentralAsia) -> None:
    model = copy.deepcopy(in_2029)
    on_ties = model.agents_by_type[Tie]
    assert on_ties.get("trust") == [model.measure("trust", tie.name) for tie in on_ties]
    on_ties.set("trust", 0.5)
    assert on_ties.get("trust") == [0.5] * 10
    assert on_ties.get(["name", "trust"])[0] == ["KZ-KG", 0.5]


def test_agents_do_what_they_are_told_in_order_or_at_random(in_2029: CentralAsia) -> None:
    model = copy.deepcopy(in_2029)
    pool = model.agents_by_type[Firm]
    seen: list[str] = []
    pool.do(lambda firm: seen.append(firm.name))
    assert seen == [f"Kordai firm {i}" for i in range(600)]
    shuffled: list[str] = []
    pool.shuffle_do(lambda firm: shuffled.append(firm.name))
    assert shuffled != seen
    assert sorted(shuffled) == sorted(seen)
    ages = pool.get("age")
    pool.do(grow_older)
    assert pool.get("age") == [age + 1 for age in ages]


def grow_older(firm: Any) -> None:
    firm.age += 1


def test_a_vector_is_changed_in_place(in_2029: CentralAsia) -> None:
    model = copy.deepcopy(in_2029)
    model.agent("State", "KZ").membership[0] = 0.25
    assert model.agent("State", "KZ").membership[0] == 0.25
    assert in_2029.agent("State", "KZ").membership[0] != 0.25


def test_agents_know_their_names_and_neighbours(in_2029: CentralAsia) -> None:
    tie = in_2029.agent("Tie", "KZ-KG")
    assert tie.linked("one") is in_2029.agent("State", "KZ")
    assert in_2029.agent("Tie", "KZ-TM").linked("river") is None
    partnered = next(f for f in in_2029.agents_by_type[Firm] if f.partner >= 0)
    assert partnered.linked("partner").linked("partner") is partnered
    assert repr(tie) == "<Tie KZ-KG>"
    with pytest.raises(BadInput, match="did you mean 'river'"):
        tie.linked("rivr")


def test_a_changed_attribute_changes_the_run(in_2029: CentralAsia) -> None:
    left, changed = copy.deepcopy(in_2029), copy.deepcopy(in_2029)
    changed.agent("Tie", "KZ-KG").hard = 0.1
    stepped(left, 12), stepped(changed, 12)
    assert changed.agent("Tie", "KZ-KG").cut < left.agent("Tie", "KZ-KG").cut
    assert changed.measure("trade", "KZ-KG") < left.measure("trade", "KZ-KG")


def test_a_misspelt_attribute_is_refused_with_the_nearest_name(in_2029: CentralAsia) -> None:
    with pytest.raises(AttributeError, match="Firm has no field 'exprting'; did you mean 'exporting'"):
        in_2029.agent("Firm", 3).exprting = True
    with pytest.raises(AttributeError):
        print(in_2029.agent("Firm", 3).exprting)


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda model: model.measure("trde", "KZ-KG"), "unknown measure 'trde'; did you mean 'trade'"),
        (lambda model: model.measure("trade", "KZ-KGZ"), "'KZ-KGZ'; did you mean 'KZ-KG'"),
        (lambda model: model.measure("trade"), "unknown agent of measure trade 'region'"),
        (lambda model: model.agent("Tei", "KZ-KG"), "unknown kind 'Tei'; did you mean 'Tie'"),
        (lambda model: model.agent("State", "KX"), "unknown State 'KX'"),
        (lambda model: model.agent("Firm", 600), "600"),
        (lambda model: model.change(abec_program=1), "'abec_program'; did you mean 'abec_programme'"),
        (lambda model: model.change(abec_programme=1e6), "outside 0 to 120"),
        (lambda model: CentralAsia("coridor-first"), "did you mean 'corridor-first'"),
        (lambda model: CentralAsia("as-is", firms=1), "firms = 1 must be a whole number from 10 to"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest_name(ask: Any, told: str, in_2029: CentralAsia) -> None:
    with pytest.raises(BadInput) as problem:
        ask(in_2029)
    assert told in str(problem.value)


# --------------------------------------------------------------------------------------------------- collecting results


def test_a_data_collector_takes_model_and_agent_reporters() -> None:
    model = corridor_first(firms=60)
    model.datacollector = mesa.DataCollector(
        model_reporters={"trade": partial(measured, measure="trade", who="KZ-KG"), "month": "date"},
        agent_reporters={"workers": lambda agent: getattr(agent, "workers", None)},
        agenttype_reporters={Tie: {"trust": "trust", "who": "name"}, State: {"attention": attention_of}},
    )
    stepped(model, 24)
    trade = model.datacollector.get_model_vars_dataframe()
    batch = simulate("corridor-first", [7], firms=60, keep=["trade", "trust"])
    assert trade["trade"].to_numpy().astype(np.float32).tolist() == batch.of("trade", "KZ-KG")[0, :24].tolist()
    of_ties = model.datacollector.get_agenttype_vars_dataframe(Tie)
    assert len(of_ties) == 24 * 10
    trust = of_ties[of_ties["who"] == "TJ-UZ"]["trust"].to_numpy().astype(np.float32)
    assert trust.tolist() == batch.of("trust", "TJ-UZ")[0, :24].tolist()
    assert len(model.datacollector.get_agenttype_vars_dataframe(State)) == 24 * 5
    workers = model.datacollector.get_agent_vars_dataframe()["workers"]
    assert workers.xs(24, level="Step").sum() * 10 == pytest.approx(model.measure("jobs", "Kordai"))


def attention_of(state: Any) -> float:
    return float(state.attention)


def test_a_data_collector_comes_with_the_model() -> None:
    frame = stepped(corridor_first(firms=60), 6).datacollector.get_model_vars_dataframe()
    assert len(frame) == 6
    assert {"regional_trade", "mean_trust", "surplus"} <= set(frame.columns)


# ----------------------------------------------------------------------------------------------------- copies and forks


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_made_mid_run_goes_on_identically(copied: Any, in_2029: CentralAsia) -> None:
    one, two = copied(in_2029), copied(in_2029)
    assert bits(one) == bits(in_2029)
    assert one.date == in_2029.date
    stepped(one, 30), stepped(two, 30)
    assert bits(one) == bits(two)
    whole = stepped(corridor_first(), 78)
    assert bits(one) == bits(whole)
    assert bits(in_2029) != bits(one)
    assert len(one.agents_by_type[FirmKind]) == 600
    assert all(agent.model is one for agent in one.agents)


def test_a_fork_with_a_changed_lever_goes_its_own_way(in_2029: CentralAsia) -> None:
    left, fork = copy.deepcopy(in_2029), copy.deepcopy(in_2029)
    fork.change(abec_programme=0, reform_KZ__KG=0)
    stepped(left, 24), stepped(fork, 24)
    assert fork.agent("Tie", "KZ-KG").hard < left.agent("Tie", "KZ-KG").hard
    assert fork.measure("world") == left.measure("world")
    dated = Scenario.read("corridor-first").then("2029-01", abec_programme=0, reform_KZ__KG=0)
    assert bits(fork) == bits(stepped(CentralAsia(dated, rng=7), 72))


def test_a_change_of_a_fork_survives_pickling(in_2029: CentralAsia) -> None:
    fork = copy.deepcopy(in_2029)
    fork.change(abec_programme=0)
    again = pickle.loads(pickle.dumps(fork))
    assert bits(stepped(fork, 12)) == bits(stepped(again, 12))


# ------------------------------------------------------------------------------------------------------------ your own


class Observer(mesa.Agent):
    """A user's own agent: watches a tie and spends its month writing it down."""

    def __init__(self, model: CentralAsia, tie: str) -> None:
        super().__init__(model)
        self.tie = model.agent("Tie", tie)
        self.notes: list[float] = []

    def step(self) -> None:
        self.notes.append(self.tie.trust)


class Mediator(mesa.Agent):
    """A user's own agent that acts on the model."""

    def step(self) -> None:
        self.model.agent("Tie", "KG-TJ").trust = 0.9


class Bystander(mesa.Agent):
    """A user's own agent without a step."""


def test_an_agent_of_ones_own_is_stepped_each_month() -> None:
    model = corridor_first(firms=60)
    observer = Observer(model, "KZ-KG")
    stepped(model, 12)
    batch = simulate("corridor-first", [7], firms=60, keep="trust").of("trust", "KZ-KG")[0, :12]
    assert np.array(observer.notes, np.float32).tolist() == batch.tolist()
    assert observer in model.agents
    assert list(model.agents_by_type[Observer]) == [observer]
    observer.remove()
    stepped(model, 1)
    assert len(observer.notes) == 12


def test_an_agent_of_ones_own_goes_along_with_a_fork() -> None:
    model = corridor_first(firms=60)
    observer = Observer(model, "KZ-KG")
    stepped(model, 6)
    fork = copy.deepcopy(model)
    fork.agent("Tie", "KZ-KG").trust = 0.1
    stepped(fork, 6)
    (copied,) = fork.agents_by_type[Observer]
    assert copied.tie is fork.agent("Tie", "KZ-KG")
    assert (len(observer.notes), len(copied.notes)) == (6, 12)
    assert copied.notes[6] < 0.2


def test_an_agent_of_ones_own_changes_the_run() -> None:
    plain, mediated = corridor_first(firms=60), corridor_first(firms=60)
    Mediator(mediated)
    stepped(plain, 24), stepped(mediated, 24)
    assert mediated.measure("trade", "KG-TJ") > plain.measure("trade", "KG-TJ")


def test_an_agent_of_ones_own_needs_no_step() -> None:
    model = corridor_first(firms=10)
    Bystander(model)
    assert stepped(model, 2).months == 2


@each(FirmKind)
def never_review(firm: Any) -> None:
    """Nobody ever reconsiders exporting."""


def test_a_model_with_an_edited_month_runs_it() -> None:
    """Compiles the edited month, so this takes long once."""
    cautious = MONTH.replace(firms.review, never_review).without(ties.quarrel)
    cautious = cautious.measuring(Measure("seen", ties.Tie, "share", "tie.trust / 2", "half of trust"))
    model = corridor_first(rules=cautious, firms=60)
    exporters = []
    for _ in range(36):
        model.step()
        exporters.append(model.measure("exporters", "Kordai"))
    assert exporters == sorted(exporters, reverse=True)
    assert exporters[-1] < exporters[0]
    assert model.measure("seen", "KZ-KG") == model.agent("Tie", "KZ-KG").trust / 2
    batch = simulate("corridor-first", [7], month=cautious, firms=60, keep=["exporters"])
    assert np.array(exporters, np.float32).tolist() == batch.of("exporters", "Kordai")[0, :36].tolist()
