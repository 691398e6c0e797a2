"""Sign paragraphs off: add a dated record of a paragraph and of every row it interprets.

Writes `sign_offs` and `signed_rows`, which `staleness` compares with the rows of today. Lines are
added and never changed, so the history stays.
"""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from evidencebook import evidence as evidence_module
from evidencebook.chapters import Evidence
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.project import Project
from evidencebook.prose import Paragraph, cited_rows, load_prose
from evidencebook.staleness import SIGN_OFFS, SIGNED_ROWS, count_of, readings, rows_by_id, text_hash


@dataclass(frozen=True)
class Signature:
    """Who signs, on which ISO date, for what reason."""

    by: str
    because: str
    date: str


def signature(evidence: Evidence, *, by: str, because: str, on: str = "") -> Signature:
    """Return a checked signature; *on* is today when empty.

    Raises
    ------
    ParameterError
        for a coder who is not in `coders`, a reason that is empty or not plain text, or no date.
    """
    coders = list(evidence.frames["coders"]["id"])
    if by not in coders:
        raise ParameterError(
            f"--by {by!r} is no id of {_path(evidence, 'coders')}; there are: {', '.join(coders) or 'none'}. "
            "Add yourself there first."
        )
    reason = unicodedata.normalize("NFC", " ".join(because.split()))
    if not reason or not reason.isprintable():
        raise ParameterError(
            '--because needs the reason in a few plain words, such as "figure corrected, reading holds"'
        )
    day = on or date.today().isoformat()
    try:
        valid = date.fromisoformat(day).isoformat() == day
    except ValueError:
        valid = False
    if not valid:
        raise ParameterError(f"--date {day!r} is no date; write it as 2026-01-31")
    return Signature(by, reason, day)


def find_paragraphs(project: Project, names: Iterable[str], components: Iterable[str] = ()) -> list[Paragraph]:
    """Return the paragraphs called *names* and all of *components*, each once.

    Parameters
    ----------
    names : `component/section` or the path of the file; hyphen and underscore, small and capital letter are one.

    Raises
    ------
    ParameterError
        naming every name that is no paragraph, with those that come near.
    """
    written = {_key(p.name): p for p in load_prose(project.prose, project.root)}
    known = {p.component for p in written.values()}
    wanted = [(name, _key(_section_of(name))) for name in names]
    problems = [_unknown(name, key, written) for name, key in wanted if key not in written]
    problems += [
        f"no folder of prose is called {c!r}; there are: {', '.join(sorted(known)) or 'none'}"
        for c in components
        if c not in known
    ]
    if problems:
        raise ParameterError("\n".join(problems))
    found = [written[key] for _, key in wanted]
    found += [p for p in written.values() if p.component in set(components)]
    return list(dict.fromkeys(found))


def sign_off(project: Project, paragraphs: Sequence[Paragraph], signed: Signature) -> list[str]:
    """Record a sign-off of each paragraph that needs one; return the ids of the new records.

    Raises
    ------
    ProjectError
        when a paragraph names a row that is in no table, or the package describes no sign-offs.
    """
    loaded = evidence_module.load(project)
    if not {SIGN_OFFS, SIGNED_ROWS} <= loaded.frames.keys():
        raise ProjectError(f"datapackage.json describes no table {SIGN_OFFS} or {SIGNED_ROWS}: nothing can be recorded")
    _refuse_withdrawn(paragraphs, loaded)
    needed = [r.paragraph for r in readings(paragraphs, loaded.package, loaded.frames) if r.stale]
    records, rows = [], []
    for paragraph in needed:
        record = _next_id(paragraph, loaded)
        words = text_hash(paragraph.text)
        records.append([record, paragraph.name, paragraph.file, words, signed.by, signed.date, signed.because])
        held = rows_by_id(set(cited_rows(paragraph.text)), loaded.package, loaded.frames)
        rows += [[record, i, held[i].table, held[i].hash, held[i].text] for i in cited_rows(paragraph.text)]
    if needed:
        # In this order: if stopped in between, a record without rows leaves the paragraph stale, not the tables faulty.
        _append(project.data / loaded.package.tables[SIGN_OFFS].path, records)
        _append(project.data / loaded.package.tables[SIGNED_ROWS].path, rows)
    return [record[0] for record in records]


def _refuse_withdrawn(paragraphs: Sequence[Paragraph], loaded: Evidence) -> None:
    cited = {p.file: cited_rows(p.text) for p in paragraphs}
    held = rows_by_id({i for ids in cited.values() for i in ids}, loaded.package, loaded.frames)
    lost = [
        f"{file} names {i}, which is in no table any more" for file, ids in cited.items() for i in ids if i not in held
    ]
    if lost:
        raise ProjectError("\n".join(lost) + "\nTake it out of the paragraph, then sign off.")


def _next_id(paragraph: Paragraph, loaded: Evidence) -> str:
    records = loaded.frames[SIGN_OFFS]
    earlier = records.loc[records["paragraph"] == paragraph.name, "id"]
    return f"{paragraph.name}/{max(map(count_of, earlier), default=0) + 1}"


def _append(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Add lines to a table; the file is replaced whole, so that no reader sees half a line."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(path.read_bytes() + lines.getvalue().encode())
    os.replace(draft, path)


def _section_of(name: str) -> str:
    """Return `component/section` of a name or of the path of a file."""
    path = Path(name)
    if path.suffix == ".md":
        return "/".join(path.with_suffix("").parts[-2:])
    return name.strip("/")


def _key(name: str) -> str:
    return name.replace("-", "_").casefold()


def _unknown(name: str, key: str, written: dict[str, Paragraph]) -> str:
    near = [written[k].name for k in get_close_matches(key, written, n=3)]
    near = near or sorted({p.component + "/…" for p in written.values()})
    return f"no paragraph is called {name!r}; did you mean: {', '.join(near) or 'there is no prose yet'}"


def _path(evidence: Evidence, table: str) -> str:
    return f"data/{evidence.package.tables[table].path}"
