"""Where stale chapters run: side by side in processes of this machine, or on the workers of a Dask cluster.

Takes chapters from `build` and hands back their notebooks' places. Either way is a `concurrent.futures`
executor; no scheduler of our own. Decision record 0023 says what a cluster must offer, and what happens
when one of its machines is lost.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evidencebook.errors import ParameterError
from evidencebook.project import Project

if TYPE_CHECKING:
    # The command line asks this module for names alone; the chapters bring pandas with them.
    from evidencebook.chapters import Chapter

PROCESSES, DASK = "processes", "dask"
EXECUTORS = (PROCESSES, DASK)
# Seconds between two looks of a worker at whether its build still runs.
_LOOK = 0.5


@dataclass(frozen=True)
class Running:
    """How chapters are to run.

    Parameters
    ----------
    engine : `evidencebook` or `nbclient`. executor : one of `EXECUTORS`.
    scheduler : address of the Dask scheduler. jobs : processes of this machine; 0 for one a core.

    Raises
    ------
    ParameterError
        when the executor is unknown, or a scheduler is missing or not asked for.
    """

    engine: str = "evidencebook"
    executor: str = PROCESSES
    scheduler: str = ""
    jobs: int = 0

    def __post_init__(self) -> None:
        if self.executor not in EXECUTORS:
            raise ParameterError(f"no executor is called {self.executor!r}; there are: {', '.join(EXECUTORS)}")
        if self.executor == DASK and not self.scheduler:
            raise ParameterError(
                "the executor dask needs the address of a running scheduler: --scheduler tcp://HOST:PORT"
            )
        if self.scheduler and self.executor != DASK:
            raise ParameterError(f"--scheduler {self.scheduler} is used only with --executor dask")
        if self.jobs < 0:
            raise ParameterError(f"--jobs {self.jobs} is no number of processes: give 1 or more, or leave it out")


@contextmanager
def begun(project: Project, chapters: Sequence[Chapter], how: Running) -> Iterator[dict[str, Future[Any]]]:
    """Start all *chapters*; yield by slug what can be waited for. What has not begun at the end never begins.

    Raises
    ------
    BuildError
        when the cluster cannot be used.
    """
    if how.executor == DASK:
        from evidencebook.dask_cluster import cluster

        with cluster(project, how.scheduler) as (executor, run):
            yield from _submit(executor, run, project, chapters, how)
        return
    jobs = min(how.jobs or cores(), len(chapters))
    if jobs < 2:
        # One alone runs where it is waited for.
        yield {}
        return
    executor = _processes(jobs)
    try:
        yield from _submit(executor, run_here, project, chapters, how)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def run_here(project: Project, chapter: Chapter, engine: str) -> None:
    """Run *chapter* and put its notebook in place."""
    from evidencebook.execute import execute_chapter

    execute_chapter(project, chapter, engine=engine)


def _submit(
    executor: Executor, run: Any, project: Project, chapters: Sequence[Chapter], how: Running
) -> Iterator[dict[str, Future[Any]]]:
    waiting = {c.slug: executor.submit(run, project, c, how.engine) for c in chapters}
    try:
        yield waiting
    finally:
        for future in waiting.values():
            future.cancel()


def _processes(jobs: int) -> ProcessPoolExecutor:
    """Return a pool whose processes share what this one has imported and loaded."""
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    if method == "fork":
        import evidencebook.execute  # noqa: F401 (papermill loads the engine itself, so it has to come first)
        from evidencebook.engine import preload

        preload()
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_with, initargs=(os.getpid(),))


def _end_with(parent: int) -> None:
    """End this process once *parent* has ended.

    A worker of a build that was killed would wait for work for ever, and with it the lock of the project.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
