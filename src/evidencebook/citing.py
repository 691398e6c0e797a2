"""How a page of the book is cited: as plain text and as BibTeX, RIS and CSL-JSON; and what its head says of it.

Pure: facts of the book and of one page in, text out; `sphinxext.metadata` gathers the facts and writes.
Nothing is claimed that the settings and the descriptor do not state: no publisher and no DOI of its own.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidencebook import ris
from evidencebook.edition import EDITION

_DOI = re.compile(r"\bdoi:?\s*(?:https?://doi\.org/)?(10\.\d{4,9}/[^\s<>\"]*[^\s<>\".,;)])", re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BIBTEX = {"{": "(", "}": ")", "\\": "/", "~": "-", "^": " "} | {c: f"\\{c}" for c in "&%$#_"}
FORMATS = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON"}


@dataclass(frozen=True)
class Book:
    """What every citation of the book says.

    Attributes
    ----------
    name : of the data package, the beginning of citation keys. author : a person or body as it is set down.
    version, date : of the data; the date is ISO. language : BCP 47 code. licence : its address.
    source : citation of the source report. part : title of the edition; empty for the whole report.
    base : web address of the book, ending in a slash; may be empty.
    """

    name: str
    title: str
    author: str
    version: str
    date: str
    language: str = "en"
    licence: str = ""
    source: str = ""
    part: str = ""
    base: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any], title: str, author: str, *, language: str = "en", base: str = "") -> Book:
        """Return the facts that the descriptor *raw* of the data package states, with those of the settings."""
        return cls(
            name=raw.get("name", ""),
            title=title,
            author=author,
            version=raw["version"],
            date=raw.get("created", "1970-01-01")[:10],
            language=language,
            licence=next((licence.get("path", "") for licence in raw.get("licenses", [])), ""),
            source=raw.get("evidencebook:citation", ""),
            part=raw[EDITION]["title"] if EDITION in raw else "",
            base=base,
        )

    @property
    def source_doi(self) -> str:
        """Address of the source report's DOI; empty when its citation states none."""
        return doi_in(self.source)

    @property
    def kind(self) -> str:
        """What of the source this is, with the version: `Reproducible edition, UK edition, data version 1.0.0`.

        A synthesis of works themselves is no edition of another report.
        """
        made = "Reproducible edition" if self.source else ""
        told = ", ".join(filter(None, (made, self.part, f"data version {self.version}")))
        return told[:1].upper() + told[1:]


@dataclass(frozen=True)
class Page:
    """One page: its document name and title; `whole` when it stands for the book."""

    document: str
    title: str
    whole: bool = False

    @property
    def slug(self) -> str:
        """Last part of the document name."""
        return self.document.rsplit("/", 1)[-1]


def doi_in(citation: str) -> str:
    """Return the address of the DOI that a citation states; empty when it states none."""
    found = _DOI.search(citation)
    return f"https://doi.org/{found[1]}" if found else ""


def vancouver(book: Book, page: Page) -> str:
    """Return the citation of the page in the Vancouver style."""
    year, month, day = book.date.split("-")
    title = book.title if page.whole else f"{_ended(page.title)} In: {book.title}"
    where = f" Available from: {_address(book, page)}" if book.base else ""
    when = f"{year} {_MONTHS[int(month) - 1]} {int(day)}"
    return f"{_ended(book.author)} {_ended(title)} {book.kind}; {when}.{where}"


def formatted(book: Book, page: Page) -> dict[str, str]:
    """Return the page's citation as a file for each format, by the file's extension."""
    return {"bib": bibtex(book, page), "ris": ris_record(book, page), "json": csl(book, page)}


def bibtex(book: Book, page: Page) -> str:
    """Return the page as a BibTeX entry."""
    year, month, _ = book.date.split("-")
    fields = {"author": f"{{{_bibtex(book.author)}}}", "title": f"{{{_bibtex(page.title)}}}"}
    fields |= {} if page.whole else {"booktitle": f"{{{_bibtex(book.title)}}}"}
    fields |= {"year": year, "month": str(int(month)), "note": _bibtex(book.kind)}
    fields |= {"url": _address(book, page)} if book.base else {}
    told = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{'misc' if page.whole else 'incollection'}{{{_key(book, page)},\n{told}}}\n"


