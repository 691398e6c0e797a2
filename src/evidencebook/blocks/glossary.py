"""The glossary as a list of terms, the abbreviations as a table; each entry carries an anchor.

`sphinxext.glossary` finds the entries by their classes and links the first use on every other page.
"""

from __future__ import annotations

from evidencebook.blocks.notes import source_names
from evidencebook.blocks.placed import shared_place
from evidencebook.blocks.wording import count, nothing_recorded
from evidencebook.markdown import Myst, counted, escape, span, table
from evidencebook.report import OpenChapter


def glossary_terms(chapter: OpenChapter) -> Myst:
    """Return terms and meanings in alphabetical order; a place that all share is stated once, above."""
    rows = chapter.rows("glossary").sort_values("term", key=lambda terms: terms.str.casefold(), kind="stable")
    names = source_names(chapter)
    places = {(r.source_id, r.locator) for r in rows.itertuples()}
    shared = len(places) == 1
    tally = count(len(rows), "term")
    if shared:
        source, locator = next(iter(places))
        tally += f", all from {locator} ({names[source]})"
    told = counted(span(f"{tally}.", "tally"), name=f"{chapter.slug}-terms", trace=chapter.trace(glossary=rows))
    lines = [told, "", ":::{container} facts"]
    for r in rows.itertuples():
        place = "" if shared else " " + span(f"{names[r.source_id]}, {r.locator}", "locator")
        kind = "glossary-term" if r.linked == "yes" else "glossary-word"
        word = span(r.term, kind, "rowmark", anchor=chapter.anchor("glossary", r._asdict()))
        lines += [word, f": {escape(r.definition)}{place}", ""]
    return Myst("\n".join([*lines, ":::"]))


def abbreviations_table(chapter: OpenChapter) -> Myst:
    """Return abbreviations and what they stand for, with their places where these differ."""
    rows = chapter.rows("abbreviations")
    if rows.empty:
        return Myst(nothing_recorded(chapter))
    shared = shared_place(rows)
    body = (
        [
            span(r.abbreviation, "abbreviation", "rowmark", anchor=chapter.anchor("abbreviations", r._asdict())),
            escape(r.expansion) + ("" if shared else " " + span(r.locator, "locator")),
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Abbreviation", "Stands for"],
            body,
            caption=f"Abbreviations ({len(rows)}{shared}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-abbreviations",
            trace=chapter.trace(abbreviations=rows),
            widths=(25, 75),
            classes="rows",
        )
    )
