"""What can go wrong, as classes that carry the place of the fault.

Everything under `EvidenceBookError` is something the user can mend (a table, a parameter, a
template, a missing program). Any other exception is a fault of this package, and the command line
says so.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What the machine refuses, and what to do about it: no fault of the data, nor of this package.
_NO_ROOM = "Make room there, then run the same command again."
OF_THE_MACHINE = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: "The largest file allowed is too small: raise the limit (ulimit -f), then run the same command again.",
    errno.EROFS: "The folder cannot be written to: copy the report to one that can.",
    errno.EACCES: "You may not write there: change who may, or copy the report to a folder of your own.",
    errno.EPERM: "You may not write there: change who may, or copy the report to a folder of your own.",
    errno.EMFILE: "Too many files are open: raise the limit (ulimit -n), then run the same command again.",
}


class EvidenceBookError(Exception):
    """Something the user can mend; the message says where and how."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in one place of the data.

    Attributes
    ----------
    file : path of the file, relative to the project.
    row : line as a spreadsheet counts it (the header is row 1); 0 when the whole file is meant.
    column : column name; empty when the whole row or file is meant.
    value : what was found, shortened for display.
    problem : what is wrong, one clause.
    allowed : what is allowed there.
    remedy : what to do.
    """

    file: str
    row: int
    column: str
    value: str
    problem: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        place = self.file + (f", row {self.row}" if self.row else "")
        place += f", column {self.column}" if self.column else ""
        found = f" (found: {shorten(self.value)})" if self.value else ""
        return f"{place}: {self.problem}{found}\n    allowed: {self.allowed}\n    to do:   {self.remedy}"


class DataError(EvidenceBookError):
    """The tables break their contract; carries every `Fault` at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(set(faults))
        count = len(self.faults)
        noun = "fault" if count == 1 else "faults"
        super().__init__(f"{count} {noun} in the data\n" + "\n".join(str(f) for f in self.faults))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the faults travel from the process that met them."""
        return DataError, (self.faults,)


class ProjectError(EvidenceBookError):
    """The project folder lacks a file or holds one that cannot be read."""


class ParameterError(EvidenceBookError):
    """A chapter was asked for with a name or value that is not allowed."""


class ExecutionError(EvidenceBookError):
    """A cell of a chapter failed.

    Attributes
    ----------
    chapter : slug of the chapter. cell : number of the cell, from 1; 0 when none is known.
    reason : last line of the fault. detail : traceback, when it helps. reads : the rows it reads, in words.
    """

    def __init__(self, chapter: str, cell: int, reason: str, detail: str = "", reads: Sequence[str] = ()) -> None:
        self.chapter, self.cell, self.reason, self.detail, self.reads = chapter, cell, reason, detail, tuple(reads)
        place = f"chapter {chapter}, cell {cell}" if cell else f"chapter {chapter}"
        super().__init__("\n".join([f"{place}: {reason}", *([detail] if detail else []), *(f"    {r}" for r in reads)]))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the fault travel from the process that met it."""
        return ExecutionError, (self.chapter, self.cell, self.reason, self.detail, self.reads)

    def reading(self, reads: Sequence[str]) -> ExecutionError:
        """Return the same fault with what the chapter reads."""
        return ExecutionError(self.chapter, self.cell, self.reason, self.detail, reads)


class FigureError(EvidenceBookError):
    """A figure breaks the rules that all figures share."""


class BuildError(EvidenceBookError):
    """Jupyter Book, pandoc or Typst refused the sources; carries what they said."""


def shorten(value: str, width: int = 80) -> str:
    """Return *value* as one printable line of at most *width* characters."""
    # Only as much as is shown is looked at: a cell may hold megabytes.
    text = "".join(c if c.isprintable() else repr(c)[1:-1] for c in value[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"
