"""The fit: draws of the prior are weighed by the cheap targets, and those that survive by obstacles and tools too.

Exact rather than clever: plain importance sampling. A draw's weight is its likelihood under the luck it was run with,
which is right on average over luck; so nothing is approximated but the number of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from abm.parameters import Parameters
from calibration.figures import Figure, targets
from calibration.likelihood import effective, log_likelihood, resampled, weights_of
from calibration.prior import PAIRED, SEED, Prior, draws_of, figures_of
from calibration.survivors import measured
from experiments.sweeps import Plan, run_sweep

SURVIVORS = 32_768  # draws that the second stage may take, counted with repetitions
SHARES = "shares"  # folder of the second stage
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fit:
    """What a fit found. Arrays are over the draws that survived the first stage, each once.

    rows: place of each in the prior (and its seed); weights: sum to 1; parameters: of those that are fitted, by name;
    figures: all targets, by id; first_effective, effective: numbers of draws behind the weights after each stage;
    failed: draws that did not end well, in either stage; they weigh nothing.
    """

    prior: Prior
    rows: Any
    weights: Any
    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    failed: int
    first_effective: float
    effective: float


def cheap(known: Mapping[str, Figure]) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """The targets that a run or two tell, and those that need shares of several paired runs."""
    alone = {name: row for name, row in known.items() if not row.list}
    return alone, {name: row for name, row in known.items() if row.list}


def fit(
    prior: Prior,
    folder: Path,
    *,
    workers: int | None = None,
    survivors: int = SURVIVORS,
    told: Told = lambda stage, done, of: None,
    command: str = "",
) -> Fit:
    """Run, weigh, run what survives, weigh again; goes on with what an earlier call left in the folder.

    told: called with a stage's name, what is done of it, and of how much.

    Raises:
        BadInput: `draws` is no power of two; the folder holds another fit.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    first, second = cheap(targets())
    plans = {name: Plan.of(spec) for name, spec in prior.sweeps().items()}
    for name, plan in plans.items():
        run_sweep(
            plan, folder / name, workers=workers, command=command,
            told=lambda done, failed, name=name, plan=plan: told(name, done, plan.runs),  # type: ignore[misc]
        )  # fmt: skip
    figures, good = figures_of(folder)
    log_l = np.where(good, log_likelihood({name: figures[name] for name in first}, first), -np.inf)
    weights = weights_of(log_l)
    rows, counts = np.unique(resampled(weights, survivors, SEED), return_counts=True)
    drawn = draws_of(plans[PAIRED])
    numbers = [
        Parameters().changed({**prior.fixed, **{name: float(column[row]) for name, column in drawn.items()}})
        for row in rows
    ]
    shares = measured(
        rows, numbers, second, folder / SHARES, prior.firms, workers, lambda done: told(SHARES, done, len(rows))
    )
    whole = np.all([np.isfinite(values) for values in shares.values()], axis=0)
    later = weights_of(np.where(whole, np.log(counts) + log_likelihood(shares, second), -np.inf))
    return Fit(
        prior=prior,
        rows=rows,
        weights=later,
        parameters={name: column[rows] for name, column in drawn.items()},
        figures={**{name: values[rows] for name, values in figures.items()}, **shares},
        failed=int((~good).sum() + (~whole).sum()),
        first_effective=effective(weights),
        effective=effective(later),
    )
