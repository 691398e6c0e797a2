"""Printed figures: shares as charts, pooled effects as a forest plot, and amounts as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evidencebook.blocks.rows import matching
from evidencebook.blocks.selection import picked, row_link
from evidencebook.blocks.wording import count, joined
from evidencebook.figures.forest import forest
from evidencebook.figures.paired import dumbbells, share_bars
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, Trace, counted, escape, figure, span, table
from evidencebook.report import OpenChapter

_NOT_PRINTED = "not printed"


def shares(
    chapter: OpenChapter,
    name: str,
    series: Mapping[str, str],
    *,
    label: str,
    caption: str,
    asked: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
    behind: str = "",
) -> Myst:
    """Return the chart of one or two columns of per cent of table *name*; rows without a figure are left out.

    Parameters
    ----------
    series : column of per cent to the name of who answered. label : column of the category.
    caption : plain text. asked : column of per cent to the column that holds how many answered.
    behind : end of the name of the table with the same figures, where it is not the name of the rows.
    """
    rows = matching(chapter.rows(name), where)
    rows = rows[(rows[list(series)] != "").all(axis=1)]
    values = rows[list(series)].astype(float).set_axis(rows[label])
    path = chapter.figure_path(name.replace("_", "-"))
    who = list(series.values())
    single = len(who) == 1
    save(
        share_bars(values.iloc[:, 0], f"% of {who[0]}") if single else dumbbells(values, who, "% of respondents"), path
    )
    told = " ".join(_extremes(values[column], named) for column, named in series.items())
    sized = f"{count(len(rows), 'category', 'categories')}; {_answered(rows, series, asked)}; {chapter.data_note}"
    places = "; ".join(dict.fromkeys(rows["locator"]))
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=f"{'Bars' if single else 'Pairs of marks'} for {len(rows)} categories, in printed order. {told}",
            caption=f"{escape(caption)} ({escape(sized)}). {span(places, 'locator')}",
            name=f"{chapter.slug}-fig-{name.replace('_', '-')}",
            behind=f"{chapter.slug}-tab-{behind or name.replace('_', '-')}",
            trace=chapter.trace(**{name: rows}),
            classes="compact",
        )
    )


def forest_plot(chapter: OpenChapter, measure: str, favours: tuple[str, str]) -> Myst:
    """Return the forest plot of the main effects; those without a printed figure are named in it.

    Parameters
    ----------
    measure : label of the axis. favours : what lies left and right of no difference.
    """
    rows = matching(chapter.rows("effect_sizes"), {"analysis": "main"})
    numbers = rows[["estimate", "ci_low", "ci_high"]].apply(pd.to_numeric)
    told = [_estimate(r) if r.estimate else _significance(r.significant) for r in rows.itertuples()]
    effects = numbers.assign(label=[f"{r.outcome}, {r.time_point}" for r in rows.itertuples()], told=told)
    path = chapter.figure_path("forest")
    save(forest(effects, measure, favours), path)
    drawn, named = effects[effects["estimate"].notna()], effects[effects["estimate"].isna()]
    said = joined([f"{e.label}: {e.told}" for e in drawn.itertuples()])
    alt = (
        f"Forest plot. {measure} with 95% confidence interval: {said}. "
        f"No figure is printed for {joined(list(named['label']))}; these are named and not drawn."
    )
    caption = (
        f"Pooled effects ({count(len(effects), 'effect')}, {len(drawn)} with a printed figure; "
        f"{escape(chapter.data_note)}). No figure printed does not mean an effect of zero."
    )
    if rows["studies"].isna().all():
        caption += " Marks are of one size: studies and participants by outcome are not printed."
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=alt,
            caption=caption,
            name=f"{chapter.slug}-fig-forest",
            behind=f"{chapter.slug}-tab-effects-main",
            trace=chapter.trace(effect_sizes=rows),
            classes="compact",
        )
    )


def effect_table(chapter: OpenChapter, analysis: str, caption: str) -> Myst:
    """Return the effects of *analysis* with figure, interval and what the source says of them."""
    rows = matching(chapter.rows("effect_sizes"), {"analysis": analysis})
    body = (
        [
            f"{_anchor(r.id)} {escape(r.outcome)}",
            escape(", ".join(x for x in (r.comparison, r.time_point) if x)),
            escape(_estimate(r)) if r.estimate else _NOT_PRINTED,
            escape(r.significant) or "not stated",
            f"{escape(r.note)} {span(r.locator, 'locator')}",
        ]
        for r in rows.itertuples()
    )
    header = ["Outcome", "Compared", "Effect (95% interval)", "Called significant", "What the source says"]
    trace = chapter.trace(effect_sizes=rows)
    return _table(chapter, header, body, (18, 23, 14, 12, 33), caption=caption, end=f"effects-{analysis}", trace=trace)


def outcome_table(chapter: OpenChapter, name: str, kind: str, caption: str) -> Myst:
    """Return the rows of *kind* of table *name*: what is counted, the amount and its limits."""
    rows = matching(chapter.rows(name), {"kind": kind})
    body = (
        [
            f"{_anchor(r.id)} {escape(r.outcome)}",
            escape(r.measure),
            escape(_against(r)),
            f"{escape(r.note)} {span(r.locator, 'locator')}",
        ]
        for r in rows.itertuples()
    )
    header = ["Subject", "What is counted", "Amount", "Limits and place"]
    trace = chapter.trace(**{name: rows})
    return _table(chapter, header, body, (20, 32, 22, 26), caption=caption, end=f"{name}-{kind}", trace=trace)


def trend_table(chapter: OpenChapter, name: str, caption: str) -> Myst:
    """Return the rows of table *name*: measure, whom it is about, amount by year, and the earlier amount."""
    rows = chapter.rows(name)
    body = (
        [
            f"{_anchor(r.id)} {escape(r.measure)}",
            escape(r.group),
            escape(f"{r.qualifier} {amount(r.value, r.unit)}".strip() + f" ({r.year})" + _out_of(r.n)),
            escape(f"{amount(r.comparison_value, r.unit)} ({r.comparison_year})") if r.comparison_value else "",
            span(r.locator, "locator"),
        ]
        for r in rows.itertuples()
    )
    header = ["Measure", "Whom it is about", "Amount", "Earlier", "Place"]
    trace = chapter.trace(**{name: rows})
    return _table(chapter, header, body, (34, 18, 18, 14, 16), caption=caption, end=name, trace=trace)


def key_numbers(chapter: OpenChapter, name: str, identifiers: Sequence[str]) -> Myst:
    """Return a panel of the amounts of the rows *identifiers* of table *name*, each with a link to its row."""
    rows = picked(chapter, name, identifiers)
    lines = []
    for row in rows.itertuples():
        period = f", {row.period}" if row.period else ""
        lines += [
            f"{escape(_grouped(row.value))}",
            f": {escape(row.unit + period)} {row_link(row.id)}",
            "",
        ]
    anchor, trace = f"{chapter.slug}-numbers", chapter.trace(**{name: rows})
    return Myst(counted("\n".join(lines), name=anchor, trace=trace, classes="figures-panel"))


def amount(value: str, unit: str) -> str:
    """Return a figure with its unit as people write it: 39%, £978,916, £2.81 per £1, 87 hours."""
    number = _grouped(value)
    if unit.startswith("%"):
        return f"{number}{unit}"
    return f"£{number}{unit[1:]}" if unit.startswith("£") else f"{number} {unit}"


def _grouped(value: str) -> str:
    """Group thousands; a range keeps its dash, and a year or code is left alone below five digits."""
    return "–".join(f"{int(part):,}" if part.isdigit() and len(part) > 3 else part for part in value.split("-"))


def _against(row: Any) -> str:
    told = [amount(row.value, row.unit) if row.value else _NOT_PRINTED]
    told += [f"n = {row.n:,}"] if pd.notna(row.n) else []
    return "; ".join([*told, *(x for x in (row.comparison, row.period) if x)])


def _out_of(number: Any) -> str:
    return f", of {number:,}" if pd.notna(number) else ""


def _estimate(row: Any) -> str:
    return f"{row.estimate} ({row.ci_low} to {row.ci_high})"


def _significance(stated: str) -> str:
    return {"yes": "significant", "no": "not significant"}.get(stated, "significance not stated")


def _extremes(values: pd.Series, who: str) -> str:
    high, low = values.idxmax(), values.idxmin()
    return f"{who}: highest {high}, {values.max():g}%; lowest {low}, {values.min():g}%."


def _answered(rows: pd.DataFrame, series: Mapping[str, str], asked: Mapping[str, str] | None) -> str:
    if asked is None:
        return "the source does not print how many answered"
    numbers = {who: int(rows[asked[column]].iloc[0]) for column, who in series.items()}
    return joined([f"one of {n} {who} is {100 / n:.1f}%" for who, n in numbers.items()])


def _anchor(identifier: str) -> str:
    return span(identifier, "claim", anchor=identifier.lower())


def _table(
    chapter: OpenChapter,
    header: Sequence[str],
    body: Iterable[Sequence[str]],
    widths: Sequence[int],
    *,
    caption: str,
    end: str,
    trace: Trace,
) -> Myst:
    """Return a table whose caption counts its rows; it scrolls sideways on a phone. *end* ends its name."""
    rows = list(body)
    note = f"{escape(caption)} ({len(rows)}; {escape(chapter.data_note)})"
    name = f"{chapter.slug}-tab-{end.replace('_', '-')}"
    return Myst(table(header, rows, caption=note, name=name, trace=trace, widths=widths, classes="rows studies"))
