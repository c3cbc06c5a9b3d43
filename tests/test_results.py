"""The results page says what its numbers say, failures first; the rival is a world in which nothing but trade moves."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import BadInput
from abm.futures import ALLIANCES, classify_endings
from abm.parameters import Parameters, describe
from calibration import plots, posterior, results, results_page, robustness, trust
from calibration.cross_check import AbcSmc, CrossCheck, Sample, marginal
from calibration.evidence import Evidence
from calibration.figures import HELD_OUT, figures, targets
from calibration.fit import Fit, How
from calibration.posterior import Posterior
from calibration.prior import Prior, fitted
from calibration.recovery import contractions, noise, quantiles, ridges
from calibration.results import PARTS, Request, page_of, read_part
from calibration.results_page import SIDES, UNKNOWN, reason, reasons, side_of
from calibration.rival import TrendOnly, rival, trend_alone, tuned
from calibration.robustness import AGAIN, BASE, Sizes, changed, variations, verdicts
from calibration.scorecard import INSIDE, NOT_MEASURED, OUTSIDE, Line
from calibration.synthetic import Ranks, uniformity
from calibration.words import line_of

ROWS = figures()
DOCS = Request()
FEW = (BASE, AGAIN, "futures' band at 20.0%")  # variations of the small run
TINY = Sizes(draws=4, firms=40, fit_draws=64, fit_firms=40, how=How(1))


# ---------------------------------------------------------------------------------------------------------- the rival


@pytest.fixture(scope="module")
def trends() -> list[Parameters]:
    return [Parameters(demand_trend=trend) for trend in (0.05, 0.06, 0.07)]


def by_id(card: Any) -> dict[str, Line]:
    return {line.figure.id: line for line in card.lines}


def test_trade_of_the_rival_grows_by_the_trend_alone_whatever_the_policy(trends: list[Parameters]) -> None:
    evidence = TrendOnly(trends)
    for name in ("corridor-first", "frozen"):
        assert evidence.year(name, "trade", "KZ-KG", 2025) == pytest.approx([1.9] * 3)
        assert evidence.year(name, "trade", "KZ-KG", 2030) == pytest.approx(1.9 * np.exp([0.25, 0.30, 0.35]))
    assert evidence.year("kgtj-hindcast", "trade", "KG-TJ", 2020) == pytest.approx([0.037] * 3)
    raw = evidence.year("as-is", "trade_raw", "KZ-KG", 2035) / evidence.year("as-is", "trade", "KZ-KG", 2035)
    assert raw == pytest.approx([0.72] * 3)


def test_tuned_to_three_billion_it_needs_nine_per_cent_a_year() -> None:
    assert tuned() == pytest.approx(0.0914, abs=1e-4)
    assert trend_alone(tuned()) == pytest.approx(3.0)
    found = by_id(rival([Parameters(demand_trend=tuned())]))
    assert (found["trade_2030"].verdict, found["trade_2030"].centre) == (INSIDE, pytest.approx(3.0))


def test_what_differs_between_policies_is_nought_and_of_trust_it_says_nothing(trends: list[Parameters]) -> None:
    found = by_id(rival(trends))
    for id_ in ("jobs", "cost_cut", "raw_share_falls", "replication", "declarations_only", "cheap_upgrade",
                "resilience", "moderator_condition", "dense_commitments", "kz_moderator", "prospects"):  # fmt: skip
        assert found[id_].centre == pytest.approx(0, abs=1e-12), id_
    for id_ in ("stable_competitive", "relations_fragile", "soft_as_critical"):
        assert found[id_].verdict == NOT_MEASURED
        assert found[id_].failing
        assert "the rival says nothing" in found[id_].told
    assert found["declarations_only"].verdict == INSIDE  # where nothing works, declarations do not either
    assert found["jobs"].verdict == OUTSIDE
    assert found["fta_alone"].centre == 1
    assert found["kgtj_closure"].centre == pytest.approx(np.exp(3 * 0.06))


def test_nothing_that_the_rival_says_depends_on_the_level_of_what_it_does_not_know(
    trends: list[Parameters], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown series stand at 1. At 7 all verdicts are the same, so no figure reads a level that it should not."""
    usual = TrendOnly._run

    def elsewhere(self: TrendOnly, story: Any, with_months: bool) -> Any:
        found = usual(self, story, with_months)
        unknown = [c.measure not in ("trade", "trade_raw", "regional_trade", "cut") for c in found.columns]
        return replace(found, means=np.where(unknown, 7.0, found.means))

    before = by_id(rival(trends))
    monkeypatch.setattr(TrendOnly, "_run", elsewhere)
    after = by_id(rival(trends))
    assert {id_: line.verdict for id_, line in after.items()} == {id_: line.verdict for id_, line in before.items()}
    for id_, line in before.items():
        assert after[id_].centre == pytest.approx(line.centre, abs=1e-12), id_


