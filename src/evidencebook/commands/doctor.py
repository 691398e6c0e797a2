"""`evidencebook doctor`: what this machine lacks, with what to do."""

from __future__ import annotations

import argparse
from pathlib import Path


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("doctor", help="say what this machine lacks for building and testing, with remedies")
    parser.set_defaults(run=run, outside=True)


def run(options: argparse.Namespace) -> int:
    """Print a line for each thing looked at; return 1 when a needed one is not enough."""
    from evidencebook.doctor import examine

    findings = examine((options.project or Path()).resolve())
    for found in findings:
        mark = "ok" if found.there else "NEEDED" if found.needed else "without"
        print(f"{mark:<8}{found.what:<15}{found.found}")
        if not found.there:
            print(f"{'':<8}to do: {found.remedy}")
    lacking = [f.what for f in findings if f.needed and not f.there]
    missed = [f.what for f in findings if not f.needed and not f.there]
    if lacking:
        print(f"\nA book cannot be built here yet: {', '.join(lacking)}")
    else:
        print(f"\nA book can be built here{'; without: ' + ', '.join(missed) if missed else ''}.")
    return 1 if lacking else 0
