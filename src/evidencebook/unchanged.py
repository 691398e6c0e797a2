"""Whether anything differs since the last complete build: the quick answer, before any table is read.

`build` remembers what it read and what it wrote; the command asks here first. Everything counts that a
build could read, so that the answer is "nothing" or "ask the plan", never a wrong "nothing".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from evidencebook.project import Project

_RECORD = "complete.json"
_FILES = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock")


def nothing_changed(project: Project, *, pdf: bool) -> bool:
    """Say whether the last complete build read and wrote exactly what stands there now.

    Parameters
    ----------
    pdf : whether the PDF is wanted; a build that left it out does not count then.
    """
    path = project.build / "state" / _RECORD
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if pdf and not held.get("pdf"):
        return False
    if held.get("read") != _read(project):
        return False
    # A copy of the tree has other times and the same bytes.
    return held.get("wrote") == _written(project, _times) or held.get("bytes") == _written(project, _bytes)


def remember(project: Project, *, pdf: bool) -> None:
    """Keep what a complete build read and wrote."""
    path = project.build / "state" / _RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    record = {
        "pdf": pdf,
        "read": _read(project),
        "wrote": _written(project, _times),
        "bytes": _written(project, _bytes),
    }
    draft.write_text(json.dumps(record), encoding="utf-8")
    os.replace(draft, path)


def forget(project: Project) -> None:
    """Drop the record: a build begins."""
    (project.build / "state" / _RECORD).unlink(missing_ok=True)


def _read(project: Project) -> str:
    """Hash of the names and bytes of everything that a build could read."""
    made = project.chapters
    folders = [*_below(project.data), *_below(project.notebooks), *_below(project.root / "book")]
    paths = [project.root / name for name in _FILES] + [p for p in folders if made not in p.parents]
    digest = hashlib.sha256()
    for path in sorted(p for p in paths if p.is_file()):
        digest.update(f"{path.relative_to(project.root)}\0".encode() + path.read_bytes())
    here = Path(__file__).parent
    for path in sorted(p for p in _below(here) if "__pycache__" not in p.parts):
        digest.update(f"{path.relative_to(here)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _written(project: Project, told: Callable[[Path], bytes]) -> str:
    """Hash of the name of everything that a build writes for people, and of what is *told* of each."""
    digest = hashlib.sha256()
    for folder in (project.html, project.pdf, project.chapters):
        for path in sorted(_below(folder)):
            digest.update(f"{path.relative_to(folder)}\0".encode() + told(path) + b"\0")
        digest.update(b"\0")
    return digest.hexdigest()


def _times(path: Path) -> bytes:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}".encode()


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below *folder*, hidden ones left out."""
    for place, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".")]
        yield from (Path(place) / f for f in files if not f.startswith("."))
