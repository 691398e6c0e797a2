"""Rows chosen by their ids: a box of statements, and links to where a row stands in full."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evidencebook.errors import ProjectError
from evidencebook.markdown import Myst, bullets, escape, link
from evidencebook.report import OpenChapter


def picked(chapter: OpenChapter, name: str, identifiers: Sequence[str]) -> pd.DataFrame:
    """Return the rows *identifiers* of table *name*, in that order.

    Raises
    ------
    ProjectError
        when a row is not there, so that a page cannot silently lose what it is built on.
    """
    rows = chapter.rows(name).set_index("id", drop=False)
    if missing := [i for i in identifiers if i not in rows.index]:
        raise ProjectError(
            f"template {chapter.chapter.template.name} shows {', '.join(missing)} of {name}, which has no such row: "
            "choose another row in the notebook"
        )
    return rows.loc[list(identifiers)]


def in_short(chapter: OpenChapter, name: str, text: str, identifiers: Sequence[str]) -> Myst:
    """Return the rows *identifiers* of table *name* in a box; each row's full entry stands elsewhere."""
    rows = picked(chapter, name, identifiers)
    items = bullets(f"{escape(row[text])} {row_link(row['id'])}" for _, row in rows.iterrows())
    return Myst(f":::{{container}} statement\n{items}\n:::")


def row_link(identifier: str) -> str:
    """Return a link to the row *identifier*, kept on one line."""
    return f"[{link(identifier, f'#{identifier.lower()}')}]{{.queried}}"
