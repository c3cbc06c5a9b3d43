"""The scorecard as the browser gets it: every figure of both articles beside what the model says, failures first.

Nothing is measured here and nothing is typed in: figures come from the ledger, the model's numbers and verdicts from
the scorecard that ships with the package, and what has changed since it was made is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from abm.odd import sources
from abm.scenario import Scenario
from app.language import FIRST, Words, words
from calibration.figures import (
    BELOW,
    HELD_OUT,
    INDEPENDENCE,
    NEAR,
    NOT_APPLICABLE,
    ORDER,
    ROLES,
    SHARE,
    SIGN,
    Figure,
    figures,
)
from calibration.scorecard import HIGH, INSIDE, LOW, NOT_MEASURED, OUTSIDE, VERDICTS, Line
from calibration.shipped import RIVAL, SCORECARD, manifest, outdated, shipped
from calibration.words import OPINIONS, line_of

COMMIT = 12  # characters of a commit's name that are shown


def scorecard(lang: str = FIRST) -> dict[str, Any]:
    """All figures with verdicts, what they sum to, and what they were made from; numbers in the figure's unit.

    Raises:
        BadInput: no such language; the scorecard or the posterior cannot be read.
    """
    say, card, posterior, rival = words(lang), shipped(SCORECARD), manifest(), shipped(RIVAL)
    known = figures()
    lines = [line_of(row, known[row["id"]]) for row in card["rows"] if row["id"] in known]
    lines.sort(key=lambda line: VERDICTS.index(line.verdict))
    trend = {row["id"] for row in rival["rows"] if row["rival"] == INSIDE}
    judged = [line for line in lines if line.verdict != NOT_APPLICABLE]
    return {
        "lang": lang,
        "rows": [_row(line, line.figure.id in trend, say) for line in lines],
        "totals": totals(judged),
        "counts": {
            "role": [_count(judged, "role", name, say) for name in ROLES],
            "independence": [_count(judged, "independence", name, say) for name in INDEPENDENCE],
        },
        "ranks": [
            {**rank, "list": say.name("lists", rank["list"]), "role": say.told(rank["role"])} for rank in card["ranks"]
        ],
        "articles": [_article(name, say) for name in dict.fromkeys(row.article for row in known.values())],
        "opinions": say.told(OPINIONS),
        "rival": _rival(rival),
        "made": made(card, posterior),
        "outdated": list(outdated(card, posterior)),
        "percent": round(100 * (HIGH - LOW)),
    }  # fmt: skip


def totals(lines: Iterable[Line]) -> dict[str, dict[str, int]]:
    """How many judged figures are inside, of how many: of all, of held-out ones, of clean ones (the validation)."""
    every = list(lines)
    groups = {
        "all": every,
        "held_out": [line for line in every if line.figure.role == HELD_OUT],
        "clean": [line for line in every if line.figure.independence == INDEPENDENCE[0]],
    }
    return {
        name: {"inside": sum(line.verdict == INSIDE for line in found), "of": len(found)}
        for name, found in groups.items()
    }


def made(card: Mapping[str, Any], posterior: Mapping[str, Any]) -> dict[str, Any]:
    """What the scorecard was made from: dates (ISO), code, version, how many draws and firms."""
    return {
        "scorecard": card["made"], "draws": card["draws"], "firms": card["firms"], "code": short(card["code"]),
        "posterior": card["posterior"], "here": posterior["made"], "version": posterior["versions"]["corridors"],
        "kept": posterior["draws"], "effective": posterior["effective_draws"], "run": posterior["draws_run"],
    }  # fmt: skip


def short(code: str) -> str:
    """A commit as one reads it: "7de429379ae4", or "7de429379ae4 + changes"; else what stands there."""
    name, _, changed = code.removeprefix("commit ").partition("-")
    return (name[:COMMIT] + (" + changes" if changed else "")) if code.startswith("commit ") else code


def _row(line: Line, trend: bool, say: Words) -> dict[str, Any]:
    known = line.figure
    return {
        "id": known.id, "figure": say.told(known.figure), "place": say.told(known.place),
        "article": known.article, "unit": known.unit, "value": known.value, "low": known.low, "high": known.high,
        "order": known.order.partition(" ")[0], "other": _other(known, say), "band": known.band, "n": known.n,
        "centre": line.centre, "model_low": line.low, "model_high": line.high, "draws": line.draws,
        "share": known.judged == SHARE, "role": known.role, "independence": known.independence,
        "verdict": line.verdict, "failing": line.failing, "why": _why(line, say), "rule": _rule(known),
        "trend": trend,
        "measured_by": say.told(known.measured_by), "scenario": _story(known.scenario, say),
        "against": _story(known.against, say), "list": say.name("lists", known.list) if known.list else "",
    }  # fmt: skip


def _story(told: str, say: Words) -> str:
    """A scenario by its own name; a sentence about one in the visitor's language."""
    return told if told in Scenario.names() else say.told(told)


def _other(known: Figure, say: Words) -> str:
    """What the figure that it must be near, or below, says."""
    word, _, other = known.order.partition(" ")
    return say.told(figures()[other].figure) if word in (NEAR, BELOW) else ""


def _rule(known: Figure) -> str:
    """How the verdict is made: a key of `scorecard.rule`."""
    if known.judged == SIGN:
        return "above" if known.low == 0 else "below"
    if known.judged == ORDER:
        return f"order_{known.order.partition(' ')[0]}"
    if known.judged == SHARE:
        return "share"
    return "median" if known.applies else "none"


def _why(line: Line, say: Words) -> str:
    """The reason of a failure, told by hand; what went wrong if it was not measured; else nothing."""
    from calibration.results_page import reason  # half a second, most of it libraries for other parts of that page

    if line.verdict == NOT_MEASURED:
        return say.told(line.told)
    return say.told(reason(line)) if line.failing else ""


def _count(lines: Sequence[Line], by: str, name: str, say: Words) -> dict[str, Any]:
    found = [line.verdict for line in lines if getattr(line.figure, by) == name]
    return {"id": name, "label": say.told(name)} | {
        key: found.count(verdict)
        for key, verdict in (("outside", OUTSIDE), ("not_measured", NOT_MEASURED), ("inside", INSIDE))
    }


def _article(name: str, say: Words) -> dict[str, Any]:
    source = sources().get(name, {})
    return {"id": name, "label": say.name("articles", name), "title": source.get("title", ""),
            "authors": source.get("authors", []), "where": source.get("where", "")}  # fmt: skip


def _rival(part: Mapping[str, Any]) -> dict[str, Any]:
    """What a world with nothing but the trend of demand holds of the same figures."""
    rows = part["rows"]
    clean = [row for row in rows if row["independence"] == INDEPENDENCE[0]]
    held = {
        name: {"inside": sum(row["rival"] == INSIDE for row in found), "of": len(found)}
        for name, found in (("all", rows), ("clean", clean))
    }
    return {**held, "share_of_rise": part["share_of_rise"], "trend": part["trend"]}
