"""Shares of the survey's lists: each item's gain, draw by draw, on the scale of the published shares.

The sum of a list's published shares is an input here (see `figures.scale`); shares and order are the model's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calibration.evidence import REGION, Evidence
from calibration.figures import listed, scale
from calibration.headline import AS_IS
from calibration.measures.base import reads
from calibration.variants import AVENUES, LAST, OBSTACLES, TOOLS, dosed, halved


@reads(AS_IS, *map(halved, OBSTACLES.values()))
def obstacles(evidence: Evidence) -> dict[str, Any]:
    """Share of each obstacle in the gains of regional surplus 2035 that halving them brings, by figure."""
    gains = {figure: gained(evidence, halved(lever), "surplus") for figure, lever in OBSTACLES.items()}
    return shares(gains, "obstacles")


@reads(AS_IS, *map(dosed, AVENUES.values()))
def avenues(evidence: Evidence) -> dict[str, Any]:
    """Share of each avenue in the gains of regional surplus 2035 that 20 mn US$/yr on each bring, by figure."""
    gains = {figure: gained(evidence, dosed(lever), "surplus") for figure, lever in AVENUES.items()}
    return shares(gains, "avenues")


@reads(AS_IS, *map(dosed, TOOLS.values()))
def tools(evidence: Evidence) -> dict[str, Any]:
    """Share of each humanitarian tool in the gains of mean trust 2035 that 20 mn US$/yr on each bring, by figure.

    Culture and youth, which the survey only calls less named, stands on the scale of the three that it names.
    """
    gains = {figure: gained(evidence, dosed(lever), "mean_trust") for figure, lever in TOOLS.items()}
    return shares(gains, "tools")


def gained(evidence: Evidence, variant: str, measure: str) -> Any:
    """A measure of the region in 2035, more than as-is, shape (draws,)."""
    return evidence.year(variant, measure, REGION, LAST) - evidence.year(AS_IS, measure, REGION, LAST)


def shares(gains: Mapping[str, Any], list_: str) -> dict[str, Any]:
    """max(gain, 0) over the sum of the list's items × the sum of their published shares, draw by draw. [MODEL 12]

    gains: by figure, shape (draws,); items that the survey does not put a number to stand on the others' scale. Where
    no item gains, all shares are 0.
    """
    positive = {figure: np.maximum(gain, 0.0) for figure, gain in gains.items()}
    total = np.sum([positive[figure] for figure in listed(list_)], axis=0)
    unit = np.divide(scale(list_), total, out=np.zeros_like(total), where=total > 0)
    return {figure: gain * unit for figure, gain in positive.items()}
