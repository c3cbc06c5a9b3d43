"""`corridors outlook`: the futures of 2035, and what the survey asked beside them, next to the experts' opinions."""

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
    from abm.scenario import Scenario
    from calibration.outlook import Beside, Item, Layout, Outlook, Prospect

TODAY = "Experts judged today's policies, so only as-is is held against them; other scenarios stand beside."
RUNS = "The model's shares are shares of its runs: they are probabilities only as far as the model holds."


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    draws: int
    replicates: int
    uncertainty: str
    scenarios: tuple[str, ...]
    firms: int
    threads: int | None
    as_json: bool
    html: Path | None
    out: Path | None
    force: bool
    command: str


def look_and_report(request: Request) -> None:
    """Check everything, run, compare, write, print. Raises BadInput before anything is run."""
    check(request)
    stories = read_stories(request.scenarios)
    numbers = parameter_draws(request.draws, request.uncertainty)
    began = time.perf_counter()
    try:
        found = look(request, stories, numbers)
    except KeyboardInterrupt:
        interrupted("interrupted; nothing was written")
    seconds = time.perf_counter() - began
    if request.html:
        from corridors.outlook_page import page

        write_file(request.html, page(found, told(request)), "--html")
    if request.out:
        with written_whole(request.out) as folder:
            write_files(folder, found, request, stories, numbers, seconds)
    if request.as_json:
        print(as_json(found, request))
    else:
        show(found, request, seconds)


def check(request: Request) -> None:
    """Refuse amounts and places that make no sense. Raises BadInput."""
    from abm.clock import MONTHS_A_YEAR
    from abm.runs import check_size

    for option, value in (("--draws", request.draws), ("--replicates", request.replicates)):
        if not 1 <= value <= MOST_SEEDS:
            raise BadInput(f"{option} {value} is outside 1 to {MOST_SEEDS}")
    if request.draws * request.replicates > MOST_SEEDS:
        raise BadInput(
            f"--draws {request.draws} times --replicates {request.replicates} is more than {MOST_SEEDS} runs of each "
            "variant; lower one"
        )
    if request.threads is not None and request.threads < 1:
        raise BadInput(f"--threads {request.threads} must be 1 or more")
    check_size(request.firms, MONTHS_A_YEAR)
    if request.html:
        check_file(request.html, "--html")
    if request.out:
        check_place(request.out, request.force)


def read_stories(names: tuple[str, ...]) -> list[Scenario]:
    """The scenarios asked for beside as-is, each once. Raises BadInput where there is no 2035 to look at."""
    from abm.scenario import FIRST_YEAR, YEARS, Scenario
    from calibration.headline import AS_IS
    from calibration.variants import variants

    found: dict[str, Scenario] = {}
    for name in names:
        story = Scenario.read(name)
        if (story.first_year, story.years) != (FIRST_YEAR, YEARS):
            last = story.first_year + story.years - 1
            raise BadInput(
                f"--scenario {name}: runs from {story.first_year} to {last}; the futures are of "
                f"{FIRST_YEAR + YEARS - 1}, from {FIRST_YEAR} on"
            )
        known = variants().get(story.name, found.get(story.name))
        if known is not None and known.to_toml() != story.to_toml():
            raise BadInput(f"--scenario {name}: another scenario is called '{story.name}' too; rename the file")
        if story.name != AS_IS:
            found[story.name] = story
    return list(found.values())


def look(request: Request, stories: list[Scenario], numbers: list[Parameters]) -> Outlook:
    """Run every variant that is needed, with a progress bar, and compare."""
    from calibration.outlook import ensemble, frozen_for, layout_of, outlook, wanted

    names = wanted(stories)
    with progress(len(names) * request.draws * request.replicates) as advance:
        evidence = ensemble(
            numbers, request.replicates, [*stories, *map(frozen_for, stories)], request.firms, request.threads, advance
        )
        evidence.prepare(names)
    return outlook(evidence, layout_of(numbers, request.replicates), stories)


def told(request: Request) -> str:
    """How the numbers were made, in a sentence."""
    return (
        f"{request.draws} draws × {request.replicates} replicates of each variant, {request.firms} firms, "
        f"{origin(request.uncertainty)}."
    )


# --------------------------------------------------------------------------------------------------------------- files


