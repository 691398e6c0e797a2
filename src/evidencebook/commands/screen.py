"""`evidencebook screen`: search results in, each work once; decisions; the flow of records counted from both."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from evidencebook.intake import FORMATS
from evidencebook.project import Project
from evidencebook.screening import ABSTRACT, ALL, CHOICES, STAGES

if TYPE_CHECKING:
    from evidencebook.screening.store import Store

_EPILOG = """\
  evidencebook screen import "Medline=medline.nbib" "Scopus=scopus.ris" --out data/screening
  evidencebook screen export data/screening for-rayyan.ris
  evidencebook screen decide data/screening rayyan.csv --stage title_abstract
  evidencebook screen flow data/screening
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "screen",
        help="take the results of searches, find duplicates, count the flow of records",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    importing = verbs.add_parser("import", help="add search results; keep each work once")
    importing.add_argument("files", nargs="+", metavar="FILE", help="file of search results, or SOURCE=FILE to name it")
    importing.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the screening")
    importing.add_argument("--format", choices=FORMATS, default="", help="format (default: told from the content)")
    importing.set_defaults(run=run_import)
    export = verbs.add_parser("export", help="write the records for a screening tool: FILE.ris or FILE.csv")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    export.add_argument("file", type=Path, metavar="FILE", help="a name that ends in .ris or .csv")
    export.add_argument("--only", choices=CHOICES, default=ALL, help="which records (default: all)")
    export.set_defaults(run=run_export)
    decide = verbs.add_parser("decide", help="take decisions from a CSV file: of Rayyan, ASReview, or id and decision")
    decide.add_argument("folder", type=Path, metavar="FOLDER")
    decide.add_argument("file", type=Path, metavar="FILE.csv")
    decide.add_argument("--stage", choices=STAGES, default=ABSTRACT, help="where the file does not say it")
    decide.add_argument("--by", default="", metavar="NAME", help="who decided, where the file does not say it")
    decide.set_defaults(run=run_decide)
    flow = verbs.add_parser("flow", help="count the flow of records; write flow.csv and flow.svg")
    flow.add_argument("folder", type=Path, metavar="FOLDER")
    flow.set_defaults(run=run_flow)


def run_import(project: Project, options: argparse.Namespace) -> int:
    """Add the files and say what came of them."""
    from evidencebook.screening.importing import add_files
    from evidencebook.screening.store import read_store, write_store

    started = time.perf_counter()
    store = read_store(options.out, must_exist=False)
    done = add_files(store, [_named(word) for word in options.files], options.format)
    write_store(store)
    for source, count in done.identified.items():
        print(f"{source}: {count:,} records")
    for note in done.notes:
        print(f"note: {note}")
    print(f"{done.new:,} works new, {done.duplicates:,} duplicates, {done.unread:,} records that could not be read")
    if done.doubtful:
        print(f"{done.doubtful:,} pairs may be one work: look at {options.out / 'doubtful.csv'}")
    print(f"{options.out}: {len(store.records):,} works ({time.perf_counter() - started:.1f} s)")
    return 0


def run_export(project: Project, options: argparse.Namespace) -> int:
    """Write the records."""
    from evidencebook.screening.exporting import export

    count = export(_checked(options.folder), options.file, options.only)
    print(f"{options.file}: {count:,} records")
    return 0


def run_decide(project: Project, options: argparse.Namespace) -> int:
    """Add decisions; write nothing when one of them is at fault."""
    from evidencebook.errors import DataError
    from evidencebook.screening.decisions import check_decisions, read_decisions
    from evidencebook.screening.store import write_store

    store = _checked(options.folder)
    new, notes = read_decisions(store, options.file, options.stage, options.by)
    store.rows["decisions"] += new
    if faults := check_decisions(store):
        raise DataError(faults)
    write_store(store, ["decisions"])
    print(f"{len(new):,} decisions added" + "".join(f"\nnote: {note}" for note in notes))
    return 0


def run_flow(project: Project, options: argparse.Namespace) -> int:
    """Print, tabulate and draw the flow."""
    from evidencebook.exports import csv_of
    from evidencebook.figures.record_flow import record_flow
    from evidencebook.figures.style import save
    from evidencebook.screening.flow import STEPS, flow_table

    flow = flow_table(_checked(options.folder))
    for row in flow.itertuples():
        print(f"    {row.group}: {row.records:,}" if row.group else f"{row.stage}: {row.records:,}")
    (options.folder / "flow.csv").write_bytes(csv_of(flow))
    save(record_flow(flow, STEPS), options.folder / "flow.svg")
    print(f"written: {options.folder / 'flow.csv'}, {options.folder / 'flow.svg'}")
    return 0


def _checked(folder: Path) -> Store:
    from evidencebook.errors import DataError
    from evidencebook.screening.decisions import check_decisions
    from evidencebook.screening.store import read_store

    store = read_store(folder)
    if faults := check_decisions(store):
        raise DataError(faults)
    return store


def _named(word: str) -> tuple[str, Path]:
    source, equals, file = word.partition("=")
    return (source.strip(), Path(file)) if equals and not Path(word).exists() else ("", Path(word))
