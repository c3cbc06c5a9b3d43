"""How a measure is written: a function of the evidence that says which variants it needs.

It returns one number a draw, shape (draws,); booleans where the figure is a share of draws; or, for a family of
figures, such an array for each, by id. Draws that a figure is not about are masked (`numpy.ma`); NaN is a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from calibration.evidence import Evidence


@dataclass(frozen=True)
class Measure:
    """A function that measures a figure or a family of them, and the variants that it reads."""

    name: str
    needs: tuple[str, ...]
    how: Callable[[Evidence], Any]

    def of(self, evidence: Evidence, figure: str) -> Any:
        """A figure's values, one a draw. Raises KeyError if the family has no such figure."""
        found = self.how(evidence)
        return found[figure] if isinstance(found, dict) else found


MEASURES: dict[str, Measure] = {}


def reads(*variants: str) -> Callable[[Callable[[Evidence], Any]], Callable[[Evidence], Any]]:
    """Enter a function among the measures under its own name, with the variants that it reads."""

    def enter(function: Callable[[Evidence], Any]) -> Callable[[Evidence], Any]:
        MEASURES[function.__name__] = Measure(function.__name__, variants, function)
        return function

    return enter
