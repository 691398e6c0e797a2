"""A table whose rows carry their place in the source in small type, so that no column is spent on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evidencebook.blocks.rows import matching
from evidencebook.blocks.wording import marked, nothing_recorded
from evidencebook.markdown import Myst, cite, escape, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list

_EMPTY = "–"


def placed_table(
    chapter: OpenChapter,
    name: str,
    columns: Mapping[str, str],
    *,
    beside: str,
    caption: str,
    widths: Sequence[int],
    where: Mapping[str, str] | None = None,
    anchor: str = "",
) -> Myst:
    """Return the rows of table *name* with their places; a place that all share is stated in the caption.

    Parameters
    ----------
    columns : column to heading, in order; the first one's cells carry the row's id and citations.
    beside : column after whose text the place stands. caption : plain text.
    where : column values that a row must have. anchor : end of the table's name.
    """
    rows = matching(chapter.rows(name), where)
    if rows.empty:
        return Myst(nothing_recorded(chapter))
    shared = shared_place(rows)
    place = "" if shared else beside
    body = (
        [
            _cell(row, column, mark=chapter.anchor(name, row.to_dict()) if n == 0 else "", place=column == place)
            for n, column in enumerate(columns)
        ]
        for _, row in rows.iterrows()
    )
    return Myst(
        table(
            list(columns.values()),
            body,
            caption=f"{escape(caption)} ({len(rows)}{shared}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-{(anchor or name).replace('_', '-')}",
            trace=chapter.trace(**{name: rows}),
            widths=widths,
            classes="rows" if len(columns) < 5 else "studies",
        )
    )


def shared_place(rows: pd.DataFrame) -> str:
    """Return `, all from PLACE` when every row stands in one place of the source, else nothing."""
    places = set(rows["locator"])
    return f", all from {escape(places.pop())}" if len(places) == 1 else ""


def _cell(row: pd.Series, column: str, *, mark: str, place: bool) -> str:
    value = "" if pd.isna(row[column]) else str(row[column]).replace(";", "; ")
    text = marked(value or _EMPTY, row, mark) if mark else escape(value) or _EMPTY
    parts = [text + (cite(split_list(row.get("keys", ""))) if mark else "")]
    parts += [span("; ".join(split_list(row["locator"])), "locator")] if place else []
    return " ".join(parts)
