"""Write the extraction form of one component as a workbook.

Checked evidence in, an .xlsx file out. Every cell is text, also one that looks like a formula. What stood in
the tables at export travels along on a hidden sheet, so that an import can tell who changed what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from evidencebook import __version__
from evidencebook.bibliography import References
from evidencebook.chapters import Evidence
from evidencebook.forms.guide import guide_lines
from evidencebook.forms.layout import (
    ABOUT,
    ACTION,
    AT_EXPORT,
    COMPONENT,
    EXPLAINED,
    FORMAT,
    GUIDE,
    LISTS,
    REFERENCES,
    WITHDRAW,
    Choice,
    choice,
    explanation,
    form_tables,
    known_component,
    numbered,
    rows_of,
)
from evidencebook.schema import Column, Table

FIRST_ROW = 3
_TEXT = "@"
_LOCKED, _OPEN = Protection(locked=True), Protection(locked=False)
_TOP = Alignment(wrap_text=True, vertical="top")
_THIN = Border(bottom=Side(style="hair", color="B8BEC4"))
_HEAD = PatternFill("solid", fgColor="1F3A5F")
_KNOWN = PatternFill("solid", fgColor="E9EEF3")
_FACE = "Calibri"
_HINT = Font(name=_FACE, italic=True, size=9, color="4A4A4A")
_LINE = 15.0
_WIDE, _MIDDLE, _NARROW = 60, 26, 15
_LONGEST_NOTE = 900
Lists = dict[tuple[str, str], tuple[str, Choice]]


def write_form(evidence: Evidence, component: str, path: Path, *, coder: str = "", blank_rows: int = 100) -> list[int]:
    """Write the form of *component* to *path*; return how many rows each of its tables brings along.

    Parameters
    ----------
    coder : who fills it in, an id of the coders; goes into new rows. blank_rows : rows ready for entry on each sheet.
    """
    known_component(evidence.frames, component)
    tables = form_tables(evidence.package)
    book = Workbook()
    guide = book.active
    guide.title = GUIDE
    rows = {t.name: rows_of(evidence.frames[t.name], t, component) for t in tables}
    sheets = {t.name: book.create_sheet(t.name) for t in tables}
    _references(book.create_sheet(REFERENCES), evidence.references)
    lists = _lists(book.create_sheet(LISTS), tables, evidence)
    for table in tables:
        _fill(sheets[table.name], table, rows[table.name], blank_rows)
        _offer(sheets[table.name], table, lists, FIRST_ROW + len(rows[table.name]) + blank_rows)
    _guide(guide, guide_lines(evidence, component, tables))
    _carry(book, tables, rows, {"format": FORMAT, COMPONENT: component, "coder": coder} | _stamp(evidence))
    _save(book, evidence, path)
    return [len(rows[t.name]) for t in tables]


def put(cell: Cell, text: str) -> Cell:
    """Write *text* as text, whatever it begins with."""
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"
        if text[0] in "=+-@":
            cell.quotePrefix = True
    cell.number_format = _TEXT
    return cell


def _fill(sheet: Worksheet, table: Table, rows: Sequence[Mapping[str, str]], blank_rows: int) -> None:
    """Write head, explanations, existing rows (marked, key locked) and blank rows."""
    _head(sheet, [ACTION, *table.header], [EXPLAINED, *(explanation(table, c) for c in table.columns)])
    for number, row in enumerate(rows, FIRST_ROW):
        _open(put(sheet.cell(number, 1), ""))
        for place, column in enumerate(table.columns, 2):
            cell = put(sheet.cell(number, place), row[column.name])
            cell.fill, cell.alignment, cell.border = _KNOWN, _TOP, _THIN
            held = column.name in table.primary_key or column.name == COMPONENT
            cell.protection, cell.font = (_LOCKED, Font(name=_FACE, bold=True)) if held else (_OPEN, Font(name=_FACE))
    for number in range(FIRST_ROW + len(rows), FIRST_ROW + len(rows) + blank_rows):
        for place, column in enumerate(table.columns, 2):
            cell = put(sheet.cell(number, place), "")
            cell.alignment, cell.border = _TOP, _THIN
            cell.protection = _LOCKED if column.name == COMPONENT else _OPEN
    for place, column in enumerate(table.columns, 2):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column, rows)
    _fit(sheet)
    _protect(sheet, "C" + str(FIRST_ROW))


def _head(sheet: Worksheet, names: Sequence[str], explained: Sequence[str]) -> None:
    for place, (name, told) in enumerate(zip(names, explained, strict=True), 1):
        cell = put(sheet.cell(1, place), name)
        cell.font, cell.fill, cell.alignment = Font(name=_FACE, bold=True, color="FFFFFF"), _HEAD, _TOP
        hint = put(sheet.cell(2, place), told)
        hint.font, hint.alignment = _HINT, _TOP
    sheet.column_dimensions["A"].width = _NARROW


def _offer(sheet: Worksheet, table: Table, lists: Lists, last: int) -> None:
    """Put drop-downs and notes on the columns; the list of the first column says only what it can."""
    _drop_down(sheet, _below("A", last), f'"{WITHDRAW}"', "Only for a row that is to go.")
    _note(sheet.cell(1, 1), f"Choose {WITHDRAW} to take an existing row out of the table. Leave empty otherwise.")
    for place, column in enumerate(table.columns, 2):
        offered = lists.get((table.name, column.name))
        if offered:
            area = _below(get_column_letter(place), last)
            _drop_down(sheet, area, offered[0], column.description, optional=not column.required)
        _note(sheet.cell(1, place), _about(table, column, offered[1] if offered else None))


def _drop_down(sheet: Worksheet, area: str, source: str, prompt: str, *, optional: bool = True) -> None:
    rule = DataValidation(type="list", formula1=source, allow_blank=optional, showErrorMessage=True)
    rule.error, rule.errorTitle = "Choose a value from the list.", "Not in the list"
    rule.prompt, rule.promptTitle, rule.showInputMessage = prompt[:250], "Choose", True
    rule.add(area)
    sheet.add_data_validation(rule)


def _below(letter: str, last: int) -> str:
    """Return the cells of a column below its head, with room for rows that people insert."""
    return f"{letter}{FIRST_ROW}:{letter}{last + 400}"


def _about(table: Table, column: Column, offered: Choice | None) -> str:
    lines = [f"{column.name}: {explanation(table, column)}"]
    if offered:
        meant = zip(offered.values, offered.meanings, strict=True)
        lines += [f"• {value}" + (f": {meaning}" if meaning else "") for value, meaning in meant]
    if column.is_list:
        lines.append("Several values: separate them with ; and no space.")
    if column.pattern and not numbered(table, column):
        lines.append(f"Form: {column.pattern}")
    return "\n".join(lines)


def _note(cell: Cell, text: str) -> None:
    note = Comment(text[:_LONGEST_NOTE], "evidencebook")
    note.width, note.height = 380, 40 + 18 * (text[:_LONGEST_NOTE].count("\n") + len(text[:_LONGEST_NOTE]) // 60)
    cell.comment = note


def _lists(sheet: Worksheet, tables: Sequence[Table], evidence: Evidence) -> Lists:
    """Write the allowed values into columns of a hidden sheet; return where each column's list stands."""
    made: Lists = {}
    for table in tables:
        for column in table.columns:
            if column.cites and not column.is_list:
                offered: Choice | None = Choice(tuple(evidence.references), ("",) * len(evidence.references))
            else:
                offered = choice(table, column, evidence.frames)
            if offered is None:
                continue
            place = len(made) + 1
            for number, value in enumerate(offered.values, 1):
                put(sheet.cell(number, place), value)
            letter = get_column_letter(place)
            few = offered if not column.cites else Choice((), ())
            made[table.name, column.name] = (f"{LISTS}!${letter}$1:${letter}${len(offered.values)}", few)
    sheet.sheet_state = "hidden"
    return made


