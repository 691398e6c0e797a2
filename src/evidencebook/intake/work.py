"""One record of a work, whatever file it came from, and a record that could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Work:
    """One record.

    Attributes
    ----------
    type : BibTeX type. fields : BibTeX field to text (title, journal, year, pages, doi, abstract, pmid, ...).
    authors, editors : `Surname, Given`, or the name of a body without a comma. more : the list ends in "et al.".
    unknown : what the file says under tags that have no field here, by tag.
    origin : file, and line or number of the record in it.
    """

    type: str
    fields: dict[str, str]
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    more: bool = False
    unknown: dict[str, list[str]] = field(default_factory=dict)
    origin: str = ""

    def get(self, name: str) -> str:
        """Return a field; empty when the record does not state it."""
        return self.fields.get(name, "")

    @property
    def year(self) -> int | None:
        """Year of publication; None when there is none."""
        return int(self.fields["year"]) if self.fields.get("year", "").isdigit() else None

    @property
    def short(self) -> str:
        """Author, year and title on one line, for people."""
        names = [name.partition(",")[0] for name in self.authors or self.editors]
        who = f"{names[0]} et al." if len(names) > 2 or (names and self.more) else " and ".join(names)
        told = " ".join(p for p in (who, self.get("year")) if p)
        return f"{told}: {self.get('title')}" if told else self.get("title")

    def with_(self, **changes: Any) -> Work:
        """Return the record with some attributes replaced."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Unread:
    """One record that could not be read: where, why, and how it begins."""

    origin: str
    reason: str
    begins: str = ""

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason}" + (f" (begins: {self.begins})" if self.begins else "")


@dataclass
class Batch:
    """What a file holds: records, those that could not be read, and what the reader should know."""

    works: list[Work] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    format: str = ""
