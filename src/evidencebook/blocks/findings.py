"""Findings: one domain as a list by topic, and all domains as a chart with its table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evidencebook.blocks.absence import nothing, others_cited
from evidencebook.blocks.wording import claim_mark, count, joined, queries, told_of
from evidencebook.figures.stance import stance_bars
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, bullets, cite, counted, escape, figure, numbered, span, table
from evidencebook.report import OpenChapter
from evidencebook.rulebook import JUDGED, read_rules
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys, stance_by_domain
from evidencebook.vocabulary import tones, vocabulary


def findings_of(chapter: OpenChapter, domain: str) -> Myst:
    """Return the findings of *domain* grouped by topic, each with stance, citations, id and place."""
    rows = chapter.rows("findings")
    rows = rows[rows["domain"] == domain]
    if rows.empty:
        return nothing(chapter, "findings", _no_finding(chapter), domain=domain)
    stances = vocabulary(chapter.rows("vocabulary"), "stance")
    queried = queries(chapter.rows("discrepancy_claims"))

    def remarks(identifier: str) -> str:
        return others_cited(chapter, identifier) + queried.get(identifier, "")

    trace = chapter.trace(findings=rows)
    parts = [counted(_summary(rows, stances.labels), name=f"{chapter.slug}-{domain}", trace=trace)]
    for topic, group in rows.groupby("topic", sort=False):
        parts.append(span(str(topic), "topic"))
        parts.append(bullets(_finding(row, stances.labels) + remarks(row.id) for row in group.itertuples()))
    return Myst("\n\n".join(parts))


def findings_overview(chapter: OpenChapter) -> Myst:
    """Return the chart of findings by domain and stance, with the table behind it."""
    domains = vocabulary(chapter.rows("vocabulary"), "domain")
    stances = vocabulary(chapter.rows("vocabulary"), "stance")
    rows = chapter.rows("findings")
    if rows.empty and chapter.edition:
        return nothing(chapter, "findings", _no_finding(chapter))
    counts = stance_by_domain(rows, domains.values, stances.values)
    # A domain of descriptions alone has no stance to chart.
    counts = counts[(counts.sum(axis=1) > 0) | counts.index.isin(_judged(chapter))]
    path = chapter.figure_path("stance")
    save(stance_bars(counts, domains.labels | stances.labels), path)
    total = int(counts.to_numpy().sum())
    alt = f"Stacked bars of {total} findings by aim and stance: {_alt(counts, domains.labels, stances.labels)}"
    caption = (
        f"Findings by aim and stance toward the statement ({total} with a stance; {escape(chapter.data_note)}). "
        "A finding is one claim about one cited sentence, so bars show how much is said, not how strong it is."
    )
    trace = chapter.trace(findings=rows[rows["stance"] != ""])
    name = f"{chapter.slug}-fig-stance"
    shown = figure(
        f"figures/{path.name}",
        alt=alt,
        caption=caption,
        name=name,
        behind=f"{chapter.slug}-tab-stance",
        classes="compact",
        trace=trace,
    )
    behind = table(
        ["Aim", *(stances.labels[s] for s in stances.values), "Findings", "Works cited"],
        (
            [
                escape(domains.labels[d]),
                *(str(int(n)) for n in row),
                str(int(row.sum())),
                str(len(distinct_keys(rows.loc[(rows["domain"] == d) & (rows["stance"] != ""), "keys"]))),
            ]
            for d, row in counts.iterrows()
        ),
        caption=f"The numbers behind {numbered(name)}",
        name=f"{chapter.slug}-tab-stance",
        trace=trace,
        widths=(40, *([45 // len(stances.values)] * len(stances.values)), 15, 15),
        classes="counts",
    )
    return Myst(f"{shown}\n\n{behind}")


def _alt(counts: pd.DataFrame, domains: dict[str, str], stances: dict[str, str]) -> str:
    """Return the sums by stance and then the counts of each domain."""
    sums = ", ".join(f"{int(counts[s].sum())} {label.lower()}" for s, label in stances.items())
    return f"{sums}. " + " ".join(
        f"{domains[d]}: " + ", ".join(f"{n} {stances[s].lower()}" for s, n in row.items()) + "."
        for d, row in counts.iterrows()
    )


def _judged(chapter: OpenChapter) -> list[str]:
    rows = chapter.rows("findings")
    described = set(rows.loc[rows["stance"] == "", "domain"])
    return [d for d in read_rules(chapter.frames).having(JUDGED) if d not in described]


def _summary(rows: pd.DataFrame, labels: dict[str, str]) -> str:
    works = count(len(distinct_keys(rows["keys"])), "work")
    said = [f"{n} {labels[s].lower()}" for s in labels if (n := int((rows["stance"] == s).sum()))]
    plain = int((rows["stance"] == "").sum())
    said += [f"{plain} descriptive"] if plain else []
    return span(f"{count(len(rows), 'finding')} from {works}: {joined(said)}.", "tally")


def _finding(row: Any, labels: dict[str, str]) -> str:
    stance = span(labels[row.stance], "stance", f"stance-{tones(labels)[row.stance]}") + " " if row.stance else ""
    return f"{stance}{escape(row.finding)}{cite(split_list(row.keys))} {claim_mark(row.id, row.locator)}"


def _no_finding(chapter: OpenChapter) -> str:
    why = told_of(chapter, "The source states none under this heading", "No work read so far states one")
    return f"*No finding is recorded here. {why}; that is a gap in the evidence, not proof of no effect.*"
