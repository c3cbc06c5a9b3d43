"""Sensitivity: known indices are found, planted effects are exact, and gaps are never passed over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from abm.errors import BadInput
from corridors.main import app
from corridors.sensitivity import _meaning, draw, show, subtitle_of
from experiments.analysis import sensitivity
from experiments.analysis.outputs import design_rows, settings_of, values_of
from experiments.analysis.sensitivity import analyse, morris, pawn, sobol, sobol_pairs
from experiments.sweeps import SweepSpec
from experiments.sweeps.plan import Plan

NAMES = ["x1", "x2", "x3"]
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]  # of Ishigami's function with a = 7, b = 0.1
MEASURE = "trade_KZ_KG_2030"
FACTORS = ["trade_elasticity", "sunk_cost_factor", "outside_pressure", "freight_cut"]
WEIGHTS = np.array([4.0, 2.0, 1.0, 0.0])


def ishigami(unit: Any) -> Any:
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def unit_design(kind: str, factors: int, **given: Any) -> Any:
    """A design on the unit cube, as sweeps draw it."""
    problem = {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    if kind == "morris":
        from SALib.sample import morris as sampler

        return sampler.sample(problem, seed=1, **given)
    from SALib.sample import sobol as saltelli

    return saltelli.sample(problem, seed=1, **given)


def planned(kind: str, scenarios: tuple[str, ...] = ("as-is",), replications: int = 1, **design: Any) -> Plan:
    """A sweep's plan, worked out and not run."""
    return Plan.of(
        SweepSpec.of(
            {
                "scenarios": list(scenarios), "replications": replications, "firms": 50,
                "design": {"kind": kind, **design}, "vary": dict.fromkeys(FACTORS, "prior"),
            }
        )
    )  # fmt: skip


def results(plan: Plan, measure: Callable[[Any, str, int], Any]) -> pd.DataFrame:
    """The frame of a sweep whose measure is planted: a function of the design, the scenario and the replication."""
    points = [plan.point(number) for number in range(plan.points)]
    rows = np.array([point.row for point in points])
    parts = []
    for replication in range(plan.spec.replications):
        frame = pd.DataFrame({
            "run": replication * plan.points + np.arange(plan.points), "point": np.arange(plan.points),
            "replicate": replication, "scenario": [plan.stories[p.scenario].name for p in points],
            "rules": plan.variants[0], "error": pd.Series([None] * plan.points, dtype=object),
        })  # fmt: skip
        frame[MEASURE] = 0.0
        for story in plan.stories:
            mine = frame["scenario"] == story.name
            frame.loc[mine, MEASURE] = measure(plan.drawn.unit[rows[mine]], story.name, replication)
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def planted(unit: Any, scenario: str = "", replication: int = 0) -> Any:
    return unit @ WEIGHTS


def with_failures(frame: pd.DataFrame, *runs: int) -> pd.DataFrame:
    failed = frame["run"].isin(runs)
    return frame.assign(
        **{
            MEASURE: frame[MEASURE].mask(failed),
            "error": frame["error"].mask(failed, "Traceback …\nZeroDivisionError: x"),
        }
    )


# ------------------------------------------------------------------------------------------------ known answers


def test_sobol_indices_of_ishigami_are_found_within_their_error() -> None:
    table = sobol(ishigami(unit_design("saltelli", 3, N=1024, calc_second_order=True)), NAMES, True).loc[NAMES]
    assert np.allclose(table["first"], FIRST, atol=0.03)
    assert np.allclose(table["total"], TOTAL, atol=0.03)
    assert (np.abs(table["first"] - FIRST) < 1.5 * table["first_error"]).all()
    assert (np.abs(table["total"] - TOTAL) < 1.5 * table["total_error"]).all()
    assert (table[["first_error", "total_error"]].to_numpy() < 0.12).all()


def test_the_pair_that_acts_together_is_found() -> None:
    pairs = sobol_pairs(ishigami(unit_design("saltelli", 3, N=1024, calc_second_order=True)), NAMES)
    assert pairs.index[0] == "x1 × x3"
    assert pairs["index"].iloc[0] == pytest.approx(0.2437, abs=0.05)
    assert (np.abs(pairs["index"].iloc[1:]) < pairs["error"].iloc[1:]).all()


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    from scipy.stats import qmc

    held = []
    for seed in range(20):
        a, b = np.hsplit(qmc.Sobol(6, rng=seed).random(256), 2)
        rows = [a, *(np.where(np.arange(3) == i, b, a) for i in range(3)), b]
        table = sobol(ishigami(np.stack(rows, axis=1).reshape(-1, 3)), NAMES).loc[NAMES]
        held += [
            *(np.abs(table["first"] - FIRST) < table["first_error"]),
            *(np.abs(table["total"] - TOTAL) < table["total_error"]),
        ]
    assert np.mean(held) > 0.9


