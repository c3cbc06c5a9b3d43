"""The address of a question: everything that a picture on the page is made of, as the query of a link.

?scenario=corridor-first&against=declarations&2029-03=reform_KZ-KG:10;hub_open:2030-01&set=trade_elasticity:2

What a visitor moves in the browser, what a saved scenario keeps, what a lesson sets and what a stranger sends are all
addresses, read here and nowhere else, so that all of them pass the same checks. A name stands for a shipped scenario
alone, never for a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote

from abm.errors import BadInput, unknown
from abm.parameters import Parameters
from abm.runs import FIRMS
from abm.scenario import FIRST_YEAR, YEARS, Scenario, date_in, find_lever, lever_value

if TYPE_CHECKING:
    from calibration.posterior import Posterior

POSTERIOR, DEFAULTS = "posterior", "defaults"
BOTH, SCENARIO = "both", "scenario"
SCENARIO_DEFAULT, AGAINST_DEFAULT = "corridor-first", "declarations"
RUNS = 200
FEWEST_RUNS, MOST_RUNS = 10, 400  # a visitor's own bounds: a run costs the server 3 ms
FEWEST_FIRMS = 50
LAST_SEED = 1_000_000
MOST_CHANGES = 60
LONGEST = 4_000  # characters; links of this length still pass through mail and chat programs
PAGE_KEYS = ("lang", "theme", "present", "lesson", "step", "page")  # of the page, not of the question
CHANGED = "-changed"  # told with the name of a scenario that a visitor has changed
BASELINE = "-baseline"  # and of one that is changed on both sides
SHOWN = 60  # characters of a stranger's text that a message repeats
DATE = re.compile(r"[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True)
class Dated:
    """A lever set from a month on: at is "2029-03"; value as a scenario's file writes it."""

    at: str
    lever: str
    value: float | str


@dataclass(frozen=True)
class Question:
    """What a visitor asks: a scenario with changes of their own, what it is held against, and under which luck.

    world: do changes of the world (drought, blocs) hold for both, or for the scenario alone; numbers: parameters from
    the posterior or at their defaults; sets: parameters that are held in all draws; seeds: how many runs, from seed
    `first` on; model: the version that a link was made with, "" if it does not say.
    """

    scenario: str = SCENARIO_DEFAULT
    against: str = AGAINST_DEFAULT
    changes: tuple[Dated, ...] = ()
    sets: tuple[tuple[str, float], ...] = ()
    world: str = BOTH
    numbers: str = POSTERIOR
    seeds: int = RUNS
    first: int = 0
    firms: int = FIRMS
    model: str = ""

    def story(self) -> Scenario:
        """The scenario with all changes."""
        return _changed(Scenario.read(self.scenario), self.changes)

    def ground(self) -> Scenario:
        """What it is held against; the world's changes hold there too, unless told otherwise."""
        shared = self.changes if self.world == BOTH else ()
        found = _changed(Scenario.read(self.against), [c for c in shared if of_the_world(c.lever)])
        same_name = self.against == self.scenario and found.name.endswith(CHANGED)
        return replace(found, name=found.name + BASELINE) if same_name else found

    def address(self) -> str:
        """The query of the link, without "?": what is not the default, in a fixed order."""
        said: list[tuple[str, str]] = []
        if (self.scenario, self.against) != (SCENARIO_DEFAULT, AGAINST_DEFAULT):
            said += [("scenario", self.scenario), ("against", self.against)]
        dates: dict[str, list[str]] = {}
        for change in self.changes:
            dates.setdefault(change.at, []).append(f"{change.lever}:{told(change.value)}")
        said += [(at, ";".join(dates[at])) for at in sorted(dates)]
        if self.sets:
            said.append(("set", ";".join(f"{name}:{told(value)}" for name, value in self.sets)))
        plain = Question()
        for key in ("world", "numbers", "seeds", "first", "firms", "model"):
            if getattr(self, key) != getattr(plain, key):
                said.append((key, str(getattr(self, key))))
        return "&".join(f"{key}={quote(value, safe=':;-_.~')}" for key, value in said)


def read(link: str) -> Question:
    """The question of a link, a query, or "" for the one that the page opens with.

    Raises:
        BadInput: too long, an unknown key, scenario, lever or parameter, a value or date out of range; says which.
    """
    if len(link) > LONGEST:
        raise BadInput(f"link: {len(link)} characters are too many; at most {LONGEST}")
    query = _query(link.strip())
    if not unquote(query).isprintable():
        raise BadInput("link: it holds characters that cannot be printed")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=MOST_CHANGES + 20)
    except ValueError:
        raise BadInput(f"link: '{query[:SHOWN]}' is not a list of key=value") from None
    found: dict[str, Any] = {}
    changes: list[Dated] = []
    for key, value in pairs:
        if key in found:
            raise BadInput(f"link: '{key[:SHOWN]}' is given twice")
        if DATE.fullmatch(key):
            found[key] = True
            changes += [Dated(key, name, _value(text)) for name, text in _list(key, value)]
        elif key == "set":
            found[key] = tuple((name, _number(name, text)) for name, text in _list(key, value))
        elif key in ("seeds", "first", "firms"):
            found[key] = _whole(key, value)
        elif key in ("scenario", "against", "world", "numbers", "model"):
            found[key] = value
        elif key not in PAGE_KEYS:
            known = ("scenario", "against", "set", "world", "numbers", "seeds", "first", "firms", "model")
            raise unknown("key", key[:SHOWN], known, "link")
    given = {key: value for key, value in found.items() if value is not True}
    return checked(Question(sets=given.pop("set", ()), changes=tuple(changes), **given))


