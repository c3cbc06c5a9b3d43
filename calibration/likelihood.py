"""How well a draw meets the targets: intervals with soft edges for `fit`, wide normals for `soft`.

Written out, for a figure x with article band [low, high]:
  fit   log L = -½ (d / s)²   with d the distance of x beyond the band (0 inside) and s a tenth of the band's width
  soft  log L = -½ ((x - value) / s)²   with s such that the band holds 95 % of a normal
Jobs are judged by their logarithm, since "thousands" is an order of magnitude. A figure without an upper (or lower) end
is not judged on that side. Nothing but rows of role `fit` and `soft` can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from calibration.figures import Figure

SOFTNESS = 0.1  # of the band's width: how far beyond its edge a draw still counts for something (judgement)
NORMAL_95 = 1.96  # standard errors on each side that hold 95 % of a normal
BY_LOGARITHM = ("jobs",)  # units that are judged by order of magnitude


def log_likelihood(measured: Mapping[str, Any], targets: Mapping[str, Figure]) -> Any:
    """Sum over the targets of log L, float64, shape (draws,); measured: figure id to values, shape (draws,)."""
    return np.sum([log_term(values, targets[name]) for name, values in measured.items()], axis=0)


def log_term(values: Any, target: Figure) -> Any:
    """log L of one figure, shape (draws,)."""
    x = scaled(values, target)
    low, high = (None if end is None else float(scaled(end, target)) for end in (target.low, target.high))
    if target.role == "soft":
        assert target.value is not None
        assert low is not None
        assert high is not None
        return -0.5 * ((x - target.value) * 2 * NORMAL_95 / (high - low)) ** 2
    below = np.maximum(0.0, low - x) if low is not None else 0.0
    above = np.maximum(0.0, x - high) if high is not None else 0.0
    width = (high - low) if low is not None and high is not None else 1.0
    return -0.5 * ((below + above) / (SOFTNESS * width)) ** 2


def effective(weights: Any) -> float:
    """Effective number of draws behind weights: (sum w)² / sum w² (Kish)."""
    w = np.asarray(weights, np.float64)
    return float(w.sum() ** 2 / (w * w).sum()) if w.sum() > 0 else 0.0


def weights_of(log_l: Any) -> Any:
    """Weights that sum to 1, shape (draws,), from log likelihoods; -inf counts for nothing."""
    shifted = np.exp(np.asarray(log_l) - np.max(log_l))
    return shifted / shifted.sum()


def resampled(weights: Any, count: int, seed: int) -> Any:
    """Indices of `count` draws by systematic resampling: each draw as often as its weight says, but for one."""
    start = np.random.default_rng(seed).random()
    places = (np.arange(count) + start) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1)


def scaled(values: Any, target: Figure) -> Any:
    """Values as the likelihood looks at them: jobs by their logarithm, where nothing and less count as one."""
    return np.log(np.maximum(values, 1.0)) if target.unit in BY_LOGARITHM else np.asarray(values, np.float64)


def unscaled(values: Any, target: Figure) -> Any:
    """The way back."""
    return np.exp(values) if target.unit in BY_LOGARITHM else values
