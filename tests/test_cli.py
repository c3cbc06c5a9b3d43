"""The command line, as its user meets it: what it writes, what it refuses, and what it leaves alone."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typed import corridors

from abm.errors import BadInput
from corridors.output import written_whole
from experiments.sweeps import SweepSpec
from tests.processes import HEARING

ROOT = Path(__file__).parents[1]
FILES = {"runs.parquet", "summary.csv", "bands.csv", "manifest.json", "chart.png", "chart.svg"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main job with few seeds, by its own command."""
    out = tmp_path_factory.mktemp("results") / "first"
    words = ["run", "corridor-first", "--against", "declarations", "--seeds", "6", "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        assert corridors(patch, *words) == 0
    return out


# ------------------------------------------------------------------------------------------------ what it writes


def test_the_main_job_writes_runs_summary_manifest_and_chart(results: Path) -> None:
    assert {p.name for p in results.iterdir()} == FILES
    assert all(p.stat().st_size > 0 for p in results.iterdir())


def test_runs_are_tidy_in_pandas_and_in_duckdb_with_one_line(results: Path) -> None:
    import duckdb
    import pandas as pd

    frame = pd.read_parquet(results / "runs.parquet")
    assert set(frame.scenario) == {"corridor-first", "declarations", "frozen", "as-is"}
    assert len(frame) == 4 * 6 * 132
    assert not frame.duplicated(["scenario", "seed", "month"]).any()
    assert str(frame.month.min()) == "2025-01-01"
    path = results / "runs.parquet"
    found = duckdb.sql(f"select scenario, avg(trade_KZ_KG) from '{path}' group by all order by 1").fetchall()
    means = frame.groupby(frame.scenario.astype(str)).trade_KZ_KG.mean()
    assert [name for name, _ in found] == list(means.index)
    assert [value for _, value in found] == pytest.approx(list(means), rel=1e-6)


def test_the_file_of_runs_holds_what_the_model_gave(results: Path) -> None:
    import pandas as pd

    from abm.runs import simulate
    from calibration import posterior

    frame = pd.read_parquet(results / "runs.parquet")
    part = frame[(frame.scenario == "declarations") & (frame.seed == 4)]
    again = simulate("declarations", [4], posterior.read().sets(5)[4:]).of("surplus")[0]
    assert (part.surplus.to_numpy() == again).all()


def test_the_summary_has_every_headline_figure_and_the_paired_differences(results: Path) -> None:
    with (results / "summary.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ids = {row["id"] for row in rows}
    futures = {"future_economic", "future_alliances", "future_fragmentation", "future_external"}
    assert ids >= {"trade_2025", "trade_2030", "cost_cut", "jobs", "raw_share_2025", *futures}
    differences = [row for row in rows if row["kind"] == "paired difference"]
    assert len(differences) == 9  # the two ties that moved most among them
    assert all(float(r["model_low"]) <= float(r["model_median"]) <= float(r["model_high"]) for r in differences)


def test_the_manifest_is_enough_to_repeat_the_run(results: Path, tmp_path: Path) -> None:
    from abm.scenario import Scenario, lever_table

    told = json.loads((results / "manifest.json").read_text())
    assert told["seeds"] == {"first": 0, "count": 6}
    assert told["complete"] is True
    assert told["uncertainty"] == "posterior"
    assert len(told["parameters"]["trade_elasticity"]) == 6  # one draw of the posterior a run
    assert told["parameters"]["trade_adjustment"] == 0.48  # not fitted
    assert set(told["versions"]) >= {"corridors", "numpy", "numba", "python"}
    assert len(told["data"]["ties.csv"]) == 64
    assert re.match(r"commit [0-9a-f]{40}|version ", told["code"])
    for name, text in told["scenarios"].items():
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        assert (lever_table(Scenario.read(path)) == lever_table(Scenario.read(name))).all()


def test_the_answer_tells_figures_differences_origins_and_failures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "run", "corridor-first", "--against", "declarations", "--seeds", "4") == 0
    told = capsys.readouterr().out
    for words in ("KZ-KG trade 2030", "Paired difference", "What the model gets wrong", "Where each number comes from",
                  "economic-driven integration", "opinions of about 30 experts"):  # fmt: skip
        assert words in told


def test_a_past_episode_is_replayed_and_held_against_its_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "run", "kgtj-hindcast", "--seeds", "20") == 0
    assert "KG-TJ trade 2023 over 2020" in capsys.readouterr().out


# ----------------------------------------------------------------------------------------------- what it refuses

