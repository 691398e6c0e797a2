"""The rule for strength and gaps as the book prints it: figure, labels, rule, and the source's own judgement."""

from __future__ import annotations

from typing import Any

from evidencebook.blocks.explorer_tables import explored
from evidencebook.blocks.pages import page_link
from evidencebook.blocks.verdicts import (
    RULE_ANCHOR,
    agreement,
    compared,
    held,
    labels_trace,
    mark,
    why,
    words_for,
)
from evidencebook.blocks.wording import claim_mark, count, joined
from evidencebook.figures.strength import strength_matrix
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, escape, figure, span, table
from evidencebook.report import OpenChapter
from evidencebook.rulebook import CEILING, CLAIMED, JUDGED, LISTS, read_rules
from evidencebook.schema import split_list

_FIGURE_ANCHOR = "fig-strength"
_OVERALL = "Overall"


def strength_map(chapter: OpenChapter) -> Myst:
    """Return the matrix of strength by component and aim, with the table behind it."""
    cells = chapter.labels
    names, columns = _names(chapter), _columns(chapter)
    scale, gaps = words_for(chapter, "strength"), words_for(chapter, "gap")
    none = read_rules(chapter.frames).steps["gap"][-1].label
    notes = [agreement(chapter, r) for r in cells.to_dict("records")]
    drawn = cells.rename(columns={"component": "row", "domain": "column"}).assign(note=notes)
    drawn["gap"] = drawn["gap"].where(drawn["column"] != "", none)
    marked = {g: label for g, label in gaps.items() if g != none and g in set(drawn["gap"])}
    path = chapter.figure_path("strength")
    save(strength_matrix(drawn, names, columns, scale, marked), path)
    told = " ".join(
        f"{names[str(c)]}: "
        + ", ".join(f"{columns[r['domain']]} {_in_words(chapter, r, marked)}" for r in own.to_dict("records"))
        + "."
        for c, own in cells.groupby("component", sort=False)
    )
    single = cells[cells["domain"] != ""]
    spread = joined([f"{n} {scale[s].lower()}" for s in scale if (n := int((single["strength"] == s).sum()))])
    alt = f"Matrix of {len(names)} components by {len(columns) - 1} aims and overall; {spread}. {told}"
    caption = (
        f"Strength of what is written, by component and aim ({len(single)} cells: {spread}; "
        f"{escape(chapter.data_note)}). Darker is stronger; the lower word says how far works agree; a mark shows a "
        "kind of gap. A label counts works by the rule below. It is no appraisal of how well any study was done."
    )
    picture = figure(
        f"figures/{path.name}",
        alt=alt,
        caption=caption,
        name=f"{chapter.slug}-{_FIGURE_ANCHOR}",
        behind=f"{chapter.slug}-tab-strength",
        trace=labels_trace(chapter),
        classes="wide",
    )
    return Myst(picture) + Myst(_labels_table(chapter, cells.to_dict("records")))


def rule_printed(chapter: OpenChapter) -> Myst:
    """Return the rule: each decision list in order, and what each coded value counts as."""
    rows = chapter.rows("strength_rules")
    parts = []
    for name, title in (
        ("strength", "Strength: the first row that holds gives the label"),
        (CEILING, "Ceilings: every row that holds applies, and the lowest counts"),
        ("consistency", "Consistency: the first row that holds gives the label"),
        ("gap", "Gap: the first row that holds gives the type"),
    ):
        labels = words_for(chapter, LISTS[0] if name == CEILING else name)
        own = rows[rows["list"] == name]
        listed = [
            [escape(labels[r.label]), f"{escape(r.words)} {_mark(chapter, 'strength_rules', r)}", _tested(r)]
            for r in own.itertuples()
        ]
        heads = ["At most" if name == CEILING else "Label", "When", "As counted"]
        anchor = RULE_ANCHOR if name == LISTS[0] else f"tab-rule-{name}"
        here, trace = f"{chapter.slug}-{anchor}", chapter.trace(strength_rules=own)
        shown = table(heads, listed, caption=title, name=here, trace=trace, widths=(16, 54, 30), classes="rules")
        parts.append(shown)
    return Myst("\n\n".join([*parts, _groups_table(chapter)]))


