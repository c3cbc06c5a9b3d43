"""Numbers on their way to the browser: whole numbers and a scale, four figures of the largest.

Half the bytes and a fifth of the time of decimals; the store in the browser turns them back.
"""

from __future__ import annotations

from typing import Any

import numpy as np

FIGURES = 4  # that a chart can show


def scale(largest: float) -> float:
    """The step that keeps four figures of the largest number; 0 where all are 0, and no number if that is none."""
    return float(10.0 ** (np.ceil(np.log10(largest)) - FIGURES)) if largest != 0 else 0.0


def packed(values: Any, step: float | None = None) -> dict[str, Any]:
    """Values of any shape as {"scale": .001, "of": [...]}; their own scale, unless several share one."""
    step = scale(np.abs(values).max()) if step is None else step
    whole = np.rint(values / step).astype(np.int64) if step else np.zeros(np.shape(values), np.int64)
    return {"scale": float(f"{step:.1e}"), "of": whole.tolist()}


def rounded(value: float) -> float:
    """One number to four figures."""
    return float(f"{value:.{FIGURES}g}")
