"""What a component's page says of its evidence: key facts, a label under each aim, gaps, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evidencebook.blocks.absence import of_the_report
from evidencebook.blocks.pages import component_pages
from evidencebook.blocks.verdicts import (
    BY_DESIGN,
    BY_SIDE,
    ceiling,
    compared,
    hinge,
    labels_trace,
    mark,
    rule_link,
    why,
    words_for,
)
from evidencebook.blocks.wording import count, itself, told_of
from evidencebook.markdown import Myst, box, bullets, counted, escape, link, span
from evidencebook.report import OpenChapter
from evidencebook.rulebook import read_rules
from evidencebook.synthesis import distinct_keys
from evidencebook.versions.events import dated, last_change


def key_facts(chapter: OpenChapter, *, numbered: bool = False) -> Myst:
    """Return the panel of key facts: what there is, how strong it is by the rule, and what the source says.

    Parameters
    ----------
    numbered : whether this is the one page where the panel is a box with a number.
    """
    findings, cmo = chapter.rows("findings"), chapter.rows("cmo")
    stances = words_for(chapter, "stance")
    told = [f"{int((findings['stance'] == s).sum())} {label.lower()}" for s, label in stances.items()]
    told.append(f"{int((findings['stance'] == '').sum())} descriptive")
    facts = []
    if _includes_studies(chapter):
        facts.append(("Included studies", str(len(chapter.rows("included_studies")))))
    works = distinct_keys(pd.concat([findings["keys"], cmo["keys"]]))
    facts += [
        ("Works cited", str(len(works))),
        ("Findings", f"{len(findings)} ({', '.join(told)})"),
        ("Configurations", str(len(cmo))),
        (f"Strength, by the rule of {itself(chapter)}", _strength(chapter)),
    ]
    # Only a synthesis of another synthesis has judgements of a source to hold against the rule.
    facts += [("Strength, as the source judges it", _source(chapter))] if "source_judgements" in chapter.frames else []
    facts.append(("Rows last changed", _changed(chapter)))
    lines = []
    for term, value in facts:
        lines += [term, f": {value}", ""]
    tables = (t for t in ("cmo", "source_judgements", "versions", "events") if t in chapter.frames)
    trace = {**labels_trace(chapter), **chapter.trace(**{name: chapter.rows(name) for name in tables})}
    panel = counted("\n".join(lines), name=f"{chapter.slug}-facts", trace=trace, classes="facts")
    if not numbered:
        return Myst(panel)
    own = chapter.rows("components").iloc[0]
    title = f"Key facts on {escape(own['id'])} {escape(own['short_title'])}"
    return Myst(box(panel, title=title, name=f"{chapter.slug}-box-facts"))


def verdict(chapter: OpenChapter, domain: str) -> Myst:
    """Return one line on *domain*: strength, consistency, gap, what they count and what they hang on."""
    row = _row(chapter, domain)
    gap = words_for(chapter, "gap")[row["gap"]].lower()
    none = read_rules(chapter.frames).steps["gap"][-1].label
    told = escape(gap if row["gap"] == none else f"gap: {gap}")
    parts = [f"Strength: {mark(chapter, row)}", told, escape(why(chapter, row, (BY_DESIGN, BY_SIDE)))]
    if row["strength_hinges"]:
        parts.append(f"strength {escape(hinge(chapter, row, 'strength'))}")
    name, trace = f"{chapter.slug}-label-{domain}", labels_trace(chapter, row)
    return Myst(counted(" · ".join(parts), name=name, trace=trace, classes="verdict"))


def gaps_of(chapter: OpenChapter) -> Myst:
    """Return the component's weak, empty and contested aims, and the gaps that the source names."""
    table = chapter.labels
    cells = table[table["domain"] != ""]
    domains = words_for(chapter, "domain")
    none = read_rules(chapter.frames).steps["gap"][-1].label
    parts = []
    for value, label in words_for(chapter, "gap").items():
        rows = cells[cells["gap"] == value].to_dict("records")
        if rows and value != none:
            items = (f"{escape(domains[r['domain']])}: {_gap_in_words(chapter, r)}" for r in rows)
            parts += [span(label, "topic"), bullets(items)]
    if not parts:
        parts.append(f"*By {rule_link(chapter, 'the rule')}, no aim of this component has a gap.*")
    told = counted("\n\n".join(parts), name=f"{chapter.slug}-gaps", trace=labels_trace(chapter))
    asked = {"source_judgements", "research_gaps"} <= chapter.frames.keys()
    return Myst("\n\n".join([told, *(_named_by_source(chapter, domains) if asked else [])]))


