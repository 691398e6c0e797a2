"""What may differ between two versions, as data: a row, a column or table, a reference, a paragraph.

Made by `diff`; read by `events` and `diff_report`.
"""

from __future__ import annotations

from dataclasses import dataclass

from evidencebook.labels import LabelMove

ADDED, WITHDRAWN, CHANGED = "added", "withdrawn", "changed"
# What may be different about a column; each is a kind of event.
NARROWED, WIDENED, DESCRIBED = "narrowed", "widened", "described"
Record = dict[str, str]


@dataclass(frozen=True)
class Cell:
    """One cell or field that reads otherwise."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """One row added, withdrawn or changed.

    Attributes
    ----------
    row : its key as text. record : the row as it is, or as it was when withdrawn. cells : what changed.
    chapters : slugs of the chapters that show the row before or after.
    """

    change: str
    table: str
    row: str
    record: Record
    cells: tuple[Cell, ...] = ()
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class SchemaChange:
    """A table (no column) or a column added, withdrawn, narrowed, widened or described otherwise."""

    change: str
    table: str
    column: str = ""
    what: str = ""
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReferenceChange:
    """An entry of the bibliography added, withdrawn or changed; `rows` are the claims that cite it."""

    change: str
    key: str
    cells: tuple[Cell, ...] = ()
    rows: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProseChange:
    """A paragraph added, withdrawn or changed."""

    change: str
    component: str
    section: str
    before: str = ""
    after: str = ""
    chapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """One of the two versions: what it was called, its number and its date."""

    name: str
    version: str
    date: str


@dataclass(frozen=True)
class Diff:
    """Everything that differs.

    Attributes
    ----------
    citing : `component/section` of each paragraph that names a changed or withdrawn row, with those rows.
    claims : ids of the rows that are new, gone, changed, or rest on a changed reference.
    chapters : slug to title of the chapters of the later version that show any of it.
    """

    before: Side
    after: Side
    rows: tuple[RowChange, ...]
    schema: tuple[SchemaChange, ...]
    references: tuple[ReferenceChange, ...]
    prose: tuple[ProseChange, ...]
    labels: tuple[LabelMove, ...]
    citing: dict[str, tuple[str, ...]]
    claims: tuple[str, ...]
    chapters: dict[str, str]
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the versions say the same."""
        return not (self.rows or self.schema or self.references or self.prose)
