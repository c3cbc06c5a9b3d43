"""`corridors run`: the runs, their files, and the answer."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from abm.errors import BadInput, unknown
from abm.parameters import Parameters
from abm.scenario import Scenario
from corridors.output import check_place, write_manifest, written_whole
from corridors.sources import DEFAULTS, numbers_for, origin

CHUNK = 50  # runs held at a time before they reach the disk
MOST_SEEDS = 10_000
# what a link says itself, and the word of the command line for it
IN_A_LINK = {
    "scenario": "a scenario", "against": "--against", "seeds": "--seeds", "set_": "--set", "firms": "--firms",
    "defaults": "--defaults", "prior": "--prior", "posterior": "--posterior", "fit": "--fit",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line; a link is asked in place of scenarios, seeds, firms and parameters."""

    scenario: str
    against: str
    seeds: int
    out: Path | None
    force: bool
    sets: tuple[str, ...]
    firms: int
    keep: str
    threads: int | None
    chart: bool
    command: str
    source: str = DEFAULTS
    link: str | None = None


@dataclass(frozen=True)
class Job:
    """What is run: the scenario, what it is held against, others; the first seed, and one set of parameters a run."""

    stories: list[Scenario]
    numbers: list[Parameters]
    first: int
    firms: int
    source: str


def run_and_report(request: Request) -> None:
    """Check everything, run, write, print. Raises BadInput before anything is written."""
    if request.keep not in ("headline", "all"):
        raise unknown("--keep", request.keep, ("headline", "all"))
    if request.out:
        check_place(request.out, request.force)
    job = _asked(request) if request.link is None else _linked(request, request.link)
    stories, numbers = job.stories, job.numbers
    began = time.perf_counter()
    with ExitStack() as stack:
        folder = stack.enter_context(written_whole(request.out)) if request.out else None
        ensembles, seconds, stopped = _simulate(request, job, folder)
        if not ensembles:
            interrupted("interrupted before any run was finished; nothing was written")
        from calibration.answer import answer, write_summary

        if request.chart and folder:
            from corridors.chart import draw

            draw(ensembles, stories[0].name, stories[1].name, folder, origin(job.source))
        done = len(next(iter(ensembles.values())).seeds)
        found = answer(ensembles, stories[0].name, stories[1].name, numbers[:done], origin(job.source))
        if folder and request.out:
            write_summary(found, ensembles, folder)
            write_manifest(
                folder, request.command, stories, {"first": job.first, "count": done}, job.firms, numbers[:done],
                seconds, complete=not stopped, uncertainty=job.source,
            )  # fmt: skip
    from corridors.report import show

    show(found, request.out, seconds, time.perf_counter() - began)
    if stopped:
        interrupted(f"interrupted: the answer is of {done} seeds, not {len(numbers)}")


def refuse_with_link(given: Sequence[str]) -> None:
    """Refuse a link together with what it says itself, and a command with neither link nor scenario. Raises BadInput.

    given: names of the options that were typed.
    """
    if "link" not in given:
        if "scenario" not in given:
            raise BadInput("run: name a scenario, or give a link of the app with --link")
        return
    both = [word for name, word in IN_A_LINK.items() if name in given]
    if both:
        raise BadInput(f"--link says all of the question; leave out {' and '.join(both)}")


def _asked(request: Request) -> Job:
    """What the words of the command line ask for. Raises BadInput."""
    stories = read_scenarios(request)
    check_amounts(request.seeds, request.threads)
    return Job(stories, numbers_for(request.seeds, request.source, request.sets), 0, request.firms, request.source)


def _linked(request: Request, link: str) -> Job:
    """What a link of the app asks for, read as the app reads it. Raises BadInput."""
    from app.link import model_version, parameter_sets, read
    from calibration.headline import AS_IS, FROZEN

    question = read(link)
    check_amounts(question.seeds, request.threads)
    story, ground = question.story(), question.ground()
    if story.changes == ground.changes:
        raise BadInput(f"--link: its scenario does not differ from its baseline, '{question.against}'")
    if question.model not in ("", model_version()):
        print(
            f"corridors: this link was made with model {question.model}, and this is {model_version()}: "
            "figures may differ",
            file=sys.stderr,
        )
    stories = [story, ground if ground.name != story.name else replace(ground, name=f"{ground.name}, baseline")]
    stories += [Scenario.read(name) for name in (FROZEN, AS_IS) if name not in (story.name, ground.name)]
    return Job(stories, parameter_sets(question), question.first, question.firms, question.numbers)


def interrupted(told: str) -> NoReturn:
    """One line on standard error, and the exit code of an interrupt."""
    print(f"corridors: {told}", file=sys.stderr)
    sys.exit(130)


