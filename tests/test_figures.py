"""Figures: one palette with a dark counterpart, contrast, text inside the picture, and counts that hold."""

import csv
import re
import types
from collections import Counter
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from docutils import nodes
from docutils.utils import new_document

from evidencebook.blocks.completeness import stated_parts
from evidencebook.blocks.ingredients import ingredient_counts
from evidencebook.errors import FigureError
from evidencebook.figures import style
from evidencebook.figures.chains import chain_flow, chain_rows
from evidencebook.figures.counts import count_grid
from evidencebook.figures.flow import lineage, screening_flow
from evidencebook.figures.forest import forest
from evidencebook.figures.grid import unit_grid
from evidencebook.figures.matrix import mark_matrix
from evidencebook.figures.overlap import overlap_matrix
from evidencebook.figures.paired import dumbbells, share_bars
from evidencebook.figures.stance import stance_bars
from evidencebook.figures.strength import strength_matrix
from evidencebook.figures.studies import study_dots
from evidencebook.figures.tallies import tally_bars
from evidencebook.figures.timeline import timeline
from evidencebook.plain_pages import plain_pages
from evidencebook.sphinxext.figures import LightAndDark

DATA = Path(__file__).parents[1] / "data"
PARTS = {"context": "Context", "resource": "Resource", "reasoning": "Reasoning", "outcome": "Outcome"}
ACTORS = {"patient": "Patients", "staff": "Staff", "system": "System"}
STANCES = {"confirming": "Confirming", "modifying": "Modifying", "negating": "Negating"}
COLOUR = re.compile(r"#[0-9a-f]{6}(?![0-9a-z])")
TEXT, MARK = 4.5, 3.0  # WCAG 2.2 AA: least contrast of text and of what is not text


def chains():
    rows = [
        ("R1-1", "R1", "patient", "Near services are used", "far", "", "trust", "use"),
        ("R1-2", "R1", "patient", "A title long enough to need a second line in the figure", "far", "clinic", "", ""),
        ("R1-3", "R1", "system", "Money follows", "", "money", "", "change"),
    ]
    return stated_parts(
        pd.DataFrame(rows, columns=["id", "component", "actor", "title", *PARTS]).astype(object), list(PARTS)
    )


def stances():
    return pd.DataFrame([[12, 1, 1], [0, 0, 0], [1, 0, 30]], index=["a", "b", "c"], columns=list(STANCES))


def cells():
    counts = [("r", "c", 3, "2 works", 1, 1, 1), ("r", "d", 0, "0 works", 0, 0, 0)]
    return pd.DataFrame(counts, columns=["row", "column", "total", "note", *STANCES])


def marks(names):
    return pd.DataFrame({name: [True, False] for name in names}, index=["x", "y"])


def frame(columns, *rows):
    return pd.DataFrame(rows, columns=columns.split())


