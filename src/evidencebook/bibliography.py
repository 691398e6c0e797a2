"""`references.bib` as entries by citation key.

Reads with bibtexparser 2; goes to `audit` (keys that tables cite), `chapters` (the entries a chapter
cites) and the reference labels of figures. One bad entry does not hide the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import bibtexparser
from bibtexparser.middlewares import NameParts
from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    MiddlewareErrorBlock,
    ParsingFailedBlock,
)

from evidencebook.errors import Fault, ProjectError

_KEY = re.compile(r"[a-z][a-z0-9]*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PEOPLE = ("author", "editor")
_NAMES = (*_PEOPLE, "translator")
_NEEDED = {"article": ("title", "journal"), "incollection": ("title", "booktitle")}


@dataclass(frozen=True)
class Reference:
    """One bibliography entry.

    Attributes
    ----------
    key, type : citation key and BibTeX type. fields : field name to text, braces removed.
    surnames : surname of each author (a corporate author whole); empty when none is stated.
    more : True when the list of authors ends in "et al.".
    """

    key: str
    type: str
    fields: dict[str, str]
    surnames: tuple[str, ...]
    more: bool

    @property
    def year(self) -> int | None:
        """Year of publication; None when the source prints none."""
        return int(self.fields["year"]) if "year" in self.fields else None

    @property
    def short(self) -> str:
        """Author and year as a label: `Ham and Walsh 2013`, `NHS England 2014`, `Erens et al. 2016`."""
        # One without a title is a fault, which is told with all others after every work was read.
        names = self.surnames or (self.fields.get("title") or self.key,)
        who = f"{names[0]} et al." if len(names) > 2 or self.more else " and ".join(names)
        return f"{who} {self.year}" if self.year else f"{who}, no date"

    def digest(self) -> str:
        """Return the entry as one canonical line, for change detection."""
        return json.dumps([self.key, self.type, self.fields], sort_keys=True, ensure_ascii=False)


References = dict[str, Reference]


def load_references(path: Path) -> tuple[References, list[Fault]]:
    """Read *path*; return the entries in file order and every fault.

    Raises
    ------
    ProjectError
        when the file is missing or not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ProjectError(f"{path} is missing: it holds the bibliography. Restore it from version control.") from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path} is not UTF-8 ({error}). Save it again as UTF-8.") from None
    library = bibtexparser.parse_string(text)
    faults = [_failed(path, block) for block in library.failed_blocks]
    references = {}
    for entry in library.entries:
        try:
            reference = _reference(entry)
        except InvalidNameError as error:
            faults.append(_failed(path, MiddlewareErrorBlock(entry, error)))
            continue
        faults += _check(path, reference, (entry.start_line or 0) + 1)
        references[entry.key] = reference
    return references, faults


def _reference(entry: Entry) -> Reference:
    fields = {f.key.lower(): f.value for f in entry.fields}
    people = {name: _people(fields[name]) for name in _NAMES if name in fields}
    surnames, more = _surnames(people.get("author") or people.get("editor") or [])
    plain = {k: _plain(v) for k, v in fields.items() if k not in people}
    plain |= {k: _plain(" and ".join(n.merge_last_name_first for n in v)) for k, v in people.items()}
    return Reference(entry.key, entry.entry_type.lower(), plain, surnames, more)


def entries_of(path: Path, keys: Collection[str]) -> str:
    """Return the entries *keys* of the bibliography as they are written there, in file order."""
    library = bibtexparser.parse_string(path.read_text(encoding="utf-8"))
    return "\n\n".join([*(e.raw.strip() for e in library.entries if e.raw and e.key in keys), ""]).lstrip()


def _people(names: str) -> list[NameParts]:
    """Return the parts of each name; the common form, `Surname, Initials`, is read without a parser."""
    if "{" in names or "\\" in names:
        return [parse_single_name_into_parts(n, strict=True) for n in split_multiple_persons_names(names)]
    parts = []
    for name in names.split(" and "):
        last, comma, first = name.partition(", ")
        if comma and "," not in first and last == " ".join(last.split()):
            parts.append(NameParts(first=[first.strip()], last=[last]))
        else:
            parts.append(parse_single_name_into_parts(name, strict=True))
    return parts


def _plain(text: str) -> str:
    """Return *text* without braces and with the two characters that BibTeX wants escaped."""
    return text.replace("{", "").replace("}", "").replace("\\&", "&").replace("\\%", "%")


def _surnames(names: list[NameParts]) -> tuple[tuple[str, ...], bool]:
    found = [_plain(" ".join([*n.von, *n.last])) for n in names]
    more = bool(found) and found[-1] == "others"
    return tuple(found[:-1] if more else found), more


def _failed(path: Path, block: ParsingFailedBlock) -> Fault:
    line = (block.start_line or 0) + 1
    first = (block.raw or "").strip().splitlines()[0] if block.raw else ""
    reason = getattr(block.error, "abort_reason", "") or str(block.error) or type(block.error).__name__
    if isinstance(block, DuplicateBlockKeyBlock):
        return Fault(
            path.name,
            line,
            "",
            first,
            "repeats the key of an earlier entry",
            "each citation key once",
            "give the newer entry another key",
        )
    if isinstance(block, DuplicateFieldKeyBlock):
        return Fault(
            path.name,
            line,
            "",
            first,
            "states one field twice",
            "each field once in an entry",
            "remove the repeated field",
        )
    return Fault(
        path.name,
        line,
        "",
        first,
        f"cannot be read as BibTeX: {reason}",
        "@type{key, field = {value}, ...}",
        "mend the braces and commas of this entry",
    )


def _check(path: Path, reference: Reference, line: int) -> list[Fault]:
    faults = []

    def fault(field: str, value: str, problem: str, allowed: str, remedy: str) -> None:
        faults.append(Fault(path.name, line, field, value, problem, allowed, remedy))

    if not _KEY.fullmatch(reference.key):
        fault(
            "",
            reference.key,
            "has a citation key of another form",
            "lower-case letters and digits, such as ham2013",
            "rename the key here and in the tables",
        )
    for name in _NEEDED.get(reference.type, ("title",)):
        if not reference.fields.get(name):
            fault(
                name,
                reference.key,
                f"lacks the field {name}",
                f"every {reference.type} has {name}",
                "state it from the source",
            )
    texts = {k: v for k, v in reference.fields.items() if k not in ("url", "doi", *_PEOPLE)}
    for name, value in [*texts.items(), *(("author", surname) for surname in reference.surnames)]:
        if "\\" in value:
            fault(
                name, value, "holds LaTeX code", "letters as they are, in UTF-8", "write the letter itself, such as ö"
            )
    if "year" in reference.fields and not _YEAR.fullmatch(reference.fields["year"]):
        fault(
            "year",
            reference.fields["year"],
            "is not a year",
            "four digits, 1900 to 2099",
            "write the year, or remove the field",
        )
    if "doi" in reference.fields and not _DOI.fullmatch(reference.fields["doi"]):
        fault(
            "doi", reference.fields["doi"], "is not a DOI", "10.NNNN/suffix without a web address", "write the bare DOI"
        )
    if "url" in reference.fields and not re.match(r"https?://\S+$", reference.fields["url"]):
        fault("url", reference.fields["url"], "is not a web address", "http:// or https://", "write the whole address")
    return faults
