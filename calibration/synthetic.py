"""Synthetic worlds: does the fit find what it is given? Simulation-based calibration of its weights.

A world is a draw of the prior whose truth is known, with figures 'published' about it: what it gave, and an error from
the very kernel that the likelihood states, written out here a second time. Weighing all draws of a pool by those
figures, the truth must stand anywhere in its posterior equally often (Cook, Gelman and Rubin 2006; Talts et al. 2018).

That is exact for a pool of any size, provided the truth is one of its draws: given the pool and what was published, the
truth is draw i with a chance in proportion to its weight, so

  u = (sum of weights of draws below the truth) + U (weights of draws equal to it, its own too),  U uniform on 0..1

is uniform on 0..1. Ranked are parameters, figures, and the log of that kernel at what was published: without it a fit
that ignores a target would pass, since it is right about the other nine (Modrák et al. 2023).

How figures are published:
  soft                 x + normal error, of which the band's width holds 95 %
  fit, both ends told  a band of the same width around x + error, flat over the width, normal edges of a tenth of it
  fit, an open side    there is no band to move: a statement "above low" is made with the chance that the likelihood
                       gives it. Where it is not made there is no such article, and so no such world.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from calibration.figures import Figure, targets
from calibration.fit import cheap, numbers_of
from calibration.headline import CORRIDOR
from calibration.likelihood import effective, log_likelihood, weights_of
from calibration.one_draw import simulate
from calibration.prior import PAIRED, SEED, Prior, figures_of
from calibration.survivors import measured

WORLDS = 250
EDGE, SIDES, JOBS = 0.1, 1.96, "jobs"  # of the stated kernel; told again here, since likelihood.py is what is checked
LIFT = 20.0  # jobs are counted in a unit e**20 smaller, so that no published band meets the likelihood's "one job"
FIT = "log likelihood"  # by the kernel told here
FALSE_ALARM = 0.01  # of the verdict on all quantities together
FRESH = 1 << 39  # seeds of fresh truths: no fit uses them


@dataclass(frozen=True)
class Pool:
    """Draws of the prior and what they gave.

    parameters, figures: values by name, float64, shape (draws,); seeds: of their luck; prior: what they are drawn of.
    """

    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    seeds: Any
    prior: Prior

    @property
    def draws(self) -> int:
        """How many."""
        return len(self.seeds)

    def taken(self, rows: Any) -> Pool:
        """Some of them, by number or by a mask."""
        parameters, figures = ({n: v[rows] for n, v in told.items()} for told in (self.parameters, self.figures))
        return Pool(parameters, figures, self.seeds[rows], self.prior)

    def and_one(self, other: Pool, row: int) -> Pool:
        """These and one draw of another pool, the last."""
        parameters, figures = (
            {name: np.append(values, theirs[name][row]) for name, values in ours.items()}
            for ours, theirs in ((self.parameters, other.parameters), (self.figures, other.figures))
        )
        return Pool(parameters, figures, np.append(self.seeds, other.seeds[row]), self.prior)


def pool_of(wave: Path) -> Pool:
    """The draws of a fit's first wave that ended well, with the cheap targets. wave: OUT/first.

    All is read from what the folder says of itself, so it may be of another version of the model. Raises BadInput.
    """
    from experiments.sweeps import read_sweep

    spec = json.loads((wave / PAIRED / "manifest.json").read_text(encoding="utf-8"))["spec"]
    table = read_sweep(wave / PAIRED, columns=[])
    table = table[table["scenario"] == CORRIDOR]
    figures, good = figures_of(wave)
    prior = Prior(
        draws=spec["design"]["points"], fixed=spec["fixed"], firms=spec["firms"], first_seed=spec["first_seed"]
    )
    parameters = {name: table[name].to_numpy(np.float64) for name in spec["vary"]}
    return Pool(parameters, figures, table["seed"].to_numpy(np.int64), prior).taken(good)


def with_shares(
    pool: Pool, folder: Path, threads: int | None = None, told: Callable[[int], None] = lambda done: None
) -> Pool:
    """The same draws with all targets: obstacles and tools too, in every draw. What is done is kept in the folder.

    A fit asks only its survivors for them; here nobody is left out, so a pool of some thousand draws is enough to ask
    for. Raises BadInput.
    """
    numbers = numbers_of(pool.parameters, pool.prior)
    shares = measured(pool.seeds, numbers, cheap(targets())[1], folder, pool.prior, threads, told)
    whole = Pool(pool.parameters, {**pool.figures, **shares}, pool.seeds, pool.prior)
    return whole.taken(np.all([np.isfinite(values) for values in shares.values()], axis=0))


def fresh(like: Pool, worlds: int = WORLDS, seed: int = SEED) -> Pool:
    """New draws of the same prior, made without anything of the fit: plain random numbers, and runs one by one."""
    rng = np.random.default_rng(seed)
    ends = {name: like.prior.range(name) for name in like.parameters}
    parameters = {name: rng.uniform(known["low"], known["high"], worlds) for name, known in ends.items()}
    seeds = FRESH + rng.choice(FRESH, worlds, replace=False)
    rows = [
        simulate({name: float(v[i]) for name, v in parameters.items()}, int(seeds[i]), like.prior, like.figures)
        for i in range(worlds)
    ]
    figures = {name: np.array([row[name] for row in rows]) for name in like.figures}
    return Pool(parameters, figures, seeds, like.prior).taken(
        np.all([np.isfinite(v) for v in figures.values()], axis=0)
    )


def published(figures: Mapping[str, float], known: Mapping[str, Figure], rng: np.random.Generator) -> dict[str, Figure]:
    """What articles would print of a world: these targets, moved to what the world gave and an error.

    figures: the world's own, as `lifted` tells them. A target with an open side stays as it is.
    """
    return {name: _published(float(_seen(x, known[name])), known[name], rng) for name, x in figures.items()}


def _published(x: float, row: Figure, rng: np.random.Generator) -> Figure:
    if row.low is None or row.high is None:
        return row
    low, high = (float(_seen(end, row)) for end in (row.low, row.high))
    width = high - low
    if row.role == "soft":
        shift = x + rng.normal(0.0, width / (2 * SIDES)) - float(row.value or 0.0)
    else:
        edge = EDGE * width
        inside = rng.random() < width / (width + edge * np.sqrt(2 * np.pi))
        error = (
            rng.uniform(-0.5, 0.5) * width if inside else rng.choice([-1, 1]) * (width / 2 + abs(rng.normal(0, edge)))
        )
        shift = x + error - (low + high) / 2
    value = None if row.value is None else float(_told(_seen(row.value, row) + shift, row))
    return replace(row, value=value, low=float(_told(low + shift, row)), high=float(_told(high + shift, row)))


def stated(figures: Mapping[str, Any], known: Mapping[str, Figure]) -> Any:
    """The chance that a draw's open figures are stated at all, shape (draws,); 1 where none is open."""
    terms = [_kernel(values, known[name]) for name, values in figures.items()
             if known[name].low is None or known[name].high is None]  # fmt: skip
    return np.exp(np.sum(terms, axis=0)) * np.ones(len(next(iter(figures.values()))))


