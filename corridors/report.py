"""The answer on screen: what the articles say, what the model says, what differs, and what it gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from abm import futures
from abm.parameters import describe
from calibration import headline
from calibration.answer import Answer
from calibration.headline import FUTURES, Row

WIDTH = 120
HEADLINE = ("trade_2025", "raw_share_2025", "trade_2030", "cost_cut", "jobs", "kgtj_closure")


def show(found: Answer, out: Path | None, seconds: float, whole: float) -> None:
    """Print the answer for a person."""
    from rich.markup import escape

    console = wide_console()
    console.print(
        f"\n[bold]{escape(found.title)}[/bold]  ({escape(found.scenario)}) against {escape(found.against)}:\n"
        f"{found.seeds} paired runs of each, same luck. Bands hold 80 % of runs.\n"
    )
    failing = [row for row in found.rows if row.verdict.startswith("outside")]
    if found.rows:
        table = plain_table("What the articles say, and what the model says")
        for head, side in (("figure", "left"), ("article", "right"), ("model", "right"), ("10-90 % band", "right"),
                           ("verdict", "left"), ("role", "left")):  # fmt: skip
            table.add_column(head, justify=side)  # type: ignore[arg-type]
        for row in found.rows:
            if row.figure.id in HEADLINE:
                table.add_row(*_line(row))
        if found.hub_jobs:
            b = found.hub_jobs
            table.add_row("jobs of hub tenants 2030", "", f"{b.median:,.0f}", f"{b.low:,.0f} to {b.high:,.0f}", "", "")
        console.print(table)
    if found.endings:
        _show_futures(console, found)
    table = plain_table(f"Paired difference: {found.scenario} less {found.against}")
    for head, side in (("measure", "left"), ("difference", "right"), ("10-90 % band", "right"), ("", "left"),
                       ("pairing gains", "right")):  # fmt: skip
        table.add_column(head, justify=side)  # type: ignore[arg-type]
    for d in found.differences:
        gain = "no noise" if d.pairing == float("inf") else "over 1,000×" if d.pairing > 1000 else f"{d.pairing:.0f}×"
        number = f"{_number(d.band.median, d.unit, True)} {d.unit}"
        band = f"{_number(d.band.low, d.unit, True)} to {_number(d.band.high, d.unit, True)}"
        table.add_row(d.label, number, band, d.words, gain)
    console.print(table)
    console.print("Pairing gains: so many times more runs would be needed without common luck and parameters.\n")
    if found.endings:
        _show_failures(console, found, failing)
        _show_origins(console)
    if out:
        console.print(f"Written to {escape(str(out))}: {', '.join(sorted(path.name for path in out.iterdir()))}")
    console.print(f"{seconds:.1f} s of simulation, {whole:.1f} s in all.")


def wide_console() -> Any:
    """Where the answer goes: as wide as the terminal, and wide enough for the tables in a file or a pipe."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.width >= WIDTH or console.is_terminal else Console(highlight=False, width=WIDTH)


