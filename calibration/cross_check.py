"""The posterior a second time, by another method and another program: ABC-SMC of pyABC on the same targets.

Same prior ranges, same likelihood, same targets; everything else is different: runs come from `one_draw` and not from
sweeps, draws from pyABC's sequential Monte Carlo and not from importance sampling of a Sobol sequence. What pyABC
accepts is exact (Wilkinson 2013; Schälte and Hasenauer 2020): a draw, with chance L ** (1 / temperature), and the last
population has temperature 1.

A draw is judged by the cheap targets first, and by the others only if it passes, so most simulations are cheap. Both
chances multiply, so that changes nothing. Parameters are told to pyABC as normal scores, whose prior is a standard
normal, and proposed from a normal fitted to the population before: its own kernel estimate in 38 dimensions leaves the
box of uniform priors nearly always.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import describe
from calibration.figures import targets
from calibration.fit import Fit, cheap
from calibration.likelihood import effective, log_likelihood, weights_of
from calibration.one_draw import simulate
from calibration.prior import SEED, Prior, fitted
from calibration.recovery import contractions
from calibration.synthetic import FRESH, Pool

POPULATION = 500
TEMPERATURES = 8.0, 3.0, 1.0
LEAST_ACCEPTED = 1e-3  # of the simulations of a population: below it pyABC gives up and keeps the one before
SURE, NARROWEST = 2.5, 0.05  # standard errors that a proposal's moment must differ by from the prior's; least variance
FALSE_ALARM = 0.01  # of the verdict on all marginals together
Simulate = Callable[[Mapping[str, float], int, Prior, Iterable[str] | None], dict[str, float]]


@dataclass(frozen=True)
class Sample:
    """Weighted draws of a posterior. parameters: values by name, shape (draws,); weights: sum to 1."""

    parameters: Mapping[str, Any]
    weights: Any

    @staticmethod
    def of(ours: Fit | Pool) -> Sample:
        """A fit's, or that of a pool's draws weighed by all targets that it holds."""
        if isinstance(ours, Fit):
            return Sample(ours.parameters, ours.weights)
        return Sample(ours.parameters, weights_of(log_likelihood(ours.figures, targets())))

    @property
    def effective(self) -> float:
        """Draws behind the weights (Kish)."""
        return effective(self.weights)

    def moments(self, name: str) -> tuple[float, float, float]:
        """Mean of a parameter, the Monte-Carlo error of that mean, and the standard deviation, in its unit."""
        values, w = self.parameters[name], self.weights
        mean = float(values @ w)
        away = (values - mean) ** 2
        return mean, float(np.sqrt((w * w) @ away)), float(np.sqrt(w @ away))


@dataclass(frozen=True)
class AbcSmc:
    """What pyABC found. temperature: of the last population that was reached; simulations: of each population; seconds:
    in all."""

    sample: Sample
    temperature: float
    simulations: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class Marginal:
    """One parameter by both methods. difference: of the means, theirs less ours, in standard deviations of our
    posterior; error: its Monte-Carlo error; distance: Kolmogorov-Smirnov's; p: of both tests, the mean's first."""

    name: str
    difference: float
    error: float
    distance: float
    p: tuple[float, float]


@dataclass(frozen=True)
class CrossCheck:
    """Both posteriors, and each parameter's marginals held against each other, most learned parameter first."""

    ours: Sample
    theirs: AbcSmc
    marginals: tuple[Marginal, ...]

    @property
    def overall(self) -> float:
        """p of all marginals together (Bonferroni over two tests a parameter)."""
        every = [p for row in self.marginals for p in row.p]
        return min(1.0, len(every) * min(every))

    @property
    def exact(self) -> bool:
        """Did pyABC reach temperature 1? If not it samples a wider posterior, and the two need not agree."""
        return self.theirs.temperature == 1

    @property
    def agree(self) -> bool:
        """The verdict: pyABC came to its end, and nothing differs, at a false-alarm rate of about 1 %."""
        return self.exact and self.overall > FALSE_ALARM


def cross_check(
    ours: Fit | Pool,
    population: int = POPULATION,
    temperatures: Sequence[float] = TEMPERATURES,
    *,
    seconds: float | None = None,
    workers: int | None = None,
    seed: int = SEED,
    run: Simulate = simulate,
) -> CrossCheck:
    """Sample the posterior of a fit's prior and targets again with pyABC, and hold the marginals against the fit's.

    ours: a fit, or a pool (`synthetic.pool_of`: the cheap targets alone); population: accepted draws at each of the
    temperatures, the last of them 1; seconds: after which no further population is begun.

    Raises:
        BadInput: pyABC is not installed; no population was completed.
    """
    theirs = abc_smc(ours.prior, tuple(ours.figures), population, temperatures, seconds, workers, seed, run)
    sample = Sample.of(ours)
    learned = [row.name for row in contractions(sample.parameters, sample.weights)]
    return CrossCheck(sample, theirs, tuple(marginal(name, sample, theirs.sample) for name in learned))


