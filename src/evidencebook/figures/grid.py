"""Counts in a grid, one mark for each thing counted; a cell without any is drawn as a hole."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.looks import looks
from evidencebook.figures.style import EDGES, INK, MUTED, PAPER, TINT, WIDTH, wrap

_STEP, _HEAD, _PAD, _LINE, _LEGEND = 0.104, 0.2, 0.06, 0.15, 0.3


def unit_grid(
    cells: pd.DataFrame, rows: Mapping[str, str], columns: Mapping[str, str], series: Mapping[str, str], empty: str
) -> Figure:
    """Draw *cells* with one mark a unit, coloured and shaped by series.

    Parameters
    ----------
    cells : columns row, column, total, note (beside the total; may be empty) and, for each series, a count.
    rows, columns : value to label, in order. series : column of counts to label; one alone needs no legend.
    empty : what a cell without a unit says.
    """
    left = 0.2 + 0.072 * max(len(line) for label in rows.values() for line in wrap(label, 20).split("\n"))
    width = (WIDTH - left) / max(len(columns), 1)
    fit = int((width - 0.16) / _STEP)
    heights = {r: _height(cells.loc[cells["row"] == r, "total"].max(), fit) for r in rows}
    heads = [wrap(label, int(width / 0.078)) for label in columns.values()]
    foot = _LEGEND if len(series) > 1 else 0.03
    top = foot + sum(heights.values())
    lines = max(h.count("\n") + 1 for h in heads)
    figure = plt.figure(figsize=(WIDTH, top + 0.12 + _LINE * lines))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, figure.get_figheight())
    axes.axis("off")
    for number, head in enumerate(heads):
        axes.text(left + (number + 0.5) * width, top + 0.06, head, ha="center", va="bottom", fontweight="bold")
    for row, label in rows.items():
        top -= heights[row]
        axes.text(left - 0.1, top + heights[row] / 2, wrap(label, 20), ha="right", va="center", fontsize=8.2)
        for number, column in enumerate(columns):
            cell = cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]
            _cell(axes, cell, (left + number * width, top, width, heights[row]), series, empty)
    if len(series) > 1:
        _legend(figure, series)
    return figure


def _height(most: int, fit: int) -> float:
    return _HEAD + _STEP * max(-(-int(most) // fit), 1) + 2 * _PAD + 0.05


def _cell(
    axes: plt.Axes, cell: pd.Series, box: tuple[float, float, float, float], series: Mapping[str, str], empty: str
) -> None:
    left, bottom, width, height = box
    full = bool(cell["total"])
    frame = Rectangle((left + 0.03, bottom + 0.03), width - 0.06, height - 0.06, linewidth=0.9)
    frame.set(facecolor=TINT if full else PAPER, edgecolor="none" if full else MUTED, linestyle=(0, (3, 2)))
    axes.add_patch(frame)
    if not full:
        axes.text(
            left + width / 2,
            bottom + height / 2,
            empty,
            ha="center",
            va="center",
            fontsize=7.6,
            style="italic",
            color=MUTED,
        )
        return
    head = bottom + height - 0.06
    number = axes.text(left + 0.09, head, str(cell["total"]), va="top", fontsize=9, fontweight="bold", color=INK)
    axes.annotate(
        cell["note"],
        (1, 0),
        xycoords=number,
        xytext=(4, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=7.6,
        color=MUTED,
    )
    _marks(axes, cell, (left + 0.135, head - _HEAD - 0.06), int((width - 0.16) / _STEP), series)


def _marks(axes: plt.Axes, cell: pd.Series, start: tuple[float, float], fit: int, series: Mapping[str, str]) -> None:
    """Draw the units of one cell in lines of *fit*, the first at *start*."""
    marks = [s for s in series for _ in range(int(cell[s]))]
    for name, look in looks(series).items():
        spots = [divmod(n, fit) for n, s in enumerate(marks) if s == name]
        axes.plot(
            [start[0] + _STEP * x for _, x in spots],
            [start[1] - _STEP * y for y, _ in spots],
            look.marker,
            markersize=look.size,
            color=look.colour,
            markeredgecolor=EDGES[look.colour],
            markeredgewidth=0.5,
        )


def _legend(figure: Figure, series: Mapping[str, str]) -> None:
    marks = [
        plt.Line2D(
            [],
            [],
            marker=look.marker,
            color=look.colour,
            markeredgecolor=EDGES[look.colour],
            linestyle="none",
            markersize=look.size + 1,
            label=series[s],
        )
        for s, look in looks(series).items()
    ]
    figure.legend(handles=marks, loc="lower right", ncols=len(marks), frameon=False, borderaxespad=0.1)
