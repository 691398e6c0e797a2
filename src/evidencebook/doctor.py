"""What this machine has and lacks for building and testing a report, each with what to do about it.

Looks at the machine alone; nothing is installed, changed or fetched. Goes to the command `doctor`.
"""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

OLDEST = (3, 11)
ROOM = 600  # MB: a complete book with its staging folders beside it
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : its name. found : what is there. there : whether that is enough. needed : whether building a book
    fails without it. remedy : what to do when it is not enough.
    """

    what: str
    found: str
    there: bool
    needed: bool
    remedy: str


def examine(folder: Path) -> list[Finding]:
    """Return what was found, for work in *folder*."""
    return [finding for look in LOOKS for finding in look(folder)]


def _python(folder: Path) -> Iterator[Finding]:
    wanted = ".".join(map(str, OLDEST))
    found = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", found, sys.version_info[:2] >= OLDEST, True, f"install Python {wanted} or newer")


def _packages(folder: Path) -> Iterator[Finding]:
    try:
        told = importlib.metadata.requires("evidencebook") or []
    except importlib.metadata.PackageNotFoundError:
        yield Finding(
            "packages", "evidencebook is not installed", False, True, "pip install evidencebook, or make report"
        )
        return
    own = [r for r in map(Requirement, told) if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = [f"{r.name} ({_version(r.name) or 'missing'}, needs {r.specifier})" for r in own if not _fits(r)]
    found = ", ".join(wrong) or f"{len(own)} as they should be"
    yield Finding("packages", found, not wrong, True, "install them again: pip install evidencebook, or make report")


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _fits(requirement: Requirement) -> bool:
    version = _version(requirement.name)
    return bool(version) and requirement.specifier.contains(version, prereleases=True)


def _disk(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free // _MEGABYTE
    yield Finding("disk", f"{free:,} MB free in {folder}", free >= ROOM, True, f"make room: a build needs {ROOM} MB")


def _writing(folder: Path) -> Iterator[Finding]:
    for place in (folder, Path(tempfile.gettempdir())):
        fault = _cannot_write(place)
        remedy = f"let your user write there ({fault}), or work in another folder"
        yield Finding("writing", f"{place}{'' if not fault else ': refused'}", not fault, True, remedy)


def _cannot_write(place: Path) -> str:
    """Try it; permission bits alone do not tell of a read-only or full disk."""
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".evidencebook-") as file:
            file.write(b"x")
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _encoding(folder: Path) -> Iterator[Finding]:
    found = sys.getfilesystemencoding()
    right = re.sub("[^a-z0-9]", "", found.lower()) == "utf8"
    yield Finding("names of files", found, right, True, "set a UTF-8 locale, such as LC_ALL=C.UTF-8")


def _fork(folder: Path) -> Iterator[Finding]:
    there = "fork" in multiprocessing.get_all_start_methods()
    found = "there" if there else "missing: each chapter starts a process of its own, which is slower"
    yield Finding("fork", found, there, False, "build on Linux, macOS or the Linux subsystem of Windows")


def _git(folder: Path) -> Iterator[Finding]:
    found = shutil.which("git") or ""
    remedy = "install git: versions are found in its history (diff, seal, build --data-version)"
    yield Finding("git", found or "missing", bool(found), False, remedy)


def _browser(folder: Path) -> Iterator[Finding]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), "")
    remedy = "install Chromium for the tests of pages (Debian and Ubuntu: apt-get install chromium)"
    yield Finding("Chromium", found or "missing", bool(found), False, remedy)


def _fonts(folder: Path) -> Iterator[Finding]:
    """Figures are drawn with a font that comes with matplotlib, unless somebody took it out."""
    from matplotlib import font_manager

    try:
        there = bool(font_manager.findfont("DejaVu Sans", fallback_to_default=False))
    except ValueError:
        there = False
    remedy = "install matplotlib again, or the DejaVu fonts (Debian and Ubuntu: apt-get install fonts-dejavu-core)"
    yield Finding("fonts", "DejaVu Sans" if there else "DejaVu Sans is missing", there, True, remedy)


def _cores(folder: Path) -> Iterator[Finding]:
    found = os.cpu_count() or 1
    yield Finding("processors", str(found), found > 1, False, "with one, chapters run one after the other")


LOOKS: tuple[Callable[[Path], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _disk,
    _writing,
    _encoding,
    _fonts,
    _fork,
    _cores,
    _git,
    _browser,
)
