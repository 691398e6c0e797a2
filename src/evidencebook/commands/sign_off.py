"""`evidencebook sign-off`: record that a paragraph still says what its rows say."""

from __future__ import annotations

import argparse

from evidencebook.project import Project

_EPILOG = """\
Read the paragraph against its rows first; 'evidencebook check' and the page show what changed.

  evidencebook sign-off R1/answer --by NAME --because "figure corrected, reading holds"
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "sign-off",
        help="record that a person held a paragraph of prose against its rows",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paragraph", nargs="*", help="component/section, such as R1/answer, or its file")
    parser.add_argument("--all-of", nargs="+", default=[], metavar="FOLDER", help="every paragraph of these folders")
    parser.add_argument("--by", required=True, metavar="NAME", help="your id in the table of coders")
    parser.add_argument("--because", required=True, metavar="REASON", help="a few words")
    parser.add_argument("--date", default="", metavar="YYYY-MM-DD", help="day of the sign-off (default: today)")
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Record the sign-offs and say which."""
    from evidencebook import evidence
    from evidencebook.errors import ParameterError
    from evidencebook.signing import find_paragraphs, sign_off, signature

    if not options.paragraph and not options.all_of:
        raise ParameterError("name a paragraph, such as R1/answer, or a folder with --all-of")
    signed = signature(evidence.load(project), by=options.by, because=options.because, on=options.date)
    paragraphs = find_paragraphs(project, options.paragraph, options.all_of)
    made = sign_off(project, paragraphs, signed)
    for record in made:
        print(f"signed off {record.rpartition('/')[0]} by {signed.by} on {signed.date}")
    if unchanged := len(paragraphs) - len(made):
        print(f"{unchanged} of {len(paragraphs)} are signed off as they stand: nothing to record")
    return 0
