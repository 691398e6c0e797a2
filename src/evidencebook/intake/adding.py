"""What adding a file of references to the bibliography would do, and doing it.

Records that the bibliography has already are shown with their score and left out; those that come near are shown and
left out too, until a person says that they are other works.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evidencebook.bibliography import References, load_references
from evidencebook.errors import DataError, Fault, ProjectError
from evidencebook.intake.duplicates import SAME, Match, matches, print_of
from evidencebook.intake.entries import entry_of, uses_initials, work_of
from evidencebook.intake.keys import new_key
from evidencebook.intake.work import Batch, Unread, Work


@dataclass(frozen=True)
class Twin:
    """A record that is, or may be, a work that stands there already (or earlier in the file)."""

    work: Work
    of: str
    score: float
    reason: str


@dataclass
class Addition:
    """New entries by key, records that are works there already, those that may be, and those that cannot be added."""

    new: dict[str, Work] = field(default_factory=dict)
    twins: list[Twin] = field(default_factory=list)
    perhaps: list[Twin] = field(default_factory=list)
    unfit: list[Unread] = field(default_factory=list)
    text: str = ""


def plan_addition(batch: Batch, references: References, *, take: Collection[int] = ()) -> Addition:
    """Return what adding *batch* to *references* would do.

    Parameters
    ----------
    take : numbers (from 1) of records in `perhaps` that a person takes for other works.
    """
    addition = Addition(unfit=list(batch.unread))
    known = [work_of(r) for r in references.values()]
    works = [w for w in batch.works if _fit(w, addition)]
    best = _best(matches([print_of(w) for w in (*known, *works)], known=len(known)))
    names: dict[int, str] = dict(enumerate(references))
    taken = set(references)
    for number, work in enumerate(works, len(known)):
        match = best.get(number)
        if match and match.score >= SAME:
            names[number] = names[match.first]
            addition.twins.append(Twin(work, names[match.first], match.score, match.reason))
        elif match and _doubted(addition, Twin(work, names[match.first], match.score, match.reason), take):
            names[number] = names[match.first]
        else:
            names[number] = new_key(work, taken)
            taken.add(names[number])
            addition.new[names[number]] = work
    short = uses_initials(references.values())
    entries = {key: entry_of(work, key, short_names=short) for key, work in addition.new.items()}
    for key, reason in _unreadable(entries).items():
        addition.unfit.append(Unread(addition.new.pop(key).origin, reason, key))
        del entries[key]
    addition.text = "\n".join(entries.values())
    return addition


def write_addition(path: Path, addition: Addition) -> None:
    """Append the new entries to the bibliography at *path*.

    Raises
    ------
    DataError
        when the bibliography would be at fault with them; nothing is written then.
    """
    before = path.read_text(encoding="utf-8")
    after = before.rstrip("\n") + "\n" * 2 * bool(before.strip()) + addition.text
    read, faults = _read_back(after)
    if faults:
        raise DataError(faults)
    if missing := [key for key in addition.new if key not in read]:
        raise ProjectError(f"nothing was added: {', '.join(missing)} cannot be read back; mend these records")
    draft = path.with_name(path.name + ".part")
    draft.write_text(after, encoding="utf-8", newline="")
    os.replace(draft, path)


def _unreadable(entries: Mapping[str, str]) -> dict[str, str]:
    """Return the entries that the bibliography would not take, by key, and why."""
    starts: dict[int, str] = {}
    line = 1
    for key, text in entries.items():
        starts[line] = key
        line += text.count("\n") + 1
    _, faults = _read_back("\n".join(entries.values()))
    return {starts[max(s for s in starts if s <= f.row)]: f.problem for f in faults if f.row}


def _read_back(text: str) -> tuple[References, list[Fault]]:
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "references.bib"
        trial.write_text(text, encoding="utf-8")
        return load_references(trial)


def _fit(work: Work, addition: Addition) -> bool:
    if work.get("title"):
        return True
    addition.unfit.append(Unread(work.origin, "has no title", work.short or ", ".join(work.authors)[:80]))
    return False


def _best(found: Sequence[Match]) -> dict[int, Match]:
    best: dict[int, Match] = {}
    for match in found:
        if match.second not in best or match.score > best[match.second].score:
            best[match.second] = match
    return best


def _doubted(addition: Addition, twin: Twin, take: Collection[int]) -> bool:
    """Note *twin* among those in doubt; return whether it stays out."""
    addition.perhaps.append(twin)
    return len(addition.perhaps) not in take
