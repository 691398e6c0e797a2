"""What is new: each data version with what changed, where, and what a person concluded from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from evidencebook.blocks.pages import planned_pages
from evidencebook.blocks.wording import count
from evidencebook.markdown import Myst, bullets, counted, escape, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.versions.feed import decision, version_anchor
from evidencebook.vocabulary import Vocabulary, vocabulary

# A kind of change that has more rows than this is cut, since what a reader looks for must not stand below a long
# list; the table of events holds them all.
ROWS = 12
_PAGES = 12


def news(chapter: OpenChapter, shown: Sequence[str]) -> Myst:
    """Return every version, newest first.

    Parameters
    ----------
    shown : tables whose rows stand on a page under their id, so that a change can link to its row.
    """
    versions, events = chapter.rows("versions"), chapter.rows("events")
    if versions.empty:
        return Myst("*No version of the data has been released yet.*")
    kinds = vocabulary(chapter.rows("vocabulary"), "event")
    here = {i: f"#{i.lower()}" for name in shown for i in chapter.rows(name)["id"]}
    parts = []
    for number, version in enumerate(reversed(versions.to_dict("records"))):
        own = events[events["version"] == version["version"]]
        trace = chapter.trace(versions=versions[versions["version"] == version["version"]])
        name = f"{chapter.slug}-of-{version_anchor(version['version'])}"
        parts.append(counted(_head(version), name=name, trace=trace))
        if number == len(versions) - 1:
            parts.append("This is the first version: there is none before it to compare with.")
        else:
            parts += _changes(chapter, version["version"], own, kinds, here)
    return Myst("\n\n".join(parts))


def _head(version: dict[str, str]) -> str:
    title = f"{version['version']}: {version['title']}"
    head = span(title, "topic", anchor=version_anchor(version["version"]))
    told = f"{escape(version['summary'])}. " if version["summary"] else ""
    decided = decision(version)
    verdict = f"\n\n:::{{container}} answer\n{escape(decided)}.\n:::" if decided else ""
    return f"{head}\n\n{told.replace('.. ', '. ')}Dated {escape(version['date'])}.{verdict}"


def _changes(
    chapter: OpenChapter, version: str, events: pd.DataFrame, kinds: Vocabulary, here: dict[str, str]
) -> list[str]:
    """Return what may have changed a conclusion, the pages reached, and a table for each kind of change."""
    if events.empty:
        return ["No row, reference or paragraph changed."]
    effects = list(dict.fromkeys(e for e in events["effect"] if e))
    parts = [f"What the rules point to:\n\n{bullets(escape(e) for e in effects)}"] if effects else []
    pages = _pages(chapter, events)
    name = f"{chapter.slug}-pages-{version_anchor(version)}"
    told = f"Pages with most changes: {pages}"
    parts += [counted(told, name=name, trace=chapter.trace(events=events))] if pages else []
    return parts + [
        _kind(chapter, f"{version_anchor(version)}-{kind.replace('_', '-')}", kinds.labels[kind], own, here)
        for kind in kinds.values
        if len(own := events[events["type"] == kind])
    ]


def _kind(chapter: OpenChapter, name: str, title: str, events: pd.DataFrame, here: dict[str, str]) -> str:
    tables = chapter.package.tables
    rows = []
    for e in events.head(ROWS).itertuples():
        # A changed table has no row: the dash says so.
        place = link(e.row, here[e.row]) if e.row in here else escape(e.row.replace("/", " / ")) or "–"
        where = tables[e.table].title if e.table in tables else e.table
        rows.append([f"{place} {span(where, 'locator')}", escape(e.what)])
    more = len(events) - len(rows)
    cut = f"; the first {len(rows)}, the others are in data/events.csv" if more else ""
    caption = f"{escape(title)} ({count(len(events), 'change')}{escape(cut)})"
    return table(
        ["Row", "What changed"],
        rows,
        caption=caption,
        name=f"{chapter.slug}-tab-{name}",
        trace=chapter.trace(events=events),
        widths=(30, 70),
        classes="rows",
    )


def _pages(chapter: OpenChapter, events: pd.DataFrame) -> str:
    """Return links to the pages with most changes, as far as they still exist."""
    titles = {c.slug: c.title for c in planned_pages(chapter)}
    reached = [split_list(cell) for cell in events["chapters"]]
    # A change that most pages show, such as one of a label, tells no page from another.
    slugs = Counter(s for own in reached if 2 * len(own) < len(titles) for s in own if s in titles)
    shown = [f"{link(titles[s], f'{s}.ipynb')} ({n})" for s, n in slugs.most_common(_PAGES)]
    more = f", and {count(len(slugs) - len(shown), 'other page')}" if len(slugs) > len(shown) else ""
    return f"{'; '.join(shown)}{more}." if shown else ""
