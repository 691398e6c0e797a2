"""Run one planned chapter through papermill and put the notebook in its place.

Takes a `Chapter` from the plan; writes `book/chapters/<slug>.ipynb` and its figures. The notebook
written is the same for the same inputs: times, paths and run ids that papermill records are taken
out, cell ids are derived from the slug.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import nbformat
import papermill
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from evidencebook.chapters import Chapter
from evidencebook.engine import NAME, TIME_LIMIT, ForkEngine
from evidencebook.errors import OF_THE_MACHINE, ExecutionError
from evidencebook.markdown import escape
from evidencebook.project import ROOT_VARIABLE, Project

ENGINES = (NAME, "nbclient")


def execute_chapter(project: Project, chapter: Chapter, *, engine: str = NAME, time_limit: float = TIME_LIMIT) -> Path:
    """Execute *chapter* and return the path of the notebook written.

    Nothing is written when a cell fails.

    Raises
    ------
    ExecutionError
        naming chapter, cell and the fault.
    """
    return place(project, chapter, run_chapter(project, chapter, engine=engine, time_limit=time_limit))


def run_chapter(project: Project, chapter: Chapter, *, engine: str = NAME, time_limit: float = TIME_LIMIT) -> str:
    """Execute *chapter* and return its notebook as text; `ExecutionError` as above."""
    papermill_engines.register(NAME, ForkEngine)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / f"{chapter.slug}.ipynb"
        _run(project, chapter, draft, engine, time_limit)
        return str(nbformat.writes(_tidy(nbformat.read(draft, as_version=4), chapter)))


def place(project: Project, chapter: Chapter, notebook: str) -> Path:
    """Put the text of a notebook in the place of the chapter's; readers never see half of it."""
    target = project.chapters / f"{chapter.slug}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    draft.write_text(notebook + "\n", encoding="utf-8")
    os.replace(draft, target)
    return target


def _run(project: Project, chapter: Chapter, draft: Path, engine: str, time_limit: float) -> None:
    before = os.environ.get(ROOT_VARIABLE)
    os.environ[ROOT_VARIABLE] = str(project.root)
    try:
        papermill.execute_notebook(
            chapter.template.path,
            draft,
            parameters=chapter.parameters,
            engine_name=engine,
            kernel_name="python3",
            progress_bar=False,
            cwd=str(project.root),
            execution_timeout=int(time_limit),
            # Written once, at the end: papermill's writing before and after each cell takes as long as the cells.
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
        )
    except PapermillExecutionError as error:
        detail = _of_the_machine(error) or ("\n".join(error.traceback) if error.ename not in _USER_FAULTS else "")
        raise ExecutionError(chapter.slug, error.cell_index + 1, f"{error.ename}: {error.evalue}", detail) from None
    finally:
        os.environ.pop(ROOT_VARIABLE) if before is None else os.environ.update({ROOT_VARIABLE: before})


def _of_the_machine(error: PapermillExecutionError) -> str:
    """Return what to do about a cell that failed for want of room and the like; empty when the cell is at fault."""
    told = re.match(r"\[Errno (\d+)\]", error.evalue) if error.ename == "OSError" else None
    return OF_THE_MACHINE.get(int(told[1]), "") if told else ""


_USER_FAULTS = ("DataError", "ParameterError", "ProjectError", "TimeoutError")


def _tidy(notebook: nbformat.NotebookNode, chapter: Chapter) -> nbformat.NotebookNode:
    """Set the chapter's title and take out what differs from run to run."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["evidencebook"] = {"slug": chapter.slug, "parameters": chapter.parameters}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{chapter.slug}-{number:02d}"
        for key in ("papermill", "execution", "evidencebook"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.metadata["tags"] = ["injected-parameters", "remove-cell"]
    first = next(c for c in notebook.cells if c.cell_type == "markdown")
    first.source = re.sub(r"(?m)^# .*$", lambda _: f"# {escape(chapter.title)}", first.source, count=1)
    return notebook
