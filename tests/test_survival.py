"""What a sweep survives: its own death, that of its workers, here and on a Dask cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments.sweeps import read_sweep, run_sweep
from experiments.sweeps.workers import TRIES, LocalWorkers, WorkerDied
from tests.processes import HEARING
from tests.sweeps import SMALL, Here, files, small

LONG_ENOUGH = {"firms": 3000, "replications": 10, "runs_a_part": 4, "keep": ["summary"]}  # some seconds of work
COMMAND = [sys.executable, "-m", "corridors.main", "sweep"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the sweep when nothing happens to it."""
    out = tmp_path_factory.mktemp("whole") / "s"
    assert run_sweep(small(**LONG_ENOUGH), out, Here()).whole
    return files(out)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The same sweep as a file."""
    told = {**SMALL, **LONG_ENOUGH}
    tables = {key: told.pop(key) for key in ("design", "vary")}
    lines = [f"{key} = {json.dumps(value)}" for key, value in told.items()]
    for table, content in tables.items():
        lines += [f"[{table}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in content.items())]
    path = tmp_path / "s.toml"
    path.write_text("\n".join(lines))
    return path


def waited_for(what: Callable[[], bool], seconds: float = 60) -> bool:
    """Has it come true in time?"""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(process: int) -> bool:
    """Does a process live, and is it no zombie?"""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def children(process: int) -> list[int]:
    """Processes that a process has begun."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True).stdout
    return [int(word) for word in listed.split()]


