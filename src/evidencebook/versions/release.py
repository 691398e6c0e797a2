"""Seal a data version, and record what a person concludes from its changes.

Sealing writes the hash of every file into `datapackage.json`, the version into `data/versions.csv`
and its events against the version before into `data/events.csv`. What the rules find may propose that
a conclusion changed; only `conclude`, on a person's word, says that it did or did not.
"""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencebook import __version__, labels
from evidencebook.errors import EvidenceBookError, ParameterError, ProjectError
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR, LIST_SEPARATOR, Package, load_package
from evidencebook.tables import file_hash
from evidencebook.versions.changes import Diff
from evidencebook.versions.diff import compare
from evidencebook.versions.events import LEVELS, MAJOR, MINOR, PATCH, Event, events_of, level_asked, said
from evidencebook.versions.history import RECORD, Sealed, released, stated_hashes
from evidencebook.versions.snapshot import open_snapshot, read_snapshot

PROPOSED, VERDICTS = "proposed", ("changed", "unchanged")
_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SEALED = "evidencebook:sealed"
Row = dict[str, str]


@dataclass(frozen=True)
class Release:
    """What sealing did: files hashed, the version, the one before (empty for the first), its events, notes."""

    files: int
    version: str
    previous: str
    events: tuple[Event, ...]
    notes: tuple[str, ...]

    @property
    def proposed(self) -> list[str]:
        """What may have changed a conclusion, each once."""
        return list(dict.fromkeys(e.effect for e in self.events if e.effect))


def unsealed(project: Project, package: Package) -> list[str]:
    """Return the files that differ from the hash that the descriptor states."""
    changed = [t.path for t in package.tables.values() if file_hash(project.data / t.path) != t.hash]
    if file_hash(project.bibliography) != package.bibliography_hash:
        changed.append(project.bibliography.name)
    return changed


def seal(project: Project, *, against: str | None = None, title: str = "", summary: str = "") -> Release:
    """Seal the version that the descriptor names.

    Parameters
    ----------
    against : folder, archive or revision of the version before; None looks for it in git's history.
    title, summary : how the version is announced; the page of news and the feed count its events in any case.

    Raises
    ------
    EvidenceBookError
        when this version was released with other content, or its number says less than the events ask for.
    """
    package = load_package(project.data)
    versions, notes = _versions(project)
    same = next((s for s in versions if s.version == package.version), None)
    unchanged = same is not None and same.hashes == _hashes(project)
    earlier = [s for s in versions if s.version != package.version]
    spec = against or (earlier[0].commit if earlier else None)
    diff = _difference(project, spec) if spec else None
    events = events_of(diff, package) if diff else []
    previous = diff.before.version if diff else ""
    if not unchanged:
        _refuse_same(project, package, same)
        if diff:
            _refuse_low(package.version, previous, events)
        _record(project, package, events, {"title": title or f"Data version {package.version}", "summary": summary})
    files = _write_hashes(project)
    return Release(files, package.version, previous, tuple(events), (*notes, *(diff.notes if diff else ())))


def conclude(project: Project, version: str, verdict: str, *, by: str, because: str, on: str) -> Row:
    """Record that the person *by* finds the conclusions changed or unchanged in *version*; return its row as it was.

    Raises
    ------
    ParameterError
        for an unknown version or verdict, or a verdict without a name, a reason or a date.
    """
    package = load_package(project.data)
    rows = _read(project, package, "versions")
    row = next((r for r in rows if r["version"] == version), None)
    if row is None:
        listed = ", ".join(r["version"] for r in rows) or "none"
        raise ParameterError(f"data/versions.csv has no version {version}; it has: {listed}. Seal the version first.")
    if verdict not in VERDICTS:
        raise ParameterError(f"{verdict!r} is no verdict; allowed: {', '.join(VERDICTS)}")
    if not by.strip() or not because.strip():
        raise ParameterError("a verdict needs a person and a reason: --by NAME --because TEXT")
    if not _DATE.fullmatch(on):
        raise ParameterError(f"--on {on}: write the date as YEAR-MONTH-DAY, such as 2026-11-22")
    before = dict(row)
    line = {"by": " ".join(by.split()), "because": " ".join(because.split())}
    row |= {"conclusions": verdict, "confirmed_by": line["by"], "confirmed_on": on, "because": line["because"]}
    _write(project, package, "versions", rows)
    if package.tables["versions"].hash:
        _write_hashes(project, only=("versions",))
    return before


def digit_raised(before: str, after: str) -> str:
    """Return which digit *after* raises over *before*; empty when it is not higher.

    Raises
    ------
    ParameterError
        when one of them is not MAJOR.MINOR.PATCH.
    """
    old, new = _digits(before), _digits(after)
    if new <= old:
        return ""
    return next(level for level, a, b in zip((MAJOR, MINOR, PATCH), old, new, strict=True) if a != b)


def next_version(before: str, level: str) -> str:
    """Return the number after *before* that raises the digit *level*; before 1.0.0 a major change is a minor digit."""
    major, minor, patch = _digits(before)
    if level == MAJOR and major:
        return f"{major + 1}.0.0"
    return f"{major}.{minor}.{patch + 1}" if level == PATCH else f"{major}.{minor + 1}.0"


