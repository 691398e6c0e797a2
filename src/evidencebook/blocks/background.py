"""What came before a programme and around it: initiatives by source, dated events, and kinds of site."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from evidencebook.blocks.notes import source_names
from evidencebook.blocks.placed import placed_table
from evidencebook.blocks.wording import count, joined
from evidencebook.figures.style import save
from evidencebook.figures.tallies import tally_bars
from evidencebook.figures.timeline import timeline
from evidencebook.markdown import Myst, cite, escape, figure, numbered, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list

_EVENT_KIND = "initiative"


def initiatives_figure(chapter: OpenChapter, first: int, last: int) -> Myst:
    """Return the initiatives of all sources that begin from *first* to *last*, a panel for each source."""
    events = _initiatives(chapter)
    drawn = events[events["start"].between(first, last)].astype({"start": int})
    names = source_names(chapter)
    panels = {s: names[s] for s in dict.fromkeys(drawn["panel"])}
    path = chapter.figure_path("initiatives")
    save(timeline(drawn, panels, first, last), path)
    undated, outside = int(events["start"].isna().sum()), len(events) - len(drawn) - int(events["start"].isna().sum())
    alt = f"Timeline from {first} to {last}. " + " ".join(
        f"{names[s]}: {'; '.join(_told(e) for e in drawn[drawn['panel'] == s].itertuples())}." for s in panels
    )
    left_out = [f"{undated} without a first year"] * bool(undated) + [f"{outside} outside these years"] * bool(outside)
    caption = (
        f"National initiatives for integrated care, {first} to {last}, as each source names and dates them "
        f"({count(len(drawn), 'entry', 'entries')} of {count(len(panels), 'source')}; {escape(chapter.data_note)}). "
        "The same initiative may stand under more than one source, with another name or year."
    )
    sources = dict.fromkeys(chapter.rows("initiatives")["source_id"])
    tables = joined([numbered(f"{chapter.slug}-tab-{end}") for end in [*map(_anchor, sources), "timeline"]])
    caption += f" Not drawn: {joined(left_out)}; see {tables}." if left_out else ""
    name = f"{chapter.slug}-fig-initiatives"
    behind = f"{chapter.slug}-tab-initiatives-{chapter.rows('initiatives')['source_id'].iloc[0]}"
    dated = chapter.rows("timeline")
    trace = chapter.trace(initiatives=chapter.rows("initiatives"), timeline=dated[dated["kind"] == _EVENT_KIND])
    shown = f"figures/{path.name}"
    return Myst(figure(shown, alt=alt, caption=caption, name=name, behind=behind, trace=trace))


def initiatives_tables(chapter: OpenChapter) -> Myst:
    """Return a table of initiatives for each source, with how a damaged text was read."""
    columns = {"name": "Initiative", "start_year": "From", "end_year": "To", "description": "What it is"}
    mended = columns | {"repair": "How a damaged text was read"}
    titles = dict(zip(chapter.rows("sources")["id"], chapter.rows("sources")["title"], strict=True))
    parts = []
    for source, rows in chapter.rows("initiatives").groupby("source_id", sort=False):
        damaged = (rows["repair"] != "").any()
        parts.append(
            placed_table(
                chapter,
                "initiatives",
                mended if damaged else columns,
                beside="description",
                caption=f"Initiatives named in “{titles[str(source)]}”",
                widths=(21, 8, 8, 35, 28) if damaged else (28, 9, 9, 54),
                where={"source_id": str(source)},
                anchor=_anchor(str(source)),
            ).text
        )
    return Myst("\n\n".join(parts))


def events_table(chapter: OpenChapter) -> Myst:
    """Return every dated event in order of its year, with the date as printed."""
    names = source_names(chapter)
    rows = chapter.rows("timeline").sort_values("year", kind="stable")
    listed = (
        [
            escape(r.date_printed),
            f"{span(r.id, 'claim', anchor=r.id.lower())} {escape(r.event)} {span(r.locator, 'locator')}",
            escape(r.kind),
            escape(_short(names[r.source_id])),
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Date as printed", "Event", "Kind", "Source"],
            listed,
            caption=f"Dated events in order of year ({len(rows)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-timeline",
            trace=chapter.trace(timeline=rows),
            widths=(16, 52, 14, 18),
            classes="rows",
        )
    )


def sites_figure(chapter: OpenChapter, name: str, caption: str) -> Myst:
    """Return the number of sites of each type as bars, with the table *name* behind them under *caption*."""
    rows = chapter.rows(name).sort_values("sites", ascending=False, kind="stable")
    counts = {t: int(n) for t, n in zip(rows["type"], rows["sites"], strict=True)}
    total = sum(counts.values())
    path = chapter.figure_path("sites")
    save(tally_bars(counts, "Number of sites"), path)
    alt = f"Bars of {total} sites by type: {joined([f'{t} {n}' for t, n in counts.items()])}."
    title = chapter.package.tables[name].title
    told = f"{escape(title)} ({total} sites of {count(len(counts), 'type')}; {escape(chapter.data_note)})."
    picture = figure(
        f"figures/{path.name}",
        alt=alt,
        caption=told,
        name=f"{chapter.slug}-fig-sites",
        behind=f"{chapter.slug}-tab-{name}",
        classes="compact",
        trace=chapter.trace(**{name: rows}),
    )
    columns = {"type": "Type", "sites": "Sites", "description": "What it does"}
    behind = placed_table(chapter, name, columns, beside="description", caption=caption, widths=(36, 10, 54))
    return Myst(f"{picture}\n\n{behind.text}")


def type_profiles(chapter: OpenChapter, name: str, caption: str) -> Myst:
    """Return the types that a source profiles, side by side, from the table *name*."""
    types = [row for _, row in chapter.rows(name).iterrows()]
    lines = {
        "What it is": [span(t["description"], "rowmark", anchor=chapter.anchor(name, t)) for t in types],
        "Sites": [str(t["sites"]) for t in types],
        "Who led the applications": [_list(t["lead_applicants"]) for t in types],
        "Services in scope": [_list(t["services_in_scope"]) for t in types],
        "First served": [_list(t["first_population"]) for t in types],
        "Often offered": [_list(t["common_services"]) for t in types],
        "Population": [_range(t["population_low"], t["population_high"]) for t in types],
        "Localities": [_localities(t) for t in types],
        "Place": [escape(t["locator"]) for t in types],
        "How a damaged figure was read": [escape(t["repair"]) for t in types],
    }
    heads = [f"{t['name']} ({t['type']})" for t in types]
    cited = list(dict.fromkeys(k for t in types for k in split_list(t["keys"])))
    return Myst(
        table(
            ["About", *heads],
            ([f"**{escape(line)}**", *cells] for line, cells in lines.items()),
            caption=f"{caption}{cite(cited)} ({len(types)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-types",
            trace=chapter.trace(**{name: chapter.rows(name)}),
            widths=(16, *([28] * len(types))),
            classes="studies",
        )
    )


def _initiatives(chapter: OpenChapter) -> pd.DataFrame:
    """Return panel (source), label, start and end of the initiatives and of the dated events of that kind."""
    named, dated = chapter.rows("initiatives"), chapter.rows("timeline")
    dated = dated[dated["kind"] == _EVENT_KIND]
    columns = ["panel", "label", "start", "end"]
    first = named[["source_id", "name", "start_year", "end_year"]].set_axis(columns, axis=1)
    second = dated[["source_id", "event", "year", "end_year"]].set_axis(columns, axis=1)
    return pd.concat([first, second], ignore_index=True)


def _anchor(source: str) -> str:
    return f"initiatives-{source}"


def _short(name: str) -> str:
    """Return the abbreviation that *name* gives in brackets, or else *name*."""
    return found[1] if (found := re.search(r"\(([A-Z][A-Za-z]+)\)", name)) else name


def _told(event: Any) -> str:
    end = "" if pd.isna(event.end) else f" to {event.end}"
    return f"{event.label} {event.start}{end}"


def _list(cell: str) -> str:
    return escape("; ".join(split_list(cell)))


def _range(low: object, high: object) -> str:
    return "not stated" if pd.isna(low) or pd.isna(high) else f"{low:,} to {high:,}"


def _localities(row: pd.Series) -> str:
    if pd.isna(row["locality_low"]):
        return "not stated"
    return f"{escape(row['locality_use'])}, each of {_range(row['locality_low'], row['locality_high'])} people"
