"""Write what readers take away into the folder of the HTML book: `_static/downloads/` and the RO-Crate.

Takes the checked inputs and the plan; `exports` and `rocrate` make the bytes. The names below are
those that `blocks.downloads` and `blocks.provenance` link to.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from evidencebook import deposit, exports, ris, rocrate
from evidencebook.bibliography import entries_of
from evidencebook.chapters import chapter_frames
from evidencebook.citing import Book
from evidencebook.dependence import Inputs
from evidencebook.exports import Files
from evidencebook.schema import DESCRIPTOR

FOLDER = "_static/downloads"
TABLES, SPREADSHEETS, FIGURES = "tables.zip", "tables-for-spreadsheets.zip", "figures.zip"
REFERENCES, CHECKSUMS = "references", "checksums.txt"
ZENODO, DATACITE = "deposit-zenodo.json", "deposit-datacite.json"
# All pages for reading without a network; made last of all, since it holds the other downloads too.
ARCHIVE = "report.zip"
# The RO-Crate describes the whole folder, so it stands at its top.
CRATE = f"../../{rocrate.NAME}"


def chapter_rows(slug: str) -> str:
    """Return the name of the file with the rows of a chapter."""
    return f"chapters/{slug}.zip"


def included(component: str) -> str:
    """Return the name, without its ending, of the files with the included studies of a component."""
    return f"included-studies-{component.lower()}"


def write_downloads(inputs: Inputs, folder: Path) -> None:
    """Write every download of the book, their checksums and the RO-Crate into the HTML book at *folder*."""
    files = downloads(inputs)
    files[CHECKSUMS] = exports.checksums(files)
    offered = {f"{FOLDER}/{name}": content for name, content in files.items()}
    _write(folder, offered)
    crate = rocrate.crate(inputs, folder, offered)
    _write(folder, {rocrate.NAME: exports.json_of(crate)})


def downloads(inputs: Inputs) -> Files:
    """Return every download by its name below the folder of downloads."""
    project, package = inputs.project, inputs.evidence.package
    date = package.created
    tables = {t.path: (package.folder / t.path).read_bytes() for t in package.tables.values()}
    bibliography, descriptor = project.bibliography.read_bytes(), (package.folder / DESCRIPTOR).read_bytes()
    whole = tables | {DESCRIPTOR: descriptor, project.bibliography.name: bibliography}
    neutral = {name: exports.for_spreadsheets(content) for name, content in tables.items()}
    drawn = {path.name: path.read_bytes() for path in project.figures.glob("*.svg")}
    files = {
        TABLES: exports.archive(whole, date),
        SPREADSHEETS: exports.archive(neutral, date),
        FIGURES: exports.archive(drawn, date),
        f"{REFERENCES}.bib": bibliography,
        f"{REFERENCES}.ris": ris.records(inputs.evidence.references.values()).encode(),
    }
    return files | _deposit(inputs, descriptor) | _included(inputs) | _chapters(inputs, descriptor)


def write_archive(folder: Path, date: str) -> None:
    """Write the HTML book at *folder* as one archive among its downloads: equal books give equal archives."""
    target = folder / FOLDER / ARCHIVE
    pages = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file() and p != target}
    draft = target.with_suffix(".part")
    draft.write_bytes(exports.archive({f"report/{name}": path.read_bytes() for name, path in pages.items()}, date))
    draft.replace(target)


def _deposit(inputs: Inputs, descriptor: bytes) -> Files:
    raw = json.loads(descriptor)
    settings = yaml.safe_load((inputs.project.root / "_config.yml").read_text(encoding="utf-8"))
    book = Book.read(raw, settings.get("title", raw["title"]), settings.get("author", ""))
    licence = next((str(licence.get("name", "")) for licence in raw.get("licenses", [])), "")
    told = (book, raw.get("description", book.title), licence)
    return {ZENODO: exports.json_of(deposit.zenodo(*told)), DATACITE: exports.json_of(deposit.datacite(*told))}


def _included(inputs: Inputs) -> Files:
    files: Files = {}
    references = inputs.evidence.references
    studies = inputs.evidence.frames.get("included_studies")
    for component, keys in exports.included_works(studies).items() if studies is not None else ():
        files[f"{included(component)}.bib"] = entries_of(inputs.project.bibliography, keys).encode()
        files[f"{included(component)}.ris"] = ris.records(references[k] for k in keys if k in references).encode()
    return files


def _chapters(inputs: Inputs, descriptor: bytes) -> Files:
    about, date = json.loads(descriptor), inputs.evidence.package.created
    files: Files = {}
    for chapter in inputs.chapters:
        if frames := chapter_frames(chapter, inputs.evidence):
            rows = exports.rows_read(frames, about, chapter.title)
            files[chapter_rows(chapter.slug)] = exports.archive(rows, date)
    return files


def _write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
