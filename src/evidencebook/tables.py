"""CSV files to typed frames, with every breach of the schema as a `Fault`.

Data come from `data/*.csv` as `schema` describes them and go to `audit`, `synthesis` and
`chapters`. Cells stay text (an empty cell is "not stated in the source"); integer columns become
pandas ``Int64``.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook.errors import DataError, Fault
from evidencebook.schema import ANY_TABLE, LIST_SEPARATOR, Column, Package, Table

Frames = dict[str, pd.DataFrame]
ROW = "_row"
_CELL_LIMIT = 20_000
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_TYPES = {"integer": (re.compile(r"-?[0-9]+"), "a whole number"), "number": (_NUMBER, "a number such as 12 or 0.5")}
# Bidirectional controls and zero-width characters make a cell read otherwise than it is stored.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u202a-\u202e\u2066-\u2069\u061c\u200e\u200f"
_HIDDEN = re.compile(rf"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")


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
        frame, found = read_csv(package.folder / table.path, table)
        faults += found
        if frame is not None:
            raw[table.name] = frame
    # A table that lost rows on reading is no measure of what points to it.
    whole = {
        name: frame for name, frame in raw.items() if not any(f.file == _path(package.tables[name]) for f in faults)
    }
    complete = len(whole) == len(package.tables)
    for name, frame in raw.items():
        faults += validate(package.tables[name], frame, whole, citation_keys, complete=complete)
    return {name: _typed(package.tables[name], frame) for name, frame in raw.items()}, faults


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
            _fault(
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
                _fault(
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
    frame = pd.DataFrame(rows, columns=[*table.header, ROW], index=[row[-1] - 2 for row in rows])
    return frame.astype({c: "object" for c in table.header}), ragged


def validate(
    table: Table,
    frame: pd.DataFrame,
    whole: Mapping[str, pd.DataFrame],
    citation_keys: frozenset[str],
    *,
    complete: bool,
) -> list[Fault]:
    """Check one frame of text cells against its schema; return all faults.

    Parameters
    ----------
    whole : the tables that could be read without loss, to hold references against.
    complete : whether these are all tables, so that "no row anywhere" can be said.
    """
    faults: list[Fault] = []
    for column in table.columns:
        faults += _check_column(table, column, frame)
        if complete or not (column.references and column.references[0] == ANY_TABLE):
            faults += _check_references(table, column, frame, whole, citation_keys)
    if table.primary_key and not (len(table.primary_key) == 1 and table.column(table.primary_key[0]).unique):
        faults += _check_key(table, frame)
    for fields, target, target_fields in table.foreign_keys:
        faults += _check_foreign_key(table, frame, fields, whole.get(target), target, target_fields)
    return faults


def split_list(cell: str) -> list[str]:
    """Split a list cell at ``;``; an empty cell is an empty list."""
    return cell.split(LIST_SEPARATOR) if cell else []


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
            return "", [_fault(table, 0, "", "", "starts with a byte order mark", utf8, resave)]
        text = data.decode("utf-8")
    except FileNotFoundError:
        return "", [
            _fault(
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
        return "", [_fault(table, line, "", repr(data[error.start : error.start + 4]), "is not UTF-8", utf8, resave)]
    if "\r" in text:
        return "", [
            _fault(table, text[: text.index("\r")].count("\n") + 1, "", "", "has a carriage return", utf8, resave)
        ]
    return text, []


def _header_fault(table: Table, found: list[str]) -> Fault:
    missing = [c for c in table.header if c not in found]
    extra = [c for c in found if c not in table.header]
    parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown {', '.join(extra)}"] * bool(extra)
    problem = "header " + ("; ".join(parts) or "has its columns in another order")
    return _fault(table, 1, "", ",".join(found), problem, ",".join(table.header), "make the first row exactly that")


def _check_column(table: Table, column: Column, frame: pd.DataFrame) -> Iterator[Fault]:
    cells = frame[column.name]
    if column.required and (empty := cells == "").any():
        verdict = ("is empty", "a value in every row", "state it from the source")
        yield from (_fault(table, row, column.name, "", *verdict) for row in frame.loc[empty, ROW])
    if column.unique and (twice := cells.duplicated(keep="first") & (cells != "")).any():
        verdict = ("stands twice in this column", "a value of its own in every row", "give the newer row a new value")
        for row, value in zip(frame.loc[twice, ROW], cells[twice], strict=True):
            yield _fault(table, row, column.name, value, *verdict)
    flaws = list(_judge(table, dataclasses.replace(column, is_list=False), frame, _flaw))
    yield from flaws
    sound = frame[~frame[ROW].isin({f.row for f in flaws})] if flaws else frame
    yield from _judge(table, column, sound, lambda value: _breach(column, value))


def _flaw(cell: str) -> tuple[str, str, str] | None:
    """Return (problem, allowed, remedy) when a cell is not plain visible text."""
    if _HIDDEN.search(cell):
        return "holds a hidden or control character", "visible text on one line", "retype the cell"
    if cell != cell.strip():
        return "begins or ends with a space", "no space at either end", "remove the space"
    if len(cell) > _CELL_LIMIT:
        return f"is longer than {_CELL_LIMIT} characters", "one fact", "split the row"
    if not unicodedata.is_normalized("NFC", cell):
        return "is not in Unicode normal form C", "composed characters", "retype the accented letters"
    return None


def _breach(column: Column, value: str) -> tuple[str, str, str] | None:
    """Return (problem, allowed, remedy) when *value* breaks the column's own rules."""
    if column.is_list and (value == "" or value != value.strip()):
        return (
            "has an empty or padded value in its list",
            "values separated by ; without spaces",
            "remove the extra ; or space",
        )
    if column.enum and value not in column.enum:
        return "is not an allowed value", ", ".join(column.enum), "choose one of these, or add it to datapackage.json"
    if column.pattern and not re.fullmatch(column.pattern, value):
        return (
            "does not have the form asked for",
            f"{column.description} (pattern {column.pattern})",
            "write it in that form",
        )
    if column.type in _TYPES and not _TYPES[column.type][0].fullmatch(value):
        return f"is not {_TYPES[column.type][1]}", _TYPES[column.type][1], "write digits only, or leave it empty"
    return None


