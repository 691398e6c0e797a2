"""The quick answer that nothing changed: right when it says so, silent when anything differs."""

import os
import shutil

import pytest

from evidencebook.project import Project
from evidencebook.unchanged import forget, nothing_changed, remember


@pytest.fixture
def built(project):
    """A synthesis with results as a complete build leaves them."""
    for path in (project.html / "index.html", project.report_pdf, project.chapters / "home.ipynb"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("made", encoding="utf-8")
    remember(project, pdf=True)
    return project


def test_nothing_changed_after_a_complete_build(built):
    assert nothing_changed(built, pdf=True)
    assert nothing_changed(built, pdf=False)


@pytest.mark.parametrize(
    "path",
    [
        "data/evidence/findings.csv",
        "data/datapackage.json",
        "references.bib",
        "_config.yml",
        "_toc.yml",
        "notebooks/home.ipynb",
        "book/how-to-read.md",
        "book/_static/evidencebook.css",
        "book/chapters/home.ipynb",
        "_build/html/index.html",
        "_build/pdf/report.pdf",
    ],
)
def test_a_changed_file_is_noticed(built, path):
    file = built.root / path
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not nothing_changed(built, pdf=True)


def test_a_new_paragraph_and_a_missing_page_are_noticed(built):
    added = built.prose / "R1" / "new.md"
    added.parent.mkdir(parents=True, exist_ok=True)
    added.write_text("New.", encoding="utf-8")
    assert not nothing_changed(built, pdf=True)
    added.unlink()
    assert nothing_changed(built, pdf=True)
    (built.html / "index.html").unlink()
    assert not nothing_changed(built, pdf=True)


def test_a_build_without_pdf_does_not_answer_for_one_with(built):
    remember(built, pdf=False)
    assert nothing_changed(built, pdf=False)
    assert not nothing_changed(built, pdf=True)


def test_a_build_that_broke_off_leaves_no_answer(built):
    forget(built)
    assert not nothing_changed(built, pdf=True)


def test_a_touched_input_with_the_same_bytes_changes_nothing(built):
    os.utime(built.data / "evidence" / "findings.csv")
    assert nothing_changed(built, pdf=True)


def test_a_copy_of_the_tree_has_changed_nothing(built, tmp_path):
    copy = Project(tmp_path / "copy")
    shutil.copytree(built.root, copy.root, copy_function=shutil.copyfile)
    assert nothing_changed(copy, pdf=True)
    (copy.html / "index.html").write_text("mode", encoding="utf-8")
    assert not nothing_changed(copy, pdf=True)


def test_a_record_that_cannot_be_read_leaves_no_answer(built):
    (built.build / "state" / "complete.json").write_text("{", encoding="utf-8")
    assert not nothing_changed(built, pdf=True)
