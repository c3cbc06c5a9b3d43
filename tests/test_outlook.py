"""The outlook beside the experts: what is luck and what parameters, how far apart, how surely, and in which words.

Stochastic claims are made with fixed seeds and say how often they would fail with other ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typed import corridors

from abm import futures
from abm.parameters import Parameters
from abm.scenario import Scenario
from calibration.evidence import Evidence
from calibration.figures import figures
from calibration.headline import FUTURES
from calibration.measures import MEASURES
from calibration.outlook import (
    LABEL,
    QUANTILES,
    SHORT,
    Beside,
    Layout,
    Prospect,
    Question,
    beside,
    distance,
    ensemble,
    frozen_for,
    gap,
    layout_of,
    most_frequent,
    outlook,
    parameters_part,
    questions,
    shares_of_draws,
    variances,
    wanted,
)
from calibration.scorecard import centre, error, score
from corridors.outlook_words import of_futures, of_list

ASKED = {question.name: question for question in questions()}
KINDS = tuple(FUTURES)  # the four futures, in the survey's order
SURVEY = (15, 10, 3, 2)


def worlds(shares: Any, concentration: float, draws: int, replicates: int, rng: np.random.Generator) -> Any:
    """Runs of a made-up model: shares of each draw from a Dirichlet, yes or no, shape (draws, replicates, answers)."""
    each = rng.dirichlet(np.asarray(shares) * concentration, draws)
    picked = (rng.random((draws, replicates, 1)) > np.cumsum(each, axis=1)[:, None, :-1]).sum(axis=-1)
    return picked[..., None] == np.arange(len(each[0]))


# ----------------------------------------------------------------------------------------------------- the survey


def test_the_survey_of_futures_is_15_10_3_and_2_of_30_and_of_kazakhstan_26_4_and_nobody() -> None:
    assert ASKED["futures"].counts.tolist() == list(SURVEY)
    assert [row.id for row in ASKED["futures"].rows] == list(KINDS)
    assert ASKED["kazakhstan"].counts.tolist() == [26, 4, 0]
    assert (ASKED["futures"].n, ASKED["tools"].n, ASKED["kazakhstan"].n) == (30, 30, 30)
    assert {ASKED[name].n for name in ("avenues", "obstacles", "blocs")} == {50}


def test_every_published_share_is_a_count_of_its_respondents() -> None:
    for question in ASKED.values():
        published = np.array([row.value for row in question.rows], float)
        assert question.counts / question.n == pytest.approx(published, abs=0.001)


def test_answers_of_which_nobody_can_give_two_sum_to_all_respondents() -> None:
    for question in ASKED.values():
        assert question.several or question.counts.sum() == question.n


def test_the_label_names_the_numbers_of_experts_and_where_they_work() -> None:
    fifty = {name for name, question in ASKED.items() if question.n == 50}
    assert fifty == {"avenues", "obstacles", "blocs"}
    for words in ("opinions of about 30 experts", "50 for avenues, obstacles and blocs", "mostly at Kazakh",
                  "not probabilities"):  # fmt: skip
        assert words in LABEL


def test_short_names_are_of_answers_that_exist() -> None:
    known = {row.id for question in ASKED.values() for row in (*question.rows, *question.less)}
    assert set(SHORT) <= known


# ------------------------------------------------------------------------------------------- luck and parameters


def test_luck_and_parameters_are_told_apart() -> None:
    """Draws with sd 2, luck with sd 3: over 400 draws of 8 the parts miss their truth by 20 % less than once in 100."""
    rng = np.random.default_rng(1)
    table = 2 * rng.standard_normal((400, 1)) + 3 * rng.standard_normal((400, 8))
    between, within = variances(table)
    assert between == pytest.approx(4, rel=0.25)
    assert within == pytest.approx(9, rel=0.1)
    assert parameters_part(table, Layout(400, 8)) == pytest.approx(4 / 13, abs=0.06)


def test_without_parameters_nothing_is_theirs_and_with_one_replicate_nothing_is_told() -> None:
    luck = np.random.default_rng(2).standard_normal((200, 10))
    assert parameters_part(luck, Layout(200, 10)) < 0.03  # type: ignore[operator]
    assert parameters_part(luck.reshape(-1, 1), Layout(200, 10, same=True)) == 0.0
    assert parameters_part(luck[:, :1], Layout(200, 1)) is None
    still = np.repeat(np.arange(5.0)[:, None], 3, axis=1)  # nothing but parameters
    assert parameters_part(still, Layout(5, 3)) == 1.0
    assert parameters_part(np.ones((5, 3)), Layout(5, 3)) == 0.0


def test_shares_of_draws_spread_as_parameters_do_and_no_wider() -> None:
    """Draws whose true shares have a known variance: means of 5 runs spread much wider, the shares of draws do not."""
    rng = np.random.default_rng(3)
    table = worlds((0.5, 0.3, 0.2), 9.0, 2000, 5, rng)
    shares = shares_of_draws(table)
    assert shares.sum(axis=1) == pytest.approx(np.ones(2000))
    assert (shares >= 0).all()
    true = 0.5 * 0.5 / 10  # variance of a Dirichlet's share
    assert table.mean(axis=1)[:, 0].var() > 2 * true
    assert shares[:, 0].var() == pytest.approx(true, rel=0.2)
    assert shares.mean(axis=0) == pytest.approx(table.mean(axis=(0, 1)))


def test_the_most_frequent_future_is_counted_by_draw_and_ties_are_shared() -> None:
    kinds = np.array([[0, 0, 0, 0], [1, 1, 1, 0], [2, 2, 3, 3], [1, 1, 0, 3]])  # four draws of four runs
    table = kinds[..., None] == np.arange(4)
    assert most_frequent(table) == pytest.approx([1 / 4, 2 / 4, 1 / 8, 1 / 8])


def test_the_error_of_a_share_counts_draws_where_parameters_make_it_and_runs_where_luck_does() -> None:
    """Bootstrap over whole draws: replicates are no new draws. Ratios miss the bounds less than once in 1,000."""
    rng, row = np.random.default_rng(11), ASKED["avenues"].rows[0]
    once = rng.standard_normal((200, 1))
    assert error(np.repeat(once, 9, axis=1), row) == pytest.approx(error(once, row))
    luck = rng.standard_normal((200, 9))
    assert 0.2 < error(luck, row) / error(luck[:, :1], row) < 0.5


def test_the_interval_of_a_future_is_what_parameters_do_to_its_probability() -> None:
    """Draws that differ in nothing have one probability, although 5 runs of each end differently by luck.

    What is left of luck is wider than .2 for one of the four in some 100 seeds; means of 5 runs spread over 0 to .6.
    """
    kinds = np.random.default_rng(12).integers(4, size=10_000)
    found = beside(ASKED["futures"], {id_: kinds == i for i, id_ in enumerate(KINDS)}, Layout(2000, 5))
    assert all(item.high - item.low < 0.2 for item in found.items)
    moved = np.tile(np.arange(200) % 4, 5)
    found = beside(ASKED["futures"], {id_: moved == i for i, id_ in enumerate(KINDS)}, Layout(200, 5))
    assert {(item.low, item.high) for item in found.items} == {(0.0, 1.0)}


def test_a_table_has_a_draw_in_each_row_and_its_replicates_side_by_side() -> None:
    runs = np.arange(6)  # all draws once, then all again
    assert Layout(3, 2).table(runs).tolist() == [[0, 3], [1, 4], [2, 5]]
    assert Layout(3, 2, same=True).table(runs).shape == (6, 1)


# ------------------------------------------------------------------------------------------------ how far, how surely


def test_distance_is_the_part_of_answers_that_would_have_to_move() -> None:
    assert distance([15, 10, 3, 2], [0.5, 1 / 3, 0.1, 1 / 15]) == pytest.approx(0)
    assert distance([1, 0], [0, 1]) == 1
    assert distance([0.5, 0.5], [0.8, 0.2]) == pytest.approx(0.3)
    assert distance([0.52, 0.48], [5.2, 4.8]) == pytest.approx(0)  # the scale is an input and counts for nothing


LAYOUT = Layout(200, 5)  # as the command has by default; with 40 draws the second test errs in 8 to 10 % of surveys


def test_a_survey_of_the_models_own_is_rarely_called_different() -> None:
    """Null of independent respondents: 300 surveys, each of a new ensemble. At most 5 % may be called clear.

    With a true rate of 5.5 %, as 1,000 surveys gave, the count exceeds 30 once in some 1,500 seeds.
    """
    rng = np.random.default_rng(4)
    shares, called = np.array([0.4, 0.3, 0.2, 0.1]), 0
    for _ in range(300):
        table = worlds(shares, 4.0, 200, 5, rng)
        called += gap(table, rng.multinomial(30, shares), 30, False, LAYOUT, surveys=400).each < 0.05
    assert called <= 30


def test_a_survey_of_one_world_is_rarely_called_different_by_the_test_for_it_but_often_by_the_other() -> None:
    """Null of one shared draw; bound as above. Taking respondents as independent then calls most surveys different."""
    rng = np.random.default_rng(5)
    shares, one_world, each = np.array([0.4, 0.3, 0.2, 0.1]), 0, 0
    for _ in range(300):
        table = worlds(shares, 4.0, 200, 5, rng)
        survey = rng.multinomial(30, rng.dirichlet(4.0 * shares))
        found = gap(table, survey, 30, False, LAYOUT, surveys=400)
        assert found.one_world is not None
        one_world += found.one_world < 0.05
        each += found.each < 0.05
    assert one_world <= 30
    assert each > 90


def test_a_clear_difference_is_seen() -> None:
    """Experts at .50/.33/.10/.07, a model at .05/.15/.30/.50 that its parameters hardly move: nearly always seen."""
    rng = np.random.default_rng(6)
    seen = 0
    for _ in range(100):
        table = worlds((0.05, 0.15, 0.30, 0.50), 200.0, 200, 5, rng)
        found = gap(table, rng.multinomial(30, [0.5, 0.33, 0.1, 0.07]), 30, False, LAYOUT, surveys=400)
        assert found.one_world is not None
        seen += found.each < 0.05 and found.one_world < 0.05
    assert seen >= 95


def test_mentions_of_the_models_own_are_rarely_called_different_and_turned_lists_nearly_always() -> None:
    """Lists: 50 respondents, several mentions each. Bound as above; a reversed list of nine is always far off."""
    rng = np.random.default_rng(7)
    shares, false, seen = np.linspace(0.55, 0.05, 9), 0, 0
    for _ in range(300):
        table = shares * np.exp(0.3 * rng.standard_normal((40, 6, 9)) - 0.045)  # luck alone, mean kept
        false += gap(table, rng.binomial(50, shares), 50, True, Layout(40, 6), surveys=400).each < 0.05
        seen += gap(table, rng.binomial(50, shares[::-1]), 50, True, Layout(40, 6), surveys=400).each < 0.05
    assert false <= 30
    assert seen == 300


def test_the_p_value_is_that_of_the_exact_multinomial_where_parameters_do_nothing() -> None:
    """One set of parameters, very many runs: the share of all surveys of 3 that lie as far, counted one by one."""
    from scipy.stats import multinomial

    shares, counts = np.array([0.5, 0.3, 0.2]), np.array([0, 1, 2])
    kinds = np.tile(np.repeat([0, 1, 2], [5, 3, 2]), 500)
    table = (kinds[:, None] == np.arange(3))[:, None, :]
    every = [np.array([a, b, 3 - a - b]) for a in range(4) for b in range(4 - a)]
    exact = sum(
        multinomial.pmf(one, 3, shares) for one in every if distance(one, shares) >= distance(counts, shares) - 1e-12
    )
    found = gap(table, counts, 3, False, Layout(5000, 1, same=True))
    assert found.each == pytest.approx(exact, abs=0.02)
    assert found.one_world == found.each  # there is one world


def test_a_mean_of_few_draws_is_less_sure_than_the_same_mean_of_many() -> None:
    few = np.zeros((6, 2, 4), bool)
    few[:4, :, 0] = few[4:, :, 1] = True
    many = np.tile(few, (100, 1, 1))
    unsure, sure = (gap(table, (12, 18, 0, 0), 30, False, Layout(len(table), 2)) for table in (few, many))
    assert unsure.distance == pytest.approx(sure.distance)
    assert unsure.each > 3 * sure.each


def test_one_replicate_cannot_tell_one_world() -> None:
    table = worlds((0.5, 0.5), 5.0, 30, 1, np.random.default_rng(8))
    assert gap(table, [15, 15], 30, False, Layout(30, 1)).one_world is None


def test_the_same_runs_give_the_same_p_value() -> None:
    table = worlds((0.6, 0.2, 0.1, 0.1), 5.0, 30, 4, np.random.default_rng(9))
    assert gap(table, SURVEY, 30, False, Layout(30, 4)) == gap(table, SURVEY, 30, False, Layout(30, 4))


# ------------------------------------------------------------------------------------------------------------- runs

DRAWS, REPLICATES = 4, 3


@pytest.fixture(scope="module")
def numbers() -> list[Parameters]:
    return [Parameters(execution=0.7 + i / 20) for i in range(DRAWS)]


@pytest.fixture(scope="module")
def evidence(numbers: list[Parameters]) -> Evidence:
    stories = [Scenario.read("frozen+drought")]
    return ensemble(numbers, REPLICATES, [*stories, *map(frozen_for, stories)], firms=50)


def test_the_first_replicate_is_what_the_scorecard_judges(numbers: list[Parameters], evidence: Evidence) -> None:
    alone = Evidence(numbers, range(DRAWS), firms=50)
    for id_ in ("avenue_energy", "bloc_eaeu", "kz_moderator"):
        ours = MEASURES[figures()[id_].measure].of(evidence, id_)
        theirs = MEASURES[figures()[id_].measure].of(alone, id_)
        assert (ours[:DRAWS] == theirs).all()


def test_with_one_replicate_outlook_and_scorecard_tell_the_same(numbers: list[Parameters]) -> None:
    once = ensemble(numbers, 1, firms=50)
    lines = {line.figure.id: line for line in score(once).lines}
    found = outlook(once, layout_of(numbers, 1))
    told = [item for one in (found.prospects[0].beside, *found.questions) for item in one.items]
    assert len(told) == 4 + 9 + 3 + 4 + 4 + 3
    for item in told:
        if item.row.id in lines:
            line = lines[item.row.id]
            assert (item.model, item.low, item.high) == (line.centre, line.low, line.high), item.row.id
            assert item.verdict == line.verdict


def test_every_run_has_a_seed_of_its_own_and_each_draw_its_replicates(evidence: Evidence) -> None:
    assert len(set(evidence.seeds)) == DRAWS * REPLICATES
    table = Layout(DRAWS, REPLICATES).table(evidence.parameter("execution"))
    assert (table == table[:, :1]).all()
    assert len(set(table[:, 0])) == DRAWS


def test_futures_are_held_against_frozen_runs_of_the_same_draws(numbers: list[Parameters], evidence: Evidence) -> None:
    """As-is and another scenario; the sweep's usual row is the table's; each row of it is a whole."""
    story = Scenario.read("frozen+drought")
    found = outlook(evidence, layout_of(numbers, REPLICATES), [story])
    assert [prospect.scenario for prospect in found.prospects] == ["as-is", story.name]
    for prospect in found.prospects:
        kinds = futures.classify_endings(evidence.ending(prospect.scenario), evidence.ending("frozen"))
        shares = [item.model for item in prospect.beside.items]
        assert shares == pytest.approx([(kinds == future).mean() for future in FUTURES.values()])
        sweep = {(quantile, form): told for quantile, form, told in prospect.sweep}
        assert set(sweep) == {(q, form) for q in QUANTILES for form in ("either", "attention", "family")}
        assert sweep[futures.QUANTILE, "either"] == pytest.approx(shares)
        ends = evidence.ending(prospect.scenario), evidence.ending("frozen")
        for (quantile, form), told in sweep.items():
            kinds = futures.classify_endings(*ends, quantile, form)
            assert told == pytest.approx([(kinds == future).mean() for future in FUTURES.values()])
    assert len({told for prospect in found.prospects for _, _, told in prospect.sweep}) > 2
    for prospect in found.prospects:
        assert prospect.first is not None
        assert sum(prospect.first) == pytest.approx(1)


def test_one_set_of_parameters_is_luck_alone_and_its_runs_are_one_ensemble() -> None:
    same = layout_of([Parameters()] * 3, 2)
    assert same.same
    assert not layout_of([Parameters(), Parameters(execution=0.7)], 2).same
    runs = {id_: np.arange(6) % 2 == i for i, id_ in enumerate(KINDS)}
    found = beside(ASKED["futures"], runs, same)
    assert {item.parameters for item in found.items} == {0.0}
    assert found.gap.each == found.gap.one_world


def test_a_scenario_in_a_world_of_its_own_has_a_frozen_one_there() -> None:
    plain = Scenario.read("as-is")
    moved = replace(plain, name="mine", initial=(("KZ-KG", "start_trust", "0.9"),))
    assert frozen_for(plain).name == "frozen"
    assert frozen_for(moved).name not in ("frozen", "mine")
    assert frozen_for(moved).world().table("ties")["KZ-KG"]["start_trust"].value == "0.9"
    assert {"mine", frozen_for(moved).name} <= set(wanted([moved]))


# ------------------------------------------------------------------------------------------------------------ words


def listed_runs(question: Question, shares: Mapping[str, float], spread: float = 0.01, runs: int = 40) -> Beside:
    """A list whose shares are told, with a little luck around them."""
    rng = np.random.default_rng(1)
    rows = (*question.rows, *question.less)
    found = {r.id: shares.get(r.id, r.value or 0.01) + spread * rng.standard_normal(runs) for r in rows}
    return beside(question, found, Layout(runs // 2, 2))


def said(found: Beside) -> str:
    return " ".join(of_list(found, Layout(20, 2)))


def test_words_say_which_places_an_answer_has() -> None:
    told = said(listed_runs(ASKED["avenues"], {"avenue_energy": 0.09}))
    assert "The model puts energy cooperation eighth (share 0.09" in told
    assert "the experts second (0.48; 24 of 50, band 0.34 to 0.63)" in told
    assert "does not reach the band" in told
    assert "agro" not in told
    assert "reach" not in said(listed_runs(ASKED["avenues"], {"avenue_energy": 0.3}, spread=0.1))


def test_where_model_and_experts_agree_no_difference_is_told() -> None:
    told = said(listed_runs(ASKED["obstacles"], {}))
    assert "No share of the model lies outside its band." in told
    assert "First in the model and among the experts: water and energy disputes" in told
    assert "no clear difference either way" in told
    assert "tau +1.00" in told


def test_the_role_of_a_list_stands_beside_it() -> None:
    assert "soft target of the fit, so that agreement is no test" in said(listed_runs(ASKED["obstacles"], {}))
    assert "soft target of the fit" in said(listed_runs(ASKED["tools"], {}))
    assert "held out, but seen" in said(listed_runs(ASKED["avenues"], {}))
    assert said(listed_runs(ASKED["blocs"], {})).startswith("This list is held out.")


def test_an_answer_that_should_be_named_less_is_told_when_it_is_not() -> None:
    more = said(listed_runs(ASKED["blocs"], {"bloc_others": 0.5}))
    assert "less than OTS; in the model it stands at 0.50 against 0.18" in more
    assert "less than OTS" not in said(listed_runs(ASKED["blocs"], {"bloc_others": 0.05}))


def ended(counts: tuple[int, ...], scenario: str = "as-is", sweep: tuple[tuple[float, ...], ...] = ()) -> Prospect:
    """Futures of so many runs each, mixed over 20 draws of 5."""
    order = np.random.default_rng(1).permutation(np.repeat(np.arange(4), counts))
    found = beside(ASKED["futures"], {id_: order == i for i, id_ in enumerate(KINDS)}, Layout(20, 5))
    return Prospect(scenario, found, None, tuple((0.05, "either", shares) for shares in sweep))


def test_words_say_which_future_is_out_of_its_band_and_which_way() -> None:
    told = " ".join(of_futures(ended((75, 25, 0, 0), sweep=((0.75, 0.25, 0, 0),)), Layout(20, 5)))
    assert "Economic-driven integration: more often in the model (0.75 ± 0.04)" in told
    assert "Fragmentation: less often in the model (none of 100 runs)" in told
    assert "Interest-based alliances:" not in told
    assert "by all 1 forms" in told
    swept = ((0.5, 0.3, 0.1, 0.1), (0.3, 0.5, 0.1, 0.1), (0.2, 0.6, 0.1, 0.1))
    told = " ".join(of_futures(ended((50, 33, 10, 7), sweep=swept), Layout(20, 5)))
    assert "No share of the model lies outside its band." in told
    assert "By 1 of 3 forms of the rules economic-driven integration is the most frequent" in told
    assert "interest-based alliances by 2" in told


def test_a_narrow_lead_is_told_as_one() -> None:
    sweep = ((0.5, 0.3, 0.1, 0.1),)
    narrow = of_futures(ended((44, 42, 8, 6), sweep=sweep), Layout(20, 5))[0]
    assert "within error of interest-based alliances (0.42)" in narrow
    assert "within error" not in of_futures(ended((70, 20, 5, 5), sweep=sweep), Layout(20, 5))[0]


def test_experts_are_not_held_against_a_scenario_that_they_did_not_judge() -> None:
    told = " ".join(of_futures(ended((75, 25, 0, 0), "frozen", ((0.75, 0.25, 0, 0),)), Layout(20, 5)))
    assert "band" not in told
    assert "respondents" not in told


# ---------------------------------------------------------------------------------------------------------- command

SMALL = ("outlook", "--draws", "4", "--replicates", "2", "--firms", "50")


def flat(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("&#x27;", "'").split())


def test_every_form_of_output_carries_the_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, out = tmp_path / "page.html", tmp_path / "out"
    words = (*SMALL, "--prior", "--scenario", "corridor-first", "--html", str(page), "--out", str(out))
    assert corridors(monkeypatch, *words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == LABEL
    assert list(found["futures"]) == ["as-is", "corridor-first"]
    assert list(found["questions"]) == ["avenues", "obstacles", "blocs", "tools", "kazakhstan"]
    assert {one["role"] for one in found["questions"]["tools"]["answers"][:3]} == {"soft"}
    for one in (*found["futures"].values(), *found["questions"].values()):
        assert 0 <= one["distance"] <= 1
        assert 0 < one["p_each"] <= 1
        assert one["words"]
    assert [one["experts_count"] for one in found["futures"]["as-is"]["answers"]] == list(SURVEY)
    assert found["source"] == "prior"
    assert sorted(p.name for p in out.iterdir()) == ["manifest.json", "outlook.csv", "outlook.html", "outlook.json"]
    assert json.loads((out / "outlook.json").read_text(encoding="utf-8")) == found
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seeds"]["count"] == len(manifest["parameters"]["execution"]) == 4 * 2  # one set a seed
    assert {"as-is", "frozen", "corridor-first"} <= set(manifest["scenarios"])
    text = page.read_text(encoding="utf-8")
    for told in (text, (out / "outlook.csv").read_text(encoding="utf-8")):
        assert LABEL in flat(told)
    assert text.count("<svg") == 4 + 4 + 9 + 3 + 4 + 4 + 3
    assert "http" not in text
    assert "<script" not in text
    assert corridors(monkeypatch, *words) == 2  # never overwritten unasked
    assert "--force" in capsys.readouterr().err
    assert corridors(monkeypatch, *SMALL, "--prior") == 0
    screen = capsys.readouterr().out
    assert LABEL in flat(screen)
    assert max(map(len, screen.splitlines())) <= 120
    for words_ in ("first in", "quantile", "Kendall's tau", "soft", "held-out", "15 of 30", "Kazakhstan's role"):
        assert words_ in screen


def test_at_the_defaults_luck_is_all_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, *SMALL, "--defaults", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    answers = [one for asked in found["questions"].values() for one in asked["answers"]]
    assert {one["parameters_part"] for one in answers} == {0.0}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--scenario", "corridor-frist"], "did you mean 'corridor-first'"),
        (["--scenario", "kgtj-hindcast"], "the futures are of 2035"),
        (["--draws", "0"], "1 to 10000"), (["--replicates", "0"], "--replicates 0"),
        (["--draws", "5000", "--replicates", "5"], "more than 10000 runs"), (["--firms", "3"], "10 to"),
        (["--threads", "0"], "1 or more"), (["--defaults", "--prior"], "exclude each other"),
        (["--prior", "--posterior"], "exclude each other"), (["--html", "no/such/page.html"], "no folder"),
        (["--html", "."], "is a folder"), (["--fit", "no/such/fit"], "no posterior"),
    ],
)  # fmt: skip
def test_a_faulty_word_gets_one_message(
    words: list[str], hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "outlook", *words) == 2
    told = capsys.readouterr().err
    assert hint in told
    assert len(told.splitlines()) == 1


def test_a_file_that_takes_a_shipped_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "as-is.toml"
    mine.write_text('title = "Mine"\n[[change]]\nat = "2026-01"\nagro = 20\n', encoding="utf-8")
    assert corridors(monkeypatch, "outlook", "--scenario", str(mine)) == 2
    assert "rename the file" in capsys.readouterr().err


def test_model_shares_are_judged_as_everywhere() -> None:
    """A share of runs by its mean, a list by its median."""
    runs = {id_: np.arange(40) % 4 == i for i, id_ in enumerate(KINDS)}
    found = beside(ASKED["futures"], runs, Layout(20, 2))
    assert [item.model for item in found.items] == [0.25] * 4
    skewed = {row.id: np.r_[np.zeros(30), np.full(10, 4.0)] for row in ASKED["obstacles"].rows}
    assert [item.model for item in beside(ASKED["obstacles"], skewed, Layout(20, 2)).items] == [0.0] * 3
    assert centre(np.array([True, False]), ASKED["futures"].rows[0]) == 0.5
