"""Policy search: programmes of a budget that gain most, on average and in the worst runs, judged on fresh luck.

The gain of a programme is its regional surplus less that of the base, mn US$ a year, mean over the years that count,
paired run by run: the same seed and the same parameter draw. Three lots of luck are kept apart. The optimiser sees the
first only; the second picks the frontier out of what it found, and which of it each rival is held against; the third
gives the figures that are reported. So no reported figure was chosen for being high (the winner's curse stays in the
first, which is shown beside it). Lots share no seed; but sets of parameters that are given are drawn by each of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from pathlib import Path

import numpy as np

from abm.errors import BadInput, unknown
from abm.parameters import Parameters
from abm.scenario import Scenario
from experiments.paired import Band, in_words
from experiments.search.judge import LOT, ROUNDING, Gains, Judge, draw_luck, tail, worst_mean
from experiments.search.optimise import Notebook, Point, best, pymoo, recommended, search, spread, undominated
from experiments.search.programmes import Menu, Programme, menu_of
from experiments.search.rivals import rivals
from experiments.search.switching import Worth, switching_values

TRAINING, CHOICE, REPORT = 0, 1, 2  # the lots of luck
UNCERTAINTY = ("prior", "luck")
FEWEST_WORST = 2  # runs that make up the worst part
POPULATION = 32  # programmes of a generation; as many go on to the second lot of luck
FEWEST = 4  # programmes that NSGA-II can breed from
MOST_ROWS = 6  # of the frontier, all budgets together
LETTERS = "abcdef"
SURE = 2  # standard errors
RESAMPLES = 500
NO_NOISE = 1e-9  # mn US$/yr: the least standard error, so that a difference without noise is sure


@dataclass(frozen=True)
class Row:
    """A programme on the frontier, or a rival. `seen`: its aims as the optimiser saw them; the rest on fresh luck.

    point: aims; gains: run by run, float64, shape (runs,); charged: mean cost of levers in the account. mn US$/yr.
    held: of a rival, the label of the programme that it is held against, picked on the second lot of luck.
    """

    label: str
    budget: float
    rival: bool
    recommended: bool
    programme: Programme
    seen: Point
    point: Point
    gains: Gains
    charged: float
    held: str = ""

    @property
    def band(self) -> Band:
        """Of the gain."""
        return Band.of(self.gains)

    @property
    def words(self) -> str:
        """How often it gains: "gains in 9 of 10 runs"."""
        return in_words(self.gains).replace("more", "gains").replace("less", "loses")


@dataclass(frozen=True)
class Lead:
    """How far a programme of the frontier (`ours`) is ahead of a rival on fresh luck, in both aims, paired, mn US$/yr.

    The programme is the one that was surest to be ahead in both on the lot before. Errors are standard errors by
    bootstrap over runs.
    """

    rival: str
    ours: str
    expected: float
    expected_error: float
    worst: float
    worst_error: float
    same: bool

    @property
    def words(self) -> str:
        """Beaten: ahead in both aims, in one beyond two standard errors; level: behind in neither by so much."""
        if self.same:
            return f"the same as {self.ours}"
        sure = self.expected / self.expected_error, self.worst / self.worst_error
        if min(sure) >= 0 and max(sure) > SURE:
            return f"beaten by {self.ours}"
        return f"about level with {self.ours}" if min(sure) > -SURE else "not beaten in both aims"


def lead(ours: Row, rival: Row, risk: float) -> Lead:
    """A programme against a rival."""
    return Lead(rival.label, ours.label, *_ahead(ours.gains, rival.gains, risk), ours.programme == rival.programme)


def _ahead(ours: Gains, rival: Gains, risk: float) -> tuple[float, float, float, float]:
    """How far ahead in the mean, its standard error, and the same of the worst runs."""
    runs = len(ours)
    again = np.random.default_rng(runs).integers(runs, size=(RESAMPLES, runs))
    worst = np.sort(np.stack([ours[again], rival[again]]), axis=2)[:, :, : tail(runs, risk)].mean(axis=2)
    errors = (ours - rival)[again].mean(axis=1).std(), (worst[0] - worst[1]).std()
    return (
        float(np.mean(ours) - np.mean(rival)), max(float(errors[0]), NO_NOISE),
        worst_mean(ours, risk) - worst_mean(rival, risk), max(float(errors[1]), NO_NOISE),
    )  # fmt: skip


def _surest(front: Mapping[str, Gains], rival: Gains, risk: float) -> str:
    """Which of the frontier is surest to be ahead of a rival in both aims."""

    def least(label: str) -> float:
        expected, expected_error, worst, worst_error = _ahead(front[label], rival, risk)
        return min(expected / expected_error, worst / worst_error)

    return max(front, key=least)


@dataclass(frozen=True)
class Found:
    """The answer of a search: programmes and rivals, and the worth of each lever at each budget.

    tried: programmes under the first lot of luck; seeds: of each lot, the first and how many.
    """

    menu: Menu
    risk: float
    rows: tuple[Row, ...]
    worths: Mapping[float, list[Worth]]
    tried: int
    seeds: Mapping[str, tuple[int, int]]
    uncertainty: str
    stopped: bool
    seconds: float

    def recommended(self, budget: float) -> Row:
        """The recommended programme of a budget."""
        return next(row for row in self.rows if row.recommended and row.budget == budget)

    def beaten(self, row: Row) -> bool:
        """Is another programme of the frontier better in both aims, on the fresh luck too?"""
        rows = [other for other in self.rows if other.budget == row.budget and not other.rival]
        return any(other.point.expected >= row.point.expected and other.point.worst > row.point.worst for other in rows)

    def story(self, row: Row) -> Scenario:
        """A programme as a scenario."""
        first, last = self.menu.span
        return self.menu.story(
            row.programme, row.label,
            f"Programme {row.label} of {row.budget:g} mn US$/yr on top of {self.menu.base.name}",
            f"policy search: {row.point.expected:+.0f} mn US$/yr of surplus expected in {first}-{last}, "
            f"{row.point.worst:+.0f} in the worst {self.risk:.0%} of runs",
        )  # fmt: skip

    def leads(self, budget: float) -> list[Lead]:
        """Each rival against the programme of the frontier that was surest to be ahead of it on the lot before."""
        rows = {row.label: row for row in self.rows if row.budget == budget}
        return [lead(rows[row.held], row, self.risk) for row in rows.values() if row.rival]


def find(
    base: Scenario | str | Path = "declarations",
    budgets: Sequence[float] = (60,),
    levers: Sequence[str] | None = None,
    *,
    risk: float = 0.1,
    runs: int = 100,
    generations: int = 25,
    population: int = POPULATION,
    fresh: int = 200,
    firms: int = 300,
    seed: int = 1,
    uncertainty: str = "prior",
    parameters: Sequence[Parameters] | None = None,
    threads: int | None = None,
    told: Callable[[float, int, Notebook], None] | None = None,
) -> Found:
    """Search programmes of each budget (mn US$/yr) on top of a base scenario, and judge them on fresh luck.

    levers: names, or all that money moves; risk: the worst part of the runs; runs: that the optimiser sees of each
    programme; fresh: runs of each of the two other lots of luck; uncertainty: "prior" draws the parameters to be fitted
    from their ranges, "luck" leaves all at their defaults; parameters: sets to draw from instead, as of a posterior, of
    which every lot of luck takes some, so the lots may share them; told: is called with budget, generation and notebook
    after each generation. A larger budget starts from what a smaller one found. An interrupt ends the search, and what
    it found until then is judged.

    Raises:
        BadInput: anything that cannot be used. KeyboardInterrupt: before anything was found, or while it is judged.
    """
    _check(budgets, risk, runs, generations, population, fresh, seed, uncertainty, parameters, threads)
    pymoo()
    began = time.perf_counter()
    menu = menu_of(base if isinstance(base, Scenario) else Scenario.read(base), levers)
    training, choice, report = (
        Notebook(Judge(menu, draw_luck(lot, count, seed, uncertainty, parameters), firms, threads), risk)
        for lot, count in ((TRAINING, runs), (CHOICE, fresh), (REPORT, fresh))
    )
    finalists, others = dict[float, list[Programme]](), dict[float, dict[str, Programme]]()
    stopped = False
    for budget in sorted(set(budgets)):
        try:
            known = undominated(training.tried)  # before rivals that cost more push it out
            others[budget] = rivals(menu, budget, training.look)
            known += undominated(training.tried)
            starts = list(dict.fromkeys([menu.of({}), *others[budget].values(), *(p.programme for p in known)]))
            search(training, menu, budget, generations, population, seed, starts, _tell(told, budget))
        except KeyboardInterrupt:
            stopped = True
        if budget in others:
            finalists[budget] = [point.programme for point in best(training.tried, population)]
        if stopped:
            break
    if not finalists:
        raise KeyboardInterrupt
    most = max(1, MOST_ROWS // len(finalists))
    rows: list[Row] = []
    for budget, programmes in finalists.items():
        front = undominated([choice.look(programme) for programme in programmes])
        rows += _rows(budget, spread(front, most), recommended(front), others[budget], training, choice, report)
    worths = {
        row.budget: switching_values(report.value, menu, row.programme, row.budget) for row in rows if row.recommended
    }
    seeds = {name: (book.value.seeds[0], len(book.value.seeds))
             for name, book in (("search", training), ("choice", choice), ("report", report))}  # fmt: skip
    told_as = "given" if parameters is not None else uncertainty
    seconds = time.perf_counter() - began
    return Found(menu, risk, tuple(rows), worths, len(training.points), seeds, told_as, stopped, seconds)


def _tell(told: Callable[[float, int, Notebook], None] | None, budget: float) -> Callable[[int, Notebook], None] | None:
    return (lambda generation, book: told(budget, generation, book)) if told else None


def _rows(
    budget: float, front: Sequence[Point], ours: Point, others: Mapping[str, Programme], training: Notebook,
    choice: Notebook, report: Notebook,
) -> list[Row]:  # fmt: skip
    """The frontier of a budget, labelled 60a, 60b, … from the highest expected gain, and the rivals."""
    named = [(f"{budget:g}{LETTERS[i]}", point.programme, False) for i, point in enumerate(front)]
    seen = {label: choice.value(programme) for label, programme, _ in named}
    held = {name: _surest(seen, choice.value(programme), choice.risk) for name, programme in others.items()}
    named += [(name, programme, True) for name, programme in others.items()]
    return [
        Row(label, budget, rival, not rival and programme == ours.programme, programme, training.look(programme),
            report.look(programme), report.value(programme), float(np.mean(report.value.charged(programme))),
            held[label] if rival else "")
        for label, programme, rival in named
    ]  # fmt: skip


def _check(
    budgets: Sequence[float], risk: float, runs: int, generations: int, population: int, fresh: int, seed: int,
    uncertainty: str, parameters: Sequence[Parameters] | None, threads: int | None,
) -> None:  # fmt: skip
    if not budgets:
        raise BadInput("no budget is given")
    for budget in budgets:
        if not isfinite(budget) or budget <= 0:
            raise BadInput(f"budget = {budget:g} must be a number of mn US$/yr above 0")
    if not 0 < risk < 1:
        raise BadInput(f"risk = {risk:g} must lie between 0 and 1; .1 is the worst tenth of the runs")
    for name, count in (("runs", runs), ("fresh", fresh)):
        if tail(count, risk) < FEWEST_WORST or count >= LOT:
            raise BadInput(
                f"{name} = {count}: the worst {risk:.0%} of them must be {FEWEST_WORST} runs or more; "
                f"give {ceil(FEWEST_WORST / risk - ROUNDING)} or more, below {LOT:,}"
            )
    if generations < 1:
        raise BadInput(f"generations = {generations} must be 1 or more")
    if population < FEWEST:
        raise BadInput(f"population = {population} must be {FEWEST} or more")
    if seed < 0:
        raise BadInput(f"seed = {seed} must be 0 or more")
    if uncertainty not in UNCERTAINTY:
        raise unknown("uncertainty", uncertainty, UNCERTAINTY)
    if parameters is not None and not len(parameters):
        raise BadInput("no sets of parameters are given")
    if threads is not None and threads < 1:
        raise BadInput(f"threads = {threads} must be 1 or more")
