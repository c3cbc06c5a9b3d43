"""A scenario is a story without code: dated changes of levers, and, for past episodes, another base year.

title = "Corridor first"
based_on = "as-is"
[[change]]
at = "2026-01"
abec_programme = 60
"reform_KZ-KG" = 10
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

from abm import base_year, levers
from abm.base_year import BaseYear
from abm.clock import MONTHS_A_YEAR
from abm.errors import BadInput, place, unknown

SHIPPED = Path(__file__).with_name("scenarios")
FIRST_YEAR, YEARS = 2025, 11
HUGE = 1e300
GROUND = "as-is"  # A+B brings what B adds to it, not the ground itself
TODAY_WORD = "today"  # sets free trade back to what is agreed
KEYS = ("title", "why", "based_on", "base_year", "years", "initial", "change")
TABLE_OF = {"tie": "ties", "bloc": "blocs", "market": "markets"}


@dataclass(frozen=True)
class Change:
    """Levers set from a date on: at is "2026-01"; levers are (name, value) as written in the file."""

    at: str
    levers: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Scenario:
    """What happens when: a value that can be written down, compared and run again."""

    name: str
    title: str = ""
    why: str = ""
    layers: tuple[tuple[str, tuple[Change, ...]], ...] = ()
    first_year: int = FIRST_YEAR
    years: int = YEARS
    initial: tuple[tuple[str, str, str], ...] = ()
    file: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes: those of what it is based on first, its own last."""
        return tuple(change for _, changes in self.layers for change in changes)

    @staticmethod
    def read(name: str | Path) -> Scenario:
        """A shipped scenario by name, a file by its path, or two of them as "A+B".

        Raises:
            BadInput: unknown name, broken file, unknown lever or date, value out of range; names file and key.
        """
        parts = str(name).split("+")
        if len(parts) > 1 and not Path(name).exists():
            found = [Scenario.read(part.strip()) for part in parts]
            return _combined(found)
        return _read(str(name))

    @staticmethod
    def of_toml(text: str, name: str) -> Scenario:
        """A scenario from its text, as `to_toml` wrote it. Raises BadInput."""
        return _parsed(text, Path(f"{name}.toml"), name, name, ())

    @staticmethod
    def names() -> list[str]:
        """Names of the shipped scenarios."""
        return sorted(path.stem for path in SHIPPED.glob("*.toml"))

    def then(self, at: str, **changes: Any) -> Scenario:
        """The same scenario with levers changed from a date on; a dash in a name is written as two underscores."""
        named = {key.replace("__", "-"): value for key, value in changes.items()}
        change = _change({"at": at, **named}, self, "change")
        return replace(self, layers=(*self.layers, ("then", (change,))))

    def world(self) -> BaseYear:
        """The base year of this scenario, with its own starting values."""
        plain = base_year.read()
        if not self.initial:
            return plain
        return plain.changed({(who, what): value for who, what, value in self.initial}, self.file or self.name)

    def rebased(self, like: Scenario) -> Scenario:
        """The same policies in another scenario's base year: what stands from the first month on still does.

        Raises:
            BadInput: a change is dated outside the other scenario's years.
        """
        first = f"{self.first_year}-01"
        moved = tuple(replace(c, at=f"{like.first_year}-01") if c.at == first else c for c in self.changes)
        if self.first_year != like.first_year:
            for change in moved:
                date_in(change.at, "at", like, f"'{self.name}' in the years of '{like.name}'")
        return replace(
            self, first_year=like.first_year, years=like.years, initial=like.initial, layers=((self.name, moved),)
        )

    def to_toml(self) -> str:
        """The whole scenario as a file that reads back the same, with what it is based on written out."""
        lines = [f"title = {_toml(self.title)}", f"why = {_toml(self.why)}"]
        lines += [f"base_year = {self.first_year}", f"years = {self.years}"]
        initial = {(who, what): value for who, what, value in self.initial}  # the last one wins
        for who in dict.fromkeys(who for who, _ in initial):
            lines += [f"\n[initial.{_toml(who)}]"]
            lines += [f"{what} = {_number_or_text(value)}" for (owner, what), value in initial.items() if owner == who]
        end = f"{self.first_year + self.years}-01"
        for change in (change for change in self.changes if change.at < end):
            lines += ["\n[[change]]", f"at = {_toml(change.at)}"]
            lines += [f"{_toml(name)} = {_toml(value)}" for name, value in change.levers]
        return "\n".join(lines) + "\n"


def step_of(date: str, first_year: int, steps_a_year: int) -> int:
    """The step in which a month "2027-01" begins, counted from January of the base year; may be before or after."""
    year, month = int(date[:4]), int(date[5:7])
    return (year - first_year) * steps_a_year + (month - 1) * steps_a_year // MONTHS_A_YEAR


