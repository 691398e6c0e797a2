"""How the source synthesis was made: theories, the extraction form, the people consulted, and the reporting items."""

from __future__ import annotations

import re

import pandas as pd

from evidencebook.blocks.placed import shared_place
from evidencebook.blocks.wording import count, joined
from evidencebook.errors import ProjectError
from evidencebook.figures.flow import lineage
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, Trace, counted, escape, figure, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary

# The description of `draft_theories` promises these words where the source states no merge.
_NOT_STATED = "not stated"


def lineage_figure(chapter: OpenChapter, note: str) -> Myst:
    """Return the way from statements to drafts to components.

    Parameters
    ----------
    note : id of the row of `method_notes` whose only number is the number of statements.
    """
    drafts, finals = chapter.rows("draft_theories"), chapter.rows("components")
    links = pd.DataFrame(
        [
            (str(d.number), final, not d.step.startswith(_NOT_STATED))
            for d in drafts.itertuples()
            for final in split_list(d.merged_into)
        ],
        columns=["from_id", "to_id", "stated"],
    )
    kinds = vocabulary(chapter.rows("vocabulary"), "kind")
    statements = _only_number(chapter, note)
    path = chapter.figure_path("lineage")
    boxes = _final_boxes(finals, links, kinds.values[0])
    save(lineage(_draft_boxes(drafts), boxes, links, f"{statements:,} if–then statements"), path)
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=_lineage_alt(drafts, statements, boxes),
            caption=_lineage_caption(chapter, links, note),
            name=f"{chapter.slug}-fig-lineage",
            trace=_lineage_trace(chapter, note),
            classes="wide",
        )
    )


def _lineage_trace(chapter: OpenChapter, note: str) -> Trace:
    """Return the trace of the drafts, the components and the row that states the number of statements."""
    notes = chapter.rows("method_notes")
    return chapter.trace(
        draft_theories=chapter.rows("draft_theories"),
        components=chapter.rows("components"),
        method_notes=notes[notes["id"] == note],
    )


def _final_boxes(finals: pd.DataFrame, links: pd.DataFrame, dark: str) -> pd.DataFrame:
    """Return the components in the order of their drafts, so that arrows do not cross."""
    order = links.astype({"from_id": int}).groupby("to_id")["from_id"].mean()
    boxes = pd.DataFrame(
        {
            "id": finals["id"],
            "text": [
                f"{f.id} {f.short_title}" + ("" if f.id in order.index else " (no draft leads to it)")
                for f in finals.itertuples()
            ],
            "dark": finals["kind"] == dark,
            "order": finals["id"].map(order),
        }
    )
    return boxes.sort_values("order", kind="stable", na_position="last")


def _draft_boxes(drafts: pd.DataFrame) -> pd.DataFrame:
    ended = drafts["merged_into"] == ""
    merged = ~drafts["step"].str.startswith(_NOT_STATED)
    fate = [
        ("merged; " if m else "") + "what became of it is not stated" if e else ""
        for e, m in zip(ended, merged, strict=True)
    ]
    texts = [f"{d.number} {d.title}" + (f" ({f})" if f else "") for d, f in zip(drafts.itertuples(), fate, strict=True)]
    return pd.DataFrame({"id": drafts["number"].astype(str), "text": texts, "ended": ended})


def _lineage_alt(drafts: pd.DataFrame, statements: int, boxes: pd.DataFrame) -> str:
    told = "; ".join(f"{d.number} {d.title}: {d.merged_into or 'no final component'}" for d in drafts.itertuples())
    return (
        f"From {statements:,} if–then statements to {len(drafts)} draft theories to {len(boxes)} final components. "
        f"Drafts and the components they lead to: {told}."
    )


def _lineage_caption(chapter: OpenChapter, links: pd.DataFrame, note: str) -> str:
    finals, labels = chapter.rows("components"), vocabulary(chapter.rows("vocabulary"), "kind").labels
    kinds = joined([count(int((finals["kind"] == k).sum()), label.lower()) for k, label in labels.items()])
    drafts = chapter.rows("draft_theories")
    ended = int((drafts["merged_into"] == "").sum())
    return (
        f"From if–then statements to {len(drafts)} draft theories to {len(finals)} components ({kinds}; filled boxes "
        f"are reviews). The number of statements is stated in {link(note, f'#{note.lower()}')}. A solid arrow follows "
        f"from a merge that the source states ({int(links['stated'].sum())}), a dashed arrow is read from the title "
        f"({int((~links['stated']).sum())}); {count(ended, 'draft')} with a dashed border "
        f"{'leads' if ended == 1 else 'lead'} to no component that the source names. {escape(chapter.data_note)}."
    )


