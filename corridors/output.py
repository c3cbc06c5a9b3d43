"""A results folder is written beside its place and renamed: complete, or not there at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from abm.errors import BadInput

MARK = "manifest.json"


def check_place(out: Path, force: bool) -> None:
    """Refuse a place that is taken, before anything is computed. Raises BadInput."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise BadInput(f"--out {out}: is a file or a link, not a folder")
    if out.exists() and any(out.iterdir()):
        if not force:
            raise BadInput(f"--out {out}: there are results already; choose another folder, or --force to replace them")
        if not (out / MARK).exists():
            raise BadInput(f"--out {out}: holds other files (no {MARK}), so --force will not replace it")
    nearest = next(folder for folder in out.absolute().parents if folder.exists())
    if not os.access(nearest, os.W_OK):
        raise BadInput(f"--out {out}: {nearest} cannot be written")


@contextmanager
def written_whole(out: Path) -> Iterator[Path]:
    """A folder to write into; it takes the place of `out` only when the block ends well."""
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    beside = out.absolute().with_name(f".{out.name}.partial-{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
        aside = out.absolute().with_name(f".{out.name}.old-{os.getpid()}")
        if out.exists():
            out.rename(aside)
        beside.rename(out)
        shutil.rmtree(aside, ignore_errors=True)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
