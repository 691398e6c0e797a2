"""Build a released version again: its own data, pages and settings, and its own engine where git holds it.

Takes the version from git's history (`history`) into a folder of its own below `_build/versions/`; nothing
of the working folder is read or changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from evidencebook import __version__
from evidencebook.errors import ProjectError
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR
from evidencebook.versions.history import Sealed, export, known, released

# What a build reads. The lock file comes along so that a chapter's record says what it was made with.
_PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book", "src")
_MARK = ".commit"


def take_out(project: Project, version: str) -> Project:
    """Lay the released *version* out in `_build/versions/<version>` and return it as a project.

    What was built there before is kept when it is the same commit, so that only stale chapters run.

    Raises
    ------
    ProjectError
        when git or the version is missing; it lists the versions that are there.
    """
    sealed = _find(project, version)
    folder = project.build / "versions" / sealed.version
    mark = folder / _MARK
    if not (mark.is_file() and mark.read_text(encoding="utf-8") == sealed.commit):
        shutil.rmtree(folder, ignore_errors=True)
        export(project.root, sealed.commit, _PARTS, folder)
        mark.write_text(sealed.commit, encoding="utf-8")
    return Project(folder)


def engine_note(project: Project) -> str:
    """Return one line that says which engine builds, and which one the version was sealed with."""
    if own_engine(project):
        return "the engine is the one committed with it, on the packages installed today"
    raw = json.loads((project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    sealed_with = raw.get("evidencebook:engine", "")
    note = f"the engine is today's, evidencebook {__version__}, not the one of that day"
    if not sealed_with:
        return f"{note}; the version does not say which engine it was sealed with"
    if sealed_with == __version__:
        return f"the engine is the one installed, evidencebook {__version__}, the number the version was sealed with"
    return f"warning: {note}: it was sealed with {sealed_with}, so pages may differ in form"


def own_engine(project: Project) -> Path | None:
    """Return the folder of the engine that was committed with the version; None when there is none."""
    source = project.root / "src"
    return source if (source / "evidencebook" / "__main__.py").is_file() else None


def build_with(source: Path, project: Project, options: list[str], *, quiet: bool = False) -> int:
    """Build *project* by the engine in *source*, with the packages installed today; return what it returned."""
    command = [sys.executable, "-m", "evidencebook", "--project", str(project.root), "build", *options]
    environment = os.environ | {"PYTHONPATH": str(source)}
    # An engine of that day may not know how to be quiet.
    said = subprocess.DEVNULL if quiet else None
    code = subprocess.run(command, env=environment, stdout=said, check=False).returncode
    if quiet and not code:
        print("\n".join(project.results(pdf="--html-only" not in options)), flush=True)
    return code


def _find(project: Project, version: str) -> Sealed:
    versions = released(project.root)
    found = next((s for s in versions if s.version == version), None)
    if found is None:
        raise ProjectError(
            f"no commit releases data version {version}; released versions: {known(versions)}. A version is released "
            f"by a commit whose files fit the hashes in data/{DESCRIPTOR} (evidencebook seal)"
        )
    return found


def place(project: Project, folder: Path) -> str:
    """Return *folder* relative to the project, for messages."""
    return folder.relative_to(project.root).as_posix()
