"""How a synthesis came about: theories from draft to final, and records from search to inclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

from evidencebook.figures.style import ACCENT, INK, MUTED, PAPER, TINT, WIDTH, wrap

_LINE, _PAD, _GAP, _HEAD, _KEY = 0.135, 0.12, 0.09, 0.34, 0.3
# Left and width of the columns.
_ORIGIN, _DRAFT, _KEPT, _FINAL = (0.04, 0.92), (1.3, 2.75), (4.4, 0.62), (5.4, 1.56)
_ARROW = "-|>,head_length=3.2,head_width=1.8"
Box = tuple[float, float, float, float]


def lineage(drafts: pd.DataFrame, kept: pd.DataFrame, finals: pd.DataFrame, links: pd.DataFrame, origin: str) -> Figure:
    """Draw statements, drafts, what was left after merges, and final theories from left to right.

    Parameters
    ----------
    drafts : columns id, text, in order. kept : columns id, text, ended (true when it leads to no final theory).
    finals : columns id, text, dark (filled box), in order. links : columns from_id, to_id, stated (false is a
    dashed arrow), from drafts to kept and from kept to finals. origin : text of the box that the drafts come from.
    """
    texts = [
        {d.id: wrap(d.text, 41) for d in drafts.itertuples()},
        {k.id: wrap(k.text, 9) for k in kept.itertuples()},
        {f.id: wrap(f.text, 23) for f in finals.itertuples()},
    ]
    tall = max(sum(map(_needed, column.values())) for column in texts) + _GAP
    figure, axes = canvas(tall + _HEAD + _KEY)
    places: dict[str, Box] = {}
    heads = (f"Draft theories ({len(drafts)})", f"Merged ({len(kept)})", f"Final components ({len(finals)})")
    for column, (x, width), head in zip(texts, (_DRAFT, _KEPT, _FINAL), heads, strict=True):
        places |= _stack(column, x, width, _KEY, tall)
        axes.text(x + width / 2, tall + _KEY + 0.12, head, ha="center", fontsize=8.6, fontweight="bold", color=ACCENT)
    _origin(axes, wrap(origin, 13), list(texts[0]), places)
    for link in links.itertuples():
        _curve(axes, places[link.from_id], places[link.to_id], stated=link.stated)
    ended = set(kept.loc[kept["ended"], "id"])
    dark = set(finals.loc[finals["dark"], "id"])
    for identifier, text in (texts[0] | texts[1] | texts[2]).items():
        draw_box(axes, places[identifier], text, dark=identifier in dark, dashed=identifier in ended)
    _key(axes)
    return figure


def screening_flow(sets: Sequence[str], total: str, unknown: str, included: Sequence[str]) -> Figure:
    """Draw sets of records, their sum, the step without a number, and the documents included, from the top.

    Parameters
    ----------
    sets, included : text of the boxes side by side, lines already broken. total, unknown : text of the
    boxes between; *unknown* is dashed.
    """
    heights = [_LINE * (max(t.count("\n") for t in texts) + 1) + 0.2 for texts in (sets, [total], [unknown], included)]
    step = 0.3
    tall = sum(heights) + 3 * step + 0.08
    figure, axes = canvas(tall)
    tops = [tall - 0.04 - sum(heights[:n]) - step * n for n in range(4)]
    for row, texts in enumerate((sets, [total], [unknown], included)):
        pitch = WIDTH / len(texts)
        for column, text in enumerate(texts):
            place = (column * pitch + 0.06, tops[row] - heights[row], pitch - 0.12, heights[row])
            draw_box(axes, place, text, dark=row == 3, dashed=row == 2)
    for row, number in ((0, len(sets)), (1, 1), (2, len(included))):
        for column in range(number):
            x = (column + 0.5) * WIDTH / number
            ends = ((x, tops[row] - heights[row]), (x, tops[row + 1] + 0.01))
            axes.add_patch(FancyArrowPatch(*ends, arrowstyle=_ARROW, color=MUTED, shrinkA=0, shrinkB=0))
    return figure


def canvas(tall: float) -> tuple[Figure, plt.Axes]:
    """Return a figure of the page's width whose coordinates are inches."""
    figure = plt.figure(figsize=(WIDTH, tall))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(0, tall)
    axes.axis("off")
    return figure, axes


