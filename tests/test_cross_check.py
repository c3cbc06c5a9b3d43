"""The posterior by two methods: they agree where both are right, and not where one has another likelihood or prior.

Seeds are fixed, and pyABC runs in this process. A verdict "agree" would fail with 1 other seed in 100.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from abm.errors import BadInput
from abm.parameters import Parameters
from calibration import likelihood
from calibration.cross_check import (
    AbcSmc,
    CrossCheck,
    Sample,
    cross_check,
    ks_distance,
    marginal,
    parts,
    plot_marginals,
)
from calibration.figures import targets
from calibration.fit import cheap
from calibration.likelihood import effective, log_likelihood, weights_of
from calibration.prior import Prior, fitted
from calibration.synthetic import Pool

FREE = ("trade_elasticity", "works_cost", "reform_speed")
PRIOR = Prior(fixed={name: getattr(Parameters(), name) for name in fitted() if name not in FREE}, firms=50)
ONCE = (1.0,)  # pyABC's temperature: from the prior at once


def planted(draw: Mapping[str, float], seed: int, prior: Prior, only: Iterable[str] | None = None) -> dict[str, float]:
    """Figures that follow one parameter each, with luck; in place of the model."""
    rng = np.random.default_rng(seed)
    found = {}
    for k, (name, row) in enumerate(targets().items()):
        ends = PRIOR.range(FREE[k % 3])
        place = (draw[FREE[k % 3]] - ends["low"]) / (ends["high"] - ends["low"]) + rng.normal(0, 0.2)
        place = 1 - place if k % 3 == 1 else place  # the second wants to be low, the others high
        low, high = row.low or 0.0, row.high or 0.0
        found[name] = low * (high / low) ** place if row.unit == "jobs" else low + (high - low) * (1.5 * place - 0.6)
    return {name: found[name] for name in (targets() if only is None else only)}


def pool_of(names: Iterable[str], draws: int = 3_000, prior: Prior = PRIOR, seed: int = 0) -> Pool:
    """Draws of a prior with planted figures."""
    rng = np.random.default_rng(seed)
    parameters = {name: rng.uniform(*prior.range(name).values(), draws) for name in FREE}
    rows = [
        planted({name: float(v[i]) for name, v in parameters.items()}, 10_000 + i, prior, names) for i in range(draws)
    ]
    return Pool(parameters, {n: np.array([row[n] for row in rows]) for n in names}, np.arange(draws), prior)


FOUR = list(cheap(targets())[0])


@pytest.fixture(scope="module")
def found() -> CrossCheck:
    """The cheap targets."""
    return cross_check(pool_of(FOUR), 600, ONCE, workers=1, run=planted)


def test_both_methods_find_the_same_marginals(found: CrossCheck) -> None:
    assert found.exact
    assert found.agree
    assert {row.name for row in found.marginals} == set(FREE)
    assert found.marginals[0].error < 0.1
    assert found.theirs.sample.effective == pytest.approx(600)
    for name, values in found.theirs.sample.parameters.items():
        ends = PRIOR.range(name)
        assert ((values > ends["low"]) & (values < ends["high"])).all()


def test_obstacles_and_tools_are_judged_after_the_cheap_targets_and_proposals_learn() -> None:
    asked: list[tuple[str, ...]] = []

    def told(draw: Mapping[str, float], seed: int, prior: Prior, only: Iterable[str] | None = None) -> Any:
        asked.append(tuple(only or ()))
        return planted(draw, seed, prior, only)

    found = cross_check(pool_of(targets(), 20_000), 100, (4.0, 1.0), workers=1, run=told)
    assert found.agree
    assert set(asked) == {tuple(stage) for stage in cheap(targets())}
    assert asked.count(tuple(FOUR)) == sum(found.theirs.simulations)
    assert asked.count(tuple(FOUR)) > 2 * (len(asked) - asked.count(tuple(FOUR)))
    assert 30 < found.theirs.sample.effective < 100


def test_another_likelihood_on_one_side_is_found_out(found: CrossCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours weighs with edges and errors four times as wide; twice is beyond what 600 draws' marginals show."""
    monkeypatch.setattr(likelihood, "NORMAL_95", 1.96 / 4)
    monkeypatch.setattr(likelihood, "SOFTNESS", 0.4)
    assert not _against(pool_of(FOUR), found).agree


def test_another_prior_on_one_side_is_found_out(found: CrossCheck) -> None:
    narrow = replace(PRIOR, width=0.7)
    assert not _against(pool_of(FOUR, prior=narrow), found).agree


def test_columns_that_are_mixed_up_are_found_out(found: CrossCheck) -> None:
    pool = pool_of(FOUR)
    scaled = {name: (v - v.min()) / (v.max() - v.min()) for name, v in pool.parameters.items()}
    one, other, _ = FREE
    ends = PRIOR.range(one)
    wrong = {**pool.parameters, one: ends["low"] + (ends["high"] - ends["low"]) * scaled[other]}
    assert not _against(replace(pool, parameters=wrong), found).agree


def _against(ours: Pool, found: CrossCheck) -> CrossCheck:
    """The same run of pyABC held against another pool."""
    sample = Sample.of(ours)
    rows = tuple(marginal(name, sample, found.theirs.sample) for name in FREE)
    return CrossCheck(sample, found.theirs, rows)


