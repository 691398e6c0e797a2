"""A papermill engine that runs each notebook in a fork of this process.

Starting a Jupyter kernel and importing pandas and matplotlib costs seconds for every chapter. This
engine imports them once and forks: each notebook still gets a process of its own with fresh state,
without the start-up. It is registered with papermill as ``evidencebook`` (an entry point), so
``papermill --engine evidencebook`` uses it too. Decision record 0004 has the measurements.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager

from evidencebook import blocks

NAME = "evidencebook"
TIME_LIMIT = 120.0
PRELOADED = ("evidencebook.report", "IPython.core.interactiveshell")


class ForkEngine(Engine):
    """Run the code cells of one notebook in a forked child, cell by cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, log_output: bool = False, **options: Any) -> None:
        """Execute *nb_man*'s notebook; outputs, counts and the papermill status of each cell are filled in.

        Parameters
        ----------
        options : ``cwd`` (folder to run in) and ``execution_timeout`` (seconds for one cell).
        """
        preload()
        limit = float(options.get("execution_timeout") or TIME_LIMIT)
        # Spawn where fork is missing: slower, the same result.
        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        here, there = context.Pipe()
        sources = [(i, c.source) for i, c in enumerate(nb_man.nb.cells) if c.cell_type == "code" and c.source.strip()]
        child = context.Process(target=_run_cells, args=(there, sources, options.get("cwd")), daemon=True)
        child.start()
        there.close()
        try:
            for count, (index, _) in enumerate(sources, 1):
                if not _run_one(nb_man, here, index, count, limit):
                    break
        finally:
            child.kill()
            child.join()


def preload() -> None:
    """Import what every chapter needs, once, in the parent."""
    for name in PRELOADED:
        importlib.import_module(name)
    for module in pkgutil.iter_modules(blocks.__path__, f"{blocks.__name__}."):
        importlib.import_module(module.name)


def _run_one(nb_man: NotebookExecutionManager, pipe: Connection, index: int, count: int, limit: float) -> bool:
    cell = nb_man.nb.cells[index]
    nb_man.cell_start(cell, index)
    cell.outputs, failed = _await_outputs(pipe, limit)
    cell.execution_count = count
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = count
    if failed:
        nb_man.cell_exception(cell, index)
    else:
        nb_man.cell_complete(cell, index)
    return not failed


def _await_outputs(pipe: Connection, limit: float) -> tuple[list[NotebookNode], bool]:
    if not pipe.poll(limit):
        return [_error("TimeoutError", f"the cell ran longer than {limit:g} s and was stopped")], True
    try:
        outputs, failed = pipe.recv()
    except EOFError:
        return [_error("ChildProcessError", "the process of the chapter ended in the middle of the cell")], True
    return [NotebookNode(o) for o in outputs], failed


def _run_cells(pipe: Connection, sources: list[tuple[int, str]], folder: str | None) -> None:
    """Run in the child: execute each cell and send its outputs."""
    preload()
    from traitlets.config import Config

    from IPython.core.interactiveshell import InteractiveShell

    if folder:
        os.chdir(folder)
        sys.path.insert(0, str(Path(folder).resolve()))
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    shell.run_line_magic("colors", "NoColor")
    for _, source in sources:
        outputs, failed = _run_cell(shell, source)
        pipe.send((outputs, failed))
        if failed:
            break
    pipe.close()


def _run_cell(shell: Any, source: str) -> tuple[list[dict[str, Any]], bool]:
    from IPython.utils.capture import capture_output

    with capture_output() as captured:
        result = shell.run_cell(source, store_history=True)
    outputs = []
    if captured.stdout and result.success:
        outputs.append(new_output("stream", name="stdout", text=captured.stdout))
    if captured.stderr:
        outputs.append(new_output("stream", name="stderr", text=captured.stderr))
    for shown in captured.outputs:
        outputs.append(new_output("display_data", data=dict(shown.data), metadata=dict(shown.metadata or {})))
    if result.result is not None and outputs and outputs[-1].output_type == "display_data":
        # The value of the last line is a result, not a display, as a kernel reports it.
        last = outputs.pop()
        outputs.append(new_output("execute_result", data=last.data, metadata=last.metadata))
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        lines = traceback.format_exception(error)
        outputs.append(_error(type(error).__name__, str(error), lines))
    return [dict(o) for o in outputs], error is not None


def _error(name: str, value: str, lines: list[str] | None = None) -> NotebookNode:
    return new_output("error", ename=name, evalue=value, traceback=lines or [f"{name}: {value}"])
