"""Sections of a template that are repeated for each value of a list: one for each outcome domain, one for each actor.

A cell of such a section says so in its metadata, under ``evidencebook``: ``{"each": "domain", "value":
"costs"}``. Its heading is the value's label. What the lists hold comes from the tables (`lists`);
`fitted` brings a notebook in line with them and `lacking` says whether it is. Other cells stay as
they are, and so do the sections of values that remain: a section is text of the project.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import pandas as pd

from evidencebook.errors import Fault
from evidencebook.rulebook import JUDGED, read_rules
from evidencebook.vocabulary import vocabulary

KEY, EACH, VALUE = "evidencebook", "each", "value"
Notebook = dict[str, Any]
Lists = dict[str, dict[str, str]]
_HEADING = re.compile(r"^(#+ ).*$", re.MULTILINE)


def lists(frames: Mapping[str, pd.DataFrame]) -> Lists:
    """Return what sections are repeated for, value to label: judged domains, actors, themes of ingredients."""
    words = frames["vocabulary"]
    domains = vocabulary(words, "domain").labels
    themes = frames["active_ingredients"]["theme"] if "active_ingredients" in frames else ()
    return {
        "domain": {d: domains[d] for d in read_rules(frames).having(JUDGED)},
        "actor": vocabulary(words, "actor").labels,
        "theme": {theme: theme for theme in themes},
    }


def fitted(notebook: Notebook, wanted: Lists) -> Notebook:
    """Return *notebook* with one section for each wanted value, in order; a new one is made after the first there was.

    The sections of prose that the template's metadata name follow the domains.
    """
    made = copy.deepcopy(notebook)
    made["cells"] = [cell for run in _runs(notebook["cells"]) for cell in _run_fitted(run, wanted)]
    declared = made["metadata"].get(KEY, {})
    if "prose" in declared:
        before = _values(notebook, "domain")
        declared["prose"] = _replaced(declared["prose"], before, list(wanted["domain"]))
    return made


def lacking(notebook: Notebook, wanted: Lists) -> list[tuple[str, str]]:
    """Return (list, value) of each section that *notebook* lacks or has too many."""
    found = []
    for name in dict.fromkeys(_mark(cell)[0] for cell in notebook["cells"]):
        if wanted.get(name):
            there = set(_values(notebook, name))
            differing = there.symmetric_difference(wanted[name])
            found += [(name, value) for value in sorted(differing)]
    return found


def faults(file: str, notebook: Notebook, wanted: Lists) -> Iterator[Fault]:
    """Yield a fault for each section that the template in *file* lacks or has too many."""
    for name, value in lacking(notebook, wanted):
        problem = f"lacks a section for the {name}" if value in wanted[name] else f"has a section for an unknown {name}"
        remedy = "run 'evidencebook sections', which brings the templates in line with the vocabulary"
        yield Fault(file, 0, "", value, problem, ", ".join(wanted[name]), remedy)


def _mark(cell: Mapping[str, Any]) -> tuple[str, str]:
    own = cell["metadata"].get(KEY, {})
    return own.get(EACH, ""), own.get(VALUE, "")


def _values(notebook: Notebook, name: str) -> list[str]:
    return list(dict.fromkeys(value for each, value in map(_mark, notebook["cells"]) if each == name))


def _runs(cells: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield neighbouring cells that repeat for the same list, and between them the others."""
    for _, run in groupby(cells, key=lambda cell: _mark(cell)[0]):
        yield list(run)


def _run_fitted(run: list[dict[str, Any]], wanted: Lists) -> list[dict[str, Any]]:
    name, first = _mark(run[0])
    if name not in wanted:
        return run
    held: dict[str, list[dict[str, Any]]] = {}
    for cell in run:
        held.setdefault(_mark(cell)[1], []).append(cell)
    made = (held.get(v) or [_cell(c, first, v, label) for c in held[first]] for v, label in wanted[name].items())
    # A list without a value leaves the pattern, or else nobody could add the first.
    return [cell for section in made for cell in section] or held[first]


def _cell(pattern: Mapping[str, Any], first: str, value: str, label: str) -> dict[str, Any]:
    cell: dict[str, Any] = copy.deepcopy(dict(pattern))
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        text = _HEADING.sub(lambda found: found[1] + label, text)
    cell["source"] = text.replace(f'"{first}"', f'"{value}"')
    cell["metadata"][KEY][VALUE] = value
    cell["id"] = re.sub(r"[^a-zA-Z0-9-]+", "-", f"{pattern['id']}-{value}")[:64]
    return cell


def _replaced(names: list[str], before: list[str], after: list[str]) -> list[str]:
    place = next((n for n, name in enumerate(names) if name in before), None)
    if place is None:
        return names
    kept = [name for name in names if name not in before]
    return [*kept[:place], *after, *kept[place:]]
