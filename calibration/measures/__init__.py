"""What the model says to each figure: a function a figure, or a family of them; figures.toml names them."""

from __future__ import annotations

from collections.abc import Iterable

from calibration.figures import Figure
from calibration.measures import blocs, corridor, futures, kazakhstan, lists, policy, relations  # noqa: F401
from calibration.measures.base import MEASURES, Measure

__all__ = ["MEASURES", "Measure", "needed"]


def needed(rows: Iterable[Figure]) -> tuple[str, ...]:
    """Variants that these figures need, each once: what the fit has to run for its first or second stage."""
    return tuple(dict.fromkeys(variant for row in rows if row.measure for variant in MEASURES[row.measure].needs))
