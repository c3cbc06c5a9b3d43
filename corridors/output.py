"""A results folder is written beside its place and renamed: complete, or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abm.errors import BadInput
from abm.parameters import Parameters, describe
from abm.scenario import Scenario

MARK = "manifest.json"
OURS = {MARK, "runs.parquet", "summary.csv", "bands.csv", "chart.png", "chart.svg"}
OURS |= {"compare.csv", "ablate.csv", "interactions.csv"}
OURS |= {"search.csv", "switching.csv", "programmes"}
OURS |= {"figures.json", "figures.csv", "figures.html"}
OURS |= {"outlook.json", "outlook.csv", "outlook.html"}


def check_place(out: Path, force: bool) -> None:
    """Refuse a place that is taken, before anything is computed. Raises BadInput."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise BadInput(f"--out {out}: is a file or a link, not a folder")
    place = out.resolve()
    if Path.cwd().resolve().is_relative_to(place):
        raise BadInput(f"--out {out}: is the folder you are in, or holds it; choose one below it")
    if place.exists() and any(place.iterdir()):
        if not force:
            raise BadInput(f"--out {out}: there are results already; choose another folder, or --force to replace them")
        strangers = sorted({p.name for p in place.iterdir()} - OURS)
        if strangers or not _is_ours(place / MARK):
            told = f"'{strangers[0]}'" if strangers else f"no {MARK} of ours"
            raise BadInput(
                f"--out {out}: holds what this command did not write ({told}), so --force will not replace it"
            )
    nearest = next(folder for folder in place.parents if folder.exists())
    if not os.access(nearest, os.W_OK):
        raise BadInput(f"--out {out}: {nearest} cannot be written")


def _is_ours(manifest: Path) -> bool:
    try:
        return {"command", "scenarios", "seeds"} <= set(json.loads(manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return False


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder to write into; it takes the place of `out` only when the block ends well.

    Raises:
        BadInput: the disk is full or refuses; what stood there still does.
    """
    place = out.resolve()
    beside = place.with_name(f".{place.name}.partial-{os.getpid()}")
    aside = place.with_name(f".{place.name}.old-{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        yield beside
        if place.exists():
            place.rename(aside)
        try:
            beside.rename(place)
        except OSError:
            if aside.exists():
                aside.rename(place)
            raise
    except OSError as problem:
        raise BadInput(f"--out {out}: {problem.strerror or problem}; nothing was written") from problem
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if place.exists():
            shutil.rmtree(aside, ignore_errors=True)


def check_file(path: Path, option: str) -> None:
    """Refuse a place where no file can be written, before anything is run. Raises BadInput."""
    if path.is_dir():
        raise BadInput(f"{option} {path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise BadInput(f"{option} {path}: there is no folder {path.parent}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise BadInput(f"{option} {path}: cannot be written")


def write_file(path: Path, text: str, option: str) -> None:
    """A text written beside its place and renamed, so that it is whole. Raises BadInput."""
    beside = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as problem:
        raise BadInput(f"{option} {path}: {problem.strerror or problem}") from None
    finally:
        beside.unlink(missing_ok=True)


def write_manifest(
    folder: Path, command: str, stories: Sequence[Scenario], seeds: Any, firms: int,
    numbers: Parameters | Sequence[Parameters], seconds: float, **more: Any,
) -> None:  # fmt: skip
    """manifest.json: everything that is needed to get the same bits again; seeds: so many from 0, or told in full;
    numbers: one set of parameters for all runs, or one a seed, of which those that differ are told as lists."""
    from experiments.provenance import code_version, data_hashes, versions

    told = {
        "command": command,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "scenarios": {story.name: story.to_toml() for story in stories},
        "seeds": {"first": 0, "count": seeds} if isinstance(seeds, int) else seeds,
        "firms": firms,
        "parameters": {name: _told(numbers, name) for name in describe()},
        "data": data_hashes(),
        "versions": versions(),
        "code": code_version(),
        "seconds_of_simulation": round(seconds, 2),
        **more,
    }
    (folder / "manifest.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _told(numbers: Parameters | Sequence[Parameters], name: str) -> Any:
    if isinstance(numbers, Parameters):
        return getattr(numbers, name)
    values = [getattr(one, name) for one in numbers]
    return values[0] if len(set(values)) == 1 else values
