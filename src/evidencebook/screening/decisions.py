"""What screeners decided, from a table of ours or from the files of Rayyan and ASReview, held against the records.

A record is decided at a stage when all who screened it agree, or when a row by `agreed` settles it.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from evidencebook.errors import Fault, ParameterError
from evidencebook.intake.duplicates import SAME, matches, print_of
from evidencebook.intake.normal import doi
from evidencebook.intake.work import Work
from evidencebook.screening import ABSTRACT, FULL_TEXT, STAGES
from evidencebook.screening.importing import prints_of
from evidencebook.screening.store import Row, Store

INCLUDE, EXCLUDE, CONFLICT = "include", "exclude", "conflict"
AGREED = "agreed"
_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s*\{([^}]*)\}")
_REASONS = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*([^|]*)")
_VERDICT = re.compile(r'"([^"]*)"\s*=>\s*"(\w+)"')
_LABELS = ("asreview_label", "included")


def check_decisions(store: Store) -> list[Fault]:
    """Return every fault of the table of decisions."""
    known = {row["id"] for row in store.records}
    excluded = {i for i, (verdict, _) in decided(store, ABSTRACT).items() if verdict == EXCLUDE}
    faults = []
    for number, row in enumerate(store.rows["decisions"], 2):
        for column, problem, allowed, remedy in _problems(row, known, excluded):
            place = str(store.folder / "decisions.csv")
            faults.append(Fault(place, number, column, row[column], problem, allowed, remedy))
    return faults


def decided(store: Store, stage: str) -> dict[str, tuple[str, str]]:
    """Return verdict and reason of every record that somebody screened at *stage*."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in store.rows["decisions"]:
        if row["stage"] == stage:
            rows[row["id"]].append(row)
    return {identifier: _verdict(own) for identifier, own in rows.items()}


def read_decisions(store: Store, path: Path, stage: str, by: str) -> tuple[list[Row], list[str]]:
    """Return the decisions in the file at *path* that the store does not have yet, and notes.

    Parameters
    ----------
    stage, by : what they are about and who decided, where the file does not say it.

    Raises
    ------
    ParameterError
        when the file holds no decisions that can be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} cannot be read as UTF-8 CSV: {error}") from None
    rows = [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(lines)]
    header = list(rows[0]) if rows else []
    found = list(_found(rows, header, stage, by))
    if not found:
        raise ParameterError(
            f"{path} holds no decisions: it needs the columns id and decision, or must come from Rayyan (notes with "
            "RAYYAN-INCLUSION) or ASReview (column asreview_label or included)"
        )
    return _new(store, found)


def _found(rows: Sequence[Row], header: Sequence[str], stage: str, by: str) -> Iterator[tuple[Row, Row]]:
    """Yield each row of the file with each decision that it holds; the id of the decision may be empty."""
    label = next((c for c in _LABELS if c in header), "")
    for row in rows:
        base = {"id": row.get("id", ""), "stage": row.get("stage") or stage, "reason": "", "by": by}
        if "decision" in header:
            if row["decision"]:
                own = {"reason": row.get("reason", ""), "by": row.get("by") or by}
                yield row, base | own | {"decision": row["decision"].strip().lower()}
        elif said := _RAYYAN.search(row.get("notes", "")):
            reasons = _REASONS.search(row["notes"])
            for who, verdict in _VERDICT.findall(said[1]):
                told = {"included": INCLUDE, "excluded": EXCLUDE}.get(verdict.lower())
                if told:
                    why = reasons[1].split(",")[0].strip() if reasons and told == EXCLUDE else ""
                    yield row, base | {"decision": told, "by": who, "reason": why}
        elif label and row[label] in ("0", "1", "0.0", "1.0"):
            yield row, base | {"decision": INCLUDE if row[label][0] == "1" else EXCLUDE}


def _new(store: Store, found: Sequence[tuple[Row, Row]]) -> tuple[list[Row], list[str]]:
    """Return decisions on records of the store; a row without a known id is found by DOI, else by title and year."""
    known = {row["id"] for row in store.records}
    there = {(r["id"], r["stage"], r["by"]): r for r in store.rows["decisions"]}
    strangers = [(row, told) for row, told in found if told["id"] not in known]
    placed = _placed(store, [row for row, _ in strangers]) if strangers else {}
    for number, (_, told) in enumerate(strangers):
        told["id"] = placed.get(number, "")
    lost = sum(not told["id"] for _, told in found)
    notes = [f"{lost} decisions are about records that are not here"] if lost else []
    new, repeated = [], 0
    for _, told in found:
        key = (told["id"], told["stage"], told["by"])
        if not told["id"]:
            continue
        if key in there:
            repeated += 1
            there[key].update(told)
        else:
            new.append(told)
            there[key] = told
    if repeated:
        notes.append(f"{repeated} decisions stood there already; they are as the file has them now")
    return new, notes


def _placed(store: Store, rows: Sequence[Mapping[str, str]]) -> dict[int, str]:
    works = [
        Work(
            "article",
            {"title": r.get("title", ""), "year": r.get("year", ""), "doi": doi(r.get("doi", ""))},
            tuple(filter(None, re.split(r"\s*(?:;| and )\s*", r.get("authors", "")))),
        )
        for r in rows
    ]
    known = prints_of(store)
    placed: dict[int, str] = {}
    best: dict[int, float] = {}
    for match in matches([*known, *map(print_of, works)], known=len(known)):
        number = match.second - len(known)
        if match.first < len(known) and match.score >= max(SAME, best.get(number, 0)):
            best[number], placed[number] = match.score, store.records[match.first]["id"]
    return placed


def _verdict(rows: Iterable[Row]) -> tuple[str, str]:
    own = list(rows)
    settled = [r for r in own if r["by"] == AGREED] or own
    verdicts = {r["decision"] for r in settled}
    if len(verdicts) > 1:
        return CONFLICT, ""
    return settled[0]["decision"], next((r["reason"] for r in settled if r["reason"]), "")


def _problems(row: Row, known: set[str], excluded: set[str]) -> Iterator[tuple[str, str, str, str]]:
    if row["id"] not in known:
        yield "id", "points to nothing", "an id of records.csv", "correct the id, or remove the row"
    if row["stage"] not in STAGES:
        yield "stage", "is not an allowed value", ", ".join(STAGES), "choose one of these"
    if row["decision"] not in (INCLUDE, EXCLUDE):
        yield "decision", "is not an allowed value", f"{INCLUDE}, {EXCLUDE}", "choose one of these"
    if row["stage"] == FULL_TEXT and row["decision"] == EXCLUDE and not row["reason"]:
        yield "reason", "is empty", "why the full text is excluded", "state the reason in a few words"
    if row["stage"] == FULL_TEXT and row["id"] in excluded:
        yield "id", "was excluded by title and abstract", "records that were included there", "correct one of the two"
