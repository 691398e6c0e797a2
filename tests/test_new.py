"""A synthesis of a team's own: written whole or not at all, sound, and without a fact of this one."""

import io
import json
import re
import shutil

import pytest

from evidencebook import cli, evidence
from evidencebook.blocks.screened import record_flow_figure
from evidencebook.chapters import plan
from evidencebook.forms.numbering import Numbering
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.report import open_chapter
from evidencebook.schema import load_package
from evidencebook.starter import SHARED, shared, templates
from evidencebook.vocabulary import vocabulary

TITLE = "What helps walking groups last?"
FLAGS = {
    "--title": [TITLE],
    "--component": ["Leaders", "map: Routes and places"],
    "--domain": ["Taking part", "Wellbeing: mood, sleep and quality of life"],
    "--actor": ["Walkers", "Group leaders"],
    "--stances": ["Helps, Depends, Unclear, Hinders"],
    "--country": ["Ireland"],
}
# Words that only the report's own synthesis has any business with.
OWN = (
    r"hsdr|vanguard|\bNHS\b|turner|primary care|integrated care|quadruple|population_health|pioneer|starling"
    r"|\bUK\b|United Kingdom"
)


def words(folder, **changed):
    flags = FLAGS | {f"--{name}": value for name, value in changed.items()}
    return ["new", str(folder), *(part for flag, values in flags.items() for value in values for part in (flag, value))]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teams") / "walking-groups"
    assert cli.main(words(folder)) == 0
    return Project(folder)


def texts(project):
    for path in sorted(p for p in project.root.rglob("*") if p.is_file()):
        yield path.relative_to(project.root).as_posix(), path.read_text(encoding="utf-8")


def test_the_tables_are_sound_and_the_chapters_are_those_of_its_components(made):
    loaded, faults = evidence.inspect(made)
    assert faults == []
    slugs = {c.slug: c.title for c in plan(made, loaded.frames)}
    assert slugs.keys() >= {"home", "r1-theory", "m1-theory", "r1-review", "m1-map", "gap-map", "explorer"}
    assert "m1-review" not in slugs
    assert slugs["home"] == TITLE


def test_every_word_given_is_data_of_the_new_project(made):
    frames = evidence.load(made).frames
    listed = vocabulary(frames["vocabulary"], "domain").labels
    assert listed == {
        "taking_part": "Taking part",
        "wellbeing": "Wellbeing",
        "unintended_consequences": "Unintended consequences",
        "characteristics": "Characteristics",
        "context": "Context",
    }
    assert list(vocabulary(frames["vocabulary"], "stance").labels.values()) == [
        "Helps",
        "Depends",
        "Unclear",
        "Hinders",
    ]
    assert list(vocabulary(frames["vocabulary"], "actor").labels) == ["walkers", "group_leaders"]
    columns = load_package(made.data).tables["findings"]
    assert columns.column("stance").enum == ("helps", "depends", "unclear", "hinders")
    review = (made.notebooks / "realist_review.ipynb").read_text(encoding="utf-8")
    assert "## Taking part" in review
    assert "### Group leaders" in review
    assert "Ireland" in (made.data / "synthesis" / "strength_rules.csv").read_text(encoding="utf-8")


def test_nothing_of_the_report_s_own_synthesis_comes_along(made):
    found = {name: re.findall(OWN, text, flags=re.IGNORECASE) for name, text in texts(made)}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_it_speaks_of_works_and_of_a_synthesis_not_of_a_source_it_renders(made):
    spoken = r"(?<![\w\"])[Tt]he source\b(?! *(?:document|of ))|[Tt]his edition"
    found = {name: re.findall(spoken, text) for name, text in texts(made)}
    assert {name: hits for name, hits in found.items() if hits and not name.startswith((".", "book/_static"))} == {}


def test_its_forms_can_number_a_finding_of_every_domain(made):
    frames, table = evidence.load(made).frames, load_package(made.data).tables["findings"]
    numbering = Numbering(table, frames["findings"], [])
    given = [
        numbering.next({**dict.fromkeys(table.header, ""), "component": "R1", "domain": d})
        for d in table.column("domain").enum
    ]
    assert all(re.fullmatch(table.column("id").pattern, i) for i in given)
    assert len({i.split("-")[1] for i in given}) == len(given)


def test_each_table_that_people_fill_has_one_row_that_explains_itself(made):
    written_by_commands = {"sign_offs", "signed_rows", "versions", "events", "record_flow"}
    frames = evidence.load(made).frames
    assert {name for name, frame in frames.items() if frame.empty} == written_by_commands
    assert frames["findings"]["finding"].tolist() == [
        "Example: one claim about one sentence or table of a work, in your own words"
    ]


