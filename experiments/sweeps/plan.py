"""A sweep worked out: every run has its number, its point, its replication and its seed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from abm.clock import MONTHS_A_YEAR
from abm.engine.rules import Month
from abm.errors import BadInput, unknown
from abm.month import MONTH
from abm.runs import Column, Engine, columns_of
from abm.scenario import Scenario, find_lever
from experiments.sweeps.designs import Drawn, draw, rows_of
from experiments.sweeps.factors import LEVER, Factor, factors_of, fixed_of, refuse_overlap, start_of
from experiments.sweeps.rules import month_of, sources_of
from experiments.sweeps.spec import MOST_RUNS, SweepSpec

KEYS = ("run", "point", "replicate", "seed", "scenario", "rules")  # which run a row is of
RUNS: Final = "runs"  # the two kinds of files of a part: a row a run,
SERIES: Final = "series"  # and a row a run and month
PART = 500  # runs a part, at most: large enough to compress well, small enough to lose
FEW_PARTS = 16  # a small sweep is still cut in as many, so that all workers have work
ALL_RULES = "all rules"  # the rule variant of a spec that names none
ENDS = 2  # years at the end that the futures look at


@dataclass(frozen=True)
class Window:
    """Calendar years that a summary averages over."""

    first: int
    last: int

    @property
    def name(self) -> str:
        """As it stands in column names: 2030, or 2034_2035."""
        return f"{self.first}" if self.first == self.last else f"{self.first}_{self.last}"


@dataclass(frozen=True)
class Point:
    """One point: a scenario, a rule variant and the values of the factors."""

    number: int
    scenario: int
    variant: int
    row: int


@dataclass(frozen=True)
class Plan:
    """What a spec comes to. Runs are numbered in the order in which they are made.

    All points come once, then all again with the next seed; at each row of the design all scenarios and variants stand
    together. So a sweep that is stopped is still even.
    """

    spec: SweepSpec
    stories: tuple[Scenario, ...]
    variants: tuple[str, ...]
    factors: tuple[Factor, ...]
    fixed: Mapping[str, Any]
    drawn: Drawn
    columns: tuple[Column, ...]
    windows: tuple[Window, ...]
    where: str = "sweep"

    @staticmethod
    def of(spec: SweepSpec, where: str = "sweep", stories: Sequence[Scenario] = ()) -> Plan:
        """Check a spec against the model's declarations, and draw its design.

        stories: its scenarios, if they are already at hand.

        Raises:
            BadInput: an unknown name, an empty or impossible design, a range outside what is allowed.
        """
        stories = tuple(stories) or tuple(Scenario.read(name) for name in spec.scenarios)
        _same_years(stories, where)
        variants = tuple(spec.rules) or (ALL_RULES,)
        months = [month_of(spec, name, where) for name in variants]
        factors = factors_of(spec, stories[0], where)
        for story in stories[1:]:
            factors_of(spec, story, where)  # another world may lack a tie
        runs = rows_of(spec.design, factors) * len(stories) * len(variants) * spec.replications
        if runs > MOST_RUNS:
            raise BadInput(f"{where}: {runs:,} runs are more than {MOST_RUNS:,}")
        if spec.first_seed + runs > 2**63:
            raise BadInput(f"{where}: seeds would pass {2**63 - 1}")
        columns = _columns(spec, stories[0], months, where)
        drawn = draw(spec.design, factors)
        if not drawn.rows:
            raise BadInput(f"{where}: the design has no points")
        fixed = fixed_of(spec, stories[0], where)
        for story in stories[1:]:
            fixed_of(spec, story, where)
        refuse_overlap([*(factor.name for factor in factors), *fixed], stories[0].world(), where)
        return Plan(spec, stories, variants, factors, fixed, drawn, columns, _windows(spec, stories[0], where), where)

    @property
    def points(self) -> int:
        """How many points: rows of the design x scenarios x rule variants."""
        return self.drawn.rows * len(self.stories) * len(self.variants)

    @property
    def runs(self) -> int:
        """How many runs."""
        return self.points * self.spec.replications

    @property
    def per_part(self) -> int:
        """Runs a part; a matter of the spec alone, so that parts are the same whoever makes them."""
        return self.spec.runs_a_part or max(1, min(PART, -(-self.runs // FEW_PARTS)))

    @property
    def parts(self) -> int:
        """How many parts."""
        return -(-self.runs // self.per_part)

    @property
    def steps(self) -> int:
        """Months of a run."""
        return self.stories[0].years * MONTHS_A_YEAR

    def steps_of(self, window: Window) -> tuple[int, int]:
        """The first step of a window, and the one after its last."""
        first = self.stories[0].first_year
        return (window.first - first) * MONTHS_A_YEAR, (window.last + 1 - first) * MONTHS_A_YEAR

    def point(self, number: int) -> Point:
        """The point of a number; scenarios go round fastest, then variants, then rows of the design."""
        rest, scenario = divmod(number, len(self.stories))
        row, variant = divmod(rest, len(self.variants))
        return Point(number, scenario, variant, row)

    def runs_of(self, part: int) -> range:
        """The run numbers of a part."""
        return range(part * self.per_part, min((part + 1) * self.per_part, self.runs))

    def of_run(self, run: int) -> tuple[Point, int, int]:
        """A run's point, replication and seed. Raises BadInput for a number that is not a run's."""
        if not 0 <= run < self.runs:
            raise BadInput(f"run {run} is outside 0 to {self.runs - 1}")
        replication, point = divmod(run, self.points)
        found = self.point(point)
        return found, replication, self.seed(found.row, replication)

    def seed(self, row: int, replication: int) -> int:
        """The seed of a row of the design; its scenarios and variants share it, with common luck all rows do."""
        own = row if self.spec.luck == "own" else 0
        return self.spec.first_seed + replication * (self.drawn.rows if self.spec.luck == "own" else 1) + own

    @property
    def seeds(self) -> int:
        """How many seeds there are in all."""
        return self.spec.replications * (self.drawn.rows if self.spec.luck == "own" else 1)

    def values(self, row: int) -> dict[str, Any]:
        """The factors' values at a row of the design."""
        columns = zip(self.factors, self.drawn.values)
        return {factor.name: column[row] if factor.is_text else float(column[row]) for factor, column in columns}

    @cached_property
    def summary(self) -> tuple[tuple[str, int, Window], ...]:
        """Columns of the summary: name, which of `columns`, and the window."""
        return tuple(
            (f"{column.name}_{window.name}", i, window)
            for i, column in enumerate(self.columns)
            for window in self.windows
        )

    def columns_of(self, kind: str) -> tuple[str, ...]:
        """Names of the columns of a part's file: "runs" or "series"."""
        if kind == SERIES:
            return (*KEYS, "month", *(column.name for column in self.columns))
        kept = tuple(name for name, _, _ in self.summary) if "summary" in self.spec.keep else ()
        return (*KEYS, *(factor.name for factor in self.factors), "error", *kept)

    def overridden(self) -> list[str]:
        """Where a scenario itself sets a varied lever after the sweep does: its later word holds from then."""
        found = []
        world = self.stories[0].world()
        for factor in self.factors:
            if factor.kind != LEVER:
                continue
            mine = find_lever(factor.name, world)
            for story in self.stories:
                later = sorted(
                    change.at for change in story.changes if change.at > factor.at
                    for name, _ in change.levers if _touch(mine, find_lever(name, world))
                )  # fmt: skip
                if later:
                    found.append(f"'{story.name}' sets {factor.name} itself from {later[0]} on; it varies until then")
        return found

    @cached_property
    def digest(self) -> str:
        """A short hash of everything that a spec says and that it names: the same digest, the same sweep."""
        told = self.spec.model_dump_json(exclude={"title", "why", "scenarios", "rules"})  # a file may have been moved
        rules = [
            repr((name, variant.without, [(rule, *self._rule(own)) for rule, own in variant.replace.items()]))
            for name, variant in self.spec.rules.items()
        ]
        stories = [f"{story.name}\n{story.to_toml()}" for story in self.stories]
        digest = hashlib.blake2b("\0".join([told, *rules, *stories]).encode(), digest_size=12)
        digest.update(np.ascontiguousarray(self.drawn.unit).tobytes())  # another sampler may draw other points
        return digest.hexdigest()

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Texts of the users' own rule files, by the name that the spec has for them; they are part of what it is."""
        return sources_of(self.spec)

    def _rule(self, own: str) -> tuple[str, str]:
        """Name and text of a user's rule, wherever its file lies."""
        file, _, function = own.rpartition(":")
        return function, self.sources[file]

    def engines(self) -> Iterator[Engine]:
        """An engine for each scenario and variant; making them compiles the rules."""
        for story in self.stories:
            for name in self.variants:
                yield Engine(story, month_of(self.spec, name, self.where), self.spec.firms, plain=self.spec.plain)

    def start(self, factor_at: str = "") -> str:
        """The month from which levers hold that say none themselves."""
        return factor_at or start_of(self.spec.fixed_at, self.stories[0], self.where)


