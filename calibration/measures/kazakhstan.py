"""Kazakhstan as a moderator: does it help, in what, and on which conditions."""

from __future__ import annotations

from typing import Any

from calibration.evidence import REGION, Evidence
from calibration.measures.base import reads
from calibration.variants import FIRST, LAST, moderated

OFF, ECONOMIC, FULL = "moderator-off", "moderator-economic", "moderator-full"


@reads(FULL, OFF)
def kz_moderator(evidence: Evidence) -> Any:
    """Does moderation raise surplus and trust? Yes or no a draw."""
    return _helps(evidence, FULL)


@reads(FULL, ECONOMIC, OFF)
def kz_moderator_partial(evidence: Evidence) -> Any:
    """Does the economic form help, and the full one not? Yes or no a draw."""
    return _helps(evidence, ECONOMIC) & ~_helps(evidence, FULL)


def _helps(evidence: Evidence, form: str) -> Any:
    """Are surplus and trust above those without a moderator? The decade's mean: a single year is mostly luck."""
    surplus, trust = (
        evidence.years(form, what, REGION, FIRST, LAST) - evidence.years(OFF, what, REGION, FIRST, LAST)
        for what in ("surplus", "mean_trust")
    )
    return (surplus > 0) & (trust > 0)


@reads(*(moderated(moderator, willing) for willing in (True, False) for moderator in ("off", "full")))
def moderator_condition(evidence: Evidence) -> Any:
    """Surplus 2035 that moderation adds among willing, trusting states less what it adds without, bn US$/yr."""
    willing, unwilling = (
        sum(
            sign * evidence.year(moderated(moderator, will), "surplus", REGION, LAST)
            for moderator, sign in (("full", 1), ("off", -1))
        )
        for will in (True, False)
    )
    return willing - unwilling
