"""HTML by Jupyter Book: built aside with warnings as errors, then swapped in whole."""

from __future__ import annotations

import contextlib
import functools
import http.server
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

from evidencebook import progress
from evidencebook.errors import BuildError
from evidencebook.forecast import READING, WRITING
from evidencebook.lock import unfinished
from evidencebook.project import Project
from evidencebook.tables import file_hash

# The command line of the Jupyter Book of this environment, whatever the PATH holds.
_JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
# What a fork of this process needs not import again when `warm` is set.
WARM_MODULES = ("jupyter_book.cli.main", "sphinx.application", "myst_nb", "sphinxcontrib.bibtex", "sphinx_book_theme")
# Set by `watch`, whose builds are forks of a process that has these imported and no threads.
warm: ContextVar[bool] = ContextVar("warm", default=False)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
# What Sphinx says when it has read or written some pages.
_SHARE = re.compile(r"(reading sources|writing output)\.\.\. \[ *(\d+)%\]")
_PARTS = {"reading sources": READING, "writing output": WRITING}


def build_html(
    project: Project, *, created: str, verbose: bool = False, adding: Callable[[Path], None] | None = None
) -> Path:
    """Build the HTML book and return the folder of the new one.

    Parameters
    ----------
    created : ISO date of the data version; stands for "now" so that equal inputs give equal pages.
    adding : writes further files into the new folder before readers see it.

    Raises
    ------
    BuildError
        with what Sphinx warned of. The last good book stays.
    """
    _forget_old_contents(project)
    made = run_jupyter_book(project, created=created, verbose=verbose)
    if adding:
        adding(made)
    swap(made, project.html)
    return project.html


def run_jupyter_book(project: Project, *, created: str, verbose: bool = False) -> Path:
    """Run Jupyter Book in the staging folder; return its output folder."""
    staging = project.build / "staging"
    arguments = ["build", str(project.root), "--path-output", str(staging), "-W", "-n", "--keep-going"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch(created)), "PYTHONUTF8": "1"}
    with unfinished(project):
        code, output = (_in_a_fork if warm.get() else _in_a_process)(arguments, project.root, environment)
    said = _ANSI.sub("", output)
    if verbose:
        progress.say(said)
    if code:
        raise BuildError(
            f"Jupyter Book refused the book:\n{_complaints(said, project)}\nThe last good build is untouched."
        )
    return staging / "_build" / "html"


def _in_a_process(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    command = [sys.executable, "-c", _JUPYTER_BOOK, *arguments]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        # The open lock goes along, so that no other build begins while this one, orphaned, still writes.
        with subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=complaints,
            encoding="utf-8",
            errors="replace",
            close_fds=False,
        ) as process:
            try:
                said = _followed(process.stdout or ())
            except BaseException:
                process.kill()
                raise
        complaints.seek(0)
        return process.returncode, said + complaints.read()


def _in_a_fork(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    here, there = os.pipe()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=_jupyter_book, args=(arguments, folder, environment, there))
    child.start()
    os.close(there)
    with open(here, encoding="utf-8", errors="replace") as output:
        said = _followed(output)
    child.join()
    return child.exitcode or 0, said


def _followed(output: Iterable[str]) -> str:
    """Return what Jupyter Book says, and meanwhile tell how far it is; what is said for that alone is left out."""
    progress.share(READING, 0)
    said: list[str] = []
    for line in output:
        if (written := progress.heard(line)) is not None:
            progress.share(WRITING, written)
            continue
        said.append(line)
        if found := _SHARE.match(_ANSI.sub("", line)):
            progress.share(_PARTS[found[1]], int(found[2]) / 100)
    return "".join(said)


def _jupyter_book(arguments: list[str], folder: Path, environment: dict[str, str], output: int) -> None:
    """Run in the child: what it says goes into the pipe *output*, its exit code says how it ended."""
    from jupyter_book.cli.main import main

    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    os.environ.update(environment)
    main(arguments, prog_name="jupyter-book")


def epoch(created: str) -> int:
    """Return the seconds since 1970 of an ISO date, at midnight UTC."""
    return int(datetime.fromisoformat(created).replace(tzinfo=UTC).timestamp())


def swap(made: Path, target: Path) -> None:
    """Put a copy of the folder *made* in the place of *target*; readers never see half of it.

    A file that is the same as before is not copied: the new folder shares it with the old one, which goes.
    """
    fresh, old = target.with_name(target.name + ".new"), target.with_name(target.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(made, fresh, copy_function=functools.partial(_share_or_copy, made, target))
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _share_or_copy(made: Path, target: Path, source: str, copy: str) -> None:
    held = target / Path(source).relative_to(made)
    with contextlib.suppress(OSError):
        before, now = held.stat(), os.stat(source)
        if (before.st_size, before.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
            os.link(held, copy)
            return
    shutil.copy2(source, copy)


def serve(project: Project, port: int) -> None:
    """Serve the HTML book on this machine until stopped; with an edition also the report that it leads to.

    Raises
    ------
    BuildError
        when there is no book yet, or the port is taken.
    """
    if not (project.html / "index.html").is_file():
        raise BuildError("there is no book yet: run 'evidencebook build' first")
    folder = Project(project.report).build if project.edition else project.html
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    start = project.html.relative_to(folder).as_posix().strip(".")
    try:
        with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
            print(f"http://127.0.0.1:{port}/{start}{'/' if start else ''} (stop with Ctrl-C)")
            server.serve_forever()
    except OSError as error:
        raise BuildError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from None


def reads_all(project: Project) -> bool:
    """Say whether every page will be read: there is no book yet, or its contents or settings changed."""
    mark = project.build / "staging" / "contents"
    return not (mark.is_file() and mark.read_text(encoding="utf-8") == _contents(project))


def _forget_old_contents(project: Project) -> None:
    """Read every page anew when the contents or settings changed.

    Sphinx keeps pages it has read, with links resolved against the pages there were then.
    """
    staging = project.build / "staging"
    if staging.is_dir() and reads_all(project):
        shutil.rmtree(staging)
    staging.mkdir(parents=True, exist_ok=True)
    (staging / "contents").write_text(_contents(project), encoding="utf-8")


def _contents(project: Project) -> str:
    return "".join(file_hash(project.root / name) for name in ("_toc.yml", "_config.yml"))


def _complaints(said: str, project: Project) -> str:
    lines = [
        line.replace(str(project.root) + "/", "")
        for line in said.splitlines()
        if re.search(r"WARNING|ERROR|Error|error:", line)
    ]
    return "\n".join(lines) or said[-3000:]