def ris_record(book: Book, page: Page) -> str:
    """Return the page as a RIS record."""
    tags = [("AU", book.author), ("TI", page.title), ("T2", "" if page.whole else book.title)]
    tags += [("PY", book.date[:4]), ("DA", book.date.replace("-", "/")), ("ET", book.kind)]
    tags += [("UR", _address(book, page)), ("LA", book.language), ("ID", _key(book, page))]
    return ris.record("RPRT" if page.whole else "CHAP", tags)


def csl(book: Book, page: Page) -> str:
    """Return the page as CSL-JSON."""
    item: dict[str, Any] = {
        "id": _key(book, page),
        "type": "report" if page.whole else "chapter",
        "title": page.title,
        "author": [{"literal": book.author}],
        "issued": {"date-parts": [[int(part) for part in book.date.split("-")]]},
        "version": book.version,
        "genre": book.kind,
        "language": book.language,
    }
    item |= {} if page.whole else {"container-title": book.title}
    item |= {"URL": _address(book, page)} if book.base else {}
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def head(book: Book, page: Page) -> str:
    """Return what the page's head says of it: Dublin Core, the tags that reference managers read, schema.org."""
    tags = [("DC.title", page.title), ("DC.creator", book.author), ("DC.date", book.date)]
    tags += [("DC.type", "Text"), ("DC.format", "text/html"), ("DC.language", book.language)]
    tags += [("DC.rights", book.licence), ("DC.description", book.kind), ("DC.identifier", _address(book, page))]
    tags += [("DC.relation", book.source_doi), ("DC.relation.isBasedOn", book.source_doi), ("DC.source", book.source)]
    tags += [("DC.relation.isPartOf", "" if page.whole else book.title)]
    tags += [("citation_title", page.title), ("citation_author", book.author)]
    tags += [("citation_inbook_title", "" if page.whole else book.title)]
    tags += [("citation_publication_date", book.date.replace("-", "/")), ("citation_language", book.language)]
    tags += [("citation_public_url", _address(book, page))]
    lines = [f'<meta name="{name}" content="{html.escape(_line(text))}" />' for name, text in tags if text]
    schema = '<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/" />'
    return "\n".join([schema, *lines, f'<script type="application/ld+json">{_inert(schema_org(book, page))}</script>'])


def schema_org(book: Book, page: Page) -> dict[str, Any]:
    """Return the page as schema.org describes it: a report, or a chapter of one."""
    report: dict[str, Any] = {"@type": "Report", "name": book.title, "version": book.version}
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Report" if page.whole else "Chapter",
        "name": page.title,
        "author": {"@type": "Organization", "name": book.author},
        "datePublished": book.date,
        "version": book.version,
        "inLanguage": book.language,
    }
    told |= {"license": book.licence} if book.licence else {}
    told |= {"url": _address(book, page)} if book.base else {}
    told |= {} if page.whole else {"isPartOf": report}
    if book.source:
        based = {"@type": "Report", "name": book.source}
        told["isBasedOn"] = based | ({"@id": book.source_doi} if book.source_doi else {})
    return told


def _inert(told: dict[str, Any]) -> str:
    """Return JSON that no text can end: it holds no character that HTML acts on."""
    text = json.dumps(told, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _address(book: Book, page: Page) -> str:
    return f"{book.base}{page.document}.html" if book.base else ""


def _key(book: Book, page: Page) -> str:
    parts = (book.name, book.part, "" if page.whole else page.slug, book.date[:4])
    return re.sub(r"[^a-z0-9]+", "-", "-".join(filter(None, parts)).lower()).strip("-")


def _bibtex(text: str) -> str:
    """Return *text* for a braced field: what could end the field or run as a command is replaced."""
    return "".join(_BIBTEX.get(c, c) for c in _line(text))


def _line(text: str) -> str:
    return " ".join(text.split())


def _ended(text: str) -> str:
    line = _line(text)
    return line if line.endswith((".", "?", "!")) else f"{line}."
