"""The rule by which strength, consistency and gaps are labelled, read from its two tables.

`strength_groups` says what a coded value counts as; `strength_rules` holds decision lists: of each
list the first row whose conditions all hold gives the label. Thresholds, labels and groups are data,
so another synthesis changes rows. Goes to `strength` (labels) and to the blocks that print the rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evidencebook.errors import Fault, ProjectError
from evidencebook.schema import split_list

LISTS = ("strength", "consistency", "gap")
CEILING = "ceiling"
# What a finding's stance may speak for; a stance in no group counts as neither.
FOR, AGAINST, CONDITIONAL, BOTH = "for", "against", "conditional", "both"
OPINION, JUDGED, CLAIMED = "opinion", "judged", "claimed"
ANY_OTHER = "*"
# Counts that every cell has, whatever the groups; `strength` works them out.
COUNTS = ("works", "informing", "practice", "overall", "weakest", "leading_share", FOR, AGAINST, CONDITIONAL, BOTH)
# The tables that hold the rule.
TABLES = frozenset({"strength_groups", "strength_rules", "vocabulary"})
_CONDITION = re.compile(r"([a-z_]+)(>=|<=)(\d+)")


@dataclass(frozen=True)
class Step:
    """One row of a decision list: the label it gives where all its conditions hold."""

    id: str
    label: str
    conditions: tuple[tuple[str, str, int], ...]

    def holds(self, counts: Mapping[str, float]) -> bool:
        """Say whether *counts* meet every condition; a count that is not there is 0."""
        return all(
            counts.get(name, 0) >= bound if sign == ">=" else counts.get(name, 0) <= bound
            for name, sign, bound in self.conditions
        )


@dataclass(frozen=True)
class Rulebook:
    """The whole rule.

    Attributes
    ----------
    groups : (column, value) to groups. steps : list to its steps in order.
    scale : strength labels from weakest to strongest. domains : every domain, in the order shown.
    """

    groups: dict[tuple[str, str], frozenset[str]]
    steps: dict[str, list[Step]]
    scale: list[str]
    domains: list[str]

    def group(self, column: str, value: str) -> frozenset[str]:
        """Return the groups of a coded *value*; those of ``*`` when it has no row of its own."""
        if value and (column, value) not in self.groups:
            value = ANY_OTHER
        return self.groups.get((column, value), frozenset())

    def first(self, name: str, counts: Mapping[str, float]) -> Step:
        """Return the step of the list *name* that labels a cell with these *counts*.

        Raises
        ------
        ProjectError
            when no step holds: the last one must have no condition.
        """
        for step in self.steps.get(name, ()):
            if step.holds(counts):
                return step
        raise ProjectError(f"strength_rules has no row of the list {name!r} that always holds: add a last one")

    def ceiling(self, label: str, counts: Mapping[str, float]) -> tuple[str, str]:
        """Return the label under every ceiling that holds, and the id of the ceiling that it stands at."""
        at = ""
        for step in self.steps.get(CEILING, ()):
            if step.holds(counts) and self.scale.index(step.label) <= self.scale.index(label):
                # Of two equal ceilings the first is named: it is the more general.
                at = at if at and step.label == label else step.id
                label = step.label
        return label, at

    def having(self, group: str) -> list[str]:
        """Return the domains in *group*, in the order shown."""
        return [d for d in self.domains if group in self.group("domain", d)]

    @property
    def descriptive(self) -> list[str]:
        """Domains that describe, in the order shown: nothing is judged under them."""
        return [d for d in self.domains if JUDGED not in self.group("domain", d)]


def read_rules(frames: Mapping[str, pd.DataFrame]) -> Rulebook:
    """Return the rule from the tables strength_groups, strength_rules and vocabulary."""
    groups, rules, words = frames["strength_groups"], frames["strength_rules"], frames["vocabulary"]
    steps: dict[str, list[Step]] = {}
    for row in rules.itertuples():
        conditions = tuple(_condition(c) for c in split_list(row.conditions))
        steps.setdefault(row.list, []).append(Step(row.id, row.label, conditions))
    return Rulebook(
        {(r.column, r.value): frozenset(split_list(r.groups)) for r in groups.itertuples()},
        steps,
        list(words.loc[words["list"] == LISTS[0], "value"]),
        list(words.loc[words["list"] == "domain", "value"]),
    )


def _condition(text: str) -> tuple[str, str, int]:
    name, sign, bound = _CONDITION.fullmatch(text).groups()  # type: ignore[union-attr] # the schema holds the pattern
    return name, sign, int(bound)


def check_rules(frames: Mapping[str, pd.DataFrame], path: str) -> Iterator[Fault]:
    """Yield a fault for each label that is not in its vocabulary, each unknown count, each list without an end.

    Parameters
    ----------
    path : file of the table strength_rules, as faults name it.
    """
    rules, words = frames["strength_rules"], frames["vocabulary"]
    known = _known_counts(frames)
    for index, row in rules.iterrows():
        place = int(str(index)) + 2
        name = LISTS[0] if row["list"] == CEILING else row["list"]
        labels = list(words.loc[words["list"] == name, "value"])
        if row["label"] not in labels:
            allowed, remedy = ", ".join(labels), f"choose one of these, or add it to the list {name} of the vocabulary"
            yield Fault(path, place, "label", row["label"], "is no label of its list", allowed, remedy)
        for condition in split_list(row["conditions"]):
            found = _CONDITION.fullmatch(condition)
            if found and found[1] not in known:
                allowed, remedy = ", ".join(sorted(known)), "choose one of these counts, or name it in strength_groups"
                yield Fault(path, place, "conditions", condition, "counts what is not known", allowed, remedy)
    for name, rows in rules.groupby("list", sort=False):
        if name != CEILING and rows["conditions"].iloc[-1] != "":
            place, allowed = int(rows.index[-1]) + 2, "an empty cell in the last row of a list"
            remedy = "add a last row without conditions, so that every cell gets a label"
            yield Fault(path, place, "conditions", rows["conditions"].iloc[-1], "ends its list", allowed, remedy)


def check_groups(frames: Mapping[str, pd.DataFrame], path: str) -> Iterator[Fault]:
    """Yield a fault for each code of the vocabulary that the rule would pass over in silence.

    Every design, stance and kind of component needs a row in strength_groups, or its column one with ``*``.
    """
    groups, words = frames["strength_groups"], frames["vocabulary"]
    for column in ("design", "stance", "kind"):
        listed = set(groups.loc[groups["column"] == column, "value"])
        codes = [] if ANY_OTHER in listed else list(words.loc[words["list"] == column, "value"])
        for code in (c for c in codes if c not in listed):
            allowed, remedy = "every code of the vocabulary, or *", f"add a row for the {column} {code}"
            yield Fault(path, len(groups) + 1, "value", "", f"lacks the {column} {code}", allowed, remedy)


def _known_counts(frames: Mapping[str, pd.DataFrame]) -> set[str]:
    words = frames["vocabulary"]
    groups = {g for cell in frames["strength_groups"]["groups"] for g in split_list(cell)}
    labels: Sequence[str] = list(words.loc[words["list"].isin(LISTS), "value"])
    known = {*COUNTS, *groups}
    return known | {f"{name}_share" for name in known} | set(labels)
