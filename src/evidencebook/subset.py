"""The rows of an edition: what fulfils the conditions, and what hangs on it. Decision record 0013 has the rule.

Pure functions from checked inputs to fewer rows; `materialise` writes them. Tables that
`datapackage.json` does not call evidence are about the whole report and keep their rows, except
those that point to a row that fell out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from evidencebook.bibliography import References
from evidencebook.chapters import Evidence, cited_keys
from evidencebook.conditions import PUBLISHED, ROW, WORK, Condition
from evidencebook.errors import ParameterError
from evidencebook.schema import ANY_TABLE, LIST_SEPARATOR, Column, Table, split_list
from evidencebook.tables import Frames

# Lists of what a source cites or numbers: they carry no work into the report.
_LISTS_OF_CITATIONS = ("reference_numbers", "source_citations")


@dataclass(frozen=True)
class Subset:
    """The inputs of an edition.

    Attributes
    ----------
    evidence : the rows that stay and the references they cite. uncoded : for each table of evidence,
    how many rows fell out because none of their works has every attribute asked for.
    outside : for a row that stays, how many of the works it cites are left out.
    """

    evidence: Evidence
    uncoded: dict[str, int] = field(default_factory=dict)
    outside: dict[str, int] = field(default_factory=dict)


def choose(evidence: Evidence, conditions: Sequence[Condition]) -> Subset:
    """Return the rows that fulfil *conditions*, with foreign keys that hold.

    Raises
    ------
    ParameterError
        when no row of evidence fulfils them.
    """
    about_works = [c for c in conditions if c.scope == WORK]
    works = coded_works(evidence, about_works)
    kept: Frames = dict(evidence.frames)
    uncoded: dict[str, int] = {}
    outside: dict[str, int] = {}
    for table in evidence_tables(evidence):
        frame = _own_conditions(evidence.frames[table.name], table, conditions)
        if about_works and not _describes_works(table):
            uncoded[table.name] = int((~_cites_any(frame, works)).sum())
            frame, left_out = _with_works(frame, {w for w, fulfils in works.items() if fulfils})
            outside |= left_out
        kept[table.name] = frame
    _studies_follow_rows(kept, evidence, conditions)
    if not any(len(kept[table.name]) for table in evidence_tables(evidence)):
        raise ParameterError(f"no row fulfils {' and '.join(map(str, conditions))}: there is nothing to build")
    references = _hang_together(kept, evidence)
    whole = {name: frame.reset_index(drop=True) for name, frame in kept.items()}
    return Subset(Evidence(evidence.package, whole, references), uncoded, outside)


def evidence_tables(evidence: Evidence) -> list[Table]:
    """Return the tables whose rows an edition chooses from."""
    return [t for t in evidence.package.tables.values() if t.rows_called]


def coded_works(evidence: Evidence, conditions: Sequence[Condition]) -> dict[str, bool]:
    """Return each work whose attributes are all known, and whether it fulfils all *conditions*.

    A work listed in several components fulfils them when one of its listings fulfils all at once.
    """
    known: dict[str, bool] = {}
    asked = [c for c in conditions if c.field != PUBLISHED]
    years = [c for c in conditions if c.field == PUBLISHED]
    for key, values in _attributes(evidence, [c.field for c in asked]):
        reference = evidence.references.get(key)
        year = str(reference.year) if reference and reference.year else ""
        if all(values) and (year or not years):
            fulfils = all(c.holds(v) for c, v in zip(asked, values, strict=True)) and all(c.holds(year) for c in years)
            known[key] = known.get(key, False) or fulfils
    return known


def _attributes(evidence: Evidence, fields: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return (work, values of *fields*) for every listing of a work; every reference when no field is asked."""
    if not fields:
        return [(key, ()) for key in evidence.references]
    found: list[tuple[str, tuple[str, ...]]] = []
    for table in evidence_tables(evidence):
        frame = evidence.frames[table.name]
        if _describes_works(table) and set(fields) <= set(frame.columns):
            cells = frame[list(fields)].astype(str).itertuples(index=False, name=None)
            found += zip(frame["key"], cells, strict=True)
    return found


def _describes_works(table: Table) -> bool:
    return any(column.condition == WORK for column in table.columns)


def _own_conditions(frame: pd.DataFrame, table: Table, conditions: Sequence[Condition]) -> pd.DataFrame:
    """Keep the rows whose own cells fulfil the conditions.

    A table without the column asked for holds no row of which the condition can be said to hold;
    the table of studies is left to `_studies_follow_rows`.
    """
    for c in conditions:
        if c.field in frame and (c.scope == ROW or _describes_works(table)):
            frame = _where(frame, (c.holds(str(value)) for value in frame[c.field]))
        elif c.scope == ROW and not _describes_works(table):
            frame = frame.iloc[:0]
    return frame


def _where(frame: pd.DataFrame, verdicts: Iterable[bool]) -> pd.DataFrame:
    """Return the rows with a true verdict; a list would choose columns where there is no row."""
    return frame[pd.Series(list(verdicts), index=frame.index, dtype=bool)]


