"""The landing page below its first screen (`front`): answers, components, sources, how to cite."""

from __future__ import annotations

from evidencebook.blocks.interpretation import sentence_with_links
from evidencebook.blocks.pages import component_pages
from evidencebook.blocks.stale import notice
from evidencebook.blocks.verdicts import mark
from evidencebook.blocks.wording import count
from evidencebook.edition import tally
from evidencebook.markdown import Myst, escape, table
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary


def component_index(chapter: OpenChapter) -> Myst:
    """Return the table of components with counts and links to their pages."""
    kinds = vocabulary(chapter.rows("vocabulary"), "kind").labels
    stances = vocabulary(chapter.rows("vocabulary"), "stance")
    findings = chapter.rows("findings")
    pages = component_pages(chapter)
    rows = []
    for c in chapter.rows("components").itertuples():
        own = findings[findings["component"] == c.id]
        told = (
            [str(int((own["stance"] == s).sum())) for s in stances.values] if len(own) else ["–"] * len(stances.values)
        )
        rows.append(
            [f"**{escape(c.id)}** {escape(c.title)}", escape(kinds[c.kind]), *told, " · ".join(pages.get(c.id, []))]
        )
    return Myst(
        table(
            ["Component", "Treated as", *stances.labels.values(), "Read"],
            rows,
            caption=f"The components and what is found on each ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-components",
            trace=chapter.trace(findings=findings[findings["stance"] != ""], components=chapter.rows("components")),
            widths=(36, 12, *([33 // len(stances.values)] * len(stances.values)), 19),
            classes="components",
        )
    )


def component_answers(chapter: OpenChapter) -> Myst:
    """Return a card for each component: its title, the first sentence of its answer, its label and where to read on."""
    pages = component_pages(chapter)
    labels = {r["component"]: r for r in chapter.labels.to_dict("records") if not r["domain"]}
    cards = []
    for c in chapter.rows("components").itertuples():
        told = chapter.sentences.get(f"{c.id}/answer", ())
        if told:
            parts = [f"**{escape(c.id)} {escape(c.title)}**", sentence_with_links(told[0])]
            parts += [f"{escape('Strength:')} {mark(chapter, labels[c.id])} · {' · '.join(pages.get(c.id, []))}"]
            parts = [notice(chapter, f"{c.id}/answer"), *parts]
            cards.append("::::{container} finding-card\n" + "\n\n".join(filter(None, parts)) + "\n::::")
    if not cards:
        return Myst("")
    return Myst(":::::{container} finding-cards\n" + "\n\n".join(cards) + "\n:::::")


def sources_list(chapter: OpenChapter) -> Myst:
    """Return the source documents with what they print about reuse."""
    rows = (
        [
            escape(s.title),
            escape(", ".join(x for x in (s.authors, s.publisher, s.year) if x)),
            escape(s.identifier) or "none printed",
            escape(s.licence_note) or "nothing printed",
        ]
        for s in chapter.rows("sources").itertuples()
    )
    return Myst(
        table(
            ["Document", "By", "Identifier", "Reuse, as the document states it"],
            rows,
            caption=f"The {count(len(chapter.rows('sources')), 'source document')}",
            name=f"{chapter.slug}-tab-sources",
            trace=chapter.trace(sources=chapter.rows("sources")),
            widths=(34, 24, 16, 26),
            classes="sources",
        )
    )


def how_to_cite(chapter: OpenChapter) -> Myst:
    """Return the citations of the source report and of this edition with its data version."""
    package = chapter.package
    source = f"> {escape(package.citation)}\n\n" if package.citation else ""
    version = f"version {escape(package.version)}, {escape(package.created)}"
    title = escape(package.title) + "." * (package.title[-1:] not in "?!.")
    edition = f"> {title} {'Reproducible edition, data' if package.citation else 'Data'} {version}."
    if part := chapter.edition:
        held = tally(part.counts, {t.name: t.rows_called for t in package.tables.values()})
        edition += f" {escape(part.title)}: only evidence where {escape(part.told)} ({escape(held)})."
    return Myst(f"{source}{edition}")
