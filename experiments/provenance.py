"""What made a result: the program, the data and the libraries that its bits depend on."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from abm import __version__, base_year

PACKAGES = ("numpy", "numba", "llvmlite", "pyarrow", "pandas", "scipy", "matplotlib")
EXTRAS = ("SALib", "ema-workbench", "pymoo", "distributed")  # named if they are there
BITS = ("numpy", "numba", "llvmlite")  # another version of these may give other bits
CODE = (".py", ".toml", ".csv")
APART = ("odd.py", "model.py")  # no run passes through them; scenarios are part of the sweep itself
LAID_OUT = ("designs", "factors", "files", "jobs", "plan", "rules", "work")  # how runs come to be rows
ROOT = Path(__file__).parents[1]


def versions() -> dict[str, str]:
    """Versions of the project, of Python and of the libraries that matter."""
    found = {"corridors": __version__, "python": platform.python_version()} | {p: version(p) for p in PACKAGES}
    for package in EXTRAS:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def data_hashes() -> dict[str, str]:
    """SHA-256 of every file of the base year."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(base_year.WORLD.glob("*.csv"))}


@cache
def code_hash() -> str:
    """A short hash of all that the bits of a sweep depend on: model, data, how runs are laid out, libraries."""
    digest = hashlib.blake2b(digest_size=12)
    model = [path for path in (ROOT / "abm").rglob("*") if path.suffix in CODE and path.name not in APART]
    files = [path for path in model if path.parent.name != "scenarios"]
    files += [ROOT / "experiments" / "sweeps" / f"{name}.py" for name in LAID_OUT]
    for path in sorted(files):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    for package in BITS:
        digest.update(f"{package} {version(package)}".encode())
    digest.update(".".join(platform.python_version_tuple()[:2]).encode())
    return digest.hexdigest()


def code_version() -> str:
    """The commit that the code stands at, "-changed" where files differ from it; else the version."""
    packages = ["abm", "experiments", "calibration", "corridors"]
    try:
        commit = _git("rev-parse", "HEAD").strip()
        changed = _git("status", "--porcelain", "--", *packages)
    except (OSError, subprocess.SubprocessError):
        return f"version {__version__}"
    return f"commit {commit}{'-changed' if changed else ''}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True, timeout=5)
    return done.stdout
