"""Luck: known answers of the generator, and that a draw depends on seed, name, date and event alone."""

from __future__ import annotations

import ast
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

import abm
from abm import ties
from abm.engine.generate import tables
from abm.engine.kinds import key_of, state
from abm.engine.rules import each
from abm.engine.world import parameter_row
from abm.firms import Firm
from abm.luck import (
    WORD,
    Luck,
    between_0_and_1,
    event,
    happens,
    logistic_noise,
    normal,
    normal_quantile,
    philox,
    uniform,
    uniform_of_year,
    wait,
)
from abm.month import MONTH
from abm.parameters import Parameters
from abm.runs import Engine, simulate
from abm.scenario import Scenario

FOLDER = Path(abm.__file__).parent

# ------------------------------------------------------------------------------------------------------- the generator


def words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ("0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ],
)
def test_philox_gives_the_known_answers_of_random123(counter: str, key: str, answer: str) -> None:
    assert list(philox(*words(counter), *words(key))) == words(answer)


def at(step: int, seed: int = 7) -> Luck:
    return Luck(seed & WORD, seed >> 32, step, 2025 + step // 12, 1 / 12)


DRAWS = {
    "months": [uniform(at(step), 1, 2) for step in range(20_000)],
    "agents": [uniform(at(0), who, 2) for who in range(20_000)],
    "events": [uniform(at(0), 1, what) for what in range(20_000)],
    "repeats": [uniform(at(0), 1, 2, turn) for turn in range(20_000)],
    "years": [uniform_of_year(at(0), 1, 2, year) for year in range(20_000)],
    "seeds": [uniform(at(0, seed), 1, 2) for seed in range(0, 20_000 << 30, 1 << 30)],
}


@pytest.mark.parametrize("along", DRAWS)
def test_draws_are_uniform_along_every_axis(along: str) -> None:
    """Kolmogorov-Smirnov; a true uniform is refused at 1e-3."""
    assert kstest(DRAWS[along], "uniform").pvalue > 1e-3


@pytest.mark.parametrize("along", DRAWS)
def test_neighbouring_draws_are_unrelated(along: str) -> None:
    """Correlation of each draw with the next; none at all is refused at 1e-3 (3.29 standard errors)."""
    draws = np.array(DRAWS[along])
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 3.29 / np.sqrt(len(draws))


def test_a_draw_is_never_0_and_never_1() -> None:
    assert 0 < between_0_and_1(0, 0) < 1e-15
    assert 1 - 1e-15 < between_0_and_1(WORD, WORD) < 1


def test_the_draw_of_a_year_is_not_the_draw_of_a_month_with_its_number() -> None:
    assert uniform_of_year(at(0), 1, 2, 2030) != uniform(at(2030), 1, 2)


def test_the_normal_quantile_is_exact() -> None:
    u = np.concatenate([np.linspace(1e-6, 1 - 1e-6, 10_001), 10.0 ** -np.arange(7, 300), [0.075, 0.925]])
    np.testing.assert_allclose([normal_quantile(x) for x in u], ndtri(u), rtol=1e-13, atol=1e-15)


def test_what_is_drawn_from_a_distribution_has_it() -> None:
    """Kolmogorov-Smirnov; a true one is refused at 1e-3 each."""
    steps = [at(step) for step in range(10_000)]
    assert kstest([normal(luck, 1, 3) for luck in steps], "norm").pvalue > 1e-3
    assert kstest([logistic_noise(luck, 1, 4, 0.25) for luck in steps], "logistic", (0, 0.25)).pvalue > 1e-3
    assert kstest([wait(luck, 1, 5, 0.08) for luck in steps], "expon", (0, 1 / 0.08)).pvalue > 1e-3


@pytest.mark.parametrize("rate", [0.05, 0.5, 5.0])
def test_an_event_happens_as_often_as_its_yearly_rate_says(rate: float) -> None:
    """Months in which it strikes: 1-e^(-rate/12); refused at 1e-3 if true (3.29 standard errors)."""
    struck = np.mean([happens(at(step), 1, 6, rate) for step in range(40_000)])
    chance = 1 - np.exp(-rate / 12)
    assert abs(struck - chance) < 3.29 * np.sqrt(chance * (1 - chance) / 40_000)


# ----------------------------------------------------------------------------------------------------- who draws what


def events() -> list[tuple[str, str]]:
    """Every event that a module of abm names, with the place."""
    found = []
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "event":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}: an event's name must be written out"
                found.append((node.args[0].value, f"{path.name}:{node.lineno}"))
    return found


