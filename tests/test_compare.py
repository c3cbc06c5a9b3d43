"""Scenarios held against one another: the same luck is shared, differences are told with bands, and both ways agree."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paired import surely_positive
from typed import corridors

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario
from experiments import compare as module
from experiments.compare import CHUNK, compare, over_time
from experiments.paired import in_words, pairable, rounded

SEEDS, FIRMS = 12, 60
FEW: dict[str, Any] = {"seeds": SEEDS, "firms": FIRMS}


@pytest.fixture(scope="module")
def found() -> Any:
    """Corridor first and works only, both less declarations."""
    return compare("corridor-first", "works-only", "declarations", **FEW)


def row(frame: Any, measure: str, who: str, year: int = 2035, scenario: str = "corridor-first") -> Any:
    """One difference."""
    return frame.set_index(["scenario", "measure", "who", "year"]).loc[(scenario, measure, who, year)]


# ----------------------------------------------------------------------------------------------------------- the laws


def test_a_difference_is_the_paired_difference_of_the_runs_themselves(found: Any) -> None:
    one, other = (simulate(name, SEEDS, firms=FIRMS).year("trade", "KZ-KG", 2030) for name in
                  ("corridor-first", "declarations"))  # fmt: skip
    told = row(found, "trade", "KZ-KG", 2030)
    low, median, high = np.quantile(one - other, [0.1, 0.5, 0.9])
    assert (told.low, told["median"], told.high) == pytest.approx((low, median, high), rel=1e-12)
    assert told["mean"] == pytest.approx((one - other).mean(), rel=1e-12)
    assert told.error == pytest.approx((one - other).std(ddof=1) / SEEDS**0.5, rel=1e-12)
    assert told.pairing == pytest.approx((one.var() + other.var()) / (one - other).var(), rel=1e-9)
    assert (told.level, told.level_against) == pytest.approx((np.median(one), np.median(other)))


def test_a_less_b_is_what_b_less_a_is_not(found: Any) -> None:
    back = compare("declarations", "corridor-first", **FEW)
    there = found[found.scenario == "corridor-first"].reset_index(drop=True)
    for one, other in (("median", "median"), ("mean", "mean"), ("low", "high"), ("high", "low")):
        assert list(there[one]) == pytest.approx(list(-back[other]), abs=1e-12)
    assert [w.replace("more", "less") for w in there.words] == [w.replace("more", "less") for w in back.words]
    assert list(there.pairing) == pytest.approx(list(back.pairing))


def test_against_names_what_the_last_place_names(found: Any) -> None:
    named = compare("declarations", "corridor-first", "works-only", against="declarations", **FEW)
    other = compare("corridor-first", "works-only", against="declarations", **FEW)
    assert named.equals(found)
    assert other.equals(found)


def test_seeds_may_come_in_any_chunks_and_order() -> None:
    """More seeds than a chunk holds, and the same ones backwards: bands do not depend on how runs were made."""
    many = CHUNK + 3
    told = [
        compare("works-only", "declarations", seeds=seeds, firms=10, measures="surplus", years=2026, threads=threads)
        for seeds, threads in ((many, 1), (range(many - 1, -1, -1), 2))
    ]
    assert told[0]["median"].to_numpy() == pytest.approx(told[1]["median"].to_numpy(), rel=1e-12)
    assert told[0]["runs"].to_list() == [many]


def test_before_the_policies_part_nothing_differs() -> None:
    early = compare("corridor-first", "declarations", years=2025, **FEW)
    assert (early[["low", "median", "high", "mean", "effect"]] == 0).all().all()
    assert set(early.words) == {"the same in every run"}


# ------------------------------------------------------------------------------------------------------ what it claims


def test_sharing_luck_makes_differences_surer(found: Any) -> None:
    """Pairing's variance ratio is above 1 for what luck moves (no draws beyond the fixed seeds; margin is wide)."""
    for measure, who in (("trade", "KZ-KG"), ("mean_trust", "region"), ("surplus", "region"), ("jobs", "Kordai")):
        assert row(found, measure, who).pairing > 1.5


def test_a_corridor_brings_trade_jobs_and_surplus_over_declarations() -> None:
    """False alarms: 1e-3 for each of three."""
    one, other = (simulate(name, SEEDS, firms=FIRMS) for name in ("corridor-first", "declarations"))
    for measure, who in (("trade", "KZ-KG"), ("jobs", "Kordai"), ("surplus", "region")):
        assert surely_positive(one.year(measure, who, 2035) - other.year(measure, who, 2035))


