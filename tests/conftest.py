"""A whole tiny synthesis in a folder of its own for each test."""

import csv
import fcntl
import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import settings

from evidencebook import build as build_module
from evidencebook import evidence, sections, slices
from evidencebook.build import build
from evidencebook.chapters import plan
from evidencebook.dependence import load_inputs
from evidencebook.forms.workbook import write_form
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.starter import TEMPLATES
from evidencebook.versions.history import RECORD
from evidencebook.versions.release import seal

REPOSITORY = Path(__file__).parents[1]
MINI = Path(__file__).parent / "mini"
FORMS = Path(__file__).parent / "forms"
# The project's own schema, rules, templates and settings, so that the tests hold for what is shipped.
SHARED = (
    "_config.yml",
    "data/datapackage.json",
    "data/vocabulary.csv",
    "data/section_domains.csv",
    "data/synthesis/strength_groups.csv",
    "data/synthesis/strength_rules.csv",
    *(f"notebooks/{name}.ipynb" for name in TEMPLATES),
    "book/_static",
    "book/references.md",
    "book/how-to-read.md",
    "book/ledger.md",
)

# A time limit for each test, what a run says while it goes on, and the browser.
pytest_plugins = ["limits", "heartbeat", "browsers"]
# How long an example may take says more of the machine than of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
# Tests write thousands of small files: in memory, where there is room for some books, that takes half the time.
MEMORY = Path("/dev/shm")
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 8 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items):
    """Keep tests of a module that share a book on one worker; those of the real report begin first."""
    for item in items:
        if item.get_closest_marker("build"):
            kind = "report-" if "report" in item.fixturenames else ""
            item.add_marker(pytest.mark.xdist_group(kind + item.path.stem))
    items.sort(key=lambda item: "report" not in item.fixturenames)


def pytest_terminal_summary(terminalreporter):
    """Print what tests counted, such as the mutations tried."""
    for report in terminalreporter.getreports("passed"):
        for what, number in report.user_properties:
            terminalreporter.write_line(f"{number:,} {what}")


@pytest.fixture
def project(mini, tmp_path, monkeypatch):
    """A copy of the made-up synthesis that the test may break."""
    root = tmp_path / "mini"
    shutil.copytree(mini.root, root)
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    return Project(root)


@pytest.fixture
def as_if_run(monkeypatch):
    """Make a project look as if every chapter had run: `as_if_run(project)`; records are kept, nothing is executed."""

    def remembered(project):
        inputs = load_inputs(project)
        known = {}
        for step in build_module._steps(inputs, True, False):
            known[step.name] = {f"{step.name}: {k}": v for k, v in step.depends.items()}
            for path in step.produces:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        for chapter in inputs.chapters:
            slices.write_record(inputs, chapter)
        monkeypatch.setattr(build_module, "_recorded", lambda project: known)
        return project

    return remembered


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The made-up synthesis, whole and untouched; take `project` to change something."""
    return write_synthesis(tmp_path_factory.mktemp("mini") / "report")


@pytest.fixture
def rewrite(project):
    """Replace a piece of text that stands in a file of the project, once."""

    def replace(name, before, after):
        path = project.root / name
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return replace


@pytest.fixture
def git(project):
    """Run git in the project, which becomes a repository of its own."""
    if not (project.root / ".git").exists():
        _git(project.root, "init", "--quiet")
    return partial(_git, project.root)


@pytest.fixture
def released(released_once, project):
    """The project with its first version, 1.0.0, sealed and committed; a short answer of R1 rests on two rows."""
    shutil.rmtree(project.root)
    shutil.copytree(released_once, project.root)
    return project


@pytest.fixture(scope="session")
def released_once(mini, tmp_path_factory):
    """Only the tables with rows and the record of versions are described, which reads faster."""
    root = tmp_path_factory.mktemp("released") / "report"
    shutil.copytree(mini.root, root)
    path = root / "data" / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["resources"] = [r for r in raw["resources"] if r["name"] in RECORD or _rows(root / "data" / r["path"])]
    path.write_text(json.dumps(raw), encoding="utf-8")
    return _release(root)


@pytest.fixture
def released_whole(project):
    """As `released`, with every table described, so that a book can be built."""
    _release(project.root)
    return project


@pytest.fixture(scope="session")
def repository():
    """The project itself, to be read only."""
    return Project(REPOSITORY)


@pytest.fixture(scope="session")
def report(repository, tmp_path_factory):
    """The project itself, built in a folder of its own, once for all workers; to be read only."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    project, built = Project(shared / "report"), shared / "report-is-built"
    with (shared / "report-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if not built.exists():
                shutil.rmtree(project.root, ignore_errors=True)
                _copy_report(repository.root, project.root)
                build(project)
                built.touch()
        finally:
            # Said, since processes of the build that live on hold the file open.
            fcntl.flock(lock, fcntl.LOCK_UN)
    return project


def _copy_report(source, target):
    target.mkdir()
    for name in PARTS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("chapters"))
        else:
            shutil.copy(source / name, target / name)


