"""Read a form that came back: rows of text cells by sheet, the rows as they stood at export, and every fault.

Columns are found by their names, so that their order and inserted rows mean nothing. What a spreadsheet
program does to cells is undone in `cells`, or reported.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from evidencebook.errors import Fault, ParameterError
from evidencebook.forms.cells import plain, text_of
from evidencebook.forms.layout import (
    ABOUT,
    ACTION,
    AT_EXPORT,
    COMPONENT,
    EXPLAINED,
    FORMAT,
    WITHDRAW,
    form_tables,
    key_of,
)
from evidencebook.schema import Package, Table

_LARGEST = 300_000_000
_SEARCHED = 12
Key = tuple[str, ...]


@dataclass(frozen=True)
class FormRow:
    """One filled row: its number on the sheet, whether it is to be withdrawn, its cells by column."""

    number: int
    withdrawn: bool
    cells: dict[str, str]


@dataclass(frozen=True)
class Form:
    """What a workbook says.

    Attributes
    ----------
    name : of the file. about : component, coder, data version of the export. rows, at_export : by table name.
    """

    name: str
    about: dict[str, str]
    rows: dict[str, list[FormRow]]
    at_export: dict[str, dict[Key, dict[str, str]]]
    faults: list[Fault] = field(default_factory=list)

    @property
    def component(self) -> str:
        """The component whose evidence it holds."""
        return self.about[COMPONENT]

    def sheet(self, table: str) -> str:
        """Return how messages name a sheet."""
        return sheet_name(self.name, table)


def sheet_name(name: str, table: str) -> str:
    """Return how messages name the sheet *table* of the file *name*."""
    return f"{name}, sheet {table}"


def read_form(path: Path, package: Package) -> Form:
    """Read the workbook at *path*.

    Raises
    ------
    ParameterError
        when it is no form of this report at all; single faults are in the result.
    """
    book = _open(path)
    about, columns = _about(book, path)
    tables = form_tables(package)
    _refuse_other_columns(path, tables, columns)
    form = Form(path.name, about, {}, _held(book[AT_EXPORT], tables))
    for table in tables:
        if table.name not in book.sheetnames:
            found = ", ".join(s for s in book.sheetnames if not s.startswith("_"))
            form.faults.append(
                Fault(path.name, 0, "", table.name, "lacks a sheet", f"a sheet called {table.name}",
                      f"give the sheet its name back (there are: {found}), or export the form again")
            )  # fmt: skip
            continue
        rows, faults = _sheet(book[table.name], table, form.sheet(table.name))
        form.rows[table.name] = rows
        form.faults.extend(faults)
    return form


def _open(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST:
                raise ParameterError(f"{path} unpacks to more than {_LARGEST // 1_000_000} MB: that is no form")
        return load_workbook(path)
    except FileNotFoundError:
        raise ParameterError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise ParameterError(f"{path} is a folder; name the workbook in it") from None
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ParameterError(f"{path} cannot be read as an .xlsx workbook ({error}). Save it as .xlsx again.") from None


def _about(book: Any, path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return what the hidden sheet tells of the form, and the columns of each table at export."""
    if ABOUT not in book.sheetnames or AT_EXPORT not in book.sheetnames:
        raise ParameterError(f"{path} is no extraction form: 'evidencebook form export' makes one")
    lines = [[_plain(c) for c in cells] for cells in book[ABOUT].iter_rows(values_only=True)]
    about = {line[0]: line[1] if len(line) > 1 else "" for line in lines if line[0] != "columns"}
    columns = {line[1]: [c for c in line[2:] if c] for line in lines if line[0] == "columns"}
    if about.get("format") != FORMAT or not about.get(COMPONENT):
        raise ParameterError(f"{path} is a form of another kind of evidencebook: export it again with this one")
    return about, columns


def _refuse_other_columns(path: Path, tables: Sequence[Table], columns: Mapping[str, list[str]]) -> None:
    now = {t.name: t.header for t in tables}
    if now != columns:
        other = sorted(n for n in {*now, *columns} if now.get(n) != columns.get(n))
        raise ParameterError(
            f"{path}: the columns of {', '.join(other)} changed in datapackage.json since this form was exported. "
            "Export a new form and copy your rows into it."
        )


