"""Write an edition as a project of its own: the rows that stay, and everything else of the report as it is.

Takes the checked report and conditions (`subset` chooses the rows); writes
``_build/editions/<slug>/project``, which `build` then builds like any report. A file that would not
change is left alone, so a second build finds nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import yaml

from evidencebook import evidence as evidence_module
from evidencebook.bibliography import entries_of
from evidencebook.chapters import Chapter, Evidence, chapter_frames, plan
from evidencebook.conditions import ROW, parse_conditions
from evidencebook.edition import EDITION, Counts, Edition, default_title, edition_slug
from evidencebook.errors import ParameterError
from evidencebook.numbers import reference_numbers
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR, Table
from evidencebook.subset import Subset, choose, evidence_tables

# Settings and pages that an edition shares with its report; chapters are made anew.
_FILES = ("_toc.yml", "requirements.lock")
_FOLDERS = ("book", "notebooks")


def materialise(project: Project, where: Sequence[str], title: str = "") -> tuple[Project, Edition]:
    """Write the edition of *project* that the conditions *where* choose; return its project and statement.

    Raises
    ------
    DataError
        when the report itself is not sound. `ParameterError` for a condition or title that cannot be
        used, or when no row fulfils the conditions.
    """
    if project.edition:
        raise ParameterError(f"{project.root} is an edition itself: build editions from the folder of the report")
    loaded = evidence_module.load(project)
    conditions = parse_conditions(where, loaded)
    name = " ".join(title.split()) or default_title(conditions)
    slug = edition_slug(name)
    chosen = choose(loaded, conditions)
    target = project.edition_project(slug)
    edition = _described(project, loaded, chosen, Edition(name, slug, tuple(map(str, conditions)), tuple(where)))
    texts = dict(_texts(project, chosen, edition))
    _write(target, texts, dict(_copies(project)))
    return target, edition


def _described(project: Project, loaded: Evidence, chosen: Subset, edition: Edition) -> Edition:
    """Return *edition* with what readers are told: how many rows of how many, page by page and in all."""
    tables = evidence_tables(loaded)
    names = [t.name for t in tables]
    pages = {
        chapter.document: found
        for chapter in plan(project, loaded.frames)
        if (found := _page_counts(chapter, loaded, chosen.evidence, names))
    }
    shrunk = [t for n, t in loaded.package.tables.items() if len(chosen.evidence.frames[n]) < len(loaded.frames[n])]
    return Edition(
        edition.title,
        edition.slug,
        edition.conditions,
        edition.arguments,
        _counts(loaded.frames, chosen.evidence.frames, names),
        pages,
        (len(chosen.evidence.references), len(loaded.references)),
        {name: n for name, n in chosen.uncoded.items() if n},
        chosen.outside,
        {t.name: _groups(loaded.frames[t.name], t) for t in {t.name: t for t in [*tables, *shrunk]}.values()},
        reference_numbers(loaded.frames.get("reference_numbers")),
    )


def _counts(report: Mapping[str, pd.DataFrame], part: Mapping[str, pd.DataFrame], names: Sequence[str]) -> Counts:
    return {name: (len(part[name]), len(report[name])) for name in names if name in report and len(report[name])}


def _page_counts(chapter: Chapter, report: Evidence, part: Evidence, names: Sequence[str]) -> Counts:
    return _counts(chapter_frames(chapter, report), chapter_frames(chapter, part), names)


def _groups(frame: pd.DataFrame, table: Table) -> list[dict[str, object]]:
    """Count rows by every column with a fixed list of values or a foreign key that conditions may name."""
    keys = {name for fields, _, _ in table.foreign_keys for name in fields}
    columns = [c.name for c in table.columns if (c.condition == ROW and c.enum) or c.name in keys]
    if not columns:
        return [{"n": len(frame)}]
    sizes = frame.groupby(columns, sort=False).size()
    rows = sizes.index.to_frame(index=False).astype(str).to_dict("records")
    return [{**row, "n": int(n)} for row, n in zip(rows, sizes, strict=True)]


def _texts(project: Project, chosen: Subset, edition: Edition) -> Iterator[tuple[Path, str]]:
    """Yield path and text of every file that differs from the report's."""
    settings = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    settings["title"] = f"{settings['title']}: {edition.title}"
    yield Path("_config.yml"), yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=120)
    yield Path("references.bib"), entries_of(project.bibliography, chosen.evidence.references.keys())
    descriptor = json.loads((project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    descriptor[EDITION] = edition.statement()
    for resource in descriptor["resources"]:
        resource["hash"] = ""
    yield Path("data", DESCRIPTOR), json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n"
    for table in chosen.evidence.package.tables.values():
        frame = chosen.evidence.frames[table.name]
        yield Path("data", table.path), frame.to_csv(index=False, lineterminator="\n")


def _copies(project: Project) -> Iterator[tuple[Path, bytes]]:
    """Yield path and content of every file that is the report's own."""
    paths = [project.root / name for name in _FILES]
    for folder in _FOLDERS:
        paths += sorted((project.root / folder).rglob("*"))
    for path in paths:
        inside = path.relative_to(project.root)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and project.chapters not in path.parents and not hidden:
            yield inside, path.read_bytes()


def _write(target: Project, texts: Mapping[Path, str], copies: Mapping[Path, bytes]) -> None:
    """Make the folder of *target* hold these files and, beside chapters already run, no others."""
    files = {**copies, **{path: text.encode() for path, text in texts.items()}}
    for path, content in files.items():
        place = target.root / path
        if not (place.is_file() and place.read_bytes() == content):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    for place in target.root.rglob("*"):
        inside = place.relative_to(target.root)
        if place.is_file() and inside not in files and target.chapters not in place.parents:
            place.unlink()
