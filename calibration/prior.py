"""Draws of the prior, run in the scenarios that the cheap targets need: sweeps, each draw with luck of its own.

Three sweeps over the same scrambled-Sobol draws: the corridor beside declarations; the same corridor "efficiently run"
(execution from .8 up, all else as drawn), which is what the article's 15-20 % speak of; and the border KG-TJ that was
shut in 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from abm.parameters import describe
from abm.runs import FIRMS
from calibration.headline import CLOSED, CORRIDOR, DECLARATIONS, EFFICIENT, HUB, TIE
from experiments.sweeps import Plan, SweepSpec, read_sweep

DRAWS = 131_072
SEED = 2026  # of the scrambling; the runs' own seeds are numbered from 0
PAIRED, RUN_WELL, SHUT = "corridor", "efficient", "closure"


def fitted() -> tuple[str, ...]:
    """Names of the parameters that are fitted, in their order."""
    return tuple(name for name, known in describe().items() if known.role == "fit" and known.low < known.high)


@dataclass(frozen=True)
class Prior:
    """Which draws are made: how many (a power of two), and of what.

    width: of each range, against that of parameters.py, around its middle and within what a run accepts; fixed:
    parameters held at a value, as trade_elasticity at 2; only: which of the draws are run, by number (all if not told);
    first_seed: of the first draw's luck.
    """

    draws: int = DRAWS
    width: float = 1.0
    fixed: Mapping[str, float] = field(default_factory=dict)
    firms: int = FIRMS
    only: tuple[int, ...] | None = None
    first_seed: int = 0

    def sweeps(self) -> dict[str, SweepSpec]:
        """The three sweeps. Raises BadInput if `draws` is no power of two."""
        free = [name for name in fitted() if name not in self.fixed]
        vary = {name: self.range(name) for name in free}
        common: dict[str, Any] = {
            "replications": 1,
            "luck": "own",
            "firms": self.firms,
            "fixed": dict(self.fixed),
            "first_seed": self.first_seed,
            "design": self._design(),
        }
        run_well = {"execution": {"low": EFFICIENT, "high": describe()["execution"].high}}
        if "execution" in self.fixed:  # whoever fixes it says how well the corridor is run
            run_well = {}
        asked: dict[str, dict[str, Any]] = {
            PAIRED: {"scenarios": [CORRIDOR, DECLARATIONS], "measures": ["trade", "jobs"], "windows": ["2030"]},
            RUN_WELL: {
                "scenarios": [CORRIDOR],
                "measures": ["cut"],
                "windows": ["2030-2035"],
                "vary": {**vary, **run_well},
            },
            SHUT: {"scenarios": ["kgtj-hindcast"], "measures": ["trade"], "windows": ["2020", "2023"]},
        }
        return {
            name: SweepSpec.of({"title": f"prior draws: {name}", "vary": vary, **common, **own})
            for name, own in asked.items()
        }

    @property
    def made(self) -> int:
        """How many of its draws are run."""
        return self.draws if self.only is None else len(self.only)

    def parameters(self) -> dict[str, Any]:
        """All its draws, run or not, by name, float64, shape (draws,)."""
        return dict(draws_of(Plan.of(replace(self, only=None).sweeps()[PAIRED])))

    def range(self, name: str) -> dict[str, float]:
        """Ends of one parameter, as a sweep takes them."""
        known = describe()[name]
        middle, half = (known.low + known.high) / 2, (known.high - known.low) / 2 * self.width
        lowest, highest = known.allowed
        return {"low": max(lowest, middle - half), "high": min(highest, middle + half)}

    def _design(self) -> dict[str, Any]:
        only = None if self.only is None else list(self.only)
        return {"kind": "sobol", "points": self.draws, "seed": SEED + self.first_seed, "only": only}


def draws_of(plan: Plan) -> Mapping[str, Any]:
    """The drawn parameters, a column of float64 each, shape (draws,)."""
    return {factor.name: column for factor, column in zip(plan.factors, plan.drawn.values)}


def figures_of(folder: Path) -> tuple[dict[str, Any], Any]:
    """The cheap targets in every draw, by the figure's id, float64, shape (draws,); and which draws ended well."""
    tie, hub, closed = (who.replace("-", "_") for who in (TIE, HUB, CLOSED))
    trade, jobs = f"trade_{tie}_2030", f"jobs_{hub}_2030"
    paired = read_sweep(folder / PAIRED, columns=[trade, jobs])
    corridor, without = (paired[paired["scenario"] == name] for name in (CORRIDOR, DECLARATIONS))
    cut = read_sweep(folder / RUN_WELL, columns=[f"cut_{tie}_2030_2035"]).iloc[:, -1]
    shut = read_sweep(folder / SHUT, columns=[f"trade_{closed}_2020", f"trade_{closed}_2023"])
    found = {
        "trade_2030": corridor[trade].to_numpy(np.float64),
        "jobs": corridor[jobs].to_numpy(np.float64) - without[jobs].to_numpy(np.float64),
        "cost_cut": cut.to_numpy(np.float64),
        "kgtj_closure": (shut[f"trade_{closed}_2023"] / shut[f"trade_{closed}_2020"]).to_numpy(np.float64),
    }
    good = np.all([np.isfinite(values) for values in found.values()], axis=0)
    return found, good
