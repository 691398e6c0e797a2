"""Sections of a template that repeat for each outcome, actor or theme."""

import json

import pytest

from evidencebook import cli, evidence
from evidencebook.figures.looks import looks
from evidencebook.sections import fitted, lacking, lists
from evidencebook.vocabulary import tones


def template(project, name):
    return json.loads((project.notebooks / f"{name}.ipynb").read_text(encoding="utf-8"))


def headings(notebook):
    cells = (c for c in notebook["cells"] if c["metadata"].get("evidencebook", {}).get("each"))
    return ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]


@pytest.fixture(scope="module")
def wanted(repository):
    return lists(evidence.load(repository).frames)


def test_the_templates_of_the_report_are_in_line_with_its_vocabulary(repository, wanted):
    for path in repository.notebooks.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert fitted(notebook, wanted) == notebook, path.name


def test_a_new_outcome_gets_its_section_in_its_place_and_the_others_stay(repository, wanted):
    notebook = template(repository, "realist_review")
    domains = list(wanted["domain"].items())
    more = wanted | {"domain": dict([domains[0], ("equity", "Fair access"), *domains[1:]])}
    assert lacking(notebook, more) == [("domain", "equity")]
    made = fitted(notebook, more)
    assert headings(made)[:3] == [f"## {domains[0][1]}", "## Fair access", f"## {domains[1][1]}"]
    own = [
        "".join(c["source"]) for c in made["cells"] if c["metadata"].get("evidencebook", {}).get("value") == "equity"
    ]
    assert own[1:] == [f'{call}(chapter, "equity")' for call in ("verdict", "interpretation", "findings_of")]
    assert made["metadata"]["evidencebook"]["prose"][:4] == ["answer", domains[0][0], "equity", domains[1][0]]
    ids = [c["id"] for c in made["cells"]]
    assert len(ids) == len(set(ids))
    assert [c for c in made["cells"] if c["id"] in {c["id"] for c in notebook["cells"]}] == notebook["cells"]


def test_a_withdrawn_actor_loses_its_section(repository, wanted):
    notebook = template(repository, "evidence_map")
    fewer = wanted | {"actor": {"staff": "Staff"}}
    assert [h for h in headings(fitted(notebook, fewer)) if h.startswith("### ")] == ["### Staff"]


def test_check_names_an_outcome_without_a_section_and_the_command_mends_it(project, rewrite, capsys):
    rewrite("data/vocabulary.csv", "domain,characteristics,", "domain,equity,Fair access,\ndomain,characteristics,")
    rewrite("data/synthesis/strength_groups.csv", "SG-24,", "SG-25,domain,equity,judged,An aim\nSG-24,")
    assert cli.main(["check"]) == 1
    assert "realist_review.ipynb: lacks a section for the domain (found: equity)" in capsys.readouterr().err
    assert cli.main(["sections"]) == 0
    assert "## Fair access" in headings(template(project, "realist_review"))
    assert cli.main(["check"]) == 0


def test_a_stance_looks_by_its_place_from_for_to_against():
    assert tones(["helps", "depends", "unclear", "hinders"]) == {
        "helps": "for",
        "depends": "between",
        "unclear": "between",
        "hinders": "against",
    }
    assert tones(["yes"]) == {"yes": "for"}
    found = looks(["helps", "depends", "unclear", "hinders"])
    assert len({look.colour for look in found.values()}) == 4
    assert len({look.marker for look in found.values()}) == 4
    assert [bool(look.hatch) for look in found.values()] == [False, False, False, True]
