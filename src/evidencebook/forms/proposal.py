"""What a form would change: held against the rows at export and the rows of today.

Pure. A row that both the form and somebody else changed since the export is a conflict, whichever cells they
changed. A row that the form lacks stays; only a row marked for it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evidencebook.chapters import Evidence
from evidencebook.errors import Fault
from evidencebook.forms.cells import same
from evidencebook.forms.layout import CODERS, COMPONENT, form_tables, key_of, numbered, pointed_to, rows_of
from evidencebook.forms.numbering import Numbering
from evidencebook.forms.reading import Form, FormRow, Key
from evidencebook.schema import LIST_SEPARATOR, Table
from evidencebook.versions.changes import ADDED, CHANGED, WITHDRAWN, Cell

Row = dict[str, str]


@dataclass(frozen=True)
class Change:
    """One row to add, change or withdraw.

    Attributes
    ----------
    number : row of the sheet. row : the row as it will stand (as it stands, when withdrawn). cells : what changes.
    """

    kind: str
    table: str
    key: Key
    number: int
    row: Row
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """One row that somebody else changed since the export.

    Attributes
    ----------
    theirs, ours : cells that differ from the export in the tables and in the form; None when the row is gone there.
    """

    table: str
    key: Key
    number: int
    theirs: tuple[Cell, ...] | None
    ours: tuple[Cell, ...] | None


@dataclass
class Proposal:
    """Everything that an import would do, what stands in its way, and what the reader should know."""

    changes: list[Change] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Sheet:
    """One table of a form: its rows at export and today, by key."""

    form: Form
    table: Table
    at_export: Mapping[Key, Row]
    today: Mapping[Key, Row]
    taken: frozenset[Key]
    numbering: Numbering | None


def propose(form: Form, evidence: Evidence) -> Proposal:
    """Hold *form* against the tables of *evidence*."""
    proposal = Proposal(faults=list(form.faults))
    for table in form_tables(evidence.package):
        if table.name in form.rows:
            _propose(_opened(form, table, evidence), proposal)
    return proposal


def _opened(form: Form, table: Table, evidence: Evidence) -> _Sheet:
    frame = evidence.frames[table.name]
    others = (f for name, f in evidence.frames.items() if name != table.name)
    given = any(numbered(table, c) for c in table.columns)
    today = {key_of(table, row): row for row in rows_of(frame, table, form.component)}
    taken = frozenset(map(tuple, frame[list(table.primary_key)].astype(str).to_numpy().tolist()))
    return _Sheet(
        form, table, form.at_export[table.name], today, taken, Numbering(table, frame, others) if given else None
    )


def _propose(sheet: _Sheet, proposal: Proposal) -> None:
    seen: dict[Key, int] = {}
    rows = [(row, _tidy(sheet, row)) for row in sheet.form.rows[sheet.table.name]]
    for _, cells in rows:
        if sheet.numbering and cells["id"]:
            sheet.numbering.reserve(cells["id"])
    for row, cells in rows:
        if not _sound(sheet, row, cells, proposal):
            continue
        key = key_of(sheet.table, cells)
        if key in sheet.at_export:
            if not _repeated(sheet, row, key, seen, proposal):
                _existing(sheet, row, cells, proposal)
        elif row.withdrawn:
            proposal.faults.append(_fault(sheet, row, "", "", "is new and marked to be withdrawn",
                "withdraw for rows that were exported", "clear the row, or the mark"))  # fmt: skip
        else:
            _new(sheet, row, cells, seen, proposal)
    missing = [" / ".join(filter(None, key)) for key in sheet.at_export if key not in seen]
    if missing:
        shown = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        proposal.notes.append(f"{sheet.table.name}: not in the form any more, and left as they are: {shown}")


def _tidy(sheet: _Sheet, row: FormRow) -> Row:
    """Return the cells with lists written as lists, and with the export's own text where nothing but it changed."""
    cells = {
        c.name: _list(row.cells[c.name]) if c.is_list else row.cells[c.name] for c in sheet.table.columns
    }  # fmt: skip
    before = sheet.at_export.get(key_of(sheet.table, cells))
    if before is None:
        return cells
    return {c: before[c] if same(before[c], text) else text for c, text in cells.items()}


