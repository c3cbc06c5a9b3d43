"""`corridors sensitivity`: which factors of a sweep move a measure, as a table and a chart."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import BadInput, unknown
from experiments.analysis.outputs import IMPUTE, chosen_rules, chosen_scenario, measures_of
from experiments.analysis.sensitivity import Analysis, analyse, method_of
from experiments.sweeps.factors import Factor
from experiments.sweeps.plan import Plan
from experiments.sweeps.spec import SweepSpec

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 15  # factors in a chart
BAR = 24  # characters of the longest bar of a table
FAINT = "#b8b8b8"
NO_UNIT = ("1", "factor", "word", "date", "")
DRAFTS = ".drafts"
TITLES = {
    "morris": "Morris screening: mean size of the change as a factor crosses its range",
    "sobol": "Sobol indices: share of the variance, with all interactions (total) and alone (first)",
    "pawn": "PAWN: how far fixing a factor moves the distribution (0 to 1), median over slices of its range",
}


HEADS: dict[str, dict[str, tuple[str, ...]]] = {  # of the table: columns, a second one being the half width
    "morris": {"mu*": ("mu_star", "error"), "mu": ("mu",), "sigma": ("sigma",)},
    "sobol": {"total": ("total", "total_error"), "first": ("first", "first_error")},
    "pawn": {"median": ("median", "error"), "mean": ("mean",), "maximum": ("maximum",), "noise": ("dummy",)},
}


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    target: str
    measures: tuple[str, ...]
    scenario: str | None
    against: str | None
    rules: str | None
    method: str
    impute: str
    out: Path | None
    force: bool
    as_json: bool
    yes: bool
    command: str


def analyse_and_report(request: Request) -> None:
    """Open the sweep (or make it first), analyse each measure, print and write. Raises BadInput."""
    plan = plan_of(request.target)
    _check(request, plan)
    files = [
        "sensitivity.csv",
        "sensitivity.json",
        *(f"{m}.{kind}" for m in request.measures for kind in ("png", "svg")),
    ]
    if request.out:
        check_files(request.out, files, request.force)
    frame = results_of(request.target, plan, request.out, request.yes, request.command)
    found = [
        analyse(
            plan, frame, measure, method=request.method, scenario=request.scenario, against=request.against,
            rules=request.rules, impute=request.impute,
        )
        for measure in request.measures
    ]  # fmt: skip
    if request.out:
        for analysis in found:
            write_chart(draw(analysis, plan), request.out, analysis.measure)
        import pandas as pd

        tables = {analysis.measure: analysis.table for analysis in found}
        text = pd.concat(tables, names=["measure"]).to_csv(float_format="%.6g", lineterminator="\n")
        write_file(request.out / "sensitivity.csv", text)
        write_file(request.out / "sensitivity.json", as_json(found) + "\n")
    if request.as_json:
        print(as_json(found))
        return
    for analysis in found:
        show(analysis)
    if request.out:
        print(f"Written to {request.out}: {', '.join(files)}")


def _check(request: Request, plan: Plan) -> None:
    """Refuse what can be refused before anything is run."""
    for measure in request.measures:
        if measure not in measures_of(plan):
            raise unknown("measure", measure, measures_of(plan), "--measure")
        if request.measures.count(measure) > 1:
            raise BadInput(f"--measure {measure}: is given twice")
    chosen_scenario(plan, request.scenario)
    chosen_rules(plan, request.rules)
    method_of(plan, request.method, request.against)
    if request.against:
        chosen_scenario(plan, request.against)
    if request.impute not in IMPUTE:
        raise unknown("--impute", request.impute, IMPUTE)


# ------------------------------------------------------------------------------------- the sweep, for discover as well


def plan_of(target: str) -> Plan:
    """The plan of a sweep's folder, or of a spec. Raises BadInput."""
    from experiments.sweeps.read import read_plan

    return read_plan(target) if Path(target).is_dir() else Plan.of(SweepSpec.read(target), target)


def results_of(target: str, plan: Plan, out: Path | None, yes: bool, command: str) -> DataFrame:
    """The runs in a sweep's folder; for a spec, those that are missing are made first. Raises BadInput."""
    from corridors import sweep
    from experiments.sweeps.read import read_sweep

    if Path(target).is_dir():
        return read_sweep(target)
    folder = out / "sweep" if out else sweep.RESULTS / Path(target).stem
    asked = sweep.Request(
        spec=target, out=folder, workers=None, dask="", keep="", replications=None, dry_run=False, yes=yes,
        command=command,
    )  # fmt: skip
    with redirect_stdout(sys.stderr):
        try:
            sweep.sweep(asked)
        except SystemExit as end:
            if end.code != sweep.SOME_FAILED:  # failed runs are refused or mended by the analysis
                raise
    return read_sweep(folder)


# ------------------------------------------------------------------------------------------------------------ on screen


