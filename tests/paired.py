"""Two arms that share all their luck and differ by one thing: how a test says that the difference has a sign.

Rates are stated for each test. A rate of 1e-3 means: were there no effect, one set of seeds in a thousand would pass
for one. Seeds are fixed, so a test that passes once passes always, until the model changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import t as student

SEEDS = 100


def surely_positive(differences: Any, error_rate: float = 1e-3) -> bool:
    """Is the mean of paired differences above zero? One-sided t-test; `error_rate` is its rate of false alarms."""
    return bool(lower_bound(differences, error_rate) > 0)


def surely_negative(differences: Any, error_rate: float = 1e-3) -> bool:
    """Is the mean of paired differences below zero? One-sided t-test; `error_rate` is its rate of false alarms."""
    return surely_positive(-np.asarray(differences), error_rate)


def within_noise(differences: Any, error_rate: float = 1e-3) -> bool:
    """Can the mean of paired differences be zero? Two-sided; a true zero is refused at `error_rate`."""
    return not surely_positive(differences, error_rate / 2) and not surely_negative(differences, error_rate / 2)


def lower_bound(differences: Any, error_rate: float) -> float:
    """What the mean of paired differences is above, but for `error_rate`."""
    found = np.asarray(differences, np.float64)
    standard_error = found.std(ddof=1) / np.sqrt(len(found))
    return float(found.mean() - student.ppf(1 - error_rate, len(found) - 1) * standard_error)
