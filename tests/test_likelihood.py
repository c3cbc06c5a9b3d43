"""The fit's first stage: what a draw is judged by, and that draws of the three sweeps are the same draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibration import prior
from calibration.figures import targets
from calibration.likelihood import effective, log_likelihood, log_term, resampled, weights_of
from experiments.sweeps import Plan, run_sweep
from tests.sweeps import Here


def test_within_its_band_a_fit_figure_costs_nothing_and_beyond_it_ever_more() -> None:
    cut = targets()["cost_cut"]
    assert (log_term([0.15, 0.175, 0.20], cut) == 0).all()
    beyond = log_term([0.145, 0.14, 0.10], cut)
    assert beyond[0] == pytest.approx(-0.5)  # a tenth of the band's width beyond its edge
    assert (np.diff([0, *beyond]) < 0).all()
    assert log_term([0.205], cut)[0] == pytest.approx(beyond[0])


def test_jobs_are_judged_by_order_of_magnitude() -> None:
    jobs = targets()["jobs"]
    few, many = log_term([500.0], jobs)[0], log_term([2 * 9999.0], jobs)[0]
    assert few == pytest.approx(many)
    assert log_term([0.0], jobs)[0] < few
    assert np.isfinite(log_term([-50.0], jobs)[0])


def test_a_soft_figure_is_a_normal_whose_95_per_cent_is_the_band() -> None:
    trade = targets()["trade_2030"]
    at = log_term([3.0, 2.7, 3.3], trade)
    assert at[0] == 0
    assert at[1] == pytest.approx(-0.5 * 1.96**2)
    assert at[2] == pytest.approx(at[1])


def test_a_figure_open_on_one_side_is_judged_on_the_other_alone() -> None:
    above = replace(targets()["cost_cut"], high=None)
    assert log_term([5.0], above)[0] == 0
    assert log_term([0.05], above)[0] < 0


def test_weights_follow_likelihood_and_effective_draws_count_them() -> None:
    measured = {"cost_cut": np.array([0.175, 0.175, 0.05]), "trade_2030": np.array([3.0, 2.7, 3.0])}
    weights = weights_of(log_likelihood(measured, targets()))
    assert weights.sum() == pytest.approx(1)
    assert weights[0] > weights[1] > weights[2]
    assert effective([1, 1, 1, 1]) == pytest.approx(4)
    assert effective([1, 0, 0, 0]) == pytest.approx(1)
    assert effective([0.0, 0.0]) == 0


def test_resampling_takes_each_draw_as_often_as_its_weight_says_but_for_one() -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(50))
    times = np.bincount(resampled(weights, 1000, 1), minlength=50)
    assert times.sum() == 1000
    assert (np.abs(times - 1000 * weights) < 1).all()


def test_the_three_sweeps_hold_the_same_draws_and_seeds_but_for_execution() -> None:
    plans = {name: Plan.of(spec) for name, spec in prior.Prior(16).sweeps().items()}
    first = prior.draws_of(plans[prior.PAIRED])
    assert tuple(first) == prior.fitted()
    for plan in plans.values():
        other = prior.draws_of(plan)
        assert {name for name in first if not (first[name] == other[name]).all()} <= {"execution"}
        assert [plan.seed(row, 0) for row in range(16)] == list(range(16))
    assert (prior.draws_of(plans[prior.RUN_WELL])["execution"] >= prior.EFFICIENT).all()


def test_a_parameter_that_is_fixed_is_varied_in_no_sweep() -> None:
    for name in ("execution", "trade_elasticity"):
        for spec in prior.Prior(16, fixed={name: 0.9 if name == "execution" else 2.0}).sweeps().values():
            plan = Plan.of(spec)
            assert name not in prior.draws_of(plan)
            assert name in plan.fixed


def test_the_cheap_targets_are_measured_as_the_scorecard_measures_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the sweeps' summaries, and from runs of the same draws and seeds by the scorecard's own functions."""
    from abm.parameters import Parameters
    from calibration.evidence import Evidence
    from calibration.measures import MEASURES

    small = prior.Prior(8, firms=50).sweeps()
    for name, spec in small.items():
        run_sweep(spec, tmp_path / name, Here())
    found, good = prior.figures_of(tmp_path)
    assert good.all()
    draws = prior.draws_of(Plan.of(small[prior.PAIRED]))
    numbers = [Parameters().changed({name: float(column[i]) for name, column in draws.items()}) for i in range(8)]
    evidence = Evidence(numbers, range(8), firms=50, threads=1)
    for name in ("trade_2030", "jobs", "kgtj_closure"):
        assert MEASURES[targets()[name].measure].of(evidence, name) == pytest.approx(found[name], rel=1e-5)
    assert set(found) <= set(targets())
