"""Links from one page to the pages of a component."""

from __future__ import annotations

from collections.abc import Sequence

from evidencebook.chapters import Chapter
from evidencebook.errors import ProjectError
from evidencebook.markdown import escape, link
from evidencebook.report import OpenChapter


def component_pages(chapter: OpenChapter) -> dict[str, list[str]]:
    """Return links to the pages of each component, in plan order."""
    pages: dict[str, list[str]] = {}
    for planned in planned_pages(chapter):
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
    for planned in planned_pages(chapter):
        if planned.template.name == template:
            return link(text, f"#{planned.slug}-{place}" if place else f"{planned.slug}.ipynb")
    return escape(text)


def planned_pages(chapter: OpenChapter) -> Sequence[Chapter]:
    """Return every page of the book that is made from rows.

    Raises
    ------
    ProjectError
        when the template does not declare that it reads ``pages``.
    """
    if not chapter.pages:
        raise ProjectError(
            f"template {chapter.chapter.template.name} does not declare that it names pages of components: "
            "add \"pages\": {} to 'reads' in the notebook's metadata"
        )
    return chapter.pages
