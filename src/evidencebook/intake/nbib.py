"""PubMed's own format (`.nbib`, MEDLINE display) to records."""

from __future__ import annotations

import re

from evidencebook.intake.tagged import NBIB, Tagged, records
from evidencebook.intake.work import Batch, Unread, Work

_PLAIN = {
    "title": ("TI", "BTI"),
    "journal": ("JT", "TA"),
    "volume": ("VI",),
    "number": ("IP",),
    "pages": ("PG",),
    "abstract": ("AB",),
    "language": ("LA",),
    "issn": ("IS",),
    "pmid": ("PMID",),
    "pmcid": ("PMC",),
    "publisher": ("PB",),
    "address": ("PL",),
}
_DOI = re.compile(r"(10\.\d{4,9}/\S+)\s*\[doi\]")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
# Dates of the record's handling, and short forms of what stands there in full.
_DROPPED = {"OWN", "STAT", "DCOM", "LR", "CRDT", "PHST", "EDAT", "MHDA", "SO", "AD", "AUID", "JID", "PST", "SB"}
_READ = {"AU", "FAU", "CN", "ED", "FED", "DP", "DEP", "LID", "AID", "MH", "OT", "PT"}
_KNOWN = _READ.union(_DROPPED, *_PLAIN.values())


def read(text: str, name: str) -> Batch:
    """Read the records of *text*; *name* says in messages which file it is."""
    batch = Batch()
    for tagged in records(text, NBIB):
        origin = f"{name}, line {tagged.line}"
        if len(tagged.fields) < 2:
            batch.unread.append(Unread(origin, "record without fields", f"PMID {tagged.first('PMID')}"))
        else:
            batch.works.append(_work(tagged, origin))
    return batch


def _work(tagged: Tagged, origin: str) -> Work:
    doi = _DOI.search(" ".join(tagged.all("LID", "AID")))
    year = _YEAR.search(tagged.first("DP", "DEP"))
    fields = {field: tagged.first(*tags) for field, tags in _PLAIN.items()}
    fields |= {
        "doi": doi[1] if doi else "",
        "issn": tagged.first("IS").partition(" ")[0],
        "year": year[0] if year else "",
        "keywords": "; ".join(tagged.all("MH", "OT")),
        "publication-type": "; ".join(tagged.all("PT")),
    }
    book = not tagged.first("TI") and bool(tagged.first("BTI"))
    unknown: dict[str, list[str]] = {}
    for tag, said in tagged.fields:
        if said and tag not in _KNOWN:
            unknown.setdefault(tag, []).append(said)
    return Work(
        "book" if book else "article",
        {k: v for k, v in fields.items() if v},
        (*_people(tagged, "FAU", "AU"), *tagged.all("CN")),
        _people(tagged, "FED", "ED"),
        unknown=unknown,
        origin=origin,
    )


def _people(tagged: Tagged, full: str, short: str) -> tuple[str, ...]:
    """Return names in full where each has one; a short name is surname, blank, initials."""
    names, brief = tagged.all(full), tagged.all(short)
    if len(names) >= len(brief):
        return tuple(names)
    return tuple(re.sub(r" (\S+)$", r", \1", name) for name in brief)
