"""Rows against columns, as a matrix of marks: references by focus, lessons by component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, CORAL, EDGES, INK, MUTED, RULE, TINT, WIDTH, wrap

_STEP, _LINE, _FOOT, _KEY = 0.19, 0.125, 0.26, 0.3  # inches: a row, a line of text, the totals, the key
_LETTER = 0.064  # inches a character takes
# Colour and shape of each kind of mark, in the order in which kinds first appear.
_MARKS = ((ACCENT, "o"), (CORAL, "D"))


@dataclass(frozen=True)
class Layout:
    """Where the columns stand: left edge and width of each, in inches, and the broken headings."""

    lefts: list[float]
    widths: list[float]
    heads: list[str]


def mark_matrix(matrix: pd.DataFrame, kinds: Mapping[str, str], labels: Mapping[str, str], total: str) -> Figure:
    """Draw *matrix* (rows by columns, booleans) with a mark where it is true and the sum under each column.

    Parameters
    ----------
    kinds : key text for each row or else each column; colour and shape follow it, two kinds at most.
    labels : text for each row, in one line. total : label of the sums.
    """
    names = [labels[k] for k in matrix.index]
    layout = columns(list(matrix.columns), 0.1 + _LETTER * max(map(len, [*names, total])))
    told = list(dict.fromkeys(kinds.values()))
    head = _LINE * max(h.count("\n") + 1 for h in layout.heads) + 0.1
    tall = head + _STEP * len(matrix) + _FOOT + _KEY
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(tall, 0))
    axes.axis("off")
    for y, name in enumerate(names):
        middle = head + (y + 0.5) * _STEP
        if y % 2 == 0:
            axes.add_patch(Rectangle((0, middle - _STEP / 2), WIDTH, _STEP, facecolor=TINT, linewidth=0, zorder=0))
        axes.text(0.04, middle, name, va="center", fontsize=7.8)
    foot = head + _STEP * len(matrix)
    axes.plot([0, WIDTH], [foot, foot], color=RULE, linewidth=0.8)
    axes.text(0.04, foot + _FOOT / 2, total, va="center", fontsize=7.8, color=MUTED)
    for number, column in enumerate(matrix.columns):
        x = layout.lefts[number] + layout.widths[number] / 2
        axes.text(x, head - 0.05, layout.heads[number], ha="center", va="bottom", fontsize=7.8, linespacing=1.1)
        axes.text(x, foot + _FOOT / 2, str(int(matrix[column].sum())), ha="center", va="center", fontweight="bold")
        for y, (row, present) in enumerate(matrix[column].items()):
            if present:
                kind = kinds[column] if column in kinds else kinds[row]
                _mark(axes, x, head + (y + 0.5) * _STEP, told.index(kind))
    _key(axes, told, tall - _KEY / 2)
    return figure


def columns(names: Sequence[str], left: float) -> Layout:
    """Give each column room for its longest word, and what is left evenly, from *left* to the page's edge."""
    least = [0.1 + _LETTER * max(len(part) for part in name.replace("-", "- ").split()) for name in names]
    spare = max(WIDTH - left - sum(least), 0) / max(len(names), 1)
    widths = [w + spare for w in least]
    lefts = [left + sum(widths[:n]) for n in range(len(widths))]
    return Layout(lefts, widths, [wrap(n, int((w - 0.08) / _LETTER)) for n, w in zip(names, widths, strict=True)])


def _mark(axes: plt.Axes, x: float, y: float, kind: int) -> None:
    colour, shape = _MARKS[kind]
    axes.plot(x, y, shape, color=colour, markersize=6.5, markeredgecolor=EDGES[colour])


def _key(axes: plt.Axes, told: Sequence[str], y: float) -> None:
    """Name the kinds of mark on one line, in the middle."""
    widths = [0.45 + _LETTER * 1.08 * len(text) for text in told]
    x = (WIDTH - sum(widths)) / 2
    for kind, (text, width) in enumerate(zip(told, widths, strict=True)):
        _mark(axes, x + 0.1, y, kind)
        axes.text(x + 0.23, y, text, va="center", color=INK, fontsize=8.2)
        x += width
