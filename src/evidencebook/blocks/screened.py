"""The flow of records of a team's own screening, from the table that `evidencebook screen flow` writes."""

from __future__ import annotations

from evidencebook.figures.record_flow import record_flow
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, escape, figure, span, table
from evidencebook.report import OpenChapter
from evidencebook.screening.flow import IDENTIFIED, INCLUDED, STEPS


def record_flow_figure(chapter: OpenChapter) -> Myst:
    """Return the diagram of the rows of `record_flow` (stage, group, records) and the table behind it."""
    rows = chapter.rows("record_flow")
    path = chapter.figure_path("records")
    save(record_flow(rows, STEPS), path)
    whole = rows[rows["group"] == ""].set_index("stage")["records"].astype(int)
    told = "; ".join(f"{stage} {number:,}" for stage, number in whole.items())
    name, behind = f"{chapter.slug}-fig-records", f"{chapter.slug}-tab-records"
    trace = chapter.trace(record_flow=rows)
    picture = figure(
        f"figures/{path.name}",
        alt=f"Boxes from {IDENTIFIED} down to {INCLUDED}, with those that leave at the side. Records: {told}.",
        caption=f"Flow of records, counted from search results and decisions ({escape(chapter.data_note)}).",
        name=name,
        behind=behind,
        trace=trace,
    )
    body = (
        [
            span(r.stage, "rowmark", anchor=chapter.anchor("record_flow", r._asdict())),
            escape(r.group or "all"),
            f"{int(r.records):,}",
        ]
        for r in rows.itertuples()
    )
    listed = table(
        ["Stage", "Of these", "Records"],
        body,
        caption=f"Flow of records ({escape(chapter.data_note)})",
        name=behind,
        trace=trace,
        widths=(40, 45, 15),
        classes="rows",
    )
    return Myst(f"{picture}\n\n{listed}")
