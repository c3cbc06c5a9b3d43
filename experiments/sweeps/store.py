"""The folder of a sweep. The parts that are there are the only record of what has been done.

DIR/manifest.json      what was asked, with what program: enough to do it again
DIR/runs/part-*.parquet     a row a run: point, seed, factors, error, summary
DIR/series/part-*.parquet   a row a run and month, if series are kept
DIR/damaged/           parts that could not be read, set aside
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import getpid
from pathlib import Path
from typing import Any
from uuid import uuid4

from abm import parameters
from abm.errors import BadInput
from abm.scenario import Scenario
from experiments.provenance import code_hash, code_version, data_hashes, versions
from experiments.sweeps.files import DIGEST, label, write_beside
from experiments.sweeps.jobs import Part
from experiments.sweeps.plan import RUNS, SERIES, Plan
from experiments.sweeps.spec import SweepSpec

MANIFEST, DAMAGED, DRAFTS = "manifest.json", "damaged", ".drafts-"
STALE = 3600  # seconds after which the drafts of a killed process may go


@dataclass(frozen=True)
class Store:
    """The folder of one plan."""

    folder: Path
    plan: Plan
    token: str = field(default_factory=lambda: f"{getpid()}-{uuid4().hex[:8]}")  # containers may share a number

    @staticmethod
    def open(folder: Path, plan: Plan, command: str = "") -> Store:
        """Begin a sweep in a new or empty folder, or go on with one that holds the same sweep.

        Raises:
            BadInput: the folder holds another sweep, one made by another program, or something else altogether.
        """
        store = Store(folder, plan)
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise BadInput(f"--out {folder}: is a file or a link, not a folder")
        there = folder.exists() and [p for p in folder.iterdir() if not p.name.startswith(DRAFTS)]
        if there:
            store._refuse_another(manifest_of(folder))
        store.describe(command, complete=False)
        for drafts in folder.glob(f"{DRAFTS}*"):
            if time.time() - max(p.stat().st_mtime for p in (drafts, *drafts.iterdir())) > STALE:
                shutil.rmtree(drafts, ignore_errors=True)
        return store

    @property
    def kinds(self) -> tuple[str, ...]:
        """The files that a part has; runs last, since it says that the part is done."""
        return (SERIES, RUNS) if SERIES in self.plan.spec.keep else (RUNS,)

    def path(self, kind: str, part: int) -> Path:
        """Where a part's file stands."""
        return self.folder / kind / f"part-{part:06d}.parquet"

    def write(self, part: Part) -> None:
        """Put a part in its place; its series first, so that its runs never stand without them."""
        for kind in self.kinds:
            write_beside(self.path(kind, part.number), part.files[kind], self._drafts / kind)

    def done(self) -> Iterator[tuple[int, int]]:
        """Parts that are whole, each with its number of failed runs; damaged ones are set aside on the way."""
        for number in range(self.plan.parts):
            failed = None
            for kind in reversed(self.kinds):
                path = self.path(kind, number)
                if not path.exists():
                    failed = None
                    break
                found = self._failed(path, number)
                if found is None:
                    failed = None
                    self._set_aside(path)
                    break
                failed = found if kind == RUNS else failed
            if failed is not None:
                yield number, failed

    def describe(self, command: str, complete: bool, **more: Any) -> None:
        """Write the manifest: all that is needed to get the same bits again."""
        plan = self.plan
        told = {
            "command": command,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "complete": complete,
            "runs": plan.runs,
            "points": plan.points,
            "parts": plan.parts,
            "runs_a_part": plan.per_part,
            "digest": plan.digest,
            "program": code_hash(),
            "code": code_version(),
            "spec": plan.spec.model_dump(mode="json"),
            "rules": dict(plan.sources),
            "scenarios": {story.name: story.to_toml() for story in plan.stories},
            "seeds": {"first": plan.spec.first_seed, "count": plan.seeds},
            "firms": plan.spec.firms,
            "parameters": {name: known.default for name, known in parameters.describe().items()},
            "data": data_hashes(),
            "versions": versions(),
            **more,
        }
        content = json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"
        write_beside(self.folder / MANIFEST, content, self._drafts)

    def close(self) -> None:
        """Take away this process's drafts."""
        shutil.rmtree(self._drafts, ignore_errors=True)

    @property
    def _drafts(self) -> Path:
        return self.folder / f"{DRAFTS}{self.token}"

    def _refuse_another(self, manifest: dict[str, Any]) -> None:
        if manifest["program"] != code_hash():
            raise BadInput(
                f"--out {self.folder}: was made by another version of the program ({_made_by(manifest)}); "
                "choose another folder, or go back to that version"
            )
        if manifest["digest"] != self.plan.digest:
            changed = _changed(manifest, self.plan)
            raise BadInput(
                f"--out {self.folder}: holds another sweep (differs in: {', '.join(changed)}); choose another folder"
            )

    def _failed(self, path: Path, number: int) -> int | None:
        """Failed runs in a part's file; None if it is not what was written."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(path, page_checksum_verification=True, partitioning=None)
        except (OSError, ValueError, pa.ArrowException):
            return None
        if (table.schema.metadata or {}).get(DIGEST) != label(self.plan.digest, path).encode():
            return None
        runs = self.plan.runs_of(number)
        if table.column_names != list(self.plan.columns_of(path.parent.name)):
            return None
        if path.parent.name == SERIES:
            return 0
        if table["run"].to_pylist() != list(runs):
            return None
        return int(pc.sum(pc.is_valid(table["error"])).as_py() or 0)

    def _set_aside(self, path: Path) -> None:
        import sys

        place = self.folder / DAMAGED / f"{path.parent.name}-{path.name}"
        number = 0
        while place.exists():
            number += 1
            place = place.with_suffix(f".{number}")
        place.parent.mkdir(exist_ok=True)
        path.rename(place)
        print(f"corridors: {path}: cannot be read; set aside as {place}, its runs are made again", file=sys.stderr)


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a sweep's folder. Raises BadInput if it is not one."""
    path = folder / MANIFEST
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if not {"digest", "program", "spec", "scenarios", "code"} <= set(told) or "keep" not in told["spec"]:
            raise ValueError
    except FileNotFoundError:
        told = "no such folder" if not folder.exists() else f"holds no {MANIFEST} of a sweep"
        raise BadInput(f"{folder}: {told}") from None
    except (OSError, ValueError, TypeError):
        raise BadInput(f"{path}: is not the manifest of a sweep") from None
    return dict(told)


