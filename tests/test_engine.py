"""The engine: compiled and plain runs agree, the cache is never stale, months are edited, mistakes are told."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm import base_year, blocs, clock, firms, hub, levers, luck, parameters, shocks, ties
from abm.engine.kinds import KINDS, state
from abm.engine.rules import Measure, Month, RuleError, each, name_of, reachable, reads, referenced, syntax
from abm.engine.world import parameter_row
from abm.errors import BadInput
from abm.firms import Firm
from abm.month import MONTH
from abm.parameters import Parameters
from abm.region import Region
from abm.runs import Engine, Runs, simulate
from abm.scenario import Scenario
from abm.ties import Tie

ROOT = Path(__file__).parent.parent


def every_lever_on() -> Scenario:
    """As-is with every lever, those of the world too, a quarter of the way from its default to its upper end."""
    scenario = Scenario.read("as-is")
    for name, lever in levers.describe().items():
        written = f"{name}_all" if lever.per else name
        value: Any = max(lever.default, 0) + (lever.high - max(lever.default, 0)) / 4
        if lever.form.startswith("date"):
            value = "2027-05"
        elif lever.form == "choice":
            value = lever.words[1]
        scenario = scenario.then("2026-05", **{written.replace("-", "__"): value})
    return replace(scenario, name="every lever on")


# ------------------------------------------------------------------------------------------------- compiled and plain


@pytest.mark.parametrize(
    ("scenario", "seed", "firms", "steps_a_year"),
    [
        ("corridor-first", 3, 600, 12),
        ("all-corridors+water-pact", 2**40 + 5, 150, 12),
        ("settlement-and-funds+world-slump", 2**64 - 1, 150, 24),
        ("kgtj-hindcast", 0, 150, 12),
        (every_lever_on(), 11, 150, 12),
    ],
    ids=str,
)
def test_compiled_and_plain_runs_agree_to_the_bit(scenario: Any, seed: int, firms: int, steps_a_year: int) -> None:
    story = scenario if isinstance(scenario, Scenario) else Scenario.read(scenario)
    outs, tables = [], []
    for plain in (False, True):
        engine = Engine(story, firms=firms, steps_a_year=steps_a_year, plain=plain)
        outs.append(np.zeros((len(engine.levers), len(engine.columns))))
        world = engine.run(seed, parameter_row(Parameters()), engine.every, outs[-1])
        tables.append([rows.tobytes() for rows in engine.records(world)])
    assert np.isfinite(outs[0]).all()
    assert outs[0].tobytes() == outs[1].tobytes()
    assert tables[0] == tables[1]


# ----------------------------------------------------------------------------------------------- the cache is not stale

MINE = """
import numba
import numpy as np

import other_numbers
from abm.engine.rules import each
from abm.region import Region

CONSTANT = 1.0  # constant
ARRAY = np.array([1.0])  # array


def helper(x):
    return x * 1.0  # helper


def with_default(x, rate=1.0):  # default
    return x * rate


@numba.njit
def jitted(x):
    return x * 1.0  # jitted helper


@each(Region)
def grow(region):
    region.world = jitted(with_default(helper(CONSTANT * ARRAY[0] * other_numbers.RATE)))
"""
RUN_MINE = """
import sys

sys.path.insert(0, ".")
import mine
from abm.engine.rules import Measure, Month
from abm.region import Region
from abm.runs import simulate

month = Month((), (mine.grow,), (Measure("grown", Region, "1", "region.world", "what the rule made"),))
print(simulate("frozen", 1, month=month, firms=10, keep="all").series[0, -1, 0])
"""


def write_mine(folder: Path, edited: str = "") -> None:
    """A user's own file, with one of its numbers 1.0 made 5.0."""
    lines = MINE.splitlines()
    mine = [line.replace("1.0", "5.0") if line.endswith(f"  # {edited}") else line for line in lines]
    assert (mine != lines) == bool(edited and edited != "constant of another file")
    (folder / "mine.py").write_text("\n".join(mine))
    (folder / "other_numbers.py").write_text(f"RATE = {5.0 if edited == 'constant of another file' else 1.0}\n")


