"""The whole in short: passages of the report's prose, a line for each component, what to do, what is not known."""

from __future__ import annotations

import html
import re

from evidencebook.blocks.interpretation import row_links, sentence_with_links, with_links, without_ids
from evidencebook.blocks.pages import component_pages, planned_pages
from evidencebook.markdown import Myst, bullets, escape, link, span, table
from evidencebook.placeholders import FILLED
from evidencebook.prose import CITED, REPORT, cited_rows
from evidencebook.readability import score
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary


def passage(chapter: OpenChapter, section: str) -> Myst:
    """Return one paragraph of the report's prose for easy reading: its rows stand in small type after it."""
    return Myst(_plain(chapter, f"{REPORT}/{section}"))


def passage_by_component(chapter: OpenChapter, section: str) -> Myst:
    """Return the paragraph *section* of every component, each under its plain title and with links to its pages."""
    pages, parts = component_pages(chapter), []
    for c in chapter.rows("components").itertuples():
        if text := _plain(chapter, f"{c.id}/{section}"):
            read = f" [Read more: {' · '.join(pages[c.id])}]{{.locator}}" if c.id in pages else ""
            parts.append(f"{span(f'{c.plain_title or c.short_title} ({c.id})', 'topic')}\n\n{text}{read}")
    return Myst("\n\n".join(parts))


def points(chapter: OpenChapter, section: str) -> Myst:
    """Return a paragraph of the report's prose as a list, a sentence each with its rows."""
    return Myst(bullets(sentence_with_links(s) for s in chapter.sentences.get(f"{REPORT}/{section}", ())))


def answers_in_brief(chapter: OpenChapter, section: str) -> Myst:
    """Return a table of components: the sentence *section* of each, with the source's judgement of its support."""
    rows = (
        [
            f"**{escape(c.id)}** {escape(c.short_title)}",
            with_links(chapter, f"{c.id}/{section}") or "–",
            _judged(c.support, c.uncertainty),
        ]
        for c in chapter.rows("components").itertuples()
    )
    return Myst(
        table(
            ["Part of the model", "What is found", "Support, as the source judges it"],
            rows,
            caption=f"An answer for each component ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-answers",
            trace=chapter.trace(components=chapter.rows("components")),
            widths=(13, 73, 14),
            classes="rows brief",
        )
    )


def actions_by_theme(chapter: OpenChapter, kind: str) -> Myst:
    """Return the active ingredients of *kind*, theme by theme, each with a link to its row."""
    rows = chapter.rows("active_ingredients")
    rows = rows[rows["kind"] == kind]
    label = vocabulary(chapter.rows("vocabulary"), "ingredient").labels[kind]
    listed = (
        [f"**{escape(str(theme))}**", "; ".join(f"{_lowered(r.text)} {row_links([r.id])}" for r in own.itertuples())]
        for theme, own in rows.groupby("theme", sort=False)
    )
    return Myst(
        table(
            ["Theme", label],
            listed,
            caption=f"Active ingredients ({len(rows)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-actions",
            trace=chapter.trace(active_ingredients=rows),
            widths=(13, 87),
            classes="rows brief",
        )
    )


def gaps_in_order(chapter: OpenChapter) -> Myst:
    """Return the gaps that the source asks research to close, in its order."""
    return Myst(
        bullets(
            f"**{escape(r.gap)}.** {escape(r.detail)} {span(r.locator, 'locator')}"
            for r in chapter.rows("research_gaps").sort_values("rank").itertuples()
        )
    )


def reading_score(chapter: OpenChapter, *sections: str) -> Myst:
    """Return one sentence on how hard the paragraphs *sections* of this page are to read, with the formulas."""
    found = score(plain_text(chapter, *sections))
    told = (
        f"{found.words:,} words in {found.sentences} sentences. Flesch–Kincaid grade {found.flesch_kincaid:.1f} "
        "(0.39 × words a sentence + 11.8 × syllables a word − 15.59; Kincaid and others, 1975); "
        f"SMOG grade {found.smog:.1f} (1.0430 × √(words of three or more syllables in 30 sentences) + 3.1291; "
        "McLaughlin, 1969). A grade is a school year in the United States: readers in grade 7 are 12 or 13 years old. "
        "Counted at each build, without headings and row names; syllables are counted by rules of spelling."
    )
    head = span("How easy this page is to read.", "topic")
    return Myst(f"{head}\n\n:::{{container}} reading\n{escape(told)}\n:::")


def plain_text(chapter: OpenChapter, *sections: str) -> str:
    """Return the words of the paragraphs *sections*, of the report or of every component, without ids."""
    names = [REPORT, *chapter.rows("components")["id"]]
    shown = [chapter.prose.get(f"{name}/{s}", "") for s in sections for name in names]
    return " ".join(FILLED.sub(r"\1", CITED.sub("", text)) for text in shown if text)


def short_versions(chapter: OpenChapter) -> Myst:
    """Return links to the pages that tell the whole in short, then to the PDF of each that has one."""
    pages = [c for c in planned_pages(chapter) if c.template.short_version]
    listed = " ".join(link(c.title, f"{c.slug}.ipynb") for c in pages)
    offers = [_offer(c.template.paper, c.title) for c in pages if c.template.paper]
    return Myst("\n\n".join([f":::{{container}} offers\n{listed}\n:::" if pages else "", *offers]))


def offered_paper(chapter: OpenChapter) -> Myst:
    """Return the link to this page's own PDF, or nothing where it has none."""
    return Myst(_offer(chapter.chapter.template.paper, chapter.chapter.title))


def _offer(paper: str, title: str) -> str:
    """Return a link into the finished book: the PDF is made from the page, so Sphinx cannot know it yet.

    This is the one place that writes HTML; its two words come from a template's metadata, not from a cell.
    """
    if not re.fullmatch(r"[a-z0-9-]+\.pdf", paper):
        return ""
    shown = f'<a href="../../_static/{paper}" download>{html.escape(title)} (PDF)</a>'
    return f'```{{raw}} html\n<p class="offer">{shown}</p>\n```'


def _plain(chapter: OpenChapter, section: str) -> str:
    rows = cited_rows(chapter.prose.get(section, ""))
    return without_ids(chapter, section) + (f" {row_links(rows)}" if rows else "")


def _judged(support: str, uncertainty: str) -> str:
    return escape(f"{support.capitalize()}; uncertainty {uncertainty}") if support else "not judged"


def _lowered(text: str) -> str:
    return escape(text[:1].lower() + text[1:])
