"""The layout of logic models: crossings counted, reduced, and long arrows kept off the boxes."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencebook.figures.logic_model import crossings, logic_model, order_columns, route

STAGES = ["context", "input", "activity", "outcome"]
GRAPHS = {
    "parallel": ([["a", "b"], ["c", "d"]], [("a", "c"), ("b", "d")], 0),
    "crossed": ([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")], 1),
    "shared end": ([["a", "b"], ["c"]], [("a", "c"), ("b", "c")], 0),
    "shared start": ([["a"], ["c", "d"]], [("a", "d"), ("a", "c")], 0),
    "one after the other": ([["a", "b"], ["c", "d"], ["e", "f"]], [("a", "c"), ("d", "f")], 0),
    "crossed in the second gap": ([["a"], ["c", "d"], ["e", "f"]], [("a", "c"), ("c", "f"), ("d", "e")], 1),
    # All four lines between two pairs of boxes: only the two diagonals cross.
    "complete on two and two": (
        [["a", "b"], ["c", "d"]],
        [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")],
        1,
    ),
    # The known number for boxes in two columns is C(3, 2) squared.
    "complete on three and three": ([list("abc"), list("xyz")], [(i, j) for i in "abc" for j in "xyz"], 9),
    # Drawn on beyond their ends these two would meet.
    "far apart": ([["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]], [("a", "d"), ("f", "g")], 0),
    "no arrows": ([["a"], ["b"]], [], 0),
}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def table(pairs):
    return pd.DataFrame(pairs, columns=["from_id", "to_id"], dtype=object)


def columns_of(boxes):
    return {f"stage {n}": list(column) for n, column in enumerate(boxes)}


@st.composite
def models(draw):
    """Nodes in stages and links from an earlier stage to a later one."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=len(STAGES), max_size=len(STAGES)))
    nodes = [(f"{s}{n}", s) for s, size in zip(STAGES, sizes, strict=True) for n in range(size)]
    later = [(a, b) for a, s in nodes for b, t in nodes if STAGES.index(s) < STAGES.index(t)]
    links = draw(st.lists(st.sampled_from(later), unique=True, max_size=12))
    return pd.DataFrame(nodes, columns=["id", "stage"]), table(links)


@pytest.mark.parametrize(("boxes", "links", "known"), GRAPHS.values(), ids=GRAPHS)
def test_crossings_of_known_graphs(boxes, links, known):
    assert crossings(columns_of(boxes), table(links)) == known


def test_a_crossing_that_can_be_undone_is_undone():
    links = table([("a", "d"), ("b", "c")])

    ordered = order_columns(columns_of([["a", "b"], ["c", "d"]]), links)

    assert crossings(ordered, links) == 0


def test_crossings_through_three_columns_are_undone():
    links = table([("a", "d"), ("b", "c"), ("c", "f"), ("d", "e")])

    ordered = order_columns(columns_of([["a", "b"], ["c", "d"], ["e", "f"]]), links)

    assert crossings(ordered, links) == 0


@settings(max_examples=60, deadline=None)
@given(models())
def test_ordering_never_adds_a_crossing_and_keeps_every_box_in_its_column(model):
    nodes, links = model
    before = {s: list(nodes.loc[nodes["stage"] == s, "id"]) for s in STAGES}

    after = order_columns(before, links)

    assert crossings(after, links) <= crossings(before, links)
    assert list(after) == STAGES
    assert {s: sorted(column) for s, column in after.items()} == {s: sorted(column) for s, column in before.items()}


@settings(max_examples=60, deadline=None)
@given(models())
def test_every_arrow_has_a_place_in_every_stage_it_passes(model):
    nodes, links = model
    stage_of = dict(zip(nodes["id"], nodes["stage"], strict=True))

    columns, routes = route(nodes, links, STAGES)

    where = {i: stage for stage, column in columns.items() for i in column}
    assert [(chain[0], chain[-1]) for chain in routes] == list(links.itertuples(index=False, name=None))
    for chain in routes:
        first, last = STAGES.index(stage_of[chain[0]]), STAGES.index(stage_of[chain[-1]])
        assert [where[i] for i in chain] == STAGES[first : last + 1]
        assert not set(chain[1:-1]) & set(stage_of)
    lanes = {(chain[0], i) for chain in routes for i in chain[1:-1]}
    assert len(lanes) == len({lane for _, lane in lanes}), "a lane carries the arrows of one box"
    assert len(lanes) == len({(start, where[lane]) for start, lane in lanes}), "a box has one lane in a stage"
    assert sorted(where) == sorted(set(stage_of) | {lane for _, lane in lanes})


def test_an_arrow_that_skips_a_stage_passes_between_the_boxes():
    nodes = pd.DataFrame([("a", "context"), ("b", "input"), ("c", "activity")], columns=["id", "stage"])

    columns, routes = route(nodes, table([("a", "b"), ("a", "c")]), STAGES[:3])

    (lane,) = set(columns["input"]) - {"b"}
    assert routes == [["a", "b"], ["a", lane, "c"]]


def test_a_model_is_drawn_with_every_box_and_stage_that_has_one():
    nodes = pd.DataFrame(
        [("a", "context", "Far away", "stated"), ("b", "outcome", "More people come", "inferred")],
        columns=["id", "stage", "label", "basis"],
    )

    figure = logic_model(nodes, table([("a", "b")]), STAGES, {s: s.title() for s in STAGES})

    said = [" ".join(text.get_text().split()) for text in figure.axes[0].texts]
    assert sorted(said) == ["Context", "Far away", "More people come", "Outcome"]


@pytest.mark.parametrize("links", [[], [("a", "b")]], ids=["without arrows", "with an arrow"])
def test_a_model_may_have_no_arrow(links):
    nodes = pd.DataFrame(
        [("a", "context", "Far away", "stated"), ("b", "outcome", "Near", "stated")],
        columns=["id", "stage", "label", "basis"],
    )

    assert logic_model(nodes, table(links), STAGES, {s: s for s in STAGES}).axes
