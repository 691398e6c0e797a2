"""Pages of the synthesis: conclusions, consequences, the conceptual model, theories and practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from evidencebook.blocks.absence import nothing
from evidencebook.blocks.rows import matching
from evidencebook.blocks.wording import claim_mark, count, joined, nothing_recorded
from evidencebook.figures.conceptual_model import conceptual_model
from evidencebook.figures.stance import stance_bars
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, bullets, cite, counted, escape, figure, link, numbered, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys
from evidencebook.vocabulary import vocabulary

Words = Callable[[pd.Series], str]


def _nothing(row: pd.Series) -> str:
    return ""


def conclusions_overview(chapter: OpenChapter) -> Myst:
    """Return the source's judgement of each component and how many conclusions speak of it."""
    rows = chapter.rows("component_conclusions")
    about = rows["components"].map(split_list)
    listed = []
    for c in chapter.rows("components").itertuples():
        alone = int(about.map(lambda ids, own=c.id: ids == [own]).sum())
        shared = int(about.map(lambda ids, own=c.id: own in ids).sum()) - alone
        judged = [escape(c.support) or "not judged", escape(c.uncertainty) or "not judged"]
        named = f"{link(c.id, '#' + c.id.lower())} {escape(c.title)}"
        listed.append([named, *judged, str(alone), str(shared)])
    return Myst(
        table(
            ["Component", "Support", "Uncertainty", "Conclusions on it alone", "On it with others"],
            listed,
            caption=f"Support and uncertainty as the source judges them, and its {count(len(rows), 'conclusion')} "
            f"({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-components",
            trace=chapter.trace(components=chapter.rows("components"), component_conclusions=rows),
            widths=(44, 14, 14, 14, 14),
            classes="counts",
        )
    )


def conclusions_of(chapter: OpenChapter, kind: str) -> Myst:
    """Return the conclusions on each component of *kind* (review or map) alone, component by component."""
    rows, names = chapter.rows("component_conclusions"), _names(chapter)
    parts = []
    for c in matching(chapter.rows("components"), {"kind": kind}).itertuples():
        own = rows[rows["components"] == c.id]
        parts += [
            span(names[c.id], "topic"),
            _listed(own, "conclusion") if len(own) else "*No conclusion on this component alone; see below.*",
        ]
    return Myst("\n\n".join(parts) or nothing_recorded(chapter))


def shared_conclusions(chapter: OpenChapter) -> Myst:
    """Return the conclusions that speak of several components together."""
    rows, names = chapter.rows("component_conclusions"), _names(chapter)
    rows = rows[rows["components"].map(lambda cell: len(split_list(cell)) != 1).astype(bool)]
    parts = []
    for cell, members in rows.groupby("components", sort=False):
        parts += [span(joined([names[c] for c in split_list(cell)]), "topic"), _listed(members, "conclusion")]
    return Myst("\n\n".join(parts) or nothing_recorded(chapter))


def consequences_by_component(chapter: OpenChapter, domain: str) -> Myst:
    """Return the chart and table of the findings under *domain* by component and topic."""
    rows = matching(chapter.rows("findings"), {"domain": domain})
    about = escape(vocabulary(chapter.rows("vocabulary"), "domain").labels[domain].lower())
    if rows.empty:
        return nothing(chapter, "findings", f"*No finding on {about} is recorded.*", domain=domain)
    stances, names = vocabulary(chapter.rows("vocabulary"), "stance").labels, _names(chapter)
    counts = pd.crosstab(rows["component"], rows["stance"])
    counts = counts.reindex(index=list(names), columns=list(stances), fill_value=0)
    path = chapter.figure_path("consequences")
    save(stance_bars(counts, names | stances), path)
    told = " ".join(
        f"{names[c]}: " + ", ".join(f"{n} {stances[s].lower()}" for s, n in row.items()) + "."
        for c, row in counts.iterrows()
    )
    works = count(len(distinct_keys(rows["keys"])), "work")
    picture = figure(
        f"figures/{path.name}",
        alt=f"Stacked bars of {len(rows)} findings on {about} by component and stance. {told}",
        caption=f"Findings on {about} by component and stance ({len(rows)} findings from {works}; "
        f"{escape(chapter.data_note)}).",
        name=f"{chapter.slug}-fig-consequences",
        behind=f"{chapter.slug}-tab-topics",
        classes="compact",
        trace=chapter.trace(findings=rows),
    )
    return Myst(picture) + Myst(_topic_table(chapter, rows, about, stances))


