"""Every way to spoil a described table, made from `datapackage.json`, so a new column is covered by itself.

A cell mutation puts one text into one cell. Those of a table stand in one file, a row each, since a
fault names its row. A file mutation spoils the bytes of a file, or its header. Whether a cell is
allowed is worked out here from the descriptor's JSON, apart from the engine.

``python tests/mutations.py`` prints how many there are of each kind.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hostile import HIDDEN, HOSTILE

LONGEST = 20_000
SAMPLE = 3  # rows of a table that file mutations spoil
RESAVE = "save the file again as UTF-8 CSV with Unix line ends"
# Cells that no coded, numeric or referring column may hold.
MISFITS = {
    "words": "none such",
    "another alphabet": "Ｒ１",
    "digits of another script": "١٢",
    "fraction with a comma": "1,5",
    "exponent": "1e5",
    "hexadecimal": "0x1F",
    "not a number": "NaN",
    "infinity": "Infinity",
    "two signs": "--1",
    "digits with a separator": "1,000",
}


@dataclass(frozen=True)
class CellMutation:
    """*text* in one column: harmless when *column* allows it."""

    kind: str
    column: str
    text: str
    harmful: bool


@dataclass(frozen=True)
class FileMutation:
    """Bytes in place of a table (None: no file), and where the fault must be (row 0: the whole file)."""

    kind: str
    content: bytes | None
    row: int
    remedy: str
    value: str = ""


@dataclass(frozen=True)
class Described:
    """One table as the descriptor's JSON describes it, with its header and rows as they stand."""

    name: str
    path: str
    fields: tuple[dict, ...]
    foreign: frozenset[str]
    key: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def header(self):
        return [f["name"] for f in self.fields]


def described(data: Path) -> list[Described]:
    """Return every table that the descriptor in *data* describes."""
    raw = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    return [_described(data, r) for r in raw["resources"]]


def cell_mutations(table: Described) -> Iterator[CellMutation]:
    """Yield every text for every column of *table*, with what must become of it."""
    for field in table.fields:
        for kind, text in _texts(field):
            yield CellMutation(kind, field["name"], text, _harmful(table, field, text))


def batch(table: Described, mutations: list[CellMutation]) -> bytes:
    """Return the file in which each of *mutations* has a row of its own, after a sound row."""
    sound = table.rows[0]
    rows = [sound]
    for mutation in mutations:
        place = table.header.index(mutation.column)
        rows.append((*sound[:place], mutation.text, *sound[place + 1 :]))
    return written([table.header, *rows])


def file_mutations(table: Described) -> Iterator[FileMutation]:
    """Yield every way to spoil the file of *table* as a whole, its header or a row."""
    yield from _bytes(table)
    yield from _headers(table)
    yield from _rows(table)


def sound(table: Described) -> bytes:
    """Return the first rows of *table* as a file."""
    return written([table.header, *table.rows[:SAMPLE]])


def written(lines, separator: str = ",") -> bytes:
    """Return *lines* as the tables are written."""
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=separator, lineterminator="\n").writerows(lines)
    return made.getvalue().encode()


