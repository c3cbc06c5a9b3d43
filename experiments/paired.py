"""Runs of several scenarios under common luck, and the bands of what they differ by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Band:
    """Median of runs with the band that holds 80 % of them."""

    low: float
    median: float
    high: float
    runs: int

    @staticmethod
    def of(values: Any) -> Band:
        """The band of one number a run, shape (runs,). Refuses an empty list and NaN (ValueError)."""
        numbers = np.asarray(values, dtype=np.float64)
        if not len(numbers) or np.isnan(numbers).any():
            raise ValueError("a band needs at least one run, and no NaN")
        low, median, high = np.quantile(numbers, [LOW, 0.5, HIGH])
        return Band(float(low), float(median), float(high), len(numbers))


def bands(series: Any) -> tuple[Any, Any, Any]:
    """Low, median and high of a series at each step; series has shape (runs, steps)."""
    low, median, high = np.quantile(np.asarray(series, dtype=np.float64), [LOW, 0.5, HIGH], axis=0)
    return low, median, high


def in_words(differences: Any) -> str:
    """How often a paired difference has the sign of most: "more in 9 of 10 runs", "less in every run"."""
    found = np.asarray(differences)
    more, less = float(np.mean(found > 0)), float(np.mean(found < 0))
    if more == less == 0:
        return "the same in every run"
    word, share = ("more", more) if more >= less else ("less", less)
    if share == 1:
        return f"{word} in every run"
    tenths = round(10 * share)
    return f"{word} in {tenths} of 10 runs" if 0 < tenths < 10 else f"{word} in {share:.1%} of runs"


def variance_gain(one: Any, other: Any) -> float:
    """How many times more unpaired runs would be needed for as sure a difference: pairing's variance ratio."""
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    paired = np.var(a - b)
    return float((np.var(a) + np.var(b)) / paired) if paired > 0 else float("inf")
