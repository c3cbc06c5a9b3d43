"""Every number behind the page, with its source: parameters, base year, levers, measures and the bibliography.

All of it is read from the declarations and files that the model itself reads; what is a judgement is marked as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from abm import base_year, parameters
from abm.base_year import Datum
from abm.engine.kinds import KINDS
from abm.engine.rules import Measure
from abm.measures import MEASURES
from abm.odd import assumption, sources
from abm.parameters import Number
from abm.scenario import TODAY_WORD
from app.catalogue import NEVER, catalogue
from app.language import FIRST, Words, words
from calibration import posterior
from calibration.recovery import LEARNED, contractions, noise

PARAMETER, DATUM, LEVER, MEASURE, SOURCE = ("parameter", "base", "lever", "measure", "source")
BAND = (0.1, 0.5, 0.9)  # of the posterior
ASSUMED, JUDGEMENT, MEMORY = "assumed", "judgement", "memory"
UNSURE = ("low", ASSUMED)  # confidences of the base year that count as an assumption
YES_NO = ("yes", "no")
OF_TABLE = {**base_year.FILES, "memberships": "State", "sectors": "Hub"}  # whose field a column `what` is
ADDRESS = re.compile(r"https?://[^\s;,]+")


def data(lang: str = FIRST) -> dict[str, Any]:
    """Rows by kind, each with an id of its own; values in the unit beside them, sources of parameters as keys.

    Raises:
        BadInput: no such language; data or posterior cannot be read.
    """
    say, known = words(lang), catalogue(lang)
    rows = {
        PARAMETER: list(_parameters(say)),
        DATUM: [_datum(row, known["agents"], say) for row in base_year.read().rows],
        LEVER: [_lever(lever, say) for lever in known["levers"]],
        MEASURE: [_measure(measure, say) for measure in MEASURES],
        SOURCE: [_source(key, say) for key in sources()],
    }
    return {"lang": lang, "kinds": list(rows), "rows": rows, "percent": round(100 * (BAND[-1] - BAND[0]))}


def anchor(*names: str) -> str:
    """What stands behind # in a link to a row: "parameter-trade_elasticity", "base-KZ-KG-start_trade"."""
    return "-".join(re.sub(r"\s+", "_", name) for name in names)


# --------------------------------------------------------------------------------------------------------- parameters


def _parameters(say: Words) -> Iterator[dict[str, Any]]:
    drawn = posterior.read(check=False)
    gone = {row.name: row.contraction for row in contractions(drawn.parameters)}
    bar = max(LEARNED, noise(drawn.told["effective_draws"]))
    for name, known in parameters.describe().items():
        band = [float(x) for x in np.quantile(drawn.parameters[name], BAND)] if name in gone else None
        yield _parameter(known, say) | {"posterior": band, "learned": gone[name] >= bar if name in gone else None}


def _parameter(known: Number, say: Words) -> dict[str, Any]:
    label = say.name("parameters", known.name)
    return {
        "id": anchor(PARAMETER, known.name), "name": known.name, "label": "" if label == known.name else label,
        "meaning": say.told(known.meaning), "note": say.told(known.note), "value": known.default,
        "unit": say.told(known.unit), "low": known.low, "high": known.high, "allowed": list(known.allowed),
        "role": known.role, "sources": _keys(known), "assumed": known.role == ASSUMED or assumption(known.source),
    }  # fmt: skip


def _keys(known: Number) -> list[str]:
    return [key.strip() for key in known.source.split(",")]


# ---------------------------------------------------------------------------------------------------------- base year


def _datum(row: Datum, agents: Mapping[str, str], say: Words) -> dict[str, Any]:
    table = row.file.removesuffix(".csv")
    value = _value(row.value, agents, say)
    return {
        "id": anchor(DATUM, row.who, row.what), "who": _who(row.who, agents), "table": table, "name": row.what,
        "meaning": say.told(KINDS[OF_TABLE[table]].fields[row.what].meaning), "value": value,
        "unit": "" if isinstance(value, str) else say.told(row.unit), "year": row.year, "source": say.told(row.source),
        "address": row.address, "links": ADDRESS.findall(row.address), "confidence": row.confidence,
        "assumed": row.confidence in UNSURE, "where": row.where,
    }  # fmt: skip


def _who(code: str, agents: Mapping[str, str]) -> str:
    """By name whose value it is: "KZ-KG" is a tie, "KZ EAEU" a state in a bloc."""
    return agents.get(code) or " · ".join(agents.get(part, part) for part in code.split(" "))


def _value(text: str, agents: Mapping[str, str], say: Words) -> float | str:
    """The number that it is; else names of agents, "yes" or "no"."""
    with suppress(ValueError):
        return float(text)
    if text in YES_NO:
        return say.t(f"data.{text}")
    return ", ".join(_who(part, agents) for part in text.split(";"))


# ------------------------------------------------------------------------------------------ levers, measures, sources


def _lever(known: Mapping[str, Any], say: Words) -> dict[str, Any]:
    """A lever as the catalogue tells it, with its words in the language; a date or a word has no range."""
    number = not known["words"] and not known["form"].startswith("date")
    default = known["default"]
    if isinstance(default, str):
        default = say.t(f"data.default.{default}") if default in (NEVER, TODAY_WORD) else say.told(default)
    return {
        "id": anchor(LEVER, known["name"]), "name": known["name"], "label": known["label"],
        "meaning": known["changes"], "group": known["group"], "unit": say.told(known["unit"]) if number else "",
        "low": known["low"] if number else None, "high": known["high"] if number else None,
        "words": [say.told(word) for word in known["words"]], "form": known["form"].replace(" ", "_"),
        "value": default, "per": known["per"], "members": len(known["members"]), "cost": known["cost"],
        "for": known["for"], "source": known["source"],
    }  # fmt: skip


def _measure(known: Measure, say: Words) -> dict[str, Any]:
    return {
        "id": anchor(MEASURE, known.name), "name": known.name, "label": say.name("measures", known.name),
        "meaning": say.told(known.meaning), "unit": say.told(known.unit), "kind": known.kind.__name__,
        "formula": known.formula,
    }  # fmt: skip


def _source(key: str, say: Words) -> dict[str, Any]:
    known = sources()[key]
    own = known["kind"] == JUDGEMENT
    return {
        "id": anchor(SOURCE, key), "name": key, "meaning": say.told(known["title"]),
        "authors": ", ".join(known["authors"]), "year": known["year"], "kind": known["kind"],
        "place": say.told(known["where"]) if own else known["where"], "links": ADDRESS.findall(known["where"]),
        "checked": known["checked"], "note": say.told(known["note"]), "assumed": own or known["checked"] == MEMORY,
        "used": sum(key in _keys(number) for number in parameters.describe().values()),
    }  # fmt: skip
