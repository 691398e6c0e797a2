"""Characters that the fonts of the PDF lack: what Typst says of a letter, told as places in tables and texts."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator

from evidencebook.errors import Fault
from evidencebook.project import Project
from evidencebook.schema import Package

_SAID = re.compile(r'the text `"(.+?)"` could not be displayed')


def unprintable(said: str, project: Project, package: Package) -> list[Fault]:
    """Return a fault for each place that holds a character which Typst, by what it *said*, cannot show."""
    letters = {letter for text in _SAID.findall(said) for letter in text}
    return [*_in_tables(letters, package), *_in_texts(letters, project)] if letters else []


def _in_tables(letters: set[str], package: Package) -> Iterator[Fault]:
    for table in package.tables.values():
        with (package.folder / table.path).open(encoding="utf-8", newline="") as file:
            for number, cells in enumerate(csv.reader(file), 1):
                for column, cell in zip(table.header, cells, strict=False):
                    if found := letters & set(cell):
                        yield _fault(f"data/{table.path}", number, column, cell, found)


def _in_texts(letters: set[str], project: Project) -> Iterator[Fault]:
    pages = sorted(p for p in (project.root / "book").rglob("*.md") if project.chapters not in p.parents)
    for path in (project.bibliography, *pages):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := letters & set(line):
                yield _fault(path.relative_to(project.root).as_posix(), number, "", line.strip(), found)


def _fault(file: str, row: int, column: str, value: str, found: set[str]) -> Fault:
    told = ", ".join(f"{c} (U+{ord(c):04X} {unicodedata.name(c, 'without a name')})" for c in sorted(found))
    allowed, remedy = "letters that the book's own fonts have", "write it in words, or build with --html-only"
    return Fault(file, row, column, value, f"holds {told}, which the PDF cannot show", allowed, remedy)
