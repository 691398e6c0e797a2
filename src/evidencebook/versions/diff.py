"""What differs between two versions, by meaning: rows by their key, references by theirs, prose by its place.

Pure: two `Snapshot`s in, one `Diff` out. The order of rows and columns and the quoting of cells mean
nothing here. Goes to `events` (what kind of change each one is) and `diff_report` (what people read).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from evidencebook.bibliography import Reference
from evidencebook.labels import Labels, label_moves
from evidencebook.prose import CITED, Paragraph
from evidencebook.reach import Readers, chapters_read_by, citing_rows
from evidencebook.schema import Column, Table
from evidencebook.versions.changes import (
    ADDED,
    CHANGED,
    DESCRIBED,
    NARROWED,
    WIDENED,
    WITHDRAWN,
    Cell,
    Diff,
    ProseChange,
    Record,
    ReferenceChange,
    RowChange,
    SchemaChange,
    Side,
)
from evidencebook.versions.snapshot import Snapshot

_DESCRIBING = ("description",)
Key = tuple[str, ...]


def compare(before: Snapshot, after: Snapshot, *, strength: Labels | None = None) -> Diff:
    """Return what *after* says otherwise than *before*.

    Parameters
    ----------
    strength : gives a label (and a gap type) for each component and domain; None leaves them out. The
    leading stance is always compared.
    """
    readers = chapters_read_by(after.chapters)
    rows: list[RowChange] = []
    for name in dict.fromkeys([*before.package.tables, *after.package.tables]):
        if name in before.tables and name in after.tables:
            rows += _rows(name, before, after, readers)
    schema = _schema(before, after, readers)
    references = _references(before, after, readers)
    prose = _prose(before.prose, after.prose, readers)
    moves, notes = label_moves(before.evidence, after.evidence, strength)
    cited = [row for change in references for row in change.rows]
    changes: list[RowChange | SchemaChange | ReferenceChange | ProseChange] = [*rows, *schema, *references, *prose]
    touched = {slug for change in changes for slug in change.chapters}
    return Diff(
        _side(before),
        _side(after),
        tuple(rows),
        tuple(schema),
        tuple(references),
        tuple(prose),
        tuple(moves),
        _citing(rows, (*before.prose, *after.prose)),
        tuple(sorted({*(change.row for change in rows if change.record.get("id")), *cited})),
        {c.slug: c.title for c in after.chapters if c.slug in touched},
        (*before.notes, *after.notes, *notes),
    )


def _side(snapshot: Snapshot) -> Side:
    return Side(snapshot.name, snapshot.package.version, snapshot.package.created)


def _rows(name: str, before: Snapshot, after: Snapshot, readers: Readers) -> list[RowChange]:
    """Compare one table row by row over the columns that both versions have."""
    old, new = before.tables[name], after.tables[name]
    shared = [c for c in new.columns if c in old.columns]
    if not shared:
        return []
    key = _key(after.package.tables[name].primary_key, shared)
    was, now = _keyed(old, key or shared), _keyed(new, key or shared)
    changes = []
    for row, record in now.items():
        cells: tuple[Cell, ...] = ()
        if row in was:
            cells = tuple(Cell(c, was[row][c], record[c]) for c in shared if was[row][c] != record[c])
            if not cells:
                continue
        chapters = readers.of_row(name, was.get(row), record)
        changes.append(RowChange(CHANGED if row in was else ADDED, name, label(row), record, cells, chapters))
    gone = [row for row in was if row not in now]
    changes += [RowChange(WITHDRAWN, name, label(r), was[r], (), readers.of_row(name, was[r], None)) for r in gone]
    return changes


def label(key: Key) -> str:
    """Return a row's key as text: its parts, long ones cut (a table without a key goes by the whole row)."""
    return " / ".join(part if len(part) <= 60 else part[:59] + "…" for part in key if part)


def _key(stated: Sequence[str], shared: Sequence[str]) -> list[str]:
    """Return the key's columns, or none when there is no key in both versions."""
    return list(stated) if stated and set(stated) <= set(shared) else []


def _keyed(frame: pd.DataFrame, key: Sequence[str]) -> dict[Key, Record]:
    """Return the rows by key; a key that repeats (a broken table) gets a number from its second row on."""
    columns = [str(c) for c in frame.columns]
    places = [columns.index(c) for c in key]
    rows: dict[Key, Record] = {}
    seen: dict[Key, int] = {}
    for values in zip(*(frame[c].tolist() for c in columns), strict=True):
        row = tuple(values[p] for p in places)
        seen[row] = seen.get(row, 0) + 1
        rows[row if seen[row] == 1 else (*row, f"#{seen[row]}")] = dict(zip(columns, values, strict=True))
    return rows