def _kernel(values: Any, row: Figure) -> Any:
    """Log of the density, but for a constant, of what is published of a figure, shape (draws,)."""
    x = _seen(values, row)
    low, high = (None if end is None else float(_seen(end, row)) for end in (row.low, row.high))
    if low is not None and high is not None:
        width = high - low
        away = np.abs(x - (low + high) / 2 if row.value is None or row.role != "soft" else x - row.value)
        beyond = away * 2 * SIDES / width if row.role == "soft" else np.maximum(0, away - width / 2) / (EDGE * width)
    else:
        beyond = ((low - x).clip(0) if low is not None else (x - high).clip(0)) / EDGE
    return -0.5 * beyond**2


def lifted(figures: Mapping[str, Any], known: Mapping[str, Figure]) -> dict[str, Any]:
    """Figures with jobs counted in a much smaller unit; nothing and less still count as one job."""
    moved = {name for name in figures if known[name].unit == JOBS and known[name].low and known[name].high}
    return {
        name: _told(_seen(values, known[name]) + LIFT, known[name]) if name in moved else values
        for name, values in figures.items()
    }


def _seen(values: Any, row: Figure) -> Any:
    """Values as they are judged: jobs by their logarithm, nothing and less as one."""
    return np.log(np.maximum(values, 1.0)) if row.unit == JOBS else np.asarray(values, np.float64)


