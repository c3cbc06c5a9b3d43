"""What the browser is sent for a question, everything at once, so that it plays without the server."""

from __future__ import annotations

import json
from typing import Any

from abm import futures
from app import one_run
from app.bands import series, typical_run
from app.dated import changes, lever_steps
from app.ensemble import Ensemble, Region
from app.link import Question, model_version
from app.packing import rounded
from app.take import taken
from calibration.figures import figure
from calibration.headline import FUTURES


def picture(question: Question, region: Region, stage: str, took: float, busy: bool) -> dict[str, Any]:
    """All of it, as plain data. stage: "draft" while a lever is dragged, else "full"; took: seconds; busy: fewer runs
    than asked, since others are waiting."""
    story, ground = region.scenario.engine.scenario, region.against.engine.scenario
    return {
        "address": question.address(),
        "model": model_version(),
        "runs": region.runs, "asked": question.seeds, "stage": stage, "busy": busy, "took": round(1000 * took),
        "first_year": story.first_year, "months": len(region.scenario.engine.levers),
        "story": {"name": question.scenario, "title": story.title, "why": story.why, "against": question.against,
                  "against_title": ground.title, "changed": bool(question.changes)},
        "question": asked(question),
        "levers": lever_steps(region.scenario.engine, region.against.engine),
        "changes": changes(question, region.scenario.engine),
        **series(region),
        "futures": ends(region),
        "one": one_run.shown(question, region.scenario.engine, typical_run(region)),
        "take": taken(question),
        "messages": messages(question),
    }  # fmt: skip


def as_json(found: dict[str, Any]) -> str:
    """The picture as the string that is sent."""
    return json.dumps(found, separators=(",", ":"), allow_nan=False)


def ends(region: Region) -> dict[str, Any]:
    """Shares of runs in the four futures of 2035, beside the experts' shares."""
    runs = region.runs
    null = _ending(region.frozen, runs)
    order = list(FUTURES.values())
    found: dict[str, Any] = {
        "names": [futures.NAMES[i] for i in order],
        "experts": [figure(name).value for name in FUTURES],
    }
    for name, ensemble in (("scenario", region.scenario), ("against", region.against)):
        shares = futures.shares(futures.classify_endings(_ending(ensemble, runs), null))[order]
        found[name] = [rounded(x) for x in shares]
        error = "error" if name == "scenario" else "error_against"
        found[error] = [rounded(x) for x in futures.monte_carlo_error(shares, runs)]
    return found


def _ending(ensemble: Ensemble, runs: int) -> futures.Ending:
    return futures.Ending.of(ensemble.first(runs, Question()))


def asked(question: Question) -> dict[str, Any]:
    """The question as the store in the browser holds it."""
    return {
        "scenario": question.scenario, "against": question.against,
        "changes": [{"at": c.at, "lever": c.lever, "value": c.value} for c in question.changes],
        "set": dict(question.sets), "world": question.world, "numbers": question.numbers, "seeds": question.seeds,
        "first": question.first, "firms": question.firms,
    }  # fmt: skip


def messages(question: Question) -> list[dict[str, Any]]:
    """What a visitor should know of this picture."""
    if question.model and question.model != model_version():
        return [
            {"kind": "warning", "key": "link.other_model", "args": {"then": question.model, "now": model_version()}}
        ]
    return []
