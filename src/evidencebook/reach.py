"""Which chapters show a row: the plan's slices read backwards, from row to chapter.

Pure; takes the planned chapters of a version. Goes to `diff`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evidencebook.chapters import REFERENCES, Chapter
from evidencebook.schema import split_list

_CITING = ("key", "keys")
Record = Mapping[str, str]


@dataclass(frozen=True)
class Readers:
    """For each table, the chapters that read it and the column values that a row must have to be read."""

    of: dict[str, list[tuple[str, dict[str, str]]]]
    components: dict[str, str]
    all_prose: frozenset[str]
    with_references: frozenset[str]

    def of_row(self, table: str, before: Record | None, after: Record | None) -> tuple[str, ...]:
        """Return the slugs of the chapters that read the row as it was or as it is."""
        records = [r for r in (before, after) if r is not None]
        return tuple(slug for slug, where in self.of.get(table, ()) if any(_within(r, where) for r in records))

    def of_table(self, table: str) -> tuple[str, ...]:
        """Return the slugs of the chapters that read any row of *table*."""
        return tuple(slug for slug, _ in self.of.get(table, ()))

    def of_prose(self, component: str) -> tuple[str, ...]:
        """Return the slugs of the chapters that show prose of *component*."""
        return tuple(s for s, own in self.components.items() if own == component or s in self.all_prose)

    def citing(self, table: str, record: Record) -> tuple[str, ...]:
        """Return the slugs of the chapters that read the row and print the references it cites."""
        return tuple(s for s in self.of_row(table, record, None) if s in self.with_references)


def chapters_read_by(chapters: Sequence[Chapter]) -> Readers:
    """Return who reads what, in the order of the plan."""
    of: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for chapter in chapters:
        for table, where in chapter.template.reads.items():
            values = {column: chapter.parameters.get(parameter, "") for column, parameter in where.items()}
            of.setdefault(table, []).append((chapter.slug, values))
    return Readers(
        of,
        {c.slug: c.parameters.get("component", "") for c in chapters},
        frozenset(c.slug for c in chapters if c.template.all_prose),
        frozenset(c.slug for c in chapters if REFERENCES in c.template.reads),
    )


def citing_rows(tables: Mapping[str, pd.DataFrame], keys: set[str]) -> dict[str, list[tuple[str, Record, str]]]:
    """Return, for each citation key of *keys*, the rows that cite it: table, row, and id (empty without one)."""
    found: dict[str, list[tuple[str, Record, str]]] = {}
    for name, frame in tables.items():
        for column in (c for c in _CITING if c in frame.columns):
            for record in frame[frame[column] != ""].to_dict("records"):
                for key in keys.intersection(split_list(record[column])):
                    found.setdefault(key, []).append((name, record, record.get("id", "")))
    return found


def _within(record: Record, where: Mapping[str, str]) -> bool:
    return all(record.get(column) == value for column, value in where.items())