def _only_number(chapter: OpenChapter, note: str) -> int:
    rows = chapter.rows("method_notes")
    texts = list(rows.loc[rows["id"] == note, "note"])
    numbers = re.findall(r"\d[\d,]*", texts[0]) if texts else []
    if len(numbers) != 1:
        raise ProjectError(
            f"template {chapter.chapter.template.name}: row {note!r} of method_notes should hold one number, "
            f"it holds {len(numbers)}; name another row in the notebook"
        )
    return int(numbers[0].replace(",", ""))


def extraction_form(chapter: OpenChapter) -> Myst:
    """Return the extraction form: its general fields, then what each component's part shares and what is its own."""
    rows = chapter.rows("extraction_fields")
    general, parts = rows[rows["component"] == ""], rows[rows["component"] != ""]
    groups = dict(list(parts.groupby("section", sort=False)))
    shared = [f for f in dict.fromkeys(parts["field"]) if all((g["field"] == f).any() for g in groups.values())]
    first = table(
        ["Part", "Field", "Choices or example"],
        (
            [
                escape(r.section),
                span(r.field, "rowmark", anchor=chapter.anchor("extraction_fields", r._asdict())),
                escape("; ".join([*split_list(r.options), *split_list(r.prompt)])) or "–",
            ]
            for r in general.itertuples()
        ),
        caption=f"Fields for the whole paper ({len(general)}{shared_place(rows)}; {escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-fields",
        trace=chapter.trace(extraction_fields=general),
        widths=(18, 24, 58),
        classes="rows",
    )
    second = table(
        ["Part, as headed on the form", "Field of its own", "Example printed"],
        (
            [
                escape(str(section)),
                "; ".join(
                    span(r.field, "rowmark", anchor=chapter.anchor("extraction_fields", r._asdict()))
                    for r in g[~g["field"].isin(shared)].itertuples()
                ),
                escape("; ".join(f"{r.field}: {r.prompt}" for r in g[g["prompt"] != ""].itertuples())),
            ]
            for section, g in groups.items()
        ),
        caption=f"Parts for components ({len(groups)} parts, {len(parts)} fields; {escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-parts",
        trace=chapter.trace(extraction_fields=parts),
        widths=(38, 28, 34),
        classes="rows",
    )
    told = f"Every part for a component has the fields {joined([f'“{f}”' for f in shared])}."
    return Myst(f"{first}\n\n{escape(told)}\n\n{second}")


def people_by_meeting(chapter: OpenChapter) -> Myst:
    """Return who took part in each body or meeting, by role."""
    lines = []
    for meeting, group in chapter.rows("advisory_group").groupby("meeting", sort=False):
        for number, r in enumerate(group.itertuples()):
            lines.append(
                [
                    f"**{escape(str(meeting))}** ({count(int(group['people'].sum()), 'person', 'people')})"
                    if not number
                    else "",
                    f"{span(r.id, 'claim', anchor=r.id.lower())} {escape(r.role)} {span(r.locator, 'locator')}",
                    escape(r.organisation) or "–",
                    str(r.people),
                ]
            )
    return Myst(
        table(
            ["Body or meeting", "Role", "Organisation", "People"],
            lines,
            caption=f"Who took part ({count(len(lines), 'role')}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-people",
            trace=chapter.trace(advisory_group=chapter.rows("advisory_group")),
            widths=(20, 38, 32, 10),
            classes="rows",
        )
    )


def reporting_items(chapter: OpenChapter) -> Myst:
    """Return each item of the reporting standard with where the source meets it, and how many have a place."""
    rows = chapter.rows("rameses")
    trace = chapter.trace(rameses=rows)
    placed = int((rows["locator"] != "").sum())
    tally = (
        f"{placed} of {count(len(rows), 'item')} have a place in the source; for {len(rows) - placed} none was found."
    )
    listed = (
        [
            span(str(r.item_number), "rowmark", anchor=chapter.anchor("rameses", r._asdict())),
            escape(r.item),
            _places(r.locator),
            escape(r.note) or "–",
        ]
        for r in rows.itertuples()
    )
    items = table(
        ["No.", "Item", "Where the source meets it", "What is there"],
        listed,
        caption=f"Items of the reporting standard ({len(rows)}; {escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-items",
        trace=trace,
        widths=(7, 23, 38, 32),
        classes="rows",
    )
    told = counted(span(tally, "tally"), name=f"{chapter.slug}-placed", trace=trace)
    return Myst(f"{told}\n\n{items}")


def _places(locator: str) -> str:
    return escape("; ".join(split_list(locator))) or span("no place found", "unstated")
