"""`evidencebook build`: run stale chapters and make HTML and PDF."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("build", help="run stale chapters and make HTML and PDF")
    parser.add_argument("--plan", action="store_true", help="print what would run and why, and stop")
    parser.add_argument("--html-only", action="store_true", help="leave the PDF as it is")
    parser.add_argument("--force", action="store_true", help="run every chapter again")
    parser.add_argument(
        "--engine",
        choices=("evidencebook", "nbclient"),
        default="evidencebook",
        help="how notebooks run (nbclient: papermill's own, slower)",
    )
    parser.add_argument("--verbose", action="store_true", help="print everything that Jupyter Book says")
    parser.add_argument(
        "--data-version",
        metavar="VERSION",
        help="build a released version from git again, in _build/versions/VERSION, with the engine of today",
    )
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Build, or say what would run."""
    from evidencebook.build import build, explain

    if options.data_version:
        from evidencebook.past import engine_note, place, take_out

        working, project = project, take_out(project, options.data_version)
        print(f"data version {options.data_version}, below {place(working, project.root)}/: {engine_note(project)}")
    if options.plan:
        print("\n".join(explain(project)))
        return 0
    build(project, engine=options.engine, force=options.force, pdf=not options.html_only, verbose=options.verbose)
    return 0