def test_proposals_have_the_density_that_they_are_said_to_have() -> None:
    """Fitted to a population whose first two scores are learned and related: that of a normal, by scipy."""
    prior, proposals, _ = parts(PRIOR, dict.fromkeys(FREE, (0.0, 1.0)), [], planted)
    rng = np.random.default_rng(3)
    scores = rng.multivariate_normal([1, -1, 0], [[0.3, 0.2, 0], [0.2, 0.4, 0], [0, 0, 1]], 2_000)
    proposals.fit(pd.DataFrame(scores, columns=list(FREE)), np.full(2_000, 1 / 2_000))
    np.random.seed(4)
    drawn = [proposals.rvs() for _ in range(4_000)]
    table = np.array([[one[name] for name in FREE] for one in drawn])
    assert table.mean(axis=0) == pytest.approx([1, -1, 0], abs=0.1)
    assert np.cov(table.T) == pytest.approx(np.cov(scores.T), abs=0.1)
    told = stats.multivariate_normal(proposals.middle, proposals.root @ proposals.root.T)
    assert [proposals.pdf(one) for one in drawn[:20]] == pytest.approx(told.pdf(table[:20]))
    assert [prior.pdf(one) for one in drawn[:20]] == pytest.approx(stats.norm.pdf(table[:20]).prod(axis=1))


def test_before_temperature_one_nothing_is_said_to_agree() -> None:
    found = cross_check(pool_of(FOUR), 30, (9.0,), workers=1, run=planted)
    assert found.theirs.temperature == 9
    assert not found.exact
    assert not found.agree


def test_the_verdict_is_a_false_alarm_about_as_often_as_it_says() -> None:
    """At .05, of weighted samples of one posterior, in 200 repetitions: 10 expected, more than 20 by 1 seed in 400."""
    rng = np.random.default_rng(1)

    def sample() -> Sample:
        x = rng.standard_normal((3, 1_000))
        likely = weights_of(-0.5 * (x[0] - 0.5) ** 2 - 0.5 * (x[1] + x[0]) ** 2)
        return Sample(dict(zip(FREE, x)), likely)

    alarms = 0
    for _ in range(200):
        ours, theirs = sample(), sample()
        rows = tuple(marginal(name, ours, theirs) for name in FREE)
        alarms += CrossCheck(ours, AbcSmc(theirs, 1.0, (1,), 0.0), rows).overall < 0.05
    assert alarms <= 20


def test_a_failed_run_is_not_accepted() -> None:
    """One in two gives no figure; pyABC takes the other."""

    def failing(draw: Mapping[str, float], seed: int, prior: Prior, only: Iterable[str] | None = None) -> Any:
        told = planted(draw, seed, prior, only)
        return told if draw[FREE[0]] > 4.5 else dict.fromkeys(told, np.nan)

    found = cross_check(pool_of(FOUR), 30, ONCE, workers=1, run=failing)
    assert (found.theirs.sample.parameters[FREE[0]] > 4.5).all()


def test_targets_that_no_draw_meets_are_told() -> None:
    def never(draw: Mapping[str, float], seed: int, prior: Prior, only: Iterable[str] | None = None) -> Any:
        return dict.fromkeys(only or (), 1e9)

    with pytest.raises(BadInput, match="higher temperature"):
        cross_check(pool_of(["cost_cut"]), 2, ONCE, workers=1, run=never)


SEVERAL = """
from calibration.cross_check import abc_smc
from calibration.figures import targets
from calibration.fit import cheap
from calibration.prior import Prior, fitted

if __name__ == "__main__":
    found = abc_smc(Prior(firms=50), tuple(cheap(targets())[0]), 8, (1.0,), workers=2)
    assert set(found.sample.parameters) == set(fitted())
    assert found.simulations[0] > 8, found.simulations
"""


def test_the_real_model_is_sampled_by_several_processes(tmp_path: Path) -> None:
    """In a Python of its own, that has no threads when its processes are forked."""
    script = tmp_path / "several.py"
    script.write_text(SEVERAL, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=300, check=False,
        cwd=Path(__file__).parents[1], env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_picture_is_drawn(found: CrossCheck, tmp_path: Path) -> None:
    plot_marginals(found, tmp_path / "marginals.png")
    assert (tmp_path / "marginals.png").stat().st_size > 10_000


def test_without_pyabc_one_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyabc", None)
    with pytest.raises(BadInput, match=r"install corridors\[abc\]"):
        cross_check(pool_of(["cost_cut"], 5), 2, ONCE, workers=1, run=planted)


def test_the_distance_of_even_samples_is_scipy_s() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 9, 50).astype(float), rng.integers(2, 9, 80).astype(float)
    ours = ks_distance(x, np.full(50, 1 / 50), y, np.full(80, 1 / 80))
    assert ours == pytest.approx(stats.ks_2samp(x, y).statistic)


def test_a_pool_is_weighed_by_the_targets_that_it_holds() -> None:
    pool = pool_of(["cost_cut", "jobs"], 50)
    sample = Sample.of(pool)
    assert sample.weights == pytest.approx(weights_of(log_likelihood(pool.figures, targets())))
    assert sample.effective == effective(sample.weights)
    mean, error, spread = Sample({"x": np.array([1.0, 3.0])}, np.array([0.5, 0.5])).moments("x")
    assert (mean, spread) == (2, 1)
    assert error == pytest.approx(np.sqrt(0.5))
