"""The templates of a new synthesis, made from the project's own.

A cell says in its metadata, under ``evidencebook``, what becomes of it: ``{"own": true}`` is left out,
``{"new": TEXT}`` takes that text (``{title}`` and ``{question}`` are filled in), ``{"each": ...}`` is
repeated for the new lists (`sections`). The rest is the same, so that there is no second copy to keep.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from evidencebook.chapters import NO_TABLES
from evidencebook.sections import KEY, Lists, Notebook, fitted
from evidencebook.starter import TEMPLATES, shared
from evidencebook.starter.answers import Answers

_OWN, _NEW = "own", "new"


def notebooks(answers: Answers, wanted: Lists, tables: tuple[str, ...]) -> dict[str, str]:
    """Return every template by file name.

    Parameters
    ----------
    wanted : what sections are repeated for. tables : those of the new synthesis; a template reads no other.
    """
    made = {}
    for name in TEMPLATES:
        raw = json.loads((shared() / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        notebook = fitted(_renewed(raw, answers, tables), wanted)
        made[f"{name}.ipynb"] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return made


def _renewed(notebook: Notebook, answers: Answers, tables: tuple[str, ...]) -> Notebook:
    cells = [_cell(cell, answers) for cell in notebook["cells"] if not cell["metadata"].get(KEY, {}).get(_OWN)]
    declared = dict(notebook["metadata"][KEY])
    declared |= {name: _filled(value, answers) for name, value in declared.pop(_NEW, {}).items()}
    declared["reads"] = {n: where for n, where in declared["reads"].items() if n in tables or n in NO_TABLES}
    made = {**notebook, "metadata": {**notebook["metadata"], KEY: declared}}
    return {**made, "cells": _without_unused_imports([_with_parameters(c, answers) for c in cells])}


def _cell(cell: dict[str, Any], answers: Answers) -> dict[str, Any]:
    own = dict(cell["metadata"].get(KEY, {}))
    source = _filled(own.pop(_NEW), answers) if _NEW in own else "".join(cell["source"])
    metadata = {name: value for name, value in cell["metadata"].items() if name != KEY}
    return {**cell, "source": source, "metadata": metadata | ({KEY: own} if own else {})}


def _with_parameters(cell: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """Let a template that runs for each component start with the first of its kind."""
    if "parameters" not in cell["metadata"].get("tags", []):
        return cell
    fitting = [p.id for p in answers.components if f'"{p.id[0]}' in cell["source"]] or [answers.components[0].id]
    return {**cell, "source": re.sub(r'"[A-Z][0-9]+"', f'"{fitting[0]}"', cell["source"])}


def _filled(text: str, answers: Answers) -> str:
    return text.replace("{title}", answers.title).replace("{question}", answers.question)


def _without_unused_imports(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take out of the imports what no cell calls any more."""
    code = [ast.parse(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    used = {node.id for tree in code for node in ast.walk(tree) if isinstance(node, ast.Name)}
    made = []
    for cell in cells:
        if cell["cell_type"] == "code" and cell["source"].startswith("from "):
            cell = {**cell, "source": _pruned(cell["source"], used)}
        made.append(cell)
    return made


def _pruned(source: str, used: set[str]) -> str:
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    if all(alias.name in used for node in imports for alias in node.names):
        return source
    for node in imports:
        node.names = [alias for alias in node.names if alias.name in used]
    kept = [ast.unparse(node) for node in imports if node.names]
    rest = source.split("\n")[imports[-1].end_lineno :]
    return "\n".join([*kept, *rest])
