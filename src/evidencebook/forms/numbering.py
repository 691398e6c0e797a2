"""The next id for a new row, in the way the rows of its table are numbered.

An id is a stem and a number, as `R1-PH-` and `012`. What the stem depends on is read from the rows that stand
there: the component, and the coded columns in which nearly all rows of one stem agree. In a table that has few rows
nothing can be read; so a column may declare the letters of each of its values, and they go first. An id that any
table names, also one of a row withdrawn, is never given again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import pandas as pd

from evidencebook.forms.layout import COMPONENT
from evidencebook.schema import Table

_PARTS = re.compile(r"(.*?)(\d+)")
_MARK = "\x00"
# Rows recoded after they got their id keep it, so a rule need not hold for every row.
_NEARLY_ALL = 0.95


class Numbering:
    """Gives ids to new rows of one table; each call of `next` takes one."""

    def __init__(self, table: Table, frame: pd.DataFrame, others: Iterable[pd.DataFrame]) -> None:
        self._columns, self._stems = _rule(table, frame)
        self._declared = {c.name: dict(c.codes) for c in table.columns if c.codes}
        self._width: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._used = {v for other in (frame, *others) for c in other.columns for v in _texts(other[c])}
        for value in self._used:
            if parts := _PARTS.fullmatch(value):
                stem, digits = parts[1], parts[2]
                self._last[stem] = max(self._last.get(stem, 0), int(digits))
        for value in frame["id"]:
            if parts := _PARTS.fullmatch(str(value)):
                self._width.setdefault(parts[1], len(parts[2]))

    def reserve(self, value: str) -> None:
        """Note that somebody gave a row the id *value*."""
        if parts := _PARTS.fullmatch(value):
            self._last[parts[1]] = max(self._last.get(parts[1], 0), int(parts[2]))

    def next(self, cells: Mapping[str, str]) -> str:
        """Return a new id for the row *cells*; empty when no rule can be read from the table."""
        stem = self._stem(cells)
        if not stem:
            return ""
        width = self._width.get(stem) or max(self._width.values(), default=1)
        self._last[stem] = self._last.get(stem, 0) + 1
        return f"{stem}{self._last[stem]:0{width}d}"

    def _stem(self, cells: Mapping[str, str]) -> str:
        for column, codes in self._declared.items():
            if cells[column] in codes:
                return f"{cells[COMPONENT]}-{codes[cells[column]]}-"
        return self._stems.get(tuple(cells[c] for c in self._columns), "").replace(_MARK, cells[COMPONENT])


def _rule(table: Table, frame: pd.DataFrame) -> tuple[Sequence[str], dict[tuple[str, ...], str]]:
    """Return the fewest coded columns that decide the stem, and the stem for each of their values."""
    coded = [c.name for c in table.columns if c.enum and not c.is_list]
    rows = []
    for row in frame[[*dict.fromkeys(["id", COMPONENT, *coded])]].astype(str).to_dict("records"):
        parts = _PARTS.fullmatch(row["id"])
        if parts:
            stem = parts[1].replace(row[COMPONENT], _MARK, 1) if row[COMPONENT] else parts[1]
            rows.append((stem, row))
    for many in range(len(coded) + 1):
        for columns in combinations(coded, many):
            stems: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
            for stem, row in rows:
                stems[tuple(row[c] for c in columns)][stem] += 1
            most = {codes: found.most_common(1)[0] for codes, found in stems.items()}
            if sum(count for _, count in most.values()) >= _NEARLY_ALL * len(rows):
                return columns, {codes: stem for codes, (stem, _) in most.items()}
    return (), {}


def _texts(column: pd.Series) -> list[str]:
    return [v for v in column.dropna().unique() if isinstance(v, str)]
