"""Focus by reference, as a matrix of marks."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, RULE, TINT, WIDTH, wrap

_ROLE_COLOUR = {"context": ACCENT, "mechanism": "#c2543d"}
_ROLE_MARKER = {"context": "o", "mechanism": "D"}


def focus_dots(matrix: pd.DataFrame, roles: Mapping[str, str], labels: Mapping[str, str]) -> Figure:
    """Draw *matrix* (keys by focus, booleans) with a mark where the source lists the reference.

    Parameters
    ----------
    roles : context or mechanism for each focus. labels : text for each key.
    """
    rows, columns = len(matrix), len(matrix.columns)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.19 * rows + 1.5), layout="constrained")
    for y in range(0, rows, 2):
        axes.axhspan(y - 0.5, y + 0.5, color=TINT, linewidth=0)
    for x, focus in enumerate(matrix.columns):
        role = roles[focus]
        marked = [y for y, present in enumerate(matrix[focus]) if present]
        axes.plot(
            [x] * len(marked), marked, _ROLE_MARKER[role], color=_ROLE_COLOUR[role], markersize=7, markeredgecolor=PAPER
        )
        axes.text(x, rows - 0.2, str(len(marked)), ha="center", va="top", fontsize=8.5, fontweight="bold", color=INK)
    axes.text(-0.62, rows - 0.2, "References", ha="right", va="top", fontsize=8, color=MUTED)
    axes.set_xticks(range(columns), [wrap(f, 19) for f in matrix.columns])
    axes.set_yticks(range(rows), [labels[k] for k in matrix.index])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.6, columns - 0.4)
    axes.set_ylim(rows + 0.6, -0.5)
    axes.tick_params(length=0, labelsize=7.8)
    axes.tick_params(axis="x", labelcolor=INK)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.axhline(rows - 0.4, color=RULE, linewidth=0.8)
    marks = [
        plt.Line2D(
            [],
            [],
            marker=_ROLE_MARKER[r],
            color=_ROLE_COLOUR[r],
            linestyle="none",
            markersize=7,
            label=f"Evidence on {r}",
        )
        for r in dict.fromkeys(roles.values())
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=2, frameon=False)
    return figure
