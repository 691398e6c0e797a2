"""The fork engine does what papermill's own engine does, faster; failures name their cell."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from papermill.engines import papermill_engines

from evidencebook import evidence
from evidencebook.chapters import find_chapter, plan
from evidencebook.engine import NAME, ForkEngine
from evidencebook.errors import ExecutionError
from evidencebook.execute import execute_chapter, run_chapter
from evidencebook.project import Project

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def planned(project, slug):
    return next(c for c in plan(project, evidence.load(project).frames) if c.slug == slug)


def add_cell(project, template, source):
    """Append a code cell to a template of the project."""
    path = project.notebooks / f"{template}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id="added"))
    nbformat.write(notebook, path)
    return len(notebook.cells)


def test_engine_is_registered_with_papermill():
    papermill_engines.register_entry_points()
    assert papermill_engines.get_engine(NAME) is ForkEngine


@pytest.fixture(scope="session")
def copied(repository, tmp_path_factory):
    """The report itself with nothing run, in a folder of its own."""
    root = tmp_path_factory.mktemp("copied")
    for name in ("_config.yml", "_toc.yml", "references.bib", "data", "notebooks", "book"):
        source = repository.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("chapters"))
        else:
            shutil.copy(source, root / name)
    return Project(root)


@pytest.mark.build
@pytest.mark.parametrize("template", sorted(p.stem for p in NOTEBOOKS.glob("*.ipynb")))
def test_fork_and_nbclient_make_the_same_notebook(copied, template):
    chapter = next(c for c in plan(copied, evidence.load(copied).frames) if c.template.name == template)
    forked = json.loads(run_chapter(copied, chapter, engine="evidencebook"))
    figures = {p.name: p.read_bytes() for p in copied.figures.glob(f"{chapter.slug}-*")}
    reference = json.loads(run_chapter(copied, chapter, engine="nbclient"))
    assert [c.get("outputs") for c in forked["cells"]] == [c.get("outputs") for c in reference["cells"]]
    assert [c["metadata"] for c in forked["cells"]] == [c["metadata"] for c in reference["cells"]]
    assert figures == {p.name: p.read_bytes() for p in copied.figures.glob(f"{chapter.slug}-*")}


def test_two_runs_write_the_same_bytes(project):
    chapter = planned(project, "r1-theory")
    first = execute_chapter(project, chapter).read_bytes()
    figures = {p.name: p.read_bytes() for p in project.figures.glob("*.svg")}
    assert execute_chapter(project, chapter).read_bytes() == first
    assert figures
    assert {p.name: p.read_bytes() for p in project.figures.glob("*.svg")} == figures


def test_chapter_carries_title_of_its_row_and_no_machine_traces(project):
    notebook = nbformat.read(execute_chapter(project, planned(project, "r1-review")), as_version=4)
    title = evidence.load(project).frames["components"].set_index("id").at["R1", "title"]
    assert notebook.cells[0].source.startswith(f"# R1 review: {title}")
    assert "papermill" not in notebook.metadata
    assert str(project.root) not in json.dumps(notebook)


def test_each_chapter_starts_fresh(project):
    add_cell(project, "active_ingredients", "import builtins; builtins.leftover = True")
    execute_chapter(project, planned(project, "active-ingredients"))
    add_cell(project, "source_audit", "import builtins; assert not hasattr(builtins, 'leftover')")
    execute_chapter(project, planned(project, "source-audit"))


def test_failing_cell_is_named_and_nothing_is_written(project):
    target = execute_chapter(project, planned(project, "active-ingredients"))
    good = target.read_bytes()
    number = add_cell(project, "active_ingredients", "1 / 0")
    with pytest.raises(ExecutionError) as caught:
        execute_chapter(project, planned(project, "active-ingredients"))
    assert (caught.value.chapter, caught.value.cell) == ("active-ingredients", number)
    assert "ZeroDivisionError: division by zero" in str(caught.value)
    assert target.read_bytes() == good
    assert not list(project.chapters.glob(".*.part"))


def test_endless_cell_is_stopped(project):
    add_cell(project, "active_ingredients", "import time; time.sleep(60)")
    with pytest.raises(ExecutionError, match="ran longer than 1 s"):
        execute_chapter(project, planned(project, "active-ingredients"), time_limit=1)


def test_chapter_whose_process_dies_is_reported(project):
    add_cell(project, "active_ingredients", "import os; os._exit(3)")
    with pytest.raises(ExecutionError, match="ended in the middle of the cell"):
        execute_chapter(project, planned(project, "active-ingredients"))


def test_table_that_is_not_declared_cannot_be_read(project):
    add_cell(project, "active_ingredients", "chapter.rows('findings')")
    with pytest.raises(ExecutionError, match="does not declare that it reads 'findings'"):
        execute_chapter(project, planned(project, "active-ingredients"))


def test_planned_chapter_is_found_by_its_parameters(project):
    chapters = plan(project, evidence.load(project).frames)
    assert find_chapter(chapters, "realist_review", {"component": "R1"}).slug == "r1-review"
