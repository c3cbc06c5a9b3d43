"""The base year: every value of world/*.csv, each with its source. No value of the data stands anywhere else."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from abm.errors import BadInput, unknown

WORLD = Path(__file__).with_name("world")
FILES = {"states": "State", "ties": "Tie", "corridors": "Corridor", "hubs": "Hub", "blocs": "Bloc", "basins": "Basin"}
LINKS = ("state", "tie", "basin", "corridor", "market", "states", "family")
SIDE_TABLES = ("sectors", "memberships")
COLUMNS = ("who", "what", "value", "unit", "year", "source", "address", "confidence")


@dataclass(frozen=True)
class Datum:
    """One row of the data: whose, what, value as written, unit, year, source, address, confidence."""

    who: str
    what: str
    value: str
    unit: str
    year: str
    source: str
    address: str
    confidence: str
    file: str
    line: int
    changed_by: str = ""

    @property
    def where(self) -> str:
        """File and line, or the scenario that changed the value; for messages."""
        return f"{self.changed_by}, initial.{self.who}" if self.changed_by else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class BaseYear:
    """The world at the start of a run, by table; rows of a table keep the order of its file."""

    rows: tuple[Datum, ...]
    folder: Path

    def table(self, name: str) -> dict[str, dict[str, Datum]]:
        """Values of a table: {who: {what: datum}}."""
        found: dict[str, dict[str, Datum]] = {}
        for datum in self.rows:
            if datum.file == f"{name}.csv":
                found.setdefault(datum.who, {})[datum.what] = datum
        return found

    def names(self, table: str) -> list[str]:
        """Names of a table's agents, in order; also of 'markets', 'families', 'sectors', 'sides', 'sizes'."""
        if table == "markets":
            return list(dict.fromkeys(d.value for d in self.rows if d.what == "market"))
        if table == "families":
            return list(dict.fromkeys(d.value for d in self.rows if d.what == "family"))
        if table == "sides":
            ties = self.table("ties")
            borders = [ties[d.value] for d in self.rows if d.what == "border" and d.value in ties]
            pairs = {(tie["one"].value, tie["other"].value) for tie in borders if {"one", "other"} <= set(tie)}
            return list(pairs.pop()) if len(pairs) == 1 else ["one", "other"]
        fixed = {"sizes": ["micro", "small", "medium", "large"], "suppliers": ["1", "2", "3"]}
        return fixed.get(table) or list(self.table(table))

    def find(self, who: str, where: str = "") -> str:
        """The table that an agent stands in.

        Raises:
            BadInput: nobody of that name.
        """
        for name in FILES:
            if who in self.table(name):
                return name
        raise unknown("agent", who, [n for name in FILES for n in self.table(name)], where)

    def changed(self, changes: Mapping[tuple[str, str], str], where: str) -> BaseYear:
        """The same world with some values replaced: {(who, what): value}."""
        rows = [
            replace(d, value=changes[d.who, d.what], source=f"scenario {where}", changed_by=where)
            if (d.who, d.what) in changes
            else d
            for d in self.rows
        ]
        for d in self.rows:
            if (d.who, d.what) in changes and d.unit in LINKS:
                raise BadInput(f"{where}, initial.{d.who}: '{d.what}' says where it stands; it cannot be changed")
        known = {(d.who, d.what) for d in self.rows}
        for who, what in changes:
            if (who, what) not in known:
                table = self.find(who, where)
                raise unknown("starting value", what, list(self.table(table)[who]), f"{where}, initial.{who}")
        return BaseYear(tuple(rows), self.folder)


@cache
def read(folder: Path = WORLD) -> BaseYear:
    """Read the data files of a folder.

    Raises:
        BadInput: a file is missing or broken; names the file and line.
    """
    rows: list[Datum] = []
    for name in (*FILES, *SIDE_TABLES):
        path = folder / f"{name}.csv"
        try:
            with path.open(newline="", encoding="utf-8") as file:
                rows += _rows(csv.DictReader(file), path.name)
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise BadInput(f"{path}: cannot be read: {problem}") from None
    return BaseYear(tuple(rows), folder)


def _rows(reader: csv.DictReader[str], file: str) -> list[Datum]:
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise BadInput(f"{file}:1: the columns must be {', '.join(COLUMNS)}, not {reader.fieldnames}")
    rows: list[Datum] = []
    for record in reader:
        if None in record or None in record.values():
            raise BadInput(f"{file}:{reader.line_num}: the row has not {len(COLUMNS)} values: {record}")
        if not record["source"]:
            raise BadInput(f"{file}:{reader.line_num}: '{record['who']} {record['what']}' has no source")
        if any(r.who == record["who"] and r.what == record["what"] for r in rows):
            raise BadInput(f"{file}:{reader.line_num}: '{record['who']} {record['what']}' stands there twice")
        rows.append(Datum(**record, file=file, line=reader.line_num))
    return rows