@posix
def test_killed_at_any_moment_the_same_command_goes_on(spec: Path, tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Kill -9 twice, at other moments; the end is what an uninterrupted sweep writes, and no worker is left behind."""
    out = tmp_path / "s"
    for parts in (2, 9):
        process = subprocess.Popen([*COMMAND, str(spec), "--out", str(out), "--workers", "2"], stderr=subprocess.PIPE)
        assert waited_for(lambda parts=parts: len(files(out)) >= parts)  # type: ignore[misc]
        begun = children(process.pid)
        process.kill()
        process.wait()
        assert len(files(out)) < len(whole)
        assert begun
        assert waited_for(lambda begun=begun: not any(alive(child) for child in begun))  # type: ignore[misc]
    done = len(files(out))
    last = subprocess.run([*COMMAND, str(spec), "--out", str(out), "--workers", "2"], capture_output=True, text=True)
    assert last.returncode == 0, last.stderr
    assert f"{120 - 4 * done} made now" in last.stdout
    assert files(out) == whole


@posix
def test_an_interrupt_leaves_whole_parts_and_says_how_to_go_on(
    spec: Path, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    out = tmp_path / "s"
    process = subprocess.Popen(
        [*COMMAND, str(spec), "--out", str(out), "--workers", "2"], stderr=subprocess.PIPE, text=True,
        start_new_session=True, **HEARING,
    )  # fmt: skip
    assert waited_for(lambda: len(files(out)) >= 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: workers get it too
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The same command goes on" in told
    assert "Traceback" not in told
    assert 0 < len(files(out)) < len(whole)
    assert all(whole[name] == content for name, content in files(out).items())


@posix
def test_a_killed_worker_costs_only_its_part_which_is_made_again(tmp_path: Path, whole: dict[str, bytes]) -> None:
    crew = LocalWorkers(2)
    killed: list[int] = []

    def kill_one(done: int, failed: int) -> None:
        if done and not killed:
            killed.extend(crew.processes()[:1])
            os.kill(killed[0], signal.SIGKILL)

    swept = run_sweep(small(**LONG_ENOUGH), tmp_path / "s", crew, told=kill_one)
    crew.shutdown()
    assert killed
    assert swept.whole
    assert swept.made == 120
    assert files(tmp_path / "s") == whole


def test_an_interrupt_ends_our_own_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[LocalWorkers] = []
    kill = LocalWorkers.kill
    monkeypatch.setattr(LocalWorkers, "kill", lambda crew: (ended.append(crew), kill(crew)))

    def stop(done: int, failed: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_sweep(small(**LONG_ENOUGH), tmp_path / "s", workers=1, told=stop)
    assert len(ended) == 1


@posix
def test_workers_that_are_ended_are_not_begun_again() -> None:
    """After an interrupt nothing goes on behind the user's back; a part may last for minutes."""
    crew = LocalWorkers(2)
    begun = set(children(os.getpid()))
    futures = [crew.submit(time.sleep, 20) for _ in range(3)]
    assert waited_for(lambda: sum(future.running() for future in futures) == 2 and len(crew.processes()) == 2)
    workers = set(crew.processes())
    time.sleep(1)
    crew.kill()
    assert waited_for(lambda: all(future.done() for future in futures), 5)
    workers |= set(children(os.getpid())) - begun
    assert not [child for child in workers if alive(child) and "spawn_main" in told_of(child)]


def heavy() -> bytes:
    """More than a pipe holds at a time."""
    return bytes(3_000_000)


@posix
def test_workers_killed_while_they_hand_over_a_result_hold_nobody_up() -> None:
    """The worst moment to die: half of a result is in the pipe."""
    with LocalWorkers(2) as crew:
        futures = [crew.submit(heavy) for _ in range(1500)]
        for _ in range(8):
            time.sleep(0.5)
            for process in crew.processes():
                os.kill(process, signal.SIGKILL)
        problems = [future.exception(timeout=60) for future in futures]
    assert sum(problem is None for problem in problems) > 1000
    assert all(isinstance(problem, WorkerDied) for problem in problems if problem is not None)


class Hermit(Exception):
    """Bears no journey: it cannot be made again from what it says."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def refuse(kind: str) -> object:
    """Fail in a way that is hard to tell to another process."""
    if kind == "hermit":
        raise Hermit(1, 2)
    return lambda: kind


@pytest.mark.parametrize(("kind", "told"), [("hermit", "Hermit: 1 and 2"), ("no message", "local object")])
def test_what_cannot_travel_is_told_in_words(kind: str, told: str) -> None:
    with LocalWorkers(1) as crew:
        with pytest.raises(Exception, match=told):
            crew.submit(refuse, kind).result(timeout=60)
        assert crew.submit(len, "abc").result(timeout=60) == 3


def told_of(process: int) -> str:
    """The command line of a process."""
    return subprocess.run(["ps", "-o", "args=", "-p", str(process)], capture_output=True, text=True).stdout


def fatal(path: str) -> int:
    """Kill this process the first few times, as a part that is too large for memory would."""
    Path(path).write_text(Path(path).read_text() + "x")
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@posix
def test_a_part_that_kills_every_worker_is_given_up_and_the_workers_go_on(tmp_path: Path) -> None:
    tally = tmp_path / "tally"
    tally.write_text("")
    with LocalWorkers(1) as crew:
        deadly, harmless = crew.submit(fatal, str(tally)), crew.submit(len, "abc")
        with pytest.raises(WorkerDied):
            deadly.result(timeout=60)
        assert harmless.result(timeout=60) == 3
    assert tally.read_text() == "xxx"


def test_a_script_without_a_guard_is_told_what_to_write(tmp_path: Path) -> None:
    """Workers start afresh and read the script again, as on Windows: it must not begin the sweep once more."""
    script = tmp_path / "script.py"
    script.write_text(
        "from experiments.sweeps import SweepSpec, run_sweep\n"
        "spec = SweepSpec.of({'scenarios': ['as-is'], 'firms': 50, 'runs_a_part': 9})\n"
        "run_sweep(spec, 's', workers=1)\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert 'if __name__ == "__main__"' in ended.stderr
    assert ended.stderr.count("RuntimeError: a worker reads this script too") == TRIES  # not so often for every part
    assert "the workers are gone (NoWorker" in ended.stderr


# ------------------------------------------------------------------------------------------------------------- on Dask


@pytest.fixture
def cluster() -> Iterator[object]:
    """Two worker processes of Dask on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50, processes=True
    ) as found:
        yield found


@posix
@pytest.mark.filterwarnings("ignore")
def test_a_killed_dask_worker_loses_nothing(cluster: object, tmp_path: Path, whole: dict[str, bytes]) -> None:
    from distributed import Client

    with Client(cluster) as client:
        processes = list(client.run(os.getpid).values())
        assert len(set(processes)) == 2
        once = threading.Event()

        def kill_one(done: int, failed: int) -> None:
            if done and not once.is_set():
                once.set()
                os.kill(processes[0], signal.SIGKILL)

        swept = run_sweep(small(**LONG_ENOUGH), tmp_path / "s", client.get_executor(pure=False), told=kill_one)
    assert once.is_set()
    assert swept.whole
    assert files(tmp_path / "s") == whole
    assert len(read_sweep(tmp_path / "s")) == 120
