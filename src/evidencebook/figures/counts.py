"""Counts in a table of shaded cells, with groups of rows and of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, MUTED, WIDTH, shade, text_on, wrap

_ROW, _LINE, _GAP, _LEFT = 0.27, 0.13, 0.12, 1.6  # inches: a row, a line of text, between groups, row labels
_LETTER = 0.066

Groups = Mapping[str, Sequence[str]]


def count_grid(counts: pd.DataFrame, rows: Groups, columns: Groups, names: Mapping[str, str]) -> Figure:
    """Draw *counts* as cells, darker for more; a zero is printed on the bare ground.

    Parameters
    ----------
    counts : rows and columns named in *rows* and *columns*. rows, columns : heading of each group to its members,
    in order; groups stand apart. names : label of a row or column whose name is not its label.
    """
    across = [c for group in columns.values() for c in group]
    widths = _widths([names.get(c, c) for c in across], WIDTH - _LEFT - _GAP * (len(columns) - 1))
    width = dict(zip(across, widths, strict=True))
    heads = {c: wrap(names.get(c, c), int(width[c] / _LETTER)) for c in across}
    head = 0.3 + _LINE * max(h.count("\n") + 1 for h in heads.values())
    tall = head + sum(len(g) * _ROW + 0.24 for g in rows.values())
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(tall, 0))
    axes.axis("off")
    lefts = _lefts(columns, width)
    for heading, group in columns.items():
        middle = (lefts[group[0]] + lefts[group[-1]] + width[group[-1]]) / 2
        axes.text(middle, 0.1, heading, ha="center", va="center", fontweight="bold", color=ACCENT)
        for c in group:
            axes.text(lefts[c] + width[c] / 2, head - 0.05, heads[c], ha="center", va="bottom", fontsize=7.6)
    most = int(counts.to_numpy().max())
    y = head
    for heading, members in rows.items():
        axes.text(0.04, y + 0.12, heading, va="center", fontweight="bold", color=ACCENT)
        y += 0.24
        for row in members:
            axes.text(0.1, y + _ROW / 2, names.get(row, row), va="center", fontsize=7.8)
            for c in across:
                _cell(axes, (lefts[c], y, width[c]), int(counts.at[row, c]), most)
            y += _ROW
    return figure


def _widths(labels: Sequence[str], room: float) -> list[float]:
    """Give each column space for its longest word, and what is left of *room* evenly."""
    least = [0.1 + _LETTER * max(len(word) for word in label.split()) for label in labels]
    return [w + (room - sum(least)) / len(least) for w in least]


def _lefts(columns: Groups, width: Mapping[str, float]) -> dict[str, float]:
    lefts, x = {}, _LEFT
    for group in columns.values():
        for c in group:
            lefts[c] = x
            x += width[c]
        x += _GAP
    return lefts


def _cell(axes: plt.Axes, place: tuple[float, float, float], number: int, most: int) -> None:
    x, y, width = place
    fill = shade(number, most)
    axes.add_patch(Rectangle((x + 0.02, y + 0.02), width - 0.04, _ROW - 0.04, facecolor=fill, edgecolor="none"))
    colour = text_on(fill) if number else MUTED
    axes.text(x + width / 2, y + _ROW / 2, str(number), ha="center", va="center", fontsize=8.5, color=colour)
