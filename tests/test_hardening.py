"""What broke once, and must not again: stale code, nobody's links, mixed groups, others' folders, nonsense numbers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.corridors import Corridor
from abm.engine.rules import Measure, Month, RuleError, each
from abm.errors import BadInput, unknown
from abm.firms import Firm, pair
from abm.hub import Hub, quote
from abm.month import MONTH
from abm.parameters import Parameters
from abm.region import Region
from abm.runs import Engine, simulate
from abm.scenario import Scenario, lever_table
from corridors.output import check_place, written_whole
from corridors.run import Request, read_scenarios

RATE = 1.0


def told_rate() -> float:
    return RATE


@each(Hub)
def mark(hub: Any) -> None:
    hub.places = told_rate()


def test_a_changed_constant_is_seen_by_the_same_month_in_the_same_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path))
    month = Month((), (mark,), (Measure("places", Hub, "1", "hub.places", "what the rule was told"),))
    for rate in (1.0, 2.0, 1.0):
        monkeypatch.setattr("test_hardening.RATE", rate)
        globals()["RATE"] = rate
        assert simulate("frozen", 1, month=month, firms=10, keep="all").of("places", "Kordai")[0, -1] == rate


@each(Firm)
def thanks_its_partner(firm: Any, partner: Any) -> None:
    partner.experience = 1.0


@each(Corridor)
def asks_its_market(corridor: Any, market: Any) -> None:
    corridor.stock = 0.0


@pytest.mark.parametrize("rule", [thanks_its_partner, asks_its_market])
def test_a_rule_may_not_ask_for_somebody_who_may_be_nobody(rule: Any) -> None:
    with pytest.raises(RuleError, match="may be nobody"):
        Engine(Scenario.read("frozen"), MONTH.after(quote, rule), firms=10, plain=True)


def test_a_group_of_rules_is_of_one_kind() -> None:
    with pytest.raises(RuleError, match="must be of one kind"):
        Engine(Scenario.read("frozen"), MONTH.after(pair, mark), firms=10, plain=True)


@pytest.mark.parametrize(
    ("kind", "formula", "message"),
    [
        (Hub, "tie.trade_raw", "use sum"),
        (Region, "hub.land", "use sum"),
        (Hub, "exports", "hub.field"),
        (Region, "sum(tie.trust * state.attention)", "one kind"),
        (Region, "sum()", "one kind"),
        (Hub, "sqrt(hub.exports)", "unknown function"),
        (Hub, "hub.exprts", "exports"),
    ],
)
def test_a_formula_speaks_only_of_what_it_knows(kind: Any, formula: str, message: str) -> None:
    month = MONTH.measuring(Measure("mine", kind, "1", formula, "a measure of one's own"))
    with pytest.raises(RuleError, match=message):
        Engine(Scenario.read("frozen"), month, firms=10, plain=True)


def test_force_spares_folders_that_only_look_like_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text("{}")
    with pytest.raises(BadInput, match="did not write"):
        check_place(tmp_path / "web", True)
    ours = {"command": "", "scenarios": {}, "seeds": {}}
    (tmp_path / "web" / "manifest.json").write_text(json.dumps(ours))
    check_place(tmp_path / "web", True)
    (tmp_path / "web" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"notes\.txt"):
        check_place(tmp_path / "web", True)
    monkeypatch.chdir(tmp_path / "web")
    for out in (Path(), Path("../web"), tmp_path):
        with pytest.raises(BadInput, match="the folder you are in"):
            check_place(out, True)


def test_when_the_last_rename_fails_the_old_results_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    with written_whole(out) as folder:
        (folder / "summary.csv").write_text("old")
    plain = Path.rename

    def refuse(self: Path, target: Any) -> Any:
        if ".partial-" in self.name:
            raise OSError("no")
        return plain(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(BadInput, match="nothing was written"), written_whole(out):
        pass
    assert (out / "summary.csv").read_text() == "old"
    assert os.listdir(tmp_path) == ["out"]


def request(scenario: str, against: str = "frozen") -> Request:
    return Request(scenario, against, 2, None, False, (), 50, "headline", 1, False, "")


def test_frozen_and_as_is_live_in_the_scenarios_own_world(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('based_on = "as-is"\n[initial.KZ-KG]\nstart_trust = 0.1\n')
    found = read_scenarios(request(str(tmp_path / "mine.toml")))
    assert [s.name for s in found] == ["mine", "frozen", "as-is"]
    assert {s.initial for s in found} == {(("KZ-KG", "start_trust", "0.1"),)}


def test_a_file_may_not_take_the_name_of_a_shipped_scenario(tmp_path: Path) -> None:
    (tmp_path / "as-is.toml").write_text('title = "mine"\n')
    with pytest.raises(BadInput, match="rename the file"):
        read_scenarios(request(str(tmp_path / "as-is.toml")))


def test_combining_brings_all_that_the_second_adds(tmp_path: Path) -> None:
    (tmp_path / "dry.toml").write_text('based_on = "drought"\n[[change]]\nat = "2027-01"\neducation = 20\n')
    both = lever_table(Scenario.read(f"corridor-first+{tmp_path / 'dry.toml'}"))
    assert both["drought"].max() == 0.3
    assert both["education"][-1] == 20
    assert both["abec_programme"].max() == 60


def test_what_is_inherited_must_lie_in_the_years(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text('based_on = "corridor-first"\nbase_year = 1990\n')
    with pytest.raises(BadInput, match="inherited from 'corridor-first'"):
        Scenario.read(tmp_path / "old.toml")


@pytest.mark.parametrize("years", [1, 5, 12, 30])
def test_a_scenario_of_any_length_is_answered(
    years: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from test_cli import corridors

    path = tmp_path / "mine.toml"
    path.write_text(f'title = "odd [/foo] $title$ [bold]"\nbased_on = "as-is"\nyears = {years}\n')
    words = ["run", str(path), "--seeds", "2", "--firms", "50", "--out", str(tmp_path / "out")]
    assert corridors(monkeypatch, *words) == 0
    told = capsys.readouterr().out
    assert "[/foo] $title$ [bold]" in told
    assert "nan" not in told
    again = Scenario.read(path)
    (tmp_path / "again.toml").write_text(again.to_toml(), encoding="utf-8")
    assert (lever_table(Scenario.read(tmp_path / "again.toml")) == lever_table(again)).all()


@pytest.mark.parametrize("end", [0, 1])
@pytest.mark.parametrize("seed", range(3))
def test_what_a_run_accepts_gives_no_nonsense(end: int, seed: int) -> None:
    """Each parameter alone at an end of what a run accepts, and random sets of ends: numbers stay finite."""
    from abm.parameters import describe

    rng = np.random.default_rng([end, seed])
    known = list(describe().values())
    chosen = [n for n in known if rng.random() < 0.03]
    p = Parameters().changed({n.name: n.allowed[end] for n in chosen})
    runs = simulate("all-corridors+water-pact", 2, p, keep="all", firms=60)
    assert np.isfinite(runs.series).all(), [n.name for n in chosen]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "3", True, -5.0])
def test_parameters_refuse_what_is_no_number_in_their_span(value: Any) -> None:
    with pytest.raises(BadInput, match="trade_elasticity"):
        Parameters(trade_elasticity=value)


@pytest.mark.parametrize("seeds", [0, -3, [1.7], "12", True, None, [], [-1]])
def test_seeds_that_make_no_sense_are_refused(seeds: Any) -> None:
    with pytest.raises(BadInput, match="seeds"):
        simulate("frozen", seeds)


def test_numbers_of_numpy_are_numbers() -> None:
    scenario = Scenario.read("as-is").then("2026-01", energy=np.int64(5), agro=np.float32(5))
    assert lever_table(scenario)["energy"][-1] == 5
    assert Parameters().changed({"trade_elasticity": np.int64(3)}).trade_elasticity == 3
    assert simulate(scenario, np.int64(2), firms=50, keep="surplus").series.shape[0] == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "nearest"), [("reform_kz-kg", "reform_KZ-KG"), ("TRUST", "trust"), ("REFORM_KZ-KG", "reform_KZ-KG")]
)
def test_a_slip_of_case_finds_its_name(asked: str, nearest: str) -> None:
    names = ["reform_TM-UZ", "reform_KZ-KG", "summit_KZ-KG", "UZ CSTO", "trust", "thrust"]
    assert f"did you mean '{nearest}'" in str(unknown("name", asked, names))
