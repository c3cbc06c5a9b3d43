"""Guided tours for a class: the lessons of a folder in a visitor's language, and what the model says of their answers.

A lesson is a file (lesson_file.py); which answer is right is a claim about the model (claims.py).
`python -m app.lessons my-lesson.toml` holds every claim of a lesson against the model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.errors import BadInput, unknown
from app import claims, link
from app.claims import Claim, Verdict
from app.ensemble import region
from app.language import FIRST, languages
from app.lesson_file import Lesson, Step, Text, read

FOLDER = Path(__file__).with_name("lessons")


def lessons(lang: str = FIRST, folder: Path = FOLDER) -> dict[str, Any]:
    """All lessons in a language, as plain data for the browser; English where a text has no other.

    Raises:
        BadInput: no such language; a file that cannot be used, with the key that is wrong.
    """
    if lang not in languages():
        raise unknown("language", lang, languages())
    return {"lang": lang, "lessons": [_told(lesson, lang) for lesson in read_all(folder)]}


def read_all(folder: Path = FOLDER) -> list[Lesson]:
    """The lessons of a folder, in their own order. Raises BadInput."""
    found = [read(path) for path in sorted(folder.glob("*.toml"))]
    return sorted(found, key=lambda lesson: (lesson.order, lesson.name))


# ------------------------------------------------------------------------------------------------------ for the browser


def _told(lesson: Lesson, lang: str) -> dict[str, Any]:
    return {
        "name": lesson.name, "minutes": lesson.minutes, "title": _in(lesson.title, lang),
        "about": _in(lesson.about, lang), "wrong": [_in(t, lang) for t in lesson.wrong],
        "silent": [_in(t, lang) for t in lesson.silent], "steps": [_told_step(step, lang) for step in lesson.steps],
    }  # fmt: skip


def _told_step(step: Step, lang: str) -> dict[str, Any]:
    asked = step.question
    return {
        "title": _in(step.title, lang), "text": _in(step.text, lang), "address": link.read(step.address).address(),
        "month": step.month, "play": step.play, "look": list(step.look),
        "question": asked and {
            "ask": _in(asked.ask, lang), "because": _in(asked.because, lang),
            "choices": [
                {"says": _in(c.says, lang), "right": c.right, "claim": _told_claim(c.claim)} for c in asked.choices
            ],
            "also": [_told_claim(claim) for claim in asked.also],
        },
    }  # fmt: skip


def _told_claim(claim: Claim) -> dict[str, Any]:
    return {"key": claim.key, "measure": claim.measure, "who": claim.who, "year": claim.year, "of": claim.of,
            "is": claim.is_, "value": list(claim.value)}  # fmt: skip


def _in(text: Text, lang: str) -> str:
    return text.get(lang) or text.get(FIRST) or next(iter(text.values()))


# ----------------------------------------------------------------------------------------------------- asking the model


@dataclass(frozen=True)
class Held:
    """A claim of a step (numbered from 1) held against the model. says: the answer; so: what the lesson says of it."""

    step: int
    says: str
    claim: Claim
    so: bool
    verdict: Verdict

    @property
    def well(self) -> bool:
        """Does the model clearly say what the lesson says?"""
        return self.verdict.clear and self.verdict.holds == self.so


def held(lesson: Lesson, threads: int = 1) -> Iterator[Held]:
    """Every claim of a lesson, under the seeds and the posterior that its page uses."""
    for number, step in enumerate(lesson.steps, 1):
        if step.question is None:
            continue
        question = link.read(step.address)
        runs = region(question, question.seeds, threads)
        for choice in step.question.choices:
            verdict = claims.judged(choice.claim, runs)
            yield Held(number, _in(choice.says, FIRST), choice.claim, choice.right, verdict)
        for claim in step.question.also:
            if claim.is_:
                verdict = claims.judged(claim, runs)
                yield Held(number, f"(beside it) {claim.key} {claim.year} {claim.of}", claim, True, verdict)


def main(paths: Sequence[str]) -> int:
    """Print what the model says of every claim of some lessons, by default all; 1 if a lesson is wrong."""
    wrong = 0
    for path in [Path(p) for p in paths] or sorted(FOLDER.glob("*.toml")):
        lesson = read(path)
        print(f"{lesson.name}: {len(lesson.steps)} steps")
        for one in held(lesson):
            low, median, high = one.verdict.band
            told = "is so" if one.verdict.holds else "is not"
            mark = "" if one.well else "  <- WRONG" if one.verdict.clear else "  <- TOO CLOSE TO CALL"
            print(f"  {one.step} {told} {median:10.4g} ({low:.4g} to {high:.4g})  {one.says}{mark}")
            wrong += not one.well
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BadInput as problem:
        sys.exit(f"error: {problem}")
