"""The page in a real browser: what a visitor sees, moves, shares and hears, with no request beyond this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import REDRAWN, answered, counted

TRADE = "corridors.picture.odds.find(o => o.key === 'trade KZ-KG' && o.year === 2030).level"
PAGES = ("/", "/compare", "/lessons", "/scorecard", "/data", "/about")
SMOOTH = 30  # frames a second that playing must reach with software rendering [issue]
FLOOR = 10  # of the test: a machine may be doing other work; `benchmarks/page.py` measures
SERIOUS = {"serious", "critical"}


# ---------------------------------------------------------------------------------------------------- what one sees


def test_the_first_page_shows_charts_with_bands_and_a_map(visit: Any) -> None:
    page = visit()
    page.wait_for_selector(".c-charts canvas, .c-charts svg", timeout=REDRAWN)
    assert page.locator(".c-map").bounding_box()["height"] > 200
    low, mid, high = page.evaluate("corridors.picture.series['trade KZ-KG'].scenario.map(line => line[60])")
    assert low < mid < high
    assert page.evaluate("corridors.picture.runs") == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_in_both_languages_without_a_missing_word(visit: Any, path: str) -> None:
    for lang in ("en", "ru"):
        page = visit(f"{path}?lang={lang}")
        page.wait_for_function("document.querySelector('.page').innerText.length > 80", timeout=REDRAWN)
        page.wait_for_timeout(500)
        text = page.inner_text("body")
        missing = re.findall(r"\b(?:shell|player|levers|chart|odds|futures|map|legend|why|compare|share|take|lesson"
                             r"|scorecard|data|about|headline|link|message|table|access)\.[a-z_]+\b", text)  # fmt: skip
        assert not missing
        assert not re.search(r"undefined|NaN|\[object", text)
        cyrillic = len(re.findall("[а-яё]", text.lower()))
        assert (cyrillic > 200) is (lang == "ru")
        assert page.evaluate("document.documentElement.lang") == lang


def test_the_letters_of_kazakh_and_kyrgyz_are_drawn(visit: Any) -> None:
    """A font that lacks a letter draws the same box for it as for a letter that no font has."""
    page = visit()
    drawn = """letter => { const c = document.createElement('canvas'); c.width = c.height = 40;
        const x = c.getContext('2d'); x.font = '28px ' + getComputedStyle(document.body).fontFamily;
        x.fillText(letter, 4, 30); return c.toDataURL() }"""
    box = page.evaluate(drawn, "\U0010fffd")
    shapes = [page.evaluate(drawn, letter) for letter in "әғқңөұүһі"]
    assert box not in shapes
    assert len(set(shapes)) == len(shapes)


# -------------------------------------------------------------------------------------------------- what one does


def test_a_moved_lever_gives_new_figures_and_stands_in_the_address(visit: Any) -> None:
    page = visit()
    before = page.evaluate(TRADE)
    slider = page.locator(".c-levers input[type=range]").first
    slider.focus()
    slider.press("Home")
    slider.press("End")
    page.wait_for_url(re.compile("2026-01=abec_programme:120"), timeout=REDRAWN)
    page.wait_for_function("corridors.picture.stage === 'full'", timeout=REDRAWN)
    assert page.evaluate(TRADE) != before


def test_time_plays_pauses_steps_and_scrubs_without_the_server(visit: Any) -> None:
    page = visit()
    asked = page.evaluate("corridors.asked")
    page.locator("body").press("Space")
    page.wait_for_function("corridors.playing && corridors.month > 3", timeout=REDRAWN)
    page.locator("body").press("Space")
    page.wait_for_function("!corridors.playing")
    at = page.evaluate("corridors.month")
    page.locator("body").press("ArrowRight")
    assert page.evaluate("corridors.month") == at + 1
    page.locator("body").press("ArrowLeft")
    assert page.evaluate("corridors.month") == at
    scrub = page.locator(".c-player input[type=range]")
    scrub.focus()
    scrub.press("End")
    assert page.evaluate("corridors.month") == 131
    assert "2035" in page.inner_text(".c-player")
    assert page.evaluate("corridors.asked") == asked


def test_paused_in_2029_a_changed_lever_holds_from_then_on_under_the_same_luck(visit: Any) -> None:
    page = visit()
    before = page.evaluate("corridors.picture.series['trade KG-UZ'].one")
    page.evaluate("corridors.seek(50); corridors.change('reform_KG-UZ', 10)")
    answered(page)
    after = page.evaluate("corridors.picture.series['trade KG-UZ'].one")
    assert after[:50] == pytest.approx(before[:50], rel=2e-3)
    assert after[-1] != pytest.approx(before[-1], rel=1e-3)
    assert "2029-03=reform_KG-UZ:10" in page.evaluate("location.href")
    assert page.evaluate("corridors.month") == 50


def test_a_link_opens_the_same_figures_for_another_visitor(visit: Any) -> None:
    page = visit()
    page.evaluate("corridors.seek(50); corridors.change('drought', .3); corridors.set('trade_elasticity', 2)")
    answered(page)
    other = visit(page.evaluate("location.pathname + location.search"))
    for part in ("series", "odds", "futures", "levers"):
        assert other.evaluate(f"corridors.picture.{part}") == page.evaluate(f"corridors.picture.{part}")


def test_a_saved_chart_of_a_comparison_ends_with_the_link_of_the_comparison(visit: Any) -> None:
    page = visit("/compare#a=whole~&b=works~scenario%3Dworks-only%26against%3Ddeclarations")
    with page.expect_download(timeout=REDRAWN) as saved:
        page.locator(".c-compare figure button", has_text="SVG").first.click(timeout=REDRAWN)
    words = re.sub("<[^>]+>", "", Path(saved.value.path()).read_text(encoding="utf-8")).replace("&amp;", "&")
    assert "works: Works only" in words  # what a name stands for
    assert re.search(r"/compare#a=whole~model%3D[^&]+&b=works~scenario%3Dworks-only", words)


def test_scenarios_of_one_name_are_told_apart_and_drawn(visit: Any) -> None:
    page = visit("/compare#a=Baseline~&b=Baseline~scenario%3Dworks-only%26against%3Ddeclarations")
    page.locator(".c-compare input[value=levels]").check(timeout=REDRAWN)
    page.locator(".c-compare .chart canvas").first.wait_for(timeout=REDRAWN)
    assert page.locator(".c-compare thead th").all_inner_texts()[1:] == ["Baseline", "Baseline 2"]


def test_the_table_of_the_command_stands_on_the_page_and_follows_the_levers(visit: Any) -> None:
    page = visit("/?seeds=20")
    page.locator(".c-headline summary").click()
    page.wait_for_selector(".c-headline tbody tr", timeout=REDRAWN)
    found = page.evaluate("corridors.figures")
    rows = len(found["rows"]) + len(found["differences"])
    assert rows > 10
    counted(page.locator(".c-headline tbody tr"), rows)
    row = page.locator(".c-headline tr", has_text="KZ-KG trade turnover by 2030").inner_text()
    median = next(r["band"][1] for r in found["rows"] if r["id"] == "trade_2030")
    assert f"{median:.2f}" in row
    assert "✓" in page.inner_text(".c-headline")
    page.evaluate("corridors.change('abec_programme', 0)")
    less = "was => corridors.figures.rows.find(r => r.id === 'trade_2030').band[1] < was"
    page.wait_for_function(less, arg=median, timeout=REDRAWN)
    after = page.evaluate("corridors.figures.rows.find(r => r.id === 'trade_2030').band[1]")
    row = page.locator(".c-headline tr", has_text="KZ-KG trade turnover by 2030")
    row.filter(has_text=f"{after:.2f}").wait_for(timeout=REDRAWN)
    page.wait_for_selector(".c-headline [aria-busy=false]", timeout=REDRAWN)


def test_the_table_opened_before_the_page_is_ready_is_filled(visit: Any) -> None:
    page = visit("/?lang=ru", wait=False)
    page.wait_for_selector(".c-headline details", state="attached", timeout=REDRAWN)
    page.evaluate("document.querySelector('.c-headline details').open = true")
    page.wait_for_selector(".c-headline tbody tr", timeout=REDRAWN)
    assert "товарооборот" in page.inner_text(".c-headline")


def test_two_visitors_do_not_see_each_other(visit: Any) -> None:
    ann, bob = visit(), visit()
    was = bob.evaluate(TRADE)
    ann.evaluate("corridors.change('abec_programme', 0); corridors.change('reform_KZ-KG', 0)")
    answered(ann)
    bob.wait_for_timeout(500)
    assert bob.evaluate(TRADE) == was != ann.evaluate(TRADE)
    assert bob.evaluate("corridors.question.changes") == []


def test_a_crafted_link_shows_a_message_and_the_defaults(visit: Any) -> None:
    page = visit("/?scenario=/etc/passwd")
    assert page.evaluate("corridors.question.scenario") == "corridor-first"
    page.wait_for_selector(".c-shell .messages p", timeout=REDRAWN)
    assert "unknown scenario '/etc/passwd'" in page.locator(".c-shell .messages").inner_text()
    page.locator(".c-shell .messages button").first.click()
    counted(page.locator(".c-shell .messages p"), 0)
    page = visit("/?2026-01=drought:<img src=x onerror=alert(1)>")
    page.wait_for_selector(".c-shell .messages p", timeout=REDRAWN)
    assert page.locator(".c-shell .messages img").count() == 0


def test_a_scenario_outlives_a_change_of_page(visit: Any) -> None:
    page = visit()
    page.evaluate("corridors.change('drought', .3)")
    answered(page)
    page.get_by_role("link", name="Scorecard").click()
    page.wait_for_selector(".c-scorecard table", timeout=REDRAWN)
    page.get_by_role("link", name="Simulation", exact=True).click()
    page.wait_for_selector(".c-player")
    assert page.evaluate("corridors.question.changes.map(c => c.lever)") == ["drought"]
    assert "drought:0.3" in page.evaluate("location.href")


# -------------------------------------------------------------------------------------------- for everybody


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, path: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(f"{path}?theme={theme}")
    page.wait_for_timeout(1_000)
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
    assert not [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found]


def test_the_whole_page_can_be_walked_by_keyboard(visit: Any) -> None:
    page = visit()
    reached = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        reached |= set(
            page.evaluate("""() => {
            const e = document.activeElement, found = []
            for (let n = e; n; n = n.parentElement) found.push(...[...n.classList].filter(c => c.startsWith('c-')))
            const seen = e.getClientRects().length > 0
            return seen ? found : ['unseen']
        }""")
        )
    assert {"c-shell", "c-levers", "c-map", "c-player", "c-charts"} <= reached
    assert "unseen" not in reached


@pytest.mark.parametrize("path", PAGES)
def test_a_telephone_shows_every_page_without_scrolling_sideways(visit: Any, path: str) -> None:
    page = visit(path, viewport={"width": 390, "height": 844}, has_touch=True)
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "user-scalable=no" not in page.content()


def test_a_screen_reader_is_told_what_came_out(visit: Any) -> None:
    page = visit()
    told = """() => [...document.querySelectorAll('[aria-live], [role=status], [role=img][aria-label]')]
        .some(e => /[0-9]/.test(e.getAttribute('aria-label') || e.textContent))"""
    page.wait_for_function(told, timeout=REDRAWN)


def test_a_refused_change_is_told_and_the_page_goes_on(visit: Any) -> None:
    page = visit()
    page.evaluate("corridors.change('drought', .2); corridors.change('drought', 7)")
    page.wait_for_function("document.querySelector('.c-shell .messages').innerText.includes('outside 0 to 0.6')")
    answered(page)
    page.evaluate("corridors.change('drought', .3)")
    answered(page)
    assert page.evaluate("corridors.question.changes") == [{"at": "2026-01", "lever": "drought", "value": 0.3}]


def test_playing_is_smooth(visit: Any) -> None:
    page = visit()
    page.wait_for_timeout(1_000)
    frames = page.evaluate("""() => new Promise(done => {
        let n = 0; const began = performance.now(); corridors.speed = 24; corridors.play()
        const frame = now => {
            n += 1
            if (now - began < 3000) requestAnimationFrame(frame)
            else done(n / (now - began) * 1000)
        }
        requestAnimationFrame(frame)
    })""")
    assert frames > FLOOR
