"""The levers panel and the player: everything that can be moved is there, once, and time is moved as one expects.

What the panel works out (`app/public/js/levers.js`, `player.js`) is asked in a browser without a server; what a hand
does is tried on the whole page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import REDRAWN, answered, counted

from abm import base_year, levers
from abm.scenario import Scenario, find_lever, lever_value
from app.catalogue import catalogue
from app.language import spoken

PUBLIC = Path(__file__).parents[1] / "app/public"
COMPONENTS = PUBLIC.parent / "components"
OURS = [COMPONENTS / "levers.vue", COMPONENTS / "player.vue", *sorted((PUBLIC / "js").glob("lever*.js"))]
NEWCOMER = 8  # levers that a newcomer needs [issue]
STOPS = (30, 150)  # of a slider: neither coarse nor finer than a hand
HERE = "http://page.test/"
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(browser: Any) -> Ask:
    """Asks our modules: `ask("levers", "stepOf(...given)", lever)`; no server, and no store."""

    def file(route: Any) -> None:
        path = PUBLIC / route.request.url.removeprefix(HERE)
        if path.is_file():
            route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")

    page = browser.new_page()
    page.route("**/*", file)
    page.goto(HERE)

    def asked(module: str, expression: str, *given: Any) -> Any:
        script = f"async given => {{ const m = await import('/js/{module}.js'); return m.{expression} }}"
        return page.evaluate(script, list(given))

    return asked


def rows(ask: Ask) -> dict[str, Any]:
    return dict(ask("levers", "rowsOf(given[0], 2025)", catalogue()))


# ------------------------------------------------------------------------------------------------- what the panel holds


def test_every_lever_and_every_slider_of_the_world_stands_once_in_the_panel(ask: Ask) -> None:
    shown: list[str] = []
    for group in ("policy", "world"):
        first = ask("levers", f"FIRST.{group}")
        cards = ask("levers", "cardsOf(given[0], m.rowsOf(given[0], 2025), given[1])", catalogue(), group)
        shown += [*first, *(row["key"] for card in cards for row in card["rows"])]
        assert {row["group"] for card in cards for row in card["rows"]} == {group}
    assert not [key for key, times in Counter(shown).items() if times > 1]
    heads = {f"{name}_all" if known.per else name for name, known in levers.describe().items()}
    heads |= {f"set:{number['name']}" for number in catalogue()["parameters"]}
    assert heads <= set(shown)
    assert set(shown) <= heads | {"reform_KZ-KG"}  # first, since its corridor is; the reform of all stands in its card


def test_a_newcomer_meets_eight_levers_first_policies_apart_from_the_world(ask: Ask) -> None:
    first = ask("levers", "FIRST")
    assert sum(map(len, first.values())) == NEWCOMER
    for group, keys in first.items():
        assert {find_lever(key, base_year.read())[0].group for key in keys} == {group}


def test_whatever_a_row_can_say_a_scenario_may_write(ask: Ask) -> None:
    story = Scenario.read("as-is")
    for key, row in rows(ask).items():
        if row["kind"] == "number":
            continue
        find_lever(key, story.world())
        ends = {
            "choice": row["words"], "date": ["2026-01", "2035-12", "never"], "moment": ["2026-01"],
        }.get(row["kind"], [row["low"], row["high"]])  # fmt: skip
        for value in [*ends, row["default"]]:
            lever_value(key, value, story, story.world(), key)


def test_a_slider_has_as_many_stops_as_a_hand_can_tell_apart_and_one_of_them_is_its_default(ask: Ask) -> None:
    for key, row in rows(ask).items():
        if row["kind"] not in ("level", "number"):
            continue
        stops = (row["high"] - row["low"]) / row["step"]
        assert row["unit"] == "months" or STOPS[0] - 0.01 <= stops <= STOPS[1], key
        if row["default"] != "today":
            place = (row["default"] - row["low"]) / row["step"]
            assert place == pytest.approx(round(place), abs=1e-6), key


def test_what_is_told_of_a_lever_has_words_in_english_and_russian() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in OURS)
    asked = {key.rstrip("._") for key in re.findall(r"'((?:levers|player)\.[\w.]+)'", text)}
    known = list(levers.describe().values())
    asked |= {f"levers.word.{word}" for lever in known for word in lever.words}
    asked |= {f"levers.{which}.{lever.per}" for lever in known if lever.per for which in ("all", "each")}
    asked |= {f"levers.role.{number['role']}" for number in catalogue()["parameters"]}
    for language in ("en", "ru"):
        said = set(spoken(language).ui)
        assert not [key for key in asked if not any(k == key or k.startswith((f"{key}.", f"{key}_")) for k in said)]


# ------------------------------------------------------------------------------------------------- what it shows


def in_force(ask: Ask, key: str, month: int, **store: Any) -> Any:
    """What a row shows in a month, with a store that knows the steps of levers and a question."""
    given = {"steps": {}, "question": {"set": {}, "numbers": "posterior"}, **store}
    return ask(
        "levers",
        """inForce(m.rowsOf(given[0], 2025)[given[1]], given[2], {
            question: given[3].question, picture: { levers: given[3].steps },
            valueAt: (lever, month, side) => given[3].steps[lever]?.[side].filter(([at]) => at <= month).pop()[1],
        })""",
        catalogue(), key, month, given,
    )  # fmt: skip


def test_a_lever_shows_what_holds_the_baseline_beside_it_and_the_next_turn(ask: Ask) -> None:
    steps = {"abec_programme": {"scenario": [[0, 0], [12, 60], [84, 0]], "against": [[0, 0]]}}
    assert in_force(ask, "abec_programme", 50, steps=steps) == {"value": 60, "against": 0, "next": "84 0"}
    assert in_force(ask, "abec_programme", 90, steps=steps) == {"value": 0, "against": 0, "next": None}
    assert in_force(ask, "free_trade_KZ-KG", 90)["value"] == "today"


def test_a_lever_for_all_shows_no_value_where_its_members_differ(ask: Ask) -> None:
    steps = {"reform_KZ-KG": {"scenario": [[0, 10]], "against": [[0, 0]]}}
    assert in_force(ask, "reform_all", 50, steps=steps) == {"value": None, "against": 0, "next": None}
    assert in_force(ask, "reform_all", 50)["value"] == 0


def test_a_number_of_the_model_shows_no_value_while_it_differs_from_run_to_run(ask: Ask) -> None:
    key = "set:trade_elasticity"
    assert in_force(ask, key, 50)["value"] is None
    assert in_force(ask, key, 50, question={"set": {"trade_elasticity": 2}, "numbers": "posterior"})["value"] == 2
    assert in_force(ask, key, 50, question={"set": {}, "numbers": "defaults"})["value"] == 4.4


def test_a_border_shut_for_all_is_told_at_each_border(ask: Ask) -> None:
    changes = [
        {"at": "2028-02", "lever": "border_shut_all", "value": 6},
        {"at": "2027-01", "lever": "border_shut_KG-TJ", "value": 3},
    ]
    row = rows(ask)
    assert ask("levers", "pulsesOf(...given)", row["border_shut_KG-TJ"], changes) == [[24, 3], [37, 6]]
    assert ask("levers", "pulsesOf(...given)", row["border_shut_KZ-KG"], changes) == [[37, 6]]
    assert ask("levers", "pulsesOf(...given)", row["border_shut_all"], changes) == [[37, 6]]


def test_a_lever_is_found_by_its_meaning_and_a_border_by_its_name(ask: Ask) -> None:
    def found(group: str, typed: str) -> set[str]:
        named = "row => given[0].agents[row.member] || ''"
        keys = f"found(given[0], m.rowsOf(given[0], 2025), given[1], given[2], {named}).map(row => row.key)"
        return set(ask("levers", keys, catalogue(), group, typed))

    assert "drought" in found("world", "river")
    assert found("policy", "reform tajik") == {f"reform_{tie}" for tie in ("KZ-TJ", "TJ-UZ", "TJ-TM", "KG-TJ")}
    assert found("world", "no such thing") == set()


# ----------------------------------------------------------------------------------------------------------- the player


def test_turns_are_marked_once_a_month_and_the_start_is_no_turn(ask: Ask) -> None:
    changes = [
        {"at": "2025-01", "lever": "diplomacy", "value": "sustained", "own": False},
        {"at": "2026-01", "lever": "abec_programme", "value": 30, "own": False},
        {"at": "2026-01", "lever": "abec_programme", "value": 60, "own": True},
        {"at": "2026-01", "lever": "drought", "value": 0.3, "own": False},
    ]
    (mark,) = ask("player", "marksOf(...given)", changes, 2025)
    assert (mark["month"], mark["own"]) == (12, True)
    assert [(c["lever"], c["value"]) for c in mark["changes"]] == [("abec_programme", 60), ("drought", 0.3)]


@pytest.mark.parametrize(
    ("on", "key", "asked"),
    [
        ("<p>", " ", {"toggle": True}), ("<input>", " ", None), ("<button>", " ", None), ("<select>", "End", None),
        ("<p>", "ArrowRight", {"step": 1}), ("<p>", "Shift+ArrowLeft", {"step": -12}), ("<p>", "Home", {"seek": 0}),
        ("<input type=range>", " ", {"toggle": True}), ("<input type=range>", "ArrowRight", None),
        ("<p>", "PageDown", None), ("<p>", "Control+ArrowRight", None), ("<p>", "x", None),
    ],
)  # fmt: skip
def test_keys_move_time_unless_they_are_typed_or_belong_to_a_control(ask: Ask, on: str, key: str, asked: Any) -> None:
    held, _, plain = key.rpartition("+")
    found = ask(
        "player",
        """keyAsks({ target: Object.assign(document.createElement('div'), { innerHTML: given[0] }).firstChild,
            key: given[1], shiftKey: given[2] === 'Shift', ctrlKey: given[2] === 'Control' })""",
        on, plain, held,
    )  # fmt: skip
    assert found == asked


# ------------------------------------------------------------------------------------------------------ the whole page


def drag(page: Any, lever: str, to: float) -> None:
    """Take a slider's thumb and pull it to a share of its length, slowly."""
    half = 8  # px, of the thumb
    slider = page.locator(f"#lever-{lever}")
    slider.hover(position={"x": half, "y": half})  # waits until it stands still
    box = slider.bounding_box()
    page.mouse.down()
    for part in range(1, 11):
        page.mouse.move(box["x"] + half + to * (box["width"] - 2 * half) * part / 10, box["y"] + half)
        page.wait_for_timeout(40)


