"""Which paragraphs of prose interpret rows that read otherwise today.

A sign-off says that a person held a paragraph against its rows. `sign_offs` keeps who, when, why and
the hash of the words; `signed_rows` keeps each row as it read that day, so that the difference can be
shown later. This module compares the latest sign-off of each paragraph with the rows of today. Goes
to `evidence` (faults), `check` (warnings) and the blocks that show a notice; `signing` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from evidencebook.errors import Fault
from evidencebook.prose import Paragraph, cited_rows
from evidencebook.schema import Package

SIGN_OFFS, SIGNED_ROWS = "sign_offs", "signed_rows"
Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Row:
    """One row of a table as it reads: filled cells by column, volatile columns left out."""

    table: str
    cells: Mapping[str, str]

    @property
    def text(self) -> str:
        """The cells as JSON, columns in alphabetical order, so that a moved column changes nothing."""
        return json.dumps(dict(self.cells), ensure_ascii=False, sort_keys=True)

    @property
    def hash(self) -> str:
        """Hash of `text`."""
        return text_hash(self.text)


@dataclass(frozen=True)
class Change:
    """One cell that reads otherwise than when the paragraph was signed off; empty when it was or is empty."""

    row: str
    table: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Reading:
    """A paragraph held against its latest sign-off.

    Attributes
    ----------
    sign_off : its row of `sign_offs`; empty when it was never signed off. changes : cells that differ.
    withdrawn : rows that were signed and are in no table now, each with what it said.
    unsigned : rows it cites that the sign-off does not hold. reworded : its words differ.
    """

    paragraph: Paragraph
    sign_off: Mapping[str, str]
    changes: tuple[Change, ...] = ()
    withdrawn: tuple[tuple[str, Row], ...] = ()
    unsigned: tuple[str, ...] = ()
    reworded: bool = False

    @property
    def stale(self) -> bool:
        """Whether a person has to read the paragraph against its rows again."""
        return not self.sign_off or bool(self.changes or self.withdrawn or self.unsigned) or self.reworded


def text_hash(text: str) -> str:
    """Return ``sha256:…`` of *text*."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def readings(paragraphs: Iterable[Paragraph], package: Package, frames: Frames) -> list[Reading]:
    """Hold each paragraph against its latest sign-off; none is stale when the package describes no sign-offs.

    Parameters
    ----------
    frames : every table by name, `sign_offs` and `signed_rows` among them.
    """
    paragraphs = list(paragraphs)
    if not {SIGN_OFFS, SIGNED_ROWS} <= frames.keys():
        return [Reading(p, {"id": ""}) for p in paragraphs]
    now = rows_by_id({i for p in paragraphs for i in cited_rows(p.text)}, package, frames)
    latest = latest_sign_offs(frames[SIGN_OFFS])
    then = _signed(frames[SIGNED_ROWS], {s["id"] for s in latest.values()})
    return [_reading(p, latest.get(p.name, {}), then, now) for p in paragraphs]


