"""Scorecard, data and about: nothing typed in, failures first, every number with its source, in every language."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import counted

from abm import base_year, levers, parameters
from abm.errors import BadInput
from abm.measures import MEASURES
from abm.odd import sources
from app import about as about_page
from app.about import about, facts
from app.catalogue import missing
from app.data import data
from app.language import spoken, words
from app.scorecard import scorecard, short
from calibration import posterior, shipped
from calibration.figures import HELD_OUT, figures
from calibration.results import DOCS, part_file
from calibration.results_page import reasons
from calibration.scorecard import INSIDE, NOT_APPLICABLE, OUTSIDE

LANGUAGES = ("en", "ru")
COMPONENTS = Path(about_page.__file__).with_name("components")
PAGES = {"scorecard": scorecard, "data": data, "about": about}


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return scorecard("en")


# ---------------------------------------------------------------------------------------------------------- scorecard


def test_every_figure_of_the_ledger_stands_there_once_failures_first(card: dict[str, Any]) -> None:
    assert Counter(row["id"] for row in card["rows"]) == Counter(list(figures()))
    order = [row["verdict"] for row in card["rows"]]
    assert order == sorted(order, key=[OUTSIDE, "not measured", INSIDE, NOT_APPLICABLE].index)
    assert order[0] == OUTSIDE


def test_what_the_article_says_is_the_ledgers_and_what_the_model_says_is_the_files(card: dict[str, Any]) -> None:
    made = {row["id"]: row for row in shipped.shipped(shipped.SCORECARD)["rows"]}
    for row in card["rows"]:
        known = figures()[row["id"]]
        assert (row["value"], row["low"], row["high"], row["unit"]) == (known.value, known.low, known.high, known.unit)
        then = made[row["id"]]
        assert (row["centre"], row["model_low"], row["model_high"], row["verdict"]) == (
            then["model_median"], then["model_low"], then["model_high"], then["verdict"]
        )  # fmt: skip


def test_totals_are_counted_anew_from_the_rows(card: dict[str, Any]) -> None:
    judged = [row for row in card["rows"] if row["verdict"] != NOT_APPLICABLE]
    for name, group in {
        "all": judged,
        "held_out": [row for row in judged if row["role"] == HELD_OUT],
        "clean": [row for row in judged if row["independence"] == "clean"],
    }.items():
        inside = sum(row["verdict"] == INSIDE for row in group)
        assert card["totals"][name] == {"inside": inside, "of": len(group)}, name
    counts = card["counts"]["role"]
    assert sum(count["inside"] + count["outside"] + count["not_measured"] for count in counts) == len(judged)


def test_a_failure_tells_its_reason_and_nothing_else_does(card: dict[str, Any]) -> None:
    told = {name for name, _ in reasons()}
    for row in card["rows"]:
        assert bool(row["why"]) == row["failing"], row["id"]
        assert not row["failing"] or row["id"] in told, row["id"]


def test_the_shipped_scorecard_is_that_of_the_shipped_posterior_model_and_ledger(card: dict[str, Any]) -> None:
    assert card["outdated"] == []
    assert card["made"]["posterior"] == posterior.read(check=False).told["made"]


@pytest.mark.parametrize("what", shipped.OUTDATED)
def test_what_has_changed_since_it_was_made_is_told(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, fit = shipped.shipped(shipped.SCORECARD), shipped.manifest()
    if what == shipped.POSTERIOR:
        fit = {**fit, "made": "2020-01-01T00:00:00+00:00"}
    elif what == shipped.NUMBERS:
        fit = {**fit, "parameters": {**fit["parameters"], "works_cost": [91.0, 60.0, 140.0, "fit"]}}
    elif what == shipped.DATA:
        fit = {**fit, "data": {**fit["data"], "ties.csv": "other"}}
    else:
        changed = {**figures(), "jobs": replace(figures()["jobs"], low=900.0)}
        monkeypatch.setattr(shipped, "figures", lambda: changed)
    assert list(shipped.outdated(made, fit)) == [what]


def test_a_scorecard_that_cannot_be_read_says_how_to_make_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    with pytest.raises(BadInput, match="--only scorecard"):
        shipped.shipped(shipped.SCORECARD)


def test_parts_that_the_app_shows_stand_in_the_package_alone_and_name_no_folder() -> None:
    for part in shipped.SHIPPED:
        assert part_file(DOCS, part) == posterior.FOLDER / f"{part}.json"
        assert not (DOCS / f"{part}.json").exists(), "told twice"
        text = (posterior.FOLDER / f"{part}.json").read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(?:home|Users|root|tmp|work)/", text)


def test_a_commit_is_shortened_and_its_changes_are_told() -> None:
    assert short("commit 7de429379ae46573127f9f3acd7cb541152662ca-changed") == "7de429379ae4 + changes"
    assert short("commit 7de429379ae46573127f9f3acd7cb541152662ca") == "7de429379ae4"
    assert short("version 0.1.0") == "version 0.1.0"


# --------------------------------------------------------------------------------------------------------------- data


def test_every_number_stands_there_once_with_its_unit_and_source() -> None:
    rows = data("en")["rows"]
    assert [row["name"] for row in rows["parameter"]] == list(parameters.describe())
    assert len(rows["base"]) == len(base_year.read().rows)
    assert [row["name"] for row in rows["measure"]] == [measure.name for measure in MEASURES]
    assert {row["name"] for row in rows["lever"]} == set(levers.describe())
    assert {row["name"] for row in rows["source"]} == set(sources())
    everything = [row["id"] for kind in rows.values() for row in kind]
    assert len(set(everything)) == len(everything)
    assert all(re.fullmatch(r"[^\s#?&]+", id_) for id_ in everything)
    for row in rows["parameter"]:
        assert row["meaning"]
        assert row["sources"]
        assert set(row["sources"]) <= set(sources()), row["name"]
    for row in rows["base"]:
        assert row["meaning"], row["id"]
        assert row["source"], row["id"]


def test_what_is_a_judgement_is_marked_as_an_assumption() -> None:
    rows = data("en")["rows"]
    for row in rows["base"]:
        assert row["assumed"] == (row["confidence"] in ("low", "assumed")), row["id"]
    for row in rows["parameter"]:
        assert row["assumed"] == (row["role"] == "assumed" or row["sources"] in (["judgement"], ["MODEL"])), row["name"]
    for row in rows["source"]:
        assert row["assumed"] == (row["checked"] in ("none", "memory")), row["name"]


def test_the_posterior_beside_a_fitted_parameter_is_that_of_its_draws() -> None:
    drawn = posterior.read(check=False).parameters
    for row in data("en")["rows"]["parameter"]:
        if row["name"] not in drawn:
            assert row["posterior"] is row["learned"] is None
            continue
        assert row["role"] == "fit"
        assert row["posterior"] == pytest.approx(np.percentile(drawn[row["name"]], [10, 50, 90]).tolist())
        gone = 1 - np.var(drawn[row["name"]]) * 12 / (row["high"] - row["low"]) ** 2
        assert row["learned"] == (gone >= 0.1), row["name"]


def test_addresses_are_told_as_text_and_only_whole_ones_become_links() -> None:
    for kind in ("base", "source"):
        for row in data("en")["rows"][kind]:
            text = row.get("address", row.get("place"))
            assert all(link in text for link in row["links"])
            assert all(re.fullmatch(r"https?://[\w./~%&?=:+#-]+", link) for link in row["links"]), row["id"]
    two = next(row for row in data("en")["rows"]["source"] if row["name"] == "tradeData")
    assert len(two["links"]) == 2


def test_values_that_are_words_are_told_by_name_and_numbers_stay_numbers() -> None:
    base = {row["id"]: row for row in data("ru")["rows"]["base"]}
    assert base["base-KZ-KG-start_trade"]["value"] == 1.9
    assert base["base-ABEC-crosses"]["value"] == "Казахстан, Кыргызстан"
    assert base["base-KZ_EAEU-membership"]["who"] == "Казахстан · ЕАЭС"
    assert base["base-KZ-upstream"]["value"] == "нет"
    reform = next(row for row in data("en")["rows"]["lever"] if row["name"] == "free_trade")
    assert (reform["low"], reform["high"], reform["value"], reform["members"]) == (0, 1, "as agreed today", 10)


# -------------------------------------------------------------------------------------------------------------- about


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_on_the_page_about_the_model_is_typed_in(language: str) -> None:
    """Every digit comes through a placeholder; names that have digits in them are not figures."""
    own = spoken(language).ui
    for name, count in about_page.SECTIONS.items():
        for number in range(1, count + 1):
            text = own[f"about.{name}.{number}"]
            assert not re.search(r"\d", text), text
            assert f"about.{name}.{count + 1}" not in own, "a sentence that no section shows"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_filled(language: str) -> None:
    for section in about(language)["sections"]:
        for text in (section["title"], *section["sentences"]):
            assert not re.search(r"[{}]|about\.", text), text
    assert "{" not in about(language)["citation"]


def test_what_the_sentences_count_is_what_the_files_hold() -> None:
    known = facts(words("en"))
    roles = Counter(number.role for number in parameters.describe().values())
    assert (known["numbers"], known["assumed"]) == (str(roles.total()), str(roles["assumed"]))
    totals = scorecard("en")["totals"]
    assert (known["clean_inside"], known["clean_of"]) == (str(totals["clean"]["inside"]), str(totals["clean"]["of"]))
    assert known["outside"] == str(totals["all"]["of"] - totals["all"]["inside"])
    unsure = sum(row["assumed"] for row in data("en")["rows"]["base"])
    assert known["unsure"] == str(unsure)
    rows = {row["id"]: row for row in scorecard("en")["rows"]}
    assert float(known["external_runs"]) == pytest.approx(100 * rows["future_external"]["centre"], abs=0.5)
    blocs = [row for row in rows.values() if re.match("platforms_|bloc_|dense_", row["id"])]
    assert (known["blocs_of"], known["blocs_outside"]) == (str(len(blocs)), str(sum(row["failing"] for row in blocs)))


# ---------------------------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_plain_data_without_keys_in_place_of_words(page: str, language: str) -> None:
    text = json.dumps(PAGES[page](language), ensure_ascii=False, allow_nan=False)
    assert len(text.encode()) < 500_000
    assert not re.search(rf'"{page}\.[a-z_.]+"', text)


@pytest.mark.parametrize("page", PAGES)
def test_the_russian_page_has_every_key_of_the_english_one_and_no_other(page: str) -> None:
    keys = {language: {key for key in spoken(language).ui if key.startswith(f"{page}.")} for language in LANGUAGES}
    assert keys["ru"] == keys["en"]
    assert not [key for key in missing("ru") if key.startswith(f"{page}.")]


@pytest.mark.parametrize("page", PAGES)
def test_placeholders_of_a_translation_are_those_of_the_original(page: str) -> None:
    english, russian = spoken("en").ui, spoken("ru").ui
    for key in (key for key in english if key.startswith(f"{page}.")):
        assert set(re.findall(r"{\w+}", russian[key])) == set(re.findall(r"{\w+}", english[key])), key


@pytest.mark.parametrize("page", PAGES)
def test_words_that_a_component_asks_for_are_there(page: str) -> None:
    known = spoken("en").ui
    text = (COMPONENTS / f"{page}.vue").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bt\('([\w.]+)'[,)]", text))
    asked |= {f"column.{name}" for name in re.findall(r"id: '(\w+)', is:", text)}
    asked |= {"scorecard": of_figures, "data": of_rows, "about": set}[page]()
    assert len(asked) > 5
    assert not [key for key in asked if f"{page}.{key}" not in known]


def of_figures() -> set[str]:
    """Keys that the scorecard's component makes out of its rows."""
    card = scorecard("en")
    rows = card["rows"]
    keys = {f"rule.{row['rule']}" for row in rows} | {f"order.{row['order']}" for row in rows if row["order"]}
    keys |= {f"role.{row['role'].replace('-', '_')}" for row in rows}
    keys |= {f"independence.{row['independence'].replace(' ', '_')}" for row in rows if row["independence"]}
    return keys | {f"outdated.{what}" for what in shipped.OUTDATED} | {f"total.{name}" for name in card["totals"]}