def test_lists_of_the_rival_tie_and_stand_on_the_published_scale(trends: list[Parameters]) -> None:
    for name in ("obstacles", "avenues", "blocs", "tools"):
        card = rival(trends)
        items = [line for line in card.lines if line.figure.list == name]
        assert sum(line.centre or 0 for line in items) == pytest.approx(sum(x.figure.value or 0 for x in items))
        assert len({line.centre for line in items}) == 1
        assert next(rank.tau for rank in card.ranks if rank.list == name) is None
    strict = by_id(rival(trends, equal=False))
    assert strict["avenue_agro"].centre == 0
    assert strict["avenue_agro"].verdict == OUTSIDE


def test_in_its_own_band_every_run_of_the_rival_is_the_rest_an_alliance(trends: list[Parameters]) -> None:
    end = TrendOnly(trends).ending("as-is")
    assert (classify_endings(end, end) == ALLIANCES).all()
    assert by_id(rival(trends))["future_alliances"].centre == 1


# --------------------------------------------------------------------------------------------------- what is learned


def planted(draws: int = 4000, seed: int = 5) -> dict[str, Any]:
    """A posterior that knows trade_elasticity to a tenth of its range, ties rivalry to execution, and no more."""
    rng = np.random.default_rng(seed)
    unit = {name: rng.random(draws) for name in ("trade_elasticity", "execution", "rivalry", "hub_places")}
    unit["trade_elasticity"] = 0.45 + 0.1 * unit["trade_elasticity"]
    unit["rivalry"] = 0.5 * unit["rivalry"] + 0.5 * unit["execution"]
    known = describe()
    return {name: known[name].low + values * (known[name].high - known[name].low) for name, values in unit.items()}


def test_contraction_is_the_share_of_variance_that_is_gone() -> None:
    found = {row.name: row for row in contractions(planted())}
    assert found["trade_elasticity"].contraction == pytest.approx(0.99, abs=0.002)
    assert found["rivalry"].contraction == pytest.approx(0.5, abs=0.05)
    assert abs(found["hub_places"].contraction) < noise(4000)  # a false alarm in 5 of 100 seeds
    assert found["trade_elasticity"].mean == pytest.approx(4.5, abs=0.02)
    one, other, value = ridges(planted())[0]
    assert {one, other} == {"execution", "rivalry"}
    assert value == pytest.approx(0.707, abs=0.03)


def test_noise_of_a_contraction_is_two_standard_errors_of_a_uniforms_variance() -> None:
    """400 posteriors that learned nothing, from 100 draws each: all but a few stay within (a false alarm: 1 in 1e4)."""
    rng = np.random.default_rng(1)
    gone = [1 - 12 * rng.random(100).var() for _ in range(400)]
    assert 0.90 < np.mean(np.abs(gone) < noise(100)) < 0.99


def test_a_profile_is_flat_where_nothing_is_learned_and_counts_all_draws() -> None:
    rows = {row.name: row for row in contractions(planted())}
    _, mean, error = plots.profile(planted()["hub_places"], rows["hub_places"], 4000)
    assert mean.mean() == pytest.approx(1)
    assert (np.abs(mean - 1) < 4 * error).all()  # ten bins at 4 standard errors: a false alarm in 1 of 1,500 seeds
    middle, mean, _ = plots.profile(planted()["trade_elasticity"], rows["trade_elasticity"], 4000)
    assert mean[(middle < 4.2) | (middle > 4.8)].max() == 0


# -------------------------------------------------------------------------------------------------- failing, and why


def failing(id_: str, value: float) -> Line:
    return Line(ROWS[id_], OUTSIDE, "", value, value, value, 1)


@pytest.mark.parametrize(
    ("id_", "value", "side"),
    [
        ("cost_cut", 0.10, "below"), ("cost_cut", 0.30, "above"), ("resilience", -0.1, "below"),
        ("resilience", 0.0, "below"), ("raw_share_falls", 0.1, "above"), ("declarations_only", 0.03, "above"),
        ("platforms_support", 0.1, "order"), ("corridor_population", 4.3, "below"),
        ("corridor_population", 4.5, "above"),
    ],
)  # fmt: skip
def test_a_failure_has_a_side(id_: str, value: float, side: str) -> None:
    assert side_of(failing(id_, value)) == side


