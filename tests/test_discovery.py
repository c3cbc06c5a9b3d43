"""Scenario discovery: a planted box is found, noise has none, and conditions and futures mean what they say."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.errors import BadInput
from abm.futures import NAMES, classify
from abm.parameters import Parameters, describe
from abm.runs import simulate
from corridors.discover import as_json, draw, in_words
from corridors.main import app
from experiments.analysis import conditions, discovery
from experiments.analysis.conditions import condition, futures_of
from experiments.analysis.discovery import boxes, discover
from experiments.analysis.outputs import side_of
from experiments.sweeps import SweepSpec, read_plan, read_sweep, run_sweep
from experiments.sweeps.plan import Plan

POINTS = 60
FITTED = [n for n, known in describe().items() if known.role == "fit" and known.low < known.high]


def space(runs: int, seed: int = 0, factors: str = "abcdef") -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).random((runs, len(factors))), columns=list(factors))


def planted(factors: pd.DataFrame) -> Any:
    """A box in three of the six factors, that holds 14 % of the space."""
    return ((factors["a"] > 0.6) & (factors["b"] < 0.5) & (factors["c"] > 0.3)).to_numpy()


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small sweep over every fitted parameter, with the frozen runs that futures need."""
    folder = tmp_path_factory.mktemp("sweep") / "fit"
    spec = SweepSpec.of(
        {
            "scenarios": ["as-is", "frozen"], "firms": 50, "vary": dict.fromkeys(FITTED, "prior"),
            "measures": ["intensity", "attention", "leading_family", "leading_share", "trade"],
            "windows": ["2034-2035", "2030"], "design": {"kind": "latin-hypercube", "points": POINTS, "seed": 1},
        }
    )  # fmt: skip
    with ThreadPoolExecutor(1) as here:
        run_sweep(spec, folder, here)
    return folder


# ------------------------------------------------------------------------------------------------ boxes


def test_a_planted_box_is_recovered() -> None:
    factors = space(600)
    first, *rest = boxes(factors, planted(factors))
    limits = {(limit.factor, limit.side): limit.bound for limit in first.limits}
    assert set(limits) == {("a", "above"), ("b", "below"), ("c", "above")}
    assert limits["a", "above"] == pytest.approx(0.6, abs=0.04)
    assert limits["b", "below"] == pytest.approx(0.5, abs=0.04)
    assert limits["c", "above"] == pytest.approx(0.3, abs=0.04)
    assert first.coverage > 0.9
    assert first.density > 0.9
    assert first.unseen > 0.9
    assert not rest


def test_coverage_density_and_mass_are_what_they_are_called() -> None:
    factors = space(600)
    wanted = planted(factors) ^ (np.random.default_rng(1).random(600) < 0.05)
    (first, *_) = boxes(factors, wanted)
    inside = first.holds(factors)
    assert first.coverage == pytest.approx((wanted & inside).sum() / wanted.sum())
    assert first.density == pytest.approx(wanted[inside].mean())
    assert (first.mass, first.runs) == (pytest.approx(inside.mean()), inside.sum())
    assert all(limit.quasi_p <= 0.05 for limit in first.limits)
    assert first.path[0] == pytest.approx([1, wanted.mean(), 1])


def test_noise_has_no_box() -> None:
    """Of 260 searches in noise none found a box; of the two here the last would, were it not for the unseen half."""
    luck = np.random.default_rng(7)
    tried = [(space(100, seed, "abcdefghijklmnopqrst"), luck.random(100) < 0.3) for seed in range(6)]
    assert [boxes(factors, wanted, most=1) for factors, wanted in (tried[0], tried[5])] == [[], []]


def test_seeds_of_one_point_are_no_trials_of_their_own() -> None:
    """Points differ by luck alone, their 30 seeds alike: counted by runs, four of these ten showed a box."""
    found = 0
    for seed in range(10):
        luck = np.random.default_rng(seed)
        factors = pd.concat([space(60, seed, "abcd")] * 30, ignore_index=True)
        found += bool(boxes(factors, luck.random(1800) < np.tile(luck.beta(0.5, 1.0, 60), 30), most=1))
    assert found <= 1


