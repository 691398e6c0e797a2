"""Put several tables in place of the old ones: all of them, or none.

Renames come one after another, so a machine that stops between two leaves half of them done. Before the first
one a record says which are meant; `finish` carries out what an import that was stopped had still to do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from evidencebook.errors import ProjectError
from evidencebook.project import Project

RECORD = "import.part"
_DRAFT = ".part"


def put_in_place(project: Project, texts: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Write *texts*, by path below the data folder; a file that is not as *before* any more stops everything.

    Raises
    ------
    ProjectError
        when somebody else wrote a table meanwhile, or a file cannot be written; nothing is changed then.
    """
    drafts = {project.data / path: _draft(project.data / path) for path in texts}
    record = project.data / RECORD
    done: list[str] = []
    try:
        for path, text in texts.items():
            _write(_draft(project.data / path), text)
        for path in texts:
            _must_be(project.data / path, before[path])
        _write(record, json.dumps({path: before[path] for path in texts}))
        for path in texts:
            os.replace(_draft(project.data / path), project.data / path)
            done.append(path)
    except BaseException as error:
        for path in done:
            _write(_draft(project.data / path), before[path])
            os.replace(_draft(project.data / path), project.data / path)
        if isinstance(error, OSError):
            raise ProjectError(f"nothing was imported: {error}") from None
        raise
    finally:
        for left in (record, *drafts.values()):
            left.unlink(missing_ok=True)


def finish(project: Project) -> list[str]:
    """Carry out what an import that was stopped between two tables had still to do; return the tables it wrote.

    Raises
    ------
    ProjectError
        when a table that is still to come was changed since; nothing is written then.
    """
    record = project.data / RECORD
    if not record.is_file():
        return []
    try:
        before = json.loads(record.read_text(encoding="utf-8"))
    except ValueError:
        # The record itself was cut short, so no table was touched yet.
        before = {}
    waiting = [path for path in before if _draft(project.data / path).is_file()]
    for path in waiting:
        _must_be(project.data / path, before[path])
    for path in waiting:
        os.replace(_draft(project.data / path), project.data / path)
    record.unlink()
    return waiting


def _must_be(path: Path, before: str) -> None:
    if path.read_text(encoding="utf-8") != before:
        raise ProjectError(f"{path} was changed by somebody else while it was read: import again")


def _draft(path: Path) -> Path:
    return path.with_name(path.name + _DRAFT)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
