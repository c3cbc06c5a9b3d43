"""A sweep as a file: which scenarios, what varies and how, how often. JSON Schema: `corridors sweep --schema`.

title = "Does free trade need a corridor?"
scenarios = ["declarations", "corridor-first"]
replications = 40
[design]
kind = "grid"
[vary]
free_trade_all = [0, 0.5, 1]
trade_elasticity = { low = 3, high = 6, levels = 4 }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from abm.errors import BadInput, unknown
from abm.runs import FIRMS, MOST_FIRMS

SHIPPED = Path(__file__).parents[1] / "specs"
MOST_RUNS = 100_000_000
WHOLE = "prior"  # a parameter's whole prior range, a lever's whole span
Value = float | str


class Part(BaseModel):
    """A table of the file; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Grid(Part):
    """Every combination of the listed values."""

    kind: Literal["grid"]
    levels: int = Field(5, ge=2, le=10_000, description="values of a range that says none itself, evenly spread")


class Zip(Part):
    """The first values together, then the second, and so on; all lists equally long."""

    kind: Literal["zip"]


class Points(Part):
    """The points written out, here or in a CSV file beside the spec with one column a name."""

    kind: Literal["list"]
    points: list[dict[str, Value]] = []
    file: str = ""


class LatinHypercube(Part):
    """Every factor's range cut in as many slices as there are points, each slice used once."""

    kind: Literal["latin-hypercube"]
    points: int = Field(ge=1, le=MOST_RUNS)
    seed: int = Field(0, ge=0)


class SobolPoints(Part):
    """Scrambled Sobol points: even in every corner; a power of two of them. `only` these of them are run."""

    kind: Literal["sobol"]
    points: int = Field(ge=1, le=MOST_RUNS)
    seed: int = Field(0, ge=0)
    only: list[Annotated[int, Field(ge=0)]] | None = Field(None, min_length=1, description="their numbers, from 0")


class Morris(Part):
    """Morris' trajectories, one factor moved at a time: screening for trajectories x (factors + 1) points."""

    kind: Literal["morris"]
    trajectories: int = Field(20, ge=2, le=1_000_000)
    levels: int = Field(4, ge=2, le=100)
    seed: int = Field(0, ge=0)


class Saltelli(Part):
    """Saltelli's sample for Sobol indices: base x (factors + 2) points, or 2 x (factors + 1) with pairs."""

    kind: Literal["saltelli"]
    base: int = Field(1024, ge=2, le=MOST_RUNS, description="a power of two")
    second_order: bool = False
    seed: int = Field(0, ge=0)


Design = Annotated[Grid | Zip | Points | LatinHypercube | SobolPoints | Morris | Saltelli, Field(discriminator="kind")]


class Range(Part):
    """How one name varies: between two ends (its own, if none is said) or over listed values."""

    values: list[Value] | None = Field(None, min_length=1)
    low: Value | None = None
    high: Value | None = None
    levels: int | None = Field(None, ge=2, le=10_000, description="values of the range, for a grid or a zip")
    at: str | None = Field(None, description='month from which a lever holds, as "2026-01"')


def _range(given: Any) -> Any:
    if given == WHOLE or given is True:
        return {}
    return {"values": given} if isinstance(given, list) else given


Varied = Annotated[
    Range,
    BeforeValidator(_range),
    WithJsonSchema({
        "anyOf": [
            {"const": WHOLE, "description": "the whole prior range of a parameter, the whole span of a lever"},
            {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 1},
            Range.model_json_schema(),
        ]
    }),
]  # fmt: skip


class Variant(Part):
    """The month with rules left out or replaced; `replace` gives "their_file.py:function" for a rule's name."""

    without: list[str] = []
    replace: dict[str, str] = {}


