"""A whole small report: built to HTML and PDF, rebuilt only where a row changed, safe when it fails."""

import csv
import json
import re

import pypdf
import pytest

from evidencebook import cli
from evidencebook.build import build, explain
from evidencebook.errors import BuildError, DataError, ProjectError

pytestmark = pytest.mark.build


@pytest.fixture(scope="module")
def made(mini, tmp_path_factory):
    """The made-up synthesis, built once; tests that change it take a copy."""
    import shutil

    from evidencebook.project import Project

    root = tmp_path_factory.mktemp("made") / "mini"
    shutil.copytree(mini.root, root)
    project = Project(root)
    build(project)
    return project


@pytest.fixture
def built(made, tmp_path, monkeypatch):
    import shutil

    from evidencebook.project import ROOT_VARIABLE, Project

    root = made.root.parent / tmp_path.name
    shutil.copytree(made.root, root, symlinks=True)
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    yield Project(root)
    shutil.rmtree(root)


def edit(project, table, row, column, value):
    """Set one cell of a CSV (row as a spreadsheet counts it)."""
    path = project.data / table
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    place = lines[0].index(column)
    lines[row - 1][place] = value(lines[row - 1][place]) if callable(value) else value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def stale(project):
    return {line.split()[2] for line in explain(project) if line.split()[:2] == ["run", "chapter"]}


def test_html_and_pdf_hold_every_chapter(made):
    pages = {p.stem for p in (made.html / "book" / "chapters").glob("*.html")}
    assert {"home", "r1-review", "r1-theory", "m1-map", "m1-theory", "active-ingredients"} <= pages
    assert (made.html / "index.html").is_file()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(made.pdf / "report.pdf").pages)
    assert "R1 review" in text
    assert "M1 map" in text


def test_second_build_runs_nothing(made):
    assert stale(made) == set()
    before = (made.pdf / "report.pdf").stat().st_mtime_ns
    assert build(made) == 0
    assert (made.pdf / "report.pdf").stat().st_mtime_ns == before


def test_changed_finding_runs_only_what_reads_it(built):
    edit(built, "evidence/findings.csv", 2, "finding", lambda text: f"{text} Said anew.")
    readers = stale(built)
    assert "r1-review" in readers
    assert not readers & {"m1-map", "m1-theory", "active-ingredients", "source-audit"}
    assert build(built, pdf=False) == len(readers)
    page = (built.html / "book" / "chapters" / "r1-review.html").read_text(encoding="utf-8")
    assert "Said anew" in page


# A table and a column of words in it that some page shows.
SHOWN = {
    "evidence/findings.csv": "finding",
    "evidence/cmo.csv": "title",
    "evidence/included_studies.csv": "country",
    "evidence/evidence_maps.csv": "focus",
    "theory/components.csv": "then_clause",
    "theory/logic_model_nodes.csv": "label",
    "synthesis/active_ingredients.csv": "text",
    "context/glossary.csv": "definition",
    "discrepancies.csv": "found",
    "sources.csv": "licence_note",
}


@pytest.mark.long  # a build for each table that chapters read
def test_one_row_changed_in_each_table_in_turn_changes_the_pages_that_must_and_no_other_byte(built):
    # A book that was moved is read anew once, and every page with it.
    edit(built, "evidence/findings.csv", 3, "finding", lambda text: f"{text} Moved.")
    build(built, pdf=False)
    before = pages_of(built)
    for table, column in SHOWN.items():
        edit(built, table, 2, column, lambda text: f"{text} said anew")
        ran = stale(built)
        build(built, pdf=False)
        after = pages_of(built)
        changed = {page for page in {*before, *after} if before.get(page) != after.get(page)}
        showing = {page for page in changed if b"said anew" in after[page]}
        assert showing, table
        # Beside the chapters that ran: the ledger, references and pages with a card of what changed.
        others = {
            page for page in changed - showing if page not in ran and not page.startswith(("ledger", "references"))
        }
        assert others == set(), (table, others)
        before = after


def pages_of(project):
    """The bytes of each page of the book and of the ledger, by name."""
    folders = (project.html / "book", project.html / "ledger")
    return {
        page.stem if folder.name == "book" else f"ledger/{page.stem}": page.read_bytes()
        for folder in folders
        for page in folder.rglob("*.html")
    }


def test_plan_says_why(built):
    edit(built, "evidence/findings.csv", 2, "finding", lambda text: f"{text} Said anew.")
    line = next(line for line in explain(built) if "r1-review" in line)
    assert "1 row of evidence/findings.csv changed (R1-PH-001: finding)" in line


