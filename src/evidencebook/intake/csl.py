"""CSL-JSON, as Zotero, Mendeley and web services write it, to records."""

from __future__ import annotations

import json
import re
from typing import Any

from evidencebook.errors import ParameterError
from evidencebook.intake.work import Batch, Unread, Work

_TYPES = {
    "article": "article",
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "article",
    "journal-article": "article",
    "book": "book",
    "chapter": "incollection",
    "book-chapter": "incollection",
    "report": "techreport",
    "thesis": "phdthesis",
    "paper-conference": "inproceedings",
    "webpage": "online",
    "post-weblog": "online",
    "manuscript": "unpublished",
}
_PLAIN = {
    "title": "title",
    "volume": "volume",
    "number": "issue",
    "pages": "page",
    "doi": "DOI",
    "url": "URL",
    "publisher": "publisher",
    "address": "publisher-place",
    "edition": "edition",
    "series": "collection-title",
    "abstract": "abstract",
    "language": "language",
    "pmid": "PMID",
    "pmcid": "PMCID",
    "database": "source",
    "annote": "note",
    "keywords": "keyword",
}
_READ = {"id", "type", "author", "editor", "issued", "accessed", "container-title", "ISSN", "ISBN"}
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def read(text: str, name: str) -> Batch:
    """Read the items of *text*; *name* says in messages which file it is.

    Raises
    ------
    ParameterError
        when the file is no JSON at all.
    """
    try:
        held = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParameterError(
            f"{name}, line {error.lineno}: not readable as JSON ({error.msg}). Export it again, or mend that line."
        ) from None
    items = held.get("items", [held]) if isinstance(held, dict) else held
    batch = Batch()
    for number, item in enumerate(items if isinstance(items, list) else [items], 1):
        origin = f"{name}, item {number}"
        try:
            batch.works.append(_work(item, origin))
        except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
            batch.unread.append(Unread(origin, f"no CSL-JSON item ({error})", json.dumps(item)[:80]))
    return batch


def _work(item: dict[str, Any], origin: str) -> Work:
    kind = _TYPES.get(item.get("type", ""), "misc")
    fields = {field: _text(item.get(name)) for field, name in _PLAIN.items()}
    inside = "booktitle" if kind in ("incollection", "inproceedings") else "journal"
    fields[inside] = _text(item.get("container-title"))
    fields["issn"] = _text(item.get("ISSN") or item.get("ISBN"))
    fields["year"] = _date(item.get("issued"))[:4]
    fields["urldate"] = _date(item.get("accessed"))
    unknown = {k: [_text(v)] for k, v in item.items() if k not in _READ and k not in _PLAIN.values() and _text(v)}
    return Work(
        kind,
        {k: v for k, v in fields.items() if v},
        tuple(map(_name, item.get("author") or ())),
        tuple(map(_name, item.get("editor") or ())),
        unknown=unknown,
        origin=origin,
    )


def _name(name: dict[str, str]) -> str:
    if literal := name.get("literal") or (name.get("family") if not name.get("given") else ""):
        return str(literal)
    family = " ".join(filter(None, [name.get("non-dropping-particle"), name["family"]]))
    given = " ".join(filter(None, [name["given"], name.get("dropping-particle")]))
    return ", ".join(filter(None, [family, name.get("suffix"), given]))


def _date(value: Any) -> str:
    """Return a date as ISO text as far as it is stated."""
    if not value:
        return ""
    if parts := (value.get("date-parts") or [[]])[0]:
        return "-".join(f"{int(p):04d}" if n == 0 else f"{int(p):02d}" for n, p in enumerate(parts) if p)
    found = _YEAR.search(str(value.get("raw") or value.get("literal") or ""))
    return found[0] if found else ""


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(v) for v in value if v)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else "" if value is None else str(value)
