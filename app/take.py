"""What a visitor takes away of a question: the scenario as a file, the same in a few lines of Python, and as a command.

All of them say what the page says: a test runs them and finds the same figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from abm.runs import FIRMS
from abm.scenario import Scenario
from app.link import BOTH, DEFAULTS, Dated, Question, model_version, of_the_world, told
from calibration.posterior import DRAWS

COLUMNS = ("measure", "who", "year", "unit", "low", "median", "high", "words")  # of the table that is printed


def taken(question: Question) -> dict[str, str]:
    """link: the query with the model's version; toml, python, command: the question in those words."""
    link = "?" + replace(question, model=model_version()).address()
    # every shell knows double quotes, and an address holds nothing that is special between them
    command = f'corridors run --link "{link}"'
    return {"link": link, "toml": _toml(question), "python": _python(question), "command": command}


def _toml(question: Question) -> str:
    """The scenario as a file that `corridors run` reads, and in remarks what it was held against."""
    against = question.against
    if question.ground() != Scenario.read(against):
        against += ", with the same changes of the world"
    held = "".join(f", {name} = {_value(value)}" for name, value in question.sets)
    seeds = f"seeds {question.first} to {question.first + question.seeds - 1}"
    return (
        f"# against {against}\n"
        f"# {seeds}, {question.firms} firms, parameters: {question.numbers}{held}\n"
        f"# model {model_version()}\n"
        f"{question.story().to_toml()}"
    )


def _python(question: Question) -> str:
    """Lines that print the paired differences of the page."""
    shared = [c for c in question.changes if question.world == BOTH and of_the_world(c.lever)]
    story, ground = _story(question.scenario, question.changes), _story(question.against, shared)
    imports = ["from abm.scenario import Scenario", "from experiments.compare import compare"]
    if question.scenario == question.against:  # `compare` tells scenarios apart by their names
        imports.insert(0, "from dataclasses import replace")
        story = f'replace({story}, name="mine")'
    held = ", ".join(f'"{name}": {_value(value)}' for name, value in question.sets)
    if question.numbers == DEFAULTS:
        imports.insert(-1, "from abm.parameters import Parameters")
        numbers = "Parameters()" + (f".changed({{{held}}})" if held else "")
    else:
        imports.insert(-1, "from calibration import posterior")
        start = question.first % DRAWS  # as in `link.parameter_sets`
        numbers = f"posterior.read().sets({start + question.seeds})" + (f"[{start}:]" if start else "")
        numbers = f"[draw.changed({{{held}}}) for draw in {numbers}]" if held else numbers
    seeds = f"range({question.first}, {question.first + question.seeds})" if question.first else str(question.seeds)
    firms = f", firms={question.firms}" if question.firms != FIRMS else ""
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    lines = [
        *imports,
        "",
        f"story = {story}",
        f"ground = {ground}",
        f"numbers = {numbers}",
        f"table = compare(story, ground, seeds={seeds}, parameters=numbers{firms})",
        f"print(table[[{columns}]].to_string(index=False))",
    ]
    return "\n".join(lines) + "\n"


def _story(name: str, changes: Iterable[Dated]) -> str:
    """A scenario with its changes, a line a date if there are several."""
    steps = []
    for at, group in groupby(changes, key=lambda change: change.at):  # a question holds them in order
        levers = ", ".join(f"{c.lever.replace('-', '__')}={_value(c.value)}" for c in group)
        steps.append(f'.then("{at}", {levers})')
    read = f'Scenario.read("{name}")'
    if len(steps) < 2:
        return read + "".join(steps)
    return "(\n" + "".join(f"    {step}\n" for step in [read, *steps]) + ")"


def _value(value: float | str) -> str:
    """As Python and TOML write it, and with the digits that the address has."""
    return f'"{value}"' if isinstance(value, str) else told(value)
