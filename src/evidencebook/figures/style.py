"""One visual language: palette, type, and deterministic SVG output.

The palette stays apart in grey and for colour-blind readers: luminance runs dark, mid, light.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

INK, MUTED, RULE, PAPER = "#1d2a33", "#5b6b76", "#c9d3d9", "#ffffff"
ACCENT, TINT = "#14505c", "#e6f0f1"
# Stance: dark, light and mid in grey; negating is hatched as well.
STANCE_COLOURS = {"confirming": "#14505c", "modifying": "#f0b23e", "negating": "#c2543d"}
STANCE_HATCH = {"negating": "////"}
SERIES = ("#14505c", "#f0b23e", "#8fb8bf", "#c2543d")
MARKERS = ("o", "s", "^", "D")
WIDTH = 7.0  # inches: the text width of the printed page

plt.rcParams.update(
    {
        "svg.hashsalt": "evidencebook",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
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
    """Write *figure* as SVG without date or random ids, and close it."""
    figure.savefig(path, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def wrap(text: str, width: int) -> str:
    """Return *text* wrapped to *width* characters a line."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))