@pytest.mark.parametrize("template", ["realist_review", "evidence_map"])
def test_a_finding_of_any_domain_has_a_place_on_the_page_of_its_component(made, template):
    shown = re.findall(
        r'findings_of\(chapter, \\"(\w+)\\"\)', (made.notebooks / f"{template}.ipynb").read_text("utf-8")
    )
    assert sorted(shown) == sorted(vocabulary(evidence.load(made).frames["vocabulary"], "domain").values)


def test_the_flow_of_records_gets_a_page_once_records_are_screened(made, tmp_path, monkeypatch):
    assert "record-flow" not in {c.slug for c in plan(made, evidence.load(made).frames)}
    project = Project(shutil.copytree(made.root, tmp_path / "screened"))
    found = "".join(f"TY  - JOUR\nTI  - A made-up study of {w}\nPY  - 2020\nER  - \n" for w in ("oaks", "rain", "rain"))
    (tmp_path / "found.ris").write_text(found, encoding="utf-8")
    folder = str(project.data / "screening")
    assert cli.main(["screen", "import", f"Made-up base={tmp_path / 'found.ris'}", "--out", folder]) == 0
    assert cli.main(["screen", "flow", folder]) == 0

    loaded, faults = evidence.inspect(project)
    assert faults == []
    assert "record-flow" in {c.slug for c in plan(project, loaded.frames)}
    monkeypatch.setenv(ROOT_VARIABLE, str(project.root))
    shown = record_flow_figure(open_chapter("record_flow")).text
    assert "identified 3; removed before screening 0" in shown
    assert "Made-up base" in shown


def test_templates_import_what_they_use_and_no_more(made):
    for path in made.notebooks.glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        for line in (line for source in code for line in source.split("\n") if line.startswith("from ")):
            for name in re.findall(r"\w+", line.partition(" import ")[2]):
                assert len(re.findall(rf"\b{name}\b", "\n".join(code))) > 1, (path.name, name)


def test_a_folder_with_something_in_it_is_left_alone(made, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me", encoding="utf-8")
    assert cli.main(words(tmp_path / "mine")) == 1
    assert "is not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"title": ["<b>bold</b>"]}, "title '<b>bold</b>' cannot be used", id="markup in the title"),
        pytest.param({"title": ["A {cite}`x` title"]}, "cannot be used", id="a role in the title"),
        pytest.param({"domain": ["Costs", "costs"]}, "has the code costs", id="two outcomes of one code"),
        pytest.param({"actor": ["$(rm)"]}, "actor '$(rm)' cannot be used", id="a command as an actor"),
        pytest.param({"stances": ["Helps"]}, "at least two stance words", id="one stance"),
        pytest.param({"component": ["a" * 300]}, "3 to 200 characters", id="a long title"),
        pytest.param({"domain": ["Context"], "stances": ["Yes, No"]}, "is a domain of every synthesis", id="reserved"),
    ],
)
def test_a_word_that_cannot_be_used_is_refused_and_nothing_is_written(tmp_path, capsys, changed, said):
    assert cli.main(words(tmp_path / "mine", **changed)) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["My-Review", "1st", "a", "my_review", "..", "my review"])
def test_a_name_that_no_folder_should_have_is_refused(tmp_path, capsys, name):
    assert cli.main(words(tmp_path / name)) == 1
    assert "cannot name a synthesis" in capsys.readouterr().err


def test_without_a_terminal_every_missing_flag_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main(["new", str(tmp_path / "mine"), "--title", TITLE]) == 1
    assert "give --component --domain --actor" in capsys.readouterr().err


def test_at_a_terminal_it_asks(tmp_path, monkeypatch):
    asked = iter(
        [
            *("<b>no</b>", TITLE, ""),  # a title that cannot be used is asked for again
            *("", "Leaders", "map: Routes", ""),  # at least one component
            *("Taking part", "taking part", ""),  # the same outcome twice
            *("Walkers", ""),
            *("Helps", "Helps, Hinders"),
        ]
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt="": next(asked))
    assert cli.main(["new", str(tmp_path / "mine")]) == 0
    frames = evidence.load(Project(tmp_path / "mine")).frames
    assert frames["components"]["id"].tolist() == ["R1", "M1"]
    assert list(vocabulary(frames["vocabulary"], "stance").labels) == ["helps", "hinders"]


def test_a_failure_midway_leaves_nothing(tmp_path, monkeypatch):
    def fails(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(templates, "notebooks", fails)
    assert cli.main(words(tmp_path / "mine")) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_a_package_must_carry_is_there(repository):
    assert shared() == repository.root
    assert [name for name in SHARED if not (shared() / name).exists()] == []
