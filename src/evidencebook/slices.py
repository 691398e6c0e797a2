"""What a chapter read when it last ran, row by row, so that a plan can say which row changed.

`build` keeps a record under `_build/state/rows/` when a chapter has run; `differences` says in words
how the chapter's rows of today differ from it. The record decides nothing: `dependence` does.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook.chapter_prose import shown_prose, texts
from evidencebook.chapters import REFERENCES, Chapter, chapter_frames, cited_entries
from evidencebook.dependence import Inputs, notice_state
from evidencebook.project import Project
from evidencebook.schema import Table

_SHOWN = 3
_REASONS = {
    "template": "its template {template} changed",
    "parameters": "its title or parameters changed",
    "code": "the engine or its pinned packages changed",
    "prose": "its prose changed",
    "sign-off": "what is signed off changed",
    "pages": "pages of components were added, removed or renamed",
    "rows of descriptor": "the description of the tables changed",
    "rows of version": "the data version, its date or its citation changed",
    "rows of references": "an entry of references.bib that it cites changed",
}


def record(inputs: Inputs, chapter: Chapter) -> dict[str, Any]:
    """Return what *chapter* reads: tables (columns, and cell digests by row key), references, prose, sign-offs."""
    frames = chapter_frames(chapter, inputs.evidence)
    tables = inputs.evidence.package.tables
    shown = shown_prose(chapter, inputs.readings)
    return {
        "tables": {
            name: {"columns": tables[name].header, "rows": dict(_rows(tables[name], frame))}
            for name, frame in frames.items()
        },
        "references": cited_entries(frames, inputs.evidence) if REFERENCES in chapter.template.reads else {},
        "prose": {shown[k].paragraph.name: _short(text) for k, text in texts(shown, inputs.evidence).items()},
        "sign-off": {r.paragraph.name: _short(notice_state(r)) for r in shown.values() if r.stale},
    }


def write_record(inputs: Inputs, chapter: Chapter) -> None:
    """Keep the record of *chapter*."""
    path = _path(inputs.project, chapter)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(record(inputs, chapter)), encoding="utf-8")
    os.replace(draft, path)


def reasons(inputs: Inputs, chapter: Chapter, changed: Sequence[str]) -> list[str]:
    """Say in words what changed, given the names of the hashes that differ.

    Where no record of the last run is kept, only the table is named.
    """
    path = _path(inputs.project, chapter)
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    told = []
    for name in changed:
        words = differences(before, record(inputs, chapter), name, inputs.evidence.package.tables) if before else []
        told += words or [_plainly(name, chapter, inputs.evidence.package.tables)]
    return told


def what_it_reads(inputs: Inputs, chapter: Chapter) -> list[str]:
    """Say in words which rows *chapter* reads, and which of them changed since it last ran."""
    tables, frames = inputs.evidence.package.tables, chapter_frames(chapter, inputs.evidence)
    rows = {n: [key for key, _ in _rows(tables[n], f)] for n, f in frames.items() if len(f)}
    told = [f"reads {len(keys)} of data/{tables[n].path} ({_named(keys)})" for n, keys in rows.items()]
    path = _path(inputs.project, chapter)
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    now = record(inputs, chapter)
    names = [f"rows of {name}" for name in frames]
    changed = [d for name in names for d in differences(before, now, name, tables)] if before else []
    return told + [f"since it last ran: {words}" for words in changed]


def differences(before: dict[str, Any], now: dict[str, Any], name: str, tables: dict[str, Table]) -> list[str]:
    """Say how two records differ in what the hash *name* stands for; nothing when they do not."""
    if name == "prose":
        return list(_entries(before["prose"], now["prose"], "paragraph", "paragraphs"))
    if name == "sign-off":
        return list(_signed(before["sign-off"], now["sign-off"]))
    table = name.removeprefix("rows of ")
    if table == "references":
        return list(
            _entries(
                before["references"],
                now["references"],
                "cited entry of references.bib",
                "cited entries of references.bib",
            )
        )
    if table not in before["tables"] or table not in now["tables"]:
        return []
    return list(_of_table(before["tables"][table], now["tables"][table], tables[table].path))


def _of_table(before: dict[str, Any], now: dict[str, Any], path: str) -> Iterator[str]:
    was, rows = before["rows"], now["rows"]
    if before["columns"] != now["columns"]:
        new = [c for c in now["columns"] if c not in before["columns"]]
        lost = [c for c in before["columns"] if c not in now["columns"]]
        yield f"columns of {path} changed" + _list(new, " new: ") + _list(lost, " gone: ")
    changed = {
        key: [c for c in now["columns"] if _cell(now, key, c) != _cell(before, key, c)]
        for key in rows
        if key in was and rows[key] != was[key]
    }
    named = [f"{key}: {', '.join(columns)}" for key, columns in changed.items() if columns]
    yield from _count(named, f"of {path} changed", "; ")
    yield from _count([k for k in rows if k not in was], f"of {path} added")
    yield from _count([k for k in was if k not in rows], f"of {path} withdrawn")
    if list(was) != list(rows) and set(was) == set(rows):
        yield f"rows of {path} stand in another order"


def _cell(table: dict[str, Any], key: str, column: str) -> str:
    empty = _short("")
    columns = table["columns"]
    return str(table["rows"][key][columns.index(column)]) if column in columns else empty


def _entries(before: dict[str, str], now: dict[str, str], one: str, many: str) -> Iterator[str]:
    changed = [k for k in {**before, **now} if before.get(k) != now.get(k)]
    if changed:
        yield f"{len(changed)} {one if len(changed) == 1 else many} changed ({_named(changed)})"


def _signed(before: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    """Tell of the notices above stale paragraphs: those that are new, gone, or say something else."""
    told = {
        "stale now": [k for k in now if k not in before],
        "not stale any more": [k for k in before if k not in now],
        "stale for another reason": [k for k in now if k in before and now[k] != before[k]],
    }
    yield from (f"{what}: {_named(names)}" for what, names in told.items() if names)


def _count(names: list[str], what: str, separator: str = ", ") -> Iterator[str]:
    if names:
        yield f"{len(names)} {'row' if len(names) == 1 else 'rows'} {what} ({_named(names, separator)})"


def _named(names: list[str], separator: str = ", ") -> str:
    more = f"{separator}and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return separator.join(names[:_SHOWN]) + more


def _list(names: list[str], lead: str) -> str:
    return f",{lead}{', '.join(names)}" if names else ""


def _plainly(name: str, chapter: Chapter, tables: dict[str, Table]) -> str:
    if name in _REASONS:
        return _REASONS[name].format(template=chapter.template.path.name)
    table = name.removeprefix("rows of ")
    return f"rows or description of {tables[table].path if table in tables else table} changed"


def _rows(table: Table, frame: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    keys = [table.header.index(c) for c in table.primary_key]
    for number, cells in enumerate(frame[table.header].astype("object").itertuples(index=False, name=None)):
        texts = ["" if pd.isna(cell) else str(cell) for cell in cells]
        yield " + ".join(texts[k] for k in keys) or str(number), [_short(t) for t in texts]


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _path(project: Project, chapter: Chapter) -> Path:
    return project.build / "state" / "rows" / f"{chapter.slug}.json"
