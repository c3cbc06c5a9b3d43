"""A lesson as a file: the steps of a class hour, what each sets and asks, and what its answers claim of the model.

[[step]]
address = "scenario=water-pact&against=as-is"
title = "A deal"                      # a text is one string, or a table by language: title.en, title.ru
text = "Downstream pays for water."
ask = "Is there more water in 2030?"
claim = { measure = "storage", who = "Syr Darya", year = 2030, of = "difference" }
because = "A deal makes no water."
[[step.choice]]                       # an answer is the claim and what it adds to it
says = "No sure difference"
is = "no sure difference"
right = true
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abm.clock import MONTHS_A_YEAR
from abm.errors import BadInput, unknown
from abm.scenario import FIRST_YEAR, YEARS
from app import claims, link
from app.claims import Claim
from app.language import FIRST, languages

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # of the file: it stands in the address
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
PARTS = ("map", "player", "levers", "charts", "odds", "futures", "why", "share")  # of the page, to be pointed at
FEWEST_CHOICES, MOST_CHOICES = 2, 4
MOST_STEPS = 12

LESSON_KEYS = ("order", "minutes", "title", "about", "teacher", "step")
TEACHER_KEYS = ("wrong", "silent")
STEP_KEYS = ("address", "month", "play", "look", "title", "text", "ask", "claim", "choice", "because", "also")
CHOICE_KEYS = ("says", "right", *claims.KEYS)

Text = Mapping[str, str]  # by language; a text in one language has it under FIRST


@dataclass(frozen=True)
class Choice:
    """An answer: what it says, what that claims of the model, and whether the lesson calls it right."""

    says: Text
    claim: Claim
    right: bool


@dataclass(frozen=True)
class Question:
    """What is asked; `also` is told beside the answer, and checked where it says what is so."""

    ask: Text
    choices: tuple[Choice, ...]
    because: Text
    also: tuple[Claim, ...]


@dataclass(frozen=True)
class Step:
    """address: the scenario that it opens; month: where the playhead goes; play: does it run from there; look: the
    part of the page to point at, and what there: ("charts", "trade")."""

    title: Text
    text: Text
    address: str
    month: int
    play: bool
    look: tuple[str, ...]
    question: Question | None


@dataclass(frozen=True)
class Lesson:
    """wrong: what a class usually gets wrong; silent: what the model cannot say."""

    name: str
    order: int
    minutes: int
    title: Text
    about: Text
    wrong: tuple[Text, ...]
    silent: tuple[Text, ...]
    steps: tuple[Step, ...]


def read(path: Path) -> Lesson:
    """A lesson from its file, checked; the model is not asked.

    Raises:
        BadInput: the file or a key of it cannot be used; names both.
    """
    where = path.name
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        raise BadInput(f"{where}: cannot be read as TOML: {problem}") from None
    if not NAME.fullmatch(path.stem):
        raise BadInput(f"{where}: name the file with small letters, figures and dashes, as in my-lesson.toml")
    _known(raw, LESSON_KEYS, where)
    teacher = _of(raw, "teacher", dict, {}, where)
    _known(teacher, TEACHER_KEYS, f"{where}, teacher")
    steps = _of(raw, "step", list, [], where)
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadInput(f"{where}: {len(steps)} steps; write 1 to {MOST_STEPS}, each as [[step]]")
    return Lesson(
        path.stem,
        _of(raw, "order", int, 99, where),
        _of(raw, "minutes", int, 15, where),
        _text(raw, "title", where),
        _text(raw, "about", where),
        _texts(teacher, "wrong", f"{where}, teacher"),
        _texts(teacher, "silent", f"{where}, teacher"),
        tuple(_step(step, f"{where}, step {i + 1}") for i, step in enumerate(steps)),
    )


# -------------------------------------------------------------------------------------------------------- reading parts


def _step(raw: Any, where: str) -> Step:
    _known(raw, STEP_KEYS, where)
    address = _of(raw, "address", str, "", where)
    try:
        link.read(address)
    except BadInput as problem:
        raise BadInput(f"{where}, 'address': {problem}") from None
    date = MONTH.fullmatch(_of(raw, "month", str, f"{FIRST_YEAR}-01", where))
    month = (int(date[1]) - FIRST_YEAR) * MONTHS_A_YEAR + int(date[2]) - 1 if date else -1
    if not 0 <= month < YEARS * MONTHS_A_YEAR:
        raise BadInput(f"{where}: 'month' = {raw['month']!r} is not a month from {FIRST_YEAR}-01 on, as in \"2030-06\"")
    look = tuple(_of(raw, "look", str, "map", where).split())
    if not look or look[0] not in PARTS:
        raise unknown("part of the page to look at", look[0] if look else "", PARTS, where)
    play = _of(raw, "play", bool, False, where)
    title, text = _text(raw, "title", where), _text(raw, "text", where)
    return Step(title, text, address, month, play, look, _question(raw, where) if "ask" in raw else None)


def _question(raw: Mapping[str, Any], where: str) -> Question:
    shared = _of(raw, "claim", dict, {}, where)
    given = _of(raw, "choice", list, [], where)
    if not FEWEST_CHOICES <= len(given) <= MOST_CHOICES:
        raise BadInput(f"{where}: {len(given)} answers; write {FEWEST_CHOICES} to {MOST_CHOICES}, each [[step.choice]]")
    choices = tuple(_choice(one, shared, f"{where}, choice {i + 1}") for i, one in enumerate(given))
    right = [choice for choice in choices if choice.right]
    if len(right) != 1:
        raise BadInput(f"{where}: {len(right)} answers are called right; write right = true in one of them")
    also = tuple(_aside(one, f"{where}, also") for one in _of(raw, "also", list, [], where))
    return Question(_text(raw, "ask", where), choices, _text(raw, "because", where), also)


def _choice(raw: Any, shared: Mapping[str, Any], where: str) -> Choice:
    _known(raw, CHOICE_KEYS, where)
    own = {key: value for key, value in raw.items() if key in claims.KEYS}
    inherited = {k: v for k, v in shared.items() if not (k == "value" and "is" in own)}
    claim = claims.read({**inherited, **own}, where)
    return Choice(_text(raw, "says", where), claim, _of(raw, "right", bool, False, where))


def _aside(raw: Any, where: str) -> Claim:
    _known(raw, claims.KEYS, where)
    return claims.read(raw, where, whole="is" in raw)


def _known(raw: Any, keys: Sequence[str], where: str) -> None:
    if not isinstance(raw, dict):
        raise BadInput(f"{where}: must be a table, not {raw!r}")
    for key in raw:
        if key not in keys:
            raise unknown("key", key, keys, where)


def _of(raw: Mapping[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    value = raw.get(key, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        names = {str: "text", int: "a whole number", bool: "true or false", dict: "a table", list: "a list"}
        raise BadInput(f"{where}: '{key}' must be {names[kind]}, not {value!r}")
    return value


def _text(raw: Mapping[str, Any], key: str, where: str) -> Text:
    if key not in raw:
        raise BadInput(f"{where}: '{key}' is missing")
    return _said(raw[key], key, where)


def _texts(raw: Mapping[str, Any], key: str, where: str) -> tuple[Text, ...]:
    return tuple(_said(one, key, where) for one in _of(raw, key, list, [], where))


def _said(value: Any, key: str, where: str) -> Text:
    said = {FIRST: value} if isinstance(value, str) else value
    if not isinstance(said, dict) or not said:
        raise BadInput(f"{where}: '{key}' must be text, or a table of texts by language")
    for lang, text in said.items():
        if lang not in languages():
            raise unknown(f"language of '{key}'", lang, languages(), where)
        if not isinstance(text, str) or not text.strip():
            raise BadInput(f"{where}: '{key}' has no text in '{lang}'")
    return {lang: text.strip() for lang, text in said.items()}