def _list(cell: str) -> str:
    return LIST_SEPARATOR.join(part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip())


def _sound(sheet: _Sheet, row: FormRow, cells: Row, proposal: Proposal) -> bool:
    """Fill the component of a new row; a row of another component is a fault."""
    own = sheet.form.component
    cells[COMPONENT] = cells[COMPONENT] or own
    if cells[COMPONENT] == own:
        return True
    remedy = f"leave it empty, or use the form of {cells[COMPONENT]}"
    proposal.faults.append(
        _fault(sheet, row, COMPONENT, cells[COMPONENT], "is not the component of this form", own, remedy)
    )
    return False


def _repeated(sheet: _Sheet, row: FormRow, key: Key, seen: dict[Key, int], proposal: Proposal) -> bool:
    if key not in seen:
        seen[key] = row.number
        return False
    column = "+".join(sheet.table.primary_key)
    remedy = "leave id empty in a new row, so that it is given one" if sheet.numbering else "remove one of the two rows"
    problem = f"repeats the key of row {seen[key]}"
    proposal.faults.append(_fault(sheet, row, column, " + ".join(key), problem, "each key once", remedy))
    return True


def _existing(sheet: _Sheet, row: FormRow, cells: Row, proposal: Proposal) -> None:
    key = key_of(sheet.table, cells)
    before, now = sheet.at_export[key], sheet.today.get(key)
    theirs = None if now is None else _differences(sheet.table, before, now)
    ours = None if row.withdrawn else _differences(sheet.table, before, cells)
    if ours == () or (now is None and ours is None) or (now is not None and ours is not None and now == cells):
        if theirs != ():
            proposal.notes.append(f"{sheet.table.name} {_named(key)}: changed in the tables since the export; kept so")
    elif theirs != ():
        proposal.conflicts.append(Conflict(sheet.table.name, key, row.number, theirs, ours))
    elif ours is None:
        proposal.changes.append(Change(WITHDRAWN, sheet.table.name, key, row.number, before))
    else:
        proposal.changes.append(Change(CHANGED, sheet.table.name, key, row.number, cells, ours))


def _new(sheet: _Sheet, row: FormRow, cells: Row, seen: dict[Key, int], proposal: Proposal) -> None:
    cells |= {
        c.name: sheet.form.about.get("coder", "")
        for c in sheet.table.columns
        if not cells[c.name] and pointed_to(sheet.table, c) == CODERS
    }
    if twin := _already(sheet, cells):
        proposal.notes.append(f"{sheet.table.name}, row {row.number}: stands in the table already as {_named(twin)}")
        return
    if sheet.numbering and not cells["id"]:
        cells["id"] = sheet.numbering.next(cells)
    key = key_of(sheet.table, cells)
    if any(key) and _repeated(sheet, row, key, seen, proposal):
        return
    if key in sheet.today:
        differing = _differences(sheet.table, dict.fromkeys(cells, ""), sheet.today[key])
        ours = _differences(sheet.table, dict.fromkeys(cells, ""), cells)
        proposal.conflicts.append(Conflict(sheet.table.name, key, row.number, differing, ours))
    else:
        proposal.changes.append(Change(ADDED, sheet.table.name, key, row.number, cells))


def _already(sheet: _Sheet, cells: Row) -> Key | None:
    """Return the key of a row that was added since the export and says the same: this form was imported before."""
    compared = [c for c in cells if not (c == "id" and sheet.numbering and not cells["id"])]
    for key, row in sheet.today.items():
        if key not in sheet.at_export and all(same(row[c], cells[c]) for c in compared):
            return key
    return None


def _differences(table: Table, before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Cell, ...]:
    return tuple(Cell(c, before[c], after[c]) for c in table.header if before[c] != after[c])


def _named(key: Iterable[str]) -> str:
    return " / ".join(part for part in key if part)


def _fault(sheet: _Sheet, row: FormRow, column: str, value: str, *verdict: str) -> Fault:
    """Return a fault in a row of the form; *verdict* is problem, what is allowed, and remedy."""
    problem, allowed, remedy = verdict
    return Fault(sheet.form.sheet(sheet.table.name), row.number, column, value, problem, allowed, remedy)
