"""Turns a month into something that runs: compiled over records (numba), or uncompiled over plain objects.

Compiled code is kept on disk under a name made from everything it depends on – the bytecode of every rule and of all
that it calls, the constants it names, the declared fields, versions of Python, numba and NumPy – so it is never stale.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from abm import levers, luck, parameters
from abm.clock import Now, now_at
from abm.engine.generate import PASS, is_long, program
from abm.engine.kinds import KINDS
from abm.engine.rules import Month, RuleError, check, name_of, plain, reachable, referenced
from abm.errors import BadInput

ENTRIES = ("start", "step", "record", "run")
DEPENDS_ON = ("numba", "llvmlite", "numpy")
# strict arithmetic; no reference counts, since rules allocate nothing: counting cost more than the rules did
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


@dataclass(frozen=True)
class Program:
    """A month that runs. Each function takes the tables first, in the order of `generate.tables()`."""

    start: Callable[..., None]
    step: Callable[..., None]
    record: Callable[..., None]
    run: Callable[..., None]


def check_month(month: Month) -> None:
    """Refuse a month whose rules ask for what is not there. Raises RuleError."""
    rule_names(month)
    fields = {name: month.fields(kind) for name, kind in KINDS.items()}
    known = {
        "p": set(parameters.describe()),
        "levers": set(levers.describe()),
        "now": set(Now._fields),
        "luck": set(luck.Luck._fields),
    }
    check(month, fields, known)


def rule_names(month: Month) -> dict[int, str]:
    """What each rule is called in the program, by id."""
    names: dict[int, str] = {}
    for rule in month.each_rule():
        if not hasattr(rule, "kind"):
            raise RuleError(f"rule {name_of(rule)}: say whom it is for, with @each(Kind) above it")
        plain_name = "".join(c if c.isalnum() else "_" for c in name_of(rule))
        name, number = plain_name, 1
        while name in names.values() and id(rule) not in names:
            number += 1
            name = f"{plain_name}_{number}"
        names.setdefault(id(rule), name)
    return names


def text_of(month: Month) -> str:
    """The program's text."""
    fields = {name: month.fields(kind) for name, kind in KINDS.items()}
    return program(month, fields, rule_names(month))


# ---------------------------------------------------------------------------------------------------------- uncompiled


def uncompiled(month: Month) -> Program:
    """The month as ordinary Python over plain objects: slow, for a debugger and for teaching. Same bits."""
    check_month(month)
    names = rule_names(month)
    rules = {names[id(rule)]: rule for rule in month.each_rule()}
    space: dict[str, Any] = {**rules, "Luck": luck.Luck, "WORD": luck.WORD, "now_at": now_at}
    exec(compile(text_of(month), "<the month, uncompiled>", "exec"), space)
    return Program(*(space[entry] for entry in ENTRIES))


# ------------------------------------------------------------------------------------------------------------ compiled

_programs: dict[str, Program] = {}
_compiling = threading.Lock()


def compiled(month: Month, warm: Callable[[Program], None]) -> Program:
    """The month compiled; from the disk if this month has been compiled before.

    warm: makes one short call of everything, so that compilation happens here and not in the middle of a run.

    Raises:
        RuleError: a rule that cannot be compiled, with the compiler's own words.
    """
    key = fingerprint(month)
    with _compiling:
        if key not in _programs:
            _programs[key] = _compile(month, key, warm)
    return _programs[key]


def fingerprint(month: Month) -> str:
    """A short hash of everything that the compiled month depends on."""
    digest = hashlib.blake2b(digest_size=12)
    for part in (text_of(month), repr(OPTIONS), sys.version, *(version(package) for package in DEPENDS_ON)):
        digest.update(part.encode())
    for kind in KINDS.values():
        digest.update(repr([(f.name, f.type, f.per) for f in month.fields(kind).values()]).encode())
    digest.update(repr([*parameters.describe(), *levers.describe()]).encode())
    for function in sorted([*reachable(month), now_at], key=lambda f: (f.__module__, f.__qualname__)):
        digest.update(repr([function.__qualname__, *_essence(function.__code__, function.__doc__)]).encode())
        for name, value in referenced(function):
            digest.update(name.encode() + _content(value))
    return digest.hexdigest()


def _essence(code: CodeType, docstring: str | None = None) -> Iterator[Any]:
    """What a function does, without where it stands or how it is documented."""
    yield code.co_code
    yield code.co_names
    yield code.co_varnames
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _essence(constant)
        elif docstring is None or constant != docstring:
            yield constant


def _content(value: Any) -> bytes:
    """What a value that a rule names is, as bytes; functions and classes are looked into elsewhere."""
    if inspect.isroutine(plain(value)) or inspect.isclass(value) or inspect.ismodule(value):
        return b""
    if hasattr(value, "tobytes"):
        return repr((getattr(value, "dtype", ""), getattr(value, "shape", ""))).encode() + bytes(value.tobytes())
    return repr(value).encode()


