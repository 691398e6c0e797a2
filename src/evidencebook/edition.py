"""What an edition is: a part of a report, chosen by conditions, as its `datapackage.json` states it.

`materialise` writes the statement; `open_chapter` and the Sphinx extension read it. An edition is a
whole project of its own, so everything that builds a report builds an edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from evidencebook.errors import ParameterError, shorten

EDITION = "evidencebook:edition"
_SLUG_LIMIT = 60
# Safe in a heading, a file name, YAML and Typst alike.
_TITLE = re.compile(r"[^\W\d_](?:[^\W_]|[ .,:()'’–=≥≤≠-])*")
_TITLE_LIMIT = 70
_WORDS = {">=": " from ", "<=": " to ", "!=": " not ", "≥": " from ", "≤": " to ", "≠": " not ", "<": " before "}
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

Counts = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Edition:
    """One edition.

    Attributes
    ----------
    title : as readers see it, such as `UK edition`. slug : name of its folder and files.
    conditions : in words. arguments : as given on the command line.
    counts : table of evidence to (rows of the edition, rows of the report).
    pages : document name to the counts of what that page reads.
    references : works cited in the edition, and in the report.
    uncoded : table to rows that fell out because the attributes of their works are not known.
    outside : row id to how many of the works it cites are left out.
    full : table to groups of rows of the whole report (column values and `n`), for every table that lost rows.
    numbers : citation key to its number in the report's list of references.
    """

    title: str
    slug: str
    conditions: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    counts: Counts = field(default_factory=dict)
    pages: dict[str, Counts] = field(default_factory=dict)
    references: tuple[int, int] = (0, 0)
    uncoded: dict[str, int] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)
    full: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Edition:
        """Return the edition that `statement` wrote."""
        lists = {name: tuple(raw[name]) for name in ("conditions", "arguments", "references")}
        counts = {table: (n, of) for table, (n, of) in raw["counts"].items()}
        pages = {page: {t: (n, of) for t, (n, of) in own.items()} for page, own in raw["pages"].items()}
        return cls(**{**raw, **lists, "counts": counts, "pages": pages})

    def statement(self) -> dict[str, Any]:
        """Return the edition as JSON keeps it."""
        return asdict(self)

    @property
    def told(self) -> str:
        """The conditions as one text."""
        return "; ".join(self.conditions)

    def in_full(self, table: str, **where: str) -> int:
        """Return how many rows of *table* the whole report has with these column values.

        0 for a table that lost no row. A column that the groups do not hold is passed over.
        """
        groups = self.full.get(table, [])
        return sum(g["n"] for g in groups if all(g.get(column, value) == value for column, value in where.items()))


def default_title(conditions: Iterable[object]) -> str:
    """Return a title made from *conditions*, without what a title cannot hold."""
    told = ", ".join(map(str, conditions))
    return " ".join("".join(c if _TITLE.fullmatch("A" + c) else " " for c in f"Edition with {told}").split())


def edition_slug(title: str) -> str:
    """Return *title* as the name of a folder.

    Raises
    ------
    ParameterError
        when the title is too long or holds a character that a heading, file or printed page cannot.
    """
    if not _TITLE.fullmatch(title) or len(title) > _TITLE_LIMIT:
        raise ParameterError(
            f"--title {shorten(title)!r} cannot be used: begin with a letter; then letters, digits, spaces and "
            f". , : ( ) ' – = ≥ ≤ ≠ -, at most {_TITLE_LIMIT} characters"
        )
    return slug_of(title)


def slug_of(text: str) -> str:
    """Return *text* in lower-case letters, digits and hyphens; signs of conditions become words."""
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    return _NOT_SLUG.sub("-", text.casefold()).strip("-")[:_SLUG_LIMIT].strip("-")


def tally(counts: Counts, names: Mapping[str, str]) -> str:
    """Return `2 of 9 findings, 0 of 3 configurations`; *names* says what the rows of a table are called."""
    return ", ".join(f"{n:,} of {of:,} {names[table]}" for table, (n, of) in counts.items())
