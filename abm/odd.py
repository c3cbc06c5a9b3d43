"""Prints the tables of docs/odd.md from the declarations, so that the page cannot drift from the code. [GrimmEtAl2020]

`python -m abm.odd` rewrites what stands between `<!-- table: NAME -->` and `<!-- end -->`; the names are those of
`tables()`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from abm import base_year, levers, parameters
from abm.engine.generate import tables as kinds
from abm.engine.rules import Month, Rule, name_of, reachable, reads
from abm.errors import BadInput, unknown
from abm.levers import TODAY, Lever
from abm.month import MONTH
from abm.runs import FIRMS
from abm.scenario import Scenario

PAGE = Path(__file__).parents[1] / "docs" / "odd.md"
BIBLIOGRAPHY = Path(__file__).with_name("sources.toml")
MARKED = re.compile(r"(<!-- table: ([^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
CITED = re.compile(r"(?<![\[\w])\[([A-Za-z]\w*(?:, [^\[\]]+)?)\](?!\])")  # [Key] or [Key, Key]


def tables() -> dict[str, str]:
    """Every table of the page, as Markdown, by name."""
    found = {"kinds": kinds_table(), "start": schedule(MONTH.start), "schedule": schedule(MONTH.rules)}
    for _, kind in kinds():
        found[f"state of {kind.__name__}"] = state_of(kind)
    for rule in MONTH.each_rule():
        found[f"numbers of {name_of(rule)}"] = numbers_of(rule)
    found |= {"parameters": parameters_table(), "roles": roles(), "levers": levers_table(), "measures": measures()}
    return found | {"scenarios": scenarios(), "data": data(), "sources": sources_table()}


def fill(text: str) -> str:
    """The page with every marked table printed anew.

    Raises:
        BadInput: a marker names no table, or has no end.
    """
    known = tables()
    for name in re.findall(r"<!-- table: ([^\n]+?) -->", text):
        if name not in known:
            raise unknown("table", name, known, PAGE.name)
    if len(MARKED.findall(text)) != text.count("<!-- table: ") or text.count("<!-- end -->") != text.count("<!-- tab"):
        raise BadInput(f"{PAGE.name}: every '<!-- table: NAME -->' needs its own '<!-- end -->'")
    return MARKED.sub(lambda found: f"{found[1]}{known[found[2]]}\n{found[3]}", text)


def main() -> None:
    """Rewrite docs/odd.md in place."""
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


# ------------------------------------------------------------------------------------------------------------- parts


def markdown(header: str, rows: Iterable[Iterable[Any]]) -> str:
    """A table from "a | b | c" and its rows."""
    lines = [f"| {header} |", "|" + "---|" * (header.count("|") + 1)]
    return "\n".join(lines + ["| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in rows])


def short(value: float) -> str:
    """A number as one writes it."""
    return f"{value:.4g}"


def opening(thing: Any) -> tuple[str, str]:
    """First line of a docstring, and the source keys that it cites."""
    line = (thing.__doc__ or "").strip().partition("\n")[0]
    return CITED.sub("", line).strip(), ", ".join(cited(line)) or "–"


def cited(text: str) -> list[str]:
    """Source keys cited in a text: words in single brackets, one or several with commas."""
    words = [word.strip() for group in CITED.findall(text) for word in group.split(",")]
    return [word for word in words if re.fullmatch(r"\w+", word)]


@cache
def sources() -> dict[str, dict[str, Any]]:
    """The bibliography, by key."""
    return tomllib.loads(BIBLIOGRAPHY.read_text(encoding="utf-8"))


def kinds_table() -> str:
    world = base_year.read()

    def rows() -> Iterator[tuple[Any, ...]]:
        for table, kind in kinds():
            count = f"{FIRMS} sampled by default" if table == "firms" else len(world.names(table)) or 1
            yield kind.__name__, count, opening(kind)[0]

    return markdown("kind | how many | what it is", rows())


def state_of(kind: Any) -> str:
    def unit(field: Any) -> str:
        return f"{'row of a ' + field.to if field.to else field.unit}{f', per {field.per}' if field.per else ''}"

    carried = (f for f in MONTH.fields(kind).values() if f.name not in ("row", "key"))
    return markdown("variable | unit | meaning", ((f"`{f.name}`", unit(f), f.meaning) for f in carried))


def schedule(entries: tuple[Any, ...]) -> str:
    def rows() -> Iterator[tuple[Any, ...]]:
        for number, entry in enumerate(entries, 1):
            together = isinstance(entry, tuple)
            for letter, rule in zip("abcdefgh", entry if together else (entry,)):
                line, keys = opening(rule)
                yield f"{number}{letter if together else ''}", f"`{name_of(rule)}`", rule.kind.__name__, line, keys

    return markdown("# | rule | for each | what happens | source", rows())


def numbers_of(rule: Rule) -> str:
    """The parameters and levers that a rule and what it calls read, in one line."""
    functions = reachable(Month((), (rule,), ()))
    used = {owner: {name for f in functions for name in reads(f, owner)} for owner in ("p", "levers")}
    known = parameters.describe()
    numbers = [f"`{n}` {short(k.default)} {k.unit} ({k.role})" for n, k in known.items() if n in used["p"]]
    moved = [f"`{name}`" for name in levers.describe() if name in used["levers"]]
    return f"Numbers: {'; '.join(numbers) or 'none'}. Levers: {', '.join(moved) or 'none'}."


def parameters_table() -> str:
    def rows() -> Iterator[tuple[Any, ...]]:
        for name, known in parameters.describe().items():
            span = f"{short(known.low)} to {short(known.high)}" if known.low < known.high else "–"
            note = f" ({known.note})" if known.note else ""
            yield f"`{name}`", known.unit, short(known.default), span, known.role, known.source, known.meaning + note

    return markdown("parameter | unit | default | range | role | source | meaning", rows())


def assumption(keys: str) -> bool:
    """Do these source keys, "one, two", name nothing but judgement?"""
    return all(sources()[key.strip()]["kind"] == "judgement" for key in keys.split(","))


def roles() -> str:
    known = parameters.describe().values()

    def rows() -> Iterator[tuple[Any, ...]]:
        for role in (*dict.fromkeys(k.role for k in known), "all"):
            of_role = [k for k in known if role in (k.role, "all")]
            varied = sum(k.low < k.high for k in of_role)
            yield role, len(of_role), varied, sum(assumption(k.source) for k in of_role)

    return markdown("role | numbers | varied in a range | judgement is their only source", rows())


def levers_table() -> str:
    def span(lever: Lever) -> str:
        if lever.form.startswith("date"):
            return "a month"
        return " / ".join(lever.words) or f"{short(lever.low)} to {short(lever.high)}"

    def default(lever: Lever) -> str:
        if lever.form.startswith("date"):
            return "never"
        if lever.words:
            return lever.words[int(lever.default)]
        return "today's" if lever.default == TODAY else short(lever.default)

    def rows() -> Iterator[tuple[Any, ...]]:
        for name, lever in levers.describe().items():
            written = f"`{name}_[{lever.per}]`" if lever.per else f"`{name}`"
            yield written, lever.unit, span(lever), default(lever), lever.form, lever.changes, lever.cost

    return markdown("lever | unit | range | default | form | what it changes | cost, mn US$/yr", rows())


def measures() -> str:
    rows = ((f"`{m.name}`", m.kind.__name__, m.unit, f"`{m.formula}`", m.meaning) for m in MONTH.measures)
    return markdown("measure | of each | unit | formula | meaning", rows)


def scenarios() -> str:
    stories = (Scenario.read(name) for name in Scenario.names())
    return markdown("scenario | title | why", ((f"`{s.name}`", s.title, s.why) for s in stories))


def data() -> str:
    levels = ("high", "medium", "low", "assumed")

    def rows() -> Iterator[tuple[Any, ...]]:
        values = base_year.read().rows
        for file in (*dict.fromkeys(d.file for d in values), "all"):
            here = [d for d in values if file in (d.file, "all")]
            count = Counter(d.confidence for d in here)
            yield file, len(here), len({d.source for d in here}), *(count[level] for level in levels)

    return markdown("file of `abm/world/` | values | different sources | high | medium | low | assumed", rows())


def sources_table() -> str:
    def rows() -> Iterator[tuple[Any, ...]]:
        for key, source in sources().items():
            who = ", ".join(source["authors"])
            what = f"{who} ({source['year']}). {source['title']}. {source['where']}." if who else f"{source['title']}."
            yield f"`{key}`", what, source["kind"], source["checked"], source["note"]

    return markdown("key | source | kind | checked | note", rows())


if __name__ == "__main__":
    main()
