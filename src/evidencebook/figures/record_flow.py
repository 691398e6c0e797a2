"""The flow of records through a screening: what was found, what went out and why, what stayed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from evidencebook.figures.flow import canvas, draw_box
from evidencebook.figures.style import MUTED

_LINE, _PAD, _STEP = 0.135, 0.2, 0.28
# Left and width of the boxes of those that stay, and of those that go.
_STAY, _GO = (0.06, 3.1), (3.75, 3.15)
_DOWN = _STAY[0] + 0.6
_LONGEST, _WRAP = 7, 50
_ARROW = "-|>,head_length=3.2,head_width=1.8"


def record_flow(flow: pd.DataFrame, steps: Sequence[tuple[str, Sequence[str]]]) -> Figure:
    """Draw each step as a box on the left, with boxes of those that go on its right.

    Parameters
    ----------
    flow : columns stage, group (empty for the whole), records. steps : name of a stage that records pass, and of the
    stages in which they leave after it; the last step is drawn dark.
    """
    shown = [
        (_text(flow, stay), [text for go in leave if (text := _text(flow, go, only_filled=True))])
        for stay, leave in steps
    ]
    heights = [max(_tall(stay), sum(map(_tall, leave)) + 0.1 * len(leave)) for stay, leave in shown]
    figure, axes = canvas(sum(heights) + _STEP * (len(shown) - 1) + 0.1)
    top = sum(heights) + _STEP * (len(shown) - 1) + 0.05
    for number, ((stay, leave), height) in enumerate(zip(shown, heights, strict=True)):
        bottom = top - _tall(stay)
        draw_box(axes, (*_STAY[:1], bottom, _STAY[1], _tall(stay)), stay, dark=number == len(shown) - 1)
        _leaving(axes, leave, top, bottom + _tall(stay) / 2)
        if number + 1 < len(shown):
            _arrow(axes, (_DOWN, bottom), (_DOWN, top - height - _STEP + 0.01))
        top -= height + _STEP
    return figure


def _leaving(axes: Axes, texts: Sequence[str], top: float, middle: float) -> None:
    for text in texts:
        tall = _tall(text)
        draw_box(axes, (_GO[0], top - tall, _GO[1], tall), text)
        level = min(middle, top - 0.1) if text is texts[0] else top - tall / 2
        # The first leaves from the box itself, further ones from the way down.
        start = _STAY[0] + _STAY[1] if text is texts[0] else _DOWN
        _arrow(axes, (start, level), (_GO[0] - 0.01, level))
        top -= tall + 0.1


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle=_ARROW, color=MUTED, shrinkA=0, shrinkB=0))


def _text(flow: pd.DataFrame, stage: str, *, only_filled: bool = False) -> str:
    """Return the lines of a box: the whole first, its groups below, small ones together."""
    own = flow[flow["stage"] == stage]
    total = int(own.loc[own["group"] == "", "records"].sum())
    if only_filled and not total:
        return ""
    groups = [(str(g.group), int(g.records)) for g in own[own["group"] != ""].itertuples()]
    if len(groups) > _LONGEST:
        rest = groups[_LONGEST - 1 :]
        groups = [*groups[: _LONGEST - 1], (f"{len(rest)} others", sum(n for _, n in rest))]
    lines = [f"{stage[0].upper()}{stage[1:]}: {total:,}", *(f"{name}: {n:,}" for name, n in groups)]
    return "\n".join(part for line in lines for part in textwrap.wrap(line, _WRAP))


def _tall(text: str) -> float:
    return _LINE * (text.count("\n") + 1) + _PAD
