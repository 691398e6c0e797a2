"""Notes by topic, the names of sources, and the discrepancies that touch a page."""

from __future__ import annotations

from collections.abc import Sequence

from evidencebook.blocks.rows import claims
from evidencebook.blocks.wording import itself
from evidencebook.errors import ProjectError
from evidencebook.ledger import short_name
from evidencebook.markdown import Myst, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary


def notes_on(chapter: OpenChapter, name: str, text: str, topics: Sequence[str]) -> Myst:
    """Return the rows of table *name* (columns topic and *text*) that stand under *topics*, in that order.

    Raises
    ------
    ProjectError
        when the table has no row under one of the topics.
    """
    known = list(dict.fromkeys(chapter.rows(name)["topic"]))
    if missing := [t for t in topics if t not in known]:
        raise ProjectError(
            f"template {chapter.chapter.template.name}: {name} has no topic {', '.join(map(repr, missing))}; "
            f"it has: {', '.join(known)}"
        )
    parts = [
        f"{span(topic, 'topic')}\n\n{claims(chapter, name, text, where={'topic': topic}).text}" for topic in topics
    ]
    return Myst("\n\n".join(parts))


def further_notes(chapter: OpenChapter, name: str, text: str, shown: Sequence[str]) -> Myst:
    """Return the rows of table *name* under every topic not *shown* above, so that a page leaves none out."""
    topics = [t for t in dict.fromkeys(chapter.rows(name)["topic"]) if t not in shown]
    return notes_on(chapter, name, text, topics) if topics else Myst("*There are no further notes.*")


def source_names(chapter: OpenChapter) -> dict[str, str]:
    """Return a short name of each source: its publisher, or else its title, and its year."""
    return {s.id: short_name(s.title, s.publisher, s.year) for s in chapter.rows("sources").itertuples()}


def discrepancies_at(chapter: OpenChapter, source: str, places: Sequence[str]) -> Myst:
    """Return the discrepancies of *source* whose place is one of *places* or lies in it, with links to the list."""
    rows = chapter.rows("discrepancies")
    rows = rows[(rows["source_id"] == source) & rows["locator"].map(lambda at: _within(at, places))]
    if rows.empty:
        return Myst("*None is recorded for this page.*")
    status = vocabulary(chapter.rows("vocabulary"), "status").labels
    listed = (
        [
            f"{link(r.id, f'#{r.id.lower()}')} {span(r.locator, 'locator')}",
            escape(r.stated),
            escape(r.found),
            f"{escape(status[r.status])}: {escape(r.resolution)}",
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Where", "Stated", "Found", f"What {itself(chapter)} does"],
            listed,
            caption=f"Discrepancies on this page ({len(rows)}): {escape(source_names(chapter)[source])}",
            name=f"{chapter.slug}-tab-discrepancies-{source}",
            trace=chapter.trace(discrepancies=rows),
            widths=(18, 27, 31, 24),
            classes="discrepancies",
        )
    )


def _within(locator: str, places: Sequence[str]) -> bool:
    return any(locator == place or locator.startswith((f"{place} ", f"{place}:")) for place in places)
