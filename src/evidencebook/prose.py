"""Interpretive prose: short paragraphs in `book/prose/<component>/<section>.md`, each sentence with its rows.

A sentence names the rows it rests on as `[R1-PH-003, R1-PH-007]` before its full stop. Nothing else in
a paragraph may be a figure: figures come from rows. Goes to `evidence` (faults), `chapters` (a chapter
depends on its component's prose) and the block that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evidencebook.errors import Fault

CITED = re.compile(r"\s*\[([A-Z][A-Z0-9-]*(?:,\s*[A-Z][A-Z0-9-]*)*)\]")
_SENTENCE = re.compile(r"[^.?!]+(?:[.?!]+|$)")


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
    return list(dict.fromkeys(i for found in CITED.findall(text) for i in re.split(r",\s*", found)))


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


def check_prose(
    paragraphs: list[Paragraph], frames: Mapping[str, pd.DataFrame], signed: Mapping[str, set[str]]
) -> Iterator[Fault]:
    """Yield a fault for each id that points to no row of the component, each bare sentence, each typed figure.

    Parameters
    ----------
    signed : by paragraph, the rows that its sign-off holds; one that is gone since makes it stale, not faulty.
    """
    own = {
        row_id: component
        for frame in frames.values()
        if {"id", "component"} <= set(frame.columns)
        for row_id, component in zip(frame["id"], frame["component"], strict=True)
    }
    for paragraph in paragraphs:
        for claim in cited_rows(paragraph.text):
            if own.get(claim) != paragraph.component and claim not in signed.get(paragraph.name, ()):
                allowed, remedy = f"the id of a row of {paragraph.component}", "correct the id, or remove the sentence"
                yield Fault(paragraph.file, 1, "", claim, "rests on no row of this component", allowed, remedy)
        for sentence in _SENTENCE.findall(paragraph.text):
            if sentence.strip() and not CITED.search(sentence):
                allowed, remedy = "ids in square brackets before the full stop", "name the rows, or remove the sentence"
                yield Fault(paragraph.file, 1, "", sentence.strip(), "rests on no row", allowed, remedy)
        for figure in re.findall(r"\d+", CITED.sub("", paragraph.text)):
            allowed, remedy = "words; figures stand in the rows", "say it without the figure"
            yield Fault(paragraph.file, 1, "", figure, "is a figure typed by hand", allowed, remedy)
