"""The search: its strategy line by line, and what became of the records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evidencebook.blocks.placed import shared_place
from evidencebook.blocks.wording import count, joined
from evidencebook.figures.flow import screening_flow
from evidencebook.figures.style import save, wrap
from evidencebook.markdown import Myst, counted, escape, figure, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list


def strategy_table(chapter: OpenChapter) -> Myst:
    """Return every line of the strategy with the lines that it combines and the lines that use it."""
    rows = chapter.rows("strategy_lines")
    combined = {str(r.printed_number): split_list(r.refers_to) for r in rows.itertuples()}
    used: dict[str, list[str]] = {}
    for line, parts in combined.items():
        for part in dict.fromkeys(parts):
            used.setdefault(part, []).append(line)
    anchors = dict(
        zip(rows["printed_number"].astype(str), chapter.trace(strategy_lines=rows)["strategy_lines"], strict=True)
    )
    counted = bool(rows["records"].notna().any())
    listed = (
        [
            span(str(r.printed_number), "rowmark", anchor=chapter.anchor("strategy_lines", r._asdict())),
            code(r.expression),
            _lines(combined[str(r.printed_number)], anchors),
            _lines(used.get(str(r.printed_number), []), anchors),
            *([] if not counted else ["" if pd.isna(r.records) else f"{r.records:,}"]),
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Line", "Expression", "Combines", "Used in", *(["Records"] * counted)],
            listed,
            caption=f"The strategy as printed in {escape(joined(list(dict.fromkeys(rows['locator']))))} "
            f"({count(len(rows), 'line')}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-lines",
            trace=chapter.trace(strategy_lines=rows),
            widths=(8, 50, 20, 22, *([10] * counted)),
            classes="studies strategy",
        )
    )


def strategy_summary(chapter: OpenChapter) -> Myst:
    """Return one sentence that counts the lines: those that combine others, and those that no other line uses."""
    rows = chapter.rows("strategy_lines")
    used = {part for cell in rows["refers_to"] for part in split_list(cell)}
    combining = int((rows["refers_to"] != "").sum())
    unused = int((~rows["printed_number"].astype(str).isin(used)).sum())
    numbers = f"numbered {rows['printed_number'].min()} to {rows['printed_number'].max()}"
    records = "" if rows["records"].notna().any() else " The source prints no number of records for any line."
    told = (
        f"{count(len(rows), 'line')}, {numbers}: {len(rows) - combining} search a term and {combining} combine lines. "
        f"{count(unused, 'line')} {'is' if unused == 1 else 'are'} used by no other line.{records}"
    )
    return Myst(counted(told, name=f"{chapter.slug}-lines", trace=chapter.trace(strategy_lines=rows)))


def code(text: str) -> str:
    """Return *text* as code that shows exactly that text on one line, whatever backticks it holds."""
    line = " ".join(text.split())
    fence = "`"
    while fence in line:
        fence += "`"
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def _lines(numbers: list[str], anchors: dict[str, str]) -> str:
    return ", ".join(link(n, f"#{anchors[n]}") if n in anchors else escape(n) for n in numbers) or "–"


def flow_figure(chapter: OpenChapter) -> Myst:
    """Return the flow from records screened to documents included, as far as rows carry numbers."""
    screened, tested = _by_set(chapter, "records screened"), _by_set(chapter, "test screening")
    listed = chapter.rows("included_studies")["component"].value_counts()
    included = _by_set(chapter, "included total")
    # An edition holds some of the studies; what the text counts is the whole.
    appendix = "of its appendix in the edition" if chapter.edition else "listed in its appendix"
    sets = [
        wrap(name, 18) + f"\n{row.records:,} records\ntest: {tested[name].records:,} ({tested[name].percent}%)"
        for name, row in screened.items()
    ]
    total, test = sum(r.records for r in screened.values()), sum(r.records for r in tested.values())
    documents = [
        f"{name}\n{row.records:,} documents counted in its text\n{listed.get(name, 0):,} {appendix}"
        for name, row in included.items()
    ]
    path = chapter.figure_path("screening")
    sum_up = f"{total:,} records screened, {test:,} of them in test screening (added up by this edition)"
    unknown = "No number is recorded between screening and inclusion, and no set is tied to a review"
    save(screening_flow(sets, sum_up, unknown, documents), path)
    alt = f"Flow from the top. {'; '.join(' '.join(t.split()) for t in sets)}. {sum_up}. {unknown}. " + (
        f"{'; '.join(' '.join(t.split()) for t in documents)}."
    )
    caption = (
        f"Records and documents ({count(len(sets), 'set')} of records, {count(len(documents), 'review')}; "
        f"{escape(chapter.data_note)}). Test: screened by both screeners "
        "independently. The documents of a review are the sum of the counts in its text, added up by this edition."
    )
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=alt,
            caption=caption,
            name=f"{chapter.slug}-fig-screening",
            behind=f"{chapter.slug}-tab-screening",
            trace=chapter.trace(screening=chapter.rows("screening"), included_studies=chapter.rows("included_studies")),
        )
    )


def screening_table(chapter: OpenChapter) -> Myst:
    """Return one line a set of records: screened, in test screening, by whom, and how the set was made up."""
    rows = chapter.rows("screening")
    screened, tested = _by_set(chapter, "records screened"), _by_set(chapter, "test screening")
    made = rows[rows["stage"] == "make-up of the set"]
    listed = [
        [
            escape(name),
            _marked(chapter, row, f"{row.records:,}"),
            _marked(chapter, tested[name], f"{tested[name].records:,} ({tested[name].percent}%)"),
            escape(row.screeners),
            "; ".join(
                _marked(chapter, m, f"{m.description}: {m.records:,}") for m in made[made["set"] == name].itertuples()
            )
            or "–",
        ]
        for name, row in screened.items()
    ]
    totals = rows[rows["stage"] == "total"]
    counted_rows = rows[rows["set"].isin(screened) | (rows["stage"] == "total")]
    listed += [
        [f"*{escape(t.description)}*", _marked(chapter, t, f"{t.records:,}"), "", "", ""] for t in totals.itertuples()
    ]
    return Myst(
        table(
            ["Set", "Records screened", "In test screening", "Screeners", "Make-up"],
            listed,
            caption=f"Records screened ({len(screened)} sets{shared_place(counted_rows)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-screening",
            trace=chapter.trace(screening=counted_rows),
            widths=(24, 13, 16, 19, 28),
            classes="studies",
        )
    )


def included_table(chapter: OpenChapter) -> Myst:
    """Return the documents of each review by kind, as its text counts them and as its appendix lists them."""
    rows = chapter.rows("screening")
    appendix = "Of the appendix, in the edition" if chapter.edition else "Listed in the appendix"
    listed = chapter.rows("included_studies")["component"].value_counts()
    lines = []
    for name, total in _by_set(chapter, "included total").items():
        kinds = rows[(rows["stage"] == "included") & (rows["set"] == name)]
        told = "; ".join(
            _marked(chapter, k, f"{k.records} {k.description.rpartition(': ')[2]}") for k in kinds.itertuples()
        )
        places = "; ".join(dict.fromkeys(kinds["locator"]))
        total_marked = _marked(chapter, total, f"{total.records}")
        lines.append([escape(name), f"{told} {span(places, 'locator')}", total_marked, f"{listed.get(name, 0)}"])
    return Myst(
        table(
            ["Review", "Documents by kind, as the text counts them", "Sum of these", appendix],
            lines,
            caption=f"Documents that each review rests on ({escape(chapter.data_note)}); the sum is this edition's",
            name=f"{chapter.slug}-tab-included",
            trace=chapter.trace(
                screening=rows[rows["stage"].isin(["included", "included total"])],
                included_studies=chapter.rows("included_studies"),
            ),
            widths=(10, 60, 14, 16),
            classes="rows",
        )
    )


def _marked(chapter: OpenChapter, row: Any, text: str) -> str:
    """Return plain *text* as the anchor of a row of `screening`."""
    return span(text, "rowmark", anchor=chapter.anchor("screening", row._asdict()))


def _by_set(chapter: OpenChapter, stage: str) -> dict[str, Any]:
    rows = chapter.rows("screening")
    return {r.set: r for r in rows[rows["stage"] == stage].itertuples()}
