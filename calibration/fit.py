"""The fit: draws of the prior are weighed by the cheap targets, and those that survive by obstacles and tools too.

Exact rather than clever: plain importance sampling, in two waves. The first runs every draw of the prior. The second
runs those of a larger prior that may count, each with a chance that a guess learned from the first gives it. Weights
undo that choice, over both waves together (Owen and Zhou 2000; Cornuet et al. 2012): it changes how many draws count,
not what is estimated. A draw's weight is its likelihood under the luck it was run with, which is right on average over
luck.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import Parameters
from calibration.figures import Figure, targets
from calibration.guess import Guess
from calibration.likelihood import effective, log_likelihood, resampled, weights_of
from calibration.prior import PAIRED, SEED, Prior, draws_of, figures_of
from calibration.survivors import measured
from experiments.sweeps import Plan, run_sweep
from experiments.sweeps.run import at_work

CANDIDATES = 16  # draws that the second wave chooses among, for each of the first,
CHOSEN = 1.0  # and those that it runs
SURVIVORS = 0.0625, 0.1875  # of each wave, counted with repetitions: so many go on to the second stage
HALVINGS = 60  # to find how the chances are to be scaled
WAVES, SHARES = ("first", "second"), "shares"


@dataclass(frozen=True)
class How:
    """How the work is done: processes (all cores if None), or a guest's executor; told is called with a stage's name,
    what is done of it, and of how much; command stands in the manifests."""

    workers: int | None = None
    executor: Executor | None = None
    told: Callable[[str, int, int], None] = lambda stage, done, of: None
    command: str = ""


@dataclass(frozen=True)
class Fit:
    """What a fit found. Arrays are over the draws that survived the first stage, each once.

    seeds: of each draw's luck; weights: sum to 1; parameters: those that are fitted, by name; figures: all targets, by
    id; draws: made in all; failed: of them, those that did not end well, in either stage, and so weigh nothing;
    first_effective, effective: numbers of draws behind the weights of the first stage, and of both.
    """

    prior: Prior
    seeds: Any
    weights: Any
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    draws: int
    failed: int
    first_effective: float
    effective: float


@dataclass(frozen=True)
class Wave:
    """The draws of one wave that survived its first stage, each once.

    log_w: log of what each counts by its likelihood, over how likely it was to be chosen, as far as was known then
    (log_chosen); alive: draws behind the weights of the first stage; first, second: guesses at the targets of each
    stage, learned from this wave.
    """

    prior: Prior
    seeds: Any
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    log_w: Any
    log_chosen: Any
    failed: int
    alive: float
    first: Guess
    second: Guess


@dataclass(frozen=True)
class Choice:
    """With which chance a draw of a prior is run: all of them, or as a guess says."""

    prior: Prior
    chance: Callable[[Mapping[str, Any]], Any]

    @staticmethod
    def everything(prior: Prior) -> Choice:
        """Every draw is run."""
        return Choice(prior, lambda parameters: np.ones(len(next(iter(parameters.values())))))

    @staticmethod
    def by_guess(prior: Prior, runs: int, guess: Callable[[Mapping[str, Any]], Any]) -> Choice:
        """About so many are run, each with a chance in proportion to the guess, as far as chances go."""
        drawn = prior.parameters()
        weight = guess(drawn)
        ends = [0.0, float(weight.max()) * len(weight) / runs]
        for _ in range(HALVINGS):
            middle = sum(ends) / 2
            ends[int(np.minimum(1, weight / middle).sum() < runs)] = middle
        cut = ends[1]
        only = np.flatnonzero(np.random.default_rng(SEED).random(len(weight)) < weight / cut)
        return Choice(
            replace(prior, only=tuple(only.tolist())), lambda parameters: np.minimum(1, guess(parameters) / cut)
        )


def cheap(known: Mapping[str, Figure]) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """The targets that a run or two tell, and those that need shares of several paired runs."""
    alone = {name: row for name, row in known.items() if not row.list}
    return alone, {name: row for name, row in known.items() if row.list}


def fit(prior: Prior, folder: Path, how: How | None = None) -> Fit:
    """Run, weigh, run what survives, weigh again, in both waves; goes on with what an earlier call left in the folder.

    Raises:
        BadInput: `draws` is no power of two; the folder holds another fit; no draw ended well.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    how = how or How()
    with at_work(how.executor, how.workers or os.cpu_count() or 1) as crew:
        return _fit(prior, folder, replace(how, executor=crew))


def _fit(prior: Prior, folder: Path, how: How) -> Fit:
    choices = [Choice.everything(prior)]
    pilot = wave(choices, folder / WAVES[0], SURVIVORS[0], None, how)
    larger = replace(prior, draws=prior.draws * CANDIDATES, first_seed=prior.first_seed + prior.draws)
    choices.append(
        Choice.by_guess(larger, int(prior.draws * CHOSEN), lambda p: pilot.first.weight(p) * pilot.second.weight(p))
    )
    last = wave(choices, folder / WAVES[1], SURVIVORS[1], pilot.second, how)
    return together(choices, [pilot, last])


