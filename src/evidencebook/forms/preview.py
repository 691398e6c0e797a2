"""What an import would do, in words: rows added, changed cell by cell, withdrawn, in conflict, left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidencebook.errors import shorten
from evidencebook.forms.importing import Import
from evidencebook.forms.proposal import Change, Conflict
from evidencebook.versions.changes import ADDED, CHANGED, WITHDRAWN, Cell

_SHOWN = 160


def lines(tried: Import) -> Iterator[str]:
    """Yield the preview line by line."""
    form, proposal = tried.form, tried.proposal
    version = form.about.get("data version", "")
    yield f"{form.name}: form of {form.component}" + (f", exported from data version {version}" if version else "")
    tables = list(dict.fromkeys([*(c.table for c in tried.changes), *(c.table for c in proposal.conflicts)]))
    for table in tables:
        own = [c for c in tried.changes if c.table == table]
        conflicts = [c for c in proposal.conflicts if c.table == table]
        yield f"{table}: {_counted(own, conflicts)}"
        for change in own:
            yield from _change(change)
        for conflict in conflicts:
            yield from _conflict(conflict)
    yield from (f"note: {note}" for note in proposal.notes)
    if tried.uncited:
        yield f"note: no row cites {', '.join(tried.uncited)} yet; check and build ask for one before they go on"
    for fault in tried.left:
        yield f"left out: {fault}"
    if not (tables or tried.left or tried.blocked):
        yield "nothing to import: the form says what the tables say"


def _counted(changes: Sequence[Change], conflicts: Sequence[Conflict]) -> str:
    told = [(sum(c.kind == kind for c in changes), kind) for kind in (ADDED, CHANGED, WITHDRAWN)]
    return ", ".join(f"{n} {kind}" for n, kind in [*told, (len(conflicts), "in conflict")] if n)


def _change(change: Change) -> Iterator[str]:
    name, place = _named(change.key), f"(row {change.number})"
    if change.kind == ADDED:
        yield f"  + {name} {place}"
        yield from (f"      {c}: {shorten(v, _SHOWN)}" for c, v in change.row.items() if v and v not in change.key)
    elif change.kind == WITHDRAWN:
        yield f"  - {name} {place}"
    else:
        yield f"  ~ {name} {place}"
        yield from (f"      {_cell(cell)}" for cell in change.cells)


def _conflict(conflict: Conflict) -> Iterator[str]:
    yield f"  ! {_named(conflict.key)} (row {conflict.number}): somebody else changed it since the export"
    for who, cells in (("tables", conflict.theirs), ("form", conflict.ours)):
        if cells is None:
            yield f"      {who}: withdrawn"
        else:
            yield from (f"      {who}: {_cell(cell)}" for cell in cells)


def _cell(cell: Cell) -> str:
    return f"{cell.column}: {_told(cell.before)} → {_told(cell.after)}"


def _told(text: str) -> str:
    return shorten(text, _SHOWN) if text else "(empty)"


def _named(key: Sequence[str]) -> str:
    return " / ".join(part for part in key if part)
