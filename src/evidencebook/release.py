"""Which files a data version consists of: hashes in `datapackage.json`, written when a version is sealed."""

from __future__ import annotations

import json
import os
from pathlib import Path

from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR, Package
from evidencebook.tables import file_hash


def unsealed(project: Project, package: Package) -> list[str]:
    """Return the files that differ from the hash that the descriptor states."""
    changed = [t.path for t in package.tables.values() if file_hash(project.data / t.path) != t.hash]
    if file_hash(project.bibliography) != package.bibliography_hash:
        changed.append(project.bibliography.name)
    return changed


def seal(project: Project) -> int:
    """Write the hash of every table and of the bibliography into the descriptor; return how many."""
    path = project.data / DESCRIPTOR
    raw = json.loads(path.read_text(encoding="utf-8"))
    for resource in raw["resources"]:
        resource["hash"] = file_hash(project.data / resource["path"])
    raw["evidencebook:bibliography-hash"] = file_hash(project.bibliography)
    draft = Path(f"{path}.part")
    draft.write_text(json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)
    return len(raw["resources"]) + 1
