"""The plan: which chapters there are, what each reads, and when it must run again."""

import json
import re
from pathlib import Path

import pytest

from evidencebook import evidence
from evidencebook.blocks.interpretation import answer, lead
from evidencebook.chapters import chapter_frames, cited_keys, find_chapter, fingerprint, load_templates, plan
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.report import open_chapter

UNREADABLE = {
    "not JSON": "{",
    "empty file": "",
    "no metadata": '{"cells": []}',
    "nothing declared": '{"cells": [], "metadata": {}}',
    "no slug": '{"cells": [], "metadata": {"evidencebook": {"title": "T", "reads": {}}}}',
    "no reads": '{"cells": [], "metadata": {"evidencebook": {"title": "T", "slug": "s"}}}',
    "a list": "[]",
    "metadata is a list": '{"cells": [], "metadata": []}',
}
# What is edited (file, before, after) and which of the chapters R1 review, M1 map, M1 theory must run again.
EDITS = {
    "finding of R1": (("data/evidence/findings.csv", "has two rooms", "has three rooms"), {"r1-review"}),
    "finding of M1": (
        ("data/evidence/findings.csv", "Made-up staff liked", "Made-up staff loved"),
        {"m1-map", "m1-theory"},
    ),
    "place of a finding of R1": (("data/evidence/findings.csv", "ch4 Outcomes ¶2", "ch4 Outcomes ¶9"), {"r1-review"}),
    "configuration of M1": (
        ("data/evidence/cmo.csv", "builds trust,,", "builds trust,so errors fall,"),
        {"m1-map", "m1-theory"},
    ),
    "included study": (("data/evidence/included_studies.csv", "Elsewhere", "Nowhere"), {"r1-review"}),
    "box of M1": (("data/theory/logic_model_nodes.csv", "Meet every day", "Meet every week"), {"m1-theory"}),
    "box of R1": (("data/theory/logic_model_nodes.csv", "More people come", "Fewer people come"), set()),
    "statement of M1": (("data/theory/components.csv", "fewer made-up", "hardly any made-up"), {"m1-map", "m1-theory"}),
    "work cited by R1 and M1": (
        ("references.bib", "Page Without a Date", "Page"),
        {"r1-review", "m1-map", "m1-theory"},
    ),
    "work cited by R1 and M1, its author": (
        ("references.bib", "Bell, D.", "Bell, E."),
        {"r1-review", "m1-map", "m1-theory"},
    ),
    "new work that nothing cites": (
        ("references.bib", "@misc{", "@misc{new1999,\n  title = {New},\n}\n\n@misc{"),
        set(),
    ),
    "spelling in the vocabulary": (
        ("data/vocabulary.csv", ",Confirming,", ",Confirms,"),
        {"r1-review", "m1-map", "m1-theory"},
    ),
    "version of the data": (
        ("data/datapackage.json", '"version": "', '"version": "9'),
        {"r1-review", "m1-map", "m1-theory"},
    ),
    "meaning of a column that reviews and maps read": (
        ("data/datapackage.json", "toward the component's statement", "towards the statement"),
        {"r1-review", "m1-map", "m1-theory"},
    ),
    "discrepancy": (("data/discrepancies.csv", "Four studies", "Five studies"), set()),
}