def _references(sheet: Worksheet, references: References) -> None:
    """Write the bibliography to look keys up."""
    names = ("key", "label", "authors", "year", "title", "in", "doi")
    _head(sheet, names, ("write this into keys", *("",) * (len(names) - 1)))
    for number, (key, entry) in enumerate(sorted(references.items()), FIRST_ROW):
        fields = entry.fields
        where = next((fields[f] for f in ("journal", "booktitle", "institution", "publisher") if f in fields), "")
        told = (key, entry.short, fields.get("author", ""), fields.get("year", ""), fields["title"], where)
        for place, text in enumerate((*told, fields.get("doi", "")), 1):
            put(sheet.cell(number, place), text).alignment = _TOP
    for place, width in enumerate((24, _MIDDLE, 40, 8, _WIDE, 40, _MIDDLE), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    _fit(sheet)
    sheet.auto_filter.ref = f"A1:G{max(len(references) + FIRST_ROW - 1, FIRST_ROW)}"
    _protect(sheet, "B" + str(FIRST_ROW))


def _guide(sheet: Worksheet, lines: Iterable[tuple[str, ...]]) -> None:
    for number, line in enumerate(lines, 1):
        for place, text in enumerate(line, 1):
            cell = put(sheet.cell(number, place), text)
            cell.alignment = _TOP
            if number == 1 or (place == 1 and len(line) == 1):
                cell.font, cell.alignment = Font(name=_FACE, bold=True, size=14 if number == 1 else 12), Alignment()
    for letter, width in zip("ABCD", (34, 70, 50, 40), strict=True):
        sheet.column_dimensions[letter].width = width
    _fit(sheet)
    _protect(sheet, "A2")


def _carry(
    book: Workbook, tables: Sequence[Table], rows: Mapping[str, list[dict[str, str]]], about: Mapping[str, str]
) -> None:
    """Write what an import needs: what this form is, and every row as it stood."""
    told, kept = book.create_sheet(ABOUT), book.create_sheet(AT_EXPORT)
    lines = [*about.items(), *(("columns", t.name, *t.header) for t in tables)]
    held = [(t.name, *(row[c] for c in t.header)) for t in tables for row in rows[t.name]]
    for sheet, content in ((told, lines), (kept, held)):
        for number, cells in enumerate(content, 1):
            for place, text in enumerate(cells, 1):
                put(sheet.cell(number, place), text)
        sheet.sheet_state = "veryHidden"
        _protect(sheet, "A1")


def _stamp(evidence: Evidence) -> dict[str, str]:
    return {"data version": evidence.package.version, "made by": f"evidencebook {__version__}"}


def _save(book: Workbook, evidence: Evidence, path: Path) -> None:
    book.properties.title, book.properties.creator = evidence.package.title, "evidencebook"
    book.properties.created = book.properties.modified = pd.Timestamp(evidence.package.created).to_pydatetime()
    draft = path.with_name(path.name + ".part")
    book.save(draft)
    draft.replace(path)


def _width(column: Column, rows: Sequence[Mapping[str, str]]) -> int:
    if column.name == COMPONENT:
        return _NARROW
    longest = max((len(row[column.name]) for row in rows), default=0)
    return _WIDE if longest > 60 else _MIDDLE if longest > 14 or not column.enum else _NARROW


def _fit(sheet: Worksheet) -> None:
    """Give each row the height that its longest cell needs; not every program does it on opening."""
    for cells in sheet.iter_rows():
        wrapped = [c for c in cells if c.value and c.alignment.wrap_text]
        needed = [ceil(len(str(c.value)) * 1.15 / sheet.column_dimensions[c.column_letter].width) for c in wrapped]
        if max(needed, default=1) > 1:
            sheet.row_dimensions[cells[0].row].height = _LINE * max(needed)


def _protect(sheet: Worksheet, below: str) -> None:
    """Lock the sheet without a password, and keep its head in sight; sizes, rows and filters stay free."""
    sheet.freeze_panes = below
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    guard = sheet.protection
    guard.sheet = True
    guard.formatColumns = guard.formatRows = guard.formatCells = guard.insertRows = guard.autoFilter = guard.sort = (
        False
    )


def _open(cell: Cell) -> None:
    cell.protection, cell.fill, cell.alignment = _OPEN, _KNOWN, _TOP
