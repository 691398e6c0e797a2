"""What readers can take away, as lists of files; `downloads` writes the files that the names stand for."""

from __future__ import annotations

from evidencebook.blocks.wording import count
from evidencebook.downloads import (
    ARCHIVE,
    CHECKSUMS,
    CRATE,
    DATACITE,
    FIGURES,
    REFERENCES,
    SPREADSHEETS,
    TABLES,
    ZENODO,
    included,
)
from evidencebook.exports import included_works
from evidencebook.markdown import Myst, bullets, counted, escape, offer
from evidencebook.report import OpenChapter
from evidencebook.schema import DESCRIPTOR


def report_offered(chapter: OpenChapter) -> Myst:
    """Return the file that holds all pages."""
    told = "all pages with what they offer here, for reading without a network; unpack it and open index.html"
    return Myst(bullets([f"{offer('The report as one archive', ARCHIVE)}: {told}."]))


def tables_offered(chapter: OpenChapter) -> Myst:
    """Return the files that hold all tables."""
    tables = count(len(chapter.package.tables), "table")
    version = f"data version {escape(chapter.package.version)}"
    original = f"the {tables} of {version} as they are, with references.bib and datapackage.json, which describes them"
    neutral = (
        "the same tables for a spreadsheet program: an apostrophe stands before a cell that it would take for a formula"
    )
    files = [f"{offer('All tables', TABLES)}: {original}.", f"{offer('Spreadsheet copies', SPREADSHEETS)}: {neutral}."]
    return Myst(counted(bullets(files), name=f"{chapter.slug}-tables", trace={DESCRIPTOR: []}))


def references_offered(chapter: OpenChapter) -> Myst:
    """Return the files of all references, and of the included studies of each component."""
    works = included_works(chapter.rows("included_studies"))
    lines = [f"All references: {_both(REFERENCES)}"]
    for c in chapter.rows("components").itertuples():
        if keys := works.get(c.id):
            told = f"{c.id} {c.title}, {count(len(keys), 'included study', 'included studies')}"
            lines.append(f"{escape(told)}: {_both(included(c.id))}")
    trace = chapter.trace(included_studies=chapter.rows("included_studies"), components=chapter.rows("components"))
    return Myst(counted(bullets(lines), name=f"{chapter.slug}-references", trace=trace))


def figures_offered(chapter: OpenChapter) -> Myst:
    """Return the file with all figures."""
    return Myst(
        bullets([f"{offer('All figures', FIGURES)}: vector graphics (SVG), each for light and for dark pages."])
    )


def checks_offered(chapter: OpenChapter) -> Myst:
    """Return the list of sizes and checksums, and the record of how each page was made."""
    made = "which rows, template and parameters made each page, and with which version of the engine, for machines"
    sums = "the size and checksum of every file; the usual program for these sums compares them"
    asked = "what a repository asks when the report is deposited there; it claims no DOI"
    records = f"{offer('Zenodo', ZENODO)}, {offer('DataCite', DATACITE)}"
    lines = [f"{offer('Checksums', CHECKSUMS)}: {sums}.", f"{offer('RO-Crate', CRATE)}: {made}."]
    return Myst(bullets([*lines, f"Metadata for a deposit ({records}): {asked}."]))


def _both(name: str) -> str:
    return f"{offer('BibTeX', f'{name}.bib')}, {offer('RIS', f'{name}.ris')}"
