"""`corridors sweep`, `rerun`, `export`: what their user meets."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typed import corridors

from abm.errors import BadInput
from corridors import sweep as sweeps
from experiments.sweeps import Swept, read_parts, read_plan, read_sweep, run_sweep
from experiments.sweeps.export import _as_steps, export
from tests.sweeps import Here, files, small

SPEC = """
title = "Small"
scenarios = ["as-is"]
replications = 4
firms = 50
measures = ["surplus"]
[vary]
energy = [0, 60]
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "s.toml"
    path.write_text(SPEC)
    return str(path)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sweep with its series."""
    out = tmp_path_factory.mktemp("sweeps") / "small"
    run_sweep(small(replications=2), out, Here())
    return out


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: str, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert corridors(monkeypatch, "sweep", spec, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "8 = 1 scenario x 2 points (grid) x 4 seeds" in told
    assert "energy: 0, 60 mn US$/yr, from 2026-01" in told
    assert "time    about" in told
    assert "disk    about" in told
    assert [p.name for p in tmp_path.iterdir()] == ["s.toml"]


def test_the_shipped_sweeps_are_listed_with_their_size(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "sweep") == 0
    told = capsys.readouterr().out
    assert "corridor-x-fta" in told
    assert "1,600 runs" in told


def test_the_schema_is_printed_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert corridors(monkeypatch, "sweep", "--schema") == 0
    assert "scenarios" in json.loads(capsys.readouterr().out)["properties"]


def test_a_sweep_from_the_command_line_is_whole_and_readable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert corridors(monkeypatch, "sweep", spec, "--out", str(out), "--workers", "1", "--keep", "summary,series") == 0
    assert "8 runs of 2 points" in capsys.readouterr().out
    assert len(read_sweep(out)) == 8
    assert len(read_sweep(out, "series")) == 8 * 132
    assert json.loads((out / "manifest.json").read_text())["command"].startswith("corridors sweep")
    assert corridors(monkeypatch, "rerun", str(out), "--run", "5") == 0
    told = capsys.readouterr()
    assert "the same bits" in told.err
    assert "surplus_2030" in told.out
    assert corridors(monkeypatch, "rerun", str(out), "--run", "5", "--series") == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 132
    stored = read_sweep(out, "series")
    assert [np.float32(row["surplus"]) for row in rows] == list(stored[stored["run"] == 5]["surplus"])


def test_a_rerun_that_differs_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: str, tmp_path: Path
) -> None:
    """A stored number is changed behind our back: the run made again does not agree with it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = tmp_path / "out"
    assert corridors(monkeypatch, "sweep", spec, "--out", str(out), "--workers", "1") == 0
    path = next(iter(sorted((out / "runs").glob("*.parquet"))))
    table = pq.read_table(path, partitioning=None)
    column = table.column_names.index("surplus_2035")
    wrong = pa.array(table["surplus_2035"].to_numpy() + np.float32(1))
    pq.write_table(table.set_column(column, table.schema.field(column), wrong), path)
    assert corridors(monkeypatch, "rerun", str(out), "--run", "0") == 1
    assert "NOT what stands" in capsys.readouterr().err


def test_a_lost_part_ends_in_exit_code_three_and_names_its_runs(capsys: pytest.CaptureFixture[str], done: Path) -> None:
    swept = Swept(done, 24, 14, 0, 1.0, {1: "ConnectionError: the worker went away"})
    with pytest.raises(SystemExit) as end:
        sweeps.report(swept, small(replications=2))
    assert end.value.code == 3
    assert "runs 10 to 19 were lost: ConnectionError" in capsys.readouterr().err


