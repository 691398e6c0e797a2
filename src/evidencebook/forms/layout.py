"""What a form holds: which tables, which columns, which values a cell may have.

All of it is read from the data package: a form has a sheet for every table that the descriptor marks as
evidence and whose rows belong to a component.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from evidencebook.errors import ParameterError, ProjectError
from evidencebook.schema import Column, Package, Table
from evidencebook.vocabulary import vocabulary

COMPONENT, COMPONENTS, CODERS, VOCABULARY = "component", "components", "coders", "vocabulary"
GUIDE, REFERENCES, LISTS, AT_EXPORT, ABOUT = "Guide", "References", "_lists", "_at_export", "_form"
# The first column of each sheet: what is to become of the row.
ACTION, WITHDRAW = "withdraw?", "withdraw"
EXPLAINED = "what to write:"
FORMAT = "1"


@dataclass(frozen=True)
class Choice:
    """What a cell may hold: the values, and what each means (empty when the value says it all)."""

    values: tuple[str, ...]
    meanings: tuple[str, ...]


def form_tables(package: Package) -> list[Table]:
    """Return the tables that a form has a sheet for, in the order of the descriptor.

    Raises
    ------
    ProjectError
        when no table is evidence of a component.
    """
    found = [t for t in package.tables.values() if t.rows_called and COMPONENT in t.header and t.primary_key]
    if not found:
        raise ProjectError(
            "datapackage.json marks no table with a column component as evidence (evidencebook:evidence): "
            "there is nothing to put into a form"
        )
    return found


def known_component(frames: Mapping[str, pd.DataFrame], component: str) -> str:
    """Return *component*, which must be an id of the table of components."""
    known = list(frames[COMPONENTS]["id"]) if COMPONENTS in frames else []
    if component not in known:
        raise ParameterError(f"--component {component!r} is no component; there are: {', '.join(known) or 'none'}")
    return component


def known_coder(frames: Mapping[str, pd.DataFrame], coder: str) -> str:
    """Return *coder*, which must be empty or an id of the table of coders."""
    known = list(frames[CODERS]["id"]) if CODERS in frames else []
    if coder and coder not in known:
        raise ParameterError(
            f"--coder {coder!r} is no coder; there are: {', '.join(known) or 'none'}. "
            "Add yourself first, as a row of coders.csv."
        )
    return coder


def key_of(table: Table, cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the key of a row of text cells."""
    return tuple(cells[c] for c in table.primary_key)


def rows_of(frame: pd.DataFrame, table: Table, component: str) -> list[dict[str, str]]:
    """Return the rows of *component* as text cells, in table order."""
    own = frame[frame[COMPONENT] == component]
    return [
        {c: "" if pd.isna(v) else str(v) for c, v in zip(table.header, values, strict=True)}
        for values in own[table.header].astype("object").itertuples(index=False, name=None)
    ]


def choice(table: Table, column: Column, frames: Mapping[str, pd.DataFrame]) -> Choice | None:
    """Return what a cell of *column* is chosen from; None when it is written freely or holds a list.

    The values are those that the schema allows, or the ids of the table that the column points to. Their
    meanings come from the vocabulary that is called like the column.
    """
    if column.is_list:
        return None
    if column.enum:
        labels = vocabulary(frames[VOCABULARY], column.name) if VOCABULARY in frames else None
        told = [_meaning(labels.labels.get(v, ""), labels.rules.get(v, "")) if labels else "" for v in column.enum]
        return Choice(column.enum, tuple(told))
    target = pointed_to(table, column)
    if target and target in frames and column.name != COMPONENT:
        values = tuple(map(str, frames[target]["id"])) if "id" in frames[target] else ()
        return Choice(values, ("",) * len(values)) if values else None
    return None


def pointed_to(table: Table, column: Column) -> str:
    """Return the table whose ids the cells of *column* must be; empty when there is none."""
    if column.references:
        return column.references[0] if column.references[1] == "id" else ""
    keys = [target for fields, target, at in table.foreign_keys if fields == (column.name,) and at == ("id",)]
    return keys[0] if keys else ""


def explanation(table: Table, column: Column) -> str:
    """Return in one line what is to be written into *column*."""
    # With what follows, the sign itself would read as ";;".
    parts = [column.description.replace("separated by ;", "separated by a semicolon")]
    if column.name == COMPONENT:
        parts = ["filled in by itself in a new row"]
    elif numbered(table, column):
        parts.append("leave it empty in a new row: the next one is given")
    elif column.required or column.name in table.primary_key:
        parts.append("must be filled in" if column.required else "part of the key")
    if column.cites:
        parts.append("look keys up on the sheet References")
    if column.type in ("integer", "number"):
        parts.append("a whole number" if column.type == "integer" else "a number")
    return "; ".join(p for p in parts if p)


def numbered(table: Table, column: Column) -> bool:
    """Whether the program gives this column its value in a new row."""
    return table.primary_key == (column.name,) and column.name == "id"


def _meaning(label: str, rule: str) -> str:
    return f"{label}: {rule}" if label and rule else label or rule
