"""Every word and every lever of the page, in one language, as the browser gets them.

Names, ranges, units and meanings come from the model's declarations; only labels and translations stand in words/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from typing import Any

from abm import base_year, levers, parameters
from abm.measures import MEASURES
from abm.scenario import TABLE_OF, TODAY_WORD, Scenario
from app.language import FIRST, Words, languages, spoken, words
from app.sentences import sentences
from calibration.figures import LISTS, figures

__all__ = ["CARDS", "SLIDERS", "Words", "as_json", "catalogue", "languages", "missing", "words"]

POLICY, WORLD = "policy", "world"
NEVER = "never"
TABLES = ("states", "blocs", "corridors", "hubs", "basins", "sectors", "families", "markets", "sizes")
NUMBERS = "numbers"  # the card of parameters
MAIN = ("as-is", "corridor-first", "declarations", "frozen")  # scenarios that stand first


@dataclass(frozen=True)
class Card:
    """A group of levers that belong together; its label is among the names of `cards`."""

    id: str
    group: str
    levers: tuple[str, ...]


CARDS = (
    Card("corridor", POLICY, (
        "abec_programme", "abec_funder_share", "corridors_programme", "bukhara_programme", "outward_programme",
    )),
    Card("reform", POLICY, ("reform",)),
    Card("hub", POLICY, ("hub_open",)),
    Card("free_trade", POLICY, ("free_trade",)),
    Card("finance", POLICY, ("settlement", "joint_fund")),
    Card("energy", POLICY, ("energy",)),
    Card("production", POLICY, ("agro", "metallurgy", "technology")),
    Card("people", POLICY, ("education", "diplomas", "information", "culture")),
    Card("diplomacy", POLICY, ("diplomacy", "moderator", "summit")),
    Card("blocs", WORLD, ("bloc_activism", "bloc_capital", "bloc_rules", "outside_pressure")),
    Card("weather", WORLD, ("drought", "world_demand")),
    Card("leadership", WORLD, ("leadership",)),
    Card("disputes", WORLD, ("dispute_pressure", "border_shut", "inspection")),
    Card("institutions", WORLD, ("institution_hurdle", "execution_factor")),
    Card("costs", WORLD, ("freight_cut", "sunk_cost_factor", "regional_shock")),
    Card(NUMBERS, WORLD, ()),
)  # fmt: skip

# Of 182 numbers, those that a visitor may doubt and that move what the page shows. "Learned": docs/results.md.
SLIDERS = (
    "trade_elasticity",  # learned a little; the verdicts that turn at 2 are told in the robustness table
    "demand_trend",  # learned; trend alone makes most of the rise of trade to 2030
    "max_cut",  # learned; the article's own promise of 15-20 %
    "execution",  # learned; the share of a programme that becomes works is the first thing that analysts doubt
    "tradable_spending",  # assumed; how much of a corridor's gain its neighbours lose hangs on it
    "hub_places",  # not learned at all, and the hub's jobs are proportional to it
    "bloc_pull",  # learned; with attention_base it decides whether the region ends under outside dominance
    "attention_base",  # not learned; the other side of that balance
    "dispute_rate",  # learned; disputes cost trust, and shut borders
    "capital_scared",  # learned, over a wide range: most of what is at stake over water
)


@cache
def catalogue(language: str = FIRST) -> dict[str, Any]:
    """Words, levers, sliders, measures, units, agents and scenarios in a language, as plain data. Not to be changed.

    Raises:
        BadInput: no such language, or a broken file of words.
    """
    say = words(language)
    return {
        "lang": language, "languages": languages(), "rules": dict(say.rules), "ui": dict(say.ui),
        "levers": [_lever(known, say) for known in _by_card()],
        "parameters": [_parameter(parameters.describe()[name], say) for name in SLIDERS],
        "cards": [{"id": c.id, "group": c.group, "label": say.name("cards", c.id)} for c in CARDS],
        "measures": {
            name: {"label": say.name("measures", name), "unit": unit, "meaning": say.told(meaning)}
            for name, unit, meaning in _measures()
        },
        "units": {unit: say.told(unit) for unit in sorted(_units())},
        "agents": agents(say), "long": dict(say.names["long"]), "lists": dict(say.names["lists"]),
        "articles": dict(say.names["articles"]),
        "scenarios": _scenarios(say),
        "told": dict(say.told_),
        "refusals": list(say.refusals.items()),
    }  # fmt: skip


@cache
def as_json(language: str = FIRST) -> str:
    """The catalogue as the browser gets it: one line of JSON. Raises BadInput."""
    return json.dumps(catalogue(language), ensure_ascii=False, separators=(",", ":"))


def missing(language: str) -> list[str]:
    """What a language has no words for: keys of the page, labels, and sentences told in English."""
    own, english = spoken(language), spoken(FIRST)
    keys = [key for key in english.ui if not _has(own, key)]
    labels = [f"{table}: {code}" for table, code in _labels() if code not in own.names.get(table, {})]
    told = [] if language == FIRST else [english for english in sentences() if english not in own.told_]
    return [*keys, *labels, *told]


def agents(say: Words) -> dict[str, str]:
    """Names of states, ties, blocs, corridors, hubs, rivers, sectors, power families, markets and sizes."""
    found = dict(say.names["agents"])
    for code, tie in base_year.read().table("ties").items():
        found[code] = " – ".join(found[tie[side].value] for side in ("one", "other"))
    return found


# ------------------------------------------------------------------------------------------------------------ entries


def _by_card() -> Iterator[tuple[Card, levers.Lever]]:
    for card in CARDS:
        for name in card.levers:
            yield card, levers.describe()[name]


def _lever(of: tuple[Card, levers.Lever], say: Words) -> dict[str, Any]:
    card, known = of
    default: float | str = known.default
    if known.form.startswith("date"):
        default = NEVER
    elif known.words:
        default = known.words[int(known.default)]
    elif known.default == levers.TODAY:
        default = TODAY_WORD
    return {
        "name": known.name, "label": say.name("levers", known.name), "group": card.group, "card": card.id,
        "unit": known.unit, "low": known.low, "high": known.high, "default": default, "form": known.form,
        "words": list(known.words), "per": known.per,
        "members": base_year.read().names(TABLE_OF[known.per]) if known.per else [],
        "changes": say.told(known.changes), "cost": say.told(known.cost), "for": _for(known, say),
        "source": ", ".join(_sources(known)),
    }  # fmt: skip


def _for(known: levers.Lever, say: Words) -> str:
    """What a lever is for, figures told by what they say: "avenue_funds" is "joint investment funds"."""
    told: list[str] = []
    for name in known.for_.split("; "):
        rows = [row for id_, row in figures().items() if fnmatch(id_, name)]
        if len(rows) > 1:
            told += [say.name("lists", which) for which in LISTS if which in {row.list for row in rows}]
        else:
            told.append(say.told(rows[0].figure if rows else name))
    return "; ".join(dict.fromkeys(told))


def _sources(known: levers.Lever) -> list[str]:
    """Articles whose figures a lever answers; one that answers none is a judgement of the model's authors."""
    asked = [name.partition(" ")[0] for name in known.for_.split("; ")]
    found = {row.article for id_, row in figures().items() if any(fnmatch(id_, name) for name in asked)}
    return sorted(found - {"data"}) or ["judgement"]


