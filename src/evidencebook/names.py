"""Names that a template gives: none becomes code, and none leads out of the book's folder."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidencebook.errors import ProjectError, shorten

_PAGE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PAPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.pdf")


def check_declared_names(path: Path, declared: Mapping[str, Any]) -> None:
    """Refuse a parameter that papermill would paste into code, and a PDF that would stand elsewhere.

    Raises
    ------
    ProjectError
        naming the template at *path* and the name.
    """
    for name in declared.get("parameters", {}):
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ProjectError(
                f"{path} has a parameter called {shorten(name)!r}: use a name of letters, digits and underscores"
            )
    if (paper := declared.get("paper", "")) and not _PAPER.fullmatch(paper):
        raise ProjectError(f"{path} names its PDF {shorten(paper)!r}: use letters, digits and dashes, and end in .pdf")


def check_page_name(path: Path, slug: str) -> None:
    """Refuse a page of the template at *path* whose name *slug* is no plain file name.

    Raises
    ------
    ProjectError
        naming both.
    """
    if not _PAGE.fullmatch(slug):
        raise ProjectError(
            f"{path} would make a page called {shorten(slug)!r}, which is no file name here: small letters, digits "
            "and single dashes. Give the row another id, or the template another slug"
        )
