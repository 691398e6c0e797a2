"""The schema held against a table's cells: every breach as a `Fault`.

Text frames come from `tables`; each distinct cell is judged once, because tables have many rows and
few distinct values.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pandas as pd

from evidencebook.errors import Fault
from evidencebook.schema import ANY_TABLE, Column, Table, split_list

ROW = "_row"
_CELL_LIMIT = 20_000
# Fifteen digits are what every program that reads a table holds exactly.
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_TYPES = {
    "integer": (re.compile(r"-?[0-9]{1,15}"), "a whole number of at most 15 digits"),
    "number": (_NUMBER, "a number such as 12 or 0.5"),
}
# What makes a cell read otherwise than it is stored: characters that Unicode calls "default ignorable" (zero width,
# bidirectional controls, fillers, variation selectors, tags), separators of lines, and marks of text inside text.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# No character at all: what a broken conversion leaves (U+FFFD), what only one program can read, what is never assigned.
_NONE = "\ufffd-\uffff\ufdd0-\ufdef\ue000-\uf8ff\U000f0000-\U0010ffff"
_HIDDEN = re.compile(rf"[\x00-\x1f\x7f-\x9f{_INVISIBLE}{_NONE}]")


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
    if frame.empty:
        return faults
    for column in table.columns:
        faults += _check_column(table, column, frame)
        if complete or not (column.references and column.references[0] == ANY_TABLE):
            faults += _check_references(table, column, frame, whole, citation_keys)
    if table.primary_key and not (len(table.primary_key) == 1 and table.column(table.primary_key[0]).unique):
        faults += _check_key(table, frame)
    for fields, target, target_fields in table.foreign_keys:
        faults += _check_foreign_key(table, frame, fields, whole.get(target), target, target_fields)
    return faults


def _check_column(table: Table, column: Column, frame: pd.DataFrame) -> Iterator[Fault]:
    cells = frame[column.name]
    if column.required and (empty := cells == "").any():
        verdict = ("is empty", "a value in every row", "state it from the source")
        yield from (fault_at(table, row, column.name, "", *verdict) for row in frame.loc[empty, ROW])
    if column.unique and (twice := cells.duplicated(keep="first") & (cells != "")).any():
        verdict = ("stands twice in this column", "a value of its own in every row", "give the newer row a new value")
        for row, value in zip(frame.loc[twice, ROW], cells[twice], strict=True):
            yield fault_at(table, row, column.name, value, *verdict)
    flaws = list(_judge(table, dataclasses.replace(column, is_list=False), frame, _flaw))
    yield from flaws
    sound = frame[~frame[ROW].isin({f.row for f in flaws})] if flaws else frame
    if column.is_list or column.enum or column.pattern or column.type in _TYPES:
        yield from _judge(table, column, sound, lambda value: _breach(column, value))


def _flaw(cell: str) -> tuple[str, str, str] | None:
    """Return (problem, allowed, remedy) when a cell is not plain visible text."""
    # Most cells: all of it shows, so that nothing is hidden or to be composed.
    if cell.isascii() and cell.isprintable() and len(cell) <= _CELL_LIMIT and cell == cell.strip(" "):
        return None
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
    if column.pattern and not _form(column.pattern).fullmatch(value):
        return (
            "does not have the form asked for",
            f"{column.description} (pattern {column.pattern})",
            "write it in that form",
        )
    if column.type in _TYPES and not _TYPES[column.type][0].fullmatch(value):
        return f"is not {_TYPES[column.type][1]}", _TYPES[column.type][1], "write digits only, or leave it empty"
    return None


@cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


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
        yield fault_at(
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
            yield fault_at(
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
            yield fault_at(table, row, column.name, value or cell, *verdict)


def path_of(table: Table) -> str:
    """Path of the table's file, relative to the project."""
    return f"data/{table.path}"


def fault_at(table: Table, row: int, column: str, value: str, problem: str, allowed: str, remedy: str) -> Fault:
    """Return a fault in *table*."""
    return Fault(path_of(table), int(row), column, value, problem, allowed, remedy)
