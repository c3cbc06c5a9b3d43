"""`corridors search`: programmes of a budget, simple rivals on the same fresh luck, and what each lever is worth."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.scenario import Scenario
from corridors.output import check_place, write_manifest, written_whole
from corridors.run import interrupted
from experiments.search.find import POPULATION, Found, Row, find
from experiments.search.optimise import CAUTION, Notebook, undominated
from experiments.search.switching import DOSE

FORMAT = ".6g"
MONEY, BAND = "money, mn US$/yr", "10-90 % band"
PROGRAMMES = "programmes"  # a folder with the frontier as scenarios
LISTED = 0.05  # a smaller part of a programme is not named on screen, but counted


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    base: str
    budget: str
    levers: str
    risk: float
    runs: int
    fresh: int
    generations: int
    firms: int
    seed: int
    uncertainty: str
    threads: int | None
    out: Path | None
    force: bool
    as_json: bool
    command: str


def search_and_report(request: Request) -> None:
    """Check everything, search, write, print. Raises BadInput before anything is written."""
    base = Scenario.read(request.base)
    budgets = _budgets(request.budget)
    levers = [name.strip() for name in request.levers.split(",") if name.strip()] or None
    if request.out:
        check_place(request.out, request.force)
    try:
        with _progress(budgets, request.generations) as told:
            found = find(
                base, budgets, levers, risk=request.risk, runs=request.runs, generations=request.generations,
                population=POPULATION, fresh=request.fresh, firms=request.firms, seed=request.seed,
                uncertainty=request.uncertainty, threads=request.threads, told=told,
            )  # fmt: skip
        if request.out:
            with written_whole(request.out) as folder:
                _write(found, request, folder)
    except KeyboardInterrupt:
        interrupted("interrupted before programmes could be compared; nothing was written")
    if request.as_json:
        print(json.dumps(_told(found), indent=1, ensure_ascii=False))
    else:
        _show(found, request)
    if found.stopped:
        interrupted(f"interrupted: the answer is of {found.tried} programmes tried until then")


def _budgets(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise BadInput(f"--budget {text}: write mn US$ a year, as 60, or several as 20,40,80") from None


@contextmanager
def _progress(budgets: Sequence[float], generations: int) -> Iterator[Any]:
    """A bar on standard error, where somebody looks: generation, the best so far in both aims, time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("rivals", total=len(set(budgets)) * generations)

        def told(budget: float, generation: int, book: Notebook) -> None:
            front = undominated(book.tried)
            seen = f"best so far {front[0].expected:+.0f} expected, {front[-1].worst:+.0f} in the worst runs"
            bar.update(task, advance=1, description=f"{budget:g} mn, generation {generation}: {seen}")

        yield told


# ---------------------------------------------------------------------------------------------------------------- files


def _told(found: Found) -> dict[str, Any]:
    """The answer as plain data."""
    return {
        "base": found.menu.base.name,
        "years": list(found.menu.span),
        "risk": found.risk,
        "uncertainty": found.uncertainty,
        "seeds": {lot: {"first": first, "count": count} for lot, (first, count) in found.seeds.items()},
        "programmes_tried": found.tried,
        "complete": not found.stopped,
        "unit": "mn US$/yr",
        "programmes": [_row(row, found) | {"amounts": dict(row.programme.amounts)} for row in found.rows],
        "switching": _switching(found),
    }


def _row(row: Row, found: Found) -> dict[str, Any]:
    band = row.band
    role = "rival" if row.rival else "recommended" if row.recommended else "frontier"
    return {
        "programme": row.label, "role": role, "beaten": found.beaten(row), "budget": row.budget,
        "cost": row.programme.cost, "charged": row.charged, "expected": row.point.expected, "low": band.low,
        "median": band.median, "high": band.high, "worst": row.point.worst, "words": row.words,
        "seen_expected": row.seen.expected, "seen_worst": row.seen.worst, "runs": band.runs,
    }  # fmt: skip