def _check_references(
    table: Table, column: Column, frame: pd.DataFrame, raw: Mapping[str, pd.DataFrame], citation_keys: frozenset[str]
) -> Iterator[Fault]:
    if column.cites:
        known: frozenset[str] | set[str] = citation_keys
        allowed, remedy = "a citation key of references.bib", "correct the key, or add the entry to references.bib"
    elif column.references and column.references[0] == ANY_TABLE:
        known = {i for other in raw.values() if "id" in other for i in other["id"]}
        allowed, remedy = "the id of a row of any table", "correct the id, or add the row"
    elif column.references and column.references[0] in raw:
        target, field = column.references
        known = set(raw[target][field])
        allowed, remedy = f"a value of {field} in {target}", f"correct it, or add the row to {target}"
    else:
        return
    verdict = ("points to nothing", allowed, remedy)
    yield from _judge(
        table, column, frame, lambda value: None if value in known or value.strip() != value or not value else verdict
    )


def _check_key(table: Table, frame: pd.DataFrame) -> Iterator[Fault]:
    key = list(table.primary_key)
    for _, row in frame[frame.duplicated(key, keep="first")].iterrows():
        value = " + ".join(row[k] for k in key)
        yield _fault(
            table,
            row[ROW],
            "+".join(key),
            value,
            "repeats the key of an earlier row",
            "each key once",
            "remove the repeated row, or give it a new key",
        )


def _check_foreign_key(
    table: Table,
    frame: pd.DataFrame,
    fields: tuple[str, ...],
    target: pd.DataFrame | None,
    name: str,
    target_fields: tuple[str, ...],
) -> Iterator[Fault]:
    if target is None:
        return
    known = set(target[list(target_fields)].itertuples(index=False, name=None))
    values = frame[list(fields)].itertuples(index=False, name=None)
    for row, value in zip(frame[ROW], values, strict=True):
        if value not in known and any(value):
            yield _fault(
                table,
                row,
                "+".join(fields),
                " + ".join(value),
                "points to nothing",
                f"a row of {name} by {'+'.join(target_fields)}",
                f"correct it, or add the row to {name}",
            )


def _judge(
    table: Table, column: Column, frame: pd.DataFrame, breach: Callable[[str], tuple[str, str, str] | None]
) -> Iterator[Fault]:
    """Yield a fault for every filled cell that *breach* objects to, list cells one value at a time.

    Each distinct cell is judged once: tables have many rows and few distinct values.
    """
    found: dict[str, list[tuple[str, tuple[str, str, str]]]] = {}
    for cell in frame[column.name].unique():
        values = split_list(cell) if column.is_list else [cell] if cell else []
        verdicts = [(value, verdict) for value in values if (verdict := breach(value))]
        if verdicts:
            found[cell] = verdicts
    if not found:
        return
    bad = frame[frame[column.name].isin(found.keys())]
    for row, cell in zip(bad[ROW], bad[column.name], strict=True):
        for value, verdict in found[cell]:
            yield _fault(table, row, column.name, value, *verdict)


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    typed = frame.drop(columns=ROW)
    for column in table.columns:
        if column.type == "integer":
            typed[column.name] = pd.to_numeric(typed[column.name], errors="coerce").astype("Int64")
    return typed


def _path(table: Table) -> str:
    return f"data/{table.path}"


def _fault(table: Table, row: int, column: str, value: str, problem: str, allowed: str, remedy: str) -> Fault:
    return Fault(_path(table), int(row), column, value, problem, allowed, remedy)
