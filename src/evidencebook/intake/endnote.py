"""EndNote's XML to records. Each record is read by itself, so that a broken one hides no other.

Read with defusedxml; as the head of the file with its declarations is never parsed, no entity can expand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from evidencebook.intake.work import Batch, Unread, Work

_RECORD = re.compile(r"<record\b[^>]*>.*?(?:</record>|(?=<record\b)|$)", re.DOTALL)
_TYPES = {
    "journal article": "article",
    "electronic article": "article",
    "newspaper article": "article",
    "book": "book",
    "edited book": "book",
    "electronic book": "book",
    "book section": "incollection",
    "report": "techreport",
    "government document": "techreport",
    "thesis": "phdthesis",
    "conference paper": "inproceedings",
    "conference proceedings": "inproceedings",
    "web page": "online",
    "blog": "online",
    "unpublished work": "unpublished",
}
_PLAIN = {
    "title": "titles/title",
    "volume": "volume",
    "number": "number",
    "pages": "pages",
    "year": "dates/year",
    "publisher": "publisher",
    "address": "pub-location",
    "edition": "edition",
    "doi": "electronic-resource-num",
    "abstract": "abstract",
    "language": "language",
    "issn": "isbn",
    "accession": "accession-num",
    "database": "remote-database-name",
    "annote": "notes",
    "series": "titles/tertiary-title",
}
_INSIDE = ("periodical/full-title", "titles/secondary-title", "alt-periodical/full-title", "titles/alt-title")
# What EndNote says of its own library and of files on somebody's disk.
_DROPPED = {"database", "source-app", "rec-number", "foreign-keys", "ref-type", "urls", "contributors", "keywords"}
_KNOWN = {*_DROPPED, "titles", "dates", "periodical", "alt-periodical", *(p for p in _PLAIN.values() if "/" not in p)}


def read(text: str, name: str) -> Batch:
    """Read the records of *text*; *name* says in messages which file it is."""
    batch = Batch()
    for number, found in enumerate(_RECORD.finditer(text), 1):
        origin = f"{name}, record {number}"
        try:
            batch.works.append(_work(fromstring(found[0]), origin))
        except (ParseError, DefusedXmlException) as error:
            batch.unread.append(Unread(origin, f"not readable as XML: {error}", _begin(found[0])))
    return batch


def _work(record: Element, origin: str) -> Work:
    reference_type = record.find("ref-type")
    named = (reference_type.get("name") or "") if reference_type is not None else ""
    kind = _TYPES.get(named.casefold(), "misc")
    fields = {field: _text(record.find(path)) for field, path in _PLAIN.items()}
    inside = next((t for path in _INSIDE if (t := _text(record.find(path)))), "")
    fields["booktitle" if kind in ("incollection", "inproceedings") else "journal"] = inside
    fields["keywords"] = "; ".join(_all(record, "keywords/keyword"))
    fields["url"] = next(iter(_all(record, "urls/related-urls/url") + _all(record, "urls/web-urls/url")), "")
    year = re.search(r"\b(?:1[5-9]|20)\d\d\b", fields["year"])
    fields["year"] = year[0] if year else ""
    unknown = {e.tag: [t] for e in record if e.tag not in _KNOWN and (t := _text(e))}
    if kind == "misc" and named and named != "Generic":
        unknown["ref-type"] = [named]
    return Work(
        kind,
        {k: v for k, v in fields.items() if v},
        tuple(_all(record, "contributors/authors/author")),
        tuple(_all(record, "contributors/secondary-authors/author")),
        unknown=unknown,
        origin=origin,
    )


def _all(record: Element, path: str) -> list[str]:
    # A body ends in a comma in EndNote, so that it is not split.
    return list(dict.fromkeys(t.rstrip(",") for e in record.findall(path) if (t := _text(e))))


def _text(element: Element | None) -> str:
    """Return all text below an element: EndNote cuts a cell into pieces by style; a break inside is a blank."""
    return "" if element is None else " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    yield from element.itertext()


def _begin(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text[:600]).split())[:80]
