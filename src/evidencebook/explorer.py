"""What the page "Explore the evidence" holds: findings, configurations, foci, the works they cite, and the rule.

Takes frames and bibliography; returns one dictionary that `blocks.explorer` puts into the page and the
scripts `book/_static/explorer*.js` read. Cells stay as they are: the scripts set them as text. The rule of
strength goes along as data, so that a script can judge afresh the works that a reader picks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evidencebook import ris
from evidencebook.bibliography import References
from evidencebook.rulebook import CLAIMED, JUDGED, LISTS, Rulebook, read_rules
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys, study_profile
from evidencebook.vocabulary import vocabulary

_LISTS = ("stance", "design", "actor", "part", *LISTS)


def explorer_data(
    frames: Mapping[str, pd.DataFrame], references: References, practice: Sequence[str] = ()
) -> dict[str, Any]:
    """Return all that the explorer shows.

    Parameters
    ----------
    frames : findings, cmo, components, included_studies, evidence_maps, active_ingredients, vocabulary,
    strength_groups and strength_rules, and the tables of practice. references : every work that these cite.
    practice : names of the tables of practice.

    Returns
    -------
    Lists of coded values as pairs of value and label (``component``, ``domain``, ``stance``, ``design``,
    ``actor``, ``part``, ``strength``, ``consistency``, ``gap``); ``findings`` under the judged
    domains; ``elsewhere``, how many findings stand under each other domain, by label; ``cmo``; ``studies``
    as the reviews list them; ``foci`` of the maps; ``works`` by key; ``ingredients`` by id; ``rule``.
    """
    words = frames["vocabulary"]
    rules = read_rules(frames)
    judged = rules.having(JUDGED)
    labels = vocabulary(words, "domain").labels
    findings = frames["findings"]
    shown = findings[findings["domain"].isin(judged)]
    ingredients = _ingredients(frames["active_ingredients"], set(frames["cmo"]["id"]))
    citing = (shown["keys"], frames["cmo"]["keys"], frames["included_studies"]["key"], frames["evidence_maps"]["key"])
    return {
        "component": [[c.id, f"{c.id} {c.short_title}"] for c in frames["components"].itertuples()],
        "domain": [[d, labels[d]] for d in judged],
        **{name: [list(pair) for pair in vocabulary(words, name).labels.items()] for name in _LISTS},
        "findings": _records(shown, ("id", "component", "domain", "stance", "finding", "locator")),
        "elsewhere": {
            label: n for d, label in labels.items() if d not in judged and (n := int((findings["domain"] == d).sum()))
        },
        "cmo": _configurations(frames["cmo"], list(vocabulary(words, "part").labels), ingredients),
        "studies": _studies(frames["included_studies"], references),
        "foci": foci(frames["evidence_maps"]),
        "works": _works(distinct_keys(pd.concat(citing)), references),
        "ingredients": ingredients["text"],
        "rule": _rule(rules, frames, practice),
    }


def foci(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each focus of each map in printed order, with the works placed on it.

    Parameters
    ----------
    rows : columns component, focus, role and key (empty where the source places no work on a focus).

    Returns
    -------
    Dictionaries of id (`M1.2` is the second focus of M1), component, focus, role and keys.
    """
    found = []
    for component, own in rows.groupby("component", sort=False):
        for number, ((role, focus), placed) in enumerate(own.groupby(["role", "focus"], sort=False), 1):
            keys = [key for key in dict.fromkeys(placed["key"]) if key]
            told = {"component": component, "focus": focus, "role": role, "keys": keys}
            found.append({"id": f"{component}.{number}", **told})
    return found


def packed(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return records of equal columns with the names of the columns once, a sixth less to transfer."""
    columns = list(rows[0]) if rows else []
    return {"columns": columns, "rows": [list(row.values()) for row in rows]}


def _records(rows: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    told = rows[list(columns)].to_dict("records")
    return [{**row, "keys": split_list(keys)} for row, keys in zip(told, rows["keys"], strict=True)]


def _configurations(rows: pd.DataFrame, parts: list[str], ingredients: dict[str, Any]) -> list[dict[str, Any]]:
    records = _records(rows, ("id", "component", "actor", "title", *parts, "locator"))
    return [{**row, "ingredients": ingredients["on"].get(row["id"], [])} for row in records]


def _ingredients(rows: pd.DataFrame, configurations: set[str]) -> dict[str, Any]:
    """Return texts by id, and for each configuration the ids of the ingredients that rest on it."""
    texts, on = {}, dict[str, list[str]]()
    for row in rows.itertuples():
        for claim in configurations.intersection(split_list(row.claims)):
            texts[row.id] = row.text
            on.setdefault(claim, []).append(row.id)
    return {"text": texts, "on": on}


def _studies(rows: pd.DataFrame, references: References) -> list[list[str]]:
    """Return component, key, design, country as printed and country without brackets of each included study."""
    columns = ["component", "key", "design", "country", "place"]
    return [list(row) for row in study_profile(rows, references)[columns].itertuples(index=False, name=None)]


def _works(keys: list[str], references: References) -> dict[str, dict[str, Any]]:
    """Return short name, year (None without) and RIS record, with Unix line ends, of each work."""
    return {
        key: {"short": work.short, "year": work.year, "ris": ris.of_reference(work).replace(ris.LINE_END, "\n")}
        for key in keys
        if (work := references.get(key))
    }


def _rule(rules: Rulebook, frames: Mapping[str, pd.DataFrame], practice: Sequence[str]) -> dict[str, Any]:
    """Return the rule of strength, and what it knows of each component beside its findings."""
    groups: dict[str, dict[str, list[str]]] = {}
    for (column, value), names in rules.groups.items():
        groups.setdefault(column, {})[value] = sorted(names)
    examples = [frames[name]["component"] for name in practice if name in frames]
    said = dict(zip(frames["strength_rules"]["id"], frames["strength_rules"]["words"], strict=True))
    return {
        "groups": groups,
        "steps": {n: [[s.id, s.label, list(s.conditions)] for s in steps] for n, steps in rules.steps.items()},
        "words": said,
        "judged": rules.having(JUDGED),
        "claimed": rules.having(CLAIMED),
        "kinds": dict(zip(frames["components"]["id"], frames["components"]["kind"], strict=True)),
        "practice": {c: int(sum((own == c).sum() for own in examples)) for c in frames["components"]["id"]},
    }
