"""`corridors figures`: every figure of both articles held against the model – the scorecard."""

from __future__ import annotations

import csv
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import BadInput
from abm.parameters import Parameters
from corridors.output import check_file, check_place, write_file, write_manifest, written_whole
from corridors.run import MOST_SEEDS, interrupted, progress
from corridors.sources import origin, parameter_draws

if TYPE_CHECKING:
    from calibration.scorecard import Scorecard

UNTOLD = ("share", "ratio", "jobs", "trust", "attention")  # units that the screen leaves out


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    draws: int
    uncertainty: str
    firms: int
    threads: int | None
    as_json: bool
    html: Path | None
    out: Path | None
    force: bool
    command: str


def score_and_report(request: Request) -> None:
    """Check everything, run, judge, write, print. Raises BadInput before anything is run."""
    from abm.clock import MONTHS_A_YEAR
    from abm.runs import check_size

    if not 1 <= request.draws <= MOST_SEEDS:
        raise BadInput(f"--draws {request.draws} is outside 1 to {MOST_SEEDS}")
    if request.threads is not None and request.threads < 1:
        raise BadInput(f"--threads {request.threads} must be 1 or more")
    check_size(request.firms, MONTHS_A_YEAR)
    if request.html:
        check_file(request.html, "--html")
    if request.out:
        check_place(request.out, request.force)
    began = time.perf_counter()
    try:
        card = measure(request)
    except KeyboardInterrupt:
        interrupted("interrupted; nothing was written")
    seconds = time.perf_counter() - began
    if request.html:
        write_page(request.html, card, request)
    if request.out:
        with written_whole(request.out) as folder:
            write_files(folder, card, request, seconds)
    if request.as_json:
        print(as_json(card))
    else:
        show(card, request, seconds)


def measure(request: Request) -> Scorecard:
    """Run every variant that a figure needs, with a progress bar, and judge."""
    from calibration.evidence import Evidence
    from calibration.figures import figures
    from calibration.measures import needed
    from calibration.scorecard import score

    numbers = parameter_draws(request.draws, request.uncertainty)
    with progress(len(needed(figures().values())) * request.draws) as advance:
        return score(Evidence(numbers, range(request.draws), request.firms, request.threads, advance))


# ----------------------------------------------------------------------------------------------------------- files


def as_json(card: Scorecard) -> str:
    """The scorecard for machines: a list with one object a figure, failures first."""
    from calibration.words import cells

    return json.dumps([cells(line, card) for line in card.lines], indent=1, ensure_ascii=False)


def write_files(folder: Path, card: Scorecard, request: Request, seconds: float) -> None:
    """figures.json, figures.csv, figures.html and the manifest, into a folder."""
    from calibration.figures import figures
    from calibration.measures import needed
    from calibration.variants import variants
    from calibration.words import cells

    (folder / "figures.json").write_text(as_json(card) + "\n", encoding="utf-8")
    rows = [cells(line, card) for line in card.lines]
    with (folder / "figures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_page(folder / "figures.html", card, request)
    stories = [variants()[name] for name in needed(figures().values())]
    write_manifest(folder, request.command, stories, request.draws, request.firms, Parameters(), seconds,
                   uncertainty=request.uncertainty)  # fmt: skip


def write_page(path: Path, card: Scorecard, request: Request) -> None:
    """The scorecard as one page; written beside its place and renamed, so that it is whole. Raises BadInput."""
    from corridors.figures_page import page

    write_file(path, page(card, told(request)), "--html")


def told(request: Request) -> str:
    """How the numbers were made, in a sentence."""
    return f"{request.draws} draws of each variant, {request.firms} firms, {origin(request.uncertainty)}."


# ---------------------------------------------------------------------------------------------------------- screen


def show(card: Scorecard, request: Request, seconds: float) -> None:
    """Print the scorecard for a person: failures first, then counts and ranks."""
    from calibration.figures import NOT_APPLICABLE
    from calibration.words import OPINIONS, model, published
    from corridors.report import plain_table, wide_console

    console = wide_console()
    console.print(f"\n[bold]{len(card.failing)} figures fail.[/bold] {told(request)}\n{OPINIONS}\n")
    table = plain_table("Every figure of both articles; failures first")
    for head, side in (("figure", "left"), ("article", "right"), ("model", "right"), ("90 % interval", "right"),
                       ("verdict", "left"), ("role", "left"), ("independence", "left")):  # fmt: skip
        table.add_column(head, justify=side, no_wrap=head != "figure")  # type: ignore[arg-type]
    shown = [line for line in card.lines if line.verdict != NOT_APPLICABLE]
    for line in shown:
        known = line.figure
        unit = "" if known.unit in UNTOLD else f" ({known.unit})"
        table.add_row(f"{known.id}{unit}", published(known), *model(line), _mark(line.verdict), known.role,
                      known.independence)  # fmt: skip
    console.print(table)
    left = [line.figure.id for line in card.lines if line.verdict == NOT_APPLICABLE]
    console.print(f"Not applicable (texts and context): {', '.join(left)}.\n")
    for line in card.lines:
        if line.verdict == "not measured":
            console.print(f"Not measured: {line.figure.id}: {line.told}", markup=False)
    _show_counts(console, card)
    _show_ranks(console, card)
    for place in (request.html, request.out):
        if place:
            console.print(f"Written to {place}", markup=False)
    console.print(f"{seconds:.1f} s. `corridors explain ID` tells where a figure stands and how it is measured.")


def _mark(verdict: str) -> str:
    return f"[green]{verdict}[/green]" if verdict == "inside" else f"[bold red]{verdict}[/bold red]"


def _show_counts(console: Any, card: Scorecard) -> None:
    from calibration.scorecard import VERDICTS
    from corridors.report import plain_table

    for by in ("role", "independence"):
        table = plain_table(f"Verdicts by {by}")
        table.add_column(by)
        for verdict in VERDICTS:
            table.add_column(verdict, justify="right")
        for name, counts in card.counts(by).items():
            table.add_row(name, *(str(counts[verdict]) for verdict in VERDICTS))
        console.print(table)


def _show_ranks(console: Any, card: Scorecard) -> None:
    from corridors.report import plain_table

    table = plain_table("The survey's lists: Kendall's tau (1: ordered as the experts do)")
    for head in ("list", "role", "items", "tau", "90 % band (bootstrap over draws)"):
        table.add_column(head, justify="right" if head in ("items", "tau") else "left")
    for rank in card.ranks:
        tau = "all tie" if rank.tau is None else f"{rank.tau:+.2f}"
        band = "" if rank.low is None or rank.high is None else f"{rank.low:+.2f} to {rank.high:+.2f}"
        table.add_row(rank.list, rank.role, str(rank.items), tau, band)
    console.print(table)
