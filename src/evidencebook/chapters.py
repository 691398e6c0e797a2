"""The plan: which template makes which chapter, with what parameters, from which rows.

A template (`notebooks/*.ipynb`) declares in its metadata, under ``evidencebook``:

``slug``, ``title``     text with ``{column}`` placeholders.
``for_each``            ``{"table": NAME, "where": {COLUMN: VALUE}}``: one chapter a row; absent: one chapter.
``parameters``          ``{PARAMETER: "{column}"}``, values from that row.
``all_prose``           true when the page shows prose of every component (else only its own).
``prose``               the sections of prose it shows; absent: all.
``leads_with``          the section whose first sentence opens the page; another page shows the whole and the rows
                        under it; absent: none.
``short_version``       true when the page tells the whole in short: the landing page leads to it.
``paper``               name of the PDF that the page is made into on its own; absent: none.
``reads``               ``{TABLE: {COLUMN: PARAMETER}}``: the rows the chapter may see; ``{}`` is the whole table.
                        Of a column that holds lists, the rows whose list has the value.

Three names in ``reads`` stand for no table: ``references`` are the entries that the rows cite, ``pages`` the
pages that it names (all, or those that a filter lets through and those without its parameter), and
``descriptor`` the description of tables that the chapter does not read.

A chapter can load nothing that its template does not declare, so the rows it depends on are known
before it runs. A new component is rows, not code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook.bibliography import References
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.names import check_declared_names, check_page_name
from evidencebook.project import Project
from evidencebook.schema import Package, split_list
from evidencebook.tables import Frames

REFERENCES, PAGES, DESCRIPTION = "references", "pages", "descriptor"
NO_TABLES = (REFERENCES, PAGES, DESCRIPTION)
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
    prose: tuple[str, ...] | None = None
    leads_with: str = ""
    short_version: bool = False
    paper: str = ""


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
        check_page_name(chapter.template.path, chapter.slug)
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
        if name in NO_TABLES:
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
            value = chapter.parameters[parameter]
            if evidence.package.tables[name].column(column).is_list:
                frame = frame[frame[column].map(lambda cell, value=value: value in split_list(cell)).astype(bool)]
            else:
                frame = frame[frame[column] == value]
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


def visible_pages(chapter: Chapter, planned: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """Return the pages that the chapter may name: none unless it declares them.

    With a filter, as of a table's rows: those with that value, and those that have no such parameter.
    """
    where = chapter.template.reads.get(PAGES)
    if where is None:
        return ()
    wanted = {column: chapter.parameters[parameter] for column, parameter in where.items()}
    return tuple(p for p in planned if all(p.parameters.get(c, value) == value for c, value in wanted.items()))


def visible_package(chapter: Chapter, package: Package) -> Package:
    """Return the descriptor as the chapter may see it: the tables it reads, or all when it declares so."""
    if DESCRIPTION in chapter.template.reads:
        return package
    return replace(package, tables={n: t for n, t in package.tables.items() if n in chapter.template.reads})


def fingerprint(chapter: Chapter, evidence: Evidence) -> dict[str, str]:
    """Return a hash for each thing the chapter reads of the data; equal hashes mean equal data.

    Keys are table names, ``references`` and ``descriptor`` when declared, ``version`` (the data version
    with the title, date and citation that stand beside it) and, in an edition, ``edition``.
    """
    frames = chapter_frames(chapter, evidence)
    package = evidence.package
    hashes = {name: digest(_text(frame) + _described(package, name)) for name, frame in frames.items()}
    if REFERENCES in chapter.template.reads:
        hashes[REFERENCES] = digest("\n".join(cited_entries(frames, evidence).values()))
    if DESCRIPTION in chapter.template.reads:
        hashes[DESCRIPTION] = digest("".join(_described(package, name) for name in package.tables))
    hashes["version"] = digest(repr((package.version, package.title, package.created, package.citation)))
    if package.edition:
        hashes["edition"] = digest(json.dumps(package.edition.statement(), sort_keys=True))
    return hashes


def cited_entries(frames: Frames, evidence: Evidence) -> dict[str, str]:
    """Return the hash of each bibliography entry that the rows cite, by key."""
    return {k: evidence.references[k].digest() for k in cited_keys(frames) if k in evidence.references}


def digest(text: str) -> str:
    """Return the hash of *text*."""
    return hashlib.sha256(text.encode()).hexdigest()


def _text(frame: pd.DataFrame) -> str:
    return repr([list(frame.columns), *frame.to_numpy(dtype=object).tolist()])


def _described(package: Package, name: str) -> str:
    # Without the seal of its file, which says nothing that the rows do not say.
    table = package.tables[name]
    return repr(replace(table, hash="")) + "practice" * table.practice


def _template(path: Path) -> Template:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))["metadata"]["evidencebook"]
        check_declared_names(path, raw)
        return Template(
            path.stem,
            path,
            raw["slug"],
            raw["title"],
            raw.get("parameters", {}),
            raw["reads"],
            raw.get("for_each"),
            raw.get("all_prose", False),
            tuple(raw["prose"]) if "prose" in raw else None,
            raw.get("leads_with", ""),
            raw.get("short_version", False),
            raw.get("paper", ""),
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
    except (IndexError, ValueError, AttributeError) as error:
        raise ProjectError(
            f"{template.path}: slug, title or a parameter is no text with {{column}} placeholders: {error}"
        ) from None


def _chapter(template: Template, row: Mapping[Any, Any]) -> Chapter:
    return Chapter(
        slug=template.slug.format(**row).lower(),
        title=template.title.format(**row),
        template=template,
        parameters={name: value.format(**row) for name, value in template.parameters.items()},
    )
