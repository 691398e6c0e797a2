"""Counts behind the gap map, and the placing of boxes in the conceptual model."""

import pandas as pd
import pytest

from evidencebook.coverage import finding_cells, reach, shared_works, study_cells, works_by_component
from evidencebook.figures.conceptual_model import settle

FINDINGS = pd.DataFrame(
    [
        ("A-1", "A", "health", "confirming", "x;y"),
        ("A-2", "A", "health", "negating", "y"),
        ("A-3", "A", "health", "", "z"),
        ("B-1", "B", "cost", "modifying", "x"),
    ],
    columns=["id", "component", "domain", "stance", "keys"],
)


def test_every_pair_has_a_cell_and_descriptions_are_not_counted():
    cells = finding_cells(FINDINGS, ["A", "B"], ["health", "cost"], ["confirming", "modifying", "negating"])

    assert cells[["row", "column", "total", "works", "first"]].to_numpy().tolist() == [
        ["A", "health", 2, 2, "A-1"],
        ["A", "cost", 0, 0, ""],
        ["B", "health", 0, 0, ""],
        ["B", "cost", 1, 1, "B-1"],
    ]
    assert cells.loc[0, ["confirming", "modifying", "negating"]].tolist() == [1, 0, 1]


def test_studies_are_counted_by_design_and_component_with_the_empty_cells():
    studies = pd.DataFrame({"component": ["A", "A", "B"], "design": ["trial", "trial", "survey"]})

    cells = study_cells(studies, ["A", "B"], ["survey", "trial"])

    assert cells["total"].tolist() == [0, 1, 2, 0]


def test_a_work_is_shared_where_both_components_cite_it_once_or_often():
    works = works_by_component(FINDINGS, ["A", "B"])

    assert works == {"A": ["x", "y", "z"], "B": ["x"]}
    assert shared_works(works) == {("A", "B"): ["x"]}
    assert reach(works).to_dict() == {"x": 2, "y": 1, "z": 1}


@pytest.mark.parametrize(
    ("wanted", "apart", "placed"),
    [
        ([1.0, 3.0], [1.0], [1.0, 3.0]),
        ([2.0, 2.0], [1.0], [1.5, 2.5]),
        ([3.0, 1.0], [1.0], [1.5, 2.5]),
        ([-5.0, 2.0], [1.0], [0.0, 2.0]),
        ([2.0, 9.0], [1.0], [2.0, 4.0]),
    ],
    ids=["room enough", "both want one place", "in the wrong order", "above the top", "below the foot"],
)
def test_boxes_settle_near_their_place_without_overlap(wanted, apart, placed):
    assert settle(wanted, apart, 0.0, 4.0) == pytest.approx(placed)
