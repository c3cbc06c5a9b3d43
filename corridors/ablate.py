"""`corridors ablate`: what a scenario's difference is made of; sentences, a table, a chart, and files."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from corridors.compare import FORMAT, as_json
from corridors.output import check_place, write_manifest, written_whole
from corridors.run import check_amounts, interrupted, progress
from corridors.sources import numbers_set
from experiments.ablation.ablate import Trial
from experiments.ablation.parts import LEVERS, MECHANISM
from experiments.ablation.result import Ablation
from experiments.paired import Band, rounded

PAIRS = 5  # interactions printed
MARKS = {"made by it alone": "o", "lost without it": "D"}
ADDS, TAKES, WHOLE = "#0072B2", "#D55E00", "#444444"  # Okabe and Ito's


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    scenario: str
    against: str
    measure: str
    who: str | None
    year: str
    seeds: int
    mechanisms: bool
    parts: str
    sets: tuple[str, ...]
    firms: int
    threads: int | None
    out: Path | None
    force: bool
    as_json: bool
    command: str


def ablate_and_report(request: Request) -> None:
    """Check everything, run, write, print. Raises BadInput before anything is written."""
    if request.mechanisms and request.parts:
        raise BadInput("--mechanisms and --parts: give one of them")
    numbers = numbers_set(request.sets)
    check_amounts(request.seeds, request.threads)
    if request.out:
        check_place(request.out, request.force)
    trial = Trial.of(
        request.scenario, request.against, request.measure, request.who, _years(request.year), request.seeds,
        kind=MECHANISM if request.mechanisms else LEVERS,
        parts=[name.strip() for name in request.parts.split(",")] if request.parts else None,
        parameters=numbers, firms=request.firms, threads=request.threads,
    )  # fmt: skip
    began = time.perf_counter()
    try:
        with progress(trial.runs) as trial.advance:
            found = trial.divide()
        seconds = time.perf_counter() - began
        if request.out:
            with written_whole(request.out) as folder:
                for name, frame in (("ablate", found.table()), ("interactions", found.interactions())):
                    frame.to_csv(folder / f"{name}.csv", index=False, float_format=FORMAT, lineterminator="\n")
                draw(found, folder)
                told = {"measure": found.measure, "who": found.who, "years": found.years,
                        "parts": [part.name for part in found.parts]}  # fmt: skip
                stories = [trial.scenario, trial.against]
                write_manifest(
                    folder,
                    request.command,
                    stories,
                    request.seeds,
                    request.firms,
                    numbers,
                    seconds,
                    **told,
                )
    except KeyboardInterrupt:
        interrupted("interrupted; nothing was written")
    if request.as_json:
        names = ("scenario", "against", "measure", "who", "unit", "years", "exact")
        told = {name: getattr(found, name) for name in names}
        print(as_json(found.table(), **told, seeds=request.seeds, in_words=found.in_words()))
    else:
        _show(found, request, seconds)


def _years(text: str) -> int | tuple[int, int] | None:
    """A year "2035" or a span "2030-2035"; None if nothing was asked."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{4})?", text):
        raise BadInput(f"--year {text}: write a year as 2035, or a span as 2030-2035")
    first, _, last = text.partition("-")
    return (int(first), int(last)) if last else int(first)


# --------------------------------------------------------------------------------------------------------------- screen


def _show(found: Ablation, request: Request, seconds: float) -> None:
    from rich.markup import escape

    from corridors.report import plain_table, wide_console

    console = wide_console()
    table = plain_table(f"{escape(found.what)}, {found.unit}: {escape(found.scenario)} less {escape(found.against)}")
    columns = ["part", "share", "10-90 % band", "of total", *(["lost"] if found.exact else []), "made"]
    for head in columns:
        table.add_column(head, justify="left" if head == "part" else "right", no_wrap=True)
    table.add_column("with it", no_wrap=True)
    hidden = ["(interaction)"] if not found.exact else [] if found.bare.any() else ["(bare)", "(difference)"]
    for row in found.table().itertuples():
        if row.part in hidden:
            continue
        mean, low, high = rounded(row.mean, row.low, row.high, signed=True)
        percent = f"{row.percent:.0f} %" if np.isfinite(row.percent) else ""
        alone = [row.lost, row.made] if found.exact else [row.made]
        told = [rounded(x, signed=True)[0] if row.kind else "" for x in alone]
        label = escape(row.label) if row.kind else f"[italic]{row.label}[/italic]"
        table.add_row(label, mean, f"{low} to {high}", percent, *told, row.words if row.kind else "")
    console.print("\n" + escape(found.in_words()), "\n")
    console.print(table)
    if found.pairs:
        _show_pairs(console, found)
    if found.exact:
        console.print("Share: mean of what the part adds, over all orders (Shapley); lost: when it alone is taken out; "
                      "made: by it alone.")  # fmt: skip
    else:
        console.print("Too many parts to divide exactly. Share: lost when it alone is taken out; made: by it alone.")
    console.print(f"{len(found.seeds)} paired runs of each set of parts, same luck; luck only, one set of parameters.")
    if request.out:
        names = ", ".join(sorted(path.name for path in request.out.iterdir()))
        console.print(f"Written to {escape(str(request.out))}: {names}")
    console.print(f"{seconds:.1f} s of simulation.")


