"""Initiatives over the years: one row each, in panels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, INK, MUTED, RULE, TINT, WIDTH, wrap

_LEFT, _RIGHT = 3.15, WIDTH - 0.12  # inches: where the years begin and end
_LINE, _PAD, _HEAD, _SCALE = 0.125, 0.045, 0.31, 0.22
_LETTERS = 56  # characters of a label line that fit left of the years


def timeline(events: pd.DataFrame, panels: Mapping[str, str], first: int, last: int) -> Figure:
    """Draw a dot at each event's first year and a bar to its last.

    Parameters
    ----------
    events : columns panel, label, start (int), end (Int64, empty when none is given), every start from
    *first* to *last*; an end after *last* is drawn as an arrow. panels : heading of each panel, in order.
    """
    events = events.assign(text=[wrap(label, _LETTERS) for label in events["label"]])
    tall = _height(events, len(panels))
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(tall, 0)
    axes.axis("off")
    y = _scale(axes, first, last, _SCALE / 2, _SCALE, tall - 2 * _SCALE)
    for panel, heading in panels.items():
        axes.text(0.03, y + _HEAD - 0.09, heading, fontsize=8.4, fontweight="bold", color=ACCENT, va="bottom")
        y += _HEAD
        rows = events[events["panel"] == panel].sort_values(["start", "end"], kind="stable", na_position="first")
        for number, row in enumerate(rows.itertuples()):
            height = _row_height(row.text)
            _row(axes, row, (first, last), (y, height), shaded=number % 2 == 0)
            y += height
    _scale(axes, first, last, y + _SCALE / 2, y, y)
    _key(axes, y + _SCALE * 1.6, last)
    return figure


def _height(events: pd.DataFrame, panels: int) -> float:
    return sum(_row_height(text) for text in events["text"]) + panels * _HEAD + 3.1 * _SCALE


def _row_height(text: str) -> float:
    return _LINE * (text.count("\n") + 1) + _PAD


def _x(year: float, first: int, last: int) -> float:
    """Return the middle of the column of *year*."""
    return _LEFT + (year - first + 0.5) / (last - first + 1) * (_RIGHT - _LEFT)


def _scale(axes: plt.Axes, first: int, last: int, at: float, top: float, bottom: float) -> float:
    """Write the years at height *at* and rule the columns from *top* to *bottom*; return *top*."""
    for year in range(first, last + 1):
        axes.text(_x(year, first, last), at, str(year), ha="center", va="center", fontsize=7.6, color=MUTED)
        edge = _x(year - 0.5, first, last)
        axes.plot([edge, edge], [top, bottom], color=RULE, linewidth=0.5, zorder=1)
    return top


def _row(axes: plt.Axes, row: Any, years: tuple[int, int], place: tuple[float, float], *, shaded: bool) -> None:
    """Draw one event at *place* (top, height)."""
    top, height = place
    middle = top + height / 2
    if shaded:
        axes.add_patch(Rectangle((0, top), WIDTH, height, facecolor=TINT, linewidth=0, zorder=0))
    axes.text(0.08, middle, row.text, va="center", fontsize=7.6, color=INK, linespacing=1.1)
    start = _x(row.start, *years)
    if not pd.isna(row.end) and row.end > row.start:
        end = _RIGHT if row.end > years[1] else _x(row.end, *years)
        axes.plot([start, end], [middle, middle], color=ACCENT, linewidth=3.2, solid_capstyle="butt", zorder=2)
        if row.end > years[1]:
            axes.plot(end, middle, ">", color=ACCENT, markersize=6, zorder=3)
    axes.plot(start, middle, "o", color=ACCENT, markersize=6, zorder=3)


def _key(axes: plt.Axes, y: float, last: int) -> None:
    """Explain the marks on one line."""
    axes.plot(0.15, y, "o", color=ACCENT, markersize=6)
    axes.text(0.27, y, "first year given", va="center", fontsize=7.6)
    axes.plot([1.45, 1.8], [y, y], color=ACCENT, linewidth=3.2, solid_capstyle="butt")
    axes.text(1.88, y, "to the last year given", va="center", fontsize=7.6)
    axes.plot([3.4, 3.7], [y, y], color=ACCENT, linewidth=3.2, solid_capstyle="butt")
    axes.plot(3.72, y, ">", color=ACCENT, markersize=6)
    axes.text(3.83, y, f"goes on after {last}", va="center", fontsize=7.6)
