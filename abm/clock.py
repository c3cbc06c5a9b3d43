"""The calendar of a run: where in time a step stands."""

from __future__ import annotations

from typing import NamedTuple

MONTHS_A_YEAR = 12
JANUARY, APRIL, OCTOBER = 1, 4, 10


class Now(NamedTuple):
    """The step being computed.

    step: steps done so far; t: years from January of the base year to the middle of the step; dt: length of the step
    in years; year, month: on the calendar (1-12); opens: the step opens its calendar month; first_year: the base year.
    """

    step: int
    t: float
    dt: float
    year: int
    month: int
    opens: bool
    first_year: int


def now_at(step: int, steps_a_year: int, first_year: int) -> Now:
    """The place in time of a step, counted from January of the base year."""
    month = (step % steps_a_year) * MONTHS_A_YEAR // steps_a_year
    opens = step % steps_a_year == 0 or month != (step % steps_a_year - 1) * MONTHS_A_YEAR // steps_a_year
    return Now(
        step,
        (step + 1 / 2) / steps_a_year,
        1 / steps_a_year,
        first_year + step // steps_a_year,
        month + 1,
        opens,
        first_year,
    )


def growing_season(month: int) -> bool:
    """April to September: the months of irrigation."""
    return APRIL <= month < OCTOBER
