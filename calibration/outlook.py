"""The model's outlook beside the experts': shares with both their uncertainties, how far apart they are, and where.

Runs stand in a table of draws × replicates: a draw is a set of parameters, its replicates differ by luck alone. All
runs have seeds of their own. The first replicate of each draw is the run that the scorecard judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from abm import futures
from abm.parameters import Parameters
from abm.runs import FIRMS
from abm.scenario import Scenario
from calibration.evidence import Evidence
from calibration.figures import Figure, figure, listed
from calibration.headline import AS_IS, FROZEN, FUTURES
from calibration.measures import MEASURES, needed
from calibration.scorecard import HIGH, LOW, Rank, centre, error, interval, judge, rank

LABEL = (
    "The survey's shares are opinions of about 30 experts (50 for avenues, obstacles and blocs), mostly at Kazakh "
    "institutions; not probabilities."
)
EACH = "each respondent draws one run of the model, whichever its parameters"
ONE_WORLD = "all respondents draw their runs from one and the same draw of parameters, itself drawn first"
SURVEYS, SEED = 20_000, 1  # simulated surveys: the error of a p-value is below .004; the same ones each time
RESAMPLES = 1000  # of the draws, for the error of a mean
QUANTILES = (0.025, futures.QUANTILE, 0.10)  # of the frozen band, each side
CLEAR = 0.05  # p-value below which a difference is called clear


# ----------------------------------------------------------------------------------------------------- the questions

NEITHER = "kz_neither"
# in few words, where the ledger tells a whole sentence
SHORT = {
    **{id_: futures.NAMES[future] for id_, future in FUTURES.items()},
    "avenue_trade": "trade liberalisation",
    "obstacle_water_energy": "water and energy disputes",
    "obstacle_external": "outside influence and rivalry over corridors",
    "obstacle_institutions": "missing institutions",
    "bloc_eaeu": "EAEU",
    "bloc_csto": "CSTO",
    "bloc_ots": "OTS",
    "bloc_others": "the largest of SCO, CIS, Belt and Road and EU",
    "education_ties": "joint education",
    "diploma_recognition": "recognition of diplomas",
    "information_space": "a common information space",
    "culture_youth": "culture and youth",
    "kz_moderator": "a full moderator",
    "kz_moderator_partial": "economy and logistics only",
    NEITHER: "neither form",
}


@dataclass(frozen=True)
class Question:
    """A question of the survey.

    rows: answers with a published share; less: answers only said to be named less; several: could a respondent
    mention more than one; n: respondents.
    """

    name: str
    asked: str
    rows: tuple[Figure, ...]
    less: tuple[Figure, ...]
    several: bool

    @property
    def n(self) -> int:
        """Respondents."""
        return self.rows[0].n

    @property
    def counts(self) -> Any:
        """Respondents who gave each answer, int64, shape (answers,)."""
        return np.array([round((row.value or 0.0) * self.n) for row in self.rows])

    @property
    def share(self) -> bool:
        """Is the model's answer a share of runs? Else a share in the gains, run by run."""
        return not self.several


def questions() -> tuple[Question, ...]:
    """The futures of 2035, three lists on surplus or attention, humanitarian tools, and Kazakhstan's role."""

    def of(name: str, asked: str, several: bool = True, less: str = "") -> Question:
        return Question(name, asked, tuple(listed(name).values()), (figure(less),) if less else (), several)

    kazakhstan = (figure("kz_moderator"), figure("kz_moderator_partial"), _neither())
    return (
        of("futures", "the four futures of 2035", several=False),
        of("avenues", "avenues: gain of regional surplus for 20 mn US$ a year on each"),
        of("obstacles", "obstacles: gain of regional surplus when each is halved"),
        of("blocs", "blocs: gain of attention to the region when each is silenced", less="bloc_others"),
        of("tools", "humanitarian tools: gain of trust for 20 mn US$ a year on each", less="culture_youth"),
        Question("kazakhstan", "Kazakhstan's role as a moderator", kazakhstan, (), several=False),
    )


def _neither() -> Figure:
    """What the two published shares of Kazakhstan's role leave: nobody, with the exact 95 % band of none in 30."""
    from scipy.stats import binomtest

    known = figure("kz_moderator_partial")
    band = binomtest(0, known.n).proportion_ci()
    told = "neither form of moderation: what the two published shares leave"
    return replace(known, id=NEITHER, figure=told, value=0.0, low=float(band.low), high=float(band.high))


