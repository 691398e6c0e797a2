"""Records of tagged lines, as RIS and PubMed's nbib have them: `TAG  - text`, one field a line or several.

Databases write them with their own slips: no end mark, a missing blank line, text that goes on in the next line,
numbers between records. A record therefore ends at its end mark or where the next one begins, and a line without a
tag belongs to the field before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property


@dataclass
class Tagged:
    """One record: the line it begins at, its fields in order, and whether it had its end mark."""

    line: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    ended: bool = True

    def all(self, *tags: str) -> list[str]:
        """Return every text under *tags*, those of the first tag first, each once, empty ones left out."""
        return list(dict.fromkeys(text for tag in tags for text in self._by_tag.get(tag, ())))

    def first(self, *tags: str) -> str:
        """Return the first text under the first of *tags* that has one."""
        return next((self._by_tag[tag][0] for tag in tags if tag in self._by_tag), "")

    @cached_property
    def _by_tag(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for tag, text in self.fields:
            if text:
                found.setdefault(tag, []).append(text)
        return found


@dataclass(frozen=True)
class Grammar:
    """What a line with a tag looks like, the tag that begins a record, and the one that ends it (if any)."""

    line: re.Pattern[str]
    begin: str
    end: str = ""


RIS = Grammar(re.compile(r"\s?([A-Z][A-Z0-9])  -(?:\s(.*)|\s*)$"), "TY", "ER")
NBIB = Grammar(re.compile(r"([A-Z]{2,4})\s{0,2}- ?(.*)$"), "PMID")


def records(text: str, grammar: Grammar) -> Iterator[Tagged]:
    """Yield the records of *text*; what stands before the first one is passed over."""
    current: Tagged | None = None
    for number, line in enumerate(text.splitlines(), 1):
        found = grammar.line.match(line)
        if found is None:
            if current is not None and current.fields and line.strip():
                tag, said = current.fields[-1]
                current.fields[-1] = (tag, f"{said} {line.strip()}".strip())
            continue
        tag, said = found[1], (found[2] or "").strip()
        if tag == grammar.begin:
            if current is not None:
                current.ended = not grammar.end
                yield current
            current = Tagged(number)
        if tag == grammar.end and current is not None:
            yield current
            current = None
        elif current is not None:
            current.fields.append((tag, said))
    if current is not None:
        current.ended = not grammar.end
        yield current
