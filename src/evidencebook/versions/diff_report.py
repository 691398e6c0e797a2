"""A `Diff` for people and programs: lines on a terminal, JSON, and one page of Markdown or HTML.

Every text from a table is escaped where the output has markup; a terminal is given printable text only.
"""

from __future__ import annotations

import dataclasses
import html
import json
from collections.abc import Sequence
from itertools import groupby

from evidencebook.errors import shorten
from evidencebook.markdown import escape
from evidencebook.versions.changes import Diff, Side
from evidencebook.versions.events import Event, level_asked, said

_TEXT_WIDTH = 300
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.3rem .6rem;border-bottom:1px solid #8886;overflow-wrap:anywhere}caption{text-align:left;font-weight:600}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#e8e8e8}}"
)


def as_json(diff: Diff, events: Sequence[Event]) -> str:
    """Return everything as JSON: the fields of `Diff`, its events, and the digit they ask for."""
    raw = dataclasses.asdict(diff)
    raw["events"] = [dataclasses.asdict(e) for e in events]
    raw["asks_for"] = level_asked(events)
    return json.dumps(raw, ensure_ascii=False, indent=2) + "\n"


def as_text(diff: Diff, events: Sequence[Event]) -> str:
    """Return the differences as lines for a terminal."""
    lines = [f"from {_side(diff.before)}", f"to   {_side(diff.after)}"]
    lines += [f"note: {_line(note)}" for note in diff.notes]
    if diff.empty:
        return "\n".join([*lines, "", "No row, reference, paragraph or column differs."]) + "\n"
    for kind, group in groupby(events, key=lambda e: e.kind):
        members = list(group)
        lines += ["", f"{said(kind)} ({len(members)})"]
        for e in members:
            lines.append(f"  {_line(_place(e))}: {_line(e.what)}")
            lines += [f"    may change a conclusion: {_line(e.effect)}"] if e.effect else []
    for title, items in _summary(diff):
        lines += ["", f"{title} ({len(items)})", *(f"  {_line(item)}" for item in items)]
    return "\n".join([*lines, "", f"The next version asks for a new {level_asked(events)} number."]) + "\n"


def as_markdown(diff: Diff, events: Sequence[Event]) -> str:
    """Return the differences as a page of Markdown."""
    lines = ["# What differs", "", f"From {escape(_side(diff.before))} to {escape(_side(diff.after))}.", ""]
    lines += [f"> {escape(note)}\n" for note in diff.notes]
    if diff.empty:
        return "\n".join([*lines, "No row, reference, paragraph or column differs."]) + "\n"
    for kind, group in groupby(events, key=lambda e: e.kind):
        members = list(group)
        lines += [
            f"## {escape(said(kind).capitalize())} ({len(members)})",
            "",
            "| Where | What | May change |",
            "|---|---|---|",
        ]
        lines += [f"| {escape(_place(e))} | {escape(e.what)} | {escape(e.effect)} |" for e in members] + [""]
    for title, items in _summary(diff):
        lines += [f"## {title} ({len(items)})", "", *(f"- {escape(item)}" for item in items), ""]
    return "\n".join([*lines, f"The next version asks for a new {level_asked(events)} number."]) + "\n"


def as_html(diff: Diff, events: Sequence[Event]) -> str:
    """Return the differences as one HTML page that needs nothing else."""
    parts = [f"<h1>What differs</h1><p>From {_text(_side(diff.before))} to {_text(_side(diff.after))}.</p>"]
    parts += [f"<p><strong>Note:</strong> {_text(note)}</p>" for note in diff.notes]
    if diff.empty:
        parts.append("<p>No row, reference, paragraph or column differs.</p>")
    for kind, group in groupby(events, key=lambda e: e.kind):
        members = list(group)
        head = "".join(f'<th scope="col">{t}</th>' for t in ("Where", "What", "May change a conclusion"))
        rows = "".join(
            f"<tr><td>{_text(_place(e))}</td><td>{_text(e.what)}</td><td>{_text(e.effect)}</td></tr>" for e in members
        )
        title = f"{_text(said(kind).capitalize())} ({len(members)})"
        parts.append(f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    for title, items in () if diff.empty else _summary(diff):
        parts.append(f"<h2>{title} ({len(items)})</h2><ul>{''.join(f'<li>{_text(i)}</li>' for i in items)}</ul>")
    asks = "" if diff.empty else f"<p>The next version asks for a new {level_asked(events)} number.</p>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>What differs</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}{asks}</main></body></html>\n"
    )


def _summary(diff: Diff) -> list[tuple[str, list[str]]]:
    """Return titled lists of what the changes reach; empty ones are left out."""
    counts = [m for m in diff.labels if not m.proposes]
    found = [
        (
            "Works by stance, where they differ",
            [f"{m.component} {m.domain.replace('_', ' ')}: {m.before} → {m.after}" for m in counts],
        ),
        ("Paragraphs that name a changed row", [f"{place}: {', '.join(ids)}" for place, ids in diff.citing.items()]),
        ("Chapters affected", [f"{slug}: {title}" for slug, title in diff.chapters.items()]),
    ]
    return [(title, items) for title, items in found if items]


def _place(event: Event) -> str:
    return f"{event.table}, {event.row}" if event.row else event.table


def _side(side: Side) -> str:
    return f"{side.name}: data version {side.version} of {side.date}"


def _line(text: str) -> str:
    return shorten(text, _TEXT_WIDTH)


def _text(text: str) -> str:
    return html.escape(text)
