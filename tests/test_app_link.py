"""An address holds a whole question, and nothing that a stranger writes into it gets past the bounds."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import BadInput
from abm.parameters import describe
from abm.scenario import Scenario, find_lever, lever_names, lever_table
from app import link
from app.link import Dated, Question
from app.visit import BROKEN

WORLD = Scenario.read("as-is").world()
NAMES = lever_names(WORLD)


def values_of(written: str) -> st.SearchStrategy[float | str]:
    """Values that a scenario's file may give a lever."""
    known, _ = find_lever(written, WORLD)
    if known.form.startswith("date"):
        return st.sampled_from(["never", "2026-01", "2035-12"])
    if known.form == "choice":
        return st.sampled_from(known.words)
    return (
        st.floats(known.low, known.high).map(lambda x: float(f"{x:.8g}")).filter(lambda x: known.low <= x <= known.high)
    )


changes = st.sampled_from(NAMES).flatmap(
    lambda name: st.builds(Dated, st.sampled_from(["2026-01", "2029-03", "2035-12"]), st.just(name), values_of(name))
)
sets = st.sampled_from([n for n, d in describe().items() if d.role == "fit"]).flatmap(
    lambda n: st.tuples(st.just(n), st.floats(describe()[n].low, describe()[n].high).map(lambda x: float(f"{x:.8g}")))
)
questions = st.builds(
    Question,
    scenario=st.sampled_from(link.offered()),
    against=st.sampled_from(link.offered()),
    changes=st.lists(changes, max_size=8, unique_by=lambda c: (c.at, c.lever)).map(
        lambda found: tuple(sorted(found, key=lambda c: c.at))
    ),
    sets=st.lists(sets, max_size=3, unique_by=lambda pair: pair[0]).map(tuple),
    world=st.sampled_from([link.BOTH, link.SCENARIO]),
    numbers=st.sampled_from([link.POSTERIOR, link.DEFAULTS]),
    seeds=st.integers(link.FEWEST_RUNS, link.MOST_RUNS),
    first=st.integers(0, link.LAST_SEED),
    firms=st.integers(link.FEWEST_FIRMS, 600),
)


@given(questions)
def test_an_address_opens_the_question_that_wrote_it(question: Question) -> None:
    assert link.read(question.address()) == question
    assert link.read("https://somewhere.example/compare?" + question.address() + "&lang=ru") == question


@pytest.mark.parametrize("value", [1 / 3, 0.1 + 0.2, 0.123456789012345, 5e-324])
def test_an_address_keeps_every_digit_so_that_it_opens_the_same_figures(value: float) -> None:
    question = link.checked(Question(changes=(Dated("2026-01", "drought", value),)))
    assert link.read(question.address()) == question
    held = link.checked(Question(sets=(("scared_upstream", describe()["scared_upstream"].default),)))
    assert link.read(held.address()) == held


@pytest.mark.parametrize(
    "written",
    [
        "?seeds=10", " ?seeds=10\n", "/compare?seeds=10#top", "localhost:8765/?seeds=10", "seeds=10#top",
        "http://[::1]:8765/compare?seeds=10", "http://[x?seeds=10", "//\u2100.example/?seeds=10",
    ],
)  # fmt: skip
def test_a_link_is_read_from_its_question_mark_on_wherever_it_leads(written: str) -> None:
    assert link.read(written) == Question(seeds=10)


@pytest.mark.parametrize("written", ["https://somewhere.example/compare", "/compare#seeds=10", "#top", "?"])
def test_a_link_without_a_question_opens_the_plain_page(written: str) -> None:
    assert link.read(written) == Question()


@given(st.text() | st.text("?&=;:#/%[]. -_+", max_size=30) | questions.map(lambda q: "http://[" + q.address()[1:]))
def test_whatever_is_written_is_read_or_refused_in_one_message(written: str) -> None:
    with suppress(BadInput):
        link.read(written)


@given(st.sampled_from(["reform_all:3;reform_KZ-KG:9", "reform_KZ-KG:9;reform_all:3"]))
def test_of_two_names_of_one_lever_in_one_month_the_later_in_the_address_holds(said: str) -> None:
    question = link.read(f"2029-03={said}")
    assert question.address() == f"2029-03={said}"
    found = lever_table(question.story())["reform"][50:, WORLD.names("ties").index("KZ-KG")]
    assert (found == float(said[-1])).all()


def test_the_plain_page_needs_no_address() -> None:
    assert Question().address() == ""
    assert link.read("") == link.read("https://somewhere.example/") == Question()


