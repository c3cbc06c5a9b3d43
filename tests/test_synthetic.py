"""Synthetic worlds: ranks of true values are uniform, and any fault of the likelihood or of a column shows.

Seeds are fixed. A verdict "uniform" would fail with 1 other seed in 100 at most; "not uniform" is asked for at
p < 1e-4, and faults give far less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from calibration import likelihood
from calibration.figures import Figure, targets
from calibration.fit import cheap, numbers_of
from calibration.one_draw import simulate
from calibration.prior import Prior, draws_of, fitted
from calibration.survivors import measured
from calibration.synthetic import (
    FIT,
    Pool,
    fresh,
    plot_ranks,
    pool_of,
    published,
    rank,
    sbc,
    stated,
    uniformity,
    with_shares,
)
from experiments.sweeps import Plan, run_sweep
from tests.sweeps import Here

WORLDS = 200
NAMES = ("trade_elasticity", "works_cost", "reform_speed", "pool")


def planted(draws: int, seed: int, known: Mapping[str, Figure] | None = None, wide: float = 1.6) -> Pool:
    """Draws of four parameters on 0..1, and figures that follow one of them each over so many bands, with luck."""
    rng = np.random.default_rng(seed)
    parameters = {name: rng.random(draws) for name in NAMES}
    figures = {}
    for k, (name, row) in enumerate((known or targets()).items()):
        low, high = (row.low or 0.0, row.high or 2 * (row.low or 0.0))
        place = parameters[NAMES[k % len(NAMES)]] * wide - (wide - 1) / 2 + rng.normal(0, 0.15, draws)
        figures[name] = low * (high / low) ** place if row.unit == "jobs" else low + (high - low) * place
    return Pool(parameters, figures, np.arange(draws), Prior())


@pytest.fixture(scope="module")
def pool() -> Pool:
    return planted(4_000, 0)


@pytest.fixture(scope="module")
def four() -> Pool:
    """The cheap targets alone, each with a parameter of its own that it tells much of."""
    return planted(8_000, 0, cheap(targets())[0], wide=3.0)


# ------------------------------------------------------------------------------------------------ a right likelihood


def test_true_values_stand_anywhere_in_their_posteriors_equally_often(pool: Pool) -> None:
    found = sbc(pool, WORLDS)
    assert found.names == (*NAMES, *targets(), FIT)
    assert found.ranks.shape == (WORLDS, len(found.names))
    assert found.uniform
    assert found.rejected <= 4  # of 15; more than that by 1 seed in 1000, were they independent


@pytest.mark.parametrize("draws", [3, 30])
def test_ranks_are_uniform_however_small_the_pool_is(draws: int) -> None:
    assert sbc(planted(draws, 1), WORLDS).uniform


def test_the_verdict_is_a_false_alarm_at_most_as_often_as_it_says() -> None:
    """At .05 in 60 repetitions: 3 expected at most, and more than 8 by 1 seed in 200."""
    few = planted(300, 2)
    overall = [sbc(few, 60, seed=seed).overall for seed in range(60)]
    assert np.mean(np.array(overall) < 0.05) <= 8 / 60


def test_truths_from_elsewhere_are_found_in_a_pool_of_the_same_prior(pool: Pool) -> None:
    found = sbc(pool, 10 * WORLDS, planted(WORLDS, 3))
    assert len(found.ranks) == WORLDS  # each once: a truth that counted twice would look like a heap of ranks
    assert found.uniform


# ------------------------------------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SOFTNESS", 0.05), ("SOFTNESS", 0.2), ("NORMAL_95", 1.96 / 2), ("NORMAL_95", 1.96 * 2), ("BY_LOGARITHM", ()),
    ],
)  # fmt: skip
def test_a_likelihood_too_narrow_or_too_wide_is_found_out(
    name: str, wrong: Any, four: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likelihood, name, wrong)
    assert sbc(four, WORLDS).overall < 1e-4


@pytest.mark.parametrize("biased", ["trade_2030", "kgtj_closure", "cost_cut", "jobs"])
def test_a_likelihood_that_looks_beside_the_figure_is_found_out(
    biased: str, four: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It judges one figure as if the band lay half its width higher."""
    honest = likelihood.log_term

    def log_term(values: Any, target: Figure) -> Any:
        if target.id == biased and target.low and target.high:
            ends = np.array([target.low, target.high])
            low, high = ends * np.sqrt(ends[1] / ends[0]) if biased == "jobs" else ends + np.diff(ends) / 2
            target = replace(target, value=None if biased == "jobs" else (low + high) / 2, low=low, high=high)
        return honest(values, target)

    monkeypatch.setattr(likelihood, "log_term", log_term)
    assert sbc(four, WORLDS).overall < 1e-4


