"""`evidencebook sections`: bring the templates in line with the vocabulary."""

from __future__ import annotations

import argparse
import json

from evidencebook.project import Project


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "sections", help="give each template a section for every outcome, actor and theme, and take out old ones"
    )
    parser.set_defaults(run=run)


def run(project: Project, options: argparse.Namespace) -> int:
    """Rewrite the templates that lack a section or have one too many; return 0."""
    from evidencebook import evidence
    from evidencebook.sections import fitted, lists

    wanted = lists(evidence.load(project).frames)
    changed = 0
    for path in sorted(project.notebooks.glob("*.ipynb")):
        before = json.loads(path.read_text(encoding="utf-8"))
        after = fitted(before, wanted)
        if after != before:
            path.write_text(json.dumps(after, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            print(f"{path.relative_to(project.root)}: sections follow the tables again")
            changed += 1
    print("all templates are in line" if not changed else "look at the difference before you build")
    return 0