def _fit_templates(project, loaded):
    """Give the shared templates the sections that the made-up tables ask for, as `evidencebook sections` does."""
    wanted = sections.lists(loaded.frames)
    for path in project.notebooks.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(sections.fitted(notebook, wanted)), encoding="utf-8")


def write_synthesis(root):
    """Write the made-up synthesis into the new folder *root* and return it as a project."""
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("README.md"))
    for name in SHARED:
        _copy(REPOSITORY / name, root / name)
    _complete_tables(root / "data")
    made = Project(root)
    loaded, _ = evidence.inspect(made)
    _fit_templates(made, loaded)
    _write_contents(root, [chapter.document for chapter in plan(made, loaded.frames)])
    return made


@pytest.fixture
def made_up(tmp_path):
    """A made-up synthesis with words of its own, for forms; no template reads it."""
    shutil.copytree(FORMS / "report", tmp_path / "made-up")
    return Project(tmp_path / "made-up")


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The extraction form of its component A as it is written; take `form` to change something."""
    path = tmp_path_factory.mktemp("exported") / "form.xlsx"
    write_form(evidence.load(Project(FORMS / "report")), "A", path, coder="second", blank_rows=4)
    return path


@pytest.fixture
def form(exported, tmp_path):
    """A copy of the form that the test may change."""
    return Path(shutil.copy(exported, tmp_path / "form.xlsx"))


@pytest.fixture(scope="session")
def edit():
    """Open a workbook to change it: `with edit(path, sheet) as sheet`."""
    return Editing


class Editing:
    """A workbook as a person changes it: cells by column name and by id or row."""

    def __init__(self, path, sheet="statements"):
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book[sheet]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.book.save(self.path)

    def column(self, name):
        return next(c.column for c in self.sheet[1] if c.value == name)

    def row_of(self, identifier):
        return next(r[0].row for r in self.sheet.iter_rows() if identifier in [c.value for c in r])

    def set(self, row, **cells):
        number = self.row_of(row) if isinstance(row, str) else row
        for name, value in cells.items():
            self.sheet.cell(number, self.column(name.replace("withdraw", "withdraw?"))).value = value

    def blank(self):
        return next(n for n in range(3, 999) if not self.sheet.cell(n, self.column("id")).value)

    def add(self, **cells):
        number = self.blank()
        while any(c.value for c in self.sheet[number]):
            number += 1
        self.set(number, **cells)
        return number


def _release(root):
    """Seal and commit the synthesis in *root* as 1.0.0; a short answer of R1 rests on two of its rows."""
    made = Project(root)
    answer = made.prose / "R1" / "answer.md"
    answer.parent.mkdir(parents=True)
    answer.write_text("It may help, at a cost [R1-PH-001, R1-CE-001].\n", encoding="utf-8")
    path = made.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8")) | {"version": "1.0.0", "created": "2030-01-01T00:00:00Z"}
    path.write_text(json.dumps(raw), encoding="utf-8")
    seal(made, title="The first tables")
    _git(root, "init", "--quiet")
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", "Release 1.0.0")
    return root


def _git(root, *words):
    settings = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *settings, *words], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    else:
        shutil.copy(source, target)


def _complete_tables(data):
    """Give every described table all its columns: those that the synthesis does not use stay empty."""
    descriptor = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        path = data / resource["path"]
        header = [f["name"] for f in resource["schema"]["fields"]]
        rows = _rows(path) if path.exists() else []
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_contents(root, documents):
    home = next((d for d in documents if d.endswith("/home")), documents[0])
    pages = ["book/how-to-read", *(d for d in documents if d != home), "book/ledger", "book/references"]
    contents = {"format": "jb-book", "root": home, "chapters": [{"file": p} for p in pages]}
    (root / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
