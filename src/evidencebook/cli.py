"""The command line: parse, call, report. What each command does is in `commands`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evidencebook import __version__
from evidencebook.commands import COMMANDS
from evidencebook.errors import OF_THE_MACHINE, EvidenceBookError
from evidencebook.project import find_project

_EPILOG = """\
first steps:
  evidencebook doctor          what does this machine lack?
  evidencebook new my-review   a synthesis of your own, complete and ready to build
  evidencebook check           are the tables sound? every fault at once, with file, row, column and remedy
  evidencebook build           run the chapters whose rows changed, then make HTML and PDF
  evidencebook plan            say what would run, and which rows are why, without running it
  evidencebook serve           look at the book in a browser
  evidencebook watch           the same, built again at each save

A chapter is a template in notebooks/ run for one row of a table; it runs again only when the rows it
reads, its template, its parameters, this package or the lock file changed.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for something the user can mend, 2 for a fault of ours."""
    options = parser().parse_args(arguments)
    try:
        if options.outside:
            return int(options.run(options) or 0)
        return int(options.run(find_project(options.project), options) or 0)
    except EvidenceBookError as error:
        print(f"evidencebook: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("evidencebook: stopped; the last good build is untouched", file=sys.stderr)
        return 130
    except Exception as error:
        if isinstance(error, OSError) and (remedy := OF_THE_MACHINE.get(error.errno or 0)):
            place = f"{error.filename}: " if error.filename else ""
            print(f"evidencebook: {place}{error.strerror}. {remedy} The last good build is untouched.", file=sys.stderr)
            return 1
        ours = f"this is a fault of evidencebook {__version__}, not of your data"
        print(f"evidencebook: {ours}: {type(error).__name__}: {error}", file=sys.stderr)
        print("Please report it with the lines below.", file=sys.stderr)
        import traceback

        traceback.print_exc()
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    program = argparse.ArgumentParser(
        prog="evidencebook",
        description="Build a realist synthesis as a book from versioned evidence tables.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    program.add_argument("--version", action="version", version=f"evidencebook {__version__}")
    program.add_argument(
        "--project",
        type=Path,
        metavar="FOLDER",
        help="folder of the report (default: the working folder or one above it)",
    )
    # A command that works outside a report says so with `outside`.
    program.set_defaults(outside=False)
    commands = program.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return program
