"""Sphinx extension: under each table, for readers on paper, where its rows stand.

On a screen the link “evidence” to the claim ledger stands there instead, and styles hide the line. What a
table rests on is the trace that `sphinxext.ledger` keeps on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from evidencebook import __version__
from evidencebook.ledger import Row, source_names
from evidencebook.schema import load_package

_MOST_PARTS = 6


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_post_transform(SourceLines)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


class SourceLines(SphinxPostTransform):
    """Put a line with the sources of its rows under every table that has a trace."""

    default_priority = 710
    builders = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Add the lines of one page."""
        rows: Mapping[str, Row] = cast(Any, self.app).evidence_ledger.rows
        names = source_names(load_package(Path(self.app.srcdir) / "data"))
        for table in list(self.document.findall(nodes.table)):
            # Sentences inside it rest on rows of their own.
            traces = [node["evidence_trace"] for node in table.findall(nodes.Element) if "evidence_trace" in node]
            behind = [rows[a] for trace in traces for own in trace.values() for a in own if a in rows]
            if told := told_sources(behind, names):
                line = nodes.container("", nodes.paragraph("", told), classes=["table-source"])
                table.parent.insert(table.parent.index(table) + 1, line)


def told_sources(rows: Iterable[Row], names: dict[str, str]) -> str:
    """Return `Source: NAME, ch4 and app5.` for the documents that the *rows* stand in; empty without rows.

    Parameters
    ----------
    names : short name of each source document, in the order in which they are told.
    """
    parts: dict[str, dict[str, None]] = {}
    for row in rows:
        words = (place.split()[0] for place in row.locators)
        parts.setdefault(row.source, {}).update(dict.fromkeys(words))
    if not parts:
        return ""
    told = [_told(names[source], list(parts[source])) for source in names if source in parts]
    own = ["rows that this edition adds"] if "" in parts else []
    return f"Source: {'; '.join([*told, *own])}."


def _told(name: str, parts: list[str]) -> str:
    shown = parts[:_MOST_PARTS]
    more = f" and {len(parts) - _MOST_PARTS} other parts" if len(parts) > _MOST_PARTS else ""
    return f"{name}, {', '.join(shown)}{more}" if shown else name
