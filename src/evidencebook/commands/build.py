"""`evidencebook build`: run stale chapters and make HTML and PDF, of the report or of an edition."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evidencebook.executors import Running
from evidencebook.project import Project
from evidencebook.unchanged import nothing_changed


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("build", help="run stale chapters and make HTML and PDF")
    _declare(parser)
    parser.set_defaults(run=run)


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", action="store_true", help="print what would run and why, and stop")
    parser.add_argument("--html-only", action="store_true", help="leave the PDF as it is")
    parser.add_argument("--force", action="store_true", help="run every chapter again")
    parser.add_argument(
        "--engine",
        choices=("evidencebook", "nbclient"),
        default="evidencebook",
        help="how notebooks run (nbclient: papermill's own, slower)",
    )
    parser.add_argument("--jobs", type=int, default=0, metavar="N", help="run N chapters at once (default: one a core)")
    parser.add_argument(
        "--executor",
        default="processes",
        metavar="NAME",
        help="where chapters run: processes (of this machine, the default) or dask (a cluster that stands already)",
    )
    parser.add_argument("--scheduler", default="", metavar="ADDRESS", help="the Dask scheduler, as tcp://HOST:PORT")
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="CONDITION",
        help='build an edition of the evidence that fulfils this, such as "country=UK", "published>=2012" or '
        '"design=review,systematic_review"; give it again for each further condition',
    )
    parser.add_argument("--title", default="", help='what the edition is called, such as "UK edition"')
    saying = parser.add_mutually_exclusive_group()
    saying.add_argument("--verbose", action="store_true", help="print everything that Jupyter Book says")
    saying.add_argument("--quiet", action="store_true", help="print only where the results are, and errors")
    parser.add_argument(
        "--data-version",
        metavar="VERSION",
        help="build a released version from git again, in _build/versions/VERSION, by its own engine if git has it",
    )


def run(project: Project, options: argparse.Namespace) -> int:
    """Build, or say what would run."""
    how = Running(options.engine, options.executor, options.scheduler, options.jobs)
    if options.data_version:
        from evidencebook.versions.committed import own_engine

        project = _version(project, options.data_version, quiet=options.quiet)
        if source := own_engine(project):
            # A plan is itself what was asked for.
            quiet = options.quiet and not options.plan
            return _by_its_own_engine(source, project, _given(options), quiet=quiet)
    if options.where or options.title:
        project = _edition(project, options)
    if options.plan:
        from evidencebook.build import explain

        print("\n".join(explain(project)))
        return 0
    if not options.force and nothing_changed(project, pdf=not options.html_only):
        note = [] if options.quiet else ["nothing changed since the last build"]
        print("\n".join([*note, *project.results(pdf=not options.html_only)]))
        return 0
    from evidencebook.build import build

    said = {"verbose": options.verbose, "quiet": options.quiet}
    build(project, how=how, force=options.force, pdf=not options.html_only, **said)
    return 0


def _version(project: Project, version: str, *, quiet: bool) -> Project:
    """Take the released *version* out of git, say where it stands and what builds it, and return its project."""
    from evidencebook.versions.packages import differences, packages_note
    from evidencebook.versions.past import engine_note, place, take_out

    taken = take_out(project, version)
    if quiet:
        return taken
    print(f"data version {version}, below {place(project, taken.root)}/: {engine_note(taken)}", flush=True)
    if note := packages_note(differences(taken)):
        print(note, flush=True)
    return taken


def _by_its_own_engine(source: Path, project: Project, options: list[str], *, quiet: bool) -> int:
    """Build by the engine in *source*; when it fails on other packages than its own, say how to get those."""
    from evidencebook.versions.committed import LOCK, build_with, way_out
    from evidencebook.versions.packages import differences

    code = build_with(source, project, options, quiet=quiet)
    if code and differences(project):
        print(
            f"evidencebook: the engine of that version did not finish. If it does not get on with the packages "
            f"installed today, make an environment from the version's own {LOCK} and build there:\n"
            f"{way_out(source, project, options)}",
            file=sys.stderr,
        )
    return code


def _given(options: argparse.Namespace) -> list[str]:
    """Return the options that somebody gave, as words of a command line for another engine.

    `--quiet` is not passed on: an engine of that day may not know it.
    """
    parser = argparse.ArgumentParser()
    _declare(parser)
    defaults = vars(parser.parse_args([])) | {"data_version": options.data_version, "quiet": options.quiet}
    given = []
    for name, default in defaults.items():
        value, option = getattr(options, name), f"--{name.replace('_', '-')}"
        if value is True:
            given.append(option)
        elif value != default:
            given += [f"{option}={one}" for one in (value if isinstance(value, list) else [value])]
    return given


def _edition(project: Project, options: argparse.Namespace) -> Project:
    """Write the edition that is asked for, say what it holds, and return its project."""
    from evidencebook.edition import tally
    from evidencebook.errors import ParameterError
    from evidencebook.materialise import materialise
    from evidencebook.schema import load_package

    if not options.where:
        raise ParameterError("--title names an edition: say with --where which evidence it holds")
    target, edition = materialise(project, options.where, options.title)
    if options.quiet:
        return target
    names = {t.name: t.rows_called for t in load_package(target.data).tables.values()}
    print(f"{edition.title} ({edition.told}): {tally(edition.counts, names)}", flush=True)
    for table, number in edition.uncoded.items():
        print(f"  {number} of the {names[table]} left out cite no work of which this is known", flush=True)
    return target