def lever_table(scenario: Scenario, steps_a_year: int = MONTHS_A_YEAR, world: BaseYear | None = None) -> Any:
    """The levers of every step, as a record array.

    A level holds from its date on, a pulse stands in its month, a date lever switches on at its own date. A later
    change leaves alone what came before it.
    """
    from abm.engine.world import default_levers, sizes_of

    world = world or scenario.world()
    table = default_levers(sizes_of(world), scenario.years * steps_a_year)
    for change in sorted(scenario.changes, key=lambda c: c.at):
        for written, value in change.levers:
            set_lever(table, *find_lever(written, world), value, change.at, scenario.first_year, steps_a_year)
    return table


def set_lever(
    table: Any, lever: levers.Lever, which: Any, value: Any, at: str, first_year: int, steps_a_year: int
) -> None:
    """Write a lever into a table of steps, from a date on; `lever` and `which` are those of `find_lever`."""
    start = max(0, step_of(at, first_year, steps_a_year))
    month = steps_a_year // MONTHS_A_YEAR
    column = table[lever.name] if which is None else table[lever.name][:, which]
    if lever.form.startswith("date"):
        column[start:] = 0
        if value != "never":
            date = max(start, step_of(value, first_year, steps_a_year))
            column[date : date + month if "pulse" in lever.form else None] = 1
    elif lever.form == "pulse":
        column[start : start + month] = value
    elif lever.form == "choice":
        column[start:] = lever.words.index(value)
    else:
        column[start:] = levers.TODAY if value == TODAY_WORD else value


def find_lever(written: str, world: BaseYear, where: str = "") -> tuple[levers.Lever, Any]:
    """The lever of a written name, and which of its ties, blocs or markets (None for one, a slice for all).

    Raises:
        BadInput: no such lever, or no such tie, bloc or market.
    """
    known = levers.describe()
    if written in known and not known[written].per:
        return known[written], None
    for name, lever in known.items():
        if lever.per and (written == name or written.startswith(name + "_")):
            which = written[len(name) + 1 :]
            members = world.names(TABLE_OF[lever.per])
            if which == "all":
                return lever, slice(None)
            if which in members:
                return lever, members.index(which)
            raise unknown(f"lever {name}_[{lever.per}]", written, [f"{name}_{m}" for m in [*members, "all"]], where)
    raise unknown("lever", written, lever_names(world), where)


def lever_names(world: BaseYear) -> list[str]:
    """Every name that a scenario may write."""
    names = []
    for name, lever in levers.describe().items():
        members = [*world.names(TABLE_OF[lever.per]), "all"] if lever.per else []
        names += [f"{name}_{m}" for m in members] if lever.per else [name]
    return names


# -------------------------------------------------------------------------------------------------------- reading files


@cache
def _read_shipped(name: str) -> Scenario:
    return _parse(SHIPPED / f"{name}.toml", name)


def _read(name: str, where: str = "", above: tuple[Path, ...] = ()) -> Scenario:
    if name in Scenario.names():
        return _read_shipped(name)
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return _parse(path, path.stem, above)
    raise unknown("scenario", name, Scenario.names(), where)


def _parse(path: Path, name: str, above: tuple[Path, ...] = ()) -> Scenario:
    where = name if path.parent == SHIPPED else str(path)
    if path.resolve() in above:
        raise BadInput(f"{where}: is based on itself, by way of {' and '.join(p.name for p in above)}")
    try:
        if path.exists() and not path.is_file():
            raise BadInput(f"{path}: is not a file")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except BadInput:
        raise
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path}: cannot be read as TOML: {problem}") from None
    return _parsed(text, path, name, where, above)