def load(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A file as a module, read anew."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "edited", ["helper", "constant", "default", "constant of another file", "array", "jitted helper"]
)
def test_an_edit_in_a_users_file_gives_the_new_answer(
    edited: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    answers = []
    for edit in ("", edited):
        write_mine(tmp_path, edit)
        load("other_numbers", tmp_path, monkeypatch)
        mine = load("mine", tmp_path, monkeypatch)
        month = Month((), (mine.grow,), (Measure("grown", Region, "1", "region.world", "what the rule made"),))
        answers.append(float(simulate("frozen", 1, month=month, firms=10, keep="all").series[0, -1, 0]))
    assert answers == [1.0, 5.0]


def test_compiled_rules_are_found_again_by_the_next_process_until_they_are_edited(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    given = {**os.environ, "CORRIDORS_CACHE": str(cache), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
    said = []
    for edited in ("", "", "helper"):
        write_mine(tmp_path, edited)
        child = subprocess.run(
            [sys.executable, "-c", RUN_MINE], cwd=tmp_path, env=given, capture_output=True, text=True, check=True
        )
        said.append((child.stdout.strip(), "compiling the rules" in child.stderr))
    assert said == [("1.0", True), ("1.0", False), ("5.0", True)]
    assert len(list(cache.glob("month_*"))) == 2


# --------------------------------------------------------------------------------------------------- editing the month

GIVEN: dict[str, Any] = dict(keep="all", firms=60, plain=True)


def plainly(month: Month, scenario: str = "corridor-first", **given: Any) -> Runs:
    """Two runs of an edited month, uncompiled."""
    return simulate(scenario, 2, month=month, **{**GIVEN, **given})


@each(Firm)
def never_review(firm: Any) -> None:
    """Nobody ever reconsiders exporting."""


@each(Tie)
def look(tie: Any) -> None:
    """Notes the trust of the moment."""
    tie.seen = tie.trust


SEEN = Measure("seen", Tie, "share", "tie.seen", "trust when it was looked at")


def watched(change: Callable[[Month], Month]) -> Runs:
    """Runs of the month with a look at trust put in somewhere."""
    return plainly(change(MONTH.carrying(Tie, seen=state("share", "trust when looked at")).measuring(SEEN)))


def test_a_rule_can_be_replaced() -> None:
    plain, cautious = plainly(MONTH), plainly(MONTH.replace(firms.review, never_review))
    exporters = cautious.of("exporters", "Kordai")
    assert (np.diff(exporters) <= 0).all()
    assert (exporters[:, -1] < plain.of("exporters", "Kordai")[:, -1]).all()


def test_rules_can_be_left_out() -> None:
    calm = plainly(MONTH.without(shocks.inspect, ties.quarrel))
    assert plainly(MONTH).of("disputes", "KG-TJ").sum() + plainly(MONTH).of("shut", "KZ-KG").sum() > 0
    assert not any(calm.of(what, tie).any() for what in ("shut", "disputes") for tie in ("KZ-KG", "KG-TJ"))


def test_a_rule_added_before_another_sees_what_was() -> None:
    runs = watched(lambda month: month.before(ties.meet, look))
    assert (runs.of("seen", "KZ-KG")[:, 1:] == runs.of("trust", "KZ-KG")[:, :-1]).all()


def test_a_rule_added_after_another_sees_what_is() -> None:
    runs = watched(lambda month: month.after(ties.remember, look))
    assert (runs.of("seen", "KZ-KG") == runs.of("trust", "KZ-KG")).all()


def test_a_measure_and_a_field_of_ones_own_start_at_zero_and_change_nothing_else() -> None:
    runs = watched(lambda month: month)
    assert not runs.of("seen", "TJ-UZ").any()
    assert runs.series[:, :, :-10].tobytes() == plainly(MONTH).series.tobytes()


def test_an_edit_returns_a_new_month_and_leaves_the_old_one_alone() -> None:
    before = (MONTH.start, MONTH.rules, MONTH.measures, MONTH.extra)
    edited = MONTH.replace(ties.meet, look).without(ties.agree).carrying(Tie, seen=state("share", "x")).measuring(SEEN)
    assert (MONTH.start, MONTH.rules, MONTH.measures, MONTH.extra) == before
    assert edited != MONTH
    assert "seen" not in Tie.fields


def test_agents_that_go_one_after_the_other_still_do_when_one_of_their_rules_is_edited() -> None:
    groups = [entry for entry in MONTH.rules if isinstance(entry, tuple)]
    first, *rest = groups[0]
    edited = [entry for entry in MONTH.replace(first, never_review).rules if isinstance(entry, tuple)]
    assert edited == [(never_review, *rest), *groups[1:]]
    everyone = [rule for group in groups for rule in group]
    assert not any(isinstance(entry, tuple) for entry in MONTH.without(*everyone).rules)


def test_a_rule_that_is_not_in_the_month_cannot_be_edited() -> None:
    with pytest.raises(BadInput, match=r"unknown rule 'test_engine.never_review'"):
        MONTH.without(never_review)
    with pytest.raises(BadInput, match=r"unknown rule 'hub.jobs'"):
        MONTH.replace(hub.jobs, never_review)


def test_a_users_own_file_runs_compiled_as_it_runs_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mine(tmp_path, "helper")
    load("other_numbers", tmp_path, monkeypatch)
    mine = load("mine", tmp_path, monkeypatch)
    measures = tuple(m for m in MONTH.measures if m.name in ("world", "activism"))
    month = Month((), (shocks.strike, mine.grow, blocs.stir), measures)
    compiled, plain = (simulate("frozen", 2, month=month, **{**GIVEN, "plain": plain}) for plain in (False, True))
    assert (compiled.of("world") == 5.0).all()
    assert compiled.of("activism", "EU").tobytes() == plain.of("activism", "EU").tobytes()


# -------------------------------------------------------------------------------------------------------- mistakes told


@each(Tie)
def misspells_a_field(tie: Any) -> None:
    tie.trsut = 1.0


@each(Tie)
def misspells_a_field_of_a_neighbour(tie: Any, one: Any, ties: Any) -> None:
    for near in ties:
        near.memory = one.atention


@each(Tie)
def misspells_a_field_of_a_row(tie: Any, basins: Any) -> None:
    tie.trust = basins[tie.river].shortge


@each(Tie)
def misspells_a_parameter(tie: Any, p: Any) -> None:
    tie.trust += p.summit_trst


@each(Tie)
def misspells_a_lever(tie: Any, levers: Any) -> None:
    tie.trust += levers.diplomcy


@each(Tie)
def misspells_the_calendar(tie: Any, now: Any) -> None:
    tie.trust += now.yaer


@each(Tie)
def asks_for_what_is_not_there(tie: Any, lever: Any) -> None:
    tie.trust = 0.0


@each(Tie)
def calls_a_helper(tie: Any, p: Any) -> None:
    tie.trust = helper_that_misspells(tie, p)


def helper_that_misspells(tie: Any, p: Any) -> Any:
    return tie.trust + p.summit_trust * tie.memroy


def for_nobody(tie: Any) -> None:
    tie.trust = 0.0


@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])
@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (misspells_a_field, ("misspells_a_field", "'trsut'", "'trust'")),
        (misspells_a_field_of_a_neighbour, ("misspells_a_field_of_a_neighbour", "'atention'", "'attention'")),
        (misspells_a_field_of_a_row, ("misspells_a_field_of_a_row", "'shortge'", "'shortage'")),
        (misspells_a_parameter, ("misspells_a_parameter", "'summit_trst'", "'summit_trust'")),
        (misspells_a_lever, ("misspells_a_lever", "'diplomcy'", "'diplomacy'")),
        (misspells_the_calendar, ("misspells_the_calendar", "'yaer'", "'year'")),
        (asks_for_what_is_not_there, ("asks_for_what_is_not_there", "'lever'", "'levers'")),
        (calls_a_helper, ("helper_that_misspells", "'memroy'", "'memory'")),
        (for_nobody, ("for_nobody", "@each(Kind)")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_mistake_in_a_rule_names_the_rule_and_the_nearest_name(
    rule: Any, told: tuple[str, ...], compiled: bool
) -> None:
    with pytest.raises(RuleError) as problem:
        Engine(Scenario.read("frozen"), MONTH.replace(ties.meet, rule), firms=10, plain=not compiled)
    for part in told:
        assert part in str(problem.value)


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("tie.trsut", ("field 'trsut'", "'trust'")),
        ("tei.trust", ("kind of agent 'tei'", "'tie'")),
        ("sum(tie.memroy)", ("field 'memroy'", "'memory'")),
        ("tie.trust +", ("is not a formula",)),
    ],
)
def test_a_mistake_in_a_measure_names_the_measure_and_the_nearest_name(formula: str, told: tuple[str, ...]) -> None:
    month = MONTH.measuring(Measure("mine", Tie, "share", formula, "a try"))
    with pytest.raises(RuleError, match="measure mine") as problem:
        Engine(Scenario.read("frozen"), month, firms=10, plain=True)
    for part in told:
        assert part in str(problem.value)