def test_morris_sees_that_x3_acts_only_with_another_and_x2_only_by_curvature() -> None:
    design = unit_design("morris", 3, N=200, num_levels=8)
    table = morris(design, ishigami(design), NAMES)
    assert (table["mu_star"] > table["error"]).all()
    assert table.loc["x3", "sigma"] > 5 * abs(table.loc["x3", "mu"])
    assert table.loc["x2", "sigma"] > 5 * abs(table.loc["x2", "mu"])
    assert table["mu_star"].is_monotonic_decreasing


def test_pawn_ranks_ishigami_and_leaves_idle_factors_in_the_noise() -> None:
    design = np.random.default_rng(0).random((2000, 5))
    table = pawn(design, ishigami(design), [*NAMES, "idle", "idle too"])
    assert list(table.index[:3]) == ["x2", "x1", "x3"]
    assert list(table["matters"]) == [True, True, True, False, False]


def test_a_planted_linear_model_is_found_exactly() -> None:
    shares = WEIGHTS**2 / (WEIGHTS**2).sum()
    design = unit_design("saltelli", 4, N=1024, calc_second_order=False)
    table = sobol(planted(design), FACTORS)
    assert np.allclose(table["first"], shares, atol=0.01)
    assert np.allclose(table["total"], shares, atol=0.01)
    assert table["first"].sum() == pytest.approx(1, abs=0.01)
    steps = unit_design("morris", 4, N=10, num_levels=4)
    effects = morris(steps, planted(steps), FACTORS)
    assert np.allclose(effects["mu_star"], WEIGHTS)
    assert np.allclose(effects["sigma"], 0)
    cube = np.random.default_rng(0).random((1000, 4))
    distances = pawn(cube, planted(cube), FACTORS)
    assert list(distances.index) == FACTORS
    assert list(distances["matters"]) == [True, True, True, False]


def test_pawn_is_salibs_where_that_is_right_and_sees_the_highest_level_where_it_is_not() -> None:
    from SALib.analyze import pawn as theirs

    design = np.random.default_rng(0).random((1500, 3))
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0, 1]] * 3}
    known = theirs.analyze(problem, design, ishigami(design))
    ours = pawn(design, ishigami(design), NAMES).loc[NAMES]
    assert np.allclose(ours["median"], known["median"], atol=0.005)
    assert np.allclose(ours["maximum"], known["maximum"], atol=0.005)
    levels = np.repeat([0.0, 1.0, 2.0, 3.0], 25)[:, None]
    exact = pawn(levels, levels[:, 0], ["level"]).iloc[0]
    assert (exact["median"], exact["maximum"]) == (0.625, 0.75)  # by hand: .75, .5, .5, .75


def test_an_idle_factor_passes_for_one_that_matters_about_once_in_twenty() -> None:
    luck = np.random.default_rng(5)
    table = pawn(luck.random((400, 200)), luck.random(400), [f"idle {i}" for i in range(200)])
    assert 0.01 < table["matters"].mean() < 0.12


def test_the_same_numbers_give_the_same_answer() -> None:
    design = np.random.default_rng(0).random((100, 3))
    pd.testing.assert_frame_equal(pawn(design, ishigami(design), NAMES), pawn(design, ishigami(design), NAMES))
    sample = unit_design("saltelli", 3, N=32, calc_second_order=False)
    pd.testing.assert_frame_equal(sobol(ishigami(sample), NAMES), sobol(ishigami(sample), NAMES))


# ------------------------------------------------------------------------------------------------ refusals


def test_one_gap_is_refused_where_salib_says_that_nothing_matters() -> None:
    from SALib.analyze import sobol as theirs

    design = unit_design("saltelli", 3, N=64, calc_second_order=False)
    values = ishigami(design)
    values[7] = np.nan
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0, 1]] * 3}
    silent = theirs.analyze(problem, values, calc_second_order=False)
    assert (silent["S1"] == 0).all()
    assert (silent["ST"] == 0).all()
    steps = unit_design("morris", 3, N=80)
    for call in (lambda: sobol(values, NAMES), lambda: pawn(design, values, NAMES),
                 lambda: morris(steps, values, NAMES)):  # fmt: skip
        with pytest.raises(BadInput, match="1 of 320 values are NaN or infinite, first in row 7"):
            call()