def _switching(found: Found) -> list[dict[str, Any]]:
    return [
        {
            "programme": found.recommended(budget).label, "budget": budget, "lever": worth.lever,
            "chosen": worth.chosen, "amount": worth.amount, "unit": worth.unit, "cost": worth.cost,
            "times": worth.times, "low": worth.band.low, "median": worth.band.median, "high": worth.band.high,
            "words": worth.words,
        }
        for budget, worths in found.worths.items() for worth in worths
    ]  # fmt: skip


def _write(found: Found, request: Request, folder: Path) -> None:
    from importlib.metadata import version

    from corridors.frontier import draw

    names = found.menu.names
    _write_table(folder / "search.csv", [
        _row(row, found) | {name: dict(row.programme.amounts).get(name, 0.0) for name in names} for row in found.rows
    ])  # fmt: skip
    _write_table(folder / "switching.csv", _switching(found))
    stories = {row.label: found.story(row) for row in found.rows if not row.rival}
    (folder / PROGRAMMES).mkdir()
    for label, story in stories.items():
        (folder / PROGRAMMES / f"{label}.toml").write_text(story.to_toml(), encoding="utf-8")
    draw(found, folder)
    told = _told(found)
    programmes = [replace(story, name=label) for label, story in stories.items()]
    more = {key: told[key] for key in ("complete", "uncertainty", "risk", "programmes_tried")}
    write_manifest(
        folder, request.command, [found.menu.base, *programmes], told["seeds"], request.firms, Parameters(),
        found.seconds, **more, seed=request.seed, generations=request.generations, population=POPULATION,
        prices={option.name: option.price for option in found.menu.options}, optimiser=f"pymoo {version('pymoo')}",
    )  # fmt: skip


def _write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({k: f"{v:{FORMAT}}" if isinstance(v, float) else v for k, v in row.items()})


# --------------------------------------------------------------------------------------------------------------- screen


def _show(found: Found, request: Request) -> None:
    from rich.markup import escape

    from corridors.report import wide_console

    console = wide_console()
    first, last = found.menu.span
    worst = f"worst {found.risk:.0%}"
    seen, fresh = found.seeds["search"][1], found.seeds["report"][1]
    draws = {"prior": "its own draw of the parameters to be fitted", "luck": "parameters at their defaults"}
    console.print(
        f"\n[bold]Programmes on top of {escape(found.menu.base.name)}[/bold]: gain in regional surplus, mn US$ a year, "
        f"mean of {first}-{last}.\n{found.tried} programmes were tried on {seen} runs each. All figures are of {fresh} "
        f"fresh runs, paired one by one,\neach with {draws.get(found.uncertainty, 'a set of the given parameters')}.\n"
    )
    for budget in found.worths:
        _show_programmes(console, found, budget, worst)
        _show_rivals(console, found, budget, worst)
        _show_switching(console, found, budget)
    console.print(
        "Cost: by the account's prices, mean of these years; what agreements and copied corridors cost later is in the "
        "gain.\nOutward corridors are left out: their account is apart from the surplus."
    )
    if request.out:
        ours = request.out / PROGRAMMES / f"{found.recommended(max(found.worths)).label}.toml"
        console.print(f"Written to {escape(str(request.out))}; run the recommended one:")
        console.print(f"  corridors run {escape(str(ours))} --against {escape(request.base)}", soft_wrap=True)
    console.print(f"{found.seconds:.0f} s.")


def _show_programmes(console: Any, found: Found, budget: float, worst: str) -> None:
    from corridors.report import plain_table

    table = plain_table(f"Within {budget:g} mn US$ a year: from the highest expected gain to the safest")
    for head, side in (("", "left"), (MONEY, "left"), ("cost", "right"), ("expected", "right"), (BAND, "right"),
                       (worst, "right"), ("", "left"), ("as searched", "right")):  # fmt: skip
        table.add_column(head, justify=side, no_wrap=head != MONEY)
    for row in found.rows:
        if row.budget == budget and not row.rival:
            label = f"[bold]{row.label} *[/bold]" if row.recommended else row.label
            label = f"({label})" if found.beaten(row) else label
            table.add_row(label, _money(found, row), *_figures(row))
    console.print(table)
    share = f"{1 - CAUTION:.0%} expected gain, {CAUTION:.0%} gain in the {worst} of runs"
    console.print(
        f"* recommended: highest by {share}, on a second lot of luck.\n"
        f"(): another one is better in both on the fresh luck. As searched: expected, {worst}, on the search's luck.\n"
    )


