"""What a fit has learned of each parameter, and which of them it cannot tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.parameters import describe

if TYPE_CHECKING:
    from calibration.posterior import Posterior

LEARNED = 0.1  # of its prior variance: a parameter that lost less is not learned
UNIFORM = 0.8  # kurtosis of a uniform, less one: its sample variance s² has the variance .8 s⁴ / draws


@dataclass(frozen=True)
class Learned:
    """One parameter: its prior's range, its posterior's mean and 90 % interval, in `unit`.

    contraction: share of the prior's variance that is gone; 0 where nothing is learned, 1 where all is known.
    """

    name: str
    unit: str
    prior_low: float
    prior_high: float
    mean: float
    low: float
    high: float
    contraction: float


def contractions(parameters: Mapping[str, Any], weights: Any | None = None) -> list[Learned]:
    """Every fitted parameter, most learned first. parameters: values by name, shape (draws,); weights: sum to 1."""
    found = []
    for name, values in parameters.items():
        known = describe()[name]
        even = np.full(len(values), 1 / len(values)) if weights is None else weights
        mean = float(values @ even)
        variance = float((values - mean) ** 2 @ even)
        low, high = quantiles(values, even, (0.05, 0.95))
        prior = (known.high - known.low) ** 2 / 12  # of a uniform
        found.append(Learned(name, known.unit, known.low, known.high, mean, low, high, 1 - variance / prior))
    return sorted(found, key=lambda row: -row.contraction)


def noise(effective: float) -> float:
    """Two standard errors of a contraction where nothing is learned, from so many effective draws."""
    return float(2 * (UNIFORM / max(effective, 1.0)) ** 0.5)


def quantiles(values: Any, weights: Any, which: tuple[float, ...]) -> list[float]:
    """Weighted quantiles."""
    order = np.argsort(values)
    return [float(x) for x in np.interp(which, np.cumsum(weights[order]), values[order])]


def ridges(parameters: Mapping[str, Any], weights: Any | None = None) -> list[tuple[str, str, float]]:
    """Pairs of parameters by correlation in the posterior, strongest first: (one, other, correlation)."""
    names = list(parameters)
    table = np.stack([parameters[name] for name in names])
    cov = np.cov(table, aweights=weights)
    spread = np.sqrt(np.diag(cov))
    corr = cov / np.outer(spread, spread)
    i, j = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(corr[i, j]))
    return [(names[i[k]], names[j[k]], float(corr[i[k], j[k]])) for k in order]


def drivers(found: Posterior, figure: str, most: int = 4, weakest: float = 0.2) -> list[tuple[str, float]]:
    """Parameters that a target moves with over the posterior: (name, rank correlation), strongest first.

    weakest: about eight standard errors of the correlation of 2,000 draws, below which nothing is worth a word.
    """
    from scipy.stats import spearmanr

    values = found.figures[figure]
    pairs = [(name, float(spearmanr(column, values).statistic)) for name, column in found.parameters.items()]
    return [pair for pair in sorted(pairs, key=lambda pair: -abs(pair[1])) if abs(pair[1]) >= weakest][:most]
