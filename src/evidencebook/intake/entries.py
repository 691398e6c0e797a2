"""A record as an entry of the bibliography, and an entry of the bibliography as a record."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evidencebook.bibliography import Reference
from evidencebook.intake.normal import initials
from evidencebook.intake.work import Work
from evidencebook.ris import people

_ORDER = ("title", "year", "journal", "booktitle", "series", "edition", "volume", "number", "pages", "institution")
_AFTER = ("publisher", "address", "doi", "url", "urldate", "note", "howpublished", "pmid", "pmcid", "issn", "isbn")
# The text of an abstract belongs to its publisher, and a bibliography is published.
NOT_KEPT = ("abstract",)


def entry_of(work: Work, key: str, *, short_names: bool = False) -> str:
    """Return *work* as BibTeX, in the layout of the bibliography.

    Parameters
    ----------
    short_names : write given names as initials.
    """
    fields: list[tuple[str, str]] = []
    for role, names in (("author", work.authors), ("editor", work.editors)):
        styled = [initials(n) if short_names else n for n in names]
        written = [_escaped(n) if "," in n else "{" + _escaped(n) + "}" for n in styled]
        if written:
            fields.append((role, " and ".join([*written, *(["others"] if work.more and role == "author" else [])])))
    told = dict(work.fields)
    if work.type == "techreport" and "institution" not in told and "publisher" in told:
        told["institution"] = told.pop("publisher")
    known = [*_ORDER, *_AFTER]
    rest = [n for n in told if n not in known and n not in NOT_KEPT]
    fields += [(n, _escaped(told[n])) for n in [*known, *rest] if told.get(n)]
    for tag, values in work.unknown.items():
        fields.append((_field_name(tag), _escaped("; ".join(values))))
    kind = "misc" if work.type == "article" and not told.get("journal") else work.type
    body = "".join(f"  {name} = {{{text}}},\n" for name, text in fields if text)
    return f"@{kind}{{{key},\n{body}}}\n"


def work_of(reference: Reference) -> Work:
    """Return an entry of the bibliography as a record that others can be held against."""
    fields = {k: v for k, v in reference.fields.items() if k not in ("author", "editor")}
    return Work(
        reference.type,
        fields,
        tuple(people(reference, "author")),
        tuple(people(reference, "editor")),
        more=reference.more,
        origin=reference.key,
    )


def uses_initials(references: Iterable[Reference]) -> bool:
    """Whether nearly all people of the bibliography stand there with initials only."""
    names = [n for r in references for n in people(r, "author") if "," in n]
    short = [n for n in names if re.fullmatch(r"(?:[^\W\d_]\.[\s-]?)+", n.partition(",")[2].strip())]
    return bool(names) and len(short) >= 0.9 * len(names)


def _escaped(text: str) -> str:
    """Return *text* for BibTeX: its two special characters escaped, braces and backslashes gone."""
    bare = re.sub(r"[{}\\]", "", text)
    return bare.replace("&", r"\&").replace("%", r"\%")


def _field_name(tag: str) -> str:
    return "x-" + (re.sub(r"[^a-z0-9]+", "-", tag.casefold()).strip("-") or "field")
