"""Rules across tables that a schema cannot say.

Each rule takes the checked inputs and returns faults. `audit` runs them all; a new rule is a
function added to `RULES`. Rules speak of the tables of the data contract and skip a table that the
package does not describe, so a small synthesis need not have them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import pandas as pd

from evidencebook.chapters import Evidence
from evidencebook.errors import Fault
from evidencebook.recount import anomalies_listed, recounts_point_somewhere
from evidencebook.rulebook import TABLES as RULE_TABLES
from evidencebook.rulebook import check_groups, check_rules, read_rules
from evidencebook.schema import split_list

_UNCITED = "is cited by no row"
_NO_WORD = re.compile(r"\W+")
_DIGITS = re.compile(r"\d[\d,.]*\d|\d")


def audit(evidence: Evidence, *, sound: bool = True) -> list[Fault]:
    """Return the faults of every rule; *sound* says whether the tables keep to their schema."""
    return [fault for rule in RULES for fault in heard(partial(rule, evidence), sound)]


def heard(rule: Callable[[], Iterable[Fault]], sound: bool) -> list[Fault]:
    """Return what *rule* finds. Over a cell that is reported already it may stumble: it speaks once that is mended."""
    try:
        return list(rule())
    except Exception:
        if sound:
            raise
        return []


def repeated_citation(evidence: Evidence) -> Iterator[Fault]:
    """One row lists a citation key once."""
    for name, frame in evidence.frames.items():
        cells = frame.get("keys", pd.Series(dtype=object))
        for index, cell in cells[cells.str.contains(";", regex=False)].items() if len(cells) else ():
            keys = split_list(cell)
            for key in sorted({k for k in keys if keys.count(k) > 1}):
                yield _fault(
                    evidence,
                    name,
                    index,
                    "keys",
                    key,
                    "is listed twice in one row",
                    "each citation key once in a cell",
                    "remove the repeated key",
                )


def repeated_statement(evidence: Evidence) -> Iterator[Fault]:
    """Two rows of one component and domain do not state the same finding from the same references."""
    frame = evidence.frames.get("findings")
    if frame is None:
        return
    text = [_NO_WORD.sub(" ", finding.casefold()).strip() for finding in frame["finding"]]
    same = frame[["component", "domain", "keys"]].assign(text=text)
    twice = same.duplicated(keep="first")
    for index in frame.index[twice]:
        yield _fault(
            evidence,
            "findings",
            index,
            "finding",
            frame.at[index, "finding"],
            "repeats an earlier finding word for word",
            "one claim a row",
            "remove the repeated row",
        )


def stance_of_outcomes(evidence: Evidence) -> Iterator[Fault]:
    """A finding about an outcome says whether it confirms, modifies or negates; a description may not."""
    frame = evidence.frames.get("findings")
    if frame is None:
        return
    allowed = evidence.package.tables["findings"].column("stance").enum
    described = _descriptive(evidence)
    silent = frame[(frame["stance"] == "") & ~frame["domain"].isin(described)]
    for index in silent.index:
        yield _fault(
            evidence,
            "findings",
            index,
            "stance",
            "",
            f"is empty in the domain {frame.at[index, 'domain']}",
            f"{', '.join(allowed[:-1])} or {allowed[-1]} (empty only in {', '.join(described)})",
            "code the stance by the rule in the data dictionary",
        )


def value_in_statement(evidence: Evidence) -> Iterator[Fault]:
    """A figure kept for charts also stands in the words of its finding."""
    frame = evidence.frames.get("findings")
    if frame is None or "value" not in frame:
        return
    charted = frame.loc[frame["value"] != "", ["value", "finding"]]
    for index, value, finding in charted.itertuples(name=None):
        if value.isdecimal() and f" {value} " in finding:
            continue
        said = {d.replace(",", "") for d in _DIGITS.findall(finding)}
        for figure in _DIGITS.findall(value):
            if figure.replace(",", "") not in said:
                yield _fault(
                    evidence,
                    "findings",
                    index,
                    "value",
                    value,
                    "does not stand in the finding's words",
                    "the same figure in both columns",
                    "correct the figure that is wrong; write it in digits in the finding, or leave value empty",
                )


def reference_numbers_complete(evidence: Evidence) -> Iterator[Fault]:
    """The numbers of a source's reference list run from 1 without a gap, each once."""
    frame = evidence.frames.get("reference_numbers")
    if frame is None:
        return
    for source, rows in frame.groupby("source_id", sort=False):
        numbers = set(rows["number"].dropna().astype(int))
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
        if missing:
            yield _fault(
                evidence,
                "reference_numbers",
                rows.index[0],
                "number",
                ", ".join(map(str, missing[:20])),
                f"source {source} lacks numbers",
                "1 to the last number, each once",
                "add the missing rows",
            )


def citations_carried(evidence: Evidence) -> Iterator[Fault]:
    """Every reference that a section of a source cites is carried by a row of the tables it feeds.

    `source_citations` lists what each section cites; `section_domains` says which tables (and for
    findings which domains) carry a section. A number is carried when its key stands in such a row,
    of the same component where the section belongs to one.
    """
    for gap in coverage(evidence).query("not carried and key != ''").itertuples():
        where = f"a row of {gap.tables.replace(';', ' or ')}" + (f" for {gap.component}" if gap.component else "")
        yield _fault(
            evidence,
            "source_citations",
            gap.Index,
            "number",
            str(gap.number),
            f"reference {gap.key} is cited in {gap.component} {gap.section} and carried by no row",
            where + (f" in {gap.domains.replace(';', ' or ')}" if gap.domains else ""),
            "add the finding that this citation supports, or add the key to the row that states it",
        )


