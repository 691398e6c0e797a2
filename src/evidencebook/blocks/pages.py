"""Links from one page to the pages of a component."""

from __future__ import annotations

from evidencebook.errors import ProjectError
from evidencebook.markdown import link
from evidencebook.report import OpenChapter


def component_pages(chapter: OpenChapter) -> dict[str, list[str]]:
    """Return links to the pages of each component, in plan order.

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
    pages: dict[str, list[str]] = {}
    for planned in chapter.pages:
        if "component" in planned.parameters:
            name = planned.template.name.replace("_", " ")
            pages.setdefault(planned.parameters["component"], []).append(link(name, f"{planned.slug}.ipynb"))
    return pages