def _held(sheet: Worksheet, tables: Sequence[Table]) -> dict[str, dict[Key, dict[str, str]]]:
    known = {t.name: t for t in tables}
    held: dict[str, dict[Key, dict[str, str]]] = {t.name: {} for t in tables}
    for values in sheet.iter_rows(values_only=True):
        table = known.get(_plain(values[0]))
        if table:
            texts = [_plain(v) for v in values[1:]]
            cells = dict(zip(table.header, texts + [""] * (len(table.header) - len(texts)), strict=False))
            held[table.name][key_of(table, cells)] = cells
    return held


def _sheet(sheet: Worksheet, table: Table, place: str) -> tuple[list[FormRow], list[Fault]]:
    """Return the filled rows of a sheet and what is wrong with its shape or cells."""
    head, columns = _columns(sheet, table)
    if missing := [c for c in table.header if c not in columns]:
        verdict = ("lacks columns", ", ".join(table.header), "give the heads of the columns their names back")
        return [], [Fault(place, head or 1, "", ", ".join(missing), *verdict)]
    faults = list(_merged(sheet, place))
    rows: list[FormRow] = []
    for cells in sheet.iter_rows(min_row=head + 1):
        number = cells[0].row
        texts, found = _texts(cells, columns, place, number)
        action = texts.pop(ACTION, "").casefold()
        if action == EXPLAINED.casefold() or not (any(texts.values()) or action or found):
            continue
        if action not in ("", WITHDRAW):
            allowed = f"{WITHDRAW}, or nothing"
            found.append(
                Fault(place, number, ACTION, action, "is not an allowed value", allowed, "choose one of these")
            )
        faults += found
        rows.append(FormRow(number, action == WITHDRAW, {c: texts[c] for c in table.header}))
    faults += _stray(sheet, head, columns, place)
    return rows, faults


def _columns(sheet: Worksheet, table: Table) -> tuple[int, dict[str, int]]:
    """Return the row of the head and the place of each column, from 0; the head may have moved down."""
    wanted = {name.casefold(): name for name in (ACTION, *table.header)}
    best: tuple[int, dict[str, int]] = (0, {})
    for number, values in enumerate(sheet.iter_rows(max_row=_SEARCHED, values_only=True), 1):
        found: dict[str, int] = {}
        for place, value in enumerate(values):
            name = wanted.get(_plain(value).casefold())
            if name:
                found.setdefault(name, place)
        if len(found) > len(best[1]):
            best = (number, found)
    return best


def _texts(
    cells: Sequence[Any], columns: Mapping[str, int], place: str, number: int
) -> tuple[dict[str, str], list[Fault]]:
    texts, faults = {}, []
    for name, at in columns.items():
        text, verdict = text_of(cells[at]) if at < len(cells) else ("", None)
        texts[name] = text
        if verdict:
            faults.append(Fault(place, number, name, text, *verdict))
    return texts, faults


def _merged(sheet: Worksheet, place: str) -> Iterator[Fault]:
    for area in sheet.merged_cells.ranges:
        verdict = ("are merged into one", "one value in each cell", "undo the merge and fill each cell")
        yield Fault(place, area.min_row, "", area.coord, "cells " + verdict[0], *verdict[1:])


def _stray(sheet: Worksheet, head: int, columns: Mapping[str, int], place: str) -> Iterator[Fault]:
    """Yield a fault for each column that has content and no name that the table knows."""
    known = set(columns.values())
    for cells in sheet.iter_cols(min_row=head):
        filled = [c for c in cells if c.value not in (None, "")]
        if filled and cells[0].column - 1 not in known:
            title = _plain(cells[0].value) or f"column {cells[0].column_letter}"
            verdict = ("is a column that the table does not have", ", ".join(columns), "move its content or remove it")
            yield Fault(place, filled[0].row, title, _plain(filled[-1].value), *verdict)


def _plain(value: object) -> str:
    return "" if value is None else plain(str(value))
