"""What a difference is made of: shares sum to the whole, equals share equally, and what does nothing gets nothing."""

from __future__ import annotations

import json
import time
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paired import surely_positive
from test_compare import corridors

from abm import parameters
from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario, lever_table
from experiments.ablation import ablate as module
from experiments.ablation.ablate import MOST_EXACT, Trial, ablate, shapley, subsets
from experiments.ablation.parts import MECHANISMS, Part
from experiments.ablation.result import Ablation

FEW: dict[str, Any] = {"seeds": 8, "firms": 60}


@pytest.fixture(scope="module")
def corridor() -> Ablation:
    """What the corridor adds to declarations, by levers."""
    return ablate("corridor-first", "declarations", **FEW)


def planted(function: Any, count: int) -> Any:
    """Values of every set of parts by a rule of one's own, one seed."""
    return np.array([[function(s) for s in subsets(count)]], float)


# ----------------------------------------------------------------------------------------- the laws of Shapley's shares


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_shares_sum_to_the_whole_in_every_run(count: int) -> None:
    values = np.random.default_rng(count).normal(size=(6, 2**count))
    assert shapley(values).sum(axis=1) == pytest.approx(values[:, -1] - values[:, 0], abs=1e-12)


def test_a_share_is_the_mean_over_all_orders_of_what_a_part_adds() -> None:
    values = np.random.default_rng(1).normal(size=(3, 16))
    place = {s: m for m, s in enumerate(subsets(4))}
    added = np.zeros((3, 4))
    orders = list(permutations(range(4)))
    for order in orders:
        for k, part in enumerate(order):
            before = frozenset(order[:k])
            added[:, part] += values[:, place[before | {part}]] - values[:, place[before]]
    assert shapley(values) == pytest.approx(added / len(orders), abs=1e-12)


def test_equal_parts_share_equally_and_an_idle_one_gets_nothing() -> None:
    """Works and reform are worth 3 only together, a hub 1 alone, a summit nothing."""
    works, reform, hub, summit = range(4)
    values = planted(lambda s: 3.0 * ({works, reform} <= s) + 1.0 * (hub in s) + 0.0 * (summit in s), 4)
    assert shapley(values)[0] == pytest.approx([1.5, 1.5, 1, 0], abs=1e-12)


def test_parts_that_add_up_get_what_they_make_alone() -> None:
    worth = np.array([0.4, -0.1, 2.0])
    assert shapley(planted(lambda s: sum(worth[list(s)]), 3))[0] == pytest.approx(worth, abs=1e-12)


# -------------------------------------------------------------------------------------------------- levers of the model


def test_levers_that_differ_are_the_parts_and_nothing_is_left_without_them(corridor: Ablation) -> None:
    assert {p.name for p in corridor.parts} == {"abec_programme", "reform_KZ-KG", "hub_open"}
    assert (corridor.bare == 0).all()
    one, other = (simulate(n, **FEW).year("surplus", "region", 2035) for n in ("corridor-first", "declarations"))
    assert corridor.difference == pytest.approx(one - other, abs=1e-12)


def test_shares_of_levers_sum_to_the_difference_in_every_run(corridor: Ablation) -> None:
    assert corridor.exact
    assert corridor.shares.sum(axis=1) == pytest.approx(corridor.difference, abs=1e-12)
    assert corridor.remainder == pytest.approx(0, abs=1e-12)
    table = corridor.table()
    parts = table[table.kind == "lever"]
    assert parts.percent.sum() == pytest.approx(100)
    assert parts["mean"].sum() == pytest.approx(corridor.difference.mean())


def test_taking_a_lever_out_is_the_scenario_without_it(corridor: Ablation) -> None:
    """A file without the hub, and one with the hub alone, say the same as the ablation."""
    whole, without = (
        simulate(s, **FEW).year("surplus", "region", 2035)
        for s in ("corridor-first", Scenario.read("corridor-first").then("2025-01", hub_open="never")
                  .then("2026-01", hub_open="never"))
    )  # fmt: skip
    alone, none = (
        simulate(s, **FEW).year("surplus", "region", 2035)
        for s in (Scenario.read("declarations").then("2026-01", hub_open="2027-01"), "declarations")
    )
    hub = [p.name for p in corridor.parts].index("hub_open")
    assert corridor.taken_out[:, hub] == pytest.approx(whole - without, abs=1e-12)
    assert corridor.put_in[:, hub] == pytest.approx(alone - none, abs=1e-12)


