"""The prose that one chapter shows, with its figures filled in from the tables.

A chapter shows the paragraphs of its own component by section. Of the report folder it shows `SLUG.md`
as ``summary`` and `SLUG.PART.md` as ``PART``. A template that declares ``all_prose`` has every paragraph, by
``component/section``. Goes to `report` (what blocks show) and to `dependence` (a chapter runs again when
what it shows changed, be it a word or a count).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidencebook.chapters import Chapter, Evidence
from evidencebook.markdown import Trace, anchor_of
from evidencebook.placeholders import Data, fill, rows_behind
from evidencebook.prose import REPORT, cited_in, sentences, without_links
from evidencebook.staleness import Reading

SUMMARY = "summary"


@dataclass(frozen=True)
class Sentence:
    """One sentence of a paragraph as a chapter shows it.

    Attributes
    ----------
    text : with placeholders as numbers. trace : rows that it names or counts. anchor : its one place in the
    book; empty where another chapter owns the paragraph and where the sentence rests on no row.
    """

    text: str
    trace: Trace
    anchor: str


def shown_prose(chapter: Chapter, readings: Iterable[Reading]) -> dict[str, Reading]:
    """Return section (or ``component/section``) to the paragraph that *chapter* may show under it."""
    template, own = chapter.template, chapter.parameters.get("component", "")
    shown = {}
    for reading in readings:
        paragraph = reading.paragraph
        sections = (*template.prose, template.leads_with) if template.prose is not None else None
        if sections is not None and paragraph.section not in sections:
            continue
        if template.all_prose:
            shown[paragraph.name] = reading
        if own and paragraph.component == own:
            shown[paragraph.section] = reading
        slug, _, part = paragraph.section.partition(".")
        if (paragraph.component, slug) == (REPORT, chapter.slug):
            shown[part or SUMMARY] = reading
    return shown


def texts(shown: Mapping[str, Reading], evidence: Evidence) -> dict[str, str]:
    """Return the paragraphs as they are shown: placeholders as numbers, rows that are gone without a link."""
    data = Data(evidence.frames, evidence.package.tables)
    return {
        section: fill(without_links(r.paragraph.text, [i for i, _ in r.withdrawn]), data)
        for section, r in shown.items()
    }


def owner(reading: Reading, chapters: Iterable[Chapter]) -> str:
    """Return the slug of the one chapter whose anchors the sentences of a paragraph have.

    A chapter of its own subject comes before a page that gathers prose, and that only counts when it
    declares which sections it shows. One that is only led by the first sentence does not show the paragraph.
    """
    pages = [c for c in chapters if shown_prose(c, [reading]) and c.template.leads_with != reading.paragraph.section]
    own = [c for c in pages if not c.template.all_prose] or [c for c in pages if c.template.prose is not None]
    return own[0].slug if own else ""


def sentences_of(
    chapter: Chapter, shown: Mapping[str, Reading], evidence: Evidence, chapters: Sequence[Chapter]
) -> dict[str, tuple[Sentence, ...]]:
    """Return the sentences of each paragraph that *chapter* shows, by section, each with what it rests on."""
    data, tables = Data(evidence.frames, evidence.package.tables), _tables_of_ids(evidence)
    made = {}
    for section, reading in shown.items():
        name = reading.paragraph.name if owner(reading, chapters) == chapter.slug else ""
        text = without_links(reading.paragraph.text, [i for i, _ in reading.withdrawn])
        made[section] = tuple(_sentence(s, data, tables, f"{name}-{n}" if name else "") for n, s in _numbered(text))
    return made


def _numbered(text: str) -> Iterable[tuple[int, str]]:
    return enumerate(sentences(text), 1)


def _sentence(text: str, data: Data, tables: Mapping[str, str], name: str) -> Sentence:
    trace = rows_behind(text, data)
    for identifier in cited_in(text):
        if identifier in tables and (row := anchor_of(identifier)) not in trace.get(tables[identifier], []):
            trace.setdefault(tables[identifier], []).append(row)
    return Sentence(fill(text, data), trace, anchor_of(name) if trace else "")


def _tables_of_ids(evidence: Evidence) -> dict[str, str]:
    """Return the table of each row that is known by its id alone."""
    named = (t for t in evidence.package.tables.values() if t.name in evidence.frames and t.named_by_id)
    tables: dict[str, str] = {}
    for table in named:
        tables.update(dict.fromkeys(evidence.frames[table.name]["id"], table.name))
    return tables