def check_amounts(seeds: int, threads: int | None) -> None:
    """Refuse numbers of seeds and threads that make no sense. Raises BadInput."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise BadInput(f"--seeds {seeds} is outside 1 to {MOST_SEEDS}")
    if threads is not None and threads < 1:
        raise BadInput(f"--threads {threads} must be 1 or more")


def read_scenarios(request: Request) -> list[Scenario]:
    """The scenario, what it is held against, and the two that the futures need; each once."""
    from calibration.headline import AS_IS, FROZEN

    found = [Scenario.read(request.scenario), Scenario.read(request.against)]
    if found[0] == found[1]:
        raise BadInput(f"'{request.scenario}' is held against itself; choose another scenario for --against")
    if found[0].name == found[1].name:
        raise BadInput(f"both scenarios are called '{found[0].name}'; rename one of the files")
    if request.against == FROZEN:
        found[1] = found[1].rebased(found[0])
    spans = {(s.first_year, s.years) for s in found}
    if len(spans) > 1:
        raise BadInput(
            f"'{found[0].name}' and '{found[1].name}' begin or end in different years; they cannot be paired"
        )
    for story in found:
        if story.name in Scenario.names() and story.file != story.name:
            raise BadInput(f"{story.file}: '{story.name}' is the name of a shipped scenario; rename the file")
    for name in (FROZEN, AS_IS):
        other = Scenario.read(name)
        if name not in (s.name for s in found) and other.first_year == found[0].first_year:
            found.append(other.rebased(found[0]))  # the same world and years as the scenario's own
    return found


def _simulate(request: Request, job: Job, folder: Path | None) -> tuple[dict[str, Any], float, bool]:
    """All runs, in chunks of seeds that go round the scenarios, so that an interrupt leaves them even."""
    import numpy as np

    from abm.runs import Engine, Runs, run_each
    from calibration.headline import KEPT

    engines = [Engine(story, firms=job.firms) for story in job.stories]
    columns = engines[0].columns
    wanted = np.array(
        [i for i, c in enumerate(columns) if c.measure in KEPT and (not KEPT[c.measure] or c.who in KEPT[c.measure])]
    )
    stored = engines[0].kept(request.keep) if folder else wanted
    every = np.union1d(stored, wanted)
    report_part = np.searchsorted(every, wanted)
    file_part = np.searchsorted(every, stored)
    held: list[list[Any]] = [[] for _ in engines]
    done: list[int] = []
    stopped = False
    began = time.perf_counter()
    with progress(len(engines) * len(job.numbers)) as advance, _writer(folder, columns, stored) as write:
        try:
            for start in range(0, len(job.numbers), CHUNK):
                given = job.numbers[start : start + CHUNK]
                seeds = list(range(job.first + start, job.first + start + len(given)))
                parts = []
                for engine in engines:
                    part = np.zeros((len(seeds), len(engine.levers), len(every)), np.float32)
                    for _ in run_each(engine, seeds, given, every, part, request.threads):
                        advance()
                    parts.append(part)
                with _unbroken():
                    for engine, part, keep in zip(engines, parts, held):
                        write(engine.scenario, seeds, part[:, :, file_part])
                        keep.append(part[:, :, report_part])
                    done += seeds
        except KeyboardInterrupt:
            stopped = True
    kept = tuple(columns[i] for i in wanted)
    runs = {
        story.name: Runs(story, tuple(done), kept, np.concatenate(parts))
        for story, parts in zip(job.stories, held)
        if parts
    }
    return runs, time.perf_counter() - began, stopped


@contextmanager
def _unbroken() -> Iterator[None]:
    """An interrupt waits until a chunk has reached the disk for every scenario, so that they stay even."""
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


@contextmanager
def progress(total: int) -> Iterator[Any]:
    """A bar on standard error, for work longer than a second."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("runs", total=total)
    began = time.perf_counter()
    shown = False

    def advance() -> None:
        nonlocal shown
        bar.advance(task)
        if not shown and time.perf_counter() - began > 1:
            shown = True
            bar.start()

    try:
        yield advance
    finally:
        if shown:
            bar.stop()


@contextmanager
def _writer(folder: Path | None, columns: Any, stored: Any) -> Iterator[Any]:
    """Writes tidy rows to runs.parquet: one row a scenario, seed and month, one column a series."""
    if folder is None:
        yield lambda *ignored: None
        return
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [columns[i].name for i in stored]
    label = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [("scenario", label), ("seed", pa.int64()), ("month", pa.date32())]
        + [pa.field(n, pa.float32(), metadata={"unit": columns[i].unit}) for n, i in zip(names, stored)]
    )
    shape: dict[str, Any] = {"compression": "zstd", "use_byte_stream_split": names, "use_dictionary": ["scenario"]}
    with pq.ParquetWriter(folder / "runs.parquet", schema, **shape) as file:

        def write(story: Scenario, seeds: list[int], series: Any) -> None:
            steps = series.shape[1]
            first = np.datetime64(f"{story.first_year}-01", "M")
            months = (first + np.arange(steps)).astype("datetime64[D]").astype(np.int32)
            flat = series.reshape(-1, series.shape[2])
            rows = len(flat)
            arrays: list[Any] = [
                pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), [story.name]),
                pa.array(np.repeat(np.array(seeds, np.int64), steps)),
                pa.array(np.tile(months, len(seeds)), pa.date32()),
                *(pa.array(np.ascontiguousarray(flat[:, i])) for i in range(flat.shape[1])),
            ]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))

        yield write
