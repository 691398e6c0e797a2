"""Sphinx extension: pages are read and written on all cores of the machine.

Sphinx reads in forks of itself when asked to, and writes half of the work in them. Jupyter Book cannot
ask, so this extension does; and it writes whole pages in the forks: a page that was read is resolved and
written without regard to any other. They say which share is written, for `book` to show. Where processes
cannot be forked, all is as it was.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.build_phase import BuildPhase
from sphinx.util.parallel import ParallelTasks, parallel_available

from evidencebook import progress
from evidencebook.executors import cores

# Loaded by Jupyter Book, silent on the question: they note nothing while pages are read for HTML.
_SAFE = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering")
# Fewer pages than this are written before a fork would have begun.
_FEW = 4


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", _use_cores)
    # Not before: Jupyter Book loads one of them late.
    app.connect("env-before-read-docs", _declare)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _use_cores(app: Sphinx) -> None:
    if not parallel_available or cores() < 2:
        return
    app.parallel = max(app.parallel, cores())
    builder: Any = app.builder
    if builder.name == "html":
        one_by_one = builder._write_serial
        builder._write_serial = lambda pages: _write(app, builder, pages, one_by_one)
        builder._write_parallel = lambda pages, nproc: _write(app, builder, pages, one_by_one)


def _declare(app: Sphinx, *_: Any) -> None:
    for name in _SAFE:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = app.extensions[name].parallel_write_safe = True


def _write(app: Sphinx, builder: Any, pages: Sequence[str], one_by_one: Callable[[Sequence[str]], None]) -> None:
    # Sphinx's own search index is gathered page by page in one process.
    if builder.indexer is not None or len(pages) < _FEW:
        one_by_one(pages)
        return
    tasks = ParallelTasks(cores())
    written = multiprocessing.get_context("fork").Value("i", 0)

    def write(share: Sequence[str]) -> dict[str, str]:
        for page in share:
            app.phase = BuildPhase.RESOLVING
            tree = builder.env.get_and_resolve_doctree(page, builder)
            app.phase = BuildPhase.WRITING
            builder.write_doc_serialized(page, tree)
            builder.write_doc(page, tree)
            with written.get_lock():
                written.value += 1
                # Past Sphinx's own log, which keeps what forks say until they end.
                progress.beat(app._status, written.value / len(pages))
        return dict(builder.images)

    for start in range(cores()):
        # The pictures that pages show are copied at the end, by this process.
        tasks.add_task(write, list(pages[start :: cores()]), lambda _, images: builder.images.update(images))
    tasks.join()
