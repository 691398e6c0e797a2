"""The data package descriptor (`data/datapackage.json`) as typed objects.

The descriptor follows the Frictionless Data Package standard. Four properties are our own; the
standard has no foreign key for a list inside a cell and none into a BibTeX file, for example:

``evidencebook:list``
    the cell holds several values separated by ``;``; `pattern`, `enum` and references apply to each.
``evidencebook:references``
    ``{"resource": NAME, "field": FIELD}`` each value must stand in that column, or
    ``{"bibliography": true}`` each value must be a key of `references.bib`. The resource ``*`` with the
    field ``id`` stands for a row of any table.
``evidencebook:volatile``
    a change of this cell does not change what the row says: prose signed off stays so.
``evidencebook:not-shown``
    of a resource: why no chapter reads it, or why no page shows some of its rows (see `ledger`).
``evidencebook:evidence``
    of a resource: its rows are evidence, and this is what they are called (`findings`). An edition
    chooses from them; the rows of other tables are about the whole report.
``evidencebook:practice``
    of a resource: its rows are examples from practice, which a gap of evidence is told apart by (`strength`).
``evidencebook:new``
    of a resource: what a new synthesis says of this table in place of its description (`starting_tables`).
``evidencebook:condition``
    of a field: conditions of an edition may name it, as an attribute of a ``work`` or of the ``row``.
``evidencebook:of-others``
    of a field called ``id``: it names a row of another table, there or withdrawn, and makes no row of its own.
``evidencebook:codes``
    of a field with allowed values: the letters that stand for each in the ids of new rows (`forms.numbering`).
``evidencebook:edition``
    of the package: it is a part of a report; `edition` says what stands there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidencebook.edition import EDITION, Edition
from evidencebook.errors import ProjectError

DESCRIPTOR = "datapackage.json"
LIST_SEPARATOR = ";"
ANY_TABLE = "*"
_CONSTRAINTS = {"required", "unique", "enum", "pattern"}


@dataclass(frozen=True)
class Column:
    """One column: its Frictionless type and constraints."""

    name: str
    type: str
    description: str
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    pattern: str = ""
    is_list: bool = False
    references: tuple[str, str] | None = None
    cites: bool = False
    volatile: bool = False
    condition: str = ""
    of_others: bool = False
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: path below the data folder, columns in order, key and foreign keys.

    `not_shown` is the reason why no page shows its rows, or some of them; without one, every row that has a
    place in a source is shown.
    """

    name: str
    path: str
    title: str
    description: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    hash: str
    foreign_keys: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()
    not_shown: str = ""
    rows_called: str = ""
    practice: bool = field(default=False, repr=False)

    def row_id(self, row: Mapping[str, object]) -> str:
        """Return the name of *row* in the whole package: its own id, or else table and key, as `glossary:PACS`.

        A table without a place in a source may speak of rows of another table by their ids.
        """
        key = [str(row[column]) for column in self.primary_key]
        return key[0] if self.named_by_id else ":".join([self.name, *key])

    @property
    def named_by_id(self) -> bool:
        """Whether the ids of the rows name them in the whole package."""
        return self.primary_key == ("id",) and "locator" in self.header

    @property
    def has_ids(self) -> bool:
        """Whether its rows have ids of their own, which prose may cite."""
        return any(c.name == "id" and not c.of_others for c in self.columns)

    @property
    def header(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        """Return the column called *name*."""
        return next(c for c in self.columns if c.name == name)


@dataclass(frozen=True)
class Package:
    """The whole descriptor: title, data version, tables by name.

    `created` is the ISO date of the data version; `citation` says how the source report is cited;
    `edition` says which part of a report this is, and is None for a whole one.
    """

    folder: Path
    title: str
    version: str
    tables: dict[str, Table] = field(default_factory=dict)
    bibliography_hash: str = ""
    created: str = "1970-01-01"
    citation: str = ""
    edition: Edition | None = None

    @property
    def practice(self) -> tuple[str, ...]:
        """Names of the tables whose rows are examples from practice, not findings."""
        return tuple(name for name, table in self.tables.items() if table.practice)


def split_list(cell: str) -> list[str]:
    """Split a list cell at ``;``; an empty cell is an empty list."""
    return cell.split(LIST_SEPARATOR) if cell else []


def load_package(folder: Path) -> Package:
    """Read the descriptor in *folder*.

    Raises
    ------
    ProjectError
        when the file is missing, is not JSON, or lacks a property that the engine needs.
    """
    path = folder / DESCRIPTOR
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        tables = {r["name"]: _table(r) for r in raw["resources"]}
        return Package(
            folder,
            raw["title"],
            raw["version"],
            tables,
            raw.get("evidencebook:bibliography-hash", ""),
            raw.get("created", "1970-01-01")[:10],
            raw.get("evidencebook:citation", ""),
            Edition.read(raw[EDITION]) if EDITION in raw else None,
        )
    except FileNotFoundError:
        raise ProjectError(f"{path} is missing: it describes every table. Restore it from version control.") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path} is not valid JSON: {error}. Mend the line it names.") from None
    except KeyError as error:
        raise ProjectError(
            f"{path} lacks the property {error}; every resource has name, path, title, schema."
        ) from None


def _table(raw: dict[str, Any]) -> Table:
    schema = raw["schema"]
    keys = tuple(
        (
            tuple(_listed(k["fields"])),
            k["reference"]["resource"] or raw["name"],
            tuple(_listed(k["reference"]["fields"])),
        )
        for k in schema.get("foreignKeys", [])
    )
    return Table(
        name=raw["name"],
        path=raw["path"],
        title=raw["title"],
        description=raw.get("description", ""),
        columns=tuple(_column(f) for f in schema["fields"]),
        primary_key=tuple(_listed(schema.get("primaryKey", []))),
        hash=raw.get("hash", ""),
        foreign_keys=keys,
        not_shown=raw.get("evidencebook:not-shown", ""),
        rows_called=raw.get("evidencebook:evidence", ""),
        practice=raw.get("evidencebook:practice", False),
    )


def _column(raw: dict[str, Any]) -> Column:
    rules = raw.get("constraints", {})
    if unknown := set(rules) - _CONSTRAINTS:
        raise ProjectError(
            f"{DESCRIPTOR}: column {raw['name']} has the constraint {', '.join(sorted(unknown))}, which is not "
            f"checked here; use {', '.join(sorted(_CONSTRAINTS))}"
        )
    target = raw.get("evidencebook:references", {})
    return Column(
        name=raw["name"],
        type=raw["type"],
        description=raw.get("description", ""),
        required=rules.get("required", False),
        unique=rules.get("unique", False),
        enum=tuple(rules.get("enum", raw.get("evidencebook:enum", ()))),
        pattern=rules.get("pattern", raw.get("evidencebook:pattern", "")),
        is_list=raw.get("evidencebook:list", False),
        references=(target["resource"], target["field"]) if "resource" in target else None,
        cites=bool(target.get("bibliography")),
        volatile=raw.get("evidencebook:volatile", False),
        condition=raw.get("evidencebook:condition", ""),
        of_others=raw.get("evidencebook:of-others", False),
        codes=tuple(raw.get("evidencebook:codes", {}).items()),
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