SCENARIOS = {
    "misspelt lever": ('[[change]]\nat = "2026-01"\nabec_program = 3', "abec_programme"),
    "misspelt tie": ('[[change]]\nat = "2026-01"\n"reform_KZ-KGG" = 3', "reform_KZ-KG"),
    "lever out of range": ('[[change]]\nat = "2026-01"\nabec_programme = 500', "0 to 120 mn US$/yr"),
    "not a number": ('[[change]]\nat = "2026-01"\nabec_programme = nan', "0 to 120"),
    "wrong type": ('[[change]]\nat = "2026-01"\nabec_programme = "sixty"', "must be a number in mn US$/yr"),
    "wrong word": ('[[change]]\nat = "2026-01"\ndiplomacy = "sustaned"', "sustained"),
    "no such month": ('[[change]]\nat = "2026-13"\nenergy = 3', "is not a month"),
    "month outside": ('[[change]]\nat = "2050-01"\nenergy = 3', "2025-01 to 2035-12"),
    "date lever outside": ('[[change]]\nat = "2026-01"\nhub_open = "2050-01"', "2025-01 to 2035-12"),
    "change without date": ("[[change]]\nenergy = 3", "needs a date"),
    "single brackets": ('[change]\nat = "2026-01"', "double brackets"),
    "broken TOML": ('title = "x', "cannot be read as TOML"),
    "misspelt key": ('titel = "x"', "title"),
    "unknown parent": ('based_on = "as-iss"', "as-is"),
    "unknown agent": ("[initial.KZ-KK]\nstart_trade = 3", "KZ-KG"),
    "unknown start": ("[initial.KZ-KG]\nstart_trad = 3", "start_trade"),
    "start out of range": ("[initial.KZ-KG]\nstart_trust = 3", "share from 0 to 1"),
    "trade below zero": ("[initial.KZ-KG]\nstart_trade = -1", "start_trade' of KZ-KG = -1 must be"),
    "no years": ("years = 0", "1 to 100"),
}


@pytest.mark.parametrize("case", SCENARIOS)
def test_a_faulty_scenario_gets_one_message_and_nothing_is_written(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, hint = SCENARIOS[case]
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert corridors(monkeypatch, "run", str(path), "--seeds", "2", "--out", str(tmp_path / "out")) == 2
    told = capsys.readouterr()
    lines = [line for line in told.err.splitlines() if line]
    assert len(lines) == 1
    assert hint in lines[0]
    assert "mine" in lines[0]
    assert told.out == ""
    assert [p.name for p in tmp_path.iterdir()] == ["mine.toml"]


WORDS = {
    "scenario": (["run", "corridor-frst"], "corridor-first"),
    "parameter": (["run", "as-is", "--set", "trade_elasticty=2"], "trade_elasticity"),
    "parameter out of range": (["run", "as-is", "--set", "execution=3"], "outside 0 to 1"),
    "parameter without number": (["run", "as-is", "--set", "execution=high"], "name=number"),
    "seeds": (["run", "as-is", "--seeds", "0"], "1 to 10000"),
    "firms": (["run", "as-is", "--firms", "3"], "10 to"),
    "threads": (["run", "as-is", "--threads", "0"], "1 or more"),
    "keep": (["run", "as-is", "--keep", "everything"], "headline"),
    "against itself": (["run", "as-is", "--against", "as-is"], "against itself"),
    "years that differ": (["run", "kgtj-hindcast", "--against", "as-is"], "different years"),
    "name": (["explain", "hub_place"], "hub_places"),
}


@pytest.mark.parametrize("case", WORDS)
def test_a_faulty_word_on_the_command_line_gets_one_message(
    case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words, hint = WORDS[case]
    assert corridors(monkeypatch, *words) == 2
    assert hint in capsys.readouterr().err


def test_a_results_folder_is_never_overwritten_without_force(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (results / "summary.csv").read_bytes()
    words = ["run", "as-is", "--seeds", "2", "--no-chart", "--out", str(results)]
    assert corridors(monkeypatch, *words) == 2
    assert "--force" in capsys.readouterr().err
    assert (results / "summary.csv").read_bytes() == before


def test_force_replaces_results_but_never_a_folder_of_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    words = ["run", "as-is", "--seeds", "2", "--no-chart", "--force", "--out"]
    assert corridors(monkeypatch, *words, str(tmp_path)) == 2
    assert (tmp_path / "thesis.doc").exists()
    for _ in range(2):
        assert corridors(monkeypatch, *words, str(tmp_path / "out")) == 0
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def half_written(out: Path) -> None:
    """A disk that fills up in the middle of writing."""
    with written_whole(out) as folder:
        (folder / "manifest.json").write_text("half")
        raise OSError("disk full")


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with written_whole(out) as folder:
        (folder / "manifest.json").write_text("old")
    with pytest.raises(BadInput, match="disk full; nothing was written"):
        half_written(out)
    assert (out / "manifest.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal to one process")
def test_an_interrupt_leaves_finished_runs_readable(tmp_path: Path) -> None:
    import pandas as pd

    out = tmp_path / "out"
    words = [
        sys.executable,
        "-m",
        "corridors.main",
        "run",
        "as-is",
        "--seeds",
        "10000",
        "--no-chart",
        "--out",
        str(out),
    ]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **HEARING)
    deadline = time.monotonic() + 100
    size = 0
    while size < 3_000_000 and time.monotonic() < deadline:  # a few chunks have reached the disk
        parts = list(tmp_path.glob(".out.partial-*/runs.parquet"))
        size = parts[0].stat().st_size if parts else 0
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=100)
    assert process.returncode == 130
    assert b"Traceback" not in told
    assert b"interrupted: the answer is of" in told
    frame = pd.read_parquet(out / "runs.parquet", columns=["scenario", "seed"])
    counts = frame.groupby("scenario", observed=True).seed.nunique()
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["complete"] is False
    assert (counts == manifest["seeds"]["count"]).all()
    assert 0 < manifest["seeds"]["count"] < 10000


# --------------------------------------------------------------------------------------------- what it explains


NAMES = ("trade_elasticity", "abec_programme", "reform_KZ-KG", "hub_jobs", "review", "ties.price", "corridor-first",
         "trade_2030", "Firm", "KZ-KG", "BoehmEtAl2023")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_sort_of_name_is_explained(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "explain", name) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 2


def test_every_parameter_and_lever_is_explained_with_its_readers(capsys: pytest.CaptureFixture[str]) -> None:
    from abm import levers, parameters
    from corridors.explain import explain_name

    for name in [*parameters.describe(), *levers.describe()]:
        explain_name(name)
        told = capsys.readouterr().out
        assert "read by" in told
        assert "nobody" not in told, name


def test_scenarios_are_listed_with_one_line_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from abm.scenario import Scenario

    assert corridors(monkeypatch, "scenarios") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[: len(Scenario.names())]] == Scenario.names()
    assert all(len(line.split()) > 2 for line in told[: len(Scenario.names())])


