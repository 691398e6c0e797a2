"""What each chapter and the book depend on, as hashes by name: equal hashes, nothing to make.

Takes the checked inputs and the plan; goes to `build`, which hands the hashes to pytask. `slices`
says the same in words, from the single rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evidencebook import evidence as evidence_module
from evidencebook.chapter_prose import sentences_of, shown_prose
from evidencebook.chapters import PAGES, Chapter, Evidence, digest, fingerprint, plan, visible_pages
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR
from evidencebook.staleness import Reading
from evidencebook.tables import file_hash
from evidencebook.versions.history import RECORD

_LOCK = "requirements.lock"
_NUMBERS = "reference_numbers.csv"


@dataclass(frozen=True)
class Inputs:
    """All that chapters can depend on: the project's checked tables and prose, the plan, the hash of the code."""

    project: Project
    evidence: Evidence
    chapters: Sequence[Chapter]
    readings: Sequence[Reading]
    code: str


def load_inputs(project: Project) -> Inputs:
    """Return the checked inputs of *project*; `DataError` with every fault of the tables."""
    loaded = evidence_module.load(project)
    held = evidence_module.held_prose(project)
    return Inputs(project, loaded, plan(project, loaded.frames), held, code_hash(project))


def of_chapter(inputs: Inputs, chapter: Chapter) -> dict[str, str]:
    """Return a hash for each thing that can change *chapter*."""
    shown = shown_prose(chapter, inputs.readings)
    hashes = {
        "template": file_hash(chapter.template.path),
        "parameters": json.dumps(chapter.parameters, sort_keys=True) + chapter.title,
        "code": inputs.code,
        "prose": digest(repr(sorted(sentences_of(chapter, shown, inputs.evidence, inputs.chapters).items()))),
        # Of a paragraph that holds nothing is shown, so a new sign-off of it changes no page.
        "sign-off": digest(repr([notice_state(r) for r in shown.values() if r.stale])),
    }
    if PAGES in chapter.template.reads:
        named = visible_pages(chapter, inputs.chapters)
        hashes["pages"] = digest(repr([(c.slug, c.title, c.template.name, c.parameters) for c in named]))
    return hashes | {f"rows of {name}": value for name, value in fingerprint(chapter, inputs.evidence).items()}


def of_pages(project: Project) -> dict[str, str]:
    """Return a hash for everything the book reads besides the chapters: settings, pages, styles, extensions."""
    paths = [project.root / name for name in ("_config.yml", "_toc.yml", "references.bib")]
    paths += [project.data / _NUMBERS, project.data / DESCRIPTOR]
    paths += [project.data / f"{name}.csv" for name in RECORD]
    made = {project.chapters, project.prose}
    paths += [p for p in (project.root / "book").rglob("*") if not made & set(p.parents) and not p.name.startswith(".")]
    hashes = {str(p.relative_to(project.root)): file_hash(p) for p in sorted(paths) if p.is_file()}
    # The runner sees what a name stands for change, and not that a name is gone.
    return hashes | {"which files there are": digest("\n".join(hashes))}


def of_downloads(inputs: Inputs) -> dict[str, str]:
    """Return a hash for what the book offers to take away, besides what its pages say: tables and templates."""
    package = inputs.evidence.package
    tables = [file_hash(package.folder / table.path) for table in package.tables.values()]
    templates = sorted({c.template.path for c in inputs.chapters})
    return {"tables to take away": digest("".join(tables)), "templates": digest("".join(map(file_hash, templates)))}


def notice_state(reading: Reading) -> str:
    """Return what a notice above the paragraph says, as one line."""
    return repr((reading.paragraph.name, dict(reading.sign_off), reading.changes, reading.withdrawn, reading.unsigned))


def code_hash(project: Project) -> str:
    """Hash of this package's code and of the lock file: a chapter runs again when either changes."""
    found = hashlib.sha256()
    here = Path(__file__).parent
    # The command line decides when something is made, never what a page says.
    outside = {here / name for name in ("cli.py", "__main__.py", "watch.py", "live.py")}
    outside |= set((here / "commands").glob("*.py"))
    for path in sorted(p for p in here.rglob("*") if p.suffix in (".py", ".typ", ".lua", ".html") and p not in outside):
        found.update(str(path.relative_to(here)).encode() + path.read_bytes())
    lock = project.root / _LOCK
    found.update(lock.read_bytes() if lock.is_file() else b"")
    return found.hexdigest()