def test_a_measure_that_does_not_vary_says_so() -> None:
    same = np.full(320, 1.5)
    with pytest.raises(BadInput, match=r"does not vary: it is 1\.5 in all 320 rows"):
        sobol(same, NAMES)
    with pytest.raises(BadInput, match="does not vary"):
        morris(unit_design("morris", 3, N=80), same, NAMES)


def test_a_design_of_another_kind_or_too_small_is_refused() -> None:
    luck = np.random.default_rng(0)
    with pytest.raises(BadInput, match="was this a morris design"):
        morris(luck.random((40, 3)), luck.random(40), NAMES)
    with pytest.raises(BadInput, match="no multiple of 5"):
        sobol(luck.random(321), NAMES)
    with pytest.raises(BadInput, match="3 trajectories are too few"):
        morris(unit_design("morris", 3, N=3), luck.random(12), NAMES)
    with pytest.raises(BadInput, match="8 base rows are too few"):
        sobol(luck.random(40), NAMES)
    with pytest.raises(BadInput, match="30 rows are too few"):
        pawn(luck.random((30, 3)), luck.random(30), NAMES)
    with pytest.raises(BadInput, match="needs a saltelli design; this sweep's is 'morris': use morris"):
        analyse(planned("morris"), pd.DataFrame(), MEASURE, method="sobol")


def test_a_missing_package_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"No module named '{name}'")

    monkeypatch.setattr(sensitivity, "import_module", missing)
    with pytest.raises(BadInput, match=r"this needs SALib: pip install 'corridors\[explore\]'"):
        sobol(np.arange(80.0), NAMES)


# ------------------------------------------------------------------------------------------------ from a sweep


def test_a_sweep_is_analysed_by_the_method_of_its_design() -> None:
    steps = planned("morris", trajectories=10)
    found = analyse(steps, results(steps, planted), MEASURE)
    assert (found.method, found.unit, found.rows) == ("morris", "bn US$/yr", 50)
    assert np.allclose(found.table.loc[FACTORS, "mu_star"], WEIGHTS)
    sample = planned("saltelli", base=256, second_order=True)
    found = analyse(sample, results(sample, planted), MEASURE)
    assert found.method == "sobol"
    assert np.allclose(found.table.loc[FACTORS, "first"], WEIGHTS**2 / 21, atol=0.03)
    assert found.pairs is not None
    cube = planned("latin-hypercube", points=200)
    assert analyse(cube, results(cube, planted), MEASURE).method == "pawn"


def test_replications_are_averaged_and_a_difference_is_paired() -> None:
    plan = planned("morris", ("as-is", "declarations"), 2, trajectories=4)
    luck = {0: 10.0, 1: -4.0}
    frame = results(plan, lambda unit, story, i: luck[i] + (story == "declarations") * (unit @ WEIGHTS) + unit[:, 3])
    alone = values_of(plan, frame, MEASURE, scenario="as-is")
    assert np.allclose(alone.values, 3 + plan.drawn.unit[:, 3])
    less = values_of(plan, frame, MEASURE, scenario="declarations", against="as-is")
    assert np.allclose(less.values, plan.drawn.unit @ WEIGHTS)
    with pytest.raises(BadInput, match="several scenarios: choose with --scenario as-is, declarations"):
        values_of(plan, frame, MEASURE)
    with pytest.raises(BadInput, match="held against itself"):
        values_of(plan, frame, MEASURE, scenario="as-is", against="as-is")


def test_failed_missing_and_infinite_runs_are_refused_with_counts_and_cure() -> None:
    plan = planned("morris", trajectories=10)
    frame = with_failures(results(plan, planted), 12, 30)
    frame.loc[frame["run"] == 40, MEASURE] = np.inf
    with pytest.raises(
        BadInput,
        match=r"of 50 runs 2 failed, 1 gave NaN or infinity, 1 are missing; the first is run 12: "
        r"ZeroDivisionError: x\. .*--impute drop, neighbour or median",
    ):
        analyse(plan, frame[frame["run"] != 49], MEASURE)


