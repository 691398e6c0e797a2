"""Configurations as chains of parts: each one on a line, or all of them as a flow from part to part.

What a part says is free text and stays in the table; the figures show whether the source states it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, SHADES, TINT, WIDTH, text_on, wrap

_DASH = (0, (3, 2))
# One on a line, in inches: labels, height of a row, of a heading, of a further line of a label, and the key.
_LEFT, _ROW, _HEAD, _LINE, _KEY = 3.85, 0.19, 0.31, 0.125, 0.3
_LETTERS = 54
# All as a flow, in inches: labels, width of a bar, height of one configuration, space between the two bars
# of a part and between actors.
_ACTOR, _BAR, _UNIT, _SPLIT, _BETWEEN = 0.95, 0.34, 0.026, 0.09, 0.36


def chain_rows(rows: pd.DataFrame, groups: Mapping[str, str], parts: Mapping[str, str]) -> Figure:
    """Draw each configuration as a line of marks: filled where the part is stated, open where it is not.

    Parameters
    ----------
    rows : columns group, label and one of booleans for each part, in the order of the page.
    groups : value to heading, in order; one without a row is left out. parts : column to heading, in order.
    """
    shown = {g: h for g, h in groups.items() if (rows["group"] == g).any()}
    labels = {i: wrap(text, _LETTERS) for i, text in rows["label"].items()}
    heights = {i: _ROW + _LINE * text.count("\n") for i, text in labels.items()}
    tall = 0.3 + _HEAD * len(shown) + sum(heights.values()) + _KEY
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(tall, 0))
    axes.axis("off")
    pitch = (WIDTH - _LEFT) / len(parts)
    spots = {p: _LEFT + (n + 0.5) * pitch for n, p in enumerate(parts)}
    for part, head in parts.items():
        axes.text(spots[part], 0.12, head, ha="center", va="center", fontweight="bold", color=ACCENT)
    y = 0.3
    for group, heading in shown.items():
        own = rows[rows["group"] == group]
        axes.text(0.04, y + _HEAD - 0.1, f"{heading} ({len(own)})", va="center", fontweight="bold", fontsize=8.4)
        for part, x in spots.items():
            told = f"{int(own[part].sum())} of {len(own)}"
            axes.text(x, y + _HEAD - 0.1, told, ha="center", va="center", fontsize=7.6, color=MUTED)
        y += _HEAD
        for number, (i, row) in enumerate(own.iterrows()):
            if number % 2 == 0:
                axes.add_patch(Rectangle((0, y), WIDTH, heights[i], facecolor=TINT, linewidth=0, zorder=0))
            middle = y + heights[i] / 2
            axes.text(0.08, middle, labels[i], va="center", fontsize=7.6, linespacing=1.1)
            _chain(axes, [(x, bool(row[part])) for part, x in spots.items()], middle)
            y += heights[i]
    _key(axes, tall - _KEY / 2)
    return figure


def chain_flow(rows: pd.DataFrame, groups: Mapping[str, str], parts: Mapping[str, str]) -> Figure:
    """Draw all configurations of each group as bands that run from part to part, stated above and open below.

    Parameters
    ----------
    rows, groups, parts : as for `chain_rows`, without label.
    """
    shown = {g: h for g, h in groups.items() if (rows["group"] == g).any()}
    highs = [len(rows[rows["group"] == g]) * _UNIT + _SPLIT + _BETWEEN for g in shown]
    tall = 0.32 + sum(highs) + 0.06
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(tall, 0))
    axes.axis("off")
    pitch = (WIDTH - _ACTOR - _BAR - 0.3) / (len(parts) - 1)
    spots = {p: _ACTOR + n * pitch for n, p in enumerate(parts)}
    for part, head in parts.items():
        axes.text(spots[part] + _BAR / 2, 0.12, head, ha="center", va="center", fontweight="bold", color=ACCENT)
    top = 0.32
    for (group, heading), high in zip(shown.items(), highs, strict=True):
        own = rows[rows["group"] == group][list(parts)].astype(bool)
        axes.text(0.04, top + (high - _BETWEEN) / 2, f"{heading}\n{len(own)}", va="center", fontweight="bold")
        for left, right in itertools.pairwise(parts):
            _bands(axes, own, (left, right), (spots[left] + _BAR, spots[right]), top)
        for part, x in spots.items():
            _bars(axes, x, top, (int(own[part].sum()), int((~own[part]).sum())))
        top += high
    _flow_key(axes, tall - 0.12)
    return figure


def _chain(axes: plt.Axes, spots: Sequence[tuple[float, bool]], y: float) -> None:
    for (x, here), (to, there) in itertools.pairwise(spots):
        whole = here and there
        axes.plot([x, to], [y, y], color=ACCENT if whole else MUTED, linewidth=1.5 if whole else 0.8,
                  linestyle="-" if whole else (0, (1, 2)), zorder=1)  # fmt: skip
    for x, stated in spots:
        _mark(axes, x, y, stated=stated)


def _mark(axes: plt.Axes, x: float, y: float, *, stated: bool) -> None:
    fill, edge = (ACCENT, ACCENT) if stated else (PAPER, MUTED)
    axes.plot(x, y, "o", color=fill, markeredgecolor=edge, markersize=6.5, zorder=2)


def _key(axes: plt.Axes, y: float) -> None:
    for x, stated, text in ((1.9, True, "this part is stated"), (4.2, False, "this part is left open")):
        _mark(axes, x, y, stated=stated)
        axes.text(x + 0.13, y, text, va="center", fontsize=7.8)


def _bars(axes: plt.Axes, x: float, top: float, counts: tuple[int, int]) -> None:
    """Draw the bar of those that state the part and, below it, of those that do not, each with its number."""
    stated, left_open = counts
    y = top
    for number, fill in ((stated, ACCENT), (left_open, PAPER)):
        high = number * _UNIT
        if number:
            bar = Rectangle((x, y), _BAR, high, facecolor=fill, edgecolor=ACCENT if fill == ACCENT else MUTED)
            bar.set(linestyle="-" if fill == ACCENT else _DASH, linewidth=0.9, zorder=2)
            axes.add_patch(bar)
            colour = text_on(fill)
            middle = y + high / 2
            # A bar lower than its number has it below, where nothing else stands.
            low = high < 0.13
            axes.text(x + _BAR / 2, y + high + 0.02 if low else middle, str(number), ha="center",
                      va="top" if low else "center", fontsize=8, color=INK if low else colour, zorder=3)  # fmt: skip
        y += high + _SPLIT


def _bands(axes: plt.Axes, own: pd.DataFrame, parts: tuple[str, str], reach: tuple[float, float], top: float) -> None:
    """Draw the bands between two parts; a band runs between those that state a part and those that do not."""
    ends = [{True: top, False: top + int(own[p].sum()) * _UNIT + _SPLIT} for p in parts]
    for here, there in itertools.product((True, False), repeat=2):
        number = int(((own[parts[0]] == here) & (own[parts[1]] == there)).sum())
        if not number:
            continue
        high = number * _UNIT
        _band(axes, reach, (ends[0][here], ends[1][there]), high, whole=here and there)
        ends[0][here] += high
        ends[1][there] += high


def _band(axes: plt.Axes, reach: tuple[float, float], tops: tuple[float, float], high: float, *, whole: bool) -> None:
    (x, to), (a, b) = reach, tops
    middle = (x + to) / 2
    points = [(x, a), (middle, a), (middle, b), (to, b), (to, b + high), (middle, b + high), (middle, a + high)]
    points += [(x, a + high), (x, a)]
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    fill = SHADES[2] if whole else SHADES[1]
    axes.add_patch(PathPatch(Curve(points, codes), facecolor=fill, edgecolor=PAPER, linewidth=0.6, zorder=1))


def _flow_key(axes: plt.Axes, y: float) -> None:
    for x, fill, edge, text in (
        (0.95, ACCENT, ACCENT, "stated"),
        (1.75, PAPER, MUTED, "left open"),
        (2.75, SHADES[2], SHADES[2], "both parts stated"),
        (4.3, SHADES[1], SHADES[1], "one of the two, or both, left open"),
    ):
        box = Rectangle((x, y - 0.06), 0.2, 0.12, facecolor=fill, edgecolor=edge, linewidth=0.9)
        box.set_linestyle(_DASH if fill == PAPER else "-")
        axes.add_patch(box)
        axes.text(x + 0.26, y, text, va="center", fontsize=7.8)
