"""The map shows the region as it is: true outlines, places where they are, and of a run what the run says.

Its modules are asked in a browser on an empty page; the whole map is tried with the rest of the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import hypot, isclose
from pathlib import Path
from typing import Any

import pytest
from browser import counted

from abm import base_year
from abm.errors import BadInput
from app import geo
from app.language import spoken

APP = Path(__file__).parents[1] / "app"
SOURCE = Path(__file__).parents[2] / "shared/geo/central_asia_50m.geojson"
LARGEST = 60_000  # bytes of each file of the map
MONTHS = 132
NEAR = 0.25  # degrees that a place may lie off a simplified outline: ports stand on the shore
PAGE = "http://map.test/"
WORLD = base_year.read()
STATES, TIES, CORRIDORS, BASINS, HUBS, BLOCS = (
    WORLD.names(table) for table in ("states", "ties", "corridors", "basins", "hubs", "blocs")
)
PLACES = json.loads((APP / "public/geo/places.json").read_text(encoding="utf-8"))
MAP = json.loads(geo.OUTLINES.read_text(encoding="utf-8"))
Ask = Callable[..., Any]


def rings(code: str) -> list[list[geo.Point]]:
    """Outer rings of a state as the shipped file has them, arcs put together."""
    arcs = [[(x, y) for x, y in arc] for arc in MAP["arcs"]]
    shapes = {shape["id"]: shape for shape in MAP["objects"]["outlines"]["geometries"]}
    return [
        [p for i in polygon[0] for p in (arcs[i] if i >= 0 else arcs[-1 - i][::-1])[1:]]
        for polygon in shapes[code]["arcs"]
    ]


def lies_in(spot: list[float], code: str) -> bool:
    """Within a state's outline, or a shore's breadth off it."""
    point = (spot[0], spot[1])
    outlines = rings(code)
    near = any(hypot(x - point[0], y - point[1]) < NEAR for ring in outlines for x, y in ring)
    return near or any(geo.inside(point, ring) for ring in outlines)


# ---------------------------------------------------------------------------------------------------------- outlines


def test_all_five_states_and_their_neighbours_have_outlines() -> None:
    known = {shape["id"] for shape in MAP["objects"]["outlines"]["geometries"]}
    assert known == {*STATES, *geo.NEIGHBOURS.values()}
    assert set(geo.STATES.values()) == set(STATES)


def test_the_files_are_small_and_say_where_they_come_from() -> None:
    for file in (APP / "public/geo").iterdir():
        assert file.stat().st_size < LARGEST, file.name
    assert "Natural Earth" in MAP["attribution"]
    assert "ISC" in MAP["attribution"]


@pytest.mark.skipif(not SOURCE.exists(), reason="the outlines that the map was made from are not here")
def test_the_outlines_are_those_of_the_source() -> None:
    """Every point is a point of the source, or one on the frame; and the shipped file is what the script makes."""
    assert json.loads(json.dumps(geo.topology(geo.read(SOURCE)))) == MAP
    decimals = geo.DECIMALS
    true = {
        (round(x, decimals), round(y, decimals))
        for polygons in geo.read(SOURCE).values() for polygon in polygons for ring in polygon for x, y in ring
    }  # fmt: skip
    west, south, east, north = geo.FRAME
    drawn = {(x, y) for arc in MAP["arcs"] for x, y in arc if x not in (west, east) and y not in (south, north)}
    assert drawn <= true


@pytest.mark.parametrize("code", STATES)
def test_a_state_keeps_its_size(code: str) -> None:
    """Square degrees by the source, to a hundredth."""
    if not SOURCE.exists():
        pytest.skip("the outlines that the map was made from are not here")
    true = sum(geo.area(polygon[0]) for polygon in geo.read(SOURCE)[code])
    assert isclose(sum(geo.area(ring) for ring in rings(code)), true, rel_tol=0.01)


def test_neighbours_share_their_border_to_the_point() -> None:
    """A border that two states share is one line, cut out once: neither gaps nor overlaps."""
    owners: dict[int, set[str]] = {}
    for shape in MAP["objects"]["outlines"]["geometries"]:
        for i in (i for polygon in shape["arcs"] for ring in polygon for i in ring):
            owners.setdefault(i if i >= 0 else -1 - i, set()).add(shape["id"])
    pairs = {frozenset(codes) for codes in owners.values() if len(codes) == 2}
    touching = ("KZ-KG", "KZ-UZ", "KZ-TM", "KG-UZ", "KG-TJ", "TJ-UZ", "TM-UZ")
    assert {frozenset(tie.split("-")) for tie in touching} == {p for p in pairs if p <= set(STATES)}
    assert all(tie in TIES for tie in touching)


def test_outlines_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no outlines"):
        geo.read(tmp_path / "none.geojson")
    (tmp_path / "empty.geojson").write_text('{"features": []}', encoding="utf-8")
    with pytest.raises(BadInput, match="no outline of Kazakhstan"):
        geo.read(tmp_path / "empty.geojson")


# ------------------------------------------------------------------------------------------------------------ places


def test_every_place_lies_in_its_state_and_says_its_source() -> None:
    for name, place in (PLACES["towns"] | PLACES["reservoirs"]).items():
        assert lies_in(place["at"], place["in"]), name
        assert place["source"], name
    for state, spot in PLACES["plates"].items():
        assert lies_in(spot, state), state


def test_every_agent_that_the_map_draws_has_a_place() -> None:
    assert set(PLACES["plates"]) == set(STATES)
    assert set(PLACES["rivers"]) == set(BASINS) == {place["basin"] for place in PLACES["reservoirs"].values()}
    assert set(PLACES["corridors"]) == set(CORRIDORS)
    assert set(PLACES["hubs"]) == set(HUBS)


def test_a_corridor_serves_the_ties_of_the_model_and_passes_through_the_states_it_crosses() -> None:
    ties, corridors = WORLD.table("ties"), WORLD.table("corridors")
    for name, route in PLACES["corridors"].items():
        served = {tie for tie in TIES if "corridor" in ties[tie] and ties[tie]["corridor"].value == name}
        assert set(route["ties"]) == served, name
        passed = {PLACES["towns"][town]["in"] for line in route["through"] for town in line}
        assert passed & set(STATES) == set(corridors[name]["crosses"].value.split(";")), name
        assert route["source"]


def test_a_reservoir_lies_on_its_river_upstream() -> None:
    basins = WORLD.table("basins")
    for place in PLACES["reservoirs"].values():
        river = PLACES["rivers"][place["basin"]]
        assert river["above"][-1] == river["below"][0]
        assert hypot(river["below"][0][0] - place["at"][0], river["below"][0][1] - place["at"][1]) < NEAR
        assert place["in"] == basins[place["basin"]]["upstream"].value
        lower = (basins[place["basin"]][what].value for what in ("lower", "lowest"))
        assert all(any(lies_in(spot, state) for spot in river["below"]) for state in lower)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_everything_on_the_map_has_a_name(language: str) -> None:
    ui = spoken(language).ui
    named = [f"map.town.{name}" for name, town in PLACES["towns"].items() if not town.get("quiet")]
    named += [f"map.country.{code}" for code in PLACES["neighbours"]] + [f"map.sea.{sea}" for sea in PLACES["seas"]]
    named += [f"map.reservoir.{name}" for name in PLACES["reservoirs"]] + [f"map.bloc.{bloc}" for bloc in BLOCS]
    named += [f"map.confidence.{row.confidence}" for row in WORLD.rows]
    assert [key for key in named if key not in ui] == []


# --------------------------------------------------------------------------------------------------- what is drawn


@pytest.fixture(scope="module")
def ask(browser: Any) -> Ask:
    """Asks the map's modules: a function of one module `m` and one argument `x`, told in JavaScript."""
    page = browser.new_page()

    def answer(route: Any) -> None:
        path = APP / "public" / route.request.url.removeprefix(PAGE)
        if path.is_file():
            route.fulfill(body=path.read_text(encoding="utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html><title>map</title>", content_type="text/html")

    page.route("**/*", answer)
    page.goto(PAGE)
    return lambda module, told, given=None: page.evaluate(
        f"async x => {{ const m = await import('/js/map/{module}.js'); return {told} }}", given
    )


def test_the_projection_keeps_areas(ask: Ask) -> None:
    """A box of a degree has as many square kilometres on the map as on the globe, in the south and in the north."""
    told = "x.map(([e, n]) => [[e, n], [e + 1, n], [e + 1, n + 1], [e, n + 1]].map(m.project))"
    south, north = (geo.area([tuple(p) for p in box]) for box in ask("projection", told, [[58, 37], [80, 53]]))
    assert isclose(south, 9_820, rel_tol=0.005)  # 111.19² km² × cos 37.5°, by the mean radius of 6,371 km
    assert isclose(north, 7_359, rel_tol=0.005)  # × cos 53.5°


def test_values_move_evenly_between_months_and_states_of_things_at_the_month(ask: Ask) -> None:
    assert ask("series", "[-1, 0, 0.25, 1.5, 9].map(t => m.at(x, t))", [0, 4, 8]) == [0, 0, 1, 6, 8]
    assert ask("series", "[0.99, 1, 1.99, 9].map(t => m.now(x, t))", [0, 1, 0]) == [0, 1, 1, 0]


def test_trust_of_a_state_is_the_mean_of_its_ties(ask: Ask) -> None:
    one = {"ties": {"KZ-KG": {"trust": [0.4]}, "KZ-UZ": {"trust": [0.8]}, "KG-UZ": {"trust": [0.1]}}}
    assert isclose(ask("series", "m.trustOf(x, 'KZ', 0)", one), 0.6)


FIRMS = {
    "hub": {"places": [2] * MONTHS, "tenants": [2] * MONTHS},
    "firms": {
        "weight": 1, "side": [0, 0, 1, 1], "sector": [0, 1, 2, 3],
        "in_hub": [[10, 20], [12, MONTHS], [20, 30, 40, MONTHS], []], "exporting": [[]] * 4,
    },
}  # fmt: skip
SPOTS = "(c => [0, 1, 2, 3].map(i => m.whereabouts(c, i, t, 132)))(m.settle(x))"


def test_firms_live_on_their_own_side_of_the_border(ask: Ask) -> None:
    homes = ask("firms", SPOTS.replace("t,", "0,"), FIRMS)
    assert [y < 0 for _, y in homes] == [True, True, False, False]


def test_the_yard_holds_the_tenants_of_the_month_and_each_has_a_slot_of_its_own(ask: Ask) -> None:
    yard = ask("firms", "m.settle(x).yard", FIRMS)
    for month, tenants in ((5, []), (11, [0]), (15, [0, 1]), (25, [1, 2]), (35, [1]), (131, [1, 2])):
        spots = ask("firms", SPOTS.replace("t,", f"{month},"), FIRMS)
        inside = [i for i, (x, y) in enumerate(spots) if hypot(x, y) < yard]
        assert inside == tenants, month
        assert len({tuple(spots[i]) for i in inside}) == len(inside)


def test_a_firm_exports_within_its_spans(ask: Ask) -> None:
    assert ask("firms", "[2, 3, 4.9, 5, 7, 99].map(t => m.within(x, t))", [3, 5, 7, 132]) == [
        False, True, True, False, True, True
    ]  # fmt: skip


def test_a_tie_is_as_wide_as_its_trade_but_never_hides_the_map(ask: Ask) -> None:
    """With all levers at their maximum a tie trades 350 bn US$ a year."""
    wide = dict(zip((2, 4, 15, 350), ask("ties", "x.map(t => m.tieWidth({ width: 900 }, t))", [2, 4, 15, 350])))
    assert isclose(wide[4], 2 * wide[2])
    assert wide[350] == wide[15] < 0.05 * 900


@pytest.mark.parametrize("width", [350, 900, 1600])
def test_the_region_the_hub_and_the_blocs_stand_on_the_map(ask: Ask, width: int) -> None:
    told = """(async () => {
      const { readOutlines } = await import('/js/map/outlines.js'), outlines = readOutlines(x[0])
      const view = m.arrange(x[1], 1, outlines)
      const spots = ['KZ', 'KG', 'TJ', 'TM', 'UZ'].flatMap(code => outlines.rings[code].flat()).map(view.place)
      const { x: hx, y: hy, r } = view.hub
      return [view.width, view.height, Object.keys(view.blocs),
        [...spots, ...Object.values(view.blocs), [hx - r, hy - r], [hx + r, hy + r]],
        spots.some(([a, b]) => Math.hypot(a - hx, b - hy) < r)]
    })()"""
    wide, high, blocs, spots, hidden = ask("arrange", f"await {told}", [MAP, width])
    assert set(blocs) == set(BLOCS)
    assert all(0 <= x <= wide and 0 <= y <= high for x, y in spots)
    assert not hidden, "the hub's circle hides a part of the region"


# --------------------------------------------------------------------------------------------- keys, ears and fingers


def test_numbers_of_a_tie_are_told_to_eyes_ears_and_keys(visit: Any) -> None:
    """By the keyboard alone: the number of the month with its unit, what it means, and where the start comes from."""
    page = visit("/?scenario=corridor-first&lang=en")
    page.wait_for_selector("[data-item='tie KZ-KG']")
    page.evaluate("corridors.seek(60)")
    trade = page.evaluate("corridors.picture.one.ties['KZ-KG'].trade[60].toFixed(2)")
    page.locator(".map-fills input").first.focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.item") == "tie KZ-KG":
            break
    assert f"Trade: {trade} bn US$/yr" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert f"{trade} bn US$/yr" in page.locator(".map-card").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.item") == "tie KZ-UZ"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")  # time stays with the player
    assert page.evaluate("corridors.month") == 61
    page.keyboard.press("Enter")
    page.locator(".map-card summary").click()
    source = WORLD.table("ties")["KZ-KG"]["start_trade"].source
    page.wait_for_function("told => document.querySelector('.map-card').textContent.includes(told)", arg=source)
    page.keyboard.press("Escape")
    counted(page.locator(".map-card.pinned:visible"), 0)