def test_a_reason_is_told_on_its_own_side_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results_page, "reasons", lambda: {("cost_cut", "below"): "too little is built"})
    assert reason(failing("cost_cut", 0.1)) == "too little is built"
    assert reason(failing("cost_cut", 0.3)) == UNKNOWN
    assert reason(failing("jobs", 10)) == UNKNOWN


def test_reasons_name_figures_and_sides_and_no_number() -> None:
    """Numbers stand beside them, from the runs; a number told by hand would outlive them."""
    for (id_, side), why in reasons().items():
        assert ROWS[id_].applies
        assert side in SIDES
        assert (side == "order") == bool(ROWS[id_].order)
        assert not re.search(r"\d", why.replace("2025", "").replace("2030", "").replace("2035", "")), why


@pytest.mark.parametrize(("old", "new", "told"), [
    ('"future_fragmentation"', '"future_fragmentatoin"', "did you mean 'future_fragmentation'"),
    ('"below"', '"beloow"', "did you mean 'below'"),
])  # fmt: skip
def test_a_misspelt_reason_is_refused(
    old: str, new: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reasons.toml"
    path.write_text('[[reason]]\nfigure = "future_fragmentation"\nside = "below"\nwhy = "x"\n'.replace(old, new))
    monkeypatch.setattr(results_page, "REASONS", path)
    with pytest.raises(BadInput, match=told):
        reasons.__wrapped__()


# ----------------------------------------------------------------------------------------------------- the generator


def learned_nothing(prior: Prior, *_: Any) -> Fit:
    """In place of a fit, which tests/test_posterior.py looks at: all draws of the prior, equally likely."""
    even = np.full(prior.draws, 1 / prior.draws)
    return Fit(
        prior=prior, seeds=np.arange(prior.draws), weights=even, parameters=prior.parameters(),
        figures={id_: np.zeros(prior.draws) for id_ in targets()}, draws=prior.draws, failed=0,
        first_effective=float(prior.draws), effective=float(prior.draws),
    )  # fmt: skip


def planted_again() -> CrossCheck:
    """Two methods that draw the same prior."""
    mine, other = (learned_nothing(Prior(64, first_seed=seed)) for seed in (0, 7))
    theirs = AbcSmc(Sample(other.parameters, other.weights), 1.0, (100, 200), 3.0)
    ours = Sample(mine.parameters, mine.weights)
    return CrossCheck(ours, theirs, tuple(marginal(name, ours, theirs.sample) for name in mine.parameters))


def plant_checks(patch: pytest.MonkeyPatch) -> None:
    """Checks of the fit without runs: ranks that are uniform, and a second method that draws the prior too."""

    def ranked(pool: Any, worlds: int) -> Ranks:
        names = (*fitted(), *targets(), "log likelihood")
        table = np.random.default_rng(worlds).random((worlds, len(names)))
        return Ranks(names, len(fitted()), table, uniformity(table), np.full(worlds, 9.0))

    patch.setattr(trust, "pool_of", lambda first: learned_nothing(Prior(64)))
    patch.setattr(Fit, "taken", lambda pool, rows: pool, raising=False)
    patch.setattr(trust, "with_shares", lambda pool, *told: pool)
    patch.setattr(trust, "sbc", ranked)
    patch.setattr(trust, "fit", learned_nothing)
    patch.setattr(trust, "cross_check", lambda *told, **more: planted_again())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """Everything made once, from a posterior that learned nothing: draws of the prior, all equally likely."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "fit").mkdir()
    posterior.write(learned_nothing(Prior(64, firms=TINY.firms)), folder / "fit", "by hand", 1.0, draws=64)
    (folder / "runs" / "first" / "corridor").mkdir(parents=True)
    (folder / "runs" / "first" / "corridor" / "manifest.json").write_text("{}")
    asked = Request(
        folder / "docs" / "results",
        folder / "docs" / "results.md",
        folder / "fit",
        folder / "work",
        folder / "runs",
        TINY,
    )
    few = [one for one in variations() if one.name in FEW]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "fit", learned_nothing)
        patch.setattr(robustness, "variations", lambda: few)
        plant_checks(patch)
        results.make(asked)
    return asked


def test_a_small_run_goes_through_the_whole_generator(small: Request) -> None:
    text = small.page.read_text(encoding="utf-8")
    assert "not run" not in text.lower()
    for heading in ("What fails", "What holds", "What the fit has learned", "A rival without agents",
                    "Does the fit find what it is given?", "Does another method say the same?",
                    "How far the verdicts depend on our choices", "What made these numbers"):  # fmt: skip
        assert f"## {heading}" in text
    assert "opinions of about 30 to 50 experts, nearly all at Kazakh institutions" in text
    for picture in re.findall(r"!\[.+?\]\((.+?)\)", text):
        size = (small.page.parent / picture).stat().st_size
        assert 5_000 < size < plots.MOST_BYTES, picture
    assert len(list(small.folder.glob("*.png"))) == 7
    for name in PARTS:
        told = read_part(small.folder, name)
        assert told is not None
        assert {"made", "code", "seconds", "posterior", "command"} <= set(told)


def check_page(folder: Path, place: Path) -> None:
    """No drift; every figure once, failures before the rest."""
    text = place.read_text(encoding="utf-8")
    assert text == page_of(folder, place), "run `python -m calibration.results --only page`"
    card = read_part(folder, "scorecard")
    assert card is not None
    above, below = text.partition("## What holds")[::2]
    lines = [line_of(row, ROWS[row["id"]]) for row in card["rows"] if ROWS[row["id"]].applies]
    assert {line.figure.id for line in lines} == {id_ for id_, row in ROWS.items() if row.applies}
    for line in lines:
        assert (f"- `{line.figure.id}` (" in above) == line.failing, line.figure.id
        assert (f"| `{line.figure.id}` |" in below.partition("## Counted")[0]) == (not line.failing), line.figure.id
        assert line.failing or f"`{line.figure.id}`" not in above
    assert f"**{sum(line.failing for line in lines)} of {len(lines)} judged figures fail.**" in above


def check_contractions(folder: Path, place: Path, found: Posterior) -> None:
    """What the page says of each parameter, from the draws themselves, by the formula and not by our function."""
    text = place.read_text(encoding="utf-8").partition("## What the fit has learned")[2].partition("\n## ")[0]
    assert found.told["effective_draws"] > 0
    for name, values in found.parameters.items():
        known = describe()[name]
        gone = 1 - np.var(values) * 12 / (known.high - known.low) ** 2
        told = re.search(rf"`{name}`(?: \|.*\|)? (-?[\d.]+)%", text)
        assert told, name
        assert float(told[1]) == pytest.approx(100 * gone, abs=0.051), name


def test_the_small_page_tells_failures_first_and_agrees_with_its_numbers(small: Request) -> None:
    check_page(small.folder, small.page)
    check_contractions(small.folder, small.page, posterior.read(small.fit))


def test_the_page_is_made_anew_without_a_run_and_a_changed_number_is_drift(small: Request, tmp_path: Path) -> None:
    again = replace(small, page=tmp_path / "docs" / "results.md", only=("page",), fit=tmp_path / "none")
    again.page.parent.mkdir()
    results.make(again)
    assert again.page.read_text().replace(_to(again), "results") == small.page.read_text()
    told = json.loads((small.folder / "rival.json").read_text())
    for name in (*PARTS,):
        (tmp_path / f"{name}.json").write_text((small.folder / f"{name}.json").read_text())
    (tmp_path / "rival.json").write_text(json.dumps({**told, "share_of_rise": told["share_of_rise"] + 0.1}))
    assert page_of(tmp_path, small.page) != page_of(small.folder, small.page)


def _to(asked: Request) -> str:
    from os.path import relpath

    return Path(relpath(asked.folder, asked.page.parent)).as_posix()


def test_a_figure_that_is_not_measured_stands_among_the_failures_and_says_why(small: Request, tmp_path: Path) -> None:
    told = json.loads((small.folder / "scorecard.json").read_text())
    row = next(row for row in told["rows"] if row["id"] == "raw_share_2025")
    row |= {"verdict": NOT_MEASURED, "model_median": None, "model_low": None, "model_high": None, "why": "it broke"}
    (tmp_path / "scorecard.json").write_text(json.dumps(told))
    place = tmp_path / "page.md"
    place.write_text(page_of(tmp_path, place))
    check_page(tmp_path, place)
    assert "`raw_share_2025` (input)" in place.read_text()
    assert "not measured: it broke. *Why:* no reason known." in place.read_text()


def test_a_part_of_another_posterior_is_told(small: Request, tmp_path: Path) -> None:
    for name in PARTS:
        (tmp_path / f"{name}.json").write_text((small.folder / f"{name}.json").read_text())
    assert "another posterior" not in page_of(tmp_path, tmp_path / "page.md")
    told = json.loads((tmp_path / "robustness.json").read_text())
    (tmp_path / "robustness.json").write_text(json.dumps({**told, "posterior": "2020-01-01"}))
    assert "so to be made again: robustness." in page_of(tmp_path, tmp_path / "page.md")


def test_checks_tell_their_verdicts_and_their_absence_is_told(small: Request, tmp_path: Path) -> None:
    for name in ("scorecard", "synthetic"):
        (tmp_path / f"{name}.json").write_text((small.folder / f"{name}.json").read_text())
    text = page_of(tmp_path, tmp_path / "page.md")
    assert text.count("| uniform |") == 2
    assert text.count("Not run.") == 1
    told = json.loads((small.folder / "cross-check.json").read_text())
    assert [row["verdict"] for row in told["rows"]] == ["agree", "agree"]
    assert [row["simulations of pyABC"] for row in told["rows"]] == [300, 300]
    assert len(told["marginals"]) == trust.SHOWN
    wider = trust.told_of(
        {"all ten": replace(planted_again(), theirs=replace(planted_again().theirs, temperature=2.0))}
    )
    assert "did not come to its end" in wider["rows"][0]["verdict"]


def test_synthetic_worlds_without_the_runs_of_a_fit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there are no runs of a fit; `corridors calibrate --out"):
        trust.synthetic_worlds(tmp_path, tmp_path, tmp_path / "picture.png", TINY.how)


def test_an_empty_folder_gives_a_page_that_says_so(tmp_path: Path) -> None:
    text = page_of(tmp_path, tmp_path / "page.md")
    assert "The scorecard was not run." in text
    assert text.lower().count("not run") >= 6


def test_a_rival_without_a_scorecard_is_refused(small: Request, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--only scorecard"):
        results.make(replace(small, folder=tmp_path, page=tmp_path / "page.md", only=("rival",)))


def test_the_command_line_says_what_is_wanted() -> None:
    asked = results.request_of(["--small", "--only", "rival", "--only", "page", "--draws", "7", "--workers", "1"])
    assert (asked.sizes.draws, asked.sizes.firms, asked.sizes.how.workers) == (7, results.SMALL.firms, 1)
    assert asked.only == ["rival", "page"]
    assert results.request_of([]).sizes == Sizes()
    with pytest.raises(SystemExit):
        results.request_of(["--only", "rivals"])


# --------------------------------------------------------------------------------------------------------- robustness


def test_every_choice_that_was_asked_about_is_varied() -> None:
    found = {one.name: one for one in variations()}
    assert [one.prior for one in found.values() if one.prior is not None] == [
        {}, {"width": 0.5}, {"width": 1.5}, {"fixed": {"trade_elasticity": 2.0}}
    ]  # fmt: skip
    assert sorted(one.crowd * 600 for one in found.values() if one.crowd != 1) == [150, 2400]
    assert sorted(one.endings["quantile"] for one in found.values() if "quantile" in one.endings) == [0.025, 0.1, 0.2]
    assert {one.endings["dominance"] for one in found.values() if "dominance" in one.endings} == {"attention", "family"}
    assert next(iter(found)) == BASE
    assert AGAIN in found


def test_a_verdict_that_luck_may_have_made_is_marked() -> None:
    """Draws of a standard deviation of .05 around .16 and .151, where the band begins at .15; 200 of them."""
    noise_ = 0.05 * np.linspace(-1.7, 1.7, 200)
    rows = {"cost_cut": ROWS["cost_cut"]}
    assert not verdicts({"cost_cut": 0.175 + noise_}, rows, 2000)["cost_cut"]["near"]
    assert verdicts({"cost_cut": 0.151 + noise_}, rows, 2000)["cost_cut"]["near"]
    few = {"cost_cut": 0.167 + noise_}
    assert [verdicts(few, rows, effective)["cost_cut"]["near"] for effective in (2000, 60, 10)] == [False, True, True]
    same = {"cost_cut": np.full(200, 0.175)}  # one draw that weighs all: no spread, and nothing known
    assert [verdicts(same, rows, effective)["cost_cut"]["near"] for effective in (2000, 2)] == [False, True]
    assert verdicts({"cost_cut": "no function measures it"}, rows, 2000)["cost_cut"]["verdict"] == NOT_MEASURED


def test_changed_verdicts_are_those_of_held_out_figures_that_turn() -> None:
    held_out = [id_ for id_, row in ROWS.items() if row.role == HELD_OUT]
    base = {id_: {"verdict": INSIDE} for id_ in [*held_out, "jobs"]}
    other = {**base, "resilience": {"verdict": NOT_MEASURED}, "jobs": {"verdict": OUTSIDE}}
    assert changed({BASE: {"verdicts": base}, "other": {"verdicts": other}}) == {"resilience": ["other"]}


def test_robustness_goes_on_with_what_was_made(small: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("it was run again")

    monkeypatch.setattr(robustness, "_vary", never)
    monkeypatch.setattr(robustness, "variations", lambda: [one for one in variations() if one.name in FEW])
    again = robustness.robustness(posterior.read(small.fit), small.sizes, small.work)
    stored = read_part(small.folder, "robustness")
    assert stored is not None
    assert json.loads(json.dumps(again["variations"])) == stored["variations"]
    with pytest.raises(AssertionError, match="run again"):
        robustness.robustness(posterior.read(small.fit), replace(small.sizes, draws=5), small.work)


@pytest.mark.parametrize(
    ("name", "elasticity", "firms"), [("trade_elasticity 2", {2.0}, 40), ("firms × 0.25", None, 10), (BASE, None, 40)]
)
def test_a_variation_reaches_the_runs(
    name: str,
    elasticity: set[float] | None,
    firms: int,
    small: Request,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fixed elasticity is no column of the fit's posterior, so it has to be set on every draw."""
    seen: list[Any] = []

    def spy(evidence: Any, rows: Any) -> Any:
        seen.append(({draw.trade_elasticity for draw in evidence.parameters}, evidence.firms, evidence.seeds))
        return {}

    monkeypatch.setattr(robustness, "fit", learned_nothing)
    monkeypatch.setattr(robustness, "measure_all", spy)
    monkeypatch.setattr(robustness, "verdicts", lambda values, rows, effective: {})
    shipped = posterior.read(small.fit)
    base = Evidence(shipped.sets(TINY.draws), range(TINY.draws), TINY.firms)
    one = next(x for x in variations() if x.name == name)
    robustness._vary(one, shipped, base, TINY, tmp_path, lambda *_: None)
    usual = {draw.trade_elasticity for draw in base.parameters}
    assert seen == [(elasticity or usual, firms, base.seeds)]


# ------------------------------------------------------------------------------------------------------ what is shipped


def test_the_shipped_page_is_that_of_its_numbers_and_tells_failures_first() -> None:
    check_page(DOCS.folder, DOCS.page)


def test_the_shipped_contractions_are_those_of_the_shipped_posterior() -> None:
    check_contractions(DOCS.folder, DOCS.page, posterior.read())


def test_all_shipped_parts_are_of_the_shipped_posterior_and_none_is_small() -> None:
    made = posterior.read(check=False).told["made"]
    for name in PARTS:
        told = read_part(DOCS.folder, name)
        assert told is not None, f"{name} was not run: python -m calibration.results --only {name}"
        assert told["posterior"] == made, f"{name} is of another posterior"
        assert "--small" not in told["command"]
    assert (read_part(DOCS.folder, "scorecard") or {})["draws"] >= 200
    for picture in DOCS.folder.glob("*.png"):
        assert picture.stat().st_size < plots.MOST_BYTES
    for path in (DOCS.page, *DOCS.folder.glob("*.json")):
        found = re.search(r"(?<![\w.])/(?:home|Users|root|tmp|work)/", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name} names a folder of the machine that made it"


def test_the_posteriors_manifest_agrees_with_its_table() -> None:
    found = posterior.read(check=False)
    told = found.told
    assert found.draws == told["draws"] == len(next(iter(found.figures.values())))
    assert list(found.parameters) == told["fitted"]
    assert set(found.figures) == set(told["targets"])
    rows = np.stack(list(found.parameters.values()), axis=1)
    assert len(np.unique(rows, axis=0)) == told["different_draws"]
    assert told["effective_draws"] <= told["draws_of_the_second_stage"] <= told["draws_run"]
    for name, values in found.parameters.items():
        assert tuple(told["parameters"][name][1:3]) == (describe()[name].low, describe()[name].high)
        low, high = quantiles(values, np.full(len(values), 1 / len(values)), (0.0, 1.0))
        assert describe()[name].low <= low <= high <= describe()[name].high