def test_a_planted_box_is_found_over_seeds() -> None:
    factors = pd.concat([space(200, 0, "abc")] * 5, ignore_index=True)
    (first,) = boxes(factors, factors["a"].to_numpy() > 0.6, most=1)
    assert {limit.factor for limit in first.limits} == {"a"}
    assert first.unseen > 0.9


@pytest.mark.parametrize("kind", ["morris", "saltelli"])
def test_designs_of_near_copies_are_refused(kind: str) -> None:
    plan = Plan.of(SweepSpec.of({"scenarios": ["as-is"], "vary": dict.fromkeys(FITTED, "prior"),
                                 "design": {"kind": kind}}))  # fmt: skip
    with pytest.raises(BadInput, match=f"rows of a {kind} design are near copies"):
        discover(plan, pd.DataFrame(), "trade_KZ_KG_2030 > 2")


def test_limits_are_told_as_they_hold() -> None:
    one, other = discovery.Limit("a", "above", 0.6), discovery.Limit("opening", "below", "2029-06")
    assert discovery._told("a", [one]) == "a at least 0.6"
    assert discovery._told("opening", [other]) == "opening at most 2029-06"
    box = discovery.Box((one,), 0.9, 0.8, 0.1, 50, 0.7, 0.01, np.ones((1, 3)))
    assert box.in_words().endswith("(boxes found on one half hold 70% on the other half)")


def test_a_box_that_does_not_hold_up_on_unseen_runs_is_not_shown() -> None:
    """Seeds 10 and 18: a weak effect, in which the search sees more than there is (p of .22 and .25 on unseen runs)."""
    for seed in (10, 18):
        factors = space(150, seed, "abcd")
        chance = np.where(factors["a"] > 0.7, 0.4, 0.2)
        assert boxes(factors, np.random.default_rng(seed).random(150) < chance, most=1) == []


def test_limits_that_add_nothing_are_dropped() -> None:
    for seed in range(4):
        factors = space(400, seed)
        wanted = planted(factors) ^ (np.random.default_rng(seed).random(400) < 0.08)
        (first,) = boxes(factors, wanted, most=1)
        assert {(limit.factor, limit.side) for limit in first.limits} == {
            ("a", "above"),
            ("b", "below"),
            ("c", "above"),
        }


def test_words_and_months_bound_a_box_and_a_second_box_is_found_outside_the_first() -> None:
    luck = np.random.default_rng(3)
    factors = space(800, factors="ab").assign(
        scenario=luck.choice(["red", "green", "blue"], 800),
        opening=[f"{2026 + m // 12}-{m % 12 + 1:02d}" for m in luck.integers(0, 96, 800)],
    )
    red = (factors["scenario"] == "red") & (factors["opening"] > "2029-06")
    corner = (factors["a"] > 0.7) & (factors["b"] < 0.4) & (factors["scenario"] != "red")
    first, second = boxes(factors, (red | corner).to_numpy())[:2]
    limits = {limit.factor: limit.bound for limit in first.limits}
    assert limits["scenario"] == ("red",)
    assert "2029-05" <= limits["opening"] <= "2029-10"
    assert first.density > 0.9
    assert {"a", "b"} <= {limit.factor for limit in second.limits}
    wanted, left = (red | corner).to_numpy(), ~first.holds(factors)
    here = left & second.holds(factors)
    assert second.coverage == pytest.approx((wanted & here).sum() / wanted.sum())  # of all such runs, not of those left
    assert second.mass == pytest.approx(here.mean())
    assert second.path[0] == pytest.approx([wanted[left].sum() / wanted.sum(), wanted[left].mean(), left.mean()])
    assert not (first.holds(factors) & second.holds(factors)).sum() > 0.02 * 800
    assert "scenario red" in first.in_words()
    assert "opening at least 2029-" in first.in_words()