def of_rows() -> set[str]:
    """Keys that the data page's component makes out of its rows."""
    rows = data("en")["rows"]
    keys = {f"{what}.{kind}" for kind in rows for what in ("kind", "about")}
    keys |= {f"role.{row['role']}" for row in rows["parameter"]} | {f"agent.{row['kind']}" for row in rows["measure"]}
    keys |= {f"table.{row['table']}" for row in rows["base"]} | {f"group.{row['group']}" for row in rows["lever"]}
    keys |= {f"form.{row['form']}" for row in rows["lever"]}
    return keys | {f"each.{row['per']}" for row in rows["lever"] if row["per"]}


def test_a_language_that_there_is_not_is_refused() -> None:
    for page in PAGES.values():
        with pytest.raises(BadInput, match="language"):
            page("xx")


# --------------------------------------------------------------------------------------------------------- in a browser

DRAWN = """[...document.querySelectorAll('.figures tbody tr')].map(row => {
  const band = row.querySelector('.band'), dot = row.querySelector('.centre')
  const [x, width] = band ? [Number(band.getAttribute('x')), Number(band.getAttribute('width'))] : [0, 0]
  return {id: row.id.slice(7), band: band && [x, x + width], dot: dot && Number(dot.getAttribute('cx')),
          told: row.querySelector('.sign').innerText.replace(/\\s+/g, ' ').trim()}
})"""
ROWS = "document.querySelectorAll('table[role=table] > tbody > tr').length"


