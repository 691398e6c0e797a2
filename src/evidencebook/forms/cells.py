"""A cell of a workbook as the text that a table would hold, or the reason why it is none.

Spreadsheet programs turn what people type into dates, floats and percentages, and add spaces. What can be
undone without guessing is undone; a date in a column of text is not, since `4-5` may have become one.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

Verdict = tuple[str, str, str]
_BLANK = re.compile(r"[\s\u00a0\u2007\u202f]+")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "′": "'"})
_FORMULA = ("is a formula", "text or a number", "copy the cell and paste its value only")
_ERROR = ("holds an error of the spreadsheet program", "text or a number", "type the value again")
_DATE = (
    "was turned into a date by the spreadsheet program",
    "the text as it was typed",
    "format the cell as text and type it again",
)


def text_of(cell: Any) -> tuple[str, Verdict | None]:
    """Return the text of an openpyxl *cell*, and what is wrong with it when it cannot be text.

    Blanks at the ends go, blanks and line breaks inside become one space, whole floats lose their point,
    and letters are composed; typographic quotes stay as they are typed.
    """
    value, kind = cell.value, cell.data_type
    if value is None:
        return "", None
    if kind == "f" or type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        return str(getattr(value, "text", value)), _FORMULA
    if kind == "e":
        return str(value), _ERROR
    if isinstance(value, datetime | date | time | timedelta):
        return str(value), _DATE
    if isinstance(value, bool):
        return str(value).lower(), None
    if isinstance(value, int | float):
        return number(value, percent="%" in (cell.number_format or "")), None
    return plain(str(value)), None


def plain(text: str) -> str:
    """Return *text* composed, on one line, without blanks at its ends."""
    told = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text
    return unicodedata.normalize("NFC", _BLANK.sub(" ", told).strip())


def number(value: float, *, percent: bool = False) -> str:
    """Return a number as people write it: 3 for 3.0, 0.1 for 0.1000000000000000055."""
    shown = value * 100 if percent else value
    return f"{shown:.15g}" + "%" * percent


def same(first: str, second: str) -> bool:
    """Whether two texts differ in nothing but typographic quotes and blanks, which programs change by themselves."""
    return first == second or plain(first).translate(_QUOTES) == plain(second).translate(_QUOTES)
