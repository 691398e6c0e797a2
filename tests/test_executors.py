"""Where chapters run: side by side here, or on a Dask cluster that may lose a worker; faults travel whole."""

import os
import pickle
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter

import nbformat
import pytest

from evidencebook import build as build_module
from evidencebook import cli, evidence
from evidencebook.build import build
from evidencebook.chapters import plan
from evidencebook.errors import BuildError, DataError, ExecutionError, Fault, ParameterError
from evidencebook.executors import Running, begun
from evidencebook.project import ROOT_VARIABLE, Project

pytestmark = pytest.mark.build
PATIENCE = 240


POOL = """
import sys, time
from evidencebook.executors import _processes
pool = _processes(2)
print(sorted({pool.submit(len, [n]).result() for n in range(4)}), flush=True)
time.sleep(600)
"""


def test_workers_end_with_a_build_that_was_killed():
    """Each process holds the end of a pipe, as it holds the lock of the project: the other end tells of the last."""
    told, held = os.pipe()
    build_process = subprocess.Popen([sys.executable, "-c", POOL], stdout=subprocess.PIPE, pass_fds=[held])
    os.close(held)
    assert build_process.stdout.readline() == b"[1]\n"
    build_process.kill()
    build_process.wait()
    ended = select.select([told], [], [], 20)[0]
    os.close(told)
    assert ended


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"executor": "slurm"}, "no executor is called 'slurm'; there are: processes, dask"),
        ({"executor": "dask"}, "needs the address of a running scheduler: --scheduler tcp://HOST:PORT"),
        ({"scheduler": "tcp://127.0.0.1:8786"}, "used only with --executor dask"),
        ({"jobs": -1}, "--jobs -1 is no number of processes"),
    ],
)
def test_a_wrong_way_to_run_is_refused_with_what_is_allowed(wrong, told):
    with pytest.raises(ParameterError, match=re.escape(told)):
        Running(**wrong)


def test_the_command_line_refuses_an_unknown_executor_before_it_builds(project, capsys):
    assert cli.main(["--project", str(project.root), "build", "--executor", "slurm"]) == 1
    assert "there are: processes, dask" in capsys.readouterr().err
    assert not project.build.exists()


