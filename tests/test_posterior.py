"""The posterior: made by one command, of this model alone, and in the bands of every run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from abm import parameters
from abm.errors import BadInput
from abm.parameters import Parameters
from calibration import figures as ledger
from calibration import posterior
from calibration.figures import Figure, targets
from calibration.fit import How, fit
from calibration.prior import Prior, fitted
from corridors.sources import DEFAULTS, POSTERIOR, PRIOR, parameter_draws, source_of
from tests.processes import HEARING
from tests.sweeps import Here

SMALL = Prior(64, firms=50)


def corridors(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command, as a user types it."""
    return subprocess.run(
        [sys.executable, "-m", "corridors.main", *words], capture_output=True, text=True, timeout=300, cwd=cwd
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fit of 64 draws, and its posterior; far too coarse for use."""
    folder = tmp_path_factory.mktemp("own")
    posterior.write(fit(SMALL, folder, How(executor=Here())), folder, "corridors calibrate", 1.0, draws=40)
    return folder


@pytest.fixture
def copy(own: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    for name in (posterior.TABLE, posterior.MANIFEST):
        shutil.copy(own / name, tmp_path / name)
    return tmp_path


# ------------------------------------------------------------------------------------------------------- what it holds


def test_it_holds_draws_within_the_prior_and_what_they_gave(own: Path) -> None:
    found = posterior.read(own)
    assert tuple(found.parameters) == fitted()
    for name, values in found.parameters.items():
        known = parameters.describe()[name]
        assert (values >= known.low).all(), name
        assert (values <= known.high).all(), name
    assert set(found.figures) == set(targets())
    assert found.draws == 40
    first, again = found.sets(3), found.sets(43)
    assert first == again[:3] == again[40:]
    assert first[0].trade_elasticity == found.parameters["trade_elasticity"][0]


def test_its_manifest_says_what_made_it(own: Path) -> None:
    told = posterior.read(own).told
    assert told["draws_run"] >= 64 + 1
    assert told["failed_draws"] == 0
    assert 0 < told["effective_draws"] <= told["draws_of_the_second_stage"]
    assert told["prior"]["draws"] == 64
    assert {"command", "code", "versions", "data", "targets", "behaviour"} <= set(told)
    json.dumps(told)


def test_the_fit_reads_no_value_of_a_held_out_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held-out rows are sealed: whoever looks at value or band of one raises. The whole fit runs nevertheless."""

    class Sealed(Figure):
        def __getattribute__(self, name: str) -> Any:
            if name in ("value", "low", "high") and object.__getattribute__(self, "role") == "held-out":
                raise AssertionError(f"{object.__getattribute__(self, 'id')}.{name} was read")
            return object.__getattribute__(self, name)

    sealed = {
        id_: Sealed(**{name: object.__getattribute__(row, name) for name in row.__dataclass_fields__})
        for id_, row in ledger.figures().items()
    }
    monkeypatch.setattr(ledger, "figures", lambda: sealed)
    with pytest.raises(AssertionError, match="was read"):
        _ = ledger.figure("avenue_energy").value
    found = fit(SMALL, tmp_path, How(executor=Here()))
    posterior.write(found, tmp_path, "", 1.0, draws=10)
    assert found.effective > 0


# ----------------------------------------------------------------------------------------------- of this model, or not


def spoil(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what the manifest says."""
    path = folder / posterior.MANIFEST
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t["parameters"].pop("works_cost"), "parameter 'works_cost' was not there"),
        (lambda t: t["parameters"].update(old=[1, 0, 2, "fit"]), r"parameter 'old' was \[1, 0, 2, 'fit'\] and is not"),
        (lambda t: t["parameters"]["pool"].__setitem__(2, 999), "parameter 'pool' was"),
        (lambda t: t["targets"]["jobs"].__setitem__(2, 5), "target 'jobs' was"),
        (lambda t: t.update(behaviour=[[x * 1.01 for x in r] for r in t["behaviour"]]), "5 of 5 of its draws"),
        (lambda t: t.update(behaviour=[r[1:] for r in t["behaviour"]]), "series, not"),
    ],
)
def test_one_of_another_model_is_refused_with_the_reason(copy: Path, change: Any, reason: str) -> None:
    spoil(copy, change)
    with pytest.raises(BadInput, match=f"made by another model: .*{reason}"):
        posterior.read(copy)


def test_one_that_differs_in_the_last_digits_is_not_refused(copy: Path) -> None:
    """Another processor may round otherwise, and tip a rare event over in a draw or two of five."""

    def otherwise(told: dict[str, Any]) -> None:
        told["behaviour"] = [[x * (1 + 1e-5) for x in row] for row in told["behaviour"]]
        told["behaviour"][1] = [x * 1.5 + 1 for x in told["behaviour"][1]]

    spoil(copy, otherwise)
    assert posterior.read(copy).draws == 40


def test_a_changed_rule_is_found_out(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the draws do, not by the text: works that cost more, as a changed rule would make them."""
    plain = Parameters.changed

    def dearer(self: Parameters, *told: Any) -> Parameters:
        found = plain(self, *told)
        return replace(found, works_cost=found.works_cost * 1.1)

    monkeypatch.setattr(Parameters, "changed", dearer)
    with pytest.raises(BadInput, match="run again, give other results"):
        posterior.read(own)


def test_missing_and_broken_ones_are_refused(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no posterior; `corridors calibrate"):
        posterior.read(tmp_path / "nowhere")
    (copy / posterior.TABLE).write_bytes(b"no table")
    with pytest.raises(BadInput, match="cannot be read"):
        posterior.read(copy)
    (copy / posterior.MANIFEST).unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        posterior.read(copy)


# --------------------------------------------------------------------------------------------------- the shipped one


def test_the_shipped_one_is_whole_small_and_of_this_model() -> None:
    found = posterior.read()
    assert (posterior.FOLDER / posterior.TABLE).stat().st_size < posterior.MOST_BYTES
    assert found.draws == posterior.DRAWS
    assert found.told["prior"]["draws"] >= 131_072
    assert found.told["effective_draws"] >= 2_000
    assert found.told["failed_draws"] == 0
    assert pq.read_table(posterior.FOLDER / posterior.TABLE).num_columns == len(fitted()) + len(targets())


# ----------------------------------------------------------------------------------------------------------- its users


def test_sources_exclude_each_other_and_the_posterior_is_the_default() -> None:
    assert source_of(False, False, False, None) == POSTERIOR
    assert source_of(True, False, False, None) == DEFAULTS
    assert source_of(False, True, False, None) == PRIOR
    assert source_of(False, False, False, Path("own")) == f"{POSTERIOR}:own"
    with pytest.raises(BadInput, match="--defaults and --posterior exclude each other"):
        source_of(True, False, True, None)


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("obstacle_external", "enters the fit: .* it moves with bloc_pull"),
        ("avenue_agro", "enters nothing: no number was chosen by it"),
        ("trade_2025", "enters as an input"),
    ],
)
def test_a_figure_says_where_it_enters_and_what_the_calibrated_model_says(figure: str, told: str) -> None:
    from calibration.results import DOCS, read_part

    part = read_part(DOCS, "scorecard")
    assert part is not None
    row = next(row for row in part["rows"] if row["id"] == figure)
    done = corridors("explain", figure)
    assert done.returncode == 0, done.stderr
    assert re.search(told, done.stdout)
    assert f"), {row['verdict']} ({part['draws']} draws of the posterior" in done.stdout


def test_a_run_draws_its_parameters_from_it_one_draw_a_run(own: Path, tmp_path: Path) -> None:
    words = ("run", "declarations", "--seeds", "6", "--firms", "50", "--no-chart", "--set", "works_cost=77")
    done = corridors(*words, "--fit", str(own), "--out", str(tmp_path / "a"))
    assert done.returncode == 0, done.stderr
    assert "drawn from the posterior" in done.stdout
    assert "this posterior is coarse" in done.stderr
    assert "2,000 are wanted" in done.stderr
    told = json.loads((tmp_path / "a" / "manifest.json").read_text())
    drawn = posterior.read(own).parameters
    assert told["parameters"]["trade_elasticity"] == drawn["trade_elasticity"][:6].tolist()
    assert told["parameters"]["works_cost"] == 77
    assert told["parameters"]["other_barriers"] == Parameters().other_barriers
    assert told["uncertainty"] == f"{POSTERIOR}:{own}"


def test_bands_hold_what_the_fit_left_open(own: Path) -> None:
    """More than luck: trade of 2035 spreads more over draws than at the defaults; false alarms below 1 in 1,000."""
    from abm.runs import simulate

    spread = {
        source: np.std(simulate("declarations", 40, parameter_draws(40, source), firms=50).year("trade", "KZ-KG", 2035))
        for source in (DEFAULTS, f"{POSTERIOR}:{own}")
    }
    assert spread[f"{POSTERIOR}:{own}"] > 1.2 * spread[DEFAULTS]


# --------------------------------------------------------------------------------------------------------- the command


def test_calibrate_goes_on_where_it_stopped_and_warns_of_few_draws(tmp_path: Path) -> None:
    words = ("calibrate", "--draws", "64", "--firms", "50", "--workers", "1", "--out", str(tmp_path / "c"))
    first = corridors(*words)
    assert first.returncode == 0, first.stderr
    assert "effective draws; 2,000 are wanted" in first.stdout
    assert "0 draws failed" in first.stdout
    parts = {p: p.stat().st_mtime_ns for p in (tmp_path / "c").glob("**/part-*.parquet")}
    table = (tmp_path / "c" / posterior.TABLE).read_bytes()
    removed = min(tmp_path.glob("c/second/shares/part-*"))
    removed.unlink()
    again = corridors(*words)
    assert again.returncode == 0, again.stderr
    now = {p: p.stat().st_mtime_ns for p in (tmp_path / "c").glob("**/part-*.parquet")}
    assert {p for p in parts if now[p] != parts[p]} == {removed}
    assert (tmp_path / "c" / posterior.TABLE).read_bytes() == table


@pytest.mark.skipif(not HEARING, reason="no SIGINT can be sent to one process there")
def test_an_interrupted_calibration_keeps_what_was_done(tmp_path: Path) -> None:
    import signal
    import time

    words = [sys.executable, "-m", "corridors.main", "calibrate", "--draws", "1024", "--out", str(tmp_path / "c")]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, **HEARING)
    end = time.monotonic() + 90
    while not list(tmp_path.glob("c/first/corridor/runs/part-*")) and time.monotonic() < end:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The same command goes on" in told
    assert list(tmp_path.glob("c/first/corridor/runs/part-*"))
    assert not list(tmp_path.glob("c/posterior.parquet"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("calibrate", "--draws", "1000"), "must be a power of two from 64, as 512 or 1024"),
        (("calibrate", "--draws", "32"), "must be a power of two from 64"),
        (("calibrate", "--draws", "64", "--workers", "0"), "--workers 0 must be 1 or more"),
        (("calibrate", "--draws", "64", "--out", "pyproject.toml"), "is a file, not a folder"),
        (("run", "as-is", "--fit", "nowhere"), "there is no posterior"),
        (("run", "as-is", "--prior", "--defaults"), "--defaults and --prior exclude each other"),
        (("figures", "--fit", "nowhere"), "there is no posterior"),
    ],
)
def test_bad_input_gets_one_message_and_exit_code_2(words: tuple[str, ...], told: str) -> None:
    done = corridors(*words, cwd=Path(__file__).parents[1])
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_of_another_fit_is_refused(own: Path, tmp_path: Path) -> None:
    shutil.copytree(own, tmp_path / "c")
    with pytest.raises(BadInput, match="holds another sweep"):
        fit(replace(SMALL, draws=128), tmp_path / "c", How(executor=Here()))
