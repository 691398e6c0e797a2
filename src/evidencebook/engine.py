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
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, log_output: bool = False, **options: Any
    ) -> None:
        """Execute *nb_man*'s notebook; outputs, counts and the papermill status of each cell are filled in.

        Parameters
        ----------
        options : ``cwd`` (folder to run in) and ``execution_timeout`` (seconds for one cell).
        """
        preload()
        limit = float(options.get("execution_timeout") or TIME_LIMIT)
        # Spawn where fork is missing: slower, the same result.
        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context: Any = multiprocessing.get_context(method)
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
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

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
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.utils.capture import capture_output

    shown = shell.display_pub = CapturingDisplayPublisher()
    results: list[NotebookNode] = []

    def keep(value: object) -> None:
        """Stand in for the shell's display hook: keep the value of the last line, as a kernel does."""
        if value is not None:
            data, metadata = shell.display_formatter.format(value)
            results.append(new_output("execute_result", data=data, metadata=metadata))

    shell.display_trap.hook = keep
    with capture_output(display=False) as captured:
        result = shell.run_cell(source, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    # On failure the shell prints its own traceback to stdout; ours is an output of its own.
    streams = [(n, t) for n, t in (("stdout", captured.stdout), ("stderr", captured.stderr)) if t and error is None]
    outputs = [new_output("stream", name=n, text=t) for n, t in streams]
    outputs += [new_output("display_data", data=o["data"], metadata=o["metadata"]) for o in shown.outputs]
    outputs += results
    if error is not None:
        outputs.append(_error(type(error).__name__, str(error), traceback.format_exception(error)))
    return [dict(o) for o in outputs], error is not None


def _error(name: str, value: str, lines: list[str] | None = None) -> NotebookNode:
    return new_output("error", ename=name, evalue=value, traceback=lines or [f"{name}: {value}"])
