"""A made-up synthesis with words of its own, its extraction form, and a person who changes it."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from evidencebook import evidence
from evidencebook.forms.workbook import write_form
from evidencebook.project import Project

FORMS = Path(__file__).parent
HEAD, FIRST = 1, 3


class Editing:
    """A workbook as a person changes it: cells by column name and by id or row."""

    def __init__(self, path, sheet="statements"):
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book[sheet]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.book.save(self.path)

    def column(self, name):
        return next(c.column for c in self.sheet[HEAD] if c.value == name)

    def row_of(self, identifier):
        return next(r[0].row for r in self.sheet.iter_rows() if identifier in [c.value for c in r])

    def set(self, row, **cells):
        number = self.row_of(row) if isinstance(row, str) else row
        for name, value in cells.items():
            self.sheet.cell(number, self.column(name.replace("withdraw", "withdraw?"))).value = value

    def blank(self):
        return next(n for n in range(FIRST, 99) if not self.sheet.cell(n, self.column("id")).value)

    def add(self, **cells):
        number = self.blank()
        while any(c.value for c in self.sheet[number]):
            number += 1
        self.set(number, **cells)
        return number


@pytest.fixture
def report(tmp_path):
    shutil.copytree(FORMS / "report", tmp_path / "report")
    return Project(tmp_path / "report")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The form of A as it is written; take `form` to change something."""
    path = tmp_path_factory.mktemp("exported") / "form.xlsx"
    write_form(evidence.load(Project(FORMS / "report")), "A", path, coder="second", blank_rows=4)
    return path


@pytest.fixture
def form(exported, tmp_path):
    return Path(shutil.copy(exported, tmp_path / "form.xlsx"))


@pytest.fixture(scope="session")
def edit():
    """Open a workbook to change it: `with edit(path, sheet) as sheet`."""
    return Editing
