"""Builds the tables of a run from the base year, as records or as plain objects, and turns one into the other."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from abm import levers, parameters
from abm.base_year import FILES, SIDE_TABLES, BaseYear, Datum
from abm.engine.generate import tables
from abm.engine.kinds import KINDS, key_of, plain_class, row_type
from abm.engine.rules import Month
from abm.errors import BadInput, unknown

Tables = tuple[Any, ...]
PLURAL = {"tie": "ties", "bloc": "blocs", "state": "states", "market": "markets", "family": "families",
          "sector": "sectors", "side": "sides", "size": "sizes", "supplier": "suppliers"}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Names of all agents, and the record type of every table."""

    names: dict[str, list[str]]
    types: dict[str, np.dtype[Any]]


def sizes_of(world: BaseYear) -> dict[str, int]:
    """How long each vector field is."""
    return {word: len(world.names(plural)) for word, plural in PLURAL.items()}


def build(world: BaseYear, month: Month, firms: int) -> tuple[Tables, Layout]:
    """All tables of the base year, before any rule; `firms` is the number sampled for each hub."""
    for table in (*FILES, *SIDE_TABLES):
        _require(world, table)
    sizes = sizes_of(world)
    names = {table: world.names(table) for table in FILES}
    names |= {plural: world.names(plural) for plural in PLURAL.values()}
    names["regions"] = ["region"]
    names["firms"] = [f"{hub} firm {i}" for hub in names["hubs"] for i in range(firms)]
    built, types = [], {}
    for table, kind in tables():
        kind_fields = month.fields(kind)
        types[table] = row_type(type(kind.__name__, (), {"fields": kind_fields}), sizes)
        rows = np.zeros(len(names.get(table, ())), types[table])
        rows["row"] = np.arange(len(rows))
        for field in kind_fields.values():
            if field.to and field.unit == "row or -1":
                rows[field.name] = -1
        if table != "firms":
            rows["key"] = [key_of(name) for name in names.get(table, ())]
        built.append(rows)
    found = dict(zip((t for t, _ in tables()), built, strict=True))
    for table, kind_name in FILES.items():
        for row, values in enumerate(world.table(table).values()):
            for what, datum in values.items():
                found[table][row][what] = _value(datum, month.fields(KINDS[kind_name]).get(what), world, kind_name)
    _join(world, found, sizes)
    _settle(world, found, firms, names["firms"])
    return tuple(built), Layout(names, types)


def _value(datum: Datum, field: Any, world: BaseYear, kind_name: str) -> Any:
    if field is None:
        raise unknown(f"field of a {kind_name}", datum.what, list(KINDS[kind_name].fields), datum.where)
    if field.per == "state":
        states = datum.value.split(";")
        for state in states:
            if state not in world.names("states"):
                raise unknown("state", state, world.names("states"), datum.where)
        return [1.0 if name in states else 0.0 for name in world.names("states")]
    if field.to or field.name == "family":
        table = PLURAL.get(field.to.lower() or "family", field.to.lower() + "s")
        known = world.names(table)
        if datum.value not in known:
            raise unknown(field.to.lower() or "family", datum.value, known, datum.where)
        return known.index(datum.value)
    if field.type == "bool":
        if datum.value not in ("yes", "no"):
            raise BadInput(f"{datum.where}: '{datum.what}' must be yes or no, not '{datum.value}'")
        return datum.value == "yes"
    return _number(datum, field.unit)


