"""Try the changes of a form on a copy, hold the copy against every rule, and write all tables or none.

Lines of a table that do not change stay as they are, byte for byte.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evidencebook import evidence
from evidencebook.errors import Fault
from evidencebook.forms.layout import COMPONENT
from evidencebook.forms.proposal import Change
from evidencebook.forms.reading import sheet_name
from evidencebook.forms.writing import put_in_place
from evidencebook.project import Project
from evidencebook.schema import Package, Table
from evidencebook.validation import path_of
from evidencebook.versions.changes import ADDED, WITHDRAWN

Texts = dict[str, str]
# Table and row of the table's file to the row of the sheet that stands there.
Places = dict[tuple[str, int], int]


def texts_after(project: Project, package: Package, changes: Sequence[Change]) -> tuple[Texts, Places]:
    """Return the text of every table that *changes* touch, by table name, and where each row of the form stands."""
    texts: Texts = {}
    places: Places = {}
    for name in dict.fromkeys(c.table for c in changes):
        own = [c for c in changes if c.table == name]
        text = (project.data / package.tables[name].path).read_text(encoding="utf-8")
        lines, numbers = _rewritten(text, package.tables[name], own)
        texts[name] = "\n".join([*lines, ""])
        places |= {(name, row): number for row, number in numbers.items()}
    return texts, places


def faults_after(project: Project, package: Package, texts: Texts, places: Places, form: str) -> list[Fault]:
    """Return every fault of the project as it would be with *texts*; rows of the form are named by sheet and row."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Project(Path(folder) / "trial")
        _copy(project, trial)
        for name, text in texts.items():
            (trial.data / package.tables[name].path).write_text(text, encoding="utf-8", newline="")
        _, faults = evidence.inspect(trial)
    files = {path_of(package.tables[name]): name for name in texts}
    return sorted({_placed(fault, files, places, form) for fault in faults})


def write_all(project: Project, package: Package, texts: Texts, before: Mapping[str, str]) -> None:
    """Put *texts* in place of the tables: all of them, or on a fault none.

    Parameters
    ----------
    before : text of each table as it was read; a table that is another now stops everything.
    """
    paths = {name: package.tables[name].path for name in texts}
    after = {path: texts[name] for name, path in paths.items()}
    put_in_place(project, after, {path: before[name] for name, path in paths.items()})


def rows_at_fault(faults: Iterable[Fault], form: str, tables: Collection[str]) -> set[tuple[str, int]]:
    """Return table and sheet row of every fault that stands in a row of the form."""
    sheets = {sheet_name(form, name): name for name in tables}
    return {(sheets[f.file], f.row) for f in faults if f.file in sheets and f.row}


def _rewritten(text: str, table: Table, changes: Sequence[Change]) -> tuple[list[str], dict[int, int]]:
    """Return the lines of a table after *changes*, and the sheet row of each line that comes from the form."""
    lines: list[tuple[list[str], str, int]] = [
        (cells, line, 0) for cells, line in _lines(text)
    ]  # cells, text, row of the sheet
    keyed = {c.key: c for c in changes if c.kind != ADDED}
    at = [table.header.index(c) for c in table.primary_key]
    kept: list[tuple[list[str], str, int]] = []
    for cells, line, _ in lines:
        change = keyed.get(tuple(cells[i] for i in at))
        if change is None:
            kept.append((cells, line, 0))
        elif change.kind != WITHDRAWN:
            kept.append(_line(table, change))
    for change in (c for c in changes if c.kind == ADDED):
        kept.insert(_after(kept, table, change), _line(table, change))
    return [line for _, line, _ in kept], {n: sheet for n, (_, _, sheet) in enumerate(kept, 1) if sheet}


def _lines(text: str) -> list[tuple[list[str], str]]:
    """Return cells and text of each line; the rules allow no line break inside a cell."""
    lines = text.removesuffix("\n").split("\n")
    return list(zip(csv.reader(lines), lines, strict=True))


def _line(table: Table, change: Change) -> tuple[list[str], str, int]:
    cells = [change.row[c] for c in table.header]
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow(cells)
    return cells, made.getvalue(), change.number


def _after(kept: Sequence[tuple[list[str], str, int]], table: Table, change: Change) -> int:
    """Return where a new row goes: behind the last with the same beginning of its id, else of its component."""
    wanted = []
    if "id" in table.header:
        wanted.append((table.header.index("id"), _stem(change.row.get("id", ""))))
    wanted.append((table.header.index(COMPONENT), change.row[COMPONENT]))
    for place, value in wanted:
        same = [n for n, (cells, _, _) in enumerate(kept) if n and value and _stem(cells[place]) == _stem(value)]
        if same:
            return same[-1] + 1
    return len(kept)


def _stem(text: str) -> str:
    return re.sub(r"(?<=\D)\d+$", "", text) if "-" in text else text


def _placed(fault: Fault, files: Mapping[str, str], places: Places, form: str) -> Fault:
    """Return *fault* at its sheet and row, when it stands in a row of the form."""
    number = places.get((files.get(fault.file, ""), fault.row))
    return replace(fault, file=sheet_name(form, files[fault.file]), row=number) if number else fault


def _copy(project: Project, trial: Project) -> None:
    """Copy what the rules read: tables, bibliography and prose."""
    shutil.copytree(project.data, trial.data)
    shutil.copy(project.bibliography, trial.bibliography)
    if project.prose.is_dir():
        shutil.copytree(project.prose, trial.prose)
