"""Sweeps as they run: the same bits whoever works, nothing lost, and every run the one that the model gives."""

from __future__ import annotations

import json
import os
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario
from experiments import provenance
from experiments.sweeps import (
    Plan,
    SweepSpec,
    estimate,
    read_parts,
    read_plan,
    read_sweep,
    rerun,
    run_sweep,
    store,
    to_xarray,
)
from experiments.sweeps import run as sweep
from experiments.sweeps.jobs import job_of
from experiments.sweeps.work import _most_frequent, summarise, work
from tests.sweeps import Here, files, small

RAISES = '''
from abm.engine.rules import each
from abm.ties import Tie


@each(Tie)
def meet(tie, now, p):
    """Nobody meets; some runs come to grief."""
    if p.trade_elasticity > 4.5:
        raise ValueError("no such world")
'''


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sweep, made in this process."""
    out = tmp_path_factory.mktemp("sweeps") / "small"
    assert run_sweep(small(), out, Here()).whole
    return out


# ---------------------------------------------------------------------------------------------- it is the model's runs


def test_a_run_of_a_sweep_is_the_run_that_the_model_gives(done: Path) -> None:
    """Parameters, levers and luck of a point, handed to `simulate` by hand, give the stored months to the bit."""
    frame, months = read_sweep(done), read_sweep(done, "series")
    assert len(frame) == 48
    assert len(months) == 48 * 132
    for row in frame.iloc[[0, 7, 20, 47]].itertuples():
        story = Scenario.read(row.scenario)
        story = story.then("2026-01", energy=row.energy, hub_open=row.hub_open, diplomacy=row.diplomacy)
        given = Parameters(trade_elasticity=row.trade_elasticity)
        runs = simulate(story, [row.seed], given, firms=50, keep=["trade", "surplus"])
        stored = months[months["run"] == row.run]
        assert (stored["trade_KZ_KG"].to_numpy() == runs.of("trade", "KZ-KG")[0]).all()
        assert row.surplus_2030 == np.float32(runs.year("surplus", "region", 2030)[0])
        assert row.trade_KZ_KG_2034_2035 == np.float32(runs.years("trade", "KZ-KG", 2034, 2035)[0])


def test_each_value_reaches_the_name_that_it_is_of_in_whatever_order_they_are_written(tmp_path: Path) -> None:
    """Levers and parameters mixed, each with a month of its own: as if the scenario's file had said so."""
    vary = {
        "energy": {"low": 10, "high": 120, "at": "2029-04"}, "trust_wedge": "prior",
        "reform_KZ-UZ": {"low": 0, "high": 10, "at": "2027-01"}, "trade_elasticity": "prior", "rivalry": "prior",
    }  # fmt: skip
    plan = small(vary=vary, fixed={"culture": 30}, fixed_at="2028-07", first_seed=5, measures=["trade", "mean_trust"])
    run_sweep(plan, tmp_path / "s", Here())
    frame, months = read_sweep(tmp_path / "s"), read_sweep(tmp_path / "s", "series")
    for run in (0, 13, 46):
        told = plan.values(plan.of_run(run)[0].row)
        story = Scenario.read(frame.loc[run, "scenario"]).then("2027-01", reform_KZ__UZ=told["reform_KZ-UZ"])
        story = story.then("2028-07", culture=30).then("2029-04", energy=told["energy"])
        given = Parameters().changed({name: told[name] for name in ("trust_wedge", "trade_elasticity", "rivalry")})
        again = simulate(story, [5 + run // plan.points], given, firms=50, keep=["trade", "mean_trust"])
        mine = months[months["run"] == run]
        assert (mine["trade_KZ_UZ"].to_numpy() == again.of("trade", "KZ-UZ")[0]).all()
        assert (mine["mean_trust"].to_numpy() == again.of("mean_trust")[0]).all()


def test_a_run_is_of_the_scenario_and_the_rules_that_its_row_says(tmp_path: Path) -> None:
    """Two scenarios times two variants: the labels stand by the runs that they name."""
    from abm import ties
    from abm.month import MONTH

    rules = {"all": {}, "no copies": {"without": ["ties.copy_corridor"]}}
    plan = small(rules=rules, vary={}, design={"kind": "grid"}, plain=True, replications=1, measures=["surplus"])
    run_sweep(plan, tmp_path / "s", Here())
    frame = read_sweep(tmp_path / "s", "series")
    for name in ("declarations", "corridor-first"):
        for variant, month in (("all", MONTH), ("no copies", MONTH.without(ties.copy_corridor))):
            again = simulate(name, [0], month=month, firms=50, keep=["surplus"], plain=True)
            mine = frame[(frame["scenario"] == name) & (frame["rules"] == variant)]
            assert (mine["surplus"].to_numpy() == again.of("surplus")[0]).all()


def test_a_month_without_a_number_leaves_its_means_without_one() -> None:
    """NaN is never averaged away: a mean over a window that holds one is NaN, and no other is."""
    plan = small()
    job = job_of(plan, 0)
    series = np.ones((len(plan.columns), len(job.runs), plan.steps), np.float32)
    series[0, 3, 60] = np.nan  # January 2030
    found = summarise(job, series, [None] * len(job.runs))
    gaps = {(run, plan.summary[k][0]) for run, k in zip(*np.nonzero(np.isnan(found)))}
    assert gaps == {(3, f"{plan.columns[0].name}_2030")}


def test_a_later_change_of_the_scenario_stands_as_in_its_file(tmp_path: Path) -> None:
    """as-is ends its ABEC money in 2032: a sweep that varies it from 2026 leaves that end alone."""
    plan = small(scenarios=["as-is"], design={"kind": "grid"}, vary={"abec_programme": [0, 90]}, measures=["programme"])
    run_sweep(plan, tmp_path / "s", Here())
    months = read_sweep(tmp_path / "s", "series")
    rich = months[months["point"] == 1].set_index("month").filter(like="programme").sum(axis=1)
    assert rich.iloc[80] > 0
    story = Scenario.read("as-is").then("2026-01", abec_programme=90)
    again = simulate(story, [0], firms=50, keep=["programme"]).series[0].sum(axis=1)
    assert rich.to_numpy()[:132] == pytest.approx(again)


def test_fixed_levers_and_parameters_hold_in_every_run(tmp_path: Path) -> None:
    fixed = {"trade_elasticity": 5, "energy": 60}
    plan = small(fixed=fixed, vary={}, design={"kind": "grid"}, replications=1, measures=["trade"])
    run_sweep(plan, tmp_path / "s", Here())
    story = Scenario.read("corridor-first").then("2026-01", energy=60)
    again = simulate(story, [0], Parameters(trade_elasticity=5), firms=50, keep=["trade"])
    frame = read_sweep(tmp_path / "s", "series")
    assert (
        frame[frame["scenario"] == "corridor-first"]["trade_KZ_KG"].to_numpy() == again.of("trade", "KZ-KG")[0]
    ).all()


def test_a_category_is_summed_up_by_the_value_that_holds_most_often(done: Path) -> None:
    frame, months = read_sweep(done), read_sweep(done, "series")
    year = months[[str(month).startswith("2030") for month in months["month"]]]
    for run in (0, 31):
        counts = year[year["run"] == run]["leading_family_KZ"].value_counts()
        best = sorted(counts[counts == counts.max()].index)[0]
        assert frame.loc[run, "leading_family_KZ_2030"] == best


def test_of_categories_that_hold_equally_often_the_lowest_stands() -> None:
    window = np.array([[2, 1, 1, 2], [3, 3, 1, 2], [np.nan, 2, np.nan, 2]], np.float32)
    assert _most_frequent(window).tolist() == [1, 3, 2]


def test_a_rule_variant_is_the_month_with_its_rules_changed(tmp_path: Path) -> None:
    from abm import ties
    from abm.month import MONTH

    rules = {"all": {}, "no copies": {"without": ["ties.copy_corridor"]}}
    plan = small(
        rules=rules, vary={}, design={"kind": "grid"}, scenarios=["corridor-first"], plain=True, replications=1
    )
    run_sweep(plan, tmp_path / "s", Here())
    frame = read_sweep(tmp_path / "s", "series")
    assert set(frame["rules"]) == set(rules)
    month = MONTH.without(ties.copy_corridor)
    again = simulate("corridor-first", [0], month=month, firms=50, keep=["surplus"], plain=True)
    assert (frame[frame["rules"] == "no copies"]["surplus"].to_numpy() == again.of("surplus")[0]).all()


# -------------------------------------------------------------------------------------------- the same bits, whoever


def test_threads_and_any_order_write_the_same_files(done: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        run_sweep(small(), tmp_path / "threads", pool)
    assert files(tmp_path / "threads") == files(done)
    keeper = store.Store.open(tmp_path / "order", small())
    for part in (3, 0, 4, 2, 1):
        keeper.write(work(job_of(small(), part)))
    assert files(tmp_path / "order") == files(done)


def test_two_processes_write_the_same_files_as_one(done: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    swept = run_sweep(small(), tmp_path / "two", workers=2, told=lambda *state: seen.append(state))
    assert swept.whole
    assert files(tmp_path / "two") == files(done)
    assert seen[0] == (0, 0)
    assert seen[-1] == (48, 0)
    assert [now for now, _ in seen] == sorted(now for now, _ in seen)


def test_a_run_can_be_made_again_alone_to_the_bit(done: Path) -> None:
    frame, months = read_sweep(done), read_sweep(done, "series")
    row, series = rerun(done, 33)
    assert row.equals(frame[frame["run"] == 33].reset_index(drop=True).astype(row.dtypes))
    stored = months[months["run"] == 33].reset_index(drop=True)
    assert (series.select_dtypes("float32").to_numpy() == stored.select_dtypes("float32").to_numpy()).all()
    with pytest.raises(BadInput, match="outside 0 to 47"):
        rerun(done, 48)


# ------------------------------------------------------------------------------------------------------ going on again


def test_only_what_is_missing_is_made_and_the_files_are_the_same(done: Path, tmp_path: Path) -> None:
    plan = small()
    out = tmp_path / "s"
    keeper = store.Store.open(out, plan)
    keeper.write(work(job_of(plan, 1)))
    keeper.write(work(job_of(plan, 4)))
    first = (out / "runs" / "part-000001.parquet").stat().st_mtime_ns
    swept = run_sweep(plan, out, Here())
    assert swept.made == 48 - 10 - 8
    assert (out / "runs" / "part-000001.parquet").stat().st_mtime_ns == first
    assert files(out) == files(done)
    assert run_sweep(plan, out, Here()).made == 0


def test_series_without_their_runs_are_not_done(done: Path, tmp_path: Path) -> None:
    """Killed between the two files of a part: it is made again."""
    plan = small()
    run_sweep(plan, tmp_path / "s", Here())
    (tmp_path / "s" / "runs" / "part-000002.parquet").unlink()
    assert run_sweep(plan, tmp_path / "s", Here()).made == 10
    assert files(tmp_path / "s") == files(done)


def test_a_part_that_is_damaged_twice_is_set_aside_twice(tmp_path: Path) -> None:
    for _ in range(2):
        run_sweep(small(), tmp_path / "s", Here())
        (tmp_path / "s" / "runs" / "part-000002.parquet").write_bytes(b"")
    run_sweep(small(), tmp_path / "s", Here())
    assert len(list((tmp_path / "s" / "damaged").iterdir())) == 2


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "another's"])
@pytest.mark.parametrize("kind", ["runs", "series"])
def test_a_damaged_part_is_named_set_aside_and_made_again(
    done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, harm: str
) -> None:
    plan, out = small(), tmp_path / "s"
    run_sweep(plan, out, Here())
    path = out / kind / "part-000002.parquet"
    content = path.read_bytes()
    middle = len(content) // 3
    path.write_bytes({
        "cut": content[: len(content) // 2],
        "flipped": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
        "empty": b"",
        "another's": (out / kind / "part-000001.parquet").read_bytes(),
    }[harm])  # fmt: skip
    with pytest.raises(BadInput, match=r"part-000002\.parquet: is damaged"):
        read_sweep(out, kind)
    assert run_sweep(plan, out, Here()).made == 10
    told = capsys.readouterr().err
    assert str(path) in told
    assert "set aside" in told
    assert [p.name for p in (out / "damaged").iterdir()] == [f"{kind}-part-000002.parquet"]
    assert files(out) == files(done)


def test_a_part_that_lacks_some_of_its_runs_is_not_done(done: Path, tmp_path: Path) -> None:
    """A file that is whole and says that it is this part, but holds half of its rows."""
    import pyarrow.parquet as pq

    run_sweep(small(), tmp_path / "s", Here())
    path = tmp_path / "s" / "runs" / "part-000001.parquet"
    pq.write_table(pq.read_table(path, partitioning=None).slice(0, 5), path)
    assert run_sweep(small(), tmp_path / "s", Here()).made == 10
    assert files(tmp_path / "s") == files(done)


def test_a_folder_of_another_sweep_is_refused_with_what_differs(done: Path) -> None:
    before = files(done)
    with pytest.raises(BadInput, match=r"another sweep \(differs in: firms"):
        run_sweep(small(firms=60), done, Here())
    with pytest.raises(BadInput, match="differs in: vary"):
        run_sweep(small(vary={"energy": "prior"}), done, Here())
    assert files(done) == before


def test_a_changed_program_does_not_mix_into_an_old_folder(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "code_hash", lambda: "another")
    with pytest.raises(BadInput, match="another version of the program"):
        run_sweep(small(), done, Here())


def test_a_run_is_not_made_again_by_another_program(done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "code_hash", lambda: "another")
    with pytest.raises(BadInput, match="another version of the program"):
        rerun(done, 3)


def test_a_changed_rule_changes_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The hash follows the text of the model, whatever git says."""
    copy = tmp_path / "abm"
    copy.mkdir()
    (copy / "ties.py").write_text("a = 1\n")
    (tmp_path / "experiments" / "sweeps").mkdir(parents=True)
    for name in provenance.LAID_OUT:
        (tmp_path / "experiments" / "sweeps" / f"{name}.py").write_text("")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    provenance.code_hash.cache_clear()
    before = provenance.code_hash()
    (copy / "ties.py").write_text("a = 2\n")
    provenance.code_hash.cache_clear()
    after = provenance.code_hash()
    provenance.code_hash.cache_clear()
    assert before != after


@pytest.mark.parametrize(
    ("path", "text", "counts"),
    [
        ("abm/ties.py", "a = 2\n", True),
        ("abm/ties.py", "a = 1\r\n", False),  # as git checks it out on Windows
        ("abm/world/ties.csv", "2\n", True),
        ("abm/world/more.toml", "a = 2\n", True),
        ("experiments/sweeps/work.py", "b = 2\n", True),
        ("abm/scenarios/as-is.toml", "a = 2\n", False),  # its text is part of the sweep
        ("abm/odd.py", "a = 2\n", False),
    ],
)
def test_the_program_is_the_texts_that_its_bits_hang_on(
    path: str, text: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = [f"experiments/sweeps/{name}.py" for name in provenance.LAID_OUT]
    for name in ("abm/ties.py", "abm/odd.py", "abm/world/ties.csv", "abm/world/more.toml", "abm/scenarios/as-is.toml",
                 *layout):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"a = 1\n")
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    before = provenance.code_hash.__wrapped__()
    (tmp_path / path).write_bytes(text.encode())
    assert (provenance.code_hash.__wrapped__() != before) is counts


def test_another_version_of_a_library_that_bits_hang_on_is_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    before, known = provenance.code_hash.__wrapped__(), provenance.version
    monkeypatch.setattr(provenance, "version", lambda name: "99" if name == "llvmlite" else known(name))
    assert provenance.code_hash.__wrapped__() != before


def test_drafts_of_others_are_left_until_they_are_surely_dead(tmp_path: Path) -> None:
    plan = small()
    store.Store.open(tmp_path / "s", plan).close()
    fresh, old = tmp_path / "s" / ".drafts-1", tmp_path / "s" / ".drafts-2"
    for place in (fresh, old):
        place.mkdir()
    os.utime(old, (0, 0))
    store.Store.open(tmp_path / "s", plan).close()
    assert (fresh.exists(), old.exists()) == (True, False)


def test_a_file_is_flushed_to_the_disk_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut after the renaming must not leave a file of that name without its content."""
    from experiments.sweeps import files as writing

    steps: list[str] = []
    flush, rename = os.fsync, os.replace
    monkeypatch.setattr(writing.os, "fsync", lambda file: (steps.append("fsync"), flush(file)))
    monkeypatch.setattr(writing.os, "replace", lambda one, two: (steps.append("replace"), rename(one, two)))
    writing.write_beside(tmp_path / "a", b"x", tmp_path / "d")
    assert steps == ["fsync", "replace"]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(BadInput, match=r"no manifest\.json of a sweep"):
        run_sweep(small(), tmp_path, Here())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.doc"]
    with pytest.raises(BadInput, match="is a file"):
        run_sweep(small(), tmp_path / "thesis.doc", Here())


def test_the_manifest_holds_what_is_needed_to_do_it_again(done: Path) -> None:
    told = json.loads((done / "manifest.json").read_text())
    assert told["complete"] is True
    assert told["failed"] == 0
    assert told["runs"] == 48
    assert set(told["scenarios"]) == {"declarations", "corridor-first"}
    assert {"numpy", "numba", "pyarrow"} <= set(told["versions"])
    assert read_plan(done).digest == small().digest
    assert not list(done.glob(".drafts-*"))


# ----------------------------------------------------------------------------------------------------------- failures


def test_a_run_that_raises_is_a_row_and_the_sweep_goes_on(tmp_path: Path) -> None:
    own = tmp_path / "grief.py"
    own.write_text(RAISES)
    plan = small(
        rules={"grief": {"replace": {"ties.meet": f"{own}:meet"}}}, plain=True, scenarios=["as-is"], replications=1
    )
    swept = run_sweep(plan, tmp_path / "s", Here())
    frame = read_sweep(tmp_path / "s")
    bad = frame["error"].notna()
    assert (bad == (frame["trade_elasticity"] > 4.5)).all()
    assert 0 < bad.sum() < len(frame)
    assert swept.failed == bad.sum()
    assert not swept.whole
    assert frame[bad]["error"].str.contains("ValueError: no such world").all()
    assert frame[bad]["surplus_2035"].isna().all()
    assert frame[~bad]["surplus_2035"].notna().all()
    assert set(read_sweep(tmp_path / "s", "series")["run"]) == set(frame[~bad]["run"])
    assert run_sweep(plan, tmp_path / "s", Here()).failed == bad.sum()  # told again, not tried again


def test_a_compiled_rule_that_raises_is_a_row_too(tmp_path: Path) -> None:
    own = tmp_path / "grief.py"
    own.write_text(RAISES)
    plan = small(rules={"grief": {"replace": {"ties.meet": f"{own}:meet"}}}, scenarios=["as-is"], replications=1)
    run_sweep(plan, tmp_path / "s", Here())
    frame = read_sweep(tmp_path / "s")
    assert (frame["error"].notna() == (frame["trade_elasticity"] > 4.5)).all()


class Unwell(Here):
    """Loses the answer to a part a few times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Fail first, then do as asked."""
        if args[0].part == 2 and self.times > 0:
            self.times -= 1
            future: Future[Any] = Future()
            future.set_exception(ConnectionError("the worker went away"))
            return future
        return super().submit(fn, *args, **kwargs)


def test_a_part_that_gets_lost_is_asked_for_again(done: Path, tmp_path: Path) -> None:
    assert run_sweep(small(), tmp_path / "s", Unwell(2)).whole
    assert files(tmp_path / "s") == files(done)


def test_a_part_that_never_comes_back_is_told_and_the_others_are_kept(done: Path, tmp_path: Path) -> None:
    crew = Unwell(9)
    swept = run_sweep(small(), tmp_path / "s", crew)
    assert crew.times == 9 - 3  # asked for three times, and no more
    assert json.loads((tmp_path / "s" / "manifest.json").read_text())["complete"] is False
    assert swept.lost == {2: "ConnectionError: the worker went away"}
    assert not swept.whole
    assert len(files(tmp_path / "s")) == 2 * 4
    assert run_sweep(small(), tmp_path / "s", Here()).whole
    assert files(tmp_path / "s") == files(done)


def test_a_worker_with_another_program_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "code_hash", lambda: "another")
    swept = run_sweep(small(), tmp_path / "s", Here())
    assert set(swept.lost) == set(range(5))
    assert "another version" in swept.lost[0]
    assert not files(tmp_path / "s")


class Counting(Executor):
    """Remembers how many parts were handed out and not yet taken back."""

    _max_workers = 2

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(2)
        self.out: list[Future[Any]] = []
        self.most = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand on, and count."""
        self.out = [future for future in self.out if not future.done()]
        self.out.append(self.pool.submit(fn, *args, **kwargs))
        self.most = max(self.most, len(self.out))
        return self.out[-1]


def test_only_a_few_parts_are_in_hand_at_a_time_however_long_the_sweep(tmp_path: Path) -> None:
    crew = Counting()
    run_sweep(small(runs_a_part=2), tmp_path / "s", crew)
    assert 1 < crew.most <= 4
    crew = Counting()
    run_sweep(small(runs_a_part=2), tmp_path / "t", crew, in_flight=1)
    assert crew.most == 1


class Gone(Here):
    """Does two parts, and then there is nobody left."""

    def __init__(self) -> None:
        self.left = 2

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it, or break."""
        self.left -= 1
        if self.left >= 0:
            return super().submit(fn, *args, **kwargs)
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("all dead"))
        return future


def test_workers_of_others_that_are_gone_for_good_end_the_sweep_with_one_message(done: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"the workers are gone \(BrokenExecutor: all dead\)") as problem:
        run_sweep(small(), tmp_path / "s", Gone(), in_flight=1)
    assert "run the same sweep again" in str(problem.value)
    assert len(files(tmp_path / "s")) == 2 * 2
    assert run_sweep(small(), tmp_path / "s", Here()).made == 28
    assert files(tmp_path / "s") == files(done)


# ------------------------------------------------------------------------------------------------------------- reading


def test_pandas_duckdb_and_our_own_reading_agree(done: Path) -> None:
    import duckdb
    import pandas as pd

    frame = read_sweep(done)
    plain = pd.read_parquet(done / "runs").sort_values("run", ignore_index=True)
    assert list(plain) == list(frame)
    assert (plain["surplus_2035"] == frame["surplus_2035"]).all()
    sql = f"select scenario, avg(surplus_2035) from '{done}/runs/*.parquet' group by all order by 1"
    assert dict(duckdb.sql(sql).fetchall()) == pytest.approx(
        frame.groupby("scenario")["surplus_2035"].mean().to_dict(), rel=1e-6
    )


def test_only_the_asked_columns_are_read(done: Path) -> None:
    frame = read_sweep(done, columns=["surplus_2035"])
    assert [c for c in frame if c.endswith(("2035", "2030", "2025"))] == ["surplus_2035"]
    assert {"run", "energy", "error"} <= set(frame)
    with pytest.raises(BadInput, match="did you mean 'surplus_2035'"):
        read_sweep(done, columns=["surplus_2036"])


def test_labelled_arrays_hold_the_same_numbers_under_their_labels(done: Path) -> None:
    frame, data = read_sweep(done), to_xarray(done)
    assert dict(data.sizes) == {"point": 12, "replicate": 4}
    assert data["surplus_2035"].attrs["units"] == "bn US$/yr"
    one = frame.iloc[29]
    cell = data["surplus_2035"].sel(point=one.point).isel(replicate=one.replicate)
    assert float(cell) == one.surplus_2035
    assert str(cell["scenario"].item()) == one.scenario
    assert float(cell["energy"]) == one.energy
    assert int(cell["seed"]) == one.seed
    series = to_xarray(done, "series")
    assert series["trade_KZ_KG"].dims == ("point", "replicate", "month")
    months = read_sweep(done, "series")
    row = months[(months["run"] == 29)].iloc[50]
    here = series["trade_KZ_KG"].sel(point=one.point).isel(replicate=one.replicate, month=50)
    assert float(here) == row["trade_KZ_KG"]
    assert str(here["month"].values)[:7] == str(row["month"])[:7]


def test_a_sweep_half_done_reads_with_gaps(tmp_path: Path) -> None:
    plan = small(first_seed=10)
    store.Store.open(tmp_path / "s", plan).write(work(job_of(plan, 0)))
    assert len(read_sweep(tmp_path / "s")) == 10
    data = to_xarray(tmp_path / "s")
    assert data["seed"].values[0].tolist() == [10, 11, 12, 13]
    assert int(data["surplus_2035"].notnull().sum()) == 10


def test_reading_what_is_not_there_says_so(done: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        read_sweep(tmp_path / "none")
    with pytest.raises(BadInput, match=r"holds no manifest.json"):
        read_sweep(tmp_path)
    with pytest.raises(BadInput, match="unknown part"):
        list(read_parts(done, "rows"))
    store.Store.open(tmp_path / "s", small(keep=["summary"]))
    with pytest.raises(BadInput, match="no run is done yet"):
        read_sweep(tmp_path / "s")
    with pytest.raises(BadInput, match='keeps no "series"'):
        read_sweep(tmp_path / "s", "series")


def test_an_estimate_is_of_the_right_size(done: Path) -> None:
    """Disk within a factor of two of what the sweep took; time is a machine's own, only its sum is checked."""
    takes = estimate(small(), workers=2)
    size = sum(len(content) for content in files(done).values())
    assert takes.runs == 48
    assert size / 2 < takes.bytes < size * 2
    assert takes.seconds == pytest.approx(takes.seconds_a_run * 48 / 2)


def test_a_sweep_that_had_ended_says_so_again_after_a_resume_with_nothing_to_make(tmp_path: Path) -> None:
    """Killed after its last part, or looked at twice: the manifest is told by the parts, not by who came last."""
    plan, out = small(), tmp_path / "s"
    store.Store.open(out, plan)
    for part in range(plan.parts):
        store.Store.open(out, plan).write(work(job_of(plan, part)))
    assert json.loads((out / "manifest.json").read_text())["complete"] is False
    assert run_sweep(plan, out, Here()).made == 0
    assert json.loads((out / "manifest.json").read_text())["complete"] is True


def test_a_rule_file_that_changes_or_goes_after_planning_makes_no_run(tmp_path: Path) -> None:
    """Such runs are not failed runs: nothing is stored, and the part can be made once the file is back."""
    own = tmp_path / "grief.py"
    own.write_text(RAISES)
    plan = small(rules={"grief": {"replace": {"ties.meet": f"{own}:meet"}}}, plain=True, scenarios=["as-is"])
    job = job_of(plan, 0)
    own.write_text(RAISES.replace("4.5", "5.5"))
    with pytest.raises(RuntimeError, match="not what it was"):
        work(job)
    own.unlink()
    with pytest.raises(BadInput, match=r"grief\.py"):
        work(job)


def test_a_spec_that_was_moved_with_its_rules_is_the_same_sweep(tmp_path: Path) -> None:
    digests = []
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "grief.py").write_text(RAISES)
        spec = tmp_path / place / "s.toml"
        spec.write_text('scenarios = ["as-is"]\n[rules.grief]\nreplace = { "ties.meet" = "grief.py:meet" }\n')
        digests.append(Plan.of(SweepSpec.read(spec)).digest)
    assert digests[0] == digests[1]


def test_runs_that_failed_are_made_again_when_that_is_asked_for(tmp_path: Path) -> None:
    own = tmp_path / "grief.py"
    own.write_text(RAISES)
    rules = {"grief": {"replace": {"ties.meet": f"{own}:meet"}}}
    plan = small(rules=rules, plain=True, scenarios=["as-is"], replications=1, runs_a_part=1)
    failed = run_sweep(plan, tmp_path / "s", Here()).failed
    assert failed > 0
    assert run_sweep(plan, tmp_path / "s", Here()).made == 0
    assert run_sweep(plan, tmp_path / "s", Here(), again=True).made == failed


def test_another_sampler_makes_another_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of a library may draw other points from the same seed: they must not mix in one folder."""
    from experiments.sweeps import designs

    before = small().digest
    unit = designs._unit
    monkeypatch.setattr(designs, "_unit", lambda design, count: 1 - unit(design, count))
    assert small().digest != before


def test_a_part_whose_columns_are_not_those_of_the_sweep_is_made_again(done: Path, tmp_path: Path) -> None:
    """Checksums do not cover the file's own table of contents: a column's name may be damaged too."""
    import pyarrow.parquet as pq

    run_sweep(small(), tmp_path / "s", Here())
    path = tmp_path / "s" / "runs" / "part-000001.parquet"
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table.rename_columns([name.replace("TM_UZ", "TM_UJ") for name in table.column_names]), path)
    assert run_sweep(small(), tmp_path / "s", Here()).made == 10
    assert files(tmp_path / "s") == files(done)


def test_parts_that_are_taken_away_while_a_sweep_runs_are_missed_at_its_end(tmp_path: Path) -> None:
    out = tmp_path / "s"

    def take(made: int, failed: int) -> None:
        if made == 48:  # parts end in any order; now all are there
            (out / "runs" / "part-000000.parquet").unlink()

    swept = run_sweep(small(), out, Here(), told=take)
    assert set(swept.lost) == {0}
    assert json.loads((out / "manifest.json").read_text())["complete"] is False


def test_a_scenario_that_sets_a_varied_lever_later_is_told(tmp_path: Path) -> None:
    plan = small(
        scenarios=["as-is", "frozen"], vary={"abec_programme": [0, 60], "energy": [0, 60]}, design={"kind": "grid"}
    )
    assert plan.overridden() == ["'as-is' sets abec_programme itself from 2032-01 on; it varies until then"]


@pytest.mark.parametrize("told", [{"workers": 0}, {"workers": -2}, {"in_flight": -1}, {"in_flight": 0}])
def test_less_than_one_worker_or_part_in_hand_is_refused(tmp_path: Path, told: dict[str, int]) -> None:
    with pytest.raises(BadInput, match="must be 1 or more"):
        run_sweep(small(), tmp_path / "s", **told)
    assert not (tmp_path / "s").exists()


def test_two_variants_that_change_their_files_are_another_sweep(tmp_path: Path) -> None:
    """Same texts, same names of rules, but each under the other's label: they must not mix in one folder."""
    for number in (1, 2):
        (tmp_path / f"own{number}.py").write_text(RAISES + f"# {number}\n")
    one, two = ({"replace": {"ties.meet": f"{tmp_path}/own{number}.py:meet"}} for number in (1, 2))
    assert small(rules={"a": one, "b": two}).digest != small(rules={"a": two, "b": one}).digest
