"""Rules, and the month as a list of them.

A rule is a plain function written for one agent. It asks for what it needs by the names of its arguments: its own kind
(`tie`), agents that it is linked to (`one`, `other`, `border`), whole tables (`ties`, `firms`), and `region`, `now`,
`p` (parameters), `levers`, `luck`.
"""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from abm.engine.kinds import KINDS, Field, Kind
from abm.errors import BadInput, unknown

Rule = Callable[..., None]
DEEPEST = 4  # modules within modules that a rule may reach into
FUNCTIONS = ("sum", "len", "min", "max", "abs")  # what a measure's formula may call
ALWAYS = "row"  # unit of a link that always leads to somebody
COMMON = ("region", "now", "p", "levers", "luck")


class RuleError(BadInput):
    """A rule cannot be used: the message names the rule and what is wrong with it."""


def each(kind: type[Kind]) -> Callable[[Rule], Rule]:
    """Declare the kind of agent that a rule is written for."""

    def declare(rule: Rule) -> Rule:
        rule.kind = kind  # type: ignore[attr-defined]
        return rule

    return declare


def name_of(rule: Rule) -> str:
    """The rule's name as it stands in the month: module.function."""
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}"


@dataclass(frozen=True)
class Measure:
    """An output: its name, the kind it belongs to, unit, one line of formula, meaning.

    headline: kept by default when whole runs are held in memory; per: a vector field of the kind that the formula
    goes through with index i, with one series for each of its values.
    """

    name: str
    kind: type[Kind]
    unit: str
    formula: str
    meaning: str
    headline: bool = False
    per: str = ""


@dataclass(frozen=True)
class Month:
    """The order of things: `start` sets up the base year, `rules` happen each month, `measures` are recorded.

    A tuple inside the list means that agents go one after the other, each through all of its rules. Replace, add or
    leave out rules with the methods below; each returns a new month and leaves this one alone.
    """

    start: tuple[Any, ...]
    rules: tuple[Any, ...]
    measures: tuple[Measure, ...]
    extra: tuple[tuple[str, tuple[Field, ...]], ...] = field(default=())

    def replace(self, old: Rule, new: Rule) -> Month:
        """The month with one rule in the place of another."""
        return self._edited(old, lambda rule: (new,))

    def without(self, *rules: Rule) -> Month:
        """The month less some rules."""
        month = self
        for rule in rules:
            month = month._edited(rule, lambda rule: ())
        return month

    def after(self, rule: Rule, new: Rule) -> Month:
        """The month with a rule added behind another."""
        return self._edited(rule, lambda found: (found, new))

    def before(self, rule: Rule, new: Rule) -> Month:
        """The month with a rule added in front of another."""
        return self._edited(rule, lambda found: (new, found))

    def measuring(self, *measures: Measure) -> Month:
        """The month with more measures recorded."""
        return replace(self, measures=self.measures + measures)

    def carrying(self, kind: type, **fields: Field) -> Month:
        """The month with more state on a kind, for rules of your own; it starts at zero.

        carrying(Firm, mood=state("share", "how the owner feels")) gives every firm a `mood` (a decimal number).
        """
        named = tuple(replace(f, name=name, type=f.type or "float") for name, f in fields.items())
        return replace(self, extra=(*self.extra, (kind.__name__, named)))

    def each_rule(self) -> Iterator[Rule]:
        """All rules of the start and of the month, in order."""
        for entry in self.start + self.rules:
            yield from entry if isinstance(entry, tuple) else (entry,)

    def fields(self, kind: Any) -> dict[str, Field]:
        """What an agent of this kind carries in this month: declared and extra."""
        found = dict(kind.fields)
        for name, extra in self.extra:
            if name == kind.__name__:
                found.update({f.name: f for f in extra})
        return found

    def _edited(self, old: Rule, change: Callable[[Rule], tuple[Rule, ...]]) -> Month:
        if old not in self.each_rule():
            raise unknown("rule", name_of(old), [name_of(rule) for rule in self.each_rule()], "month")

        def edit(entries: tuple[Any, ...]) -> Iterator[Any]:
            for entry in entries:
                if isinstance(entry, tuple):
                    inner = tuple(edit(entry))
                    if inner:
                        yield inner
                elif entry is old:
                    yield from change(entry)
                else:
                    yield entry

        return replace(self, start=tuple(edit(self.start)), rules=tuple(edit(self.rules)))


# --------------------------------------------------------------------------------------------- checks before compiling


