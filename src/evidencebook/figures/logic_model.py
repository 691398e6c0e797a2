"""Logic models: boxes in staged columns, joined left to right.

Boxes of a stage are ordered by the barycentre of their neighbours (Sugiyama, Tagawa and Toda 1981),
which keeps crossings few; an arrow that skips a stage has a lane there, so it never runs behind a box.
Arrows of one box share its lanes and part after them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, TINT, WIDTH, wrap

_LINE, _PAD, _GAP, _HEAD, _LANE = 0.142, 0.13, 0.13, 0.34, 0.02
_SWEEPS = 24
_ROUNDING = 1e-12
Box = tuple[float, float, float, float]
_FILL = {"outcome": ACCENT}


def logic_model(nodes: pd.DataFrame, links: pd.DataFrame, stages: Sequence[str], names: Mapping[str, str]) -> Figure:
    """Draw one component's model.

    Parameters
    ----------
    nodes : columns id, stage, label, basis. links : columns from_id, to_id.
    stages : every stage in order; a stage without a node gets no column. names : stage headings.
    """
    shown = [s for s in stages if (nodes["stage"] == s).any()]
    columns, routes = route(nodes, links, shown)
    pitch = WIDTH / len(shown)
    width = pitch - 0.2
    labels = {n.id: wrap(n.label, int(width / 0.071)) for n in nodes.itertuples()}
    heights = {i: _LINE * (t.count("\n") + 1) + _PAD for i, t in labels.items()}
    tall = max(sum(heights.get(i, _LANE) + _GAP for i in column) for column in columns.values())
    figure = plt.figure(figsize=(WIDTH, tall + _HEAD))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, tall + _HEAD)
    axes.axis("off")
    boxes: dict[str, Box] = {}
    for x, (stage, column) in enumerate(columns.items()):
        left = x * pitch + 0.04
        axes.text(
            left + width / 2, tall + 0.1, names[stage], ha="center", fontsize=8.2, fontweight="bold", color=ACCENT
        )
        boxes |= _stack(column, heights, left, width, tall)
    for chain in routes:
        _arrow(axes, [boxes[i] for i in chain])
    inferred = set(nodes.loc[nodes["basis"] == "inferred", "id"])
    for node in nodes.itertuples():
        _box(axes, boxes[node.id], labels[node.id], node.stage, node.id in inferred)
    return figure


def route(
    nodes: pd.DataFrame, links: pd.DataFrame, stages: Sequence[str]
) -> tuple[dict[str, list[str]], list[list[str]]]:
    """Return the columns with lanes for long arrows, ordered for few crossings, and each arrow's way.

    An arrow that skips a stage gets a lane (an id with a slash in it) in every stage between, so
    that it passes between boxes and never behind one. Arrows from one box share its lane in a stage.
    """
    columns = {s: list(nodes.loc[nodes["stage"] == s, "id"]) for s in stages}
    stage_of = dict(zip(nodes["id"], nodes["stage"], strict=True))
    routes = []
    for link in links.itertuples():
        between = stages[stages.index(stage_of[link.from_id]) + 1 : stages.index(stage_of[link.to_id])]
        lanes = [f"{link.from_id}/{s}" for s in between]
        for stage, lane in zip(between, lanes, strict=True):
            if lane not in columns[stage]:
                columns[stage].append(lane)
        routes.append([link.from_id, *lanes, link.to_id])
    steps = pd.DataFrame(
        list(dict.fromkeys((a, b) for chain in routes for a, b in itertools.pairwise(chain))),
        columns=["from_id", "to_id"],
    )
    return order_columns(columns, steps), routes


def order_columns(columns: dict[str, list[str]], links: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns with boxes reordered so that few arrows cross and, where as few do, arrows are short."""
    joined: dict[str, list[str]] = {}
    for link in links.itertuples():
        joined.setdefault(link.from_id, []).append(link.to_id)
        joined.setdefault(link.to_id, []).append(link.from_id)
    best, least = columns, _cost(columns, links)
    current = columns
    for sweep in range(_SWEEPS):
        place = {i: (n + 0.5) / len(c) for c in current.values() for n, i in enumerate(c)}
        names = list(current) if sweep % 2 == 0 else list(reversed(current))
        fresh = dict(current)
        for name in names:
            centre = {i: _mean([place[j] for j in joined.get(i, [])], place[i]) for i in current[name]}
            fresh[name] = sorted(current[name], key=centre.__getitem__)
            place.update({i: (n + 0.5) / len(fresh[name]) for n, i in enumerate(fresh[name])})
        current = fresh
        if (found := _cost(current, links)) < least:
            best, least = current, found
    return _swap_neighbours(best, links)


