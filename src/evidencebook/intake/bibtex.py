"""BibTeX, as Zotero, Mendeley, Scopus and people write it, to records: accents and braces become text."""

from __future__ import annotations

import logging
import re
from typing import Any

import bibtexparser
from bibtexparser.middlewares import NameParts, SeparateCoAuthors, SplitNameParts
from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock
from pylatexenc.latex2text import LatexNodes2Text

from evidencebook.intake.work import Batch, Unread, Work

_TYPES = {
    "article": "article",
    "book": "book",
    "collection": "book",
    "incollection": "incollection",
    "inbook": "incollection",
    "inproceedings": "inproceedings",
    "conference": "inproceedings",
    "techreport": "techreport",
    "report": "techreport",
    "phdthesis": "phdthesis",
    "mastersthesis": "phdthesis",
    "thesis": "phdthesis",
    "online": "online",
    "electronic": "online",
    "unpublished": "unpublished",
}
# Names of biblatex and of exports for the same thing.
# Its warnings say what the records that could not be read say too.
logging.getLogger("bibtexparser").setLevel(logging.ERROR)
_SAME = {"journaltitle": "journal", "location": "address", "issue": "number", "date": "year", "keyword": "keywords"}
# Files on somebody's disk, and what a program keeps for itself.
_DROPPED = {"file", "local-url", "bdsk-file-1", "mendeley-groups", "timestamp", "owner"}
_KNOWN = frozenset(
    {"title", "journal", "booktitle", "year", "volume", "number", "pages", "doi", "url", "urldate", "publisher"}
    | {"institution", "address", "edition", "series", "note", "abstract", "keywords", "issn", "isbn", "pmid", "pmcid"}
    | {"language", "annote", "database", "howpublished"}
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def read(text: str, name: str) -> Batch:
    """Read the entries of *text*; *name* says in messages which file it is."""
    library = bibtexparser.parse_string(text, append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    batch = Batch()
    for block in library.blocks:
        if isinstance(block, ParsingFailedBlock):
            _failed(block, name, batch)
        elif isinstance(block, Entry):
            batch.works.append(_work(block, f"{name}, line {(block.start_line or 0) + 1}"))
    return batch


def _failed(block: ParsingFailedBlock, name: str, batch: Batch) -> None:
    """Take an entry whose key or field stands twice: keys are made anew, and of a field the first counts."""
    origin = f"{name}, line {(block.start_line or 0) + 1}"
    inner = getattr(block, "ignore_error_block", None)
    if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock) and isinstance(inner, Entry):
        batch.works.append(_work(inner, origin))
        return
    first = (block.raw or "").strip().splitlines()
    reason = getattr(block.error, "abort_reason", "") or "not readable as BibTeX"
    batch.unread.append(Unread(origin, reason, first[0][:80] if first else ""))


def _work(entry: Entry, origin: str) -> Work:
    raw: dict[str, Any] = {}
    for stated in entry.fields:
        raw.setdefault(_SAME.get(stated.key.lower(), stated.key.lower()), stated.value)
    authors, editors = (_people(raw.pop(role, [])) for role in ("author", "editor"))
    texts = {k: plain(str(v)) for k, v in raw.items() if k not in _DROPPED}
    year = _YEAR.search(texts.pop("year", ""))
    fields = {k: v for k, v in texts.items() if k in _KNOWN and v} | ({"year": year[0]} if year else {})
    if fields.get("note", "").casefold().startswith("cited by"):
        fields["annote"] = fields.pop("note")
    more = any(n[-1:] == ["others"] for n in (authors, editors))
    return Work(
        _TYPES.get(entry.entry_type.lower(), "misc"),
        fields,
        tuple(n for n in authors if n != "others"),
        tuple(n for n in editors if n != "others"),
        more=more,
        unknown={k: [v] for k, v in texts.items() if k not in _KNOWN and v},
        origin=origin,
    )


def _people(names: Any) -> list[str]:
    if isinstance(names, str):
        return [plain(n) for n in re.split(r"\s+and\s+", names) if n.strip()]
    return [_name(n) for n in names]


def _name(parts: NameParts) -> str:
    told = [plain(" ".join(words)) for words in ([*parts.von, *parts.last], parts.jr, parts.first)]
    return ", ".join(t for t in told if t)


def plain(text: str) -> str:
    """Return LaTeX as text: accents as letters, braces gone."""
    if any(sign in text for sign in ("\\", "$", "~", "--")):
        # A bare percent sign would begin a comment.
        told = re.sub(r"(?<!\\)%", r"\\%", text)
        text = str(LatexNodes2Text(math_mode="text").latex_to_text(told))
    return " ".join(text.replace("{", "").replace("}", "").split())
