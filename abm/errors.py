"""One clear message for bad input: what, where, what is allowed, and the nearest known name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BadInput(ValueError):
    """Something that a user gave cannot be used; the message says what, where and what would be."""


def unknown(what: str, name: str, known: Iterable[str], where: str = "") -> BadInput:
    """The error for a name that is not known, with the nearest one that is."""
    names = list(known)
    lower = [n.lower() for n in names]
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
    hint = ""
    if near:
        hint = f"; did you mean '{names[lower.index(near[0])]}'?"
    elif len(names) <= 12:
        hint = f"; known: {', '.join(names)}"
    return BadInput(f"{place(where)}unknown {what} '{name}'{hint}")


def place(where: str) -> str:
    """'file: ' in front of a message, if a place is known."""
    return f"{where}: " if where else ""