def test_dragged_while_time_runs_a_lever_changes_once_at_the_month_it_was_taken(visit: Any) -> None:
    page = visit()
    page.evaluate("corridors.speed = 6; corridors.seek(50); corridors.play()")
    page.wait_for_function("corridors.month > 51")
    drag(page, "energy", 0.5)
    page.wait_for_function("corridors.question.changes.length && corridors.month > 56")
    (draft,) = page.evaluate("corridors.question.changes")
    mine = page.locator(".c-levers .mine li")
    assert mine.count() == 0  # nothing moves under the hand
    page.mouse.up()
    answered(page)
    counted(mine, 1)
    (change,) = page.evaluate("corridors.question.changes")
    assert (change["at"], change["lever"]) == (draft["at"], "energy")
    assert 40 < change["value"] < 80
    year, month = map(int, change["at"].split("-"))
    assert 50 <= (year - 2025) * 12 + month - 1 < page.evaluate("Math.floor(corridors.month)")


def test_from_the_start_means_january_2026_wherever_time_stands(visit: Any) -> None:
    page = visit()
    page.evaluate("corridors.seek(50)")
    page.get_by_label("from the start").check()
    page.locator("#lever-drought").press("End")
    page.wait_for_function("corridors.question.changes.length")
    answered(page)
    assert page.evaluate("corridors.address()") == "2026-01=drought:0.6"
    assert "Changes hold from January 2026" in page.inner_text(".c-levers")


