"""Load everything the report is made from, checked; the only door from files to frames."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache

from evidencebook.audit import audit, heard, is_uncited
from evidencebook.bibliography import load_references
from evidencebook.chapters import Evidence
from evidencebook.errors import DataError, Fault
from evidencebook.placeholders import Data
from evidencebook.project import Project
from evidencebook.prose import check_prose, load_prose, within
from evidencebook.schema import DESCRIPTOR, load_package
from evidencebook.staleness import Reading, altered_records, readings, signed_ids
from evidencebook.tables import read_tables


def inspect(project: Project) -> tuple[Evidence, list[Fault]]:
    """Read tables and bibliography; return them with every fault of schema and audit."""
    with _no_rubbish():
        return _inspect(project)


def _inspect(project: Project) -> tuple[Evidence, list[Fault]]:
    package = load_package(project.data)
    references, faults = load_references(project.bibliography)
    frames, found = read_tables(package, frozenset(references))
    faults += found
    evidence = Evidence(package, frames, references)
    # The rows and sentences of an edition have passed these rules in the report; totals do not hold in a part.
    if set(frames) == set(package.tables) and package.edition is None:
        sound = not faults
        faults += audit(evidence, sound=sound)
        written, data = load_prose(project.prose, project.root), Data(frames, package.tables)
        faults += heard(lambda: check_prose(written, data, signed_ids(frames)), sound)
        faults += heard(lambda: altered_records(package, frames), sound)
    return evidence, faults


@contextmanager
def _no_rubbish() -> Iterator[None]:
    """Look for no rubbish meanwhile: all that is read stays, and going through it takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(project: Project) -> Evidence:
    """Return the checked inputs; files unchanged since the last call are not read again.

    Raises
    ------
    DataError
        with every fault.
    """
    return _load(project, _stamp(project))


def load_for_entry(project: Project) -> Evidence:
    """Return the inputs while evidence is being entered: works that no row cites yet are no fault.

    Raises
    ------
    DataError
        with every other fault.
    """
    entered, faults = inspect(project)
    if grave := [f for f in faults if not is_uncited(f)]:
        raise DataError(grave)
    return entered


def held_prose(project: Project) -> list[Reading]:
    """Return every paragraph held against its latest sign-off; `DataError` when the tables are faulty."""
    return list(_held(project, _stamp(project)))


@lru_cache(maxsize=4)
def _held(project: Project, stamp: tuple[tuple[str, int, int], ...]) -> tuple[Reading, ...]:
    loaded = _load(project, stamp)
    written = load_prose(project.prose, project.root)
    if loaded.package.edition:
        # Whether prose is stale is said in the report, where all rows stand.
        own = (n for n, table in loaded.package.tables.items() if table.has_ids)
        known = {i for name in own for i in loaded.frames[name]["id"]}
        return tuple(Reading(replace(p, text=within(p.text, known)), {"id": ""}) for p in written)
    return tuple(readings(written, loaded.package, loaded.frames))


@lru_cache(maxsize=4)
def _load(project: Project, stamp: tuple[tuple[str, int, int], ...]) -> Evidence:
    evidence, faults = inspect(project)
    if faults:
        raise DataError(faults)
    return evidence


def _stamp(project: Project) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of every input: forked chapters share the parent's copy while these hold."""
    paths = [
        *sorted(project.data.rglob("*.csv")),
        *sorted(project.prose.rglob("*.md")),
        project.data / DESCRIPTOR,
        project.bibliography,
    ]
    return tuple((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in paths if p.is_file())
