"""`evidencebook new`: a synthesis of one's own, complete and ready to build."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from evidencebook.errors import EvidenceBookError

if TYPE_CHECKING:
    from evidencebook.starter.answers import Answers

_EXAMPLE = """\
without flags the command asks, one question after the other; with flags, for example:
  evidencebook new my-review --title "What helps walking groups last?" \\
    --component "Leaders" --component "map: Routes" \\
    --domain "Taking part" --domain "Wellbeing: mood, sleep and quality of life" \\
    --actor Walkers --actor Leaders --stances "Helps, Depends, Hinders"
"""
_ASKED = {
    "component": "Components of your programme theory (put 'map: ' before one that is mapped, not reviewed)",
    "domain": "Outcomes that the programme aims at",
    "actor": "Actors whose reasoning you describe",
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "new",
        help="write a synthesis of your own, complete and ready to build",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="folder to write, such as my-review; its name names the synthesis")
    parser.add_argument("--title", help="title of the book")
    parser.add_argument("--question", help="the question it answers, one sentence")
    parser.add_argument("--author", help="who writes it (default: The review team)")
    parser.add_argument("--component", action="append", metavar="TITLE", help="a component, or 'map: TITLE'; repeat")
    parser.add_argument("--domain", action="append", metavar="LABEL", help="an outcome, or 'LABEL: RULE'; repeat")
    parser.add_argument("--actor", action="append", metavar="LABEL", help="an actor, or 'LABEL: RULE'; repeat")
    parser.add_argument(
        "--stances", metavar="WORDS", help="from for to against (default: Confirming, Modifying, Negating)"
    )
    parser.add_argument("--consequences", metavar="LABEL", help="what was not aimed at; an empty text leaves it out")
    parser.add_argument("--country", help="where evidence counts as near in the rule of strength (default: UK)")
    parser.set_defaults(run=run, outside=True)


def run(options: argparse.Namespace) -> int:
    """Write the synthesis; return 0."""
    from evidencebook.starter.answers import name_of
    from evidencebook.starter.writing import must_be_free, write

    folder = options.folder.absolute()
    name = name_of(folder.name)
    must_be_free(folder)
    answers = _answers(name, options, asking=sys.stdin.isatty())
    project = write(answers, folder)
    place = options.folder
    print(f"{place} holds a complete synthesis with one explained row in each table. Next:")
    print(f"  cd {place}\n  evidencebook check\n  evidencebook build\n  evidencebook serve")
    tables = sum(1 for _ in project.data.rglob("*.csv"))
    print(f"Its README.md says what to fill in, and in which order ({tables} tables).")
    return 0


def _answers(name: str, options: argparse.Namespace, *, asking: bool) -> Answers:
    from evidencebook.starter import answers as made

    _complete(options, asking=asking)
    aside = made.CONSEQUENCES if options.consequences is None else options.consequences
    domains = made.outcomes([*options.domain, *([aside] if aside else [])])
    return made.Answers(
        name,
        made.line("title", options.title),
        made.parts(options.component),
        domains[: len(options.domain)],
        made.terms("actor", options.actor),
        made.stances(options.stances or ""),
        domains[-1] if aside else None,
        made.line("question", options.question or made.QUESTION),
        made.line("author", options.author or "The review team"),
        made.line("country", options.country) if options.country else "UK",
    )


def _complete(options: argparse.Namespace, *, asking: bool) -> None:
    """Ask for what no flag says; without a terminal name every flag that is missing."""
    from evidencebook.starter import answers as made

    missing = [name for name in ("title", *_ASKED) if not getattr(options, name)]
    if not missing:
        return
    if not asking:
        flags = " ".join(f"--{name}" for name in missing)
        raise EvidenceBookError(
            f"give {flags} (nobody can be asked here: no terminal); 'evidencebook new --help' shows how"
        )
    if "title" in missing:
        options.title = _ask("Title of the book: ", lambda text: made.line("title", text))
        usual = options.question or made.QUESTION
        asked = "Question it answers, one sentence (Enter for the usual realist one): "
        options.question = options.question or _ask(asked, lambda text: made.line("question", text or usual))
    checks = {"component": made.parts, "domain": made.outcomes, "actor": lambda texts: made.terms("actor", texts)}
    for name in (n for n in _ASKED if n in missing):
        setattr(options, name, _several(_ASKED[name], checks[name]))
    if not options.stances:
        asked = f"Stance words from for to against, with commas (Enter for {', '.join(made.STANCES)}): "
        options.stances = _ask(asked, lambda text: made.stances(text))


def _ask(prompt: str, check: Callable[[str], object]) -> str:
    """Return the answer once *check* lets it pass; a wrong one is explained and asked for again."""
    while True:
        text = input(prompt).strip()
        try:
            check(text)
        except EvidenceBookError as error:
            print(f"  {error}")
        else:
            return text


def _several(question: str, check: Callable[[Sequence[str]], object]) -> Sequence[str]:
    print(f"{question}, one a line; an empty line ends:")
    found: list[str] = []

    def fits(text: str) -> None:
        if text or not found:
            check([*found, text])

    while text := _ask(f"  {len(found) + 1}. ", fits):
        found.append(text)
    return found
