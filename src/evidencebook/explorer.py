"""What the page "Explore the evidence" holds: findings, configurations and the works they cite, as plain data.

Takes frames and bibliography; returns one dictionary that `blocks.explorer` puts into the page and
`book/_static/explorer.js` reads. Cells stay as they are: the script sets them as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evidencebook.bibliography import Reference, References
from evidencebook.rulebook import JUDGED, read_rules
from evidencebook.schema import split_list
from evidencebook.synthesis import distinct_keys, study_profile
from evidencebook.vocabulary import vocabulary

_LISTS = ("stance", "design", "actor", "part")
# Kinds of work as RIS names them; what is not listed is a general work.
_RIS_TYPES = {
    "article": "JOUR",
    "book": "BOOK",
    "incollection": "CHAP",
    "inproceedings": "CPAPER",
    "techreport": "RPT",
    "unpublished": "UNPB",
    "online": "ELEC",
}
_RIS_FIELDS = {
    "title": "TI",
    "journal": "T2",
    "booktitle": "T2",
    "year": "PY",
    "volume": "VL",
    "number": "IS",
    "publisher": "PB",
    "institution": "PB",
    "address": "CY",
    "doi": "DO",
    "url": "UR",
}


def explorer_data(frames: Mapping[str, pd.DataFrame], references: References) -> dict[str, Any]:
    """Return all that the explorer shows.

    Parameters
    ----------
    frames : findings, cmo, components, included_studies, active_ingredients, vocabulary, strength_groups
    and strength_rules. references : every work that these cite.

    Returns
    -------
    Lists of coded values as pairs of value and label (``component``, ``domain``, ``stance``, ``design``,
    ``actor``, ``part``); ``findings`` under the judged domains; ``elsewhere``, how many findings stand
    under each other domain, by label; ``cmo``; ``works`` by key; ``ingredients`` by id.
    """
    words = frames["vocabulary"]
    judged = read_rules(frames).having(JUDGED)
    labels = vocabulary(words, "domain").labels
    findings = frames["findings"]
    shown = findings[findings["domain"].isin(judged)]
    ingredients = _ingredients(frames["active_ingredients"], set(frames["cmo"]["id"]))
    cited = distinct_keys(pd.concat([shown["keys"], frames["cmo"]["keys"]]))
    return {
        "component": [[c.id, f"{c.id} {c.short_title}"] for c in frames["components"].itertuples()],
        "domain": [[d, labels[d]] for d in judged],
        **{name: [list(pair) for pair in vocabulary(words, name).labels.items()] for name in _LISTS},
        "findings": _records(shown, ("id", "component", "domain", "stance", "finding", "locator")),
        "elsewhere": {
            label: n for d, label in labels.items() if d not in judged and (n := int((findings["domain"] == d).sum()))
        },
        "cmo": _configurations(frames["cmo"], list(vocabulary(words, "part").labels), ingredients),
        "works": _works(cited, frames["included_studies"], references),
        "ingredients": ingredients["text"],
    }


def people(work: Reference) -> list[str]:
    """Return authors, or else editors, each as `Family, Given`; a corporate name stays whole."""
    rest = work.fields.get("author") or work.fields.get("editor") or ""
    found = []
    for number, surname in enumerate(work.surnames):
        following = work.surnames[number + 1] if number + 1 < len(work.surnames) else "others" if work.more else ""
        end = rest.find(f" and {following}", len(surname)) if following else -1
        found.append(rest[:end] if end >= 0 else rest)
        rest = rest[end + len(" and ") :] if end >= 0 else ""
    return [name for name in found if name]


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


def _works(keys: list[str], studies: pd.DataFrame, references: References) -> dict[str, dict[str, Any]]:
    """Return short name, year (None without), codings (design, country) and RIS lines of each work.

    A work stands in a table of included studies or it has no coding; nothing is guessed.
    """
    coded: dict[str, list[list[str]]] = {}
    for study in study_profile(studies, references).itertuples():
        pair = [study.design, study.place]
        if pair not in coded.setdefault(study.key, []):
            coded[study.key].append(pair)
    return {
        key: {"short": work.short, "year": work.year, "coded": coded.get(key, []), "ris": _ris(work)}
        for key in keys
        if (work := references.get(key))
    }


def _ris(work: Reference) -> list[list[str]]:
    lines = [["TY", _RIS_TYPES.get(work.type, "GEN")], *(["AU", name] for name in people(work))]
    lines += [[tag, work.fields[name]] for name, tag in _RIS_FIELDS.items() if work.fields.get(name)]
    first, _, last = work.fields.get("pages", "").replace("--", "-").partition("-")
    lines += [["SP", first]] if first else []
    lines += [["EP", last]] if last else []
    return [[tag, " ".join(text.split())] for tag, text in [*lines, ["ID", work.key]]]
