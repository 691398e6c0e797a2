"""The number of each work in the list of references: the source's own. Decision record 0006 says why."""

from __future__ import annotations

import pandas as pd


def reference_numbers(rows: pd.DataFrame | None) -> dict[str, int]:
    """Return each work's number from *rows* (columns source_id, number, key); empty without rows.

    A work has its first number in the first source's list; works found only in other lists follow on.
    """
    numbers: dict[str, int] = {}
    if rows is None or rows.empty:
        return numbers
    first = rows["source_id"].iloc[0]
    last = int(rows.loc[rows["source_id"] == first, "number"].max())
    for row in rows.itertuples():
        if row.key in numbers:
            continue
        last += row.source_id != first
        numbers[row.key] = int(row.number) if row.source_id == first else last
    return numbers
