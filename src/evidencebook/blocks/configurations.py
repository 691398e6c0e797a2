"""Configurations (context, resource, reasoning, outcome) as cards, by actor."""

from __future__ import annotations

import pandas as pd

from evidencebook.blocks.absence import nothing, others_cited
from evidencebook.blocks.wording import claim_mark, count, no_configuration, queries
from evidencebook.markdown import Myst, cite, counted, escape, span
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys
from evidencebook.vocabulary import vocabulary

_NOT_STATED = "[not stated]{.unstated}"


def configurations_of(chapter: OpenChapter, actor: str) -> Myst:
    """Return the configurations of *actor* as cards; an empty part reads "not stated"."""
    rows = chapter.rows("cmo")
    rows = rows[rows["actor"] == actor]
    if rows.empty:
        return nothing(chapter, "cmo", no_configuration(chapter), actor=actor)
    parts = vocabulary(chapter.rows("vocabulary"), "part").labels
    whole = int((rows[list(parts)] != "").all(axis=1).sum())
    queried = queries(chapter.rows("discrepancy_claims"))
    works = count(len(distinct_keys(rows["keys"])), "work")

    def remarks(identifier: str) -> str:
        return others_cited(chapter, identifier) + queried.get(identifier, "")

    tally = f"{count(len(rows), 'configuration')} from {works}; {whole} state all {len(parts)} parts."
    told = counted(span(tally, "tally"), name=f"{chapter.slug}-cmo-{actor}", trace=chapter.trace(cmo=rows))
    return Myst("\n\n".join([told, *(_card(row, parts, remarks(row["id"])) for _, row in rows.iterrows())]))


def _card(row: pd.Series, parts: dict[str, str], remarks: str) -> str:
    mark = claim_mark(row["id"], row["locator"])
    lines = [
        ":::{container} cmo",
        span(row["title"], "cmo-title") + cite(split_list(row["keys"])) + f" {mark}{remarks}",
        "",
    ]
    for column, label in parts.items():
        lines += [escape(label), f": {escape(row[column]) if row[column] else _NOT_STATED}", ""]
    return "\n".join([*lines, ":::"])
