"""Released versions build again, by the engine committed with each, whatever engine is installed today."""

import csv
import json
import subprocess

import pytest
from conftest import REPOSITORY

from evidencebook import cli
from evidencebook.errors import ProjectError
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.versions.committed import declaration, declare
from evidencebook.versions.history import missing_history
from evidencebook.versions.packages import differences, packages_note
from evidencebook.versions.past import engine_note, take_out

with (REPOSITORY / "data" / "versions.csv").open(encoding="utf-8", newline="") as _file:
    RELEASED = [row["version"] for row in csv.DictReader(_file)]

# An engine whose classes stand where those of no other engine do. It writes down what is found in its place.
OLD_ENGINE = """
import importlib.metadata, json, os, sys
import entrypoints
import evidencebook

groups = ("papermill.engine", "pybtex.style.formatting")
one = {g: [e.load().__module__ for e in importlib.metadata.entry_points(group=g, name="evidencebook")] for g in groups}
other = {g: [e.load().__module__ for e in entrypoints.get_group_all(g) if e.name == "evidencebook"] for g in groups}
found = {"modules": [one, other], "version": importlib.metadata.version("evidencebook"), "options": sys.argv[1:]}
found["root"] = os.environ.get("EVIDENCEBOOK_ROOT")
with open("found.json", "w") as file:
    json.dump(found, file)
sys.exit(int(os.environ.get("OLD_ENGINE_ENDS_WITH", 0)))
"""
DECLARED = """
[project]
name = "evidencebook"
version = "0.0.7"
requires-python = ">=3.11"
dependencies = ["pytest>=1", "was-once-needed"]

[project.scripts]
evidencebook = "evidencebook.__main__:main"

[project.entry-points."papermill.engine"]
evidencebook = "evidencebook.old_place:Engine"

[project.entry-points."pybtex.style.formatting"]
evidencebook = "evidencebook.old_place:Style"
"""
MOVED = """
[papermill.engine]
evidencebook = evidencebook.moved.running:Engine

[pybtex.style.formatting]
evidencebook = evidencebook.moved.style:Style
"""
EXPECTED = {"papermill.engine": ["evidencebook.old_place"], "pybtex.style.formatting": ["evidencebook.old_place"]}


@pytest.fixture
def moved(tmp_path, monkeypatch):
    """An installed engine whose entry points name modules that no older engine has."""
    metadata = tmp_path / "installed" / "evidencebook-99.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: evidencebook\nVersion: 99.0\n")
    (metadata / "entry_points.txt").write_text(MOVED)
    monkeypatch.setenv("PYTHONPATH", str(metadata.parent))


@pytest.fixture
def with_engine(released, git):
    """The project whose version 1.0.0 was committed together with an engine of its own."""
    package = released.root / "src" / "evidencebook"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(OLD_ENGINE)
    (package / "old_place.py").write_text("class Engine: ...\nclass Style: ...\n")
    (released.root / "pyproject.toml").write_text(DECLARED)
    git("add", "--all")
    git("commit", "--quiet", "--amend", "--no-edit")
    return released


def build(project, *options):
    return cli.main(["--project", str(project.root), "build", "--data-version", "1.0.0", *options])


def found(project):
    return json.loads((project.build / "versions" / "1.0.0" / "found.json").read_text(encoding="utf-8"))


@pytest.mark.usefixtures("moved")
def test_an_engine_of_its_own_is_not_disturbed_by_the_one_installed(with_engine, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(with_engine.root))

    assert build(with_engine) == 0

    assert found(with_engine)["modules"] == [EXPECTED, EXPECTED]
    assert found(with_engine)["version"] == "0.0.7"
    assert found(with_engine)["root"] is None


def test_an_engine_of_its_own_gets_the_options_that_somebody_gave(with_engine):
    assert build(with_engine, "--html-only", "--jobs", "3", "--where", "country=UK", "--where", "published>=2012") == 0

    given = found(with_engine)["options"][3:]
    assert given == ["--html-only", "--jobs=3", "--where=country=UK", "--where=published>=2012"]


def test_an_engine_without_settings_still_has_a_name(with_engine):
    past = take_out(with_engine, "1.0.0")
    (past.root / "pyproject.toml").unlink()

    metadata = declare(past.root / "src", past)

    assert "Name: evidencebook" in (metadata / "METADATA").read_text(encoding="utf-8")
    assert (metadata / "entry_points.txt").read_text(encoding="utf-8").strip() == ""


def test_settings_that_are_no_toml_are_named(with_engine):
    (with_engine.root / "pyproject.toml").write_text("[project\n")

    with pytest.raises(ProjectError, match=r"pyproject\.toml cannot be read as TOML"):
        declaration(with_engine)


