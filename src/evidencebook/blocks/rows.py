"""Any table as a list of claims or as a table: what pages without a form of their own are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evidencebook.blocks.absence import nothing, others_cited
from evidencebook.blocks.wording import claim_mark, marked, nothing_recorded
from evidencebook.markdown import Myst, bullets, cite, escape, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list


def claims(
    chapter: OpenChapter, name: str, text: str, *, group: str = "", where: Mapping[str, str] | None = None
) -> Myst:
    """Return the rows of table *name* as a list of claims with citations, id and place.

    Parameters
    ----------
    text : column of the claim. group : column under whose values neighbouring rows are listed; rows
    without a value there come first. where : column values that a row must have.
    """
    rows = matching(chapter.rows(name), where)
    if rows.empty:
        return nothing(chapter, name, nothing_recorded(chapter), **(where or {}))
    if not group:
        return Myst(bullets(_claim(chapter, name, row, text) for _, row in rows.iterrows()))
    parts = []
    for label, members in rows.groupby(group, sort=False):
        parts += [span(str(label), "topic")] if label else []
        parts.append(bullets(_claim(chapter, name, row, text) for _, row in members.iterrows()))
    return Myst("\n\n".join(parts))


def listing(
    chapter: OpenChapter,
    name: str,
    columns: Mapping[str, str],
    *,
    caption: str,
    widths: Sequence[int] = (),
    where: Mapping[str, str] | None = None,
    anchor: str = "",
) -> Myst:
    """Return the rows of table *name* as a table.

    Parameters
    ----------
    columns : column to heading, in order. Citations follow the first column's text, the row's id
    stands before it. caption : plain text; the data note is added. anchor : end of the table's name.
    """
    rows = matching(chapter.rows(name), where)
    if rows.empty:
        return nothing(chapter, name, nothing_recorded(chapter), **(where or {}))
    body = (
        [_cell(row, column, chapter.anchor(name, row.to_dict()) if n == 0 else "") for n, column in enumerate(columns)]
        for _, row in rows.iterrows()
    )
    note = f"{escape(caption)} ({len(rows)}; {escape(chapter.data_note)})"
    name_of_table = f"{chapter.slug}-tab-{(anchor or name).replace('_', '-')}"
    trace = chapter.trace(**{name: rows})
    header = list(columns.values())
    return Myst(table(header, body, caption=note, name=name_of_table, trace=trace, widths=widths, classes="rows"))


def matching(rows: pd.DataFrame, where: Mapping[str, str] | None) -> pd.DataFrame:
    """Return the rows whose columns have the values of *where*."""
    for column, value in (where or {}).items():
        rows = rows[rows[column] == value]
    return rows


def _claim(chapter: OpenChapter, name: str, row: pd.Series, text: str) -> str:
    if "id" in row:
        shown, mark = escape(row[text]), claim_mark(row["id"], row["locator"])
    else:
        shown = span(row[text], "rowmark", anchor=chapter.anchor(name, row.to_dict()))
        mark = span(row["locator"], "locator")
    return f"{shown}{_cited(row)} {mark}{others_cited(chapter, row.get('id', ''))}"


def _cell(row: pd.Series, column: str, mark: str) -> str:
    value = "" if pd.isna(row[column]) else str(row[column]).replace(";", "; ")
    return f"{marked(value, row, mark)}{_cited(row)}" if mark else escape(value)


def _cited(row: pd.Series) -> str:
    return cite(split_list(row.get("keys", "") or row.get("key", "")))