@pytest.mark.parametrize(
    ("words", "never"),
    [
        ("['--help']", {"numpy", "numba", "mesa", "pandas", "matplotlib", "pyarrow"}),
        ("['scenarios']", {"numpy", "numba", "mesa", "pandas", "matplotlib", "pyarrow"}),
        ("['run', 'as-is', '--seeds', '2']", {"mesa", "pandas", "matplotlib"}),
    ],
)
def test_commands_import_only_what_they_need(words: str, never: set[str]) -> None:
    code = (
        f"import sys; sys.argv = ['corridors', *{words}]\n"
        "from corridors.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('IMPORTED', *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    imported = set(told.rpartition("IMPORTED")[2].split())
    assert imported & never == set()


# ------------------------------------------------------------------------------------------------- the README


def readme(language: str) -> str:
    """All code blocks of the README in a language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


QUICKLY = {
    "run": ["--seeds", "2", "--no-chart"],
    "compare": ["--seeds", "2"],
    "ablate": ["--seeds", "2"],
    "figures": ["--draws", "4", "--firms", "50"],
    "outlook": ["--draws", "4", "--replicates", "2", "--firms", "50"],
    "calibrate": ["--draws", "64", "--firms", "50", "--workers", "1"],
    "search": ["--runs", "20", "--fresh", "20", "--generations", "2", "--firms", "50"],
}


def smaller(spec: SweepSpec) -> SweepSpec:
    """The same sweep with fewer points, seeds and firms."""
    design = spec.design.model_copy(update={"points": 512, "trajectories": 4})
    return spec.model_copy(update={"replications": 1, "firms": 50, "design": design})


def test_commands_of_the_readme_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As written, with fewer runs; and its lines of Python on what they leave."""
    lines = [line for line in readme("sh").splitlines() if "bin/corridors" in line or "--no-sync corridors" in line]
    lines = [line for line in lines if not line.endswith("corridors app")]  # serves until it is stopped
    assert len(lines) == 14
    read = SweepSpec.read
    monkeypatch.setattr(SweepSpec, "read", staticmethod(lambda name: smaller(read(name))))
    monkeypatch.chdir(tmp_path)
    for line in lines:
        words = shlex.split(line.partition("corridors ")[2], comments=True)
        assert corridors(monkeypatch, *words, *QUICKLY.get(words[0], [])) == 0, line
    exec(readme("python"), {})


def test_the_readmes_make_commands_exist_and_run_the_main_job() -> None:
    told = readme("sh")
    make = (ROOT / "Makefile").read_text()
    assert told.startswith("make run")
    for target in re.findall(r"(?:^|`)make (\w+)", told + (ROOT / "README.md").read_text(), re.MULTILINE):
        assert re.search(rf"^{target}:", make, re.MULTILINE), target
    assert "corridors run corridor-first --against declarations --seeds 200 --out results/first --force" in make


def test_an_unwritable_place_is_refused_before_anything_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    from corridors.output import check_place

    with pytest.raises(BadInput, match="file or a link"):
        check_place(ROOT / "README.md", True)
    monkeypatch.setattr(os, "access", lambda *ignored: False)
    with pytest.raises(BadInput, match="cannot be written"):
        check_place(ROOT / "no-such-folder" / "out", False)


def test_an_interrupt_waits_until_a_chunk_is_written_for_all_scenarios() -> None:
    from corridors.run import _unbroken

    before = signal.getsignal(signal.SIGINT)
    written = []

    def write_a_chunk() -> None:
        with _unbroken():
            for scenario in ("one", "other"):
                signal.raise_signal(signal.SIGINT)
                written.append(scenario)

    with pytest.raises(KeyboardInterrupt):
        write_a_chunk()
    assert written == ["one", "other"]
    assert signal.getsignal(signal.SIGINT) is before
