"""The chart of a search: expected gain against the gain in the worst runs, with rivals, and how far luck flattered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.search.find import Found, Row

# Okabe and Ito's palette: told apart by colour-blind eyes
COLOURS = ("#0072B2", "#009E73", "#D55E00", "#CC79A7", "#E69F00", "#56B4E9")
MARGIN = 0.12  # of the span, around all points


def draw(found: Found, folder: Path) -> None:
    """Write chart.png and chart.svg into a folder."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from corridors.chart import QUIET, STYLE

    first, last = found.menu.span
    with plt.rc_context(STYLE):
        page, axis = plt.subplots(figsize=(10.5, 7.5), layout="constrained")
        axis.axhline(0, color=QUIET, lw=1)
        axis.axvline(0, color=QUIET, lw=1)
        for colour, budget in zip(COLOURS * len(found.worths), found.worths):
            rows = [row for row in found.rows if row.budget == budget]
            _frontier(axis, [row for row in rows if not row.rival], colour, f"{budget:g} mn US$ a year")
            _rivals(axis, [row for row in rows if row.rival], colour)
        axis.margins(MARGIN)
        axis.tick_params(length=0)
        axis.set_xlabel("expected gain, mn US$ a year")
        axis.set_ylabel(f"gain in the worst {found.risk:.0%} of runs (mean), mn US$ a year")
        axis.legend(loc="upper left", framealpha=1, edgecolor="none")
        axis.set_title(f"Programmes on top of {found.menu.base.name}: gain in regional surplus, {first}-{last}")
        runs, seen = found.seeds["report"][1], found.seeds["search"][1]
        page.supxlabel(
            f"Full marks: {runs} fresh runs, paired with {found.menu.base.name}; ring: recommended; diamonds: simple "
            f"rivals.\nHollow marks, with a line to the full one: the same programme on the {seen} runs of the search.",
            x=0.01, ha="left", fontsize=9, color=QUIET,
        )  # fmt: skip
        page.savefig(folder / "chart.png", dpi=150)
        page.savefig(folder / "chart.svg", metadata={"Date": None})
        plt.close(page)


def _frontier(axis: Any, rows: list[Row], colour: str, name: str) -> None:
    x, y = [row.point.expected for row in rows], [row.point.worst for row in rows]
    axis.plot(x, y, "o-", color=colour, ms=8, lw=1, zorder=3, label=name)
    for row in rows:
        _shrinkage(axis, row, colour)
        if row.recommended:
            axis.plot(row.point.expected, row.point.worst, "o", ms=15, mfc="none", mec=colour, mew=1.5, zorder=4)
        flattered = row.seen.expected >= row.point.expected  # then its hollow mark is on the right
        _label(axis, row, colour, (-9, -13) if flattered else (11, 6), "bold")


def _rivals(axis: Any, rows: list[Row], colour: str) -> None:
    for row in rows:
        axis.plot(row.point.expected, row.point.worst, "D", color=colour, ms=6, alpha=0.6, zorder=2)
        _label(axis, row, colour, (9, -13), "normal")


def _shrinkage(axis: Any, row: Row, colour: str) -> None:
    """From what the optimiser saw to what fresh luck gives."""
    seen, fresh = row.seen, row.point
    axis.plot([seen.expected, fresh.expected], [seen.worst, fresh.worst], color=colour, lw=0.8, ls=":", zorder=1)
    axis.plot(seen.expected, seen.worst, "o", ms=5, mfc="white", mec=colour, zorder=2)


def _label(axis: Any, row: Row, colour: str, offset: tuple[int, int], weight: str) -> None:
    axis.annotate(row.label, (row.point.expected, row.point.worst), xytext=offset, textcoords="offset points",
                  ha="right" if offset[0] < 0 else "left", color=colour, fontsize=9, weight=weight)  # fmt: skip
