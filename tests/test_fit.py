"""The fit's weights: two waves together estimate what the prior and the likelihood say, whatever the guess.

Likelihoods and figures are planted, so nothing is run but in the last tests. Seeds are fixed; a mean is allowed four
times its Monte-Carlo error, which another seed would exceed 1 time in 15,000.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from abm.errors import BadInput
from abm.parameters import Parameters
from calibration import fit as fitting
from calibration import survivors
from calibration.figures import Figure, targets
from calibration.fit import Choice, Fit, How, Wave, cheap, chosen, numbers_of, together
from calibration.likelihood import effective, log_likelihood, weights_of
from calibration.prior import Prior
from calibration.survivors import measured

ERRORS = 4  # Monte-Carlo errors that a mean may be off
DRAWS = 2048
ONE, OTHER = "trade_elasticity", "works_cost"
PRIOR = Prior(draws=DRAWS)
MIDDLE, WIDTH = 0.8, 0.05  # of the planted likelihood, in the range of ONE
Weigh = Callable[[Mapping[str, Any]], Any]


def place(parameters: Mapping[str, Any], name: str = ONE) -> Any:
    """Where draws lie in a parameter's range, 0 to 1."""
    ends = PRIOR.range(name)
    return (np.asarray(parameters[name]) - ends["low"]) / (ends["high"] - ends["low"])


def peak(middle: float, width: float) -> Weigh:
    return lambda parameters: np.exp(-0.5 * ((place(parameters) - middle) / width) ** 2) + 1e-12


GUESSES: dict[str, Weigh] = {
    "good": peak(MIDDLE, 1.5 * WIDTH),
    "poor": lambda parameters: np.ones(len(parameters[ONE])),
    "misleading": lambda parameters: peak(0.25, 0.1)(parameters) + 0.02,
    "of another parameter": lambda parameters: np.exp(3 * place(parameters, OTHER)),
}


def two_waves(guess: Weigh, log_l: Weigh) -> Fit:
    """A fit whose likelihood is planted: all of a first prior, and what the guess chooses of one eight times as big."""
    larger = replace(PRIOR, draws=8 * DRAWS, first_seed=DRAWS)
    choices = [Choice.everything(PRIOR), Choice.by_guess(larger, DRAWS, guess)]
    waves = []
    for known in (choices[:1], choices):
        prior = known[-1].prior
        rows = slice(None) if prior.only is None else list(prior.only)
        parameters = {name: values[rows] for name, values in prior.parameters().items()}
        log_chosen = np.log(chosen(known, parameters))
        log_w = log_l(parameters) - log_chosen
        waves.append(_wave(prior, parameters, log_w, log_chosen))
    return together(choices, waves)


def _wave(prior: Prior, parameters: Mapping[str, Any], log_w: Any, log_chosen: Any, failed: int = 0) -> Wave:
    none: Any = None
    seeds = prior.first_seed + np.arange(len(log_w))
    return Wave(prior, seeds, parameters, {}, log_w, log_chosen, failed, effective(np.exp(log_w)), none, none)


def mean(found: Fit, values: Any) -> tuple[float, float]:
    """A weighted mean and its Monte-Carlo error."""
    middle = float(values @ found.weights)
    return middle, float(np.sqrt((found.weights**2) @ (values - middle) ** 2))


@pytest.mark.parametrize("guess", GUESSES)
def test_without_a_likelihood_two_waves_give_the_prior_back_whatever_the_guess(guess: str) -> None:
    found = two_waves(GUESSES[guess], lambda parameters: np.zeros(len(parameters[ONE])))
    assert found.weights.sum() == pytest.approx(1)
    for name in (ONE, OTHER, "freight_share"):
        x = place(found.parameters, name)
        for power in (1, 2):
            middle, error = mean(found, x**power)
            assert abs(middle - 1 / (power + 1)) < ERRORS * error
            assert error < 0.02


@pytest.mark.parametrize("guess", GUESSES)
def test_with_a_likelihood_two_waves_give_its_posterior_whatever_the_guess(guess: str) -> None:
    found = two_waves(GUESSES[guess], lambda p: -0.5 * ((place(p) - MIDDLE) / WIDTH) ** 2)
    truth = stats.truncnorm(-MIDDLE / WIDTH, (1 - MIDDLE) / WIDTH, MIDDLE, WIDTH)
    for values, known in ((place(found.parameters), truth.mean()), (place(found.parameters, OTHER), 0.5)):
        middle, error = mean(found, values)
        assert abs(middle - known) < ERRORS * error
    middle, error = mean(found, (place(found.parameters) - truth.mean()) ** 2)
    assert abs(middle - truth.var()) < ERRORS * error


