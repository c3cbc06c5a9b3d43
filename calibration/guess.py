"""A guess at the targets from the parameters alone, so that runs are spent where they may count.

A quadratic of all parameters for each target, by least squares, with the spread that it leaves unexplained (luck, and
what is not quadratic). It decides which draws are run, with a known chance; weights undo that choice, so a poor guess
costs effective draws, never truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibration.figures import Figure
from calibration.likelihood import log_term, scaled, unscaled

LOT = 16_384  # draws whose features are held at a time
NODES, SHARES = np.polynomial.hermite_e.hermegauss(9)  # of a normal, to average a likelihood over what is unexplained


RIDGE = 1e-2  # of the draws: keeps a quadratic of 38 parameters tame where draws are few
TINY = 1e-12  # likelihood of what is out of the question


@dataclass(frozen=True)
class Guess:
    """low, high: ends of the parameters, shape (parameters,); weights: of the features, shape (features, targets);
    spread: standard deviation of what they leave unexplained, shape (targets,)."""

    low: Any
    high: Any
    targets: Mapping[str, Figure]
    weights: Any
    spread: Any

    @staticmethod
    def of(parameters: Mapping[str, Any], measured: Mapping[str, Any], targets: Mapping[str, Figure]) -> Guess:
        """Learn from draws that were run. measured: target id to values, shape (draws,), NaN where a run failed."""
        good = np.all([np.isfinite(measured[name]) for name in targets], axis=0)
        draws = np.stack([np.asarray(column)[good] for column in parameters.values()], axis=1)
        low, high = draws.min(axis=0), draws.max(axis=0)
        y = np.stack([scaled(measured[name][good], row) for name, row in targets.items()], axis=1)
        lots = [slice(start, start + LOT) for start in range(0, len(y), LOT)]
        products: Any
        answers: Any
        squares: Any
        products, answers, squares = 0.0, 0.0, 0.0
        for lot in lots:
            x = _features(draws[lot], low, high)
            products, answers = products + x.T @ x, answers + x.T @ y[lot]
        weights = np.linalg.solve(products + RIDGE * len(y) * np.eye(len(products)), answers)
        for lot in lots:
            squares = squares + ((y[lot] - _features(draws[lot], low, high) @ weights) ** 2).sum(axis=0)
        return Guess(low, high, targets, weights, np.sqrt(squares / len(y)))

    def weight(self, parameters: Mapping[str, Any]) -> Any:
        """What a draw may be expected to count, sqrt(E L²), shape (draws,): the best chance to run it is as this."""
        draws = np.stack([np.asarray(column) for column in parameters.values()], axis=1)
        return np.concatenate([self._weight(draws[start : start + LOT]) for start in range(0, len(draws), LOT)])

    def _weight(self, draws: Any) -> Any:
        mean = _features(draws, self.low, self.high) @ self.weights
        found = np.ones(len(draws))
        for k, row in enumerate(self.targets.values()):
            likely = [np.exp(2 * log_term(unscaled(mean[:, k] + node * self.spread[k], row), row)) for node in NODES]
            found *= np.sqrt(np.tensordot(SHARES / SHARES.sum(), likely, 1) + TINY)
        return found


def _features(draws: Any, low: Any, high: Any) -> Any:
    """One, the parameters on -1 to 1, and all their products, shape (draws, features)."""
    x = 2 * (draws - low) / np.where(high > low, high - low, 1.0) - 1
    i, j = np.triu_indices(x.shape[1])
    return np.concatenate([np.ones((len(x), 1)), x, x[:, i] * x[:, j]], axis=1)