def plan_of(folder: Path) -> Plan:
    """The plan that a folder was made by, from its manifest.

    Raises:
        BadInput: not a sweep, or its rules are no longer what they were.
    """
    manifest = manifest_of(folder)
    where = str(folder / MANIFEST)
    stories = [Scenario.of_toml(text, name) for name, text in manifest["scenarios"].items()]
    plan = Plan.of(SweepSpec.of(manifest["spec"], where), where, stories)
    if plan.digest != manifest["digest"]:
        changed = ", ".join(_changed(manifest, plan))
        raise BadInput(f"{folder}: what the sweep was made of has changed since ({changed}; {_made_by(manifest)})")
    return plan


def _changed(manifest: dict[str, Any], plan: Plan) -> list[str]:
    """What differs between a manifest and a plan, by the keys of a spec."""
    old, new = manifest["spec"], plan.spec.model_dump(mode="json")
    found = [key for key in new if key not in ("title", "why") and old.get(key) != new[key]]
    told = {story.name: story.to_toml() for story in plan.stories}
    found += [f"scenario {name}" for name in told if manifest["scenarios"].get(name, told[name]) != told[name]]
    return found or ["the files of its rules"]


def _made_by(manifest: dict[str, Any]) -> str:
    return f"made {manifest.get('made', '')} by {manifest.get('code', 'an unknown version')}"
