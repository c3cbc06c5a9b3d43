"""`corridors compare`: scenarios held against one another under common luck; a table, a chart, and files."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.scenario import Scenario
from calibration.headline import HUB, TIE
from corridors.output import check_place, write_manifest, written_whole
from corridors.run import check_amounts, interrupted, progress
from corridors.sources import DEFAULTS, numbers_for, origin
from experiments.compare import Paired, differences, run_paired
from experiments.paired import pairable, rounded

if TYPE_CHECKING:
    from pandas import DataFrame

REGION = "region"
ALWAYS = (REGION, HUB, TIE)  # whose rows are always printed; of the others, the one of the largest effect
FORMAT = "%.6g"
SURE_GAIN = 1000  # a pairing gain above it is told as "over"
# what the chart shows: measure, of whom, title, unit on the axis
PANELS = (
    ("trade", TIE, "Trade Kazakhstan-Kyrgyzstan", "bn US$ a year"),
    ("regional_trade", REGION, "Trade of all ten ties", "bn US$ a year"),
    ("jobs", HUB, "Jobs of all firms of the corridor region", "jobs"),
    ("surplus", REGION, "Regional surplus", "bn US$ a year"),
    ("integration", REGION, "Integration index", "points of 100"),
    ("mean_trust", REGION, "Trust, mean of ten ties", "share"),
    ("mean_attention", REGION, "Attention to the region, mean of five states", "share"),
    ("storage", "Syr Darya", "Toktogul reservoir (Syr Darya), live storage", "km³"),
)


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    scenarios: tuple[str, ...]
    against: str | None
    seeds: int
    sets: tuple[str, ...]
    firms: int
    threads: int | None
    everything: bool
    out: Path | None
    force: bool
    as_json: bool
    command: str
    source: str = DEFAULTS


def compare_and_report(request: Request) -> None:
    """Check everything, run, write, print. Raises BadInput before anything is written."""
    others, ground = pairable(request.scenarios, request.against)
    check_amounts(request.seeds, request.threads)
    if request.out:
        check_place(request.out, request.force)
    numbers = numbers_for(request.seeds, request.source, request.sets)
    began = time.perf_counter()
    try:
        with progress((len(others) + 1) * request.seeds) as advance:
            runs = run_paired(
                others, ground, request.seeds, numbers, firms=request.firms, threads=request.threads,
                series=[panel[:2] for panel in PANELS], advance=advance,
            )  # fmt: skip
        seconds = time.perf_counter() - began
        found = differences(runs)
        if request.out:
            with written_whole(request.out) as folder:
                found.to_csv(folder / "compare.csv", index=False, float_format=FORMAT, lineterminator="\n")
                draw(runs, folder, origin(request.source))
                stories = [*others, ground]
                write_manifest(folder, request.command, stories, request.seeds, request.firms, numbers, seconds,
                               uncertainty=request.source)  # fmt: skip
    except KeyboardInterrupt:
        interrupted("interrupted; nothing was written")
    if request.as_json:
        print(as_json(found, against=ground.name, seeds=request.seeds, left_out=found.attrs["left_out"]))
    else:
        _show(found, runs, request, seconds)


def as_json(frame: DataFrame, **told: Any) -> str:
    """A frame as JSON text, with what else is told; what is infinite or no number becomes null."""
    rows = json.loads(frame.to_json(orient="records", double_precision=15))
    return json.dumps({**told, "rows": rows}, indent=1, ensure_ascii=False)


# --------------------------------------------------------------------------------------------------------------- screen


def _show(found: DataFrame, runs: Paired, request: Request, seconds: float) -> None:
    from rich.markup import escape

    from corridors.report import wide_console

    console = wide_console()
    year, ground = runs.years[-1], runs.against
    console.print(
        f"\n{len(runs.seeds)} paired runs of each, same luck. Differences in {year}: medians, and bands that hold 80 % "
        f"of runs; {origin(request.source)}.\n"
        f"Held against [bold]{escape(ground.title)}[/bold] ({escape(ground.name)}).\n"
    )
    for story in runs.others:
        rows = found[(found["scenario"] == story.name) & (found["year"] == year)]
        shown = rows if request.everything else rows[_worth_printing(rows)]
        _show_one(console, story, ground, shown)
    console.print(
        "Pairing: so many times more runs would be needed without common luck and parameters, for as sure a mean."
    )
    if runs.left_out:
        console.print(f"Left out, since it names something and has no difference: {', '.join(runs.left_out)}.")
    if not request.everything:
        console.print(
            "Of other ties, states and rivers: the one whose mean difference is largest in standard deviations of a "
            f"single\nrun of {escape(ground.name)}; --all: every one."
        )
    if request.out:
        names = ", ".join(sorted(path.name for path in request.out.iterdir()))
        console.print(f"Written to {escape(str(request.out))}: {names}")
    console.print(f"{seconds:.1f} s of simulation.")


def _worth_printing(rows: DataFrame) -> Any:
    """Rows of the region, the hub and its border, and of each measure the other agent of the largest effect."""
    always = rows["who"].map(lambda who: who in ALWAYS or who.startswith(f"{HUB} "))
    moved = rows["effect"].abs().where(~always).groupby(rows["measure"]).transform("max")
    return always | ((rows["effect"].abs() == moved) & (moved > 0))


def _show_one(console: Any, story: Scenario, ground: Scenario, rows: DataFrame) -> None:
    from rich.markup import escape

    from corridors.report import plain_table

    table = plain_table(f"{escape(story.name)} less {escape(ground.name)}")
    for head, side in (("measure", "left"), ("unit", "left"), ("median", "right"), ("10-90 % band", "right"),
                       ("mean", "right"), ("", "left"), ("pairing", "right")):  # fmt: skip
        table.add_column(head, justify=side, no_wrap=True)
    still = rows[(rows["low"] == 0) & (rows["high"] == 0)]
    for row in rows.drop(index=still.index).itertuples():
        median, low, high, mean = rounded(row.median, row.low, row.high, row.mean, signed=True)
        table.add_row(_name(row), row.unit, median, f"{low} to {high}", mean, row.words, _gain(row.pairing))
    console.print(table)
    if len(still):
        told = [_name(r) if r.mean == 0 else f"{_name(r)} ({r.words})" for r in still.itertuples()]
        console.print(f"The same in most runs: {', '.join(told)}.\n")


def _name(row: Any) -> str:
    return str(row.measure) if row.who == REGION else f"{row.measure} {row.who}"


def _gain(gain: float) -> str:
    if gain == float("inf"):
        return "no noise"
    return f"over {SURE_GAIN:,}×" if gain > SURE_GAIN else f"{gain:.1f}×" if gain < 10 else f"{gain:.0f}×"


# ---------------------------------------------------------------------------------------------------------------- chart

# Okabe and Ito's palette, with a dash of its own for each: told apart by colour-blind eyes and without colour
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.2)), (0, (7, 2, 1.5, 2)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 3)))


def draw(runs: Paired, folder: Path, origin: str) -> None:
    """Write chart.png and chart.svg: bands of the differences by month, one panel a measure; origin: of parameters."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from corridors.chart import QUIET, STYLE

    with plt.rc_context(STYLE):
        page, axes = plt.subplots(4, 2, figsize=(12, 14), layout="constrained")
        for axis, (measure, who, title, unit) in zip(axes.flat, PANELS, strict=True):
            _panel(axis, runs, measure, who)
            axis.set_title(title)
            axis.set_ylabel(f"difference, {unit}")
        page.suptitle(
            f"What differs from {runs.against.name}\n" + "\n".join(f"{s.name}: {s.title}" for s in runs.others),
            x=0.01, ha="left", fontsize=13, weight="bold",
        )  # fmt: skip
        page.supxlabel(
            f"Lines: medians of {len(runs.seeds)} paired differences, scenario less {runs.against.name} under the same "
            f"luck.\nBands: 10-90 % of runs; {origin}.",
            x=0.01, ha="left", fontsize=9, color=QUIET,
        )  # fmt: skip
        page.savefig(folder / "chart.png", dpi=150)
        page.savefig(folder / "chart.svg", metadata={"Date": None})
        plt.close(page)


