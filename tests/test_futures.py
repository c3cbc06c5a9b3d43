"""The four futures, on endings made by hand, and the bands and words that report them."""

from __future__ import annotations

import numpy as np
import pytest

from abm import base_year
from abm.futures import ALLIANCES, ECONOMIC, EXTERNAL, FRAGMENTATION, classify, connects, monte_carlo_error, shares
from abm.runs import Column, Runs
from abm.scenario import Scenario
from calibration.figures import figures
from experiments.paired import Band, in_words, variance_gain

TIES = tuple(base_year.read().names("ties"))
STATES = tuple(base_year.read().names("states"))
LINE = ("KZ-KG", "KZ-UZ", "TM-UZ", "TJ-UZ")  # connects all five


def ensemble(intensity: dict[str, float], attention: float = 0.6, family: float = 0.3, runs: int = 40) -> Runs:
    """Runs that end in the given state, with a little noise around it."""
    rng = np.random.default_rng(1)
    columns, series = [], []
    for measure, whos, value in (
        ("intensity", TIES, None), ("attention", STATES, attention), ("leading_family", STATES, 1.0),
        ("leading_share", STATES, family),
    ):  # fmt: skip
        for who in whos:
            columns.append(Column(measure, who, "1"))
            centre = intensity.get(who, 0.0) if value is None else value
            noise = 0.01 if measure in ("intensity", "attention") else 0.0
            series.append(centre + noise * rng.standard_normal((runs, 1)) * np.ones((runs, 24)))
    return Runs(Scenario.read("as-is"), tuple(range(runs)), tuple(columns), np.stack(series, axis=2).astype("f4"))


FROZEN = ensemble({})


def most(runs: Runs, **how: object) -> int:
    """The future in which most runs end."""
    return int(np.argmax(shares(classify(runs, FROZEN, **how))))  # type: ignore[arg-type]


def test_ties_above_their_band_that_connect_all_states_are_economic_integration() -> None:
    assert most(ensemble(dict.fromkeys(LINE, 0.3))) == ECONOMIC


def test_ties_above_that_leave_a_state_out_are_alliances() -> None:
    assert most(ensemble(dict.fromkeys(LINE[:-1], 0.3))) == ALLIANCES


def test_more_ties_below_than_above_are_fragmentation() -> None:
    assert most(ensemble({"KZ-KG": 0.3, "KZ-UZ": -0.3, "TM-UZ": -0.3})) == FRAGMENTATION


def test_no_tie_above_and_trade_below_its_start_is_fragmentation() -> None:
    low = ensemble(dict.fromkeys(TIES, -0.004))
    assert shares(classify(low, FROZEN, quantile=0.0001))[FRAGMENTATION] > 0.5


def test_attention_below_the_frozen_band_is_external_dominance_before_all_else() -> None:
    assert most(ensemble(dict.fromkeys(LINE, 0.3), attention=0.5)) == EXTERNAL
    assert most(ensemble(dict.fromkeys(LINE, 0.3), attention=0.5), dominance="family") == ECONOMIC


def test_one_family_over_most_states_that_turned_away_is_external_dominance() -> None:
    away = ensemble(dict.fromkeys(LINE, 0.3), attention=0.4, family=0.7)
    assert most(away, dominance="family") == EXTERNAL
    assert most(ensemble(dict.fromkeys(LINE, 0.3), attention=0.4, family=0.4), dominance="family") == ECONOMIC


def test_shares_sum_to_one_and_carry_their_error() -> None:
    found = shares(classify(ensemble({"KZ-KG": 0.02}), FROZEN))
    assert found.sum() == pytest.approx(1)
    assert monte_carlo_error(0.5, 100) == pytest.approx(0.05)


def test_connection_does_not_depend_on_the_order_of_ties() -> None:
    ties = tuple(tuple(tie.split("-")) for tie in TIES)
    up = np.array([tie in LINE for tie in TIES])
    assert connects(up, ties, STATES)  # type: ignore[arg-type]
    assert connects(up[::-1], ties[::-1], STATES[::-1])  # type: ignore[arg-type]


def test_differences_are_told_in_words() -> None:
    assert in_words([1, 1]) == "more in every run"
    assert in_words([-1, -2]) == "less in every run"
    assert in_words([0, 0]) == "the same in every run"
    assert in_words([-1] * 8 + [0, 1]) == "less in 8 of 10 runs"
    assert in_words([1] * 7 + [-1] * 3) == "more in 7 of 10 runs"
    assert in_words([1] * 199 + [-1]) == "more in 99.5% of runs"


def test_a_band_needs_runs_without_gaps() -> None:
    band = Band.of(range(101))
    assert (band.low, band.median, band.high) == (10, 50, 90)
    with pytest.raises(ValueError, match="NaN"):
        Band.of([1.0, float("nan")])
    with pytest.raises(ValueError, match="at least one"):
        Band.of([])


def test_pairing_gains_what_two_series_share() -> None:
    rng = np.random.default_rng(1)
    shared = rng.standard_normal(4000)
    noise = 0.1 * rng.standard_normal(4000)
    assert variance_gain(shared + noise, shared) == pytest.approx(200, rel=0.2)  # fails by chance below 1e-4


def test_every_row_of_the_articles_figures_is_there() -> None:
    known = figures()
    assert len(known) == 62
    assert known["trade_2030"].value == 3.0
    assert known["cost_cut"].holds(0.175)
    assert not known["cost_cut"].holds(0.21)
    assert {f.role for f in known.values()} == {"input", "fit", "soft", "held-out", "context"}