def test_works_and_reform_need_each_other(corridor: Ablation) -> None:
    """False alarms: 1e-2 for each of two."""
    names = [p.name for p in corridor.parts]
    pair = tuple(sorted((names.index("abec_programme"), names.index("reform_KZ-KG"))))
    assert surely_positive(corridor.pairs[pair], 1e-2)
    assert surely_positive(corridor.together, 1e-2)
    assert corridor.interaction == pytest.approx(corridor.difference - corridor.taken_out.sum(axis=1))
    assert "they need each other" in corridor.in_words()


def test_the_other_way_round_takes_what_it_added(corridor: Ablation) -> None:
    back = ablate("declarations", "corridor-first", **FEW)
    assert back.shares == pytest.approx(-corridor.shares, abs=1e-12)
    assert back.taken_out == pytest.approx(-corridor.put_in, abs=1e-12)
    assert "takes" in back.in_words()


def test_a_lever_that_changes_nothing_has_no_share() -> None:
    found = ablate("corridor-first", "declarations", parts=["hub_open", "education", "reform_KZ-UZ"], **FEW)
    assert (found.shares[:, 1:] == 0).all()
    assert found.bare.any()  # works and reform stay in
    assert found.shares.sum(axis=1) == pytest.approx(found.difference - found.bare, abs=1e-12)


def test_percents_and_words_are_of_what_the_parts_make_and_of_the_loss_without_each() -> None:
    """Two parts, two seeds, and a bare difference of 10 that is nobody's: by hand."""
    parts = tuple(Part(name, "lever", "") for name in ("works", "reform"))
    bare = np.array([10.0, 10.0])
    taken_out, put_in = np.array([[3.0, -1], [3, -1]]), np.array([[1.0, 1], [1, 1]])
    found = Ablation("a", "b", "trade", "KZ-KG", "bn", (2035, 2035), (0, 1), parts, True, bare + 4.0, bare,
                     np.array([[3.0, 1], [3, 1]]), taken_out, put_in, {})  # fmt: skip
    table = found.table().set_index("part")
    assert table.loc[["works", "reform"], "percent"].tolist() == [75, 25]  # of 4, not of 14
    assert table.loc[["works", "reform"], "words"].tolist() == ["more in every run", "less in every run"]
    assert table.loc["(together)", "mean"] == 4 - 2
    assert table.loc["(interaction)", "mean"] == 4 - 2


def test_bands_of_what_is_taken_are_turned_as_the_total_is() -> None:
    """ "takes 4.00 … Of it: works 75 % (2 to 4)", and not (-4 to -2)."""
    parts = tuple(Part(name, "lever", name) for name in ("works", "reform"))
    shares = -np.array([[2.0, 1], [3, 1], [4, 1]])
    total, none = shares.sum(axis=1), np.zeros(3)
    told, turned = (
        Ablation("a", "b", "trade", "KZ-KG", "bn", (2035, 2035), (0, 1, 2), parts, True, sign * total, none,
                 sign * shares, sign * shares, sign * shares, {}).in_words() for sign in (1, -1)
    )  # fmt: skip
    assert "a takes 4.00 bn (3.20 to 4.80" in told
    assert "works 75 % (2.20 to 3.80), reform 25 % (1.00 to 1.00)" in told
    assert told.replace("takes", "adds").replace("from", "to") == turned


def test_a_measure_of_one_tie_over_a_span_of_years() -> None:
    found = ablate("works-only", "declarations", "trade", "KZ-KG", (2030, 2035), **FEW)
    one, other = (simulate(n, **FEW).years("trade", "KZ-KG", 2030, 2035) for n in ("works-only", "declarations"))
    assert found.difference == pytest.approx(one - other, abs=1e-6)
    assert found.what == "trade of KZ-KG in 2030-2035"


def test_more_than_eight_levers_are_grouped_by_name() -> None:
    story = Scenario.read("declarations").then("2026-01", reform_all=5, education=20)
    trial = Trial.of(story, "frozen", **FEW)
    assert {p.name: len(p.columns) for p in trial.parts} == {"reform": 10, "education": 1, "diplomacy": 1,
                                                             "moderator": 1}  # fmt: skip
    assert (trial._levers(trial.parts) == lever_table(Scenario.read("frozen"))).all()
    assert (trial._levers([]) == lever_table(story)).all()


# ----------------------------------------------------------------------------------------------------------- mechanisms


def test_every_mechanism_can_be_switched_off_and_says_what_it_is() -> None:
    known = parameters.describe()
    assert 10 <= len(MECHANISMS) <= 16
    for name in MECHANISMS:
        assert known[name].allowed[0] <= 0 <= known[name].allowed[1]
        assert known[name].default > 0
        Parameters().changed({name: 0})


