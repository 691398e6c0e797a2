"""How rows were checked: what the second reading found, how far two readers agree, and what was changed.

The rows that were read stand on other pages; here they are named by links, never by an anchor of their own.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from evidencebook.agreement import cross_table, kappa, share_agreed
from evidencebook.blocks.absence import nothing
from evidencebook.blocks.wording import count, joined
from evidencebook.markdown import Myst, bullets, counted, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary

_FAITHFUL, _MISPLACED = "faithful", "misplaced"
_NONE = "none"
_UNREAD = "*No second reading is recorded.*"
_PARTS = ("context", "resource", "reasoning", "outcome")


def reading_summary(chapter: OpenChapter) -> Myst:
    """Return how many rows were read a second time, with what verdict, and how many were changed."""
    rows = _read(chapter)
    if rows.empty:
        return nothing(chapter, "second_reading", _UNREAD)
    coded = pd.concat([chapter.rows("findings")["id"], chapter.rows("cmo")["id"]])
    missing = [i for i in coded if i not in set(rows["id"])]
    told = joined([f"{n} {_said(v)}" for v, n in rows["verdict"].value_counts().items()])
    changed, faulty = rows["changed"] == "yes", rows["verdict"] != _FAITHFUL
    said = [
        f"{len(coded) - len(missing)} of {len(coded):,} findings and configurations were read again: {told}.",
        f"That is {_share(int((~faulty).sum()), len(rows))} faithful before any change.",
        f"Changed afterwards: {count(int(changed.sum()), 'row')}, {int((changed & faulty).sum())} of them for a fault. "
        f"Left as written with a verdict other than faithful: {int((faulty & ~changed).sum())}.",
    ]
    if missing:
        said.append(f"Not read a second time: {joined([_row(i) for i in missing])}.")
    if gone := [i for i in rows["id"] if i not in set(coded)]:
        said.append(f"Read and withdrawn since: {joined([escape(i) for i in gone])}.")
    trace = chapter.trace(second_reading=rows, findings=chapter.rows("findings"), cmo=chapter.rows("cmo"))
    return Myst(counted(" ".join(said), name=f"{chapter.slug}-readings", trace=trace))


def verdict_table(chapter: OpenChapter) -> Myst:
    """Return the verdicts by component, with the random sample and all rows at the foot."""
    rows = _read(chapter)
    if rows.empty:
        return nothing(chapter, "second_reading", _UNREAD)
    verdicts = _verdicts(chapter)
    groups = {c.id: rows[rows["component"] == c.id] for c in _components(chapter)}
    groups |= {"All": rows, "Sample": rows[rows["sample"] == "yes"]}
    told = {v: [int((own["verdict"] == v).sum()) for own in groups.values()] for v in verdicts}
    shares = [_share(n, len(own)) for n, own in zip(told[_FAITHFUL], groups.values(), strict=True)]
    listed = [
        ["Rows read", *(str(len(own)) for own in groups.values())],
        *([_said(v).capitalize(), *map(str, counts)] for v, counts in told.items()),
        ["Faithful, %", *(share.removesuffix("%") for share in shares)],
        ["Rows changed", *(str(int((own["changed"] == "yes").sum())) for own in groups.values())],
    ]
    return Myst(
        table(
            ["Verdict", *groups],
            listed,
            caption="Verdicts of the second reader before rows were changed, by component, for all rows and for a "
            f"random sample ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-verdicts",
            trace=chapter.trace(second_reading=rows),
            widths=(20, *(8 for _ in groups)),
            classes="counts",
        )
    )


def agreement(chapter: OpenChapter) -> Myst:
    """Return the agreement of two readers on stance: share, Cohen's kappa and the cross-table behind them."""
    rows = _read(chapter)
    rows = rows[rows["id"].isin(chapter.rows("findings")["id"])]
    both = rows[(rows["first_stance"] != "") & (rows["second_stance"] != "")]
    if both.empty:
        return Myst("*No finding has two codes.*")
    labels = vocabulary(chapter.rows("vocabulary"), "stance").labels
    judged = cross_table(both["first_stance"], both["second_stance"], list(labels))
    coded = rows[["first_stance", "second_stance"]].replace("", _NONE)
    every = cross_table(coded["first_stance"], coded["second_stance"], [*labels, _NONE])
    told = (
        f"Where both readers gave a stance ({len(both)} findings), they gave the same in "
        f"{_share(int(judged.to_numpy().diagonal().sum()), len(both))}; Cohen’s kappa is {_two(kappa(judged))}. "
        f"With “no stance, a description” as a fourth code ({len(rows)} findings), the share is "
        f"{share_agreed(every):.1%} and kappa {_two(kappa(every))}."
    )
    trace = chapter.trace(second_reading=rows)
    names = [*labels.values(), "No stance"]
    listed = (
        [f"**{escape(name)}**", *(str(int(n)) for n in row), str(int(row.sum()))]
        for name, (_, row) in zip(names, every.iterrows(), strict=True)
    )
    behind = table(
        ["First reader", *(f"Second: {n.lower()}" for n in names), "All"],
        [*listed, ["**All**", *(str(int(n)) for n in every.sum()), str(int(every.to_numpy().sum()))]],
        caption=f"Stance by the first reader (rows) and the second (columns) ({escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-stances",
        trace=trace,
        widths=(22, *(17 for _ in names), 10),
        classes="counts",
    )
    return Myst(counted(told, name=f"{chapter.slug}-agreement", trace=trace)) + Myst(behind)