def _parsed(text: str, path: Path, name: str, where: str, above: tuple[Path, ...]) -> Scenario:
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"{path}: cannot be read as TOML: {problem}") from None
    for key in raw:
        if key not in KEYS:
            raise unknown("key", key, KEYS, where)
    based_on = _typed(raw, "based_on", str, "", where)
    if based_on.endswith(".toml"):
        based_on = str(path.parent / based_on)  # beside the file that names it
    parent = _read(based_on, f"{where}, based_on", (*above, path.resolve())) if based_on else Scenario("")
    first_year = _typed(raw, "base_year", int, parent.first_year, where)
    years = _typed(raw, "years", int, parent.years, where)
    if not 1900 <= first_year <= 2100:
        raise BadInput(f"{where}: 'base_year' = {first_year} is outside 1900 to 2100")
    if not 1 <= years <= 100:
        raise BadInput(f"{where}: 'years' = {years} is outside 1 to 100")
    scenario = replace(
        parent, name=name, title=_typed(raw, "title", str, name, where), why=_typed(raw, "why", str, "", where),
        first_year=first_year, years=years, file=where,
    )  # fmt: skip
    initial = list(parent.initial)
    for who, values in _typed(raw, "initial", dict, {}, where).items():
        if not isinstance(values, dict):
            raise BadInput(f"{where}: 'initial.{who}' must be a table of starting values, not {values!r}")
        initial += [(who, what, "yes" if v is True else "no" if v is False else str(v)) for what, v in values.items()]
    scenario = replace(scenario, initial=tuple(initial))
    scenario.world()  # refuses unknown agents and values
    if first_year != parent.first_year:
        for change in parent.changes:
            date_in(change.at, "at", scenario, f"{where}, inherited from '{based_on}'")
    changes = raw.get("change", [])
    if not isinstance(changes, list):
        raise BadInput(f"{where}: changes are written [[change]], with double brackets")
    own = tuple(_change(entry, scenario, f"{where}, change {i + 1}") for i, entry in enumerate(changes))
    return replace(scenario, layers=(*parent.layers, (name, own)))


def _typed(raw: Mapping[str, Any], key: str, kind: type, default: Any, where: str) -> Any:
    value = raw.get(key, default)
    if not isinstance(value, kind) or isinstance(value, bool):
        asked = {str: "text", int: "a whole number", dict: "a table"}[kind]
        raise BadInput(f"{where}: '{key}' must be {asked}, not {str(value)[:60]!r}")
    return value


def _change(entry: Any, scenario: Scenario, where: str) -> Change:
    if not isinstance(entry, dict) or "at" not in entry:
        raise BadInput(f'{where}: a change needs a date, as in at = "2026-01"')
    at = date_in(entry["at"], "at", scenario, where)
    world = scenario.world()
    changed = tuple(
        (name, lever_value(name, value, scenario, world, where)) for name, value in entry.items() if name != "at"
    )
    return Change(at, changed)


def date_in(value: Any, key: str, scenario: Scenario, where: str) -> str:
    """A month "2027-01" within a scenario's years, checked. Raises BadInput."""
    last = scenario.first_year + scenario.years - 1
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value):
        raise BadInput(
            f"{place(where)}'{key}' = {value!r} is not a month; write it as \"{scenario.first_year + 1}-01\""
        )
    if not scenario.first_year <= int(value[:4]) <= last:
        raise BadInput(f"{place(where)}'{key}' = {value} is outside {scenario.first_year}-01 to {last}-12")
    return value


def lever_value(name: str, value: Any, scenario: Scenario, world: BaseYear, where: str) -> Any:
    """A lever's value as written in a file, checked. Raises BadInput."""
    lever, _ = find_lever(name, world, where)
    if lever.form.startswith("date"):
        return value if value == "never" else date_in(value, name, scenario, where)
    if lever.form == "choice":
        if value not in lever.words:
            raise unknown(f"word for '{name}'", str(value), lever.words, where)
        return value
    if value == TODAY_WORD and lever.default == levers.TODAY:
        return value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise BadInput(f"{place(where)}'{name}' must be a number in {lever.unit}, not {value!r}")
    number: Any = value
    if not lever.low <= number <= lever.high:
        told = f"{float(number):g}" if abs(number) < HUGE else "a huge number"
        raise BadInput(f"{place(where)}'{name}' = {told} is outside {lever.low:g} to {lever.high:g} {lever.unit}")
    return value.item() if hasattr(value, "item") else value


def _combined(parts: Iterable[Scenario]) -> Scenario:
    """A, and on top of it what B adds to the ground (as-is) and to the scenarios that A is based on too."""
    first, *rest = parts
    for other in rest:
        if (other.first_year, other.years) != (first.first_year, first.years):
            raise BadInput(
                f"'{first.name}' and '{other.name}' cannot be combined: they begin or end in different years"
            )
        shared = {name for name, _ in first.layers} | {GROUND}
        more = tuple(layer for layer in other.layers[:-1] if layer[0] not in shared or layer[0] == "then")
        more += other.layers[-1:]
        first = replace(
            first, name=f"{first.name}+{other.name}", title=f"{first.title} + {other.title}",
            why=f"{first.why}; {other.why}", layers=(*first.layers, *more), initial=(*first.initial, *other.initial),
        )  # fmt: skip
    return first


def _toml(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _number_or_text(value: str) -> str:
    try:
        float(value)
    except ValueError:
        return {"yes": "true", "no": "false"}.get(value, _toml(value))
    return value
