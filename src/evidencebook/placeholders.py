"""Figures inside prose: `{count findings component=R1}` stands for a number that the tables give.

``{count TABLE COLUMN=VALUE ...}``
    how many rows of TABLE have these values.
``{works TABLE COLUMN=VALUE ...}``
    how many distinct works those rows cite.
``{value TABLE ID COLUMN}``
    what the row with this id states in COLUMN.

TABLE may join tables with ``+``; a VALUE with spaces stands in quotes; in a list column a row counts
when VALUE is one of its values. Text goes from `prose` to `chapter_prose`, which fills it, and to the
block that shows it as links. A filled placeholder is ``{NUMBER|ANCHOR}``: the number, and where its rows stand.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from evidencebook.markdown import anchor_of
from evidencebook.schema import Column, Table, split_list
from evidencebook.synthesis import distinct_keys

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FILLED = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")
_KINDS = ("count", "works", "value")
_CITING = ("key", "keys")


@dataclass(frozen=True)
class Data:
    """What placeholders are filled from: rows and descriptions of the same tables, by name."""

    frames: Mapping[str, pd.DataFrame]
    tables: Mapping[str, Table]


@dataclass
class Misfit(Exception):
    """A placeholder that no number can stand for: what was found, what is allowed."""

    value: str
    problem: str
    allowed: str


def fill(text: str, data: Data) -> str:
    """Return *text* with each placeholder as ``{NUMBER|ANCHOR}``.

    Raises
    ------
    Misfit
        for a kind, table, column, value or id that does not exist; `check_prose` reports these before.
    """
    return PLACEHOLDER.sub(lambda found: "{" + "|".join(_figure(found[1], data)) + "}", text)


def misfits(text: str, data: Data) -> Iterator[Misfit]:
    """Yield what is wrong with each placeholder of *text*."""
    for spec in PLACEHOLDER.findall(text):
        try:
            _figure(spec, data)
        except Misfit as misfit:
            yield misfit


def counts(text: str) -> bool:
    """Return whether *text* holds a count: such a sentence rests on the rows counted."""
    return any(spec.startswith(("count ", "works ")) for spec in PLACEHOLDER.findall(text))


def value_rows(text: str) -> list[str]:
    """Return the ids of the rows whose values *text* shows."""
    parts = (spec.split() for spec in PLACEHOLDER.findall(text))
    return [p[2] for p in parts if len(p) == 4 and p[0] == "value"]


def rows_behind(text: str, data: Data) -> dict[str, list[str]]:
    """Return the anchors of the rows that the counts and values of *text* rest on, by table."""
    found: dict[str, list[str]] = {}
    for spec in PLACEHOLDER.findall(text):
        kind, tables, *rest = shlex.split(spec)
        for name in tables.split("+"):
            frame = _frame(name, data)
            rows = frame[frame["id"] == rest[0]] if kind == "value" else _matching(name, rest, data)
            described = data.tables[name]
            found.setdefault(name, []).extend(anchor_of(described.row_id(r)) for r in rows.to_dict("records"))
    return {name: list(dict.fromkeys(anchors)) for name, anchors in found.items()}


def columns_anchor(table: str) -> str:
    """Return the anchor of a table's description in the data dictionary."""
    return f"columns-{table.replace('_', '-')}"


def _figure(spec: str, data: Data) -> tuple[str, str]:
    """Return the number that *spec* stands for and the anchor of its rows or their table."""
    try:
        kind, *rest = shlex.split(spec)
    except ValueError:
        kind, rest = spec, []
    if kind not in _KINDS or not rest:
        raise Misfit(spec, "is no placeholder", "{count TABLE ...}, {works TABLE ...} or {value TABLE ID COLUMN}")
    if kind == "value":
        return _value(rest, data)
    names = rest[0].split("+")
    rows = pd.concat([_matching(name, rest[1:], data) for name in names])
    number = len(rows) if kind == "count" else len(distinct_keys(_cited(names, rows)))
    return f"{number:,}", columns_anchor(names[0])


def _value(rest: list[str], data: Data) -> tuple[str, str]:
    if len(rest) != 3:
        raise Misfit(" ".join(rest), "does not name one cell", "{value TABLE ID COLUMN}")
    name, identifier, column = rest
    frame = _frame(name, data)
    for needed in ("id", column):
        _column(name, needed, data)
    cells = list(frame.loc[frame["id"] == identifier, column])
    if len(cells) != 1 or pd.isna(cells[0]) or cells[0] == "":
        raise Misfit(identifier, f"is no row of {name} with a value in {column}", f"the id of a row of {name}")
    shown = f"{cells[0]:,g}" if isinstance(cells[0], float | int) else str(cells[0])
    return shown, identifier.lower()


def _matching(name: str, filters: list[str], data: Data) -> pd.DataFrame:
    frame, wanted = _frame(name, data), []
    for part in filters:
        column, equals, value = part.partition("=")
        if not equals:
            raise Misfit(part, "is no filter", "COLUMN=VALUE")
        described = _column(name, column, data)
        values = frame[column].astype(str).map(split_list if described.is_list else lambda cell: [cell])
        allowed = described.enum or tuple(dict.fromkeys(v for cell in values for v in cell))
        if value not in allowed:
            raise Misfit(value, f"does not stand in the column {column} of {name}", ", ".join(allowed))
        wanted.append(values.map(lambda cell, value=value: value in cell))
    return frame[pd.concat(wanted, axis=1).all(axis=1)] if wanted else frame


def _frame(name: str, data: Data) -> pd.DataFrame:
    if name not in data.tables or name not in data.frames:
        raise Misfit(name, "is no table", ", ".join(data.tables))
    return data.frames[name]


def _column(name: str, column: str, data: Data) -> Column:
    table = data.tables[name]
    if column not in table.header:
        raise Misfit(column, f"is no column of {name}", ", ".join(table.header))
    return table.column(column)


def _cited(names: list[str], rows: pd.DataFrame) -> pd.Series:
    columns = [c for c in _CITING if c in rows]
    if not columns:
        raise Misfit("+".join(names), "cites no works", "a table with a column key or keys")
    return pd.concat([rows[c].dropna() for c in columns])