def test_mechanisms_change_scenario_and_reference_alike() -> None:
    found = ablate("corridor-first", "declarations", parts=["replication", "trust_wedge"], **FEW)
    without = Parameters(replication=0, trust_wedge=0)
    one, other = (
        simulate(n, FEW["seeds"], without, firms=FEW["firms"]).year("surplus", "region", 2035)
        for n in ("corridor-first", "declarations")
    )
    assert found.bare == pytest.approx(one - other, abs=1e-12)
    assert found.shares.sum(axis=1) == pytest.approx(found.difference - found.bare, abs=1e-12)


def test_many_parts_leave_a_remainder_that_makes_the_sum_whole() -> None:
    found = ablate("corridor-first", "declarations", kind="mechanisms", seeds=12, firms=20)
    assert len(found.parts) > MOST_EXACT
    assert not found.exact
    assert len(found.pairs) == 6  # of the four largest
    assert found.shares == pytest.approx(found.taken_out)
    table = found.table().set_index("part")
    shares = table[table.kind == "parameter"]["mean"].sum() + table.loc["(remainder)", "mean"]
    assert shares == pytest.approx(table.loc["(total)", "mean"])
    assert "they leave" in found.in_words()


def test_shares_of_what_may_be_nothing_are_not_told() -> None:
    """A hub with 10 firms sampled, in two runs."""
    found = ablate("corridor-first", "declarations", "mean_trust", parts=["hub_open"], seeds=2, firms=10)
    assert "shares of it mean little" in found.in_words()


def test_a_count_of_runs_is_told_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    for options in ({}, {"parts": ["hub_open", "replication"]}):
        trial = Trial.of("corridor-first", "declarations", seeds=2, firms=20, **options)
        done: list[int] = []
        trial.advance = lambda done=done: done.append(1)
        trial.divide()
        assert len(done) == trial.runs


