"""`corridors calibrate`: fit the parameters to the articles' figures, and write the posterior."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.clock import MONTHS_A_YEAR
from abm.errors import BadInput
from abm.runs import check_size
from corridors.run import interrupted

if TYPE_CHECKING:
    from calibration.fit import Fit

FEWEST = 64  # draws, below which nothing can be learned
EVERY = 30.0  # seconds between lines where no bar can be shown


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    draws: int
    out: Path
    firms: int
    workers: int | None
    command: str


def calibrate_and_report(request: Request) -> None:
    """Check, fit, write, print. Raises BadInput before anything is run."""
    from calibration import posterior
    from calibration.fit import How, fit
    from calibration.prior import Prior

    if request.draws < FEWEST or request.draws & (request.draws - 1):
        below = max(FEWEST, 1 << max(request.draws, 1).bit_length() - 1)
        raise BadInput(f"--draws {request.draws} must be a power of two from {FEWEST}, as {below} or {2 * below}")
    if request.workers is not None and request.workers < 1:
        raise BadInput(f"--workers {request.workers} must be 1 or more")
    check_size(request.firms, MONTHS_A_YEAR)
    if request.out.exists() and not request.out.is_dir():
        raise BadInput(f"--out {request.out}: is a file, not a folder")
    began = time.perf_counter()
    try:
        with _stages() as told:
            how = How(request.workers, told=told, command=request.command)
            found = fit(Prior(request.draws, firms=request.firms), request.out, how)
        posterior.write(found, request.out, request.command, time.perf_counter() - began)
    except KeyboardInterrupt:
        interrupted(f"interrupted; what was done is kept in {request.out}. The same command goes on with the rest")
    show(found, request.out, time.perf_counter() - began)


@contextmanager
def _stages() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage on a terminal, else a line now and then, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        last = time.perf_counter()

        def line(stage: str, done: int, of: int) -> None:
            nonlocal last
            if time.perf_counter() - last > EVERY or done == of:
                last = time.perf_counter()
                print(f"corridors: {stage}: {done:,} of {of:,}", file=sys.stderr, flush=True)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, speed_estimate_period=120) as bars:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=of)
            bars.update(tasks[stage], completed=done)

        yield told


def show(found: Fit, out: Path, seconds: float) -> None:
    """What the fit learned, and how surely."""
    from calibration.posterior import ENOUGH
    from calibration.recovery import LEARNED, contractions
    from corridors.report import plain_table, wide_console

    console = wide_console()
    if found.effective < ENOUGH:
        console.print(
            f"[bold red]Only {found.effective:,.0f} effective draws; {ENOUGH:,} are wanted.[/bold red] The posterior "
            "is coarse: give more --draws."
        )
    console.print(
        f"{found.draws:,} draws run, {len(found.seeds):,} of them through the second stage; {found.effective:,.0f} "
        f"effective draws ({found.first_effective:,.0f} after the first stage). "
        f"{found.failed:,} draws failed and weigh nothing. {seconds:,.0f} s.\n"
    )
    table = plain_table("What the fit has learned: how much of each parameter's prior variance is gone")
    for head in ("parameter", "unit", "prior", "posterior mean", "90 % interval", "variance gone"):
        table.add_column(head, justify="left" if head in ("parameter", "unit") else "right")
    for row in contractions(found.parameters, found.weights):
        if row.contraction >= LEARNED:
            table.add_row(
                row.name, row.unit, f"{row.prior_low:g} to {row.prior_high:g}", f"{row.mean:.3g}",
                f"{row.low:.3g} to {row.high:.3g}", f"{row.contraction:.0%}",
            )  # fmt: skip
    console.print(table)
    console.print(f"Of the others less than {LEARNED:.0%} is gone: the figures do not tell them from their prior.\n")
    console.print(f"Written to {out}: use it with --fit {out}", markup=False)
