"""The pages of the claim ledger as HTML: one for each page of the book, one for each shelf of a source.

A page of the book lists its claims with the rows behind each; a shelf lists the rows of a part of a
source by section, each with where it is shown, what it cites and which claims rest on it. Takes a
`Ledger`; `sphinxext.ledger` puts the bodies made here into the theme. Cells are text and are escaped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from evidencebook.ledger import SENTENCE, Claim, Ledger, Row, digest
from evidencebook.markdown import anchor_of
from evidencebook.schema import DESCRIPTOR

FOLDER = "ledger"
# A part of a source with fewer rows than this shares its page with its like.
_SHELF = 100
_SHORT = 200
_KINDS = {SENTENCE: "Sentence"}


@dataclass(frozen=True)
class Names:
    """What the ledger calls pages, sources and references.

    Attributes
    ----------
    pages : document to title. sources, tables : id to title. numbers : citation key to number.
    bibliography : document of the references; empty when there is none.
    """

    pages: Mapping[str, str]
    sources: Mapping[str, str]
    tables: Mapping[str, str]
    numbers: Mapping[str, int]
    bibliography: str


def page_of(document: str) -> str:
    """Return the ledger's page for the claims of *document*."""
    return f"{FOLDER}/page-{anchor_of(document.rsplit('/', 1)[-1])}"


def shelves(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the ledger's page for each part of each source, with its rows in the order of the tables.

    A part is the first word of a place (a chapter, a table). Parts with few rows are put together:
    by the letters of the word, and what is still little with all other such parts of the source.
    """
    placed = [row for row in rows if row.source]
    words = Counter((row.source, _word(row)) for row in placed)
    letters = Counter((row.source, _letters(_word(row))) for row in placed if words[row.source, _word(row)] < _SHELF)
    made: dict[str, list[Row]] = {}
    for row in placed:
        word = _word(row)
        if words[row.source, word] < _SHELF:
            word = _letters(word) if letters[row.source, _letters(word)] >= _SHELF else ""
        made.setdefault(f"{FOLDER}/source-{anchor_of(f'{row.source} {word}')}", []).append(row)
    return made


def claims_body(ledger: Ledger, document: str, names: Names) -> str:
    """Return the list of the sentences and numbers of *document*, each with the rows behind it."""
    title = f'<a href="{_to(document)}">{escape(names.pages[document])}</a>'
    claims = [claim for claim in ledger.claims[document] if claim.kind in (SENTENCE, "number")]
    items = "\n".join(_claim(ledger, claim, names) for claim in claims)
    intro = (
        f"<p>Every sentence of interpretation and every figure, table and tally of the page {title}, with the rows "
        "that it rests on. A row leads to its place on a page; its identifier there leads to its place in a source.</p>"
    )
    return f"<h1>Claims of the page “{escape(names.pages[document])}”</h1>\n{intro}\n{items}"


def shelf_body(ledger: Ledger, rows: Iterable[Row], names: Names) -> str:
    """Return the rows of a part of a source by section."""
    by_section: dict[str, list[Row]] = {}
    for row in rows:
        by_section.setdefault(row.sections[0] if row.sections else "", []).append(row)
    source = next(iter(by_section.values()))[0].source
    parts = [f"<h1>Rows by section: {escape(names.sources[source])}</h1>"]
    parts.append(
        "<p>Each row with the page that shows it, the references it cites, and the sentences, figures and "
        "tables that rest on it.</p>"
    )
    for section in sorted(by_section, key=_natural):
        label = section or "No place stated"
        items = "\n".join(_row(ledger, row, names) for row in by_section[section])
        parts.append(
            f'<h2 id="{section_anchor(section)}">{escape(label)}</h2>\n<ul class="ledger-rows">\n{items}\n</ul>'
        )
    return "\n".join(parts)


def shelf_parts(rows: Iterable[Row]) -> str:
    """Return the parts of a source that a shelf holds, by the first words of their places."""
    return ", ".join(sorted({_word(row) for row in rows} - {""}, key=_natural)) or "all"


def section_anchor(section: str) -> str:
    """Return the anchor of a section on its shelf."""
    return f"section-{anchor_of(section)}"


def _claim(ledger: Ledger, claim: Claim, names: Names) -> str:
    rows = [ledger.rows[anchor] for anchor in claim.rows]
    links = " ".join(_shown(ledger, row) for row in rows)
    if claim.kind == SENTENCE:
        behind = f"<p>{links}</p>"
    elif claim.tables == (DESCRIPTOR,):
        behind = "<p>Rests on the description of the tables, not on rows.</p>"
    else:
        counts = Counter(row.table for row in rows)
        told = ", ".join(f"{escape(names.tables[t])} {counts[t]:,}" for t in claim.tables)
        behind = f"<details><summary>Rows behind it: {told} ({digest(rows)})</summary><p>{links}</p></details>"
    told = escape(_shorten(claim.text))
    return (
        f'<section class="ledger-claim" id="{claim.id}"><p><a class="claim" href="{_to(claim.page, claim.id)}">'
        f"{claim.id}</a> {told}</p>{behind}</section>"
    )


def _row(ledger: Ledger, row: Row, names: Names) -> str:
    paragraphs = "; ".join(row.locators)
    cited = ", ".join(_reference(key, names) for key in row.references)
    resting = ledger.resting.get(row.anchor, [])
    links = ", ".join(f'<a href="{_to(page_of(c.page), c.id)}">{c.id}</a>' for c in dict.fromkeys(resting))
    parts = [
        f"{_shown(ledger, row)} {escape(_shorten(row.text))}",
        f'<span class="locator">{escape(paragraphs)}</span>',
    ]
    parts += [f"References: {cited}."] if cited else []
    parts += [f"<details><summary>Claims that rest on it: {len(resting)}</summary>{links}</details>"] if resting else []
    return f'<li id="row-{row.anchor}">{" ".join(parts)}</li>'


def _shown(ledger: Ledger, row: Row) -> str:
    claim = ledger.shown.get(row.anchor)
    return f'<a href="{_to(claim.page, row.anchor)}">{escape(row.id)}</a>' if claim else escape(row.id)


def _reference(key: str, names: Names) -> str:
    label = str(names.numbers.get(key, key))
    return f'<a href="{_to(names.bibliography, f"ref-{key}")}">{escape(label)}</a>' if names.bibliography else label


def _to(document: str, anchor: str = "") -> str:
    """Return the way from a page of the ledger to *document*."""
    way = document.removeprefix(f"{FOLDER}/") if document.startswith(f"{FOLDER}/") else f"../{document}"
    return f"{way}.html" + (f"#{anchor}" if anchor else "")


def _shorten(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1].rsplit(" ", 1)[0] + " …"


def _word(row: Row) -> str:
    found = re.match(r"\w+", row.sections[0]) if row.sections else None
    return found[0] if found else ""


def _letters(word: str) -> str:
    return word.rstrip("0123456789")


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts `ch10` after `ch9`."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.split(r"(\d+)", text)]


def pages_with_claims(ledger: Ledger) -> Iterator[str]:
    """Yield the documents that state a sentence or a number."""
    yield from (page for page in sorted(ledger.claims) if any(c.kind != "row" for c in ledger.claims[page]))
