"""Rows against columns, as a matrix of marks: references by focus, lessons by component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import radians, sin

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, CORAL, EDGES, INK, MUTED, RULE, TINT, WIDTH, wrap

_STEP, _LINE, _FOOT, _KEY = 0.19, 0.125, 0.26, 0.3  # inches: a row, a line of text, the totals, the key
_LETTER, _LETTERS = 0.064, 46  # inches a character takes, and characters of a label on one line
_TILT, _LEAN, _SLANTED = 60, 0.62, 22  # degrees of slanted headings, inches they reach to the right, characters a line
# Colour and shape of each kind of mark, in the order in which kinds first appear.
_MARKS = ((ACCENT, "o"), (CORAL, "D"))


@dataclass(frozen=True)
class Layout:
    """Where the columns stand, in inches, and their broken headings; slanted where words are too long."""

    lefts: list[float]
    widths: list[float]
    heads: list[str]
    slanted: bool = False

    @property
    def height(self) -> float:
        """Height that the headings need."""
        lines = max(h.count("\n") + 1 for h in self.heads)
        longest = max(len(line) for h in self.heads for line in h.split("\n"))
        return 0.1 + (_LETTER * longest * sin(radians(_TILT)) + _LINE if self.slanted else _LINE * lines)


def mark_matrix(matrix: pd.DataFrame, kinds: Mapping[str, str], labels: Mapping[str, str], total: str) -> Figure:
    """Draw *matrix* (rows by columns, booleans) with a mark where it is true and the sum under each column.

    Parameters
    ----------
    kinds : key text for each row or else each column; colour and shape follow it, two kinds at most.
    labels : text for each row. total : label of the sums.
    """
    names = [wrap(labels[k], _LETTERS) for k in matrix.index]
    left = 0.1 + _LETTER * max(len(line) for name in [*names, total] for line in name.split("\n"))
    layout = columns(list(matrix.columns), left)
    highs = [_STEP + _LINE * name.count("\n") for name in names]
    tops = [layout.height + sum(highs[:n]) for n in range(len(highs) + 1)]
    tall = tops[-1] + _FOOT + _KEY
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(tall, 0))
    axes.axis("off")
    _rows(axes, names, tops)
    _heads(axes, layout)
    told = list(dict.fromkeys(kinds.values()))
    for number, column in enumerate(matrix.columns):
        x = layout.lefts[number] + layout.widths[number] / 2
        sum_of_column = str(int(matrix[column].sum()))
        axes.text(x, tops[-1] + _FOOT / 2, sum_of_column, ha="center", va="center", fontweight="bold")
        for y, (row, present) in enumerate(matrix[column].items()):
            if present:
                kind = kinds[column] if column in kinds else kinds[str(row)]
                _mark(axes, x, (tops[y] + tops[y + 1]) / 2, told.index(kind))
    axes.plot([0, WIDTH], [tops[-1], tops[-1]], color=RULE, linewidth=0.8)
    axes.text(0.04, tops[-1] + _FOOT / 2, total, va="center", fontsize=7.8, color=MUTED)
    _key(axes, told, tall - _KEY / 2)
    return figure


def columns(names: Sequence[str], left: float) -> Layout:
    """Share the space from *left* to the page's edge: room for each heading's longest word, and the rest evenly."""
    least = [0.1 + _LETTER * max(len(part) for part in name.replace("-", "- ").split()) for name in names]
    spare = WIDTH - left - sum(least)
    if spare < 0:
        width = (WIDTH - left - _LEAN) / len(names)
        lefts = [left + n * width for n in range(len(names))]
        return Layout(lefts, [width] * len(names), [wrap(n, _SLANTED) for n in names], slanted=True)
    widths = [w + spare / len(names) for w in least]
    lefts = [left + sum(widths[:n]) for n in range(len(widths))]
    return Layout(lefts, widths, [wrap(n, int((w - 0.08) / _LETTER)) for n, w in zip(names, widths, strict=True)])


def _rows(axes: plt.Axes, names: Sequence[str], tops: Sequence[float]) -> None:
    for y, name in enumerate(names):
        high = tops[y + 1] - tops[y]
        if y % 2 == 0:
            axes.add_patch(Rectangle((0, tops[y]), WIDTH, high, facecolor=TINT, linewidth=0, zorder=0))
        axes.text(0.04, tops[y] + high / 2, name, va="center", fontsize=7.8, linespacing=1.1)


def _heads(axes: plt.Axes, layout: Layout) -> None:
    for left, width, head in zip(layout.lefts, layout.widths, layout.heads, strict=True):
        x, y = left + width / 2, layout.height - 0.05
        if layout.slanted:
            axes.text(x, y, head, va="center", rotation=_TILT, rotation_mode="anchor", fontsize=7.8)
        else:
            axes.text(x, y, head, ha="center", va="bottom", fontsize=7.8, linespacing=1.1)


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
