"""Links from one page to the pages of a component."""

from __future__ import annotations

from evidencebook.chapters import plan
from evidencebook.markdown import link
from evidencebook.report import OpenChapter


def component_pages(chapter: OpenChapter) -> dict[str, list[str]]:
    """Return links to the pages of each component, in plan order."""
    pages: dict[str, list[str]] = {}
    for planned in plan(chapter.project, chapter.frames):
        if "component" in planned.parameters:
            name = planned.template.name.replace("_", " ")
            pages.setdefault(planned.parameters["component"], []).append(link(name, f"{planned.slug}.ipynb"))
    return pages
