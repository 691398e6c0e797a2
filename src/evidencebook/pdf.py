"""The PDF: the pages of the HTML book -> plain HTML -> pandoc, page by page -> Typst -> PDF/UA-1.

The pages have their numbers and links already (`plain_pages` keeps them), so Sphinx does not run again.
Both pandoc and Typst come inside Python wheels, so nothing else is installed. `report.typ` is the
page design and `typst.lua` turns the book's classes (stance, claim, cmo, ...) into its functions.
Typst refuses a picture without alternative text, a document without title, and broken links.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pikepdf
import pypandoc
import typst
import yaml

from evidencebook import forecast, progress
from evidencebook.book import epoch
from evidencebook.contents import parts_of
from evidencebook.edition import tally
from evidencebook.errors import BuildError, DataError
from evidencebook.executors import cores
from evidencebook.figure_text import fonts, lettered
from evidencebook.figures import DARK_MARK
from evidencebook.ledger import source_titles
from evidencebook.plain_pages import plain_pages
from evidencebook.project import Project
from evidencebook.schema import Package
from evidencebook.unprintable import unprintable

# The page is laid out for readers with the book's own fonts, which the Typst wheel carries.
_STANDARD: Literal["ua-1"] = "ua-1"
_HERE = Path(str(files("evidencebook")))


def build_pdf(project: Project, package: Package, target: Path) -> Path:
    """Build the PDF at *target* from the HTML book; version, date and citation on it are those of *package*.

    Raises
    ------
    BuildError
        with what pandoc or Typst said; the last good PDF stays.
    """
    progress.at(forecast.CONVERTING)
    work = project.build / "typst"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _take_pictures(project.html / "_images", work / "_images")
    pieces = _pieces(project)
    (work / "report.html").write_text("\n".join(pieces), encoding="utf-8")
    (work / "report.typ").write_text(to_typst(pieces, _metadata(project, package)), encoding="utf-8")
    try:
        return compile_typst(work / "report.typ", target, package.created)
    except BuildError as error:
        if faults := unprintable(str(error), project, package):
            raise DataError(faults) from None
        raise


def _pieces(project: Project) -> list[str]:
    """Return the plain HTML of each page in the order of the contents, the first of a part with its heading."""
    parts = parts_of(project)
    pages = [page for _, inside in parts for page in inside]
    plain = plain_pages({p: (project.html / f"{p}.html").read_text(encoding="utf-8") for p in pages})
    for caption, (first, *_) in parts:
        if caption:
            plain[first] = f'<h1>{escape(caption)}</h1><div class="part-contents"></div>{plain[first]}'
    return list(plain.values())


def _metadata(project: Project, package: Package) -> dict[str, str | list[str]]:
    config = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    return {
        "title": config["title"],
        "author": config.get("author", ""),
        "date": package.created,
        "version": package.version,
        "data-title": package.title,
        "citation": package.citation,
        "edition": quoted(_edition_note(package)),
        "sources": [quoted(title) for title in source_titles(package).values()],
    }


def _take_pictures(given: Path, target: Path) -> None:
    """Copy the pictures for light pages, the words in them as words."""
    target.mkdir()
    for picture in sorted(given.glob("*")):
        if picture.suffix != ".svg":
            shutil.copy(picture, target)
        elif not picture.stem.endswith(DARK_MARK):
            (target / picture.name).write_text(lettered(picture.read_text(encoding="utf-8")), encoding="utf-8")


def _edition_note(package: Package) -> str:
    """Return what the title page says of an edition; nothing for a whole report."""
    if package.edition is None:
        return ""
    names = {t.name: t.rows_called for t in package.tables.values()}
    held = tally(package.edition.counts, names)
    return f"A part of the report: only evidence where {package.edition.told}. It holds {held}."


def quoted(text: str) -> str:
    """Return *text* so that it may stand between the quotes of a Typst string."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def to_typst(pieces: Sequence[str], metadata: Mapping[str, str | list[str]], *, raised: int = 0) -> str:
    """Convert pieces of plain HTML to one Typst document with our template, headings *raised* by so many levels.

    A piece begins with a heading, so that nothing `typst.lua` holds together reaches over its end.
    """
    # Headings have the anchors of their sections; those that pandoc would make up repeat from piece to piece.
    given, arguments = "html-auto_identifiers", [f"--lua-filter={_HERE / 'typst.lua'}"]
    arguments += [f"--shift-heading-level-by=-{raised}"] if raised else []
    with ThreadPoolExecutor(cores()) as pool:
        bodies = []
        for body in pool.map(lambda piece: _pandoc(piece, given, arguments), pieces):
            bodies.append(body)
            progress.at(forecast.CONVERTING, len(bodies))
    whole = {"t": "RawBlock", "c": ["typst", "\n".join(bodies)]}
    document = {"pandoc-api-version": [1, 23], "meta": {}, "blocks": [whole]}
    variables = [
        (name, told) for name, value in metadata.items() for told in ([value] if isinstance(value, str) else value)
    ]
    template = [f"--template={_HERE / 'report.typ'}", *(f"--variable={name}:{told}" for name, told in variables)]
    return _pandoc(json.dumps(document), "json", template)


def _pandoc(text: str, given: str, arguments: Sequence[str]) -> str:
    try:
        return str(pypandoc.convert_text(text, "typst", format=given, extra_args=["--wrap=none", *arguments]))
    except RuntimeError as error:
        raise BuildError(f"pandoc could not convert the book: {error}") from None


def compile_typst(source: Path, target: Path, created: str) -> Path:
    """Compile *source* to the accessible PDF *target*, put in place only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
    progress.at(forecast.TYPESETTING)
    try:
        typst.compile(
            source,
            output=draft,
            format="pdf",
            pdf_standards=_STANDARD,
            ignore_system_fonts=True,
            font_paths=[fonts(source.parent)],
            timestamp=epoch(created),
        )
    except typst.TypstError as error:
        detail = getattr(error, "diagnostic", None) or str(error)
        raise BuildError(f"Typst refused the book: {detail}") from None
    progress.at(forecast.PACKING)
    _pack(draft)
    os.replace(draft, target)
    return target


def _pack(path: Path) -> None:
    """Write the PDF at *path* anew with its objects in compressed streams, which PDF/UA-1 allows.

    Typst leaves each of the tens of thousands of tags as an object in plain text, two thirds of the file.
    The id is worked out from the content, so that equal inputs give equal files.
    """
    packed = path.with_suffix(".packed")
    with pikepdf.open(path) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    os.replace(packed, path)
