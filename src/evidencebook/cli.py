"""The command line: parse, call, report. Everything else is in the modules it calls."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidencebook import __version__
from evidencebook.errors import EvidenceBookError
from evidencebook.project import Project, find_project

if TYPE_CHECKING:
    import pandas as pd

_EPILOG = """\
first steps:
  evidencebook check           are the tables sound? every fault at once, with file, row, column and remedy
  evidencebook build           run the chapters whose rows changed, then make HTML and PDF
  evidencebook build --plan    say what would run, and why, without running it
  evidencebook serve           look at the book in a browser

A chapter is a template in notebooks/ run for one row of a table; it runs again only when the rows it
reads, its template, its parameters, this package or the lock file changed.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, 1 for something the user can mend, 2 for a fault of ours."""
    options = _parser().parse_args(arguments)
    try:
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
        ours = f"this is a fault of evidencebook {__version__}, not of your data"
        print(f"evidencebook: {ours}: {type(error).__name__}: {error}", file=sys.stderr)
        print("Please report it with the lines below.", file=sys.stderr)
        import traceback

        traceback.print_exc()
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evidencebook",
        description="Build a realist synthesis as a book from versioned evidence tables.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"evidencebook {__version__}")
    parser.add_argument(
        "--project",
        type=Path,
        metavar="FOLDER",
        help="folder of the report (default: the working folder or one above it)",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="check every table and the bibliography; report all faults at once")
    check.add_argument(
        "--coverage", action="store_true", help="also print references cited and carried, by section of the source"
    )
    check.add_argument(
        "--sealed", action="store_true", help="also fail when a file differs from the hash in datapackage.json"
    )
    check.set_defaults(run=_check)

    audit = commands.add_parser(
        "audit", help="recompute what the sources state; print what differs and where it is listed"
    )
    audit.set_defaults(run=_audit)

    build = commands.add_parser("build", help="run stale chapters and make HTML and PDF")
    build.add_argument("--plan", action="store_true", help="print what would run and why, and stop")
    build.add_argument("--html-only", action="store_true", help="leave the PDF as it is")
    build.add_argument("--force", action="store_true", help="run every chapter again")
    build.add_argument(
        "--engine",
        choices=("evidencebook", "nbclient"),
        default="evidencebook",
        help="how notebooks run (nbclient: papermill's own, slower)",
    )
    build.add_argument("--verbose", action="store_true", help="print everything that Jupyter Book says")
    build.set_defaults(run=_build)

    seal = commands.add_parser("seal", help="write the hash of every table into datapackage.json, for a release")
    seal.set_defaults(run=_seal)

    serve = commands.add_parser("serve", help="serve the built book on this machine")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    clean = commands.add_parser("clean", help="remove generated chapters and everything built")
    clean.set_defaults(run=_clean)
    return parser


def _check(project: Project, options: argparse.Namespace) -> int:
    from evidencebook import evidence
    from evidencebook.audit import coverage
    from evidencebook.errors import DataError
    from evidencebook.release import unsealed

    started = time.perf_counter()
    loaded, faults = evidence.inspect(project)
    if faults:
        raise DataError(faults)
    rows = sum(map(len, loaded.frames.values()))
    took = time.perf_counter() - started
    print(f"{len(loaded.frames)} tables, {rows} rows, {len(loaded.references)} references: no fault ({took:.1f} s)")
    if options.coverage:
        _print_coverage(coverage(loaded))
    if changed := unsealed(project, loaded.package):
        print(f"changed since data version {loaded.package.version} was sealed: {', '.join(changed)}")
        if options.sealed:
            raise EvidenceBookError(
                "the files above differ from datapackage.json: raise its version and run 'evidencebook seal'"
            )
    return 0


def _print_coverage(found: pd.DataFrame) -> None:
    counts = found.groupby(["component", "section"], sort=False)["carried"].agg(["size", "sum"])
    print(f"{'component':<11}{'section':<26}{'cited':>7}{'carried':>9}{'missing':>9}")
    for (component, section), row in counts.iterrows():
        print(f"{component:<11}{section:<26}{row['size']:>7}{row['sum']:>9}{row['size'] - row['sum']:>9}")


def _audit(project: Project, options: argparse.Namespace) -> int:
    from evidencebook import evidence
    from evidencebook.recount import anomalies
    from evidencebook.schema import split_list

    loaded, _ = evidence.inspect(project)
    discrepancies = loaded.frames["discrepancies"]
    listed = {
        c: d for d, cell in zip(discrepancies["id"], discrepancies["audit"], strict=True) for c in split_list(cell)
    }
    for found in anomalies(loaded):
        where = listed.get(found.code, "not listed")
        print(f"{where:<11}{found.code}: {found.locator}: {found.stated}; found {found.found}")
    return 0


def _build(project: Project, options: argparse.Namespace) -> int:
    from evidencebook.build import build, explain

    if options.plan:
        print("\n".join(explain(project)))
        return 0
    build(project, engine=options.engine, force=options.force, pdf=not options.html_only, verbose=options.verbose)
    return 0


def _seal(project: Project, options: argparse.Namespace) -> int:
    from evidencebook import evidence
    from evidencebook.release import seal

    evidence.load(project)
    print(f"sealed {seal(project)} files")
    return 0


def _serve(project: Project, options: argparse.Namespace) -> int:
    from evidencebook.book import serve

    serve(project, options.port)
    return 0


def _clean(project: Project, options: argparse.Namespace) -> int:
    import shutil

    for folder in (project.chapters, project.build):
        shutil.rmtree(folder, ignore_errors=True)
    return 0
