"""Jobs: parts of a sweep as plain data, so that whoever makes them may be a thread, a process or another machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from abm.measures import CATEGORY
from abm.scenario import Scenario
from experiments.provenance import code_hash
from experiments.sweeps.plan import Plan
from experiments.sweeps.spec import Grid, SweepSpec


@dataclass(frozen=True)
class Job:
    """One part, with all that is needed to make it anywhere.

    factors: (name, kind, month from which it holds) each; columns: (name, unit) of the series kept; summary: (name,
    which column, first step, step after the last, is it a category?); places: for each run its scenario and variant;
    rows: its values of the factors; digest: of the sweep; sources: texts of the users' own rules; code: what the
    program must be, so that no worker mixes in another.
    """

    part: int
    spec: SweepSpec
    stories: tuple[Scenario, ...]
    variants: tuple[str, ...]
    factors: tuple[tuple[str, str, str], ...]
    fixed: tuple[tuple[str, Any], ...]
    fixed_at: str
    columns: tuple[tuple[str, str], ...]
    summary: tuple[tuple[str, int, int, int, bool], ...]
    runs: tuple[int, ...]
    points: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    replications: tuple[int, ...]
    seeds: tuple[int, ...]
    rows: tuple[tuple[Any, ...], ...]
    digest: str
    sources: Mapping[str, str]
    code: str


@dataclass(frozen=True)
class Part:
    """What came of a job: the bytes of each file, and how many runs failed."""

    number: int
    files: Mapping[str, bytes]
    runs: int
    failed: int


def job_of(plan: Plan, part: int, code: str | None = None) -> Job:
    """The job that makes a part."""
    return job_for(plan, plan.runs_of(part), part, code)


def job_for(plan: Plan, runs: Sequence[int], part: int = -1, code: str | None = None) -> Job:
    """A job of any runs of a plan, as plain data."""
    where = [plan.of_run(run) for run in runs]
    told = plan.spec.model_copy(update={"design": Grid(kind="grid"), "vary": {}})  # which may be large; rows say it all
    return Job(
        part=part,
        spec=told,
        stories=plan.stories,
        variants=plan.variants,
        factors=tuple((factor.name, factor.kind, plan.start(factor.at)) for factor in plan.factors),
        fixed=tuple(plan.fixed.items()),
        fixed_at=plan.start(),
        columns=tuple((column.name, column.unit) for column in plan.columns),
        summary=tuple(
            (name, i, *plan.steps_of(window), plan.columns[i].unit == CATEGORY) for name, i, window in plan.summary
        ),
        runs=tuple(runs),
        points=tuple(point.number for point, _, _ in where),
        places=tuple((point.scenario, point.variant) for point, _, _ in where),
        replications=tuple(replication for _, replication, _ in where),
        seeds=tuple(seed for _, _, seed in where),
        rows=tuple(tuple(plan.values(point.row).values()) for point, _, _ in where),
        digest=plan.digest,
        sources=plan.sources,
        code=code or code_hash(),
    )
