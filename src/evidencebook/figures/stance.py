"""Findings by domain and stance, as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evidencebook.figures.looks import Look, looks
from evidencebook.figures.style import COMPACT, COMPACT_TYPE, EDGES, INK, MUTED, PAPER, wrap

_HEIGHT = 0.6  # of a bar, where rows are 1 apart
_ROOM = 0.07  # of the axis: what a number inside a bar needs


def stance_bars(counts: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Draw *counts* (domains by stance) as one stacked bar a domain, each count in its piece.

    Where a piece is too thin for its count, the bar's end has all counts of the bar, in the order of the key.

    Parameters
    ----------
    names : label of each domain and stance.
    """
    figure, axes = plt.subplots(figsize=(COMPACT, 0.42 * len(counts) + 1.0), layout="constrained")
    own = looks(counts.columns)
    most = max(int(counts.sum(axis=1).max()), 1)
    thin = (counts > 0) & (counts < most * _ROOM)
    for y, (domain, row) in enumerate(counts.iterrows()):
        start = 0
        for stance, width in row.items():
            _piece(axes, own[str(stance)], (start, y, int(width)), told=not thin.at[domain, stance])
            start += int(width)
        if thin.loc[domain].any():
            told = " · ".join(str(int(n)) for n in row)
            axes.text(start + most * 0.02, y, told, va="center", fontsize=COMPACT_TYPE, color=MUTED)
        if not start:
            axes.text(0.15, y, "no finding", va="center", color=MUTED, fontsize=COMPACT_TYPE, style="italic")
    axes.set_xlim(0, most * (1.2 if thin.to_numpy().any() else 1.02))
    axes.set_yticks(range(len(counts)), [wrap(names[d], 20) for d in counts.index])
    axes.set_ylim(len(counts) - 0.6, -0.5)
    note = "\n(at a bar's end: all its numbers, in the order of the key)" if thin.to_numpy().any() else ""
    axes.set_xlabel("Number of findings" + note, fontsize=COMPACT_TYPE)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=COMPACT_TYPE)
    _legend(figure, counts, names)
    return figure


def _piece(axes: plt.Axes, look: Look, place: tuple[int, int, int], *, told: bool) -> None:
    """Draw one piece at *place* (start, row, width), with its number where there is room."""
    start, y, width = place
    if not width:
        return
    axes.barh(y, width, left=start, height=_HEIGHT, **_fill(look))
    if told:
        box = {"boxstyle": "round,pad=0.18", "facecolor": PAPER, "edgecolor": "none"}
        middle = start + width / 2
        axes.text(middle, y, str(width), ha="center", va="center", fontsize=COMPACT_TYPE, color=INK, bbox=box)


def _fill(look: Look) -> dict[str, Any]:
    fill = {"facecolor": look.colour, "edgecolor": EDGES[look.colour], "linewidth": 0.8}
    return fill | ({"hatch": look.hatch, "edgecolor": PAPER} if look.hatch else {})


def _legend(figure: Figure, counts: pd.DataFrame, names: Mapping[str, str]) -> None:
    marks = [plt.Rectangle((0, 0), 1, 1, label=names[s], **_fill(look)) for s, look in looks(counts.columns).items()]
    figure.legend(
        handles=marks, loc="outside upper center", ncols=len(marks), frameon=False, handlelength=1.2, columnspacing=1.2
    )
