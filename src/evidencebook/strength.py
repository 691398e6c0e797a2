"""Labels of strength, consistency and gap for each component and aim, and whether one work decides them.

The rule is data (`rulebook`). It counts works, never findings: a work that carries ten findings counts
once. A label says how much of what kind is written and whether it agrees; it is no appraisal of how
well any study was done. Pure functions from frames to frames, for the blocks `strength` and `component`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from evidencebook.rulebook import (
    AGAINST,
    BOTH,
    CLAIMED,
    CONDITIONAL,
    FOR,
    JUDGED,
    LISTS,
    OPINION,
    Rulebook,
    read_rules,
)
from evidencebook.schema import split_list

Said = list[tuple[str, list[str]]]
Labels = dict[str, str]


@dataclass(frozen=True)
class Body:
    """What is written on one component.

    Attributes
    ----------
    said : domain to its findings, each a stance and the works that carry it (findings without a stance
    are left out). works : work to the groups of its design and country. groups : those of its kind.
    practice : rows of examples and forerunners.
    """

    said: dict[str, Said]
    works: dict[str, frozenset[str]]
    groups: frozenset[str]
    practice: int = 0

    def without(self, work: str) -> Body:
        """Return the body as if *work* had never been written; a finding that rested on it alone counts no work."""
        kept = {d: [(s, [w for w in works if w != work]) for s, works in rows] for d, rows in self.said.items()}
        return Body(kept, self.works, self.groups, self.practice)


def strength_table(frames: Mapping[str, pd.DataFrame], practice: Sequence[str] = ()) -> pd.DataFrame:
    """Label every component and judged domain, and every component overall.

    Parameters
    ----------
    frames : findings, components, vocabulary, strength_groups and strength_rules; included_studies and
    the tables of practice where there are any. practice : names of those tables (`Package.practice`).

    Returns
    -------
    One row a component and domain, domains in vocabulary order, then the component overall (domain
    empty). Columns: component, domain; findings, works and every other count; strength, consistency and
    gap, each with `<list>_rule` (id of the row that decided) and `<list>_hinges` (works, separated by
    ``;``, each of which alone changes the label when left out; empty means that the label is robust);
    ceiling (id of the ceiling that the label stands at, or empty).
    """
    rules = read_rules(frames)
    rows = []
    for component in frames["components"].itertuples():
        examples = sum(int((frames[n]["component"] == component.id).sum()) for n in practice if n in frames)
        body = replace(_body(frames, component.id, component.kind, rules), practice=examples)
        labelled = _labels(body, rules)
        hinges = _hinges(body, labelled, rules)
        for domain, (counts, labels) in labelled.items():
            held = {f"{n}_hinges": ";".join(hinges.get((domain, n), ())) for n in LISTS}
            rows.append({"component": component.id, "domain": domain, **counts, **labels, **held})
    # A count that a cell lacks is 0: no work of that group.
    table = pd.DataFrame(rows)
    numbers = table.select_dtypes("number").columns
    return table.assign(**{n: table[n].fillna(0) for n in numbers})


def _body(frames: Mapping[str, pd.DataFrame], component: str, kind: str, rules: Rulebook) -> Body:
    findings = frames["findings"]
    own = findings[(findings["component"] == component) & (findings["stance"] != "")]
    said: dict[str, Said] = {domain: [] for domain in rules.having(JUDGED)}
    for row in own.itertuples():
        if row.domain in said:
            said[row.domain].append((row.stance, split_list(row.keys)))
    coded: dict[str, frozenset[str]] = {}
    if "included_studies" in frames:
        studies = frames["included_studies"]
        for study in studies[studies["component"] == component].itertuples():
            coded[study.key] = rules.group("design", study.design) | rules.group("country", study.country)
    uncoded = rules.group("design", "") | rules.group("country", "")
    cited = _distinct(work for rows in said.values() for _, works in rows for work in works)
    return Body(said, {w: coded.get(w, uncoded) for w in cited}, rules.group("kind", kind))


def _labels(body: Body, rules: Rulebook) -> dict[str, tuple[dict[str, float], Labels]]:
    """Return counts and labels of every judged domain, and under the empty domain of the component overall."""
    claimed = set(rules.having(CLAIMED))
    cells = {}
    for domain, rows in body.said.items():
        counts = _counts(rows, body, rules)
        cells[domain] = (counts, _judge(counts, rules))
    places = [rules.scale.index(labels["strength"]) for d, (_, labels) in cells.items() if d in claimed]
    pooled = [row for domain, rows in body.said.items() if domain in claimed for row in rows]
    counts = _counts(pooled, body, rules) | {"overall": 1, "weakest": min(places, default=0)}
    cells[""] = (counts, _judge(counts, rules))
    return cells


def _counts(rows: Said, body: Body, rules: Rulebook) -> dict[str, float]:
    """Count findings, works, works of each group, and works by the side they take (each also in 100 works)."""
    sides: dict[str, set[str]] = {}
    for stance, works in rows:
        for work in works:
            sides.setdefault(work, set()).update(rules.group("stance", stance))
    total = len(sides)
    taken = [_side(said) for said in sides.values()]
    counts = {side: taken.count(side) for side in (FOR, AGAINST, CONDITIONAL, BOTH)}
    for work in sides:
        for group in body.works[work]:
            counts[group] = counts.get(group, 0) + 1
    counts["informing"] = total - counts.get(OPINION, 0)
    leading = max(counts[FOR], counts[AGAINST], counts[CONDITIONAL])
    shares = {f"{n}_share": 100 * c / total if total else 0.0 for n, c in {**counts, "leading": leading}.items()}
    fixed = dict.fromkeys(body.groups, 1) | {"practice": body.practice, "overall": 0, "weakest": 0}
    return {"findings": len(rows), "works": total, **counts, **shares, **fixed}


def _side(said: set[str]) -> str:
    """Return the side that one work takes; results for and against from one work are no quarrel between works."""
    if {FOR, AGAINST} <= said:
        return BOTH
    return next((side for side in (FOR, AGAINST) if side in said), CONDITIONAL)


def _judge(counts: Mapping[str, float], rules: Rulebook) -> Labels:
    """Return the labels of one cell, with the ids of the rows that decided."""
    known = dict(counts)
    labels: Labels = {"ceiling": ""}
    for name in LISTS:
        step = rules.first(name, known)
        label = step.label
        if name == LISTS[0]:
            label, labels["ceiling"] = rules.ceiling(label, known)
        labels |= {name: label, f"{name}_rule": step.id}
        known[label] = 1
    return labels


def _hinges(
    body: Body, labelled: Mapping[str, tuple[Mapping[str, float], Labels]], rules: Rulebook
) -> dict[tuple[str, str], list[str]]:
    """Return, for each domain and list, the works each of which alone changes the label when left out."""
    found: dict[tuple[str, str], list[str]] = {}
    for work in body.works:
        for domain, (_, labels) in _labels(body.without(work), rules).items():
            for name in LISTS:
                if labels[name] != labelled[domain][1][name]:
                    found.setdefault((domain, name), []).append(work)
    return found


def _distinct(works: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(works))
