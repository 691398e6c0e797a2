"""The PDF: Jupyter Book's single page -> clean HTML -> pandoc -> Typst -> PDF/UA-1.

Both pandoc and Typst come inside Python wheels, so nothing else is installed. `report.typ` is the
page design and `typst.lua` turns the book's classes (stance, claim, cmo, ...) into its functions.
Typst refuses a picture without alternative text, a document without title, and broken links.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import pikepdf
import pypandoc
import typst
import yaml
from bs4 import BeautifulSoup, Tag

from evidencebook.book import epoch, run_jupyter_book
from evidencebook.edition import tally
from evidencebook.errors import BuildError, DataError
from evidencebook.figure_text import fonts, lettered
from evidencebook.figures import DARK_MARK
from evidencebook.ledger import source_titles
from evidencebook.project import Project
from evidencebook.schema import Package
from evidencebook.unprintable import unprintable

# Class of a column in a page, with its share of the width in per cent (`sphinxext.shell`).
_COLUMN_WIDTH = "width-"
# The page is laid out for readers with the book's own fonts, which the Typst wheel carries.
_STANDARD: Literal["ua-1"] = "ua-1"
_DROPPED = (
    "a.headerlink",
    "a.evidence",
    "script",
    "style",
    "details:not(.sd-dropdown)",
    "details .sd-summary-icon, details .sd-summary-state-marker",
    ".offer",
    ".tag_remove-input > .cell_input",
    ".provenance",
    "nav",
    "button",
    "a.for-dark",
    "img.for-dark",
)
_UNWRAPPED = {
    "cell",
    "cell_output",
    "cell_input",
    "pst-scrollable-table-container",
    "toctree-wrapper",
    "citation-list",
    "colwidths-given",
}


def build_pdf(project: Project, package: Package, target: Path, *, verbose: bool = False) -> Path:
    """Build the PDF at *target*; version, date and citation on it are those of *package*.

    Raises
    ------
    BuildError
        with what Jupyter Book, pandoc or Typst said; the last good PDF stays.
    """
    folder = run_jupyter_book(project, "singlehtml", created=package.created, verbose=verbose)
    contents = yaml.safe_load((project.root / "_toc.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    page = folder / f"{contents['root']}.html"
    work = project.build / "typst"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    _take_pictures(folder / "_images", work / "_images")
    clean = simplify(page.read_text(encoding="utf-8"), [p.get("caption", "") for p in contents.get("parts", [])])
    metadata = {
        "title": config["title"],
        "author": config.get("author", ""),
        "date": package.created,
        "version": package.version,
        "data-title": package.title,
        "citation": package.citation,
        "edition": quoted(_edition_note(package)),
        "sources": [quoted(title) for title in source_titles(package).values()],
    }
    (work / "report.html").write_text(clean, encoding="utf-8")
    (work / "report.typ").write_text(to_typst(clean, metadata), encoding="utf-8")
    try:
        return compile_typst(work / "report.typ", target, package.created)
    except BuildError as error:
        if faults := unprintable(str(error), project, package):
            raise DataError(faults) from None
        raise


def _take_pictures(given: Path, target: Path) -> None:
    """Copy the pictures for light pages, the words in them as words."""
    target.mkdir()
    for picture in sorted(given.glob("*")):
        if picture.suffix != ".svg":
            shutil.copy(picture, target)
        elif not picture.stem.endswith(DARK_MARK):
            (target / picture.name).write_text(lettered(picture.read_text(encoding="utf-8")), encoding="utf-8")


def simplify(html: str, parts: list[str], *, without: tuple[str, ...] = ()) -> str:
    """Return the article of a Jupyter Book single page as plain HTML for pandoc.

    Chapters become level 2 under the part headings given, anchors become unique, links point to
    anchors that exist, and what only a browser needs is taken out, as are the elements that match *without*.
    """
    soup = BeautifulSoup(html, "html.parser")
    article = soup.find("article")
    if not isinstance(article, Tag):
        raise BuildError("Jupyter Book's single page has no article: its theme changed; see docs/decisions/0002")
    for selector in (*_DROPPED, *without):
        for element in article.select(selector):
            element.decompose()
    _unfold(article)
    _level_headings(article, soup, parts)
    _unique_anchors(article)
    _resolve_links(article)
    _set_column_widths(article)
    for element in article.find_all(True):
        if element.name == "section" or (element.name in ("div", "span") and _UNWRAPPED & _classes(element)):
            element.unwrap()
    for image in article.find_all("img"):
        image["src"] = "_images/" + str(image["src"]).rsplit("/", 1)[-1]
        if image.parent is not None and image.parent.name == "a":
            image.parent.unwrap()
    return str(article)


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


def to_typst(html: str, metadata: Mapping[str, str | list[str]], *, raised: int = 0) -> str:
    """Convert clean HTML to a Typst document with our template and filter, headings *raised* by so many levels."""
    here = files("evidencebook")
    arguments = [f"--template={here / 'report.typ'}", f"--lua-filter={here / 'typst.lua'}", "--wrap=none"]
    arguments += [f"--shift-heading-level-by=-{raised}"] if raised else []
    for name, given in metadata.items():
        arguments += [f"--variable={name}:{value}" for value in ([given] if isinstance(given, str) else given)]
    try:
        return str(pypandoc.convert_text(html, "typst", format="html", extra_args=arguments))
    except RuntimeError as error:
        raise BuildError(f"pandoc could not convert the book: {error}") from None


def compile_typst(source: Path, target: Path, created: str) -> Path:
    """Compile *source* to the accessible PDF *target*, put in place only when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".part")
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


