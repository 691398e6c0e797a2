"""`evidencebook check`: every fault of tables, bibliography and prose at once."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from evidencebook.errors import EvidenceBookError
from evidencebook.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from evidencebook.chapters import Evidence
    from evidencebook.errors import Fault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("check", help="check every table and the bibliography; report all faults at once")
    parser.add_argument(
        "--coverage", action="store_true", help="also print references cited and carried, by section of the source"
    )
    parser.add_argument(
        "--sealed", action="store_true", help="also fail when a file differs from the hash in datapackage.json"
    )
    parser.add_argument(
        "--stale",
        choices=("warn", "fail"),
        default="warn",
        help="paragraphs whose rows changed since they were signed off: name them (warn), or also fail",
    )
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Check everything; return 0 when all is well."""
    from evidencebook import evidence
    from evidencebook.audit import coverage
    from evidencebook.errors import DataError
    from evidencebook.versions.release import unsealed

    started = time.perf_counter()
    loaded, faults = evidence.inspect(project)
    faults += _of_templates(project, loaded) if not faults else []
    if faults:
        raise DataError(faults)
    rows = sum(map(len, loaded.frames.values()))
    took = time.perf_counter() - started
    works = len(loaded.references)
    held = f"{len(loaded.frames)} tables, {rows} rows, {works} reference{'s' * (works != 1)}"
    print(f"{held}: no fault ({took:.1f} s)")
    if options.coverage:
        _print_coverage(coverage(loaded))
    if changed := unsealed(project, loaded.package):
        released = any(table.hash for table in loaded.package.tables.values())
        told = f"changed since data version {loaded.package.version} was sealed: {', '.join(changed)}"
        print(told if released else "no data version is sealed yet; 'evidencebook seal' makes the first one")
        if options.sealed:
            raise EvidenceBookError(
                "the files above differ from datapackage.json: raise its version and run 'evidencebook seal'"
            )
    if (stale := _print_stale(project, loaded)) and options.stale == "fail":
        told = "1 paragraph is" if stale == 1 else f"{stale} paragraphs are"
        raise EvidenceBookError(f"{told} stale (see above): read against the rows, mend, and sign off")
    return 0


def _of_templates(project: Project, loaded: Evidence) -> list[Fault]:
    """Return a fault for each section that a template lacks or has too many."""
    import json

    from evidencebook.sections import faults, lists

    wanted = lists(loaded.frames)
    found: list[Fault] = []
    for path in sorted(project.notebooks.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        found += faults(str(path.relative_to(project.root)), notebook, wanted)
    return found


def _print_stale(project: Project, loaded: Evidence) -> int:
    """Print each paragraph that no sign-off holds for as it stands; return how many."""
    from evidencebook.prose import load_prose
    from evidencebook.staleness import described, readings

    stale = [r for r in readings(load_prose(project.prose, project.root), loaded.package, loaded.frames) if r.stale]
    for reading in stale:
        print("\n".join(described(reading, loaded.package)))
    return len(stale)


def _print_coverage(found: pd.DataFrame) -> None:
    counts = found.groupby(["component", "section"], sort=False)["carried"].agg(["size", "sum"])
    print(f"{'component':<11}{'section':<26}{'cited':>7}{'carried':>9}{'missing':>9}")
    for (component, section), row in counts.iterrows():
        print(f"{component:<11}{section:<26}{row['size']:>7}{row['sum']:>9}{row['size'] - row['sum']:>9}")
