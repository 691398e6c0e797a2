"""One build of a project at a time, and a clean start after one that was killed.

The lock is a file in the build folder that the system frees when every process of the build has ended, also when
it was killed. Programs that the build starts inherit it, so that one which outlives its parent still holds it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evidencebook.project import Project

_BROKEN_OFF = "running"


@contextmanager
def held(project: Project, *, quiet: bool = False) -> Iterator[None]:
    """Hold the lock of *project*; wait, and say so, while another build holds it (if *quiet*, as an error is said)."""
    path = _state(project) / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        os.set_inheritable(file.fileno(), True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            told = f"another build of this report is running (process {file.read().strip()}): waiting for it"
            print(told, file=sys.stderr if quiet else sys.stdout, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def tidy(project: Project) -> None:
    """Clear away what a killed build left half done, and put back the last good book if it was being swapped."""
    old = project.html.with_name(f"{project.html.name}.old")
    if old.is_dir() and not project.html.exists():
        old.rename(project.html)
    for leftover in (old, project.html.with_name(f"{project.html.name}.new"), *project.pdf.glob("*.part")):
        shutil.rmtree(leftover, ignore_errors=True) if leftover.is_dir() else leftover.unlink(missing_ok=True)
    for draft in (*project.chapters.glob(".*.part"), *project.figures.glob(".*.part")):
        draft.unlink(missing_ok=True)
    if _mark(project).exists():
        # Sphinx takes half a page for a whole one, since it is newer than its source.
        shutil.rmtree(project.build / "staging", ignore_errors=True)


@contextmanager
def unfinished(project: Project) -> Iterator[None]:
    """Mark the staging folder as being written: if the process is killed inside, `tidy` drops the folder."""
    _mark(project).touch()
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        _mark(project).unlink(missing_ok=True)
        raise
    _mark(project).unlink(missing_ok=True)


def _state(project: Project) -> Path:
    return project.build / "state"


def _mark(project: Project) -> Path:
    return _state(project) / _BROKEN_OFF
