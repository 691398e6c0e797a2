"""Works as RIS records, which reference managers read.

Pure: an entry of the bibliography, or the fields of a page, in; text out. A field stands on one line,
so no text can begin a tag of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from evidencebook.bibliography import Reference

# BibTeX type to RIS type; any other becomes GEN.
TYPES = {
    "article": "JOUR",
    "book": "BOOK",
    "inbook": "CHAP",
    "incollection": "CHAP",
    "inproceedings": "CPAPER",
    "proceedings": "CONF",
    "techreport": "RPRT",
    "report": "RPRT",
    "online": "ELEC",
    "phdthesis": "THES",
    "mastersthesis": "THES",
    "unpublished": "UNPB",
}
LINE_END = "\r\n"
_RANGE = re.compile(r"\s*(?:-{1,3}|–|—)\s*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def record(kind: str, tags: Iterable[tuple[str, str]]) -> str:
    """Return one RIS record: its type first, the tags in the order given, the end last.

    Parameters
    ----------
    kind : RIS type such as ``JOUR``. tags : tag and text; one with an empty text is left out.
    """
    told = ((tag, _one_line(text)) for tag, text in tags)
    lines = [("TY", kind), *((tag, text) for tag, text in told if text), ("ER", "")]
    return "".join(f"{tag}  - {text}{LINE_END}" for tag, text in lines)


def of_reference(reference: Reference) -> str:
    """Return an entry of the bibliography as a RIS record; pages stand as the source prints them."""
    fields = dict.fromkeys(("title", "journal", "booktitle", "pages", "urldate"), "") | reference.fields
    first, _, last = _RANGE.sub("–", fields["pages"], count=1).partition("–")
    tags = [("AU", name) for name in people(reference, "author")]
    tags += [("ED", name) for name in people(reference, "editor")]
    tags += [("TI", fields["title"]), ("T2", fields["journal"] or fields["booktitle"])]
    told = {"series": "T3", "year": "PY", "edition": "ET", "volume": "VL", "number": "IS"}
    tags += [(tag, fields.get(name, "")) for name, tag in told.items()]
    tags += [("SP", first), ("EP", last)]
    told = {"publisher": "PB", "institution": "PB", "address": "CY", "doi": "DO", "url": "UR"}
    tags += [(tag, fields.get(name, "")) for name, tag in told.items()]
    tags += [("Y2", fields["urldate"].replace("-", "/")), ("N1", fields.get("note", ""))]
    tags += [("N1", "Further authors: et al." if reference.more else ""), ("ID", reference.key)]
    return record(TYPES.get(reference.type, "GEN"), tags)


def records(references: Iterable[Reference]) -> str:
    """Return the entries as one RIS file, an empty line after each."""
    return "".join(of_reference(r) + LINE_END for r in references)


def people(reference: Reference, role: str) -> list[str]:
    """Return the names in the field *role*, surname first, without a closing "others".

    The name of a body may hold "and" itself; the surnames, which the entry keeps whole, say where a name ends.
    """
    rest = reference.fields.get(role, "")
    of_authors = role == "author" or "author" not in reference.fields
    if not of_authors:
        return [name for name in rest.split(" and ") if name and name != "others"]
    names = []
    for now, following in pairwise((*reference.surnames, "others")):
        end = rest.find(f" and {following}", len(now))
        names.append(rest if end < 0 else rest[:end])
        rest = "" if end < 0 else rest[end + len(" and ") :]
    return names


def _one_line(text: str) -> str:
    return _CONTROL.sub("", " ".join(text.split()))