def _panel(axis: Any, runs: Paired, measure: str, who: str) -> None:
    from corridors.chart import INK, QUIET

    first = runs.against.first_year
    end = first + runs.against.years
    x = first + (np.arange(len(runs.dates)) + 0.5) / (len(runs.dates) / runs.against.years)
    axis.axhline(0, color=INK, lw=1)
    ends, moved = [], False
    for i, story in enumerate(runs.others):
        colour, dash = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
        low, median, high = runs.band(story.name, measure, who)
        axis.fill_between(x, low, high, color=colour, alpha=0.16, lw=0)
        axis.plot(x, median, color=colour, ls=dash, lw=2)
        ends.append((float(median[-1]), story.name, colour))
        moved = moved or bool(low.any() or high.any())
    axis.set_xlim(first, end)
    axis.tick_params(length=0)
    signed_ticks(axis)
    name_lines(axis, end, ends)
    if not moved:
        axis.annotate("no difference in 8 of 10 runs", (0.5, 0.56), xycoords="axes fraction", ha="center", color=QUIET)


def signed_ticks(axis: Any) -> None:
    """Heights told as differences: a sign, and the same decimals at every tick."""
    ticks = axis.get_yticks()
    decimals = len(f"{ticks[1] - ticks[0]:.8f}".rstrip("0").partition(".")[2])
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:+,.{decimals}f}" if round(y, decimals) else "0")


def name_lines(axis: Any, x: float, ends: Sequence[tuple[float, str, str]], gap: float = 0.075) -> None:
    """Names at the right end of lines (height, name, colour), pushed apart where they would overlap."""
    low, high = axis.get_ylim()
    least, ordered = gap * (high - low), sorted(ends)
    heights = [height for height, _, _ in ordered]
    for _ in range(len(heights) ** 2):
        for i in range(len(heights) - 1):
            short = least - (heights[i + 1] - heights[i])
            if short > 0:
                heights[i] -= short / 2
                heights[i + 1] += short / 2
    for height, (_, name, colour) in zip(heights, ordered):
        axis.annotate(name, (x, height), xytext=(4, 0), textcoords="offset points", color=colour, va="center",
                      fontsize=9, weight="bold", annotation_clip=False)  # fmt: skip
