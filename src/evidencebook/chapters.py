"""The plan: which template makes which chapter, with what parameters, from which rows.

A template (`notebooks/*.ipynb`) declares in its metadata, under ``evidencebook``:

``slug``, ``title``     text with ``{column}`` placeholders.
``for_each``            ``{"table": NAME, "where": {COLUMN: VALUE}}``: one chapter a row; absent: one chapter.
``parameters``          ``{PARAMETER: "{column}"}``, values from that row.
``all_prose``           true when the page shows prose of every component (else only its own).
``reads``               ``{TABLE: {COLUMN: PARAMETER}}``: the rows the chapter may see; ``{}`` is the whole table.

A chapter can load nothing that its template does not declare, so the rows it depends on are known
before it runs. A new component is rows, not code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook.bibliography import References
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.project import Project
from evidencebook.schema import Package, split_list
from evidencebook.tables import Frames

REFERENCES = "references"
_CITING = ("key", "keys")


@dataclass(frozen=True)
class Template:
    """One notebook template and what it declares."""

    name: str
    path: Path
    slug: str
    title: str
    parameters: dict[str, str]
    reads: dict[str, dict[str, str]]
    for_each: dict[str, Any] | None = None
    all_prose: bool = False


@dataclass(frozen=True)
class Chapter:
    """One chapter of the book: a template with its parameters filled in."""

    slug: str
    title: str
    template: Template
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> str:
        """Sphinx document name of the generated page."""
        return f"book/chapters/{self.slug}"


@dataclass(frozen=True)
class Evidence:
    """All checked inputs of the report: descriptor, frames and bibliography."""

    package: Package
    frames: Frames
    references: References


def load_templates(project: Project) -> list[Template]:
    """Read every template of the project, in name order.

    Raises
    ------
    ProjectError
        when there is none, or one is unreadable or declares nothing.
    """
    paths = sorted(project.notebooks.glob("*.ipynb"))
    if not paths:
        raise ProjectError(f"{project.notebooks} holds no template (*.ipynb). Restore the folder from version control.")
    return [_template(path) for path in paths]


def plan(project: Project, frames: Mapping[str, pd.DataFrame]) -> list[Chapter]:
    """Return every chapter of the book, templates in name order, rows in table order."""
    chapters = [c for template in load_templates(project) for c in _chapters(template, frames)]
    seen: dict[str, str] = {}
    for chapter in chapters:
        if chapter.slug in seen:
            raise ProjectError(
                f"templates {seen[chapter.slug]} and {chapter.template.name} both make {chapter.slug}: "
                "give one another slug"
            )
        seen[chapter.slug] = chapter.template.name
    return chapters


def find_chapter(chapters: list[Chapter], template: str, parameters: Mapping[str, str]) -> Chapter:
    """Return the planned chapter of *template* with exactly these *parameters*.

    Raises
    ------
    ParameterError
        naming what is allowed, when template, parameter name or value is unknown.
    """
    candidates = [c for c in chapters if c.template.name == template]
    if not candidates:
        known = ", ".join(sorted({c.template.name for c in chapters}))
        raise ParameterError(f"no template is called {template!r}; there are: {known}")
    names = set(candidates[0].template.parameters)
    if unknown := set(parameters) - names:
        raise ParameterError(
            f"template {template} has no parameter {', '.join(sorted(unknown))}; "
            f"it has: {', '.join(sorted(names)) or 'none'}"
        )
    for chapter in candidates:
        if chapter.parameters == dict(parameters):
            return chapter
    allowed = "; ".join(", ".join(f"{k}={v}" for k, v in c.parameters.items()) for c in candidates)
    given = ", ".join(f"{k}={v}" for k, v in parameters.items())
    raise ParameterError(f"template {template} cannot run with {given or 'no parameter'}; allowed: {allowed}")


def chapter_frames(chapter: Chapter, evidence: Evidence) -> Frames:
    """Return the rows this chapter may see, by table name."""
    frames = {}
    for name, where in chapter.template.reads.items():
        if name == REFERENCES:
            continue
        if name not in evidence.frames:
            raise ProjectError(
                f"{chapter.template.path.name} reads the table {name!r}, which datapackage.json does not describe"
            )
        frame = evidence.frames[name]
        for column, parameter in where.items():
            if column not in frame or parameter not in chapter.parameters:
                raise ProjectError(
                    f"{chapter.template.path.name} filters {name} by {column}={parameter}: no such column or parameter"
                )
            frame = frame[frame[column] == chapter.parameters[parameter]]
        frames[name] = frame.reset_index(drop=True)
    return frames


def cited_keys(frames: Frames) -> list[str]:
    """Return every citation key that the rows carry, in order of first appearance."""
    found: dict[str, None] = {}
    for frame in frames.values():
        for column in _CITING:
            for cell in frame.get(column, ()):
                found.update(dict.fromkeys(split_list(cell)))
    return list(found)


def fingerprint(chapter: Chapter, evidence: Evidence) -> dict[str, str]:
    """Return a hash for each thing the chapter reads; equal hashes mean an equal chapter.

    Keys are table names, ``references`` (the entries its rows cite, when declared), ``version`` and,
    in an edition, ``edition``.
    """
    frames = chapter_frames(chapter, evidence)
    hashes = {
        name: _digest(frame.to_csv(index=False) + repr(evidence.package.tables[name])) for name, frame in frames.items()
    }
    if REFERENCES in chapter.template.reads:
        entries = [evidence.references[k].digest() for k in cited_keys(frames) if k in evidence.references]
        hashes[REFERENCES] = _digest("\n".join(entries))
    hashes["version"] = _digest(evidence.package.version)
    if evidence.package.edition:
        hashes["edition"] = _digest(json.dumps(evidence.package.edition.statement(), sort_keys=True))
    return hashes


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _template(path: Path) -> Template:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))["metadata"]["evidencebook"]
        return Template(
            path.stem,
            path,
            raw["slug"],
            raw["title"],
            raw.get("parameters", {}),
            raw["reads"],
            raw.get("for_each"),
            raw.get("all_prose", False),
        )
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path} is not a notebook: {error}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ProjectError(
            f"{path} does not declare {error} in its metadata under 'evidencebook' (needed: slug, title, reads)"
        ) from None


def _chapters(template: Template, frames: Mapping[str, pd.DataFrame]) -> list[Chapter]:
    if template.for_each is None:
        return [Chapter(template.slug, template.title, template)]
    try:
        frame = frames[template.for_each["table"]]
        for column, value in template.for_each.get("where", {}).items():
            frame = frame[frame[column] == value]
        return [_chapter(template, row) for row in frame.to_dict("records")]
    except KeyError as error:
        raise ProjectError(f"{template.path} repeats over {error}, which is no table or column there") from None


def _chapter(template: Template, row: Mapping[Any, Any]) -> Chapter:
    return Chapter(
        slug=template.slug.format(**row).lower(),
        title=template.title.format(**row),
        template=template,
        parameters={name: value.format(**row) for name, value in template.parameters.items()},
    )
