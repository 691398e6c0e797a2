"""The documentation: its commands run as told, its reference is current, its links lead somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

from evidencebook import cli, reference
from evidencebook.schema import load_package

DOCS = REPOSITORY / "docs"
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_reference_is_what_code_and_schema_say_today(repository):
    package = load_package(repository.data)
    for name, now in (("commands", reference.commands_page(cli.parser())), ("tables", reference.tables_page(package))):
        assert (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8") == now, "run: make docs"


def test_every_command_has_its_section_with_every_option():
    page = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    for words in (["new"], ["form", "export"], ["build"]):
        helped = subprocess.run(
            [sys.executable, "-m", "evidencebook", *words, "--help"], capture_output=True, text=True, check=True
        ).stdout
        section = page.split(f"\n## {' '.join(words)}\n")[1].split("\n## ")[0]
        options = set(re.findall(r"(?<!\S)--[a-z-]+", helped)) - {"--help"}
        assert {o for o in options if f"`{o}" not in section} == set(), words


@pytest.mark.parametrize("page", sorted(p.relative_to(REPOSITORY).as_posix() for p in DOCS.rglob("*.md")))
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (REPOSITORY / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not re.match(r"https?://", target):
            assert ((REPOSITORY / page).parent / target).exists(), target


def test_the_index_names_every_page_for_people():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [p.relative_to(DOCS).as_posix() for p in [*DOCS.glob("*.md"), *(DOCS / "howto").glob("*.md")]]
    assert [p for p in pages if p != "README.md" and f"({p})" not in index] == []


def apply(change, folder):
    """Replace the lines with a minus by those with a plus in the file that the block names; return its path."""
    first, *lines = change.splitlines()
    path = folder / first.removeprefix("--- ")
    before = "\n".join(line[1:] for line in lines if line.startswith("-"))
    after = "\n".join(line[1:] for line in lines if line.startswith("+"))
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert before in text, f"{path.name} does not hold:\n{before}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(before, after, 1) if before else text + after + "\n", encoding="utf-8")


def run(command, folder):
    """Run one line of the tutorial; return the folder that it leaves us in and what it says."""
    if command.startswith("cd "):
        return folder / command[3:], ""
    program, *words = shlex.split(command)
    assert program == "evidencebook"
    done = subprocess.run(
        [sys.executable, "-m", program, *words], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return folder, done.stdout + done.stderr


@pytest.mark.build
def test_the_tutorial_does_what_it_says(tmp_path):
    folder, said, page = tmp_path, "", Path("_build/html/book/chapters/r1-review.html")
    for kind, block in BLOCK.findall((DOCS / "tutorial.md").read_text(encoding="utf-8")):
        if kind == "diff":
            apply(block, folder)
            continue
        for line in block.splitlines():
            if line.startswith("$ "):
                folder, said = run(line[2:], folder)
            else:
                assert line in said, f"the tutorial promises {line!r}; the program says:\n{said}"
    text = (folder / page).read_text(encoding="utf-8")
    assert "Groups with a trained leader met for longer" in text
    assert "Groups may last longer when their leader is trained" in text
    assert "Example: one claim" not in text
