"""What the search of the book finds: chapters, sections, claims, other statements, references and terms, as a script.

Pure: entries in, text out; `sphinxext.search` gathers them from the pages. The script is a file of its own, which
`book/_static/search.js` loads when a reader opens the search: a browser fetches no data from a folder, but runs a
script from it. The entries are data that the script hands over; nothing of them runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass

CHAPTER, SECTION, CLAIM, STATEMENT, REFERENCE, TERM = range(6)
_LONGEST = 600
# In a string of a script these end a line, or could end the element if the script ever stood in a page.
_ESCAPED = {"\u2028": "\\u2028", "\u2029": "\\u2029", "<": "\\u003c"}


@dataclass(frozen=True)
class Entry:
    """One thing to find.

    Attributes
    ----------
    kind : one of the constants above. name : identifier such as a row's id. title : what it is called, may be
    empty. text : what it says. address : from the top of the book. context : what it belongs to.
    """

    kind: int
    name: str
    title: str
    text: str
    address: str
    context: str


def as_script(entries: Iterable[Entry]) -> str:
    """Return the script that hands the *entries* to whoever loads it, as the event ``entries`` of its element."""
    told = [astuple(_cut(entry)) for entry in entries]
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _ESCAPED.items():
        data = data.replace(character, escaped)
    return f'document.currentScript.dispatchEvent(new CustomEvent("entries", {{detail: {data}}}));\n'


def _cut(entry: Entry) -> Entry:
    if len(entry.text) <= _LONGEST:
        return entry
    text = entry.text[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return Entry(entry.kind, entry.name, entry.title, text, entry.address, entry.context)