def _figures(row: Row) -> tuple[str, ...]:
    band = f"{row.band.low:+.0f} to {row.band.high:+.0f}"
    seen = f"{row.seen.expected:+.0f}, {row.seen.worst:+.0f}"
    return f"{row.programme.cost:.1f}", f"{row.point.expected:+.0f}", band, f"{row.point.worst:+.0f}", row.words, seen


def _money(found: Found, row: Row) -> str:
    """What a programme spends, the largest first: "reform_KZ-UZ 10.0, technology 50.4"."""
    spent = dict(zip(found.menu.names, found.menu.money(row.programme)))
    large = {name: money for name, money in spent.items() if money >= LISTED * row.programme.cost and money > 0}
    told = [f"{name} {money:.1f}" for name, money in sorted(large.items(), key=lambda item: -item[1])]
    rest = sum(spent.values()) - sum(large.values())
    if len(large) > len(found.menu.names) / 2:
        return f"{next(iter(large.values())):.1f} each on {len(large)} levers"
    return ", ".join(told + ([f"{rest:.1f} on others"] if rest > 0.05 else [])) or "nothing"


def _show_rivals(console: Any, found: Found, budget: float, worst: str) -> None:
    from corridors.report import plain_table

    table = plain_table("Simple rivals, on the same fresh luck")
    for head, side in (("", "left"), ("cost", "right"), ("expected", "right"), (BAND, "right"), (worst, "right"),
                       ("", "left"), (f"by: expected, {worst}", "right")):  # fmt: skip
        table.add_column(head, justify=side, no_wrap=True)
    leads = {lead.rival: lead for lead in found.leads(budget)}
    for row in found.rows:
        if row.budget == budget and row.rival:
            lead = leads[row.label]
            ahead = f"{lead.expected:+.0f} ±{lead.expected_error:.0f}, {lead.worst:+.0f} ±{lead.worst_error:.0f}"
            table.add_row(row.label, *_figures(row)[:4], lead.words, ahead)
    console.print(table)
    console.print(
        "Best first: levers in turn, by what each gains alone for its money. By: so far is the programme ahead, which "
        "was\npicked on the second lot of luck, ± standard error of the paired difference."
    )
    unbeaten = [lead.rival for lead in leads.values() if not lead.words.startswith("beaten")]
    if unbeaten:
        console.print(f"[bold]On fresh luck the search does not surely beat: {', '.join(unbeaten)}.[/bold]")
    console.print()


def _show_switching(console: Any, found: Found, budget: float) -> None:
    from corridors.report import plain_table

    ours = found.recommended(budget)
    table = plain_table(f"Switching value of each lever in {ours.label}: gross gain in times of its cost")
    for head, side in (("lever", "left"), ("mn US$/yr", "right"), ("times", "right"), (BAND, "right"), ("", "left")):
        table.add_column(head, justify=side, no_wrap=True)
    for i, worth in enumerate(found.worths[budget]):
        if i and found.worths[budget][i - 1].chosen and not worth.chosen:
            table.add_section()
        cost = f"{worth.cost:.1f}" if worth.chosen else f"(+{worth.cost:.1f})"
        band = f"{worth.band.low:.1f} to {worth.band.high:.1f}"
        table.add_row(worth.lever, cost, f"{worth.times:.1f}", band, worth.words)
    console.print(table)
    console.print(
        "Gross gain: with the lever less without it, its own cost put back. (+): left out; tried on top, with "
        f"{DOSE:.0%} of the\nbudget, or whole. Below 1 it is better left out, against leaving its money unspent.\n"
    )