def as_json(found: Outlook, request: Request) -> str:
    """The outlook for machines; shares from 0 to 1, null where there is none."""
    return json.dumps(plain(found, request), indent=1, ensure_ascii=False)


def plain(found: Outlook, request: Request) -> dict[str, Any]:
    """The outlook as plain data, with the label on top."""
    from calibration.outlook import EACH, LABEL, ONE_WORLD, SEED, SURVEYS
    from corridors.outlook_words import of_futures, of_list

    return {
        "label": LABEL, "model": RUNS, "held_against": TODAY,
        "source": request.uncertainty, "draws": request.draws, "replicates": request.replicates,
        "firms": request.firms,
        "null_hypotheses": {"p_each": EACH, "p_one_world": ONE_WORLD, "surveys": SURVEYS, "seed": SEED},
        "futures": {
            prospect.scenario: {
                **_question(prospect.beside),
                "most_frequent": dict(zip(_ids(prospect.beside), prospect.first)) if prospect.first else None,
                "sweep": [
                    {"quantile": quantile, "rule_1": form, "shares": dict(zip(_ids(prospect.beside), shares))}
                    for quantile, form, shares in prospect.sweep
                ],
                "words": of_futures(prospect, found.layout),
            }
            for prospect in found.prospects
        },
        "questions": {
            beside.question.name: {**_question(beside), "words": of_list(beside, found.layout)}
            for beside in found.questions
        },
    }  # fmt: skip


def _ids(beside: Beside) -> list[str]:
    return [item.row.id for item in beside.items]


def _question(beside: Beside) -> dict[str, Any]:
    order = beside.rank
    return {
        "asked": beside.question.asked, "respondents": beside.question.n,
        "several_answers": beside.question.several,
        "distance": beside.gap.distance, "p_each": beside.gap.each, "p_one_world": beside.gap.one_world,
        "tau": order.tau if order else None, "tau_low": order.low if order else None,
        "tau_high": order.high if order else None,
        "answers": [cells(item) for item in beside.items],
    }  # fmt: skip


def cells(item: Item) -> dict[str, Any]:
    """One answer as plain data."""
    from calibration.outlook import name_of

    row = item.row
    return {
        "id": row.id, "answer": name_of(row), "experts": row.value, "experts_low": row.low, "experts_high": row.high,
        "experts_count": item.count, "experts_place": item.experts_place,
        "model": item.model, "model_error": item.error, "model_low": item.low, "model_high": item.high,
        "model_place": item.place, "parameters_part": item.parameters,
        "role": row.role, "independence": row.independence, "verdict": item.verdict, "why": item.told,
    }  # fmt: skip