# Every chapter of the report with its title and sections, written down so that none is lost unseen.
CHAPTERS = json.loads((Path(__file__).parent / "chapters.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def loaded(mini):
    return evidence.load(mini)


@pytest.fixture(scope="module")
def before(mini):
    """Fingerprints of the untouched synthesis."""
    return fingerprints(mini)


def fingerprints(project):
    """Fingerprint of each watched chapter; the tables are read without the rules across them."""
    found, _ = evidence.inspect(project)
    chapters = {c.slug: c for c in plan(project, found.frames)}
    return {slug: fingerprint(chapters[slug], found) for slug in ("r1-review", "m1-map", "m1-theory")}


def changed(before, after, slug="r1-review"):
    return [name for name in before[slug] if before[slug][name] != after[slug][name]]


def edit(project, name, before, after):
    path = project.root / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def template(project, name, **declared):
    """Write a template that declares *declared* over what every template needs."""
    raw = {"slug": name, "title": name, "reads": {}} | declared
    notebook = {"cells": [], "metadata": {"evidencebook": raw}, "nbformat": 4, "nbformat_minor": 5}
    (project.notebooks / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def test_a_review_has_a_review_chapter_and_a_map_a_map_chapter(project, loaded):
    slugs = {c.slug for c in plan(project, loaded.frames)}

    assert {"home", "r1-review", "m1-map", "r1-theory", "m1-theory"} <= slugs
    assert not {"m1-review", "r1-map"} & slugs


def test_the_report_has_these_chapters_with_these_titles_and_sections(repository):
    chapters = plan(repository, evidence.load(repository).frames)

    assert {c.slug: {"title": c.title, "sections": sections(c)} for c in chapters} == CHAPTERS


def sections(chapter):
    """The second-level headings in the text of the chapter's template."""
    cells = json.loads(chapter.template.path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_a_new_component_is_rows_and_no_code(project):
    edit(project, "data/theory/components.csv", "M1,map", "R2,review,Third,Third,,If,Then,,,ch1 ¶4\nM1,map")

    slugs = {c.slug for c in plan(project, evidence.load(project).frames)}

    assert {"r2-review", "r2-theory"} <= slugs


def test_a_chapter_takes_title_and_parameters_from_its_row(project, loaded):
    chapter = next(c for c in plan(project, loaded.frames) if c.slug == "m1-map")

    assert chapter.title == "M1 map: Made-up teams talk daily"
    assert chapter.parameters == {"component": "M1"}
    assert chapter.document == "book/chapters/m1-map"


def test_a_chapter_sees_the_rows_of_its_component_only(project, loaded):
    chapter = find_chapter(plan(project, loaded.frames), "evidence_map", {"component": "M1"})

    frames = chapter_frames(chapter, loaded)

    assert list(frames["findings"]["id"]) == ["M1-SE-001", "M1-CX-001"]
    assert list(frames["cmo"]["id"]) == ["M1-CMO-01"]
    assert list(frames["findings"].index) == [0, 1]
    assert set(frames) == set(chapter.template.reads) - {"references", "pages"}


def test_cited_keys_come_once_and_never_empty(loaded):
    frames = {name: loaded.frames[name] for name in ("evidence_maps", "findings")}

    assert cited_keys(frames) == ["adams2001", "testtrust2010", "bellnd"]


def test_two_templates_may_not_make_one_page(project, loaded):
    template(project, "another", slug="home")

    with pytest.raises(ProjectError, match=r"another and home both make home"):
        plan(project, loaded.frames)


def test_an_unknown_template_is_refused_with_those_there_are(project, loaded):
    with pytest.raises(ParameterError, match=r"'realist_revue'.*evidence_map.*realist_review"):
        find_chapter(plan(project, loaded.frames), "realist_revue", {"component": "R1"})


def test_an_unknown_parameter_is_refused_with_those_there_are(project, loaded):
    with pytest.raises(ParameterError, match=r"no parameter portion; it has: component"):
        find_chapter(plan(project, loaded.frames), "realist_review", {"portion": "R1"})


@pytest.mark.parametrize(
    ("parameters", "given"),
    [
        ({"component": "R9"}, "component=R9"),
        ({"component": "M1"}, "component=M1"),
        ({"component": "r1"}, "component=r1"),
        ({"component": ""}, "component="),
        ({}, "no parameter"),
    ],
    ids=["unknown component", "map for a review", "lower case", "empty", "none"],
)
def test_an_unknown_value_is_refused_with_those_allowed(project, loaded, parameters, given):
    with pytest.raises(ParameterError, match=rf"cannot run with {given}; allowed: component=R1$"):
        find_chapter(plan(project, loaded.frames), "realist_review", parameters)


def test_a_parameter_for_a_template_without_any_is_refused(project, loaded):
    with pytest.raises(ParameterError, match=r"template home has no parameter component; it has: none"):
        find_chapter(plan(project, loaded.frames), "home", {"component": "R1"})


@pytest.mark.parametrize(("change", "stale"), EDITS.values(), ids=EDITS)
def test_a_fingerprint_changes_when_and_only_when_what_the_chapter_reads_changes(project, before, change, stale):
    edit(project, *change)

    after = fingerprints(project)
    assert {slug for slug in before if before[slug] != after[slug]} == stale


def test_a_fingerprint_says_which_table_changed(project, before):
    edit(project, "data/evidence/findings.csv", "has two rooms", "has three rooms")

    assert changed(before, fingerprints(project)) == ["findings"]


def test_a_chapter_that_cites_a_changed_work_says_so(project, before):
    edit(project, "references.bib", "A made-up trial", "A made-up experiment")

    assert changed(before, fingerprints(project)) == ["references"]


def test_the_same_inputs_give_the_same_fingerprint(project, before):
    assert fingerprints(project) == before


def test_a_template_that_reads_a_table_nobody_describes_is_refused(project, loaded):
    template(project, "stray", reads={"finding": {}})
    chapter = find_chapter(plan(project, loaded.frames), "stray", {})

    with pytest.raises(ProjectError, match=r"stray\.ipynb reads the table 'finding'"):
        chapter_frames(chapter, loaded)


@pytest.mark.parametrize(
    "where", [{"colour": "component"}, {"component": "colour"}], ids=["unknown column", "unknown parameter"]
)
def test_a_template_that_filters_by_nothing_there_is_refused(project, loaded, where):
    each = {"table": "components"}
    template(project, "stray", slug="{id}-stray", for_each=each, parameters={"component": "{id}"}, reads={"cmo": where})
    chapter = find_chapter(plan(project, loaded.frames), "stray", {"component": "R1"})

    with pytest.raises(ProjectError, match=r"stray\.ipynb filters cmo by"):
        chapter_frames(chapter, loaded)


@pytest.mark.parametrize(
    "declared",
    [
        {"for_each": {"table": "portions"}, "slug": "{id}-stray"},
        {"for_each": {"table": "components", "where": {"sort": "map"}}, "slug": "{id}-stray"},
        {"for_each": {"table": "components"}, "slug": "{name}-stray"},
        {"for_each": {"table": "components"}, "slug": "{id}-stray", "parameters": {"component": "{name}"}},
    ],
    ids=["unknown table", "unknown column of the rows", "unknown column in the slug", "unknown column in a parameter"],
)
def test_a_template_that_repeats_over_nothing_there_is_refused(project, loaded, declared):
    template(project, "stray", **declared)

    with pytest.raises(ProjectError, match="stray"):
        plan(project, loaded.frames)


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_template_is_named(project, text):
    (project.notebooks / "broken.ipynb").write_text(text, encoding="utf-8")

    with pytest.raises(ProjectError, match=r"broken\.ipynb"):
        load_templates(project)


def test_a_template_in_another_encoding_is_named(project):
    (project.notebooks / "broken.ipynb").write_bytes('{"metadata": "é"}'.encode("latin-1"))

    with pytest.raises(ProjectError, match=r"broken\.ipynb is not a notebook"):
        load_templates(project)


def test_a_project_without_templates_is_refused(project):
    for path in project.notebooks.glob("*.ipynb"):
        path.unlink()

    with pytest.raises(ProjectError, match=r"holds no template"):
        load_templates(project)


def test_a_theory_page_opens_with_the_first_sentence_of_the_answer_that_the_review_page_owns(project):
    written = project.prose / "R1" / "answer.md"
    written.parent.mkdir(parents=True)
    written.write_text("Rooms seem to help [R1-PH-001]. Nobody knows the cost [R1-CE-001].\n", encoding="utf-8")

    opened = lead(open_chapter("programme_theory", component="R1")).text
    whole = answer(open_chapter("realist_review", component="R1")).text

    assert "Rooms seem to help [[R1-PH-001](#r1-ph-001)]" in opened
    assert "Nobody knows" not in opened
    # A sentence has its one anchor where the paragraph stands whole.
    assert ".sentence" not in opened
    assert re.search(r"\{#r1-answer-1 \.sentence\}\n\n.*Nobody knows", whole)