def _parameter(known: parameters.Number, say: Words) -> dict[str, Any]:
    low, high = known.allowed
    return {
        "name": known.name, "label": say.name("parameters", known.name), "unit": known.unit,
        "low": known.low, "high": known.high, "allowed": [low, high], "default": known.default,
        "meaning": say.told(known.meaning), "note": say.told(known.note) if known.note else "",
        "role": known.role, "source": known.source, "card": NUMBERS,
    }  # fmt: skip


def _measures() -> Iterator[tuple[str, str, str]]:
    """Name, unit and meaning of every measure, and of the one ratio that the page makes of two."""
    for measure in MEASURES:
        yield measure.name, measure.unit, measure.meaning
    yield "raw_share", "share", next(m.meaning for m in MEASURES if m.name == "trade_raw")


def _scenarios(say: Words) -> list[dict[str, Any]]:
    """The shipped scenarios: those that the article argues about first, the others by title."""
    rows = [
        {
            "name": story.name, "title": say.told(story.title), "why": say.told(story.why),
            "first_year": story.first_year, "years": story.years,
        }
        for story in map(Scenario.read, Scenario.names())
    ]  # fmt: skip
    place = {name: number for number, name in enumerate(MAIN)}
    return sorted(rows, key=lambda row: (place.get(row["name"], len(place)), row["title"]))


def _units() -> set[str]:
    return {
        *(known.unit for known in levers.describe().values()),
        *(known.unit for known in parameters.describe().values()),
        *(measure.unit for measure in MEASURES), *(row.unit for row in figures().values()),
        *(datum.unit for datum in base_year.read().rows),
    }  # fmt: skip


def _labels() -> Iterator[tuple[str, str]]:
    """Every label that a language must have: table and code name."""
    yield from (("cards", card.id) for card in CARDS)
    yield from (("levers", name) for name in levers.describe())
    yield from (("parameters", name) for name in SLIDERS)
    yield from (("measures", name) for name, _, _ in _measures())
    yield from (("agents", who) for table in TABLES for who in base_year.read().names(table))
    yield from (("long", bloc) for bloc in base_year.read().names("blocs"))
    yield from (("lists", name) for name in LISTS)
    yield from (("articles", name) for name in dict.fromkeys(row.article for row in figures().values()))


def _has(own: Words, key: str) -> bool:
    """Is there a text of a key? Plural forms differ between languages; its last form stands for all."""
    return key in own.ui or (key.endswith((".one", ".other")) and f"{key.rpartition('.')[0]}.few" in own.ui)
