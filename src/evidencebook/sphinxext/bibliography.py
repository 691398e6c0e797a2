"""How a reference looks and which number it has.

References are set in the style of the health journals (Vancouver): authors, title, container,
year;volume:pages. Each carries the number of the source report's own list, so a reader can check a
citation in the source; works of other lists follow on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pybtex.database import Entry, Person
from pybtex.plugin import Plugin
from pybtex.richtext import Text
from pybtex.style.formatting import BaseStyle, toplevel
from pybtex.style.names import BaseNameStyle
from pybtex.style.template import field, first_of, href, join, names, optional, optional_field, sentence, tag

# Set by `sphinxext.evidence` before the bibliography is formatted: citation key to number.
NUMBERS: dict[str, int] = {}


class VancouverName(BaseNameStyle):
    """`Martínez-González NA`: surname with particle, initials without points."""

    def format(self, person: Person, abbr: bool = False) -> Text:
        """Return *person* as text."""
        surname = " ".join([*person.prelast_names, *person.last_names])
        initials = "".join(n.replace(".", "") for n in [*person.first_names, *person.middle_names])
        lineage = " ".join(person.lineage_names)
        parts = [p for p in (surname, initials, lineage) if p]
        return Text.from_latex(" ".join(parts)) if parts != ["others"] else Text("et al.")


class SourceNumber(Plugin):
    """Labels: the number of the source's list, else the next number that is free."""

    def format_labels(self, sorted_entries: Sequence[Entry]) -> Iterator[str]:
        """Yield the label of each entry."""
        free = max(NUMBERS.values(), default=0)
        for entry in sorted_entries:
            if entry.key in NUMBERS:
                yield str(NUMBERS[entry.key])
            else:
                free += 1
                yield str(free)


class ByNumber(Plugin):
    """Sorting: by number, unnumbered works last in file order."""

    def sort(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return *entries* in order."""
        return sorted(entries, key=lambda e: NUMBERS.get(e.key, len(NUMBERS) + 10_000))


class ReferenceStyle(BaseStyle):
    """The pybtex style ``evidencebook``; every entry type uses one layout with what it has."""

    default_name_style = VancouverName
    default_label_style = SourceNumber
    default_sorting_style = ByNumber

    def __getattr__(self, name: str) -> Any:
        if name.startswith("get_") and name.endswith("_template"):
            return self._article if name == "get_article_template" else self._other
        raise AttributeError(name)

    def _article(self, entry: Entry) -> Any:
        where = join[
            tag("em")[field("journal")],
            " ",
            optional[field("year")],
            optional[";", tag("strong")[field("volume")]],
            optional["(", field("number"), ")"],
            optional[":", _pages()],
        ]
        return toplevel[
            _authors(), sentence[field("title")], sentence[where], sentence[optional_field("note")], _links(entry)
        ]

    def _other(self, entry: Entry) -> Any:
        place = first_of[
            optional[field("publisher")],
            optional[field("institution")],
            optional[field("school")],
            optional[field("howpublished")],
            "",
        ]
        printed = (
            join[optional[field("address"), ": "], place, optional["; ", field("year")]]
            if _published(entry)
            else optional[field("year")]
        )
        title = field("title") if "booktitle" in entry.fields else tag("em")[field("title")]
        return toplevel[
            _authors(),
            sentence[title],
            sentence[optional["In ", _editors(), tag("em")[field("booktitle")]]],
            sentence[optional[field("edition"), " edn"]],
            sentence[printed],
            sentence[optional["pp. ", _pages()]],
            sentence[optional_field("note")],
            _links(entry),
        ]


def _authors() -> Any:
    people = names("author", sep=", ", last_sep=", ", sep2=", ")
    editors = join[names("editor", sep=", ", last_sep=", ", sep2=", "), ", editors"]
    return first_of[optional[sentence[people]], optional[sentence[editors]], ""]


def _editors() -> Any:
    return optional[names("editor", sep=", ", last_sep=", ", sep2=", "), ", editors. "]


def _pages() -> Any:
    return field("pages", apply_func=lambda text: str(text).replace("--", "–"))


def _published(entry: Entry) -> bool:
    return any(entry.fields.get(name) for name in ("publisher", "institution", "school", "howpublished", "address"))


def _links(entry: Entry) -> Any:
    parts: list[Any] = []
    if doi := entry.fields.get("doi"):
        parts.append(href[f"https://doi.org/{doi}", f"doi: {doi}"])
    if url := entry.fields.get("url"):
        parts.append(href[url, url])
    if date := entry.fields.get("urldate"):
        parts.append(f"(accessed {date})")
    return join(sep=" ")[parts] if parts else ""
