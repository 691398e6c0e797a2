"""`evidencebook diff`: what two versions of the evidence say otherwise, row by row."""

from __future__ import annotations

import argparse
from pathlib import Path

from evidencebook.project import Project

_VERSION = "folder, archive (.zip, .tar.gz), number of a released version, or git revision"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("diff", help="say what differs between two versions, by meaning")
    parser.add_argument("before", nargs="?", help=f"{_VERSION} (default: the last released version)")
    parser.add_argument("after", nargs="?", help=f"{_VERSION} (default: the working folder)")
    parser.add_argument("--json", metavar="FILE", help="write everything as JSON; - is the terminal, and nothing else")
    parser.add_argument("--page", metavar="FILE", type=Path, help="also write a page: FILE.md or FILE.html")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Compare, then print or write."""
    from evidencebook import labels
    from evidencebook.errors import ParameterError
    from evidencebook.versions.diff import compare
    from evidencebook.versions.diff_report import as_html, as_json, as_markdown, as_text
    from evidencebook.versions.events import events_of
    from evidencebook.versions.snapshot import open_snapshot, read_snapshot

    pages = {".md": as_markdown, ".html": as_html}
    if options.page and options.page.suffix not in pages:
        raise ParameterError(f"--page {options.page}: the page is written as .md or .html; give the name one of these")
    before = open_snapshot(project, options.before)
    after = (
        open_snapshot(project, options.after)
        if options.after
        else read_snapshot(project.root, "the working folder", project)
    )
    diff = compare(before, after, strength=labels.strength_labels)
    events = events_of(diff, after.package)
    if options.page:
        options.page.write_text(pages[options.page.suffix](diff, events), encoding="utf-8")
    if options.json and options.json != "-":
        Path(options.json).write_text(as_json(diff, events), encoding="utf-8")
    print(as_json(diff, events) if options.json == "-" else as_text(diff, events), end="")
    return 0
