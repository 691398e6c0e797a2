"""What is missing or wrong in the bibliography, and which of its works were retracted or corrected."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidencebook.bibliography import Reference, References
from evidencebook.errors import ParameterError
from evidencebook.intake.duplicates import SAME, key, matches, print_of
from evidencebook.intake.entries import work_of
from evidencebook.intake.normal import doi as bare_doi

WRONG, MISSING = "wrong", "missing"
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_RANGE = re.compile(r"([A-Za-z]*)(\d+)\s*(?:-{1,3}|–|—)\s*([A-Za-z]*)(\d+)")
_PAGES = re.compile(r"[A-Za-z]*\d+[A-Za-z]*(?:(?:--|–)[A-Za-z]*\d+[A-Za-z]*)?")
_EXPECTED = {
    "article": ("doi", "year", "journal", "author"),
    "book": ("year", "publisher", "author"),
    "incollection": ("year", "booktitle", "author"),
    "techreport": ("year", "author"),
}
# The columns of Retraction Watch; other lists need at least a DOI under one of the first names.
_LISTED_DOI = ("OriginalPaperDOI", "original_doi", "doi", "DOI")
_LISTED = {"nature": ("RetractionNature", "nature"), "date": ("RetractionDate", "date")}
_LISTED |= {"notice": ("RetractionDOI", "notice_doi"), "title": ("Title", "title")}
_LISTED |= {"pmid": ("OriginalPaperPubMedID", "pmid")}


@dataclass(frozen=True, order=True)
class Remark:
    """One thing to look at: `WRONG` or `MISSING`, the entry, what is said of it."""

    level: str
    key: str
    text: str


def remarks(references: References, listed: Path | None = None) -> list[Remark]:
    """Return everything to look at, wrong before missing.

    Parameters
    ----------
    listed : CSV of retractions and corrections in the columns of Retraction Watch.
    """
    found = [remark for reference in references.values() for remark in _of_entry(reference)]
    found += _twice(references)
    if listed:
        found += _retracted(references, listed)
    return sorted(found, key=lambda r: (r.level != WRONG, r.text if r.level == MISSING else "", r.key, r.text))


def _of_entry(reference: Reference) -> Iterator[Remark]:
    fields = reference.fields
    for name in ("title", *_EXPECTED.get(reference.type, ("year", "author"))):
        held = fields.get(name) or (name == "author" and fields.get("editor"))
        if not held:
            yield Remark(MISSING if name != "title" else WRONG, reference.key, f"no {name}")
    stated = fields.get("doi", "")
    if stated and not _DOI.fullmatch(stated):
        yield Remark(WRONG, reference.key, f"malformed DOI {stated!r}; a bare DOI begins with 10.")
    elif stated and bare_doi(stated) != stated:
        yield Remark(WRONG, reference.key, f"DOI {stated!r} ends in a sign that is hardly part of it")
    yield from _pages(reference.key, fields.get("pages", ""))


def _pages(key_: str, pages: str) -> Iterator[Remark]:
    for part in filter(None, (p.strip() for p in pages.split(","))):
        found = _RANGE.fullmatch(part)
        if found and found[1].casefold() == (found[3] or found[1]).casefold():
            first, last = found[2], found[4]
            # 671--89 is 671 to 689.
            whole = first[: len(first) - len(last)] + last if len(last) < len(first) else last
            if int(whole) < int(first):
                yield Remark(WRONG, key_, f"pages {pages}: end before they begin")
        elif not found and re.search(r"-|–", part) and not _PAGES.fullmatch(part):
            yield Remark(WRONG, key_, f"pages {pages}: no page range")


def _twice(references: References) -> Iterator[Remark]:
    names = list(references)
    for match in matches([print_of(work_of(r)) for r in references.values()]):
        both = f"{names[match.first]}: {match.score:.0f} of 100 ({match.reason})"
        level = "the same work as" if match.score >= SAME else "perhaps the same work as"
        yield Remark(WRONG if match.score >= SAME else MISSING, names[match.second], f"{level} {both}")


def _retracted(references: References, path: Path) -> Iterator[Remark]:
    by_doi: dict[str, list[Reference]] = {}
    by_title: dict[str, list[Reference]] = {}
    for reference in references.values():
        by_title.setdefault(key(reference.fields.get("title", "")), []).append(reference)
        if "doi" in reference.fields:
            by_doi.setdefault(reference.fields["doi"].casefold(), []).append(reference)
    for row in _rows(path):
        stated = bare_doi(_cell(row, *_LISTED_DOI)).casefold()
        title = key(_cell(row, *_LISTED["title"]))
        hits = by_doi.get(stated, []) if stated else []
        # By title only where nothing contradicts it, and never by a short one.
        hits = hits or [r for r in by_title.get(title, []) if len(title) > 30 and not ("doi" in r.fields and stated)]
        for reference in hits:
            nature = _cell(row, *_LISTED["nature"]) or "listed"
            told = [_cell(row, *_LISTED["date"]).split(" ")[0], _cell(row, *_LISTED["notice"])]
            yield Remark(WRONG, reference.key, f"{nature.lower()} ({', '.join(filter(None, told)) or path.name})")


def _rows(path: Path) -> Sequence[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise ParameterError(f"{path} cannot be read: {error.strerror}") from None
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or not any(name in rows[0] for name in _LISTED_DOI):
        raise ParameterError(
            f"{path} is no list of retractions: it has no column {', '.join(_LISTED_DOI)}. "
            "The columns of Retraction Watch are read."
        )
    return rows


def _cell(row: dict[str, str], *names: str) -> str:
    return next((row[n].strip() for n in names if row.get(n)), "")