def abc_smc(
    prior: Prior, names: Sequence[str], population: int, temperatures: Sequence[float], seconds: float | None = None,
    workers: int | None = None, seed: int = SEED, run: Simulate = simulate,
) -> AbcSmc:  # fmt: skip
    """pyABC's posterior of these targets. With one worker the seed tells all; several draw their own luck.

    Raises:
        BadInput: pyABC is not installed; no population was completed.
    """
    pyabc = installed()
    known = {name: row for name, row in targets().items() if name in names}
    ends = {name: tuple(prior.range(name).values()) for name in fitted() if name not in prior.fixed}
    stages = [tuple(stage) for stage in cheap(known) if stage]
    distribution, transition, model = parts(prior, ends, stages, run)
    kernel = pyabc.distance.FunctionKernel(_Judge(known), ret_scale=pyabc.distance.SCALE_LOG, pdf_max=0.0)
    logging.getLogger("ABC").setLevel(logging.WARNING)
    np.random.seed(seed)  # pyABC draws from numpy's own generator
    begun = time.perf_counter()
    smc = pyabc.ABCSMC(
        model,
        distribution,
        distance_function=kernel,
        population_size=population,
        transitions=transition,
        eps=pyabc.ListTemperature(list(temperatures)),
        acceptor=pyabc.StochasticAcceptor(pdf_norm_method=pyabc.pdf_norm_from_kernel),
        sampler=_sampler(pyabc, workers or os.cpu_count() or 1),
    )
    smc.new("sqlite://", dict.fromkeys(known, 0.0))  # the targets themselves are known to the kernel
    history = smc.run(
        max_nr_populations=len(temperatures),
        min_acceptance_rate=LEAST_ACCEPTED,
        max_walltime=None if seconds is None else timedelta(seconds=seconds),
    )
    done = history.get_all_populations().query("t >= 0")
    if done.empty:
        raise BadInput(f"pyABC accepted fewer than {LEAST_ACCEPTED:.1%} of its draws; begin at a higher temperature")
    scores, weights = history.get_distribution()
    values = {name: _placed(scores[name].to_numpy(np.float64), *between) for name, between in ends.items()}
    return AbcSmc(
        Sample(values, np.asarray(weights, np.float64)),
        float(done["epsilon"].iloc[-1]),
        tuple(int(n) for n in done["samples"]),
        time.perf_counter() - begun,
    )


def installed() -> Any:
    """pyABC. Raises BadInput, with how to get it."""
    try:
        import pyabc
    except ImportError:
        raise BadInput("this needs pyABC: install corridors[abc]") from None
    return pyabc


def _sampler(pyabc: Any, workers: int) -> Any:
    """Runs here, or in so many processes; where those cannot be forked, what they are given is pickled."""
    if workers == 1:
        return pyabc.SingleCoreSampler(check_max_eval=True)
    spawned = "fork" not in multiprocessing.get_all_start_methods()
    return pyabc.MulticoreEvalParallelSampler(workers, check_max_eval=True, pickle=spawned or None)


def _placed(score: Any, low: float, high: float) -> Any:
    """A normal score as a place in a uniform range."""
    from scipy.special import ndtr

    return low + (high - low) * ndtr(score)


@dataclass(frozen=True)
class _Judge:
    """The kernel: log likelihood of those targets that a simulation tells."""

    known: Mapping[str, Any]

    def __call__(self, x: Mapping[str, float], **other: Any) -> float:
        found = float(log_likelihood({name: np.float64(value) for name, value in x.items()}, self.known))
        return found if np.isfinite(found) else -np.inf


