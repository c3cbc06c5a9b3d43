"""The ledger of the articles' figures: complete, faithful, refused when faulty, closed to the fit where held out."""

from __future__ import annotations

import ast
import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta

import calibration.figures as ledger
from abm.errors import BadInput
from abm.parameters import Parameters
from calibration.evidence import Evidence
from calibration.figures import FILE, Figure, figures, listed, read, scale, targets
from calibration.measures import MEASURES, needed

ROOT = Path(__file__).parents[1]
GIVEN = ROOT.parent / "shared" / "model" / "figures.csv"  # the specification's table; not part of the package
TOLD = ("article", "figure", "unit", "role", "independence", "scenario", "against", "measured_by")
SPECIFIED = "34bf224a70c17eeea7af2f1962980f9039233749c01aa1de81ff10b3819818eb"
ROWS = figures()


# ------------------------------------------------------------------------------------------------------ what it holds


def test_it_has_all_62_rows() -> None:
    assert len(ROWS) == 62
    roles = [row.role for row in ROWS.values()]
    counts = {role: roles.count(role) for role in set(roles)}
    assert counts == {"input": 7, "fit": 3, "soft": 7, "held-out": 41, "context": 4}


def specified(rows: Iterable[Mapping[str, str]]) -> str:
    """A digest of what the specification's table tells of each row."""
    numbers = [[repr(float(row[key])) if row[key] else "" for key in ("value", "low", "high")] for row in rows]
    words = [[row["id"], *(row[key] for key in TOLD)] for row in rows]
    return hashlib.sha256(repr([*zip(words, numbers)]).encode()).hexdigest()


def test_it_says_what_the_specification_says() -> None:
    """By a digest that was taken of the specification's table, which no clone holds; here, if it lies beside, anew."""
    known = [{k: "" if v is None else str(v) for k, v in asdict(row).items()} for row in ROWS.values()]
    assert specified(known) == SPECIFIED
    if GIVEN.exists():
        with GIVEN.open(newline="", encoding="utf-8") as file:
            assert specified(list(csv.DictReader(file))) == SPECIFIED


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_every_row_has_a_place_and_every_row_but_texts_and_context_a_measure(row: Figure) -> None:
    assert row.place
    assert bool(row.measure) == row.applies
    assert (row.judged == "not applicable") != row.applies


def test_no_measure_is_idle() -> None:
    assert {row.measure for row in ROWS.values() if row.measure} == set(MEASURES)


ROUNDING = 0.0051  # the specification tells bands with two digits
DISAGREES = {("future_economic", "high"): 0.655}  # the specification says .66
SAMPLED = [row for row in ROWS.values() if row.band in ("binomial", "multinomial")]


def sampling_band(row: Figure) -> tuple[float, float]:
    """95 %: exact (Clopper-Pearson) of a multiple choice, Jeffreys' Dirichlet of one answer among its list's items."""
    assert row.value is not None
    count = round(row.value * row.n)
    if row.band == "multinomial":
        prior = 0.5
        others = row.n - count + prior * (len(listed(row.list)) - 1)
        return tuple(beta.ppf([0.025, 0.975], count + prior, others))
    return float(beta.ppf(0.025, count, row.n - count + 1)), float(beta.ppf(0.975, count + 1, row.n - count))


@pytest.mark.parametrize("row", SAMPLED, ids=lambda row: row.id)
def test_sampling_bands_are_those_of_the_answers_that_the_shares_reveal(row: Figure) -> None:
    """Within rounding for every sampled row, but for the one end told in DISAGREES; the specification's bands stand."""
    for end, found in zip(("low", "high"), sampling_band(row)):
        told = DISAGREES.get((row.id, end))
        if told is None:
            assert getattr(row, end) == pytest.approx(found, abs=ROUNDING), end
        else:
            assert found == pytest.approx(told, abs=0.0005)
            assert abs(getattr(row, end) - found) > ROUNDING


def test_shares_are_whole_numbers_of_answers_but_for_the_platforms() -> None:
    assert len(SAMPLED) == 27
    for row in SAMPLED:
        assert row.value is not None
        assert round(row.value * row.n) == pytest.approx(row.value * row.n, abs=0.02), row.id
    for n in range(20, 60):
        shares = [row.value * n for row in listed("platforms").values() if row.value]
        assert any(abs(x - round(x)) > 0.02 for x in shares), n


def test_a_band_holds_its_ends_to_the_last_bit_and_no_more() -> None:
    cut = ROWS["cost_cut"]
    assert cut.holds(0.15)
    assert cut.holds(np.mean([0.2] * 7))
    assert not cut.holds(0.2001)
    assert ROWS["corridor_population"].holds(4.4)
    assert not ROWS["corridor_population"].holds(4.5)


def test_the_scale_of_a_list_is_the_sum_of_its_published_shares() -> None:
    assert scale("obstacles") == pytest.approx(0.52 + 0.40 + 0.32)
    assert len(listed("avenues")) == 9


# --------------------------------------------------------------------------------------------------- what it refuses