def test_every_headline_measure_but_the_named_family_is_there(found: Any) -> None:
    from abm.measures import MEASURES

    wanted = {m.name for m in MEASURES if m.headline}
    assert set(found.measure) == wanted - {"leading_family"}
    assert found.attrs["left_out"] == ["leading_family"]
    assert not found.duplicated(["scenario", "measure", "who", "year"]).any()
    assert set(found.year) == {2030, 2035}
    assert (found.low <= found["median"]).all()
    assert (found["median"] <= found.high).all()


def test_bands_over_time_are_those_of_the_runs() -> None:
    told = over_time("corridor-first", "declarations", series=[("trade", "KZ-KG"), ("jobs", "Kordai")], **FEW)
    one, other = (simulate(name, SEEDS, firms=FIRMS).of("jobs", "Kordai") for name in
                  ("corridor-first", "declarations"))  # fmt: skip
    jobs = told[told.measure == "jobs"]
    assert list(jobs.month) == simulate("declarations", 1, firms=FIRMS).dates
    assert jobs["median"].to_numpy() == pytest.approx(np.median(one.astype(float) - other, axis=0))


def test_parameters_may_differ_from_seed_to_seed_and_are_shared_by_the_scenarios() -> None:
    sets = [Parameters(trade_elasticity=4 + 0.1 * i) for i in range(4)]
    told = compare("corridor-first", "declarations", seeds=4, firms=FIRMS, parameters=sets, measures=["surplus"])
    one, other = (simulate(name, 4, sets, firms=FIRMS).year("surplus", "region", 2035) for name in
                  ("corridor-first", "declarations"))  # fmt: skip
    assert row(told, "surplus", "region")["mean"] == pytest.approx((one - other).mean())


def test_parameters_go_with_their_seeds_beyond_the_first_chunk() -> None:
    sets = [Parameters(trade_elasticity=3 + 0.05 * i) for i in range(CHUNK + 4)]
    told = compare("works-only", "declarations", seeds=len(sets), firms=10, parameters=sets, measures="surplus")
    one, other = (simulate(name, len(sets), sets, firms=10).year("surplus", "region", 2035) for name in
                  ("works-only", "declarations"))  # fmt: skip
    assert row(told, "surplus", "region", scenario="works-only")["mean"] == pytest.approx((one - other).mean())


def test_an_effect_is_counted_in_the_spread_of_what_it_is_held_against() -> None:
    one, other = np.array([1.0, 2, 3, 10]), np.array([0.0, 1, 0, 1])
    told = module._difference(one, other, "trade of KZ-KG")
    assert told["effect"] == pytest.approx((one - other).mean() / other.std(ddof=1))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_run_that_gave_no_number_is_refused_and_not_averaged_away(odd: float) -> None:
    with pytest.raises(BadInput, match="trade of KZ-KG is not a number in some runs"):
        module._difference(np.array([1.0, odd]), np.array([0.0, 1]), "trade of KZ-KG")


@pytest.mark.parametrize(
    ("differences", "told"),
    [([1, 1, -1, -1], "more in 5 of 10 runs"), ([1] * 19 + [-1], "more in 95.0% of runs"),
     ([-1, -1], "less in every run"), ([1] * 3 + [-1] * 5, "less in 6 of 10 runs"), ([0, 0], "the same in every run"),
     ([1] * 3 + [-1] * 2 + [0] * 5, "more in 3 of 10 runs, less in 2"),  # not less in 7
     ([-1] * 4 + [0] * 6, "less in 4 of 10 runs, more in none"), ([1] * 8 + [0, -1], "more in 8 of 10 runs"),
     ([1] * 40 + [-1] + [0] * 59, "more in 4 of 10 runs, less in 1.0%"),
     ([1] * 2 + [-1] + [0] * 97, "more in 2.0% of runs, less in 1.0%")],
)  # fmt: skip
def test_how_often_is_told_by_the_sign_of_most_runs(differences: list[int], told: str) -> None:
    assert in_words(np.array(differences, float)) == told


def test_the_yardstick_is_read_in_the_other_world() -> None:
    others, ground = pairable(["kgtj-hindcast", "frozen"])
    assert (ground.first_year, ground.years, ground.initial) == (2020, 6, others[0].initial)


