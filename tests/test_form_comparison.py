"""Two reviewers' forms of a made-up component against agreement worked out by hand."""

import csv
import math
import shutil
from pathlib import Path

import openpyxl
import pytest

from evidencebook import evidence
from evidencebook.cli import main
from evidencebook.errors import ParameterError
from evidencebook.forms.comparing import compare_forms
from evidencebook.forms.reading import read_form
from evidencebook.forms.workbook import write_form
from evidencebook.project import Project
from evidencebook.schema import load_package

# Cohen's own kind of table: for and for 20, for and against 5, against and for 10, against and against 15.
# Agreed 35 of 50 = 70 %; by chance 0.5 * 0.6 + 0.5 * 0.4 = 50 %; kappa 0.4.
REPORT = Path(__file__).parent / "forms" / "report"
PAIRS = [("for", "for")] * 20 + [("for", "against")] * 5 + [("against", "for")] * 10 + [("against", "against")] * 15


@pytest.fixture(scope="module")
def coded(tmp_path_factory, edit):
    """Two forms, each with fifty new rows that code the pairs above, in opposite order on the two sheets."""
    folder = tmp_path_factory.mktemp("coded")
    paths = folder / "a.xlsx", folder / "b.xlsx"
    for side, path in enumerate(paths):
        write_form(evidence.load(Project(REPORT)), "A", path, blank_rows=55)
        with edit(path) as sheet:
            order = list(enumerate(PAIRS))[:: -1 if side else 1]
            for line, (number, pair) in enumerate(order, sheet.blank()):
                keys = "bell2010; adams2001" if side else "adams2001;bell2010"
                cells = {"theme": "cost", "verdict": pair[side], "keys": keys, "locator": f"p{number}"}
                sheet.set(line, text=f"Claim {number}" + " said otherwise" * side, **cells)
    return paths


@pytest.fixture
def forms(coded, tmp_path):
    return [Path(shutil.copy(path, tmp_path)) for path in coded]


def compared(made_up, forms):
    package = load_package(made_up.data)
    return compare_forms(*(read_form(path, package) for path in forms), package)


def test_agreement_and_kappa_are_those_worked_out_by_hand(made_up, forms):
    found = compared(made_up, forms)
    verdict = next(a for a in found.agreement if a.column == "verdict")
    assert (verdict.n, round(verdict.share, 10), round(verdict.kappa, 10)) == (50, 0.7, 0.4)
    theme = next(a for a in found.agreement if a.column == "theme")
    assert theme.share == 1
    assert math.isnan(theme.kappa)
    assert [s.column for s in found.settle] == ["verdict"] * 15
    assert found.untouched == 5


def test_rows_of_one_alone_and_other_works_or_figures_are_to_be_settled(made_up, forms, edit):
    with edit(forms[0]) as sheet:
        sheet.set("A-KIN-01", amount=13, keys="bell2010")
        sheet.set("A-KIN-02", withdraw="withdraw")
        sheet.add(theme="cost", text="Seen by one alone", keys="bell2010", locator="p99")
    settle = {(s.row, s.column, s.first, s.second) for s in compared(made_up, forms).settle if s.column != "verdict"}
    assert settle == {
        ("A-KIN-01", "amount", "13", "12"),
        ("A-KIN-01", "keys", "bell2010", "adams2001"),
        ("A-KIN-02", "", "withdraw", "keep"),
        ("bell2010, p99, Seen by one alone", "", "stands here", "has no such row"),
    }


def test_rows_of_one_place_are_paired_by_their_words(made_up, forms, edit):
    for path, order in zip(forms, ((0, 1), (1, 0)), strict=True):
        with edit(path) as sheet:
            claims = [("Aunts knit at night", "for"), ("Uncles snore by day", "against")]
            for text, verdict in (claims[n] for n in order):
                sheet.add(theme="kinship", verdict=verdict, text=text, keys="bell2010", locator="p777")
    assert not [s for s in compared(made_up, forms).settle if "777" in s.row]
    assert len(compared(made_up, forms).settle) == 15


def test_forms_of_two_components_are_not_compared(made_up, forms, tmp_path):
    write_form(evidence.load(made_up), "B", tmp_path / "other.xlsx")
    with pytest.raises(ParameterError, match="compare two forms of one component"):
        compared(made_up, (forms[0], tmp_path / "other.xlsx"))


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_the_command_prints_and_writes_what_is_to_be_settled(made_up, forms, tmp_path, capsys, suffix):
    out = tmp_path / f"settle.{suffix}"
    words = ["--project", str(made_up.root), "form", "compare", *map(str, forms)]
    assert main([*words, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "70%    0.40" in told
    assert "to settle: 15" in told
    if suffix == "csv":
        rows = list(csv.reader(out.read_text(encoding="utf-8-sig").splitlines()))
    else:
        rows = [list(r) for r in openpyxl.load_workbook(out)["to settle"].iter_rows(values_only=True)]
    assert rows[0][:5] == ["table", "row", "column", "a.xlsx", "b.xlsx"]
    assert len(rows) == 16
    assert {tuple(r[2:5]) for r in rows[1:]} == {("verdict", "for", "against"), ("verdict", "against", "for")}
