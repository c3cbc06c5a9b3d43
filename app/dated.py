"""Levers over time, as the browser shows them: where each changes and to what, and which changes are the visitor's."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm import levers
from abm.clock import MONTHS_A_YEAR
from abm.engine.world import default_levers, sizes_of
from abm.runs import Engine
from abm.scenario import TABLE_OF
from app.link import Question
from app.packing import rounded


def lever_steps(one: Engine, other: Engine) -> dict[str, Any]:
    """Every lever that is ever off its default, as [month, value] wherever it changes, in scenario and baseline."""
    sizes = sizes_of(one.scenario.world())
    plain = default_levers(sizes)[0]
    found: dict[str, Any] = {}
    for name, known in levers.describe().items():
        members: list[Any] = list(one.layout.names[TABLE_OF[known.per]]) if known.per else [""]
        for which, member in enumerate(members):
            columns = [e.levers[name][:, which] if known.per else e.levers[name] for e in (one, other)]
            default = float(plain[name][which]) if known.per else float(plain[name])
            if all((column == default).all() for column in columns):
                continue
            written = f"{name}_{member}" if member else name
            found[written] = {
                kind: _steps(column, known, one) for kind, column in zip(("scenario", "against"), columns)
            }
    return found


def _steps(column: Any, known: levers.Lever, engine: Engine) -> list[list[Any]]:
    """Where a lever changes and to what, as a scenario's file would write it."""
    turns = [0, *(np.flatnonzero(np.diff(column)) + 1).tolist()]
    if known.form.startswith("date"):  # when it is next switched on, told anew wherever it is switched off
        on = np.flatnonzero(column).tolist()
        dates = {turn: next((_month(step, engine) for step in on if step >= turn), "never") for turn in turns}
        return [[turn, date] for turn, date in dates.items() if turn == 0 or not column[turn]]
    return [[int(month), _written(float(column[month]), known)] for month in turns]


def _written(value: float, known: levers.Lever) -> Any:
    if known.form == "choice":
        return known.words[int(value)]
    return "today" if value == levers.TODAY and known.default == levers.TODAY else rounded(value)


def changes(question: Question, engine: Engine) -> list[dict[str, Any]]:
    """Every dated change of the scenario, in order; own: the visitor's, which can be taken back."""
    mine = {(c.at, c.lever): c.value for c in question.changes}
    told = {(c.at, name): value for c in engine.scenario.changes for name, value in c.levers}  # the last one holds
    return [
        {"at": at, "lever": name, "value": value, "own": (at, name) in mine}
        for (at, name), value in sorted(told.items(), key=lambda change: change[0][0])
    ]


def _month(step: int, engine: Engine) -> str:
    return f"{engine.scenario.first_year + step // MONTHS_A_YEAR}-{step % MONTHS_A_YEAR + 1:02d}"
