"""`evidencebook plan`: what a build would run, and why."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("plan", help="say what a build would run and which rows are why, and run nothing")
    parser.add_argument("--all", action="store_true", help="also list what would be kept")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Print what would run; count what would be kept."""
    from evidencebook.build import explain

    lines = explain(project)
    kept = [line for line in lines if line.startswith("keep")]
    print("\n".join(lines if options.all else [line for line in lines if line not in kept] or ["nothing would run"]))
    if kept and not options.all:
        print(f"{len(kept)} of {len(lines)} are kept as they are (list them with --all)")
    return 0
