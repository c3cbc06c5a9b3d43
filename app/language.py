"""How a language writes: its words by key, its plural forms, numbers and dates.

Words stand in `words/<language>.d/`: a file an area of the page (`player.toml` holds `player.play`), `language.toml`
for rules, `names.toml` for labels of what the model has only code names for, `told*.toml` for sentences that Python
tells in English, keyed by them, and `refusals.toml` for patterns of its refusals.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import floor, isfinite, log10
from pathlib import Path
from types import MappingProxyType
from typing import Any

from abm.clock import MONTHS_A_YEAR
from abm.errors import BadInput, unknown
from abm.scenario import FIRST_YEAR

FOLDER = Path(__file__).with_name("words")
FIRST = "en"  # the language that Python tells in, and that all others fall back to
RULES, NAMES, TOLD, REFUSALS = "language", "names", "told", "refusals"  # files that are no areas of the page
MINUS = "−"

# Forms by Unicode's CLDR, as browsers know them too. A fraction takes the last: in Russian as after 2, 3 and 4.
PLURALS = {"one-other": ("one", "other"), "one-many-few": ("one", "many", "few")}


@dataclass(frozen=True)
class Words:
    """The words of one language; what it lacks is said in English.

    ui: text by key ("player.play"); names: labels by table and code name; told: translations by English sentence;
    rules: name, plural, decimal, thousands, months.
    """

    language: str
    ui: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]
    told_: Mapping[str, str]
    rules: Mapping[str, Any]
    refusals: Mapping[str, str]

    def t(self, key: str, /, **values: object) -> str:
        """The text of a key, with values put in for {placeholders}; the key itself if no language has it."""
        text = self.ui.get(key, key)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def plural(self, n: float, key: str, /, **values: object) -> str:
        """The text of a key in the form that goes with a number: `runs.few` for 3 in Russian; {n} is the number."""
        form = f"{key}.{self.form(n)}"
        fallback = f"{key}.{_form(n, 'one-other')}"  # English, of a language that has not translated it
        return self.t(form if form in self.ui else fallback, **{"n": self.number(n), **values})

    def form(self, n: float) -> str:
        """Which plural form goes with a number: "one", "few", "many" or "other"."""
        return _form(n, self.rules["plural"])

    def told(self, english: str) -> str:
        """A sentence that Python tells in English, in this language; itself if nobody has translated it."""
        return self.told_.get(english, english)

    def name(self, table: str, code: str) -> str:
        """The label of a code name: "abec_programme" among "levers"; itself if it has none."""
        return self.names.get(table, {}).get(code, code)

    def number(self, x: float, digits: int = 3) -> str:
        """A number with so many significant digits, whole parts never cut: "1,234.5", "1 234,5", "−0,07"."""
        if not isfinite(x):
            return "–"
        decimals = max(0, digits - 1 - floor(log10(abs(x)))) if x else 0
        text = f"{abs(x):,.{decimals}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        text = text.translate({ord(","): self.rules["thousands"], ord("."): self.rules["decimal"]})
        return MINUS + text if x < 0 and text.strip("0.,") else text

    def date(self, month: int, first_year: int = FIRST_YEAR) -> str:
        """A month counted from January of the base year: "March 2029", «март 2029»."""
        name = self.rules["months"][month % MONTHS_A_YEAR]
        return str(self.rules["date"]).format(month=name, year=first_year + month // MONTHS_A_YEAR)


@cache
def languages() -> dict[str, str]:
    """Languages by code, each by its own name, English and Russian first. Not to be changed."""
    found = {path.parent.stem: path for path in sorted(FOLDER.glob(f"*.d/{RULES}.toml"))}
    order = sorted(found, key=lambda code: (code != FIRST, not _read(found[code]).get("complete"), code))
    return {code: _read(found[code])["name"] for code in order}


@cache
def words(language: str = FIRST) -> Words:
    """The words of a language, English where it lacks some.

    Raises:
        BadInput: no such language, or a file of it that cannot be read; names the file.
    """
    if language not in languages():
        raise unknown("language", language, languages())
    own = spoken(language)
    if language == FIRST:
        return own
    english = words(FIRST)
    names = {
        table: MappingProxyType({**english.names.get(table, {}), **own.names.get(table, {})})
        for table in dict.fromkeys([*english.names, *own.names])
    }
    return Words(
        language, {**english.ui, **own.ui}, names, {**english.told_, **own.told_}, {**english.rules, **own.rules},
        own.refusals,
    )  # fmt: skip


@cache
def spoken(language: str) -> Words:
    """What a language itself says, without English in place of what it lacks. Raises BadInput."""
    ui: dict[str, str] = {}
    told: dict[str, str] = {}
    names: dict[str, dict[str, str]] = {}
    rules: dict[str, Any] = {}
    refusals: dict[str, str] = {}
    for path in sorted((FOLDER / f"{language}.d").glob("*.toml")):
        raw = _read(path)
        if path.stem == RULES:
            rules = raw
        elif path.stem == NAMES:
            names = {table: dict(_flat(entries, path)) for table, entries in raw.items()}
        elif path.stem == REFUSALS:
            refusals = raw
        elif path.stem.partition("-")[0] == TOLD:
            told |= dict(_flat(raw, path))
        else:
            ui |= {f"{path.stem}.{key}": text for key, text in _flat(raw, path)}
    return Words(language, ui, names, told, rules, refusals)


def _flat(raw: Any, path: Path, above: str = "") -> Iterator[tuple[str, str]]:
    """Keys and texts of a table; `runs.one` and a table [runs] are the same."""
    if not isinstance(raw, dict):
        raise BadInput(f"{path}: '{above}' must be a table, not {raw!r}")
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _flat(value, path, f"{above}{key}.")
        elif isinstance(value, str):
            yield f"{above}{key}", value
        else:
            raise BadInput(f"{path}: '{above}{key}' must be text, not {value!r}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path}: cannot be read as TOML: {problem}") from None


def _form(n: float, rule: str) -> str:
    if rule == "one-other":
        return "one" if n == 1 else "other"
    if n != int(n):
        return "few"
    tens, ones = int(abs(n)) % 100, int(abs(n)) % 10
    if ones == 1 and tens != 11:
        return "one"
    return "few" if 2 <= ones <= 4 and not 12 <= tens <= 14 else "many"