def test_the_chance_of_being_run_averages_to_one_over_the_prior() -> None:
    """So likelihood over that chance, over all that were run, estimates the evidence; by each guess."""
    for guess in GUESSES.values():
        larger = replace(PRIOR, draws=8 * DRAWS, first_seed=DRAWS)
        choices = [Choice.everything(PRIOR), Choice.by_guess(larger, DRAWS, guess)]
        known = chosen(choices, replace(PRIOR, draws=8 * DRAWS, first_seed=999).parameters())
        assert known.mean() == pytest.approx(1, abs=0.03)  # so many of 2,048 are chosen by lot
        made = len(choices[1].prior.only or ())
        assert abs(made - DRAWS) < ERRORS * np.sqrt(DRAWS)


def test_a_good_guess_raises_effective_draws_and_a_misleading_one_lowers_them() -> None:
    found = {
        name: two_waves(guess, lambda p: -0.5 * ((place(p) - MIDDLE) / WIDTH) ** 2).effective
        for name, guess in GUESSES.items()
    }
    assert found["good"] > 2.5 * found["poor"]
    assert found["misleading"] < found["poor"]


def test_one_wave_alone_has_plain_weights() -> None:
    parameters = PRIOR.parameters()
    log_l = -0.5 * ((place(parameters) - MIDDLE) / WIDTH) ** 2
    found = together([Choice.everything(PRIOR)], [_wave(PRIOR, parameters, log_l, np.zeros(DRAWS))])
    assert found.weights == pytest.approx(weights_of(log_l), rel=1e-12)
    assert found.effective == pytest.approx(effective(weights_of(log_l)))
    assert (found.seeds == np.arange(DRAWS)).all()


def test_where_no_draw_counts_the_fit_says_so() -> None:
    none = np.full(DRAWS, -np.inf)
    with pytest.raises(BadInput, match="no draw meets"):
        together([Choice.everything(PRIOR)], [_wave(PRIOR, PRIOR.parameters(), none, np.zeros(DRAWS))])


# ------------------------------------------------------------------------------------- whole waves, with planted runs

LED = {name: k for k, name in enumerate(targets())}  # each target follows a parameter of its own
NAMES = tuple(PRIOR.parameters())


def planted(names: Sequence[str], parameters: Mapping[str, Any], bands: float = 2.2) -> dict[str, Any]:
    """Figures that follow one parameter each; the cheap ones span so many bands, the listed ones less than one."""
    rows, found = targets(), {}
    for name in names:
        low, high = rows[name].low or 0.0, rows[name].high or 0.0
        span = 0.8 if rows[name].list else bands
        x = span * place(parameters, NAMES[LED[name]]) - (span - 1) / 2
        found[name] = low * (high / low) ** x if rows[name].unit == "jobs" else low + (high - low) * x
    return found


def plant(
    monkeypatch: pytest.MonkeyPatch, lost: Any = (), lost_later: Any = (), silent: bool = False, bands: float = 2.2
) -> None:
    """Planted runs in place of the model's; lost: draws that fail in either stage, by seed; silent: the second stage
    finds every draw right."""

    def first_stage(prior: Prior, *other: Any) -> tuple[Any, Any, Any]:
        rows = slice(None) if prior.only is None else list(prior.only)
        parameters = {name: values[rows] for name, values in prior.parameters().items()}
        figures = planted(list(cheap(targets())[0]), parameters, bands)
        bad = np.isin(prior.first_seed + np.arange(prior.made), lost)
        return parameters, {name: np.where(bad, np.nan, values) for name, values in figures.items()}, ~bad

    def second_stage(seeds: Any, numbers: Sequence[Parameters], known: Mapping[str, Figure], *other: Any) -> Any:
        parameters = {name: np.array([getattr(one, name) for one in numbers]) for name in NAMES}
        bad = np.isin(seeds, lost_later)
        found = planted(list(known), parameters)
        if silent:
            found = {name: np.full(len(seeds), known[name].value) for name in found}
        return {name: np.where(bad, np.nan, values) for name, values in found.items()}

    monkeypatch.setattr(fitting, "_first_stage", first_stage)
    monkeypatch.setattr(fitting, "measured", second_stage)