def test_no_two_events_share_a_number() -> None:
    named = events()
    assert len(named) > 25
    numbers = [event(name) for name, _ in named]
    assert len(set(numbers)) == len(numbers), named


def test_no_two_agents_share_a_number() -> None:
    layout = Engine(Scenario.read("as-is"), firms=2400).layout
    names = [name for table in layout.types for name in layout.names[table]]
    assert len({key_of(name) for name in names}) == len(set(names)) == len(names)


def untouched(scenario: Scenario) -> dict[str, Any]:
    """What no policy of the region can touch, in full precision, of one run."""
    engine = Engine(scenario)
    out = np.zeros((len(engine.levers), len(engine.columns)))
    world = engine.run(11, parameter_row(Parameters()), engine.every, out)
    table = dict(zip((name for name, _ in tables()), world, strict=True))
    firms, states = table["firms"], table["states"]
    kept = {"world", "activism", "inflow"}
    return {
        **{c.name: out[:, i] for i, c in enumerate(engine.columns) if c.measure in kept},
        **{f: firms[f] for f in ("ability", "sunk_factor", "generation", "closing", "next_search", "next_review")},
        "leaders": states["engaged"],
    }


@pytest.mark.parametrize("other", ["corridor-first", "fta-only", "water-pact", "no-diplomacy", "all-corridors"])
def test_runs_that_differ_by_a_policy_share_all_other_luck(other: str) -> None:
    one, two = untouched(Scenario.read("as-is")), untouched(Scenario.read(other))
    assert len(one) == 1 + 7 + 2 + 6 + 1
    for name in one:
        assert one[name].tobytes() == two[name].tobytes(), name


def test_a_summit_dated_on_one_tie_leaves_a_tie_far_away_its_dice() -> None:
    """November 2034 (step 118): TJ-TM trusts more, KZ-KG does not notice until attention spreads in December."""
    plain = simulate("frozen", 20, keep="trust")
    dated = simulate(Scenario.read("frozen").then("2034-11", summit_TJ__TM="2034-11"), 20, keep="trust")
    assert dated.of("trust", "KZ-KG")[:, :119].tobytes() == plain.of("trust", "KZ-KG")[:, :119].tobytes()
    assert (dated.of("trust", "TJ-TM")[:, 118] > plain.of("trust", "TJ-TM")[:, 118]).all()


MOOD = event("mood of an owner, of this test alone")


@each(Firm)
def feel(firm: Any, luck: Any) -> None:
    """Draws a number, which no other rule asks for."""
    firm.mood = uniform(luck, firm.key, MOOD)


def test_adding_a_rule_changes_nobody_elses_dice() -> None:
    moody = MONTH.carrying(Firm, mood=state("share", "how the owner feels")).before(ties.meet, feel)
    moody = moody.after(ties.trade, feel)
    args = dict(keep="all", firms=60, plain=True)
    plain, added = simulate("corridor-first", 2, **args), simulate("corridor-first", 2, month=moody, **args)
    assert plain.series.tobytes() == added.series.tobytes()


# ------------------------------------------------------------------------------------------------- same seed, same bits

SEEDS = [0, 1, 7, 2**32 + 7, 2**64 - 1]


def digest(series: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(series).tobytes()).hexdigest()


def test_the_same_seed_gives_the_same_bits_whatever_the_threads() -> None:
    one, two = (simulate("corridor-first", SEEDS, keep="all", threads=n) for n in (1, 2))
    assert digest(one.series) == digest(two.series)


def test_the_same_seed_gives_the_same_bits_whatever_the_order() -> None:
    forward, backward = (simulate("corridor-first", seeds, keep="all") for seeds in (SEEDS, SEEDS[::-1]))
    assert digest(forward.series) == digest(backward.series[::-1])
    assert digest(simulate("corridor-first", [7], keep="all").series) == digest(forward.series[2:3])


def test_the_same_seed_gives_the_same_bits_in_another_process() -> None:
    code = (
        "import hashlib; from abm.runs import simulate; "
        f"print(hashlib.sha256(simulate('corridor-first', {SEEDS}, keep='all').series.tobytes()).hexdigest())"
    )
    child = subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == digest(simulate("corridor-first", SEEDS, keep="all").series)


def test_other_seeds_give_other_runs() -> None:
    """Both halves of a seed count."""
    series = simulate("corridor-first", SEEDS, keep="all").series
    assert len({digest(run) for run in series}) == len(SEEDS)