def checked(question: Question) -> Question:
    """The question, if the server may answer it; the same bounds whoever asks. Raises BadInput."""
    for name in (question.scenario, question.against):
        if name not in offered():
            raise unknown("scenario", name[:SHOWN], offered(), "link")
    _one_of("world", question.world, (BOTH, SCENARIO))
    _one_of("numbers", question.numbers, (POSTERIOR, DEFAULTS))
    _within("seeds", question.seeds, FEWEST_RUNS, MOST_RUNS)
    _within("first", question.first, 0, LAST_SEED)
    _within("firms", question.firms, FEWEST_FIRMS, FIRMS)
    if not re.fullmatch(r"[0-9a-z.-]{0,40}", question.model):
        raise BadInput("link: 'model' is not a version of the model")
    if len(question.changes) > MOST_CHANGES:
        raise BadInput(f"link: {len(question.changes)} changes are too many; at most {MOST_CHANGES}")
    seen = set()
    story = Scenario.read(question.scenario)
    world = story.world()
    for change in question.changes:
        where = f"link, {change.at}"
        date_in(change.at, "date", story, "link")
        find_lever(change.lever, world, where)
        lever_value(change.lever, change.value, story, world, where)
        if (change.at, change.lever) in seen:
            raise BadInput(f"{where}: '{change.lever}' is set twice")
        seen.add((change.at, change.lever))
    if len({name for name, _ in question.sets}) < len(question.sets):
        raise BadInput("link, set: a parameter is given twice")
    Parameters().changed(dict(question.sets), "link, set")
    return replace(question, changes=tuple(sorted(question.changes, key=lambda c: c.at)))


@cache
def offered() -> tuple[str, ...]:
    """The shipped scenarios of the page's own world and years: all but replays of the past."""
    stories = [Scenario.read(name) for name in Scenario.names()]
    return tuple(s.name for s in stories if (s.first_year, s.years, s.initial) == (FIRST_YEAR, YEARS, ()))


@cache
def model_version() -> str:
    """Which model a link speaks of: its text and data, and the posterior that ships with it."""
    import hashlib

    from abm import __version__
    from calibration.posterior import FOLDER, TABLE
    from experiments.provenance import ROOT

    digest = hashlib.blake2b(digest_size=4)
    for path in sorted((ROOT / "abm").rglob("*")):
        if path.suffix in (".py", ".toml", ".csv"):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    posterior = FOLDER / TABLE
    digest.update(posterior.read_bytes() if posterior.is_file() else b"")
    return f"{__version__}-{digest.hexdigest()}"


def of_the_world(written: str) -> bool:
    """Is this lever the world's, not a policy? Raises BadInput if there is none of that name."""
    known, _ = find_lever(written, Scenario.read(SCENARIO_DEFAULT).world())
    return known.group == "world"


def parameter_sets(question: Question) -> list[Parameters]:
    """One set of parameters a run: run i has draw `first` + i of the posterior, whatever else is asked."""
    held = dict(question.sets)
    if question.numbers == DEFAULTS:
        return [Parameters().changed(held)] * question.seeds
    draws = (_draw(question.first + i) for i in range(question.seeds))
    return [draw.changed(held) if held else draw for draw in draws]


@cache
def _posterior() -> Posterior:
    from calibration import posterior

    return posterior.read()


@lru_cache(maxsize=2_000)  # as many as ship
def _draw(number: int) -> Parameters:
    return _posterior().one(number)


def _changed(story: Scenario, changes: Iterable[Dated]) -> Scenario:
    dates: dict[str, dict[str, Any]] = {}
    for change in changes:
        dates.setdefault(change.at, {})[change.lever] = change.value
    for at, values in sorted(dates.items()):
        story = story.then(at, **values)
    return replace(story, name=story.name + CHANGED) if dates else story


def _query(link: str) -> str:
    """What follows the question mark of an address, whatever stands before it, or all of a bare query."""
    address, _, _ = link.partition("#")
    before, mark, after = address.partition("?")
    if mark and "=" not in before:
        return after
    return "" if "://" in address or address.startswith("/") else address


def _list(key: str, text: str) -> list[tuple[str, str]]:
    parts = [part.partition(":") for part in text.split(";")]
    for name, colon, value in parts:
        if not (name and colon and value) or len(name) > SHOWN:
            raise BadInput(f"link, {key}: write name:value;name:value, not '{text[:SHOWN]}'")
    return [(name, value) for name, _, value in parts]


def _value(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text[:SHOWN]
    return number if isfinite(number) and "_" not in text else text[:SHOWN]


def _number(name: str, text: str) -> float:
    value = _value(text)
    if isinstance(value, str):
        raise BadInput(f"link, set: '{name[:SHOWN]}' must be a number, not '{value}'")
    return value


def _whole(key: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise BadInput(f"link: '{key}' must be a whole number, not '{text[:SHOWN]}'")
    return int(text)


def _one_of(key: str, value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        raise unknown(f"word for '{key}'", value[:SHOWN], words, "link")


def _within(key: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadInput(f"link: '{key}' = {value} is outside {low} to {high}")


def told(value: float | str) -> str:
    """A value as an address has it: every digit that it takes to be read as the same number."""
    return value if isinstance(value, str) else repr(float(value)).removesuffix(".0")