def parts(prior: Prior, ends: Mapping[str, tuple[float, ...]], stages: Sequence[tuple[str, ...]], run: Simulate) -> Any:
    """What pyABC is made of: prior, proposals and model. Here, since their bases are pyABC's."""
    from pyabc import DistributionBase, Parameter
    from pyabc.model import Model, ModelResult
    from pyabc.transition import Transition

    class Scores(DistributionBase):  # type: ignore[misc]
        """Independent standard normals."""

        def rvs(self, *args: Any, **kwargs: Any) -> Any:
            return Parameter(dict(zip(ends, np.random.standard_normal(len(ends)).tolist())))

        def pdf(self, x: Any) -> float:
            z = np.array([x[name] for name in ends])
            return float(np.exp(-0.5 * z @ z) / (2 * np.pi) ** (len(z) / 2))

    class Normal(Transition):  # type: ignore[misc]
        """Proposals from a normal with the population's means and covariances, or the prior's where these may be as
        well: a few hundred draws do not tell 741 covariances, and their errors would cost most of the weight."""

        def fit(self, X: Any, w: Any) -> None:  # noqa: N803 – pyABC's name
            z = X.to_numpy(np.float64)
            mean = w @ z
            cov = ((z - mean).T * w) @ (z - mean)
            error = SURE / np.sqrt(effective(w))  # of a covariance; of a variance sqrt(2) times as much
            self.middle = np.where(np.abs(mean) > error, mean, 0.0)
            beyond = cov - np.eye(len(cov))
            told = np.eye(len(cov)) + np.where(np.abs(beyond) > error * (1 + 0.41 * np.eye(len(cov))), beyond, 0.0)
            sizes, ways = np.linalg.eigh(told)
            self.root = np.linalg.cholesky((ways * np.maximum(sizes, NARROWEST)) @ ways.T)

        def rvs_single(self) -> Any:
            z = self.middle + self.root @ np.random.standard_normal(len(self.middle))
            return Parameter(dict(zip(self.X.columns, z.tolist())))

        def pdf(self, x: Any) -> Any:
            z = np.array([x[name] for name in self.X.columns]) - self.middle
            unit = np.linalg.solve(self.root, z)
            volume = np.prod(np.diag(self.root)) * (2 * np.pi) ** (len(z) / 2)
            return float(np.exp(-0.5 * unit @ unit) / volume)

    class Once(Model):  # type: ignore[misc]
        """One draw with luck of its own, judged stage by stage with pyABC's acceptor."""

        def accept(
            self, t: int, pars: Any, sum_stat_calculator: Any, distance_calculator: Any, eps_calculator: Any,
            acceptor: Any, x_0: Any,
        ) -> Any:  # fmt: skip
            draw = {name: float(_placed(pars[name], *between)) for name, between in ends.items()}
            seed = int(np.random.randint(FRESH, 2 * FRESH, dtype=np.int64))
            found: dict[str, float] = {}
            likely, weight = 0.0, 1.0
            for stage in stages:
                told = run(draw, seed, prior, stage)
                judged = acceptor(distance_calculator, eps_calculator, told, x_0, t, pars)
                found, likely, weight = {**found, **told}, likely + judged.distance, weight * judged.weight
                if not judged.accept:
                    return ModelResult(found, likely, accepted=False)
            return ModelResult(found, likely, accepted=True, weight=weight)

    return Scores(), Normal(), Once("one draw")


def marginal(name: str, ours: Sample, theirs: Sample) -> Marginal:
    """One parameter's marginals held against each other."""
    from scipy import stats

    (mean, error, spread), (other, other_error, _) = ours.moments(name), theirs.moments(name)
    difference, between = (other - mean) / spread, float(np.hypot(error, other_error)) / spread
    few = min(ours.effective, theirs.effective)
    distance = ks_distance(ours.parameters[name], ours.weights, theirs.parameters[name], theirs.weights)
    size = ours.effective * theirs.effective / (ours.effective + theirs.effective)
    p = (
        2 * float(stats.t.sf(abs(difference) / between, max(1.0, few - 1))),
        float(stats.kstwobign.sf(distance * np.sqrt(size))),
    )
    return Marginal(name, difference, between, distance, p)


def ks_distance(x: Any, x_weights: Any, y: Any, y_weights: Any) -> float:
    """Largest difference of two weighted distribution functions."""
    places = np.concatenate([x, y])
    order = np.argsort(places, kind="stable")
    steps = np.concatenate([x_weights, -y_weights])[order]
    last = np.append(np.diff(places[order]) > 0, True)  # of equal values
    return float(np.abs(np.cumsum(steps)[last]).max())


def plot_marginals(found: CrossCheck, path: Path, count: int = 9) -> None:
    """Draw the marginals of the most learned parameters: the fit's, pyABC's, and the prior."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Picture

    from calibration.plots import save

    rows = found.marginals[:count]
    across = 3
    picture = Picture(figsize=(12, 2.7 * -(-len(rows) // across) + 0.9), layout="constrained")
    FigureCanvasAgg(picture)
    panels = picture.subplots(-(-len(rows) // across), across, squeeze=False).ravel()
    for panel in panels[len(rows) :]:
        panel.set_axis_off()
    samples = {
        f"this fit ({found.ours.effective:.0f} effective draws)": (found.ours, "tab:blue"),
        f"pyABC ({found.theirs.sample.effective:.0f})": (found.theirs.sample, "tab:orange"),
    }
    for panel, row in zip(panels, rows):
        known = describe()[row.name]
        both = np.concatenate([one.parameters[row.name] for one, _ in samples.values()])
        low, high = min(both.min(), known.low), max(both.max(), known.high)
        for label, (one, colour) in samples.items():
            panel.hist(one.parameters[row.name], bins=15, range=(low, high), weights=one.weights, density=True,
                       histtype="step", color=colour, lw=1.6, label=label)  # fmt: skip
        panel.axhline(1 / (high - low), color="0.6", ls=":", lw=1.2, label="prior")
        panel.set(title=f"{row.name}: {row.difference:+.2f} ± {row.error:.2f} sd, KS {row.distance:.2f}",
                  xlabel=known.unit, yticks=[], xlim=(low, high))  # fmt: skip
        panel.title.set_fontsize(10)
    picture.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncol=3, frameon=False)
    last = "" if found.exact else f"; pyABC ended at temperature {found.theirs.temperature:g}, so it is wider"
    picture.suptitle(f"Marginals by two methods, most learned first: all together p = {found.overall:.2g}{last}")
    save(picture, path)
