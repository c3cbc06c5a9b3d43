"""Why? What the difference between a scenario and its baseline is made of: levers, or mechanisms of the model.

The division is exact (Shapley's shares of `experiments.ablation`), since the many small parts are gathered into one:
five parts make 32 sets, and a share is the mean of what a part adds over all orders of adding the parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from abm import levers
from abm.errors import BadInput, unknown
from abm.scenario import TABLE_OF, lever_table
from app.ensemble import RAW_SHARE
from app.link import SHOWN, Question, parameter_sets
from calibration.headline import TIE
from experiments.ablation.ablate import Trial
from experiments.ablation.parts import LEVERS, MECHANISM, MECHANISMS, OTHERS, Part
from experiments.ablation.result import SURE, Ablation
from experiments.paired import Band

YEAR = 2030
MOST_PARTS = {LEVERS: 5, MECHANISM: 4}  # a mechanism that is out is out of the baseline too, which doubles the runs
PILOT = 5  # runs that tell which parts are large
FEWEST, MOST = 20, 60  # paired runs of each set of parts
RUNS = 1_400  # that take about two seconds on two cores


def why(
    question: Question,
    measure: Any = None,
    who: Any = None,
    year: Any = None,
    what: Any = None,
    advance: Callable[[], None] = lambda: None,
    threads: int | None = None,
) -> dict[str, Any]:
    """Divide the paired difference of a measure in a year among levers or mechanisms (`what`), as plain data.

    What is asked may come from a stranger; what is missing is KZ-KG trade, 2030, levers. advance: called after each
    run; may raise to stop. Returns what was asked with the address, and either `message` (nothing differs, or what was
    asked makes no sense) or: unit; seeds, runs; difference, total (what the parts make), bare (what is there without
    them), together (mean, low, median, high); sure: is the total surely not nothing; verdict: do the parts need each
    other; parts, the largest first: name, what they stand for, mean (these sum to total), percent of it, band,
    alone and lost (without it alone), and in which share of runs there is more or less with it than without.
    """
    asked = {"measure": measure or "trade", "who": who or TIE, "year": year or YEAR, "what": what or LEVERS,
             "address": question.address()}  # fmt: skip
    if measure == RAW_SHARE:
        return {**asked, "message": {"kind": "note", "key": "why.ratio", "args": {}}}
    began = time.perf_counter()
    try:
        trial = _trial(question, asked, advance, threads)
    except BadInput as problem:
        return {**asked, "message": {"kind": "error", "key": "why.refused", "args": {"why": str(problem)}}}
    if trial is None:
        return {**asked, "message": {"kind": "note", "key": "why.same", "args": {}}}
    found = trial.divide()
    return {**asked, **told(found, trial), "took": round(1000 * (time.perf_counter() - began))}


def _trial(question: Question, asked: dict[str, Any], advance: Callable[[], None], threads: int | None) -> Trial | None:
    """What is run, within the budget of runs; None if the scenarios do not differ. Raises BadInput."""
    measure, who, year, what = (asked[name] for name in ("measure", "who", "year", "what"))
    if not all(isinstance(word, str) for word in (measure, who, what)) or type(year) is not int:
        raise BadInput("write measure and who as words, and the year as a whole number")
    if what not in MOST_PARTS:
        raise unknown("kind of parts", what[:SHOWN], MOST_PARTS)
    story, ground = question.story(), question.ground()
    if (lever_table(story) == lever_table(ground)).all():
        return None
    if story.name == ground.name:
        story = replace(story, name=f"{story.name}, mine")
    few = replace(question, seeds=min(question.seeds, MOST))
    most = MOST_PARTS[what]
    trial = Trial.of(
        story, ground, measure[:SHOWN], who[:SHOWN], year, range(few.first, few.first + few.seeds), kind=what,
        parameters=parameter_sets(few), firms=few.firms, threads=threads, most=most,
    )  # fmt: skip
    trial.advance = advance
    trial = trial.gathered(most, PILOT)
    count = max(FEWEST, RUNS * len(trial.seeds) // trial.runs)
    return replace(trial, seeds=trial.seeds[:count], numbers=trial.numbers[:count])


def told(found: Ablation, trial: Trial) -> dict[str, Any]:
    """The division as the browser gets it."""
    total = float(found.total.mean())
    order = np.argsort(-np.abs(found.shares.mean(axis=0)), kind="stable")
    sure = abs(total) > SURE * _error(found.total)
    return {
        "unit": found.unit, "seeds": len(found.seeds), "runs": trial.runs, "sure": bool(sure),
        "difference": _numbers(found.difference), "total": _numbers(found.total),
        "bare": _numbers(found.bare) if found.bare.any() else None,
        "together": _numbers(found.together), "verdict": _verdict(found),
        "parts": [
            {**_named(found.parts[i], trial), **_numbers(found.shares[:, i]),
             "percent": 100 * float(found.shares[:, i].mean()) / total if sure else None,
             "alone": float(found.put_in[:, i].mean()), "lost": float(found.taken_out[:, i].mean()),
             "more": float((found.taken_out[:, i] > 0).mean()), "less": float((found.taken_out[:, i] < 0).mean())}
            for i in map(int, order)
        ],
    }  # fmt: skip


def _verdict(found: Ablation) -> str:
    """Do the parts make more together than each alone, added up? need, overlap, add, or one (there is one part)."""
    if len(found.parts) == 1:
        return "one"
    more = float(found.together.mean())
    if abs(more) <= SURE * _error(found.together):
        return "add"
    return "need" if more * found.total.mean() > 0 else "overlap"


def _named(part: Part, trial: Trial) -> dict[str, Any]:
    """What a part is called, and the levers ({lever: [ties, blocs or markets]}) or mechanisms that it stands for."""
    stands: dict[str, list[str]] = {}
    for lever, which in part.columns:
        members = stands.setdefault(lever, [])
        if which is not None:
            table = TABLE_OF[levers.describe()[lever].per]
            members.append(trial.scenario.world().names(table)[which])
    mechanisms = [MECHANISMS[name] for name in part.parameters]
    return {"name": part.name, "others": part.name == OTHERS, "levers": stands, "mechanisms": mechanisms}


def _numbers(values: Any) -> dict[str, float]:
    band = Band.of(values)
    return {"mean": float(values.mean()), "low": band.low, "median": band.median, "high": band.high}


def _error(values: Any) -> float:
    """Standard error of the mean; of one run nothing is sure."""
    return float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("inf")