def _digits(version: str) -> tuple[int, int, int]:
    found = _SEMVER.fullmatch(version)
    if not found:
        raise ParameterError(f"data version {version!r} is not MAJOR.MINOR.PATCH; write it so in data/{DESCRIPTOR}")
    return int(found[1]), int(found[2]), int(found[3])


def _versions(project: Project) -> tuple[list[Sealed], list[str]]:
    try:
        return released(project.root), []
    except ProjectError as error:
        return [], [f"earlier versions were not looked for: {error}"]


def _difference(project: Project, spec: str) -> Diff:
    before = open_snapshot(project, spec)
    return compare(before, read_snapshot(project.root, "the working folder", project), strength=labels.strength_labels)


def _hashes(project: Project) -> dict[str, str]:
    raw = json.loads((project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    return {name: file_hash(project.root / name) for name in stated_hashes(raw)}


def _refuse_same(project: Project, package: Package, same: Sealed | None) -> None:
    """Refuse a number under which other content is out; without git, the descriptor tells what it sealed last."""
    raw = json.loads((project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    stated = raw.get(_SEALED) == package.version and unsealed_evidence(project, raw)
    if same is None and not (stated and not _in_git(project)):
        return
    what = "nothing else differs"
    level = MINOR
    if same is not None:
        events = events_of(_difference(project, same.commit), package)
        level = level_asked(events)
        what = ", ".join(dict.fromkeys(said(e.kind) for e in events if e.level == level)) or what
    raise EvidenceBookError(
        f"data version {package.version} is already released{f' ({same.commit[:7]})' if same else ''} with other "
        f"content. Raise 'version' and 'created' in data/{DESCRIPTOR} first: the changes ask for a new {level} "
        f"number, {next_version(package.version, level)} ({what})"
    )


def unsealed_evidence(project: Project, raw: dict[str, Any]) -> bool:
    """Whether a file of the evidence (not of the record of versions) differs from the hash stated in *raw*."""
    return stated_hashes(raw) != _hashes(project)


def _in_git(project: Project) -> bool:
    return not _versions(project)[1]


def _refuse_low(version: str, previous: str, events: list[Event]) -> None:
    raised = digit_raised(previous, version)
    asked = level_asked(events)
    wanted = next_version(previous, asked)
    if not raised:
        raise EvidenceBookError(
            f"data version {version} is not higher than {previous}, the version before: make it {wanted} in "
            f"data/{DESCRIPTOR}"
        )
    # Before 1.0.0 semantic versioning leaves the first digit at 0.
    needed = MINOR if asked == MAJOR and previous.startswith("0.") else asked
    if LEVELS.index(raised) < LEVELS.index(needed):
        kinds = ", ".join(dict.fromkeys(said(e.kind) for e in events if e.level == asked))
        raise EvidenceBookError(
            f"data version {version} raises the {raised} number of {previous}, but the events ask for a new {needed} "
            f"number ({kinds}): make it {wanted} in data/{DESCRIPTOR}"
        )


def _record(project: Project, package: Package, events: list[Event], announced: Row) -> None:
    """Write the version's row and its events; those of an earlier seal that was not released are replaced."""
    if missing := [name for name in RECORD if name not in package.tables]:
        raise ProjectError(
            f"data/{DESCRIPTOR} describes no table {' and no table '.join(missing)}: a release needs both"
        )
    kept = [r for r in _read(project, package, "events") if r["version"] != package.version]
    last = max((int(r["id"][1:]) for r in kept), default=0)
    new = [_event_row(event, package.version, number) for number, event in enumerate(events, last + 1)]
    _write(project, package, "events", [*kept, *new])
    rows = [r for r in _read(project, package, "versions") if r["version"] != package.version]
    proposed = PROPOSED if any(e.effect for e in events) else ""
    row = {"version": package.version, "date": package.created, **announced, "conclusions": proposed}
    _write(project, package, "versions", [*rows, row])


def _event_row(event: Event, version: str, number: int) -> Row:
    return {
        "id": f"E{number:05d}",
        "version": version,
        "type": event.kind,
        "table": event.table,
        "row": event.row,
        "component": event.component,
        "what": event.what.strip(),
        "effect": event.effect,
        "chapters": LIST_SEPARATOR.join(event.chapters),
    }


def _read(project: Project, package: Package, name: str) -> list[Row]:
    with (project.data / package.tables[name].path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(project: Project, package: Package, name: str, rows: list[Row]) -> None:
    path = project.data / package.tables[name].path
    draft = Path(f"{path}.part")
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, package.tables[name].header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(draft, path)


def _write_hashes(project: Project, only: tuple[str, ...] = ()) -> int:
    """Write the hashes of all files, or of the tables *only*, into the descriptor; return how many files there are."""
    path = project.data / DESCRIPTOR
    raw = json.loads(path.read_text(encoding="utf-8"))
    for resource in raw["resources"]:
        if not only or resource["name"] in only:
            resource["hash"] = file_hash(project.data / resource["path"])
    if not only:
        raw["evidencebook:bibliography-hash"] = file_hash(project.bibliography)
        raw |= {_SEALED: raw["version"], "evidencebook:engine": __version__}
    draft = Path(f"{path}.part")
    draft.write_text(json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)
    return len(raw["resources"]) + 1