CRAFTED = [
    ("scenario=/etc/passwd", "unknown scenario"),
    ("scenario=../abm/scenarios/as-is.toml", "unknown scenario"),
    ("scenario=corridor-frist", "did you mean 'corridor-first'"),
    ("scenario=kgtj-hindcast", "unknown scenario"),  # another base year
    ("2026-01=reform_KZ-KG:11", "outside 0 to 10"),
    ("2026-01=reform_KZ-KG:nan", "must be a number"),
    ("2026-01=reform_KZ-KG:1_0", "must be a number"),
    ("2026-01=diplomacy:loud", "unknown word"),
    ("2026-01=hub_open:2040-01", "outside 2025-01 to 2035-12"),
    ("2040-01=drought:.1", "outside 2025-01 to 2035-12"),
    ("2026-13=drought:.1", "not a month"),
    ("2026-01=__class__:1", "unknown lever"),
    ("2026-01=at:2027-01", "unknown lever"),
    ("2026-01=drought", "write name:value"),
    ("2026-01=drought:.1;drought:.2", "set twice"),
    ("2026-01=drought:.1&2026-01=drought:.2", "given twice"),
    ("set=trade_elasticity:1e9", "outside"),
    ("set=trade_elasticity:inf", "must be a number"),
    ("set=nothing:1", "unknown parameter"),
    ("set=execution:1&set=trade_elasticity:3", "given twice"),
    ("seeds=401", "outside 10 to 400"),
    ("seeds=1e2", "whole number"),
    ("seeds=-5", "whole number"),
    ("firms=601", "outside 50 to 600"),
    ("first=1000001", "outside 0 to 1000000"),
    ("model=<script>", "not a version"),
    ("world=mine", "unknown word"),
    ("numbers=prior", "unknown word"),
    ("colour=red", "unknown key"),
    ("scenario=corridor%0Afirst", "cannot be printed"),  # a message is one line, and no command to a terminal
    ("scenario=%1b[2J", "cannot be printed"),
    ("scenario=\ud800", "cannot be printed"),
    ("nothing", "not a list of key=value"),
    ("a=1&" * 100, "not a list of key=value"),
    ("2026-01=" + ";".join(f"x{i}:1" for i in range(900)), "characters are too many"),
]


@pytest.mark.parametrize(("address", "told"), CRAFTED)
def test_a_crafted_address_is_refused_with_what_is_wrong(address: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        link.read(address)


def test_a_refusal_is_told_in_russian_to_a_page_in_russian(visit: Any) -> None:
    """Whatever is wrong with a link; only what the visitor wrote, and names that can be written, stay as they are."""

    def refusal(address: str) -> str:
        with pytest.raises(BadInput) as found:
            link.read(address)
        return str(found.value)

    page = visit("/?lang=ru")
    for address, _ in CRAFTED:
        told = page.evaluate("english => corridors.refusal(english)", refusal(address))
        plain = re.sub("«[^»]*»|; есть: .*|имя:значение|^set: ", "", told)
        assert not re.search("[A-Za-z]{2}", plain), told  # 1e+09 is a number
    for address, russian in {
        "2026-01=drought:0.7": "2026-01: «drought» = 0,7 вне пределов от 0 до 0,6 (доля)",
        "2026-01=drought:1e300": "2026-01: «drought»: огромное число вне пределов от 0 до 0,6 (доля)",
        "2026-01=drought:o'x": "2026-01: «drought» должно быть числом (доля), а не «o'x»",
        "set=trade_elasticity:30": "set: параметр «trade_elasticity» = 30 вне пределов от 0 до 24 (априори от 3 до 6)",
        "set=execution:1.5": "set: параметр «execution» = 1,5 вне пределов от 0 до 1 (доля; априори от 0,2 до 1)",
        "seeds=constructor": "«seeds» должно быть целым числом, а не «constructor»",
        "2026-01=drought:share": "2026-01: «drought» должно быть числом (доля), а не «share»",
    }.items():
        assert page.evaluate("english => corridors.refusal(english)", refusal(address)) == russian
    for english in (BROKEN, "something else"):
        told = page.evaluate("english => corridors.refusal(english)", english)
        assert (told == english) is (english != BROKEN)


def test_what_a_stranger_wrote_at_length_is_neither_repeated_nor_searched(visit: Any) -> None:
    """A name full of quotes can be cut in very many ways: trying them all would stop the page."""
    name = "x'parameter '" + "".join(part * 20 for part in ("' = ", " is outside ", " to ", " ", " (prior ", " to "))
    for address in (f"2026-01={name}:1", f"set={name}:1"):
        with pytest.raises(BadInput, match="write name:value") as found:
            link.read(address)
        assert len(str(found.value)) < 200
    page = visit("/?lang=ru")
    assert page.evaluate("text => corridors.refusal(text)", f"unknown lever '{name}'") == f"unknown lever '{name}'"


def test_too_many_changes_are_refused() -> None:
    with pytest.raises(BadInput, match="61 changes are too many"):
        link.checked(
            Question(changes=tuple(Dated(f"20{26 + i // 12}-{i % 12 + 1:02d}", "drought", 0.1) for i in range(61)))
        )


def test_the_world_holds_for_both_and_a_policy_for_the_scenario_alone() -> None:
    address = "2029-03=drought:.2;reform_KZ-KG:10;bloc_activism_EAEU:2;border_shut_KG-TJ:6"
    shared = {name for c in link.read(address).ground().changes for name, _ in c.levers}
    assert {"drought", "bloc_activism_EAEU", "border_shut_KG-TJ"} <= shared
    assert "reform_KZ-KG" not in shared
    alone = link.read(address + "&world=scenario")
    assert alone.ground() == Scenario.read("declarations")
    assert {name for c in alone.story().changes if c.at == "2029-03" for name, _ in c.levers} == {
        "drought", "reform_KZ-KG", "bloc_activism_EAEU", "border_shut_KG-TJ",
    }  # fmt: skip


def test_runs_have_the_draws_that_the_command_line_gives_them() -> None:
    from calibration import posterior

    shipped = posterior.read(check=False)
    assert link.parameter_sets(Question(seeds=12)) == shipped.sets(12)
    assert link.parameter_sets(Question(seeds=10, first=2)) == shipped.sets(12)[2:]
    assert len(link.parameter_sets(Question(seeds=10, first=shipped.draws - 3))) == 10
    held = link.parameter_sets(Question(seeds=10, sets=(("trade_elasticity", 2.0),)))
    assert {draw.trade_elasticity for draw in held} == {2.0}
    assert held[3].bloc_pull == shipped.sets(4)[3].bloc_pull
