"""The documents say what the code says: how-tos run, tables agree, sources and links exist, nothing private leaks."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from abm import base_year, odd, parameters

ROOT = Path(__file__).parents[1]
HOW_TOS = sorted((ROOT / "docs" / "how-to").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {".py", ".md", ".toml", ".csv", ".cff", ".txt", ".cfg", ".json", ".yml", ".yaml", ".html", ".vue", ".js", ""}
BUILT = {"results", "build", "dist", "__pycache__", "node_modules"}
HOME = re.compile(r"(?<![\w.])/(?:home|Users)/\w|(?<![\w.])/(?:root)/|[A-Z]:\\Users\\")
NAMES = {"pypi": "org", "pythonhosted": "org", "npmjs": "org", "npmmirror": "com", "crates": "io", "anaconda": "org"}
REGISTRIES = [f"{name}.{domain}" for name, domain in NAMES.items()]


BLOCK = re.compile(r"^```(python|sh|r)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.stem)
def test_how_to_runs_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page, in order, in an empty folder: Python in one session, shell, and R where there is one."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert found
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    session = {"__name__": "__main__"}
    for number, (language, text) in enumerate(found):
        if language == "python":
            script = tmp_path / f"block_{number}.py"
            script.write_text(text, encoding="utf-8")
            exec(compile(text, str(script), "exec"), session)
        elif language == "sh" and os.name == "posix":
            ended = subprocess.run(["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True)
            assert ended.returncode == 0, ended.stderr
        elif language == "r" and shutil.which("Rscript"):
            ended = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True)
            assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("page", HOW_TOS, ids=lambda page: page.stem)
def test_how_to_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) < 60


def test_tables_of_the_odd_agree_with_the_declarations() -> None:
    page = odd.PAGE.read_text(encoding="utf-8")
    assert page == odd.fill(page), "run `make docs`"


def test_every_rule_and_kind_has_its_place_in_the_odd() -> None:
    page = odd.PAGE.read_text(encoding="utf-8")
    wanted = {name for name in odd.tables() if not name.startswith("numbers of")}
    assert wanted <= set(re.findall(r"<!-- table: (.+?) -->", page))
    for rule in odd.MONTH.each_rule():
        assert f"`{odd.name_of(rule)}`" in page.partition("## 7 Submodels")[2].partition("## Where this model")[0]


def test_odd_without_an_end_marker_or_with_an_unknown_table_is_refused() -> None:
    with pytest.raises(odd.BadInput, match="end"):
        odd.fill("<!-- table: roles -->\n")
    with pytest.raises(odd.BadInput, match="did you mean 'roles'"):
        odd.fill("<!-- table: rolls -->\n<!-- end -->")


def cited_in_code() -> set[str]:
    """Source keys of all parameters and of all docstrings of the model."""
    keys = {key.strip() for known in parameters.describe().values() for key in known.source.split(",")}
    for path in (ROOT / "abm").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                keys |= set(odd.cited(ast.get_docstring(node) or ""))
    return keys


def test_every_cited_source_stands_in_the_bibliography() -> None:
    prose = re.sub(r"`[^`\n]+`|\[[^\]]*\]\([^)]*\)", "", odd.PAGE.read_text(encoding="utf-8"))
    assert cited_in_code() | set(odd.cited(prose)) <= set(odd.sources())


def test_no_source_of_the_bibliography_is_unused() -> None:
    said = {datum.source for datum in base_year.read().rows}
    for key in sorted(set(odd.sources()) - cited_in_code()):
        words = odd.sources()[key].get("in_data", "no such words")
        assert any(words in text for text in said), f"{key} is used nowhere"


def test_words_that_name_a_source_stand_in_the_data() -> None:
    said = " ".join(datum.source for datum in base_year.read().rows)
    for source in odd.sources().values():
        assert source.get("in_data", "") in said


@pytest.mark.parametrize("key", sorted(odd.sources()))
def test_a_source_is_complete(key: str) -> None:
    source = odd.sources()[key]
    assert set(source) - {"in_data"} == {"title", "authors", "year", "kind", "where", "checked", "note"}
    assert source["kind"] in ("article", "data", "literature", "judgement")
    assert source["checked"] in ("text", "data", "excerpt", "memory", "none")
    assert (source["kind"] == "judgement") == (source["checked"] == "none")


def anchors(page: Path) -> set[str]:
    """Names under which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]+`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), f"no heading for {link}"


def texts() -> Iterator[Path]:
    """All text files of the project, without what is built or installed."""
    for folder, inner, files in os.walk(ROOT):
        hidden = {name for name in inner if name.startswith(".") and name != ".ci"}
        inner[:] = sorted(set(inner) - hidden - {name for name in inner if name in BUILT or name.endswith(".egg-info")})
        yield from (Path(folder, name) for name in sorted(files) if Path(name).suffix in TEXT)


def test_no_file_names_a_home_folder_or_a_package_registry() -> None:
    for path in texts():
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not HOME.search(text), f"{path.relative_to(ROOT)} names a home folder: {HOME.search(text)}"
        for host in REGISTRIES:
            assert host not in text, f"{path.relative_to(ROOT)} names {host}"
