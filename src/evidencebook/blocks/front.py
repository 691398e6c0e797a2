"""The first screen of the landing page: what was found, how sure it is, what it rests on, what is new, where to go.

Each block is one panel; `front.css` lays them out beside each other. All of it is counted from rows or is prose
that names its rows.
"""

from __future__ import annotations

import pandas as pd

from evidencebook.blocks.interpretation import without_ids
from evidencebook.blocks.pages import page_link, planned_pages
from evidencebook.blocks.stale import notice
from evidencebook.blocks.verdicts import labels_trace, mark, rule_link, words_for
from evidencebook.blocks.wording import count, itself, joined
from evidencebook.chapter_prose import owner
from evidencebook.markdown import Myst, counted, escape, link, span
from evidencebook.report import OpenChapter
from evidencebook.synthesis import distinct_keys
from evidencebook.versions.feed import decision

_FEW_SENTENCES = 2


def found_in_brief(chapter: OpenChapter, section: str = "headline") -> Myst:
    """Return each component with its label and one sentence: the paragraph *section*, else the first of its answer.

    The component's name leads to the page that has the whole answer.
    """
    labels = {r["component"]: r for r in chapter.labels.to_dict("records") if not r["domain"]}
    lines, notices = [], []
    for c in chapter.rows("components").itertuples():
        notices.append(notice(chapter, f"{c.id}/{section}"))
        lines += [f"{_named(chapter, c.id, c.short_title)} {mark(chapter, labels[c.id])}"]
        lines += [f": {_in_a_sentence(chapter, c.id, section)}", ""]
    told = f"Each line is {itself(chapter)}’s reading of rows; the label is by a {rule_link(chapter, 'fixed rule')}."
    note = counted(told, name=f"{chapter.slug}-found", trace=labels_trace(chapter), classes="front front-note")
    listed = "\n".join([":::{container} front front-found", *lines, ":::"])
    return Myst("\n\n".join([note, *filter(None, notices), listed]))


def how_sure(chapter: OpenChapter, section: str) -> Myst:
    """Return the first two sentences of the paragraph *section*, and how many components have which label."""
    scale = words_for(chapter, "strength")
    overall = [r["strength"] for r in chapter.labels.to_dict("records") if not r["domain"]]
    spread = joined([f"{n} {scale[s].lower()}" for s in reversed(list(scale)) if (n := overall.count(s))])
    told = escape(f"By the rule, of {count(len(overall), 'component')}: {spread}. The rule appraises no study.")
    text = "\n\n".join(filter(None, [without_ids(chapter, section, most=_FEW_SENTENCES), told]))
    return Myst(counted(text, name=f"{chapter.slug}-sure", trace=labels_trace(chapter), classes="front front-sure"))


def rests_on(chapter: OpenChapter) -> Myst:
    """Return what the report rests on, in figures."""
    findings, cmo, slips = (chapter.rows(name) for name in ("findings", "cmo", "discrepancies"))
    works = distinct_keys(pd.concat([findings["keys"], cmo["keys"]]))
    part = " of the edition" if chapter.edition else ""
    still = int((slips["status"] == "open").sum())
    facts = [
        (len(findings), "finding" if len(findings) == 1 else "findings", part),
        (len(cmo), "configuration" if len(cmo) == 1 else "configurations", part),
        (len(works), "work cited" if len(works) == 1 else "works cited", ""),
        (len(slips), "discrepancy" if len(slips) == 1 else "discrepancies", f" in the sources, {still} open"),
    ]
    text = "\n\n".join(f"{span(f'{number:,}', 'figure-of')} {escape(what + rest)}" for number, what, rest in facts)
    trace = chapter.trace(findings=findings, cmo=cmo, discrepancies=slips)
    return Myst(counted(text, name=f"{chapter.slug}-figures", trace=trace, classes="front front-rests"))


def latest_version(chapter: OpenChapter) -> Myst:
    """Return the newest data version: its title, its day and what a person concluded from it."""
    versions = chapter.rows("versions")
    if versions.empty:
        return Myst("No version of the data has been released yet.")
    newest = versions.iloc[-1]
    decided = decision({**newest.to_dict(), "because": ""})
    dated = f"Data version {escape(newest['version'])}, {escape(newest['date'])}."
    told = [f"**{escape(newest['title'])}**", f"{dated} {escape(decided)}{'.' if decided else ''}".strip()]
    told += [page_link(chapter, "whats_new", "All changes")]
    trace = chapter.trace(versions=versions.tail(1))
    return Myst(counted("\n\n".join(told), name=f"{chapter.slug}-newest", trace=trace, classes="front front-new"))


def _named(chapter: OpenChapter, component: str, title: str) -> str:
    """Return the name of a component, as a link to the page that has its answer where there is one."""
    answer = chapter.readings.get(f"{component}/answer")
    page = owner(answer, planned_pages(chapter)) if answer else ""
    return f"{link(title, f'{page}.ipynb') if page else escape(title)} {span(component, 'locator')}"


def _in_a_sentence(chapter: OpenChapter, component: str, section: str) -> str:
    told = without_ids(chapter, f"{component}/{section}") or without_ids(chapter, f"{component}/answer", most=1)
    return told or escape("No answer is written yet.")
