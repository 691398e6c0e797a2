"""`evidencebook seal`: release a data version."""

from __future__ import annotations

import argparse

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("seal", help="release a data version: write its hashes, its row and its events")
    parser.add_argument(
        "--against",
        metavar="VERSION",
        help="folder, archive or git revision of the version before (default: the last released one in git)",
    )
    parser.add_argument("--title", default="", help="what the version is announced as")
    parser.add_argument("--summary", default="", help="what is new, in a sentence")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Check, seal, and say what the person has to decide."""
    from evidencebook import evidence
    from evidencebook.versions.release import seal

    evidence.load(project)
    made = seal(project, against=options.against, title=options.title, summary=options.summary)
    evidence.load(project)
    print(f"sealed {made.files} files as data version {made.version}")
    for note in made.notes:
        print(f"note: {note}")
    if not made.previous:
        print("first version: nothing to compare with, no events")
        return 0
    count = len(made.events)
    print(f"{count} event{'s' * (count != 1)} since {made.previous}; evidencebook diff {made.previous} lists them")
    if made.proposed:
        print("conclusions may have changed:", *made.proposed, sep="\n  ")
    command = f"evidencebook conclude {made.version} changed|unchanged --by NAME --because TEXT"
    print(f"a person decides whether conclusions changed: {command}")
    return 0
