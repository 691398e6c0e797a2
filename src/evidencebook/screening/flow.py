"""The numbers of the flow of records, counted from the records and decisions of a screening; none is typed.

Returns a table with columns stage, group, records, which goes to `figures.record_flow` and to the reader.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd

from evidencebook.screening import ABSTRACT, DUPLICATE, FULL_TEXT
from evidencebook.screening.decisions import CONFLICT, EXCLUDE, INCLUDE, decided
from evidencebook.screening.store import Store

IDENTIFIED, REMOVED, SCREENED, EXCLUDED_EARLY = (
    "identified",
    "removed before screening",
    "screened",
    "excluded by title and abstract",
)
ASSESSED, EXCLUDED_LATE, INCLUDED = "assessed in full", "excluded after reading in full", "included"
WAITING, WAITING_LATE = "still to be screened", "still to be read in full"
NO_REASON, IN_CONFLICT, TOTAL = "no reason stated", "screeners disagree", ""
UNREADABLE, COPIES, COPIES_BY_HAND = "could not be read", "duplicates found by the program", "duplicates found by hand"

# What records pass, and where they leave after it.
STEPS = (
    (IDENTIFIED, (REMOVED,)),
    (SCREENED, (EXCLUDED_EARLY, WAITING)),
    (ASSESSED, (EXCLUDED_LATE, WAITING_LATE)),
    (INCLUDED, ()),
)


def flow_table(store: Store) -> pd.DataFrame:
    """Return stage, group (empty for the whole stage) and records, in the order in which they happened."""
    return pd.DataFrame(_rows(store), columns=["stage", "group", "records"])


def _rows(store: Store) -> Iterator[tuple[str, str, int]]:
    by_source: Counter[str] = Counter()
    for row in store.rows["sources"]:
        by_source[row["source"]] += int(row["records"]) + int(row["unread"])
    yield IDENTIFIED, TOTAL, sum(by_source.values())
    yield from ((IDENTIFIED, source, n) for source, n in by_source.items())
    by_hand = {i for i, (verdict, _) in decided(store, DUPLICATE).items() if verdict == EXCLUDE}
    removed = {
        UNREADABLE: len(store.rows["unread"]),
        COPIES: len(store.rows["duplicates"]),
        COPIES_BY_HAND: len(by_hand),
    }
    yield REMOVED, TOTAL, sum(removed.values())
    yield from ((REMOVED, name, n) for name, n in removed.items() if n)
    ids = [row["id"] for row in store.records if row["id"] not in by_hand]
    early, late = decided(store, ABSTRACT), decided(store, FULL_TEXT)
    screened = [i for i in ids if i in early or i in late]
    yield SCREENED, TOTAL, len(screened)
    yield from _excluded(EXCLUDED_EARLY, {i: early[i] for i in screened if i in early})
    yield from _waiting(WAITING, len(ids) - len(screened), sum(early.get(i, ("",))[0] == CONFLICT for i in screened))
    sought = [i for i in screened if early.get(i, (INCLUDE,))[0] == INCLUDE]
    assessed = [i for i in sought if i in late]
    yield ASSESSED, TOTAL, len(assessed)
    yield from _excluded(EXCLUDED_LATE, {i: late[i] for i in assessed})
    in_conflict = sum(late[i][0] == CONFLICT for i in assessed)
    yield from _waiting(WAITING_LATE, len(sought) - len(assessed), in_conflict)
    yield INCLUDED, TOTAL, sum(late[i][0] == INCLUDE for i in assessed)


def _excluded(stage: str, verdicts: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str, int]]:
    reasons = Counter(reason or NO_REASON for verdict, reason in verdicts.values() if verdict == EXCLUDE)
    yield stage, TOTAL, sum(reasons.values())
    yield from ((stage, reason, n) for reason, n in reasons.most_common())


def _waiting(stage: str, untouched: int, in_conflict: int) -> Iterator[tuple[str, str, int]]:
    yield stage, TOTAL, untouched + in_conflict
    if in_conflict:
        yield stage, IN_CONFLICT, in_conflict
