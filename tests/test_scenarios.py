"""Scenarios: dated changes of levers, combined, written down and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from abm import base_year, levers
from abm.errors import BadInput
from abm.scenario import Scenario, lever_names, lever_table

SPECIFIED = {
    "frozen", "as-is", "declarations", "corridor-first", "works-only", "reform-only", "hub-late", "fta-only",
    "bukhara-only", "fta-and-corridor", "all-corridors", "water-pact", "drought", "world-slump", "strong-blocs",
    "quiet-blocs", "moderator-off", "moderator-economic", "moderator-full", "episodic", "sustained", "no-diplomacy",
    "education-first", "settlement-and-funds", "kgtj-hindcast",
}  # fmt: skip


def at(scenario: Scenario, month: str, lever: str) -> float:
    """A lever's value in a month."""
    step = (int(month[:4]) - scenario.first_year) * 12 + int(month[5:]) - 1
    return float(lever_table(scenario)[lever][step])


def test_every_scenario_of_the_specification_ships() -> None:
    assert set(Scenario.names()) == SPECIFIED


@pytest.mark.parametrize("name", sorted(SPECIFIED))
def test_a_scenario_written_down_reads_back_the_same(name: str, tmp_path: Path) -> None:
    scenario = Scenario.read(name)
    path = tmp_path / "copy.toml"
    path.write_text(scenario.to_toml(), encoding="utf-8")
    again = Scenario.read(path)
    assert (lever_table(again) == lever_table(scenario)).all()
    assert again.initial == scenario.initial
    assert (again.first_year, again.years) == (scenario.first_year, scenario.years)
    assert scenario.title
    assert scenario.why


def test_as_is_is_half_the_corridor_of_corridor_first() -> None:
    half, full = Scenario.read("as-is"), Scenario.read("corridor-first")
    assert (at(half, "2025-12", "abec_programme"), at(half, "2026-01", "abec_programme")) == (0, 30)
    assert (at(full, "2031-12", "abec_programme"), at(full, "2032-01", "abec_programme")) == (60, 0)
    assert (at(half, "2027-06", "hub_open"), at(half, "2027-07", "hub_open")) == (0, 1)
    assert (at(full, "2026-12", "hub_open"), at(full, "2027-01", "hub_open")) == (0, 1)


def test_two_scenarios_combine_by_their_own_changes() -> None:
    both = Scenario.read("corridor-first+world-slump")
    assert at(both, "2028-02", "world_demand") == pytest.approx(-0.0744)
    assert at(both, "2028-04", "world_demand") == 0
    assert at(both, "2028-02", "abec_programme") == 60  # the slump's own base, as-is, does not come along


def test_a_later_change_leaves_alone_what_came_before() -> None:
    moved = Scenario.read("as-is").then("2029-01", hub_open="2031-01")
    assert [at(moved, month, "hub_open") for month in ("2028-12", "2029-01", "2031-01")] == [1, 0, 1]


def test_a_pulse_acts_in_its_month_only() -> None:
    scenario = Scenario.read("as-is").then("2028-03", inspection=2)
    assert [at(scenario, month, "inspection") for month in ("2028-02", "2028-03", "2028-04")] == [0, 2, 0]


def test_all_sets_every_tie_together() -> None:
    table = lever_table(Scenario.read("as-is").then("2026-01", reform_all=4, reform_KZ__UZ=2))
    ties = base_year.read().names("ties")
    assert table["reform"][12].tolist() == [2.0 if tie == "KZ-UZ" else 4.0 for tie in ties]


def test_every_lever_can_be_written_by_its_name() -> None:
    scenario = Scenario.read("as-is")
    for written in lever_names(scenario.world()):
        lever = next(lever for name, lever in levers.describe().items() if written.startswith(name))
        value = lever.words[0] if lever.words else "2027-05" if lever.form.startswith("date") else lever.high
        scenario = scenario.then("2026-01", **{written: value})
    assert len(lever_table(scenario)) == 132


def test_a_scenario_based_on_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_text(f'based_on = "{path.as_posix()}"')
    with pytest.raises(BadInput, match="based on itself"):
        Scenario.read(path)


def test_another_base_year_brings_its_own_starting_values() -> None:
    hindcast = Scenario.read("kgtj-hindcast")
    assert hindcast.first_year == 2020
    assert hindcast.world().table("ties")["KG-TJ"]["start_trade"].value == "0.037"
    assert base_year.read().table("ties")["KG-TJ"]["start_trade"].value == "0.0334"


def test_every_datum_of_the_base_year_has_a_source_and_a_confidence() -> None:
    for datum in base_year.read().rows:
        assert datum.source, datum
        assert datum.confidence in {"high", "medium", "low", "assumed"}, datum


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("KZ-KG,start_trade,1.9", "KZ-KG,start_trade,much", "must be a number"),
        ("KZ-KG,start_trust,0.62", "KZ-KG,start_trust,62", "share from 0 to 1"),
        ("KZ-KG,one,KZ", "KZ-KG,one,KZZ", "did you mean 'KZ'"),
        ("KZ-KG,start_soft,0.3,share", "KZ-KG,start_sft,0.3,share", "start_soft"),
        ("who,what,value", "who,what,amount", "columns must be"),
    ],
)
def test_a_broken_data_file_is_refused_with_file_and_line(old: str, new: str, message: str, tmp_path: Path) -> None:
    import shutil

    from abm.runs import Engine

    shutil.copytree(base_year.WORLD, tmp_path / "world")
    path = tmp_path / "world" / "ties.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=message) as problem:
        Engine(Scenario.read("as-is"), plain=True, firms=50, world=base_year.read(tmp_path / "world"))
    assert "ties.csv" in str(problem.value)


def test_a_second_hub_is_a_matter_of_data() -> None:
    from dataclasses import replace

    import numpy as np

    from abm.base_year import BaseYear
    from abm.engine.world import parameter_row
    from abm.parameters import Parameters
    from abm.runs import Engine

    plain = base_year.read()
    hub = [
        replace(d, who="Khorgos", value="KZ-UZ" if d.what == "border" else d.value)
        for d in plain.rows
        if d.who == "Kordai"
    ]
    rows = [replace(d, value="yes") if (d.who, d.what) == ("KZ-UZ", "made_by_firms") else d for d in plain.rows]
    engine = Engine(Scenario.read("corridor-first"), firms=100, world=BaseYear((*rows, *hub), plain.folder))
    out = np.zeros((len(engine.levers), len(engine.columns)))
    engine.run(1, parameter_row(Parameters()), engine.every, out)
    series = {(c.measure, c.who): out[:, i] for i, c in enumerate(engine.columns)}
    assert np.isfinite(out).all()
    for name, border in (("Kordai", "KZ-KG"), ("Khorgos", "KZ-UZ")):
        made = series["trade", border] - series["trade_raw", border]
        np.testing.assert_allclose(made, series["exports", name] / 1000)
        assert series["tenants", name][-1] > 0