def show(analysis: Analysis) -> None:
    """Print one analysis for a person."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=120)
    console.print(f"\n{title_of(analysis)}", style="bold")
    console.print(f"{subtitle_of(analysis)}.")
    for note in analysis.notes:
        console.print(f"Note: {note}")
    console.print(f"{TITLES[analysis.method]}.")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("factor")
    table.add_column("")
    shown = HEADS[analysis.method]
    for name in shown:
        table.add_column(name, justify="right")
    values = analysis.table.iloc[:, 0]
    longest = max(float(values.max()), 1e-300)
    for factor, row in analysis.table.iterrows():
        quiet = "dim" if analysis.method == "pawn" and not row["matters"] else ""
        bar = "█" * round(BAR * max(float(row.iloc[0]), 0) / longest)
        table.add_row(str(factor), bar, *(_cell(row, columns) for columns in shown.values()), style=quiet)
    console.print(table)
    console.print(_meaning(analysis))
    if analysis.pairs is not None and len(analysis.pairs):
        pair = analysis.pairs.iloc[0]
        told = f"{analysis.pairs.index[0]}, {pair['index']:.2f} ±{pair['error']:.2f}"
        sure = "" if pair["index"] > pair["error"] else ": no more than its uncertainty"
        console.print(f"The pair that does most together: {told}{sure}.")
    console.print()


def _cell(row: Any, columns: tuple[str, ...]) -> str:
    """A number; or with its half width, both to the second figure of the half width."""
    value = float(row[columns[0]])
    half = float(row[columns[1]]) if len(columns) > 1 else 0.0
    if not half > 1e-6 * abs(value):
        return f"{value:.3g}"
    places = max(0, 1 - floor(log10(half)))
    return f"{value:,.{places}f} ±{half:,.{places}f}"


def _meaning(analysis: Analysis) -> str:
    """How to read the table, in two lines."""
    if analysis.method == "morris":
        unit = f" In {analysis.unit}." if analysis.unit else ""
        return (
            f"mu: the same with sign. A sigma as large as mu*: curvature, or other factors have a say.{unit}\n"
            "± holds 95 %, over where in the space it is measured. A screening: it ranks, it does not share out."
        )
    if analysis.method == "sobol":
        total = float(analysis.table["first"].sum())
        if total - 1 > float((analysis.table["first_error"] ** 2).sum()) ** 0.5:
            told = (
                f"First indices sum to {total:.2f}, above 1 by more than their error: too few base rows to share out."
            )
        else:
            told = f"First indices sum to {total:.2f}: about {max(0.0, 1 - total):.0%} of the variance is interaction."
        return f"{told} ± holds 95 %."
    idle = int((~analysis.table["matters"]).sum())
    return (
        f"noise: what a factor without effect stays below 95 times in 100; {idle} of {len(analysis.table)} do (dim).\n"
        "± is the spread of resampling; distances of small slices lie above the truth."
    )


def title_of(analysis: Analysis) -> str:
    """The question that the analysis answers."""
    return f"What moves {analysis.measure}{f' ({analysis.unit})' if analysis.unit else ''}?"


def subtitle_of(analysis: Analysis) -> str:
    """What was run."""
    runs = f"means of {analysis.replications} runs each" if analysis.replications > 1 else "one run each"
    runs += ", luck of their own" if analysis.luck == "own" else ", same luck" if analysis.replications > 1 else ""
    what = f"{analysis.scenario} less {analysis.against}" if analysis.against else analysis.scenario
    return f"{what}, {analysis.rows:,} points, {runs}"


def as_json(found: Sequence[Analysis]) -> str:
    """All analyses as JSON; rows as in the tables."""
    told = []
    for analysis in found:
        plain = {k: v for k, v in vars(analysis).items() if k not in ("table", "pairs")}
        rows = {"factors": analysis.table.reset_index().to_dict("records")}
        if analysis.pairs is not None:
            rows["pairs"] = analysis.pairs.reset_index().to_dict("records")
        told.append({**plain, **rows})
    return json.dumps(told, indent=1, ensure_ascii=False)


# ---------------------------------------------------------------------------------------------------------------- files


def check_files(out: Path, files: Sequence[str], force: bool) -> None:
    """Refuse a place where one of these files stands already. Raises BadInput."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise BadInput(f"--out {out}: is a file or a link, not a folder")
    there = [name for name in files if (out / name).exists()]
    if there and not force:
        raise BadInput(
            f"--out {out}: '{there[0]}' stands there already; choose another folder, or --force to replace it"
        )


def write_file(path: Path, content: str | bytes) -> None:
    """A file that is whole or not there."""
    from experiments.sweeps.files import write_beside

    drafts = path.parent / DRAFTS
    write_beside(path, content.encode() if isinstance(content, str) else content, drafts)
    drafts.rmdir()