def write_files(
    folder: Path, found: Outlook, request: Request, stories: list[Scenario], numbers: list[Parameters], seconds: float
) -> None:
    """outlook.json, outlook.csv (a row an answer), outlook.html and the manifest, into a folder."""
    from calibration.outlook import LABEL, frozen_for, wanted
    from calibration.variants import variants
    from corridors.outlook_page import page

    (folder / "outlook.json").write_text(as_json(found, request) + "\n", encoding="utf-8")
    (folder / "outlook.html").write_text(page(found, told(request)), encoding="utf-8")
    rows = [
        {"question": beside.question.name, "scenario": scenario, **cells(item), "label": LABEL}
        for scenario, beside in _all(found)
        for item in beside.items
    ]
    with (folder / "outlook.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    known = {story.name: story for story in (*stories, *map(frozen_for, stories))} | variants()
    run = [known[name] for name in wanted(stories)]
    write_manifest(folder, request.command, run, request.draws * request.replicates, request.firms,
                   numbers * request.replicates, seconds, uncertainty=request.uncertainty, draws=request.draws,
                   replicates=request.replicates)  # fmt: skip


def _all(found: Outlook) -> list[tuple[str, Beside]]:
    """Every question with the scenario that it is asked of."""
    futures = [(prospect.scenario, prospect.beside) for prospect in found.prospects]
    return futures + [(found.prospects[0].scenario, beside) for beside in found.questions]


# -------------------------------------------------------------------------------------------------------------- screen


def show(found: Outlook, request: Request, seconds: float) -> None:
    """Print the outlook for a person."""
    from calibration.outlook import LABEL
    from corridors.outlook_words import of_futures, of_list
    from corridors.report import wide_console

    console = wide_console()
    console.print(f"\n[bold]{LABEL}[/bold]\n{RUNS}\n{told(request)}\n")
    for prospect in found.prospects:
        _show_futures(console, prospect, found.layout)
        _say(console, of_futures(prospect, found.layout))
    if len(found.prospects) > 1:
        console.print(f"{TODAY}\n", markup=False)
    for beside in found.questions:
        _show_question(console, beside, found.layout)
        _say(console, of_list(beside, found.layout))
    console.print(notes(), markup=False)
    for place in (request.html, request.out):
        if place:
            console.print(f"Written to {place}", markup=False)
    console.print(f"{seconds:.1f} s. `corridors explain ID` tells where a figure stands and how it is measured.")


def notes() -> str:
    """What the columns and the p-values are, for those who read tables."""
    from calibration.outlook import EACH, ONE_WORLD, SURVEYS

    return (
        "±: standard error, from finitely many draws and seeds. Parameters: their part of the variance of a single "
        f"run; the rest is luck. p: part of {SURVEYS:,} simulated surveys that lie as far from the model's mean as "
        f"the real one; first: {EACH}; second: {ONE_WORLD}. Mentions of several answers are taken as independent."
    )


def _say(console: Any, sentences: list[str]) -> None:
    from textwrap import fill

    for sentence in sentences:
        text = fill(sentence, console.width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        console.print(text, markup=False)
    console.print()


def spread_of(layout: Layout, share: bool) -> str:
    """What the 90 % interval of a question holds, as the head of a column."""
    if not share:
        return "90 % of runs"
    return "90 % of its error" if layout.same or not layout.told_apart else "90 % of draws"


def _show_futures(console: Any, prospect: Prospect, layout: Layout) -> None:
    from calibration.headline import AS_IS
    from calibration.outlook import name_of
    from corridors.outlook_words import role
    from corridors.report import plain_table

    beside = prospect.beside
    judged = prospect.scenario == AS_IS
    table = plain_table(f"The four futures of 2035 under {prospect.scenario}")
    for head in ("future", "experts", "95 % band", "model", spread_of(layout, True), "parameters", "first in", ""):
        table.add_column(head, justify="left" if head in ("future", "") else "right", no_wrap=head != "future")
    for i, item in enumerate(beside.items):
        first = f"{prospect.first[i]:.0%}" if prospect.first else "?"
        table.add_row(name_of(item.row), *columns(item, beside, layout), first, mark(item) if judged else "")
    console.print(table)
    sweep = plain_table("The same by other rules: quantile of the frozen band, and which form of rule 1 counts")
    for head in ("quantile", "rule 1", *(name_of(item.row) for item in beside.items)):
        sweep.add_column(head, justify="left" if head == "rule 1" else "right")
    for quantile, form, shares in prospect.sweep:
        sweep.add_row(f"{quantile:g}", form, *(f"{x:.2f}" for x in shares))
    console.print(sweep)
    console.print(
        f"  Role of these rows: {role(beside.items)}. First in: part of draws in which it is the most frequent.",
        markup=False,
    )


def _show_question(console: Any, beside: Beside, layout: Layout) -> None:
    from calibration.outlook import name_of
    from corridors.outlook_words import role
    from corridors.report import plain_table

    question = beside.question
    title = f"{question.asked[0].upper()}{question.asked[1:]} ({question.n} experts; {role(beside.items)})"
    table = plain_table(title)
    for head in ("answer", "experts", "95 % band", "model", spread_of(layout, question.share), "parameters", "place",
                 ""):  # fmt: skip
        table.add_column(head, justify="left" if head in ("answer", "") else "right", no_wrap=head != "answer")
    for item in beside.items:
        place = f"{item.experts_place} → {item.place}" if item.place else ""
        table.add_row(name_of(item.row), *columns(item, beside, layout), place, mark(item))
    console.print(table)


def columns(item: Item, beside: Beside, layout: Layout) -> list[str]:
    """What both tables tell of an answer: experts, their band, model, its interval, and what parameters make."""
    from corridors import outlook_words as words

    runs = layout.draws * layout.replicates
    return [
        words.experts(item, beside.question), words.band(item), words.model(item, beside.question, runs),
        words.interval(item), words.parameters(item.parameters),
    ]  # fmt: skip


def mark(item: Item) -> str:
    """The verdict, in colour."""
    return "[green]inside[/green]" if item.verdict == "inside" else f"[bold red]{item.verdict}[/bold red]"
