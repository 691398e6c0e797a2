"""Figures that the sources print, held against the rows; and the audit that does so for every build."""

import csv

import pytest

from evidencebook import evidence
from evidencebook.audit import coverage
from evidencebook.recount import anomalies
from evidencebook.schema import split_list


@pytest.fixture(scope="module")
def loaded(repository):
    return evidence.load(repository)


def test_every_citation_of_every_section_is_carried(loaded):
    found = coverage(loaded)
    assert found["carried"].all()
    printed = found[(found["source_id"] == "hsdr06250")]
    # The reference list of the report runs from 1 to 534, and every number is cited in some section or table.
    assert set(printed["number"].astype(int)) == set(range(1, 535))


def test_records_screened_add_up(loaded):
    rows = loaded.frames["screening"].query("stage == 'records screened'")
    assert list(rows["records"]) == [7965, 2230, 8772, 2695, 8843]
    assert rows["records"].sum() == 30505


def test_vanguards_by_type_add_up_to_fifty(loaded):
    rows = loaded.frames["vanguards"]
    assert sorted(rows["sites"].astype(int)) == sorted([9, 14, 6, 8, 13])
    assert rows["sites"].astype(int).sum() == 50


def test_pooled_effects_are_those_of_the_abstract(loaded):
    rows = loaded.frames["effect_sizes"]
    drawn = rows[rows["estimate"].astype(str).str.len() > 0]
    found = {(float(r.estimate), float(r.ci_low), float(r.ci_high)) for r in drawn.itertuples() if str(r.ci_low) != ""}
    assert found == {(0.07, 0.0, 0.14), (0.26, 0.16, 0.36), (0.35, 0.04, 0.66)}


def test_audit_finds_what_is_known_to_be_wrong(loaded):
    """Slips that anyone can see in the source: sums that fail, a missing search line, labels of other years."""
    found = {a.code for a in anomalies(loaded)}
    assert {"search_line_missing:241", "label_year:R3:coulter2009", "label_year:R1:sqw2016"} <= found
    stated = {a.stated.rsplit(": ", 1)[-1]: a.found for a in anomalies(loaded) if a.code.startswith("recount:")}
    assert stated["264"] == "265"
    assert stated["540"] == "539"
    assert stated["48"] == "47"
    assert stated["34"] == "40"
    assert stated["29.1"] == "27.2"


def test_anomaly_that_no_discrepancy_lists_fails_the_check(project):
    path = project.data / "evidence" / "included_studies.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    place = lines[0].index("label")
    lines[1][place] = "Somebody Else, 1999"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    _, faults = evidence.inspect(project)
    assert any(f.column == "audit" and "no discrepancy lists it" in f.problem for f in faults)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A made-up clinic may help [R1-XX-999].", "rests on no row of this component"),
        ("A made-up clinic may help.", "rests on no row"),
        ("A made-up clinic may help 12 people [{claim}].", "is a figure typed by hand"),
    ],
    ids=["unknown row", "no row", "typed figure"],
)
def test_prose_without_rows_or_with_typed_figures_fails_the_check(project, text, problem):
    claim = evidence.load(project).frames["findings"].query("component == 'R1'")["id"].iloc[0]
    folder = project.prose / "R1"
    folder.mkdir(parents=True)
    (folder / "answer.md").write_text(text.format(claim=claim), encoding="utf-8")
    _, faults = evidence.inspect(project)
    assert [f.problem for f in faults] == [problem]
    (folder / "answer.md").write_text(f"A made-up clinic may help [{claim}].", encoding="utf-8")
    assert evidence.inspect(project)[1] == []


def test_active_ingredients_rest_on_rows(loaded):
    known = {i for frame in loaded.frames.values() if "id" in frame for i in frame["id"]}
    for row in loaded.frames["active_ingredients"].itertuples():
        assert split_list(row.claims), row.id
        assert set(split_list(row.claims)) <= known