def name_of(row: Figure) -> str:
    """An answer in few words."""
    return SHORT.get(row.id, row.figure)


# ------------------------------------------------------------------------------------------------------- the statistics


@dataclass(frozen=True)
class Layout:
    """How runs stand in tables of shape (draws, replicates); same: all draws are one set of parameters, so luck alone.

    Runs of one set are independent of one another, whichever draw they were counted to: each becomes a draw.
    """

    draws: int
    replicates: int
    same: bool = False

    def table(self, runs: Any) -> Any:
        """Runs, all draws once and then all again, shape (runs, …), as a table (draws, replicates, …)."""
        runs = np.asarray(runs)
        if self.same:
            return runs[:, None]
        return runs.reshape(self.replicates, self.draws, *runs.shape[1:]).swapaxes(0, 1)

    @property
    def told_apart(self) -> bool:
        """Can luck and parameters be told apart?"""
        return self.same or self.replicates > 1


def variances(table: Any) -> tuple[Any, Any]:
    """Variance of a run that draws make, and that luck makes within a draw, of a table (draws, replicates, …).

    Analysis of variance with random effects: luck also moves the means of draws, by its variance / replicates.
    Both shape (…); the first is not below 0. With one replicate luck's is NaN and nothing is taken off.
    """
    values = np.asarray(table, np.float64)
    draws, replicates = values.shape[:2]
    within = values.var(axis=1, ddof=1).mean(axis=0) if replicates > 1 else np.full(values.shape[2:], np.nan)
    means = values.mean(axis=1).var(axis=0, ddof=1) if draws > 1 else np.zeros(values.shape[2:])
    return np.maximum(0.0, means - np.nan_to_num(within) / replicates), within


def parameters_part(table: Any, layout: Layout) -> float | None:
    """Part of the variance of a single run that parameters make, from 0 to 1; None if it cannot be told."""
    if layout.same:
        return 0.0
    if not layout.told_apart:
        return None
    between, within = variances(table)
    whole = float(between + within)
    return float(between) / whole if whole > 0 else 0.0


def shares_of_draws(table: Any) -> Any:
    """Shares of each draw, shape (draws, answers), from a table (draws, replicates, answers).

    Means over few replicates spread too widely, since luck is left in them. They are drawn towards the mean of all
    draws, all by one factor, until their variance is the one that parameters make.
    """
    values = np.asarray(table, np.float64)
    means = values.mean(axis=1)
    between, within = variances(values)
    luck = np.nan_to_num(within).sum() / values.shape[1]
    kept = between.sum() / (between.sum() + luck) if between.sum() > 0 else 0.0
    middle = means.mean(axis=0)
    return middle + np.sqrt(kept) * (means - middle)


def most_frequent(table: Any) -> Any:
    """Share of draws in which each answer is the most frequent, shape (answers,); equals share a draw.

    table: yes or no, shape (draws, replicates, answers).
    """
    counts = np.asarray(table).sum(axis=1)
    first = counts == counts.max(axis=1, keepdims=True)
    return (first / first.sum(axis=1, keepdims=True)).mean(axis=0)


def distance(one: Any, other: Any) -> Any:
    """Total variation between shares, each put on a sum of 1: the part of all answers that would have to move.

    The scale of a list's shares, which the model takes from the survey, thus counts for nothing. Shape (…) for (…, K).
    """
    return np.abs(_composed(one) - _composed(other)).sum(axis=-1) / 2


def _composed(shares: Any) -> Any:
    shares = np.asarray(shares, np.float64)
    whole = shares.sum(axis=-1, keepdims=True)
    return np.divide(shares, whole, out=np.zeros_like(shares), where=whole > 0)


@dataclass(frozen=True)
class Gap:
    """How far the survey lies from the model's mean shares, and how often a survey of the model's own lies as far.

    distance: from 0 to 1; each, one_world: p-values under EACH and ONE_WORLD; the second is None where draws cannot
    be told from luck.
    """

    distance: float
    each: float
    one_world: float | None

    @property
    def clear(self) -> bool:
        """Is it more than the sampling of respondents, if each draws a run?"""
        return self.each < CLEAR


