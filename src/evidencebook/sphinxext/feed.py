"""Sphinx extension: `feed.xml` beside the pages, its link in every page's head, and a role that links to it.

Reads `data/versions.csv` and `data/events.csv`; a book without the first has no feed. The setting
`evidencebook_base_url` in `_config.yml` (under sphinx, config) gives the feed absolute addresses.
"""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util.docutils import SphinxRole

from evidencebook.chapters import load_templates
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR
from evidencebook.versions.feed import FEED, About, atom

_BASE = "evidencebook_base_url"
# The template whose page the feed's entries lead to.
_NEWS = "whats_new"


class FeedRole(SphinxRole):
    """`{feed}` with a text: that text as a link to the feed where there are pages, else the text alone."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        up = "../" * self.env.docname.count("/")
        return [nodes.reference("", self.text, internal=True, refuri=up + FEED, classes=["feed"])], []


def connect(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_config_value(_BASE, "", "env")
    app.add_role("feed", FeedRole())
    app.connect("builder-inited", _check_base)
    app.connect("html-page-context", _link_in_head)
    app.connect("build-finished", _write)


def _check_base(app: Sphinx) -> None:
    base = app.config[_BASE]
    if base and not re.match(r"https?://[^\s/]+/(\S*/)?$", base):
        raise ConfigError(f"_config.yml: {_BASE} is {base!r}; write the book's address as https://HOST/PATH/")


def _link_in_head(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if app.builder.name == "html" and _versions(app):
        title, href = (html.escape(t) for t in (_title(app), context["pathto"](FEED, 1)))
        link = f'<link rel="alternate" type="application/atom+xml" title="{title}" href="{href}" />'
        context["metatags"] = context.get("metatags", "") + "\n    " + link


def _write(app: Sphinx, failure: Exception | None) -> None:
    versions = _versions(app)
    if failure or app.builder.name != "html" or not versions:
        return
    kinds = {r["value"]: r["label"] for r in _rows(app, "vocabulary.csv") if r["list"] == "event"}
    (Path(app.outdir) / FEED).write_bytes(atom(_about(app), versions, _rows(app, "events.csv"), kinds))


def _about(app: Sphinx) -> About:
    project = Project(Path(app.srcdir))
    descriptor = json.loads((project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    slug = next((t.slug for t in load_templates(project) if t.name == _NEWS), "")
    page = f"book/chapters/{slug}.html" if slug else "index.html"
    return About(_title(app), app.config.author, descriptor["name"], page, app.config[_BASE])


def _title(app: Sphinx) -> str:
    return f"What is new: {app.config.html_title or app.config.project}"


def _versions(app: Sphinx) -> list[dict[str, str]]:
    return _rows(app, "versions.csv")


def _rows(app: Sphinx, name: str) -> list[dict[str, str]]:
    path = Path(app.srcdir) / "data" / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
