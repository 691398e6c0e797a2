"""Interpretive prose: short paragraphs in `book/prose/<component>/<section>.md`, each sentence with its rows.

A sentence names the rows it rests on as `[R1-PH-003, R1-PH-007]` before its full stop. The folder
`report` is about the whole: its sentences may rest on a row of any table. No figure is typed:
`placeholders` puts them in from the tables, and a sentence that counts rows rests on the rows counted.
Goes to `evidence` (faults) and `chapter_prose` (what a chapter shows).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidencebook.errors import Fault
from evidencebook.placeholders import PLACEHOLDER, Data, counts, misfits, value_rows
from evidencebook.schema import split_list

REPORT = "report"
CITED = re.compile(r"\s*\[([A-Z][A-Z0-9-]*(?:,\s*[A-Z][A-Z0-9-]*)*)\]")
# A full stop inside a placeholder or its number ends nothing.
_SENTENCE = re.compile(r"(?:\{[^{}]*\}|[^.?!])+(?:[.?!]+|$)")


@dataclass(frozen=True)
class Paragraph:
    """One file of prose. `file` is relative to the project; `text` is the whole paragraph on one line."""

    file: str
    component: str
    section: str
    text: str

    @property
    def name(self) -> str:
        """What a person calls it: `component/section`."""
        return f"{self.component}/{self.section}"


def cited_rows(text: str) -> list[str]:
    """Return the ids that a paragraph names, each once, in order."""
    return list(dict.fromkeys(cited_in(text)))


def load_prose(folder: Path, root: Path) -> list[Paragraph]:
    """Read every paragraph below *folder*, in path order; none when the folder is missing."""
    paths = sorted(folder.glob("*/*.md"))
    return [
        Paragraph(
            path.relative_to(root).as_posix(),
            path.parent.name,
            path.stem,
            " ".join(path.read_text(encoding="utf-8").split()),
        )
        for path in paths
    ]


def without_links(text: str, gone: Iterable[str]) -> str:
    """Return *text* with the ids of rows that are gone moved out of the brackets that make links."""

    def mark(found: re.Match[str]) -> str:
        ids = re.split(r",\s*", found[1])
        left, lost = [i for i in ids if i not in gone], [i for i in ids if i in gone]
        told = f" ({', '.join(lost)}, withdrawn)" if lost else ""
        return told + (f" [{', '.join(left)}]" if left else "")

    gone = frozenset(gone)
    return CITED.sub(mark, text) if gone else text


def within(text: str, known: Collection[str]) -> str:
    """Return the paragraph *text* for an edition whose rows are *known*.

    A sentence that rests on none of them is left out, one that rests on some names only these; the
    reader is told of both.
    """
    kept: list[str] = []
    left_out = 0
    for sentence in sentences(text):
        named = cited_in(sentence)
        own = [claim for claim in named if claim in known]
        # A sentence that counts rows and names none counts those of the edition.
        if (own or not named) and set(value_rows(sentence)) <= set(known):
            kept.append(_reduced(sentence, known, len(named) - len(own)))
        else:
            left_out += 1
    if not kept:
        return "This short reading rests on evidence outside the edition; it stands in the full report."
    told = "one sentence that rests" if left_out == 1 else f"{left_out} sentences that rest"
    gone = f"; {told} on evidence outside the edition left out" if left_out else ""
    return " ".join([*kept, f"(Written for the whole report{gone}.)"])


def _reduced(sentence: str, known: Collection[str], lost: int) -> str:
    """Return *sentence* with only the ids that are *known*, and how many it lost before the first of them."""
    note = f" (rests also on {lost} {'row' if lost == 1 else 'rows'} outside the edition)" if lost else ""

    def own(found: re.Match[str]) -> str:
        nonlocal note
        claims = [claim for claim in re.split(r",\s*", found[1]) if claim in known]
        before, note = (note, "") if claims else ("", note)
        return f"{before} [{', '.join(claims)}]" if claims else ""

    return CITED.sub(own, sentence)


def check_prose(
    paragraphs: list[Paragraph], data: Data, signed: Mapping[str, set[str]] | None = None
) -> Iterator[Fault]:
    """Yield a fault for each id of another component or no row, bare sentence, typed figure and bad placeholder.

    Parameters
    ----------
    signed : by paragraph, the rows that its sign-off holds; one that is gone since makes it stale, not faulty.
    """
    owners = _owners(data) if paragraphs else {}
    for paragraph in paragraphs:
        yield from _check_ids(paragraph, owners, (signed or {}).get(paragraph.name, set()))
        for sentence in sentences(paragraph.text):
            if not CITED.search(sentence) and not counts(sentence):
                allowed, remedy = "ids in square brackets before the full stop", "name the rows, or remove the sentence"
                yield Fault(paragraph.file, 1, "", sentence, "rests on no row", allowed, remedy)
            for missing in set(value_rows(sentence)) - set(cited_in(sentence)):
                allowed, remedy = "the row of a value among the ids of its sentence", f"add {missing} to the brackets"
                yield Fault(paragraph.file, 1, "", missing, "gives a figure but is not cited", allowed, remedy)
        for misfit in misfits(paragraph.text, data):
            remedy = "correct the placeholder"
            yield Fault(paragraph.file, 1, "", misfit.value, misfit.problem, misfit.allowed, remedy)
        for figure in re.findall(r"\d+", PLACEHOLDER.sub("", CITED.sub("", paragraph.text))):
            allowed, remedy = "words, or a placeholder such as {count findings}", "say it without the figure"
            yield Fault(paragraph.file, 1, "", figure, "is a figure typed by hand", allowed, remedy)


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph, each with its ids and placeholders."""
    return [s.strip() for s in _SENTENCE.findall(text) if s.strip()]


def cited_in(text: str) -> list[str]:
    """Return the ids that *text* names in brackets, in order."""
    return [claim for found in CITED.findall(text) for claim in re.split(r",\s*", found)]


def _check_ids(paragraph: Paragraph, owners: Mapping[str, set[str]], signed: set[str]) -> Iterator[Fault]:
    whole = paragraph.component == REPORT
    for claim in cited_in(paragraph.text):
        if claim in signed and claim not in owners:
            continue
        if claim not in owners or not (whole or paragraph.component in owners[claim]):
            allowed = "the id of a row" + ("" if whole else f" of {paragraph.component}")
            problem = "rests on no row" + ("" if whole else " of this component")
            yield Fault(paragraph.file, 1, "", claim, problem, allowed, "correct the id, or remove the sentence")


def _owners(data: Data) -> dict[str, set[str]]:
    """Return the components of every row that has an id of its own; a component's own row belongs to it."""
    owners: dict[str, set[str]] = {}
    for name in (n for n, table in data.tables.items() if table.has_ids and n in data.frames):
        frame = data.frames[name]
        blank = [""] * len(frame)
        one, several = frame.get("component", blank), frame.get("components", blank)
        for own, component, components in zip(frame["id"], one, several, strict=True):
            of = {own} if name == "components" else {component, *split_list(components)}
            owners.setdefault(own, set()).update(of)
    return owners
