"""Included studies by design and year, one mark a study."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from evidencebook.figures.style import EDGES, INK, MARKERS, RULE, SERIES, WIDTH

_STEP = 0.17


def study_dots(studies: pd.DataFrame, designs: Sequence[str], groups: Sequence[str], names: dict[str, str]) -> Figure:
    """Draw one mark for each study at its year (x) and design (y), shape and colour by group.

    Parameters
    ----------
    studies : columns design, year, group. Studies without a year are not drawn (the caption says how many).
    designs : rows of the chart, top first. groups : at most four.
    """
    dated = studies.dropna(subset=["year"])
    tallest = {d: dated[dated["design"] == d].groupby("year").size().max() for d in designs}
    heights = [max(0.42, _STEP * (0 if pd.isna(tallest[d]) else tallest[d]) + 0.16) for d in designs]
    tops = [sum(heights[:i]) for i in range(len(heights))]
    figure, axes = plt.subplots(figsize=(WIDTH, sum(heights) + 0.9), layout="constrained")
    for top, height, design in zip(tops, heights, designs, strict=True):
        axes.axhline(top, color=RULE, linewidth=0.6)
        for year, stack in dated[dated["design"] == design].groupby("year"):
            ordered = stack.sort_values("group", key=lambda g: g.map(list(groups).index), kind="stable")
            for level, group in enumerate(ordered["group"]):
                index = groups.index(group)
                y = top + height / 2 + (level - (len(stack) - 1) / 2) * _STEP
                axes.plot(
                    year,
                    y,
                    MARKERS[index],
                    markersize=7.5,
                    color=SERIES[index],
                    markeredgecolor=EDGES[SERIES[index]],
                    markeredgewidth=0.8,
                )
    counts = studies["design"].value_counts()
    axes.set_yticks(
        [t + h / 2 for t, h in zip(tops, heights, strict=True)], [f"{names[d]} ({counts[d]})" for d in designs]
    )
    axes.set_ylim(sum(heights), 0)
    first, last = (int(dated["year"].min()), int(dated["year"].max())) if len(dated) else (2000, 2001)
    axes.set_xlim(first - 0.7, last + 0.7)
    axes.set_xticks(range(first, last + 1, 1 if last - first < 14 else 2))
    axes.set_xlabel("Year of publication")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    marks = [
        plt.Line2D(
            [],
            [],
            marker=MARKERS[i],
            color=SERIES[i],
            markeredgecolor=EDGES[SERIES[i]],
            linestyle="none",
            markersize=7.5,
            label=f"{g} ({(studies['group'] == g).sum()})",
        )
        for i, g in enumerate(groups)
    ]
    axes.legend(
        handles=marks, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=len(groups), frameon=False, labelcolor=INK
    )
    return figure