def test_dropping_takes_whole_trajectories_and_leaves_the_rest_exact() -> None:
    plan = planned("morris", trajectories=10)
    found = analyse(plan, with_failures(results(plan, planted), 12, 13, 30), MEASURE, impute="drop")
    assert found.rows == 40
    assert found.notes == ("10 of 50 rows (2 blocks of 5) left out: 3 lack a run that ended well",)
    assert np.allclose(found.table.loc[FACTORS, "mu_star"], WEIGHTS)
    sample = planned("saltelli", base=64)
    found = analyse(sample, with_failures(results(sample, planted), 100), MEASURE, impute="drop")
    assert found.rows == 64 * 6 - 6
    assert np.allclose(found.table.loc[FACTORS, "total"], WEIGHTS**2 / 21, atol=0.05)


def test_a_row_counts_only_if_all_its_seeds_ended_well() -> None:
    """Of two seeds one failed: the row is a gap, not the mean of the other."""
    plan = planned("latin-hypercube", replications=2, points=50)
    frame = with_failures(results(plan, planted), 7)
    with pytest.raises(BadInput, match="of 100 runs 1 failed"):
        values_of(plan, frame, MEASURE)
    assert values_of(plan, frame, MEASURE, impute="drop").rows.tolist() == [row for row in range(50) if row != 7]


def test_dropping_takes_whole_base_rows_where_pairs_are_asked_for() -> None:
    plan = planned("saltelli", base=32, second_order=True)
    found = analyse(plan, with_failures(results(plan, planted), 100), MEASURE, impute="drop")
    assert found.rows == 31 * (2 * 4 + 2)
    assert found.notes == ("10 of 320 rows (1 blocks of 10) left out: 1 lack a run that ended well",)


def test_pawn_leaves_out_the_settings_of_the_rows_that_it_drops() -> None:
    plan = planned("latin-hypercube", points=200)
    frame = with_failures(results(plan, planted), *range(20))
    found = analyse(plan, frame, MEASURE, impute="drop").table.loc[FACTORS]
    alone = pawn(settings_of(plan)[20:], planted(plan.drawn.unit)[20:], FACTORS).loc[FACTORS]
    pd.testing.assert_frame_equal(found, alone)


def test_a_factor_of_words_is_told_apart_by_its_words() -> None:
    told = {"scenarios": ["as-is"], "firms": 50, "design": {"kind": "latin-hypercube", "points": 200},
            "vary": {"diplomacy": "prior", "leadership": "prior"}}  # fmt: skip
    plan = Plan.of(SweepSpec.of(told))
    luck = np.random.default_rng(0).normal(size=200)
    frame = results(plan, lambda unit, story, i: (np.array(plan.drawn.values[0]) == "none") * 2.0 + luck)
    assert analyse(plan, frame, MEASURE).table["matters"].to_dict() == {"diplomacy": True, "leadership": False}


@pytest.mark.parametrize("levels", [4, 6, 10])
def test_effects_are_of_the_whole_range_whatever_the_levels_of_the_design(levels: int) -> None:
    plan = planned("morris", trajectories=6, levels=levels)
    found = analyse(plan, results(plan, planted), MEASURE)
    assert np.allclose(found.table.loc[FACTORS, "mu_star"], WEIGHTS)


@pytest.mark.parametrize("levels", [4, 6, 10])
def test_effects_of_listed_values_are_of_the_whole_list(levels: int) -> None:
    """The unit cube is crossed by two thirds or so: of two values that is the whole list, of three half or all."""
    told = {"scenarios": ["as-is"], "firms": 50, "design": {"kind": "morris", "trajectories": 12, "levels": levels},
            "vary": {"free_trade_all": {"values": [0, 1]}, "diplomacy": "prior", "freight_cut": "prior"}}  # fmt: skip
    plan = Plan.of(SweepSpec.of(told))
    places = settings_of(plan) / [1, len(plan.factors[1].values) - 1, 1]
    frame = results(plan, lambda unit, story, i: places[:, 0] - 2 * places[:, 1] + 3 * unit[:, 2])
    table = analyse(plan, frame, MEASURE).table.loc[["free_trade_all", "diplomacy", "freight_cut"]]
    assert np.allclose(table["mu"], [1, -2, 3])
    assert np.allclose(table[["error", "sigma"]], 0)


def test_steps_that_leave_a_listed_value_as_it_is_are_left_out_and_counted() -> None:
    unit = np.array([[0.0], [0.3], [0.0], [0.6], [0.9], [0.1], [0.4], [0.8]])
    table = morris(unit, (unit[:, 0] >= 0.5) * 1.0, ["x"], [2])
    assert (table.loc["x", "mu_star"], table.loc["x", "steps"]) == (1, 3)
    with pytest.raises(BadInput, match="'x' changes its value 0 times"):
        morris(unit, unit[:, 0], ["x"], [1])


