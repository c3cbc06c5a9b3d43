"""The chart of a run: trade, hub, trust and attention, reservoirs – bands on everything, labels beside the lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from abm.runs import Runs
from calibration.figures import figure
from calibration.headline import HUB, TIE
from experiments.paired import bands

# Okabe and Ito's palette: told apart by colour-blind eyes; the second line is dashed too
FIRST, OTHER, MARK, INK, QUIET = "#0072B2", "#D55E00", "#009E73", "#222222", "#777777"
STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "path",
    "svg.hashsalt": "corridors",
    "text.parse_math": False,
}


def draw(ensembles: Mapping[str, Runs], scenario: str, against: str, folder: Path, origin: str) -> None:
    """Write chart.png and chart.svg into a folder; origin: where parameters come from, in words."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    first, other = ensembles[scenario], ensembles[against]
    with plt.rc_context(STYLE):
        page, axes = plt.subplots(3, 2, figsize=(12, 12.6), layout="constrained")
        (trade, hub), (trust, attention), (syr, amu) = axes
        _trade(trade, first, other)
        _hub(hub, first, other)
        _pair(trust, first, other, "mean_trust", "region", "Trust, mean of ten ties", "share")
        _pair(
            attention, first, other, "mean_attention", "region", "Attention to the region, mean of five states", "share"
        )
        _pair(syr, first, other, "storage", "Syr Darya", "Toktogul reservoir (Syr Darya), live storage", "km³")
        _pair(amu, first, other, "storage", "Amu Darya", "Nurek reservoir (Amu Darya), live storage", "km³")
        syr.axhline(14, color=QUIET, lw=1, ls=":")
        syr.set_ylim(0, 15)
        amu.set_ylim(0, 5)
        for axis in axes.flat:
            axis.set_xlim(first.scenario.first_year, first.scenario.first_year + first.scenario.years)
            axis.tick_params(length=0)
        page.suptitle(
            f"{first.scenario.title}\nagainst: {other.scenario.title}",
            x=0.01,
            ha="left",
            fontsize=15,
            weight="bold",
        )
        page.supxlabel(
            f"Lines: medians of {len(first.seeds)} paired runs under the same luck. Bands: 10-90 % of runs;\n"
            f"{origin}. Marks: figures of abazov2026.",
            x=0.01, ha="left", fontsize=9, color=QUIET,
        )  # fmt: skip
        page.savefig(folder / "chart.png", dpi=150)
        page.savefig(folder / "chart.svg", metadata={"Date": None})
        plt.close(page)


def _years(runs: Runs) -> Any:
    return runs.scenario.first_year + (np.arange(runs.series.shape[1]) + 0.5) / runs.steps_a_year


def _band(axis: Any, runs: Runs, series: Any, colour: str, dashed: bool) -> Any:
    low, median, high = bands(series)
    x = _years(runs)
    axis.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
    axis.plot(x, median, color=colour, lw=2, ls="--" if dashed else "-")
    return median


def _pair(axis: Any, first: Runs, other: Runs, measure: str, who: str, title: str, unit: str) -> None:
    ends = []
    for runs, colour, dashed in ((other, OTHER, True), (first, FIRST, False)):
        ends.append((_band(axis, runs, runs.of(measure, who), colour, dashed)[-1], runs.scenario.name, colour))
    _name_lines(axis, ends, first)
    axis.set_title(title)
    axis.set_ylabel(unit)


def _name_lines(axis: Any, ends: list[tuple[float, str, str]], runs: Runs) -> None:
    """Names at the right end of the lines, pushed apart where they would overlap."""
    x = runs.scenario.first_year + runs.scenario.years
    low, high = axis.get_ylim()
    gap = 0.06 * (high - low)
    ends = sorted(ends)
    heights = [end[0] for end in ends]
    if len(heights) > 1 and heights[1] - heights[0] < gap:
        middle = (heights[0] + heights[1]) / 2
        heights = [middle - gap / 2, middle + gap / 2]
    for height, (_, name, colour) in zip(heights, ends):
        axis.annotate(
            name, (x, height), xytext=(4, 0), textcoords="offset points", color=colour, va="center", fontsize=9,
            weight="bold", annotation_clip=False,
        )  # fmt: skip


def _trade(axis: Any, first: Runs, other: Runs) -> None:
    _pair(axis, first, other, "trade", TIE, "Trade Kazakhstan-Kyrgyzstan", "bn US$ a year")
    if first.scenario.first_year > 2025 or first.scenario.first_year + first.scenario.years < 2031:
        return
    target, now = figure("trade_2030"), figure("trade_2025")
    if target.value is None or target.low is None or target.high is None:
        return
    span = [[target.value - target.low], [target.high - target.value]]
    axis.errorbar([2030.5], [target.value], yerr=span, fmt="D", color=MARK, ms=7, capsize=4, zorder=5)
    axis.annotate("3.0 bn by 2030", (2030.5, target.value), xytext=(-8, 20), textcoords="offset points", color=MARK,
                  ha="right", weight="bold")  # fmt: skip
    axis.plot([2025, 2026], [now.high, now.high], color=MARK, lw=2.5)
    axis.annotate("below 2.0 in 2025", (2025.1, now.high), xytext=(0, 30), textcoords="offset points", color=MARK,
                  weight="bold")  # fmt: skip


def _hub(axis: Any, first: Runs, other: Runs) -> None:
    """Jobs that the pool has more than without, and the tenants of the hub."""
    more = first.of("jobs", HUB).astype(float) - other.of("jobs", HUB)
    median = _band(axis, first, more, FIRST, False)
    tenants = _band(axis, first, first.of("hub_jobs", HUB), MARK, True)
    _name_lines(axis, [(median[-1], "net jobs", FIRST), (tenants[-1], "in the hub", MARK)], first)
    median = tenants
    axis.axhline(figure("jobs").low, color=QUIET, lw=1, ls=":")
    axis.annotate("thousands of jobs: from 1,000", (0.98, figure("jobs").low), xycoords=("axes fraction", "data"),
                  ha="right", xytext=(0, 4), textcoords="offset points", color=QUIET, fontsize=9)  # fmt: skip
    firms = np.median(first.of("tenants", HUB), axis=0)
    for year in (2028, 2030, 2035):
        step = (year + 1 - first.scenario.first_year) * first.steps_a_year - 1
        if 0 <= step < len(firms):
            axis.annotate(f"{firms[step]:.0f} firms", (year + 1, median[step]), xytext=(-2, 14),
                          textcoords="offset points", ha="right", fontsize=9, color=MARK)  # fmt: skip
    axis.set_title("The border hub: firms and jobs")
    axis.set_ylabel("jobs")
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