def latest_sign_offs(sign_offs: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the newest row of `sign_offs` for each paragraph: the one whose id counts highest."""
    latest: dict[str, dict[str, str]] = {}
    for record in sign_offs.to_dict("records"):
        held = latest.get(record["paragraph"])
        if held is None or count_of(record["id"]) > count_of(held["id"]):
            latest[record["paragraph"]] = {str(k): v for k, v in record.items()}
    return latest


def count_of(sign_off: str) -> int:
    """Return which sign-off of its paragraph it is, from 1: the end of its id."""
    end = sign_off.rpartition("/")[2]
    return int(end) if end.isdigit() else 0


def signed_ids(frames: Frames) -> dict[str, set[str]]:
    """Return, by paragraph, the ids of the rows that its latest sign-off holds."""
    if not {SIGN_OFFS, SIGNED_ROWS} <= frames.keys():
        return {}
    rows = frames[SIGNED_ROWS].groupby("sign_off")["row"].agg(set).to_dict()
    return {name: rows.get(record["id"], set()) for name, record in latest_sign_offs(frames[SIGN_OFFS]).items()}


def rows_by_id(ids: set[str], package: Package, frames: Frames) -> dict[str, Row]:
    """Return the rows with these ids; an id belongs to the first table of the descriptor whose own it is."""
    found: dict[str, Row] = {}
    for name, frame in frames.items():
        if not package.tables[name].has_ids:
            continue
        columns = [c.name for c in package.tables[name].columns if not c.volatile]
        for record in frame.loc[frame["id"].isin(ids - found.keys()), columns].to_dict("records"):
            filled = {str(k): str(v) for k, v in record.items() if not pd.isna(v) and v != ""}
            found.setdefault(record["id"], Row(name, filled))
    return found


def altered_records(package: Package, frames: Frames) -> Iterator[Fault]:
    """Yield a fault for each signed row whose text is not what its hash was made of."""
    if SIGNED_ROWS not in frames:
        return
    file = f"data/{package.tables[SIGNED_ROWS].path}"
    for number, row in enumerate(frames[SIGNED_ROWS].to_dict("records"), 2):
        if text_hash(row["row_text"]) != row["row_hash"] or not _is_object(row["row_text"]):
            allowed, remedy = "the row exactly as it was signed", "restore the line from version control"
            place = f"{row['sign_off']} {row['row']}"
            yield Fault(file, number, "row_text", place, "differs from its hash", allowed, remedy)


def described(reading: Reading, package: Package) -> list[str]:
    """Return lines that say which paragraph is stale, why, and what to do."""
    paragraph, signed = reading.paragraph, reading.sign_off
    told = f"signed off {signed['date']} by {signed['signed_by']}" if signed else "never signed off"
    lines = [f"stale: {paragraph.name} ({paragraph.file}), {told}"]
    for change in reading.changes:
        lines.append(f"    {change.row} (data/{package.tables[change.table].path}), column {change.column}")
        lines += [f"        was: {change.before or '(empty)'}", f"        now: {change.after or '(empty)'}"]
    lines += [f"    {row} was withdrawn; it read: {was.text}" for row, was in reading.withdrawn]
    lines += [f"    {row} is named and was not signed" for row in reading.unsigned]
    lines += ["    its words changed"] * reading.reworded
    again = f'evidencebook sign-off {paragraph.name} --by NAME --because "..."'
    return [*lines, f"    to do:   read it against its rows, mend it if need be, then: {again}"]


def _reading(
    paragraph: Paragraph,
    sign_off: Mapping[str, str],
    then: Mapping[tuple[str, str], Row],
    now: Mapping[str, Row],
) -> Reading:
    if not sign_off:
        return Reading(paragraph, sign_off)
    cited = cited_rows(paragraph.text)
    signed = {i: then[sign_off["id"], i] for i in cited if (sign_off["id"], i) in then}
    return Reading(
        paragraph,
        sign_off,
        tuple(c for i, row in signed.items() if i in now for c in _changes(i, row, now[i])),
        tuple((i, row) for i, row in signed.items() if i not in now),
        tuple(i for i in cited if i not in signed),
        text_hash(paragraph.text) != sign_off["text_hash"],
    )


def _changes(identifier: str, before: Row, after: Row) -> Iterator[Change]:
    for column in [*after.cells, *(c for c in before.cells if c not in after.cells)]:
        old, new = before.cells.get(column, ""), after.cells.get(column, "")
        if old != new:
            yield Change(identifier, after.table, column, old, new)


def _signed(rows: pd.DataFrame, sign_offs: set[str]) -> dict[tuple[str, str], Row]:
    held = rows[rows["sign_off"].isin(sign_offs)].to_dict("records")
    return {
        (r["sign_off"], r["row"]): Row(r["table"], json.loads(r["row_text"])) for r in held if _is_object(r["row_text"])
    }


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False