def test_a_bound_between_two_months_lets_in_only_those_within() -> None:
    """Half June 2029 to half December: from July to December."""
    opening = pd.DataFrame({"opening": ["2029-05", "2029-06", "2029-07", "2030-01"]})
    june = 12.0 * 2029 + 5
    found = discovery._limits(
        pd.DataFrame({"x0": [june + 0.5, june + 6.5]}), pd.DataFrame({"x0": [june - 1, june + 7]}), opening
    )
    assert [(limit.side, limit.bound) for limit in found] == [("above", "2029-07"), ("below", "2029-12")]


def test_runs_of_one_point_never_stand_on_both_sides_of_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds of one point are alike: were they parted, what was seen would be checked on itself."""
    halves: list[set[float]] = []

    def search(found: pd.DataFrame, *ignored: Any) -> Any:
        halves.append(set(found["a"]))
        return (), None

    monkeypatch.setattr(discovery, "_search", search)
    factors = pd.concat([space(50)] * 4, ignore_index=True)
    discovery._on_unseen_halves(factors, np.arange(200) % 3 == 0, None)
    one, other = halves
    assert not one & other
    assert len(one | other) == 50


def test_of_a_path_the_densest_enough_with_most_coverage_is_taken() -> None:
    path = np.array([[1, 0.2, 1], [0.9, 0.6, 0.3], [0.8, 0.7, 0.2], [0.5, 0.9, 0.1]])
    assert [discovery._chosen(path, threshold) for threshold in (None, 0.6, 0.65, 0.95)] == [2, 1, 2, None]


def test_a_density_that_is_asked_for_is_reached_or_there_is_no_box() -> None:
    factors = space(600)
    wanted = np.where(planted(factors), np.random.default_rng(1).random(600) < 0.7, False)
    (first, *_) = boxes(factors, wanted, threshold=0.6, most=1)
    assert first.density >= 0.58  # dropping limits that add nothing may cost a little
    assert boxes(factors, wanted, threshold=0.99, most=1) == []
    with pytest.raises(BadInput, match="it is a share"):
        boxes(factors, wanted, threshold=7)


def test_too_little_to_go_by_is_refused() -> None:
    factors = space(100)
    with pytest.raises(BadInput, match="3 of 100 runs are of interest; a box needs 10"):
        boxes(factors, np.arange(100) < 3)
    with pytest.raises(BadInput, match="'b' has gaps"):
        boxes(factors.assign(b=np.nan), np.arange(100) < 30)
    with pytest.raises(BadInput, match="no factor varies"):
        boxes(factors * 0, np.arange(100) < 30)


def test_a_missing_package_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.analysis import sensitivity

    def missing(name: str) -> Any:
        raise ImportError(f"No module named '{name}'")

    monkeypatch.setattr(sensitivity, "import_module", missing)
    with pytest.raises(BadInput, match=r"this needs ema-workbench: pip install 'corridors\[explore\]'"):
        boxes(space(100), np.arange(100) < 30)


# ------------------------------------------------------------------------------------------------ conditions


TABLE = pd.DataFrame(
    {
        "surplus_2035": np.array([-1, -0.5, 0.1, 2], np.float32),
        "border_shut_KG-TJ": [0.0, 1.0, 2.0, 3.0],
        "diplomacy": ["none", "none", "sustained", "episodic"],
        "future": [NAMES[1], NAMES[2], NAMES[2], NAMES[3]],
    }
)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("surplus_2035 < 0", [1, 1, 0, 0]),
        ("surplus_2035>=-0.5", [0, 1, 1, 1]),
        ("surplus_2035 = 0.1", [0, 0, 1, 0]),
        ("surplus_2035 <= 0.1", [1, 1, 1, 0]),
        ("border_shut_KG-TJ > 1", [0, 0, 1, 1]),
        ("border_shut_KG-TJ < 2", [1, 1, 0, 0]),
        ("surplus_2035 != 2", [1, 1, 1, 0]),
        ("border_shut_KG-TJ > 1.5 and surplus_2035 <= 1e0", [0, 0, 1, 0]),
        ("diplomacy = none and surplus_2035 > -.6", [0, 1, 0, 0]),
        ("diplomacy != 'none'", [0, 0, 1, 1]),
        ("future = fragmentation", [1, 0, 0, 0]),
        ("future == economic-driven integration and surplus_2035 < 0", [0, 1, 0, 0]),
    ],
)
def test_conditions_mean_what_they_say(text: str, met: list[int]) -> None:
    assert condition(TABLE, text).tolist() == [bool(x) for x in met]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("surplus_2034 < 0", "unknown column 'surplus_2034'; did you mean 'surplus_2035'"),
        ("future = fragmentatoin", "unknown value of 'future' 'fragmentatoin'; did you mean 'fragmentation'"),
        ("diplomacy < none", "'diplomacy' is a word, so it takes = or !=, not <"),
        ("surplus_2035 < nought", "'surplus_2035' is a number, and 'nought' is not"),
        ("surplus_2035", "'surplus_2035' cannot be read"),
        ("0 < surplus_2035 < 1", "cannot be read"),
        ("surplus_2035 < 0 or diplomacy = none", "'0 or diplomacy = none' is not|cannot be read"),
        ("__import__('os').system('x') = 1", "unknown column|cannot be read"),
        ("", "cannot be read"),
        ("surplus_2035 > 5", r"none of 4 runs meet it \(surplus_2035 goes from -1 to 2\)"),
        ("surplus_2035 < 5", "all of 4 runs meet it"),
        ("future = external dominance", "none of 4 runs meet it .*economic-driven integration 2"),
    ],
)
def test_bad_conditions_are_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        condition(TABLE, text)


# ------------------------------------------------------------------------------------------------ a sweep


def test_futures_from_summaries_are_those_of_the_whole_runs(swept: Path) -> None:
    plan, frame = read_plan(swept), read_sweep(swept)
    sets = [Parameters().changed(plan.values(row)) for row in range(POINTS)]
    whole = [simulate(name, seeds=[0] * POINTS, parameters=sets, firms=50) for name in ("as-is", "frozen")]
    expected = [NAMES[i] for i in classify(*whole)]
    found = futures_of(side_of(frame, "as-is", "all rules"), side_of(frame, "frozen", "all rules"))
    assert found.tolist() == expected
    assert len(set(expected)) > 1


def test_failed_runs_have_no_future_and_are_refused_or_left_out(swept: Path) -> None:
    plan, frame = read_plan(swept), read_sweep(swept)
    measures = [name for name, _, _ in plan.summary]
    frame.loc[frame["run"] == 4, measures] = np.nan
    frame["error"] = frame["error"].astype(object).mask(frame["run"] == 4, "ZeroDivisionError")
    where = "future = economic-driven integration"
    with pytest.raises(BadInput, match=r"1 runs of 'as-is' failed or are missing: .*--impute drop"):
        discover(plan, frame, where, scenario="as-is")
    found = discover(plan, frame, where, impute="drop")
    assert len(found.interesting) == POINTS - 1
    assert found.notes == ("1 runs left out, which failed or are missing",)


def test_a_difference_needs_both_runs(swept: Path) -> None:
    """The run that is taken off failed: the pair is left out, and said to be."""
    plan, frame = read_plan(swept), read_sweep(swept)
    level = side_of(frame, "as-is", "all rules")["trade_KZ_KG_2030"].median()
    frame["error"] = frame["error"].astype(object)
    lost = frame.index[frame["scenario"] == "frozen"][3]
    frame.loc[frame["scenario"] == "frozen", "trade_KZ_KG_2030"] = level
    frame.loc[lost, ["error", "trade_KZ_KG_2030"]] = ["ZeroDivisionError", np.nan]
    where = "trade_KZ_KG_2030 > 0"
    with pytest.raises(BadInput, match="1 runs of 'as-is' failed or are missing"):
        discover(plan, frame, where, scenario="as-is", against="frozen")
    found = discover(plan, frame, where, scenario="as-is", against="frozen", impute="drop")
    assert len(found.interesting) == POINTS - 1


def test_futures_need_frozen_and_the_last_two_years(swept: Path) -> None:
    plan, frame = read_plan(swept), read_sweep(swept)
    with pytest.raises(BadInput, match="over the last two years"):
        futures_of(frame.filter(regex="2030"), frame)
    alone = Plan.of(plan.spec.model_copy(update={"scenarios": ["as-is"]}))
    with pytest.raises(BadInput, match="against 'frozen' at the same draws: add it"):
        discover(alone, frame[frame["scenario"] == "as-is"], "future = fragmentation")


def test_a_frozen_run_that_failed_is_left_out_of_the_band(swept: Path) -> None:
    """One NaN would make the band NaN, and no tie would ever leave it."""
    frame = read_sweep(swept)
    mine, frozen = (side_of(frame, name, "all rules") for name in ("as-is", "frozen"))
    gone = frozen.index[3]
    failed = frozen.copy()
    failed.loc[gone, [name for name in failed if name.endswith(("_2030", "_2035"))]] = np.nan
    assert futures_of(mine, failed).tolist() == futures_of(mine, frozen.drop(index=gone)).tolist()


def test_of_the_windows_that_a_sweep_kept_futures_take_the_last_two_years() -> None:
    kept = [f"intensity_KZ_KG_{window}" for window in ("2030_2031", "2034_2035", "2033_2035", "2035")]
    assert conditions._last_years(pd.DataFrame(columns=kept)) == "_2034_2035"
    with pytest.raises(BadInput, match="over the last two years"):
        conditions._last_years(pd.DataFrame(columns=kept[2:]))


def test_a_window_of_two_earlier_years_is_not_the_last_two(swept: Path) -> None:
    plan, frame = read_plan(swept), read_sweep(swept)
    kept = pd.DataFrame(columns=["intensity_KZ_KG_2030_2031"])
    with pytest.raises(BadInput, match='with the window "2034-2035"'):
        conditions._last_years(kept, 2035)
    early = frame.rename(columns=lambda name: str(name).replace("_2034_2035", "_2030_2031"))
    with pytest.raises(BadInput, match='with the window "2034-2035"'):
        discover(plan, early, "future = fragmentation", scenario="as-is")


def test_a_box_of_a_paired_difference_is_found_from_a_sweep(swept: Path) -> None:
    plan, frame = read_plan(swept), read_sweep(swept)
    tall = side_of(frame, "as-is", "all rules")["trade_elasticity"].to_numpy()
    high = tall > np.quantile(tall, 0.6)
    frame["trade_KZ_KG_2030"] = 5.0 + frame["trade_elasticity"]  # the level says nothing of the difference
    frame.loc[frame["scenario"] == "as-is", "trade_KZ_KG_2030"] += np.where(high, 1.0, -1.0)
    found = discover(plan, frame, "trade_KZ_KG_2030 > 0", scenario="as-is", against="frozen")
    assert (found.interesting == high).all()
    assert [limit.factor for limit in found.boxes[0].limits] == ["trade_elasticity"]
    assert found.boxes[0].density > 0.9
    assert json.loads(as_json(found))["boxes"][0]["runs"] == found.boxes[0].runs
    assert "1. trade_elasticity at least" in in_words(found)
    import matplotlib.pyplot as plt

    plt.close(draw(found))


def test_the_command_tells_boxes_or_that_there_are_none(swept: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    out = tmp_path / "out"
    words = ["discover", str(swept), "--where", "trade_KZ_KG_2030 > 2.7", "--out", str(out)]
    told = CliRunner().invoke(app, words, catch_exceptions=False).output
    assert "of 60 runs of as-is" in told
    assert {p.name for p in out.iterdir()} <= {"boxes.json", "boxes.png", "boxes.svg"}
    assert json.loads((out / "boxes.json").read_text(encoding="utf-8"))["where"] == "trade_KZ_KG_2030 > 2.7"
    with pytest.raises(BadInput, match="--density 3 is a share"):
        CliRunner().invoke(app, [*words, "--force", "--density", "3"], catch_exceptions=False)
