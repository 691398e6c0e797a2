"""Each difference as an event of a kind, with what it means for the number of the next version.

`RULES` says which change of which table is which kind; nothing else does. Pure: a `Diff` in, `Event`s
out. Goes to `diff_report`, and through `release` to `data/events.csv`, from where `blocks.news`, the
feed and `last_change` read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from evidencebook.errors import shorten
from evidencebook.schema import Package, Table
from evidencebook.staleness import SIGN_OFFS, SIGNED_ROWS
from evidencebook.versions.changes import ADDED, CHANGED, DESCRIBED, NARROWED, WIDENED, WITHDRAWN, Diff, RowChange

MAJOR, MINOR, PATCH = "major", "minor", "patch"
LEVELS = (PATCH, MINOR, MAJOR)
# The paragraph of a component that answers its question: what a reader takes for the conclusion.
ANSWER = "answer"
_ANY = "*"
_WIDTH = 240
# Rows added here record a sign-off; what a reader wants to know of it, the new words, is an event of prose.
_RECORDS_OF_SIGNING = (SIGN_OFFS, SIGNED_ROWS)
# Words shown before and after what differs in a long cell.
_CONTEXT = 5


@dataclass(frozen=True)
class Rule:
    """One kind of event: the change of a table's row that makes it, and the digit of the version it asks for.

    Attributes
    ----------
    table : ``*`` is every table that no rule above names. columns : the cells that must have changed; none
    is any. before : the values that the first of these must have had; none is any.
    """

    kind: str
    table: str
    change: str
    level: str
    columns: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


# The first rule that fits takes the row, or those of its changed cells that it names. Decision record 0012.
RULES = (
    Rule("study_added", "included_studies", ADDED, MINOR),
    Rule("study_withdrawn", "included_studies", WITHDRAWN, MAJOR),
    Rule("finding_added", "findings", ADDED, MINOR),
    Rule("finding_withdrawn", "findings", WITHDRAWN, MAJOR),
    Rule("finding_recoded", "findings", CHANGED, MAJOR, ("component", "domain", "stance")),
    Rule("finding_reworded", "findings", CHANGED, PATCH, ("finding",)),
    Rule("configuration_added", "cmo", ADDED, MINOR),
    Rule("discrepancy_added", "discrepancies", ADDED, MINOR),
    Rule("discrepancy_resolved", "discrepancies", CHANGED, PATCH, ("status",), ("open",)),
    Rule("rule_added", "vocabulary", ADDED, MINOR),
    Rule("rule_withdrawn", "vocabulary", WITHDRAWN, MAJOR),
    Rule("rule_changed", "vocabulary", CHANGED, MAJOR),
    Rule("row_added", _ANY, ADDED, MINOR),
    Rule("row_withdrawn", _ANY, WITHDRAWN, MAJOR),
    Rule("row_changed", _ANY, CHANGED, PATCH),
)
# Changes of other things than rows: (change, whole table?) or change, to kind and level.
SCHEMA = {
    (ADDED, True): ("table_added", MINOR),
    (WITHDRAWN, True): ("table_withdrawn", MAJOR),
    (ADDED, False): ("column_added", MINOR),
    (WITHDRAWN, False): ("column_withdrawn", MAJOR),
    (NARROWED, False): ("column_narrowed", MAJOR),
    (WIDENED, False): ("column_widened", MINOR),
    (DESCRIBED, False): ("column_described", PATCH),
}
REFERENCES = {
    ADDED: ("reference_added", MINOR),
    WITHDRAWN: ("reference_withdrawn", MAJOR),
    CHANGED: ("reference_corrected", PATCH),
}
PROSE = {ADDED: ("prose_added", MINOR), WITHDRAWN: ("prose_withdrawn", MINOR), CHANGED: ("prose_changed", PATCH)}
MOVED = ("label_moved", MAJOR)
KINDS = tuple(
    dict.fromkeys(
        [*(r.kind for r in RULES), *(k for m in (SCHEMA, REFERENCES, PROSE) for k, _ in m.values()), MOVED[0]]
    )
)


@dataclass(frozen=True)
class Event:
    """One thing that happened between two versions.

    Attributes
    ----------
    kind : one of `KINDS`. table, row : where; the row's key as text. component : whose; may be empty.
    what : one sentence made from the cells. effect : the conclusion that may have changed, or empty.
    chapters : slugs of the pages that show it. level : the digit of the version it asks for.
    """

    kind: str
    table: str
    row: str
    component: str
    what: str
    effect: str
    chapters: tuple[str, ...]
    level: str


def events_of(diff: Diff, package: Package) -> list[Event]:
    """Return the events of *diff* in the order of `KINDS`; *package* describes the later version."""
    found = [
        *(e for c in diff.rows if not _records_signing(c) for e in _of_row(c, package.tables[c.table], diff)),
        *_of_schema(diff),
        *_of_references(diff),
        *_of_prose(diff),
        *_of_labels(diff),
    ]
    return sorted(found, key=lambda e: (KINDS.index(e.kind), e.table))


def level_asked(events: Collection[Event]) -> str:
    """Return the highest digit that the events ask to raise; patch when there are none."""
    return max((e.level for e in events), key=LEVELS.index, default=PATCH)


def last_change(events: pd.DataFrame, rows: Collection[str]) -> tuple[str, str]:
    """Return version and date of the last event of any of *rows*; two empty texts when there is none.

    Parameters
    ----------
    events : what `dated` returns, columns version, date, component, row, oldest version first.
    rows : keys of rows, or ids of components (every event of a component's row counts as its own).
    """
    own = events[events["row"].isin(list(rows)) | events["component"].isin(list(rows))]
    return (str(own["version"].iloc[-1]), str(own["date"].iloc[-1])) if len(own) else ("", "")


def dated(events: pd.DataFrame, versions: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the table `events` with the date of their version, oldest version first."""
    dates = dict(zip(versions["version"], versions["date"], strict=True))
    order = {version: n for n, version in enumerate(versions["version"])}
    ordered = events.assign(date=events["version"].map(dates), _order=events["version"].map(order))
    return ordered.sort_values("_order", kind="stable").drop(columns="_order").reset_index(drop=True)


def said(kind: str) -> str:
    """Return a kind as words: `finding recoded`."""
    return kind.replace("_", " ")


def _records_signing(change: RowChange) -> bool:
    return change.table in _RECORDS_OF_SIGNING and change.change == ADDED


def _of_row(change: RowChange, table: Table, diff: Diff) -> Iterator[Event]:
    component = change.record.get("component", "") or (change.row if change.table == "components" else "")
    effect = _rests_on(change.row, diff)
    left = list(change.cells)
    for rule in (r for r in RULES if r.table in (change.table, _ANY) and r.change == change.change):
        if change.change != CHANGED:
            what = _headline(change.record, table)
            yield Event(rule.kind, change.table, change.row, component, what, effect, change.chapters, rule.level)
            return
        taken = [c for c in left if not rule.columns or c.column in rule.columns]
        if rule.before and not any(c.column == rule.columns[0] and c.before in rule.before for c in taken):
            continue
        if taken:
            what = "; ".join(f"{c.column}: {_change(c.before, c.after)}" for c in taken)
            yield Event(rule.kind, change.table, change.row, component, what, effect, change.chapters, rule.level)
            left = [c for c in left if c not in taken]


def _of_schema(diff: Diff) -> Iterator[Event]:
    for change in diff.schema:
        kind, level = SCHEMA[change.change, not change.column]
        yield Event(kind, change.table, change.column, "", shorten(change.what, _WIDTH), "", change.chapters, level)


def _of_references(diff: Diff) -> Iterator[Event]:
    for change in diff.references:
        kind, level = REFERENCES[change.change]
        if change.change == CHANGED:
            what = "; ".join(f"{c.column}: {_change(c.before, c.after)}" for c in change.cells)
        else:
            fields = {c.column: c.after or c.before for c in change.cells}
            what = shorten(": ".join(fields[n] for n in ("author", "title") if n in fields), _WIDTH)
        yield Event(kind, "references", change.key, "", what, "", change.chapters, level)


def _of_prose(diff: Diff) -> Iterator[Event]:
    for change in diff.prose:
        kind, level = PROSE[change.change]
        effect = f"the short answer of {change.component} reads otherwise" if change.section == ANSWER else ""
        what = _sentences(change.before, change.after) if change.change == CHANGED else change.after or change.before
        what, place = shorten(what, 2 * _WIDTH), f"{change.component}/{change.section}"
        yield Event(kind, "prose", place, change.component, what, effect, change.chapters, level)


def _of_labels(diff: Diff) -> Iterator[Event]:
    for move in (m for m in diff.labels if m.proposes):
        kind, level = MOVED
        what = f"{_words(move.domain)}: {move.measure}: {move.before} → {move.after}"
        effect = f"the {move.measure} of {move.component} in {_words(move.domain)} moved"
        yield Event(kind, "components", move.component, move.component, what, effect, (), level)


def _rests_on(row: str, diff: Diff) -> str:
    """Return the effect of a row changed or withdrawn on which short answers rest."""
    answers = [place.partition("/")[0] for place, ids in diff.citing.items() if row in ids and _is_answer(place)]
    return f"the short answer of {', '.join(answers)} rests on {row}" if answers else ""


def _is_answer(place: str) -> bool:
    return place.partition("/")[2] == ANSWER


def _headline(record: dict[str, str], table: Table) -> str:
    """Return a row in one line: its codes, then its longest text."""
    columns = [c for c in table.columns if record.get(c.name)]
    codes = [_words(record[c.name]) for c in columns if c.enum and not c.is_list]
    pointers = {*table.primary_key, "id", "component", "locator", "key", "keys", "coded_by"}
    texts = [record[c.name] for c in columns if not c.enum and c.name not in pointers]
    text = max(texts, key=len, default="")
    return shorten(": ".join(p for p in (", ".join(codes), text) if p), _WIDTH)


def _sentences(before: str, after: str) -> str:
    """Return the sentences that only one of two paragraphs has."""
    old, new = (re.split(r"(?<=[.?!])\s+", text) for text in (before, after))
    return f"{_cell(' '.join(s for s in old if s not in new))} → {_cell(' '.join(s for s in new if s not in old))}"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _change(before: str, after: str) -> str:
    """Return two cells as `before → after`; of long ones only the words around what differs."""
    if max(len(before), len(after)) <= _WIDTH // 2 or not (before and after):
        return f"{_cell(before)} → {_cell(after)}"
    old, new = before.split(" "), after.split(" ")
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    first, last = max(start - _CONTEXT, 0), max(end - _CONTEXT, 0)
    cut = (("… " * (first > 0)) + " ".join(w[first : len(w) - last]) + (" …" * (last > 0)) for w in (old, new))
    return " → ".join(_cell(part) for part in cut)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many words two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _cell(value: str) -> str:
    return shorten(value, _WIDTH // 2) if value else "(empty)"
