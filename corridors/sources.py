"""Where a command's parameters come from: the posterior (if one ships), the prior, or the defaults."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from abm.errors import BadInput
from abm.parameters import Parameters

POSTERIOR, PRIOR, DEFAULTS = "posterior", "prior", "defaults"
ORIGIN = {
    DEFAULTS: "parameters at their defaults, so intervals are luck alone",
    PRIOR: "parameters drawn from their prior ranges, so intervals hold luck and ignorance; nothing is fitted",
    POSTERIOR: "parameters drawn from the posterior, so intervals hold luck and what the fit left open",
}
PRIOR_SEED = 0


def source_of(defaults: bool, prior: bool, posterior: bool, fit: Path | None) -> str:
    """Where parameters come from, by the words of the command line: "defaults", "prior", "posterior" (the shipped one,
    and what is taken if nothing is said) or "posterior:FOLDER".

    Raises:
        BadInput: two sources at once.
    """
    from calibration.posterior import complete

    words = {"--defaults": defaults, "--prior": prior, "--posterior": posterior, "--fit": fit is not None}
    given = [word for word, is_given in words.items() if is_given]
    if len(given) > 1:
        raise BadInput(f"{' and '.join(given)} exclude each other; give one")
    if fit:
        return f"{POSTERIOR}:{fit}"
    if defaults or prior:
        return PRIOR if prior else DEFAULTS
    return POSTERIOR if complete() or posterior else DEFAULTS


def origin(source: str) -> str:
    """In words, for a sentence."""
    return ORIGIN[source.partition(":")[0]]


def numbers_for(runs: int, source: str, sets: Sequence[str]) -> list[Parameters]:
    """One set of parameters a run, with what --set name=number says put in all of them. Raises BadInput."""
    changes = settings(sets)
    return [numbers.changed(changes, "--set") for numbers in parameter_draws(runs, source)]


def numbers_set(sets: Sequence[str]) -> Parameters:
    """Parameters as given by --set name=number, the others at their defaults. Raises BadInput."""
    return Parameters().changed(settings(sets), "--set")


def settings(sets: Sequence[str]) -> dict[str, float]:
    """What --set name=number says. Raises BadInput."""
    found = [_setting(text) for text in sets]
    for name, _ in found:
        if [other for other, _ in found].count(name) > 1:
            raise BadInput(f"--set {name}: is given twice")
    return dict(found)


def _setting(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        if "_" in value:
            raise ValueError
        return name.strip(), float(value)
    except ValueError:
        raise BadInput(f"--set {text}: write it as name=number, as in trade_elasticity=2") from None


def parameter_draws(draws: int, source: str) -> list[Parameters]:
    """One set of parameters a run. Raises BadInput if there is no posterior, or it is of another model."""
    kind, _, folder = source.partition(":")
    if kind == POSTERIOR:
        from calibration import posterior

        found = posterior.read(Path(folder) if folder else posterior.FOLDER)
        if found.told["effective_draws"] < posterior.ENOUGH:
            print(
                f"corridors: this posterior is coarse: {found.told['effective_draws']:,.0f} effective draws, "
                f"{posterior.ENOUGH:,} are wanted",
                file=sys.stderr,
            )
        return found.sets(draws)
    if kind == PRIOR:
        from experiments.search.judge import prior

        return prior(draws, PRIOR_SEED)
    return [Parameters()] * draws
