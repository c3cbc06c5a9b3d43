"""What a sweep says about one measure: a number a row of the design, and what happens where a run failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import BadInput, unknown
from abm.measures import CATEGORY
from experiments.paired import FROZEN
from experiments.sweeps.plan import Plan

if TYPE_CHECKING:
    from pandas import DataFrame

IMPUTE = ("refuse", "drop", "neighbour", "median")
MOST_IMPUTED = 0.1


@dataclass(frozen=True)
class Values:
    """A measure at the rows of a design.

    values: means over replications, float64, shape (kept rows,); rows: which rows they are, ascending; note: what was
    left out or filled in, "" if nothing.
    """

    values: Any
    rows: Any
    note: str = ""


def values_of(
    plan: Plan,
    frame: DataFrame,
    measure: str,
    *,
    scenario: str | None = None,
    against: str | None = None,
    rules: str | None = None,
    impute: str = "refuse",
    block: int = 1,
) -> Values:
    """A measure at each row of the design: the mean over replications, for one scenario and rule variant.

    Common luck makes replications comparable from row to row, so a row counts only if all its runs ended well. Where
    one did not (it failed, is missing, or gave NaN or infinity), `impute` says what happens:

    - "refuse": nothing is computed;
    - "drop": the row is left out, with its whole block (Morris trajectory, Saltelli base row), which keeps estimators
      sound as long as failing has nothing to do with the measure;
    - "neighbour": the row takes the value of the nearest row of the design that ended well;
    - "median": the row takes the median of those that ended well, which draws indices towards zero.

    The last two fill at most a tenth of the rows.

    Raises:
        BadInput: an unknown name, or gaps that are not to be, or cannot be, mended so.
    """
    if impute not in IMPUTE:
        raise unknown("rule for gaps", impute, IMPUTE)
    if measure not in measures_of(plan):
        raise unknown("measure", measure, measures_of(plan))
    story, variant = chosen_scenario(plan, scenario), chosen_rules(plan, rules)
    table = _matrix(plan, frame, measure, story, variant)
    if against:
        if against == story:
            raise BadInput(f"'{story}' is held against itself; choose another of {', '.join(stories_of(plan))}")
        table = table - _matrix(plan, frame, measure, against, variant)
    whole = np.isfinite(table).all(axis=1)
    if whole.all():
        return Values(table.mean(axis=1), np.arange(len(table)))
    if impute == "refuse":
        sides = [story, against] if against else [story]
        raise BadInput(_gaps(plan, frame, measure, sides, variant))
    if not whole.any():
        raise BadInput(f"'{measure}': no row of the design has all its runs, so there is nothing to go by")
    if impute == "drop":
        return _dropped(table, whole, block)
    if (~whole).sum() > MOST_IMPUTED * len(whole):
        raise BadInput(
            f"'{measure}': {(~whole).sum()} of {len(whole)} rows are too many to fill in; repeat them, or drop them"
        )
    return _filled(table, whole, plan.drawn.unit if impute == "neighbour" else None)


def _dropped(table: Any, whole: Any, block: int) -> Values:
    kept = np.repeat(whole.reshape(-1, block).all(axis=1), block)
    lost = int((~kept).sum())
    what = "rows" if block == 1 else f"rows ({lost // block} blocks of {block})"
    note = f"{lost} of {len(kept)} {what} left out: {(~whole).sum()} lack a run that ended well"
    return Values(table[kept].mean(axis=1), np.flatnonzero(kept), note)


def _filled(table: Any, whole: Any, unit: Any) -> Values:
    """Gaps take the median, or the value of the nearest row if the design is given."""
    values = np.full(len(table), np.nan)
    values[whole] = table[whole].mean(axis=1)
    good = np.flatnonzero(whole)
    for row in np.flatnonzero(~whole):
        near = None if unit is None else good[np.argmin(((unit[good] - unit[row]) ** 2).sum(axis=1))]
        values[row] = np.median(values[good]) if near is None else values[near]
    how = "the median of the others" if unit is None else "the nearest row that ended well"
    return Values(values, np.arange(len(values)), f"{(~whole).sum()} of {len(whole)} rows filled in with {how}")


def _matrix(plan: Plan, frame: DataFrame, measure: str, scenario: str, rules: str) -> Any:
    """A measure by row of the design and replication, NaN where there is no run that ended well, float64."""
    mine = side_of(frame, scenario, rules)
    found = np.full((plan.drawn.rows, plan.spec.replications), np.nan)
    found[design_rows(plan, mine), mine["replicate"].to_numpy()] = mine[measure].to_numpy(np.float64)
    return found


def _gaps(plan: Plan, frame: DataFrame, measure: str, scenarios: Sequence[str], rules: str) -> str:
    """What is wrong with the runs, in one line."""
    mine = frame[frame["scenario"].isin(scenarios) & (frame["rules"] == rules)]
    failed = mine["error"].notna().to_numpy()
    odd = ~failed & ~np.isfinite(mine[measure].to_numpy(np.float64))
    expected = plan.drawn.rows * plan.spec.replications * len(scenarios)
    counts = {"failed": int(failed.sum()), "gave NaN or infinity": int(odd.sum()), "are missing": expected - len(mine)}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    first = ""
    if (failed | odd).any():
        place = np.flatnonzero(failed | odd)[0]
        run = mine.iloc[place]
        reason = str(run["error"]).strip().splitlines()[-1] if failed[place] else f"{run[measure]}"
        first = f"; the first is run {run['run']}: {reason}"
    return (
        f"'{measure}': of {expected} runs {told}{first}. Repeat them, or choose what is done with their rows: "
        f"--impute drop, neighbour or median"
    )


def measures_of(plan: Plan) -> list[str]:
    """The columns of a sweep that are quantities, as `trade_KZ_KG_2030`; categories are none.

    Raises:
        BadInput: the sweep kept no summary.
    """
    if "summary" not in plan.spec.keep:
        raise BadInput('the sweep keeps no "summary", so there is no measure to look at')
    return [name for name, column, _ in plan.summary if plan.columns[column].unit != CATEGORY]


def stories_of(plan: Plan) -> list[str]:
    """Names of the scenarios of a sweep."""
    return [story.name for story in plan.stories]


def chosen_scenario(plan: Plan, asked: str | None) -> str:
    """The scenario asked for, or the only one beside `frozen`. Raises BadInput."""
    names = stories_of(plan)
    if asked is not None:
        if asked not in names:
            raise unknown("scenario of this sweep", asked, names)
        return asked
    found = [name for name in names if name != FROZEN] or names
    if len(found) > 1:
        raise BadInput(f"this sweep has several scenarios: choose with --scenario {', '.join(names)}")
    return found[0]


def chosen_rules(plan: Plan, asked: str | None) -> str:
    """The rule variant asked for, or the only one. Raises BadInput."""
    if asked is not None and asked not in plan.variants:
        raise unknown("rule variant of this sweep", asked, plan.variants)
    if asked is None and len(plan.variants) > 1:
        raise BadInput(f"this sweep has several rule variants: choose with --rules {', '.join(plan.variants)}")
    return asked or plan.variants[0]


def side_of(frame: DataFrame, scenario: str, rules: str) -> DataFrame:
    """The runs of one scenario and rule variant."""
    return frame[(frame["scenario"] == scenario) & (frame["rules"] == rules)]


def design_rows(plan: Plan, frame: DataFrame) -> Any:
    """The row of the design that each run stands for, shape (runs,); see `Plan.point`."""
    return frame["point"].to_numpy() // (len(plan.stories) * len(plan.variants))


def settings_of(plan: Plan) -> Any:
    """The factors' values at each row of the design, words as their place in the list, shape (rows, factors)."""
    columns = [
        [factor.values.index(value) for value in column] if factor.is_text else column
        for factor, column in zip(plan.factors, plan.drawn.values)
    ]
    return np.array(columns, np.float64).T