def _cites_any(frame: pd.DataFrame, works: Collection[str]) -> pd.Series:
    known = set(works)
    return _cells(frame).map(lambda cell: bool(known & set(split_list(cell)))).astype(bool)


def _cells(frame: pd.DataFrame) -> pd.Series:
    """Return the cells that cite, whichever column holds them."""
    return frame["keys"] if "keys" in frame else frame["key"]


def _with_works(frame: pd.DataFrame, works: set[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Keep rows that cite one of *works*, and in their keys only these; count what each row loses."""
    frame = frame[_cites_any(frame, works)]
    if "keys" not in frame:
        return frame, {}
    cited = frame["keys"].map(split_list)
    own = cited.map(lambda keys: [k for k in keys if k in works])
    lost = cited.map(len) - own.map(len)
    counted = {i: int(n) for i, n in zip(frame["id"], lost, strict=True) if n} if "id" in frame else {}
    return frame.assign(keys=own.map(LIST_SEPARATOR.join)), counted


def _studies_follow_rows(kept: Frames, evidence: Evidence, conditions: Sequence[Condition]) -> None:
    """Of the table of studies keep the chosen works that fulfil the year, and that a row still cites.

    The second holds only where a condition asks for something that the table of studies does not state.
    """
    years = [c for c in conditions if c.field == PUBLISHED]
    for table in (t for t in evidence_tables(evidence) if _describes_works(t)):
        frame = kept[table.name]
        if years:
            dated = coded_works(evidence, years)
            frame = _where(frame, (dated.get(key, False) for key in frame["key"]))
        if any(c.scope == ROW and c.field not in frame for c in conditions):
            cited = _cited_by_component(kept, evidence)
            frame = _where(frame, (pair in cited for pair in zip(frame["component"], frame["key"], strict=True)))
        kept[table.name] = frame


def _cited_by_component(kept: Frames, evidence: Evidence) -> set[tuple[str, str]]:
    frames = [kept[t.name] for t in evidence_tables(evidence) if not _describes_works(t)]
    return {
        (component, key)
        for frame in frames
        if "component" in frame
        for component, cell in zip(frame["component"], _cells(frame), strict=True)
        for key in split_list(cell)
    }


def _hang_together(kept: Frames, evidence: Evidence) -> References:
    """Drop what points to a row that fell out, until nothing does; return the references still cited."""
    _drop_rows_about_rows(kept, evidence)
    cited = set(cited_keys({n: f for n, f in kept.items() if n not in _LISTS_OF_CITATIONS}))
    references = {key: entry for key, entry in evidence.references.items() if key in cited}
    before = -1
    while before != (before := sum(map(len, kept.values()))):
        ids = {i for frame in kept.values() if "id" in frame for i in frame["id"]}
        for table in evidence.package.tables.values():
            kept[table.name] = _pointing_somewhere(kept[table.name], table, kept, ids, references)
    return references


def _drop_rows_about_rows(kept: Frames, evidence: Evidence) -> None:
    """A table that says something of rows of evidence, under their ids, keeps what is about rows that stay."""
    tables = [t for t in evidence_tables(evidence) if "id" in evidence.frames[t.name]]
    every = {i for t in tables for i in evidence.frames[t.name]["id"]}
    staying = {i for t in tables for i in kept[t.name]["id"]}
    for table in evidence.package.tables.values():
        frame = kept[table.name]
        if not table.rows_called and "id" in frame and not every.isdisjoint(frame["id"]):
            kept[table.name] = frame[frame["id"].isin(staying)]


def _pointing_somewhere(
    frame: pd.DataFrame, table: Table, kept: Frames, ids: set[str], references: References
) -> pd.DataFrame:
    if frame.empty:
        return frame
    for column in table.columns:
        known = _targets(column, kept, ids, references)
        if known is not None:
            frame = _pointing_at(frame, column, known)
    for fields, target, target_fields in table.foreign_keys:
        there = set(kept[target][list(target_fields)].astype(str).itertuples(index=False, name=None))
        cells = frame[list(fields)].astype(str).itertuples(index=False, name=None)
        frame = _where(frame, (cell in there or not any(cell) for cell in cells))
    return frame


def _targets(column: Column, kept: Frames, ids: set[str], references: References) -> set[str] | None:
    """Return the values that *column* may point to; None when it points nowhere."""
    if column.cites:
        return set(references)
    if column.references is None:
        return None
    target, name = column.references
    return ids if target == ANY_TABLE else set(kept[target][name].astype(str))


def _pointing_at(frame: pd.DataFrame, column: Column, known: set[str]) -> pd.DataFrame:
    """Take values that are not *known* out of list cells; drop a row whose single or required value is none."""
    cells = frame[column.name]
    if column.is_list:
        cells = cells.map(lambda cell: LIST_SEPARATOR.join(v for v in split_list(cell) if v in known))
        frame = frame.assign(**{column.name: cells})
        return frame[cells != ""] if column.required else frame
    return frame[cells.isin(known) | (cells == "")]
