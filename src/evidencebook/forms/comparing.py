"""Two reviewers' forms of one component: how far they agree on each coded column, and what they must settle.

Pure. Rows are paired by their key; new rows without one by the works they cite, their place in the source and,
where several share these, by the likeness of their words. Rows that neither reviewer touched say nothing of
agreement and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from rapidfuzz import fuzz

from evidencebook.agreement import cross_table, kappa, share_agreed
from evidencebook.errors import ParameterError
from evidencebook.forms.cells import same
from evidencebook.forms.layout import form_tables, key_of, numbered
from evidencebook.forms.reading import Form, FormRow
from evidencebook.schema import Column, Package, Table, split_list

_PLACE = "locator"
Pair = tuple[FormRow, FormRow]


@dataclass(frozen=True)
class Agreement:
    """Agreement on one coded column over *n* pairs of rows; kappa is not a number when chance alone gives all."""

    table: str
    column: str
    n: int
    share: float
    kappa: float


@dataclass(frozen=True)
class ToSettle:
    """One cell in which the two differ, or a row that one of them alone has (then the column is empty).

    Attributes
    ----------
    row : how the row is called. first, second : what each wrote. places : rows of the two sheets, 0 for none.
    """

    table: str
    row: str
    column: str
    first: str
    second: str
    places: tuple[int, int]


@dataclass
class Comparison:
    """Agreement by column, what is to be settled, and how many rows were paired and left out."""

    agreement: list[Agreement] = field(default_factory=list)
    settle: list[ToSettle] = field(default_factory=list)
    pairs: int = 0
    untouched: int = 0


def compare_forms(first: Form, second: Form, package: Package) -> Comparison:
    """Compare two forms of one component.

    Raises
    ------
    ParameterError
        when they are forms of different components.
    """
    if first.component != second.component:
        raise ParameterError(
            f"{first.name} is a form of {first.component}, {second.name} one of {second.component}: "
            "compare two forms of one component"
        )
    found = Comparison()
    for table in form_tables(package):
        if table.name in first.rows and table.name in second.rows:
            _compare(table, first, second, found)
    return found


def coded(table: Table) -> list[Column]:
    """Return the columns that hold a code: those with a list of allowed values."""
    return [c for c in table.columns if c.enum and not c.is_list]


def _compare(table: Table, first: Form, second: Form, found: Comparison) -> None:
    old, found_untouched = _exported(table, first, second)
    new_first, new_second = (_new(table, form) for form in (first, second))
    paired, lone_first, lone_second = _paired(table, new_first, new_second)
    pairs = [*old, *paired]
    found.pairs += len(pairs)
    found.untouched += found_untouched
    for column in coded(table):
        if pairs:
            found.agreement.append(_agreement(table, column, pairs))
    for one, other in pairs:
        found.settle += _differences(table, one, other)
    found.settle += [_lone(table, row, mine=True) for row in lone_first]
    found.settle += [_lone(table, row, mine=False) for row in lone_second]


def _exported(table: Table, first: Form, second: Form) -> tuple[list[Pair], int]:
    """Return the pairs of exported rows that one of the two touched, and how many neither did."""
    by_key = {key_of(table, row.cells): row for row in second.rows[table.name]}
    pairs, untouched = [], 0
    for row in first.rows[table.name]:
        key = key_of(table, row.cells)
        if key not in by_key or key not in first.at_export[table.name] or key not in second.at_export[table.name]:
            continue
        other = by_key[key]
        if _touched(row, first.at_export[table.name][key]) or _touched(other, second.at_export[table.name][key]):
            pairs.append((row, other))
        else:
            untouched += 1
    return pairs, untouched


def _touched(row: FormRow, before: dict[str, str]) -> bool:
    return row.withdrawn or not all(same(before[c], text) for c, text in row.cells.items())


def _new(table: Table, form: Form) -> list[FormRow]:
    return [r for r in form.rows[table.name] if key_of(table, r.cells) not in form.at_export[table.name]]


def _paired(
    table: Table, first: Sequence[FormRow], second: Sequence[FormRow]
) -> tuple[list[Pair], list[FormRow], list[FormRow]]:
    """Pair new rows of two forms; return the pairs and the rows without a partner."""
    groups: dict[tuple[str, ...], tuple[list[FormRow], list[FormRow]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((first, second)):
        for row in rows:
            groups[_sign(table, row)][side].append(row)
    pairs: list[Pair] = []
    for ours, theirs in groups.values():
        likeness = sorted(
            (
                (fuzz.token_sort_ratio(_words(table, a), _words(table, b)), a.number, b.number)
                for a in ours
                for b in theirs
            ),
            key=lambda found: (-found[0], found[1:]),
        )
        free = {r.number: r for r in ours}, {r.number: r for r in theirs}
        for _, a, b in likeness:
            if a in free[0] and b in free[1]:
                pairs.append((free[0].pop(a), free[1].pop(b)))
    taken = {id(r) for pair in pairs for r in pair}
    return (
        sorted(pairs, key=lambda p: p[0].number),
        [r for r in first if id(r) not in taken],
        [r for r in second if id(r) not in taken],
    )


def _sign(table: Table, row: FormRow) -> tuple[str, ...]:
    """Return what two new rows about the same thing share: their key, else the works they cite and their place."""
    if not any(numbered(table, c) for c in table.columns):
        return key_of(table, row.cells)
    cited = [k.strip() for c in table.columns if c.cites for k in split_list(row.cells[c.name])]
    return (*sorted(cited), " ".join(row.cells.get(_PLACE, "").casefold().split()))


def _words(table: Table, row: FormRow) -> str:
    free = (c for c in table.columns if not (c.enum or c.cites or c.name in (_PLACE, "id")))
    return " ".join(filter(None, (row.cells[c.name] for c in free)))


def _agreement(table: Table, column: Column, pairs: Iterable[Pair]) -> Agreement:
    codes = [(a.cells[column.name], b.cells[column.name]) for a, b in pairs]
    known = [*column.enum, "", *sorted({c for pair in codes for c in pair} - {*column.enum, ""})]
    first, second = (pd.Series(side, dtype=object) for side in zip(*codes, strict=True))
    counts = cross_table(first, second, known)
    return Agreement(table.name, column.name, len(codes), share_agreed(counts), kappa(counts))


def _differences(table: Table, one: FormRow, other: FormRow) -> list[ToSettle]:
    """Return the cells to settle: codes, works cited and figures; words differ by nature between two people."""
    name, places = _called(table, one), (one.number, other.number)
    found = [
        ToSettle(table.name, name, c.name, one.cells[c.name], other.cells[c.name], places)
        for c in table.columns
        if (c.enum or c.cites or c.type in ("integer", "number")) and not _alike(c, one, other)
    ]
    if one.withdrawn != other.withdrawn:
        first, second = ("withdraw" if r.withdrawn else "keep" for r in (one, other))
        found.append(ToSettle(table.name, name, "", first, second, places))
    return found


def _alike(column: Column, one: FormRow, other: FormRow) -> bool:
    first, second = one.cells[column.name], other.cells[column.name]
    if column.is_list:
        return {v.strip() for v in split_list(first)} == {v.strip() for v in split_list(second)}
    return same(first, second)


def _lone(table: Table, row: FormRow, *, mine: bool) -> ToSettle:
    told = ("stands here", "has no such row") if mine else ("has no such row", "stands here")
    return ToSettle(table.name, _called(table, row), "", *told, (row.number, 0) if mine else (0, row.number))


def _called(table: Table, row: FormRow) -> str:
    key = " / ".join(filter(None, key_of(table, row.cells)))
    if key:
        return key
    cited = next((row.cells[c.name] for c in table.columns if c.cites and row.cells[c.name]), "")
    return ", ".join(filter(None, [cited, row.cells.get(_PLACE, ""), _words(table, row)[:60]]))