def read_on(chapter: OpenChapter) -> Myst:
    """Return links to the component's other pages and to the active ingredients that draw on its rows."""
    pages = [
        page
        for own in component_pages(chapter).values()
        for page in own
        if not page.endswith(f"({chapter.slug}.ipynb)")
    ]
    lines = [f"Of this component: {' · '.join(pages)}."] if pages else []
    lines.append(f"Across components: {rule_link(chapter, 'where evidence is and is not')}.")
    rows = chapter.rows("active_ingredients")
    if rows.empty:
        return Myst("\n\n".join(lines))
    told = f"{count(len(rows), 'active ingredient')} that {itself(chapter)} ties to rows of this component:"
    trace = chapter.trace(active_ingredients=rows)
    lines.append(counted(told, name=f"{chapter.slug}-ingredients", trace=trace))
    listed = []
    for theme, own in rows.groupby("theme", sort=False):
        items = bullets(f"{escape(r.text)} [{link(r.id, f'#{r.id.lower()}')}]{{.queried}}" for r in own.itertuples())
        listed += [span(str(theme), "topic"), items]
    return Myst("\n\n".join([*lines, ":::{container} read-on", *listed, ":::"]))


def _row(chapter: OpenChapter, domain: str) -> dict[Any, Any]:
    table = chapter.labels
    return table[table["domain"] == domain].to_dict("records")[0]


def _includes_studies(chapter: OpenChapter) -> bool:
    """Whether the source lists studies of this component, as it does for a review; an edition may hold none of them."""
    if "included_studies" not in chapter.frames:
        return False
    own = {"component": chapter.chapter.parameters["component"]}
    in_full = chapter.edition.in_full("included_studies", **own) if chapter.edition else 0
    return bool(in_full or len(chapter.rows("included_studies")))


def _strength(chapter: OpenChapter) -> str:
    row = _row(chapter, "")
    held = ceiling(chapter, row)
    parts = [f"{mark(chapter, row)} · {escape(why(chapter, row, (BY_DESIGN, BY_SIDE)))}"]
    parts += [escape(held)] if held else []
    parts += [f"The label {escape(hinge(chapter, row, 'strength'))}"] if row["strength_hinges"] else []
    return f"{'. '.join(parts)} ({rule_link(chapter, 'the rule')})."


def _source(chapter: OpenChapter) -> str:
    rows = chapter.rows("source_judgements")
    overall = rows[rows["domain"] == ""].to_dict("records")
    if not overall:
        return "not judged"
    said, row = overall[0], _row(chapter, "")
    parts = [f"{escape(said['judgement'])}.", escape(compared(chapter, row, said))]
    parts += [escape(said["weighed"])] if said["strength"] not in ("", row["strength"]) else []
    return " ".join([*parts, span(said["locator"], "locator")]) + of_the_report(chapter)


def _changed(chapter: OpenChapter) -> str:
    versions = chapter.rows("versions")
    version, date = last_change(dated(chapter.rows("events"), versions), [chapter.chapter.parameters["component"]])
    if version:
        return f"in data version {escape(version)}, {escape(date)}"
    if versions.empty:
        return "not recorded"
    first = versions.iloc[0]
    return f"not since data version {escape(first['version'])}, {escape(first['date'])}"


def _gap_in_words(chapter: OpenChapter, row: Mapping[Any, Any]) -> str:
    rules = chapter.rows("strength_rules")
    reason = str(rules.loc[rules["id"] == row["gap_rule"], "words"].iloc[0])
    amount = f"{count(int(row['findings']), 'finding')} from {count(int(row['works']), 'work')}"
    held = hinge(chapter, row, "gap")
    return f"{mark(chapter, row)} · {amount}. {escape(reason)}. This {escape(held)}."


def _named_by_source(chapter: OpenChapter, domains: Mapping[str, str]) -> list[str]:
    judged = chapter.rows("source_judgements")
    named = [
        f"{escape(domains[r.domain])}: {escape(r.judgement)} {span(r.locator, 'locator')}"
        for r in judged[judged["domain"] != ""].itertuples()
    ]
    asked = [
        f"**{escape(r.gap)}** (priority {r.rank}). {escape(r.detail)} {span(r.locator, 'locator')}"
        for r in chapter.rows("research_gaps").itertuples()
    ]
    parts = [span("What the source itself says is missing", "topic"), bullets(named)] if named else []
    if asked:
        trace = chapter.trace(research_gaps=chapter.rows("research_gaps"))
        listed = counted(bullets(asked), name=f"{chapter.slug}-asked", trace=trace)
        parts += [span("What the source asks research to do next", "topic"), listed]
    return parts or [_no_gap(chapter)]


def _no_gap(chapter: OpenChapter) -> str:
    none = "*No gap is recorded for this component alone.*"
    return told_of(chapter, "*The source names no gap for this component alone.*", none)
