"""Links from one page to the pages of a component."""

from __future__ import annotations

from evidencebook.chapters import plan
from evidencebook.markdown import escape, link
from evidencebook.report import OpenChapter


def component_pages(chapter: OpenChapter) -> dict[str, list[str]]:
    """Return links to the pages of each component, in plan order."""
    pages: dict[str, list[str]] = {}
    for planned in plan(chapter.project, chapter.frames):
        if "component" in planned.parameters:
            name = planned.template.name.replace("_", " ")
            pages.setdefault(planned.parameters["component"], []).append(link(name, f"{planned.slug}.ipynb"))
    return pages


def page_link(chapter: OpenChapter, template: str, text: str, place: str = "") -> str:
    """Return a link to the one page of *template*, or to *place* on it; plain text when the book has no such page.

    Parameters
    ----------
    place : what follows the page's slug in an anchor (`tab-findings`); empty for the top of the page.
    """
    for planned in plan(chapter.project, chapter.frames):
        if planned.template.name == template:
            return link(text, f"#{planned.slug}-{place}" if place else f"{planned.slug}.ipynb")
    return escape(text)
