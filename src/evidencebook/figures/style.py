"""One visual language: palette, type, and deterministic SVG output for light and dark pages.

The palette stays apart in grey and for colour-blind readers: luminance runs dark, mid, light.
"""

from __future__ import annotations

import io
import os
import re
import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from evidencebook.errors import FigureError
from evidencebook.figures import DARK_MARK

INK, MUTED, RULE, PAPER = "#1d2a33", "#566670", "#c9d3d9", "#ffffff"
ACCENT, TINT = "#14505c", "#e6f0f1"
AMBER, BRONZE, CORAL, SKY = "#f0b23e", "#8a5a00", "#c2543d", "#8fb8bf"
# From few to many; the last two are dark enough for light text.
SHADES = (TINT, "#c3d7da", "#8fb3b9", "#2f6e79", ACCENT)
# Every colour of a figure beside the one that stands for it on a dark page. `save` refuses any other.
DARK = {
    INK: "#e6edf0",
    MUTED: "#aab8bf",
    RULE: "#41525b",
    PAPER: "#11181b",  # the ground of a dark page in tokens.css
    ACCENT: "#8fd0da",
    TINT: "#1f2d34",
    AMBER: "#a87414",
    BRONZE: "#f3c566",
    CORAL: "#ef8f79",
    SKY: "#3c6f79",
    SHADES[1]: "#24404a",
    SHADES[2]: "#2f5863",
    SHADES[3]: "#67a8b3",
}
# Colours that text may have on each fill; `text_on` takes the first.
TEXT_ON = {
    PAPER: (INK, MUTED, ACCENT),
    TINT: (INK, MUTED, ACCENT),
    SHADES[1]: (INK,),
    SHADES[2]: (INK,),
    SHADES[3]: (PAPER,),
    ACCENT: (PAPER,),
}
# A light mark has an edge that stands off from the ground; the others are their own edge.
EDGES = {AMBER: BRONZE, SKY: ACCENT, ACCENT: ACCENT, CORAL: CORAL}
SERIES = (ACCENT, AMBER, SKY, CORAL)
MARKERS = ("o", "s", "^", "D")
WIDTH = 7.0  # inches: the text width of the printed page
COMPACT, COMPACT_TYPE = 4.5, 8.8  # inches and points: a chart that can be read on a phone as it is
SMALLEST = 7.4  # points: with `min-width` in figures.css this keeps 9 pixels on a phone
_COLOUR = re.compile(r"(?<=: )#[0-9a-f]{6}(?=[;\"}])")

plt.rcParams.update(
    {
        "svg.hashsalt": "evidencebook",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        # A label is text: dollar signs in a cell begin no formula.
        "text.parse_math": False,
        "font.size": 8.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": RULE,
        "axes.labelcolor": INK,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "ytick.labelcolor": INK,
        "text.color": INK,
        "axes.titlesize": 9.5,
        "hatch.linewidth": 0.6,
        "figure.facecolor": PAPER,
    }
)


def save(figure: Figure, path: Path) -> None:
    """Write *figure* as SVG, once for a light and once for a dark page, and close it.

    Neither date nor random ids are written, so that equal figures are equal files. Each is put in place whole: the
    chapter may be ended at any moment.
    """
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None, "Creator": None})
    plt.close(figure)
    for place, text in ((path, drawn.getvalue()), (dark_path(path), darken(drawn.getvalue()))):
        draft = place.with_name(f".{place.name}.part")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, place)


def dark_path(path: Path) -> Path:
    """Return where the dark variant of the figure at *path* stands."""
    return path.with_name(f"{path.stem}{DARK_MARK}{path.suffix}")


def darken(svg: str) -> str:
    """Return *svg* with every colour changed for its dark counterpart; nothing else changes.

    Raises
    ------
    FigureError
        naming the colours without a counterpart.
    """
    if unknown := sorted(set(_COLOUR.findall(svg)) - set(DARK)):
        raise FigureError(
            f"a figure uses {', '.join(unknown)}, which has no dark counterpart: take a colour of figures/style.py "
            "or give it one in DARK there"
        )
    return _COLOUR.sub(lambda found: DARK[found[0]], svg)


def text_on(fill: str) -> str:
    """Return the colour of text on *fill*."""
    return TEXT_ON[fill][0]


def shade(number: int, most: int) -> str:
    """Return the fill for *number* of at most *most*: the ground for none, then one of `SHADES`."""
    return SHADES[-(-number * len(SHADES) // most) - 1] if number else PAPER


def wrap(text: str, width: int) -> str:
    """Return *text* wrapped to *width* characters a line."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))