def stances_apart(chapter: OpenChapter) -> Myst:
    """Return the findings whose two stances differ, with the stance now in use."""
    findings = chapter.rows("findings").set_index("id")
    rows = _read(chapter)
    rows = rows[(rows["first_stance"] != rows["second_stance"]) & rows["id"].isin(findings.index)]
    if rows.empty:
        return Myst("*No finding has two stances that differ.*")
    labels = {**vocabulary(chapter.rows("vocabulary"), "stance").labels, "": "No stance"}
    used = findings["stance"]
    kept = sum(used[r.id] == r.first_stance for r in rows.itertuples())
    listed = (
        [
            _row(r.id),
            escape(findings["finding"][r.id]),
            escape(labels[r.first_stance]),
            escape(labels[r.second_stance]),
            escape(labels[used[r.id]]),
        ]
        for r in rows.itertuples()
    )
    return Myst(
        table(
            ["Row", "Finding", "First reader", "Second reader", "In use"],
            listed,
            caption=f"Findings on whose stance the readers differ ({len(rows)}; in {kept} of them the first reader’s "
            f"stance is in use; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-apart",
            trace=chapter.trace(second_reading=rows),
            widths=(15, 46, 13, 13, 13),
            classes="rows readings",
        )
    )


def faults_found(chapter: OpenChapter) -> Myst:
    """Return every row whose verdict was not faithful or that was changed, with the reason and the row as it stands."""
    rows = _read(chapter)
    rows = rows[(rows["verdict"] != _FAITHFUL) | (rows["changed"] == "yes")]
    if rows.empty:
        return Myst("*No fault and no change is recorded.*")
    now, placed = _texts(chapter), _moved(chapter, rows)
    listed = (
        [
            _row(r.id),
            escape(_said(r.verdict)),
            escape(r.note) or "–",
            escape(r.changed),
            now.get(r.id, "*withdrawn*") + (f" *Now under: {escape(moved)}.*" if (moved := placed.get(r.id)) else ""),
        ]
        for r in rows.itertuples()
    )
    unchanged = int((rows["changed"] != "yes").sum())
    return Myst(
        table(
            ["Row", "Verdict", "What the second reader found", "Changed", "The row as it now stands"],
            listed,
            caption=f"Rows not found faithful or changed ({len(rows)}, {unchanged} of them left as they were; "
            f"{escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-faults",
            trace=chapter.trace(second_reading=rows),
            widths=(15, 13, 27, 9, 36),
            classes="rows readings",
        )
    )


