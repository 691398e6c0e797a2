"""Coding rules as tables, from the vocabulary and the data package: what readers need to judge a code."""

from __future__ import annotations

from evidencebook.markdown import Myst, escape, table
from evidencebook.placeholders import columns_anchor
from evidencebook.report import OpenChapter
from evidencebook.schema import DESCRIPTOR, Column
from evidencebook.vocabulary import vocabulary


def coding_rule(chapter: OpenChapter, name: str, caption: str) -> Myst:
    """Return the values of one coded list with the rule for each."""
    listed = chapter.rows("vocabulary")
    words = vocabulary(listed, name)
    rows = ([escape(words.labels[v]), escape(words.rules[v])] for v in words.values)
    return Myst(
        table(
            ["Code", "Rule"],
            rows,
            caption=escape(caption),
            name=f"{chapter.slug}-tab-rule-{name}",
            trace=chapter.trace(vocabulary=listed[listed["list"] == name]),
            widths=(26, 74),
            classes="rules",
        )
    )


def coders(chapter: OpenChapter) -> Myst:
    """Return who coded and who checked."""
    rows = ([escape(r.role), escape(r.description)] for r in chapter.rows("coders").itertuples())
    return Myst(
        table(
            ["Role", "Who and how"],
            rows,
            caption="Who wrote and who checked the rows",
            name=f"{chapter.slug}-tab-coders",
            trace=chapter.trace(coders=chapter.rows("coders")),
            widths=(22, 78),
            classes="rules",
        )
    )


def data_dictionary(chapter: OpenChapter) -> Myst:
    """Return every table of the data package with its columns."""
    parts = []
    for t in chapter.package.tables.values():
        rows = ([escape(c.name), escape(_kind(c)), escape(c.description)] for c in t.columns)
        parts.append(
            table(
                ["Column", "Type", "Meaning"],
                rows,
                caption=f"{escape(t.title)} (data/{escape(t.path)}). {escape(t.description)}",
                name=f"{chapter.slug}-{columns_anchor(t.name)}",
                trace={DESCRIPTOR: []},
                widths=(18, 24, 58),
                classes="dictionary",
            )
        )
    return Myst("\n\n".join(parts))


def _kind(column: Column) -> str:
    kind = "list, separated by ;" if column.is_list else column.type
    allowed = f": {', '.join(column.enum)}" if column.enum else ""
    return f"{kind}{allowed}" + (", required" if column.required else "")
