"""How far two readers agree on one code: cross-table, share and Cohen's kappa.

Data come from a table with the code of a first and of a second reader; blocks print what is returned.
Nothing here is weighted: the codes are treated as names without an order.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evidencebook.errors import ProjectError


def cross_table(first: pd.Series, second: pd.Series, codes: Sequence[str]) -> pd.DataFrame:
    """Count pairs of codes: first reader in rows, second in columns, both in the order of *codes*.

    Pairs in which either code is not among *codes* are left out.
    """
    counts = pd.crosstab(first, second)
    return counts.reindex(index=list(codes), columns=list(codes), fill_value=0)


def share_agreed(table: pd.DataFrame) -> float:
    """Return the proportion of pairs that agree: the sum of the diagonal over the sum of *table*.

    Raises
    ------
    ProjectError
        when *table* is not square or counts nothing.
    """
    _check(table)
    return _diagonal(table) / float(table.to_numpy().sum())


def kappa(table: pd.DataFrame) -> float:
    """Return Cohen's kappa, agreement beyond what the readers' own rates would give by chance.

    kappa = (p_o - p_e) / (1 - p_e), where p_o is the proportion of pairs that agree and p_e the sum
    over codes of the product of the two readers' proportions of that code. 1 is full agreement, 0 is
    what chance gives. Not a number when both readers used one and the same code throughout (p_e = 1).

    Source: Cohen J. A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 1960;20(1):37-46. doi:10.1177/001316446002000104

    Parameters
    ----------
    table : counts of pairs, first reader in rows, second in columns, codes in the same order.

    Raises
    ------
    ProjectError
        when *table* is not square or counts nothing.
    """
    observed = share_agreed(table)
    total = float(table.to_numpy().sum())
    rows, columns = table.sum(axis=1).to_numpy(), table.sum(axis=0).to_numpy()
    expected = float((rows * columns).sum()) / total**2
    return float("nan") if expected == 1 else (observed - expected) / (1 - expected)


def _diagonal(table: pd.DataFrame) -> float:
    return float(table.to_numpy().diagonal().sum())


def _check(table: pd.DataFrame) -> None:
    if table.shape[0] != table.shape[1]:
        raise ProjectError(f"agreement needs a square table of counts, not {table.shape[0]} by {table.shape[1]}")
    if not table.to_numpy().sum():
        raise ProjectError("agreement needs at least one pair of codes; the table counts none")