class SweepSpec(Part):
    """One sweep: scenarios x rule variants x points of the design x replications."""

    title: str = ""
    why: str = ""
    scenarios: list[str] = Field(min_length=1, description='shipped names, files, or "A+B"')
    replications: int = Field(1, ge=1, le=MOST_RUNS, description="seeds at every point, the same at all: common luck")
    first_seed: int = Field(0, ge=0, lt=2**63)
    luck: Literal["common", "own"] = Field(
        "common",
        description="common: all points share their seeds, so that they differ by what varies; own: each row of the "
        "design has seeds of its own, shared by its scenarios and rule variants, as draws of a prior want",
    )
    firms: int = Field(FIRMS, ge=10, le=MOST_FIRMS)
    keep: list[Literal["summary", "series"]] = Field(["summary"], min_length=1)
    measures: Literal["headline", "all"] | list[str] = "headline"
    windows: list[str] = Field([], description='calendar years to average over: "2030", "2034-2035"')
    runs_a_part: int | None = Field(None, ge=1, le=100_000)
    plain: bool = Field(False, description="uncompiled, for a debugger: slow")
    vary_roles: list[Literal["fit", "pinned", "assumed"]] = Field([], description="every parameter of these roles")
    design: Design = Grid(kind="grid")
    vary: dict[str, Varied] = {}
    fixed: dict[str, Value] = {}
    fixed_at: str | None = Field(None, description="month from which fixed levers hold")
    rules: dict[str, Variant] = {}

    @staticmethod
    def read(name: str | Path) -> SweepSpec:
        """A shipped spec by name, or a TOML file; what it names is looked for beside that file.

        Raises:
            BadInput: no such spec, broken TOML, an unknown key, or a value of the wrong kind or size.
        """
        path = SHIPPED / f"{name}.toml" if str(name) in SweepSpec.names() else Path(name)
        where = str(name)
        if path.suffix != ".toml" and not path.is_file():
            raise unknown("sweep", where, SweepSpec.names())
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise BadInput(f"{path}: there is no such file") from None
        except (OSError, ValueError, RecursionError) as problem:
            raise BadInput(f"{path}: cannot be read as TOML: {problem}") from None
        raw.setdefault("title", path.stem)
        return SweepSpec.of(raw, where).beside(path.parent)

    @staticmethod
    def of(raw: Mapping[str, Any], where: str = "sweep") -> SweepSpec:
        """A spec from a plain mapping, checked. Raises BadInput."""
        try:
            return SweepSpec.model_validate(raw)
        except ValidationError as problem:
            raise BadInput(f"{where}: {_told(problem)}") from None

    @staticmethod
    def names() -> list[str]:
        """Names of the shipped specs."""
        return sorted(path.stem for path in SHIPPED.glob("*.toml"))

    def beside(self, folder: Path) -> SweepSpec:
        """The same spec with the files that it names found from `folder`, and a list of points read in."""
        from abm.scenario import Scenario

        def found(name: str) -> str:
            own = name.endswith(".toml") and name not in Scenario.names() and not Path(name).is_absolute()
            return str((folder / name).resolve()) if own else name

        scenarios = ["+".join(found(part.strip()) for part in name.split("+")) for name in self.scenarios]
        rules = {
            name: variant.model_copy(
                update={"replace": {rule: _from(folder, place) for rule, place in variant.replace.items()}}
            )
            for name, variant in self.rules.items()
        }
        design = self.design
        if isinstance(design, Points) and design.file:
            design = Points(kind="list", points=[*design.points, *_points(folder / design.file)])
        return self.model_copy(update={"scenarios": scenarios, "rules": rules, "design": design})


def schema() -> dict[str, Any]:
    """The JSON Schema of a sweep file."""
    return SweepSpec.model_json_schema()


def _from(folder: Path, place: str) -> str:
    file, colon, function = place.rpartition(":")
    return f"{(folder / file).resolve()}{colon}{function}" if file.endswith(".py") else place


def _points(path: Path) -> list[dict[str, Value]]:
    import csv

    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file, restkey="", restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise BadInput(f"{path}: cannot be read as CSV: {problem}") from None
    for number, row in enumerate(rows, 2):
        if "" in row or None in row or "" in row.values():
            raise BadInput(f"{path}: line {number} has an empty cell, or more cells than there are names")
    return [{name: _number_or_text(text) for name, text in row.items()} for row in rows]


def _number_or_text(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _told(problem: ValidationError) -> str:
    """The first thing that is wrong, in one line: which key, what it is, what it should be."""
    errors = problem.errors()
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])  # a misspelt key first
    path = [str(part) for part in first["loc"]]
    if len(path) > 1 and path[0] == "design":  # the kind stands between the table and its key
        path = [path[0], *path[2:]]
    key = ".".join(path)
    given = first.get("input")
    if first["type"] == "extra_forbidden":
        return str(unknown("key", key, [*_keys(problem.title, path)]))
    if first["type"] == "missing":
        return f"'{key}' is missing"
    if first["type"].startswith("union_tag"):
        kinds = ("list", "grid", "zip", "latin-hypercube", "sobol", "morris", "saltelli")
        return f"'design.kind': {unknown('design', str((given or {}).get('kind', '')), kinds)}"
    return f"'{key}' = {str(given)[:60]!r}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _keys(title: str, path: list[str]) -> list[str]:
    parts: dict[str, type[Part]] = {"rules": Variant, "vary": Range}
    head = ".".join(path[:-1])
    if path[0] == "design":
        every = {key for part in (Grid, Zip, Points, LatinHypercube, SobolPoints, Morris, Saltelli)
                 for key in part.model_fields}  # fmt: skip
        return [f"{head}.{key}" for key in sorted(every)]
    part = parts.get(path[0]) if len(path) > 1 else SweepSpec
    return [f"{head}.{key}" if head else key for key in (part or SweepSpec).model_fields]
