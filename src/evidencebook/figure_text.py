"""Words in a figure as words: for paper, where they can be found, copied and read out, and take less room.

A web page shows a figure as a picture that may load no font, so `figures.style` draws letters as outlines
and names each label in a comment before it. The PDF carries the font: here the outlines become the label's
text again, at the same place, size and colour. Goes to `pdf`.
"""

from __future__ import annotations

import re
import shutil
from html import escape, unescape
from pathlib import Path

import matplotlib

# The family that `figures.style` draws with, as files that come with Matplotlib. Of its other fonts one
# has a box for every letter there is: with it Typst would print a letter that no font has, and say nothing.
_FAMILY = "DejaVu Sans"
_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf")
# Outlines are drawn on a grid of 100 units to the type size.
_GRID = 100
_LABEL = re.compile(
    r'<!-- (?P<text>[^\n]*?) -->\s*<g style="(?P<style>[^"]*)" '
    r'transform="(?P<place>translate\([^)]*\)(?: rotate\([^)]*\))?) scale\((?P<size>[\d.]+) -[\d.]+\)">'
    r"(?P<outlines>.*?)</g>",
    re.DOTALL,
)
_OUTLINE = re.compile(r'<use xlink:href="#DejaVuSans')


def fonts(beside: Path) -> Path:
    """Return a folder in *beside* with the font of the figures."""
    folder = beside / "fonts"
    folder.mkdir(exist_ok=True)
    for name in _FILES:
        shutil.copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, folder)
    return folder


def lettered(svg: str) -> str:
    """Return *svg* with its outlined labels as text; unchanged when a label is drawn in another way.

    One outline may serve many labels, so it is all of them or none.
    """
    made = _LABEL.sub(_text, svg)
    return svg if _OUTLINE.search(made) else made


def _text(label: re.Match[str]) -> str:
    weight = "bold" if "DejaVuSans-Bold" in label["outlines"] else "normal"
    slant = "italic" if "DejaVuSans-Oblique" in label["outlines"] else "normal"
    size = f"{float(label['size']) * _GRID:.4g}px"
    style = f"{label['style']}; font: {slant} {weight} {size} '{_FAMILY}'; white-space: pre"
    return f'<text style="{style}" transform="{label["place"]}">{escape(unescape(label["text"]), quote=False)}</text>'
