"""Counts, on frames small enough to count by hand and against what the source report prints."""

import pandas as pd
import pytest

from evidencebook.bibliography import Reference
from evidencebook.schema import load_package
from evidencebook.synthesis import design_counts, distinct_keys, focus_matrix, stance_by_domain, study_profile
from evidencebook.tables import read_csv

STANCES = ["confirming", "modifying", "negating"]
DESIGNS = [
    "systematic_review",
    "realist_review",
    "review",
    "randomised_trial",
    "observational",
    "economic_evaluation",
    "mixed_methods",
    "qualitative",
    "case_study",
    "other",
]
# Health Serv Deliv Res 2018;6(25), appendix 5, types as printed brought to the vocabulary by hand.
APPENDIX_5 = {
    "systematic_review": 4,
    "realist_review": 1,
    "review": 11,
    "randomised_trial": 1,
    "observational": 3,  # two observational studies and a cohort study
    "mixed_methods": 4,
    "qualitative": 4,
    "case_study": 8,
    "other": 2,
}
APPENDICES = {"R1": 38, "R2": 47, "R3": 40}
# Table 6 (M2): reference numbers under each focus, as printed.
TABLE_6 = {
    "Management of long-term conditions": list(range(319, 338)),
    "Population-based approaches to primary and community care": [320, 321, 322, 323, 335, *range(338, 345)],
    "Integrated and collaborative care": [
        *(239, 324, 325, 326, 327, 328, 329, 330, 334, 335, 336, 337),
        *(338, 339, 340, 341, 344, 345, 346, 347, 348, 349),
    ],
    "Quality improvement in primary care": [239, 331, 332, 333, 345, 348, 350, 351],
    "Team and organisational development": [342, 343, 346, 347, 349, 350, 351],
}
# Table 10: ingredients under each theme, what and how.
TABLE_10_THEMES = [
    *("Design", "Delivery", "Management", "People and communities"),
    *("Workforce", "Technology", "Leadership", "Knowledge"),
]


@pytest.fixture(scope="module")
def rows(repository):
    """Read a table of the project by its name, as text cells."""
    package = load_package(repository.data)

    def rows(name):
        table = package.tables[name]
        frame, faults = read_csv(repository.data / table.path, table)
        assert faults == []
        return frame

    return rows


def findings(*pairs):
    return pd.DataFrame(pairs, columns=["domain", "stance"], dtype=object)


def test_findings_are_counted_by_domain_and_stance():
    rows = findings(("cost", "negating"), ("cost", "negating"), ("health", "confirming"), ("health", "modifying"))

    counts = stance_by_domain(rows, ["health", "cost"], STANCES)

    assert counts.to_numpy().tolist() == [[1, 1, 0], [0, 0, 2]]
    assert list(counts.index) == ["health", "cost"]
    assert list(counts.columns) == STANCES


def test_a_domain_without_findings_counts_nothing():
    counts = stance_by_domain(findings(("cost", "negating")), ["health", "cost"], STANCES)

    assert counts.loc["health"].tolist() == [0, 0, 0]


def test_descriptions_are_not_counted():
    counts = stance_by_domain(findings(("health", ""), ("health", "confirming")), ["health"], STANCES)

    assert counts.to_numpy().tolist() == [[1, 0, 0]]


def test_no_findings_at_all_count_nothing():
    counts = stance_by_domain(findings(), ["health", "cost"], STANCES)

    assert counts.to_numpy().tolist() == [[0, 0, 0], [0, 0, 0]]


def test_distinct_keys_come_once_in_order_of_first_appearance():
    assert distinct_keys(pd.Series(["b;a", "", "a;c", "b"])) == ["b", "a", "c"]


def test_no_cells_have_no_keys():
    assert distinct_keys(pd.Series([], dtype=object)) == []


def test_a_study_takes_its_year_from_the_bibliography_and_its_place_without_brackets():
    studies = pd.DataFrame(
        {"key": ["halter2013", "nhsnd"], "country": ["International (46 out of 49 papers from the USA)", "UK"]}
    )
    references = {
        "halter2013": Reference("halter2013", "article", {"year": "2013"}, ("Halter",), True),
        "nhsnd": Reference("nhsnd", "misc", {}, ("NHS England",), False),
    }

    profile = study_profile(studies, references)

    assert profile["place"].tolist() == ["International", "UK"]
    assert profile["year"].iloc[0] == 2013
    assert profile["year"].isna().tolist() == [False, True]
    assert str(profile["year"].dtype) == "Int64"


def test_designs_are_counted_in_the_given_order_without_empty_ones():
    studies = pd.DataFrame({"design": ["other", "review", "other"]})

    assert design_counts(studies, ["review", "qualitative", "other"]).to_dict() == {"review": 1, "other": 2}


def test_the_focus_matrix_places_each_key_and_keeps_an_empty_focus():
    rows = pd.DataFrame(
        [("Early", "a2000"), ("Early", "b2000"), ("Late", "b2000"), ("None", "")], columns=["focus", "key"]
    )

    matrix = focus_matrix(rows)

    assert list(matrix.columns) == ["Early", "Late", "None"]
    assert list(matrix.index) == ["b2000", "a2000"]  # the shared key first
    assert matrix.to_numpy().tolist() == [[True, True, False], [True, False, False]]


def test_keys_under_equally_many_foci_follow_the_order_of_the_foci():
    rows = pd.DataFrame([("Late", "z"), ("Early", "y"), ("Late", "x"), ("Early", "w")], columns=["focus", "key"])

    assert list(focus_matrix(rows).index) == ["z", "x", "y", "w"]


def test_a_map_without_any_reference_has_no_rows():
    matrix = focus_matrix(pd.DataFrame([("Early", "")], columns=["focus", "key"]))

    assert matrix.shape == (0, 1)


@pytest.mark.parametrize(("component", "printed"), APPENDICES.items())
def test_reviews_include_the_printed_number_of_studies(rows, component, printed):
    studies = rows("included_studies")

    assert (studies["component"] == component).sum() == printed


def test_the_designs_of_r1_are_those_printed(rows):
    studies = rows("included_studies").query("component == 'R1'")

    assert design_counts(studies, DESIGNS).to_dict() == APPENDIX_5


def test_the_map_of_m2_is_table_6(rows):
    numbers = rows("reference_numbers").query("source_id == 'hsdr06250'").set_index("key")["number"].astype(int)

    matrix = focus_matrix(rows("evidence_maps").query("component == 'M2'"))

    placed = {focus: sorted(numbers[key] for key in matrix.index[matrix[focus]]) for focus in matrix.columns}
    assert placed == {focus: sorted(printed) for focus, printed in TABLE_6.items()}
    assert [len(printed) for printed in TABLE_6.values()] == [19, 12, 22, 8, 7]
    assert int(matrix.to_numpy().sum()) == 68
    assert numbers[matrix.index[0]] == 335  # the one work under three foci
    assert numbers[matrix.index[-1]] == 319  # the one work under one focus


def test_the_active_ingredients_are_those_of_table_10(rows):
    ingredients = rows("active_ingredients")

    assert list(dict.fromkeys(ingredients["theme"])) == TABLE_10_THEMES
    assert ingredients["kind"].value_counts().to_dict() == {"how": 32, "what": 28}
