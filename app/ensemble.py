"""Runs of a question: two hundred of a scenario under the luck that every visitor shares, kept for those who ask again.

What a visitor holds their scenario against hardly ever changes, so its runs are kept and a moved lever costs one
ensemble. Runs are made in order and can be gone on with: a draft of forty is the beginning of the two hundred.
"""

from __future__ import annotations

import copy
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np

from abm import futures
from abm.month import MONTH
from abm.runs import Column, Engine, Runs, run_each
from abm.scenario import Change, Scenario, lever_table
from app.link import Question, model_version, parameter_sets
from calibration.headline import AS_IS, FROZEN, HUB, KEPT, TIE

RAW_SHARE = "raw_share"  # charted, and derived: the raw part of trade
CHARTED = {  # measure -> of whom: "" is everybody
    "trade": "", RAW_SHARE: TIE, "cut": "", "trust": "", "jobs": HUB, "hub_jobs": HUB, "tenants": HUB, "places": HUB,
    "exporters": HUB, "storage": "", "shortage": "", "attention": "", "regional_trade": "", "processed_share": "",
    "integration": "", "mean_attention": "", "mean_trust": "", "surplus": "", "lever_cost": "",
}  # fmt: skip
# what is kept of every run: what charts show, what the futures are told by, and what the headline measures
MEASURES = frozenset([*CHARTED, "trade_raw", *futures.NEEDED, *KEPT])
MOST_BYTES = 256_000_000  # of runs that are kept for all visitors together
Key = tuple[Any, ...]


@dataclass
class Ensemble:
    """Runs of one scenario: series float32, shape (runs asked, months, columns), of which `done` are there."""

    engine: Engine
    columns: tuple[Column, ...]
    series: Any
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bytes(self) -> int:
        """What it takes: room for runs that were not made yet takes no memory."""
        return int(self.series[: self.done].nbytes + self.engine.levers.nbytes)

    def of(self, measure: str, who: str = "region") -> Any:
        """One series of all runs, shape (runs, months)."""
        return self.series[:, :, self.places[measure, who]]

    @property
    def places(self) -> dict[tuple[str, str], int]:
        """Which column a series is."""
        return _places(self.columns)

    def first(self, runs: int, question: Question) -> Runs:
        """The first of the runs, as the rest of the program knows them."""
        seeds = tuple(range(question.first, question.first + runs))
        return Runs(self.engine.scenario, seeds, self.columns, self.series[:runs])


class Shelf:
    """Ensembles that are kept, the least recently used given up first; safe to use from several threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Key, Ensemble] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, story: Scenario, question: Question) -> Ensemble:
        """The ensemble of a scenario, begun or not; the question says seeds, firms and parameters."""
        key = (
            _effective(story), question.numbers, question.sets, question.seeds, question.first, question.firms
        )  # fmt: skip
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = _begun(story, question)
        with self._lock:
            found = self._kept.setdefault(key, made)
            self._kept.move_to_end(key)
            while self.bytes > self.most_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return found

    @property
    def bytes(self) -> int:
        """What is kept, in bytes."""
        return sum(ensemble.bytes for ensemble in self._kept.values())


SHELF = Shelf()


def made(
    story: Scenario,
    question: Question,
    runs: int,
    threads: int,
    advance: Callable[[], None] = lambda: None,
    shelf: Shelf = SHELF,
) -> Ensemble:
    """The ensemble of a scenario with at least so many runs done; `advance` is called after each and may raise to stop.

    What was done before it raised is kept.
    """
    found = shelf.find(story, question)
    with found.lock:
        wanted = range(found.done, min(runs, len(found.series)))
        if wanted:
            numbers = parameter_sets(question)[wanted.start : wanted.stop]
            seeds = [question.first + i for i in wanted]
            keep = kept_columns(found.engine)
            for _ in run_each(found.engine, seeds, numbers, keep, found.series[wanted.start : wanted.stop], threads):
                found.done += 1
                advance()
    return found


@dataclass(frozen=True)
class Region:
    """The ensembles that a picture is made of; scenario and baseline may be one and the same."""

    scenario: Ensemble
    against: Ensemble
    frozen: Ensemble
    runs: int


def region(question: Question, runs: int, threads: int, advance: Callable[[], None] = lambda: None) -> Region:
    """Run what a picture needs, the baseline and the yardstick of the futures first: they are mostly there."""
    against, frozen, scenario = (made(story, question, runs, threads, advance) for story in _stories(question))
    return Region(scenario, against, frozen, runs)


def all_runs(
    question: Question, runs: int, threads: int, advance: Callable[[], None] = lambda: None
) -> dict[str, Runs]:
    """The four ensembles of the headline, by the names of their scenarios."""
    stories = [question.story(), question.ground(), Scenario.read(FROZEN), Scenario.read(AS_IS)]
    return {s.name: made(s, question, runs, threads, advance).first(runs, question) for s in stories}


def ready(question: Question, runs: int) -> bool:
    """Has all been run that a picture of so many runs is made of?"""
    return all(SHELF.find(story, question).done >= runs for story in _stories(question))


def _stories(question: Question) -> tuple[Scenario, Scenario, Scenario]:
    """Baseline, the yardstick of the futures, and scenario: the order in which they are run."""
    return question.ground(), Scenario.read(FROZEN), question.story()


def warm(advance: Callable[[], None] = lambda: None) -> None:
    """Load the compiled month, read the posterior and run what the page opens with, before anybody asks.

    advance: called after each run; may raise to stop.
    """
    question, threads = Question(), os.cpu_count() or 1
    model_version()
    region(question, question.seeds, threads, advance)
    made(Scenario.read(AS_IS), question, question.seeds, threads, advance)


@cache
def _kept_of(columns: tuple[Column, ...]) -> tuple[int, ...]:
    return tuple(i for i, column in enumerate(columns) if column.measure in MEASURES)


def kept_columns(engine: Engine) -> Any:
    """Indices of the columns that are kept of every run."""
    return np.array(_kept_of(engine.columns), np.int64)


@cache
def _places(columns: tuple[Column, ...]) -> dict[tuple[str, str], int]:
    return {(column.measure, column.who): i for i, column in enumerate(columns)}


def _begun(story: Scenario, question: Question) -> Ensemble:
    engine = copy.copy(_engine(question.firms))  # all that is offered has one world; only levers differ
    engine.scenario, engine.levers = story, lever_table(story, engine.steps_a_year)
    columns = tuple(engine.columns[i] for i in _kept_of(engine.columns))
    return Ensemble(engine, columns, np.zeros((question.seeds, len(engine.levers), len(columns)), np.float32))


@lru_cache(maxsize=8)
def _engine(firms: int) -> Engine:
    return Engine(Scenario.read(AS_IS), MONTH, firms)


def _effective(story: Scenario) -> tuple[tuple[Change, ...], int, int]:
    """What a scenario does, whatever it is called."""
    return story.changes, story.first_year, story.years
