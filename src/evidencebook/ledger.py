"""The claim ledger: which rows each displayed row, sentence and number rests on, and the way back.

Rows come from the tables that `schema` describes, claims from the pages as Sphinx reads them
(`sphinxext.ledger`). Goes to `claims.json`, to the pages of the ledger and to the faults that stop a build.
Decision record 0014 says what counts as a claim.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evidencebook.markdown import anchor_of
from evidencebook.schema import DESCRIPTOR, Package, Table, split_list

ROW, SENTENCE, NUMBER = "row", "sentence", "number"
_PARAGRAPH = re.compile(r"\s*¶.*")
_NOT_TEXT = {"locator", "keys", "key", "source_id", "coded_by", "authors", "url"}
_LISTED = 5


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands in a source, what it cites, and what it says (its longest cell)."""

    id: str
    anchor: str
    table: str
    source: str
    locators: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    digest: str

    @property
    def sections(self) -> tuple[str, ...]:
        """Return the sections of the source that the row stands in: its places without the paragraph."""
        return tuple(dict.fromkeys(section_of(place) for place in self.locators))


@dataclass(frozen=True)
class Claim:
    """Something that a page states.

    Attributes
    ----------
    id : anchor on the page. kind : `row`, `sentence` or `number`. page : Sphinx document.
    tables : tables counted over, for a number. rows : anchors of the rows it rests on.
    """

    id: str
    kind: str
    page: str
    text: str
    rows: tuple[str, ...]
    tables: tuple[str, ...] = ()