def _schema(before: Snapshot, after: Snapshot, readers: Readers) -> list[SchemaChange]:
    changes: list[SchemaChange] = []
    for name, table in before.package.tables.items():
        if name not in after.package.tables and name in before.tables:
            changes.append(SchemaChange(WITHDRAWN, name, "", _size(before, table), readers.of_table(name)))
    for name, table in after.package.tables.items():
        if name not in after.tables:
            continue
        if name not in before.package.tables:
            changes.append(SchemaChange(ADDED, name, "", _size(after, table), readers.of_table(name)))
        else:
            changes += _columns(before.package.tables[name], table, readers.of_table(name))
    return changes


def _size(snapshot: Snapshot, table: Table) -> str:
    count = len(snapshot.tables[table.name])
    return f"{table.title}, {count} row" + "s" * (count != 1)


def _columns(before: Table, after: Table, chapters: tuple[str, ...]) -> list[SchemaChange]:
    old, new = ({c.name: c for c in t.columns} for t in (before, after))
    name = after.name
    changes = [SchemaChange(WITHDRAWN, name, c, old[c].description, chapters) for c in old if c not in new]
    changes += [SchemaChange(ADDED, name, c, new[c].description, chapters) for c in new if c not in old]
    if before.primary_key != after.primary_key:
        what = f"key: {', '.join(before.primary_key)} → {', '.join(after.primary_key)}"
        changes.append(SchemaChange(NARROWED, name, ", ".join(after.primary_key or before.primary_key), what, chapters))
    for column in (c for c in new if c in old and new[c] != old[c]):
        parts = [
            f.name for f in dataclasses.fields(Column) if getattr(old[column], f.name) != getattr(new[column], f.name)
        ]
        what = "; ".join(f"{p}: {_said(getattr(old[column], p))} → {_said(getattr(new[column], p))}" for p in parts)
        changes.append(SchemaChange(_severity(old[column], new[column], parts), name, column, what, chapters))
    return changes


def _severity(old: Column, new: Column, parts: Sequence[str]) -> str:
    """Return whether values that were allowed may no longer be, or mean something else."""
    if all(p in _DESCRIBING for p in parts):
        return DESCRIBED
    rules = {"required", "unique", "enum", "pattern", *_DESCRIBING}
    fewer = bool(new.enum) and (not old.enum or not set(old.enum) <= set(new.enum))
    stricter = (new.required and not old.required) or (new.unique and not old.unique)
    patterned = bool(new.pattern) and new.pattern != old.pattern
    return NARROWED if set(parts) - rules or fewer or stricter or patterned else WIDENED


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value not in ("", None) else "none"


def _references(before: Snapshot, after: Snapshot, readers: Readers) -> list[ReferenceChange]:
    if before.references is None or after.references is None:
        return []
    old, new = before.references, after.references
    changed = {k: _fields(old.get(k), new.get(k)) for k in dict.fromkeys([*new, *old]) if _differs(old, new, k)}
    rows = citing_rows(after.tables, set(changed)) if changed else {}
    found = []
    for key, cells in changed.items():
        citing = rows.get(key, [])
        slugs = sorted({slug for table, record, _ in citing for slug in readers.citing(table, record)})
        change = CHANGED if key in old and key in new else ADDED if key in new else WITHDRAWN
        found.append(ReferenceChange(change, key, cells, tuple(row for *_, row in citing if row), tuple(slugs)))
    return found


def _differs(old: Mapping[str, Reference], new: Mapping[str, Reference], key: str) -> bool:
    return key not in old or key not in new or old[key].digest() != new[key].digest()


def _fields(old: Reference | None, new: Reference | None) -> tuple[Cell, ...]:
    """Return the fields that read otherwise; all of them when the entry is new or gone."""
    was = {"type": old.type, **old.fields} if old else {}
    now = {"type": new.type, **new.fields} if new else {}
    names = [n for n in dict.fromkeys([*was, *now]) if was.get(n, "") != now.get(n, "")]
    return tuple(Cell(n, was.get(n, ""), now.get(n, "")) for n in names)


def _prose(before: Sequence[Paragraph], after: Sequence[Paragraph], readers: Readers) -> list[ProseChange]:
    old, new = ({(p.component, p.section): p.text for p in side} for side in (before, after))
    changes = []
    for place in sorted({*old, *new}):
        if old.get(place) == new.get(place):
            continue
        change = ADDED if place not in old else WITHDRAWN if place not in new else CHANGED
        texts = old.get(place, ""), new.get(place, "")
        changes.append(ProseChange(change, *place, *texts, readers.of_prose(place[0])))
    return changes


def _citing(rows: Sequence[RowChange], prose: Sequence[Paragraph]) -> dict[str, tuple[str, ...]]:
    """Return the paragraphs, of either version, that name a row changed or withdrawn."""
    changed = {r.row for r in rows if r.change != ADDED}
    found: dict[str, set[str]] = {}
    for paragraph in prose:
        named = {i for ids in CITED.findall(paragraph.text) for i in re.split(r",\s*", ids)}
        if hit := named & changed:
            found.setdefault(f"{paragraph.component}/{paragraph.section}", set()).update(hit)
    return {place: tuple(sorted(ids)) for place, ids in sorted(found.items())}
