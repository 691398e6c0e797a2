"""Conditions that choose the evidence of an edition: ``field operator value``, held against what is allowed.

Fields are the columns that `datapackage.json` opens to conditions (``evidencebook:condition``: ``work``
for an attribute of a study, ``row`` for one of the row itself) and ``published``, the year in the
bibliography. Conditions go to `subset`, which says what they mean for rows.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from evidencebook.chapters import Evidence
from evidencebook.errors import ParameterError, shorten
from evidencebook.schema import Column

PUBLISHED = "published"
WORK: Final = "work"
ROW: Final = "row"
Scope = Literal["work", "row"]
_FORM = re.compile(r"\s*([A-Za-z_]+)\s*(>=|<=|!=|=|<|>|\bin\b)\s*(.*?)\s*")
_ORDER: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "<": operator.lt,
    ">": operator.gt,
}
_TEXT = ("=", "!=", "in")
_SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
_BRACKETS = re.compile(r"\s*\([^()]*\)$")
_SHOWN = 30


@dataclass(frozen=True)
class Field:
    """What may stand in a condition.

    Attributes
    ----------
    name : as written in a condition. scope : whether it speaks of a work that is cited or of the row.
    values : what is allowed, in order. number : whether it is a year, to be compared as a number.
    """

    name: str
    scope: Scope
    values: tuple[str, ...]
    number: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators that make sense for this field."""
        return (*_TEXT, *_ORDER) if self.number else _TEXT


@dataclass(frozen=True)
class Condition:
    """One condition, its values as the tables write them."""

    field: str
    scope: Scope
    operator: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        sign = "=" if self.operator == "in" else _SIGNS.get(self.operator, self.operator)
        return f"{self.field} {sign} {' or '.join(self.values)}"

    def holds(self, value: str) -> bool:
        """Say whether *value* fulfils the condition; nothing is fulfilled by an empty value.

        A text equals a value also when it adds something in brackets at its end.
        """
        if not value:
            return False
        if self.operator in _ORDER:
            return _ORDER[self.operator](int(value), int(self.values[0]))
        found = bool({value, _BRACKETS.sub("", value)} & set(self.values))
        return found != (self.operator == "!=")


def allowed_fields(evidence: Evidence) -> dict[str, Field]:
    """Return every field that a condition may name, attributes of works first."""
    columns: dict[str, list[tuple[str, Column]]] = {}
    for table in evidence.package.tables.values():
        for column in table.columns:
            if column.condition:
                columns.setdefault(column.name, []).append((table.name, column))
    fields = {name: _field(name, places, evidence) for name, places in columns.items()}
    years = sorted({str(r.year) for r in evidence.references.values() if r.year})
    fields[PUBLISHED] = Field(PUBLISHED, WORK, tuple(years), number=True)
    return dict(sorted(fields.items(), key=lambda item: item[1].scope != WORK))


def parse_conditions(texts: Sequence[str], evidence: Evidence) -> tuple[Condition, ...]:
    """Return *texts* as conditions.

    Raises
    ------
    ParameterError
        for a text of another form, an unknown field, an operator that the field does not take or a
        value that it does not have; the message lists what is allowed and names the nearest.
    """
    fields = allowed_fields(evidence)
    return tuple(_parse(text, fields) for text in texts)


def _field(name: str, places: list[tuple[str, Column]], evidence: Evidence) -> Field:
    scope: Scope = WORK if places[0][1].condition == WORK else ROW
    values: dict[str, None] = {}
    for table, column in places:
        values.update(dict.fromkeys(column.enum or _occurring(evidence.frames[table][column.name])))
    return Field(name, scope, tuple(values))


def _occurring(cells: pd.Series) -> list[str]:
    """Return the values of a column, most frequent first, what stands in brackets at their end left off."""
    return list(cells[cells != ""].str.replace(_BRACKETS, "", regex=True).value_counts().index)


def _parse(text: str, fields: Mapping[str, Field]) -> Condition:
    form = _FORM.fullmatch(text)
    if form is None or not form[3]:
        raise ParameterError(
            f"condition {shorten(text)!r} is not FIELD OPERATOR VALUE, such as country=UK or published>=2012; "
            f"fields: {', '.join(fields)}; operators: {', '.join((*_TEXT, *_ORDER))}"
        )
    name, sign, value = form[1].casefold(), form[2], form[3]
    if name not in fields:
        raise ParameterError(f"no condition is called {form[1]!r}{_nearest(name, fields)}; there are: {_told(fields)}")
    field = fields[name]
    if sign not in field.operators:
        raise ParameterError(f"{name} is a text and cannot be compared with {sign}; use {', '.join(field.operators)}")
    values = _years(field, sign, value) if field.number else _texts(field, value)
    return Condition(name, field.scope, sign, values)


def _texts(field: Field, text: str) -> tuple[str, ...]:
    """Return the values that *text* names: one value, which may hold commas, or several with commas between."""
    known = {value.casefold(): value for value in field.values}
    if text.casefold() in known:
        return (known[text.casefold()],)
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if part.casefold() not in known:
            shown = ", ".join(field.values[:_SHOWN])
            more = f" and {len(field.values) - _SHOWN} more" if len(field.values) > _SHOWN else ""
            raise ParameterError(
                f"{field.name} has no value {shorten(part)!r}{_nearest(part.casefold(), known)}; "
                f"there are: {shown}{more}"
            )
    return tuple(dict.fromkeys(known[part.casefold()] for part in parts))


def _years(field: Field, sign: str, text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(",")]
    span = f"the bibliography runs from {field.values[0]} to {field.values[-1]}" if field.values else "none is known"
    if not all(re.fullmatch(r"[0-9]{4}", part) for part in parts) or (len(parts) > 1 and sign in _ORDER):
        several = "one year" if sign in _ORDER else "years, with commas between"
        raise ParameterError(f"{field.name}{sign} takes {several}, not {shorten(text)!r}; {span}")
    return tuple(dict.fromkeys(parts))


def _nearest(text: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(text, list(known), n=1, cutoff=0.5)
    found = known[close[0]] if close else ""
    return f" (nearest: {found if isinstance(found, str) else close[0]})" if close else ""


def _told(fields: Mapping[str, Field]) -> str:
    """Name the fields, each with a few of its values."""
    return "; ".join(
        f"{f.name} ({f.values[0]} to {f.values[-1]})"
        if f.number and f.values
        else f"{f.name} ({', '.join(f.values[:4])}{', …' if len(f.values) > 4 else ''})"
        for f in fields.values()
    )
