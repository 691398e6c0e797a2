"""Figures in prose come from the tables, and a figure that no table gives is refused."""

import pandas as pd
import pytest

from evidencebook.placeholders import Data, fill, misfits
from evidencebook.prose import Paragraph, check_prose
from evidencebook.schema import Column, Table


def table(name, *columns):
    return Table(name, f"{name}.csv", name, "", columns, (), "")


@pytest.fixture
def data():
    """Four findings of two components, and an effect."""
    frames = {
        "findings": pd.DataFrame(
            {
                "id": ["A-1", "A-2", "A-3", "B-1"],
                "component": ["A", "A", "A", "B"],
                "stance": ["confirming", "negating", "negating", "negating"],
                "keys": ["x2001;y2002", "x2001", "", "z2003"],
            }
        ),
        "advice": pd.DataFrame({"id": ["D-1", "D-2"], "components": ["A;B", "B"]}),
        "effects": pd.DataFrame({"id": ["E-1", "E-2"], "estimate": [0.26, None]}),
    }
    tables = {
        "findings": table(
            "findings",
            Column("id", "string", ""),
            Column("component", "string", ""),
            Column("stance", "string", "", enum=("confirming", "modifying", "negating")),
            Column("keys", "string", "", is_list=True),
        ),
        "advice": table("advice", Column("id", "string", ""), Column("components", "string", "", is_list=True)),
        "effects": table("effects", Column("id", "string", ""), Column("estimate", "number", "")),
    }
    return Data(frames, tables)


@pytest.mark.parametrize(
    ("spec", "number"),
    [
        ("count findings", "4"),
        ("count findings component=A", "3"),
        ("count findings component=A stance=negating", "2"),
        ("count findings stance=modifying", "0"),
        ("count findings+advice", "6"),
        ("count advice components=B", "2"),
        ("works findings", "3"),
        ("works findings component=A", "2"),
        ("value effects E-1 estimate", "0.26"),
    ],
)
def test_placeholder_is_the_number_that_the_rows_give(data, spec, number):
    assert fill(f"There are {{{spec}}}.", data).startswith(f"There are {{{number}|")


@pytest.mark.parametrize(
    ("spec", "value", "allowed"),
    [
        ("count finding", "finding", "findings, advice, effects"),
        ("count findings domain=x", "domain", "id, component, stance, keys"),
        ("count findings stance=Negating", "Negating", "confirming, modifying, negating"),
        ("count findings component=C", "C", "A, B"),
        ("count findings component", "component", "COLUMN=VALUE"),
        ("works effects", "effects", "a table with a column key or keys"),
        ("sum findings", "sum findings", "{count TABLE ...}, {works TABLE ...} or {value TABLE ID COLUMN}"),
        ("value effects E-9 estimate", "E-9", "the id of a row of effects"),
        ("value effects E-2 estimate", "E-2", "the id of a row of effects"),
        ("value effects E-1 size", "size", "id, estimate"),
        ("value effects E-1", "effects E-1", "{value TABLE ID COLUMN}"),
    ],
)
def test_placeholder_that_no_row_gives_is_a_fault_that_says_what_is_allowed(data, spec, value, allowed):
    (misfit,) = misfits(f"There are {{{spec}}}.", data)
    assert (misfit.value, misfit.allowed) == (value, allowed)
    faults = list(check_prose([Paragraph("report/x.md", "report", "x", f"There are {{{spec}}} [A-1].")], data))
    assert any(f.file == "report/x.md" and f.value == value and f.remedy == "correct the placeholder" for f in faults)


def problems(data, component, text):
    faults = check_prose([Paragraph("p.md", component, "x", text)], data)
    return [(f.value, f.problem) for f in faults]


def test_sentence_that_counts_rows_rests_on_them_and_needs_no_id(data):
    assert problems(data, "report", "There are {count findings} findings.") == []
    assert problems(data, "report", "There are findings.") == [("There are findings.", "rests on no row")]


def test_sentence_that_shows_a_value_names_its_row(data):
    shown = "The effect is {value effects E-1 estimate}"
    assert problems(data, "report", f"{shown} [E-1].") == []
    assert problems(data, "report", f"{shown} [A-1].") == [("E-1", "gives a figure but is not cited")]


def test_report_may_cite_any_row_and_a_component_only_its_own(data):
    assert problems(data, "report", "Both say so [A-1, B-1, E-1].") == []
    assert problems(data, "A", "Both say so [A-1, D-1].") == []
    assert problems(data, "A", "Both say so [A-1, B-1].") == [("B-1", "rests on no row of this component")]
    assert problems(data, "report", "Nobody says so [X-1].") == [("X-1", "rests on no row")]


def test_typed_figure_is_refused_beside_a_placeholder(data):
    assert problems(data, "report", "Of {count findings}, 2 agree.") == [("2", "is a figure typed by hand")]
