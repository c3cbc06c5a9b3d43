"""The picture says what the runs say: the same bands, the same luck, the same run on the map."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pytest

from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario
from app import ensemble, link, one_run
from app.bands import typical_run
from app.ensemble import Shelf, made, region
from app.packing import packed
from app.picture import as_json, picture
from app.pool import Stopped
from calibration.headline import FUTURES
from experiments.paired import bands

RUNS = 12
FEW = f"seeds={RUNS}&firms=50&numbers=defaults"
LATER = f"2029-03=reform_KG-UZ:10;drought:.3&world=scenario&{FEW}"
MONTH = 50  # March 2029, counted from January 2025
MOST_BYTES = 400_000  # of a change on the wire, compressed [issue]


def unpacked(value: Any) -> Any:
    """What the browser makes of a packed series."""
    return np.array(value["of"]) * value["scale"]


def shown(address: str, runs: int = RUNS) -> dict[str, Any]:
    """The picture of an address."""
    question = link.read(address)
    return picture(question, region(question, runs, 1), "full", 0.1, False)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The picture of a change in March 2029."""
    return shown(LATER)


def test_bands_are_those_of_the_runs_themselves(found: dict[str, Any]) -> None:
    question = link.read(LATER)
    keep = ["trade", "trade_raw", "storage"]
    one, other = (simulate(s, RUNS, firms=50, keep=keep) for s in (question.story(), question.ground()))
    for key, values in {
        "trade KG-UZ": [r.of("trade", "KG-UZ") for r in (one, other)],
        "storage Syr Darya": [r.of("storage", "Syr Darya") for r in (one, other)],
        "raw_share KZ-KG": [r.of("trade_raw", "KZ-KG") / r.of("trade", "KZ-KG") for r in (one, other)],
    }.items():
        told = found["series"][key]
        for kind, series in zip(("scenario", "against", "gap"), (*values, values[0] - values[1])):
            error = told[kind]["scale"]  # four figures of the largest
            np.testing.assert_allclose(unpacked(told[kind]), bands(series), atol=error)
        yearly = [series.reshape(RUNS, 11, 12).mean(axis=2) for series in (*values, values[0] - values[1])]
        for kind, series in zip(("scenario", "against", "gap"), yearly):
            told_years = found["yearly"][key][kind]
            np.testing.assert_allclose(unpacked(told_years).T, bands(series), atol=told_years["scale"])
        for year in (2030, 2035):
            gap = yearly[2][:, year - 2025]
            odds = next(o for o in found["odds"] if (o["key"], o["year"]) == (key, year))
            assert odds["more"] == pytest.approx(np.mean(gap > 0), abs=1e-3)
            assert odds["less"] == pytest.approx(np.mean(gap < 0), abs=1e-3)
            assert odds["median"] == pytest.approx(np.median(gap), rel=1e-3)


def test_a_change_in_2029_leaves_everything_before_it_as_it_was(found: dict[str, Any]) -> None:
    before = shown(FEW)
    for key, told in found["series"].items():
        for kind in ("scenario", "one"):
            now, then = unpacked(told[kind]), unpacked(before["series"][key][kind])
            error = told[kind]["scale"] + before["series"][key][kind]["scale"]
            np.testing.assert_allclose(now[..., :MONTH], then[..., :MONTH], atol=error)
    for key in ("trade KG-UZ", "storage Syr Darya"):
        assert not np.allclose(unpacked(found["series"][key]["one"]), unpacked(before["series"][key]["one"]), rtol=1e-3)
    assert found["one"]["seed"] == before["one"]["seed"]  # the luck on the map does not move with a lever


def test_the_map_plays_a_run_of_the_ensemble(found: dict[str, Any]) -> None:
    question = link.read(LATER)
    drawn = region(question, RUNS, 1)
    which = typical_run(drawn)
    engine = drawn.scenario.engine
    run = one_run.watched(engine, question.first + which, Parameters())
    kept = run.recorded[:, ensemble.kept_columns(engine)].astype(np.float32)
    assert (kept == drawn.scenario.series[which]).all()
    assert found["one"]["seed"] == which
    told = found["one"]
    np.testing.assert_allclose(
        unpacked(told["ties"]["KG-UZ"]["trade"]), drawn.scenario.of("trade", "KG-UZ")[which],
        atol=told["ties"]["KG-UZ"]["trade"]["scale"],
    )  # fmt: skip
    tenants = np.zeros(132)
    for spans in told["firms"]["in_hub"]:
        for start, end in zip(spans[::2], spans[1::2]):
            tenants[start:end] += told["firms"]["weight"]
    np.testing.assert_allclose(tenants, unpacked(told["hub"]["tenants"]), rtol=1e-3, atol=0.01)
    assert tenants.max() > 0


def test_spans_say_when_a_firm_was_in() -> None:
    held = np.array([[0, 1, 1], [1, 1, 0], [1, 0, 1], [0, 0, 1]], bool)
    assert one_run.spans(held) == [[1, 3], [0, 2], [0, 1, 2, 4]]


def test_levers_are_told_where_they_change_and_dates_as_dates(found: dict[str, Any]) -> None:
    told = found["levers"]
    assert told["reform_KG-UZ"] == {"scenario": [[0, 0], [MONTH, 10]], "against": [[0, 0]]}
    assert told["drought"] == {"scenario": [[0, 0], [MONTH, 0.3]], "against": [[0, 0]]}
    assert told["hub_open"] == {"scenario": [[0, "2027-01"]], "against": [[0, "never"]]}
    own = {(c["at"], c["lever"]) for c in found["changes"] if c["own"]}
    assert own == {("2029-03", "reform_KG-UZ"), ("2029-03", "drought")}
    assert found["changes"] == sorted(found["changes"], key=lambda c: c["at"])