@pytest.mark.parametrize(("kind", "suited"), [("morris", "morris"), ("saltelli", "sobol")])
def test_pawn_is_refused_where_rows_are_near_copies(kind: str, suited: str) -> None:
    with pytest.raises(BadInput, match=f"those of a {kind} design are near copies: use {suited}, or"):
        analyse(planned(kind), pd.DataFrame(), MEASURE, method="pawn")


def test_pawn_takes_grids_and_listed_values_but_no_saltelli_arrays_or_replications() -> None:
    luck = np.random.default_rng(0)
    sample = unit_design("saltelli", 3, N=64, calc_second_order=False)
    cube = luck.random((50, 3))
    for design in (sample, np.repeat(cube, 4, axis=0)):
        with pytest.raises(BadInput, match="different settings of a factor"):
            pawn(design, luck.random(len(design)), NAMES)
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 20), np.linspace(0, 1, 20)), axis=-1).reshape(-1, 2)
    months = luck.integers(0, 120, (400, 2))
    for design in (grid, months):
        assert list(pawn(design, design[:, 0] + luck.random(400), NAMES[:2])["matters"]) == [True, False]


@pytest.mark.parametrize("kind", ["morris", "saltelli"])
def test_luck_of_their_own_is_refused_where_rows_are_compared(kind: str) -> None:
    plan = planned(kind, ("as-is", "declarations"))
    own = Plan.of(plan.spec.model_copy(update={"luck": "own"}))
    frame = results(own, lambda unit, story, i: (story == "as-is") * planted(unit))
    with pytest.raises(BadInput, match='with luck = "own" rows differ by their luck as well'):
        analyse(own, frame, MEASURE, scenario="as-is")
    found = analyse(own, frame, MEASURE, scenario="as-is", against="declarations")
    assert subtitle_of(found).endswith("one run each, luck of their own")


def test_what_luck_the_runs_had_is_told() -> None:
    plan = planned("latin-hypercube", points=60, replications=2)
    own = Plan.of(plan.spec.model_copy(update={"luck": "own"}))
    told = [subtitle_of(analyse(p, results(p, planted), MEASURE)) for p in (plan, own)]
    assert [text.split(" runs each, ")[1] for text in told] == ["same luck", "luck of their own"]


def test_pawn_claims_no_95_per_cent(capsys: pytest.CaptureFixture[str]) -> None:
    import matplotlib.pyplot as plt

    plan = planned("latin-hypercube", points=60)
    found = analyse(plan, results(plan, planted), MEASURE)
    show(found)
    assert "± is the spread of resampling; distances of small slices lie above the truth" in capsys.readouterr().out
    page = draw(found, plan)
    assert page.get_supxlabel().startswith("Whiskers: spread of resampling")
    plt.close(page)


def test_no_share_below_nothing_is_told_as_interaction() -> None:
    plan = planned("saltelli", base=64)
    found = analyse(plan, results(plan, planted), MEASURE)
    for first, told in ((0.2, "about 20% of"), (0.26, "about 0% of"), (0.5, "too few base rows")):
        found.table[["first", "first_error"]] = first, 0.1
        assert told in _meaning(found)


def test_rows_of_the_design_are_those_of_the_points() -> None:
    plan = planned("morris", ("as-is", "declarations", "frozen"), trajectories=4)
    rows = design_rows(plan, pd.DataFrame({"point": np.arange(plan.points)}))
    assert rows.tolist() == [plan.point(number).row for number in range(plan.points)]


def test_half_widths_are_those_of_the_index_that_they_stand_by() -> None:
    from SALib.analyze import sobol as theirs

    values = ishigami(unit_design("saltelli", 3, N=64, calc_second_order=False))
    problem = {"num_vars": 3, "names": NAMES, "bounds": [[0, 1]] * 3}
    known = theirs.analyze(problem, values, calc_second_order=False, num_resamples=200, seed=sensitivity.SEED)
    ours = sobol(values, NAMES).loc[NAMES]
    assert ours["first_error"].to_numpy() == pytest.approx(known["S1_conf"])
    assert ours["total_error"].to_numpy() == pytest.approx(known["ST_conf"])