def arguments(function: Callable[..., Any]) -> list[str]:
    """Names of a function's arguments."""
    return list(inspect.signature(function).parameters)


def check(month: Month, fields: dict[str, dict[str, Field]], known: dict[str, set[str]]) -> None:
    """Refuse rules that ask for what is not there or misspell a field, before any compiler sees them.

    fields: what each kind carries, by the kind's name; known: names of `p`, `levers`, `now`, `luck`.

    Raises:
        RuleError: naming the rule, the word, and the nearest declared name.
    """
    tables = {getattr(k, "words", ""): n for n, k in KINDS.items()}
    words = {getattr(k, "word", ""): n for n, k in KINDS.items()}
    for rule in month.each_rule():
        kind = rule.kind  # type: ignore[attr-defined]
        own = [f for f in fields[kind.__name__].values() if f.to and not f.per]
        links = {f.name: f.to for f in own if f.unit == ALWAYS and f.to in fields}
        perhaps = {f.name: f for f in own if f.unit != ALWAYS}
        can_ask = {words_of(kind): kind.__name__, **tables, **links, **dict.fromkeys(COMMON, "")}
        for argument in arguments(rule):
            if argument in perhaps and argument not in can_ask:
                raise RuleError(
                    f"rule {name_of(rule)}: '{argument}' may be nobody; ask for the whole table and test "
                    f"{words_of(kind)}.{argument} >= 0"
                )
            if argument not in can_ask:
                raise RuleError(f"rule {name_of(rule)}: {unknown('argument', argument, can_ask)}")
    for entry in month.start + month.rules:
        if isinstance(entry, tuple) and len({rule.kind for rule in entry}) > 1:
            told = ", ".join(f"{name_of(rule)} (each {rule.kind.__name__})" for rule in entry)
            raise RuleError(f"rules that agents go through one after the other must be of one kind: {told}")
    taken = [measure.name for measure in month.measures]
    for measure in month.measures:
        if taken.count(measure.name) > 1:
            raise RuleError(f"measure {measure.name}: there are two of this name")
        _check_formula(measure, fields, words)
    for function in reachable(month):
        if undefined(function):
            raise RuleError(f"rule {name_of(function)}: the name '{undefined(function)[0]}' is not defined")
        seen = {a: _kind_of(a, tables, words, links_of(fields)) for a in arguments(function)}
        for word, line in _attributes(function, seen, tables):
            owner, _, attribute = word.partition(".")
            names = set(fields[owner]) if owner in fields else known[owner]
            if attribute not in names:
                problem = unknown("field" if owner in fields else "name", attribute, sorted(names))
                raise RuleError(f"rule {name_of(function)}, line {line}: {owner}: {problem}")


def _check_formula(measure: Measure, fields: dict[str, dict[str, Field]], words: dict[str, str]) -> None:
    """Outside sum() a formula speaks of its own agent, inside of one kind of agent; nothing else is known to it."""
    where = f"measure {measure.name}"
    try:
        tree = ast.parse(measure.formula, mode="eval").body
    except SyntaxError as problem:
        raise RuleError(f"{where}: '{measure.formula}' is not a formula: {problem.msg}") from None
    mine = words_of(measure.kind)
    if measure.per and not fields[measure.kind.__name__].get(measure.per, Field("", "")).per:
        raise RuleError(f"{where}: {unknown('vector field', measure.per, fields[measure.kind.__name__])}")

    def visit(node: ast.AST, speaker: str) -> None:
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
            if called not in FUNCTIONS or node.keywords:
                raise RuleError(f"{where}: {unknown('function', called, FUNCTIONS)}")
            if called == "sum":
                inner = {n.id for a in node.args for n in ast.walk(a) if isinstance(n, ast.Name)} & set(words)
                if len(node.args) != 1 or len(inner) != 1:
                    raise RuleError(f"{where}: sum() goes over one kind of agent, as in sum(tie.trust)")
                visit(node.args[0], inner.pop())
            elif called != "len":
                for argument in node.args:
                    visit(argument, speaker)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id not in words:
                raise RuleError(f"{where}: {unknown('kind of agent', node.value.id, words)}")
            if node.value.id != speaker:
                raise RuleError(f"{where}: '{node.value.id}' is not known here, only '{speaker}'; use sum() for others")
            if node.attr not in fields[words[speaker]]:
                raise RuleError(f"{where}: {words[speaker]}: {unknown('field', node.attr, fields[words[speaker]])}")
        elif isinstance(node, ast.Name):
            if not (node.id == "i" and measure.per):
                raise RuleError(f"{where}: '{node.id}' is not known; write {speaker}.field")
        else:
            for child in ast.iter_child_nodes(node):
                visit(child, speaker)

    visit(tree, mine)