def _told(values: Any, row: Figure) -> Any:
    """The way back."""
    return np.exp(values) if row.unit == JOBS else values


@dataclass(frozen=True)
class Ranks:
    """Where the truths stood in their posteriors.

    names: of what is ranked: parameters, then figures, then how well
    a draw meets what was published; ranks: 0 to 1, shape (worlds,
    quantities); p: of uniformity, shape (quantities,): the smaller of two tests, Kolmogorov-Smirnov's and that of the
    spread of normal scores, doubled; effective: draws behind each world's posterior, shape (worlds,).
    """

    names: tuple[str, ...]
    parameters: int
    ranks: Any
    p: Any
    effective: Any

    @property
    def overall(self) -> float:
        """p of all together (Bonferroni): a right likelihood gets below a value at most so often, whatever depends on
        what."""
        return float(min(1.0, self.p.min() * len(self.p)))

    @property
    def uniform(self) -> bool:
        """The verdict: nothing against it, at a false-alarm rate of at most 1 %."""
        return self.overall > FALSE_ALARM

    @property
    def rejected(self) -> int:
        """Quantities with p below .05; a right likelihood has at most 5 % of them on average."""
        return int((self.p < 0.05).sum())


def sbc(
    pool: Pool,
    worlds: int = WORLDS,
    truths: Pool | None = None,
    seed: int = SEED,
    known: Mapping[str, Figure] | None = None,
) -> Ranks:
    """Ranks of the truth in so many synthetic worlds, with `log_likelihood` and `weights_of` as the fit uses them.

    Without `truths` each world's truth is a draw of the pool: exact, but blind to what is wrong with all of the pool.
    With them (see `fresh`) each joins the pool in turn, once, so a column that is not that draw's own would show, too.
    Ranks are then uniform as far as pool and truths are draws of the same prior; worlds share the pool's luck.
    """
    known = {name: row for name, row in (known or targets()).items() if name in pool.figures}
    rng = np.random.default_rng(seed)
    chance = stated((truths or pool).figures, known)
    if truths is None:
        which = rng.choice(pool.draws, worlds, p=chance / chance.sum())
    else:  # each once: the same truth twice would count as two
        which = np.flatnonzero(rng.random(truths.draws) < chance)[:worlds]
    ranks, alive = [], []
    for row in which:
        every, true = (pool, int(row)) if truths is None else (pool.and_one(truths, int(row)), pool.draws)
        figures = lifted(every.figures, known)
        told = published({name: values[true] for name, values in figures.items()}, known, rng)
        weights = weights_of(log_likelihood(figures, told))
        kernel = np.sum([_kernel(values, told[name]) for name, values in figures.items()], axis=0)
        columns = [*every.parameters.values(), *every.figures.values(), kernel]
        ranks.append([rank(column, weights, true, rng) for column in columns])
        alive.append(effective(weights))
    names = (*pool.parameters, *pool.figures, FIT)
    table = np.array(ranks)
    return Ranks(names, len(pool.parameters), table, uniformity(table), np.array(alive))


def rank(values: Any, weights: Any, true: int, rng: np.random.Generator) -> float:
    """Weight below the truth, and a random part of the weight of what equals it. values, weights: shape (draws,)."""
    below, equal = values < values[true], values == values[true]
    return float(weights[below].sum() + rng.random() * weights[equal].sum())