def test_failed_runs_end_in_exit_code_three_with_their_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "grief.py").write_text(
        "from abm.engine.rules import each\nfrom abm.ties import Tie\n\n\n@each(Tie)\ndef meet(tie, levers):\n"
        '    """Money brings grief."""\n    if levers.energy > 0:\n        raise ValueError("grief")\n'
    )
    text = "plain = true\n" + SPEC + '[rules.grief]\nreplace = { "ties.meet" = "grief.py:meet" }\n'
    (tmp_path / "s.toml").write_text(text)
    out = tmp_path / "out"
    words = ["sweep", str(tmp_path / "s.toml"), "--out", str(out), "--workers", "1", "--replications", "1"]
    assert corridors(monkeypatch, *words) == 3
    told = capsys.readouterr()
    assert "1 runs failed" in told.err
    assert len(read_sweep(out)) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sweep", "corridor-x-ftb"], "did you mean 'corridor-x-fta'"),
        (["sweep", "{spec}", "--workers", "0"], "--workers 0"),
        (["sweep", "{spec}", "--keep", "rows"], "unknown --keep 'rows'"),
        (["sweep", "{spec}", "--replications", "0"], "'replications' = '0'"),
        (["sweep", "{spec}", "--out", "{spec}"], "is a file"),
        (["sweep", "{spec}", "--out", "{folder}"], "no manifest.json of a sweep"),
        (["sweep", "{spec}", "--out", "{done}"], "holds another sweep"),
        (["rerun", "{folder}", "--run", "1"], "no manifest.json"),
        (["rerun", "{done}", "--run", "-1"], "run -1 is outside 0 to"),
        (["export", "{done}", "--to", "excel"], "unknown format 'excel'"),
        (["export", "{done}", "--part", "rows"], "unknown part"),
        (["export", "{done}", "--out", "{folder}"], "is a folder"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_is_one_message_and_exit_code_two(
    words: list[str], message: str, spec: str, done: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    before = files(done)
    places = {"spec": spec, "folder": str(tmp_path), "done": str(done)}
    assert corridors(monkeypatch, *(word.format(**places) for word in words)) == 2
    told = capsys.readouterr()
    assert message in told.err
    assert len(told.err.strip().splitlines()) == 1
    assert files(done) == before


def test_long_work_wants_a_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(sweeps, "LONG", 0)
    out = tmp_path / "out"
    assert corridors(monkeypatch, "sweep", spec, "--out", str(out)) == 2
    assert "say --yes" in capsys.readouterr().err
    assert not out.exists()
    assert corridors(monkeypatch, "sweep", spec, "--out", str(out), "--workers", "1", "--yes") == 0


@pytest.mark.filterwarnings("ignore")
def test_a_dask_scheduler_that_does_not_answer_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], spec: str, tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(sweeps, "DASK_WAIT", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        assert corridors(monkeypatch, "sweep", spec, "--out", str(tmp_path / "out"), "--dask", address) == 2
        assert f"--dask {address}: no scheduler answers there" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_dask_on_this_machine_gives_the_same_bits(spec: str, tmp_path: Path) -> None:
    """In a process of its own, as a user would: Dask's workers import what they need themselves."""
    pytest.importorskip("distributed")
    for out, words in (("dask", ["--dask", "local", "--workers", "2"]), ("own", ["--workers", "1"])):
        ended = subprocess.run(
            [sys.executable, "-m", "corridors.main", "sweep", spec, "--out", str(tmp_path / out), *words],
            capture_output=True, text=True,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
    assert files(tmp_path / "dask") == files(tmp_path / "own")


# ------------------------------------------------------------------------------------------------------------- exports


def test_csv_holds_every_run(done: Path, tmp_path: Path) -> None:
    import pandas as pd

    frame = read_sweep(done)
    again = pd.read_csv(export(done, "csv", tmp_path / "runs.csv"))
    assert list(again) == list(frame)
    assert again["surplus_2035"].astype("float32").to_numpy() == pytest.approx(
        frame["surplus_2035"].to_numpy(), rel=1e-6
    )
    months = pd.read_csv(export(done, "csv", tmp_path / "series.csv", "series"))
    assert len(months) == 24 * 132


def test_behaviorspace_is_netlogos_table(done: Path, tmp_path: Path) -> None:
    """Six lines of heading, then one quoted row a run and step: what readers of NetLogo's tables skip and expect."""
    with export(done, "behaviorspace", tmp_path / "table.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0].startswith("BehaviorSpace results")
    head = rows[6]
    assert head[0] == "[run number]"
    assert {"trade_elasticity", "diplomacy", "[step]", "surplus"} <= set(head)
    assert len(rows) == 7 + 24 * 132
    months = read_sweep(done, "series")
    last = rows[-1]
    assert int(last[0]) == 24
    assert int(last[head.index("[step]")]) == 132
    assert np.float32(last[head.index("surplus")]) == months["surplus"].iloc[-1]
    frame = read_sweep(done)
    assert float(last[head.index("trade_elasticity")]) == pytest.approx(frame["trade_elasticity"].iloc[-1])


def test_behaviorspace_leaves_failed_runs_out(done: Path) -> None:
    """NetLogo's table has no place for a run without numbers."""
    import pyarrow as pa

    frame = next(iter(read_parts(done))).to_pandas()
    frame.loc[2, "error"] = "Traceback"
    found = _as_steps(pa.Table.from_pandas(frame), read_plan(done), "runs")
    assert found["[run number]"].tolist() == [number for number in range(1, len(frame) + 1) if number != 3]
    assert set(found["[step]"]) == {132}


def test_netcdf_opens_with_its_labels_and_units(done: Path, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    from experiments.sweeps import to_xarray

    path = export(done, "netcdf", tmp_path / "runs.nc")
    with xarray.open_dataset(path) as again:
        made = to_xarray(done)
        assert (again["surplus_2035"].values == made["surplus_2035"].values).all()
        assert again["surplus_2035"].attrs["units"] == "bn US$/yr"
        assert list(again["scenario"].values) == list(made["scenario"].values)


def test_an_export_never_replaces_a_file_that_was_named(done: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        export(done, "csv", tmp_path / "notes.md")
    assert (tmp_path / "notes.md").read_text() == "mine"


def test_an_export_that_fails_leaves_nothing(done: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing was written"):
        export(done, "csv", tmp_path / "no" / "such" / "place.csv")
    assert not list(tmp_path.iterdir())
