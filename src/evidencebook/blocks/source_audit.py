"""Discrepancies: what a source states, what is found instead, what this edition does."""

from __future__ import annotations

from evidencebook.blocks.wording import count, itself, joined
from evidencebook.markdown import Myst, counted, escape, span, table
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary


def discrepancy_summary(chapter: OpenChapter) -> Myst:
    """Return one sentence that counts the discrepancies by status."""
    rows = chapter.rows("discrepancies")
    status = vocabulary(chapter.rows("vocabulary"), "status").labels
    told = joined([f"{int((rows['status'] == s).sum())} {label.lower()}" for s, label in status.items()])
    text = f"{count(len(rows), 'discrepancy', 'discrepancies')} found so far: {told}."
    return Myst(counted(text, name=f"{chapter.slug}-summary", trace=chapter.trace(discrepancies=rows)))


def discrepancies_of(chapter: OpenChapter, status: str) -> Myst:
    """Return the table of discrepancies with *status*."""
    labels = vocabulary(chapter.rows("vocabulary"), "status")
    rows = chapter.rows("discrepancies")
    rows = rows[rows["status"] == status]
    if rows.empty:
        return Myst("*None.*")
    titles = dict(zip(chapter.rows("sources")["id"], chapter.rows("sources")["title"], strict=True))
    listed = (
        [
            f"{span(r.id, 'claim', anchor=r.id.lower())} {span(r.locator, 'locator')}",
            escape(r.stated),
            escape(r.found),
            escape(r.resolution),
        ]
        for r in rows.itertuples()
    )
    note = escape(labels.rules[status])
    sources = joined(sorted({titles[s] for s in rows["source_id"]}))
    return Myst(
        table(
            ["Where", "Stated", "Found", f"What {itself(chapter)} does"],
            listed,
            caption=f"{labels.labels[status]}: {note}. Source: {escape(sources)}",
            name=f"{chapter.slug}-tab-{status}",
            trace=chapter.trace(discrepancies=rows),
            widths=(18, 27, 31, 24),
            classes="discrepancies",
        )
    )
