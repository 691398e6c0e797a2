"""Write a new synthesis: everything aside first, checked by its own rules, then moved into its place."""

from __future__ import annotations

import json
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from string import Template

import yaml

from evidencebook import __version__, evidence
from evidencebook.chapters import Chapter, plan
from evidencebook.errors import DataError, EvidenceBookError
from evidencebook.project import Project
from evidencebook.sections import lists
from evidencebook.starter import examples, shared, tables, templates, text
from evidencebook.starter.answers import Answers

# Texts that only a new synthesis has: name of the text to its place in the project.
TEXTS = {
    "README.md": "README.md",
    "how-to-read.md": "book/how-to-read.md",
    "references.md": "book/references.md",
    "ledger.md": "book/ledger.md",
    "own.css": "book/_static/own.css",
    "gitignore": ".gitignore",
    "requirements.txt": "requirements.txt",
    "record_flow.ipynb": "notebooks/record_flow.ipynb",
    "github.yml": ".github/workflows/book.yml",
    "gitlab.yml": ".gitlab-ci.yml",
}
_PARTS = (("Programme theory", "theory"), ("Realist reviews", "review"), ("Evidence maps", "map"))
_ACROSS = ("gap-map", "explorer", "active-ingredients")


def write(answers: Answers, folder: Path) -> Project:
    """Write the synthesis to *folder*, which must not be there or be empty.

    Raises
    ------
    EvidenceBookError
        when the folder holds something or cannot be written; nothing is left half-written.
    """
    must_be_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as aside:
            made = Project(Path(aside) / "project")
            _write(answers, made)
            if folder.exists():
                folder.rmdir()
            os.replace(made.root, folder)
    except OSError as error:
        raise EvidenceBookError(
            f"{folder} cannot be written: {error.strerror or error}. Choose another folder."
        ) from None
    return Project(folder)


def must_be_free(folder: Path) -> None:
    """Raise an `EvidenceBookError` when *folder* holds something, so that nothing of anybody is written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EvidenceBookError(
            f"{folder} is there already and is not empty: choose another name, or empty it yourself"
        )


def _write(answers: Answers, project: Project) -> None:
    described = tables.descriptor(answers, _today())
    held = {f"data/{path}": content for path, content in tables.files(answers, described).items()}
    held["data/datapackage.json"] = json.dumps(described, indent=1, ensure_ascii=False) + "\n"
    held["references.bib"] = examples.BIBLIOGRAPHY
    held["_config.yml"] = _settings(answers)
    held["_toc.yml"] = ""
    words = {"title": answers.title, "name": answers.name, "version": __version__, "first": answers.components[0].id}
    held |= {place: Template(text(name)).substitute(words) for name, place in TEXTS.items()}
    for path, content in held.items():
        _put(project.root / path, content)
    loaded, faults = evidence.inspect(project)
    if faults:
        raise DataError(faults)
    for name, content in templates.notebooks(answers, lists(loaded.frames), tables.TABLES).items():
        _put(project.notebooks / name, content)
    _put(project.root / "_toc.yml", _contents(plan(project, loaded.frames)))


def _put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _settings(answers: Answers) -> str:
    """Return the project's own settings of the book with this synthesis's title and author."""
    told = {"title": answers.title, "author": answers.author, "copyright": _today()[:4]}
    lines = []
    for line in (shared() / "_config.yml").read_text(encoding="utf-8").splitlines():
        name, _, _ = line.partition(":")
        line = f"{name}: {json.dumps(told[name], ensure_ascii=False)}" if name in told else line
        lines.append(re.sub(r"(html_css_files: \[.*)\]", r"\1, own.css]", line))
    return "\n".join(lines) + "\n"


def _contents(chapters: list[Chapter]) -> str:
    """Return the contents: pages of components by kind, then what goes across them, then sources and data."""
    home = next(c for c in chapters if c.template.name == "home")
    named = {kind: [c for c in chapters if c.slug.endswith(f"-{kind}") and c.parameters] for _, kind in _PARTS}
    across = [c for slug in _ACROSS for c in chapters if c.slug == slug]
    placed = [home, *across, *(c for group in named.values() for c in group)]
    rest = [c.document for c in chapters if c not in placed]
    parts = [("Start here", ["book/how-to-read"])]
    parts += [(caption, [c.document for c in named[kind]]) for caption, kind in _PARTS if named[kind]]
    parts += [("Across components", [c.document for c in across])]
    parts += [("Sources and data", ["book/ledger", *rest, "book/references"])]
    told = {
        "format": "jb-book",
        "root": home.document,
        "parts": [{"caption": caption, "chapters": [{"file": page} for page in pages]} for caption, pages in parts],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True)


def _today() -> str:
    """Return today as an ISO time, or the day that SOURCE_DATE_EPOCH names."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(told), UTC) if told else datetime.now(UTC)
    return now.strftime("%Y-%m-%dT00:00:00Z")
