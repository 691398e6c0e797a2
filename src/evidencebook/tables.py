"""CSV files to typed frames, with every breach of the schema as a `Fault`.

Data come from `data/*.csv` as `schema` describes them and go to `audit`, `synthesis` and
`chapters`. Cells stay text (an empty cell is "not stated in the source"); integer columns become
pandas ``Int64``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook.errors import DataError, Fault
from evidencebook.schema import Package, Table
from evidencebook.validation import ROW, fault_at, path_of, validate

Frames = dict[str, pd.DataFrame]
_LARGEST = 1e15

# A cell of any length is read and then refused at its place, rather than with the whole file.
csv.field_size_limit(sys.maxsize)


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
    text, faults = _decode(path, table)
    if faults:
        return None, faults
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        return None, [
            fault_at(
                table,
                len(lines) + 1,
                "",
                "",
                f"not readable as CSV: {error}",
                "comma-separated text, quotes doubled inside quotes",
                "mend the quotes in that row",
            )
        ]
    if not lines or lines[0] != table.header:
        return None, [_header_fault(table, lines[0] if lines else [])]
    rows: list[list[Any]] = []
    ragged: list[Fault] = []
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) == len(table.header):
            rows.append([*cells, number])
        else:
            ragged.append(
                fault_at(
                    table,
                    number,
                    "",
                    ",".join(cells),
                    f"{len(cells)} cells",
                    f"{len(table.header)} cells, one per column",
                    "add or remove commas, or quote the cell that holds one",
                )
            )
    # The index is the spreadsheet row less two, also where a ragged row is left out.
    index = [row[-1] - 2 for row in rows]
    return pd.DataFrame(rows, columns=[*table.header, ROW], index=index, dtype=object), ragged


def file_hash(path: Path) -> str:
    """Return ``sha256:…`` of a file's bytes, as a data package states it."""
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def _decode(path: Path, table: Table) -> tuple[str, list[Fault]]:
    utf8, resave = (
        "UTF-8 without byte order mark, line ends \\n",
        "save the file again as UTF-8 CSV with Unix line ends",
    )
    try:
        data = path.read_bytes()
        if data.startswith(b"\xef\xbb\xbf"):
            return "", [fault_at(table, 0, "", "", "starts with a byte order mark", utf8, resave)]
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
            return "", [fault_at(table, 0, "", repr(data[:8]), "is not UTF-8 but UTF-16 or UTF-32", utf8, resave)]
        text = data.decode("utf-8")
    except FileNotFoundError:
        return "", [
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
        return "", [fault_at(table, line, "", repr(data[error.start : error.start + 4]), "is not UTF-8", utf8, resave)]
    if "\r" in text:
        return "", [
            fault_at(table, text[: text.index("\r")].count("\n") + 1, "", "", "has a carriage return", utf8, resave)
        ]
    return text, []


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