def test_the_noise_line_is_passed_by_luck_five_times_in_a_hundred() -> None:
    """2000 shuffles of one factor; the line itself is of 200, so its own level strays by a hundredth or two."""
    luck = np.random.default_rng(5)
    values, cut = luck.random(400), sensitivity._slices(luck.random(400), 10)
    (line,) = sensitivity._dummies(values, [cut])
    curve = sensitivity._Curve(values)
    above = np.mean([np.median(curve.distances(luck.permutation(cut))) > line for _ in range(2000)])
    assert 0.02 < above < 0.08


def test_filling_in_is_counted_and_limited() -> None:
    plan = planned("saltelli", base=64)
    frame = with_failures(results(plan, planted), 100)
    middle = values_of(plan, frame, MEASURE, impute="median")
    assert middle.note == "1 of 384 rows filled in with the median of the others"
    assert middle.values[100] == pytest.approx(np.median(np.delete(middle.values, 100)))
    near = values_of(plan, frame, MEASURE, impute="neighbour")
    others = np.delete(np.arange(384), 100)
    nearest = others[np.argmin(((plan.drawn.unit[others] - plan.drawn.unit[100]) ** 2).sum(axis=1))]
    assert near.values[100] == near.values[nearest]
    with pytest.raises(BadInput, match="41 of 384 rows are too many to fill in"):
        values_of(plan, with_failures(frame, *range(40), 100), MEASURE, impute="median")


def test_unknown_names_are_refused_with_the_nearest() -> None:
    plan = planned("morris", trajectories=4)
    frame = results(plan, planted)
    with pytest.raises(BadInput, match="unknown measure 'trade_KZ_KG'; did you mean 'trade_KZ_KG_203"):
        analyse(plan, frame, "trade_KZ_KG")
    with pytest.raises(BadInput, match="unknown scenario of this sweep 'asis'; did you mean 'as-is'"):
        analyse(plan, frame, MEASURE, scenario="asis")
    with pytest.raises(BadInput, match="unknown method 'sobel'; did you mean 'sobol'"):
        analyse(plan, frame, MEASURE, method="sobel")
    with pytest.raises(BadInput, match="unknown rule for gaps 'guess'"):
        values_of(plan, frame, MEASURE, impute="guess")


@pytest.mark.parametrize(
    ("kind", "design"), [("morris", {"trajectories": 5}), ("saltelli", {"base": 16}), ("sobol", {"points": 64})]
)
def test_each_method_has_its_chart(kind: str, design: dict[str, Any]) -> None:
    import matplotlib.pyplot as plt

    plan = planned(kind, **design)
    page = draw(analyse(plan, results(plan, planted), MEASURE), plan)
    axis = page.axes[0]
    assert [label.get_text().split("\n")[0] for label in axis.get_yticklabels()][:2] == FACTORS[:2]
    plt.close(page)


# ------------------------------------------------------------------------------------------------ the command


SPEC = """
scenarios = ["as-is"]
firms = 50
measures = ["trade", "mean_trust"]
windows = ["2030"]
[design]
kind = "morris"
trajectories = 5
[vary]
trade_elasticity = "prior"
freight_cut = "prior"
"""


def test_the_command_runs_a_spec_and_writes_tables_and_charts(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    spec = tmp_path / "two.toml"
    spec.write_text(SPEC, encoding="utf-8")
    out = tmp_path / "out"
    words = ["sensitivity", str(spec), "--measure", MEASURE, "--out", str(out), "--yes"]
    first = CliRunner().invoke(app, words, catch_exceptions=False)
    assert "What moves trade_KZ_KG_2030" in first.output
    names = {"sweep", "sensitivity.csv", "sensitivity.json", f"{MEASURE}.png", f"{MEASURE}.svg"}
    assert {path.name for path in out.iterdir()} == names
    table = pd.read_csv(out / "sensitivity.csv")
    assert set(table["factor"]) == {"trade_elasticity", "freight_cut"}
    with pytest.raises(BadInput, match="stands there already"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    again = CliRunner().invoke(app, ["sensitivity", str(out / "sweep"), "--measure", MEASURE, "--json"])
    told = json.loads(again.stdout)
    assert told == json.loads((out / "sensitivity.json").read_text(encoding="utf-8"))
    assert told[0]["method"] == "morris"
    with pytest.raises(
        BadInput, match="--measure: unknown measure 'trade_KZ_KG_2031'; did you mean 'trade_KZ_KG_2030'"
    ):
        CliRunner().invoke(app, ["sensitivity", str(spec), "--measure", "trade_KZ_KG_2031"], catch_exceptions=False)