def uniformity(ranks: Any) -> Any:
    """p of each column being uniform on 0..1, shape (quantities,). ranks: shape (worlds, quantities).

    Two tests, since Kolmogorov-Smirnov's alone hardly sees a posterior that is too wide or too narrow.
    """
    from scipy import stats

    found = []
    for column in np.clip(ranks, 1e-12, 1 - 1e-12).T:
        spread = stats.chi2.cdf((stats.norm.ppf(column) ** 2).sum(), len(column))
        found.append(2 * min(stats.kstest(column, "uniform").pvalue, 2 * min(spread, 1 - spread)))
    return np.minimum(1.0, found)


def plot_ranks(found: Ranks, path: Path) -> None:
    """Draw how far ranks are from uniform, with the 95 % bands of ranks that are: curves, p, and the least uniform."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Picture
    from scipy import stats

    from calibration.plots import save

    worlds, count = found.ranks.shape
    picture = Picture(figsize=(12, 7), layout="constrained")
    FigureCanvasAgg(picture)
    panels = picture.subplots(2, 3)
    places = np.linspace(0, 1, 201)
    band, widest = (stats.kstwo.ppf(1 - 0.05 / many, worlds) for many in (1, count))
    groups = {
        f"{found.parameters} parameters": range(found.parameters),
        "figures and log likelihood": range(found.parameters, count),
    }
    worst = np.argsort(found.p)[:3]
    for panel, (title, members) in zip(panels[0], groups.items()):
        for k in members:
            curve = (found.ranks[:, k, None] <= places).mean(axis=0) - places
            named = k in worst or found.parameters <= k
            panel.plot(places, curve, "-" if k < count - 1 else "-.", color=None if named else "0.75",
                       lw=1.3 if named else 0.7, zorder=2 if named else 1,
                       label=found.names[k] if named else None)  # fmt: skip
        for height, style, what in ((band, "--", "one curve"), (widest, ":", f"all {count}")):
            panel.axhline(height, color="k", ls=style, lw=1, label=f"95 % of uniform, {what}")
            panel.axhline(-height, color="k", ls=style, lw=1)
        panel.set(title=title, xlabel="rank of the truth", ylabel="share of worlds below, less uniform", xlim=(0, 1),
                  ylim=(-3.4 * widest, 1.6 * widest))  # fmt: skip
        panel.legend(fontsize=6.5, ncol=2, frameon=False, loc="lower center")
    last = panels[0][2]
    last.plot(np.arange(1, count + 1) / (count + 1), np.sort(found.p), ".", label="found")
    last.plot([0, 1], [0, 1], "k--", lw=1, label="uniform and independent")
    last.set(title=f"p of uniformity: {found.rejected} of {count} below .05\nall together {found.overall:.2g}",
             xlabel="expected, in order", ylabel="p", xlim=(0, 1), ylim=(0, 1.02))  # fmt: skip
    last.legend(fontsize=8, frameon=False, loc="lower right")
    bins = 20
    low, high = stats.binom.ppf([0.025, 0.975], worlds, 1 / bins)
    for panel, k in zip(panels[1], worst):
        panel.axhspan(low, high, color="0.88", label="95 % of uniform, each bar")
        panel.hist(found.ranks[:, k], bins=bins, range=(0, 1), color="tab:blue", rwidth=0.9)
        panel.set(
            title=f"{found.names[k]}, p = {found.p[k]:.2g}", xlabel="rank of the truth", ylabel="worlds", xlim=(0, 1)
        )
        panel.set_ylim(0, 1.3 * max(panel.get_ylim()[1], high))
        panel.legend(fontsize=8, frameon=False, loc="upper center")
    picture.suptitle(f"Ranks of true values in {worlds} synthetic worlds; below: the three least uniform", fontsize=12)
    save(picture, path)
