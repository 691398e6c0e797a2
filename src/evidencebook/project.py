"""Where the parts of a project stand.

A project is the folder that holds `_config.yml`, `_toc.yml`, `references.bib`, `data/`,
`notebooks/` and `book/`. Everything else in the engine asks this module for paths.

An edition, a part of a report, is a project at ``_build/editions/<slug>/project`` in the folder of the
report; what is built from it stands beside it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from evidencebook.errors import ProjectError

ROOT_VARIABLE = "EVIDENCEBOOK_ROOT"
_BUILD, _EDITIONS, _PROJECT = "_build", "editions", "project"
_MARKS = ("_config.yml", "_toc.yml", "data/datapackage.json")


@dataclass(frozen=True)
class Project:
    """Paths of one project; nothing is read until asked for."""

    root: Path

    @property
    def data(self) -> Path:
        """Folder of the evidence tables and their descriptor."""
        return self.root / "data"

    @property
    def notebooks(self) -> Path:
        """Folder of the parameterised templates."""
        return self.root / "notebooks"

    @property
    def bibliography(self) -> Path:
        """The BibTeX file."""
        return self.root / "references.bib"

    @property
    def chapters(self) -> Path:
        """Folder of the generated chapters."""
        return self.root / "book" / "chapters"

    @property
    def prose(self) -> Path:
        """Folder of interpretive prose, a folder for each component."""
        return self.root / "book" / "prose"

    @property
    def figures(self) -> Path:
        """Folder of the generated figures."""
        return self.chapters / "figures"

    @property
    def edition(self) -> str:
        """Name of the edition that this project is; empty for a whole report."""
        names = (self.root.name, *(p.name for p in self.root.parents[:3]))
        return names[1] if (names[0], *names[2:]) == (_PROJECT, _EDITIONS, _BUILD) else ""

    @property
    def report(self) -> Path:
        """Folder of the whole report: the project's own, unless this is an edition."""
        return self.root.parents[3] if self.edition else self.root

    def edition_project(self, slug: str) -> Project:
        """Return the project of the edition *slug* of this report."""
        return Project(self.build / _EDITIONS / slug / _PROJECT)

    @property
    def build(self) -> Path:
        """Folder of everything built."""
        return self.root.parent if self.edition else self.root / _BUILD

    @property
    def html(self) -> Path:
        """The last good HTML book."""
        return self.build / "html"

    @property
    def pdf(self) -> Path:
        """Folder of the last good PDF."""
        return self.build / "pdf"

    @property
    def report_pdf(self) -> Path:
        """The last good PDF of the whole book."""
        return self.pdf / (f"report-{self.edition}.pdf" if self.edition else "report.pdf")

    def results(self, *, pdf: bool) -> list[str]:
        """Return lines that say where the results of a build stand."""
        html = f"HTML  {(self.html / 'index.html').relative_to(self.report)}"
        return [html, f"PDF   {self.report_pdf.relative_to(self.report)}"] if pdf else [html]


def find_project(start: Path | None = None) -> Project:
    """Return the project that holds *start* (default: `EVIDENCEBOOK_ROOT`, else the working folder).

    Raises
    ------
    ProjectError
        when neither the folder nor any above it is a project.
    """
    begin = (start or Path(os.environ.get(ROOT_VARIABLE, "."))).resolve()
    for folder in (begin, *begin.parents):
        if all((folder / mark).is_file() for mark in _MARKS):
            return Project(folder)
    raise ProjectError(
        f"{begin} is not inside a report: no folder from there up holds {', '.join(_MARKS)}. "
        "Change into the report's folder, or write a synthesis of your own with 'evidencebook new my-review'."
    )