def test_a_whole_fit_gives_the_posterior_that_plain_weighing_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two waves, guesses, survivors of resampling; against all targets in 65,536 draws with none of that."""
    plant(monkeypatch)
    found = fitting.fit(Prior(draws=DRAWS), tmp_path)
    plain = Prior(draws=65_536, first_seed=777).parameters()
    weights = weights_of(log_likelihood(planted(list(targets()), plain), targets()))
    assert found.draws > 1.8 * DRAWS
    assert found.failed == 0
    for name in (*NAMES[:10], NAMES[-1]):
        middle, error = mean(found, place(found.parameters, name))
        x = place(plain, name)
        known, known_error = x @ weights, np.sqrt(weights**2 @ (x - x @ weights) ** 2)
        assert abs(middle - known) < ERRORS * np.hypot(error, known_error), name


class Ahead:
    """A guess at the second stage that favours some draws ten times as much as others."""

    def weight(self, parameters: Mapping[str, Any]) -> Any:
        return np.exp(2.3 * place(parameters, NAMES[0]) * place(parameters, NAMES[1]))


@pytest.mark.parametrize("ahead", [None, Ahead()])
def test_survivors_stand_for_all_draws_that_they_survived_of(
    ahead: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the second stage says nothing, their weighted means are those of the whole first stage, but for the lot."""
    plant(monkeypatch, silent=True, bands=3.5)
    choices = [Choice.everything(PRIOR)]
    survived = together(choices, [fitting.wave(choices, tmp_path, 0.5, ahead, How(workers=1))])
    every = PRIOR.parameters()
    first = cheap(targets())[0]
    weights = weights_of(log_likelihood(planted(list(first), every, 3.5), first))
    assert effective(weights) < DRAWS / 20  # so that some are taken many times
    for name in NAMES[:4]:
        for power in (1, 2):
            x, known = place(survived.parameters, name) ** power, place(every, name) ** power @ weights
            away = np.sqrt(weights @ (place(every, name) ** power - known) ** 2 / (DRAWS / 2))
            assert abs(x @ survived.weights - known) < ERRORS * away, name


def test_a_failed_draw_weighs_nothing_and_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sixth of the first wave's first stage, all of them good fits but for failing; and some of the second stage."""
    lost = np.arange(0, DRAWS, 6)
    choices = [Choice.everything(PRIOR)]
    plant(monkeypatch, lost)
    one = fitting.wave(choices, tmp_path, 0.0625, None, How(workers=1))
    assert not set(one.seeds) & set(lost.tolist())
    assert one.failed == len(lost)
    later = one.seeds[np.argsort(-one.log_w)][:5]
    plant(monkeypatch, lost, later)
    again = fitting.wave(choices, tmp_path, 0.0625, None, How(workers=1))
    assert again.failed == len(lost) + 5
    found = together(choices, [again])
    assert found.failed == len(lost) + 5
    assert (found.weights[np.isin(found.seeds, later)] == 0).all()
    assert found.weights.sum() == pytest.approx(1)
    assert np.isfinite(found.effective)


# ------------------------------------------------------------------------------------------------------ real runs


FEW = Prior(8, firms=50)


@pytest.fixture
def few() -> tuple[Any, list[Parameters], dict[str, Figure]]:
    parameters = {name: values[:3] for name, values in Prior(draws=8).parameters().items()}
    return np.arange(3), numbers_of(parameters, PRIOR), cheap(targets())[1]


def test_a_second_call_runs_nothing_and_gives_the_same_bits(
    tmp_path: Path, few: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds, numbers, known = few
    first = measured(seeds, numbers, known, tmp_path, FEW, 1)
    monkeypatch.setattr("calibration.survivors._measure", lambda *told: pytest.fail("something was run again"))
    again = measured(seeds, numbers, known, tmp_path, FEW, 1)
    assert set(first) == set(known)
    assert all(again[name].tobytes() == first[name].tobytes() for name in known)
    assert [path.name for path in tmp_path.iterdir()] == ["part-000000.parquet"]
    turned = measured(seeds[::-1], numbers[::-1], known, tmp_path, FEW, 1)
    assert all((turned[name][::-1] == first[name]).all() for name in known)


def test_more_survivors_need_only_those_that_are_new(tmp_path: Path, few: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds, numbers, known = few
    begun = measured(seeds[:2], numbers[:2], known, tmp_path, FEW, 1)
    asked: list[int] = []
    measure = survivors._measure
    monkeypatch.setattr(survivors, "_measure", lambda some, *told: (asked.extend(some), measure(some, *told))[1])
    found = measured(seeds, numbers, known, tmp_path, FEW, 1)
    assert asked == [2]
    assert all((found[name][:2] == begun[name]).all() for name in known)


def test_the_folder_of_another_fit_is_refused(tmp_path: Path, few: Any) -> None:
    seeds, numbers, known = few
    measured(seeds, numbers, known, tmp_path, FEW, 1)
    fewer = dict(list(known.items())[:2])
    for targets_, prior in ((fewer, FEW), (known, replace(FEW, firms=60)), (known, replace(FEW, width=0.5))):
        with pytest.raises(BadInput, match="another folder"):
            measured(seeds, numbers, targets_, tmp_path, prior, 1)
