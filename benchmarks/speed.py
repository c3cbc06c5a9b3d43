"""Time and memory of the engine, as a table: `make bench`. Every figure is measured here and now, none is assumed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

IMPORTS = "import numba, numpy, abm.runs"


def fresh(code: str, **environment: str) -> str:
    """Run code in a process of its own; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.strip()


def start_up(cache: str) -> float:
    """Seconds from imports to the end of the first run."""
    return float(
        fresh(
            f"import time; {IMPORTS}; t = time.perf_counter(); from abm.runs import simulate; "
            "simulate('as-is', 1); print(time.perf_counter() - t)",
            CORRIDORS_CACHE=cache,
        )
    )


def a_run(threads: int, firms: int = 600, runs: int = 200) -> float:
    """Milliseconds a run, the best of five rounds."""
    from abm.runs import simulate

    simulate("corridor-first", 2, firms=firms)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        simulate("corridor-first", runs, firms=firms, threads=threads)
        times.append((time.perf_counter() - start) / runs * 1000)
    return min(times)


def memory(runs: int = 1000) -> float:
    """Megabytes beyond imports that so many runs in hand take at most."""
    code = (
        f"import resource; {IMPORTS}; a = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        f"from abm.runs import simulate; kept = simulate('as-is', {runs}); "
        "b = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; print((b - a) / 1024)"
    )
    return float(fresh(code))


def stepped() -> float:
    """Milliseconds a run, stepped as a Mesa model, agents made once."""
    from abm.model import CentralAsia

    start = time.perf_counter()
    model = CentralAsia("corridor-first", rng=1)
    while model.running:
        model.step()
    return (time.perf_counter() - start) * 1000


def plain() -> float:
    """Milliseconds a run, uncompiled."""
    from abm.runs import simulate

    start = time.perf_counter()
    simulate("corridor-first", 1, plain=True)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = start_up(cache), start_up(cache)
    one, two = a_run(1), a_run(2)
    rows = [
        ("compile the month, once", cold, "s"),
        ("start from the cache, beyond imports", warm, "s"),
        ("a run, 600 firms, 132 months, one thread", one, "ms"),
        ("the same, two threads", two, "ms"),
        ("gain of a second thread", one / two, "times"),
        ("a firm and month", one * 1e6 / 600 / 132, "ns"),
        ("a run, 2,400 firms, one thread", a_run(1, 2400, 50), "ms"),
        ("1,000 runs in hand, beyond imports", memory(), "MB"),
        ("a run stepped as a Mesa model", stepped(), "ms"),
        ("a run uncompiled", plain(), "ms"),
        ("this process at its largest", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"),
    ]
    for what, value, unit in rows:
        print(f"{what:45} {value:10.2f} {unit}")


if __name__ == "__main__":
    main()