def plain_table(title: str) -> Any:
    """A table without walls."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)


def _line(row: Row) -> tuple[str, str, str, str, str, str]:
    unit = row.figure.unit
    model = _number(row.judged, unit)
    band = "" if row.share else f"{_number(row.band.low, unit)} to {_number(row.band.high, unit)}"
    verdict = _mark(row.verdict)
    label = row.label if unit in ("share", "jobs") else f"{row.label} ({unit})"
    return label, _article(row), model, band, verdict, row.figure.role


def _mark(verdict: str) -> str:
    near = " (edge)" if "edge" in verdict else ""
    if verdict.startswith("inside"):
        return f"[green]inside[/green]{near}"
    return f"[bold red]FAIL[/bold red]{near}" if verdict else "–"


def _article(row: Row) -> str:
    known = row.figure
    low, high = known.low, known.high
    span = ""
    if low is not None and high is not None:
        span = f"{_number(low, known.unit)} to {_number(high, known.unit)}"
    elif low is not None:
        span = f"above {_number(low, known.unit)}"
    elif high is not None:
        span = f"below {_number(high, known.unit)}"
    return f"{_number(known.value, known.unit)} ({span})" if known.value is not None else span


def _number(value: float, unit: str, signed: bool = False) -> str:
    plus = "+" if signed else ""
    if unit == "jobs":
        return f"{value:{plus},.0f}"
    return f"{value:{plus}.3f}" if unit == "share" else f"{value:{plus}.2f}"


def _show_futures(console: Any, found: Answer) -> None:
    table = plain_table("The four futures of 2035: share of runs (± Monte-Carlo error)")
    table.add_column("future")
    table.add_column("survey (95 % band)", justify="right")
    for name in found.endings:
        table.add_column(name, justify="right")
    table.add_column("as-is verdict")
    for i, row in enumerate(next(iter(found.endings.values()))):
        cells = [f"{rows[i].judged:.3f} ±{rows[i].error:.3f}" for rows in found.endings.values()]
        known = row.figure
        verdict = found.endings[headline.AS_IS][i].verdict
        mark = _mark(verdict)
        name = futures.NAMES[FUTURES[known.id]]
        table.add_row(name, f"{known.value:.2f} ({known.low:.2f} to {known.high:.2f})", *cells, mark)
    console.print(table)
    told = [f"{way} {' / '.join(f'{x:.2f}' for x in shares)}" for way, shares in found.sweep.items()]
    console.print(f"The same four under as-is by other rules: {'; '.join(told)}.")
    console.print(
        "The survey's shares are opinions of about 30 experts, mostly of Kazakh institutions, not probabilities;\n"
        "they judged today's policies, so only as-is is held against them.\n"
    )


def _show_failures(console: Any, found: Answer, failing: list[Row]) -> None:
    console.print("[bold]What the model gets wrong[/bold]")
    if failing:
        for row in failing:
            band = _article(row)
            console.print(
                f"  FAIL {row.label}: article {band}, model {_number(row.judged, row.figure.unit)} ({row.figure.role})"
            )
    else:
        console.print("  None of the figures that these runs can measure lies outside its band.")
    others = [r for r in found.rows if r.verdict.startswith("inside") and r.figure.id not in HEADLINE]
    if others:
        told = ", ".join(f"{r.figure.id} {_number(r.judged, r.figure.unit)}" for r in others)
        console.print(f"  Also measured, inside: {told}.")
    t = found.trend
    if t["share of the rise"] > 0:
        console.print(
            f"  The trend of demand ({t['growth assumed']:.0%} a year) makes {t['share of the rise']:.0%} of "
            f"the rise to 2030 alone;\n  a rival with nothing but trend reaches 3.0 bn at {t['growth needed']:.1%} a "
            "year. Judge the corridor by the paired difference."
        )
    console.print(
        f"  Bands: {found.origin}.\n"
        "  Not measured here: the other figures; `corridors figures` holds all of them against the model.\n"
    )


def _show_origins(console: Any) -> None:
    roles: dict[str, int] = {}
    for number in describe().values():
        roles[number.role] = roles.get(number.role, 0) + 1
    told = ", ".join(f"{count} {role}" for role, count in sorted(roles.items()))
    console.print("[bold]Where each number comes from[/bold]")
    lines = [
        (
            "trade 2025, raw share",
            "inputs: abazov2026 and statistics (abm/world/ties.csv); firms and shocks must keep them",
        ),
        ("transport cost", "max_cut × infrastructure: fitted to abazov2026 (15-20 %)"),
        ("jobs", "firms' sales / sales per worker (assumed); places in the hub are fitted to abazov2026"),
        ("trade 2030", "demand trend + buyers' response + firms; 3.0 bn of abazov2026 is a soft target"),
        ("futures", "rules fixed beforehand (abm/futures.py); aod2025 is held out"),
        ("parameters", f"{told}; `corridors explain NAME` tells unit, range and source of each"),
    ]
    for name, text in lines:
        console.print(f"  {name}: {text}")
    console.print()
