"""The articles' figures: value, band, role, how each is measured, how honest a test it is. Told once, in figures.toml.

The fit may read `targets()` alone: rows that it is allowed to meet. All else here is for readers and the scorecard.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from math import isclose
from pathlib import Path
from typing import Any

from abm.errors import BadInput, unknown

FILE = Path(__file__).with_name("figures.toml")
ARTICLES = ("abazov2026", "aod2025", "data")
FIT, SOFT, HELD_OUT, CONTEXT = "fit", "soft", "held-out", "context"
ROLES = ("input", FIT, SOFT, HELD_OUT, CONTEXT)
INDEPENDENCE = ("clean", "seen", "by construction")
BINOMIAL, MULTINOMIAL, INTERVAL, NO_BAND = BANDS = ("binomial", "multinomial", "interval", "none")
MEDIAN, SHARE, SIGN, ORDER, NOT_APPLICABLE = JUDGED = (
    "median inside band", "share inside band", "sign", "order", "not applicable",
)  # fmt: skip
LARGEST, SMALLEST, NEAR, BELOW = ORDERS = ("largest", "smallest", "near", "below")
LISTS = ("obstacles", "avenues", "platforms", "blocs", "tools", "futures")
TEXT = "text"
UNITS = (
    "bn US$/yr", "mn US$/yr", "share", "ratio", "jobs", "trust", "attention", "mn people", "km", "yr", "experts", TEXT,
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A published figure; figures.toml says what each field means. value, low and high are in `unit`."""

    id: str
    article: str
    figure: str
    place: str
    unit: str
    band: str
    n: int
    role: str
    independence: str
    list: str
    scenario: str
    against: str
    measured_by: str
    measure: str
    judged: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    order: str = ""

    def holds(self, value: float) -> bool:
        """Does a value lie within the band, its ends included? Without a band it must equal the published value."""
        if any(end is not None and isclose(value, end) for end in (self.low, self.high)):
            return True  # 0.7 and the mean of many 0.7 differ in the last bit
        if self.low is None and self.high is None:
            return self.value is not None and isclose(value, self.value)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def applies(self) -> bool:
        """Can a model be held against it at all? Texts and context cannot."""
        return self.unit != TEXT and self.role != CONTEXT


@cache
def figures() -> dict[str, Figure]:
    """All figures of both articles, by id. Raises BadInput."""
    return read(FILE)


def figure(name: str) -> Figure:
    """A figure by id. Raises BadInput."""
    known = figures()
    if name not in known:
        raise unknown("figure", name, known)
    return known[name]


def targets() -> dict[str, Figure]:
    """What the fit may read: rows of role fit and soft, by id; a held-out figure is never among them."""
    return {name: row for name, row in figures().items() if row.role in (FIT, SOFT)}


def listed(name: str) -> dict[str, Figure]:
    """The items of one of the survey's questions, by id: "obstacles", "avenues", … Raises BadInput."""
    if name not in LISTS:
        raise unknown("list", name, LISTS)
    return {id_: row for id_, row in figures().items() if row.list == name}


def scale(name: str) -> float:
    """Sum of a list's published shares: the scale that the model's shares are put on, and so an input of the list."""
    return sum(row.value or 0.0 for row in listed(name).values())


# --------------------------------------------------------------------------------------------------------- reading it

REQUIRED = {f.name: {"str": str, "int": int}[str(f.type)] for f in fields(Figure) if f.default is MISSING}
OPTIONAL = tuple(f.name for f in fields(Figure) if f.default is not MISSING)


def read(path: Path) -> dict[str, Figure]:
    """The figures of a file, by id, checked.

    Raises:
        BadInput: no such file or no TOML; a missing or unknown key; an unknown measure, role, unit, …; an id
            told twice; low above high; a row that excuses itself from judgement. Names file, row and nearest name.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file") from None
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path}: cannot be read as TOML: {problem}") from None
    rows = raw.get("figure")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"{path}: rows are written [[figure]], with double brackets")
    found: dict[str, Figure] = {}
    for number, row in enumerate(rows, 1):
        where = f"{path.name}, row {number} '{row.get('id', '')}'"
        known = _row(row, where)
        if known.id in found:
            raise BadInput(f"{where}: the id '{known.id}' is told twice")
        found[known.id] = known
    for number, known in enumerate(found.values(), 1):
        _check_order(known, found, f"{path.name}, row {number} '{known.id}'")
    return found


def _row(row: Mapping[str, Any], where: str) -> Figure:
    for key in row:
        if key not in (*REQUIRED, *OPTIONAL):
            raise unknown("key", key, (*REQUIRED, *OPTIONAL), where)
    for key, kind in REQUIRED.items():
        if key not in row:
            raise BadInput(f"{where}: '{key}' is missing")
        if not isinstance(row[key], kind) or isinstance(row[key], bool):
            raise BadInput(f"{where}: '{key}' must be {'text' if kind is str else 'a whole number'}, not {row[key]!r}")
    numbers: dict[str, Any] = {key: _number(row, key, where) for key in ("value", "low", "high") if key in row}
    order = row.get("order", "")
    if not isinstance(order, str):
        raise BadInput(f"{where}: 'order' must be text, not {order!r}")
    known = Figure(**{key: row[key] for key in REQUIRED}, **numbers, order=order)
    _check_words(known, where)
    _check_sense(known, where)
    return known


def _number(row: Mapping[str, Any], key: str, where: str) -> float:
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
        raise BadInput(f"{where}: '{key}' must be a number, not {value!r}")
    return float(value)


def _check_words(known: Figure, where: str) -> None:
    from calibration.measures import MEASURES

    allowed: dict[str, Iterable[str]] = {
        "article": ARTICLES, "unit": UNITS, "band": BANDS, "role": ROLES, "judged": JUDGED,
        "independence": (*INDEPENDENCE, ""), "list": (*LISTS, ""), "measure": (*MEASURES, ""),
    }  # fmt: skip
    for key, words in allowed.items():
        if getattr(known, key) not in words:
            raise unknown(key, getattr(known, key), [word for word in words if word], where)


def _check_sense(known: Figure, where: str) -> None:
    if not known.id:
        raise BadInput(f"{where}: 'id' is empty")
    if known.low is not None and known.high is not None and known.low > known.high:
        raise BadInput(f"{where}: 'low' = {known.low:g} is above 'high' = {known.high:g}")
    if (known.role == HELD_OUT) != bool(known.independence):
        raise BadInput(f"{where}: 'independence' is told of held-out rows, and of them alone: {INDEPENDENCE}")
    if known.n < 0 or (known.band in (BINOMIAL, MULTINOMIAL) and not known.n):
        raise BadInput(f"{where}: a {known.band} band needs 'n', the number of answers")
    if known.applies and known.judged == NOT_APPLICABLE:
        raise BadInput(f"{where}: only texts and context are '{NOT_APPLICABLE}'; a {known.role} row is judged")
    if known.judged == SIGN and (known.low, known.high) not in ((0, None), (None, 0)):
        raise BadInput(f"{where}: to be judged by sign it needs either low = 0 or high = 0")


def _check_order(known: Figure, rows: Mapping[str, Figure], where: str) -> None:
    """The order of a row judged by it: "largest", "smallest", "near ID" or "below ID"."""
    if known.judged != ORDER:
        if known.order:
            raise BadInput(f"{where}: 'order' is told of rows that are judged by order")
        return
    word, _, other = known.order.partition(" ")
    if word not in ORDERS:
        raise unknown("order", known.order, ORDERS, where)
    if word in (NEAR, BELOW) and other not in rows:
        raise unknown("figure in 'order'", other, rows, where)
