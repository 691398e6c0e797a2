"""Text to MyST Markdown: the one place where a cell becomes markup.

A cell is text. `escape` makes every character that MyST or HTML could act on inert, so a cell never
becomes a tag, role, directive, link or footnote. All writers below take plain text and escape it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

_ALWAYS = re.compile(r"([\\`*_{}\[\]<>#|~^$&@%])")
_NOT_ANCHOR = re.compile(r"[^a-z0-9]+")
_LINE_START = re.compile(r"^(\s*)([-+:=.()]|\d+[.)])")

# Characters that could end a block of JSON, or that JavaScript once took for line ends.
_ENDING = re.compile("[<>&\u2028\u2029]")


# A comment in MyST, for a piece that has nothing to show.
NOTHING = "% nothing to show"
# The rows that a piece of the page is computed from: table to anchors of rows. A table without rows
# says that the count over it is nought.
Trace = Mapping[str, Sequence[str]]

# Classes of tables of numbers, whose rows have a head as well.
_HEADED_ROWS = {"counts", "foci"}


class Myst:
    """A piece of MyST Markdown that a notebook cell shows.

    Jupyter asks for `_repr_mimebundle_`; plain text is given as a fallback.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        # An empty piece would be drawn as an empty box of plain text; a comment is drawn as nothing.
        text = self.text if self.text.strip() else NOTHING
        return {"text/markdown": text, "text/plain": text}

    def __add__(self, other: Myst) -> Myst:
        return Myst(f"{self.text}\n\n{other.text}")


class Inert:
    """Data that a page carries for its script: no browser runs or renders it, and no cell can end it.

    Jupyter asks for `_repr_mimebundle_`.
    """

    def __init__(self, data: object, name: str) -> None:
        self.html = inert_json(data, name)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": "Data for the script of this page."}


def inert_json(data: object, name: str) -> str:
    """Return *data* as a script element of JSON with the id *name*; nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    safe = _ENDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f'<script type="application/json" id="{name}">{safe}</script>'


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
    marks = [f"#{anchor_of(anchor)}"] if anchor else []
    marks += [f".{c}" for c in classes]
    return f"[{escape(text)}]{{{' '.join(marks)}}}"


def anchor_of(identifier: str) -> str:
    """Return *identifier* as the anchor of its row: small letters, digits and single dashes."""
    return _NOT_ANCHOR.sub("-", identifier.lower()).strip("-")


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
    trace: Trace,
    widths: Sequence[int] = (),
    classes: str = "",
) -> str:
    """Return a captioned table with a header row, a claim of the ledger.

    Parameters
    ----------
    header : plain text column headings. rows : cells as MyST (escape cell text first).
    A table without rows shows one row of dashes. caption : MyST. name : anchor of the table.
    trace : rows that the table shows or counts. widths : relative column widths; equal when empty.
    """
    lines = [f"::::{{list-table}} {caption}", ":header-rows: 1", f":name: {name}"]
    lines += [f":widths: {' '.join(map(str, widths))}"] if widths else []
    lines += [f":class: {classes}"] if classes else []
    lines += [":stub-columns: 1"] if _HEADED_ROWS & set(classes.split()) else []
    body = list(rows) or [["–"] * len(header)]
    for cells in ([escape(h) for h in header], *body):
        lines += [("* - " if k == 0 else "  - ") + (cell or " ") for k, cell in enumerate(cells)]
    return traced("\n".join([*lines, "::::"]), trace)


def figure(path: str, *, alt: str, caption: str, name: str, behind: str, trace: Trace, classes: str = "wide") -> str:
    """Return a figure that links to its full size, a claim of the ledger.

    Parameters
    ----------
    alt : plain text that says what the figure shows. caption : MyST. name : anchor of the figure.
    behind : anchor of the table that holds the same figures. trace : rows that the figure is drawn from.
    classes : wide (scrolls on a phone) or compact (fits a phone as it is).
    """
    # Quoted as JSON, so that no character at its beginning is read as YAML.
    options = [f":alt: {json.dumps(' '.join(alt.split()), ensure_ascii=False)}", f":name: {name}", ":width: 100%"]
    options += [f":figclass: {classes}", f":class: {classes}"]
    told = f"{caption} {link('The table behind it', f'#{behind}')}."
    return traced("\n".join([f"::::{{figure}} {path}", *options, "", told, "::::"]), trace)


def counted(text: str, *, name: str, trace: Trace, classes: str = "counted") -> str:
    """Return MyST *text* that states figures in a container of its own, a claim of the ledger.

    Parameters
    ----------
    name : anchor of the container. trace : rows that the figures are computed from.
    """
    return traced(f":::::{{container}} {classes}\n:name: {name}\n\n{text}\n:::::", trace)


def box(text: str, *, title: str, name: str) -> str:
    """Return MyST *text* as a numbered box.

    Parameters
    ----------
    title : MyST, behind the number and in the list of boxes. name : anchor of the box.
    """
    return f":::::::{{box}} {title}\n:name: {name}\n\n{text}\n:::::::"


def traced(block: str, trace: Trace) -> str:
    """Return *block* behind a comment that names the rows it is computed from.

    The comment is how a trace gets from the notebook to `sphinxext.ledger`, which takes it out of the page.
    """
    return f"{rests_on(trace)}\n\n{block}"


def sentence(text: str, *, anchor: str, trace: Trace) -> str:
    """Return MyST *text* of one sentence with its *anchor*, a claim of the ledger on the rows of *trace*."""
    return f"[{rests_on(trace)}{text}]{{#{anchor_of(anchor)} .sentence}}"


def rests_on(trace: Trace) -> str:
    """Return the comment that names the rows of *trace*."""
    told = "; ".join(f"{table}: {' '.join(rows)}" for table, rows in trace.items())
    return f"<!-- rests on {told} -->"
