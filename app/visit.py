"""One visitor: what they asked last, and what they are sent. Nothing here is shared with another visitor but runs.

A message from the browser is a small JSON object: {"kind": "picture", "n": 7, "address": "...", "draft": false}. It is
answered by another with the same kind and n; an address that is refused is answered with a message and, if nothing was
there before, with the picture of the defaults.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from abm.errors import BadInput
from app import link
from app.ensemble import all_runs, ready, region
from app.link import LONGEST, Question
from app.picture import as_json, picture
from app.pool import FEWEST, POOL, Pool, Stopped, Ticket

MOST_COMPARED = 4
MOST_CHARACTERS = (MOST_COMPARED + 2) * LONGEST  # of a message; a comparison holds several addresses
BROKEN = "it could not be answered; the server's log says why"
Message = dict[str, Any]
log = logging.getLogger(__name__)


class Visit:
    """A visitor's questions and where the answers go.

    deliver: is handed each answer as a JSON string, from a thread of the pool; it must not wait for the browser.
    """

    def __init__(self, name: str, deliver: Callable[[str], None] = lambda text: None, pool: Pool = POOL) -> None:
        self.name = name
        self.deliver = deliver
        self.pool = pool
        self.answered = False

    def hear(self, text: str) -> None:
        """Take a message from the browser; whatever is wrong with it is told, never raised."""
        try:
            message = self._message(text)
            answer = ANSWERS.get(message["kind"])
            if answer is None:
                raise BadInput("this page does not know that question")
            answer(self, message)
        except BadInput as problem:
            self.deliver(as_json({"kind": "message", "why": str(problem)}))

    def leave(self) -> None:
        """The visitor has gone: nothing of theirs is worked on any more."""
        self.pool.forget(self.name)

    @staticmethod
    def _message(text: str) -> Message:
        if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
            raise BadInput("the message is too long")
        try:
            found = json.loads(text)
            return {**found, "kind": str(found["kind"]), "n": int(found.get("n", 0))}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise BadInput("the message cannot be read") from None

    # ----------------------------------------------------------------------------------------------------- answers

    def picture(self, message: Message) -> None:
        """Run the question of an address, and send its picture."""
        refused: list[Message] = []
        try:
            question = link.read(str(message.get("address", "")))
        except BadInput as problem:
            if self.answered:
                self._refuse(message, str(problem))
                return
            refused = [{"kind": "error", "key": "link.refused", "args": {"why": str(problem)}}]
            question = Question()
        draft = bool(message.get("draft"))
        asked = min(FEWEST, question.seeds) if draft else question.seeds

        def work(ticket: Ticket) -> None:
            if draft and self.pool.waiting:
                return  # others wait for whole answers; this visitor's comes when the lever is let go
            runs = ticket.runs(asked)
            if not self.answered and runs > FEWEST and not ready(question, runs):
                send(ticket, FEWEST, "draft")  # something to look at, at once
            send(ticket, runs, "draft" if draft else "full")
            if runs < asked:  # made whole as soon as nobody else waits
                ask(later=True)

        said = False

        def send(ticket: Ticket, runs: int, stage: str) -> None:
            nonlocal said
            began = time.perf_counter()
            found = region(question, runs, ticket.threads, ticket.check)
            told = picture(question, found, stage, time.perf_counter() - began, busy=runs < asked and stage == "full")
            ticket.check()
            told["messages"] = [] if said else [*told["messages"], *refused]
            self.answered = said = True
            self.deliver(as_json({"kind": "picture", "n": message["n"], **told}))

        def ask(later: bool = False) -> None:
            self._ask(message, work, lambda why: self._refuse(message, why), later)

        ask()

    def why(self, message: Message) -> None:
        """Divide a paired difference among levers or mechanisms."""
        from app.why import why

        question = link.read(str(message.get("address", "")))
        asked = {key: message.get(key) for key in ("measure", "who", "year", "what")}
        self._later(message, lambda ticket: why(question, **asked, advance=ticket.check, threads=ticket.threads))

    def compare(self, message: Message) -> None:
        """Hold several addresses against one baseline."""
        from app.compare import compared

        given = message.get("scenarios")
        scenarios = [s for s in given if isinstance(s, dict)] if isinstance(given, list) else []
        if scenarios != given or not 1 <= len(scenarios) <= MOST_COMPARED:
            raise BadInput(f"between one and {MOST_COMPARED} scenarios can be compared")
        questions = [(str(s.get("name", ""))[:40], link.read(str(s.get("address", "")))) for s in scenarios]
        self._later(message, lambda ticket: compared(questions, ticket.check, ticket.threads))

    def figures(self, message: Message) -> None:
        """The table that `corridors run --link` prints."""
        from app.headline import headline

        question = link.read(str(message.get("address", "")))

        def made(ticket: Ticket) -> Message:
            runs = all_runs(question, question.seeds, ticket.threads, ticket.check)
            return headline(question, runs)

        self._later(message, made)

    def _later(self, message: Message, made: Callable[[Ticket], Message]) -> None:
        def deliver(found: Message) -> None:
            self.deliver(as_json({**found, "kind": message["kind"], "n": message["n"]}))

        def work(ticket: Ticket) -> None:
            found = made(ticket)
            ticket.check()
            deliver(found)

        self._ask(message, work, lambda why: deliver({"problem": why}))

    def _ask(
        self, message: Message, work: Callable[[Ticket], None], refuse: Callable[[str], None], later: bool = False
    ) -> None:
        """Put work into the line; if it breaks, the visitor hears of it, and the log what broke."""

        def guarded(ticket: Ticket) -> None:
            try:
                work(ticket)
            except Stopped:
                raise
            except BadInput as problem:
                refuse(str(problem))
            except Exception:
                log.exception("a question of %s could not be answered", message["kind"])
                refuse(BROKEN)

        self.pool.ask(self.name, message["kind"], guarded, later)

    def _refuse(self, message: Message, why: str) -> None:
        """What is on the page stays there; where there is nothing yet, there is only the message."""
        if self.answered:
            told = [{"kind": "error", "key": "message.refused", "args": {"why": why}}]
            self.deliver(as_json({"kind": "refused", "n": message["n"], "messages": told}))
        else:
            self.deliver(as_json({"kind": "message", "why": why}))


ANSWERS: dict[str, Callable[[Visit, Message], None]] = {
    "picture": Visit.picture, "why": Visit.why, "compare": Visit.compare, "figures": Visit.figures,
}  # fmt: skip