def _described(data, raw):
    path = data / raw["path"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = tuple(tuple(row) for row in csv.reader(file))[1:]
    schema = raw["schema"]
    foreign = frozenset(f for key in schema.get("foreignKeys", []) for f in _listed(key["fields"]))
    key = tuple(_listed(schema.get("primaryKey", [])))
    return Described(raw["name"], raw["path"], tuple(schema["fields"]), foreign, key, rows)


def _listed(value):
    return [value] if isinstance(value, str) else value


def _texts(field):
    yield from HIDDEN.items()
    yield from HOSTILE.items()
    yield from MISFITS.items()
    yield "empty", ""
    yield "space before", " word"
    yield "space after", "word "
    yield "no-break space after", "word\u00a0"
    yield "decomposed accent", "Bjo\u0308rk"
    yield "longest", "x" * LONGEST
    yield "too long", "x" * (LONGEST + 1)
    yield "very large number", "9" * 400
    rules = field.get("constraints", {})
    for value in rules.get("enum", field.get("evidencebook:enum", ()))[:1]:
        yield "coded value in capitals", value.upper()
        yield "coded value cut short", value[:-1]
        yield "coded value with a full stop", f"{value}."
    if field.get("evidencebook:list"):
        yield "empty item in a list", "a;;b"
        yield "list that begins with a separator", ";a"
        yield "list that ends with a separator", "a;"
        yield "padded item in a list", "a; b"


def _harmful(table, field, text):
    """Whether the descriptor forbids *text* in a column: what must be rejected."""
    if text == "":
        return bool(field.get("constraints", {}).get("required"))
    if text != text.strip() or len(text) > LONGEST or text in HIDDEN.values() or text == "Bjo\u0308rk":
        return True
    target = field.get("evidencebook:references", {})
    if field["name"] in table.foreign or target:
        return True  # no row and no entry is called so
    items = text.split(";") if field.get("evidencebook:list") else [text]
    return any(item == "" or item != item.strip() or not _fits(field, item) for item in items)


def _fits(field, item):
    rules = field.get("constraints", {})
    enum = rules.get("enum", field.get("evidencebook:enum"))
    pattern = rules.get("pattern", field.get("evidencebook:pattern"))
    digits = {"integer": r"-?[0-9]{1,15}", "number": r"-?[0-9]{1,15}(\.[0-9]{1,15})?"}.get(field["type"])
    return (
        (not enum or item in enum)
        and (not pattern or re.fullmatch(pattern, item, re.ASCII) is not None)
        and (not digits or re.fullmatch(digits, item) is not None)
    )


def _bytes(table):
    good = sound(table)
    text = good.decode()
    lines = good.split(b"\n")
    table_lines = [table.header, *table.rows[:SAMPLE]]
    yield FileMutation("file is missing", None, 0, "restore it, or remove the table from datapackage.json")
    yield FileMutation("empty file", b"", 1, "make the first row exactly that")
    yield FileMutation("only a line end", b"\n", 1, "make the first row exactly that")
    yield FileMutation("byte order mark", b"\xef\xbb\xbf" + good, 0, RESAVE)
    yield FileMutation("CRLF", good.replace(b"\n", b"\r\n"), 1, RESAVE)
    yield FileMutation("CR alone", good.replace(b"\n", b"\r"), 1, RESAVE)
    yield FileMutation("Latin-1", good + "é".encode("latin-1"), good.count(b"\n") + 1, RESAVE)
    yield FileMutation("Windows-1252", "“".encode("cp1252") + good, 1, RESAVE)
    yield FileMutation("UTF-16 with mark", text.encode("utf-16"), 0, RESAVE)
    yield FileMutation("UTF-16 without mark", text.encode("utf-16-be"), 0, RESAVE)
    yield FileMutation("UTF-32", text.encode("utf-32"), 0, RESAVE)
    yield FileMutation("half a character", good + b"\xe2\x82", good.count(b"\n") + 1, RESAVE)
    yield FileMutation("surrogate", good + b"\xed\xa0\x80", good.count(b"\n") + 1, RESAVE)
    yield FileMutation("a program", b"\x7fELF\x02\x01\x01" + b"\x00" * 50, 1, "make the first row exactly that")
    yield FileMutation("a workbook", b"PK\x03\x04" + b"\xff" * 50, 1, RESAVE)
    yield FileMutation("semicolons", written(table_lines, ";"), 1, "make the first row exactly that")
    yield FileMutation("tabs", written(table_lines, "\t"), 1, "make the first row exactly that")
    yield FileMutation("blank first line", b"\n" + good, 1, "make the first row exactly that")
    yield FileMutation("header left out", b"\n".join(lines[1:]), 1, "make the first row exactly that")
    # A table of one column has a blank line for an empty cell, and no comma to lose.
    yield FileMutation(
        "quote never closed", lines[0] + b'\n"' + b"\n".join(lines[1:]), 2, "mend the quotes in that row"
    )
    yield FileMutation("quote in the middle", lines[0] + b'\n"a"b\n', 2, "mend the quotes in that row")


def _headers(table):
    header, remedy = table.header, "make the first row exactly that"

    def spoilt(kind, columns):
        lines = [columns, *(row[: len(columns)] for row in table.rows[:SAMPLE])]
        return FileMutation(kind, written(lines), 1, remedy, ",".join(columns)[:40])

    for place, name in enumerate(header):
        rest = [*header[:place], *header[place + 1 :]]
        if rest:
            yield spoilt(f"column {name} missing", rest)
        for kind, other in (
            ("renamed", f"{name}_2"),
            ("in capitals", name.upper()),
            ("padded", f"{name} "),
            ("without name", ""),
            ("with a zero-width space", f"{name}\u200b"),
        ):
            yield spoilt(f"column {name} {kind}", [*header[:place], other, *header[place + 1 :]])
        yield spoilt(f"column {name} twice", [*header[:place], name, *header[place:]])
        yield spoilt(f"new column before {name}", [*header[:place], "note", *header[place:]])
    if len(header) > 1:
        yield spoilt("columns in another order", header[::-1])
    yield spoilt("new column at the end", [*header, "note"])


def _rows(table):
    header, rows = table.header, table.rows[:SAMPLE]
    ragged = "add or remove commas, or quote the cell that holds one"
    last = len(rows) + 2
    yield FileMutation("cell too many", written([header, *rows, (*rows[0], "x")]), last, ragged)
    yield FileMutation("blank line at the end", written([header, *rows]) + b"\n", last, ragged)
    if len(header) > 1:
        yield FileMutation("cell too few", written([header, *rows, rows[0][:-1]]), last, ragged)
        yield FileMutation("line of words", written([header, *rows]) + b"as told by the author\n", last, ragged)
    if table.key or any(f.get("constraints", {}).get("unique") for f in table.fields):
        twice = written([header, *rows, rows[0]])
        yield FileMutation("row twice", twice, last, "")


def count(data: Path) -> Counter:
    """Return how many mutations of each kind there are, those of a single column under one name."""
    kinds: Counter = Counter()
    for table in described(data):
        kinds.update(f"cell: {m.kind}" for m in cell_mutations(table))
        for mutation in file_mutations(table):
            kinds[f"file: {re.sub(r'column [a-z_0-9]+ |before [a-z_0-9]+', '', mutation.kind).strip()}"] += 1
    return kinds


if __name__ == "__main__":
    found = count(Path(__file__).parents[1] / "data")
    for kind, number in sorted(found.items()):
        print(f"{number:7,}  {kind}")
    print(f"{found.total():7,}  in all")
