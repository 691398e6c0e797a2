"""Active ingredients by theme: what to do and how."""

from __future__ import annotations

from typing import Any

from evidencebook.blocks.wording import count
from evidencebook.markdown import Myst, bullets, counted, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary


def ingredients_summary(chapter: OpenChapter) -> Myst:
    """Return one sentence that counts ingredients and themes."""
    rows = chapter.rows("active_ingredients")
    kinds = vocabulary(chapter.rows("vocabulary"), "ingredient").labels
    told = " and ".join(f"{int((rows['kind'] == k).sum())} under “{label.lower()}”" for k, label in kinds.items())
    text = f"{count(len(rows), 'active ingredient')} in {count(rows['theme'].nunique(), 'theme')}: {told}."
    return Myst(counted(text, name=f"{chapter.slug}-summary", trace=chapter.trace(active_ingredients=rows)))


def ingredients_of(chapter: OpenChapter, theme: str) -> Myst:
    """Return the ingredients of *theme* in two columns, each with what it draws on."""
    rows = chapter.rows("active_ingredients")
    rows = rows[rows["theme"] == theme]
    kinds = vocabulary(chapter.rows("vocabulary"), "ingredient").labels
    parts = []
    for kind, label in kinds.items():
        items = bullets(_ingredient(row) for row in rows[rows["kind"] == kind].itertuples())
        parts.append(f":::{{container}} {kind}\n{span(label, 'topic')}\n\n{items}\n:::")
    return Myst("::::{container} ingredients\n" + "\n\n".join(parts) + "\n::::")


def _ingredient(row: Any) -> str:
    text = f"{escape(row.text)} {span(row.id, 'claim', anchor=row.id.lower())}"
    acts = " · ".join(split_list(row.com_b))
    rests = ", ".join(link(claim, f"#{claim.lower()}") for claim in split_list(row.claims))
    told = " · ".join(part for part in (escape(", ".join(split_list(row.components))), escape(acts), rests) if part)
    return f"{text} [{told}]{{.locator}}" if told else text


def ingredients_counts(chapter: OpenChapter) -> Myst:
    """Return how many ingredients each theme has."""
    rows = chapter.rows("active_ingredients")
    kinds = vocabulary(chapter.rows("vocabulary"), "ingredient").labels
    themes = list(dict.fromkeys(rows["theme"]))
    listed = (
        [escape(t), *(str(int(((rows["theme"] == t) & (rows["kind"] == k)).sum())) for k in kinds)] for t in themes
    )
    return Myst(
        table(
            ["Theme", *kinds.values()],
            listed,
            caption=f"Active ingredients by theme ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-counts",
            trace=chapter.trace(active_ingredients=rows),
            widths=(50, 25, 25),
            classes="counts",
        )
    )
