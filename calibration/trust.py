"""Is the fit to be trusted? Its checks at full size: synthetic worlds, and the same posterior by another method."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from calibration.cross_check import CrossCheck, cross_check, plot_marginals
from calibration.fit import WAVES, How, fit
from calibration.prior import Prior
from calibration.synthetic import Ranks, plot_ranks, pool_of, sbc, with_shares

WORLDS = 500  # synthetic worlds judged by the cheap targets: a pool of many draws makes each posterior sharp
ALL_WORLDS, ALL_POOL = 250, 2_048  # the same by all targets: each draw of the pool costs 32 runs more
FIRMS = 150  # of both methods in the cross-check, so that pyABC can be afforded
DRAWS, POPULATION, TEMPERATURES = 16_384, 150, (6.0, 1.0)
MINUTES = 12.0  # after which pyABC begins no further population


def synthetic_worlds(runs: Path, work: Path, picture: Path, how: How, pool: int = ALL_POOL) -> dict[str, Any]:
    """Ranks of the truth over the draws of a fit's first wave.

    runs: a folder of `corridors calibrate`; work: keeps what is made here.

    Raises:
        BadInput: there are no runs of a fit.
    """
    first = runs / WAVES[0]
    if not (first / "corridor" / "manifest.json").is_file():
        raise BadInput(f"{first}: there are no runs of a fit; `corridors calibrate --out {runs}` makes them")
    every = pool_of(first)
    cheap = sbc(every, WORLDS)
    plot_ranks(cheap, picture)
    some = with_shares(every.taken(slice(0, pool)), work / "synthetic", how.workers)
    whole = sbc(some, ALL_WORLDS)
    return {
        "false_alarms_of_a_verdict": "1 %",
        "rows": [_told("the four cheap ones", every.draws, cheap), _told("all ten", some.draws, whole)],
    }


def _told(targets: str, pool: int, found: Ranks) -> dict[str, Any]:
    worst = int(np.argmin(found.p))
    return {
        "targets": targets,
        "worlds": len(found.ranks),
        "draws of the pool": pool,
        "effective draws a world (median)": float(np.median(found.effective)),
        "quantities ranked": len(found.names),
        "with p below .05": found.rejected,
        "least p, of": f"{found.p[worst]:.3f}, {found.names[worst]}",
        "p of all together": found.overall,
        "verdict": "uniform" if found.uniform else "NOT uniform",
    }


def second_method(
    work: Path, picture: Path, how: How, draws: int = DRAWS, population: int = POPULATION
) -> dict[str, Any]:
    """Our posterior and pyABC's at few firms, all ten targets. Raises BadInput if pyABC is not installed."""
    ours = fit(Prior(draws, firms=FIRMS), work / "cross-check", how)
    found = cross_check(ours, population, TEMPERATURES, seconds=60 * MINUTES, workers=how.workers)
    plot_marginals(found, picture)
    return told_of(found)


def told_of(found: CrossCheck) -> dict[str, Any]:
    """A cross-check as plain data."""
    verdict = "the marginals agree" if found.agree else "the marginals DISAGREE"
    if not found.exact:
        verdict = "pyABC did not come to its end, so its posterior is wider; the two need not agree"
    return {
        "firms": FIRMS,
        "effective_draws_of_this_fit": round(found.ours.effective, 1),
        "effective_draws_of_pyABC": round(found.theirs.sample.effective, 1),
        "simulations_of_pyABC": sum(found.theirs.simulations),
        "last_temperature": found.theirs.temperature,
        "seconds_of_pyABC": round(found.theirs.seconds),
        "p_of_all_marginals_together": found.overall,
        "verdict_at_1_%_false_alarms": verdict,
        "rows": [
            {
                "parameter": row.name,
                "difference of means, in sd": round(row.difference, 3),
                "its Monte-Carlo error": round(row.error, 3),
                "KS distance": round(row.distance, 3),
                "least p": round(min(row.p), 4),
            }
            for row in found.marginals[:12]
        ],
    }