def gap(table: Any, counts: Any, n: int, several: bool, layout: Layout, surveys: int = SURVEYS) -> Gap:
    """Hold a survey against the model by a parametric bootstrap: simulated surveys of n respondents, seed fixed.

    table: yes or no, or shares, shape (draws, replicates, answers); counts: respondents by answer. One answer each is
    a multinomial; of several, each answer is a binomial of its own (who mentions what together is not published).
    EACH: shares of the mean over draws taken with replacement, so finite runs count. ONE_WORLD: shares of one draw.
    A share above 1 counts as 1: nobody can mention an answer twice.

    Surveys of the model's own were called different at the 5 % level in 3 to 6 % of 1,000 with 200 draws of 5, but in 8
    to 10 % by the second test with 40 draws of 6: few worlds stand for all.
    """
    rng = np.random.default_rng(SEED)
    values = np.minimum(np.asarray(table, np.float64), 1.0)
    middle = values.mean(axis=(0, 1))
    found = float(distance(counts, middle))

    def p(shares: Any) -> float:
        drawn = rng.binomial(n, shares) if several else rng.multinomial(n, _composed(shares))
        as_far = distance(drawn, middle) >= found - 1e-12  # the last bit is no distance
        return float((1 + as_far.sum()) / (1 + surveys))

    draws = values.mean(axis=1)
    weights = rng.multinomial(len(draws), np.full(len(draws), 1 / len(draws)), RESAMPLES) / len(draws)
    each = p(np.clip(weights @ draws, 0.0, 1.0)[rng.integers(RESAMPLES, size=surveys)])
    if layout.same:
        return Gap(found, each, each)  # there is one world
    if not layout.told_apart:
        return Gap(found, each, None)
    worlds = np.clip(shares_of_draws(values), 0.0, 1.0)
    return Gap(found, each, p(worlds[rng.integers(len(worlds), size=surveys)]))


# ------------------------------------------------------------------------------------------------------- the comparison


@dataclass(frozen=True)
class Item:
    """An answer of the survey beside the model's.

    model: share of runs, or median share over runs; error: its standard error, from finitely many draws and seeds;
    low, high: 90 % interval (see `Beside`); parameters: part of a single run's variance that they make, None if it
    cannot be told; place, experts_place: 1 is the largest of the published; verdict, told: as in the scorecard.
    place, experts_place, count: None where no share is published.
    """

    row: Figure
    model: float
    error: float
    low: float
    high: float
    parameters: float | None
    place: int | None
    experts_place: int | None
    count: int | None
    verdict: str
    told: str


@dataclass(frozen=True)
class Beside:
    """One question: model and survey side by side.

    Intervals of items: where the model's answer is a share of runs, of this share from draw to draw (luck taken out);
    with luck alone, or one replicate, of the share itself (bootstrap). Else of runs, with luck and parameters in them.
    """

    question: Question
    items: tuple[Item, ...]
    gap: Gap
    rank: Rank | None


