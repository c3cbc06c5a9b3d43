"""The articles' figures: value, band, role and how honest a test each one is. Told once, in figures.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from abm.errors import unknown

FILE = Path(__file__).with_name("figures.csv")


@dataclass(frozen=True)
class Figure:
    """A published figure: article, what it says, value and band as published or by sampling, unit, role."""

    id: str
    article: str
    figure: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    role: str
    independence: str
    scenario: str
    against: str
    measured_by: str

    def holds(self, value: float) -> bool:
        """Does a value lie within the band?"""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@cache
def figures() -> dict[str, Figure]:
    """All figures of both articles, by id."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    with FILE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        row["id"]: Figure(**{**row, **{k: number(row[k]) for k in ("value", "low", "high")}})  # type: ignore[arg-type]
        for row in rows
    }


def figure(name: str) -> Figure:
    """A figure by id. Raises BadInput."""
    if name not in figures():
        raise unknown("figure", name, figures())
    return figures()[name]
