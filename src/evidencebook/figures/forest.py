"""Pooled effects with their confidence intervals; an effect without a printed figure is named, never drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, RULE, WIDTH, wrap

_LEFT, _RIGHT = 3.0, 1.6  # inches: labels left and printed figures right of the plot
_LETTERS = 57  # of a label on one line
_ROW, _HEAD, _FOOT = 0.3, 0.3, 0.86  # inches: a row, the headings, the axis with what it favours


def forest(effects: pd.DataFrame, measure: str, favours: tuple[str, str]) -> Figure:
    """Draw the effects that have a figure; name those that have none below them.

    Parameters
    ----------
    effects : columns label, told (text at the right), estimate, ci_low, ci_high; NaN: not printed.
    measure : label of the axis. favours : what lies left and right of no difference.
    """
    drawn, named = effects[effects["estimate"].notna()], effects[effects["estimate"].isna()]
    foot = (len(named) + 1) * _ROW if len(named) else 0.0
    plot = len(drawn) * _ROW
    height = _HEAD + plot + _FOOT + foot
    figure = plt.figure(figsize=(WIDTH, height))
    page = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
    page.axis("off")
    box = (_LEFT / WIDTH, (foot + _FOOT) / height, (WIDTH - _LEFT - _RIGHT) / WIDTH, plot / height)
    axes = figure.add_axes(box, ylim=(len(drawn) - 0.5, -0.5), facecolor="none")
    _intervals(axes, drawn)
    _axis(axes, measure, favours)
    _line(page, _HEAD / 2, "Outcome and time", "Estimate (95% interval)", weight="bold")
    for row, effect in enumerate(drawn.itertuples()):
        _line(page, _HEAD + (row + 0.5) * _ROW, effect.label, effect.told)
    if len(named):
        top = height - foot
        page.axhline(top, color=RULE, linewidth=0.8)
        _line(page, top + _ROW / 2, "No figure printed: named here, not drawn", "As the source puts it", weight="bold")
    for row, effect in enumerate(named.itertuples(), 1):
        _line(page, height - foot + (row + 0.5) * _ROW, effect.label, effect.told)
    return figure


def _intervals(axes: plt.Axes, drawn: pd.DataFrame) -> None:
    for y, effect in enumerate(drawn.itertuples()):
        axes.plot((effect.ci_low, effect.ci_high), (y, y), color=ACCENT, linewidth=1.8, solid_capstyle="butt")
        axes.plot(effect.estimate, y, "s", color=ACCENT, markersize=7, markeredgecolor=PAPER, markeredgewidth=0.6)
    axes.axvline(0, color=INK, linewidth=0.9, zorder=0)


def _axis(axes: plt.Axes, measure: str, favours: tuple[str, str]) -> None:
    """Scale evenly about no difference, so that neither side looks the larger."""
    reach = max(abs(limit) for limit in axes.dataLim.intervalx) * 1.12
    axes.set_xlim(-reach, reach)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=7.6)
    axes.set_xlabel(measure, fontsize=8, labelpad=26)
    for side, text, align in ((-1, wrap(f"← {favours[0]}", 16), "right"), (1, wrap(f"{favours[1]} →", 16), "left")):
        axes.annotate(
            text, (0, 0), (side * 6, -18), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha=align, va="top", fontsize=7.4, color=MUTED,
        )  # fmt: skip


def _line(page: plt.Axes, y: float, label: str, told: str, weight: str = "normal") -> None:
    page.text(0.02, y, wrap(label, _LETTERS), va="center", fontsize=7.9, fontweight=weight)
    page.text(WIDTH - _RIGHT + 0.12, y, told, va="center", fontsize=7.9, fontweight=weight)
