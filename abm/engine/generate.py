"""Writes the program of a month: one function that does every rule for every agent, in order.

The same text runs compiled over records and uncompiled over plain objects, so there is no second version of the model.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from abm.engine.kinds import KINDS, Field
from abm.engine.rules import ALWAYS, Measure, Month, Rule, arguments, words_of

TABLES = ("states", "ties", "corridors", "hubs", "firms", "blocs", "basins", "regions")
ORDER = {"State": 0, "Tie": 1, "Corridor": 2, "Hub": 3, "Firm": 4, "Bloc": 5, "Basin": 6, "Region": 7}

MANY = "firms"
PASS = "pass_"
RUN = "parameters, defaults, levers, steps_a_year, first_year, low, high, keep, row, out"
HEADER = '''"""The compiled month. Written by abm.engine.generate from the month's rules; do not edit."""
'''


def tables() -> list[tuple[str, type]]:
    """Name and kind of every table, in a fixed order; kinds declared elsewhere come last."""
    kinds = sorted(KINDS.values(), key=lambda k: (ORDER.get(k.__name__, len(ORDER)), k.__name__))
    return [(k.words, k) for k in kinds]


def program(month: Month, fields: dict[str, dict[str, Field]], names: dict[int, str]) -> str:
    """The text of start(), step(), record() and run() for this month.

    names: what each rule is called in the text, by id.
    """
    all_tables = ", ".join(name for name, _ in tables())
    given = f"{all_tables}, p, levers, now, luck"
    passes: list[str] = []

    def body(entries: tuple[Any, ...]) -> list[str]:
        lines: list[str] = []
        for entry in entries:
            loop = _loop(entry, fields, names)
            if is_long(entry):  # a function of its own: the compiler does better by long loops
                name = f"{PASS}{len(passes)}"
                passes.append("\n".join([f"\n\ndef {name}({given}):", "    region = regions[0]", *_indented(loop)]))
                loop = [f"{name}({given})"]
            lines += loop
        return lines

    start, step = body(month.start), body(month.rules)
    record = list(_record(month.measures, fields))
    return "\n".join(
        [
            HEADER,
            *passes,
            f"\n\ndef start({given}):",
            "    region = regions[0]",
            *_indented(start),
            f"\n\ndef step({given}):",
            "    region = regions[0]",
            *_indented(step),
            f"\n\ndef record({all_tables}, out):",
            "    region = regions[0]",
            *_indented(record),
            f"\n\ndef run({all_tables}, {RUN}):",
            "    p = parameters[0]",
            "    dt = 1 / steps_a_year",
            "    beginning = Luck(low, high, WORD, first_year, dt)",
            f"    start({all_tables}, p, defaults[0], now_at(0, steps_a_year, first_year), beginning)",
            "    for i in range(len(levers)):",
            "        now = now_at(i, steps_a_year, first_year)",
            "        luck = Luck(low, high, i, now.year, dt)",
            f"        step({all_tables}, p, levers[i], now, luck)",
            f"        record({all_tables}, row)",
            "        for j in range(len(keep)):",
            "            out[i, j] = row[keep[j]]",
            "",
        ]
    )


def is_long(entry: Rule | tuple[Rule, ...]) -> bool:
    """Does this entry of the month go over hundreds of agents?"""
    return isinstance(entry, tuple) or entry.kind.words == MANY  # type: ignore[attr-defined]


def _indented(lines: Iterable[str]) -> list[str]:
    return ["    " + line for line in lines]


def _loop(entry: Rule | tuple[Rule, ...], fields: dict[str, dict[str, Field]], names: dict[int, str]) -> list[str]:
    rules = entry if isinstance(entry, tuple) else (entry,)
    kind = rules[0].kind  # type: ignore[attr-defined]
    me = words_of(kind)
    known = fields[kind.__name__]
    calls, linked = [], []
    for rule in rules:
        calls.append(f"    {names[id(rule)]}({', '.join(arguments(rule))})")
        linked += [word for word in arguments(rule) if word != me and word in known and known[word].unit == ALWAYS]
    found = [f"    {word} = {KINDS[known[word].to].words}[{me}.{word}]" for word in dict.fromkeys(linked)]
    return [f"for {me} in {kind.words}:", *found, *calls]


def _record(measures: tuple[Measure, ...], fields: dict[str, dict[str, Field]]) -> Iterable[str]:
    yield "c = 0"
    for measure in measures:
        lines, formula = formula_of(measure)
        yield from lines
        if words_of(measure.kind) == "region":
            yield f"out[c] = {formula}"
            yield "c += 1"
        else:
            deeper = "    " if measure.per else ""
            yield f"for {words_of(measure.kind)} in {measure.kind.words}:"
            if measure.per:
                yield f"    for i in range(len({words_of(measure.kind)}.{measure.per})):"
            yield f"{deeper}    out[c] = {formula}"
            yield f"{deeper}    c += 1"


class _Sums(ast.NodeTransformer):
    """Turns sum(expression over one kind of agent) into a loop before the formula."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.count = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not (isinstance(node.func, ast.Name) and node.func.id == "sum"):
            return node
        words = {n.id for n in ast.walk(node.args[0]) if isinstance(n, ast.Name)}
        kind = next(k for k in KINDS.values() if words_of(k) in words)
        total = f"sum_{self.count}"
        self.count += 1
        self.lines += [
            f"{total} = 0.0",
            f"for {words_of(kind)} in {kind.words}:",
            f"    {total} += {ast.unparse(node.args[0])}",
        ]
        return ast.Name(total)


def formula_of(measure: Measure) -> tuple[list[str], str]:
    """Lines that go before, and the expression, of a measure's formula."""
    sums = _Sums()
    tree = sums.visit(ast.parse(measure.formula, mode="eval"))
    return sums.lines, ast.unparse(tree)
