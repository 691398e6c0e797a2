"""`evidencebook seal`: write the hashes of a data version."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("seal", help="write the hash of every table into datapackage.json, for a release")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Check, then write the hashes."""
    from evidencebook import evidence
    from evidencebook.release import seal

    evidence.load(project)
    print(f"sealed {seal(project)} files")
    return 0