FIGURES = {
    "strength matrix": lambda: strength_matrix(
        pd.DataFrame(
            [["R1", "a", "none", "untested", "gap"], ["R1", "b", "strong", "consistent", ""]],
            columns=["row", "column", "strength", "note", "gap"],
        ),
        {"R1": "R1 Care near home"},
        {"a": "Population health", "b": "Overall"},
        {"none": "None", "limited": "Limited", "strong": "Strong"},
        {"gap": "No evidence"},
    ),
    "chain rows": lambda: chain_rows(chains(), ACTORS, PARTS),
    "chain flow": lambda: chain_flow(chains(), ACTORS, PARTS),
    "count grid": lambda: count_grid(
        pd.DataFrame([[5, 1, 0], [2, 2, 5]], index=["one", "two"], columns=["all", "opportunity", "R1"]),
        {"Theme": ["one", "two"]},
        {"": ["all"], "COM-B": ["opportunity"], "Component": ["R1"]},
        {},
    ),
    "level headings": lambda: mark_matrix(
        marks(["Integrated care", "Learning"]),
        {"Integrated care": "Context", "Learning": "Mechanism"},
        {"x": "A 2001", "y": "B 2002"},
        "References",
    ),
    "slanted headings": lambda: mark_matrix(
        marks([f"M{n} Multidisciplinary responsibility" for n in range(8)]),
        {"x": "Lesson", "y": "Barrier"},
        {"x": "A lesson with a name so long that it must be broken twice", "y": "B"},
        "Links",
    ),
    "stance bars": lambda: stance_bars(
        stances(), {"a": "Staff and provider experience", "b": "Cost", "c": "Unintended consequences"} | STANCES
    ),
    "tallies": lambda: tally_bars({"Multispecialty community providers": 14, "Care homes": 6}, "Number of sites"),
    "unit grid": lambda: unit_grid(
        cells(), {"r": "R1 Care"}, {"c": "Population health", "d": "Cost"}, STANCES, "no finding"
    ),
    "overlap": lambda: overlap_matrix(
        {"R1": 4, "R2": 3, "M1": 2},
        {("R1", "R2"): 2, ("R1", "M1"): 0, ("R2", "M1"): 1},
        {"R1": "R1 Care", "R2": "R2 Pay", "M1": "M1 Teams"},
    ),
    "study dots": lambda: study_dots(
        frame("design year group", ("review", 2014, "UK"), ("review", 2014, "USA"), ("trial", 2016, "Else")),
        ["review", "trial"],
        ["UK", "USA", "Else"],
        {"review": "Review", "trial": "Trial"},
    ),
    "shares": lambda: share_bars(pd.Series({"Better care": 91.0, "Lower cost": 27.0}), "% of leads"),
    "dumbbells": lambda: dumbbells(
        pd.DataFrame([[8.0, 19.0], [4.0, 4.0]], index=["Budget", "Culture"]), ["CCG", "Council"], "% of respondents"
    ),
    "forest": lambda: forest(
        frame(
            "label told estimate ci_low ci_high",
            ("Health", "0.07 (0.00 to 0.14)", 0.07, 0.0, 0.14),
            ("Death", "not significant", float("nan"), float("nan"), float("nan")),
        ),
        "Standardised mean difference",
        ("favours usual care", "favours case management"),
    ),
    "timeline": lambda: timeline(
        frame("panel label start end", ("s", "A pilot", 2008, 2010), ("s", "A plan", 2015, 2021)).astype(
            {"end": "Int64"}
        ),
        {"s": "A source"},
        2008,
        2018,
    ),
    "screening": lambda: screening_flow(["Access\n7 records"], "7 records", "No number is recorded", ["R1\n3"]),
    "lineage": lambda: lineage(
        frame("id text", ("1", "1 Teams give continuity"), ("2", "2 Money moves")),
        frame("id text ended", ("kept 1", "1", False), ("kept 2", "2", True)),
        frame("id text dark", ("R1", "R1 Teams", True), ("M1", "M1 Data", False)),
        frame("from_id to_id stated", ("1", "kept 1", True), ("2", "kept 2", True), ("kept 1", "R1", False)),
        "9 statements",
    ),
}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture(params=FIGURES.values(), ids=FIGURES)
def figure(request):
    return request.param()


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def both_modes(*colours):
    return [colours, tuple(style.DARK[c] for c in colours)]