def coverage(evidence: Evidence) -> pd.DataFrame:
    """Return `source_citations` with columns tables, domains, key and carried (bool), index kept.

    Empty frame when the package has no `source_citations`.
    """
    frames = evidence.frames
    if not {"source_citations", "section_domains", "reference_numbers"} <= frames.keys():
        return pd.DataFrame(columns=["component", "section", "number", "tables", "domains", "key", "carried"])
    cited = frames["source_citations"]
    numbers = frames["reference_numbers"].set_index(["source_id", "number"])["key"].to_dict()
    rules = frames["section_domains"].drop_duplicates("section").set_index("section")
    found = cited.assign(
        key=[numbers.get((s, n), "") for s, n in zip(cited["source_id"], cited["number"], strict=True)],
        tables=cited["section"].map(rules["tables"]).fillna(""),
        domains=cited["section"].map(rules["domains"]).fillna(""),
    )
    asked = set(found["key"])
    carriers = {name: _carriers(frame, asked) for name, frame in frames.items() if _citing(frame)}
    found["carried"] = [
        any((c, d, k) in carriers.get(t, set()) for t in split_list(ts) for d in (split_list(ds) or [""]))
        for c, ts, ds, k in zip(found["component"], found["tables"], found["domains"], found["key"], strict=True)
    ]
    return found


def is_uncited(fault: Fault) -> bool:
    """Return whether *fault* is a work that no row cites: while evidence is being entered, a row is still to come."""
    return fault.problem == _UNCITED


def references_carried(evidence: Evidence) -> Iterator[Fault]:
    """Every entry of the bibliography is carried by a row: none is there for show."""
    used: set[str] = set()
    for name, frame in evidence.frames.items():
        if name not in ("reference_numbers", "source_citations") and (column := _citing(frame)):
            used.update(key for cell in frame[column].unique() for key in split_list(cell))
    for key in evidence.references:
        if key not in used:
            yield Fault(
                "references.bib",
                0,
                "",
                key,
                _UNCITED,
                "entries that a row cites",
                "cite it where it belongs (form export lists it among the references), or remove the entry",
            )


def _citing(frame: pd.DataFrame) -> str:
    """Return the column that cites, or nothing."""
    return next((c for c in ("keys", "key") if c in frame), "")


def _carriers(frame: pd.DataFrame, asked: set[str]) -> set[tuple[str, str, str]]:
    """Return (component, domain, key) of every citation of a key *asked* for; component and domain also as empty."""
    blank = pd.Series("", index=frame.index)
    domains, components = frame.get("domain", blank), frame.get("component", blank)
    return {
        (component, domain, key)
        for c, d, cell in zip(components, domains, frame[_citing(frame)], strict=True)
        for key in split_list(cell)
        if key in asked
        for component in (c, "")
        for domain in (d, "")
    }


def logic_model_direction(evidence: Evidence) -> Iterator[Fault]:
    """A logic model's links join nodes of their own component and run from an earlier stage to a later one."""
    if not {"logic_model_nodes", "logic_model_links"} <= evidence.frames.keys():
        return
    nodes = evidence.frames["logic_model_nodes"].drop_duplicates("id").set_index("id")
    stages = list(evidence.package.tables["logic_model_nodes"].column("stage").enum)
    for row in evidence.frames["logic_model_links"].itertuples():
        ends = f"{row.from_id} to {row.to_id}"
        if not {row.from_id, row.to_id} <= set(nodes.index):
            continue  # the schema's foreign keys report it
        for end in (row.from_id, row.to_id):
            if nodes.at[end, "component"] != row.component:
                yield _fault(
                    evidence,
                    "logic_model_links",
                    row.Index,
                    "component",
                    row.component,
                    f"joins {end}, a node of {nodes.at[end, 'component']}",
                    "nodes of the same component",
                    "correct the component or the node",
                )
        if _rank(stages, nodes.at[row.from_id, "stage"]) >= _rank(stages, nodes.at[row.to_id, "stage"]):
            yield _fault(
                evidence,
                "logic_model_links",
                row.Index,
                "to_id",
                ends,
                "does not run to a later stage",
                " -> ".join(stages),
                "turn the link round or correct a stage",
            )


def strength_rules_read(evidence: Evidence) -> Iterator[Fault]:
    """The rule for strength and gaps gives known labels, counts what is known, and labels every cell."""
    if evidence.frames.keys() >= RULE_TABLES:
        paths = {name: f"data/{evidence.package.tables[name].path}" for name in ("strength_rules", "strength_groups")}
        yield from check_rules(evidence.frames, paths["strength_rules"])
        yield from check_groups(evidence.frames, paths["strength_groups"])


def _descriptive(evidence: Evidence) -> list[str]:
    """Return the domains under which the rule judges nothing; a synthesis without the rule describes nowhere."""
    return read_rules(evidence.frames).descriptive if evidence.frames.keys() >= RULE_TABLES else []


def _rank(stages: list[str], stage: str) -> int:
    return stages.index(stage) if stage in stages else -1


def _fault(
    evidence: Evidence, table: str, index: int, column: str, value: str, problem: str, allowed: str, remedy: str
) -> Fault:
    # Frames keep the file's order, so the spreadsheet row is the index plus header and base one.
    return Fault(f"data/{evidence.package.tables[table].path}", int(index) + 2, column, value, problem, allowed, remedy)


RULES: tuple[Callable[[Evidence], Iterator[Fault]], ...] = (
    repeated_citation,
    repeated_statement,
    stance_of_outcomes,
    value_in_statement,
    reference_numbers_complete,
    citations_carried,
    references_carried,
    logic_model_direction,
    strength_rules_read,
    recounts_point_somewhere,
    anomalies_listed,
)