def test_a_change_is_listed_marked_and_taken_back(visit: Any) -> None:
    page = visit("/?2029-03=energy:60&set=trade_elasticity:5")
    mine = page.locator(".c-levers .mine li")
    counted(mine, 2)
    assert "March 2029" in mine.first.inner_text()
    mark = page.locator(".c-player .mark.own")
    mark.click()
    assert page.evaluate("corridors.month") == 50
    for left in (1, 0):
        mine.first.locator(".remove").click()
        answered(page)
        counted(mine, left)
    assert page.evaluate("corridors.address()") == ""
    counted(mark, 0)


def test_the_hub_opens_in_a_month_that_is_picked_or_never(visit: Any) -> None:
    page = visit()
    year = page.locator("[data-lever=hub_open] select").first
    year.select_option("never")
    answered(page)
    assert page.evaluate("corridors.picture.series['places Kordai'].scenario[2].at(-1)") == 0
    year.select_option("2031")
    answered(page)
    assert page.evaluate("corridors.address()") == "2026-01=hub_open:2031-01"


def test_a_lever_tells_range_cost_source_and_code_on_a_tap(visit: Any) -> None:
    page = visit()
    row = page.locator("[data-lever=energy]")
    row.locator(".about").click()
    told = row.locator("dl").inner_text()
    lever = levers.describe()["energy"]
    article = catalogue()["articles"]["aod2025"]
    for text in (lever.changes, f"0 – {lever.high:g} mn US$/yr", "1 mn US$/yr per unit", article, "In code\nenergy"):
        assert text in told


def test_time_played_again_from_its_end_begins_anew(visit: Any) -> None:
    page = visit()
    page.locator("body").press("End")
    assert "December 2035" in page.inner_text(".c-player .date")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("corridors.playing && corridors.month < 130", timeout=REDRAWN)
    page.get_by_role("button", name="Pause").click()
    assert not page.evaluate("corridors.playing")


def test_on_a_telephone_the_levers_are_a_drawer_below_the_map(visit: Any) -> None:
    page = visit("/?lang=ru", viewport={"width": 390, "height": 844})
    drawer = page.locator(".c-levers .drawer")
    assert drawer.get_attribute("aria-expanded") == "false"
    assert not page.locator(".c-levers .inside").is_visible()
    assert drawer.bounding_box()["y"] > page.locator(".c-map").bounding_box()["y"]
    drawer.click()
    page.locator("#lever-energy").wait_for(timeout=REDRAWN)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
