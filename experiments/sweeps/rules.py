"""Rule variants: the month with rules left out, or replaced by those of a user's own file."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from abm.engine.rules import Month, name_of
from abm.errors import BadInput, place, unknown
from abm.month import MONTH
from experiments.sweeps.spec import SweepSpec, Variant


def month_of(spec: SweepSpec, variant: str, where: str = "sweep") -> Month:
    """The month of a variant by name; the model's own if the spec has no such.

    Raises:
        BadInput: an unknown rule, or a replacement that cannot be loaded.
    """
    chosen = spec.rules.get(variant, Variant())
    told = f"{where}, rules.{variant}"
    month = MONTH
    for name in chosen.without:
        month = month.without(rule(name, told))
    for name, own in chosen.replace.items():
        month = month.replace(rule(name, told), loaded(own, told))
    return month


def rule(name: str, where: str = "") -> Any:
    """A rule of the month by its name, as "ties.copy_corridor". Raises BadInput with the nearest one."""
    known = {name_of(r): r for r in MONTH.each_rule()}
    if name not in known:
        raise unknown("rule", name, known, where)
    return known[name]


def loaded(own: str, where: str = "") -> Any:
    """A function written as "their_file.py:function" or "package.module:function". Raises BadInput."""
    module, colon, function = own.rpartition(":")
    if not colon or not function.isidentifier():
        raise BadInput(f"{place(where)}'{own}' is not a rule; write it as \"my_rules.py:my_rule\"")
    try:
        space = _file(module, _text(Path(module))) if module.endswith(".py") else importlib.import_module(module)
    except BadInput:
        raise
    except Exception as problem:  # whatever a user's file does
        raise BadInput(f"{place(where)}{module} cannot be loaded: {type(problem).__name__}: {problem}") from problem
    found = getattr(space, function, None)
    if not callable(found):
        rules = [name for name, value in vars(space).items() if hasattr(value, "kind")]
        raise unknown("rule", function, rules, f"{place(where)}{module}")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise BadInput(f"{path}: {problem.strerror or problem}") from None


@cache
def _file(path: str, text: str) -> ModuleType:
    """A user's file as a module, read again if its text has changed."""
    name = f"rules_{hashlib.blake2b((path + text).encode(), digest_size=6).hexdigest()}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def sources_of(spec: SweepSpec) -> dict[str, str]:
    """Texts of the files and modules that a spec's replacements stand in, by the name that it has for them.

    Raises:
        BadInput: one of them cannot be read.
    """
    names = {own.rpartition(":")[0] for variant in spec.rules.values() for own in variant.replace.values()}
    found = {}
    for name in sorted(names):
        known = None if name.endswith(".py") else importlib.util.find_spec(name)
        path = Path(name) if known is None else Path(str(known.origin))
        found[name] = _text(path)
    return found
