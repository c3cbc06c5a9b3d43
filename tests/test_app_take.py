"""What a visitor takes away says what the page says: the link, the file, the lines of Python, the command."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import pytest
from typed import corridors

from abm.scenario import Scenario, lever_table
from app.bands import ODDS_YEARS, series
from app.ensemble import Shelf, all_runs, made
from app.headline import headline
from app.link import Question, model_version, read
from app.take import taken
from calibration.answer import Answer

FEW = "seeds=12&firms=60"
QUESTIONS = {
    "as the page opens": FEW,
    "changed levers": f"scenario=as-is&against=frozen&2026-01=reform_KZ-KG:9;hub_open:2029-06&2030-03=agro:20&{FEW}",
    "parameters held": f"2026-01=drought:0.3&set=trade_elasticity:5;execution:0.9&first=1995&{FEW}",
    "defaults": f"numbers=defaults&set=trade_elasticity:5&world=scenario&2027-01=drought:0.3&{FEW}",
    "no parameter held": f"numbers=defaults&2027-01=diplomacy:none&{FEW}",
    "one scenario, changed": f"scenario=as-is&against=as-is&2026-01=reform_KZ-KG:10;drought:0.3&{FEW}",
}
asked = pytest.mark.parametrize("question", [read(q) for q in QUESTIONS.values()], ids=list(QUESTIONS))


def page(question: Question) -> list[dict[str, Any]]:
    """The odds that the page shows."""
    from app.ensemble import Region

    one, other = (made(s, question, question.seeds, 1, shelf=Shelf()) for s in (question.story(), question.ground()))
    return list(series(Region(one, other, other, question.seeds))["odds"])


# --------------------------------------------------------------------------------------------------- link, file, Python


@asked
def test_the_link_holds_the_whole_question_and_the_models_version(question: Question) -> None:
    again = read(taken(question)["link"])
    assert again.model == model_version()
    assert again == read(f"{question.address()}&model={model_version()}".lstrip("&"))


@asked
def test_the_file_reads_back_as_the_scenario(question: Question) -> None:
    text = taken(question)["toml"]
    assert (lever_table(Scenario.of_toml(text, "mine")) == lever_table(question.story())).all()
    assert f"# against {question.against}" in text


@asked
def test_the_lines_of_python_print_the_figures_of_the_page(
    question: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    """All paired differences that both speak of, to the figures that the page sends."""
    found: dict[str, Any] = {}
    exec(taken(question)["python"], found)
    assert "KZ-KG" in capsys.readouterr().out
    table = found["table"].set_index(["measure", "who", "year"])
    rows = [row for row in page(question) if row["key"] in ("trade KZ-KG", "trust KZ-KG", "attention KZ", "surplus")]
    assert len(rows) == 4 * len(ODDS_YEARS)
    for row in rows:
        measure, _, who = row["key"].partition(" ")
        told = table.loc[(measure, who or "region", row["year"])]
        for name in ("low", "median", "high", "level", "level_against"):
            assert told[name] == pytest.approx(row[name], rel=1e-3, abs=1e-6), row["key"]


def test_a_simple_scenario_takes_at_most_ten_lines() -> None:
    for link in ("", "2026-01=reform_KZ-KG:10"):
        assert len(taken(read(link))["python"].splitlines()) <= 10


# --------------------------------------------------------------------------------------------------------- the command


def answered(monkeypatch: pytest.MonkeyPatch, *words: str) -> Answer:
    """What the command is about to print."""
    heard: list[Answer] = []
    monkeypatch.setattr("corridors.report.show", lambda found, *ignored: heard.append(found))
    assert corridors(monkeypatch, *words) == 0
    return heard[0]


@asked
def test_the_command_prints_the_table_of_the_page(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    told = headline(question, all_runs(question, question.seeds, 1))
    found = answered(monkeypatch, *shlex.split(taken(question)["command"])[1:])
    rows = [(r.figure.id, r.judged, r.band.low, r.band.median, r.band.high, r.verdict) for r in found.rows]
    assert rows == [(r["id"], r["judged"], *r["band"], r["verdict"]) for r in told["rows"]]
    keys = ("measure", "who", "year", "unit", "more", "less")
    differences = [
        ([getattr(d, key) for key in keys], [d.band.low, d.band.median, d.band.high]) for d in found.differences
    ]
    assert differences == [([d[key] for key in keys], d["band"]) for d in told["differences"]]
    assert found.seeds == question.seeds


def test_a_whole_link_of_another_machine_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    found = answered(monkeypatch, "run", "--link", f"https://example.org:8765/?{FEW}&lang=ru&theme=dark")
    assert (found.scenario, found.against, found.seeds) == ("corridor-first", "declarations", 12)


def test_a_link_of_another_model_is_run_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "run", "--link", f"?model=0.0-abc&{FEW}") == 0
    assert "made with model 0.0-abc" in capsys.readouterr().err
    assert corridors(monkeypatch, "run", "--link", f"?model={model_version()}&{FEW}") == 0
    assert capsys.readouterr().err == ""


def test_a_link_writes_results_that_say_where_they_come_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    import json

    out = tmp_path / "out"
    link = f"?{FEW}&first=7&numbers=defaults"
    assert corridors(monkeypatch, "run", "--link", link, "--no-chart", "--out", str(out)) == 0
    told = json.loads((out / "manifest.json").read_text())
    assert told["seeds"] == {"first": 7, "count": 12}
    assert (told["firms"], told["uncertainty"]) == (60, "defaults")
    assert link in told["command"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["corridor-first", "--link", "?"], "leave out a scenario"),
        (["--link", "?", "--against", "frozen", "--seeds", "200"], "leave out --against and --seeds"),
        (["--link", "?", "--set", "execution=1", "--defaults"], "leave out --set and --defaults"),
        (["--link", "?scenario=coridor-first&against=as-is"], "did you mean 'corridor-first'"),
        (["--link", "?2026-01=drought:5"], "outside 0 to 0.6"),
        (["--link", "?scenario=as-is&against=as-is"], "does not differ"),
        (["--link", "?", "--threads", "0"], "1 or more"),
        ([], "name a scenario"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_line(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "run", *words) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1


def test_reading_a_link_needs_no_server() -> None:
    """`corridors run --link` starts as fast as any other run."""
    import subprocess

    code = (
        "import sys; sys.argv = ['corridors', 'run', '--link', '?seeds=10&firms=50']\n"
        "from corridors.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('IMPORTED', *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    root = str(Scenario.read.__globals__["SHIPPED"].parents[1])
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root).stdout
    assert not {"solara", "starlette", "uvicorn", "pandas"} & set(told.rpartition("IMPORTED")[2].split())
