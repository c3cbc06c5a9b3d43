"""Sweeps as they run: the same bits whoever works, nothing lost, and every run the one that the model gives."""

from __future__ import annotations

import json
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario
from experiments import provenance
from experiments.sweeps import estimate, read_parts, read_plan, read_sweep, rerun, run_sweep, store, to_xarray
from experiments.sweeps import run as sweep
from experiments.sweeps.jobs import job_of
from experiments.sweeps.work import work
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
    swept = run_sweep(small(), tmp_path / "s", Unwell(9))
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
    plan = small()
    store.Store.open(tmp_path / "s", plan).write(work(job_of(plan, 0)))
    assert len(read_sweep(tmp_path / "s")) == 10
    data = to_xarray(tmp_path / "s")
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