def _number(datum: Datum, unit: str) -> float:
    """A number of the base year: none is below zero, and shares end at 1. Raises BadInput."""
    try:
        number = float(datum.value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise BadInput(f"{datum.where}: '{datum.what}' must be a number in {unit}, not '{datum.value}'")
    low, high = LIMITS.get(datum.what, (0.0, 1.0 if unit == "share" else MOST))
    if not low <= number <= high:
        span = "a share from 0 to 1" if (low, high) == (0, 1) else f"{low:g} to {high:g} {unit}"
        raise BadInput(f"{datum.where}: '{datum.what}' of {datum.who} = {number:g} must be {span}")
    return number


MOST = 1e6
LIMITS = {  # what divides, or is taken the logarithm of, stays above zero
    "start_trade": (1e-6, MOST), "gdp": (1e-6, MOST), "population": (1e-6, MOST), "capacity": (1e-6, MOST),
    "mean_inflow": (1e-6, MOST), "need": (1e-6, MOST), "people": (1e-3, MOST), "raw_share": (0.01, 0.99),
    "start_hard": (0.01, 0.95), "start_soft": (0.05, 0.95), "sales_per_worker": (1e-4, MOST),
    "side_share": (0.0, 1.0), "summit_factor": (0.0, 10.0), "activism": (0.0, 10.0),
}  # fmt: skip
NEEDED = {
    "states": ("population", "gdp"),
    "ties": ("one", "other", "start_trade", "raw_share", "start_trust", "start_memory", "start_hard", "start_soft"),
    "hubs": ("border", "people", "side_share"),
    "basins": ("upstream", "lower", "lowest", "capacity", "mean_inflow", "need"),
    "blocs": ("family", "activism"),
}


def _require(world: BaseYear, table: str) -> None:
    """Refuse a table that is empty or lacks what no rule can do without."""
    if not world.table(table):
        raise BadInput(f"{table}.csv: there is nobody in it")
    for who, values in world.table(table).items():
        for what in NEEDED.get(table, ()):
            if what not in values:
                raise BadInput(f"{table}.csv: '{who}' has no row for '{what}'")
        if table == "ties" and values["one"].value == values["other"].value:
            raise BadInput(f"{values['other'].where}: '{who}' joins {values['one'].value} with itself")


SECTOR_VALUES = ("sector_share", "sales_per_worker", "adds_value", "takes_agro")
CLOSE = 1e-9


def _join(world: BaseYear, found: dict[str, Any], sizes: dict[str, int]) -> None:
    """Memberships of states in blocs, and the sectors of every hub."""
    members = world.table("memberships")
    known = [f"{state} {bloc}" for state in world.names("states") for bloc in world.names("blocs")]
    for who, values in members.items():
        if who not in known:
            raise unknown("membership", who, known, next(iter(values.values())).where)
    for corridor in found["corridors"]:
        corridor["ties"] = np.count_nonzero(found["ties"]["corridor"] == corridor["row"])
    for share in ("of_abec", "of_inner", "of_bukhara"):
        if found["corridors"][share].sum() > 1 + CLOSE:
            raise BadInput(f"corridors.csv: the parts '{share}' of a programme add up to more than 1")
    for values in members.values():
        for what, datum in values.items():
            if what not in ("membership", "dependence"):
                raise unknown("value of a membership", what, ("membership", "dependence"), datum.where)
    for row, state in enumerate(world.names("states")):
        for column, bloc in enumerate(world.names("blocs")):
            values = members.get(f"{state} {bloc}", {})
            for what in ("membership", "dependence"):
                found["states"][row][what][column] = _number(values[what], "share") if what in values else 0.0
    sectors = world.table("sectors")
    for hub in found["hubs"]:
        for column, sector in enumerate(sectors):
            for what, datum in sectors[sector].items():
                if what not in SECTOR_VALUES:
                    raise unknown("value of a sector", what, SECTOR_VALUES, datum.where)
                hub[what][column] = _number(datum, datum.unit)
        if abs(hub["sector_share"].sum() - 1) > CLOSE:
            raise BadInput("sectors.csv: the shares of the sectors must add up to 1")
        for column, sector in enumerate(sectors):
            hub["sector_from"][column] = sum(hub["sector_share"][i] for i, s in enumerate(sectors) if s < sector)


def _settle(world: BaseYear, found: dict[str, Any], firms: int, names: list[str]) -> None:
    """Firms of every hub, each with its number among the strata of ability."""
    rows = found["firms"]
    rows["key"] = [key_of(name) for name in names]
    for hub in found["hubs"]:
        hub["first"], hub["last"] = hub["row"] * firms, (hub["row"] + 1) * firms
        part = rows[hub["first"] : hub["last"]]
        number = np.arange(firms)
        part["number"], part["hub"], part["border"] = number, hub["row"], hub["border"]


# --------------------------------------------------------------------------------------- what rules see beside tables


def parameter_row(values: parameters.Parameters) -> Any:
    """One record of all parameters."""
    names = list(parameters.describe())
    row = np.zeros(1, np.dtype([(name, "f8") for name in names]))
    for name in names:
        row[0][name] = getattr(values, name)
    return row


def lever_type(sizes: dict[str, int]) -> np.dtype[Any]:
    """The record type of one month's levers."""
    return np.dtype([(n, "f8", (sizes[d.per],)) if d.per else (n, "f8") for n, d in levers.describe().items()])


def default_levers(sizes: dict[str, int], steps: int = 1) -> Any:
    """Levers at their defaults, a record a step."""
    rows = np.zeros(steps, lever_type(sizes))
    for name, known in levers.describe().items():
        rows[name] = known.default
    return rows


# ------------------------------------------------------------------------------------------------------ plain objects


def to_plain(rows: Any) -> list[Any]:
    """Records as ordinary objects with the same fields; vectors become lists."""
    make = plain_class(type(rows.dtype.type.__name__, (), {"fields": dict.fromkeys(rows.dtype.names)}))
    objects = []
    for record in rows:
        thing = make()
        for name in rows.dtype.names:
            setattr(thing, name, record[name].tolist())
        objects.append(thing)
    return objects


def to_records(objects: list[Any], dtype: np.dtype[Any]) -> Any:
    """Ordinary objects back as records."""
    rows = np.zeros(len(objects), dtype)
    for record, thing in zip(rows, objects, strict=True):
        for name in dtype.names or ():
            record[name] = getattr(thing, name)
    return rows