def doubts_kept(chapter: OpenChapter) -> Myst:
    """Return the doubts that the second reader noted on rows found faithful and left as they were."""
    rows = _read(chapter)
    rows = rows[(rows["verdict"] == _FAITHFUL) & (rows["changed"] != "yes") & (rows["note"] != "")]
    if rows.empty:
        return Myst("*No doubt is noted.*")
    parts = [span(f"{count(len(rows), 'note')}.", "tally")]
    for c in _components(chapter):
        own = rows[rows["component"] == c.id]
        if len(own):
            items = bullets(f"{_row(r.id)} {escape(r.note)}" for r in own.itertuples())
            parts += [span(f"{c.id} {c.short_title}", "topic"), items]
    return Myst(counted("\n\n".join(parts), name=f"{chapter.slug}-doubts", trace=chapter.trace(second_reading=rows)))


def rows_without_remark(chapter: OpenChapter) -> Myst:
    """Return, folded, every row that was found faithful, given the same stance twice and left without a note."""
    rows = _read(chapter)
    plain = (rows["verdict"] == _FAITHFUL) & (rows["changed"] != "yes") & (rows["note"] == "")
    rows = rows[plain & (rows["first_stance"] == rows["second_stance"])]
    if rows.empty:
        return Myst("*There is none.*")
    lines = [f":::{{admonition}} {count(len(rows), 'row')} found faithful without remark", ":class: dropdown", ""]
    for c in _components(chapter):
        own = rows.loc[rows["component"] == c.id, "id"]
        if len(own):
            lines += [f"**{escape(c.id)} {escape(c.short_title)}** ({len(own)}): {', '.join(map(_row, own))}", ""]
    text = "\n".join([*lines, ":::"])
    return Myst(counted(text, name=f"{chapter.slug}-faithful", trace=chapter.trace(second_reading=rows)))


def _read(chapter: OpenChapter) -> pd.DataFrame:
    """Return the second reading with the component of each row, taken from the row itself."""
    coded = pd.concat([chapter.rows(name)[["id", "component"]] for name in ("findings", "cmo")])
    rows = chapter.rows("second_reading")
    return rows.assign(component=rows["id"].map(dict(coded.itertuples(index=False))).fillna(""))


def _components(chapter: OpenChapter) -> list[Any]:
    return list(chapter.rows("components").itertuples())


def _verdicts(chapter: OpenChapter) -> tuple[str, ...]:
    """Return the verdicts in the order of the data package."""
    columns = chapter.package.tables["second_reading"].columns
    return tuple(next(c.enum for c in columns if c.name == "verdict"))


def _texts(chapter: OpenChapter) -> dict[str, str]:
    """Return the present text of each row; a configuration's parts one after the other, named."""
    texts = {r.id: escape(r.finding) for r in chapter.rows("findings").itertuples()}
    for r in chapter.rows("cmo").to_dict("records"):
        parts = (f"*{escape(p.capitalize())}:* {escape(r[p])}" for p in _PARTS if r[p])
        texts[r["id"]] = ". ".join([escape(r["title"]), *parts])
    return texts


def _moved(chapter: OpenChapter, rows: pd.DataFrame) -> dict[str, str]:
    """Return, for each finding judged misplaced, the domain under which it stands now."""
    domains = vocabulary(chapter.rows("vocabulary"), "domain").labels
    misplaced = set(rows.loc[rows["verdict"] == _MISPLACED, "id"])
    return {r.id: domains[r.domain] for r in chapter.rows("findings").itertuples() if r.id in misplaced}


def _row(identifier: str) -> str:
    return link(identifier, f"#{identifier.lower()}")


def _said(code: str) -> str:
    return code.replace("_", " ")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"


def _two(value: float) -> str:
    return "not defined" if value != value else f"{value:.2f}"
