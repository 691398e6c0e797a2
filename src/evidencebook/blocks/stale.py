"""The notice above a paragraph whose rows changed since it was signed off, and the list of sign-offs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from evidencebook.blocks.wording import count, joined
from evidencebook.chapter_prose import shown_prose
from evidencebook.markdown import Myst, counted, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.staleness import Change, Reading

_EMPTY = "*empty*"


def notice(chapter: OpenChapter, name: str) -> str:
    """Return the notice above the paragraph *name* (a key of `chapter.prose`) as MyST; nothing when it holds."""
    reading = chapter.readings.get(name)
    if reading is None or not reading.stale:
        return ""
    parts = [":::{container} stale", span(_title(reading), "stale-title"), "", _since(reading), ""]
    for change in reading.changes:
        parts += [*_difference(change), ""]
    for row, was in reading.withdrawn:
        text = "; ".join(f"{column}: {cell}" for column, cell in was.cells.items() if column != "id")
        parts += [f"{escape(row)}, withdrawn", f": {span('Before', 'tally')} {escape(text)}", ""]
    return "\n".join([*parts, ":::"])


def sign_offs_summary(chapter: OpenChapter) -> Myst:
    """Return how many paragraphs there are and how many of them hold as they stand."""
    readings = chapter.readings.values()
    stale = sum(r.stale for r in readings)
    if not readings:
        return Myst("*No paragraph of prose is written yet.*")
    told = "All hold as they stand" if not stale else f"{stale} of them {'is' if stale == 1 else 'are'} stale today"
    text = f"{count(len(readings), 'paragraph')}. {told}."
    trace = chapter.trace(sign_offs=chapter.rows("sign_offs"))
    return Myst(counted(text, name=f"{chapter.slug}-summary", trace=trace))


def stale_now(chapter: OpenChapter) -> Myst:
    """Return each stale paragraph with what changed and where it is read."""
    parts = []
    for name, reading in chapter.readings.items():
        if reading.stale:
            parts.append(f"**{escape(name)}**{_pages(chapter, reading)}\n\n{notice(chapter, name)}")
    return Myst("\n\n".join(parts) or "*None.*")


def sign_offs(chapter: OpenChapter) -> Myst:
    """Return every sign-off on record, the newest of each paragraph first."""
    records = chapter.rows("sign_offs")
    rows = chapter.rows("signed_rows")["sign_off"].value_counts()
    if records.empty:
        return Myst("*None is on record.*")
    newest = records.iloc[::-1].sort_values("paragraph", kind="stable")
    held = {r.sign_off.get("id"): "stale" if r.stale else "holds" for r in chapter.readings.values()}
    body = (
        [
            span(r.paragraph, "rowmark", anchor=chapter.anchor("sign_offs", r._asdict())),
            escape(r.date),
            escape(r.signed_by),
            escape(r.because),
            str(rows.get(r.id, 0)),
            held.get(r.id, "replaced"),
        ]
        for r in newest.itertuples()
    )
    return Myst(
        table(
            ["Paragraph", "Date", "By", "Because", "Rows", "Today"],
            body,
            caption=f"Sign-offs on record ({len(records)}; {escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-sign-offs",
            trace=chapter.trace(sign_offs=records, signed_rows=chapter.rows("signed_rows")),
            widths=(30, 13, 12, 27, 8, 10),
            classes="rows",
        )
    )


def _title(reading: Reading) -> str:
    if reading.changes or reading.withdrawn:
        return "Evidence changed since this was written"
    return "Reworded since it was signed off" if reading.sign_off else "Not signed off yet"


def _since(reading: Reading) -> str:
    signed = reading.sign_off
    if not signed:
        return "Nobody has put on record that this paragraph was held against its rows."
    told = [f"Signed off {escape(signed['date'])} by {escape(signed['signed_by'])}."]
    if reading.changes or reading.withdrawn:
        told.append("The paragraph may no longer say what its rows say.")
    if reading.reworded:
        told.append("Its words changed since.")
    if reading.unsigned:
        rows = joined([link(i, f"#{i.lower()}") for i in reading.unsigned])
        told.append(f"It names {rows}, which {'was' if len(reading.unsigned) == 1 else 'were'} not part of that.")
    return " ".join(told)


def _difference(change: Change) -> Iterator[str]:
    before, after = marked(change.before, change.after)
    yield f"{link(change.row, f'#{change.row.lower()}')}, {escape(change.column)}"
    yield f": {span('Before', 'tally')} {before}"
    yield f": {span('Now', 'tally')} {after}"


def marked(before: str, after: str) -> tuple[str, str]:
    """Return both texts as MyST, the words that differ in spans of class ``was`` and ``now``."""
    old, new = before.split(), after.split()
    parts: tuple[list[str], list[str]] = ([], [])
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for side, words, name in ((0, old[i:j], "was"), (1, new[k:m], "now")):
            if words:
                text = " ".join(words)
                parts[side].append(escape(text) if what == "equal" else span(text, name))
    return " ".join(parts[0]) or _EMPTY, " ".join(parts[1]) or _EMPTY


def _pages(chapter: OpenChapter, reading: Reading) -> str:
    shown = [
        link(c.title, f"{c.slug}.ipynb")
        for c in chapter.pages
        if shown_prose(c, [reading]) and not c.template.all_prose
    ]
    return f" ({' · '.join(shown)})" if shown else ""
