"""The worked example: another synthesis on the same engine, as `evidencebook new` writes it today."""

import importlib.util
import re
import shutil
from collections import Counter

import pytest
from conftest import REPOSITORY

from evidencebook import cli, evidence
from evidencebook.build import build
from evidencebook.project import Project
from evidencebook.vocabulary import vocabulary

EXAMPLE = REPOSITORY / "examples" / "local-partnerships"


@pytest.fixture(scope="module")
def renew():
    spec = importlib.util.spec_from_file_location("renew", REPOSITORY / "examples" / "renew.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def frames():
    return evidence.load(Project(EXAMPLE)).frames


def test_templates_and_settings_are_those_that_the_command_writes_today(renew, tmp_path):
    assert renew.differing(tmp_path) == [], "run: .venv/bin/python examples/renew.py"


def test_the_tables_are_sound_and_every_paragraph_is_signed_off(capsys):
    assert cli.main(["--project", str(EXAMPLE), "check", "--stale", "fail"]) == 0, capsys.readouterr()


def test_it_is_another_synthesis_with_words_of_its_own(frames, repository):
    report = evidence.load(repository).frames
    for name in ("domain", "stance", "actor"):
        own, other = (set(vocabulary(f["vocabulary"], name).labels) for f in (frames, report))
        assert own - other, name
    assert len(frames["components"]) == 5
    assert len({key for cell in frames["findings"]["keys"] for key in cell.split(";")}) >= 30
    assert len(frames["cmo"]) >= 12
    assert set(frames["findings"]["stance"]) == {"", "helps", "depends", "unclear", "hinders"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("example") / "partnerships"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("_build", "chapters"))
    build(Project(root))
    return Project(root)


@pytest.mark.build
def test_it_builds_strict_with_the_engine_as_it_is(built, frames):
    page = (built.html / "book" / "chapters" / "r3-review.html").read_text(encoding="utf-8")
    own = frames["findings"].query("component == 'R3'")
    marks = Counter(re.findall(r'class="(?:pre )?stance stance-(\w+)"', page))
    counted = Counter(own["stance"])
    assert marks["for"] == counted["helps"]
    assert marks["between"] == counted["depends"] + counted["unclear"]
    assert marks["against"] == counted["hinders"]
    assert re.search(r"<h2>Learning and adapting<", page)
    empty = [
        p.name for p in (built.html / "book").rglob("*.html") if 'class="output text_plain' in p.read_text("utf-8")
    ]
    assert empty == []
    assert built.report_pdf.read_bytes()[:5] == b"%PDF-"


@pytest.mark.build
def test_its_pages_have_the_look_of_the_engine_without_a_copy_of_it(built):
    held = {p.name for p in (built.html / "_static").glob("*.*")}
    assert {"evidencebook.css", "explorer.js", "own.css"} <= held
    page = (built.html / "book" / "chapters" / "home.html").read_text(encoding="utf-8")
    assert re.findall(r'href="../../_static/(evidencebook|own)\.css', page) == ["evidencebook", "own"]
    assert [p.name for p in (built.root / "book" / "_static").iterdir()] == ["own.css"]
    assert "hsdr06250" not in (built.html / "index.html").read_text(encoding="utf-8")