def wave(choices: Sequence[Choice], folder: Path, survivors: float, ahead: Guess | None, how: How) -> Wave:
    """Run the last of these choices: its draws for the cheap targets, the part that survives for the others too.

    ahead: a guess at the second stage; who survives the first goes by it too.
    """
    prior = choices[-1].prior
    first, second = cheap(targets())
    parameters, figures, good = _first_stage(prior, folder, how)
    log_l = np.where(good, log_likelihood({name: figures[name] for name in first}, first), -np.inf)
    log_chosen = np.log(chosen(choices, parameters))
    log_ahead = np.log(ahead.weight(parameters)) if ahead else np.zeros(prior.made)
    log_w = log_l - log_chosen + log_ahead
    count = max(1, int(prior.made * survivors))
    rows, counts = np.unique(resampled(weights_of(log_w), count, SEED), return_counts=True)
    kept = {name: column[rows] for name, column in parameters.items()}
    seeds = prior.first_seed + rows
    shares = measured(
        seeds, numbers_of(kept, prior), second, folder / SHARES, prior, how.workers,
        lambda done: how.told(f"{folder.name} wave, {SHARES}", done, len(rows)),
    )  # fmt: skip
    whole = np.all([np.isfinite(values) for values in shares.values()], axis=0)
    each = np.log(np.exp(log_w).sum() / count) - log_ahead[rows]  # what each of the `count` survivors stands for
    return Wave(
        prior=prior,
        seeds=seeds,
        parameters=kept,
        figures={**{name: values[rows] for name, values in figures.items()}, **shares},
        log_w=np.where(whole, np.log(counts) + each + log_likelihood(shares, second), -np.inf),
        log_chosen=log_chosen[rows],
        failed=int((~good).sum() + (~whole).sum()),
        alive=effective(weights_of(log_l - log_chosen)),
        first=Guess.of(parameters, figures, first),
        second=Guess.of(kept, shares, second),
    )


def _first_stage(prior: Prior, folder: Path, how: How) -> tuple[Any, Any, Any]:
    """Parameters and cheap targets of all draws, by name, and which ended well."""
    plans = {name: Plan.of(spec) for name, spec in prior.sweeps().items()}
    for name, plan in plans.items():

        def tell(done: int, failed: int, name: str = name, of: int = plan.runs) -> None:
            how.told(f"{folder.name} wave, {name}", done, of)

        swept = run_sweep(plan, folder / name, how.executor, workers=how.workers, command=how.command, told=tell)
        if swept.lost:
            raise BadInput(f"{folder / name}: {len(swept.lost)} parts are missing; the same command makes them again")
    figures, good = figures_of(folder)
    if not good.any():
        raise BadInput(f"{folder}: no draw ended well, so nothing can be fitted")
    return draws_of(plans[PAIRED]), figures, good


def together(choices: Sequence[Choice], waves: Sequence[Wave]) -> Fit:
    """All waves as one: each draw counts by its likelihood over how likely all waves together were to run it."""
    log_w = np.concatenate([
        one.log_w + one.log_chosen - np.log(chosen(choices, one.parameters)) for one in waves
    ])  # fmt: skip
    if not np.isfinite(log_w).any():
        raise BadInput("no draw meets obstacles and tools at all, so nothing can be fitted")
    weights = weights_of(log_w)
    return Fit(
        prior=waves[0].prior,
        seeds=np.concatenate([one.seeds for one in waves]),
        weights=weights,
        parameters={n: np.concatenate([one.parameters[n] for one in waves]) for n in waves[0].parameters},
        figures={n: np.concatenate([one.figures[n] for one in waves]) for n in waves[0].figures},
        draws=sum(one.prior.made for one in waves),
        failed=sum(one.failed for one in waves),
        first_effective=sum(one.alive for one in waves),
        effective=effective(weights),
    )


def chosen(choices: Sequence[Choice], parameters: Mapping[str, Any]) -> Any:
    """How likely all waves together were to run each draw, against the first prior alone, shape (draws,)."""
    expected = np.sum([choice.prior.draws * choice.chance(parameters) for choice in choices], axis=0)
    return expected / sum(choice.prior.made for choice in choices)


def numbers_of(parameters: Mapping[str, Any], prior: Prior) -> list[Parameters]:
    """Draws as sets of parameters, one each."""
    rows = zip(*(column.tolist() for column in parameters.values()))
    return [Parameters().changed({**prior.fixed, **dict(zip(parameters, row))}) for row in rows]
