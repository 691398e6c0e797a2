"""What a page says where rows are missing or are only some of many: of the source, or only of an edition."""

from __future__ import annotations

from evidencebook.blocks.wording import count
from evidencebook.markdown import Myst, escape, span
from evidencebook.report import OpenChapter


def nothing(chapter: OpenChapter, table: str, usual: str, **where: str) -> Myst:
    """Return the sentence for a place without rows of *table*.

    Parameters
    ----------
    usual : what holds of the whole report, as MyST. where : column values of the rows that would stand
    here, besides the component of the chapter.
    """
    held = _in_full(chapter, table, where)
    if not held or chapter.edition is None:
        return Myst(usual)
    rows = chapter.package.tables[table].rows_called or "rows"
    several = f"None of the {held:,} {rows}" if held > 1 else f"The one of the {rows}"
    verb = "belongs" if held > 1 else "does not belong"
    title = escape(chapter.edition.title)
    return Myst(f"*{several} that the full report holds here {verb} to the edition “{title}”.*")


def of_all(chapter: OpenChapter, table: str, number: int, noun: str, plural: str = "") -> str:
    """Return `2 studies`; in an edition `2 of the 9 studies of the full report`."""
    held = _in_full(chapter, table, {})
    if not held or chapter.edition is None:
        return count(number, noun, plural)
    return f"{number:,} of the {count(held, noun, plural)} of the full report"


def of_the_report(chapter: OpenChapter) -> str:
    """Return a remark for what the source says of all its evidence; empty when the report is whole."""
    return " " + span("(of the whole report)", "locator") if chapter.edition else ""


def others_cited(chapter: OpenChapter, identifier: str) -> str:
    """Return how many works that the row cites are outside the edition; empty when none is."""
    lost = chapter.edition.outside.get(identifier, 0) if chapter.edition else 0
    return " " + span(f"(cites also {count(lost, 'work')} outside the edition)", "locator") if lost else ""


def _in_full(chapter: OpenChapter, table: str, where: dict[str, str]) -> int:
    if chapter.edition is None:
        return 0
    own = {"component": chapter.chapter.parameters["component"]} if "component" in chapter.chapter.parameters else {}
    return chapter.edition.in_full(table, **own, **where)
