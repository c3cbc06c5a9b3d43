"""A visitor asks and is answered; what they write can do no harm, and nobody sees another's scenario."""

from __future__ import annotations

import json
import queue
from typing import Any

import pytest

from app.pool import Pool
from app.visit import MOST_CHARACTERS, Visit

FEW = "seeds=10&firms=50&numbers=defaults"
SOON = 60.0  # s: the first answer may have to compile the month


class Browser:
    """One visitor's end of the line."""

    def __init__(self, pool: Pool) -> None:
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.visit = Visit(str(id(self)), lambda text: self.answers.put(json.loads(text)), pool)

    def ask(self, address: str, n: int = 1, **more: Any) -> dict[str, Any]:
        self.visit.hear(json.dumps({"kind": "picture", "n": n, "address": address, **more}))
        return self.answers.get(timeout=SOON)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Pool(2)


@pytest.fixture
def visitor(pool: Pool) -> Browser:
    return Browser(pool)


def test_a_question_is_answered_with_its_number_and_its_address(visitor: Browser) -> None:
    told = visitor.ask(f"2029-03=reform_KG-UZ:10&{FEW}", n=7)
    assert (told["kind"], told["n"], told["runs"], told["stage"], told["busy"]) == ("picture", 7, 10, "full", False)
    assert told["address"] == "2029-03=reform_KG-UZ:10&numbers=defaults&seeds=10&firms=50"
    assert told["question"]["changes"] == [{"at": "2029-03", "lever": "reform_KG-UZ", "value": 10}]


def test_a_refused_link_opens_the_defaults_and_says_why(visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from app import link, visit

    monkeypatch.setattr(visit, "Question", lambda: link.read(FEW))  # the defaults, smaller
    told = visitor.ask("scenario=/etc/passwd")
    assert told["kind"] == "picture"
    assert told["question"]["scenario"] == "corridor-first"
    assert [m["key"] for m in told["messages"]] == ["link.refused"]
    assert "unknown scenario '/etc/passwd'" in told["messages"][0]["args"]["why"]


def test_what_is_wrong_with_a_link_is_said_once_though_its_picture_comes_twice(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import link, visit

    monkeypatch.setattr(visit, "Question", lambda: link.read("seeds=50&firms=50&numbers=defaults&model=other"))
    first = visitor.ask("scenario=/etc/passwd")
    again = visitor.answers.get(timeout=SOON)
    assert [first["stage"], again["stage"]] == ["draft", "full"]
    assert [m["key"] for m in first["messages"]] == ["link.other_model", "link.refused"]
    assert again["messages"] == []


def test_a_refused_change_leaves_the_page_as_it_was(visitor: Browser) -> None:
    assert visitor.ask(FEW)["kind"] == "picture"
    told = visitor.ask("2029-03=drought:7", n=2)
    assert (told["kind"], told["n"]) == ("refused", 2)
    assert "outside 0 to 0.6" in told["messages"][0]["args"]["why"]


def test_a_link_of_another_model_is_opened_with_a_warning(visitor: Browser) -> None:
    told = visitor.ask(f"{FEW}&model=0.0.1-00000000")
    assert [m["key"] for m in told["messages"]] == ["link.other_model"]


def test_two_visitors_see_their_own_scenario_alone(pool: Pool) -> None:
    ann, bob = Browser(pool), Browser(pool)
    first = ann.ask(f"2029-03=reform_KG-UZ:10&{FEW}")
    other = bob.ask(FEW)
    assert other["question"]["changes"] == []
    assert first["question"]["changes"] != []
    assert ann.answers.empty()
    assert bob.answers.empty()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "7",
        "{",
        '"picture"',
        '{"n": 1}',
        '{"kind": "picture", "n": "seven"}',
        '{"kind": "picture", "n": 1e400}',
        '{"kind": "__init__", "n": 1}',
        '{"kind": "leave", "n": 1}',
        '{"kind": "compare", "n": 1, "scenarios": 5}',
        '{"kind": "compare", "n": 1, "scenarios": [1, 2]}',
        '{"kind": "compare", "n": 1, "scenarios": [{}, {}, {}, {}, {}]}',
        '{"kind": "figures", "n": 1, "address": "scenario=x"}',
        "[" * 20_000,
        "x" * (MOST_CHARACTERS + 1),
    ],
)
def test_a_message_that_makes_no_sense_is_answered_with_one_line(visitor: Browser, text: str) -> None:
    visitor.visit.hear(text)
    told = visitor.answers.get(timeout=SOON)
    assert told["kind"] == "message"
    assert 0 < len(told["why"]) < 300


def test_a_message_in_half_a_letter_is_answered_in_whole_ones(visitor: Browser) -> None:
    """Half of a pair of UTF-16 is text in JSON, but cannot travel as it is."""
    visitor.visit.deliver = lambda text: visitor.answers.put(json.loads(text.encode()))
    half = "\\ud800"
    visitor.visit.hear(f'{{"kind": "picture", "address": "2026-01=drought:{half}&{FEW}"}}')
    assert visitor.answers.get(timeout=SOON)["messages"]


@pytest.mark.parametrize("kind", ["picture", "why", "compare", "figures"])
def test_a_question_that_the_server_cannot_answer_is_not_met_with_silence(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    from app import compare, headline, visit, why

    assert visitor.ask(FEW)["kind"] == "picture"
    for module, name in ((visit, "picture"), (why, "why"), (compare, "compared"), (headline, "headline")):
        monkeypatch.setattr(module, name, lambda *ignored, **more: 1 / 0)
    visitor.visit.hear(json.dumps({"kind": kind, "n": 2, "address": FEW, "scenarios": [{"address": FEW}]}))
    told = visitor.answers.get(timeout=SOON)
    assert (told["kind"], told["n"]) == ("refused" if kind == "picture" else kind, 2)
    why_not = told["messages"][0]["args"]["why"] if kind == "picture" else told["problem"]
    assert "could not be answered" in why_not
    assert "division" not in why_not  # what broke is for the log


def test_the_first_question_of_all_is_not_met_with_silence_either(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import visit

    monkeypatch.setattr(visit, "region", lambda *ignored: 1 / 0)
    told = visitor.ask(FEW)
    assert told["kind"] == "message"
    assert "could not be answered" in told["why"]


def test_a_draft_is_the_beginning_of_the_whole_answer(visitor: Browser) -> None:
    address = "numbers=defaults&firms=50&seeds=60"
    draft = visitor.ask(address, draft=True)
    assert (draft["runs"], draft["asked"], draft["stage"]) == (40, 60, "draft")
    full = visitor.ask(address, n=2)
    assert (full["runs"], full["stage"]) == (60, "full")
    assert full["one"]["seed"] == draft["one"]["seed"]


def test_who_leaves_is_not_answered(pool: Pool) -> None:
    gone = Browser(pool)
    gone.visit.hear(json.dumps({"kind": "picture", "n": 1, "address": "numbers=defaults&seeds=400&first=77"}))
    gone.visit.leave()
    Browser(pool).ask(FEW)
    assert gone.answers.empty()


def test_the_figures_of_the_page_can_be_asked_for(visitor: Browser) -> None:
    visitor.visit.hear(json.dumps({"kind": "figures", "n": 3, "address": FEW}))
    told = visitor.answers.get(timeout=SOON)
    assert (told["kind"], told["n"]) == ("figures", 3)
    assert {row["id"] for row in told["rows"]} >= {"trade_2025", "trade_2030", "jobs", "future_economic"}
