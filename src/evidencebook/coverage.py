"""Where rows are and are not: findings by component and domain, studies by design, works that components share.

Pure functions from frames to frames, for the gap map; nothing here reads a file or writes markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from evidencebook.synthesis import distinct_keys


def finding_cells(
    findings: pd.DataFrame, components: Sequence[str], domains: Sequence[str], stances: Sequence[str]
) -> pd.DataFrame:
    """Return one row a pair of component and domain, in the order given, pairs without a finding included.

    Columns: row (component), column (domain), one count for each stance, total (findings with a stance),
    works (distinct works that carry them), first (id of the first such finding; empty when none).
    """
    judged = findings[findings["stance"] != ""]
    cells = []
    for component, domain in itertools.product(components, domains):
        own = judged[(judged["component"] == component) & (judged["domain"] == domain)]
        counts = {s: int((own["stance"] == s).sum()) for s in stances}
        first = own["id"].iloc[0] if len(own) else ""
        works = len(distinct_keys(own["keys"]))
        cells.append({"row": component, "column": domain, **counts, "total": len(own), "works": works, "first": first})
    return pd.DataFrame(cells)


def study_cells(studies: pd.DataFrame, components: Sequence[str], designs: Sequence[str]) -> pd.DataFrame:
    """Return one row a pair of design and component: row (design), column (component), total (studies)."""
    pairs = studies.groupby(["design", "component"]).size().to_dict()
    cells = [{"row": d, "column": c, "total": pairs.get((d, c), 0)} for d, c in itertools.product(designs, components)]
    return pd.DataFrame(cells, columns=["row", "column", "total"])


def works_by_component(rows: pd.DataFrame, components: Sequence[str]) -> dict[str, list[str]]:
    """Return the distinct works that the rows of each component cite (columns component and keys)."""
    return {c: distinct_keys(rows.loc[rows["component"] == c, "keys"]) for c in components}


def shared_works(works: Mapping[str, Sequence[str]]) -> dict[tuple[str, str], list[str]]:
    """Return the works that each pair of components both cite, in the order of the first of the pair."""
    return {(a, b): [k for k in works[a] if k in set(works[b])] for a, b in itertools.combinations(works, 2)}


def reach(works: Mapping[str, Sequence[str]]) -> pd.Series:
    """Return how many components cite each work, most first; ties in order of first appearance."""
    cited = [key for keys in works.values() for key in keys]
    counts = pd.Series(cited, dtype=str).value_counts(sort=False)
    return counts.sort_values(ascending=False, kind="stable")
