"""Why, and compared with what: shares make up the page's own difference, and scenarios meet under the same luck."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from app.compare import COMPARED, compared
from app.ensemble import made
from app.link import Question, parameter_sets, read
from app.why import FEWEST, MOST_PARTS, why
from experiments.compare import compare

FEW = "seeds=20&firms=60"
MANY = f"{FEW}&2027-01=education:20;energy:1;settlement:1;joint_fund:20;agro:30;reform_KZ-UZ:5;reform_KG-UZ:5"


def paired(question: Question, measure: str, who: str, year: int) -> Any:
    """The paired difference of the runs that the page shows."""
    one, other = (made(story, question, question.seeds, 1).first(question.seeds, question)
                  for story in (question.story(), question.ground()))  # fmt: skip
    return one.year(measure, who, year) - other.year(measure, who, year)


def total_of(found: dict[str, Any]) -> float:
    return float(sum(part["mean"] for part in found["parts"]))


# ---------------------------------------------------------------------------------------------------------------- why?


@pytest.mark.parametrize("link", [FEW, f"{FEW}&first=30&set=trade_elasticity:3", f"{FEW}&2027-01=drought:0.3"])
def test_shares_of_levers_make_up_the_difference_that_the_page_shows(link: str) -> None:
    """With the visitor's seeds and parameters, one draw of the posterior a run."""
    question = read(link)
    found = why(question, "trade", "KZ-KG", 2031)
    gap = paired(question, "trade", "KZ-KG", 2031)
    assert found["seeds"] == question.seeds
    assert found["difference"]["mean"] == pytest.approx(gap.mean(), abs=1e-6)
    assert found["difference"]["low"] == pytest.approx(np.quantile(gap, 0.1), abs=1e-6)
    assert total_of(found) == pytest.approx(gap.mean(), abs=1e-6)
    assert found["bare"] is None
    assert sum(part["percent"] for part in found["parts"]) == pytest.approx(100)
    assert {lever for part in found["parts"] for lever in part["levers"]} == {"abec_programme", "reform", "hub_open"}


def test_what_is_not_asked_is_trade_of_the_corridor_in_2030() -> None:
    found = why(read(FEW))
    assert (found["measure"], found["who"], found["year"], found["what"]) == ("trade", "KZ-KG", 2030, "levers")
    assert found["address"] == read(FEW).address()


def test_works_and_reform_need_each_other() -> None:
    assert why(read(FEW))["verdict"] == "need"
    alone = read(f"scenario=declarations&against=declarations&2026-01=reform_KZ-KG:10&{FEW}")
    assert why(alone)["verdict"] == "one"


def test_many_levers_are_divided_into_few_parts_and_nothing_is_lost() -> None:
    question = read(MANY)
    found = why(question, "regional_trade", "region", 2035)
    assert len(found["parts"]) == MOST_PARTS["levers"]
    assert sum(part["others"] for part in found["parts"]) == 1
    assert total_of(found) == pytest.approx(paired(question, "regional_trade", "region", 2035).mean(), abs=1e-5)
    stands = [(lever, who) for part in found["parts"] for lever, members in part["levers"].items()
              for who in members or [""]]  # fmt: skip
    assert len(stands) == len(set(stands))
    assert {("reform", tie) for tie in ("KZ-KG", "KZ-UZ", "KG-UZ")} < set(stands)
    assert {name for name, _ in stands} == {"abec_programme", "reform", "hub_open", "education", "energy",
                                           "settlement", "joint_fund", "agro"}  # fmt: skip


def test_mechanisms_and_what_is_there_without_them_make_up_the_difference() -> None:
    question = read(FEW)
    found = why(question, what="mechanisms")
    gap = paired(question, "trade", "KZ-KG", 2030).mean()
    assert len(found["parts"]) == MOST_PARTS["mechanisms"]
    assert found["seeds"] >= FEWEST
    assert found["bare"]["mean"] + total_of(found) == pytest.approx(gap, abs=1e-6)
    roads = next(part for part in found["parts"] if part["mechanisms"] == ["roads cut transport cost"])
    assert roads["mean"] > 0


