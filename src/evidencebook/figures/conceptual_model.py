"""A conceptual model: boxes in columns by part, joined left to right and, within a part, downward.

Order and lanes come from `logic_model.route`. Boxes then move toward the mean height of what they are
joined to, as far as their neighbours allow: least squares under an order, by pooling adjacent
violators (Barlow and others 1972).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from evidencebook.figures.logic_model import route
from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, TINT, WIDTH, wrap

_LINE, _PAD, _GAP, _BELOW, _HEAD, _LANE = 0.135, 0.11, 0.09, 0.16, 0.3, 0.03
_BETWEEN, _MARGIN, _CHARACTER = 0.25, 0.16, 0.06
_SWEEPS = 12
_STYLE = "-|>,head_length=3.2,head_width=1.8"
Box = tuple[float, float, float, float]


def conceptual_model(
    nodes: pd.DataFrame, links: pd.DataFrame, parts: Sequence[str], names: Mapping[str, str]
) -> Figure:
    """Draw the model.

    Parameters
    ----------
    nodes : columns id, part, label, basis. links : columns from_id, to_id; none leads to an earlier part.
    parts : every part in order; one without a box gets no column. names : headings. The last part's boxes are filled.
    """
    shown = [p for p in parts if (nodes["part"] == p).any()]
    part_of = dict(zip(nodes["id"], nodes["part"], strict=True))
    inside = links["from_id"].map(part_of) == links["to_id"].map(part_of)
    columns, routes = route(nodes.rename(columns={"part": "stage"}), links[~inside], shown)
    below = links[inside].groupby("from_id")["to_id"].apply(list).to_dict()
    columns = {p: _tuck(column, below) for p, column in columns.items()}
    widths = _widths(nodes, shown)
    labels = {n.id: wrap(n.label, int((widths[n.part] - 0.08) / _CHARACTER)) for n in nodes.itertuples()}
    heights = {i: _LINE * (text.count("\n") + 1) + _PAD for i, text in labels.items()}
    spots, tall = _place(columns, heights, routes, below)
    figure = plt.figure(figsize=(WIDTH, tall + _HEAD))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, tall + _HEAD)
    axes.axis("off")
    boxes, left = {}, 0.02
    for part, column in columns.items():
        axes.text(
            left + widths[part] / 2, tall + 0.1, names[part], ha="center", fontsize=8.2, fontweight="bold", color=ACCENT
        )
        for i in column:
            height = heights.get(i, _LANE)
            boxes[i] = (left, tall - spots[i] - height / 2, widths[part], height)
        left += widths[part] + _BETWEEN
    _arrows(axes, boxes, routes, below)
    inferred = set(nodes.loc[nodes["basis"] == "inferred", "id"])
    for i, text in labels.items():
        _box(axes, boxes[i], text, filled=part_of[i] == shown[-1], dashed=i in inferred)
    return figure


def settle(wanted: Sequence[float], apart: Sequence[float], low: float, high: float) -> list[float]:
    """Return places close to *wanted*, each at least *apart* after the one before, between *low* and *high*.

    Parameters
    ----------
    wanted : place of each, in order. apart : least distance between neighbours (one fewer than *wanted*).
    low : least place of the first. high : greatest place of the last.
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    blocks: list[tuple[float, int]] = []
    for value, offset in zip(wanted, offsets, strict=True):
        blocks.append((value - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    level = [value for value, size in blocks for _ in range(size)]
    return [min(max(v, low), high - offsets[-1]) + o for v, o in zip(level, offsets, strict=True)]


def _tuck(column: Sequence[str], below: Mapping[str, Sequence[str]]) -> list[str]:
    """Return *column* with every box that another of it leads to directly under that other."""
    moved = {target for source, targets in below.items() if source in column for target in targets}
    ordered: list[str] = []

    def add(box: str) -> None:
        if box not in ordered:
            ordered.append(box)
            for target in below.get(box, ()):
                add(target)

    for box in column:
        if box not in moved:
            add(box)
    return ordered + [box for box in column if box not in ordered]


def _widths(nodes: pd.DataFrame, shown: Sequence[str]) -> dict[str, float]:
    """Give each column room for its longest word, and what is left by number of boxes."""
    least, number = {}, {}
    for part in shown:
        own = nodes.loc[nodes["part"] == part, "label"]
        least[part] = 0.12 + _CHARACTER * max(len(word) for label in own for word in label.split())
        number[part] = len(own)
    spare = WIDTH - 0.02 - _MARGIN - _BETWEEN * (len(shown) - 1) - sum(least.values())
    return {p: least[p] + spare * number[p] / len(nodes) for p in shown}


def _place(
    columns: Mapping[str, Sequence[str]],
    heights: Mapping[str, float],
    routes: Sequence[Sequence[str]],
    below: Mapping[str, Sequence[str]],
) -> tuple[dict[str, float], float]:
    """Return the distance of each box's and lane's middle from the top, and the height of the tallest column."""
    size = {i: heights.get(i, _LANE) for column in columns.values() for i in column}
    apart = {
        p: [(size[a] + size[b]) / 2 + (_BELOW if b in below.get(a, ()) else _GAP) for a, b in itertools.pairwise(c)]
        for p, c in columns.items()
    }
    ends = {p: (size[c[0]] / 2, size[c[-1]] / 2) for p, c in columns.items()}
    tall = max(sum(apart[p]) + sum(ends[p]) for p in columns)
    joined: dict[str, list[str]] = {}
    for chain in routes:
        for a, b in itertools.pairwise(chain):
            joined.setdefault(a, []).append(b)
            joined.setdefault(b, []).append(a)
    spots = {i: tall * (n + 0.5) / len(c) for c in columns.values() for n, i in enumerate(c)}
    for sweep in range(_SWEEPS):
        for part in columns if sweep % 2 == 0 else reversed(list(columns)):
            column = columns[part]
            wanted = [sum(spots[j] for j in near) / len(near) if (near := joined.get(i)) else spots[i] for i in column]
            settled = settle(wanted, apart[part], ends[part][0], tall - ends[part][1])
            spots.update(zip(column, settled, strict=True))
    return spots, tall


def _arrows(
    axes: plt.Axes, boxes: Mapping[str, Box], routes: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]
) -> None:
    for chain in routes:
        _across(axes, [boxes[i] for i in chain])
    for source, targets in below.items():
        for target in targets:
            if len(targets) == 1:
                _down(axes, boxes[source], boxes[target])
            else:
                _round(axes, boxes[source], boxes[target])


def _across(axes: plt.Axes, way: Sequence[Box]) -> None:
    x, y = way[0][0] + way[0][2], way[0][1] + way[0][3] / 2
    points, codes = [(x, y)], [Curve.MOVETO]
    for left, bottom, width, height in way[1:]:
        to = bottom + height / 2
        bend = (left - x) * 0.55
        points += [(x + bend, y), (left - bend, to), (left, to), (left + width, to)]
        codes += [*[Curve.CURVE4] * 3, Curve.LINETO]
        x, y = left + width, to
    _draw(axes, points[:-1], codes[:-1])


def _down(axes: plt.Axes, source: Box, target: Box) -> None:
    middle = source[0] + source[2] / 2
    _draw(axes, [(middle, source[1]), (middle, target[1] + target[3])], [Curve.MOVETO, Curve.LINETO])


def _round(axes: plt.Axes, source: Box, target: Box) -> None:
    """Draw an arrow that leaves and enters at the right-hand side."""
    right = source[0] + source[2]
    start, end = source[1] + source[3] / 2, target[1] + target[3] / 2
    points = [(right, start), (right + 0.1, start), (right + 0.1, end), (right, end)]
    _draw(axes, points, [Curve.MOVETO, *[Curve.LINETO] * 3])


def _draw(axes: plt.Axes, points: Sequence[tuple[float, float]], codes: Sequence[Any]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            path=Curve(points, codes),
            arrowstyle=_STYLE,
            color=MUTED,
            linewidth=0.9,
            joinstyle="miter",
            zorder=1,
        )
    )


def _box(axes: plt.Axes, box: Box, text: str, *, filled: bool, dashed: bool) -> None:
    left, bottom, width, height = box
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=ACCENT if filled else TINT,
            edgecolor=ACCENT,
            linewidth=0.9,
            linestyle=(0, (3, 2)) if dashed else "-",
            zorder=2,
        )
    )
    colour = PAPER if filled else INK
    middle = (left + width / 2, bottom + height / 2)
    axes.text(*middle, text, ha="center", va="center", fontsize=7.4, color=colour, zorder=3, linespacing=1.15)