def test_a_rule_is_left_out_of_scenario_and_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without compiling: the months that would be run."""
    seen: list[Any] = []

    class Stop(Exception):
        pass

    def engine(scenario: Any, month: Any, firms: int) -> None:
        seen.append({module.name_of(rule) for rule in month.each_rule()})
        raise Stop

    trial = Trial.of("corridor-first", "declarations", parts=["ties.copy_corridor", "hub_open"], **FEW)
    assert [p.kind for p in trial.parts] == ["rule", "lever"]
    monkeypatch.setattr(module, "Engine", engine)
    with pytest.raises(Stop):
        trial.value(frozenset())
    assert "ties.copy_corridor" not in seen[0]
    assert "ties.build" in seen[0]


# ---------------------------------------------------------------------------- parameters, many parts, stopping half-way


def test_each_run_may_have_parameters_of_its_own() -> None:
    """As in `simulate`: one set a seed, also when a mechanism is out."""
    sets = [Parameters(trade_elasticity=value) for value in np.linspace(3, 6, FEW["seeds"])]
    found = ablate("corridor-first", "declarations", parts=["trust_wedge"], parameters=sets, **FEW)
    for numbers, values in (([one.changed({"trust_wedge": 0}) for one in sets], found.bare), (sets, found.difference)):
        one, other = (
            simulate(n, FEW["seeds"], numbers, firms=FEW["firms"]).year("surplus", "region", 2035)
            for n in ("corridor-first", "declarations")
        )
        assert values == pytest.approx(one - other, abs=1e-12)


@pytest.mark.parametrize("kind", ["levers", "mechanisms"])
def test_the_smaller_parts_are_gathered_into_one_and_the_shares_stay_whole(kind: str) -> None:
    whole = Trial.of("corridor-first", "declarations", kind=kind, **FEW)
    few = whole.gathered(3 if kind == "mechanisms" else 2, pilot=4)
    assert [p.name for p in few.parts][-1] == "the others"
    assert few.exact
    assert sum(len(p.columns) + len(p.parameters) for p in few.parts) == len(whole.parts)
    found = few.divide()
    assert found.shares.sum(axis=1) == pytest.approx(found.total, abs=1e-12)
    assert found.difference == pytest.approx(whole.value(frozenset(range(len(whole.parts)))), abs=1e-12)
    assert whole.gathered(len(whole.parts), pilot=4) is whole


def test_the_largest_parts_stand_by_themselves() -> None:
    """Reform and works make nearly all that the corridor adds to trade; the hub is then no part of its own."""
    trial = Trial.of("corridor-first", "declarations", "trade", "KZ-KG", **FEW)
    lost = np.abs(trial.divide().taken_out.mean(axis=0))
    kept = [p.name for p in trial.gathered(2, pilot=FEW["seeds"]).parts]
    assert kept == [trial.parts[int(lost.argmax())].name, "the others"]


def test_what_advance_raises_stops_the_runs() -> None:
    """With many seeds in line, none is begun after the stop but those already going."""

    class Stop(Exception):
        pass

    class Counted:
        """An engine that counts its runs."""

        def __init__(self, engine: Any) -> None:
            self.engine, self.begun = engine, begun
            self.levers, self.plain = engine.levers, engine.plain

        def run(self, *given: Any) -> Any:
            self.begun.append(1)
            return self.engine.run(*given)

    def stop() -> None:
        raise Stop

    begun: list[int] = []
    trial = Trial.of("corridor-first", "declarations", seeds=300, firms=60, threads=2)
    trial.engine = Counted(trial.engine)  # type: ignore[assignment]
    trial.advance = stop
    with pytest.raises(Stop) as caught:
        trial.divide()
    at_the_stop = len(begun)
    time.sleep(0.2)  # while `caught` still holds what was going on
    assert len(begun) == at_the_stop < 300
    assert caught.type is Stop


# ------------------------------------------------------------------------------------------------------ what it refuses


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"scenario": "frozen"}, "held against itself"),
        ({"measure": "surpluss"}, "did you mean 'surplus'"),
        ({"measure": "trade"}, "of whom"),
        ({"measure": "trade", "who": "KZ-KK"}, "did you mean 'KZ-KG'"),
        ({"measure": "leading_family", "who": "KZ"}, "names a category"),
        ({"year": 2036}, "year 2036 is outside"),
        ({"year": (2030, 2029)}, "2030-2029"),
        ({"kind": "lever"}, "did you mean 'levers'"),
        ({"parts": []}, "one or more"),
        ({"parts": ["hub_opn"]}, "did you mean 'hub_open'"),
        ({"parts": ["replicaton"]}, "did you mean 'replication'"),
        ({"parts": ["ties.copy_coridor"]}, "did you mean 'ties.copy_corridor'"),
        ({"scenario": "coridor-first"}, "did you mean 'corridor-first'"),
        ({"against": "declaration"}, "did you mean 'declarations'"),
        ({"parts": ["works_cost"]}, "cannot be 0"),
        ({"parts": ["states.attend"]}, "sets up the base year"),
        ({"parts": ["reform", "reform_KZ-KG"]}, "twice"),
        ({"parts": ["ties.copy_corridor", "ties.meet", "ties.agree"]}, "at most 2 rules"),
        ({"seeds": -1}, "seeds"),
        ({"threads": 0}, "threads"),
        ({"parameters": [Parameters()] * 3}, "3 sets of parameters for 100 seeds"),
    ],
)
def test_what_cannot_be_divided_is_refused_in_one_message(options: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        Trial.of(**{"scenario": "corridor-first", **options})


def test_a_scenario_that_differs_in_nothing_has_nothing_to_divide(tmp_path: Path) -> None:
    (tmp_path / "same.toml").write_text('based_on = "as-is"\n')
    with pytest.raises(BadInput, match="do not differ in any lever"):
        ablate(tmp_path / "same.toml", "as-is")


# ----------------------------------------------------------------------------------------------------- the command line


def test_the_command_writes_shares_a_chart_and_what_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    out = tmp_path / "out"
    words = ["ablate", "corridor-first", "--against", "declarations", "--seeds", "4", "--firms", "60"]
    assert corridors(monkeypatch, *words, "--out", str(out)) == 0
    told = capsys.readouterr().out
    for line in ("corridor-first adds", "reform_KZ-KG", "Shapley", "Pairs"):
        assert line in told
    files = {"ablate.csv", "interactions.csv", "chart.png", "chart.svg", "manifest.json"}
    assert {p.name for p in out.iterdir()} == files
    assert json.loads((out / "manifest.json").read_text())["measure"] == "surplus"
    frame = pd.read_csv(out / "ablate.csv").set_index("part")
    assert frame.loc["(total)", "percent"] == pytest.approx(100)
    assert corridors(monkeypatch, *words, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["exact"]
    assert {r["part"] for r in answer["rows"]} >= {"hub_open", "(together)"}


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--year", "soon"], "write a year"), (["--parts", "hub_open", "--mechanisms"], "one of them"),
     (["--year", "2050"], "outside 2025 to 2035")],
)  # fmt: skip
def test_the_command_refuses_in_one_line(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "ablate", "corridor-first", *words) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