def _swap_neighbours(columns: dict[str, list[str]], links: pd.DataFrame) -> dict[str, list[str]]:
    """Exchange neighbours as long as that lowers the cost."""
    best, least = columns, _cost(columns, links)
    tried = [(name, n) for name, column in columns.items() for n in range(len(column) - 1)]
    improved = True
    while improved:
        improved = False
        for name, n in tried:
            column = best[name]
            swapped = best | {name: [*column[:n], column[n + 1], column[n], *column[n + 2 :]]}
            if (found := _cost(swapped, links)) < least:
                best, least, improved = swapped, found, True
    return best


def _cost(columns: Mapping[str, Sequence[str]], links: pd.DataFrame) -> tuple[int, float]:
    """Return the crossings and the sum of the squared rises of all arrows, rounded so that order decides nothing."""
    spot = {i: (n + 0.5) / len(c) for c in columns.values() for n, i in enumerate(c)}
    pairs = zip(links["from_id"], links["to_id"], strict=True)
    return crossings(columns, links), round(sum((spot[a] - spot[b]) ** 2 for a, b in pairs), 9)


def crossings(columns: Mapping[str, Sequence[str]], links: pd.DataFrame) -> int:
    """Count pairs of arrows that cross when boxes stand at even heights."""
    spot = {i: (x, (n + 0.5) / len(c)) for x, c in enumerate(columns.values()) for n, i in enumerate(c)}
    lines = [(*spot[a], *spot[b]) for a, b in zip(links["from_id"], links["to_id"], strict=True)]
    return sum(_cross(a, b) for k, a in enumerate(lines) for b in lines[k + 1 :])


def _stack(
    column: Sequence[str], heights: Mapping[str, float], left: float, width: float, tall: float
) -> dict[str, Box]:
    """Return (left, bottom, width, height) of each box and lane of one column, spread evenly."""
    slack = (tall - sum(heights.get(i, _LANE) + _GAP for i in column)) / (len(column) + 1)
    top, boxes = tall - slack, {}
    for i in column:
        height = heights.get(i, _LANE)
        boxes[i] = (left, top - height, width, height)
        top -= height + _GAP + slack
    return boxes


def _cross(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    left, right = max(a[0], b[0]), min(a[2], b[2])
    if left >= right:
        return False
    at = [_height(line, left) for line in (a, b)] + [_height(line, right) for line in (a, b)]
    # Lines that share an end meet there and do not cross; rounding must not say otherwise.
    return (at[0] - at[1]) * (at[2] - at[3]) < -_ROUNDING


def _height(line: tuple[float, ...], x: float) -> float:
    return line[1] + (line[3] - line[1]) * (x - line[0]) / (line[2] - line[0])


def _mean(values: list[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _box(axes: plt.Axes, box: Box, text: str, stage: str, inferred: bool) -> None:
    left, bottom, width, height = box
    fill = _FILL.get(stage, TINT)
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=fill,
            edgecolor=ACCENT,
            linewidth=0.9,
            linestyle=(0, (3, 2)) if inferred else "-",
            zorder=2,
        )
    )
    axes.text(
        left + width / 2,
        bottom + height / 2,
        text,
        ha="center",
        va="center",
        fontsize=7.4,
        color=PAPER if fill == ACCENT else INK,
        zorder=3,
        linespacing=1.15,
    )


def _arrow(axes: plt.Axes, way: Sequence[Box]) -> None:
    """Draw one arrow from the first box through the lanes between to the last box."""
    x, y = way[0][0] + way[0][2], way[0][1] + way[0][3] / 2
    points, codes = [(x, y)], [Curve.MOVETO]
    for number, (left, bottom, width, height) in enumerate(way[1:], 1):
        to_x, to_y = left, bottom + height / 2
        last = number == len(way) - 1
        bend = (to_x - x) * 0.55
        points += [(x + bend, y), (to_x - bend, to_y), (to_x - 0.01 * last, to_y)]
        codes += [Curve.CURVE4] * 3
        x, y = to_x, to_y
        if not last:
            points.append((left + width, to_y))
            codes.append(Curve.LINETO)
            x = left + width
    style = "-|>,head_length=3.2,head_width=1.8"
    axes.add_patch(FancyArrowPatch(path=Curve(points, codes), arrowstyle=style, color=MUTED, linewidth=0.9, zorder=1))
