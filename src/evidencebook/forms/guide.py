"""The first sheet of a form: what it is for, how to fill it in, and the form of the source that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from evidencebook.chapters import Evidence
from evidencebook.forms.layout import ACTION, COMPONENT, COMPONENTS, REFERENCES, WITHDRAW
from evidencebook.schema import Table

FIELDS = "extraction_fields"
_HOW = (
    ("Add a row", "Write into the first blank line of a sheet. Leave id empty: the next one is given on import."),
    ("Change a row", "Write over its cells. Rows on a grey ground stand in the tables already; their key is locked."),
    ("Withdraw a row", f"Choose {WITHDRAW} in the column {ACTION!r}. A row that you delete here stays in the tables."),
    ("One fact a row", "Two claims of one sentence with different references or stances are two rows."),
    ("Own words", "Facts, figures, names and short labels carry over from a source; sentences do not."),
    ("Cite", f"Look the key up on the sheet {REFERENCES}; several keys are separated by ; without a space."),
    ("Not stated", "Leave a cell empty when the source does not say it."),
    ("Notes", "The head of each column carries a note: what to write, and what each value means."),
)


def guide_lines(evidence: Evidence, component: str, tables: Sequence[Table]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the sheet; a line of one cell is a heading."""
    row = evidence.frames[COMPONENTS].set_index("id").loc[component]
    yield (f"Extraction form {component}: {row.get('title', '')}".rstrip(": "),)
    yield "Report", evidence.package.title
    yield "Data version", evidence.package.version
    yield ("How to fill it in",)
    yield from _HOW
    yield ("Sheets",)
    yield from ((t.name, t.title, t.description) for t in tables)
    yield ("When you are done",)
    yield "Look first", "evidencebook form import FILE shows what would change and writes nothing"
    yield "Then write", "evidencebook form import FILE --yes"
    yield from _fields(evidence.frames.get(FIELDS), component)


def _fields(fields: pd.DataFrame | None, component: str) -> Iterator[tuple[str, ...]]:
    """Yield the fields of the source's own form that this component shares or has to itself."""
    if fields is None or fields.empty:
        return
    own = fields[fields[COMPONENT].isin(["", component])]
    yield ("The form of the source, field by field",)
    yield "Section", "Field", "Choices", "Prompt"
    for field in own.itertuples():
        yield str(field.section), str(field.field), str(field.options).replace(";", "; "), str(field.prompt)
