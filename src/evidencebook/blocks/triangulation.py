"""Lessons, barriers and components side by side: what the rows hold of each, and only the ties they carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from evidencebook.blocks.companion import label, lesson_anchor
from evidencebook.blocks.notes import source_names
from evidencebook.blocks.pages import component_pages
from evidencebook.blocks.rows import matching
from evidencebook.blocks.selection import row_link
from evidencebook.blocks.wording import claim_mark, count, joined
from evidencebook.figures.matrix import mark_matrix
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, Trace, anchor_of, bullets, cite, counted, escape, figure, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary

_NO_LEVEL = "No level stated"


def leading(chapter: OpenChapter) -> Myst:
    """Return the barriers that a source ranks, in rank order."""
    rows = chapter.rows("barriers").dropna(subset=["rank"]).sort_values("rank")
    items = "\n".join(f"{r.rank}. {escape(r.barrier)} {row_link(r.id)}" for r in rows.itertuples())
    trace = chapter.trace(barriers=rows)
    return Myst(counted(items, name=f"{chapter.slug}-leading", trace=trace, classes="statement"))


def barriers_by_level(chapter: OpenChapter) -> Myst:
    """Return which barriers and enablers each source names at which level, each with a link to its row."""
    rows = _with_level(chapter)
    kinds = list(dict.fromkeys(rows["kind"]))
    documents = source_names(chapter)
    body = []
    for (level, source), members in rows.groupby(["level", "source_id"], sort=False):
        named = [
            "; ".join(f"{escape(r.barrier)} {row_link(r.id)}" for r in members[members["kind"] == kind].itertuples())
            or "–"
            for kind in kinds
        ]
        body.append([escape(str(level)), escape(documents[source]), *named])
    return Myst(
        table(
            ["Level or category", "Document", *(label(chapter, "barrier_kind", kind) for kind in kinds)],
            body,
            caption=f"Barriers and enablers by level and document ({len(rows)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-levels",
            trace=chapter.trace(barriers=rows),
            widths=(16, 22, 42, 20),
            classes="rows studies",
        )
    )


def barriers_of(chapter: OpenChapter, kind: str) -> Myst:
    """Return the barriers or enablers in full, by level; those without a level come last."""
    rows = matching(_with_level(chapter), {"kind": kind})
    parts = []
    for level, members in rows.groupby("level", sort=False):
        parts.append(span(str(level), "topic"))
        parts.append(
            bullets(
                f"**{escape(r.barrier)}.** {escape(r.description)} {claim_mark(r.id, r.locator)}"
                for r in members.itertuples()
            )
        )
    return Myst("\n\n".join(parts))


def links_figure(chapter: OpenChapter) -> Myst:
    """Return which lessons and barriers speak of which component, as a matrix with the table behind it."""
    matrix, labels, kinds = _linked(chapter)
    path = chapter.figure_path("links")
    save(mark_matrix(matrix, kinds, labels, "Links"), path)
    told = " ".join(
        f"{name}: {joined([labels[i] for i in matrix.index[matrix[name]]]) if matrix[name].any() else 'none'}."
        for name in matrix.columns
    )
    lessons, barriers = chapter.rows("lessons"), chapter.rows("barriers")
    silent = [r.title for r in lessons.itertuples() if not matrix.loc[f"lesson {r.number}"].any()]
    without = [c for c in matrix.columns if not matrix[c].any()]
    caption = (
        f"Lessons and barriers whose own text clearly speaks of what a component's statement says "
        f"({int(matrix.to_numpy().sum())} links of {count(len(lessons), 'lesson')} and "
        f"{count(len(barriers), 'barrier or enabler', 'barriers and enablers')}; {escape(chapter.data_note)}). "
        f"Without a link: {count(len(silent), 'lesson')}, "
        f"{len(barriers) - chapter.rows('barrier_components')['barrier'].nunique()} barriers and enablers (not drawn)"
        + (f", and {count(len(without), 'component')} ({escape(joined(without))})" if without else "")
        + ". The links are this edition's; no link is not proof of no connection."
    )
    name = f"{chapter.slug}-fig-links"
    alt = f"Matrix of lessons and barriers by component. {told}"
    picture = figure(
        f"figures/{path.name}",
        alt=alt,
        caption=caption,
        name=name,
        behind=f"{chapter.slug}-tab-links",
        trace=_link_trace(chapter, "lessons", "barriers", "components"),
    )
    return Myst(f"{picture}\n\n{_links_table(chapter)}")


def _link_trace(chapter: OpenChapter, *more: str) -> Trace:
    return chapter.trace(**{name: chapter.rows(name) for name in ("lesson_components", "barrier_components", *more)})


def _linked(chapter: OpenChapter) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """Return marks (every lesson and the linked barriers by component), labels of rows and kinds of rows."""
    lessons, barriers = chapter.rows("lessons"), chapter.rows("barriers")
    ties: dict[str, set[str]] = {}
    for r in chapter.rows("lesson_components").itertuples():
        ties.setdefault(f"lesson {r.lesson}", set()).add(r.component)
    for r in chapter.rows("barrier_components").itertuples():
        ties.setdefault(r.barrier, set()).add(r.component)
    labels = {f"lesson {r.number}": f"{r.number}. {r.title}" for r in lessons.itertuples()}
    labels |= {r.id: f"{r.id} {r.barrier}" for r in barriers.itertuples() if r.id in ties}
    kinds = {i: "Lesson" if i.startswith("lesson ") else "Barrier or enabler" for i in labels}
    names = {c.id: f"{c.id} {c.short_title}" for c in chapter.rows("components").itertuples()}
    matrix = pd.DataFrame({n: [c in ties.get(i, ()) for i in labels] for c, n in names.items()}, index=list(labels))
    return matrix, labels, kinds


def _links_table(chapter: OpenChapter) -> str:
    titles = {r.number: r.title for r in chapter.rows("lessons").itertuples()}
    named = dict(zip(chapter.rows("barriers")["id"], chapter.rows("barriers")["barrier"], strict=True))
    body = [
        [
            _tied(r),
            link(f"{r.lesson}. {titles[r.lesson]}", f"#{lesson_anchor(r.lesson)}"),
            escape(r.component),
            _basis(r),
        ]
        for r in chapter.rows("lesson_components").itertuples()
    ]
    body += [
        [_tied(r), f"{escape(named[r.barrier])} {row_link(r.barrier)}", escape(r.component), _basis(r)]
        for r in chapter.rows("barrier_components").itertuples()
    ]
    return table(
        ["Link", "Lesson or barrier", "Component", "What its own text says"],
        body,
        caption=f"Lessons and barriers linked to components ({len(body)}; {escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-links",
        trace=_link_trace(chapter),
        widths=(9, 31, 12, 48),
        classes="rows studies",
    )


def _tied(row: Any) -> str:
    return span(row.id, "claim", anchor=row.id.lower())


def _basis(row: Any) -> str:
    return f"{escape(row.basis)} {span(row.locator, 'locator')}"


def what_is_not_linked(chapter: OpenChapter) -> Myst:
    """Return one paragraph that counts the three lists and says how they are tied."""
    barriers = chapter.rows("barriers")
    kinds = [
        count(int(n), label(chapter, "barrier_kind", k).lower()) for k, n in barriers["kind"].value_counts().items()
    ]
    lists = [
        count(len(chapter.rows("lessons")), "lesson"),
        *kinds,
        count(len(chapter.rows("components")), "component"),
    ]
    text = (
        f"The tables hold {joined(lists)}. A lesson or barrier is linked to a component only where its own text "
        "clearly speaks of what the component's statement says. No row says that a lesson answers a barrier, so this "
        "page draws no line between those two."
    )
    tables = {name: chapter.rows(name) for name in ("lessons", "barriers", "components")}
    return Myst(counted(text, name=f"{chapter.slug}-lists", trace=chapter.trace(**tables)))


def lessons_by_stage(chapter: OpenChapter) -> Myst:
    """Return the lessons under their stages, with links to where they are told in full."""
    parts = []
    for stage, members in chapter.rows("lessons").groupby("stage", sort=False):
        parts.append(span(str(stage), "topic"))
        items = bullets(f"{r.number}\\. {link(r.title, f'#{lesson_anchor(r.number)}')}" for r in members.itertuples())
        name = anchor_of(f"{chapter.slug} lessons {stage}")
        parts.append(counted(items, name=name, trace=chapter.trace(lessons=members)))
    return Myst("\n\n".join(parts))


def components_by_kind(chapter: OpenChapter) -> Myst:
    """Return the components by kind, with links to their pages."""
    kinds = vocabulary(chapter.rows("vocabulary"), "kind").labels
    pages = component_pages(chapter)
    parts = []
    for kind, members in chapter.rows("components").groupby("kind", sort=False):
        parts.append(span(kinds[kind], "topic"))
        parts.append(
            bullets(
                f"{escape(c.id)} {escape(c.title)} ({' · '.join(pages.get(c.id, []))})" for c in members.itertuples()
            )
        )
    return Myst("\n\n".join(parts))


def shared_works(chapter: OpenChapter, tables: Sequence[str]) -> Myst:
    """Return the works that both a claim under a lesson and a row of a component cite.

    Parameters
    ----------
    tables : tables with columns component and keys that speak for the components.
    """
    lessons = _cited(chapter.rows("lesson_evidence"), "id")
    frames = pd.concat([chapter.rows(name)[["component", "keys"]] for name in tables])
    components = _cited(frames, "component")
    both = [key for key in lessons if key in components]
    if not both:
        return Myst("*No work is cited on both sides.*")
    body = (
        [
            f"{escape(chapter.references[key].short)}{cite([key])}",
            ", ".join(row_link(i) for i in lessons[key]),
            ", ".join(f"{escape(c)} ({count(n, 'row')})" for c, n in Counter(components[key]).items()),
        ]
        for key in both
    )
    return Myst(
        table(
            ["Work", "Claims under the lessons", "Components whose rows cite it"],
            body,
            caption=f"Works cited on both sides ({len(both)} of the {len(lessons)} cited under the lessons; "
            f"{escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-shared",
            trace=chapter.trace(
                lesson_evidence=chapter.rows("lesson_evidence"), **{name: chapter.rows(name) for name in tables}
            ),
            widths=(30, 28, 42),
            classes="rows",
        )
    )


def _cited(rows: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """Return, for each citation key, the values of *column* of the rows that cite it."""
    found: dict[str, list[str]] = {}
    for value, cell in zip(rows[column], rows["keys"], strict=True):
        for key in split_list(cell):
            found.setdefault(key, []).append(value)
    return found


def _with_level(chapter: OpenChapter) -> pd.DataFrame:
    """Return the barriers with a name for a missing level, those rows last."""
    rows = chapter.rows("barriers")
    rows = rows.assign(level=rows["level"].str.capitalize().replace("", _NO_LEVEL))
    return rows.sort_values("level", key=lambda level: level == _NO_LEVEL, kind="stable")
