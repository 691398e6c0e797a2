"""A whole tiny synthesis in a folder of its own for each test."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml

from evidencebook import evidence
from evidencebook.build import build
from evidencebook.chapters import plan
from evidencebook.project import ROOT_VARIABLE, Project

REPOSITORY = Path(__file__).parents[1]
MINI = Path(__file__).parent / "mini"
# The templates that any synthesis needs; the others are about this one's documents.
TEMPLATES = (
    "home",
    "programme_theory",
    "realist_review",
    "evidence_map",
    "active_ingredients",
    "source_audit",
    "data_dictionary",
)
# The project's own schema, rules, templates and settings, so that the tests hold for what is shipped.
SHARED = (
    "_config.yml",
    "data/datapackage.json",
    "data/vocabulary.csv",
    "data/section_domains.csv",
    *(f"notebooks/{name}.ipynb" for name in TEMPLATES),
    "book/_static",
    "book/references.md",
    "book/how-to-read.md",
    "book/ledger.md",
)

PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book")


@pytest.fixture
def project(mini, tmp_path, monkeypatch):
    """A copy of the made-up synthesis that the test may break."""
    root = tmp_path / "mini"
    shutil.copytree(mini.root, root)
    monkeypatch.setenv(ROOT_VARIABLE, str(root))
    return Project(root)


@pytest.fixture(scope="session")
def mini(tmp_path_factory):
    """The made-up synthesis, whole and untouched; take `project` to change something."""
    root = tmp_path_factory.mktemp("mini") / "report"
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("README.md"))
    for name in SHARED:
        _copy(REPOSITORY / name, root / name)
    _complete_tables(root / "data")
    made = Project(root)
    loaded, _ = evidence.inspect(made)
    _write_contents(root, [chapter.document for chapter in plan(made, loaded.frames)])
    return made


@pytest.fixture(scope="session")
def repository():
    """The project itself, to be read only."""
    return Project(REPOSITORY)


@pytest.fixture(scope="session")
def report(repository, tmp_path_factory):
    """The project itself, built in a folder of its own."""
    root = tmp_path_factory.mktemp("report")
    for name in PARTS:
        source = repository.root / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("chapters"))
        else:
            shutil.copy(source, root / name)
    project = Project(root)
    build(project)
    return project


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
