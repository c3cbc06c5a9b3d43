"""What a difference is made of: levers, mechanisms or rules taken out, alone and together, under common luck.

One definition serves them all. The value of a set of parts is the paired difference of a measure, scenario less
reference, with only these parts in:

    value(P) = measure(scenario, only P in) - measure(reference, only P in)

A *lever* that is out stands as in the reference; a *parameter* that is out is 0, a *rule* that is out is left out of
the month, in scenario and reference alike. So value(all) is the difference itself, and value(none) is what the bare
model makes of it: nothing at all, if the parts are all the levers in which the two differ. What is divided is the
total, value(all) - value(none), seed by seed.

Up to eight parts are divided exactly (Shapley: the mean of what a part adds, over all orders of adding the parts), from
all 2^n sets. Of more parts, a share is what is lost when that part alone is taken out, and what is left over is told as
a remainder.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np

from abm.engine.rules import Month, name_of
from abm.errors import BadInput
from abm.month import MONTH
from abm.parameters import Parameters
from abm.runs import FIRMS, Engine, run_each, seed_list
from abm.scenario import Scenario, lever_table
from experiments.ablation.parts import LEVER, LEVERS, MOST_LEVERS, RULE, Between, Part, parts_of, together
from experiments.ablation.result import Ablation
from experiments.compare import column_of, yearly
from experiments.paired import FROZEN, pairable

MOST_EXACT = 8  # parts whose 2^n sets are all run
LARGEST = 4  # of more parts, this many are also taken out in pairs
CHUNK = 500  # seeds whose months are held at a time


def ablate(
    scenario: Scenario | str | Path,
    against: Scenario | str | Path = FROZEN,
    measure: str = "surplus",
    who: str | None = None,
    year: int | tuple[int, int] | None = None,
    seeds: int | Iterable[int] = 100,
    *,
    kind: str = LEVERS,
    parts: Sequence[str] | None = None,
    parameters: Parameters | Sequence[Parameters] | None = None,
    firms: int = FIRMS,
    threads: int | None = None,
    month: Month = MONTH,
) -> Ablation:
    """Divide the difference that a scenario makes among its levers, or among mechanisms of the model.

    who: whose measure, where there are several ("KZ-KG"); year: a calendar year or (first, last), by default the last;
    kind: "levers" (those in which the two differ) or "mechanisms" (those of parts.py); parts: names of levers ("reform"
    is reform on all ties), parameters that may be 0, or rules ("ties.copy_corridor"), in place of a kind. More than
    eight levers are grouped by name where one stands for several ties, blocs or markets. parameters: one set, or one a
    seed.

    Raises:
        BadInput: scenarios that cannot be paired, an unknown name, a number that cannot be 0, nothing to take out,
            not as many sets of parameters as seeds.
    """
    return Trial.of(
        scenario, against, measure, who, year, seeds, kind=kind, parts=parts, parameters=parameters, firms=firms,
        threads=threads, month=month,
    ).divide()  # fmt: skip


# -------------------------------------------------------------------------------------------------------- what is run


@dataclass
class Trial:
    """All checked and made ready to run the model with any set of parts in.

    advance: called after each run; what it raises ends the division at once, with no run left going.
    """

    scenario: Scenario
    against: Scenario
    years: tuple[int, int]
    seeds: tuple[int, ...]
    parts: tuple[Part, ...]
    numbers: tuple[Parameters, ...]  # one a seed
    threads: int | None
    engine: Engine
    place: int
    reference: Any
    advance: Callable[[], None] = lambda: None
    engines: dict[frozenset[str], Engine] = field(default_factory=dict)
    references: dict[frozenset[Part], Any] = field(default_factory=dict)
    values: dict[frozenset[int], Any] = field(default_factory=dict)
    zeroed: dict[frozenset[str], list[Parameters]] = field(default_factory=dict)

    @staticmethod
    def of(
        scenario: Scenario | str | Path,
        against: Scenario | str | Path = FROZEN,
        measure: str = "surplus",
        who: str | None = None,
        year: int | tuple[int, int] | None = None,
        seeds: int | Iterable[int] = 100,
        *,
        kind: str = LEVERS,
        parts: Sequence[str] | None = None,
        parameters: Parameters | Sequence[Parameters] | None = None,
        firms: int = FIRMS,
        threads: int | None = None,
        month: Month = MONTH,
        most: int = MOST_LEVERS,
    ) -> Trial:
        """Check what `ablate` was given, before anything is run; more levers than `most` are grouped by name.

        Raises:
            BadInput: see `ablate`.
        """
        (story,), ground = pairable([scenario], against)
        chosen, years = seed_list(seeds), _span(year, story)
        if threads is not None and threads < 1:
            raise BadInput(f"threads = {threads} must be 1 or more")
        numbers = parameters if isinstance(parameters, Sequence) else [parameters or Parameters()] * len(chosen)
        if len(numbers) != len(chosen):
            raise BadInput(f"{len(numbers)} sets of parameters for {len(chosen)} seeds; give one, or one for each")
        engine = Engine(story, month, firms)
        place = column_of(engine.columns, measure, who)
        reference = lever_table(ground, engine.steps_a_year, story.world())
        found = parts_of(Between(engine.levers, reference, story, ground), kind, parts, month, most)
        return Trial(story, ground, years, tuple(chosen), found, tuple(numbers), threads, engine, place, reference)

    def gathered(self, most: int, pilot: int) -> Trial:
        """The same with at most so many parts: the largest by themselves, all others together as one.

        The largest are those without which most is lost, in the first `pilot` seeds. Rules are not gathered.
        """
        if len(self.parts) <= most:
            return self
        few = replace(self, seeds=self.seeds[:pilot], numbers=self.numbers[:pilot], values={}, references={}, zeroed={})
        everything = frozenset(range(len(self.parts)))
        lost = [abs((few.value(everything) - few.value(everything - {i})).mean()) for i in sorted(everything)]
        first = sorted(np.argsort(-np.array(lost), kind="stable")[: most - 1])
        rest = together([part for i, part in enumerate(self.parts) if i not in first])
        return replace(self, parts=(*(self.parts[i] for i in first), rest), values={}, references={}, zeroed={})

    @property
    def exact(self) -> bool:
        """Few enough parts to run every set of them."""
        return len(self.parts) <= MOST_EXACT

    @property
    def runs(self) -> int:
        """How many runs `divide` makes, at most."""
        n, models = len(self.parts), sum(part.kind != LEVER for part in self.parts)
        sets = 1 << n if self.exact else 2 + 2 * n + LARGEST * (LARGEST - 1) // 2
        references = min(sets, 1 << models)
        return (sets + references) * len(self.seeds)

    def divide(self) -> Ablation:
        """Run what is needed, and divide the difference."""
        order = range(len(self.parts))
        everything = frozenset(order)
        difference, bare = self.value(everything), self.value(frozenset())
        taken_out = np.stack([difference - self.value(everything - {i}) for i in order], axis=1)
        put_in = np.stack([self.value(frozenset({i})) - bare for i in order], axis=1)
        shares, largest = taken_out, sorted(np.argsort(-np.abs(taken_out.mean(axis=0)), kind="stable")[:LARGEST])
        if self.exact:
            shares, largest = shapley(np.stack([self.value(s) for s in subsets(len(order))], axis=1)), list(order)
        pairs = {}
        for i, j in combinations((int(i) for i in largest), 2):
            without_both = difference - self.value(everything - {i, j})
            pairs[i, j] = taken_out[:, i] + taken_out[:, j] - without_both
        column = self.engine.columns[self.place]
        return Ablation(
            self.scenario.name, self.against.name, column.measure, column.who, column.unit, self.years, self.seeds,
            self.parts, self.exact, difference, bare, shares, taken_out, put_in, pairs,
        )  # fmt: skip

    def value(self, inside: frozenset[int]) -> Any:
        """The paired difference with only these parts in, float64, shape (seeds,)."""
        if inside not in self.values:
            outside = [part for i, part in enumerate(self.parts) if i not in inside]
            model = frozenset(part for part in outside if part.kind != LEVER)
            if model not in self.references:
                self.references[model] = self._measured(self.reference, model)
            self.values[inside] = self._measured(self._levers(outside), model) - self.references[model]
        return self.values[inside]

    def _levers(self, outside: Sequence[Part]) -> Any:
        """The scenario's levers, with those that are out standing as in the reference."""
        table = self.engine.levers.copy()
        for part in outside:
            for name, which in part.columns:
                column = np.s_[:] if which is None else np.s_[:, which]
                table[name][column] = self.reference[name][column]
        return table

    def _measured(self, table: Any, model: frozenset[Part]) -> Any:
        """Means of the measure over the years, with these levers, in the model less some parts; shape (seeds,)."""
        engine = copy.copy(self._engine(frozenset(part.name for part in model if part.kind == RULE)))
        engine.levers = table
        numbers = self._numbers(frozenset(name for part in model for name in part.parameters))
        first, last = self.years
        found = []
        for start in range(0, len(self.seeds), CHUNK):
            seeds = self.seeds[start : start + CHUNK]
            series = np.zeros((len(seeds), len(table), 1), np.float32)
            given = numbers[start : start + CHUNK]
            runs: Any = run_each(engine, seeds, given, np.array([self.place]), series, self.threads)
            with closing(runs):  # or those in line would still be run after `advance` has raised
                for _ in runs:
                    self.advance()
            found.append(yearly(series, range(first, last + 1), self.scenario.first_year)[:, :, 0].mean(axis=1))
        return np.concatenate(found)

    def _numbers(self, out: frozenset[str]) -> list[Parameters]:
        """Parameters of every seed, with some of them 0."""
        if out not in self.zeroed:
            different = {id(one): one for one in self.numbers}  # one set may serve all seeds
            sets = {key: one.changed(dict.fromkeys(out, 0.0)) for key, one in different.items()}
            self.zeroed[out] = [sets[id(one)] for one in self.numbers]
        return self.zeroed[out]

    def _engine(self, rules: frozenset[str]) -> Engine:
        """The engine of the month less some rules."""
        if not rules:
            return self.engine
        if rules not in self.engines:
            month = self.engine.month
            without = month.without(*(rule for rule in dict.fromkeys(month.each_rule()) if name_of(rule) in rules))
            self.engines[rules] = Engine(self.scenario, without, self.engine.firms)
        return self.engines[rules]


