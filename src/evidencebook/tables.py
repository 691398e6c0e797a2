"""CSV files to typed frames, with every breach of the schema as a `Fault`.

Data come from `data/*.csv` as `schema` describes them and go to `audit`, `synthesis` and
`chapters`. Cells stay text (an empty cell is "not stated in the source"); integer columns become
pandas ``Int64``.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from evidencebook.errors import DataError, Fault
from evidencebook.schema import Package, Table
from evidencebook.validation import ROW, fault_at, path_of, validate

Frames = dict[str, pd.DataFrame]
_LARGEST = 1e15

# A cell of any length is read and then refused at its place, rather than with the whole file.
csv.field_size_limit(sys.maxsize)
# Rows read at a time, and cells of a column that are remembered as long as they repeat.
_BLOCK = 20_000


def load_tables(package: Package, citation_keys: frozenset[str]) -> Frames:
    """Read and validate every table of *package*.

    Parameters
    ----------
    citation_keys : keys of the bibliography, for columns that cite.

    Returns
    -------
    dict of table name to frame; columns as in the schema, ordered as in the file.

    Raises
    ------
    DataError
        with every fault of every table.
    """
    frames, faults = read_tables(package, citation_keys)
    if faults:
        raise DataError(faults)
    return frames


def read_tables(package: Package, citation_keys: frozenset[str]) -> tuple[Frames, list[Fault]]:
    """Read every table; return the frames that could be read and all faults found."""
    faults: list[Fault] = []
    raw: Frames = {}
    for table in package.tables.values():
        frame, found = _read_inside(package.folder, table)
        faults += found
        if frame is not None:
            raw[table.name] = frame
    # A table that lost rows on reading is no measure of what points to it.
    whole = {
        name: frame for name, frame in raw.items() if not any(f.file == path_of(package.tables[name]) for f in faults)
    }
    complete = len(whole) == len(package.tables)
    for name, frame in raw.items():
        faults += validate(package.tables[name], frame, whole, citation_keys, complete=complete)
    return {name: _typed(package.tables[name], frame) for name, frame in raw.items()}, faults


def _read_inside(folder: Path, table: Table) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read *table* below *folder*; a path or a link that leads elsewhere is a fault, and nothing there is read."""
    path = folder / table.path
    if path.resolve().is_relative_to(folder.resolve()):
        return read_csv(path, table)
    problem, allowed = "leads out of the data folder", "a file below data/"
    return None, [fault_at(table, 0, "", "", problem, allowed, "put the file itself there, not a link or a path")]


def read_csv(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Read one CSV file as text cells plus a `_row` column of spreadsheet row numbers.

    Returns ``(None, faults)`` when the file cannot be understood as that table at all.
    """
    data, faults = _checked_bytes(path, table)
    if faults:
        return None, faults
    reader = _lines(data)
    columns = [_Column() for _ in table.header]
    numbers: list[int] = []
    ragged: list[Fault] = []
    last = 1
    try:
        header = next(reader, [])
        if header != table.header:
            return None, [_header_fault(table, header)]
        while block := list(islice(reader, _BLOCK)):
            for number, cells in enumerate(block, last + 1):
                if len(cells) == len(columns):
                    numbers.append(number)
                else:
                    ragged.append(_ragged(table, number, cells))
            last += len(block)
            whole = [cells for cells in block if len(cells) == len(columns)]
            for column, taken in zip(columns, zip(*whole, strict=True), strict=bool(whole)):
                column.take(taken)
    except csv.Error as error:
        return None, [_unreadable(table, data, error)]
    # The index is the spreadsheet row less two, also where a ragged row is left out.
    index = pd.Index(numbers, dtype="int64") - 2
    filled = {name: column.filled(index) for name, column in zip(table.header, columns, strict=True)}
    return pd.DataFrame(filled | {ROW: index + 2}, index=index), ragged


class _Column:
    """The cells of one column, equal ones held once while they repeat."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self._seen: dict[str, str] | None = {}

    def take(self, cells: Sequence[str]) -> None:
        """Add the cells of some rows."""
        if self._seen is None:
            self.cells.extend(cells)
            return
        self.cells.extend(map(self._seen.setdefault, cells, cells))
        if len(self._seen) > _BLOCK:
            # Ids and sentences do not repeat: to remember them would only cost room.
            self._seen = None

    def filled(self, index: pd.Index) -> pd.Series:
        """Return the column as objects; the cells are given away."""
        made, self.cells = pd.Series(self.cells, index=index, dtype="object"), []
        return made


def _lines(data: bytes) -> Iterator[list[str]]:
    return csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), strict=True)


def _ragged(table: Table, number: int, cells: list[str]) -> Fault:
    wanted = f"{len(table.header)} cells, one per column"
    remedy = "add or remove commas, or quote the cell that holds one"
    return fault_at(table, number, "", ",".join(cells), f"{len(cells)} cells", wanted, remedy)


def _unreadable(table: Table, data: bytes, error: csv.Error) -> Fault:
    """Return the fault of a file that stops being CSV; the row is found by reading again."""
    row = 1
    with contextlib.suppress(csv.Error):
        for _ in _lines(data):
            row += 1
    allowed, remedy = "comma-separated text, quotes doubled inside quotes", "mend the quotes in that row"
    return fault_at(table, row, "", "", f"not readable as CSV: {error}", allowed, remedy)


def file_hash(path: Path) -> str:
    """Return ``sha256:…`` of a file's bytes, as a data package states it."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def _checked_bytes(path: Path, table: Table) -> tuple[bytes, list[Fault]]:
    """Return what a file holds when it is text as a table's must be, else why it is not."""
    utf8, resave = (
        "UTF-8 without byte order mark, line ends \\n",
        "save the file again as UTF-8 CSV with Unix line ends",
    )
    try:
        data = path.read_bytes()
        if data.startswith(b"\xef\xbb\xbf"):
            return b"", [fault_at(table, 0, "", "", "starts with a byte order mark", utf8, resave)]
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
            return b"", [fault_at(table, 0, "", repr(data[:8]), "is not UTF-8 but UTF-16 or UTF-32", utf8, resave)]
        data.decode("utf-8")
    except FileNotFoundError:
        return b"", [
            fault_at(
                table,
                0,
                "",
                "",
                "file is missing",
                "a CSV file with the header " + ",".join(table.header),
                "restore it, or remove the table from datapackage.json",
            )
        ]
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return b"", [fault_at(table, line, "", repr(data[error.start : error.start + 4]), "is not UTF-8", utf8, resave)]
    if b"\r" in data:
        line = data[: data.index(b"\r")].count(b"\n") + 1
        return b"", [fault_at(table, line, "", "", "has a carriage return", utf8, resave)]
    return data, []


def _header_fault(table: Table, found: list[str]) -> Fault:
    missing = [c for c in table.header if c not in found]
    extra = [c for c in found if c not in table.header]
    parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown {', '.join(extra)}"] * bool(extra)
    problem = "header " + ("; ".join(parts) or "has its columns in another order")
    return fault_at(table, 1, "", ",".join(found), problem, ",".join(table.header), "make the first row exactly that")


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    typed = frame.drop(columns=ROW)
    for column in table.columns:
        if column.type == "integer":
            numbers = pd.to_numeric(typed[column.name], errors="coerce").astype("float64")
            # What is no whole number that fits is reported already, and missing here.
            whole = numbers.where((numbers.abs() < _LARGEST) & (numbers % 1 == 0))
            typed[column.name] = whole.astype("Int64")
    return typed