@pytest.mark.parametrize(
    ("values", "told"),
    [((0.4321, -0.02), ["+0.432", "-0.020"]), ((2273.4,), ["+2,273"]), ((0.0, 0.0), ["0", "0"]),
     ((0.00432,), ["+0.0043"]), ((1.2e-8,), ["+1.2e-08"])],
)  # fmt: skip
def test_numbers_are_told_with_three_figures(values: tuple[float, ...], told: list[str]) -> None:
    assert rounded(*values, signed=True) == told


# ------------------------------------------------------------------------------------------------------ what it refuses


@pytest.mark.parametrize(
    ("scenarios", "options", "told"),
    [
        ((), {}, "two scenarios or more"),
        (("as-is",), {}, "given: 'as-is'"),
        (("as-is", "as-is"), {}, "held against itself"),
        (("as-is",), {"against": "as-is"}, "held against itself"),
        (("as-is", "drought", "as-is"), {"against": "frozen"}, "held against itself"),
        (("as-is", "droght"), {}, "did you mean 'drought'"),
        (("as-is", "kgtj-hindcast"), {}, r"\(2025-2035\).*different years"),
        (("as-is", "frozen"), {"years": 2040}, "year 2040 is outside 2025 to 2035"),
        (("as-is", "frozen"), {"years": []}, "one or more"),
        (("as-is", "frozen"), {"measures": "trad"}, "did you mean 'trade'"),
        (("as-is", "frozen"), {"measures": "leading_family"}, "names a category"),
        (("as-is", "frozen"), {"seeds": 0}, "seeds"),
        (("as-is", "frozen"), {"threads": 0}, "threads"),
        (("as-is", "frozen"), {"seeds": 3, "parameters": [Parameters()]}, "1 sets of parameters for 3 seeds"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_message(
    scenarios: tuple[str, ...], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        compare(*scenarios, **options)


def test_two_of_one_name_and_two_worlds_are_refused() -> None:
    story = Scenario.read("as-is")
    with pytest.raises(BadInput, match="two scenarios are called 'as-is'"):
        compare(story, story.then("2027-01", education=20))
    with pytest.raises(BadInput, match=r"different base years \(initial.KZ-KG, trust\)"):
        compare(story, replace(story, name="other", initial=(("KZ-KG", "trust", "0.5"),)))
    with pytest.raises(BadInput, match="agent of 'trade' 'KZ-KK'"):
        over_time("as-is", "frozen", series=[("trade", "KZ-KK")])


# ----------------------------------------------------------------------------------------------------- the command line


def test_the_command_writes_a_table_a_chart_and_what_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    out = tmp_path / "out"
    words = ["compare", "corridor-first", "works-only", "declarations", "--seeds", "5", "--firms", "60"]
    assert corridors(monkeypatch, *words, "--defaults", "--set", "trade_elasticity=4", "--out", str(out)) == 0
    told = capsys.readouterr().out
    for line in ("corridor-first less declarations", "works-only less declarations", "trade KZ-KG", "more in every run",
                 "Pairing", "leading_family", "in standard deviations of a single"):  # fmt: skip
        assert line in told
    assert not re.search(r"\bnan\b|\binf\b", told)
    assert {p.name for p in out.iterdir()} == {"compare.csv", "chart.png", "chart.svg", "manifest.json"}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["seeds"] == {"first": 0, "count": 5}
    assert manifest["parameters"]["trade_elasticity"] == 4
    assert set(manifest["scenarios"]) == {"corridor-first", "works-only", "declarations"}
    frame = pd.read_csv(out / "compare.csv")
    again = compare("corridor-first", "works-only", "declarations", seeds=5, firms=60,
                    parameters=Parameters(trade_elasticity=4))  # fmt: skip
    assert frame["median"].to_numpy() == pytest.approx(again["median"].to_numpy(), rel=1e-5)
    assert corridors(monkeypatch, *words, "--out", str(out)) == 2
    assert "results already" in capsys.readouterr().err


def test_the_command_speaks_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "as-is", "--against", "frozen", "--seeds", "3", "--firms", "60", "--json"]
    assert corridors(monkeypatch, *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["against"] == "frozen"
    assert {r["measure"] for r in told["rows"]} >= {"trade", "surplus", "storage"}


def test_an_interrupt_writes_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from corridors import compare as commands

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "run_paired", stop)
    assert corridors(monkeypatch, "compare", "as-is", "frozen", "--out", str(tmp_path / "out")) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
