"""Shares in per cent by category: one series as bars, two as dumbbells, in the order given.

The label of a category stands above its marks, so that long ones leave a phone room for the marks.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import (
    ACCENT,
    COMPACT,
    COMPACT_TYPE,
    EDGES,
    INK,
    MARKERS,
    MUTED,
    PAPER,
    RULE,
    SERIES,
    wrap,
)

# Inches: a line of a label, the space above it, the lane of the marks below it, and axis with legend.
_LINE, _PAD, _LANE, _FRAME = 0.155, 0.06, 0.25, 0.85
_LETTERS = 62  # of a label on one line


def share_bars(shares: pd.Series, unit: str) -> Figure:
    """Draw one bar for each category of *shares* (per cent), the value at its end."""
    figure, axes, positions = _canvas(list(shares.index), shares.max(), unit)
    axes.barh(positions, shares, height=0.19, color=ACCENT)
    for y, value in zip(positions, shares, strict=True):
        _value(axes, value, y, after=True)
    return figure


def dumbbells(shares: pd.DataFrame, names: Sequence[str], unit: str) -> Figure:
    """Draw two marks joined by a line for each category of *shares* (two columns, per cent).

    Parameters
    ----------
    names : of the two columns, for the legend. Where both values are equal the marks stand one above the other.
    """
    figure, axes, positions = _canvas(list(shares.index), shares.to_numpy().max(), unit)
    for y, pair in zip(positions, shares.itertuples(index=False), strict=True):
        axes.plot(pair, (y, y), color=MUTED, linewidth=1.6, zorder=1)
        lift = 0.06 if pair[0] == pair[1] else 0
        for series, value in enumerate(pair):
            high = y + (lift if series else -lift)
            axes.plot(
                value,
                high,
                MARKERS[series],
                color=SERIES[series],
                markersize=7,
                markeredgecolor=EDGES[SERIES[series]],
                zorder=2,
            )
            after = value > pair[1 - series] or (lift > 0 and series == 1)
            if after or not lift:
                _value(axes, value, y, after=after)
    marks = [
        plt.Line2D(
            [], [], marker=MARKERS[i], color=SERIES[i], markeredgecolor=EDGES[SERIES[i]], linestyle="none", label=name
        )
        for i, name in enumerate(names)
    ]
    axes.legend(
        handles=marks, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, fontsize=COMPACT_TYPE
    )
    return figure


def _value(axes: plt.Axes, value: float, y: float, *, after: bool) -> None:
    offset, align = ((7, 0), "left") if after else ((-7, 0), "right")
    axes.annotate(
        f"{value:g}", (value, y), offset, textcoords="offset points", ha=align, va="center", fontsize=COMPACT_TYPE
    )


def _canvas(labels: Sequence[str], largest: float, unit: str) -> tuple[Figure, plt.Axes, list[float]]:
    """Return figure, axes and the height of each category's marks, in inches from the top, below its label."""
    texts = [wrap(label, _LETTERS) for label in labels]
    heights = [_PAD + _LINE * (text.count("\n") + 1) + _LANE for text in texts]
    tops = [sum(heights[:i]) for i in range(len(heights) + 1)]
    figure, axes = plt.subplots(figsize=(COMPACT, tops[-1] + _FRAME), layout="constrained")
    end = -(-largest // 10) * 10
    start = -0.09 * end
    for top, text in zip(tops, texts, strict=False):
        axes.axhline(top, color=RULE, linewidth=0.5, zorder=0)
        axes.text(start, top + _PAD, text, va="top", fontsize=COMPACT_TYPE, color=INK)
    positions = [top - _LANE / 2 for top in tops[1:]]
    axes.set_yticks([])
    axes.set_ylim(tops[-1], 0)
    axes.set_xlim(start, end * 1.09)
    axes.set_xticks([end * i / 5 for i in range(6)])
    axes.set_xlabel(unit, fontsize=COMPACT_TYPE)
    axes.set_facecolor(PAPER)
    axes.tick_params(labelsize=COMPACT_TYPE)
    axes.spines["left"].set_visible(False)
    lanes = [(top - _LANE, top) for top in tops[1:]]
    axes.vlines([0] * len(lanes), *zip(*lanes, strict=True), color=MUTED, linewidth=0.8, zorder=0)
    return figure, axes, positions
