"""`evidencebook audit`: what the sources state about themselves, worked out again."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "audit", help="recompute what the sources state; print what differs and where it is listed"
    )
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Print what differs, with the discrepancy that lists it."""
    from evidencebook import evidence
    from evidencebook.recount import anomalies
    from evidencebook.schema import split_list

    loaded, _ = evidence.inspect(project)
    discrepancies = loaded.frames["discrepancies"]
    listed = {
        c: d for d, cell in zip(discrepancies["id"], discrepancies["audit"], strict=True) for c in split_list(cell)
    }
    for found in anomalies(loaded):
        where = listed.get(found.code, "not listed")
        print(f"{where:<11}{found.code}: {found.locator}: {found.stated}; found {found.found}")
    return 0
