"""Sphinx extension: a figure that has a dark variant shows the one that suits the page.

`figures.style.save` writes both variants beside each other. The page gets both pictures, and
figures.css hides one by its class (`for-light`, `for-dark`) from eyes and from screen readers
alike, so one alternative text is heard. The theme's own classes would hide the caption as well. The
figure stays one figure: its number and anchor are counted once. `plain_pages` and print take the
light one.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from evidencebook import __version__
from evidencebook.figures import DARK_MARK


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_transform(LightAndDark)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


class LightAndDark(SphinxTransform):
    """Put the dark variant of a picture, where there is one, after the light one."""

    default_priority = 400  # before Sphinx collects the pictures it must copy

    def apply(self, **kwargs: Any) -> None:
        """Double every picture of the page that has a dark variant."""
        for picture in list(self.document.findall(nodes.image)):
            light = PurePosixPath(picture["uri"])
            dark = light.with_name(f"{light.stem}{DARK_MARK}{light.suffix}")
            _, path = self.env.relfn2path(str(dark), self.env.docname)
            if not Path(path).is_file():
                continue
            other = picture.deepcopy()
            other.update_basic_atts({"classes": ["for-dark"]})
            other["uri"] = str(dark)
            other["loading"] = "lazy"  # a hidden picture is not fetched
            other["ids"], other["names"] = [], []
            picture["classes"].append("for-light")
            picture.parent.insert(picture.parent.index(picture) + 1, other)
