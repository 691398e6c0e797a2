"""The reference of commands and tables, written from the code and the schema: `make docs`.

``python -m evidencebook.reference FOLDER`` writes `commands.md` and `tables.md`; a test holds that the
files in `docs/reference` say what the code says today.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from evidencebook.cli import parser
from evidencebook.project import find_project
from evidencebook.schema import Column, Package, Table, load_package

_WRITTEN = "<!-- Written by `make docs`; change the code or the schema, not this file. -->"


def commands_page(program: argparse.ArgumentParser) -> str:
    """Return every command with its arguments, from the parser of the command line."""
    listed = list(_commands(program))
    parts = ["# Commands", _WRITTEN]
    parts.append(
        "Every command takes `--help`. The exit code is 0 when all is well, 1 for something you can mend and 2 for a "
        "fault of the program."
    )
    before = [a for a in program._actions if not isinstance(a, argparse._SubParsersAction)]
    parts += ["Before the command:", _arguments(before)]
    parts.append("\n".join(f"- [`{name}`](#{name.replace(' ', '-')}): {told}" for name, told, _ in listed))
    for name, told, command in listed:
        parts += [f"## {name}", _sentence(told), f"```\n{_usage(name, command)}\n```"]
        arguments = [
            a for a in command._actions if not isinstance(a, (argparse._HelpAction, argparse._SubParsersAction))
        ]
        parts += [_arguments(arguments)] if arguments else []
        parts += [f"```\n{command.epilog.strip()}\n```"] if command.epilog else []
    return "\n\n".join(parts) + "\n"


def tables_page(package: Package) -> str:
    """Return every table with its columns, from the descriptor."""
    parts = [
        "# Tables",
        _WRITTEN,
        "Each table is a CSV file in `data/`; `data/datapackage.json` describes it. The key of a row is bold.",
    ]
    parts.append("\n".join(f"- [`{t.name}`](#{t.name}): {t.title}" for t in package.tables.values()))
    for table in package.tables.values():
        parts += [
            f"## {table.name}",
            f"{_sentence(table.title)} {_sentence(table.description)}",
            f"File: `data/{table.path}`",
        ]
        parts.append("| column | meaning | rules |\n|---|---|---|\n" + "\n".join(_row(table, c) for c in table.columns))
    return "\n\n".join(parts) + "\n"


def _commands(program: argparse.ArgumentParser, before: str = "") -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield name, help and parser of each command, in the order of the help; a group gives way to its members."""
    for action in program._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                inner = list(_commands(command, f"{before}{name} "))
                yield from inner or [(f"{before}{name}", told.get(name, ""), command)]


def _usage(name: str, command: argparse.ArgumentParser) -> str:
    words = [f"evidencebook {name}"]
    for action in command._actions:
        if action.option_strings or isinstance(action, argparse._SubParsersAction):
            continue
        shown = _called(action)
        words.append(f"[{shown} ...]" if action.nargs == "*" else f"[{shown}]" if action.nargs == "?" else shown)
    return " ".join([*words, "[options]"])


def _arguments(actions: list[argparse.Action]) -> str:
    rows = (f"| {_cell(_named(a))} | {_cell(_meaning(a))} |" for a in actions)
    return "\n".join(["| argument | meaning |", "|---|---|", *rows])


def _named(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{_called(action)}`"
    value = "" if action.nargs == 0 else f" {_called(action)}"
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)


def _called(action: argparse.Action) -> str:
    if action.choices and not action.metavar:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return str(action.metavar or (action.dest.upper() if action.option_strings else action.dest))


def _meaning(action: argparse.Action) -> str:
    told = action.help or ""
    usual = action.default
    given = usual not in (None, False, "", argparse.SUPPRESS) and not isinstance(usual, list) and "default" not in told
    return f"{told} (default: {usual})".strip() if given else told


def _row(table: Table, column: Column) -> str:
    name = f"**`{column.name}`**" if column.name in table.primary_key else f"`{column.name}`"
    return f"| {name} | {_cell(column.description)} | {_cell(', '.join(_rules(table, column)))} |"


def _rules(table: Table, column: Column) -> Iterator[str]:
    if column.required:
        yield "required"
    if column.type != "string":
        yield column.type
    if column.is_list:
        yield "list, separated by `;`"
    if column.enum:
        yield "one of " + ", ".join(f"`{value}`" for value in column.enum)
    if column.pattern:
        yield f"form `{column.pattern}`"
    if column.cites:
        yield "keys of `references.bib`"
    if column.references:
        yield f"`{column.references[1]}` of `{column.references[0]}`"
    for fields, target, columns in table.foreign_keys:
        if column.name in fields:
            yield f"`{columns[fields.index(column.name)]}` of `{target}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _sentence(text: str) -> str:
    told = text.strip()
    return f"{told[:1].upper()}{told[1:]}{'' if told.endswith('.') else '.'}" if told else ""


def write(folder: Path, package: Package) -> None:
    """Write both pages to *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "commands.md").write_text(commands_page(parser()), encoding="utf-8")
    (folder / "tables.md").write_text(tables_page(package), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), load_package(find_project().data))
