"""Records of a screening as files that screening tools take: RIS, or CSV with the columns they know.

RIS goes into Rayyan, EPPI-Reviewer, ASReview and reference managers; CSV into Rayyan and ASReview. The id of a
record stands in both, so that decisions find their way back; where a tool drops it, title, year and DOI do.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from evidencebook.errors import ParameterError
from evidencebook.exports import for_spreadsheets
from evidencebook.ris import LINE_END, TYPES, record
from evidencebook.screening import ABSTRACT, ALL, FULL_TEXT, INCLUDED, TO_READ, TO_SCREEN
from evidencebook.screening.decisions import INCLUDE, decided
from evidencebook.screening.store import LIST, Row, Store

_COLUMNS = {
    "key": "id",
    "id": "id",
    "title": "title",
    "authors": "authors",
    "journal": "journal",
    "issn": "issn",
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "year": "year",
    "publisher": "publisher",
    "url": "url",
    "doi": "doi",
    "abstract": "abstract",
    "keywords": "keywords",
    "notes": "sources",
}


def export(store: Store, path: Path, which: str = ALL) -> int:
    """Write the records that *which* chooses to *path* (.ris or .csv); return how many."""
    writers: dict[str, Callable[[Sequence[Row]], bytes]] = {".ris": _ris, ".csv": _csv}
    if path.suffix.lower() not in writers:
        raise ParameterError(f"{path}: give a name that ends in .ris or .csv")
    rows = chosen(store, which)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(writers[path.suffix.lower()](rows))
    draft.replace(path)
    return len(rows)


def chosen(store: Store, which: str) -> list[Row]:
    """Return the records that are still to be screened, to be read in full, or included; or all."""
    early, late = decided(store, ABSTRACT), decided(store, FULL_TEXT)
    tests: dict[str, Callable[[str], bool]] = {
        ALL: lambda _: True,
        TO_SCREEN: lambda i: i not in early and i not in late,
        TO_READ: lambda i: early.get(i, ("",))[0] == INCLUDE and i not in late,
        INCLUDED: lambda i: late.get(i, ("",))[0] == INCLUDE,
    }
    return [row for row in store.records if tests[which](row["id"])]


def _ris(rows: Sequence[Row]) -> bytes:
    return "".join(_record(row) + LINE_END for row in rows).encode()


def _record(row: Row) -> str:
    first, _, last = row["pages"].partition("--")
    tags = [("ID", row["id"]), *(("AU", name) for name in row["authors"].split(LIST))]
    tags += [("ED", name) for name in row["editors"].split(LIST)]
    tags += [("TI", row["title"]), ("T2", row["journal"] or row["booktitle"]), ("PY", row["year"])]
    tags += [("VL", row["volume"]), ("IS", row["number"]), ("SP", first), ("EP", last), ("PB", row["publisher"])]
    tags += [("SN", row["issn"]), ("DO", row["doi"]), ("UR", row["url"]), ("AB", row["abstract"])]
    tags += [*(("KW", word) for word in row["keywords"].split(LIST)), ("LA", row["language"]), ("N1", row["sources"])]
    return record(TYPES.get(row["type"], "GEN"), tags)


def _csv(rows: Sequence[Row]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([row[name].replace("--", "-") if name == "pages" else row[name] for name in _COLUMNS.values()]
                     for row in rows)  # fmt: skip
    return for_spreadsheets(made.getvalue().encode())
