"""An evidence map: focus by reference as a matrix, and the same as a list."""

from __future__ import annotations

from evidencebook.blocks.absence import nothing
from evidencebook.blocks.wording import count, joined, told_of
from evidencebook.figures.matrix import mark_matrix
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, cite, escape, figure, numbered, span, table
from evidencebook.report import OpenChapter
from evidencebook.synthesis import focus_matrix


def focus_figure(chapter: OpenChapter) -> Myst:
    """Return the matrix of foci and references."""
    rows = chapter.rows("evidence_maps")
    if (rows["key"] == "").all():
        return nothing(chapter, "evidence_maps", _no_reference(chapter))
    matrix = focus_matrix(rows)
    roles = {f: f"Evidence on {r}" for f, r in zip(rows["focus"], rows["role"], strict=True)}
    labels = {k: chapter.references[k].short for k in matrix.index}
    path = chapter.figure_path("foci")
    save(mark_matrix(matrix, roles, labels, "References"), path)
    shared = int((matrix.sum(axis=1) > 1).sum())
    told = joined([f"{f} {int(matrix[f].sum())}" for f in matrix.columns])
    size = f"{count(len(matrix), 'reference')} against {count(len(matrix.columns), 'focus', 'foci')}"
    alt = f"Matrix of {size}. References under each focus: {told}. {shared} references stand under more than one focus."
    entries = (
        f"{int(matrix.to_numpy().sum())} entries, {count(len(matrix), 'reference')}, {shared} under more than one focus"
    )
    caption = f"Which references stand under which focus ({entries}; {escape(chapter.data_note)})."
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=alt,
            caption=caption,
            name=f"{chapter.slug}-fig-foci",
            behind=f"{chapter.slug}-tab-foci",
            trace=chapter.trace(evidence_maps=rows),
        )
    )


def focus_table(chapter: OpenChapter) -> Myst:
    """Return each focus with its role and all its references."""
    rows = chapter.rows("evidence_maps")
    if rows.empty and chapter.edition:
        return Myst("")
    drawn = f"The map of {numbered(f'{chapter.slug}-fig-foci')} as a table"
    listed = []
    for focus, group in rows.groupby("focus", sort=False):
        entries = [
            span(r.label or "no reference listed", "rowmark", anchor=chapter.anchor("evidence_maps", r._asdict()))
            + cite([r.key] if r.key else [])
            for r in group.itertuples()
        ]
        listed.append(
            [
                escape(str(focus)),
                escape(group["role"].iloc[0]),
                str(int((group["key"] != "").sum())),
                ", ".join(entries),
            ]
        )
    return Myst(
        table(
            ["Focus", "Evidence on", "Entries", "References"],
            listed,
            caption=drawn if (rows["key"] != "").any() else "The map as a table",
            name=f"{chapter.slug}-tab-foci",
            trace=chapter.trace(evidence_maps=rows),
            widths=(24, 13, 9, 54),
            classes="foci",
        )
    )


def _no_reference(chapter: OpenChapter) -> str:
    none = "*No reference is recorded for this map yet.*"
    return told_of(chapter, "*The source lists no reference for this map.*", none)
