"""What a template loads: one chapter's rows and nothing else.

A template opens with ``chapter = open_chapter("realist_review", component=component)`` and passes
*chapter* to the blocks (`evidencebook.blocks`), which return what the page shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from evidencebook import evidence as evidence_module
from evidencebook.bibliography import References
from evidencebook.chapter_prose import Sentence, sentences_of, shown_prose, texts
from evidencebook.chapters import (
    REFERENCES,
    Chapter,
    chapter_frames,
    cited_keys,
    find_chapter,
    fingerprint,
    plan,
    visible_package,
    visible_pages,
)
from evidencebook.edition import Edition
from evidencebook.errors import ProjectError
from evidencebook.markdown import anchor_of
from evidencebook.project import Project, find_project
from evidencebook.schema import Package
from evidencebook.staleness import Reading
from evidencebook.strength import strength_table


@dataclass(frozen=True)
class OpenChapter:
    """One chapter with its rows.

    Attributes
    ----------
    chapter : the plan's entry. frames : rows the chapter may see, by table.
    references : entries that those rows cite (empty unless the template declares them).
    fingerprint : first seven digits of the hash of everything read. prose, sentences : what
    `chapter_prose` gives, by section. readings : the same paragraphs held against their latest sign-off. pages : every
    chapter of the book (none unless the template declares them).
    """

    project: Project
    package: Package
    chapter: Chapter
    frames: dict[str, pd.DataFrame]
    references: References
    fingerprint: str
    prose: dict[str, str]
    sentences: dict[str, tuple[Sentence, ...]]
    readings: dict[str, Reading]
    pages: tuple[Chapter, ...] = ()

    def rows(self, table: str) -> pd.DataFrame:
        """Return the rows of *table* that this chapter may see.

        Raises
        ------
        ProjectError
            when the template does not declare that it reads the table.
        """
        if table not in self.frames:
            raise ProjectError(
                f"template {self.chapter.template.name} does not declare that it reads {table!r}: "
                "add it to 'reads' in the notebook's metadata"
            )
        return self.frames[table]

    def anchor(self, table: str, row: Mapping[str, Any]) -> str:
        """Return the anchor of a row of *table*; *row* holds at least the columns of its key."""
        return anchor_of(self.package.tables[table].row_id(row))

    def trace(self, **rows: pd.DataFrame) -> dict[str, list[str]]:
        """Return the anchors of the rows that a piece of the page is computed from, by table.

        Parameters
        ----------
        rows : table name to a selection of its rows, key columns included; none of them for a count of nought.
        """
        return {
            name: list(dict.fromkeys(self.anchor(name, row) for row in frame.to_dict("records")))
            for name, frame in rows.items()
        }

    @cached_property
    def labels(self) -> pd.DataFrame:
        """`strength_table` of the rows that this chapter may see; leaving out each work in turn, it takes a while."""
        return strength_table(self.frames, self.package.practice)

    @property
    def slug(self) -> str:
        """Slug of the chapter: the beginning of every anchor on its page."""
        return self.chapter.slug

    @property
    def edition(self) -> Edition | None:
        """Which part of the report is built; None for the whole."""
        return self.package.edition

    @property
    def data_note(self) -> str:
        """What a caption says of its data: version, edition and fingerprint of the rows read."""
        part = f", {self.edition.title}" if self.edition else ""
        return f"Data {self.package.version}{part}, rows {self.fingerprint}"

    def figure_path(self, name: str) -> Path:
        """Return where the figure *name* of this chapter is written."""
        self.project.figures.mkdir(parents=True, exist_ok=True)
        return self.project.figures / f"{self.slug}-{name}.svg"


def open_chapter(template: str, **parameters: str) -> OpenChapter:
    """Load the rows of one chapter, checked.

    Parameters
    ----------
    template : name of the template. parameters : exactly those the template declares.

    Raises
    ------
    ParameterError
        for an unknown template, parameter or value. `DataError` when the tables break their contract.
    """
    project = find_project()
    loaded = evidence_module.load(project)
    chapters = plan(project, loaded.frames)
    chapter = find_chapter(chapters, template, parameters)
    frames = chapter_frames(chapter, loaded)
    keys = cited_keys(frames) if REFERENCES in chapter.template.reads else []
    readings = shown_prose(chapter, evidence_module.held_prose(project))
    return OpenChapter(
        project,
        visible_package(chapter, loaded.package),
        chapter,
        frames,
        {k: loaded.references[k] for k in keys if k in loaded.references},
        _short(fingerprint(chapter, loaded)),
        texts(readings, loaded),
        sentences_of(chapter, readings, loaded, chapters),
        readings,
        visible_pages(chapter, chapters),
    )


def _short(hashes: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(hashes.items())).encode()).hexdigest()[:7]
