"""Write a made-up synthesis of any size: components, findings and references by number.

It takes the shape of its tables, its vocabulary, settings and styles from this repository, and one
template, a realist review reduced to its findings. Every row is sound and shown on a page, so that the
checks and the build have their full work.

    python benchmarks/synthetic.py FOLDER --findings 10000 --components 80 --references 5000
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
# Tables of rules, taken as they are, and tables that are filled or left empty.
COPIED = ("vocabulary", "strength_groups", "strength_rules")
TABLES = (*COPIED, "sources", "coders", "components", "findings", "discrepancy_claims", "reference_numbers")
DOMAINS = {"population_health": "PH", "cost_effectiveness": "CE", "patient_experience": "PE", "staff_experience": "SE"}
STANCES = ("confirming", "modifying", "negating")
_SHOWN = re.compile(r"findings_of\(|^statement\(")


@dataclass(frozen=True)
class Size:
    """How much a made-up synthesis holds."""

    findings: int
    components: int
    references: int


def write(root: Path, size: Size) -> None:
    """Write the synthesis into the new folder *root*."""
    root.mkdir(parents=True)
    descriptor = _descriptor()
    for resource in descriptor["resources"]:
        header = [field["name"] for field in resource["schema"]["fields"]]
        if resource["name"] in COPIED:
            (root / "data" / resource["path"]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "data" / resource["path"], root / "data" / resource["path"])
        else:
            _table(root / "data" / resource["path"], header, _rows(resource["name"], size))
    (root / "data" / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with (root / "references.bib").open("w", encoding="utf-8") as file:
        file.writelines(_entry(number) for number in range(1, size.references + 1))
    for name in ("book/_static", "book/references.md", "book/ledger.md"):
        source = ROOT / name
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, root / name) if source.is_dir() else shutil.copy(source, root / name)
    (root / "book" / "start.md").write_text("# A made-up synthesis\n\nFor measuring.\n", encoding="utf-8")
    _template(root / "notebooks")
    shutil.copy(ROOT / "_config.yml", root)
    pages = [f"book/chapters/r{n}-review" for n in range(1, size.components + 1)] + ["book/ledger", "book/references"]
    contents = {"format": "jb-book", "root": "book/start", "chapters": [{"file": page} for page in pages]}
    (root / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")


def _descriptor() -> dict[str, Any]:
    """Return the descriptor of the tables that are filled, ids as long as they must be."""
    raw: dict[str, Any] = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    raw["resources"] = [r for r in raw["resources"] if r["name"] in TABLES]
    for resource in raw["resources"]:
        resource.pop("hash", None)
        for field in resource["schema"]["fields"]:
            if pattern := field.get("constraints", {}).get("pattern"):
                pattern = pattern.replace("[RM][0-9]", "[RM][0-9]{1,4}").replace("-[0-9]{3}", "-[0-9]{3,7}")
                field["constraints"]["pattern"] = pattern
    return raw


def _rows(table: str, size: Size) -> Iterable[dict[str, Any]]:
    if table == "sources":
        return [{"id": "made-up", "title": "A made-up synthesis", "authors": "Nobody N", "year": 2020}]
    if table == "coders":
        return [{"id": "coder-a", "role": "made up", "description": "Nobody"}]
    if table == "reference_numbers":
        return ({"source_id": "made-up", "number": n, "key": f"work{n}"} for n in range(1, size.references + 1))
    makers = {"components": _components, "findings": _findings}
    return makers[table](size) if table in makers else []


def _components(size: Size) -> Iterator[dict[str, Any]]:
    for n in range(1, size.components + 1):
        told = {"title": f"Made-up service number {n}", "short_title": f"Service {n}", "locator": "ch1 ¶2"}
        yield {"id": f"R{n}", "kind": "review", "if_clause": "A service opens", "then_clause": "People go", **told}


def _findings(size: Size) -> Iterator[dict[str, Any]]:
    """Findings in turn for each component and domain; each work is cited by at least one."""
    cited = max(1, -(-size.references // size.findings))
    names = list(DOMAINS)
    for n in range(size.findings):
        component, domain = n % size.components + 1, names[n // size.components % len(names)]
        keys = ";".join(f"work{(n * cited + k) % size.references + 1}" for k in range(min(cited, size.references)))
        figure = n % 97 + 1
        yield {
            "id": f"R{component}-{DOMAINS[domain]}-{n:03}",
            "component": f"R{component}",
            "domain": domain,
            "topic": f"Topic {n % 50}",
            "stance": STANCES[n % len(STANCES)],
            "finding": f"In made-up study {n} the attendance of a service rose by {figure} % within a made-up year.",
            "value": figure,
            "unit": "%",
            "keys": keys,
            "locator": f"ch4 Outcomes ¶{n % 40 + 1}",
            "coded_by": "coder-a",
        }


def _entry(number: int) -> str:
    fields = {
        "author": "Nobody, N. and Other, O.",
        "title": f"A made-up trial, part {number}",
        "year": 1990 + number % 30,
        "journal": "Journal of Made-up Results",
        "volume": number,
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items()]
    return f"@article{{work{number},\n{''.join(lines)}}}\n\n"


def _template(folder: Path) -> None:
    """Write the realist review with its statement and findings alone."""
    raw = json.loads((ROOT / "notebooks" / "realist_review.ipynb").read_text(encoding="utf-8"))
    kept, heading = [], None
    for cell in raw["cells"]:
        source = "".join(cell["source"])
        if source.startswith("## "):
            heading = cell
        elif _SHOWN.search(source):
            kept += [heading] if heading and source.startswith("findings_of") else []
            kept.append(cell | {"source": source.replace("statement(chapter)", "statement(chapter, anchored=True)")})
        elif source.startswith("# ") or "parameters" in cell["metadata"].get("tags", []) or "open_chapter(" in source:
            kept.append(cell)
    declared = raw["metadata"]["evidencebook"]
    reads = ("components", "findings", "references", "vocabulary", "discrepancy_claims")
    raw["metadata"]["evidencebook"] = declared | {"reads": {k: v for k, v in declared["reads"].items() if k in reads}}
    folder.mkdir()
    (folder / "realist_review.ipynb").write_text(json.dumps(raw | {"cells": kept}), encoding="utf-8")


def _table(path: Path, header: list[str], rows: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        source = iter(rows)
        while block := list(islice(source, 10_000)):
            writer.writerows(block)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name, number in (("findings", 10_000), ("components", 80), ("references", 5_000)):
        parser.add_argument(f"--{name}", type=int, default=number)
    given = parser.parse_args()
    write(given.folder, Size(given.findings, given.components, given.references))
