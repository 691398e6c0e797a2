"""RIS, as Ovid, Scopus, Web of Science, EndNote, Zotero and Mendeley write it, to records."""

from __future__ import annotations

import re

from evidencebook.intake.tagged import RIS, Tagged, records
from evidencebook.intake.work import Batch, Unread, Work

_TYPES = {
    "article": "JOUR EJOUR JFULL MGZN NEWS ABST INPR JA",
    "book": "BOOK EBOOK EDBOOK WHOLE",
    "incollection": "CHAP ECHAP",
    "techreport": "RPRT GOVDOC",
    "phdthesis": "THES",
    "inproceedings": "CONF CPAPER",
    "online": "ELEC WEB BLOG",
    "unpublished": "UNPB MANSCPT",
}
TYPES = {code: kind for kind, codes in _TYPES.items() for code in codes.split()}
_AUTHORS, _TITLES, _INSIDE = ("AU", "A1"), ("TI", "T1", "CT"), ("JF", "T2", "JO", "BT", "JA", "J1", "J2")
_PLAIN = {
    "volume": ("VL",),
    "number": ("IS", "CP"),
    "publisher": ("PB",),
    "address": ("CY", "PP"),
    "edition": ("ET",),
    "series": ("T3",),
    "language": ("LA",),
    "abstract": ("AB", "N2"),
    "database": ("DB", "DP"),
    "accession": ("AN",),
    "urldate": ("Y2",),
}
_MANY = {"keywords": ("KW",), "annote": ("N1",), "issn": ("SN",)}
# Links to files on somebody's disk are of no use to others.
_DROPPED = {"TY", "ER", "ID", "L1", "L4"}
_OTHERS = ("ED", "A2", "PY", "Y1", "DA", "SP", "EP", "DO", "UR", "L2", "LK", "C7", "M3")
_KNOWN = {*_AUTHORS, *_TITLES, *_INSIDE, *_OTHERS, *_DROPPED}.union(*_PLAIN.values(), *_MANY.values())
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def read(text: str, name: str) -> Batch:
    """Read the records of *text*; *name* says in messages which file it is."""
    batch = Batch()
    open_ended = 0
    for tagged in records(text, RIS):
        origin = f"{name}, line {tagged.line}"
        if len(tagged.fields) < 2:
            batch.unread.append(Unread(origin, "record without fields", tagged.first("TY")))
            continue
        open_ended += not tagged.ended
        batch.works.append(_work(tagged, origin))
    if open_ended:
        batch.notes.append(f"{open_ended} records lack their end mark (ER); they end where the next begins")
    return batch


def _work(tagged: Tagged, origin: str) -> Work:
    kind = TYPES.get(tagged.first("TY").upper(), "misc")
    fields = {name: tagged.first(*tags) for name, tags in _PLAIN.items()}
    fields |= {name: "; ".join(tagged.all(*tags)) for name, tags in _MANY.items()}
    title = tagged.first(*_TITLES) or (tagged.first("BT") if kind == "book" else "")
    inside = tagged.first(*(_INSIDE if kind != "book" else ()))
    year = _YEAR.search(tagged.first("PY", "Y1", "DA") or tagged.first("DA"))
    doi = _DOI.search(tagged.first("DO") or tagged.first("M3")) or _DOI.search(" ".join(tagged.all("UR", "LK", "L2")))
    fields |= {
        "title": title,
        "booktitle" if kind in ("incollection", "inproceedings") else "journal": inside if inside != title else "",
        "year": year[0] if year else "",
        "pages": _pages(tagged),
        "doi": doi[0] if doi else tagged.first("DO"),
        "url": tagged.first("UR", "LK", "L2"),
    }
    unknown: dict[str, list[str]] = {}
    for tag, said in tagged.fields:
        if said and (tag not in _KNOWN or (tag == "M3" and not _DOI.search(said))):
            unknown.setdefault(tag, []).append(said)
    if kind == "misc" and (code := tagged.first("TY")) not in ("GEN", "MISC"):
        unknown["TY"] = [code]
    return Work(
        kind,
        {k: v for k, v in fields.items() if v},
        tuple(tagged.all(*_AUTHORS)),
        tuple(tagged.all("ED", "A2")),
        unknown=unknown,
        origin=origin,
    )


def _pages(tagged: Tagged) -> str:
    first, last = tagged.first("SP"), tagged.first("EP")
    if not first:
        return tagged.first("C7") or last
    return f"{first}-{last}" if last and last != first and "-" not in first else first