def _touch(one: Any, other: Any) -> bool:
    """Do two levers, as `find_lever` tells them, share a tie, bloc or market?"""
    both = one[0].name == other[0].name
    return both and (one[1] == other[1] or isinstance(one[1], slice) or isinstance(other[1], slice))


def _same_years(stories: tuple[Scenario, ...], where: str) -> None:
    names = [story.name for story in stories]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"{where}: the scenario '{name}' is named twice")
    if len({(story.first_year, story.years) for story in stories}) > 1:
        raise BadInput(f"{where}: its scenarios begin or end in different years; make a sweep of each")


def _columns(spec: SweepSpec, story: Scenario, months: list[Month], where: str) -> tuple[Column, ...]:
    """The series that are kept; the model's own, which every rule variant records."""
    from abm.engine.world import build

    known = {m.name: m for m in MONTH.measures}
    chosen = spec.measures
    if isinstance(chosen, list):
        for name in chosen:
            if name not in known:
                raise unknown("measure", name, known, f"{where}, measures")
        if not chosen:
            raise BadInput(f"{where}: 'measures' is empty")
    kept = {
        name for name, measure in known.items()
        if chosen == "all" or (measure.headline if chosen == "headline" else name in chosen)
    }  # fmt: skip
    _, layout = build(story.world(), months[0], spec.firms)
    return tuple(column for column in columns_of(MONTH, layout) if column.measure in kept)


def _windows(spec: SweepSpec, story: Scenario, where: str) -> tuple[Window, ...]:
    first, last = story.first_year, story.first_year + story.years - 1
    if not spec.windows:  # where it starts, the articles' year, where it ends, and the years that the futures look at
        middle = min(first + 5, last)
        ends = [(first, first), (middle, middle), (last, last), (max(first, last + 1 - ENDS), last)]
        return tuple(Window(*years) for years in dict.fromkeys(ends))
    found = []
    for text in spec.windows:
        if not re.fullmatch(r"\d{4}(-\d{4})?", text):
            raise BadInput(f"{where}: the window '{text}' is not a year or two; write \"{last}\"")
        window = Window(int(text[:4]), int(text[-4:]))
        if not first <= window.first <= window.last <= last:
            raise BadInput(f"{where}: the window '{text}' lies outside {first}-{last}")
        found.append(window)
    return tuple(dict.fromkeys(found))


def runs_of(spec: SweepSpec) -> int:
    """How many runs a spec comes to, without drawing its design. Raises BadInput."""
    stories = [Scenario.read(name) for name in spec.scenarios]
    rows = rows_of(spec.design, factors_of(spec, stories[0]))
    return rows * len(stories) * max(1, len(spec.rules)) * spec.replications
