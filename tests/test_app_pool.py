"""Few workers, many visitors: the newest question wins, older ones stop for real, answers shrink under load."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from app.pool import FEWEST, Pool, Stopped, Ticket

SOON = 20.0  # s: far beyond what any of these needs; only a broken pool waits that long


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Keeps workers busy until it is opened; always opened at the end."""
    found = threading.Event()
    yield found
    found.set()


def holding(gate: threading.Event, began: threading.Event) -> Callable[[Ticket], None]:
    def work(ticket: Ticket) -> None:
        began.set()
        gate.wait(SOON)

    return work


def test_workers_stand_ready_so_that_they_belong_to_no_visitor() -> None:
    """A thread that Solara sees begun by a visitor's question keeps that visitor's page for as long as it lives."""
    before = set(threading.enumerate())
    pool = Pool(2)
    ready = set(threading.enumerate()) - before
    assert len(ready) == 2
    done = threading.Event()
    pool.ask("ann", "picture", lambda ticket: done.set())
    assert done.wait(SOON)
    assert set(threading.enumerate()) - before == ready


def test_a_newer_question_stops_the_one_being_answered() -> None:
    pool, began, ended = Pool(1), threading.Event(), threading.Event()
    seen: list[str] = []

    def endless(ticket: Ticket) -> None:
        began.set()
        try:
            while True:
                ticket.check()
                ended.wait(0.001)
        except Stopped:
            seen.append("stopped")
            raise

    pool.ask("ann", "picture", endless)
    assert began.wait(SOON)
    pool.ask("ann", "picture", lambda ticket: (seen.append("newer"), ended.set())[0])
    assert ended.wait(SOON)
    assert seen == ["stopped", "newer"]


def test_of_questions_that_wait_only_the_newest_is_answered_and_keeps_its_place(gate: threading.Event) -> None:
    pool, began, done = Pool(1), threading.Event(), threading.Event()
    seen: list[str] = []
    pool.ask("zoe", "picture", holding(gate, began))
    assert began.wait(SOON)
    for i in range(5):
        pool.ask("ann", "picture", lambda ticket, i=i: seen.append(f"ann {i}"))
    pool.ask("bob", "picture", lambda ticket: (seen.append("bob"), done.set())[0])
    pool.ask("ann", "picture", lambda ticket: seen.append("ann newest"))
    gate.set()
    assert done.wait(SOON)
    assert seen == ["ann newest", "bob"]


def test_questions_of_different_kinds_do_not_stop_one_another(gate: threading.Event) -> None:
    pool, began, done = Pool(1), threading.Event(), threading.Event()
    first = pool.ask("ann", "picture", holding(gate, began))
    assert began.wait(SOON)
    pool.ask("ann", "why", lambda ticket: done.set())
    assert not first.stopped.is_set()
    gate.set()
    assert done.wait(SOON)


def test_under_load_answers_shrink_but_never_under_forty_runs(gate: threading.Event) -> None:
    pool, began = Pool(2), threading.Event()
    one = pool.ask("ann", "picture", holding(gate, began))
    assert began.wait(SOON)
    assert one.runs(200) == 200
    pool.ask("bob", "picture", holding(gate, threading.Event()))
    given = []
    for i in range(60):
        pool.ask(f"visitor {i}", "picture", lambda ticket: None)
        given.append(one.runs(200))
    assert given == sorted(given, reverse=True)
    assert FEWEST == given[-1] < given[0] < 200
    assert one.runs(20) == 20


def test_what_can_wait_lets_others_go_first_and_takes_nobody_s_place(gate: threading.Event) -> None:
    pool, began, done = Pool(1), threading.Event(), threading.Event()
    seen: list[str] = []
    pool.ask("zoe", "picture", holding(gate, began))
    assert began.wait(SOON)
    pool.ask("ann", "picture", lambda ticket: (seen.append("ann later"), done.set())[0], later=True)
    pool.ask("bob", "picture", lambda ticket: seen.append("bob"))
    pool.ask("bob", "picture", lambda ticket: seen.append("bob later"), later=True)
    assert pool.waiting == 1
    gate.set()
    assert done.wait(SOON)
    assert seen == ["bob", "ann later"]


def test_a_visitor_who_leaves_is_not_worked_for(gate: threading.Event) -> None:
    pool, began, done = Pool(1), threading.Event(), threading.Event()
    held = pool.ask("ann", "picture", holding(gate, began))
    assert began.wait(SOON)
    pool.ask("ann", "why", lambda ticket: pytest.fail("answered one who had gone"))
    pool.forget("ann")
    assert held.stopped.is_set()
    pool.ask("bob", "picture", lambda ticket: done.set())
    gate.set()
    assert done.wait(SOON)
    assert pool.waiting == 0


def test_an_answer_that_breaks_does_not_break_the_pool() -> None:
    pool, done = Pool(1), threading.Event()
    pool.ask("ann", "picture", lambda ticket: 1 / 0)  # type: ignore[arg-type, return-value]
    pool.ask("bob", "picture", lambda ticket: done.set())
    assert done.wait(SOON)


def test_what_can_wait_does_not_spin_while_the_only_other_in_line_is_being_answered(gate: threading.Event) -> None:
    """Ann's newer question cannot start before her older one has ended: meanwhile bob's goes on waiting, at rest."""
    pool, began, done = Pool(2), threading.Event(), threading.Event()
    tries: list[int] = []

    class Counted(threading.Event):
        def is_set(self) -> bool:
            tries.append(1)
            return super().is_set()

    pool.ask("ann", "picture", holding(gate, began))
    assert began.wait(SOON)
    pool.ask("ann", "picture", lambda ticket: None)
    bob = Ticket(("bob", "picture"), lambda ticket: done.set(), pool, later=True, stopped=Counted())
    with pool._turn:
        pool._line[bob.line] = bob
        pool._turn.notify()
    assert not done.wait(0.2)
    assert len(tries) == 0
    gate.set()
    assert done.wait(SOON)
