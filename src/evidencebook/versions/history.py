"""Earlier versions in git: any revision as a folder, and the released versions among all commits.

A data version is released by the commit in which every file fits the hash that its
`data/datapackage.json` states. No tag is needed. Git is asked through its command line; what it
prints is read here and nowhere else. Goes to `snapshot`, `release` and `past`.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencebook.errors import ProjectError
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR

# What belongs to the evidence; a build takes more.
EVIDENCE = ("data", "references.bib", "book/prose", "notebooks")
# The tables in which the versions themselves are recorded; they are not part of what a version says.
RECORD = ("versions", "events")


@dataclass(frozen=True)
class Sealed:
    """A released data version: its number, its date, the commit that holds it, and the hash of each file."""

    version: str
    date: str
    commit: str
    hashes: dict[str, str]


def revision(root: Path, spec: str) -> str:
    """Return the commit that *spec* names.

    Raises
    ------
    ProjectError
        when git is missing, *root* is in no repository, or there is no such revision.
    """
    try:
        found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{spec}^{{commit}}")
    except ProjectError as error:
        if not isinstance(error.__cause__, subprocess.CalledProcessError):
            raise
        _git(root, "rev-parse", "--git-dir")  # says it when this is no repository
        raise ProjectError(
            f"{spec!r} is no folder, no archive, no released version and no revision that git knows. "
            f"Released versions: {known(released(root))}{missing_history(root)}"
        ) from None
    return found.decode().strip()


def export(root: Path, commit: str, parts: tuple[str, ...], target: Path) -> None:
    """Write those *parts* of the project that *commit* holds below the folder *target*."""
    listed = _git(root, "ls-tree", "--name-only", commit, *(f"./{p}" for p in parts)).decode().splitlines()
    if not listed:
        raise ProjectError(f"revision {commit[:7]} holds none of {', '.join(parts)}: it is older than the report")
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", commit, *listed))) as archive:
        # Python before 3.11.4 knows no filters; the archive is made here by git.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        archive.extractall(target)


def released(root: Path) -> list[Sealed]:
    """Return the released versions, newest first, one entry a version: its newest commit that fits.

    Raises
    ------
    ProjectError
        when git is missing or *root* is in no repository.
    """
    if not _has_commits(root):
        return []
    commits = _git(root, "log", "--format=%H", "--", f"data/{DESCRIPTOR}").decode().split()
    found: dict[str, Sealed] = {}
    for commit in commits:
        sealed = _sealed(root, commit)
        if sealed is not None:
            found.setdefault(sealed.version, sealed)
    return list(found.values())


def released_before(project: Project) -> list[Sealed]:
    """Return the released versions of *project*, or none where there is no git or no repository."""
    try:
        return released(project.root)
    except ProjectError:
        return []


def known(versions: list[Sealed]) -> str:
    """Return the numbers of *versions* for a message."""
    return ", ".join(s.version for s in versions) or "none"


def missing_history(root: Path) -> str:
    """Return a sentence for a message when the repository at *root* was cloned without its earlier commits."""
    if _git(root, "rev-parse", "--is-shallow-repository").strip() != b"true":
        return ""
    return (
        ". This is a shallow clone: it holds only the latest commits, and earlier versions stand in the others. "
        "Fetch them (git fetch --unshallow), or clone again without --depth"
    )


def stated_hashes(descriptor: dict[str, Any]) -> dict[str, str]:
    """Return the hash that a descriptor states for each file below the project; the record's own left out."""
    evidence = [r for r in descriptor["resources"] if r["name"] not in RECORD]
    hashes = {f"data/{r['path']}": r.get("hash", "") for r in evidence}
    return hashes | {"references.bib": descriptor.get("evidencebook:bibliography-hash", "")}


def _sealed(root: Path, commit: str) -> Sealed | None:
    """Return the version that *commit* releases; None when a file differs from its hash."""
    try:
        raw = json.loads(_git(root, "show", f"{commit}:./data/{DESCRIPTOR}"))
        hashes = stated_hashes(raw)
        if not all(hashes.values()):
            return None
        sealed = Sealed(str(raw["version"]), str(raw.get("created", "1970-01-01"))[:10], commit, hashes)
        archive = _git(root, "archive", "--format=tar", commit, "data", "references.bib")
    except (ProjectError, ValueError, KeyError, TypeError):
        return None  # the descriptor or the bibliography is not there, or is none: it releases nothing
    with tarfile.open(fileobj=io.BytesIO(archive)) as held:
        files = {m.name: held.extractfile(m) for m in held.getmembers() if m.isfile()}
        found = {name: "sha256:" + hashlib.sha256(f.read()).hexdigest() for name, f in files.items() if f}
    return sealed if all(found.get(name) == value for name, value in hashes.items()) else None


def _has_commits(root: Path) -> bool:
    _git(root, "rev-parse", "--git-dir")
    try:
        _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    except ProjectError:
        return False
    return True


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)
    except FileNotFoundError:
        raise ProjectError(
            "git is not installed, and earlier versions stand in its history: install git, or give a folder or archive"
        ) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        if "not a git repository" in said:
            raise ProjectError(
                f"{root} is not a git repository, so no earlier version is kept: make it one (git init, git add -A, "
                "git commit), or give a folder or an archive to compare with"
            ) from None
        if "dubious ownership" in said:
            said = f"{said.splitlines()[0]} (give a folder or an archive to compare with instead)"
        raise ProjectError(f"git {arguments[0]}: {said or 'found nothing'}") from error
    return done.stdout
