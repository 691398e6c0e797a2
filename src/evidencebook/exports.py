"""What readers take away: tables, references and figures as files, the same bytes for the same inputs.

Pure: files and frames in, bytes out; `downloads` reads and writes. Archives hold their members in order of
name with the date of the data version, so that an equal version gives an equal archive.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from evidencebook.tables import Frames

Files = dict[str, bytes]
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
# What spreadsheet programs take for the beginning of a formula, in both widths, after any blank or quote.
_FORMULA = re.compile(r"[\s\"]*[=+\-@＝＋－＠]|[\t\r\n]")
_EARLIEST = (1980, 1, 1)


def archive(files: Mapping[str, bytes], date: str) -> bytes:
    """Return a zip of *files* in order of name, each dated *date* (ISO)."""
    year, month, day = (int(part) for part in date.split("-"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as held:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, (*max((year, month, day), _EARLIEST), 0, 0, 0))
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            held.writestr(member, files[name])
    return made.getvalue()


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return *frame* as the tables are written: UTF-8, Unix line ends, an empty cell for what is not stated."""
    return str(frame.to_csv(index=False, lineterminator="\n")).encode()


def for_spreadsheets(table: bytes) -> bytes:
    """Return a CSV file that no spreadsheet program runs: an apostrophe stands before a cell that is like a formula.

    Numbers stay as they are. A byte order mark makes the programs read it as UTF-8.
    """
    rows = csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\r\n").writerows([_neutral(cell) for cell in row] for row in rows)
    return made.getvalue().encode("utf-8-sig")


def rows_read(frames: Frames, descriptor: Mapping[str, Any], title: str) -> Files:
    """Return the tables *frames* as a data package of their own, with what *descriptor* says of them.

    Hashes and links to tables that are not among them are left out: the rows are a part.
    """
    resources = [_part(r, frames) for r in descriptor["resources"] if r["name"] in frames]
    kept = {k: v for k, v in descriptor.items() if k != "resources" and not k.endswith(("-hash", ":edition"))}
    about = kept | {"title": title, "description": "The rows from which this page is made.", "resources": resources}
    files = {r["path"]: csv_of(frames[r["name"]]) for r in resources}
    return files | {"datapackage.json": json_of(about)}


def json_of(value: Any) -> bytes:
    """Return *value* as JSON for people to read."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Return the list that `sha256sum --check` reads, with the size of each file as a comment."""
    told = (f"# {len(files[n]):,} bytes\n{hash_of(files[n])}  {n}\n" for n in sorted(files))
    return "".join(told).encode()


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of *content*."""
    return hashlib.sha256(content).hexdigest()


def included_works(studies: pd.DataFrame) -> dict[str, list[str]]:
    """Return the keys of the included studies of each component (columns component and key), in table order."""
    return {str(c): list(dict.fromkeys(rows["key"])) for c, rows in studies.groupby("component", sort=False)}


def _neutral(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _part(resource: Mapping[str, Any], among: Collection[str]) -> dict[str, Any]:
    schema = dict(resource["schema"])
    keys = [k for k in schema.pop("foreignKeys", []) if _target(k, resource) in among]
    schema |= {"foreignKeys": keys} if keys else {}
    return {k: v for k, v in resource.items() if k != "hash"} | {"schema": schema}


def _target(key: Mapping[str, Any], resource: Mapping[str, Any]) -> str:
    return str(key["reference"]["resource"] or resource["name"])
