"""Findings by domain and stance, as stacked bars."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evidencebook.figures.style import INK, MUTED, PAPER, STANCE_COLOURS, STANCE_HATCH, WIDTH


def stance_bars(counts: pd.DataFrame, names: dict[str, str]) -> Figure:
    """Draw *counts* (domains by stance) as one stacked bar a domain, counts printed inside.

    Parameters
    ----------
    names : label of each domain and stance.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 0.42 * len(counts) + 0.75), layout="constrained")
    positions = range(len(counts))
    left = pd.Series(0, index=counts.index)
    for stance in counts.columns:
        widths = counts[stance]
        axes.barh(
            positions,
            widths,
            left=left,
            height=0.66,
            color=STANCE_COLOURS[stance],
            hatch=STANCE_HATCH.get(stance),
            edgecolor=PAPER,
            linewidth=0.8,
            label=names[stance],
        )
        for y, (start, width) in enumerate(zip(left, widths, strict=True)):
            if width:
                box = {"boxstyle": "round,pad=0.15", "facecolor": PAPER, "edgecolor": "none"}
                axes.text(start + width / 2, y, str(width), ha="center", va="center", fontsize=8, color=INK, bbox=box)
        left = left + widths
    for y, total in enumerate(left):
        if not total:
            axes.text(0.15, y, "no finding", va="center", color=MUTED, fontsize=8, style="italic")
    axes.set_yticks(list(positions), [names[d] for d in counts.index])
    axes.invert_yaxis()
    axes.set_xlim(0, max(left.max(), 1) * 1.02)
    axes.set_xlabel("Number of findings")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", length=0)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(counts.columns), frameon=False, handlelength=1.2
    )
    return figure
