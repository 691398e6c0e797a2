"""Whatever goes wrong around a build is said in one message with a remedy, and what was good before stays."""

import errno
import json
import os
import re
import resource
import subprocess
import sys
import threading
import time

import nbformat
import pytest

from evidencebook import build as building
from evidencebook import evidence, lock
from evidencebook.build import explain
from evidencebook.chapters import load_templates, plan
from evidencebook.cli import main
from evidencebook.errors import BuildError, ExecutionError, ProjectError
from evidencebook.execute import execute_chapter
from evidencebook.pdf import compile_typst
from evidencebook.schema import load_package
from evidencebook.unprintable import unprintable


def evidencebook(project, *words, **options):
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "evidencebook", "--project", str(project.root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def declare(project, template, **changes):
    path = project.notebooks / f"{template}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["evidencebook"] |= changes
    path.write_text(json.dumps(notebook), encoding="utf-8")


def edit_cell(project, template, source):
    path = project.notebooks / f"{template}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id="added"))
    nbformat.write(notebook, path)


@pytest.mark.parametrize("name", ["x\nimport os", "x=1;y", "1x", "class", "a b", "__import__('os').x", ""])
def test_a_parameter_that_would_be_pasted_as_code_is_refused(project, name):
    declare(project, "source_audit", parameters={name: "{id}"})

    with pytest.raises(ProjectError, match=r"source_audit\.ipynb has a parameter called"):
        load_templates(project)


@pytest.mark.parametrize(
    "slug", ["../outside", "/etc/x", "a/b", "a\\b", "a\nb", "..", "", "a b", "é", "a--b", "x" * 9 + "/"]
)
def test_a_page_cannot_be_written_outside_its_folder(project, slug):
    frames = evidence.load(project).frames
    declare(project, "source_audit", slug=slug)

    with pytest.raises(ProjectError, match=r"source_audit.ipynb would make a page called .*no file name"):
        plan(project, frames)


@pytest.mark.parametrize("identifier", ["../../R1", "R1/../x", "R1\u202e"])
def test_an_id_that_leads_elsewhere_makes_no_page(project, identifier):
    frames = dict(evidence.load(project).frames)
    frames["components"] = frames["components"].assign(id=identifier)

    with pytest.raises(ProjectError, match="would make a page called"):
        plan(project, frames)


@pytest.mark.parametrize("paper", ["../x.pdf", "/tmp/x.pdf", "x.html", "a b.pdf", ".pdf"])
def test_a_pdf_cannot_be_written_outside_its_folder(project, paper):
    declare(project, "source_audit", paper=paper)

    with pytest.raises(ProjectError, match="names its PDF"):
        load_templates(project)


@pytest.mark.parametrize("title", ["{", "{0}", "{id", "{id.nothing}", "{id!z}"])
def test_a_title_that_cannot_be_filled_in_is_refused(project, title):
    frames = evidence.load(project).frames
    declare(project, "realist_review", title=title)

    with pytest.raises(ProjectError, match="realist_review"):
        plan(project, frames)


def test_a_title_from_a_table_stands_in_its_page_as_text(project, rewrite):
    title = evidence.load(project).frames["components"].set_index("id").at["R1", "title"]
    rewrite("data/theory/components.csv", title, "<script>alert(1)</script> {doc}`/x` `code`")
    chapter = next(c for c in plan(project, evidence.load(project).frames) if c.slug == "r1-review")

    heading = nbformat.read(execute_chapter(project, chapter), as_version=4).cells[0].source

    assert r"\<script\>alert(1)\</script\> \{doc\}\`/x\` \`code\`" in heading


@pytest.mark.parametrize("path", ["../outside.csv", "evidence/../../outside.csv", "{root}/outside.csv"])
def test_a_table_outside_the_data_folder_is_not_read(project, path):
    outside = project.root / "outside.csv"
    outside.write_text("secret,word\n", encoding="utf-8")
    descriptor = project.data / "datapackage.json"
    raw = json.loads(descriptor.read_text(encoding="utf-8"))
    raw["resources"][0]["path"] = path.format(root=project.root)
    descriptor.write_text(json.dumps(raw), encoding="utf-8")

    _, faults = evidence.inspect(project)

    assert "leads out of the data folder" in {f.problem for f in faults}
    assert "secret" not in "".join(map(str, faults))


def test_a_table_that_is_a_link_to_elsewhere_is_not_read(project):
    outside = project.root / "outside.csv"
    outside.write_text("secret,word\n", encoding="utf-8")
    table = project.data / "evidence" / "findings.csv"
    table.unlink()
    table.symlink_to(outside)

    _, faults = evidence.inspect(project)

    (fault,) = [f for f in faults if f.file == "data/evidence/findings.csv"]
    assert fault.problem == "leads out of the data folder"
    assert "secret" not in "".join(map(str, faults))


def test_a_failing_figure_names_chapter_and_cell(project):
    edit_cell(project, "source_audit", "raise OSError(28, 'No space left on device')")
    chapter = next(c for c in plan(project, evidence.load(project).frames) if c.slug == "source-audit")

    with pytest.raises(ExecutionError, match=r"chapter source-audit, cell \d+: OSError: .*No space left") as caught:
        execute_chapter(project, chapter)
    assert "Make room there" in str(caught.value)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EROFS, "copy the report"),
        (errno.EACCES, "You may not write"),
        (errno.EMFILE, "ulimit -n"),
    ],
    ids=errno.errorcode.get,
)
def test_what_the_machine_refuses_is_no_fault_of_the_program(project, monkeypatch, capsys, code, said):
    def refuse(*_, **__):
        raise OSError(code, os.strerror(code), str(project.build / "state" / "x"))

    monkeypatch.setattr(building, "load_inputs", refuse)

    assert main(["--project", str(project.root), "build"]) == 1
    told = capsys.readouterr().err
    assert f"state/x: {os.strerror(code)}. " in told
    assert said in told
    assert "fault of evidencebook" not in told
    assert "Traceback" not in told