def model_figure(chapter: OpenChapter) -> Myst:
    """Return the conceptual model with the table of its boxes, arrows and their places."""
    nodes, links = chapter.rows("conceptual_model_nodes"), chapter.rows("conceptual_model_links")
    if nodes.empty:
        return Myst("*No conceptual model is recorded.*")
    parts = _parts(chapter)
    path = chapter.figure_path("model")
    save(conceptual_model(nodes, links, list(parts), parts), path)
    told = ". ".join(f"{label}: " + "; ".join(nodes.loc[nodes["part"] == p, "label"]) for p, label in parts.items())
    inferred = int((nodes["basis"] == "inferred").sum())
    dashed = f" Dashed boxes ({inferred}) are inferred." if inferred else ""
    picture = figure(
        f"figures/{path.name}",
        alt=f"Conceptual model read from left to right. {told}. The table below lists every arrow.",
        caption=f"Conceptual model, rebuilt for this edition from the narrative: {count(len(nodes), 'box', 'boxes')}, "
        f"{count(len(links), 'arrow')}. Columns and arrows are this edition's.{dashed} {escape(chapter.data_note)}.",
        name=f"{chapter.slug}-fig-model",
        behind=f"{chapter.slug}-tab-model",
        trace=chapter.trace(conceptual_model_nodes=nodes, conceptual_model_links=links),
    )
    return Myst(picture) + Myst(_box_table(chapter, parts))


def com_b_of(chapter: OpenChapter, element: str) -> Myst:
    """Return what the text says of one element of COM-B, each with its component and who assigned it."""
    rows, names = matching(chapter.rows("com_b"), {"element": element}), _names(chapter)
    bases = vocabulary(chapter.rows("vocabulary"), "basis").labels
    listed = _listed(
        rows,
        "application",
        lead=lambda row: names.get(row["component"], ""),
        aside=lambda row: bases[row["basis"]].lower(),
    )
    return Myst(listed or nothing_recorded(chapter))


def theory_pairings(chapter: OpenChapter) -> Myst:
    """Return the source's table of theories and the components that it pairs with each."""
    rows = matching(chapter.rows("middle_range"), {"basis": "table"})
    if rows.empty:
        return Myst(nothing_recorded(chapter))
    listed = (
        [
            f"{span(r.id, 'claim', anchor=r.id.lower())} {escape(r.theory)}{cite(split_list(r.keys))}",
            escape(_said(r.kind)),
            escape(r.construct) or "the whole",
            escape(", ".join(split_list(r.components))),
            escape(r.claim),
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Theory", "Kind", "Feature", "Components", "What the pairing says"],
            listed,
            caption=f"Theories and components, as the source pairs them ({len(rows)} pairings; "
            f"{escape(joined(list(dict.fromkeys(rows['locator']))))}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-pairings",
            trace=chapter.trace(middle_range=rows),
            widths=(22, 15, 13, 13, 37),
            classes="rows",
        )
    )


def theory_claims(chapter: OpenChapter) -> Myst:
    """Return what the running text says of each theory and its features, with the components named."""
    rows, names = matching(chapter.rows("middle_range"), {"basis": "text"}), _names(chapter)
    parts = []
    for (theory, construct), members in rows.groupby(["theory", "construct"], sort=False):
        parts += [
            span(f"{theory}: {construct}" if construct else str(theory), "topic"),
            _listed(members, "claim", lead=lambda row: joined([names[c] for c in split_list(row["components"])])),
        ]
    return Myst("\n\n".join(parts) or nothing_recorded(chapter))


def implications_count(chapter: OpenChapter) -> Myst:
    """Return how many implications there are, and from whom."""
    rows = chapter.rows("practice_implications")
    told = joined([f"{n} from {_said(str(b)).lower()}" for b, n in rows["basis"].value_counts().items()])
    if rows.empty:
        return Myst(nothing_recorded(chapter))
    trace = chapter.trace(practice_implications=rows)
    return Myst(counted(f"{count(len(rows), 'implication')}: {told}.", name=f"{chapter.slug}-count", trace=trace))


def feedback(chapter: OpenChapter, occasion: str) -> Myst:
    """Return what was said on one occasion by component, each followed by what the source says comes of it."""
    rows, names = matching(chapter.rows("stakeholder_feedback"), {"occasion": occasion}), _names(chapter)
    parts = []
    for component in [*names, ""]:
        own = rows[rows["component"] == component]
        if len(own):
            label = names.get(component, "No single component") if rows["component"].any() else ""
            parts += [span(label, "topic")] if label else []
            parts.append(_listed(own, "feedback", more=lambda row: row["consequence"] and f"→ {row['consequence']}"))
    return Myst("\n\n".join(parts) or nothing_recorded(chapter))


