"""Small words that every block needs: counts, lists, and the mark that names a row and its place."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evidencebook.markdown import escape, link, span
from evidencebook.report import OpenChapter


def count(number: int, noun: str, plural: str = "") -> str:
    """Return `1 study`, `2 studies`: *plural* is *noun* with s when not given."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def joined(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def told_of(chapter: OpenChapter, source: str, works: str) -> str:
    """Return *source* in a report that renders one source document, *works* in a synthesis of works themselves."""
    return source if chapter.package.citation else works


def itself(chapter: OpenChapter) -> str:
    """Return what a report calls itself: an edition of a source, or a synthesis."""
    return told_of(chapter, "this edition", "this synthesis")


def nothing_recorded(chapter: OpenChapter) -> str:
    """Return the sentence for a place where no row of any kind stands."""
    return told_of(chapter, "*The source states nothing here.*", "*Nothing is recorded here yet.*")


def no_configuration(chapter: OpenChapter) -> str:
    """Return the sentence for a place without configurations."""
    return told_of(chapter, "*The source describes no configuration here.*", "*No configuration is recorded here yet.*")


def claim_mark(identifier: str, locator: str) -> str:
    """Return the row's id as an anchor, with the place in the source beside it."""
    return f"{span(identifier, 'claim', anchor=identifier.lower())} {span(locator, 'locator')}"


def marked(text: str, row: pd.Series, anchor: str) -> str:
    """Return plain *text* with the anchor of its row: behind the row's id, or on the text where rows have none."""
    return (
        f"{span(row['id'], 'claim', anchor=anchor)} {escape(text)}"
        if "id" in row
        else span(text, "rowmark", anchor=anchor)
    )


def queries(links: pd.DataFrame) -> dict[str, str]:
    """Return, for each claim that a discrepancy touches, links to the discrepancies.

    Parameters
    ----------
    links : columns discrepancy and claim; may be empty.
    """
    found: dict[str, list[str]] = {}
    for row in links.itertuples():
        found.setdefault(row.claim, []).append(link(row.discrepancy, f"#{row.discrepancy.lower()}"))
    return {claim: f" [see {', '.join(marks)}]{{.queried}}" for claim, marks in found.items()}