def test_a_second_build_says_that_it_waits_and_then_goes_on(project, capsys):
    order = []

    def second():
        with lock.held(project):
            order.append("second")

    with lock.held(project):
        waiting = threading.Thread(target=second)
        waiting.start()
        deadline = time.monotonic() + 30
        while "waiting for it" not in (told := capsys.readouterr().out) and time.monotonic() < deadline:
            time.sleep(0.02)
        order.append("first")
    waiting.join(30)

    assert order == ["first", "second"]
    assert f"process {os.getpid()}" in told


def test_a_lock_is_free_when_its_holder_was_killed(project):
    code = (
        "import sys, time; from pathlib import Path; from evidencebook.lock import held; "
        "from evidencebook.project import Project\n"
        "with held(Project(Path(sys.argv[1]))): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(project.root)], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        holder.kill()
    with lock.held(project):
        assert (project.build / "state" / "lock").read_text(encoding="utf-8") == str(os.getpid())


def test_a_program_that_outlives_a_killed_build_still_holds_the_lock(project):
    code = (
        "import subprocess, sys; from pathlib import Path; from evidencebook.lock import held; "
        "from evidencebook.project import Project\n"
        "with held(Project(Path(sys.argv[1]))):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], close_fds=False)\n"
        "    print(child.pid, flush=True); child.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(project.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        holder.kill()
        holder.wait()
        import fcntl

        with (project.build / "state" / "lock").open("a") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_book_that_was_being_swapped_is_put_back(project):
    old = project.html.with_name("html.old")
    old.mkdir(parents=True)
    (old / "index.html").write_text("the last good book", encoding="utf-8")
    project.html.with_name("html.new").mkdir()

    lock.tidy(project)

    assert (project.html / "index.html").read_text(encoding="utf-8") == "the last good book"
    assert not old.exists()
    assert not project.html.with_name("html.new").exists()


def test_a_staging_folder_is_dropped_only_when_its_build_was_killed(project):
    page = project.build / "staging" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("half", encoding="utf-8")
    (project.build / "state").mkdir(parents=True)

    with pytest.raises(ValueError), lock.unfinished(project):
        raise ValueError
    lock.tidy(project)
    assert page.exists()

    with pytest.raises(KeyboardInterrupt), lock.unfinished(project):
        raise KeyboardInterrupt
    lock.tidy(project)
    assert not page.exists()


def test_a_record_of_steps_that_cannot_be_read_counts_as_none(project):
    path = project.build / "state" / "pytask.lock"
    path.parent.mkdir(parents=True)
    path.write_text('lock-version = "1"\n[[task', encoding="utf-8")

    assert all("(never made)" in line for line in explain(project))


def test_a_letter_that_the_pdf_cannot_show_is_named_with_its_row(project, rewrite, tmp_path):
    rewrite("data/evidence/findings.csv", "A made-up clinic cost", "A made-up 🏥 cost")
    rewrite("references.bib", "A made-up trial", "A made-up ＝ trial")
    source = tmp_path / "x.typ"
    source.write_text('#set document(title: "x")\n#set text(lang: "en")\n= x\n🏥 and ＝\n', encoding="utf-8")

    with pytest.raises(BuildError) as refused:
        compile_typst(source, tmp_path / "x.pdf", "2030-01-01")
    faults = unprintable(str(refused.value), project, load_package(project.data))

    assert [(f.file, f.row, f.column) for f in faults] == [
        ("data/evidence/findings.csv", 3, "finding"),
        ("references.bib", 3, ""),
    ]
    assert "🏥 (U+1F3E5 HOSPITAL), which the PDF cannot show" in faults[0].problem


def test_a_step_that_cannot_be_put_on_record_says_what_the_machine_said(project, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("_pytask.journal.JsonlJournal.append", refuse)
    made = project.root / "made"
    step = building.Step("a step", {"what": "it depends on"}, (made,), made.touch)

    with pytest.raises(BuildError, match=r"could not be run: OSError: \[Errno 28\] No space left on device \(FAILED"):
        building._run(project, [step], False)


def test_a_step_that_does_not_make_what_it_should_is_named_with_the_file(project):
    step = building.Step("a step", {"what": "it depends on"}, (project.root / "made",), lambda: None)

    with pytest.raises(BuildError, match=r"could not be run: .* did not produce .*made \(FAILED"):
        building._run(project, [step], False)


@pytest.mark.build
def test_a_disk_without_room_stops_the_build_with_one_message(project):
    """The largest file may have 40,000 bytes: what the system refuses then is what it refuses on a full disk."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = evidencebook(project, "build", preexec_fn=limit)

    assert done.returncode == 1
    # Which write is refused first depends on the clock; the runner's database says it in words of its own.
    assert re.search("File too large|disk I/O error", done.stderr)
    assert "Traceback" not in done.stderr
    assert not (project.html / "index.html").exists()
    assert evidencebook(project, "build", "--html-only").returncode == 0