def _span(year: int | tuple[int, int] | None, story: Scenario) -> tuple[int, int]:
    """First and last calendar year. Raises BadInput if they lie outside the scenario's."""
    begin, end = story.first_year, story.first_year + story.years - 1
    first, last = (end, end) if year is None else year if isinstance(year, tuple) else (year, year)
    if not begin <= first <= last <= end:
        told = f"{first}" if first == last else f"{first}-{last}"
        raise BadInput(f"year {told} is outside {begin} to {end}, the years of '{story.name}'")
    return first, last


# --------------------------------------------------------------------------------------------------------------- shares


def subsets(count: int) -> list[frozenset[int]]:
    """All sets of `count` parts; part i is in the m-th if bit i of m is set."""
    return [frozenset(i for i in range(count) if m >> i & 1) for m in range(2**count)]


def shapley(values: Any) -> Any:
    """What each part adds, averaged over all orders of adding the parts; sums to the last value less the first.

    values: of every set, in the order of `subsets`, shape (seeds, 2**n). Returns shape (seeds, n).
    """
    found = np.asarray(values, np.float64)
    count = found.shape[1].bit_length() - 1
    shares = np.zeros((len(found), count))
    for m in range(2**count):
        size = m.bit_count()
        for i in range(count):
            if not m >> i & 1:
                weight = factorial(size) * factorial(count - size - 1) / factorial(count)
                shares[:, i] += weight * (found[:, m | 1 << i] - found[:, m])
    return shares
