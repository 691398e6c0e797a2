"""`evidencebook conclude`: a person says whether conclusions changed in a version."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("conclude", help="record whether a person finds conclusions changed in a version")
    parser.add_argument("number", metavar="VERSION", help="number of the version, as in data/versions.csv")
    parser.add_argument("verdict", choices=("changed", "unchanged"))
    parser.add_argument("--by", required=True, metavar="NAME", help="who decided")
    parser.add_argument("--because", required=True, metavar="TEXT", help="why")
    parser.add_argument("--on", default="", metavar="DATE", help="day of the decision (default: today)")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Write the verdict."""
    from datetime import UTC, datetime

    from evidencebook import evidence
    from evidencebook.versions.release import conclude

    evidence.load(project)
    on = options.on or datetime.now(UTC).date().isoformat()
    before = conclude(project, options.number, options.verdict, by=options.by, because=options.because, on=on)
    print(f"version {options.number}: conclusions {options.verdict}, decided by {options.by} on {on}")
    if before["confirmed_by"]:
        print(
            f"this replaces: {before['conclusions']}, decided by {before['confirmed_by']} on {before['confirmed_on']}"
        )
    return 0