@each(Region)
def reads_a_file(region: Any) -> None:
    with open("numbers.txt") as file:
        region.world = float(file.read())


@each(Region)
def changes_its_mind(region: Any) -> None:
    region.world = "high" if region.agro > 0 else 1.0


@each(Region)
def makes_a_list(region: Any) -> None:
    region.world = max([region.world * i for i in range(3)])


@each(Region)
def calls_nobody(region: Any) -> None:
    region.world = nobody(region)  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    "rule", [reads_a_file, changes_its_mind, makes_a_list, calls_nobody], ids=lambda rule: rule.__name__
)
def test_a_rule_that_cannot_be_compiled_is_told_by_name(rule: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("CORRIDORS_CACHE", str(tmp_path))
    month = Month((), (rule,), (Measure("world", Region, "1", "region.world", "world demand"),))
    with pytest.raises(RuleError, match=r"cannot be compiled|is not defined") as problem:
        Engine(Scenario.read("frozen"), month, firms=10)
    assert len(str(problem.value)) < 1500
    assert rule.__name__ in str(problem.value)


# --------------------------------------------------------------------------------------- every number is told, and read

FUNCTIONS = reachable(MONTH)


def test_every_parameter_is_read_by_a_rule() -> None:
    read = set().union(*(reads(function, "p") for function in FUNCTIONS))
    assert set(parameters.describe()) == read


def test_every_lever_is_read_by_a_rule() -> None:
    read = set().union(*(reads(function, "levers") for function in FUNCTIONS))
    assert set(levers.describe()) == read


def series_of(scenario: Scenario, values: Parameters, seed: int = 1) -> bytes:
    """Every series of one run."""
    engine = Engine(scenario)
    out = np.zeros((len(engine.levers), len(engine.columns)))
    engine.run(seed, parameter_row(values), engine.every, out)
    return out.tobytes()


def collapse() -> Scenario:
    """Leaders away, no bloc money, a deep slump and a boom, all outward money: what floors and limits are for."""
    return (
        Scenario.read("no-diplomacy")
        .then("2026-01", leadership="absent", bloc_capital_all=0, outside_pressure=2, moderator="off", diplomas=40)
        .then("2026-01", outward_programme_all=300)
        .then("2028-01", world_demand=-0.1)
        .then("2028-08", world_demand=0.1)
        .then("2029-01", world_demand=0)
    )


def test_every_parameter_moves_a_measure() -> None:
    """A number that is read but changes no outcome would be a slider without a wheel.

    Hands are made scarce: at the default there are 88,000 for some 20,000 jobs.
    """
    scarce = replace(Parameters(), labour_share=0.004)
    stories = every_lever_on(), Scenario.read("all-corridors+drought"), collapse()
    runs = [(story, seed, series_of(story, scarce, seed)) for story in stories for seed in (1, 2)]
    idle = []
    for name in parameters.describe():
        low, high = parameters.describe()[name].allowed
        value = getattr(scarce, name)
        changed = [replace(scarce, **{name: min(high, max(low, value * factor))}) for factor in (0.5, 2, 0.1)]
        if all(series_of(story, p, seed) == before for story, seed, before in runs for p in changed):
            idle.append(name)
    assert not idle


def test_every_lever_moves_a_measure() -> None:
    """All but `abec_funder_share`, which is for the accounts of a corridor."""
    story = Scenario.read("corridor-first")
    before = series_of(story, Parameters())
    idle = []
    for name, lever in levers.describe().items():
        values: tuple[Any, ...] = (lever.high, lever.low)
        if lever.form.startswith("date"):
            values = ("2026-01", "never")
        elif lever.form == "choice":
            values = lever.words
        written = f"{name}_all" if lever.per else name
        if all(series_of(story.then("2026-01", **{written: v}), Parameters()) == before for v in values):
            idle.append(name)
    assert idle == ["abec_funder_share"]


ALLOWED = {0, 1, 2, 0.5, 12, 100, 1000, 1_000_000}  # 1/2 is written so; the others convert units


def numbers_in(tree: ast.AST) -> Iterator[tuple[float, int]]:
    """Numbers written in a function; arithmetic on numbers alone counts as the number that it makes."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Constant) and not any(
            isinstance(inner, ast.Name | ast.Attribute | ast.Call | ast.Subscript) for inner in ast.walk(node)
        ):
            value = eval(compile(ast.Expression(node), "number", "eval"))
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield abs(value), getattr(node, "lineno", 0)
        else:
            yield from numbers_in(node)


def rules_text() -> Iterator[tuple[Any, ast.AST]]:
    for function in FUNCTIONS:
        tree = syntax(function)
        if function.__module__ not in ("abm.luck", "abm.clock") and tree is not None:
            yield function, tree


def test_no_number_stands_in_a_rule_that_is_not_a_parameter() -> None:
    found = [
        f"{name_of(function)}, line {function.__code__.co_firstlineno + line - 1}: {number:g}"
        for function, tree in rules_text()
        for number, line in numbers_in(tree)
        if number not in ALLOWED
    ]
    assert not found


def test_no_constant_that_a_rule_names_is_a_parameter_in_disguise() -> None:
    """Constants are events of luck, words of levers, and the calendar."""
    known = {id(v) for module in (luck, clock, levers) for v in vars(module).values()}
    events = {value for module in MODULES for value in vars(module).values() if type(value) is int and value > 2}
    found = {
        f"{name_of(function)}: {name} = {value}"
        for function, _ in rules_text()
        for name, value in referenced(function)
        if type(value) in (int, float) and id(value) not in known and value not in events and name != "SEASON"
    }
    assert not found


MODULES = [sys.modules[name] for name in sorted({function.__module__ for function in FUNCTIONS})]


def test_every_field_is_used_by_a_rule_or_a_measure_or_is_base_year_data() -> None:
    trees = [tree for tree in map(syntax, FUNCTIONS) if tree] + [ast.parse(m.formula) for m in MONTH.measures]
    used = {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {argument for rule in MONTH.each_rule() for argument in rule.__code__.co_varnames}
    owners = {**base_year.FILES, "sectors": "Hub", "memberships": "State"}
    data = {(owners[d.file.removesuffix(".csv")], d.what) for d in base_year.read().rows}
    idle = [
        f"{kind}.{field}"
        for kind, declared in KINDS.items()
        for field in declared.fields
        if field not in used and (kind, field) not in data and field not in ("row", "key")
    ]
    assert not idle


def test_a_third_is_not_hidden_in_a_sum() -> None:
    """What the scan above sees."""
    tree = ast.parse("def f(x):\n    return x / (2 + 1) - 0.3 * x + x[1] / 2 - 1 / 2")
    assert [number for number, _ in numbers_in(tree)] == [3, 0.3, 1, 2, 0.5]


# --------------------------------------------------------------------------------------------------------------- layers

LAYERS = ("abm", "experiments", "calibration", "app", "corridors")


def imports(path: Path) -> set[str]:
    """Everything that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_imports_only_those_below(layer: str) -> None:
    above = LAYERS[LAYERS.index(layer) + 1 :]
    for path in (ROOT / layer).rglob("*.py"):
        wrong = [name for name in imports(path) if name.split(".")[0] in (*above, "tests")]
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_the_model_needs_neither_mesa_nor_pandas_but_for_its_mesa_face() -> None:
    for path in (ROOT / "abm").rglob("*.py"):
        wrong = {name.split(".")[0] for name in imports(path)} & {"mesa", "pandas", "matplotlib", "solara", "rich"}
        assert not wrong or path.name == "model.py", f"{path.relative_to(ROOT)} imports {wrong}"


def test_batch_runs_load_neither_mesa_nor_pandas() -> None:
    code = "import sys, abm.runs, abm.month; print(sorted({'mesa', 'pandas', 'matplotlib'} & set(sys.modules)))"
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert child.stdout.strip() == "[]"
