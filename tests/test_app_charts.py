"""Charts, odds, tables and what is saved of them say what the picture holds: no more, and in words one can trust.

The modules are asked in a browser on an empty page: no server, a store that only knows words, a picture made here.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import chromium

from app.catalogue import as_json
from app.ensemble import CHARTED
from app.language import spoken
from calibration.figures import figure
from experiments.paired import in_words

PUBLIC = Path(__file__).parents[1] / "app/public"
ASSETS = Path(sys.prefix) / "share/solara/cdn"
HERE = "http://page.test/"
LANGUAGES = ("en", "ru")
YEARS, MONTHS, RUNS = 11, 132, 200
LINK = "?2029-03=drought:0.3&model=0.1.0-abc"
PAGE = (
    "<!doctype html><html data-theme=light><title>charts</title>"
    "<link rel=stylesheet href=/static/public/css/corridors.css><body><div class=corridors><main></main></div>"
)
STORE = """async ([catalogue, picture]) => {
  const { Words } = await import('/static/public/js/words.js')
  const words = new Words(), listeners = {}
  Object.assign(words, { catalogue, lang: catalogue.lang, rules: new Intl.PluralRules(catalogue.lang) })
  window.solara = { cdn: '/cdn' }
  window.store = {
    picture, catalogue, lang: catalogue.lang, month: 0, playing: false, asked: [],
    t: (key, args) => words.t(key, args), plural: (n, key, args) => words.plural(n, key, args),
    told: text => words.told(text), unit: unit => words.told(unit), number: (x, digits) => words.number(x, digits),
    date: month => words.date(2025 + Math.floor(month / 12), Math.floor(month) % 12),
    address: () => '2029-03=abec_programme:90',
    on(event, fn) { (listeners[event] ||= new Set()).add(fn); return () => listeners[event].delete(fn) },
    tell(event) { for (const fn of listeners[event] || []) fn() },
    seek(month) { store.month = month; store.tell('month') },
    why(asked) { store.asked.push(asked) },
  }
}"""
LOOK = {
    "ink": "#000", "soft": "#555", "paper": "#fff", "panel": "#fff", "line": "#ccc", "scenario": "#0072b2",
    "against": "#888", "gap": "#009e73", "article": "#cc79a7", "policy": "#0072b2", "world": "#d55e00",
    "font": "sans-serif", "scale": 1,
}  # fmt: skip
Ask = Callable[..., Any]


# ------------------------------------------------------------------------------------------------------------ a picture


def sides(low: float, high: float, gap: float, steps: int) -> dict[str, Any]:
    """Bands that rise from low to high; the scenario lies a gap, growing too, above the baseline."""
    against = np.linspace(low, high, steps)
    difference = np.linspace(0, gap, steps)
    spread, narrow = 0.1 * against, 0.4 * difference
    return {
        "scenario": [against + difference - spread, against + difference, against + difference + spread],
        "against": [against - spread, against, against + spread],
        "gap": [difference - narrow, difference, difference + narrow],
    }


def picture() -> dict[str, Any]:
    """As the store holds it: four charts, among them a share, and one with nothing but zeros."""
    made: dict[str, Any] = {
        "runs": RUNS, "asked": RUNS, "stage": "full", "first_year": 2025, "months": MONTHS, "model": "0.1.0-abc",
        "address": "", "story": {"name": "corridor-first", "title": "Corridor first", "why": "", "against": "as-is",
                                 "against_title": "As is"},
        "changes": [{"at": "2026-01", "lever": "abec_programme", "value": 60, "own": False},
                    {"at": "2029-03", "lever": "drought", "value": 0.3, "own": True}],
        "series": {}, "yearly": {}, "odds": [], "take": {"link": LINK},
        "futures": {"names": [], "experts": [0.5, 1 / 3, 0.1, 1 / 15], "scenario": [0.35, 0.33, 0.01, 0.31],
                    "against": [0.2, 0.4, 0.1, 0.3], "error": [0.034, 0.033, 0.007, 0.033],
                    "error_against": [0.028, 0.035, 0.021, 0.032]},
    }  # fmt: skip
    for measure, who, unit, low, high, gap in (
        ("trade", "KZ-KG", "bn US$/yr", 1.9, 3.4, 0.7), ("trade", "KZ-UZ", "bn US$/yr", 3.0, 6.0, 0.0),
        ("cut", "KZ-KG", "share", 0.0, 0.0, 0.16), ("jobs", "Kordai", "jobs", 20000, 21000, 2500),
        ("surplus", "region", "bn US$/yr", -0.5, 0.1, 0.2),
    ):  # fmt: skip
        key = measure if who == "region" else f"{measure} {who}"
        monthly = {side: [list(v) for v in bands] for side, bands in sides(low, high, gap, MONTHS).items()}
        made["series"][key] = {"measure": measure, "who": who, "unit": unit, "one": monthly["scenario"][1], **monthly}
        made["yearly"][key] = {s: np.transpose(b).tolist() for s, b in sides(low, high, gap, YEARS).items()}
        made["odds"] += [odds(key, unit, year, gap) for year in (2030, 2035)]
    return made


def odds(key: str, unit: str, year: int, gap: float) -> dict[str, Any]:
    shares = {"more": 0.73, "less": 0.27, "same": 0.0} if gap else {"more": 0.0, "less": 0.0, "same": 1.0}
    return {"key": key, "unit": unit, "year": year, "low": -0.2 * gap, "median": gap, "high": 2 * gap, **shares,
            "level": 1.0, "level_against": 1.0}  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- the browser


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    def file(route: Any) -> None:
        name = route.request.url.removeprefix(HERE)
        shipped = name.removeprefix("static/public/")
        path = ASSETS / name.removeprefix("cdn/") if name.startswith("cdn/") else PUBLIC / shipped
        if path.is_file():
            kind = "text/css" if path.suffix == ".css" else "text/javascript"
            route.fulfill(body=path.read_text(encoding="utf-8"), content_type=kind)
        else:
            route.fulfill(body=PAGE, content_type="text/html")

    with chromium() as found:
        opened = found.new_page(viewport={"width": 1000, "height": 700})
        opened.route("**/*", file)
        yield opened


@pytest.fixture
def ask(page: Any) -> Ask:
    """Asks a module: `ask("tables", "csvOf(store.picture, given[0])", "trade KZ-KG", lang="ru")`."""
    spoken_now = {}

    def asked(module: str, expression: str, *given: Any, lang: str = "en") -> Any:
        if spoken_now.get("lang") != lang:
            page.goto(HERE)
            page.evaluate(STORE, [json.loads(as_json(lang)), picture()])
            spoken_now["lang"] = lang
        found = f"await import('/static/public/js/{module}.js')"
        script = f"async given => {{ const m = {found}; return await (m.{expression}) }}"
        return page.evaluate(script, list(given))

    return asked


# ------------------------------------------------------------------------------------------------------ what is charted


def test_every_chart_is_of_a_series_that_is_sent_and_has_its_words(ask: Ask) -> None:
    charts = ask("charts/subjects", "SUBJECTS")
    for chart in charts:
        assert chart["measure"] in CHARTED
        for code in LANGUAGES:
            ui = spoken(code).ui
            assert {f"odds.more_{chart['measure']}", f"odds.less_{chart['measure']}"} <= set(ui)
            for mark in chart.get("marks", []):
                assert {f"chart.mark_{mark['id']}", f"chart.short_{mark['id']}"} <= set(ui)


def test_marks_of_the_article_are_the_figures_that_the_model_is_held_against(ask: Ask) -> None:
    marks = {mark["id"]: mark for chart in ask("charts/subjects", "SUBJECTS") for mark in chart.get("marks", [])}
    assert marks["trade_2025"]["low"] == figure("trade_2025").high  # "below 2.0"
    assert marks["trade_2030"]["low"] == figure("trade_2030").value
    assert [marks["cost_cut"][end] for end in ("low", "high")] == [figure("cost_cut").low, figure("cost_cut").high]
    assert marks["raw_share_2025"]["low"] == figure("raw_share_2025").low  # "more than 70 %"
    assert marks["jobs"]["low"] == figure("jobs").low
    assert marks["jobs"]["view"] == "gap"  # jobs that the hub adds, not all jobs there are


def test_a_mark_stands_only_on_the_chart_and_the_years_it_speaks_of(ask: Ask) -> None:
    found = ask("charts/subjects", "marksOn(store.picture, 'trade', 'KZ-KG', 'levels')")
    assert [(mark["id"], mark["from"], mark["to"]) for mark in found] == [("trade_2025", 0, 11), ("trade_2030", 60, 71)]
    assert ask("charts/subjects", "marksOn(store.picture, 'trade', 'KZ-UZ', 'levels')") == []
    assert ask("charts/subjects", "marksOn(store.picture, 'trade', 'KZ-KG', 'gap')") == []


# -------------------------------------------------------------------------------------------------------------- drawing


def test_levels_show_both_sides_with_their_bands_and_the_shown_run(ask: Ask) -> None:
    drawn = option(ask, "trade KZ-KG", "levels")
    lines = {line["id"].split()[0]: line for line in drawn["series"] if line["type"] == "line"}
    now = picture()["series"]["trade KZ-KG"]
    assert [y for _, y in lines["median"]["data"]] == now["scenario"][1]
    assert [y for _, y in lines["baseline"]["data"]] == now["against"][1]
    assert [y for _, y in lines["one"]["data"]] == now["one"]
    assert isinstance(lines["baseline"]["lineStyle"]["type"], list)  # dashed: told apart without colour
    assert "type" not in lines["median"]["lineStyle"]
    assert {s["id"] for s in drawn["series"] if s["id"].startswith("band")} == {"band scenario 0", "band against 0"}


def test_a_difference_is_shown_with_its_zero_and_a_share_in_percentage_points(ask: Ask) -> None:
    drawn = option(ask, "cut KZ-KG", "gap")
    lines = {line["id"].split()[0]: line for line in drawn["series"] if line["type"] == "line"}
    assert {y for _, y in lines["zero"]["data"]} == {0}
    assert lines["difference"]["data"][-1][1] == pytest.approx(16)
    axis = drawn["yAxis"][0]
    assert axis["min"] <= 0 <= axis["max"]
    assert axis["name"] == "difference, percentage points"


def test_an_axis_holds_all_values_in_round_steps(ask: Ask) -> None:
    luck = np.random.default_rng(5)
    for values in [*(luck.normal(m, s, 9).tolist() for m in (0, 3, -2e4) for s in (1e-4, 1, 5e3)), [0, 0], [7, 7]]:
        axis = ask("charts/option", "range(given[0])", values)
        assert axis["min"] <= min(values) <= max(values) <= axis["max"]
        steps = (axis["max"] - axis["min"]) / axis["interval"]
        assert steps == pytest.approx(round(steps))
        assert 2 <= steps <= 9
        assert float(f"{axis['interval']:.0e}") == axis["interval"]


@pytest.mark.parametrize("view", ["levels", "gap", "both"])
def test_the_playhead_stands_where_the_month_is_drawn(page: Any, ask: Ask, view: str) -> None:
    ask("charts/look", "loadEcharts() && 1")
    found = page.evaluate(
        """async ([view, look]) => {
          const { layout, option } = await import('/static/public/js/charts/option.js')
          const { loadEcharts } = await import('/static/public/js/charts/look.js')
          const size = { width: 600, height: 400 }
          const chart = (await loadEcharts()).init(document.createElement('div'), null, size)
          chart.setOption(option(store, store.picture, 'trade KZ-KG', view, size, look))
          const place = layout(view, size.width, size.height, look.scale)
          const drawn = month => chart.convertToPixel({ xAxisIndex: 0 }, month)
          return [0, 60, 131].map(month => [drawn(month), place.left + place.width * month / 131])
        }""",
        [view, LOOK],
    )
    for drawn, playhead in found:
        assert drawn == pytest.approx(playhead, abs=0.6)


def test_playing_moves_the_playhead_and_draws_nothing(page: Any, ask: Ask) -> None:
    ask("charts", "board(document.querySelector('main'), store) && 1")
    page.wait_for_selector(".chart-panel canvas")
    page.wait_for_timeout(200)
    found = page.evaluate("""async () => {
      const { loadEcharts } = await import('/static/public/js/charts/look.js')
      const { getInstanceByDom } = await loadEcharts()
      let drawn = 0
      const charts = [...document.querySelectorAll('.chart-canvas')].map(place => getInstanceByDom(place))
      for (const chart of charts) chart?.on('rendered', () => drawn++)
      const where = () => document.querySelector('.chart-playhead').getBoundingClientRect().x
      const before = where()
      for (let month = 1; month <= 60; month++) { store.seek(month); await new Promise(requestAnimationFrame) }
      const [moved, playing] = [where() - before, drawn]
      store.tell('picture')
      await new Promise(done => setTimeout(done, 300))
      return { moved, playing, drawn, said: document.querySelector('.chart-reading').innerText }
    }""")
    assert found["moved"] > 50
    assert found["playing"] == 0
    assert found["drawn"] > 0  # a new picture is drawn
    assert "January 2030" in found["said"]


def test_a_visitor_chooses_charts_asks_for_the_table_and_seeks_by_a_click(page: Any, ask: Ask) -> None:
    ask("charts", "board(document.querySelector('main'), store) && 1")
    page.wait_for_selector("[data-measure=trade] canvas")
    page.locator(".chart-picker summary").click()
    page.get_by_label("Regional surplus").check()
    page.keyboard.press("Escape")
    below = page.locator("[data-measure=surplus]")
    assert below.locator("canvas").count() == 0  # a chart out of sight is not drawn
    below.scroll_into_view_if_needed()
    below.locator("canvas").wait_for()
    page.locator("[data-measure=trade] select.chart-who").select_option("KZ-UZ")
    label = page.locator("[data-measure=trade] .chart-plot").get_attribute("aria-label")
    assert "Uzbekistan" in label
    assert "in scenario and baseline alike" in label
    plot = page.locator("[data-measure=trade] .chart-plot")
    box = plot.bounding_box()
    plot.click(position={"x": box["width"] - 20, "y": 60})
    assert page.evaluate("store.month") > 120
    page.locator("[data-measure=trade]").get_by_role("button", name="Figures as a table").click()
    assert page.get_by_role("dialog").locator("tbody tr").count() == YEARS
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    page.locator("[data-measure=trade]").get_by_role("button", name="Why").click()
    assert page.evaluate("store.asked") == [{"measure": "trade", "who": "KZ-UZ", "year": 2030}]


def option(ask: Ask, key: str, view: str) -> Any:
    """An option without its functions, as plain data."""
    size = "{ width: 600, height: 300 }"
    drawn = f"option(store, store.picture, given[0], given[1], {size}, given[2])"
    return json.loads(ask("charts/option", f"layout && JSON.stringify(m.{drawn})", key, view, LOOK))


# ---------------------------------------------------------------------------------------------------------------- words


def test_a_chart_is_summed_up_in_a_sentence(ask: Ask) -> None:
    told = "summary(store, store.picture, 'trade', 'KZ-KG')"
    assert ask("charts/words", told) == (
        "Trade: Kazakhstan – Kyrgyzstan: 3.00 in 2030 against 2.65 (bn US$/yr); "
        "difference +0.35 (0.21 to 0.49) bn US$/yr."
    )
    assert "+0,35 (от 0,21 до 0,49)" in ask("charts/words", told, lang="ru")
    cut = ask("charts/words", "summary(store, store.picture, 'cut', 'KZ-KG')")
    assert "+8.0 (4.8 to 11.2) percentage points" in cut


SENTENCES = [  # shares of runs, English, Russian
    ((0.73, 0.27, 0), "More trade in 7 of 10 runs", "Больше торговли в 7 из 10 прогонов"),
    ((0.1, 0.9, 0), "Less trade in 9 of 10 runs", "Меньше торговли в 9 из 10 прогонов"),
    ((1, 0, 0), "More trade in every run", "Больше торговли во всех прогонах"),
    ((0.985, 0.015, 0), "More trade in 98.5 % of runs", "Больше торговли в 98,5 % прогонов"),
    ((0.52, 0.48, 0), "More in about as many runs as less", "Больше примерно так же часто, как и меньше"),
    ((0, 0, 1), "The same in every run", "Одинаково во всех прогонах"),
    ((0.5, 0.2, 0.3), "More trade in 5 of 10 runs, the other way in 2",
     "Больше торговли в 5 из 10 прогонов, наоборот — в 2"),
    ((0.02, 0.3, 0.68), "Mostly the same; less trade in 3 of 10 runs, the other way in 2 %",
     "Чаще всего одинаково; меньше торговли в 3 из 10 прогонов, наоборот — в 2 %"),
]  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_odds_are_told_in_plain_words(ask: Ask, lang: str) -> None:
    for (more, less, same), *told in SENTENCES:
        shares = {"more": more, "less": less, "same": same}
        said = ask("charts/odds", "often(store, given[0], 'trade')", shares, lang=lang)
        assert said.replace("\u00a0", " ") == told[LANGUAGES.index(lang)]


def test_the_page_and_the_command_line_count_runs_alike(ask: Ask) -> None:
    luck = np.random.default_rng(3)
    for shift in (-2, -1, -0.5, 0.4, 1, 1.5, 3):
        gap = luck.normal(shift, 1, RUNS)
        shares = {"more": float(np.mean(gap > 0)), "less": float(np.mean(gap < 0)), "same": 0.0}
        said = ask("charts/odds", "often(store, given[0], 'trade')", shares).lower().replace("\u00a0", " ")
        counted = in_words(gap)
        if "of 10" in counted:
            assert said.split(" in ")[1] == counted.split(" in ")[1]
        assert said.startswith(counted.split()[0])


def test_how_much_is_told_with_the_band_and_its_unit(ask: Ask) -> None:
    row = {"more": 1, "less": 0, "same": 0, "low": 0.174, "median": 0.293, "high": 0.4401, "unit": "bn US$/yr"}
    said = ask("charts/odds", "sentence(store, given[0], 'trade')", row).replace("\u00a0", " ")
    assert said == "More trade in every run: +0.29 bn US$/yr (0.17 to 0.44 in 80 % of runs)."
    both = {**row, "low": -0.06, "median": 0.01, "high": 0.07, "more": 0.6, "less": 0.4}
    assert "(−0.060 to +0.070 in 80" in ask("charts/odds", "sentence(store, given[0], 'surplus')", both)


@pytest.mark.parametrize(("lang", "nothing"), [("en", "about 0"), ("ru", "около 0")])
def test_a_difference_near_nothing_is_told_as_about_0(ask: Ask, lang: str, nothing: str) -> None:
    """As of ties that the policy does not touch: not "0.000000", which promises six decimals that nobody knows."""
    row = {"more": 0.34, "less": 0.66, "same": 0, "low": -5e-5, "median": -2e-7, "high": 3e-4, "unit": "bn US$/yr"}
    for low, high in ((-5e-5, 3e-4), (-1e-7, 1e-7), (0, 0.02)):
        said = ask("charts/odds", "sentence(store, given[0], 'trade')", {**row, "low": low, "high": high}, lang=lang)
        assert nothing in said
        assert not re.search(r"0[.,]0+(?!\d)", said)
    read = ask("charts/words", "bandWords(store, [0, 1e-9, 1e-9], 'share', m.DIFFERENCE)", lang=lang)
    assert read == nothing
    assert ask("charts/words", "bandWords(store, [0, 0, 0], 'share', m.DIFFERENCE)", lang=lang) == "0"


def test_ten_runs_stand_for_all_of_them(ask: Ask) -> None:
    luck = np.random.default_rng(8)
    for more, less, same in [*luck.dirichlet([1, 1, 1], 30), (1, 0, 0), (0, 0, 1), (0.995, 0.005, 0)]:
        found = ask("charts/odds", "tenRuns(given[0])", {"more": more, "less": less, "same": same})
        assert sum(found) == 10
        assert np.abs(np.array(found) / 10 - [more, less, same]).max() < 0.1


# ----------------------------------------------------------------------------------------------------- tables and files


def test_csv_has_units_in_its_head_and_the_numbers_of_the_picture(ask: Ask) -> None:
    rows = list(csv.reader(io.StringIO(ask("tables", "csvOf(store.picture, 'cut KZ-KG')", lang="ru"))))
    assert rows[0][0] == "year"
    assert rows[0][1::3] == ["scenario low [share]", "baseline low [share]", "difference low [share]"]
    assert [int(row[0]) for row in rows[1:]] == list(range(2025, 2036))
    yearly = picture()["yearly"]["cut KZ-KG"]
    for at, row in enumerate(rows[1:]):
        assert [float(x) for x in row[1:]] == pytest.approx(
            [*yearly["scenario"][at], *yearly["against"][at], *yearly["gap"][at]]
        )


def test_all_figures_are_one_row_a_series_and_year(ask: Ask) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("tables", "csvOfAll(store.picture)"))))
    assert len(rows) == len(picture()["yearly"]) * YEARS
    jobs = next(row for row in rows if row["measure"] == "jobs" and row["year"] == "2035")
    assert (jobs["who"], jobs["unit"], jobs["runs"], jobs["link"]) == ("Kordai", "jobs", str(RUNS), LINK)
    assert float(jobs["scenario_median"]) - float(jobs["baseline_median"]) == pytest.approx(
        float(jobs["difference_median"])
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_says_its_heads_and_shows_shares_in_per_cent(ask: Ask, lang: str) -> None:
    table = ask("tables", "tableOf(store, store.picture, 'cut KZ-KG').outerHTML", lang=lang)
    assert table.count('scope="row"') == YEARS
    assert table.count('scope="colgroup"') == 3
    assert table.count("<td") == YEARS * 9
    last = table.rsplit("<tr>", 1)[1]
    assert ("16.0" if lang == "en" else "16,0") in last
    assert ("+22.4" if lang == "en" else "+22,4") in last
    assert re.search(r"<caption>.*200", table)


def test_futures_stand_in_the_order_of_the_picture_and_say_their_error(ask: Ask) -> None:
    rows = list(csv.DictReader(io.StringIO(ask("charts/futures", "futuresCsv(store.picture)"))))
    assert [row["future"] for row in rows] == ["economic", "alliances", "fragmentation", "external"]
    assert [float(row["experts [share]"]) for row in rows] == picture()["futures"]["experts"]
    assert [float(row["scenario error [share]"]) for row in rows] == picture()["futures"]["error"]
    for code in LANGUAGES:
        assert re.search("30.*50", spoken(code).ui["futures.note_experts"])  # of how many experts


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_saved_drawing_carries_title_source_and_address(ask: Ask, lang: str) -> None:
    plate = "m.plateOf(store, store.picture, 'trade KZ-KG', 'levels')"
    svg = ask("export", f"svgOf(store, store.picture, {plate})", lang=lang)
    words = re.sub("<[^>]+>", "", svg).replace("&amp;", "&")
    assert ("Trade: Kazakhstan – Kyrgyzstan" if lang == "en" else "Торговля: Казахстан – Кыргызстан") in words
    assert "CACI Analyst" in words
    assert LINK in words  # of what is drawn, whatever has been asked for since


def test_a_saved_difference_says_what_was_held_against_what(ask: Ask) -> None:
    plate = "m.plateOf(store, store.picture, 'trade KZ-KG', 'gap')"
    words = re.sub("<[^>]+>", "", ask("export", f"svgOf(store, store.picture, {plate})"))
    assert "Scenario: Corridor first, with your changes" in words
    assert "Baseline: As is" in words


def test_a_saved_picture_is_sharp(ask: Ask) -> None:
    address = ask("export", "pngOf(store, store.picture, m.plateOf(store, store.picture, 'trade KZ-KG', 'both'))")
    head = base64.b64decode(address.partition(",")[2])
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(head[16:20], "big") == 1920


def test_wrapped_lines_lose_nothing_and_break_no_word(ask: Ask) -> None:
    words = "Прогоны: каким будущим заканчивается каждый из них " * 4
    lines = ask("export", "wrapped(given[0], '11px sans-serif', 300)", words)
    assert "".join(lines) == words
    assert all(line.endswith(" ") for line in lines[:-1])
    long = ask("export", "wrapped(given[0], '11px sans-serif', 100)", "x" * 90)
    assert "".join(long) == "x" * 90
    assert len(long) > 3
