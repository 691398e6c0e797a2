"""`evidencebook clean`: remove everything generated."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("clean", help="remove generated chapters and everything built")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Remove generated chapters and the build folder."""
    import shutil

    for folder in (project.chapters, project.build):
        shutil.rmtree(folder, ignore_errors=True)
    return 0
