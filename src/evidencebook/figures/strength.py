"""Strength by component and aim: a word in each cell, a shade for its place on the scale, a mark for a gap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, SHADES, SMALLEST, TINT, WIDTH, text_on, wrap

# Weakest to strongest; far enough apart to be told from each other in grey.
_FILLS = (PAPER, TINT, SHADES[1], SHADES[3], ACCENT)
_MARKS = ("x", "^", "D", "o", "s", "v")
_HEIGHT, _LEFT, _GAP, _FOOT = 0.47, 1.48, 0.03, 0.62


def strength_matrix(
    cells: pd.DataFrame,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    scale: Mapping[str, str],
    gaps: Mapping[str, str],
) -> Figure:
    """Draw *cells*, one a row and column.

    Parameters
    ----------
    cells : columns row, column, strength, note (a word under the label) and gap (empty for none).
    rows, columns : value to label, in order; the last column stands apart. scale : strength to label,
    weakest first. gaps : gap to label; each has a mark of its own.
    """
    width = (WIDTH - _LEFT) / len(columns)
    heads = [wrap(label, int(width / 0.075)) for label in columns.values()]
    top = _FOOT + _HEIGHT * len(rows)
    figure = plt.figure(figsize=(WIDTH, top + 0.1 + 0.15 * max(h.count("\n") + 1 for h in heads)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, figure.get_figheight())
    axes.axis("off")
    for number, head in enumerate(heads):
        x = _place(number, len(columns), width) + width / 2
        axes.text(x, top + 0.06, head, ha="center", va="bottom", fontweight="bold", fontsize=8)
    marks = dict(zip(gaps, _MARKS, strict=False))
    for line, (row, label) in enumerate(rows.items()):
        bottom = top - (line + 1) * _HEIGHT
        axes.text(_LEFT - 0.12, bottom + _HEIGHT / 2, wrap(label, 20), ha="right", va="center", fontsize=8.2)
        for number, column in enumerate(columns):
            cell = cells[(cells["row"] == row) & (cells["column"] == column)].iloc[0]
            _cell(axes, cell, (_place(number, len(columns), width), bottom, width), scale, marks)
    _legend(figure, gaps, marks)
    return figure


def _place(number: int, columns: int, width: float) -> float:
    """Left edge of a column; the last one stands a little apart."""
    return _LEFT + number * width + (0.0 if number == columns - 1 else -0.06)


def _cell(
    axes: plt.Axes, cell: Any, box: tuple[float, float, float], scale: Mapping[str, str], marks: Mapping[str, str]
) -> None:
    left, bottom, width = box
    place = list(scale).index(cell["strength"]) / max(len(scale) - 1, 1)
    shade = _FILLS[round(place * (len(_FILLS) - 1))]
    ink = text_on(shade)
    frame = Rectangle((left + _GAP, bottom + _GAP), width - 2 * _GAP, _HEIGHT - 2 * _GAP, linewidth=0.8)
    frame.set(facecolor=shade, edgecolor="none" if place else MUTED, linestyle="-" if place else (0, (3, 2)))
    axes.add_patch(frame)
    middle = left + width / 2
    axes.text(
        middle,
        bottom + _HEIGHT * 0.61,
        scale[cell["strength"]],
        ha="center",
        va="center",
        fontsize=8,
        fontweight="bold",
        color=ink,
    )
    axes.text(middle, bottom + _HEIGHT * 0.3, cell["note"], ha="center", va="center", fontsize=SMALLEST, color=ink)
    if cell["gap"] in marks:
        spot = (left + width - 0.11, bottom + _HEIGHT * 0.3)
        axes.plot(*spot, marks[cell["gap"]], markersize=4.2, color=ink, markerfacecolor="none", markeredgewidth=1.1)


def _legend(figure: Figure, gaps: Mapping[str, str], marks: Mapping[str, str]) -> None:
    shown = [
        plt.Line2D(
            [],
            [],
            marker=marks[gap],
            color=INK,
            linestyle="none",
            markersize=5,
            markerfacecolor="none",
            markeredgewidth=1.1,
            label=label,
        )
        for gap, label in gaps.items()
        if gap in marks
    ]
    if shown:
        figure.legend(
            handles=shown,
            title="Gap in a cell (beside the lower word)",
            title_fontsize=7.6,
            fontsize=7.6,
            loc="lower right",
            ncols=len(shown),
            frameon=False,
            borderaxespad=0.1,
            columnspacing=1.2,
            handletextpad=0.2,
        )
