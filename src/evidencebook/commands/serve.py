"""`evidencebook serve`: show the built book on this machine."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("serve", help="serve the built book on this machine")
    parser.add_argument("--edition", default="", metavar="NAME", help="the folder of an edition in _build/editions")
    parser.add_argument("--port", type=int, default=8000)
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Serve until stopped."""
    from evidencebook.book import serve

    serve(project.edition_project(options.edition) if options.edition else project, options.port)
    return 0
