"""Sweeps on paper: what a spec comes to, before anything runs."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm import levers, parameters
from abm.errors import BadInput
from abm.scenario import Scenario, lever_names
from experiments.sweeps import SweepSpec, schema
from experiments.sweeps.plan import Plan

CUBES: list[dict[str, Any]] = [
    {"kind": "latin-hypercube", "points": 20},
    {"kind": "sobol", "points": 16},
    {"kind": "morris", "trajectories": 4},
    {"kind": "saltelli", "base": 8},
    {"kind": "saltelli", "base": 8, "second_order": True},
]


OWN = '''
from abm.engine.rules import each
from abm.ties import Tie


@each(Tie)
def meet(tie, now):
    """Nobody meets."""
'''


def plan(**told: Any) -> Plan:
    """The plan of a small sweep; as-is unless said otherwise."""
    return Plan.of(SweepSpec.of({"scenarios": ["as-is"], "firms": 50, **told}))


def columns(found: Plan) -> dict[str, list[Any]]:
    return {factor.name: list(column) for factor, column in zip(found.factors, found.drawn.values)}


# ------------------------------------------------------------------------------------------------------------ designs


def test_a_grid_is_every_combination() -> None:
    found = plan(vary={"trade_elasticity": [3, 4], "energy": [0, 60, 120], "hub_open": ["2027-01", "never"]})
    rows = list(zip(*columns(found).values()))
    assert rows == list(product([3, 4], [0, 60, 120], ["2027-01", "never"]))


def test_a_grid_takes_ranges_with_both_ends() -> None:
    found = plan(design={"kind": "grid", "levels": 3}, vary={"energy": {"low": 0, "high": 60}, "execution": "prior"})
    assert sorted(set(columns(found)["energy"])) == [0, 30, 60]
    known = parameters.describe()["execution"]
    assert {min(columns(found)["execution"]), max(columns(found)["execution"])} == {known.low, known.high}


def test_a_zip_takes_the_first_values_together_then_the_second() -> None:
    found = plan(design={"kind": "zip"}, vary={"energy": [0, 60], "execution": {"low": 0.2, "high": 1, "levels": 2}})
    assert list(zip(*columns(found).values())) == [(0, 0.2), (60, 1)]


def test_a_list_of_points_is_run_as_written() -> None:
    points = [{"energy": 0, "diplomacy": "none"}, {"energy": 60, "diplomacy": "sustained"}]
    found = plan(design={"kind": "list", "points": points})
    assert [dict(zip(columns(found), row)) for row in zip(*columns(found).values())] == points


def test_points_can_stand_in_a_file_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("energy,free_trade_all\n0,today\n60,0.5\n")
    (tmp_path / "s.toml").write_text('scenarios = ["as-is"]\n[design]\nkind = "list"\nfile = "points.csv"\n')
    found = Plan.of(SweepSpec.read(tmp_path / "s.toml"))
    assert columns(found) == {"energy": [0, 60], "free_trade_all": [levers.TODAY, 0.5]}


def test_a_latin_hypercube_uses_each_slice_of_each_factor_once() -> None:
    found = plan(design={"kind": "latin-hypercube", "points": 20}, vary_roles=["fit"])
    assert len(found.factors) == sum(known.role == "fit" for known in parameters.describe().values())
    for column in found.drawn.unit.T:
        assert sorted((column * 20).astype(int)) == list(range(20))


def test_listed_values_are_taken_equally_often() -> None:
    """Words too: each has a bin of the unit interval as wide as any other's, and stands in its middle."""
    opened = ["2027-01", "2028-01", "2029-01", "never"]
    found = plan(design={"kind": "latin-hypercube", "points": 20}, vary={"hub_open": opened, "energy": [0, 60]})
    assert {word: columns(found)["hub_open"].count(word) for word in opened} == dict.fromkeys(opened, 5)
    assert sorted(columns(found)["energy"]) == [0] * 10 + [60] * 10
    assert plan(vary={"hub_open": opened}).drawn.unit[:, 0].tolist() == [0.125, 0.375, 0.625, 0.875]


