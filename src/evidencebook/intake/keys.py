"""Citation keys in the style of the bibliography: surname and year, `ham2013`; a body by its first words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from string import ascii_lowercase

from evidencebook.intake.work import Work

_SMALL = {"of", "the", "for", "and", "in", "on", "to", "a", "an", "at", "de", "la"}
_WORDS, _NO_DATE = 3, "nd"
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d"})


def new_key(work: Work, taken: Collection[str]) -> str:
    """Return a key for *work* that is not in *taken*: a letter follows where the year alone would repeat one."""
    stem = _stem(work)
    if stem not in taken and not any(f"{stem}{letter}" in taken for letter in ascii_lowercase):
        return stem
    letters = [*ascii_lowercase[1:], *(a + b for a in ascii_lowercase for b in ascii_lowercase)]
    return next(f"{stem}{letter}" for letter in letters if f"{stem}{letter}" not in taken)


def _stem(work: Work) -> str:
    names = work.authors or work.editors
    who = names[0] if names else work.get("title")
    last, comma, _ = who.partition(",")
    words = _plain(last).split()
    if not comma:
        words = [w for w in words if w not in _SMALL][:_WORDS] or words[:_WORDS]
    name = "".join(words) or "anonymous"
    return (name if name[0].isalpha() else f"x{name}") + (str(work.year) if work.year else _NO_DATE)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare.replace("'", "")))
