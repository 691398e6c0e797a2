"""A comparison of two forms for people: lines of text, a workbook, or a CSV file of what is to be settled."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from evidencebook.errors import ParameterError, shorten
from evidencebook.exports import for_spreadsheets
from evidencebook.forms.comparing import Agreement, Comparison
from evidencebook.forms.workbook import put

_HEAD = ("table", "column", "pairs of rows", "agreed (%)", "Cohen's kappa")
_SETTLE = ("table", "row", "column", "{first}", "{second}", "row in {first}", "row in {second}", "settled")


def lines(found: Comparison, first: str, second: str) -> Iterator[str]:
    """Yield the comparison line by line."""
    yield f"{first} and {second}: {found.pairs} rows that both have, {found.untouched} that neither touched left out"
    if found.agreement:
        width = max(len(f"{a.table} {a.column}") for a in found.agreement)
        yield f"{'column':<{width}}  {'n':>4}  {'agreed':>7}  {'kappa':>6}"
        for a in found.agreement:
            yield f"{f'{a.table} {a.column}':<{width}}  {a.n:>4}  {a.share:>7.0%}  {_kappa(a):>6}"
        if any(math.isnan(a.kappa) for a in found.agreement):
            yield "kappa –: both used one and the same code throughout, so chance alone would agree"
    yield f"to settle: {len(found.settle)}"
    for s in found.settle:
        place = ", ".join(f"{n} row {r}" for n, r in zip((first, second), s.places, strict=True) if r)
        what = f"{s.column}: " if s.column else ""
        yield f"  {s.table} {shorten(s.row)}: {what}{_told(s.first)} | {_told(s.second)}  ({place})"


def write_comparison(path: Path, found: Comparison, first: str, second: str) -> None:
    """Write the comparison to *path*, a workbook or a CSV file by its name."""
    if path.suffix.lower() == ".xlsx":
        _workbook(path, found, first, second)
    elif path.suffix.lower() == ".csv":
        made = io.StringIO(newline="")
        csv.writer(made, lineterminator="\n").writerows(_settle(found, first, second))
        path.write_bytes(for_spreadsheets(made.getvalue().encode()))
    else:
        raise ParameterError(f"--out {path}: give a name that ends in .xlsx or .csv")


def _workbook(path: Path, found: Comparison, first: str, second: str) -> None:
    book = Workbook()
    agreement = [_HEAD, *((a.table, a.column, str(a.n), f"{a.share:.0%}", _kappa(a)) for a in found.agreement)]
    for sheet, rows in (
        (book.active, _settle(found, first, second)),
        (book.create_sheet("agreement"), agreement),
    ):
        for number, row in enumerate(rows, 1):
            for place, text in enumerate(row, 1):
                cell = put(sheet.cell(number, place), text)
                cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), Font(bold=number == 1)
        for place in range(1, len(rows[0]) + 1):
            sheet.column_dimensions[get_column_letter(place)].width = 24
        sheet.freeze_panes = "A2"
    book.active.title = "to settle"
    book.save(path)


def _settle(found: Comparison, first: str, second: str) -> list[Sequence[str]]:
    head = [name.format(first=first, second=second) for name in _SETTLE]
    rows = [
        (s.table, s.row, s.column, s.first, s.second, *(str(n) if n else "" for n in s.places), "")
        for s in found.settle
    ]
    return [head, *rows]


def _kappa(a: Agreement) -> str:
    return "–" if math.isnan(a.kappa) else f"{a.kappa:.2f}"


def _told(text: str) -> str:
    return shorten(text) if text else "(empty)"