def test_what_is_named_itself_is_not_varied_again_with_its_role() -> None:
    fitted = [name for name, known in parameters.describe().items() if known.role == "fit" and known.low < known.high]
    found = plan(design={"kind": "latin-hypercube", "points": 4}, vary_roles=["fit"],
                 vary={fitted[0]: "prior"}, fixed={fitted[1]: parameters.describe()[fitted[1]].default})  # fmt: skip
    names = [factor.name for factor in found.factors]
    assert sorted(names) == sorted(set(fitted) - {fitted[1]})


def test_sobol_points_fill_every_half_of_every_factor_alike() -> None:
    found = plan(design={"kind": "sobol", "points": 64}, vary={"energy": "prior", "execution": "prior"})
    quarters = (found.drawn.unit * 4).astype(int)
    assert all((quarters == [i, j]).all(axis=1).sum() == 4 for i in range(4) for j in range(4))


def test_morris_moves_one_factor_at_a_time() -> None:
    found = plan(
        design={"kind": "morris", "trajectories": 5}, vary={"energy": "prior", "agro": "prior", "rivalry": "prior"}
    )
    walks = found.drawn.unit.reshape(5, 4, 3)
    assert ((np.diff(walks, axis=1) != 0).sum(axis=2) == 1).all()


@pytest.mark.parametrize("second_order", [False, True])
def test_saltellis_sample_has_the_size_that_the_method_asks_for(second_order: bool) -> None:
    design = {"kind": "saltelli", "base": 16, "second_order": second_order}
    found = plan(design=design, vary={"energy": "prior", "agro": "prior", "rivalry": "prior"})
    assert found.drawn.rows == 16 * (2 * 3 + 2 if second_order else 3 + 2)


def test_a_narrowed_range_leaves_all_other_columns_of_a_design_as_they_were() -> None:
    """The same draw of a prior, but for one number: what a comparison between draws needs."""
    design = {"kind": "sobol", "points": 16}
    whole = plan(design=design, vary_roles=["fit"])
    narrow = plan(design=design, vary_roles=["fit"], vary={"execution": {"low": 0.8, "high": 1}})
    assert (whole.drawn.unit == narrow.drawn.unit).all()
    assert [f.name for f in whole.factors] == [f.name for f in narrow.factors]
    assert {n for n, c in columns(whole).items() if c != columns(narrow)[n]} == {"execution"}


@pytest.mark.parametrize("design", CUBES, ids=lambda d: d["kind"])
def test_every_value_of_a_design_lies_in_its_range(design: dict[str, Any]) -> None:
    found = plan(design=design, vary={"energy": {"low": 10, "high": 60}, "execution": "prior", "hub_open": "prior"})
    values = columns(found)
    known = parameters.describe()["execution"]
    assert all(10 <= x <= 60 for x in values["energy"])
    assert all(known.low <= x <= known.high for x in values["execution"])
    assert all("2026-01" <= x <= "2035-12" for x in values["hub_open"])


@pytest.mark.parametrize("design", CUBES, ids=lambda d: d["kind"])
def test_a_design_is_the_same_each_time_and_another_with_another_seed(design: dict[str, Any]) -> None:
    vary = {"energy": "prior", "execution": "prior"}
    one, again, other = (plan(design=d, vary=vary) for d in (design, design, {**design, "seed": 5}))
    assert (one.drawn.unit == again.drawn.unit).all()
    assert one.digest == again.digest
    assert not (one.drawn.unit == other.drawn.unit).all()
    assert one.digest != other.digest


@pytest.mark.parametrize("design", [*CUBES, {"kind": "grid", "levels": 3}], ids=lambda d: d["kind"])
def test_the_size_is_known_before_the_design_is_drawn(design: dict[str, Any]) -> None:
    from experiments.sweeps.designs import rows_of

    found = plan(design=design, vary={"energy": "prior", "execution": "prior", "diplomacy": "prior"})
    assert rows_of(found.spec.design, found.factors) == found.drawn.rows


def test_nothing_that_varies_is_called_like_a_column_that_says_which_run_it_is() -> None:
    """The parameter `replication` copies corridors: it and the number of a repeated run stand side by side."""
    from experiments.sweeps.plan import KEYS

    varied = {*parameters.describe(), *lever_names(Scenario.read("as-is").world())}
    kept = plan(measures="all", vary={"energy": [0, 60]})
    assert not {*KEYS, "error", "month", *(column.name for column in kept.columns)} & varied


