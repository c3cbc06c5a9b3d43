"""Up to four scenarios held against one baseline, under the same luck.

Seeds, parameters, firms and the baseline are those of the first; the others bring what they change. Where one of them
was made with something else, the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.bands import series
from app.ensemble import Region, made
from app.link import Question, model_version
from calibration.headline import HUB, TIE

# What is compared, and of whom ("" is everybody): enough for charts, few enough to be sent four times.
COMPARED = {
    "trade": "", "raw_share": TIE, "cut": TIE, "trust": TIE, "jobs": HUB, "hub_jobs": HUB, "storage": "",
    "regional_trade": "", "processed_share": "", "mean_trust": "", "mean_attention": "", "surplus": "",
    "lever_cost": "",
}  # fmt: skip


def compared(
    questions: Sequence[tuple[str, Question]],
    advance: Callable[[], None] = lambda: None,
    threads: int = 1,
) -> dict[str, Any]:
    """Bands of every scenario and of its paired difference from the baseline of the first, as plain data.

    questions: (name, question), one to four; advance: called after each run; may raise to stop.

    Returns runs; against: its bands by series; scenarios: name, address, title, bands by series (scenario, gap), those
    by calendar year, odds, and differs: in what its question is unlike the first ("against", "seeds", …).
    """
    _, luck = questions[0]
    ground = made(luck.ground(), luck, luck.seeds, threads, advance)
    scenarios: list[dict[str, Any]] = []
    against: dict[str, Any] = {}
    for name, question in questions:
        story = question.story()
        ensemble = made(story, luck, luck.seeds, threads, advance)
        told = series(Region(ensemble, ground, ground, luck.seeds))
        kept = {key: bands for key, bands in told["series"].items() if _wanted(bands)}
        against = {key: {**_facts(bands), "against": bands["against"]} for key, bands in kept.items()}
        scenarios.append({
            "name": name, "address": question.address(), "title": story.title, "changed": bool(question.changes),
            "series": {key: {"scenario": bands["scenario"], "gap": bands["gap"]} for key, bands in kept.items()},
            "yearly": {key: told["yearly"][key] for key in kept},
            "odds": [row for row in told["odds"] if row["key"] in kept],
            "differs": _differs(question, luck),
        })  # fmt: skip
    return {
        "runs": luck.seeds, "first_year": ground.engine.scenario.first_year, "months": len(ground.engine.levers),
        "against": {"name": luck.against, "title": luck.ground().title, "series": against}, "scenarios": scenarios,
    }  # fmt: skip


def _wanted(bands: dict[str, Any]) -> bool:
    return COMPARED.get(bands["measure"], "none") in ("", bands["who"])


def _facts(bands: dict[str, Any]) -> dict[str, str]:
    return {name: bands[name] for name in ("measure", "who", "unit")}


def _differs(question: Question, first: Question) -> list[str]:
    """In what a question is unlike the first, beyond its own scenario, and whether its link is of another model."""
    found = ["against"] if question.ground().changes != first.ground().changes else []
    found += ["model"] if question.model not in ("", model_version()) else []
    return found + [
        name for name in ("numbers", "sets", "seeds", "first", "firms")
        if getattr(question, name) != getattr(first, name)
    ]  # fmt: skip
