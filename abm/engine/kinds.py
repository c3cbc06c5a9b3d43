"""How a kind of agent declares what it carries.

A kind is a class whose annotated fields are its whole state; nothing is invented later in a rule. The same
declaration gives the compiled rows (NumPy records), the plain objects of the uncompiled run, the Mesa agents and the
tables of the ODD.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Field:
    """One thing an agent carries.

    unit: in the field's own words ("bn US$/yr", "share", "yes/no"); meaning: one line; per: the kind of thing a
    vector has one value for ("bloc", "state", "supplier"…), empty for a single value; to: the kind that an index
    points at, empty for a plain value.
    """

    unit: str
    meaning: str
    per: str = ""
    to: str = ""
    name: str = ""
    type: str = ""


def state(unit: str, meaning: str, per: str = "") -> Any:
    """A value that the agent carries."""
    return Field(unit, meaning, per)


def link(to: str, meaning: str) -> Any:
    """The row of another agent, always there; a rule may ask for that agent by the field's name."""
    return Field("row", meaning, to=to)


def maybe(to: str, meaning: str, per: str = "") -> Any:
    """The row of another agent, or -1 for nobody."""
    return Field("row or -1", meaning, per=per, to=to)


class Kind:
    """What every kind of agent has: its place in the table, and the number of its name, by which luck is keyed."""

    fields: ClassVar[dict[str, Field]] = {}
    word: ClassVar[str] = ""
    words: ClassVar[str] = ""
    row: int
    key: int


_NUMPY = {"float": "f8", "int": "i4", "bool": "?", "Vector": "f8", "Rows": "i4"}
KINDS: dict[str, type[Kind]] = {}


@dataclass_transform(field_specifiers=(state, link, maybe))
def kind[K: Kind](cls: type[K]) -> type[K]:
    """Declare a kind of agent from the annotated fields of a class.

    `word` is how a rule asks for the agent itself, `words` for the whole table.
    """
    fields = {
        "row": Field("row", "place in the table", name="row", type="int"),
        "key": Field("1", "number of the name; luck is keyed by it", name="key", type="int64"),
    }
    for name, annotation in cls.__annotations__.items():
        declared = getattr(cls, name)
        fields[name] = Field(
            declared.unit, declared.meaning, declared.per, declared.to, name, str(annotation).removeprefix("list")
        )
        delattr(cls, name)
    cls.fields = fields
    cls.word = cls.__name__.lower()
    cls.words = cls.word + "s"
    KINDS[cls.__name__] = cls
    return cls


def row_type(kind: Any, sizes: dict[str, int]) -> np.dtype[Any]:
    """The record type of a kind's table; `sizes` says how long each vector is (so many blocs, states, …)."""
    import numpy as np

    def column(field: Field) -> tuple[Any, ...]:
        code = "i8" if field.type == "int64" else _NUMPY[field.type]
        return (field.name, code, (sizes[field.per],)) if field.per else (field.name, code)

    # widest columns first: no holes in the record, so rows stay short and close together
    columns = sorted((column(field) for field in kind.fields.values()), key=lambda c: "8" not in c[1])
    return np.dtype([*[c for c in columns if c[1] != "?"], *[c for c in columns if c[1] == "?"]], align=True)


def key_of(name: str) -> int:
    """The number that stands for a name in every draw of luck (CRC-32: the same on every machine)."""
    return zlib.crc32(name.encode())


class Plain:
    """An agent as an ordinary object, for running rules uncompiled; it refuses fields that were not declared."""

    __slots__ = ()


def plain_class(kind: Any) -> Callable[[], Any]:
    """A class of ordinary objects with exactly the declared fields."""
    return type(kind.__name__, (Plain,), {"__slots__": tuple(kind.fields), "__doc__": kind.__doc__})