def test_a_missing_package_is_named_with_the_way_to_get_it(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(BuildError, match=r"pip install 'evidencebook\[dask\]'"),
        begun(project, [], Running(executor="dask", scheduler="tcp://127.0.0.1:1")),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(project, monkeypatch):
    monkeypatch.setattr("evidencebook.dask_cluster._PATIENCE", 1)
    with (
        pytest.raises(BuildError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1 "),
        begun(project, [], Running(executor="dask", scheduler="tcp://127.0.0.1:1")),
    ):
        pass


@pytest.mark.parametrize(
    "fault",
    [
        ExecutionError("r1-review", 7, "ValueError: no", "Traceback", ["reads 3 of data/x.csv"]),
        DataError([Fault("data/x.csv", 2, "id", "A", "is bad", "B", "mend it")]),
    ],
    ids=["cell", "data"],
)
def test_a_fault_is_the_same_after_it_travelled_between_processes(fault):
    arrived = pickle.loads(pickle.dumps(fault))
    assert (type(arrived), str(arrived), vars(arrived)) == (type(fault), str(fault), vars(fault))


# Quick chapters of several kinds; `realist_review` has a row to change.
FEW = ("active_ingredients", "downloads", "glossary", "realist_review", "sign_offs", "source_audit")


@pytest.fixture
def chapters_only(project, monkeypatch):
    """The made-up synthesis with few templates, of whose build only the chapters are made."""
    steps = build_module._steps
    monkeypatch.setattr(
        build_module, "_steps", lambda *given: [s for s in steps(*given) if s.name.startswith("chapter ")]
    )
    monkeypatch.setattr(build_module, "check_contents", lambda *_: None)
    for path in project.notebooks.glob("*.ipynb"):
        if path.stem not in FEW:
            path.unlink()
    return project


def slugs(project):
    return {c.slug for c in plan(project, evidence.load(project).frames)}


def add_cell(project, template, source):
    path = project.notebooks / f"{template}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id="added"))
    nbformat.write(notebook, path)
    return len(notebook.cells)


def test_a_failing_cell_is_told_with_the_rows_its_chapter_reads(chapters_only):
    number = add_cell(chapters_only, "active_ingredients", "1 / 0")
    with pytest.raises(ExecutionError) as caught:
        build(chapters_only, how=Running(jobs=2))
    told = str(caught.value)
    assert f"chapter active-ingredients, cell {number}: ZeroDivisionError" in told
    assert "of data/synthesis/active_ingredients.csv (AI-" in told


def test_the_row_that_changed_is_named_when_a_cell_fails(chapters_only, rewrite):
    build(chapters_only, how=Running(jobs=2))
    rewrite("data/evidence/findings.csv", "has two rooms", "has nine rooms")
    add_cell(chapters_only, "realist_review", "1 / 0")
    with pytest.raises(ExecutionError, match=r"since it last ran: 1 row of evidence/findings\.csv changed \(R1-"):
        build(chapters_only, how=Running(jobs=2))


@pytest.fixture
def logged(chapters_only):
    """Every chapter writes a line when it begins and one when it has run."""
    log = chapters_only.root / "ran.log"
    (chapters_only.notebooks / "realist_review.ipynb").unlink()
    for path in chapters_only.notebooks.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        note = f"with open({str(log)!r}, 'a') as file: print({{what!r}}, {path.stem!r}, file=file)"
        first = next(n for n, c in enumerate(notebook.cells) if "chapter = " in c.source)
        begin = note.format(what="begun") + "\nimport time; time.sleep(0.5)"
        notebook.cells.insert(first + 1, nbformat.v4.new_code_cell(begin, id="begin"))
        notebook.cells.append(nbformat.v4.new_code_cell(note.format(what="ended"), id="end"))
        nbformat.write(notebook, path)
    return chapters_only, log


def lines(log, what):
    text = log.read_text(encoding="utf-8") if log.is_file() else ""
    return [line for line in text.splitlines() if line.startswith(what)]


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler and two workers as processes; the address and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if k != ROOT_VARIABLE}
    begin = "import sys; from distributed.cli.{0} import main; main(sys.argv[1:])"
    address = f"tcp://127.0.0.1:{port}"
    commands = [
        [begin.format("dask_scheduler"), "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"],
        *[
            [begin.format("dask_worker"), address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--name", n]
            for n in ("one", "two")
        ],
    ]
    with (tmp_path / "dask.log").open("w") as log:
        processes = [
            subprocess.Popen([sys.executable, "-c", *c], stdout=log, stderr=log, cwd=tmp_path, env=environment)
            for c in commands
        ]
    try:
        _await_workers(address)
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _await_workers(address):
    from distributed import Client

    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=PATIENCE)


def test_a_worker_lost_midway_loses_nothing_and_runs_nothing_twice(logged, cluster, tmp_path):
    project, log = logged
    address, workers = cluster
    reference = Project(tmp_path / "here")
    shutil.copytree(project.root, reference.root)
    command = [sys.executable, "-c", _KILLER, str(project.chapters), str(workers[0].pid)]
    killer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    assert build(project, how=Running(executor="dask", scheduler=address)) == len(slugs(project))

    finished = dict(line.split() for line in killer.communicate(timeout=PATIENCE)[0].splitlines())
    assert workers[0].wait(timeout=PATIENCE) == -signal.SIGKILL
    assert workers[1].poll() is None
    assert 1 <= len(finished) < len(slugs(project))
    for name, written in finished.items():
        assert (project.chapters / name).stat().st_mtime_ns == int(written)
    ended = Counter(lines(log, "ended"))
    assert len(ended) == len(slugs(project))
    # At most the one chapter that the lost worker had in hand was run again, by the other.
    assert len(lines(log, "begun")) <= len(ended) + 1
    assert not list((project.build / "state" / "ran").iterdir())
    build(reference)
    made = {p.name: p.read_bytes() for p in project.chapters.glob("*.ipynb")}
    assert made == {p.name: p.read_bytes() for p in reference.chapters.glob("*.ipynb")}


# Kills the first worker when a chapter is finished, and prints which then were, with their times.
_KILLER = """
import os, pathlib, signal, sys, time
chapters, worker = pathlib.Path(sys.argv[1]), int(sys.argv[2])
for _ in range(6000):
    if done := list(chapters.glob("*.ipynb")):
        os.kill(worker, signal.SIGKILL)
        for path in done:
            print(path.name, path.stat().st_mtime_ns)
        sys.exit(0)
    time.sleep(0.05)
sys.exit(1)
"""


def test_a_fault_on_a_worker_reaches_the_user(chapters_only, cluster):
    address, _ = cluster
    number = add_cell(chapters_only, "active_ingredients", "1 / 0")
    with pytest.raises(ExecutionError, match=f"chapter active-ingredients, cell {number}: ZeroDivisionError"):
        build(chapters_only, how=Running(executor="dask", scheduler=address))


def test_a_worker_that_does_not_see_the_project_is_named(project, cluster, monkeypatch):
    address, _ = cluster
    monkeypatch.setattr("evidencebook.dask_cluster.code_hash", lambda _: "another")
    with (
        pytest.raises(BuildError, match=r"(?s)tcp://.* has another version of this package.*tcp://"),
        begun(project, [], Running(executor="dask", scheduler=address)),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_chapters_side_by_side_are_those_of_one_after_the_other(chapters_only, tmp_path):
    other = Project(tmp_path / "other")
    shutil.copytree(chapters_only.root, other.root)
    build(chapters_only, how=Running(jobs=1))
    build(other, how=Running(jobs=3))
    for folder in ("", "figures/"):
        made = {p.name: p.read_bytes() for p in (chapters_only.chapters / folder).glob("*.*")}
        assert made == {p.name: p.read_bytes() for p in (other.chapters / folder).glob("*.*")}
        assert made
