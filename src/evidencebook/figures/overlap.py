"""What pairs share, as the lower half of a matrix; the diagonal holds each one's own total."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from evidencebook.figures.style import ACCENT, MUTED, PAPER, WIDTH, shade, text_on

_SIDE, _LEFT, _FOOT = 0.56, 2.2, 0.3


def overlap_matrix(
    totals: Mapping[str, int], shared: Mapping[tuple[str, str], int], names: Mapping[str, str]
) -> Figure:
    """Draw one square for each pair, darker for more shared works, the count in it.

    Parameters
    ----------
    totals : component to its own number of works, in order. shared : pair (in that order) to the number
    both cite. names : label of each component for the rows; columns carry the component's id.
    """
    ids = list(totals)
    size = len(ids)
    height = size * _SIDE + _FOOT + 0.06
    figure = plt.figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, height)
    axes.axis("off")
    most = max(shared.values(), default=0)
    for y, low in enumerate(ids):
        bottom = _FOOT + (size - 1 - y) * _SIDE
        axes.text(_LEFT - 0.1, bottom + _SIDE / 2, names[low], ha="right", va="center", fontsize=8.5)
        axes.text(_LEFT + (y + 0.5) * _SIDE, _FOOT - 0.08, low, ha="center", va="top", fontsize=8.5, fontweight="bold")
        for x, high in enumerate(ids[:y]):
            _square(axes, _LEFT + x * _SIDE, bottom, shared[high, low], most)
        _own(axes, _LEFT + y * _SIDE, bottom, totals[low])
    axes.text(
        _LEFT + 1.3 * _SIDE,
        height - 0.08,
        "Outlined: works that the component cites\nFilled: works that both components cite\n(the darker, the more)",
        va="top",
        fontsize=8,
        color=MUTED,
        linespacing=1.4,
    )
    return figure


def _square(axes: plt.Axes, left: float, bottom: float, number: int, most: int) -> None:
    fill = shade(number, most)
    axes.add_patch(Rectangle((left, bottom), _SIDE - 0.04, _SIDE - 0.04, facecolor=fill, edgecolor="none"))
    middle = (left + _SIDE / 2 - 0.02, bottom + _SIDE / 2 - 0.02)
    colour = text_on(fill) if number else MUTED
    axes.text(*middle, str(number), ha="center", va="center", fontsize=9, color=colour)


def _own(axes: plt.Axes, left: float, bottom: float, number: int) -> None:
    axes.add_patch(Rectangle((left, bottom), _SIDE - 0.04, _SIDE - 0.04, facecolor=PAPER, edgecolor=ACCENT))
    middle = (left + _SIDE / 2 - 0.02, bottom + _SIDE / 2 - 0.02)
    axes.text(*middle, str(number), ha="center", va="center", fontsize=9, fontweight="bold", color=ACCENT)
