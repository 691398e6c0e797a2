"""Interpretive prose: short paragraphs in `book/prose/<component>/<section>.md`, each sentence with its rows.

A sentence names the rows it rests on as `[R1-PH-003, R1-PH-007]` before its full stop. Nothing else in
a paragraph may be a figure: figures come from rows. Goes to `evidence` (faults), `chapters` (a chapter
depends on its component's prose) and the block that shows it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
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


def prose_hash(folder: Path) -> str:
    """Hash of every paragraph below *folder*; equal hashes mean equal paragraphs."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.md")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def within(text: str, known: Collection[str]) -> str:
    """Return the paragraph *text* for an edition whose rows are *known*.

    A sentence that rests on none of them is left out, one that rests on some names only these; the
    reader is told of both.
    """
    kept: list[str] = []
    left_out = 0
    for sentence in _SENTENCE.findall(text):
        named = [claim for found in CITED.findall(sentence) for claim in re.split(r",\s*", found)]
        own = [claim for claim in named if claim in known]
        if own:
            kept.append(_reduced(sentence.strip(), known, len(named) - len(own)))
        left_out += bool(named and not own)
    if not kept:
        return "This short reading rests on evidence outside the edition; it stands in the full report."
    sentences = "one sentence that rests" if left_out == 1 else f"{left_out} sentences that rest"
    gone = f"; {sentences} on evidence outside the edition left out" if left_out else ""
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


def check_prose(paragraphs: list[Paragraph], frames: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Yield a fault for each id that points to no row of the component, each bare sentence, each typed figure."""
    own = {
        row_id: component
        for frame in frames.values()
        if {"id", "component"} <= set(frame.columns)
        for row_id, component in zip(frame["id"], frame["component"], strict=True)
    }
    for paragraph in paragraphs:
        for claim in (c for found in CITED.findall(paragraph.text) for c in re.split(r",\s*", found)):
            if own.get(claim) != paragraph.component:
                allowed, remedy = f"the id of a row of {paragraph.component}", "correct the id, or remove the sentence"
                yield Fault(paragraph.file, 1, "", claim, "rests on no row of this component", allowed, remedy)
        for sentence in _SENTENCE.findall(paragraph.text):
            if sentence.strip() and not CITED.search(sentence):
                allowed, remedy = "ids in square brackets before the full stop", "name the rows, or remove the sentence"
                yield Fault(paragraph.file, 1, "", sentence.strip(), "rests on no row", allowed, remedy)
        for figure in re.findall(r"\d+", CITED.sub("", paragraph.text)):
            allowed, remedy = "words; figures stand in the rows", "say it without the figure"
            yield Fault(paragraph.file, 1, "", figure, "is a figure typed by hand", allowed, remedy)