def cache_folder() -> Path:
    """Where compiled months are kept: CORRIDORS_CACHE, or the user's cache folder, or a temporary one."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".cache")
    for place in (os.environ.get("CORRIDORS_CACHE"), str(Path(home) / "corridors"), tempfile.gettempdir()):
        if place:
            folder = Path(place)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    return folder
            except OSError:
                continue
    raise BadInput("no folder can be written for compiled rules; set CORRIDORS_CACHE to one")


def _compile(month: Month, key: str, warm: Callable[[Program], None]) -> Program:
    folder = cache_folder() / f"month_{key}"
    ready = folder / "ready"
    if not ready.exists():
        check_month(month)
        print("compiling the rules, once (about twenty seconds) …", file=sys.stderr, flush=True)
    import numba
    from numba.core.errors import NumbaError, UnsupportedBytecodeError
    from numba.extending import register_jitable

    jit = numba.njit(**OPTIONS)
    inlined = numba.njit(inline="always", **OPTIONS)  # for hundreds of agents, calls would cost most
    long = [entry for entry in month.rules if is_long(entry)]
    often = {rule for entry in long for rule in (entry if isinstance(entry, tuple) else (entry,))}
    cached = numba.njit(cache=True, **OPTIONS)
    names = rule_names(month)
    copies = fresh_copies([*reachable(month), now_at])
    for function in copies.values():
        register_jitable(function)
    text = text_of(month)
    module = _module(folder, f"month_{key}", text)
    space = module.__dict__
    try:
        for rule in month.each_rule():
            space[names[id(rule)]] = (inlined if rule in often else jit)(copies[id(rule)])
        space.update({"Luck": luck.Luck, "WORD": luck.WORD, "now_at": copies[id(now_at)]})
        exec(compile(text, str(module.__file__), "exec"), space)
        for name in [name for name in space if name.startswith(PASS)]:
            space[name] = jit(space[name])
        for entry in ENTRIES:
            space[entry] = cached(space[entry])
        made = Program(*(space[entry] for entry in ENTRIES))
        _warmed(made, warm)
    except (NumbaError, UnsupportedBytecodeError, NameError) as problem:
        culprit = _culprit(str(problem), month, text)
        raise RuleError(f"rule {culprit} cannot be compiled: {_gist(str(problem))}") from problem
    ready.touch()
    return made


def _warmed(made: Program, warm: Callable[[Program], None]) -> None:
    """Compile by a short call. A rule that raises of itself is a matter of runs, not of compiling."""
    from numba.core.errors import NumbaError, UnsupportedBytecodeError

    try:
        warm(made)
    except (NumbaError, UnsupportedBytecodeError, NameError):
        raise
    except Exception:
        return


def _culprit(problem: str, month: Month, text: str) -> str:
    """The rule that a compiler complains about: named by it, or called on the line that it points at."""
    rules = list(dict.fromkeys(month.each_rule()))
    own = [rule for rule in rules if not rule.__module__.startswith("abm.")]
    lines = text.splitlines()
    pointed = " ".join(
        lines[int(n) - 1] for n in re.findall(r'month_\w+\.py", line (\d+)', problem) if int(n) <= len(lines)
    )
    names = rule_names(month)
    for candidates in (own, rules):
        for rule in candidates:
            if re.search(rf"\b{re.escape(rule.__name__)}\b", problem) or f"{names[id(rule)]}(" in pointed:
                return name_of(rule)
    return " or ".join(name_of(rule) for rule in own) or "(which one cannot be told)"


def fresh_copies(functions: list[Any]) -> dict[int, Any]:
    """Copies of functions that call each other's copies, by the id of the original.

    The compiler remembers what it made of a function for as long as the process lives, and the values of its globals
    with it. A copy has never been compiled, so a changed constant or helper is seen.
    """
    spaces: dict[int, dict[str, Any]] = {}
    copies: dict[int, Any] = {}
    for function in functions:
        space = spaces.setdefault(id(function.__globals__), dict(function.__globals__))
        copy = FunctionType(function.__code__, space, function.__name__, function.__defaults__, function.__closure__)
        copy.__kwdefaults__ = function.__kwdefaults__
        copy.__module__ = function.__module__
        copies[id(function)] = copy

    def renewed(value: Any, depth: int = 0) -> Any:
        if id(plain(value)) in copies:
            return copies[id(plain(value))]
        if inspect.ismodule(value) and depth < 2:
            changed = {n: renewed(v, depth + 1) for n, v in vars(value).items() if id(plain(v)) in copies}
            if changed:
                module = ModuleType(value.__name__)
                module.__dict__.update({**vars(value), **changed})
                return module
        return value

    for space in spaces.values():
        space.update({name: renewed(value) for name, value in space.items()})
    for function in functions:
        if function.__closure__:
            cells = tuple(CellType(renewed(cell.cell_contents)) for cell in function.__closure__)
            old = copies[id(function)]
            copy = FunctionType(old.__code__, old.__globals__, old.__name__, old.__defaults__, cells)
            copy.__kwdefaults__, copy.__module__ = old.__kwdefaults__, old.__module__
            copies[id(function)] = copy
            for space in spaces.values():
                space.update({name: copy for name, value in space.items() if value is old})
    return copies


def _module(folder: Path, name: str, text: str) -> ModuleType:
    """A module whose source really stands on disk: numba keeps compiled code only for such."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            file.write(text)
        os.replace(file.name, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    return module


def _gist(problem: str) -> str:
    """The telling lines of a compiler's message."""
    lines = [line.strip() for line in problem.splitlines() if line.strip()]
    telling = [line for line in lines if "File " in line or "Invalid" in line or "rror" in line or "Cannot" in line]
    return "; ".join(dict.fromkeys((telling or lines)[:6]))
