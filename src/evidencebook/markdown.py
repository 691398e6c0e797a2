"""Text to MyST Markdown: the one place where a cell becomes markup.

A cell is text. `escape` makes every character that MyST or HTML could act on inert, so a cell never
becomes a tag, role, directive, link or footnote. All writers below take plain text and escape it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

_ALWAYS = re.compile(r"([\\`*_{}\[\]<>#|~^$&@%])")
_NOT_ANCHOR = re.compile(r"[^a-z0-9-]+")
_LINE_START = re.compile(r"^(\s*)([-+:=.()]|\d+[.)])")


class Myst:
    """A piece of MyST Markdown that a notebook cell shows.

    Jupyter asks for `_repr_mimebundle_`; plain text is given as a fallback.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/markdown": self.text, "text/plain": self.text}

    def __add__(self, other: Myst) -> Myst:
        return Myst(f"{self.text}\n\n{other.text}")


def escape(text: str) -> str:
    """Return *text* as MyST that shows exactly that text on one line."""
    line = " ".join(text.split())
    line = _ALWAYS.sub(r"\\\1", line)
    line = re.sub(r"(?i)\b(https?|ftp|mailto|javascript|data)(:)", r"\1\\\2", line)
    line = re.sub(r"(?i)\b(www)\.", r"\1\\.", line)
    # A figure with its unit, such as 12 %, stays together only by the reader's luck; leave spacing alone.
    return _LINE_START.sub(lambda m: m[1] + re.sub(r"([-+:=.()])", r"\\\1", m[2]), line)


def cite(keys: Iterable[str]) -> str:
    """Return the citation role for *keys* (already checked against the bibliography), or nothing."""
    listed = ",".join(keys)
    return f"{{cite}}`{listed}`" if listed else ""


def span(text: str, *classes: str, anchor: str = "") -> str:
    """Return *text* in a span with CSS classes and, when given, an anchor."""
    marks = [f"#{_NOT_ANCHOR.sub('-', anchor.lower())}"] if anchor else []
    marks += [f".{c}" for c in classes]
    return f"[{escape(text)}]{{{' '.join(marks)}}}"


def link(text: str, target: str) -> str:
    """Return a link to *target* (an anchor ``#id`` or a page of the book)."""
    return f"[{escape(text)}]({target})"


def offer(text: str, name: str) -> str:
    """Return a link to the file *name* among the book's downloads; both come from the engine, never from a cell."""
    return f"{{offer}}`{text} <{name}>`"


def numbered(name: str) -> str:
    """Return `Figure 3` or `Table 7` as a link: the number of the figure or table called *name*."""
    return f"{{numref}}`{name}`"


def bullets(items: Iterable[str]) -> str:
    """Return a bullet list of MyST items."""
    return "\n".join(f"- {item}" for item in items)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str,
    name: str,
    widths: Sequence[int] = (),
    classes: str = "",
) -> str:
    """Return a captioned table with a header row.

    Parameters
    ----------
    header : plain text column headings. rows : cells as MyST (escape cell text first).
    A table without rows shows one row of dashes. caption : MyST. name : anchor of the table.
    widths : relative column widths; equal when empty.
    """
    lines = [f"::::{{list-table}} {caption}", ":header-rows: 1", f":name: {name}"]
    lines += [f":widths: {' '.join(map(str, widths))}"] if widths else []
    lines += [f":class: {classes}"] if classes else []
    body = list(rows) or [["–"] * len(header)]
    for cells in ([escape(h) for h in header], *body):
        lines += [("* - " if k == 0 else "  - ") + (cell or " ") for k, cell in enumerate(cells)]
    return "\n".join([*lines, "::::"])


def figure(path: str, *, alt: str, caption: str, name: str, behind: str, classes: str = "wide") -> str:
    """Return a figure that links to its full size.

    Parameters
    ----------
    alt : plain text that says what the figure shows. caption : MyST. name : anchor of the figure.
    behind : anchor of the table that holds the same figures. classes : wide (scrolls on a phone) or
    compact (fits a phone as it is).
    """
    # Quoted as JSON, so that no character at its beginning is read as YAML.
    options = [f":alt: {json.dumps(' '.join(alt.split()), ensure_ascii=False)}", f":name: {name}", ":width: 100%"]
    options += [f":figclass: {classes}", f":class: {classes}"]
    told = f"{caption} {link('The table behind it', f'#{behind}')}."
    return "\n".join([f"::::{{figure}} {path}", *options, "", told, "::::"])
