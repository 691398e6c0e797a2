"""Sphinx extension: at the top of every page of an edition, what part of the report it shows.

Reads the statement of the edition from `data/datapackage.json`; a whole report has none, and then
nothing is added. Standing in the extension and not in the templates, no page can be without it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from evidencebook import __version__
from evidencebook.edition import EDITION, Edition, tally
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR

# From the page's folder of the edition to that of the report: html, slug, editions.
_TO_REPORT = "../../../html/"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # A changed statement reads every page anew.
    app.add_config_value("evidencebook_edition", "", "env", types=[str])
    app.connect("config-inited", _state)
    app.connect("doctree-read", _head)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def edition_of(root: Path) -> Edition | None:
    """Return the edition that the project at *root* is, or None for a whole report."""
    raw = _descriptor(root).get(EDITION)
    return Edition.read(raw) if raw else None


def _descriptor(root: Path) -> dict[str, Any]:
    path = Project(root).data / DESCRIPTOR
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _state(app: Sphinx, config: Config) -> None:
    descriptor = _descriptor(Path(app.srcdir))
    if EDITION in descriptor:
        names = {r["name"]: r["evidencebook:evidence"] for r in descriptor["resources"] if "evidencebook:evidence" in r}
        config["evidencebook_edition"] = json.dumps([descriptor[EDITION], names])


def _head(app: Sphinx, doctree: nodes.document) -> None:
    """Put the statement under the title of the page that was read."""
    if not app.config.evidencebook_edition:
        return
    raw, names = json.loads(app.config.evidencebook_edition)
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is not None and title.parent is not None:
        page = app.env.docname
        home = app.config.html_baseurl or "../" * page.count("/") + _TO_REPORT
        address = f"{home.rstrip('/')}/{page}.html"
        box = statement(Edition.read(raw), page, names, address)
        title.parent.insert(title.parent.index(title) + 1, box)


def statement(edition: Edition, page: str, names: dict[str, str], address: str) -> nodes.container:
    """Return the box that says what of the report the page shows.

    Parameters
    ----------
    page : document name. names : table of evidence to what its rows are called. address : the page in the report.
    """
    own = edition.pages.get(page)
    if own:
        scope = f"This page holds {tally(own, names)}. What else it says is about the whole report."
    elif page.startswith("book/chapters/"):
        scope = "This page is about the whole report; its links lead only to rows of the edition."
    else:
        scope = f"The edition holds {tally(edition.counts, names)}."
    first = nodes.paragraph("", "", nodes.strong("", edition.title), nodes.Text(" · only evidence where "))
    first += nodes.Text(edition.told)
    second = nodes.paragraph("", f"{scope} See this page in the ")
    second += nodes.reference("", "full report", refuri=address, internal=False)
    second += nodes.Text(".")
    return nodes.container("", first, second, classes=["edition"])
