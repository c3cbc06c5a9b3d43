"""How a figure, and what the model says of it, are written: on screens, on pages, in files."""

from __future__ import annotations

from typing import Any

from calibration.figures import BELOW, NEAR, Figure
from calibration.scorecard import Line, Rank, Scorecard
from experiments.paired import rounded

OPINIONS = (
    "Shares of aod2025 are opinions of about 30 to 50 experts, nearly all at Kazakh institutions; they are no "
    "probabilities."
)


def published(known: Figure) -> str:
    """What the article says, with its band: "0.52 (0.37 to 0.66)", "above 0", "0.1 (smallest)"."""
    span = ""
    if known.low is not None and known.high is not None:
        span = f"{known.low:g} to {known.high:g}"
    elif known.low is not None:
        span = f"above {known.low:g}"
    elif known.high is not None:
        span = f"below {known.high:g}"
    if known.order:
        word = known.order.partition(" ")[0]
        span = f"{word} another" if word in (NEAR, BELOW) else word
    if known.value is None:
        return span
    return f"{known.value:g} ({span})" if span else f"{known.value:g}"


def model(line: Line) -> tuple[str, str]:
    """What the model says, and its interval, in words."""
    if line.centre is None or line.low is None or line.high is None:
        return "–", ""
    centre, low, high = rounded(line.centre, line.low, line.high)
    return centre, f"{low} to {high}"


def cells(line: Line, card: Scorecard) -> dict[str, Any]:
    """One figure as plain data; numbers are in the figure's unit, and null where there is none.

    model_median is the mean where the figure is a share of draws; tau is that of the whole list, if it is in one.
    """
    known = line.figure
    rank: Rank | None = next((r for r in card.ranks if r.list == known.list), None)
    return {
        "id": known.id, "article_value": known.value, "low": known.low, "high": known.high,
        "model_median": line.centre, "model_low": line.low, "model_high": line.high,
        "role": known.role, "independence": known.independence, "verdict": line.verdict,
        "unit": known.unit, "article": known.article, "figure": known.figure, "judged": known.judged, "why": line.told,
        "draws": line.draws, "list": known.list, "tau": rank.tau if rank else None,
        "tau_low": rank.low if rank else None, "tau_high": rank.high if rank else None,
    }  # fmt: skip


def line_of(row: dict[str, Any], known: Figure) -> Line:
    """The way back, from plain data."""
    numbers = (row["model_median"], row["model_low"], row["model_high"])
    return Line(known, row["verdict"], row["why"], *numbers, draws=row["draws"])
