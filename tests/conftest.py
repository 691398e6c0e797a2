"""A whole tiny synthesis in a folder of its own for each test."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml

from evidencebook import evidence
from evidencebook.chapters import plan
from evidencebook.project import ROOT_VARIABLE, Project

REPOSITORY = Path(__file__).parents[1]
MINI = Path(__file__).parent / "mini"
# The project's own schema, rules, templates and settings, so that the tests hold for what is shipped.
SHARED = (
    "_config.yml",
    "data/datapackage.json",
    "data/vocabulary.csv",
    "data/section_domains.csv",
    "notebooks",
    "book/_static",
    "book/references.md",
    "book/how-to-read.md",
)


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
    _write_headers(root / "data")
    made = Project(root)
    loaded, _ = evidence.inspect(made)
    _write_contents(root, [chapter.document for chapter in plan(made, loaded.frames)])
    return made


@pytest.fixture(scope="session")
def repository():
    """The project itself, to be read only."""
    return Project(REPOSITORY)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    else:
        shutil.copy(source, target)


def _write_headers(data):
    """Write a header without rows for every described table that the synthesis does not use."""
    descriptor = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        path = data / resource["path"]
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(f["name"] for f in resource["schema"]["fields"])


def _write_contents(root, documents):
    home = next((d for d in documents if d.endswith("/home")), documents[0])
    pages = ["book/how-to-read", *(d for d in documents if d != home), "book/references"]
    contents = {"format": "jb-book", "root": home, "chapters": [{"file": p} for p in pages]}
    (root / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