# --------------------------------------------------------------------------------------------------------------- order


def test_a_sweep_that_is_stopped_anywhere_is_still_even() -> None:
    """No point has two runs more than another, and no scenario or variant two more than its like at any row."""
    found = plan(
        scenarios=["as-is", "frozen"], replications=4, vary={"energy": [0, 30, 60]},
        rules={"all": {}, "no copies": {"without": ["ties.copy_corridor"]}},
    )  # fmt: skip
    seen = np.zeros(found.points, int)
    whole = np.zeros((2, 2), int)
    for run in range(found.runs):
        point, replication, _ = found.of_run(run)
        assert seen[point.number] == replication
        seen[point.number] += 1
        whole[point.scenario, point.variant] += 1
        assert np.ptp(seen) <= 1
        assert np.ptp(whole) <= 1
    assert (seen == 4).all()


def test_every_point_shares_its_luck_with_every_other() -> None:
    found = plan(scenarios=["as-is", "frozen"], replications=3, first_seed=10, vary={"energy": [0, 30]})
    seeds: dict[int, set[int]] = {}
    for run in range(found.runs):
        point, _, seed = found.of_run(run)
        seeds.setdefault(point.number, set()).add(seed)
    assert set(map(frozenset, seeds.values())) == {frozenset({10, 11, 12})}


def test_rows_with_luck_of_their_own_still_share_it_among_their_scenarios() -> None:
    """Draws of a prior differ in luck too, each pair of scenarios does not; no seed comes twice."""
    vary = {"energy": [0, 30, 60]}
    found = plan(scenarios=["as-is", "frozen"], replications=2, first_seed=7, luck="own", vary=vary)
    seeds: dict[tuple[int, int], set[int]] = {}
    for run in range(found.runs):
        point, replication, seed = found.of_run(run)
        seeds.setdefault((point.row, replication), set()).add(seed)
    assert sorted(next(iter(pair)) for pair in seeds.values() if len(pair) == 1) == list(range(7, 13))


def test_parts_hold_every_run_once_and_do_not_depend_on_who_works() -> None:
    found = plan(replications=1237, vary={"energy": [0, 30]})
    assert [run for part in range(found.parts) for run in found.runs_of(part)] == list(range(found.runs))
    assert max(len(found.runs_of(part)) for part in range(found.parts)) <= 500


def test_the_title_is_no_part_of_what_a_sweep_is_but_all_else_is() -> None:
    base = plan(title="one", vary={"energy": [0, 30]})
    assert plan(title="two", vary={"energy": [0, 30]}).digest == base.digest
    for other in ({"energy": [0, 31]}, {"energy": {"values": [0, 30], "at": "2027-01"}}):
        assert plan(title="one", vary=other).digest != base.digest
    assert plan(vary={"energy": [0, 30]}, firms=51).digest != base.digest


