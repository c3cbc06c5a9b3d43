"""The four futures of 2035, by the fixed rules of abm/futures.py."""

from __future__ import annotations

from typing import Any

from abm.futures import classify_endings
from calibration.evidence import Evidence
from calibration.headline import AS_IS, FROZEN, FUTURES
from calibration.measures.base import reads


@reads(AS_IS, FROZEN)
def endings(evidence: Evidence) -> dict[str, Any]:
    """Does as-is end in this future, against the same draws frozen? Yes or no a draw, by figure."""
    found = classify_endings(evidence.ending(AS_IS), evidence.ending(FROZEN))
    return {figure: found == future for figure, future in FUTURES.items()}
