"""Outside blocs: who competes for attention, whom their presence helps, and by which channel it hurts."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibration.evidence import REGION, Evidence
from calibration.headline import AS_IS
from calibration.measures.base import reads
from calibration.measures.lists import shares
from calibration.variants import BLOCS, FIRST, LAST, without
from calibration.variants import blocs as all_blocs

QUIET = "quiet-blocs"
NOISE = 2.0  # standard errors of a mean over years, beyond which an effect is more than noise
MODERATOR = "KZ"
PULL, RULES = "pull", "rules"


@reads(AS_IS, *(without(bloc, PULL) for bloc in all_blocs()))
def blocs(evidence: Evidence) -> dict[str, Any]:
    """Share of each bloc in the gains of mean attention 2026-2035 that silencing it brings, by figure.

    bloc_others: the largest among the blocs that the survey only calls less named, on the scale of those it names.
    """
    gains = {bloc: _freed(evidence, without(bloc, PULL), "mean_attention", REGION) for bloc in all_blocs()}
    named = {figure: gains[bloc] for figure, bloc in BLOCS.items()}
    others = {bloc: gain for bloc, gain in gains.items() if bloc not in BLOCS.values()}
    found = shares({**named, **others}, "blocs")
    return {**{figure: found[figure] for figure in named}, "bloc_others": np.max([found[b] for b in others], axis=0)}


def _freed(evidence: Evidence, variant: str, measure: str, who: str) -> Any:
    """A measure, more than as-is, mean of 2026-2035, shape (draws,)."""
    return evidence.years(variant, measure, who, FIRST, LAST) - evidence.years(AS_IS, measure, who, FIRST, LAST)


@reads(AS_IS, *(without(bloc, channel) for bloc in all_blocs() for channel in ("", PULL, RULES)))
def platforms(evidence: Evidence) -> dict[str, Any]:
    """What a bloc's presence (pull, money and rules) does to regional surplus; yes or no a draw and bloc.

    Supports: raises it beyond noise; diverts: lowers it, mainly by its pull on attention; restrains: lowers it, mainly
    by its rules (standards, stability and obligations together); neutral: within noise. Arrays of shape (draws, blocs).
    """
    effects = [_presence(evidence, bloc, "") for bloc in all_blocs()]
    raises, lowers = np.stack([_surely(e) for e in effects], axis=1), np.stack([_surely(-e) for e in effects], axis=1)
    pull, rules = (
        np.stack([_presence(evidence, bloc, channel).mean(axis=1) for bloc in all_blocs()], axis=1)
        for channel in (PULL, RULES)
    )
    return {
        "platforms_support": raises,
        "platforms_divert": lowers & (pull <= rules),
        "platforms_restrain": lowers & (pull > rules),
        "platforms_neutral": ~raises & ~lowers,
    }


def _presence(evidence: Evidence, bloc: str, channel: str) -> Any:
    """Regional surplus of each year with a bloc (or one of its channels) less without, shape (draws, years)."""
    with_, without_ = (
        evidence.each_year(name, "surplus", REGION, FIRST, LAST) for name in (AS_IS, without(bloc, channel))
    )
    return with_ - without_


def _surely(effect: Any) -> Any:
    """Is the mean over years above zero by more than noise? shape (draws,)."""
    error = effect.std(axis=1, ddof=1) / effect.shape[1] ** 0.5
    return effect.mean(axis=1) > NOISE * error


@reads(AS_IS, QUIET)
def dense_commitments(evidence: Evidence) -> Any:
    """Attention that KZ gains when all blocs are silent, above the second largest gain of the other four states.

    Mean of 2026-2035; above zero where KZ is among the two largest of the five.
    """
    gains = {state: _freed(evidence, QUIET, "attention", state) for state in evidence.whos(AS_IS, "attention")}
    others = np.sort([gain for state, gain in gains.items() if state != MODERATOR], axis=0)
    return gains[MODERATOR] - others[-2]