def test_new_component_is_rows_not_code(built):
    with (built.data / "theory" / "components.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(
            ["M9", "map", "Made-up map", "Made-up", "", "A happens", "B follows", "", "", "ch3 M9 ¶1"]
        )
    with pytest.raises(ProjectError, match="book/chapters/m9-map is made from a table row but not listed"):
        build(built, pdf=False)
    contents = built.root / "_toc.yml"
    contents.write_text(
        contents.read_text(encoding="utf-8") + "- file: book/chapters/m9-map\n- file: book/chapters/m9-theory\n",
        encoding="utf-8",
    )
    build(built, pdf=False)
    page = (built.html / "book" / "chapters" / "m9-map.html").read_text(encoding="utf-8")
    assert "No finding is recorded here" in page


def test_three_faults_are_all_reported_and_the_good_build_stays(built, capsys):
    edit(built, "evidence/findings.csv", 2, "keys", "nobody1999")
    edit(built, "evidence/findings.csv", 3, "stance", "perhaps")
    edit(built, "evidence/cmo.csv", 2, "component", "R9")
    good = {p: p.read_bytes() for p in built.html.rglob("*.html")}
    with pytest.raises(DataError) as caught:
        build(built)
    found = {(f.file, f.row, f.column, f.value) for f in caught.value.faults}
    assert ("data/evidence/findings.csv", 2, "keys", "nobody1999") in found
    assert ("data/evidence/findings.csv", 3, "stance", "perhaps") in found
    assert ("data/evidence/cmo.csv", 2, "component", "R9") in found
    assert {p: p.read_bytes() for p in built.html.rglob("*.html")} == good
    assert cli.main(["--project", str(built.root), "build"]) == 1
    assert "confirming, modifying, negating" in capsys.readouterr().err


def test_warning_of_the_book_fails_the_build_and_keeps_the_last(built):
    page = built.root / "book" / "how-to-read.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n{cite}`nobody1999`\n", encoding="utf-8")
    good = (built.html / "book" / "how-to-read.html").read_bytes()
    with pytest.raises(BuildError, match="nobody1999"):
        build(built, pdf=False)
    assert (built.html / "book" / "how-to-read.html").read_bytes() == good


def test_a_changed_number_of_a_reference_reaches_every_page_that_cites_it(built):
    for row, number in ((2, "2"), (3, "1")):
        edit(built, "reference_numbers.csv", row, "number", number)
    swapped = {"1": "2", "2": "1"}
    for row in range(2, len((built.data / "source_citations.csv").read_text(encoding="utf-8").splitlines()) + 1):
        edit(built, "source_citations.csv", row, "number", lambda n: swapped.get(n, n))
    build(built, pdf=False)
    for name in ("r1-review", "m1-map"):
        page = (built.html / "book" / "chapters" / f"{name}.html").read_text(encoding="utf-8")
        shown = set(re.findall(r'#ref-(\w+)"[^>]*>([^<]*)</a></sup>', page))
        assert shown & {("adams2001", "2"), ("testtrust2010", "1")}
        assert not shown & {("adams2001", "1"), ("testtrust2010", "2")}


def test_leftover_chapter_is_removed(built):
    ghost = built.chapters / "r8-review.ipynb"
    ghost.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    build(built, pdf=False)
    assert not ghost.exists()


def test_the_ledger_is_whole_after_one_page_was_read_anew(built):
    before = json.loads((built.html / "claims.json").read_text(encoding="utf-8"))
    edit(built, "evidence/findings.csv", 2, "finding", lambda text: f"{text} Said anew.")
    build(built, pdf=False)
    after = json.loads((built.html / "claims.json").read_text(encoding="utf-8"))
    assert [c["id"] for c in after["claims"]] == [c["id"] for c in before["claims"]]
    assert after["rows"] == before["rows"]
    (changed,) = (c for c in after["claims"] if c["id"] == "R1-PH-001")
    assert "Said anew" in changed["text"]
    shelves = (built.html / "ledger").glob("source-*.html")
    (shelf,) = (p for p in shelves if "row-r1-ph-001" in p.read_text(encoding="utf-8"))
    assert "Said anew" in shelf.read_text(encoding="utf-8")


def test_a_row_that_no_page_shows_fails_the_build(built):
    # No template of the made-up synthesis reads this table.
    with (built.data / "synthesis" / "strengths_limitations.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(["SL-01", "strength", "Made up", "", "ch8 Strengths ¶1"])
    with pytest.raises(BuildError, match=r"strengths_limitations.csv: no page shows SL-01: .*evidencebook:not-shown"):
        build(built, pdf=False)


def test_a_table_that_rests_on_no_row_fails_the_build(built):
    page = built.root / "book" / "how-to-read.md"
    table = "\n::::{list-table} Typed by hand\n:name: typed\n\n* - 12\n::::\n"
    page.write_text(page.read_text(encoding="utf-8") + table, encoding="utf-8")
    with pytest.raises(BuildError, match=r"book/how-to-read: claim typed \(number\) rests on no row"):
        build(built, pdf=False)