@dataclass
class Ledger:
    """Rows by anchor, claims by page in the order of the page, and the indexes back."""

    rows: Mapping[str, Row]
    claims: Mapping[str, Sequence[Claim]]
    shown: dict[str, Claim] = field(default_factory=dict)
    resting: dict[str, list[Claim]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for claim in self:
            for anchor in claim.rows:
                if claim.kind == ROW:
                    self.shown.setdefault(anchor, claim)
                else:
                    self.resting.setdefault(anchor, []).append(claim)

    def __iter__(self) -> Iterator[Claim]:
        return (claim for page in sorted(self.claims) for claim in self.claims[page])


def section_of(locator: str) -> str:
    """Return the place *locator* without its paragraph."""
    return _PARAGRAPH.sub("", locator)


def read_rows(package: Package) -> dict[str, Row]:
    """Read every row of every table, by anchor; a file that is missing has none.

    A row of a table without `source_id` that has a place stands in the first source.
    """
    first = next(iter(source_titles(package)), "")
    rows = (_row(t, line, first) for t in package.tables.values() for line in _lines(package, t))
    return {row.anchor: row for row in rows}


def source_titles(package: Package) -> dict[str, str]:
    """Return the title of each source by id, in the order of the table."""
    table = package.tables.get("sources")
    return {line["id"]: line["title"] for line in _lines(package, table)} if table else {}


def source_names(package: Package) -> dict[str, str]:
    """Return a short name of each source by id, in the order of the table."""
    table = package.tables.get("sources")
    return {r["id"]: short_name(r["title"], r["publisher"], r["year"]) for r in _lines(package, table)} if table else {}


def short_name(title: str, publisher: str, year: str) -> str:
    """Return what a source is called in short: its publisher, or else its title, and its year."""
    return f"{publisher or title}, {year}" if year else publisher or title


def faults(ledger: Ledger, package: Package) -> Iterator[tuple[str, str]]:
    """Yield page (or file) and message for each claim without rows and each row that no page shows."""
    for claim in ledger:
        unknown = [row for row in claim.rows if row not in ledger.rows]
        strange = [t for t in claim.tables if t != DESCRIPTOR and t not in package.tables]
        what = f"claim {claim.id} ({claim.kind})"
        if unknown or strange:
            named = ", ".join([*unknown, *strange][:_LISTED])
            yield claim.page, f"{what} rests on {named}, which no table holds: correct the id, or restore the row"
        elif not claim.rows and not claim.tables:
            yield claim.page, f"{what} rests on no row: pass the rows it is computed from as trace, or take it out"
    for table in package.tables.values():
        hidden = [] if table.not_shown else [r.id for r in _due(ledger, table) if r.anchor not in ledger.shown]
        if hidden:
            named = ", ".join(hidden[:_LISTED]) + (f" and {len(hidden) - _LISTED} more" if hidden[_LISTED:] else "")
            yield (
                f"data/{table.path}",
                f"no page shows {named}: show each row with its anchor on one page, or give the table's resource in "
                f"{DESCRIPTOR} the property evidencebook:not-shown with the reason",
            )


def as_json(ledger: Ledger, version: str) -> dict[str, Any]:
    """Return the ledger as `docs/claims.schema.json` describes it: claims, and rows, references and sections back."""
    referenced: dict[str, list[str]] = {}
    sections: dict[str, dict[str, list[str]]] = {}
    for row in ledger.rows.values():
        if row.anchor not in ledger.shown and row.anchor not in ledger.resting:
            continue
        for section in row.sections:
            sections.setdefault(row.source, {}).setdefault(section, []).append(row.id)
    for claim in ledger:
        if claim.kind != NUMBER:
            for key in _references(ledger, claim):
                referenced.setdefault(key, []).append(_name(ledger, claim))
    return {
        "version": version,
        "claims": [_claim_json(ledger, claim) for claim in ledger],
        "rows": {r.id: _row_json(ledger, r) for r in ledger.rows.values() if _is_used(ledger, r)},
        "references": {key: list(dict.fromkeys(referenced[key])) for key in sorted(referenced)},
        "sections": sections,
    }


def digest(rows: Iterable[Row]) -> str:
    """Return seven digits that change when any of the *rows* does."""
    return hashlib.sha256("".join(row.digest for row in rows).encode()).hexdigest()[:7]


def _is_used(ledger: Ledger, row: Row) -> bool:
    return row.anchor in ledger.shown or row.anchor in ledger.resting


def _name(ledger: Ledger, claim: Claim) -> str:
    """Return the id of the row that a row claim shows, and of any other claim its own."""
    return ledger.rows[claim.id].id if claim.kind == ROW else claim.id


def _references(ledger: Ledger, claim: Claim) -> list[str]:
    return list(dict.fromkeys(key for row in claim.rows for key in ledger.rows[row].references))


def _claim_json(ledger: Ledger, claim: Claim) -> dict[str, Any]:
    rows = [ledger.rows[anchor] for anchor in claim.rows]
    told: dict[str, Any] = {
        "id": _name(ledger, claim),
        "kind": claim.kind,
        "page": claim.page,
        "anchor": claim.id,
        "text": claim.text or rows[0].text,
        "rows": [row.id for row in rows],
        "locators": list(dict.fromkeys(place for row in rows for place in row.locators)),
        "references": _references(ledger, claim),
    }
    if claim.kind == NUMBER:
        counts = {t: sum(row.table == t for row in rows) for t in claim.tables}
        told |= {"tables": counts, "fingerprint": digest(rows)}
    return told


def _row_json(ledger: Ledger, row: Row) -> dict[str, Any]:
    shown = ledger.shown.get(row.anchor)
    return {
        "table": row.table,
        "shown": f"{shown.page}#{row.anchor}" if shown else "",
        "claims": list(dict.fromkeys(claim.id for claim in ledger.resting.get(row.anchor, []))),
    }


def _due(ledger: Ledger, table: Table) -> Iterator[Row]:
    """Yield the rows of *table* that a page must show: those of a table that has a place in a source."""
    if "locator" in table.header:
        yield from (row for row in ledger.rows.values() if row.table == table.name)


def _lines(package: Package, table: Table) -> list[dict[str, str]]:
    path = package.folder / table.path
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(table: Table, line: Mapping[str, str], first_source: str) -> Row:
    identifier = table.row_id(line)
    placed = "locator" in table.header
    told = [line[c.name] for c in table.columns if not (c.name in _NOT_TEXT or c.name in table.primary_key or c.enum)]
    return Row(
        id=identifier,
        anchor=anchor_of(identifier),
        table=table.name,
        source=(line.get("source_id") or first_source) if placed else "",
        locators=tuple(split_list(line.get("locator", ""))),
        references=tuple(split_list(line.get("keys", "") or line.get("key", ""))),
        text=max(told, key=len, default="") or identifier,
        digest=hashlib.sha256("\x1f".join(line.values()).encode()).hexdigest()[:12],
    )
