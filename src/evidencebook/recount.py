"""Recompute what the sources state about themselves.

Two kinds of check. `recounts` (a table) lists figures that a source prints and how to work each out
again: from its own parts, or from rows here. The functions below hold labels, countries, reference
numbers and search lines against each other. Whatever differs is an `Anomaly` with a code; each code
must stand in the `audit` column of `discrepancies`, and every code there must still be found, so that
nothing is passed over and nothing mended upstream stays listed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evidencebook.chapters import Evidence
from evidencebook.errors import Fault
from evidencebook.schema import split_list

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Anomaly:
    """Something a source states that its own parts or lists contradict.

    Attributes
    ----------
    code : stable name, `rule:what`. locator : where in the source. stated, found : the two sides.
    """

    code: str
    locator: str
    stated: str
    found: str


def anomalies(evidence: Evidence) -> list[Anomaly]:
    """Return what every rule finds, in rule order, each once."""
    return list(dict.fromkeys(found for rule in RULES for found in rule(evidence)))


def anomalies_listed(evidence: Evidence) -> Iterator[Fault]:
    """Every anomaly is listed among the discrepancies, and every listed one is still there."""
    frame = evidence.frames.get("discrepancies")
    if frame is None or "audit" not in frame:
        return
    listed = {code for cell in frame["audit"] for code in split_list(cell)}
    found = {a.code: a for a in anomalies(evidence)}
    path = f"data/{evidence.package.tables['discrepancies'].path}"
    for code in sorted(found.keys() - listed):
        a = found[code]
        problem = f"{a.locator} states {a.stated}, found {a.found}; no discrepancy lists it"
        yield Fault(
            path,
            0,
            "audit",
            code,
            problem,
            "every anomaly listed",
            "add a discrepancy with this code in its audit column",
        )
    for code in sorted(listed - found.keys()):
        yield Fault(
            path,
            0,
            "audit",
            code,
            "is listed but no longer found",
            "codes that 'evidencebook audit' prints",
            "remove the code, or restore the row that was changed",
        )


def recounted(evidence: Evidence) -> Iterator[Anomaly]:
    """Work out each figure of `recounts` again.

    Rules: `sum` adds the parts; `percent` is 100 x first / second, to one decimal; `share_up` is first
    percent of second, rounded up; `rows` counts rows of a table; `years` is last minus first.
    """
    for row in evidence.frames.get("recounts", pd.DataFrame()).itertuples():
        if not _can_be_worked_out(evidence, row):
            continue  # the schema and `recounts_point_somewhere` report it
        found = _worked_out(evidence, row)
        if not math.isclose(found, float(row.stated), abs_tol=0.05):
            yield Anomaly(f"recount:{row.id}", row.locator, f"{row.statement}: {row.stated}", f"{found:g}")


def recounts_point_somewhere(evidence: Evidence) -> Iterator[Fault]:
    """A figure counted from rows names a table and columns that exist."""
    frame = evidence.frames.get("recounts", pd.DataFrame())
    for row in frame.itertuples():
        if row.rule != "rows":
            continue
        path, number = f"data/{evidence.package.tables['recounts'].path}", int(row.Index) + 2
        if row.table not in evidence.frames:
            allowed = ", ".join(evidence.frames)
            yield Fault(path, number, "table", row.table, "names no table", allowed, "name one of these")
            continue
        for condition in split_list(row.where):
            column = condition.partition("=")[0]
            if column not in evidence.frames[row.table]:
                allowed = ", ".join(evidence.frames[row.table])
                yield Fault(
                    path, number, "where", condition, f"names no column of {row.table}", allowed, "name one of these"
                )


def study_labels(evidence: Evidence) -> Iterator[Anomaly]:
    """Labels of included studies name the author and year of their reference."""
    for row in evidence.frames.get("included_studies", pd.DataFrame()).itertuples():
        reference = evidence.references.get(row.key)
        if reference is None:
            continue
        year = re.search(r"\b(?:19|20)\d\d\b", row.label)
        if year and reference.year and int(year[0]) != reference.year:
            yield Anomaly(f"label_year:{row.component}:{row.key}", row.locator, row.label, reference.short)
        if not _names(row.label, reference.surnames):
            yield Anomaly(f"label_author:{row.component}:{row.key}", row.locator, row.label, reference.short)


def map_labels(evidence: Evidence) -> Iterator[Anomaly]:
    """Labels of evidence maps name the author of their reference."""
    for row in evidence.frames.get("evidence_maps", pd.DataFrame()).itertuples():
        reference = evidence.references.get(row.key)
        if reference is not None and not _names(row.label, reference.surnames):
            yield Anomaly(f"map_label:{row.component}:{row.key}", row.locator, row.label, reference.short)


def one_country(evidence: Evidence) -> Iterator[Anomaly]:
    """A study included in two components has one country."""
    frame = evidence.frames.get("included_studies")
    if frame is None:
        return
    for key, rows in frame.groupby("key", sort=False):
        if rows["country"].nunique() > 1:
            stated = "; ".join(f"{r.component} {r.country}" for r in rows.itertuples())
            yield Anomaly(f"country:{key}", " and ".join(rows["locator"]), stated, "one work")


def same_work(evidence: Evidence) -> Iterator[Anomaly]:
    """A source numbers a work once."""
    frame = evidence.frames.get("reference_numbers")
    if frame is None:
        return
    for (source, key), rows in frame.groupby(["source_id", "key"], sort=False):
        if rows["number"].nunique() > 1:
            numbers = ", ".join(map(str, rows["number"].unique()))
            yield Anomaly(f"same_work:{key}", f"{source} references", f"entries {numbers}", "one work")


def search_lines(evidence: Evidence) -> Iterator[Anomaly]:
    """Search lines are numbered without gap or repeat, differ, and refer to earlier lines only."""
    frame = evidence.frames.get("strategy_lines")
    if frame is None or frame["printed_number"].isna().all():
        return
    frame = frame[frame["printed_number"].notna()]
    numbers = [int(n) for n in frame["printed_number"]]
    for number in sorted(set(range(1, max(numbers) + 1)) - set(numbers)):
        yield Anomaly(f"search_line_missing:{number}", "app2", f"lines 1 to {max(numbers)}", f"no line {number}")
    for number, times in Counter(numbers).items():
        if times > 1:
            yield Anomaly(f"search_line_twice:{number}", "app2", f"line {number}", f"printed {times} times")
    seen: dict[str, int] = {}
    for number, expression, refers in zip(numbers, frame["expression"], frame["refers_to"], strict=True):
        plain = re.sub(r"\s+", " ", expression.casefold())
        if plain in seen:
            yield Anomaly(f"search_line_repeats:{number}", "app2", f"line {number}", f"the same as line {seen[plain]}")
        seen.setdefault(plain, number)
        for target in (int(t) for t in split_list(refers) if t.isdecimal()):
            if target >= number or target not in numbers:
                yield Anomaly(
                    f"search_line_undefined:{number}:{target}",
                    "app2",
                    f"line {number} uses line {target}",
                    "not an earlier line",
                )


def _can_be_worked_out(evidence: Evidence, row: Any) -> bool:
    if not all(_NUMBER.fullmatch(n) for n in (row.stated, *split_list(row.parts))):
        return False
    if row.rule in ("percent", "share_up"):
        return len(split_list(row.parts)) == 2
    columns = [condition.partition("=")[0] for condition in split_list(row.where)]
    return row.rule == "sum" or (
        row.table in evidence.frames and set(columns) <= set(evidence.frames[row.table].columns)
    )


def _worked_out(evidence: Evidence, row: Any) -> float:
    parts = [float(p) for p in split_list(row.parts)]
    if row.rule == "sum":
        return sum(parts)
    if row.rule == "percent":
        return round(100 * parts[0] / parts[1], 1)
    if row.rule == "share_up":
        return math.ceil(round(parts[0] * parts[1] / 100, 6))
    frame = evidence.frames[row.table]
    for condition in split_list(row.where):
        column, value = condition.split("=", 1)
        frame = frame[frame[column].astype(str) == value]
    return float(len(frame))


def _names(label: str, surnames: tuple[str, ...]) -> bool:
    """Say whether *label* begins with the first of *surnames* (a corporate name: with its first word)."""
    if not surnames:
        return True
    first = surnames[0]
    return _plain(label).startswith((_plain(first), _plain(first.split()[0])))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9 ]", "", folded)


RULES: tuple[Callable[[Evidence], Iterator[Anomaly]], ...] = (
    recounted,
    study_labels,
    map_labels,
    one_country,
    same_work,
    search_lines,
)
