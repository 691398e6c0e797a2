"""One bar a kind, with its number."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evidencebook.figures.style import ACCENT, COMPACT, COMPACT_TYPE, INK, wrap


def tally_bars(counts: Mapping[str, int], axis: str) -> Figure:
    """Draw *counts* (label to number) as bars from the top, the number at the end of each.

    Parameters
    ----------
    axis : what is counted.
    """
    figure, axes = plt.subplots(figsize=(COMPACT, 0.4 * len(counts) + 0.5), layout="constrained")
    positions = range(len(counts))
    axes.barh(positions, list(counts.values()), height=0.6, color=ACCENT)
    for y, number in enumerate(counts.values()):
        axes.text(number + max(counts.values()) * 0.015, y, f"{number:,}", va="center", fontweight="bold", color=INK)
    axes.set_yticks(positions, [wrap(label, 24) for label in counts])
    axes.invert_yaxis()
    axes.set_xlim(0, max(counts.values()) * 1.09)
    axes.set_xlabel(axis)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=COMPACT_TYPE)
    return figure
