"""`evidencebook refs`: add references from other programs to the bibliography, and look the bibliography over."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from evidencebook.intake import FORMATS
from evidencebook.project import Project

if TYPE_CHECKING:
    from evidencebook.intake.adding import Addition
    from evidencebook.intake.work import Batch

_EPILOG = """\
  evidencebook refs add export.ris          see what would be added; nothing is written
  evidencebook refs add export.ris --yes    add it
  evidencebook refs check                   what is missing or wrong in references.bib

Nothing is looked up on the internet.
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "refs",
        help="add references from other programs; look the bibliography over",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    adding = verbs.add_parser("add", help="add the references of a file; preview without --yes")
    adding.add_argument("file", type=Path, metavar="FILE", help="BibTeX, RIS, PubMed (.nbib), EndNote XML or CSL-JSON")
    adding.add_argument("--format", choices=FORMATS, default="", help="format of FILE (default: told from its content)")
    adding.add_argument("--yes", action="store_true", help="write references.bib; without it nothing is written")
    adding.add_argument(
        "--other-works",
        type=int,
        nargs="+",
        default=[],
        metavar="N",
        help="numbers of records in doubt (listed with ?) that are other works and are to be added",
    )
    adding.set_defaults(run=run_add)
    check = verbs.add_parser("check", help="list what is missing or wrong in references.bib")
    check.add_argument(
        "--retractions",
        type=Path,
        metavar="CSV",
        help="list of retractions and corrections, in the columns of Retraction Watch",
    )
    check.set_defaults(run=run_check)


def run_add(project: Project, options: argparse.Namespace) -> int:
    """Show what would be added; write it when asked."""
    from evidencebook.bibliography import load_references
    from evidencebook.errors import DataError, EvidenceBookError
    from evidencebook.intake.adding import plan_addition, write_addition
    from evidencebook.intake.formats import read_works

    references, faults = load_references(project.bibliography)
    if faults:
        raise DataError(faults)
    batch = read_works(options.file, options.format)
    addition = plan_addition(batch, references, take=options.other_works)
    _print(options.file, batch, addition, options.other_works)
    if addition.new and options.yes:
        write_addition(project.bibliography, addition)
        entries = "1 entry" if len(addition.new) == 1 else f"{len(addition.new)} entries"
        print(f"written: {entries}; check and build ask for a row that cites each: fill in a form or a table")
    elif addition.new:
        print(f"nothing is written yet: evidencebook refs add {options.file} --yes writes it")
    elif not addition.twins and not addition.perhaps:
        raise EvidenceBookError(f"{options.file}: no record of it can be added (see above)")
    return 0


def run_check(project: Project, options: argparse.Namespace) -> int:
    """Print every remark; return 1 when something is wrong."""
    from evidencebook.bibliography import load_references
    from evidencebook.errors import DataError
    from evidencebook.intake.checking import MISSING, WRONG, remarks

    references, faults = load_references(project.bibliography)
    if faults:
        raise DataError(faults)
    found = remarks(references, options.retractions)
    wrong = [r for r in found if r.level == WRONG]
    for remark in wrong:
        print(f"wrong: {remark.key}: {remark.text}")
    missing: dict[str, list[str]] = {}
    for remark in (r for r in found if r.level == MISSING):
        missing.setdefault(remark.text, []).append(remark.key)
    for text, keys in missing.items():
        print(f"{text}: {len(keys)} ({', '.join(keys)})")
    held = f"{len(references)} reference{'s' * (len(references) != 1)}"
    print(f"{held}, {len(wrong)} with something wrong; nothing was looked up")
    return 1 if wrong else 0


def _print(path: Path, batch: Batch, addition: Addition, taken: list[int]) -> None:
    count = len(batch.works) + len(batch.unread)
    print(f"{path}: {count} record{'s' * (count != 1)}, read as {batch.format}")
    for note in batch.notes:
        print(f"note: {note}")
    for key, work in addition.new.items():
        print(f"  + {key}: {work.short}")
        kept = [f"{tag}: {'; '.join(values)}" for tag, values in work.unknown.items()]
        print("".join(f"      kept as it is, {line[:120]}\n" for line in kept), end="")
    for twin in addition.twins:
        print(f"  = {twin.of}: {twin.work.short}\n      {twin.score:.0f} of 100, {twin.reason}; not added")
    for number, twin in enumerate(addition.perhaps, 1):
        todo = "added" if number in taken else f"not added; --other-works {number} if it is another work"
        print(f"  ? {twin.of}: {twin.work.short}\n      {twin.score:.0f} of 100, {twin.reason}; {todo}")
    for unread in addition.unfit:
        print(f"  ! {unread}")
    counts = (len(addition.new), len(addition.twins), len(addition.perhaps), len(addition.unfit))
    print("{} new, {} there already, {} in doubt, {} that cannot be added".format(*counts))
