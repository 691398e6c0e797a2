"""Active ingredients by theme: what to do and how, and what they act on and draw on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from evidencebook.blocks.wording import count, itself
from evidencebook.figures.counts import count_grid
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, bullets, counted, escape, figure, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary

_ALL = "all"


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


def ingredients_figure(chapter: OpenChapter) -> Myst:
    """Return how many ingredients of each theme act on which COM-B element and draw on which component."""
    rows = chapter.rows("active_ingredients")
    themes, acts, components = _axes(chapter)
    counts = ingredient_counts(rows, themes, acts, components)
    path = chapter.figure_path("counts")
    across = {"": [_ALL], "COM-B": acts, "Component": components}
    down = {"Theme": themes, "COM-B": acts}
    save(count_grid(counts, down, across, {_ALL: "All"} | {a: a.capitalize() for a in acts}), path)
    told = " ".join(
        f"{theme}: {counts.at[theme, _ALL]} in all, "
        + ", ".join(f"{a} {counts.at[theme, a]}" for a in [*acts, *components])
        + "."
        for theme in themes
    )
    uncoded = int(((rows["components"] == "") | (rows["com_b"] == "")).sum())
    missing = f", {uncoded} of them not coded in full" if uncoded else ""
    caption = (
        f"Active ingredients by theme, by the COM-B element they act on and by the component they draw on "
        f"({count(len(rows), 'ingredient')}{missing}; {escape(chapter.data_note)}). An "
        f"ingredient may count under several. The coding is {itself(chapter)}'s; a count is not an effect."
    )
    name = f"{chapter.slug}-fig-counts"
    alt = f"Shaded counts of {count(len(rows), 'ingredient')}, darker for more. {told}"
    picture = figure(
        f"figures/{path.name}",
        alt=alt,
        caption=caption,
        name=name,
        behind=f"{chapter.slug}-tab-counts",
        trace=chapter.trace(active_ingredients=rows),
    )
    return Myst(f"{picture}\n\n{_counts_table(chapter, counts, (themes, acts, components))}")


def ingredient_counts(
    rows: pd.DataFrame, themes: Sequence[str], acts: Sequence[str], components: Sequence[str]
) -> pd.DataFrame:
    """Return the number of ingredients: themes and COM-B elements by all, COM-B elements and components."""
    acted, drawn = rows["com_b"].map(split_list), rows["components"].map(split_list)
    down = {t: rows["theme"] == t for t in themes} | {a: _holds(acted, a) for a in acts}
    across = {_ALL: rows["id"] != ""}
    across |= {a: _holds(acted, a) for a in acts} | {c: _holds(drawn, c) for c in components}
    return pd.DataFrame({c: {d: int((mine & own).sum()) for d, own in down.items()} for c, mine in across.items()})


def _holds(cells: pd.Series, value: str) -> pd.Series:
    return cells.map(lambda cell: value in cell).astype(bool)


def _axes(chapter: OpenChapter) -> tuple[list[str], list[str], list[str]]:
    """Return the themes in the order of the rows, the COM-B elements of the schema and the components."""
    columns = chapter.package.tables["active_ingredients"].columns
    acts = next(c.enum for c in columns if c.name == "com_b")
    return (
        list(dict.fromkeys(chapter.rows("active_ingredients")["theme"])),
        list(acts),
        list(chapter.rows("components")["id"]),
    )


def _counts_table(chapter: OpenChapter, counts: pd.DataFrame, axes: tuple[list[str], list[str], list[str]]) -> str:
    rows = chapter.rows("active_ingredients")
    kinds = vocabulary(chapter.rows("vocabulary"), "ingredient").labels
    themes, acts, components = axes
    listed = []
    for line in [*themes, *acts]:
        own = rows[rows["theme"] == line] if line in themes else rows[_holds(rows["com_b"].map(split_list), line)]
        by_kind = [str(int((own["kind"] == k).sum())) for k in kinds]
        label = escape(line if line in themes else f"COM-B: {line}")
        listed.append([label, *by_kind, *(str(counts.at[line, c]) for c in [*acts, *components])])
    return table(
        ["Theme or COM-B element", *kinds.values(), *(a.capitalize() for a in acts), *components],
        listed,
        caption=f"Active ingredients by theme, COM-B element and component ({escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-counts",
        trace=chapter.trace(active_ingredients=rows),
        widths=(22, *([9] * (len(kinds) + len(acts))), *([5] * len(components))),
        classes="counts",
    )