def _show_pairs(console: Any, found: Ablation) -> None:
    from rich.markup import escape

    from corridors.report import plain_table

    table = plain_table("Pairs: what two make together beyond what each makes, the others being in")
    for head, side in (("one", "left"), ("other", "left"), ("mean", "right"), ("10-90 % band", "right"), ("", "left")):
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    label = {part.name: escape(part.label) for part in found.parts}
    for row in found.interactions().head(PAIRS).itertuples():
        mean, low, high = rounded(row.mean, row.low, row.high, signed=True)
        table.add_row(label[row.one], label[row.other], mean, f"{low} to {high}", row.words)
    console.print(table)


# ---------------------------------------------------------------------------------------------------------------- chart


def draw(found: Ablation, folder: Path) -> None:
    """Write chart.png and chart.svg: a bar a part with the band of its share, the total on top."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from corridors.chart import INK, QUIET, STYLE

    order = np.argsort(-np.abs(found.shares.mean(axis=0)), kind="stable")
    rows: list[tuple[str, Any, Sequence[float], str]]
    rows = [("difference" if not found.bare.any() else "made by these parts", found.total, (), WHOLE)]
    for i in order:
        alone = [float(found.put_in[:, i].mean())]
        alone += [float(found.taken_out[:, i].mean())] if found.exact else []  # else it is the bar itself
        rows.append((found.parts[i].label, found.shares[:, i], alone, ""))
    rows += [] if found.exact else [("left over: interaction", found.remainder, (), QUIET)]
    with plt.rc_context(STYLE):
        page, axis = plt.subplots(figsize=(11, 1.9 + 0.44 * len(rows)), layout="constrained")
        total = float(found.total.mean())
        for y, (_, values, marks, colour) in enumerate(rows):
            _bar(axis, y, values, marks, colour or (ADDS if values.mean() >= 0 else TAKES), total)
        axis.axvline(0, color=INK, lw=1)
        axis.set_yticks(range(len(rows)), [label for label, *_ in rows])
        axis.set_ylim(len(rows) - 0.4, -0.6)
        axis.tick_params(length=0)
        axis.grid(axis="y", visible=False)
        axis.margins(x=0.16)
        axis.set_xlabel(f"{found.measure}, {found.unit}")
        shown = dict(zip(*reversed(axis.get_legend_handles_labels())))
        axis.legend(shown.values(), shown.keys(), loc="lower right", bbox_to_anchor=(1, 0.99), ncols=2, frameon=False)
        page.suptitle(f"What {found.scenario} adds to {found.what}, held against {found.against}", x=0.01, ha="left",
                      fontsize=13, weight="bold")  # fmt: skip
        share = "mean shares (Shapley)" if found.exact else "mean losses when one part is taken out"
        page.supxlabel(f"Bars: {share} over {len(found.seeds)} paired runs. Lines: 10-90 % of runs; luck only, one set "
                       "of parameters.", x=0.01, ha="left", fontsize=9, color=QUIET)  # fmt: skip
        page.savefig(folder / "chart.png", dpi=150)
        page.savefig(folder / "chart.svg", metadata={"Date": None})
        plt.close(page)


def _bar(axis: Any, y: float, values: Any, alone: Sequence[float], colour: str, total: float) -> None:
    """A bar of the mean, a line for the band, marks for the part alone, and the number beyond them all."""
    from corridors.chart import INK

    band, mean = Band.of(values), float(np.mean(values))
    axis.barh(y, mean, height=0.62, color=colour, alpha=0.85, zorder=2)
    axis.plot([band.low, band.high], [y, y], color=INK, lw=1.4, zorder=3)
    for x, (label, mark) in zip(alone, MARKS.items()):
        axis.plot(x, y, mark, mfc=INK if mark == "o" else "white", mec=INK, ms=5.5, ls="", zorder=4, label=label)
    told = rounded(mean, signed=True)[0] + (f"  ({100 * mean / total:.0f} %)" if total else "")
    axis.annotate(told, (max(mean, band.high, 0, *alone), y), xytext=(9, 0), textcoords="offset points", va="center",
                  color=colour, weight="bold", fontsize=9.5)  # fmt: skip
