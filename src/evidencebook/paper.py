"""One page of the book as a PDF of its own, such as a summary to print and hand on.

The HTML page goes the way of the whole book (`pdf`), with the page design of `summary.typ`. Links
stay where their target is on the page; other ids are printed as they are and lead into the report.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from evidencebook.chapters import Chapter
from evidencebook.errors import BuildError
from evidencebook.pdf import compile_typst, to_typst
from evidencebook.plain_pages import plain_pages
from evidencebook.project import Project
from evidencebook.schema import Package
from evidencebook.tables import file_hash

_MADE = "made-from"


def offer_paper(project: Project, package: Package, chapter: Chapter, book: Path, *, code: str = "") -> None:
    """Build the PDF of *chapter* and put a copy into the HTML book at *book*, which offers it."""
    made = build_paper(project, package, chapter, book, code=code)
    shutil.copyfile(made, book / "_static" / made.name)


def build_paper(project: Project, package: Package, chapter: Chapter, book: Path, *, code: str = "") -> Path:
    """Build the PDF of *chapter* from its page of the HTML book at *book*, unless it is made from the same already.

    Parameters
    ----------
    code : hash of what turns a page into a PDF.

    Raises
    ------
    BuildError
        when the page is missing, or with what pandoc or Typst said; the last good PDF stays.
    """
    target = project.pdf / chapter.template.paper
    page = book / f"{chapter.document}.html"
    if not page.is_file():
        raise BuildError(f"{page} is missing: the HTML book was not built whole")
    work = project.build / "typst" / chapter.slug
    # Tables are numbered through the whole book; a page alone has no table before its first.
    without = ("caption-number", "table-source")
    plain = plain_pages({chapter.document: page.read_text(encoding="utf-8")}, without=without)
    metadata = {
        "summary": "true",
        "title": chapter.title,
        "date": package.created,
        "version": package.version,
        "data-title": package.title,
        "citation": package.citation,
    }
    given = hashlib.sha256(repr((code, plain, metadata)).encode()).hexdigest()
    if target.is_file() and _record(work) == [given, file_hash(target)]:
        return target
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    source = work / "paper.typ"
    # A page's own title stands as high as a chapter of the book; alone it is the first heading.
    source.write_text(to_typst(list(plain.values()), metadata, raised=1), encoding="utf-8")
    compile_typst(source, target, package.created)
    (work / _MADE).write_text(f"{given}\n{file_hash(target)}\n", encoding="utf-8")
    return target


def _record(work: Path) -> list[str]:
    """Return the hash of what the PDF was last made from, and its own."""
    kept = work / _MADE
    return kept.read_text(encoding="utf-8").split() if kept.is_file() else []
