"""The table of `corridors run`, for the page: the same rows from the same runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from abm.runs import Runs
from app.link import Question, parameter_sets
from calibration.answer import answer


def headline(question: Question, runs: Mapping[str, Runs]) -> dict[str, Any]:
    """Figures held against the articles, and paired differences; plain data, as the browser gets them."""
    found = answer(runs, question.story().name, question.ground().name, parameter_sets(question), question.numbers)
    return {
        "rows": [
            {
                "id": row.figure.id, "figure": row.figure.figure, "unit": row.figure.unit,
                "article": [row.figure.low, row.figure.value, row.figure.high],
                "band": [row.band.low, row.band.median, row.band.high], "judged": row.judged,
                "verdict": row.verdict, "share": row.share,
            }
            for row in found.rows
        ],
        "differences": [
            {"measure": d.measure, "who": d.who, "year": d.year, "unit": d.unit, "more": d.more, "less": d.less,
             "band": [d.band.low, d.band.median, d.band.high]}
            for d in found.differences
        ],
    }  # fmt: skip
