"""Counts over rows: what pages and figures state.

Pure functions from frames to frames or numbers; nothing here reads a file or writes markup.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from evidencebook.bibliography import References
from evidencebook.schema import split_list


def stance_by_domain(findings: pd.DataFrame, domains: Sequence[str], stances: Sequence[str]) -> pd.DataFrame:
    """Count findings by domain (rows, in the order given) and stance (columns); absent pairs are 0.

    Findings without a stance are descriptions and are not counted.
    """
    counts = pd.crosstab(findings["domain"], findings["stance"])
    return counts.reindex(index=list(domains), columns=list(stances), fill_value=0)


def distinct_keys(cells: pd.Series) -> list[str]:
    """Return the distinct citation keys of a column of list cells, in order of first appearance."""
    return list(dict.fromkeys(key for cell in cells for key in split_list(cell)))


def study_profile(studies: pd.DataFrame, references: References) -> pd.DataFrame:
    """Return one row a study: key, label, country, study_type, design, year (Int64), place.

    `place` is the country as printed without what stands in brackets after it.
    """
    years = [references[k].year if k in references else None for k in studies["key"]]
    return studies.assign(
        year=pd.array(years, dtype="Int64"),
        place=studies["country"].str.replace(r"\s*\(.*\)$", "", regex=True),
    )


def design_counts(studies: pd.DataFrame, designs: Sequence[str]) -> pd.Series:
    """Count studies by design, in the order given, designs without a study left out."""
    counts = studies["design"].value_counts().reindex(list(designs), fill_value=0)
    return counts[counts > 0]


def focus_matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Return keys (rows) by focus (columns, in printed order) as booleans, most shared keys first."""
    foci = list(dict.fromkeys(rows["focus"]))
    placed = rows[rows["key"] != ""]
    keys = list(dict.fromkeys(placed["key"]))
    pairs = set(zip(placed["key"], placed["focus"], strict=True))
    matrix = pd.DataFrame([[(k, f) in pairs for f in foci] for k in keys], index=keys, columns=foci, dtype=bool)
    first = matrix.to_numpy().argmax(axis=1) if len(matrix) else []
    order = matrix.assign(_n=-matrix.sum(axis=1), _f=first).sort_values(["_n", "_f"], kind="stable").index
    return matrix.loc[order]
