"""Is the fit to be trusted? Its checks at full size: synthetic worlds, and the same posterior by another method."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from calibration.cross_check import CrossCheck, cross_check, plot_marginals
from calibration.fit import WAVES, Fit, How, fit
from calibration.prior import Prior
from calibration.synthetic import Pool, Ranks, plot_ranks, pool_of, sbc, with_shares

WORLDS = 500  # synthetic worlds judged by the cheap targets: a pool of many draws makes each posterior sharp
ALL_WORLDS, ALL_POOL = 250, 2_048  # the same by all targets: each draw of the pool costs 32 runs more
FIRMS = 150  # of both methods in the cross-check, so that pyABC can be afforded
DRAWS = 16_384  # of our own fit there
CHEAP, ALL = (1_500, (1.0,)), (150, (6.0, 1.0))  # pyABC's population and temperatures, for four targets and for ten
MINUTES = 12.0  # after which pyABC begins no further population
SHOWN = 12  # parameters whose marginals are told, most learned first


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


def second_method(work: Path, picture: Path, how: How) -> dict[str, Any]:
    """Our posterior and pyABC's at few firms: by the cheap targets alone, where both have many draws, and by all ten.

    Raises:
        BadInput: pyABC is not installed.
    """
    folder = work / "cross-check"
    ours = fit(Prior(DRAWS, firms=FIRMS), folder, how)
    found = {
        "the four cheap ones": _again(pool_of(folder / WAVES[0]), *CHEAP, how),
        "all ten": _again(ours, *ALL, how),
    }
    plot_marginals(found["all ten"], picture)
    return told_of(found)


def _again(ours: Fit | Pool, population: int, temperatures: tuple[float, ...], how: How) -> CrossCheck:
    return cross_check(ours, population, temperatures, seconds=60 * MINUTES, workers=how.workers)


def told_of(found: Mapping[str, CrossCheck]) -> dict[str, Any]:
    """Cross-checks as plain data; marginals are those of the last."""
    return {
        "firms": FIRMS,
        "false_alarms_of_a_verdict": "1 %",
        "rows": [
            {
                "targets": targets,
                "effective draws here": one.ours.effective,
                "effective draws of pyABC": one.theirs.sample.effective,
                "simulations of pyABC": sum(one.theirs.simulations),
                "last temperature": one.theirs.temperature,
                "its seconds": one.theirs.seconds,
                "p of all marginals": one.overall,
                "verdict": _verdict(one),
            }
            for targets, one in found.items()
        ],
        "marginals": [
            {
                "parameter": row.name,
                "difference of means, in sd": row.difference,
                "its Monte-Carlo error": row.error,
                "KS distance": row.distance,
                "least p": min(row.p),
            }
            for row in list(found.values())[-1].marginals[:SHOWN]
        ],
    }


def _verdict(found: CrossCheck) -> str:
    if not found.exact:
        return "pyABC did not come to its end, so its posterior is wider and need not agree"
    return "agree" if found.agree else "DISAGREE"
