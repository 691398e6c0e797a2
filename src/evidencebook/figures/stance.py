"""Findings by domain and stance, as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evidencebook.figures.style import (
    COMPACT,
    COMPACT_TYPE,
    EDGES,
    INK,
    MUTED,
    PAPER,
    STANCE_COLOURS,
    STANCE_HATCH,
    wrap,
)

_HEIGHT = 0.6  # of a bar, where rows are 1 apart
_ROOM = 0.05  # of the axis: what a number inside a bar needs


def stance_bars(counts: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Draw *counts* (domains by stance) as one stacked bar a domain, each count in its piece or above a thin one.

    Parameters
    ----------
    names : label of each domain and stance.
    """
    figure, axes = plt.subplots(figsize=(COMPACT, 0.48 * len(counts) + 0.85), layout="constrained")
    most = max(int(counts.sum(axis=1).max()), 1)
    axes.set_xlim(0, most * 1.02)
    for y, (_, row) in enumerate(counts.iterrows()):
        start = 0
        for stance, width in row.items():
            _piece(axes, str(stance), (start, y, int(width)), thin=width < most * _ROOM)
            start += int(width)
        if not start:
            axes.text(0.15, y, "no finding", va="center", color=MUTED, fontsize=COMPACT_TYPE, style="italic")
    axes.set_yticks(range(len(counts)), [wrap(names[d], 20) for d in counts.index])
    axes.set_ylim(len(counts) - 0.6, -0.75)
    axes.set_xlabel("Number of findings")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=COMPACT_TYPE)
    _legend(figure, counts, names)
    return figure


def _piece(axes: plt.Axes, stance: str, place: tuple[int, int, int], *, thin: bool) -> None:
    """Draw one piece at *place* (start, row, width) with its number."""
    start, y, width = place
    if not width:
        return
    axes.barh(y, width, left=start, height=_HEIGHT, **_look(stance))
    middle = start + width / 2
    if thin:
        axes.text(middle, y - _HEIGHT / 2 - 0.03, str(width), ha="center", va="bottom", fontsize=COMPACT_TYPE)
        return
    box = {"boxstyle": "round,pad=0.18", "facecolor": PAPER, "edgecolor": "none"}
    axes.text(middle, y, str(width), ha="center", va="center", fontsize=COMPACT_TYPE, color=INK, bbox=box)


def _look(stance: str) -> dict[str, Any]:
    colour = STANCE_COLOURS[stance]
    hatch = STANCE_HATCH.get(stance)
    look = {"facecolor": colour, "edgecolor": EDGES[colour], "linewidth": 0.8}
    return look | ({"hatch": hatch, "edgecolor": PAPER} if hatch else {})


def _legend(figure: Figure, counts: pd.DataFrame, names: Mapping[str, str]) -> None:
    marks = [plt.Rectangle((0, 0), 1, 1, label=names[s], **_look(s)) for s in counts.columns]
    figure.legend(
        handles=marks, loc="outside upper center", ncols=len(marks), frameon=False, handlelength=1.2, columnspacing=1.2
    )