def test_a_figure_that_is_forgotten_is_found_out(four: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = likelihood.log_term
    monkeypatch.setattr(likelihood, "log_term", lambda v, row: honest(v, row) * (row.id != "kgtj_closure"))
    assert sbc(four, WORLDS).overall < 1e-4


def test_another_parameter_s_column_is_found_out(pool: Pool) -> None:
    """With truths from elsewhere; within the pool a column that is wrong everywhere cannot be told."""
    one, other, *_ = NAMES
    swapped = replace(pool, parameters={**pool.parameters, one: pool.parameters[other], other: pool.parameters[one]})
    assert sbc(swapped, WORLDS, planted(WORLDS, 3)).overall < 1e-4
    assert sbc(swapped, WORLDS).uniform


def test_truths_of_a_wider_prior_are_found_out(pool: Pool) -> None:
    lower = pool.taken(pool.parameters[NAMES[0]] < 0.7)
    assert sbc(lower, WORLDS, planted(WORLDS, 3)).overall < 1e-4


@pytest.mark.parametrize("power", [0.5, 2.0])
def test_ranks_heaped_in_the_middle_or_at_the_ends_are_not_uniform(power: float) -> None:
    """A posterior twice as wide as it should be, or half as wide; and one that is right."""
    scores = np.random.default_rng(4).standard_normal((WORLDS, 2))
    scores[:, 0] *= power
    p = uniformity(stats.norm.cdf(scores))
    assert p[0] < 1e-6
    assert p[1] > 0.01  # by 1 other seed in 100


# ------------------------------------------------------------------------------------------------ what is published


def test_a_soft_band_holds_what_the_world_gave_in_95_of_100_articles() -> None:
    row = targets()["trade_2030"]
    rng = np.random.default_rng(5)
    told = [published({"trade_2030": 2.5}, {"trade_2030": row}, rng)["trade_2030"] for _ in range(2_000)]
    held = sum(one.holds(2.5) for one in told)
    assert stats.binomtest(held, len(told), 0.95).pvalue > 0.01
    assert {round((one.high or 0) - (one.low or 0), 9) for one in told} == {0.6}
    assert all(one.value == pytest.approx(((one.low or 0) + (one.high or 0)) / 2) for one in told)


def test_a_fitted_band_lies_anywhere_around_what_the_world_gave_with_edges_of_a_tenth() -> None:
    """Of the places of a band, width / (width + tenth sqrt(2 pi)) hold the world's jobs, all of them equally likely."""
    row = targets()["jobs"]
    rng = np.random.default_rng(6)
    told = [published({"jobs": 1e6}, {"jobs": row}, rng)["jobs"] for _ in range(2_000)]
    inside = np.array([one.holds(1e6) for one in told])
    assert stats.binomtest(int(inside.sum()), len(told), 1 / (1 + 0.1 * np.sqrt(2 * np.pi))).pvalue > 0.01
    places = np.array([np.log(1e6 / (one.low or 1)) / np.log((one.high or 1) / (one.low or 1)) for one in told])
    assert stats.kstest(places[inside], "uniform").pvalue > 0.01
    assert np.log((told[0].high or 1) / (told[0].low or 1)) == pytest.approx(np.log(9.999))


def test_an_open_figure_is_a_statement_that_only_some_worlds_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "The closure leaves more than .2": not moved, and made where the likelihood says so."""
    rows = targets()
    known = {"trade_2030": rows["trade_2030"], "kgtj_closure": replace(rows["kgtj_closure"], high=None)}
    several = planted(2_000, 7, known)
    told = published({"kgtj_closure": 0.1}, known, np.random.default_rng(0))
    assert told == {"kgtj_closure": known["kgtj_closure"]}
    chance = stated({"kgtj_closure": np.array([0.9, 0.2, 0.1])}, known)
    assert chance == pytest.approx([1, 1, np.exp(-0.5)])
    assert sbc(several, WORLDS, known=known).uniform
    monkeypatch.setattr(likelihood, "SOFTNESS", 0.02)
    assert sbc(several, 5 * WORLDS, known=known).overall < 1e-4


def test_equal_values_share_a_rank_by_lot() -> None:
    values, weights = np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.3, 0.4])
    rng = np.random.default_rng(8)
    ranks = [rank(values, weights, 1, rng) for _ in range(500)]
    assert stats.kstest(ranks, stats.uniform(0.1, 0.5).cdf).pvalue > 0.01


# -------------------------------------------------------------------------------------------------------- real draws


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> tuple[Prior, Path]:
    prior, folder = Prior(draws=16, firms=50, first_seed=16), tmp_path_factory.mktemp("wave")
    for name, spec in prior.sweeps().items():
        run_sweep(spec, folder / name, Here())
    return prior, folder


def test_a_pool_is_the_first_wave_s_draws_and_all_its_figures_are_those_of_single_runs(
    wave: tuple[Prior, Path], tmp_path: Path
) -> None:
    """The fit's sweeps and lots against runs made one by one: two programs, the same figures."""
    prior, folder = wave
    cheaply = pool_of(folder)
    drawn = draws_of(Plan.of(prior.sweeps()["corridor"]))
    assert tuple(cheaply.parameters) == fitted()
    assert all((cheaply.parameters[name] == drawn[name]).all() for name in drawn)
    assert (cheaply.prior.firms, cheaply.prior.draws) == (prior.firms, prior.draws)
    pool = with_shares(cheaply, tmp_path, threads=1)
    assert set(pool.figures) == set(targets())
    listed = measured(pool.seeds, numbers_of(pool.parameters, prior), cheap(targets())[1], tmp_path, prior, 1)
    assert all((listed[name] == pool.figures[name]).all() for name in listed)
    for i in range(pool.draws):
        draw = {name: float(values[i]) for name, values in pool.parameters.items()}
        once = simulate(draw, int(pool.seeds[i]), prior)
        jobs = once.pop("jobs")
        assert jobs == pytest.approx(pool.figures["jobs"][i], rel=1e-5)  # a difference of two sums in float32
        assert once == pytest.approx({name: pool.figures[name][i] for name in once}, rel=1e-6)


def test_fresh_truths_are_other_draws_of_the_same_ranges(wave: tuple[Prior, Path]) -> None:
    pool = pool_of(wave[1])
    truths = fresh(pool, 8)
    assert set(truths.figures) == set(pool.figures)
    assert not set(truths.seeds) & set(pool.seeds)
    for name, values in truths.parameters.items():
        ends = pool.prior.range(name)
        assert ((values >= ends["low"]) & (values <= ends["high"])).all()
    assert np.isfinite(sbc(pool, 8, truths).p).all()


def test_the_picture_is_drawn(pool: Pool, tmp_path: Path) -> None:
    plot_ranks(sbc(pool, 50), tmp_path / "ranks.png")
    assert (tmp_path / "ranks.png").stat().st_size > 20_000
