"""Add search results to a screening: read every file, keep each work once, and remember what came from where.

A file that was imported before is passed over. Numbers of records stay, so that decisions hold when later searches
are added.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evidencebook.intake.duplicates import SAME, Match, Print, clusters, matches, print_of
from evidencebook.intake.formats import read_works
from evidencebook.intake.work import Work
from evidencebook.screening.store import LIST, Row, Store, row_of, work_of


@dataclass
class Imported:
    """What an import did: records by source, works new and known, duplicates, pairs in doubt, notes."""

    identified: dict[str, int] = field(default_factory=dict)
    new: int = 0
    duplicates: int = 0
    doubtful: int = 0
    unread: int = 0
    notes: list[str] = field(default_factory=list)


def add_files(store: Store, files: Sequence[tuple[str, Path]], format_name: str = "") -> Imported:
    """Add the records of *files* (source and path of each; an empty source is told from the file) to *store*."""
    done = Imported()
    works: list[tuple[str, Work]] = []
    for source, path in files:
        works += _read(store, source, path, format_name, done)
    known = [work_of(row) for row in store.records]
    prints = [*(print_of(w) for w in known), *(print_of(w) for _, w in works)]
    pairs = matches(prints, known=len(known))
    _merge(store, works, known, pairs, done)
    return done


def _read(store: Store, source: str, path: Path, format_name: str, done: Imported) -> list[tuple[str, Work]]:
    batch = read_works(path, format_name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if any(row["sha256"] == digest for row in store.rows["sources"]):
        done.notes.append(f"{path.name} was imported before; passed over")
        return []
    name = source or _named(batch.works, path)
    told = {"records": str(len(batch.works)), "unread": str(len(batch.unread))}
    store.rows["sources"].append({"source": name, "file": path.name, "format": batch.format, "sha256": digest, **told})
    store.rows["unread"] += [
        {"source": name, "origin": u.origin, "reason": u.reason, "begins": u.begins} for u in batch.unread
    ]
    done.identified[name] = done.identified.get(name, 0) + len(batch.works) + len(batch.unread)
    done.unread += len(batch.unread)
    done.notes += [f"{path.name}: {note}" for note in batch.notes]
    return [(name, work) for work in batch.works]


def _named(works: Sequence[Work], path: Path) -> str:
    """Return the database that most records name, else the name of the file."""
    stated = Counter(w.get("database") for w in works if w.get("database"))
    name, count = next(iter(stated.most_common(1)), ("", 0))
    return name if count > len(works) / 2 else path.stem


def _merge(
    store: Store, works: Sequence[tuple[str, Work]], known: Sequence[Work], pairs: Sequence[Match], done: Imported
) -> None:
    """Put each group of records that are one work into one row."""
    offset, total = len(known), len(known) + len(works)
    best = _best(pairs)
    number = _last(store.records)
    place: dict[int, str] = {n: row["id"] for n, row in enumerate(store.records)}
    for group in clusters(total, pairs):
        fresh = [n for n in group if n >= offset]
        if not fresh:
            continue
        held = [n for n in group if n < offset]
        if held:
            row = store.records[held[0]]
            _fill(row, [works[n - offset] for n in fresh])
            kept, copies = row["id"], fresh
        else:
            number += 1
            kept, copies = f"S{number:06d}", [n for n in fresh if n != _fullest(fresh, works, offset)]
            store.records.append(_joined(kept, [works[n - offset] for n in fresh]))
            done.new += 1
        for n in fresh:
            place[n] = kept
        store.rows["duplicates"] += [_copy(kept, works[n - offset], best.get(n)) for n in copies]
        done.duplicates += len(copies)
    doubtful = {(place[p.first], place[p.second]): p for p in pairs if p.score < SAME}
    told = [(a, b, p) for (a, b), p in doubtful.items() if a != b]
    store.rows["doubtful"] += [
        {"id": a, "other_id": b, "score": f"{p.score:.0f}", "reason": p.reason} for a, b, p in told
    ]
    done.doubtful = len(told)


def _best(pairs: Sequence[Match]) -> dict[int, Match]:
    best: dict[int, Match] = {}
    for pair in pairs:
        for n in (pair.first, pair.second):
            if n not in best or pair.score > best[n].score:
                best[n] = pair
    return best


def _fullest(fresh: Sequence[int], works: Sequence[tuple[str, Work]], offset: int) -> int:
    """Return the record that states most; the first of several."""
    return max(fresh, key=lambda n: (len(works[n - offset][1].fields), -n))


def _joined(identifier: str, group: Sequence[tuple[str, Work]]) -> Row:
    """Return one row of a group: the fullest record, with what only others state."""
    works = sorted((w for _, w in group), key=lambda w: -len(w.fields))
    fields = {k: v for w in reversed(works) for k, v in w.fields.items() if v}
    authors = next((w.authors for w in works if w.authors), ())
    return row_of(
        replace(works[0], fields=fields, authors=authors), identifier, [source for source, _ in group], len(group)
    )


def _fill(row: Row, group: Sequence[tuple[str, Work]]) -> None:
    """Fill empty cells of a known work from new copies of it, and count them."""
    for source, work in group:
        row.update({k: v for k, v in work.fields.items() if k in row and not row[k]})
        if source not in row["sources"].split(LIST):
            row["sources"] += f"{LIST}{source}"
        row["copies"] = str(int(row["copies"]) + 1)


def _copy(kept: str, found: tuple[str, Work], match: Match | None) -> Row:
    source, work = found
    told = {name: work.get(name) for name in ("title", "year", "doi")}
    why = {"score": f"{match.score:.0f}", "reason": match.reason} if match else {}
    return {"id": kept, "source": source, "origin": work.origin, **told, **why}


def _last(records: Sequence[Row]) -> int:
    return max((int(row["id"].lstrip("S")) for row in records), default=0)


def prints_of(store: Store) -> list[Print]:
    """Return what of every work is compared."""
    return [print_of(work_of(row)) for row in store.records]
