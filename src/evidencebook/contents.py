"""Hold the contents (`_toc.yml`) and the generated files against the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from evidencebook.chapters import Chapter
from evidencebook.errors import ProjectError
from evidencebook.project import Project


def check_contents(project: Project, chapters: Sequence[Chapter]) -> None:
    """Hold `_toc.yml` against the plan: every chapter stands in the contents, and nothing else does.

    Raises
    ------
    ProjectError
        naming every chapter that is missing and every entry that no template makes.
    """
    listed = set(_files(yaml.safe_load((project.root / "_toc.yml").read_text(encoding="utf-8"))))
    made = {c.document for c in chapters}
    missing = sorted(made - listed)
    unknown = sorted(
        f
        for f in listed - made
        if not any((project.root / f).with_suffix(s).is_file() for s in (".md", ".ipynb"))
        or f.startswith("book/chapters/")
    )
    problems = [f"{m} is made from a table row but not listed: add '- file: {m}'" for m in missing]
    problems += [
        f"{u} is listed but nothing makes it: remove the entry, or restore the page or table row" for u in unknown
    ]
    if problems:
        raise ProjectError("_toc.yml and the planned chapters differ\n" + "\n".join(problems))


def parts_of(project: Project) -> list[tuple[str, list[str]]]:
    """Return the parts of the book in order: caption and pages; the first page of all stands in a part without one."""
    listed = yaml.safe_load((project.root / "_toc.yml").read_text(encoding="utf-8"))
    parts = listed.get("parts") or [{key: value for key, value in listed.items() if key != "root"}]
    told = [("", [listed["root"]]), *((part.get("caption", ""), list(_files(part))) for part in parts)]
    return [(caption, pages) for caption, pages in told if pages]


def remove_leftovers(project: Project, chapters: Sequence[Chapter]) -> None:
    """Remove generated notebooks and figures of chapters that the plan no longer holds."""
    slugs = {c.slug for c in chapters}
    for path in project.chapters.glob("*.ipynb"):
        if path.stem not in slugs:
            path.unlink()
    for path in project.figures.glob("*.svg"):
        if not any(path.stem.startswith(f"{s}-") for s in slugs):
            path.unlink()


def _files(node: Any) -> Iterator[str]:
    """Yield every file that a contents tree names."""
    if isinstance(node, dict):
        yield from (node[k] for k in ("file", "root") if k in node)
        for value in node.values():
            yield from _files(value)
    elif isinstance(node, list):
        for value in node:
            yield from _files(value)