def test_a_date_that_is_moved_or_taken_back_is_told_from_then_on() -> None:
    """The hub of the shipped scenario opens in 2027: what a visitor does to it later is what the lever shows later."""

    def hub(change: str) -> Any:
        return shown(f"{change}&{FEW}")["levers"]["hub_open"]["scenario"]

    assert hub("2026-06=hub_open:2028-01") == [[0, "2028-01"]]
    assert hub("2029-03=hub_open:2030-01") == [[0, "2027-01"], [MONTH, "2030-01"]]
    assert hub("2031-01=hub_open:never") == [[0, "2027-01"], [72, "never"]]
    assert hub("2025-01=hub_open:2025-01&2026-01=hub_open:2025-01") == [[0, "2025-01"]]


def test_words_are_told_as_a_scenario_writes_them() -> None:
    told = shown(f"2027-01=diplomacy:none;free_trade_KZ-KG:.5&2028-01=free_trade_KZ-KG:today&{FEW}")["levers"]
    assert told["diplomacy"]["scenario"][-1] == [24, "none"]
    assert told["free_trade_KZ-KG"]["scenario"][-2:] == [[24, 0.5], [36, "today"]]


def test_futures_are_those_of_the_headline(found: dict[str, Any]) -> None:
    from abm.futures import classify, shares

    keep = ["intensity", "attention", "leading_family", "leading_share"]
    story = link.read(LATER).story()
    one, frozen = (simulate(s, RUNS, firms=50, keep=keep) for s in (story, Scenario.read("frozen")))
    expected = shares(classify(one, frozen))[list(FUTURES.values())]
    assert found["futures"]["scenario"] == pytest.approx(expected, abs=1e-3)
    assert sum(found["futures"]["scenario"]) == pytest.approx(1, abs=2e-3)
    assert found["futures"]["experts"] == [0.5, 0.333, 0.1, 0.067]


def test_what_is_no_number_is_never_shown_as_nothing() -> None:
    for broken in (np.nan, np.inf):
        with np.errstate(all="ignore"), pytest.raises((ValueError, OverflowError)):
            as_json(packed(np.array([1.0, broken])))


def test_held_against_itself_nothing_differs() -> None:
    told = shown(f"scenario=as-is&against=as-is&{FEW}")
    assert all(not np.any(series["gap"]["of"]) for series in told["series"].values())
    assert all(o["same"] == 1 for o in told["odds"])


def test_a_change_stays_within_what_a_line_carries() -> None:
    """A question with many changes, so that hardly anything repeats; at full size, as the page asks it."""
    many = "2026-01=bloc_activism_all:2;reform_all:10;free_trade_all:1&2028-01=drought:.5;world_demand:-.05"
    text = as_json({"kind": "picture", "n": 1, **shown(f"{many}&numbers=defaults&seeds=40", 40)})
    assert len(zlib.compress(text.encode(), 6)) < MOST_BYTES
    assert json.loads(text)["runs"] == 40


# ------------------------------------------------------------------------------------------- runs that are kept


def test_a_moved_lever_costs_one_ensemble_and_a_draft_is_its_beginning() -> None:
    shelf, question = Shelf(), link.read(FEW)
    ran: list[int] = []

    def tick() -> None:
        ran.append(1)

    draft = made(question.story(), question, 4, 1, tick, shelf)
    start = draft.series[:4].copy()
    assert len(ran) == 4
    full = made(question.story(), question, RUNS, 1, tick, shelf)
    assert full is draft
    assert len(ran) == RUNS
    assert (full.series[:4] == start).all()
    made(question.story(), question, RUNS, 1, tick, shelf)
    assert len(ran) == RUNS


def test_a_stopped_ensemble_keeps_what_was_done_and_goes_on_to_the_same_bits() -> None:
    shelf, question = Shelf(), link.read(FEW)
    ran: list[int] = []

    def stop_after_five() -> None:
        ran.append(1)
        if len(ran) == 5:
            raise Stopped

    with pytest.raises(Stopped):
        made(question.story(), question, RUNS, 1, stop_after_five, shelf)
    again = made(question.story(), question, RUNS, 1, lambda: ran.append(1), shelf)
    assert len(ran) == RUNS
    assert (again.series == made(question.story(), question, RUNS, 1, shelf=Shelf()).series).all()


def test_what_is_kept_stays_within_its_bytes() -> None:
    shelf = Shelf(most_bytes=1_500_000)
    for elasticity in (3, 3.25, 3.5, 3.75):
        question = link.read(f"{FEW}&set=trade_elasticity:{elasticity}")
        made(question.story(), question, RUNS, 1, shelf=shelf)
    shelf.find(question.ground(), question)
    assert 500_000 < shelf.bytes <= 1_500_000


def test_a_dragged_parameter_pushes_out_nobody_s_baseline() -> None:
    """A draft takes the room of the few runs that it has, though it may grow: all others keep what they had."""
    shelf, question = Shelf(most_bytes=3_000_000), link.read(FEW)
    kept = made(question.ground(), question, RUNS, 1, shelf=shelf)
    for elasticity in range(8):
        dragged = link.read(f"{FEW}&set=trade_elasticity:{3 + elasticity / 4}")
        made(dragged.story(), dragged, 2, 1, shelf=shelf)
    assert shelf.find(question.ground(), question) is kept


def test_a_scenario_of_another_name_and_the_same_levers_is_run_once() -> None:
    shelf, question = Shelf(), link.read(f"{FEW}&scenario=as-is&against=declarations")
    same = link.read(f"{FEW}&scenario=as-is&against=as-is")
    assert shelf.find(question.story(), question) is shelf.find(same.ground(), same)