def said(figure):
    """Every piece of text, the labels of axes and keys included, once it is placed."""
    figure.canvas.draw()
    axes = [axis for a in figure.axes for axis in (a.xaxis, a.yaxis)]
    beyond = {
        id(tick.label1)
        for axis in axes
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    return [t for t in figure.findobj(plt.Text) if t.get_text().strip() and t.get_visible() and id(t) not in beyond]


def test_the_contrast_of_black_on_white_is_the_known_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("ground", style.TEXT_ON)
def test_text_stands_off_from_every_fill_in_light_and_dark(ground):
    for ink in style.TEXT_ON[ground]:
        for pair in both_modes(ink, ground):
            assert contrast(*pair) >= TEXT, pair


@pytest.mark.parametrize("fill", style.SERIES)
@pytest.mark.parametrize("ground", [style.PAPER, style.TINT])
def test_marks_or_their_edges_stand_off_from_the_ground_in_light_and_dark(fill, ground):
    for colour, edge, behind in both_modes(fill, style.EDGES[fill], ground):
        assert max(contrast(colour, behind), contrast(edge, behind)) >= MARK, (colour, edge, behind)


def test_series_differ_in_grey_or_in_shape():
    greys = [luminance(c) for c in style.SERIES]

    assert len(set(style.MARKERS[: len(greys)])) == len(greys)
    assert abs(greys[0] - greys[1]) > 0.2


def test_no_two_colours_of_the_palette_become_one_in_the_dark():
    assert len(set(style.DARK.values())) == len(style.DARK)


def test_a_figure_is_written_twice_with_the_same_shapes(figure, tmp_path):
    style.save(figure, tmp_path / "a.svg")

    light, dark = (tmp_path / name for name in ("a.svg", "a-dark.svg"))
    shapes = [COLOUR.sub("", path.read_text(encoding="utf-8")) for path in (light, dark)]
    assert shapes[0] == shapes[1]
    assert shapes[0].count("<path") > 3
    colours = set(re.findall(r": (#[0-9a-f]{6})", dark.read_text(encoding="utf-8")))
    assert colours <= set(style.DARK.values())


def test_no_glyph_is_left_in_the_black_of_an_unnamed_colour(figure, tmp_path):
    style.save(figure, tmp_path / "a.svg")

    written = (tmp_path / "a.svg").read_text(encoding="utf-8")
    glyphs = [g for g in re.findall(r"<g ([^>]*)>\s*(?:<defs>.*?</defs>\s*)?<use", written, re.S) if "transform" in g]
    assert glyphs
    assert all("fill:" in attributes for attributes in glyphs)


def test_a_colour_without_a_dark_counterpart_is_refused_by_name(tmp_path):
    figure, axes = plt.subplots()
    axes.plot([0, 1], color="#123456")

    with pytest.raises(FigureError, match="#123456"):
        style.save(figure, tmp_path / "a.svg")


def test_text_is_large_enough_for_the_width_that_a_phone_shows(figure):
    compact = figure.get_figwidth() < style.WIDTH
    least = style.COMPACT_TYPE if compact else style.SMALLEST

    assert min(t.get_fontsize() for t in said(figure)) >= least - 0.31 * compact


def test_no_text_runs_over_another(figure):
    boxes = [(t.get_text(), t.get_window_extent()) for t in said(figure) if not t.get_rotation()]

    over = [
        (a, b)
        for n, (a, one) in enumerate(boxes)
        for b, two in boxes[n + 1 :]
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1
    ]
    assert over == []


def test_no_text_stands_outside_the_figure(figure):
    edge = figure.bbox

    outside = [
        t.get_text()
        for t in said(figure)
        for box in [t.get_window_extent()]
        if box.x0 < edge.x0 - 3 or box.x1 > edge.x1 + 3 or box.y0 < edge.y0 - 3 or box.y1 > edge.y1 + 3
    ]
    assert outside == []


def test_parts_stated_are_those_with_words():
    rows = chains()

    assert rows[list(PARTS)].sum().to_dict() == {"context": 2, "resource": 2, "reasoning": 1, "outcome": 2}
    assert rows["label"].iloc[0] == "1 Near services are used"


def test_each_actor_s_line_of_the_chains_counts_its_stated_parts():
    words = [t.get_text() for t in said(chain_rows(chains(), ACTORS, PARTS))]

    assert "Patients (2)" in words
    assert "System (1)" in words
    assert not any(word.startswith("Staff") for word in words)
    assert Counter(w for w in words if " of " in w) == {"2 of 2": 1, "1 of 2": 3, "0 of 1": 2, "1 of 1": 2}


def test_the_flow_carries_the_counts_of_the_table():
    """Counted again from the file with nothing of the engine."""
    with (DATA / "evidence" / "cmo.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = Counter()
    for actor in ACTORS:
        own = [r for r in rows if r["actor"] == actor]
        for part in PARTS:
            stated = sum(1 for r in own if r[part].strip())
            expected.update(str(n) for n in (stated, len(own) - stated) if n)

    drawn = chain_flow(stated_parts(pd.DataFrame(rows), list(PARTS)), ACTORS, PARTS)

    numbers = Counter(t.get_text() for t in said(drawn) if t.get_text().isdigit())
    assert numbers == expected


def test_ingredients_are_counted_by_theme_and_by_what_they_act_on():
    rows = frame(
        "id theme components com_b",
        ("1", "Design", "R1;M1", "motivation"),
        ("2", "Design", "R1", "opportunity;motivation"),
        ("3", "Delivery", "", ""),
    )

    counts = ingredient_counts(rows, ["Design", "Delivery"], ["opportunity", "motivation"], ["R1", "M1"])

    assert counts.loc["Design"].to_dict() == {"all": 2, "opportunity": 1, "motivation": 2, "R1": 2, "M1": 1}
    assert counts.loc["Delivery"].sum() == 1
    assert counts.loc["motivation"].to_dict() == {"all": 2, "opportunity": 1, "motivation": 2, "R1": 2, "M1": 1}


def test_ingredients_of_the_table_are_counted_as_by_hand():
    with (DATA / "synthesis" / "active_ingredients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    acts, components = ["capability", "opportunity", "motivation"], ["R1", "R3", "M5"]
    themes = list(dict.fromkeys(r["theme"] for r in rows))

    counts = ingredient_counts(pd.DataFrame(rows), themes, acts, components)

    for theme in themes:
        own = [r for r in rows if r["theme"] == theme]
        assert counts.at[theme, "all"] == len(own)
        for act in acts:
            assert counts.at[theme, act] == sum(act in r["com_b"].split(";") for r in own)
        for component in components:
            assert counts.at[theme, component] == sum(component in r["components"].split(";") for r in own)


@pytest.mark.parametrize(
    ("number", "most", "expected"),
    [(0, 5, style.PAPER), (1, 5, style.SHADES[0]), (5, 5, style.SHADES[-1]), (3, 5, style.SHADES[2])],
)
def test_more_is_darker_and_none_is_the_bare_ground(number, most, expected):
    assert style.shade(number, most) == expected


def page(folder, *names):
    document = new_document("page")
    for name in names:
        document += nodes.figure("", nodes.image(uri=f"figures/{name}", alt="What it shows", classes=["wide"]))
    env = types.SimpleNamespace(docname="page", relfn2path=lambda name, doc: (name, str(folder / name)))
    document.settings.env = env
    LightAndDark(document).apply()
    return list(document.findall(nodes.image))


def test_a_page_gets_both_variants_with_one_text_each_and_classes_that_hide_one(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a-dark.svg").touch()

    pictures = page(tmp_path, "a.svg", "b.svg")

    assert [p["uri"] for p in pictures] == ["figures/a.svg", "figures/a-dark.svg", "figures/b.svg"]
    assert [p["classes"] for p in pictures] == [["wide", "for-light"], ["wide", "for-dark"], ["wide"]]
    assert {p["alt"] for p in pictures} == {"What it shows"}


def test_the_pdf_keeps_the_light_variant_only():
    html = (
        "<article><section><h1>T</h1><figure>"
        '<a class="for-light" href="_images/a.svg"><img class="for-light" alt="x" src="_images/a.svg"></a>'
        '<a class="for-dark" href="_images/a-dark.svg"><img class="for-dark" alt="x" src="_images/a-dark.svg"></a>'
        "</figure></section></article>"
    )

    clean = plain_pages({"a": html})["a"]

    assert clean.count("<img") == 1
    assert "a-dark" not in clean
