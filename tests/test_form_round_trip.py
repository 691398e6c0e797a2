"""The way of evidence through a spreadsheet and back, on the report's own R1: form, fault, import, plan, diff."""

import shutil

import pytest

from evidencebook import build
from evidencebook.cli import main
from evidencebook.project import Project
from evidencebook.versions.diff import compare
from evidencebook.versions.snapshot import read_snapshot

PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book")


@pytest.fixture
def whole(repository, tmp_path, as_if_run):
    """A copy of the report as if every chapter had run."""
    root = tmp_path / "report"
    for name in PARTS:
        source = repository.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("chapters"))
        else:
            root.mkdir(exist_ok=True)
            shutil.copy(source, root / name)
    return as_if_run(Project(root))


@pytest.mark.build
def test_three_rows_changed_and_two_added_come_back_as_just_that(whole, tmp_path, edit, capsys):
    def run(*words):
        code = main(["--project", str(whole.root), *map(str, words)])
        return code, capsys.readouterr()

    before, findings = read_snapshot(whole.root, "before", whole), whole.data / "evidence/findings.csv"
    bytes_before = findings.read_bytes()
    form, broken = tmp_path / "extraction.xlsx", tmp_path / "broken.xlsx"
    assert run("form", "export", "--component", "R1", form, "--coder", "coder-a")[0] == 0
    with edit(form, "findings") as sheet:
        sheet.set("R1-PH-001", comparison="usual care")
        sheet.set("R1-PE-002", topic="Another heading")
        new = {"domain": "staff_experience", "stance": "modifying", "topic": "Made up", "keys": "ham2013"}
        sheet.add(**new, finding="A made-up claim about staff.", locator="ch4 Outcomes ¶99")
        sheet.add(**new, finding="Another made-up claim about staff.", locator="ch4 Outcomes ¶99")
    with edit(form, "cmo") as sheet:
        sheet.set("R1-CMO-03", title="Another title")
    shutil.copy(form, broken)
    with edit(broken, "findings") as sheet:
        number = sheet.row_of("R1-PH-001")
        sheet.set("R1-PH-001", stance="Confirming", keys="ham2031")

    code, said = run("form", "import", broken, "--yes")
    assert code == 1
    assert (
        f"broken.xlsx, sheet findings, row {number}, column stance: is not an allowed value (found: Confirming)"
        in said.err
    )
    assert f"broken.xlsx, sheet findings, row {number}, column keys: points to nothing (found: ham2031)" in said.err
    assert findings.read_bytes() == bytes_before

    code, said = run("form", "import", form)
    assert code == 0, said.err
    assert "findings: 2 added, 2 changed" in said.out
    assert "cmo: 1 changed" in said.out
    assert "nothing is written yet" in said.out
    assert run("form", "import", form, "--yes")[0] == 0

    diff = compare(before, read_snapshot(whole.root, "now", whole))
    changes = {
        (r.change, r.table, r.row if r.change == "changed" else r.record.get("finding", r.row)) for r in diff.rows
    }
    assert changes == {
        ("changed", "findings", "R1-PH-001"),
        ("changed", "findings", "R1-PE-002"),
        ("changed", "cmo", "R1-CMO-03"),
        ("added", "findings", "A made-up claim about staff."),
        ("added", "findings", "Another made-up claim about staff."),
    }
    assert {c.column for r in diff.rows for c in r.cells} == {"comparison", "topic", "title"}
    ids = sorted(r.row for r in diff.rows if r.change == "added")
    assert all(i.startswith("R1-SE-") for i in ids)
    assert len(set(ids)) == 2

    (line,) = [x for x in build.explain(whole) if x.split()[:3] == ["run", "chapter", "r1-review"]]
    assert "2 rows of evidence/findings.csv changed (R1-PH-001: comparison; R1-PE-002: topic)" in line
    assert f"2 rows of evidence/findings.csv added ({', '.join(ids)})" in line
    assert "1 row of evidence/cmo.csv changed (R1-CMO-03: title)" in line
    assert not [x for x in build.explain(whole) if x.split()[:3] == ["run", "chapter", "r2-review"]]