FAULTS = {
    "unknown measure": ('measure = "trade_2025"', 'measure = "trade_2052"', "did you mean 'trade_2025'"),
    "unknown role": ('role = "input"', 'role = "imput"', "did you mean 'input'"),
    "unknown unit": ('unit = "bn US$/yr"', 'unit = "bn US$"', "did you mean 'bn US$/yr'"),
    "unknown independence": ('independence = "seen"', 'independence = "sen"', "did you mean 'seen'"),
    "unknown judgement": ('judged = "sign"', 'judged = "sing"', "did you mean 'sign'"),
    "unknown list": ('list = "avenues"', 'list = "avenue"', "did you mean 'avenues'"),
    "unknown band": ('band = "interval"', 'band = "intervall"', "did you mean 'interval'"),
    "unknown order": ('order = "smallest"', 'order = "smalest"', "did you mean 'smallest'"),
    "unknown key": ('place = "Background"', 'plaec = "Background"', "did you mean 'place'"),
    "missing key": ('place = "Background"\n', "", "'place' is missing"),
    "twice": ('id = "raw_share_2025"', 'id = "trade_2025"', "row 2 'trade_2025': the id 'trade_2025' is told twice"),
    "low above high": ("low = 1.7", "low = 2.7", "'low' = 2.7 is above 'high' = 2"),
    "no number": ("low = 1.7", 'low = "1.7"', "'low' must be a number"),
    "not finite": ("low = 1.7", "low = nan", "'low' must be a number"),
    "wrong type": ("n = 50", 'n = "50"', "'n' must be a whole number"),
    "excused": ('judged = "order"', 'judged = "not applicable"', "only texts and context"),
    "honesty untold": ('independence = "clean"', 'independence = ""', "'independence' is told of held-out rows"),
    "no answers": ("n = 50", "n = 0", "needs 'n'"),
    "wrong brackets": ("[[figure]]", "[[figures]]", "[[figure]]"),
    "broken": ("[[figure]]", "[[figure", "cannot be read as TOML"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_faulty_ledger_is_refused_with_file_row_and_nearest_name(case: str, tmp_path: Path) -> None:
    old, new, told = FAULTS[case]
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, -1 if "brackets" in case else 1), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        read(path)
    assert told in str(refused.value)
    assert "mine.toml" in str(refused.value)


def test_a_ledger_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read(tmp_path / "none.toml")


def test_unknown_figures_and_lists_are_refused() -> None:
    with pytest.raises(BadInput, match="did you mean 'trade_2030'"):
        ledger.figure("trade_2031")
    with pytest.raises(BadInput, match="did you mean 'avenues'"):
        listed("avenue")


# ------------------------------------------------------------------------------------------ closed where held out

OPEN_TO_THE_FIT = {"targets", "Figure", "FIT", "SOFT"}
OF_THE_FIT = ("fit*.py", "guess*.py", "survivors*.py", "recovery*.py", "likelihood*.py", "posterior*.py", "prior*.py")
FIT_FILES = sorted({path for pattern in OF_THE_FIT for path in (ROOT / "calibration").glob(pattern)})


def test_targets_are_the_rows_that_may_be_fitted() -> None:
    assert len(targets()) == 10
    assert {row.role for row in targets().values()} == {"fit", "soft"}


@pytest.mark.parametrize("path", FIT_FILES, ids=lambda path: path.name)
def test_the_fit_reads_no_figure_but_its_targets(path: Path) -> None:
    """Of the ledger it imports `targets` alone (and words), and never what reads other rows: scorecard and headline."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "calibration.figures":
            assert {name.name for name in node.names} <= OPEN_TO_THE_FIT
        if isinstance(node, ast.ImportFrom):
            assert node.module != "calibration.scorecard"
            banned = {"figures", "scorecard"} if node.module == "calibration" else {"figure", "measure", "future"}
            if node.module in ("calibration", "calibration.headline"):
                assert not {name.name for name in node.names} & banned
        if isinstance(node, ast.Import):
            assert not any(name.name in ("calibration.figures", "calibration.scorecard") for name in node.names)
    assert "figures.toml" not in text


def test_other_held_out_values_change_nothing_that_the_fit_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fit's sight of the ledger: held-out figures may say anything, and it sees the same bits."""
    evidence = Evidence([Parameters()] * 2, range(2), firms=50)

    def seen() -> dict[str, tuple[Figure, bytes]]:
        rows = targets()
        found = {id_: MEASURES[row.measure].of(evidence, id_) for id_, row in rows.items()}
        return {id_: (row, np.ma.getdata(found[id_]).tobytes()) for id_, row in rows.items()}

    before = seen()
    lies = {
        id_: replace(row, value=9.9, low=-9.9, high=99.0) if row.role == "held-out" else row
        for id_, row in ROWS.items()
    }
    monkeypatch.setattr(ledger, "figures", lambda: lies)
    assert listed("avenues")["avenue_energy"].value == 9.9  # the lies are heard
    assert seen() == before


def test_a_figure_says_which_variants_it_needs() -> None:
    cheap = [row for row in targets().values() if row.role == "fit"]
    assert set(needed(cheap)) == {"corridor-first", "declarations", "kgtj-hindcast"}
    assert len(needed(ROWS.values())) == len(set(needed(ROWS.values())))
