"""What a build will do and about how long it takes, said before it begins.

Takes the number of stale chapters and of pages from `build`, and the pace of the last build of this project from
`_build/state/times.json`; gives `progress` its parts. After a build its pace is kept there.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from evidencebook.progress import Part, about
from evidencebook.project import Project

CHAPTERS = "chapters"
READING, WRITING, DOWNLOADS = "reading pages", "writing pages", "downloads"
CONVERTING, TYPESETTING, PACKING = "pages for the PDF", "typesetting the PDF", "packing the PDF"
_HTML, _PDF = (READING, WRITING, DOWNLOADS), (CONVERTING, TYPESETTING, PACKING)
# Seconds of the clock: what a part takes whatever it makes, and what each chapter or page adds. Measured on the
# report of this repository, 43 chapters and 47 pages, on two cores (benchmarks/RESULTS.md has the machine).
_COST = {
    CHAPTERS: (2.0, 0.22),
    READING: (3.0, 0.18),
    WRITING: (3.0, 0.15),
    DOWNLOADS: (0.5, 0.035),
    CONVERTING: (0.5, 0.12),
    TYPESETTING: (0.5, 0.2),
    PACKING: (0.1, 0.02),
}
_RECORD = "times.json"


@dataclass(frozen=True)
class Todo:
    """What a build is going to make.

    Parameters
    ----------
    chapters : how many run. pages : how many the book has. html, pdf : whether these are made.
    whole : whether the HTML book is made from nothing.
    """

    chapters: int
    pages: int
    html: bool
    pdf: bool
    whole: bool


def parts(project: Project, todo: Todo) -> dict[str, Part]:
    """Return the parts of the build in order, each with its seconds at the pace of the last build."""
    pace = _remembered(project)
    seconds = {name: _cost(name, todo) * pace.get(_key(name, todo), 1.0) for name in _names(todo)}
    counted = {CHAPTERS: todo.chapters, CONVERTING: todo.pages}
    return {name: Part(seconds[name], counted.get(name, 0)) for name in seconds}


def announced(project: Project, todo: Todo) -> str:
    """Return one line that says what will be made, and about how long that takes; nothing when all is made."""
    planned = parts(project, todo)
    if not planned:
        return ""
    known = all(_key(name, todo) in _remembered(project) for name in planned)
    html = f"HTML book ({todo.pages} pages)" if todo.whole else "HTML book (the pages that change)"
    made = [_chapters(todo.chapters)] * bool(todo.chapters) + [html] * todo.html + ["PDF"] * todo.pdf
    why = "at the pace of the last build" if known else "a first guess"
    return f"to do: {', '.join(made)}; {about(sum(p.seconds for p in planned.values()))} ({why})"


def told(checking: float, took: Mapping[str, float]) -> str:
    """Return one line that says how long each part of the build took."""
    groups = {"checking": checking} | {
        group: sum(took.get(name, 0.0) for name in names)
        for group, names in (("chapters", (CHAPTERS,)), ("HTML book", _HTML), ("PDF", _PDF))
        if any(name in took for name in names)
    }
    return "time: " + ", ".join(f"{group} {seconds:.1f} s" for group, seconds in groups.items())


def remember(project: Project, todo: Todo, took: Mapping[str, float]) -> None:
    """Keep how fast each part was against what it costs where that was measured."""
    pace = {_key(name, todo): round(took[name] / _cost(name, todo), 3) for name in _names(todo) if name in took}
    path = project.build / "state" / _RECORD
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(_remembered(project) | pace, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(draft, path)


def _remembered(project: Project) -> dict[str, float]:
    """Return the pace of each part that was kept; one that cannot be read counts as none."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        held = json.loads((project.build / "state" / _RECORD).read_text(encoding="utf-8"))
        return {name: float(pace) for name, pace in held.items() if isinstance(pace, int | float) and pace > 0}
    return {}


def _names(todo: Todo) -> list[str]:
    return [CHAPTERS] * bool(todo.chapters) + [*_HTML] * todo.html + [*_PDF] * todo.pdf


def _key(name: str, todo: Todo) -> str:
    """A book that is brought up to date goes at another pace than one made from nothing."""
    return name if todo.whole or name not in _HTML else f"{name} again"


def _cost(name: str, todo: Todo) -> float:
    start, each = _COST[name]
    # Of a book that stands already, Sphinx reads and writes about the pages of the chapters that ran.
    pages = todo.pages if todo.whole or name not in _HTML else min(todo.pages, todo.chapters)
    return start + each * (todo.chapters if name == CHAPTERS else pages)


def _chapters(number: int) -> str:
    return "1 chapter" if number == 1 else f"{number} chapters"
