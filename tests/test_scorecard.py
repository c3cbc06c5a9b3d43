"""The scorecard: known answers on planted evidence, verdicts, ranks, and that nothing fails unseen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typed import corridors

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from calibration import variants
from calibration.evidence import Evidence
from calibration.figures import Figure, figure, figures, scale
from calibration.measures import MEASURES, needed
from calibration.measures.base import Measure
from calibration.scorecard import Scorecard, interval, judge, rank, score
from calibration.variants import dosed, halved, moderated, without

ROWS = figures()
MEASURED = [id_ for id_, row in ROWS.items() if row.measure]
DRAWS = 6


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence([Parameters(execution=0.7 + i / 20) for i in range(DRAWS)], range(DRAWS), firms=50)


@pytest.fixture(scope="module")
def card(evidence: Evidence) -> Scorecard:
    return score(evidence)


# ---------------------------------------------------------------------------------------------------------- evidence


def test_run_i_has_draw_i_and_seed_i_in_every_variant(evidence: Evidence) -> None:
    alone = simulate("as-is", [4], [evidence.parameters[4]], firms=50, keep=["surplus", "trust"])
    assert evidence.year("as-is", "surplus", "region", 2031)[4] == alone.year("surplus", "region", 2031)[0]
    assert evidence.years("as-is", "surplus", "region", 2026, 2035)[4] == pytest.approx(
        alone.years("surplus", "region", 2026, 2035)[0], rel=1e-12
    )
    assert (evidence.months("as-is").of("trust", "KG-TJ")[4] == alone.of("trust", "KG-TJ")[0]).all()


def test_a_variant_is_run_once_and_only_when_it_is_asked_for() -> None:
    runs: list[int] = []
    fresh = Evidence([Parameters()] * 3, [7, 8, 9], firms=50, advance=lambda: runs.append(1))
    assert fresh.ready == ()
    for _ in range(2):
        assert fresh.year("frozen", "surplus", "region", 2035).shape == (3,)
    assert fresh.ready == ("frozen",)
    assert len(runs) == 3
    assert fresh.each_year("frozen", "surplus", "region", 2026, 2035).shape == (3, 10)


def test_all_variants_are_there_and_differ_from_as_is_by_one_thing() -> None:
    known = variants.variants()
    assert set(needed(ROWS.values())) <= set(known)
    as_is = known["as-is"]
    for name in (dosed("settlement"), halved("outside_pressure"), without("EAEU", "rules")):
        *rest, (_, last) = known[name].layers
        assert tuple(rest) == as_is.layers
        assert [len(change.levers) for change in last] == [1]
    assert variants.amount("settlement") == 1
    assert variants.amount("free_trade_all") == 1
    assert variants.amount("education") == 20


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda e: e["as-iss"], "did you mean 'as-is'"),
        (lambda e: e.year("as-is", "surplas", "region", 2035), "did you mean 'surplus region'"),
        (lambda e: e.year("as-is", "surplus", "region", 2036), "outside the run"),
        (lambda e: e.months("frozen"), "were not kept"),
        (lambda e: Evidence([Parameters()], [1, 2]), "1 sets of parameters for 2 seeds"),
        (lambda e: Evidence([Parameters()], [1], threads=0), "1 or more"),
    ],
)
def test_bad_questions_to_the_evidence_are_refused(evidence: Evidence, ask: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        ask(evidence)


# ---------------------------------------------------------------------------------------------------------- measures


@pytest.mark.parametrize("id_", MEASURED)
def test_every_measured_figure_gives_a_finite_number_a_draw(id_: str, evidence: Evidence) -> None:
    found = np.ma.asarray(MEASURES[ROWS[id_].measure].of(evidence, id_))
    assert len(found) == DRAWS
    assert np.isfinite(found.compressed().astype(float)).all()
    assert (found.dtype == np.bool_) <= (ROWS[id_].judged in ("share inside band", "order"))


def test_a_measure_reads_the_variants_that_it_names_and_no_other(evidence: Evidence) -> None:
    for measure in MEASURES.values():
        asked: set[str] = set()

        class Spy(Evidence):
            def __init__(self) -> None:
                self.__dict__.update(evidence.__dict__)

            def __getitem__(self, variant: str, asked: set[str] = asked) -> Any:
                asked.add(variant)
                return evidence[variant]

        measure.how(Spy())
        assert asked == set(measure.needs), measure.name


class Planted:
    """Evidence made by hand: values by (variant, measure, who), or with the year behind; everything else is 0."""

    def __init__(self, told: Mapping[Any, Any], draws: int = 2, execution: Any = 1.0) -> None:
        self.told, self.draws, self.execution = told, draws, execution

    def year(self, variant: str, measure: str, who: str, year: int) -> Any:
        short = (variant, measure, who)
        return np.broadcast_to(np.asarray(self.told.get((*short, year), self.told.get(short, 0.0)), float), self.draws)

    def each_year(self, variant: str, measure: str, who: str, first: int, last: int) -> Any:
        return np.stack([self.year(variant, measure, who, y) for y in range(first, last + 1)], axis=1)

    def years(self, variant: str, measure: str, who: str, first: int, last: int) -> Any:
        return self.each_year(variant, measure, who, first, last).mean(axis=1)

    def __getitem__(self, variant: str) -> Any:
        return SimpleNamespace(
            year=lambda *which: self.year(variant, *which), years=lambda *which: self.years(variant, *which)
        )

    def whos(self, variant: str, measure: str) -> list[str]:
        return sorted({key[2] for key in self.told if key[1] == measure})

    def parameter(self, name: str) -> Any:
        return np.broadcast_to(np.asarray(self.execution, float), self.draws)


KG, HUB, ALL = "KZ-KG", "Kordai", "region"


def surplus(**by_variant: float) -> dict[Any, float]:
    return {(name.replace("_", "-"), "surplus", ALL): value for name, value in by_variant.items()}


KNOWN: dict[str, tuple[dict[Any, Any], float]] = {
    "trade_2025": ({("as-is", "trade", KG, 2025): 1.9}, 1.9),
    "raw_share_2025": ({("as-is", "trade", KG): 2.0, ("as-is", "trade_raw", KG): 1.5}, 0.75),
    "corridor_population": ({}, 4.4),
    "corridor_length": ({}, 240.0),
    "cost_cut": ({("corridor-first", "cut", KG): 0.17}, 0.17),
    "trade_2030": ({("corridor-first", "trade", KG, 2030): 3.0}, 3.0),
    "jobs": ({("corridor-first", "jobs", HUB, 2030): 5000, ("declarations", "jobs", HUB, 2030): 2000}, 3000),
    "kgtj_closure": ({("kgtj-hindcast", "trade", "KG-TJ", year): v for year, v in ((2020, 4), (2023, 1))}, 0.25),
    "fta_alone": (
        {(name, "trade", "TM-UZ", 2035): v for name, v in (("as-is", 1), ("fta-only", 2), ("fta-and-corridor", 5))},
        0.25,
    ),
    "fta_with_corridor": (
        {(name, "trade", "TM-UZ", 2035): v
         for name, v in (("as-is", 1), ("fta-only", 2), ("bukhara-only", 2.5), ("fta-and-corridor", 5))},
        1.5,
    ),
    "raw_share_falls": (
        {("corridor-first", "trade", KG): 1, ("declarations", "trade", KG): 1,
         ("corridor-first", "trade_raw", KG, 2025): 0.72, ("corridor-first", "trade_raw", KG, 2035): 0.66,
         ("declarations", "trade_raw", KG, 2025): 0.72, ("declarations", "trade_raw", KG, 2035): 0.73},
        -0.07,
    ),
    "soft_as_critical": (
        {(name, "cut", KG): v for name, v in (("corridor-first", 0.2), ("works-only", 0.1), ("reform-only", 0.15))}, 2.0
    ),
    "resilience": (
        {(name, "revenue", HUB, 2028): v
         for name, v in (("corridor-first", 200), ("corridor-first+world-slump", 180), ("declarations", 100),
                         ("declarations+world-slump", 80))},
        0.1,
    ),
    "smes_both_sides": (
        {(name, "small_exports", f"{HUB} {side}", 2030): v
         for name, side, v in (("corridor-first", "KZ", 9), ("corridor-first", "KG", 5), ("declarations", "KZ", 1),
                               ("declarations", "KG", 3))},
        2.0,
    ),
    "aligned_programme": (
        {(name, "surplus", ALL, 2035): v
         for name, v in (("corridor-first", 10), (variants.NO_LEADERS, 4), (variants.NO_EXECUTION, 3),
                         (variants.NEITHER, 1))},
        4.0,
    ),
    "cheap_upgrade": (
        {**surplus(corridor_first=0.1, declarations=0.04), ("corridor-first", "programme", "ABEC"): 30.0}, 2.0
    ),
    "replication": (surplus(all_corridors=0.5, corridor_first=0.2), 0.3),
    "declarations_only": (
        {("declarations", "regional_trade", ALL, 2035): 10.3, ("frozen", "regional_trade", ALL, 2035): 10.0}, 0.03
    ),
    "sustained_leadership": (
        {("sustained", "mean_trust", ALL, 2035): 0.6, ("episodic", "mean_trust", ALL, 2035): 0.5,
         ("no-diplomacy", "mean_trust", ALL, 2035): 0.46, ("sustained", "memory", KG, 2035): 0.4},
        0.02,
    ),
    "dense_commitments": (
        {("quiet-blocs", "attention", state): gain
         for state, gain in (("KZ", 0.2), ("KG", 0.3), ("TJ", 0.15), ("TM", 0.0), ("UZ", 0.1))},
        0.05,
    ),
    "moderator_condition": (
        {(moderated("full", True), "surplus", ALL, 2035): 0.7, (moderated("off", True), "surplus", ALL, 2035): 0.2,
         (moderated("full", False), "surplus", ALL, 2035): 0.3, (moderated("off", False), "surplus", ALL, 2035): 0.1},
        0.3,
    ),
    "obstacle_water_energy": (
        {(halved("dispute_pressure"), "surplus", ALL, 2035): 3, (halved("outside_pressure"), "surplus", ALL, 2035): 1,
         (halved("institution_hurdle"), "surplus", ALL, 2035): -5},
        0.75 * scale("obstacles"),
    ),
    "avenue_energy": ({(dosed("energy"), "surplus", ALL, 2035): 0.1}, scale("avenues")),
    "avenue_agro": ({(dosed("energy"), "surplus", ALL, 2035): 0.1}, 0.0),
    "culture_youth": (
        {(dosed("education"), "mean_trust", ALL, 2035): 0.04, (dosed("culture"), "mean_trust", ALL, 2035): 0.01},
        0.25 * scale("tools"),
    ),
    "bloc_ots": (
        {(without("OTS", "pull"), "mean_attention", ALL): 0.1, (without("EAEU", "pull"), "mean_attention", ALL): 0.3},
        0.25 * scale("blocs"),
    ),
    "bloc_others": (
        {(without("EU", "pull"), "mean_attention", ALL): 0.1, (without("EAEU", "pull"), "mean_attention", ALL): 0.2},
        0.5 * scale("blocs"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("id_", KNOWN)
def test_planted_evidence_gives_the_known_answer(id_: str) -> None:
    told, answer = KNOWN[id_]
    found = MEASURES[ROWS[id_].measure].of(Planted(told), id_)  # type: ignore[arg-type]
    assert np.asarray(found) == pytest.approx([answer, answer])


def test_the_cut_is_asked_of_draws_that_execute_well() -> None:
    found = MEASURES["cost_cut"].of(Planted(KNOWN["cost_cut"][0], execution=[0.5, 0.8]), "cost_cut")  # type: ignore[arg-type]
    assert found.mask.tolist() == [True, False]


def test_an_agreement_that_gains_nothing_with_a_corridor_cannot_need_one() -> None:
    told = {("fta-only", "trade", "TM-UZ", 2035): 1.0}
    assert MEASURES["fta_alone"].of(Planted(told), "fta_alone").tolist() == [1, 1]  # type: ignore[arg-type]


def test_a_bloc_supports_diverts_restrains_or_is_noise() -> None:
    """Without OTS less surplus; without EU more, by its pull; without CSTO more, by its rules; SCO in one year only."""
    told: dict[Any, float] = {}
    for bloc in variants.blocs():
        for channel in ("", "pull", "rules"):
            told[without(bloc, channel), "surplus", ALL] = 1.0
    told |= surplus(as_is=1.0)
    told[without("OTS"), "surplus", ALL] = 0.9
    told[without("EU"), "surplus", ALL] = told[without("EU", "pull"), "surplus", ALL] = 1.1
    told[without("CSTO"), "surplus", ALL] = told[without("CSTO", "rules"), "surplus", ALL] = 1.1
    told[without("SCO"), "surplus", ALL, 2030] = 5.0  # one year of ten
    found = MEASURES["platforms"].how(Planted(told))  # type: ignore[arg-type]
    names = dict(support={"OTS"}, divert={"EU"}, restrain={"CSTO"}, neutral={"EAEU", "SCO", "CIS", "BRI"})
    for kind, blocs in names.items():
        expected = [bloc in blocs for bloc in variants.blocs()]
        assert found[f"platforms_{kind}"].tolist() == [expected, expected], kind


def test_moderation_helps_only_where_surplus_and_trust_both_rise() -> None:
    told = {
        ("moderator-full", "surplus", ALL): [1, 1, -1], ("moderator-full", "mean_trust", ALL): [1, -1, 1],
        ("moderator-economic", "surplus", ALL): [1, 1, 0], ("moderator-economic", "mean_trust", ALL): [1, 1, 1],
    }  # fmt: skip
    for id_, answer in (("kz_moderator", [True, False, False]), ("kz_moderator_partial", [False, True, False])):
        assert MEASURES[id_].of(Planted(told, draws=3), id_).tolist() == answer  # type: ignore[arg-type]


def test_every_draw_ends_in_one_future_and_every_bloc_in_one_kind(evidence: Evidence) -> None:
    assert (sum(found.astype(int) for found in MEASURES["endings"].how(evidence).values()) == 1).all()
    assert (sum(found.astype(int) for found in MEASURES["platforms"].how(evidence).values()) == 1).all()


def test_shares_of_a_list_sum_to_its_scale(evidence: Evidence) -> None:
    for name in ("obstacles", "avenues"):
        assert sum(MEASURES[name].how(evidence).values()) == pytest.approx([scale(name)] * DRAWS)


# ---------------------------------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("id_", "value", "verdict"),
    [
        ("cost_cut", 0.16, "inside"), ("cost_cut", 0.14, "outside"), ("cost_cut", 0.2, "inside"),
        ("jobs", 999, "outside"), ("fta_alone", 0.3, "inside"), ("cheap_upgrade", 0.9, "outside"),
        ("corridor_population", 4.3, "outside"), ("corridor_length", 249, "inside"),
        ("kz_moderator", 1.0, "outside"), ("kz_moderator", 0.8, "inside"),
        ("replication", 1e-6, "inside"), ("replication", 0.0, "outside"), ("raw_share_falls", 0.0, "outside"),
        ("raw_share_falls", -0.01, "inside"),
    ],
)  # fmt: skip
def test_a_value_is_judged_by_its_band_or_its_sign(id_: str, value: float, verdict: str) -> None:
    assert judge(ROWS[id_], {id_: value})[0] == verdict


SUPPORT, DIVERT, RESTRAIN, NEUTRAL = (f"platforms_{kind}" for kind in ("support", "divert", "restrain", "neutral"))


@pytest.mark.parametrize(
    ("shares", "failing"),
    [
        ((0.4, 0.3, 0.2, 0.1), set()),
        ((0.3, 0.3, 0.2, 0.1), {SUPPORT}),
        ((0.1, 0.5, 0.4, 0.0), {SUPPORT}),
        ((0.3, 0.5, 0.0, 0.2), {SUPPORT, DIVERT, RESTRAIN, NEUTRAL}),
        ((0.4, 0.3, 0.1, 0.2), {DIVERT, RESTRAIN, NEUTRAL}),
    ],
)
def test_platforms_are_judged_by_their_order(shares: tuple[float, ...], failing: set[str]) -> None:
    centres = dict(zip((SUPPORT, DIVERT, RESTRAIN, NEUTRAL), shares))
    assert {id_ for id_ in centres if judge(ROWS[id_], centres)[0] == "outside"} == failing


def test_a_row_judged_by_order_is_not_measured_where_the_other_is_not() -> None:
    assert judge(ROWS["bloc_others"], {"bloc_others": 0.1, "bloc_ots": 0.2})[0] == "inside"
    verdict, told = judge(ROWS["bloc_others"], {"bloc_others": 0.1})
    assert verdict == "not measured"
    assert "bloc_ots" in told


def broken(how: Any) -> Measure:
    return Measure("jobs", (), how)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        (lambda e: np.full(DRAWS, np.nan), "no number in 6 of 6 draws"),
        (lambda e: np.array([1.0] * (DRAWS - 1) + [np.inf]), "no number in 1 of 6 draws"),
        (lambda e: np.ones(DRAWS - 1), "5 values for 6 draws"),
        (lambda e: np.ma.masked_all(DRAWS), "no draw is one that it is about"),
        (lambda e: {"other": np.ones(DRAWS)}, "KeyError"),
        (lambda e: 1 / 0, "ZeroDivisionError"),
        (lambda e: e.year("as-is", "no such measure", "region", 2035), "BadInput"),
    ],
)
def test_a_row_whose_measure_breaks_says_so_and_fails(
    how: Any, told: str, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MEASURES, "jobs", broken(how))
    found = score(evidence, {"jobs": ROWS["jobs"]})
    assert found.lines[0].verdict == "not measured"
    assert found.failing == found.lines
    assert told in found.lines[0].told


def test_a_row_that_should_be_measured_and_has_no_measure_fails(evidence: Evidence) -> None:
    found = score(evidence, {"jobs": replace(ROWS["jobs"], measure="")})
    assert found.failing[0].verdict == "not measured"
    assert found.lines[0].centre is None


def test_texts_and_context_are_not_applicable_and_all_else_is_judged(card: Scorecard) -> None:
    assert len(card.lines) == 62
    for line in card.lines:
        assert (line.verdict == "not applicable") == (not line.figure.applies)
    assert not [line for line in card.lines if line.verdict == "not measured"]


def test_failures_come_first_and_counts_add_up(card: Scorecard) -> None:
    failing = [line.failing for line in card.lines]
    assert failing == sorted(failing, reverse=True)
    for by in ("role", "independence"):
        assert sum(card.counts(by).values(), Counter()).total() == 62
    assert list(card.counts("role")) == ["input", "fit", "soft", "held-out", "context"]


def test_intervals_hold_90_percent_of_draws_or_the_error_of_a_share() -> None:
    low, high = interval(np.arange(101.0), ROWS["jobs"])
    assert (low, high) == (5, 95)
    votes = np.arange(400) < 200
    low, high = interval(votes, ROWS["kz_moderator"])
    assert (low, high) == pytest.approx((0.5 - 1.645 * 0.025, 0.5 + 1.645 * 0.025), abs=0.01)


# ------------------------------------------------------------------------------------------------------------- ranks


def items(*published: float) -> list[Figure]:
    return [replace(ROWS["avenue_agro"], id=str(i), value=value) for i, value in enumerate(published)]


def test_ranks_agree_disagree_or_tie() -> None:
    list_ = items(0.1, 0.2, 0.3, 0.4)
    same = {str(i): np.full(50, float(i)) for i in range(4)}
    assert (lambda r: (r.tau, r.low, r.high))(rank("avenues", list_, same)) == pytest.approx((1, 1, 1))
    turned = {str(i): np.full(50, -float(i)) for i in range(4)}
    assert rank("avenues", list_, turned).tau == pytest.approx(-1)
    tied = rank("avenues", list_, {str(i): np.zeros(50) for i in range(4)})
    assert (tied.tau, tied.low, tied.high) == (None, None, None)


def test_the_band_of_a_rank_widens_with_noise() -> None:
    rng = np.random.default_rng(3)
    noisy = {str(i): i + 20 * rng.standard_normal(50) for i in range(4)}
    found = rank("avenues", items(0.1, 0.2, 0.3, 0.4), noisy)
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low < found.high <= 1


def test_tau_is_that_of_scipy(card: Scorecard) -> None:
    from scipy.stats import kendalltau

    avenues = {line.figure.value: line.centre for line in card.lines if line.figure.list == "avenues"}
    found = next(r for r in card.ranks if r.list == "avenues")
    assert found.tau == pytest.approx(kendalltau(list(avenues), list(avenues.values())).statistic)
    assert {r.list: r.items for r in card.ranks} == dict(
        obstacles=3, avenues=9, platforms=4, blocs=3, tools=3, futures=4
    )


# ----------------------------------------------------------------------------------------------------------- command


SMALL = ("figures", "--draws", "3", "--firms", "50")
KEYS = {"id", "article_value", "low", "high", "model_median", "model_low", "model_high", "role", "independence",
        "verdict"}  # fmt: skip


def test_the_command_prints_json_and_writes_page_files_and_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page, out = tmp_path / "page.html", tmp_path / "out"
    assert corridors(monkeypatch, *SMALL, "--prior", "--json", "--html", str(page), "--out", str(out)) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"] for row in rows} == set(ROWS)
    for row in rows:
        assert set(row) >= KEYS
        assert row["article_value"] == ROWS[row["id"]].value
        assert row["verdict"] in ("inside", "outside", "not measured", "not applicable")
        if row["verdict"] in ("inside", "outside"):
            assert all(isinstance(row[key], float) for key in ("model_median", "model_low", "model_high"))
            assert row["model_low"] <= row["model_high"]
    assert sorted(p.name for p in out.iterdir()) == ["figures.csv", "figures.html", "figures.json", "manifest.json"]
    assert json.loads((out / "figures.json").read_text()) == rows
    assert json.loads((out / "manifest.json").read_text())["uncertainty"] == "prior"
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["out", "page.html"]
    check_page(page.read_text(encoding="utf-8"), sum(row["model_median"] is not None for row in rows))
    assert corridors(monkeypatch, *SMALL, "--out", str(out)) == 2  # never overwritten unasked


class Page(HTMLParser):
    """Tags that are open, rows found, and whatever a page would fetch from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[str] = []
        self.drawings = 0
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.rows += [told["id"] or ""] if tag == "article" else []
        self.drawings += tag == "svg"
        self.fetched += [tag] if tag in ("script", "link", "img", "iframe", "object") else []
        self.fetched += [key for key in told if key in ("src", "href", "xlink:href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check_page(text: str, drawings: int) -> None:
    """Well formed, every figure on it, failures first, light and dark, and nothing fetched."""
    page = Page()
    page.feed(text)
    assert page.open == []
    assert sorted(page.rows) == sorted(ROWS)
    assert page.drawings == drawings
    assert page.fetched == []
    assert "http" not in text
    assert "url(" not in text
    assert "prefers-color-scheme: dark" in text
    assert text.rindex('class="verdict outside"') < text.index('class="verdict inside"')


def test_the_screen_tells_failures_counts_and_ranks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, *SMALL, "--defaults") == 0
    told = capsys.readouterr().out
    for words in ("figures fail", "luck alone", "Verdicts by role", "Verdicts by independence", "Kendall", "cost_cut"):
        assert words in told
    assert all(id_ in told for id_ in ROWS)
    assert max(map(len, told.splitlines())) <= 120


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--draws", "0"], "1 to 10000"), (["--firms", "3"], "10 to"), (["--threads", "0"], "1 or more"),
        (["--defaults", "--prior"], "exclude each other"), (["--html", "no/such/page.html"], "no folder"),
        (["--html", "."], "is a folder"),
    ],
)  # fmt: skip
def test_a_faulty_word_gets_one_message(
    words: list[str], hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "figures", *words) == 2
    assert hint in capsys.readouterr().err


def test_a_figure_is_explained_with_its_place_and_measure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "explain", "bloc_eaeu") == 0
    told = capsys.readouterr().out
    assert figure("bloc_eaeu").place in told
    assert "held-out (clean)" in told