def test_a_version_taken_out_without_its_settings_is_taken_out_again(with_engine):
    past = take_out(with_engine, "1.0.0")
    (past.root / "pyproject.toml").unlink()
    (past.root / ".commit").write_text((past.root / ".commit").read_text(encoding="utf-8").split()[0])

    assert (take_out(with_engine, "1.0.0").root / "pyproject.toml").is_file()


LOCK = """\
# made by a program
pytest==1.2.3 ; python_full_version >= '3.11' \\
    --hash=sha256:00
    # via evidencebook
packaging==0.0.1 ; python_full_version < '3.0' \\
    --hash=sha256:00
was-once-needed==4.5 \\
    --hash=sha256:00
only-for-its-tests==6 \\
    --hash=sha256:00
"""


def test_packages_that_differ_from_the_lock_are_named(with_engine):
    (with_engine.root / "requirements.lock").write_text(LOCK)

    different = differences(with_engine)

    assert different == [f"pytest {pytest.__version__}, pinned 1.2.3", "was-once-needed is missing, pinned 4.5"]
    assert packages_note(different).startswith("note: 2 packages of today differ from the version's own")
    assert "\n" not in packages_note(different)
    assert packages_note(["a", "b", "c", "d", "e"]).endswith("(a; b; c; and 2 more)")


def test_the_same_packages_need_no_word(with_engine):
    (with_engine.root / "requirements.lock").write_text(f"pytest=={pytest.__version__}\n")

    assert packages_note(differences(with_engine)) == ""


def test_a_failure_on_other_packages_says_how_to_get_its_own(with_engine, git, monkeypatch, capfd):
    (with_engine.root / "requirements.lock").write_text(LOCK)
    git("add", "--all")
    git("commit", "--quiet", "--amend", "--no-edit")
    monkeypatch.setenv("OLD_ENGINE_ENDS_WITH", "2")

    assert build(with_engine, "--html-only") == 2

    said = capfd.readouterr()
    assert "note: 2 packages of today differ" in said.out
    lines = [line.strip() for line in said.err.splitlines()]
    folder = with_engine.build / "versions" / "1.0.0"
    own = f"{folder}-environment/bin/python"
    assert f"python3.11 -m venv {folder}-environment" in lines
    assert f"{own} -m pip install --no-deps --require-hashes -r {folder}/requirements.lock" in lines
    assert lines[-1].startswith(f"cd {folder} && PYTHONPATH={folder}/src {own} -m evidencebook")


def test_a_failure_on_its_own_packages_is_left_to_the_engine(with_engine, git, monkeypatch, capfd):
    (with_engine.root / "requirements.lock").write_text(f"pytest=={pytest.__version__}\n")
    git("add", "--all")
    git("commit", "--quiet", "--amend", "--no-edit")
    monkeypatch.setenv("OLD_ENGINE_ENDS_WITH", "2")

    assert build(with_engine) == 2
    assert "environment" not in capfd.readouterr().err


def test_a_shallow_clone_says_that_earlier_versions_are_missing(released, git, tmp_path):
    (released.root / "data" / "datapackage.json").write_text("{}")
    git("commit", "--quiet", "--all", "--message", "Break it")
    clone(released.root, tmp_path / "shallow", "--depth", "1")

    with pytest.raises(ProjectError, match=r"released versions: none.*shallow clone.*git fetch --unshallow"):
        take_out(Project(tmp_path / "shallow"), "1.0.0")
    assert missing_history(released.root) == ""


@pytest.mark.build
@pytest.mark.long  # two whole reports, by engines of their day
@pytest.mark.parametrize("version", [RELEASED[0], RELEASED[-1]])
@pytest.mark.usefixtures("moved")
def test_the_oldest_and_the_newest_version_build_again(version, tmp_path, capfd, monkeypatch):
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)
    cloned = Project(clone(REPOSITORY, tmp_path / "clone"))

    code = cli.main(["--project", str(cloned.root), "build", "--html-only", "--data-version", version])

    said = capfd.readouterr()
    assert code == 0, said.out + said.err
    assert engine_note(Project(cloned.build / "versions" / version)) in said.out
    assert "the engine is the one committed with it" in said.out
    html = cloned.build / "versions" / version / "_build" / "html"
    pages = [p.read_text(encoding="utf-8") for p in (html / "book" / "chapters").glob("*-review.html")]
    assert len(pages) > 2
    assert all(f"Data {version}" in page for page in pages)


def clone(source, target, *options):
    """Clone the repository; where there is none, or only its latest commits, the test cannot say anything."""
    try:
        missing = missing_history(source)
    except ProjectError as error:
        pytest.fail(f"this test builds earlier versions out of the repository's history: {error}")
    if missing:
        pytest.fail(f"this test builds earlier versions out of the repository's history{missing}")
    words = ["git", "clone", "--quiet", "--no-checkout", *options, f"file://{source}", str(target)]
    subprocess.run(words, check=True, capture_output=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=target, check=True)
    return target