def test_everything_on_the_map_can_be_reached_and_has_words(visit: Any) -> None:
    page = visit("/?scenario=all-corridors&lang=ru")
    page.wait_for_selector("[data-item='hub Kordai']")
    items = dict(page.eval_on_selector_all(
        ".map-sheet [data-item]", "all => all.map(e => [e.dataset.item, e.getAttribute('aria-label')])"
    ))  # fmt: skip
    expected = {"state": STATES, "tie": TIES, "route": CORRIDORS, "basin": BASINS, "hub": HUBS, "bloc": BLOCS}
    assert set(items) == {f"{kind} {name}" for kind, names in expected.items() for name in names}
    assert all(label and "map." not in label and "undefined" not in label for label in items.values())
    counted(page.locator(".map-sheet [tabindex='0']"), len(expected))  # one stop of the tab key a kind
    assert "январь 2025" in page.locator(".map-summary").text_content()


DESKTOP = (1030, 1)  # px of a map in a window of 1440, and text against 16 px
WRITTEN = """async ([width, text]) => {
  const js = name => import(`/static/public/js/map/${name}.js`)
  const [{ arrange, overlap }, { readOutlines }, { stateShapes }, { waterShapes }, { lettering }] =
    await Promise.all(['arrange', 'outlines', 'states', 'water', 'lettering'].map(js))
  const geo = async name => (await fetch(`/static/public/geo/${name}.json`)).json()
  const [topology, places] = await Promise.all(['region', 'places'].map(geo))
  const outlines = readOutlines(topology), { agents } = corridors.catalogue
  const { picture: { one }, t: words } = corridors
  const scene = { one, places, outlines, widths: {}, words, agents: name => agents[name] }
  scene.view = arrange(width, text, outlines)
  scene.shapes = stateShapes(scene)
  scene.rivers = waterShapes(scene)
  const { boxes, names } = lettering(document.createElement('canvas').getContext('2d'), scene)
  const all = [...boxes.fixed, ...boxes.numbers, ...boxes.names], over = []
  all.forEach((one, i) => all.slice(i + 1).forEach((other, j) =>
    i + 1 + j >= boxes.fixed.length && overlap(one, other) && over.push([i, i + 1 + j])))
  return { over, names: Object.keys(names), numbers: boxes.numbers.length }
}"""


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("size", [(700, 1), DESKTOP, (1310, 1.5)], ids=["small", "desktop", "projector"])
def test_numbers_and_names_lie_on_nothing_that_is_written(visit: Any, lang: str, size: tuple[int, float]) -> None:
    found = visit(f"/?lang={lang}").evaluate(WRITTEN, size)
    assert found["over"] == []
    assert found["numbers"] == 7  # ties with half a billion dollars a year
    named = {"Astana", "Tashkent", "Ashgabat", "Almaty"}
    assert named <= set(found["names"])
    if size == DESKTOP:
        assert named | {"Bishkek", "Dushanbe"} <= set(found["names"])


def test_the_page_scrolls_under_a_pointer_on_the_map(visit: Any) -> None:
    page = visit("/?scenario=corridor-first&lang=en")
    page.wait_for_selector("[data-item='state KZ']")
    page.locator(".map-stage").hover(position={"x": 400, "y": 200})
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 100")
    assert page.evaluate("getComputedStyle(document.querySelector('.map-sheet')).touchAction") == "auto"


def test_a_layer_that_is_unticked_is_gone_for_eyes_and_keys(visit: Any) -> None:
    page = visit("/?scenario=corridor-first&lang=en")
    page.wait_for_selector("[data-item='bloc EU']")
    page.locator(".map-legend summary").click()
    page.locator(".map-legend input[value=blocs]").uncheck()
    counted(page.locator("[data-item^='bloc ']"), 0)
    page.locator(".map-legend input[value=blocs]").check()
    counted(page.locator("[data-item^='bloc ']"), len(BLOCS))
