"""Each broken table of `tests/tables` is reported once, at its place, with what is allowed and what to do."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from evidencebook import evidence
from evidencebook.cli import main
from evidencebook.errors import DataError, ProjectError
from evidencebook.schema import DESCRIPTOR, load_package

CASES = sorted(path.parent for path in (Path(__file__).parent / "tables").glob("*/expected.json"))

_LINE = {"position": "1", "printed_number": "1", "expression": "made up", "locator": "app2"}
_RECOUNT = {"id": "N01", "source_id": "mini", "locator": "ch1", "statement": "Made up", "rule": "rows", "stated": "6"}
# Rows that the rules across tables stumble over when they take a faulty table for a sound one: table, row, bad column.
STUMBLES = {
    "section rule stated twice": ("section_domains", {"section": "mechanisms", "tables": "cmo"}, "section"),
    "search line numbered in words": ("strategy_lines", _LINE | {"printed_number": "one"}, "printed_number"),
    "search line that refers to a word": ("strategy_lines", _LINE | {"refers_to": "one"}, "refers_to"),
    "recount stated in words": ("recounts", _RECOUNT | {"stated": "six", "table": "findings"}, "stated"),
    "recount of parts in words": ("recounts", _RECOUNT | {"rule": "sum", "parts": "1;five"}, "parts"),
    "recount of no table": ("recounts", _RECOUNT | {"table": "finding"}, "table"),
    "recount by no column": ("recounts", _RECOUNT | {"table": "findings", "where": "colour=red"}, "where"),
}


@pytest.fixture
def tables(project):
    """The made-up synthesis with the descriptor cut to the tables that have rows, which reads faster."""
    path = project.data / DESCRIPTOR
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"] = [r for r in descriptor["resources"] if _has_rows(project.data / r["path"])]
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    return project


def test_the_made_up_synthesis_is_sound(mini):
    assert inspect(mini) == []


def test_the_made_up_synthesis_is_sound_with_the_tables_that_have_rows_only(tables):
    assert inspect(tables) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_broken_table_gives_exactly_its_fault(tables, case):
    expected = lay(case, tables)

    found = inspect(tables)

    assert [place(fault) for fault in found] == [place_of(expected)]
    (fault,) = found
    assert expected["problem"] in fault.problem
    assert expected["allowed"] in fault.allowed
    assert expected["remedy"] in fault.remedy
    assert {fault.allowed, fault.remedy} <= set(_said(str(fault)))


@pytest.mark.parametrize(("name", "row", "column"), STUMBLES.values(), ids=STUMBLES)
def test_a_faulty_row_is_reported_and_stops_no_rule(project, name, row, column):
    table = load_package(project.data).tables[name]
    with (project.data / table.path).open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, table.header, restval="", lineterminator="\n").writerow(row)

    found = inspect(project)

    assert (f"data/{table.path}", column) in {(fault.file, fault.column) for fault in found}


def test_faults_of_three_files_are_reported_in_one_call(project):
    names = ("number-in-words", "renamed-column", "unknown-enum-value")
    expected = [lay(case_of(name), project) for name in names]

    found = inspect(project)

    assert len({f.file for f in found}) == 3
    assert sorted(map(place, found)) == sorted(map(place_of, expected))


def test_loading_faulty_tables_raises_every_fault(project):
    for name in ("unknown-enum-value", "duplicate-key"):
        lay(case_of(name), project)

    with pytest.raises(DataError) as raised:
        evidence.load(project)

    assert [f.value for f in raised.value.faults] == ["disproving", "R1 + bellnd"]


def test_a_table_changed_after_loading_is_read_again(project):
    evidence.load(project)
    path = project.data / "evidence" / "findings.csv"
    path.write_bytes(path.read_bytes().replace(b",negating,", b",Negating,"))  # of the same size

    with pytest.raises(DataError, match="Negating"):
        evidence.load(project)


def test_a_reference_that_no_row_cites_is_reported(tables):
    with tables.bibliography.open("a", encoding="utf-8") as file:
        file.write("@misc{idle1999,\n  title = {Never cited},\n}\n")

    (fault,) = inspect(tables)

    assert (fault.file, fault.value) == ("references.bib", "idle1999")
    assert "cited by no row" in fault.problem


def test_a_missing_bibliography_is_named(project):
    project.bibliography.unlink()

    with pytest.raises(ProjectError, match=r"references\.bib is missing"):
        evidence.inspect(project)


def test_check_prints_every_fault_and_fails(project, capsys):
    expected = [lay(case_of(name), project) for name in ("unknown-enum-value", "duplicate-key")]

    status = main(["--project", str(project.root), "check"])

    said = capsys.readouterr()
    assert status == 1
    for case in expected:
        assert f"{case['file']}, row {case['row']}, column {case['column']}: " in said.err
        assert case["value"] in said.err
    assert "no fault" not in said.out


def test_check_of_sound_tables_succeeds(project, capsys):
    status = main(["--project", str(project.root), "check"])

    assert status == 0
    assert "no fault" in capsys.readouterr().out


def test_check_outside_a_report_says_where_to_go(tmp_path, capsys):
    assert main(["--project", str(tmp_path), "check"]) == 1
    assert "is not inside a report" in capsys.readouterr().err


def case_of(name):
    return next(case for case in CASES if case.name == name)


def inspect(project):
    """Every distinct fault, as `DataError` counts them."""
    return sorted(set(evidence.inspect(project)[1]))


def lay(case, project):
    """Lay the broken files of *case* over the project's tables; return the fault that they must give."""
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    shutil.copytree(case, project.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expected.json"))
    if "remove" in expected:
        (project.data / expected["remove"]).unlink()
    return expected


def place(fault):
    return fault.file, fault.row, fault.column, fault.value


def place_of(expected):
    return tuple(expected[name] for name in ("file", "row", "column", "value"))


def _has_rows(path):
    return path.read_text(encoding="utf-8").count("\n") > 1


def _said(text):
    return [line.split(":", 1)[-1].strip() for line in text.splitlines()]
