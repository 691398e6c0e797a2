"""A programme theory: statement, logic model, examples and influences."""

from __future__ import annotations

from evidencebook.blocks.wording import claim_mark, count, told_of
from evidencebook.figures.logic_model import logic_model
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, box, bullets, cite, escape, figure, numbered, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary


def statement(chapter: OpenChapter, *, anchored: bool = False) -> Myst:
    """Return the component's if-then statement with its place in the source.

    Parameters
    ----------
    anchored : whether this is the one page where the row has its anchor and the statement is a box with a number.
    """
    row = chapter.rows("components").iloc[0]
    place = claim_mark(row["id"], row["locator"]) if anchored else span(row["locator"], "locator")
    said = "\n".join(
        [
            ":::{container} statement",
            f"{span('If', 'if')} {escape(_lower(row['if_clause']))},",
            "",
            f"{span('then', 'then')} {escape(_lower(row['then_clause']))}.",
            "",
            place,
            ":::",
        ]
    )
    if not anchored:
        return Myst(said)
    title = f"Programme theory {escape(row['id'])} {escape(row['short_title'])}"
    return Myst(box(said, title=title, name=f"{chapter.slug}-box-statement"))


def logic_model_figure(chapter: OpenChapter, origin: str) -> Myst:
    """Return the logic model with the table of its boxes.

    Parameters
    ----------
    origin : where the model comes from, as the caption says it.
    """
    nodes, links = chapter.rows("logic_model_nodes"), chapter.rows("logic_model_links")
    if nodes.empty:
        return Myst("*No logic model is recorded for this component.*")
    stages = vocabulary(chapter.rows("vocabulary"), "stage")
    path = chapter.figure_path("logic-model")
    save(logic_model(nodes, links, stages.values, stages.labels), path)
    shown = [s for s in stages.values if (nodes["stage"] == s).any()]
    told = ". ".join(f"{stages.labels[s]}: " + "; ".join(nodes.loc[nodes["stage"] == s, "label"]) for s in shown)
    inferred = int((nodes["basis"] == "inferred").sum())
    size = f"{count(len(nodes), 'box', 'boxes')}, {count(len(links), 'arrow')}"
    caption = (
        f"Logic model, {origin}: {size}. Dashed boxes ({inferred}) follow from the if–then statement, the others "
        f"from the narrative. {escape(chapter.data_note)}."
    )
    picture = figure(
        f"figures/{path.name}",
        alt=f"Logic model read from left to right. {told}.",
        caption=caption,
        name=f"{chapter.slug}-fig-logic",
        behind=f"{chapter.slug}-tab-logic",
        trace=chapter.trace(logic_model_nodes=nodes, logic_model_links=links),
    )
    return picture_with_boxes(chapter, picture, stages.labels)


def picture_with_boxes(chapter: OpenChapter, picture: str, stages: dict[str, str]) -> Myst:
    """Return *picture* followed by its boxes as a table, in stage order."""
    bases = vocabulary(chapter.rows("vocabulary"), "basis").labels
    nodes = chapter.rows("logic_model_nodes")
    leads = chapter.rows("logic_model_links").groupby("from_id")["to_id"].apply(list).to_dict()
    label = dict(zip(nodes["id"], nodes["label"], strict=True))
    ordered = nodes.assign(_order=nodes["stage"].map(list(stages).index)).sort_values("_order", kind="stable")
    rows = (
        [
            escape(stages[n.stage]),
            f"{span(n.id, 'claim', anchor=n.id.lower())} {escape(n.label)}",
            "; ".join(escape(label[t]) for t in leads.get(n.id, [])) or "–",
            f"{escape(bases[n.basis])}, {escape(n.locator)}",
        ]
        for n in ordered.itertuples()
    )
    listed = table(
        ["Stage", "Box", "Leads to", "Basis"],
        rows,
        caption=f"The logic model of {numbered(f'{chapter.slug}-fig-logic')} as a table",
        name=f"{chapter.slug}-tab-logic",
        trace=chapter.trace(logic_model_nodes=nodes, logic_model_links=chapter.rows("logic_model_links")),
        widths=(14, 34, 34, 18),
        classes="logic",
    )
    return Myst(f"{picture}\n\n{listed}")


def examples(chapter: OpenChapter, name: str, place: str) -> Myst:
    """Return what named places did or planned, with references.

    Parameters
    ----------
    name : table of the examples. place : its column of the places, which also says what they are called.
    """
    rows = chapter.rows(name)
    if rows.empty:
        return Myst(told_of(chapter, f"*The source names no {place} here.*", f"*No {place} is recorded here yet.*"))
    return Myst(
        bullets(
            f"**{escape(r[place])}.** {escape(r['example'])}{cite(split_list(r['keys']))} "
            f"{claim_mark(r['id'], r['locator'])}"
            for r in rows.to_dict("records")
        )
    )


def influences(chapter: OpenChapter) -> Myst:
    """Return the earlier programmes and international models that the source names."""
    rows = chapter.rows("influences")
    if rows.empty:
        return Myst(
            told_of(chapter, "*The source names no earlier model here.*", "*No earlier model is recorded here yet.*")
        )
    origins = vocabulary(chapter.rows("vocabulary"), "origin").labels
    listed = (
        [
            span(r.id, "claim", anchor=r.id.lower()) + " " + escape(r.model) + cite(split_list(r.keys)),
            escape(origins[r.origin]),
            escape(r.locator),
        ]
        for r in rows.sort_values("origin", key=lambda o: o.map(list(origins).index), kind="stable").itertuples()
    )
    return Myst(
        table(
            ["Model", "Origin", "Place"],
            listed,
            caption="Models that the source names as influences",
            name=f"{chapter.slug}-tab-influences",
            trace=chapter.trace(influences=rows),
            widths=(56, 22, 22),
            classes="influences",
        )
    )


def _lower(clause: str) -> str:
    """Lower the first letter, unless the first word is an abbreviation."""
    first = clause.split(" ", 1)[0]
    return clause if first[:2].isupper() else clause[:1].lower() + clause[1:]