def words_of(kind: Any) -> str:
    """The word by which a rule asks for the agent itself."""
    return str(kind.word)


def links_of(fields: dict[str, dict[str, Field]]) -> dict[str, str]:
    """Names under which linked agents are asked for, with their kind."""
    return {f.name: f.to for of_kind in fields.values() for f in of_kind.values() if f.to in fields and not f.per}


def _kind_of(argument: str, tables: dict[str, str], words: dict[str, str], links: dict[str, str]) -> str:
    if argument in tables:
        return "table " + tables[argument]
    return words.get(argument) or links.get(argument) or (argument if argument in COMMON else "")


def syntax(function: Callable[..., Any]) -> ast.AST | None:
    """The function's source as a tree; None where there is none (typed at a prompt, say)."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None


def _attributes(function: Any, seen: dict[str, str], tables: dict[str, str]) -> Iterator[tuple[str, int]]:
    """All `agent.field` of a function as ('Kind.field', line), as far as the agent's kind is plain to see."""
    tree = syntax(function)
    if tree is None:
        return
    kinds = dict(seen)

    def kind_of(node: ast.AST) -> str:
        if isinstance(node, ast.Name):
            return kinds.get(node.id, "")
        if isinstance(node, ast.Subscript) and kind_of(node.value).startswith("table "):
            return kind_of(node.value).removeprefix("table ")
        return ""

    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name) and kind_of(node.iter).startswith("table "):
            kinds[node.target.id] = kind_of(node.iter).removeprefix("table ")
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            kinds[node.targets[0].id] = kind_of(node.value)
    first = function.__code__.co_firstlineno - 1
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and kind_of(node.value) and "table" not in kind_of(node.value):
            owner = kind_of(node.value)
            yield f"{'Region' if owner == 'region' else owner}.{node.attr}", first + node.lineno


def reads(function: Callable[..., Any], owner: str) -> set[str]:
    """Names that a function reads from `p` or `levers`."""
    tree = syntax(function)
    if tree is None:
        return set()
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner
    }


# -------------------------------------------------------------------------------------------- what a rule is made of


def reachable(month: Month) -> list[Any]:
    """The rules and every function that they call, each once."""
    found: dict[int, Any] = {}
    waiting: list[Any] = list(month.each_rule())
    while waiting:
        function = waiting.pop()
        if id(function) not in found:
            found[id(function)] = function
            waiting += [plain(value) for _, value in referenced(function) if inspect.isfunction(plain(value))]
    return list(found.values())


def plain(value: Any) -> Any:
    """The Python function of something that a user has compiled already; anything else as it is."""
    return getattr(value, "py_func", value) if type(value).__module__.startswith("numba.") else value


def referenced(function: Any) -> Iterator[tuple[str, Any]]:
    """What a function's code depends on by name: globals, closure, defaults, and what it takes from modules."""
    names = sorted(_names(function.__code__))
    for name in names:
        if name in function.__globals__:
            yield from _within(name, function.__globals__[name], names)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents
    yield from enumerate_named("default", function.__defaults__ or ())
    yield from (function.__kwdefaults__ or {}).items()


def _within(name: str, value: Any, names: list[str], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """A value, or what a module holds under the names that the code uses (`module.CONSTANT`, `package.module.f`)."""
    if not inspect.ismodule(value):
        yield name, value
    elif depth < DEEPEST:
        for inner in names:
            if hasattr(value, inner):
                yield from _within(f"{name}.{inner}", getattr(value, inner), names, depth + 1)


def enumerate_named(word: str, values: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Values with made-up names: default 0, default 1, …"""
    return ((f"{word} {i}", value) for i, value in enumerate(values))


def undefined(function: Any) -> list[str]:
    """Global names that a function uses and that nothing defines."""
    used = {i.argval for i in dis.get_instructions(function) if i.opname == "LOAD_GLOBAL"}
    return sorted(used - set(function.__globals__) - set(dir(builtins)))


def _names(code: Any) -> set[str]:
    inner = [c for c in code.co_consts if inspect.iscode(c)]
    return set(code.co_names).union(*(_names(c) for c in inner))