def opened(visit: Any, address: str) -> Any:
    page = visit(address)
    page.wait_for_selector("table[role=table] tbody tr")
    return page


def test_a_verdict_can_be_seen_in_the_picture_and_read_without_it(visit: Any, card: dict[str, Any]) -> None:
    """The dot of a figure that has a band lies in the drawn band if, and only if, it is told to be inside."""
    page = opened(visit, "/scorecard")
    rows = {row["id"]: row for row in card["rows"]}
    drawn = page.evaluate(DRAWN)
    assert [row["id"] for row in drawn] == [row["id"] for row in card["rows"]]
    seen = [row for row in drawn if row["band"]]
    assert len(seen) > 40
    for row in drawn:
        told = rows[row["id"]]["verdict"]
        assert row["told"] == {INSIDE: "✓ inside", OUTSIDE: "✗ outside"}.get(told, f"– {told}")
    for row in seen:
        low, high = row["band"]
        assert (low - 0.2 <= row["dot"] <= high + 0.2) == (rows[row["id"]]["verdict"] == INSIDE), row["id"]


def test_figures_are_filtered_and_sorted_and_what_is_shown_is_told(visit: Any, card: dict[str, Any]) -> None:
    page = opened(visit, "/scorecard")
    page.select_option(".filters label:nth-of-type(1) select", INSIDE)
    inside = card["totals"]["all"]["inside"]
    assert page.evaluate(ROWS) == inside
    assert f"{inside} of {len(card['rows'])}" in page.inner_text(".filters output")
    page.select_option(".filters label:nth-of-type(2) select", "held-out, clean")
    assert page.evaluate(ROWS) == card["totals"]["clean"]["inside"]
    page.click(".filters button")
    assert page.evaluate(ROWS) == len(card["rows"])
    page.click("thead th.figure button")
    names = page.evaluate("[...document.querySelectorAll('.figures tbody th')].map(x => x.firstChild.data.trim())")
    letters = [name[0].lower() for name in names if name[0].isalpha()]
    assert letters == sorted(letters)
    assert page.get_attribute("thead th.figure", "aria-sort") == "ascending"
    page.click("thead th.figure button")
    assert page.get_attribute("thead th.figure", "aria-sort") == "descending"


