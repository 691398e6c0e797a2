"""Pooled effects with their confidence intervals; an effect without a printed figure is named, never drawn.

A label stands above its interval and the printed figure at the right of it, so that all of it fits a phone.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import ACCENT, COMPACT, COMPACT_TYPE, INK, MUTED, PAPER, RULE, wrap

_RIGHT = 1.55  # inches: printed figures right of the plot
_LETTERS = 62  # of a label on one line
# Inches: a line of text, a drawn row of label and interval, a named row of two lines, the heading, the axis.
_LINE, _ROW, _NAMED, _HEAD, _FOOT = 0.16, 0.44, 0.4, 0.26, 0.95


def forest(effects: pd.DataFrame, measure: str, favours: tuple[str, str]) -> Figure:
    """Draw the effects that have a figure; name those that have none below them.

    Parameters
    ----------
    effects : columns label, told (text at the right), estimate, ci_low, ci_high; NaN: not printed.
    measure : label of the axis. favours : what lies left and right of no difference.
    """
    drawn, named = effects[effects["estimate"].notna()], effects[effects["estimate"].isna()]
    foot = _HEAD + len(named) * _NAMED if len(named) else 0.0
    plot = len(drawn) * _ROW
    height = _HEAD + plot + _FOOT + foot
    figure = plt.figure(figsize=(COMPACT, height))
    page = figure.add_axes((0, 0, 1, 1), xlim=(0, COMPACT), ylim=(height, 0))
    page.axis("off")
    box = (0.02, (foot + _FOOT) / height, (COMPACT - _RIGHT) / COMPACT - 0.02, plot / height)
    axes = figure.add_axes(box, ylim=(len(drawn) * _ROW, 0), facecolor="none")
    _intervals(axes, drawn)
    _axis(axes, measure, favours)
    _label(page, _HEAD / 2, "Outcome and time", "bold")
    _figure(page, _HEAD / 2, "Estimate (95% interval)", "bold")
    for row, effect in enumerate(drawn.itertuples()):
        top = _HEAD + row * _ROW
        _label(page, top + _LINE / 2, effect.label)
        _figure(page, top + _middle(0), effect.told)
    if len(named):
        _list(page, height - foot, named)
    return figure


def _middle(row: int) -> float:
    """Return where the interval of a drawn row stands, in inches from the top of the rows."""
    return row * _ROW + (_LINE + _ROW) / 2 - 0.02


def _list(page: plt.Axes, top: float, named: pd.DataFrame) -> None:
    """Name the effects without a figure, each with what the source says of it below."""
    page.axhline(top, color=RULE, linewidth=0.8)
    _label(page, top + _HEAD / 2 + 0.02, "No figure printed: named here, not drawn", "bold")
    for row, effect in enumerate(named.itertuples()):
        at = top + _HEAD + row * _NAMED + _LINE / 2
        _label(page, at, effect.label)
        page.text(0.18, at + _LINE, effect.told, va="center", fontsize=COMPACT_TYPE, color=MUTED)


def _intervals(axes: plt.Axes, drawn: pd.DataFrame) -> None:
    for row, effect in enumerate(drawn.itertuples()):
        y = _middle(row)
        axes.plot((effect.ci_low, effect.ci_high), (y, y), color=ACCENT, linewidth=1.8, solid_capstyle="butt")
        axes.plot(effect.estimate, y, "s", color=ACCENT, markersize=7, markeredgecolor=PAPER, markeredgewidth=0.6)
        axes.plot((0, 0), (y - 0.11, y + 0.11), color=INK, linewidth=0.9, zorder=0)


def _axis(axes: plt.Axes, measure: str, favours: tuple[str, str]) -> None:
    """Scale evenly about no difference, so that neither side looks the larger."""
    reach = max(abs(limit) for limit in axes.dataLim.intervalx) * 1.12
    axes.set_xlim(-reach, reach)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=COMPACT_TYPE)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(measure, fontsize=COMPACT_TYPE, labelpad=30)
    for side, text, align in ((-1, wrap(f"← {favours[0]}", 16), "right"), (1, wrap(f"{favours[1]} →", 16), "left")):
        axes.annotate(
            text, (0, 0), (side * 6, -20), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha=align, va="top", fontsize=COMPACT_TYPE, color=MUTED,
        )  # fmt: skip


def _label(page: plt.Axes, y: float, label: str, weight: str = "normal") -> None:
    page.text(0.02, y, wrap(label, _LETTERS), va="center", fontsize=COMPACT_TYPE, fontweight=weight)


def _figure(page: plt.Axes, y: float, told: str, weight: str = "normal") -> None:
    page.text(COMPACT - 0.02, y, told, va="center", ha="right", fontsize=COMPACT_TYPE, fontweight=weight)