def test_changes_that_make_one_scenario_two_are_divided_too() -> None:
    """As-is with reform and drought, against as-is with drought: both are called the same."""
    found = why(read(f"scenario=as-is&against=as-is&2026-01=reform_KZ-KG:10;drought:0.3&{FEW}"))
    assert [part["levers"] for part in found["parts"]] == [{"reform": ["KZ-KG"]}]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"measure": "raw_share"}, "why.ratio"),
        ({"measure": "trad"}, "why.refused"),
        ({"measure": "trade", "who": "KZ-XX"}, "why.refused"),
        ({"measure": "leading_family", "who": "KZ"}, "why.refused"),
        ({"year": 2050}, "why.refused"),
        ({"year": "2030"}, "why.refused"),
        ({"year": True}, "why.refused"),
        ({"who": ["KZ-KG"]}, "why.refused"),
        ({"measure": {"a": 1}}, "why.refused"),
        ({"what": "rules"}, "why.refused"),
        ({"what": 7}, "why.refused"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_run(asked: dict[str, Any], key: str) -> None:
    def run() -> None:
        raise AssertionError("a run was made")

    found = why(read(FEW), **asked, advance=run)
    assert found["message"]["key"] == key
    assert "parts" not in found


def test_where_nothing_differs_there_is_nothing_to_divide() -> None:
    for link in ("scenario=as-is&against=as-is", "scenario=as-is&against=as-is&2026-01=drought:0.3"):
        assert why(read(f"{link}&{FEW}"))["message"]["key"] == "why.same"


def test_a_newer_question_stops_the_division() -> None:
    done: list[int] = []

    class Stopped(Exception):
        pass

    def advance() -> None:
        done.append(1)
        if len(done) == 7:
            raise Stopped

    with pytest.raises(Stopped):
        why(read(FEW), advance=advance)
    assert len(done) == 7


# -------------------------------------------------------------------------------------------------------------- compare


@pytest.fixture(scope="module")
def three() -> dict[str, Any]:
    """The corridor, works alone, and a scenario made otherwise."""
    links = {"All": FEW, "Works": f"scenario=works-only&against=declarations&{FEW}",
             "Odd": "scenario=as-is&against=frozen&numbers=defaults&seeds=30&firms=70&first=2&model=0.0"}  # fmt: skip
    return compared([(name, read(link)) for name, link in links.items()])


def test_all_are_held_against_one_baseline_with_the_same_luck(three: dict[str, Any]) -> None:
    """The same differences as `experiments.compare`, with the seeds, parameters and firms of the first."""
    numbers = parameter_sets(read(FEW))
    table = compare("corridor-first", "works-only", "as-is", against="declarations", seeds=20, parameters=numbers,
                    firms=60).set_index(["scenario", "measure", "who", "year"])  # fmt: skip
    for told, name in zip(three["scenarios"], ("corridor-first", "works-only", "as-is"), strict=True):
        for row in told["odds"]:
            if row["key"] in ("trade KZ-KG", "surplus"):
                measure, _, who = row["key"].partition(" ")
                same = table.loc[(name, measure, who or "region", row["year"])]
                for number in ("low", "median", "high", "level", "level_against"):
                    assert same[number] == pytest.approx(row[number], rel=1e-3, abs=1e-6)


def test_what_another_scenario_was_made_with_is_told(three: dict[str, Any]) -> None:
    assert [one["differs"] for one in three["scenarios"][:2]] == [[], []]
    assert three["scenarios"][2]["differs"] == ["against", "model", "numbers", "seeds", "first", "firms"]


def test_charts_have_every_series_of_every_scenario(three: dict[str, Any]) -> None:
    keys = set(three["against"]["series"])
    assert {three["against"]["series"][key]["measure"] for key in keys} == set(COMPARED)
    for one in three["scenarios"]:
        assert set(one["series"]) == set(one["yearly"]) == keys
        bands = one["series"]["trade KZ-KG"]["gap"]
        low, median, high = (np.array(values) * bands["scale"] for values in bands["of"])
        assert (low <= median).all()
        assert (median <= high).all()
        assert len(median) == three["months"]
