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


def lineage_figure(chapter: OpenChapter, note: str) -> Myst:
    """Return the way from statements to drafts to components.

    Parameters
    ----------
    note : id of the row of `method_notes` whose only number is the number of statements.
    """
    drafts, finals = chapter.rows("draft_theories"), chapter.rows("components")
    kept = _kept(drafts)
    ways = pd.DataFrame(
        [(k.id, final, number) for k in kept.itertuples() for number, final in zip(k.means, k.finals, strict=True)],
        columns=["from_id", "to_id", "mean"],
    )
    kinds = vocabulary(chapter.rows("vocabulary"), "kind")
    statements = _only_number(chapter, note)
    path = chapter.figure_path("lineage")
    boxes = _final_boxes(finals, ways, kinds.values[0])
    first = pd.DataFrame(
        {"id": drafts["number"].astype(str), "text": [f"{d.number} {d.title}" for d in drafts.itertuples()]}
    )
    links = pd.concat([_steps(kept), ways.assign(stated=False)])
    save(lineage(first, kept, boxes, links, f"{statements:,} if–then statements"), path)
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=_lineage_alt(drafts, kept, statements, boxes),
            caption=_lineage_caption(chapter, kept, len(ways), note),
            name=f"{chapter.slug}-fig-lineage",
            behind=f"{chapter.slug}-tab-draft-theories",
            trace=_lineage_trace(chapter, note),
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


def _kept(drafts: pd.DataFrame) -> pd.DataFrame:
    """Return the theories left after the merges that the source states: id, text, ended, members, finals, means."""
    groups = [sorted({d.number, *map(int, split_list(d.merged_with))}) for d in drafts.itertuples()]
    leads = dict(zip(drafts["number"], drafts["merged_into"], strict=True))
    rows = []
    for members in sorted(map(list, dict.fromkeys(map(tuple, groups))), key=lambda m: sum(m) / len(m)):
        finals = list(dict.fromkeys(f for m in members for f in split_list(leads[m])))
        mean = sum(members) / len(members)
        text = " + ".join(map(str, members))
        rows.append((f"kept {text}", text, not finals, members, finals, [mean] * len(finals)))
    return pd.DataFrame(rows, columns=["id", "text", "ended", "members", "finals", "means"])


def _steps(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the arrows from each draft to what it was merged to."""
    pairs = [(str(member), k.id, True) for k in kept.itertuples() for member in k.members]
    return pd.DataFrame(pairs, columns=["from_id", "to_id", "stated"])


def _final_boxes(finals: pd.DataFrame, ways: pd.DataFrame, dark: str) -> pd.DataFrame:
    """Return the components in the order of their drafts, so that arrows do not cross."""
    order = ways.groupby("to_id")["mean"].mean()
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


def _lineage_alt(drafts: pd.DataFrame, kept: pd.DataFrame, statements: int, boxes: pd.DataFrame) -> str:
    told = "; ".join(f"{d.number} {d.title}: {d.merged_into or 'no final component'}" for d in drafts.itertuples())
    return (
        f"From {statements:,} if–then statements to {len(drafts)} draft theories, to {len(kept)} after merges, to "
        f"{len(boxes)} final components. Drafts and the components they lead to: {told}."
    )


def _lineage_caption(chapter: OpenChapter, kept: pd.DataFrame, read: int, note: str) -> str:
    finals, labels = chapter.rows("components"), vocabulary(chapter.rows("vocabulary"), "kind").labels
    kinds = joined([count(int((finals["kind"] == k).sum()), label.lower()) for k, label in labels.items()])
    merges, ended = int((kept["members"].map(len) > 1).sum()), int(kept["ended"].sum())
    return (
        f"From if–then statements to {len(chapter.rows('draft_theories'))} draft theories, {len(kept)} after "
        f"{count(merges, 'merge')}, and {len(finals)} components ({kinds}; filled boxes are reviews). The number of "
        f"statements is stated in {link(note, f'#{note.lower()}')}. The source states the merges; "
        f"{count(read, 'dashed arrow')} {'is' if read == 1 else 'are'} read from title or subject. What became of "
        f"{ended} with a dashed border is not stated. {escape(chapter.data_note)}."
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
