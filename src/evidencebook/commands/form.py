"""`evidencebook form`: evidence of one component as a workbook, and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from evidencebook.project import Project

_EPILOG = """\
  evidencebook form export --component R1 extraction.xlsx   write the form
  evidencebook form import extraction.xlsx                  see what it would change; nothing is written
  evidencebook form import extraction.xlsx --yes            write it
  evidencebook form compare first.xlsx second.xlsx          how far two reviewers agree, and what to settle
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "form",
        help="enter evidence in a spreadsheet: write an extraction form, import it, compare two",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    _add_export(verbs)
    _add_import(verbs)
    parser = verbs.add_parser("compare", help="how far two reviewers' forms agree, and what they must settle")
    parser.add_argument("first", type=Path, metavar="A.xlsx", help="form of the first reviewer")
    parser.add_argument("second", type=Path, metavar="B.xlsx", help="form of the second reviewer")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="also write what is to be settled: FILE.xlsx or FILE.csv"
    )
    parser.set_defaults(run=run_compare)


def _add_export(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser("export", help="write the extraction form of a component as a workbook")
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="workbook to write")
    parser.add_argument("--component", required=True, metavar="ID", help="whose evidence the form holds, such as R1")
    parser.add_argument("--coder", default="", metavar="ID", help="who fills it in; goes into each new row")
    parser.add_argument("--blank-rows", type=int, default=100, metavar="N", help="lines ready for entry (default: 100)")
    parser.add_argument("--replace", action="store_true", help="overwrite FILE.xlsx if it is there")
    parser.set_defaults(run=run_export)


def _add_import(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser("import", help="show what a form would change; write it with --yes")
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="workbook that 'form export' made")
    parser.add_argument("--yes", action="store_true", help="write the tables; without it nothing is written")
    parser.add_argument(
        "--only-sound",
        action="store_true",
        help="leave rows with faults or conflicts out and take the others (default: all rows or none)",
    )
    parser.set_defaults(run=run_import)


def run_export(project: Project, options: argparse.Namespace) -> int:
    """Write the form and say what it holds."""
    from evidencebook import evidence
    from evidencebook.errors import ParameterError
    from evidencebook.forms.layout import form_tables, known_coder
    from evidencebook.forms.workbook import write_form

    if options.file.suffix.lower() != ".xlsx":
        raise ParameterError(f"{options.file}: the form is a workbook; give it a name that ends in .xlsx")
    if options.file.exists() and not options.replace:
        raise ParameterError(f"{options.file} is there already: choose another name, or overwrite it with --replace")
    if options.blank_rows < 0:
        raise ParameterError(f"--blank-rows {options.blank_rows}: write a number from 0")
    loaded = evidence.load_for_entry(project)
    coder = known_coder(loaded.frames, options.coder)
    counts = write_form(loaded, options.component, options.file, coder=coder, blank_rows=options.blank_rows)
    told = [f"{t.rows_called}: {n}" for n, t in zip(counts, form_tables(loaded.package), strict=True)]
    print(f"{options.file}: form of {options.component}; {', '.join(told)}")
    return 0


def run_import(project: Project, options: argparse.Namespace) -> int:
    """Show the preview; write when asked and nothing stands in the way."""
    from evidencebook.errors import DataError, EvidenceBookError
    from evidencebook.forms.importing import try_import, write
    from evidencebook.forms.preview import lines
    from evidencebook.forms.writing import finish

    if finished := finish(project):
        print(f"an import that was stopped midway is carried out first: {', '.join(finished)}")
    tried = try_import(project, options.file, only_sound=options.only_sound)
    print("\n".join(lines(tried)))
    if tried.blocked:
        raise DataError(tried.blocked)
    if tried.proposal.conflicts and not options.only_sound:
        raise EvidenceBookError(
            "nothing is written while rows are in conflict (marked ! above): export a new form and change them there, "
            "or take the other rows with --only-sound"
        )
    if not tried.changes:
        return 0
    if not options.yes:
        print(f"nothing is written yet: evidencebook form import {options.file} --yes writes it")
        return 0
    write(project, tried)
    files = ", ".join(sorted(tried.texts))
    rows = "1 row" if len(tried.changes) == 1 else f"{len(tried.changes)} rows"
    print(f"written: {rows} in {files}; 'evidencebook plan' says which chapters change")
    return 0


def run_compare(project: Project, options: argparse.Namespace) -> int:
    """Print agreement and what is to be settled; write it when asked."""
    from evidencebook.errors import DataError, ParameterError
    from evidencebook.forms.comparing import compare_forms
    from evidencebook.forms.comparison_report import lines, write_comparison
    from evidencebook.forms.reading import read_form
    from evidencebook.schema import load_package

    package = load_package(project.data)
    first, second = (read_form(path, package) for path in (options.first, options.second))
    if faults := [*first.faults, *second.faults]:
        raise DataError(faults)
    # Two files of one name in two folders are told apart by their paths.
    names = (
        [f.name for f in (first, second)] if first.name != second.name else [str(options.first), str(options.second)]
    )
    if options.out and options.out.exists():
        raise ParameterError(f"{options.out} is there already: choose another name")
    found = compare_forms(first, second, package)
    print("\n".join(lines(found, *names)))
    if options.out:
        write_comparison(options.out, found, *names)
        print(f"written: {options.out}")
    return 0