@dataclass(frozen=True)
class Prospect:
    """The four futures under a scenario.

    first: share of draws in which each is the most frequent, None if it cannot be told; sweep: (quantile of the frozen
    band, form of rule 1, shares in the order of the items).
    """

    scenario: str
    beside: Beside
    first: tuple[float, ...] | None
    sweep: tuple[tuple[float, str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class Outlook:
    """All of it: futures of as-is first, then of the other scenarios; then the other questions."""

    layout: Layout
    prospects: tuple[Prospect, ...]
    questions: tuple[Beside, ...]


def layout_of(parameters: Sequence[Parameters], replicates: int) -> Layout:
    """So many replicates of these draws."""
    return Layout(len(parameters), replicates, same=len(set(parameters)) == 1)


def ensemble(
    parameters: Sequence[Parameters],
    replicates: int,
    stories: Iterable[Scenario] = (),
    firms: int = FIRMS,
    threads: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Evidence:
    """Evidence of all draws, and all again for each replicate, each run with a seed of its own. Raises BadInput."""
    runs = list(parameters) * replicates
    return Evidence(runs, range(len(runs)), firms, threads, advance, stories)


def frozen_for(story: Scenario) -> Scenario:
    """`frozen` in a scenario's own world: what its futures are held against."""
    frozen = Scenario.read(FROZEN)
    return replace(frozen.rebased(story), name=f"{FROZEN} in the world of {story.name}") if story.initial else frozen


def wanted(stories: Iterable[Scenario]) -> tuple[str, ...]:
    """Names of all variants that the outlook reads, each once."""
    own = (name for story in stories for name in (story.name, frozen_for(story).name))
    rows = [row for question in questions() for row in (*question.rows, *question.less)]
    return tuple(dict.fromkeys((AS_IS, FROZEN, *needed(rows), *own)))


def outlook(evidence: Evidence, layout: Layout, stories: Iterable[Scenario] = ()) -> Outlook:
    """Hold the evidence against the survey; stories: scenarios beside as-is whose futures are asked for."""
    futures_asked, *others = questions()
    told = {AS_IS: FROZEN} | {story.name: frozen_for(story).name for story in stories}
    return Outlook(
        layout,
        tuple(_prospect(futures_asked, evidence, layout, name, frozen) for name, frozen in told.items()),
        tuple(beside(question, answers(question, evidence), layout) for question in others),
    )


def answers(question: Question, evidence: Evidence) -> dict[str, Any]:
    """The model's answers to a question other than the futures, by figure, shape (runs,)."""
    if question.rows[-1].id == NEITHER:
        full, partial = (MEASURES[row.measure].how(evidence) for row in question.rows[:2])
        return dict(zip((row.id for row in question.rows), (full, partial, ~full & ~partial)))
    found: dict[str, Any] = MEASURES[question.rows[0].measure].how(evidence)
    return {row.id: found[row.id] for row in (*question.rows, *question.less)}


def beside(question: Question, runs: Mapping[str, Any], layout: Layout) -> Beside:
    """A question's answers of all runs (by figure, shape (runs,)) beside the survey's."""
    tables = {id_: layout.table(values) for id_, values in runs.items()}
    rows = (*question.rows, *question.less)
    centres = {row.id: centre(tables[row.id], row) for row in rows}
    stacked = np.stack([tables[row.id] for row in question.rows], axis=-1)
    spans = {row.id: _interval(tables[row.id], row, question, layout) for row in rows}
    unpublished = dict.fromkeys(row.id for row in question.less)
    published = {row.id: count for row, count in zip(question.rows, question.counts.tolist())}
    counts, told = published | unpublished, _places(published) | unpublished
    places = _places({row.id: centres[row.id] for row in question.rows}) | unpublished
    items = tuple(
        Item(
            row, centres[row.id], error(tables[row.id], row), *spans[row.id],
            parameters_part(tables[row.id], layout), places[row.id], told[row.id], counts[row.id],
            *judge(row, centres),
        )
        for row in rows
    )  # fmt: skip
    ranked = [row for row in question.rows if row.list]
    order = rank(question.name, ranked, tables) if ranked else None
    return Beside(question, items, gap(stacked, question.counts, question.n, question.several, layout), order)


def _places(values: Mapping[str, float]) -> dict[str, int | None]:
    """1 for the largest; equals share the better place."""
    return {name: 1 + sum(other > value for other in values.values()) for name, value in values.items()}


def _interval(table: Any, row: Figure, question: Question, layout: Layout) -> tuple[float, float]:
    """90 % interval of one answer; `Beside` says of what."""
    if question.several or layout.same or not layout.told_apart:
        return interval(table, row)
    low, high = np.quantile(shares_of_draws(table[..., None]), [LOW, HIGH])
    return float(low), float(high)


def _prospect(question: Question, evidence: Evidence, layout: Layout, name: str, frozen: str) -> Prospect:
    end, null = evidence.ending(name), evidence.ending(frozen)

    def found(quantile: float, form: str) -> Any:
        """Does a run end in each future? Shape (runs, futures), in the order of the question."""
        which = futures.classify_endings(end, null, quantile, form)
        return np.stack([which == FUTURES[row.id] for row in question.rows], axis=1)

    usual = found(futures.QUANTILE, futures.DOMINANCE[0])
    columns = {row.id: usual[:, i] for i, row in enumerate(question.rows)}
    sweep = tuple(
        (quantile, form, tuple(float(x) for x in found(quantile, form).mean(axis=0)))
        for form in futures.DOMINANCE
        for quantile in QUANTILES
    )
    return Prospect(name, beside(question, columns, layout), _first(layout.table(usual), layout), sweep)


def _first(table: Any, layout: Layout) -> tuple[float, ...] | None:
    if not layout.told_apart:
        return None
    whole = table.reshape(1, -1, table.shape[-1]) if layout.same else table
    return tuple(float(x) for x in most_frequent(whole))
