"""How the ties stand: stable, fluctuating or fragile; and where they are heading."""

from __future__ import annotations

from typing import Any

from calibration import headline
from calibration.evidence import Evidence
from calibration.headline import AS_IS, FROZEN
from calibration.measures.base import reads


@reads(AS_IS)
def stable_competitive(evidence: Evidence) -> Any:
    """Share of ties with trust .4-.6 and no dispute in 2025."""
    return headline.stable_competitive(evidence.months(AS_IS))


@reads(AS_IS)
def relations_fluctuate(evidence: Evidence) -> Any:
    """Share of ties whose trust, by month, crosses its own mean at least 4 times a decade with swings above .05."""
    return headline.fluctuating(evidence.months(AS_IS))


@reads(AS_IS)
def relations_fragile(evidence: Evidence) -> Any:
    """Share of ties with trust below .3 between two states below half attention, 2025-2026."""
    return headline.fragile(evidence.months(AS_IS))


@reads(AS_IS, FROZEN)
def prospects(evidence: Evidence) -> Any:
    """Does trade-weighted intensity end above the band of the frozen runs? Yes or no a draw."""
    return headline.prospects(evidence.ending(AS_IS), evidence.ending(FROZEN))
