"""Shares in per cent by category: one series as bars, two as dumbbells, in the order given."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import ACCENT, EDGES, MARKERS, MUTED, PAPER, RULE, SERIES, WIDTH, wrap

_LINE, _PAD, _FRAME = 0.135, 0.13, 0.75  # inches: a line of a label, space around it, axis and legend
_LETTERS = 54  # of a label on one line


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
    axes.legend(handles=marks, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False)
    return figure


def _value(axes: plt.Axes, value: float, y: float, *, after: bool) -> None:
    offset, align = ((7, 0), "left") if after else ((-7, 0), "right")
    axes.annotate(f"{value:g}", (value, y), offset, textcoords="offset points", ha=align, va="center", fontsize=8)


def _canvas(labels: Sequence[str], largest: float, unit: str) -> tuple[Figure, plt.Axes, list[float]]:
    """Return figure, axes and the height of each category, in inches from the top, by the lines its label needs."""
    texts = [wrap(label, _LETTERS) for label in labels]
    heights = [_LINE * (text.count("\n") + 1) + _PAD for text in texts]
    tops = [sum(heights[:i]) for i in range(len(heights) + 1)]
    figure, axes = plt.subplots(figsize=(WIDTH, tops[-1] + _FRAME), layout="constrained")
    for top in tops:
        axes.axhline(top, color=RULE, linewidth=0.5, zorder=0)
    positions = [top + height / 2 for top, height in zip(tops, heights, strict=False)]
    end = -(-largest // 10) * 10
    axes.set_yticks(positions, texts)
    axes.set_ylim(tops[-1], 0)
    axes.set_xlim(-0.07 * end, end * 1.06)
    axes.set_xticks([end * i / 5 for i in range(6)])
    axes.set_xlabel(unit)
    axes.set_facecolor(PAPER)
    axes.tick_params(axis="y", length=0, labelsize=7.8)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=MUTED, linewidth=0.8, zorder=0)
    return figure, axes, positions
