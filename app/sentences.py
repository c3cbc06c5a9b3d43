"""Every sentence that Python and the data tell in English and that the page shows: what has to be translated.

Each is told once, where it belongs; a translation is keyed by the sentence itself, so that a sentence which changes
loses its translation, and the test of completeness says so. Addresses, names of works and code names stay as they are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from abm import base_year, futures, levers, parameters
from abm.engine.kinds import KINDS
from abm.measures import MEASURES
from abm.scenario import Scenario
from calibration import figures as published
from calibration.figures import figures
from calibration.scorecard import VERDICTS
from calibration.words import OPINIONS
from experiments.ablation.parts import MECHANISMS, OTHERS

SOURCES = Path(base_year.__file__).with_name("sources.toml")
REASONS = Path(published.__file__).with_name("reasons.toml")


@cache
def sentences() -> dict[str, str]:
    """Every sentence that needs a translation, and where it is told (the first place, if there are more)."""
    found: dict[str, str] = {}
    for where, text in _all():
        if re.search("[A-Za-z]", text):
            found.setdefault(text, where)
    return found


def _all() -> Iterator[tuple[str, str]]:
    yield from _declared()
    yield from _stories()
    yield from _figures()
    yield from _data()
    yield from _sources()


def _declared() -> Iterator[tuple[str, str]]:
    """Levers, parameters, measures and mechanisms."""
    for lever in levers.describe().values():
        where = f"lever {lever.name}"
        yield from ((where, text) for text in (lever.unit, lever.changes, lever.cost, *lever.words))
        names = [name for name in lever.for_.split("; ") if name not in figures() and "*" not in name]
        yield from ((where, name) for name in names)
    for number in parameters.describe().values():
        yield from (
            (f"parameter {number.name}", text) for text in (number.unit, number.role, number.meaning, number.note)
        )
    for measure in MEASURES:
        yield from ((f"measure {measure.name}", text) for text in (measure.unit, measure.meaning))
    yield from ((f"mechanism {name}", text) for name, text in MECHANISMS.items())
    yield "mechanisms", OTHERS


def _stories() -> Iterator[tuple[str, str]]:
    for story in map(Scenario.read, Scenario.names()):
        yield from ((f"scenario {story.name}", text) for text in (story.title, story.why))
    yield from (("futures", name) for name in futures.NAMES)


def _figures() -> Iterator[tuple[str, str]]:
    """Figures of the articles, why some fail, and the words of verdicts."""
    for row in figures().values():
        texts = (row.figure, row.place, row.unit, row.measured_by, row.role, row.independence, row.judged, row.band)
        yield from ((f"figure {row.id}", text) for text in texts)
        held = [text for text in (row.scenario, row.against) if not set(text.split("; ")) <= {*Scenario.names(), ""}]
        yield from ((f"figure {row.id}", text) for text in held)
    for reason in _toml(REASONS)["reason"]:
        yield f"reason {reason['figure']}", reason["why"]
    words = (*VERDICTS, *published.INDEPENDENCE, *published.ROLES, *published.BANDS, *published.ORDERS, OPINIONS)
    yield from (("scorecard", word) for word in words)


def _data() -> Iterator[tuple[str, str]]:
    """The base year: what each row is, its unit, how sure it is, and what it rests on."""
    kind_of = {f"{table}.csv": kind for table, kind in base_year.FILES.items()}
    kinds = kind_of | {"memberships.csv": "State", "sectors.csv": "Hub"}
    for row in base_year.read().rows:
        where = f"{row.file}, {row.what}"
        yield where, KINDS[kinds[row.file]].fields[row.what].meaning
        yield where, row.unit
        yield where, row.confidence
        yield where, row.source


def _sources() -> Iterator[tuple[str, str]]:
    """What is said of each source; titles only of our own judgement."""
    for key, source in _toml(SOURCES).items():
        where = f"source {key}"
        yield from ((where, text) for text in (source["kind"], source["checked"], source.get("note", "")))
        if source["kind"] == "judgement":
            yield from ((where, source["title"]), (where, source["where"]))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
