"""Agreements, other corridors and diplomacy: what the article claims of policies beside ABEC."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibration import headline
from calibration.evidence import REGION, Evidence
from calibration.headline import AS_IS, CORRIDOR, DECLARATIONS, FROZEN
from calibration.measures.base import reads
from calibration.variants import LAST

WITHOUT_AGREEMENT = "TM-UZ"  # a tie without free trade today
FTA, BUKHARA, BOTH = "fta-only", "bukhara-only", "fta-and-corridor"
NOTHING_MORE = 1.0  # ratio where the corridor adds nothing that the agreement could share


@reads(AS_IS, FTA, BOTH)
def fta_alone(evidence: Evidence) -> Any:
    """TM-UZ trade gained in 2035 by the agreement alone over that of agreement and corridor, ratio.

    Where both together gain nothing, the agreement cannot need the corridor: 1.
    """
    alone, both = _gained(evidence, FTA), _gained(evidence, BOTH)
    return np.divide(alone, both, out=np.full(evidence.draws, NOTHING_MORE), where=both > 0)


@reads(AS_IS, FTA, BUKHARA, BOTH)
def fta_with_corridor(evidence: Evidence) -> Any:
    """TM-UZ trade gained in 2035 by both less the two single gains, bn US$/yr."""
    return _gained(evidence, BOTH) - _gained(evidence, FTA) - _gained(evidence, BUKHARA)


def _gained(evidence: Evidence, scenario: str) -> Any:
    """Trade of the tie in 2035, more than as-is, bn US$/yr."""
    return sum(
        sign * evidence.year(name, "trade", WITHOUT_AGREEMENT, LAST) for name, sign in ((scenario, 1), (AS_IS, -1))
    )


@reads("all-corridors", CORRIDOR)
def replication(evidence: Evidence) -> Any:
    """Regional surplus 2035 with all corridors less that with ABEC alone, bn US$/yr."""
    one, other = (evidence.year(name, "surplus", REGION, LAST) for name in ("all-corridors", CORRIDOR))
    return one - other


@reads("sustained", "episodic", "no-diplomacy")
def sustained_leadership(evidence: Evidence) -> Any:
    """The smaller of two steps in trust and memory 2035, their mean: sustained over episodic, episodic over none."""
    sustained, episodic, none = (_standing(evidence, name) for name in ("sustained", "episodic", "no-diplomacy"))
    return np.minimum(sustained - episodic, episodic - none)


def _standing(evidence: Evidence, scenario: str) -> Any:
    """Mean of trust and memory of the ten ties in 2035, share."""
    memory = [evidence.year(scenario, "memory", tie, LAST) for tie in evidence.whos(scenario, "memory")]
    return (evidence.year(scenario, "mean_trust", REGION, LAST) + np.mean(memory, axis=0)) / 2


@reads(DECLARATIONS, FROZEN)
def declarations_only(evidence: Evidence) -> Any:
    """Regional trade 2035 that summits and agreements alone add, share."""
    return headline.gain(evidence[DECLARATIONS], evidence[FROZEN])
