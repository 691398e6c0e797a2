"""Companion documents: lessons with what they rest on, studies and news."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evidencebook.blocks.rows import matching
from evidencebook.blocks.selection import picked, row_link
from evidencebook.blocks.wording import claim_mark, count, joined
from evidencebook.markdown import Myst, anchor_of, bullets, cite, counted, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys
from evidencebook.vocabulary import vocabulary


def lesson_index(chapter: OpenChapter) -> Myst:
    """Return the lessons in order with how many claims of each kind and how many works each rests on."""
    evidence = chapter.rows("lesson_evidence")
    kinds = _kinds(evidence)
    body = []
    for lesson in chapter.rows("lessons").itertuples():
        own = evidence[evidence["lesson"] == lesson.number]
        body.append(
            [
                f"{lesson.number}\\. {link(lesson.title, f'#{lesson_anchor(lesson.number)}')}",
                escape(lesson.stage),
                *(str(int((own["kind"] == kind).sum())) for kind in kinds),
                str(len(distinct_keys(own["keys"]))),
            ]
        )
    return Myst(
        table(
            ["Lesson", "Stage", *(label(chapter, "evidence_kind", kind) for kind in kinds), "Works cited"],
            body,
            caption=f"Claims under each lesson ({count(len(evidence), 'claim')}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-lessons",
            trace=chapter.trace(lesson_evidence=evidence, lessons=chapter.rows("lessons")),
            widths=(46, 18, *[9] * len(kinds), 9),
            classes="rows studies",
        )
    )


def lessons_of(chapter: OpenChapter, stage: str) -> Myst:
    """Return the lessons of *stage*, each followed by what it rests on, by kind of claim."""
    rows = matching(chapter.rows("lessons"), {"stage": stage})
    evidence = chapter.rows("lesson_evidence")
    parts = []
    for lesson in rows.itertuples():
        anchor = lesson_anchor(lesson.number)
        heading = span(f"{lesson.number}. {lesson.title}", "cmo-title", "rowmark", anchor=anchor)
        told = f"{heading}\n\n{escape(lesson.lesson)}. {span(lesson.locator, 'locator')}"
        parts.append(f":::{{container}} statement\n{told}\n:::")
        own = evidence[evidence["lesson"] == lesson.number]
        for kind in _kinds(evidence):
            claims = own[own["kind"] == kind]
            if claims.empty:
                continue
            told = span(f"{label(chapter, 'evidence_kind', kind)} ({len(claims)})", "topic")
            name = f"{chapter.slug}-{lesson.number}-{kind}"
            parts.append(counted(told, name=name, trace=chapter.trace(lesson_evidence=claims)))
            parts.append(
                bullets(
                    f"{escape(c.claim)}{cite(split_list(c.keys))} {claim_mark(c.id, c.locator)}"
                    for c in claims.itertuples()
                )
            )
    return Myst("\n\n".join(parts))


def inferred_citations(chapter: OpenChapter, name: str) -> Myst:
    """Return which rows of table *name* carry a reference that this edition placed, because its number is lost."""
    rows = matching(chapter.rows(name), {"citation_basis": "inferred"})
    if rows.empty:
        return Myst("")
    told = "the document's text layer has lost the reference number; the reference was placed by subject and order"
    text = f"At {count(len(rows), 'claim')} {told}: {joined([row_link(i) for i in rows['id']])}."
    return Myst(counted(text, name=f"{chapter.slug}-{name}-inferred", trace=chapter.trace(**{name: rows})))


def studies_reporting(chapter: OpenChapter, reports: str) -> Myst:
    """Return the related studies whose abstract reports *reports*, one card a study."""
    rows = matching(chapter.rows("related_studies"), {"reports": reports})
    return Myst("\n\n".join(_study(row, claim_mark(row.id, row.locator)) for row in rows.itertuples()))


def study(chapter: OpenChapter, identifier: str) -> Myst:
    """Return the card of one related study, with a link to its entry among the others."""
    rows = picked(chapter, "related_studies", [identifier])
    row = next(rows.itertuples())
    text = _study(row, f"{row_link(row.id)} {span(row.locator, 'locator')}")
    trace = chapter.trace(related_studies=rows.reset_index(drop=True))
    return Myst(counted(text, name=f"{chapter.slug}-{identifier.lower()}", trace=trace))


def news(chapter: OpenChapter, name: str) -> Myst:
    """Return the news items of table *name*, newest first, with their claims; the topic leads each claim."""
    parts = []
    ordered = chapter.rows(name).sort_values("date", ascending=False, kind="stable")
    for (date, title), claims in ordered.groupby(["date", "title"], sort=False):
        programmes = distinct_keys(claims["programme"])
        told = span(f"{title} ({date})", "topic")
        told += "\n\n" + span(f"On {joined(programmes)}", "tally") if programmes else ""
        anchor = anchor_of(f"{chapter.slug} item {claims['id'].iloc[0]}")
        parts.append(counted(told, name=anchor, trace=chapter.trace(**{name: claims})))
        parts.append(
            bullets(
                f"**{escape(c.topic)}.** {escape(c.claim)} {claim_mark(c.id, c.locator)}" for c in claims.itertuples()
            )
        )
    return Myst("\n\n".join(parts))


def label(chapter: OpenChapter, words: str, value: str) -> str:
    """Return the label of a coded value, or the value itself as words while the vocabulary has no label for it."""
    known = vocabulary(chapter.rows("vocabulary"), words).labels
    return known.get(value, value.replace("_", " ").capitalize())


def lesson_anchor(number: int) -> str:
    """Return the anchor of a lesson, which has a number and no id."""
    return f"lessons-{number}"


def _kinds(evidence: pd.DataFrame) -> list[str]:
    """Return the kinds of claim, the commonest first, so that every lesson tells them in one order."""
    return list(evidence["kind"].value_counts().index)


def _study(row: Any, mark: str) -> str:
    facts = {
        "Question": row.question,
        "Main result": row.main_result,
        "Design and place": f"{row.design}. {row.country or 'Country not stated'}",
        "By": ", ".join(split_list(row.authors)) + (f" ({row.affiliation})" if row.affiliation else ""),
    }
    lines = ["::::{container} entry", f"{span(row.title, 'cmo-title')} {mark}", "", ":::{container} facts"]
    for term, value in facts.items():
        lines += [term, f": {escape(value)}", ""]
    return "\n".join([*lines, ":::", "::::"])
