"""The workers that answer visitors: few, so that the machine stays usable; the newest question wins; under load answers
get smaller, not slower.

A visitor has at most one question of a kind waiting or running. A newer one takes its place in the line and stops the
older for real: whoever works calls `ticket.check()` after each run.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

FEWEST = 40  # runs that an answer may shrink to while others wait
Line = tuple[str, str]  # a visitor, and the kind of question
log = logging.getLogger(__name__)


class Stopped(Exception):
    """A newer question has come, the visitor has gone, or others wait and this question can."""


@dataclass
class Ticket:
    """A question's place in the line; `later` ones wait until nobody else does."""

    line: Line
    work: Callable[[Ticket], None]
    pool: Pool
    later: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Go on only while the question still stands, and, if it can wait, nobody else does. Raises Stopped."""
        if self.stopped.is_set() or (self.later and self.pool.waiting):
            raise Stopped

    def runs(self, asked: int) -> int:
        """How many runs it may take now: all of them, or fewer, never under FEWEST, when others are waiting."""
        share = self.pool.workers / (self.pool.workers + self.pool.waiting)
        return asked if self.pool.waiting == 0 else max(min(asked, FEWEST), int(asked * share))

    @property
    def threads(self) -> int:
        """How many cores it may use: all, if nobody else is being answered."""
        return max(1, self.pool.workers // max(1, self.pool.running + self.pool.waiting))


class Pool:
    """A fixed number of threads, and a line of tickets."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._line: dict[Line, Ticket] = {}  # in the order in which they came
        self._running: dict[Line, Ticket] = {}
        self._turn = threading.Condition()
        for i in range(self.workers):  # begun here, by nobody's question: Solara ties a thread to who begins it
            threading.Thread(target=self._serve, name=f"pool {i}", daemon=True).start()

    @property
    def waiting(self) -> int:
        """Questions in the line, those that can wait left out."""
        return sum(not ticket.later for ticket in list(self._line.values()))

    @property
    def running(self) -> int:
        """Questions that are being answered."""
        return len(self._running)

    def ask(self, visitor: str, kind: str, work: Callable[[Ticket], None], later: bool = False) -> Ticket:
        """Put a question into the line, in place of the visitor's older one of this kind; one that can wait takes
        nobody's place."""
        ticket = Ticket((visitor, kind), work, self, later)
        with self._turn:
            if later and ticket.line in self._line:
                return ticket
            if not later:
                self._stop(ticket.line)
            self._line[ticket.line] = ticket
            self._turn.notify()
        return ticket

    def forget(self, visitor: str) -> None:
        """Stop all that a visitor has asked."""
        with self._turn:
            for line in {*self._line, *self._running}:
                if line[0] == visitor:
                    self._stop(line)
                    self._line.pop(line, None)

    def _stop(self, line: Line) -> None:
        for found in (self._line.get(line), self._running.get(line)):
            if found:
                found.stopped.set()

    def _next(self) -> Ticket | None:
        """The first in the line whose visitor is not just being answered; one that can wait, once nobody else does."""
        waiting = self.waiting
        free = [t for line, t in self._line.items() if line not in self._running and not (t.later and waiting)]
        return free[0] if free else None

    def _serve(self) -> None:
        while True:
            with self._turn:
                while (ticket := self._next()) is None:
                    self._turn.wait()
                del self._line[ticket.line]
                self._running[ticket.line] = ticket
            try:
                ticket.check()
                ticket.work(ticket)
            except Stopped:
                if not ticket.stopped.is_set():  # it gave way, and comes again
                    self.ask(*ticket.line, ticket.work, later=True)
            except Exception:
                log.exception("a question of %s could not be answered", ticket.line[1])
            finally:
                with self._turn:
                    del self._running[ticket.line]
                    self._turn.notify_all()


POOL = Pool()
