"""`evidencebook watch`: build again at each save and show it in the open page."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("watch", help="serve the book; build again at each save and show it in the open page")
    parser.add_argument("--port", type=int, default=8000)
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Watch until stopped."""
    from evidencebook.watch import watch

    watch(project, options.port)
    return 0
