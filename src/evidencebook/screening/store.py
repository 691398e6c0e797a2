"""The folder of a screening: which files were imported, every work once, what was left out, what was decided.

All are CSV files that people and programs can read. `decisions.csv` is written by people or by `decisions`; the
others are written here and replaced whole.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidencebook.errors import ProjectError
from evidencebook.intake.work import Work

Row = dict[str, str]
_FIELDS = (
    *("title", "year", "journal", "booktitle", "volume", "number", "pages", "doi", "pmid", "url"),
    *("abstract", "keywords", "publisher", "issn", "language"),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "sources": ("source", "file", "format", "sha256", "records", "unread"),
    "records": ("id", "type", "authors", "editors", *_FIELDS, "sources", "copies", "other"),
    "duplicates": ("id", "source", "origin", "title", "year", "doi", "score", "reason"),
    "doubtful": ("id", "other_id", "score", "reason"),
    "unread": ("source", "origin", "reason", "begins"),
    "decisions": ("id", "stage", "decision", "reason", "by"),
}
_LARGEST_CELL = 10_000_000
LIST = "; "


@dataclass
class Store:
    """The rows of every file of a screening, by the names in `HEADERS`."""

    folder: Path
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HEADERS})

    @property
    def records(self) -> list[Row]:
        """Every work once."""
        return self.rows["records"]


def read_store(folder: Path, *, must_exist: bool = True) -> Store:
    """Read the screening in *folder*; one that is not there yet is empty.

    Raises
    ------
    ProjectError
        when it must be there and is not, or a file of it has other columns.
    """
    store = Store(folder)
    if not (folder / "records.csv").is_file():
        if must_exist:
            raise ProjectError(f"{folder} holds no screening: 'evidencebook screen import FILES --out' makes one")
        return store
    csv.field_size_limit(_LARGEST_CELL)
    for name, header in HEADERS.items():
        path = folder / f"{name}.csv"
        if path.is_file():
            store.rows[name] = _read(path, header)
    return store


def write_store(store: Store, names: Iterable[str] = HEADERS) -> None:
    """Write the files called *names*; each is replaced whole, and decisions already there only grow."""
    store.folder.mkdir(parents=True, exist_ok=True)
    drafts = []
    for name in names:
        made = io.StringIO(newline="")
        writer = csv.DictWriter(made, HEADERS[name], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(store.rows[name])
        draft = store.folder / f"{name}.csv.part"
        draft.write_text(made.getvalue(), encoding="utf-8", newline="")
        drafts.append(draft)
    for draft in drafts:
        os.replace(draft, draft.with_suffix(""))


def row_of(work: Work, identifier: str, sources: Sequence[str], copies: int) -> Row:
    """Return *work* as a row of `records`; what has no column stands as JSON in `other`."""
    rest = {k: v for k, v in work.fields.items() if k not in _FIELDS}
    rest |= {f"x-{tag}": LIST.join(values) for tag, values in work.unknown.items()}
    return {
        "id": identifier,
        "type": work.type,
        "authors": LIST.join(work.authors),
        "editors": LIST.join(work.editors),
        **{name: work.get(name) for name in _FIELDS},
        "sources": LIST.join(dict.fromkeys(sources)),
        "copies": str(copies),
        "other": json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else "",
    }


def work_of(row: Mapping[str, str]) -> Work:
    """Return a row of `records` as a record."""
    rest: dict[str, str] = json.loads(row["other"]) if row.get("other") else {}
    fields = {name: row[name] for name in _FIELDS if row.get(name)}
    fields |= {k: v for k, v in rest.items() if not k.startswith("x-")}
    return Work(
        row["type"],
        fields,
        tuple(filter(None, row["authors"].split(LIST))),
        tuple(filter(None, row["editors"].split(LIST))),
        unknown={k.removeprefix("x-"): [v] for k, v in rest.items() if k.startswith("x-")},
        origin=row["id"],
    )


def _read(path: Path, header: Sequence[str]) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [{k: (v or "") for k, v in row.items() if k} for row in reader]
            found = list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error) as error:
        raise ProjectError(f"{path} cannot be read as UTF-8 CSV ({error}); restore it, or import anew") from None
    if missing := [c for c in header if c not in found]:
        raise ProjectError(f"{path} lacks the columns {', '.join(missing)}; its header is {','.join(header)}")
    return rows
