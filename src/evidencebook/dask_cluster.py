"""Chapters on a Dask cluster that stands already: its workers run them, this machine waits.

Each worker needs this version of the package and sees the project's folder at the same path. A
chapter runs in a process of its own, forked from one that has everything imported; the worker puts
the notebook in place when that process has ended well, and leaves a receipt. Dask gives the chapters
of a worker that is lost to another one; a receipt keeps it from running one again that was finished.
"""

from __future__ import annotations

import functools
import multiprocessing
import pkgutil
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evidencebook import blocks
from evidencebook.chapters import Chapter
from evidencebook.dependence import code_hash
from evidencebook.errors import BuildError, EvidenceBookError, ExecutionError
from evidencebook.execute import place, run_chapter
from evidencebook.project import Project

_PATIENCE = 10


@contextmanager
def cluster(project: Project, scheduler: str) -> Iterator[tuple[Any, Callable[..., None]]]:
    """Yield an executor of the cluster at *scheduler*, and what to give it for each chapter.

    Raises
    ------
    BuildError
        when the package is missing, no scheduler answers, or a worker does not see the project as it is here.
    """
    client = _connect(scheduler)
    receipts = project.build / "state" / "ran" / secrets.token_hex(8)
    try:
        _check_workers(client, project, scheduler)
        receipts.mkdir(parents=True)
        yield client.get_executor(pure=False), functools.partial(run_on_worker, receipts)
    finally:
        shutil.rmtree(receipts, ignore_errors=True)
        client.close()


def run_on_worker(receipts: Path, project: Project, chapter: Chapter, engine: str) -> None:
    """Run *chapter* once and put its notebook in place, in the process of a worker."""
    receipt = receipts / chapter.slug
    if receipt.is_file():
        return
    place(project, chapter, _in_a_process(project, chapter, engine))
    receipt.touch()


def sees(project: Project) -> str:
    """Return what a worker sees of *project*: the hash of the code there, nothing when it has no such folder."""
    return code_hash(project) if (project.data / "datapackage.json").is_file() else ""


def _connect(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise BuildError(
            "the executor dask needs the package distributed, which is not installed here: "
            "pip install 'evidencebook[dask]', or leave out --executor"
        ) from None
    try:
        return Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BuildError(
            f"no Dask scheduler answers at {scheduler} ({error}): start one with 'dask scheduler' and workers with "
            f"'dask worker {scheduler}', or leave out --executor"
        ) from None


def _check_workers(client: Any, project: Project, scheduler: str) -> None:
    here = sees(project)
    try:
        found: dict[str, str] = client.run(sees, project)
    except ImportError as error:
        raise BuildError(f"a worker of {scheduler} lacks this package ({error}): install it on every worker") from None
    if not found:
        raise BuildError(f"the scheduler at {scheduler} has no workers: start one with 'dask worker {scheduler}'")
    blind = sorted(worker for worker, seen in found.items() if not seen)
    other = sorted(worker for worker, seen in found.items() if seen and seen != here)
    told = [f"{w} does not see {project.root}: share the folder at the same path" for w in blind]
    told += [f"{w} has another version of this package or of its lock file: install the same" for w in other]
    if told:
        raise BuildError("the workers cannot run the chapters\n" + "\n".join(told))


def _in_a_process(project: Project, chapter: Chapter, engine: str) -> str:
    """Return the notebook of *chapter*, run in a process that ends with it; a worker has threads, so it cannot fork."""
    here, there = _server().Pipe(duplex=False)
    child = _server().Process(target=_send_notebook, args=(there, project, chapter, engine))
    child.start()
    there.close()
    try:
        text, fault = here.recv()
    except EOFError:
        raise ExecutionError(chapter.slug, 0, "the process of the chapter ended without a word") from None
    finally:
        here.close()
        child.join()
    if fault is not None:
        raise fault
    return str(text)


def _send_notebook(pipe: Connection, project: Project, chapter: Chapter, engine: str) -> None:
    try:
        pipe.send((run_chapter(project, chapter, engine=engine), None))
    except EvidenceBookError as error:
        pipe.send(("", error))


@functools.lru_cache(maxsize=1)
def _server() -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    modules = [m.name for m in pkgutil.iter_modules(blocks.__path__, f"{blocks.__name__}.")]
    context.set_forkserver_preload(["evidencebook.execute", "evidencebook.report", *modules])
    return context