def judgements_compared(chapter: OpenChapter) -> Myst:
    """Return the rule's label of each component beside the source's own judgement, with a sentence on each pair."""
    cells = {(r["component"], r["domain"]): r for r in chapter.labels.to_dict("records")}
    names, columns = _names(chapter), _columns(chapter)
    listed = []
    for said in chapter.rows("source_judgements").to_dict("records"):
        row = cells.get((said["component"], said["domain"]))
        if row is None:
            continue
        sentence = f"{escape(compared(chapter, row, said))} {escape(said['weighed'])}".strip()
        listed.append(
            [
                escape(f"{names[said['component']]}: {columns[said['domain']].lower()}"),
                mark(chapter, row),
                f"{escape(said['judgement'])} {claim_mark(said['id'], said['locator'])}",
                _on_scale(chapter, said),
                sentence,
            ]
        )
    return Myst(
        table(
            ["Component", "By the rule", "The source says", "On this scale", "Side by side"],
            listed,
            caption=f"The rule and the source's own judgement ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-judgements",
            trace={**labels_trace(chapter), **chapter.trace(source_judgements=chapter.rows("source_judgements"))},
            widths=(17, 14, 22, 15, 32),
            classes="rows",
        )
    )


def strength_pointer(chapter: OpenChapter) -> Myst:
    """Return one line that leads to the matrix."""
    to = page_link(chapter, "gap_map", "strength of evidence by component and aim", _FIGURE_ANCHOR)
    return Myst(f"How much stands behind each answer, and where it is thin or contested: {to}.")


def _in_words(chapter: OpenChapter, row: Any, marked: dict[str, str]) -> str:
    strength = words_for(chapter, "strength")[row["strength"]].lower()
    gap = marked.get(row["gap"], "").lower() if row["domain"] else ""
    beside = dict.fromkeys(word for word in (agreement(chapter, row), gap) if word)
    return f"{strength} ({', '.join(beside)})"


def _labels_table(chapter: OpenChapter, cells: list[dict[Any, Any]]) -> str:
    columns, gaps = _columns(chapter), words_for(chapter, "gap")
    rules, domains = read_rules(chapter.frames), words_for(chapter, "domain")
    aside = [escape(domains[d].lower()) for d in rules.having(JUDGED) if d not in rules.having(CLAIMED)]
    left = f", without {joined(aside)}" if aside else ""
    rows = (
        [
            _named_cell(chapter, r, columns),
            mark(chapter, r),
            escape(gaps[r["gap"]]) if r["domain"] else "–",
            escape(f"{count(int(r['findings']), 'finding')}, {why(chapter, r)}"),
            escape(held(chapter, r)),
        ]
        for r in cells
    )
    return table(
        ["Component and aim", "Strength", "Gap", "What it counts", "Without any one work"],
        rows,
        caption=f"The labels behind the figure; overall takes the aims together{left}",
        name=f"{chapter.slug}-tab-strength",
        trace=labels_trace(chapter),
        widths=(18, 15, 12, 33, 22),
        classes="rows",
    )


def _named_cell(chapter: OpenChapter, row: Any, columns: dict[str, str]) -> str:
    """Name a cell, as a link to its view in the explorer; a component overall has none."""
    name = f"{row['component']} {columns[row['domain']]}"
    return explored(chapter, name, row["component"], row["domain"]) if row["domain"] else escape(name)


def _mark(chapter: OpenChapter, name: str, row: Any) -> str:
    return span(row.id, "claim", anchor=chapter.anchor(name, row._asdict()))


def _tested(row: Any) -> str:
    conditions = [c.replace(">=", " ≥ ").replace("<=", " ≤ ").replace("_", " ") for c in split_list(row.conditions)]
    return escape("; ".join(conditions) or "always")


def _groups_table(chapter: OpenChapter) -> str:
    words = {"*": "any other", "": "none coded"}
    listed = []
    for (column, groups, text), own in chapter.rows("strength_groups").groupby(
        ["column", "groups", "description"], sort=False
    ):
        labels = words_for(chapter, str(column))
        values = [
            span(
                words.get(r.value) or labels.get(r.value, r.value),
                "rowmark",
                anchor=chapter.anchor("strength_groups", r._asdict()),
            )
            for r in own.itertuples()
        ]
        said = joined([g.replace("_", " ") for g in split_list(str(groups))])
        listed.append([escape(str(column).capitalize()), "; ".join(values), escape(said), escape(str(text))])
    return table(
        ["Coded as", "Value", "Counts as", "Why"],
        listed,
        caption="What a coded value counts as",
        name=f"{chapter.slug}-tab-rule-groups",
        trace=chapter.trace(strength_groups=chapter.rows("strength_groups")),
        widths=(12, 26, 20, 42),
        classes="rules",
    )


def _on_scale(chapter: OpenChapter, said: Any) -> str:
    label = words_for(chapter, "strength").get(said["strength"], "")
    basis = escape(said["basis"])
    return f"{escape(label)}. {basis}" if label else basis or "–"


def _names(chapter: OpenChapter) -> dict[str, str]:
    return {c.id: f"{c.id} {c.short_title}" for c in chapter.rows("components").itertuples()}


def _columns(chapter: OpenChapter) -> dict[str, str]:
    labels = words_for(chapter, "domain")
    judged = read_rules(chapter.frames).having(JUDGED)
    return {d: labels[d] for d in judged} | {"": _OVERALL}
