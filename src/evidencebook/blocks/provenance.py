"""How a chapter was made: its template, parameters, rows and notebook."""

from __future__ import annotations

import shlex

from evidencebook.blocks.search import code
from evidencebook.blocks.wording import count, joined
from evidencebook.downloads import chapter_rows
from evidencebook.edition import Edition
from evidencebook.markdown import Myst, escape, offer
from evidencebook.report import OpenChapter


def made_from(chapter: OpenChapter) -> Myst:
    """Return what regenerates this page and which rows it read, with the notebook to download."""
    parameters = " ".join(f"-p {k} {v}" for k, v in chapter.chapter.parameters.items())
    command = f"papermill notebooks/{chapter.chapter.template.path.name} out.ipynb {parameters}".rstrip()
    if chapter.edition:
        command = edition_command(chapter.edition)
    read = joined(
        [f"{count(len(f), 'row')} of {name}" for name, f in chapter.frames.items() if name not in ("vocabulary",)]
    )
    return Myst(
        "\n".join(
            [
                ":::{admonition} How this page was made",
                ":class: dropdown provenance",
                f"Generated from {escape(read)}. {escape(chapter.data_note)}.",
                "",
                f"Run it again with {code(command)}. "
                f"The code is in the {{download}}`notebook of this page <{chapter.slug}.ipynb>`."
                + (
                    f" Take away {offer('the rows it read', chapter_rows(chapter.slug))} (CSV)."
                    if chapter.frames
                    else ""
                ),
                ":::",
            ]
        )
    )


def edition_command(edition: Edition) -> str:
    """Return the command that builds *edition*."""
    where = " ".join(f"--where {shlex.quote(argument)}" for argument in edition.arguments)
    return f"evidencebook build {where} --title {shlex.quote(edition.title)}"
