"""The glossary as a list of terms."""

from __future__ import annotations

from evidencebook.blocks.notes import source_names
from evidencebook.blocks.wording import count
from evidencebook.markdown import Myst, counted, escape, span
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
        lines += [
            span(r.term, "rowmark", anchor=chapter.anchor("glossary", r._asdict())),
            f": {escape(r.definition)}{place}",
            "",
        ]
    return Myst("\n".join([*lines, ":::"]))
