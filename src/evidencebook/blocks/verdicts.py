"""The words of a label: its mark, what it counts, what it hangs on, and how it compares with the source's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidencebook.blocks.pages import page_link
from evidencebook.blocks.wording import count, joined
from evidencebook.markdown import escape, span
from evidencebook.report import OpenChapter
from evidencebook.schema import split_list
from evidencebook.vocabulary import vocabulary

RULE_ANCHOR = "tab-rule-strength"
# Lists of the vocabulary whose values are groups of works, in the order in which a sentence counts them.
BY_DESIGN, BY_PLACE, BY_SIDE = "works_by_design", "works_by_place", "works_by_side"
_FEW_HINGES = 3


def labels_trace(chapter: OpenChapter, row: Mapping[Any, Any] | None = None) -> dict[str, list[str]]:
    """Return the trace of labels: the findings and included studies counted, and the rule.

    Parameters
    ----------
    row : the labelled row whose findings are taken; all findings when None.
    """
    findings = chapter.rows("findings")
    if row is not None and row["domain"]:
        findings = findings[findings["domain"] == row["domain"]]
    tables = ("included_studies", "strength_rules", "strength_groups")
    return chapter.trace(findings=findings, **{n: chapter.rows(n) for n in tables if n in chapter.frames})


def words_for(chapter: OpenChapter, name: str) -> dict[str, str]:
    """Return value to label of the list *name* of the vocabulary."""
    return vocabulary(chapter.rows("vocabulary"), name).labels


def mark(chapter: OpenChapter, row: Mapping[Any, Any]) -> str:
    """Return strength and consistency of a labelled row, the strength as a mark shaded by its place on the scale."""
    scale = words_for(chapter, "strength")
    place = list(scale).index(row["strength"])
    return f"{span(scale[row['strength']], 'grade', f'grade-{place}')} {escape(agreement(chapter, row))}"


def agreement(chapter: OpenChapter, row: Mapping[Any, Any]) -> str:
    """Return the word for consistency."""
    return words_for(chapter, "consistency")[row["consistency"]]


def why(chapter: OpenChapter, row: Mapping[Any, Any], lists: Sequence[str] = (BY_DESIGN, BY_PLACE, BY_SIDE)) -> str:
    """Return what the label counts, as plain text: works, by design, place and side; what is 0 is left out."""
    parts = []
    for name in lists:
        groups = words_for(chapter, name)
        said = [f"{label} {int(row[g])}" for g, label in groups.items() if row.get(g, 0)]
        parts += [", ".join(said)] if said else []
    works = count(int(row["works"]), "work")
    return f"{works}: {'; '.join(parts)}" if parts else works


def ceiling(chapter: OpenChapter, row: Mapping[Any, Any]) -> str:
    """Return why the label cannot stand higher, as plain text; empty when no ceiling applies."""
    if not row["ceiling"]:
        return ""
    rules = chapter.rows("strength_rules")
    return str(rules.loc[rules["id"] == row["ceiling"], "words"].iloc[0])


def hinge(chapter: OpenChapter, row: Mapping[Any, Any], name: str) -> str:
    """Return whether the label *name* of a row holds without any one work, as plain text.

    A few works are named; of many the number is given.
    """
    works = split_list(row[f"{name}_hinges"])
    if not works:
        return "holds whichever one work is left out"
    if len(works) == 1:
        return f"hangs on one work, {_named(chapter, works)}"
    if len(works) <= _FEW_HINGES:
        return f"changes when any one of {len(works)} works is left out: {_named(chapter, works)}"
    return f"changes when any one of {len(works)} works is left out"


def held(chapter: OpenChapter, row: Mapping[Any, Any]) -> str:
    """Return for each label of the row that is not robust what it hangs on, as plain text."""
    heads = {"strength": "strength", "consistency": "consistency"} | ({"gap": "gap"} if row["domain"] else {})
    said: dict[str, list[str]] = {}
    for name, head in heads.items():
        if row[f"{name}_hinges"]:
            said.setdefault(hinge(chapter, row, name), []).append(head)
    told = [f"{joined(labels).capitalize()}: {text}" for text, labels in said.items()]
    return ". ".join(told) + "." if told else "All labels hold."


def compared(chapter: OpenChapter, row: Mapping[Any, Any], judgement: Mapping[Any, Any]) -> str:
    """Return one sentence that holds the rule's label against the source's own judgement, as plain text."""
    scale = words_for(chapter, "strength")
    steps = list(scale)
    own, theirs = row["strength"], judgement["strength"]
    if not theirs:
        return "The source gives no level to compare with."
    if own == theirs:
        return f"Rule and source both come to {scale[own].lower()}."
    apart = steps.index(own) - steps.index(theirs)
    where = f"{count(abs(apart), 'step')} {'above' if apart > 0 else 'below'} the source"
    return f"The rule comes to {scale[own].lower()}, {where}, which comes to {scale[theirs].lower()}."


def rule_link(chapter: OpenChapter, text: str) -> str:
    """Return a link to where the book prints the rule; plain text in a book that does not print it."""
    return page_link(chapter, "gap_map", text, RULE_ANCHOR)


def _named(chapter: OpenChapter, works: Sequence[str]) -> str:
    return joined([chapter.references[w].short if w in chapter.references else w for w in works])