def _needed(text: str) -> float:
    return _LINE * (text.count("\n") + 1) + _PAD + _GAP


def _stack(texts: Mapping[str, str], left: float, width: float, bottom: float, tall: float) -> dict[str, Box]:
    """Return the boxes of one column, first on top, spread evenly over its height."""
    slack = (tall - sum(map(_needed, texts.values()))) / (len(texts) + 1)
    top, places = bottom + tall - slack, {}
    for identifier, text in texts.items():
        height = _needed(text) - _GAP
        places[identifier] = (left, top - height, width, height)
        top -= height + _GAP + slack
    return places


def _origin(axes: plt.Axes, text: str, drafts: Sequence[str], places: Mapping[str, Box]) -> None:
    """Draw the box that all drafts come from, and a rule that gathers them."""
    top = places[drafts[0]][1] + places[drafts[0]][3]
    bottom = places[drafts[-1]][1]
    height = _needed(text) - _GAP
    left, width = _ORIGIN
    middle, rule = (top + bottom) / 2, _DRAFT[0] - 0.1
    axes.plot([rule + 0.06, rule, rule, rule + 0.06], [top, top, bottom, bottom], color=MUTED, linewidth=1)
    draw_box(axes, (left, middle - height / 2, width, height), text)
    ends = ((left + width, middle), (rule, middle))
    axes.add_patch(FancyArrowPatch(*ends, arrowstyle=_ARROW, color=MUTED, shrinkA=0, shrinkB=0))


def draw_box(axes: plt.Axes, place: Box, text: str, *, dark: bool = False, dashed: bool = False) -> None:
    """Draw a box with *text* in its middle; *place* is left, bottom, width, height in inches."""
    left, bottom, width, height = place
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=ACCENT if dark else PAPER if dashed else TINT,
            edgecolor=MUTED if dashed else ACCENT,
            linestyle=(0, (3, 2)) if dashed else "-",
            linewidth=0.9,
            zorder=2,
        )
    )
    where = (left + width / 2, bottom + height / 2)
    axes.text(
        *where, text, ha="center", va="center", fontsize=7.6, color=PAPER if dark else INK, zorder=3, linespacing=1.15
    )


def _curve(axes: plt.Axes, start: Box, end: Box, *, stated: bool) -> None:
    x, y = start[0] + start[2], start[1] + start[3] / 2
    to_x, to_y = end[0], end[1] + end[3] / 2
    bend = (to_x - x) * 0.5
    way = Curve([(x, y), (x + bend, y), (to_x - bend, to_y), (to_x - 0.01, to_y)], [Curve.MOVETO] + [Curve.CURVE4] * 3)
    line = "-" if stated else (0, (3, 2))
    axes.add_patch(FancyArrowPatch(path=way, arrowstyle=_ARROW, color=MUTED, linewidth=1, linestyle=line, zorder=1))


def _key(axes: plt.Axes) -> None:
    """Explain the two kinds of arrow and the dashed box on one line."""
    for x, line, text in ((0.3, "-", "as the source states"), (2.2, (0, (3, 2)), "read from title or subject")):
        axes.plot([x, x + 0.35], [0.12, 0.12], color=MUTED, linewidth=1, linestyle=line)
        axes.text(x + 0.42, 0.12, text, va="center", fontsize=7.6)
    draw_box(axes, (4.55, 0.05, 0.3, 0.14), "", dashed=True)
    axes.text(4.93, 0.12, "what became of it is not stated", va="center", fontsize=7.6)