def test_a_scorecard_of_another_posterior_warns_before_it_shows_anything(visit: Any) -> None:
    page = opened(visit, "/scorecard")
    counted(page.locator(".warning"), 0)
    told = {**scorecard("ru"), "outdated": ["posterior"]}
    page.route("**/corridors/scorecard/ru.json", lambda route: route.fulfill(json=told))
    page.evaluate("corridors.speak('ru')")
    page.wait_for_selector(".warning")
    assert "не той модели" in page.inner_text(".warning")
    assert page.inner_text("h1") == spoken("ru").ui["scorecard.title"]


def test_a_link_opens_its_row_whatever_kind_it_is_of(visit: Any) -> None:
    for row in ("parameter-hub_places", "base-Syr_Darya-capacity", "lever-reform", "source-caWaterInfo"):
        page = opened(visit, f"/data#{row}")
        page.wait_for_function(f"document.activeElement.id === '{row}'")
        box = page.locator(f"[id='{row}']").bounding_box()
        assert 0 <= box["y"] <= 900 - box["height"]
    page.click(".rows tbody tr:first-child a.own")
    assert page.evaluate("location.hash") == "#source-judgement"


def test_search_counts_every_kind_and_the_file_holds_the_rows_that_are_shown(visit: Any) -> None:
    page = opened(visit, "/data")
    page.fill("input[type=search]", "toktogul")
    rows = data("en")["rows"]
    cited = {row["name"]: f"{row['authors']} {row['meaning']}" for row in rows["source"]}

    def says(row: dict[str, Any]) -> bool:
        text = json.dumps(row, ensure_ascii=False) + " ".join(cited[key] for key in row.get("sources", ()))
        return "toktogul" in text.lower()

    wanted = {kind: sum(says(row) for row in of) for kind, of in rows.items()}
    assert [int(x) for x in page.locator(".kinds .n").all_inner_texts()] == list(wanted.values())
    page.click(".kinds button:nth-child(2)")
    assert page.evaluate(ROWS) == wanted["base"] > 3
    with page.expect_download() as download:
        page.click(".tools button")
    lines = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig"))))
    assert [(line["who"], line["name"]) for line in lines] == [
        (row["who"], row["name"]) for row in rows["base"] if says(row)
    ]
    assert all(line["source"] for line in lines)