def write_chart(page: Any, out: Path, name: str) -> None:
    """A figure as PNG and SVG."""
    import matplotlib.pyplot as plt

    from corridors.chart import STYLE

    with plt.rc_context(STYLE):
        for kind, options in (("png", {"dpi": 150}), ("svg", {"metadata": {"Date": None}})):
            content = io.BytesIO()
            page.savefig(content, format=kind, **options)
            write_file(out / f"{name}.{kind}", content.getvalue())
    plt.close(page)


# ---------------------------------------------------------------------------------------------------------------- chart


def draw(analysis: Analysis, plan: Plan) -> Any:
    """Horizontal bars with whiskers, the most influential factor on top. Returns a matplotlib figure."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from corridors.chart import QUIET, STYLE

    table = analysis.table.head(SHOWN)
    spans = {factor.name: span_of(factor) for factor in plan.factors}
    with plt.rc_context(STYLE):
        page, axis = plt.subplots(figsize=(11, 1.9 + 0.42 * len(table)), layout="constrained")
        places = range(len(table))
        {"morris": _draw_morris, "sobol": _draw_sobol, "pawn": _draw_pawn}[analysis.method](axis, table, analysis.unit)
        axis.set_yticks(places, [f"{name}\n{spans[name]}" for name in table.index], fontsize=9, linespacing=1.25)
        axis.set_ylim(len(table) - 0.4, -0.6)
        if analysis.method != "sobol":  # whose indices may come out a little below zero
            axis.set_xlim(left=0)
        axis.grid(visible=False, axis="y")
        axis.set_axisbelow(True)
        axis.tick_params(length=0)
        axis.legend(loc="lower right", frameon=False, fontsize=9)
        page.suptitle(title_of(analysis), x=0.01, ha="left", fontsize=15, weight="bold")
        axis.set_title(subtitle_of(analysis), fontsize=10, weight="normal", color=QUIET, loc="left")
        notes = list(analysis.notes)
        if len(analysis.table) > len(table):
            notes.append(f"the {len(table)} most influential of {len(analysis.table)} factors")
        pawn = "Whiskers: spread of resampling; distances of small slices lie above the truth"
        whiskers = pawn if analysis.method == "pawn" else "Whiskers hold 95 %"
        page.supxlabel("; ".join([whiskers, *notes]) + ".", x=0.01, ha="left", fontsize=9, color=QUIET)
    return page


def _draw_morris(axis: Any, table: DataFrame, unit: str) -> None:
    from corridors.chart import FIRST, INK, OTHER

    places = range(len(table))
    axis.barh(places, table["mu_star"], 0.62, xerr=table["error"], color=FIRST, ecolor=INK, capsize=3,
              label="mu*: mean size of the change")  # fmt: skip
    axis.plot(table["sigma"], places, "D", color=OTHER, ms=6, label="sigma: its spread (curvature, interactions)")
    axis.set_xlabel(f"change as the factor crosses its range{f' ({unit})' if unit else ''}")


def _draw_sobol(axis: Any, table: DataFrame, unit: str) -> None:
    from corridors.chart import FIRST, INK, OTHER

    upper, lower = [i - 0.17 for i in range(len(table))], [i + 0.17 for i in range(len(table))]
    axis.barh(upper, table["total"], 0.34, xerr=table["total_error"], color=FIRST, ecolor=INK, capsize=2.5,
              label="total: with all interactions")  # fmt: skip
    axis.barh(lower, table["first"], 0.34, xerr=table["first_error"], color=OTHER, ecolor=INK, capsize=2.5,
              label="first: alone")  # fmt: skip
    axis.set_xlabel("share of the variance")


def _draw_pawn(axis: Any, table: DataFrame, unit: str) -> None:
    from corridors.chart import FIRST, INK, OTHER, QUIET

    places = range(len(table))
    colours = [FIRST if matters else FAINT for matters in table["matters"]]
    axis.barh(places, table["median"], 0.62, xerr=table["error"], color=colours, ecolor=INK, capsize=3)
    axis.bar(0, 0, color=FIRST, label="median distance")
    if not table["matters"].all():
        axis.bar(0, 0, color=FAINT, label="the same, not told apart from noise")
    axis.plot(table["maximum"], places, "o", mfc="none", color=QUIET, ms=5, label="maximum over slices")
    axis.vlines(table["dummy"], [i - 0.4 for i in places], [i + 0.4 for i in places], color=OTHER, lw=2,
                label="noise: a factor without effect")  # fmt: skip
    axis.set_xlabel("Kolmogorov-Smirnov distance from all runs when the factor is fixed")


def span_of(factor: Factor) -> str:
    """Over what a factor varies, in short: "3 to 6", "none, episodic, sustained", "2026-01 to 2035-12"."""
    unit = "" if factor.unit in NO_UNIT else f" {factor.unit}"
    if not factor.values:
        return f"{factor.low:g} to {factor.high:g}{unit}"
    words = [f"{value:g}" if isinstance(value, float) else str(value) for value in factor.values]
    return f"{words[0]} to {words[-1]}{unit}" if len(words) > 3 else f"{', '.join(words)}{unit}"
