"""Which format a file has, told by what stands in it, and the reader of that format."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from evidencebook.errors import ParameterError
from evidencebook.intake import FORMATS, bibtex, csl, endnote, nbib, ris
from evidencebook.intake.normal import normalised
from evidencebook.intake.work import Batch

# The sign by which a file is known, and the reader of its format.
_READERS: dict[str, tuple[re.Pattern[str], Callable[[str, str], Batch]]] = dict(
    zip(
        FORMATS,
        (
            (re.compile(r"\A\s*<(?:\?xml|xml|records|record)\b"), endnote.read),
            (re.compile(r"\A\s*[\[{]\s*[\"{\]]"), csl.read),
            (re.compile(r"^PMID\s{0,2}- ?\d", re.MULTILINE), nbib.read),
            (re.compile(r"^\s?TY  -", re.MULTILINE), ris.read),
            (re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE), bibtex.read),
        ),
        strict=True,
    )
)


def read_works(path: Path, format_name: str = "") -> Batch:
    """Read the references in *path*, brought into one form.

    Parameters
    ----------
    format_name : one of `FORMATS`; empty tells it from what stands in the file.

    Raises
    ------
    ParameterError
        when the file is missing, is no text, or has none of the formats.
    """
    text, notes = _text(path)
    name = format_name or _told(text)
    if not name:
        raise ParameterError(
            f"{path} has none of the formats {', '.join(FORMATS)}; export it as one of these, or name it with --format"
        )
    batch = _READERS[name][1](text, path.name)
    batch.works = [normalised(work) for work in batch.works]
    batch.notes = [*notes, *batch.notes]
    batch.format = name
    if not batch.works and not batch.unread:
        raise ParameterError(f"{path} holds no record that can be read as {name}")
    return batch


def _told(text: str) -> str:
    head = text[:20_000]
    return next((name for name, (sign, _) in _READERS.items() if sign.search(head)), "")


def _text(path: Path) -> tuple[str, list[str]]:
    """Return the text of a file and what had to be done to read it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ParameterError(f"there is no file {path}") from None
    except OSError as error:
        raise ParameterError(f"{path} cannot be read: {error.strerror}") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), [f"{path.name} is not UTF-8; it was read as Windows-1252"]
    if "\0" in text:
        raise ParameterError(f"{path} is no text: it holds NUL characters")
    return text, []