def _classes(element: Tag) -> set[str]:
    return set(element.get_attribute_list("class"))


def _unfold(article: Tag) -> None:
    """Print what a page folds away: the line that opens it stands as its heading in bold."""
    for details in article.select("details"):
        details.name = "div"
        details.attrs = {}
        for summary in details.find_all("summary", recursive=False):
            summary.name, summary.attrs = "p", {"class": "topic"}
            for text in summary.find_all("span"):
                text.attrs = {"class": "topic"}


def _level_headings(article: Tag, soup: BeautifulSoup, parts: list[str]) -> None:
    """Root page and chapters to level 2, their sections below, part captions to level 1."""
    root = article.find("section")
    wrappers = article.select("div.toctree-wrapper")
    inside = {id(h) for w in wrappers for h in w.find_all(["h2", "h3", "h4", "h5"])}
    for heading in article.find_all(["h1", "h2", "h3", "h4", "h5"]):
        # Sections of the root page stand as high as chapters: both are h2 there.
        if id(heading) not in inside:
            heading.name = f"h{min(int(heading.name[1]) + 1, 6)}"
    for wrapper, caption in zip(wrappers, parts, strict=False):
        heading = soup.new_tag("h1")
        heading.string = caption
        wrapper.insert(0, heading)
        wrapper.insert(1, soup.new_tag("div", attrs={"class": "part-contents"}))
    if root is None:
        raise BuildError("Jupyter Book's single page is empty")


def _unique_anchors(article: Tag) -> None:
    """Rename section anchors that repeat from chapter to chapter; Typst labels are unique."""
    seen: set[str] = set()
    for element in article.find_all(id=True):
        anchor = str(element["id"]).replace("/", "-")
        if anchor in seen:
            del element["id"]
            continue
        seen.add(anchor)
        element["id"] = anchor


def _set_column_widths(article: Tag) -> None:
    """Say as a style, which pandoc reads, what the pages say as a class since their policy allows no style."""
    for column in article.select("col[class]"):
        if told := next((c for c in _classes(column) if c.startswith(_COLUMN_WIDTH)), ""):
            column.attrs = {"style": f"width: {told.removeprefix(_COLUMN_WIDTH)}%"}


def _resolve_links(article: Tag) -> None:
    known = {str(e["id"]) for e in article.find_all(id=True)}
    for link in article.find_all("a"):
        target = str(link.get("href", ""))
        if target.startswith(("http://", "https://")):
            continue
        anchor = target.rsplit("#", 1)[-1].replace("/", "-") if "#" in target else ""
        if anchor in known:
            is_term = "term" in _classes(link)
            link.attrs = {"href": f"#{anchor}"}
            if is_term:
                link["class"] = "term"
        else:
            link.unwrap()