CHANGES: list[dict[str, Any]] = [
    {"scenarios": ["frozen"]}, {"replications": 3}, {"first_seed": 7}, {"luck": "own"}, {"firms": 51},
    {"keep": ["series"]}, {"measures": "all"}, {"windows": ["2031"]}, {"runs_a_part": 5}, {"plain": True},
    {"vary_roles": ["pinned"]}, {"design": {"kind": "grid", "levels": 3}}, {"vary": {"energy": [0, 31]}},
    {"fixed": {"agro": 5}}, {"fixed_at": "2028-01"}, {"rules": {"no copies": {"without": ["ties.copy_corridor"]}}},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_every_key_of_a_spec_but_title_and_why_is_part_of_what_a_sweep_is(change: dict[str, Any]) -> None:
    """Otherwise a changed spec would go on in the folder of the old one, and mix."""
    base = {"vary": {"energy": [0, 30]}}
    assert plan(**{**base, **change}).digest != plan(**base).digest
    assert {next(iter(known)) for known in CHANGES} == set(SweepSpec.model_fields) - {"title", "why"}


def test_what_a_spec_names_is_part_of_what_a_sweep_is(tmp_path: Path) -> None:
    """The spec stays as it is; the text of its scenario, and of its rule, changes."""
    story, own, spec = tmp_path / "mine.toml", tmp_path / "own.py", tmp_path / "s.toml"
    spec.write_text('scenarios = ["mine.toml"]\n[rules.own]\nreplace = { "ties.meet" = "own.py:meet" }\n')
    story.write_text('based_on = "as-is"\n')
    own.write_text(OWN)
    before = Plan.of(SweepSpec.read(spec)).digest
    own.write_text(OWN.replace("Nobody meets", "Nobody ever meets"))
    rule_changed = Plan.of(SweepSpec.read(spec)).digest
    story.write_text('based_on = "as-is"\n[[change]]\nat = "2027-01"\nenergy = 10\n')
    assert len({before, rule_changed, Plan.of(SweepSpec.read(spec)).digest}) == 3


# ------------------------------------------------------------------------------------------------------ what is shipped


@pytest.mark.parametrize("name", SweepSpec.names())
def test_a_shipped_sweep_is_ready_to_run(name: str) -> None:
    found = Plan.of(SweepSpec.read(name), name)
    assert found.runs >= 1000
    assert found.spec.title
    assert found.spec.why


def test_ready_sweeps_are_those_that_were_promised() -> None:
    assert {"corridor-x-fta", "water-x-trust", "blocs", "all-levers"} <= set(SweepSpec.names())


def test_all_levers_names_every_lever_that_has_a_range() -> None:
    found = {factor.name for factor in Plan.of(SweepSpec.read("all-levers")).factors}
    for name, known in levers.describe().items():
        covered = any(factor == name or factor.startswith(f"{name}_") for factor in found)
        assert covered or known.cost == "0" or name == "abec_funder_share", name


def test_the_schema_is_json_and_knows_every_key() -> None:
    told = json.loads(json.dumps(schema()))
    assert set(told["properties"]) == set(SweepSpec.model_fields)
    assert {"Grid", "Zip", "Points", "LatinHypercube", "SobolPoints", "Morris", "Saltelli"} <= set(told["$defs"])


# ---------------------------------------------------------------------------------------------------------- bad input

BAD: list[tuple[dict[str, Any], str]] = [
    ({"scenarios": []}, "'scenarios'"),
    ({"scenarios": ["as-si"]}, "did you mean 'as-is'"),
    ({"scenarios": ["as-is", "as-is"]}, "named twice"),
    ({"scenarios": ["as-is", "kgtj-hindcast"]}, "different years"),
    ({"scenario": ["as-is"]}, "did you mean 'scenarios'"),
    ({"replications": 0}, "'replications' = '0'"),
    ({"replications": 1.5}, "'replications'"),
    ({"first_seed": -1}, "'first_seed'"),
    ({"firms": 3}, "'firms'"),
    ({"keep": []}, "'keep'"),
    ({"keep": ["sumary"]}, "'keep.0'"),
    ({"measures": ["trad"]}, "did you mean 'trade'"),
    ({"measures": []}, "'measures' is empty"),
    ({"windows": ["2040"]}, "outside 2025-2035"),
    ({"windows": ["2030-2026"]}, "outside"),
    ({"windows": ["soon"]}, "is not a year"),
    ({"vary": {"trade_elastisity": "prior"}}, "did you mean 'trade_elasticity'"),
    ({"vary": {"reform_KZ-KQ": [0, 10]}}, "did you mean 'reform_KZ-"),
    ({"vary": {"energy": []}}, "'vary.energy"),
    ({"vary": {"energy": [0, 500]}}, "outside 0 to 120"),
    ({"vary": {"energy": {"low": 0, "high": 500}}}, "outside 0 to 120"),
    ({"vary": {"energy": {"low": 60, "high": 10}}}, "no width"),
    ({"vary": {"energy": {"lo": 60}}}, "did you mean 'vary.energy.low'"),
    ({"vary": {"energy": {"values": [1], "low": 0}}}, "not both"),
    ({"vary": {"energy": {"at": "2050-01"}}}, "outside 2025-01 to 2035-12"),
    ({"vary": {"trade_elasticity": {"low": 3, "high": 900}}}, "outside"),
    ({"vary": {"trade_elasticity": {"low": 3, "high": float("nan")}}}, "trade_elasticity"),
    ({"vary": {"trade_elasticity": ["high"]}}, "must be a number"),
    ({"vary": {"trade_elasticity": {"at": "2026-01"}}}, "only levers have a date"),
    ({"vary": {"other_barriers": "prior"}}, "no prior range"),
    ({"vary": {"diplomacy": ["now and then"]}}, "unknown word"),
    ({"vary": {"hub_open": {"low": "2030-01", "high": "2027-01"}}}, "no width"),
    ({"fixed": {"energy": 10}, "vary": {"energy": "prior"}}, "both varied and fixed"),
    ({"vary": {"reform_KZ-KG": [0, 10], "reform_all": [0, 5]}}, "move the same lever"),
    ({"vary": {"reform_KZ-KG": [0, 10]}, "fixed": {"reform_all": 5}}, "move the same lever"),
    ({"vary": {"hub_open": ["2025-03", "2027-01"]}}, 'say at = "2025-03"'),
    ({"vary": {"hub_open": {"low": "2025-03"}}}, 'say at = "2025-03"'),
    ({"vary": {"hub_open": {"low": "2027-01", "levels": 3}}}, "list those"),
    ({"vary": {"diplomacy": {"low": "none", "high": "sustained"}}}, "takes words"),
    ({"design": {"kind": "list", "points": [{"energy": 1}]}, "vary": {"agro": [1]}}, "says all that varies"),
    ({"fixed": {"energi": 10}}, "did you mean 'energy'"),
    ({"fixed": {"energy": 1000}}, "outside 0 to 120"),
    ({"design": {"kind": "gird"}}, "did you mean 'grid'"),
    ({"design": {"points": 5}}, "unknown design"),
    ({"design": {"kind": "sobol", "points": 0}, "vary": {"energy": "prior"}}, "'design.points' = '0'"),
    ({"design": {"kind": "sobol", "points": 100}, "vary": {"energy": "prior"}}, "power of two, such as 64 or 128"),
    ({"design": {"kind": "sobol", "point": 64}, "vary": {"energy": "prior"}}, "'design.point'"),
    ({"design": {"kind": "saltelli", "base": 100}, "vary": {"energy": "prior"}}, "power of two"),
    ({"design": {"kind": "morris", "levels": 3}, "vary": {"energy": "prior"}}, "must be even"),
    ({"design": {"kind": "sobol", "points": 64}}, "nothing to vary"),
    ({"design": {"kind": "list"}}, "empty"),
    ({"design": {"kind": "list", "points": [{"energy": 1}, {"agro": 1}]}}, "point 2"),
    ({"design": {"kind": "zip"}, "vary": {"energy": [0, 1], "agro": [1]}}, "one length"),
    ({"design": {"kind": "zip"}, "vary": {"energy": "prior"}}, "zip needs values"),
    ({"rules": {"less": {"without": ["ties.copy"]}}}, "unknown rule"),
    ({"rules": {"own": {"replace": {"ties.meet": "nowhere.py:meet"}}}}, "nowhere.py"),
    ({"rules": {"own": {"replace": {"ties.meet": "meet"}}}}, "is not a rule"),
    ({"design": {"kind": "grid", "levels": 10_000}, "vary_roles": ["fit"]}, "are more than"),
]


@pytest.mark.parametrize(("told", "message"), BAD, ids=[str(told)[:70] for told, _ in BAD])
def test_a_spec_that_cannot_be_run_says_why(told: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as problem:
        plan(**told)
    assert message in str(problem.value)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [("scenarios = [", "cannot be read as TOML"), ("", "'scenarios' is missing"), ("\x00", "cannot be read as TOML")],
)
def test_a_file_that_is_no_spec_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(BadInput, match=message):
        SweepSpec.read(tmp_path / "s.toml")


def test_a_spec_that_is_not_there_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="did you mean 'blocs'"):
        SweepSpec.read("bloc")
    with pytest.raises(BadInput, match="no such file"):
        SweepSpec.read(tmp_path / "none.toml")


@pytest.mark.parametrize("text", ["energy\n", "energy,agro\n1\n", "energy\n1,2\n"])
def test_a_file_of_points_with_holes_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "points.csv").write_text(text)
    (tmp_path / "s.toml").write_text('scenarios = ["as-is"]\n[design]\nkind = "list"\nfile = "points.csv"\n')
    with pytest.raises(BadInput):
        Plan.of(SweepSpec.read(tmp_path / "s.toml"))