def _listed(
    rows: pd.DataFrame, text: str, *, lead: Words = _nothing, more: Words = _nothing, aside: Words = _nothing
) -> str:
    """Return rows as bullets: *lead* in bold, the claim, citations, *more*, id and place, and *aside* in small."""

    def item(row: pd.Series) -> str:
        before = f"**{escape(said)}.** " if (said := lead(row)) else ""
        after = f" {escape(said)}" if (said := more(row)) else ""
        small = f" {span(f'({said})', 'locator')}" if (said := aside(row)) else ""
        mark = claim_mark(row["id"], row["locator"])
        return f"{before}{escape(row[text])}{cite(split_list(row['keys']))}{after} {mark}{small}"

    return bullets(item(row) for _, row in rows.iterrows())


def _names(chapter: OpenChapter) -> dict[str, str]:
    return {c.id: f"{c.id} {c.short_title}" for c in chapter.rows("components").itertuples()}


def _said(code: str) -> str:
    """Return a coded value that has no label yet as words."""
    return code.replace("_", " ").capitalize()


def _parts(chapter: OpenChapter) -> dict[str, str]:
    """Return the parts of the model in the order of the data package, with labels."""
    columns = chapter.package.tables["conceptual_model_nodes"].columns
    order = next(c.enum for c in columns if c.name == "part")
    labels = vocabulary(chapter.rows("vocabulary"), "part").labels
    return {p: labels.get(p, _said(p)) for p in order}


def _topic_table(chapter: OpenChapter, rows: pd.DataFrame, about: str, stances: dict[str, str]) -> str:
    listed = []
    for component in _names(chapter):
        for topic, members in rows[rows["component"] == component].groupby("topic", sort=False):
            counts = (str(int((members["stance"] == s).sum())) for s in stances)
            works = len(distinct_keys(members["keys"]))
            first = members["id"].iloc[0]
            named = link(str(topic), f"#{first.lower()}")
            listed.append([f"{escape(component)} {named}", *counts, str(len(members)), str(works)])
    return table(
        ["Component and topic", *stances.values(), "Findings", "Works"],
        listed,
        caption=f"Findings on {about} by topic; each topic leads to the first of its findings",
        name=f"{chapter.slug}-tab-topics",
        trace=chapter.trace(findings=rows),
        widths=(42, *([39 // len(stances)] * len(stances)), 11, 8),
        classes="counts",
    )


def _box_table(chapter: OpenChapter, parts: dict[str, str]) -> str:
    nodes, links = chapter.rows("conceptual_model_nodes"), chapter.rows("conceptual_model_links")
    bases = vocabulary(chapter.rows("vocabulary"), "basis").labels
    label = dict(zip(nodes["id"], nodes["label"], strict=True))
    ways = {i: own for i, own in links.groupby("from_id", sort=False)}
    ordered = nodes.assign(_order=nodes["part"].map(list(parts).index)).sort_values("_order", kind="stable")
    listed = (
        [
            escape(parts[n.part]),
            f"{span(n.id, 'claim', anchor=n.id.lower())} {escape(n.label)} {span(n.locator, 'locator')}",
            _led(chapter, ways[n.id], label) if n.id in ways else "–",
            escape(bases[n.basis]),
        ]
        for n in ordered.itertuples()
    )
    return table(
        ["Part", "Box", "Leads to", "Basis"],
        listed,
        caption=f"The conceptual model of {numbered(f'{chapter.slug}-fig-model')} as a table",
        name=f"{chapter.slug}-tab-model",
        trace=chapter.trace(conceptual_model_nodes=nodes, conceptual_model_links=links),
        widths=(12, 37, 41, 10),
        classes="logic",
    )


def _led(chapter: OpenChapter, links: pd.DataFrame, label: dict[str, str]) -> str:
    """Return the boxes that arrows reach, each group of arrows with its place."""

    def box(row: Any) -> str:
        return span(label[row.to_id], "rowmark", anchor=chapter.anchor("conceptual_model_links", row._asdict()))

    groups = links.groupby("locator", sort=False)
    # A place stands on a line of its own, so nothing is needed between it and the next boxes.
    return " ".join(f"{'; '.join(map(box, own.itertuples()))} {span(str(at), 'locator')}" for at, own in groups)
