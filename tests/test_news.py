"""The page of news: every version with what changed, links to rows that are there, and the verdict or its absence."""

import json

import pytest

from evidencebook.blocks import news as module
from evidencebook.blocks.news import news
from evidencebook.report import open_chapter
from evidencebook.versions.release import conclude, seal

FINDINGS = "data/evidence/findings.csv"
COST = "R1-CE-001,R1,cost_effectiveness,Cost,negating,A made-up clinic cost more than none.,,,,,testtrust2010,"
ROOMS = "R1-CH-001,R1,characteristics,What it is,,A made-up clinic has two rooms.,,,,,testtrust2010,"


@pytest.fixture
def next_version(released, rewrite):
    """Seal the edited tables as 2.0.0 and return the text of the page."""

    def run():
        path = released.data / "datapackage.json"
        raw = json.loads(path.read_text(encoding="utf-8")) | {"version": "2.0.0", "created": "2031-01-01T00:00:00Z"}
        path.write_text(json.dumps(raw), encoding="utf-8")
        seal(released, title="The next tables")
        return page()

    return run


def page():
    return news(open_chapter("whats_new"), ("findings", "discrepancies")).text


def test_the_first_version_says_that_it_is_the_first(released):
    text = page()

    assert "The first tables]{#version-1-0-0 .topic}" in text
    assert "This is the first version: there is none before it to compare with." in text


def test_without_a_version_the_page_says_so(project):
    assert page() == "*No version of the data has been released yet.*"


def test_a_version_lists_its_changes_by_kind_newest_version_first(next_version, rewrite):
    rewrite(FINDINGS, "has two rooms", "has three rooms")

    text = next_version()

    assert text.index("The next tables") < text.index("The first tables")
    assert "Finding reworded (1 change)" in text
    assert "[R1-CH-001](#r1-ch-001)" in text
    assert "has two rooms. → A made-up clinic has three rooms." in text
    assert "r1-review.ipynb) (1)" in text
    assert "conclusions" not in text.lower()


def test_a_withdrawn_row_is_named_and_not_linked(next_version, rewrite):
    rewrite(FINDINGS, ROOMS + "ch4 Characteristics ¶1,coder-a\n", "")

    text = next_version()

    assert "Finding withdrawn" in text
    assert "(#r1-ch-001)" not in text
    assert "A made-up clinic has two rooms" in text


def test_a_proposal_is_shown_as_one_until_a_person_decides(next_version, released, rewrite):
    rewrite(FINDINGS, COST, COST.replace("negating", "modifying"))

    text = next_version()
    assert "may have changed; no person has decided yet" in text
    assert "the leading stance of R1 in cost effectiveness moved" in text

    conclude(released, "2.0.0", "unchanged", by="A. Person", because="one study", on="2031-02-03")
    assert "Conclusions unchanged, decided by A. Person on 2031-02-03: one study." in page()


def test_a_long_list_is_cut_and_says_where_the_rest_is(next_version, rewrite, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 1)
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    rewrite(FINDINGS, "made-up towns", "made-up cities")

    text = next_version()

    assert "Finding reworded (2 changes; the first 1, the others are in data/events.csv)" in text
    assert "[R1-CH-001]" in text
    assert "[M1-CX-001]" not in text


def test_no_cell_becomes_markup(next_version, rewrite):
    rewrite(FINDINGS, "has two rooms", "has {cite}`nobody` <b>rooms</b>")

    text = next_version()

    assert "{cite}`" not in text
    assert "<b>" not in text
