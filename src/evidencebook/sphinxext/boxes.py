"""Sphinx extension: numbered boxes, counted through the whole book as figures and tables are.

`markdown.box` writes one as the directive ``box``; `{numref}` names it by its number, and the PDF lists the
boxes beside figures and tables. Only what a reader may want to find again and cite is a box.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from evidencebook import __version__


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_directive("box", Box)
    app.add_enumerable_node(box, "box", _title_of, html=(_open, _close))
    app.add_node(box_title, html=(_open_title, _close_title))
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


class box(nodes.General, nodes.Element):
    """A box: its title, then its content."""


class box_title(nodes.title):
    """The title of a box, after its number; as a title it holds no terms, and an outline keeps it."""


class Box(SphinxDirective):
    """A box with its title as argument and the option ``name``."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the box with its content parsed."""
        words, messages = self.state.inline_text(self.arguments[0], self.lineno)
        made = box("", box_title("", "", *words), *messages, *self.parse_content_to_nodes())
        self.add_name(made)
        return [made]


def _title_of(node: nodes.Element) -> str:
    return "".join(title.astext() for title in node.children if isinstance(title, box_title))


def _open(translator: Any, node: nodes.Element) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="box"))


def _close(translator: Any, node: nodes.Element) -> None:
    translator.body.append("</div>\n")


def _open_title(translator: Any, node: nodes.Element) -> None:
    translator.body.append(translator.starttag(node, "p", "", CLASS="box-title"))
    translator.add_fignumber(node.parent)


def _close_title(translator: Any, node: nodes.Element) -> None:
    translator.body.append("</p>\n")
