"""Records brought into one form: names, titles, pages, DOIs, and text without markup.

Pure. Nothing is guessed: a page range stays as it is printed, only its dash is made one; capitals in titles stay.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

from evidencebook.intake.work import Work

_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|scp|span|p|u|br|inf|title|jats:[a-z-]+|mml:[a-z-]+)\b[^<>]*>", re.I)
# Control, zero-width and bidirectional characters, which a table or bibliography may not hold.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c]")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_FORMS = {"doi": _DOI, "url": re.compile(r"https?://\S+"), "year": re.compile(r"(?:19|20)\d\d")}
_DASH = re.compile(r"\s*(?:-{1,3}|–|—|‐|‑|−)\s*")
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}")
_SHORT_NAME = re.compile(r"(?P<last>\S+(?: \S+){0,2}) (?P<first>[A-Z]{1,3}|(?:[A-Z]\.[ -]?){1,4})")
_OF_BODIES = re.compile(
    r"\b(?:of|and|for|the|on|in|group|department|university|institute|committee|council|NHS|centre|center|trust|"
    r"foundation|society|network|commission|collaboration|investigators|team|office|association)\b",
    re.I,
)
_PARTICLES = {"de", "la", "van", "von", "der", "den", "du", "da", "di", "del", "le", "ter", "ten", "dos", "el"}


def normalised(work: Work) -> Work:
    """Return *work* in the one form."""
    fields = {name: text for name, value in work.fields.items() if (text := plain(value))}
    for name, brought in (("title", title), ("pages", pages), ("doi", doi)):
        if name in fields:
            fields[name] = brought(fields[name])
    if "urldate" in fields:
        fields["urldate"] = re.sub(r"/+", "-", fields["urldate"]).strip("-")
    # The address of a DOI says nothing more than the DOI, and that of a database is for its subscribers.
    if fields.get("doi") and (work.type == "article" or "doi.org/" in fields.get("url", "")):
        fields.pop("url", None)
        fields.pop("urldate", None)
    unknown = {k: [t for v in values if (t := plain(v))] for k, values in work.unknown.items()}
    for name, form in _FORMS.items():
        # What is no DOI, year or address stays to be seen, but not under a name that promises one.
        if fields.get(name) and not form.fullmatch(fields[name]):
            unknown[name] = [fields.pop(name)]
    return work.with_(
        fields={k: v for k, v in fields.items() if v},
        authors=tuple(filter(None, map(name_of, work.authors))),
        editors=tuple(filter(None, map(name_of, work.editors))),
        unknown=unknown,
    )


def plain(text: str) -> str:
    """Return *text* on one line without markup, entities or invisible characters, composed."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _MARKUP.sub("", text)
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", text).split()))


def title(text: str) -> str:
    """Return a title without the full stop that databases put behind it."""
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text


def pages(text: str) -> str:
    """Return pages as BibTeX has them: `671--89`, `e1`, `S1--S4`."""
    told = re.sub(r"^(?:pp?\.?|pages?)\s*(?=\w)", "", text, flags=re.I) if text[:1] in "pP" else text
    first, dash, last = _DASH.sub("–", told).partition("–")
    return f"{first}--{last}" if dash and last and last != first else first


def doi(text: str) -> str:
    """Return the bare DOI in *text*, or *text* as it is when there is none."""
    found = _DOI.search(unquote(text) if "%" in text else text)
    if not found:
        return text
    bare = found[0].rstrip(".,;:")
    while bare.endswith((")", "]")) and bare.count("(") + bare.count("[") < bare.count(")") + bare.count("]"):
        bare = bare[:-1].rstrip(".,;:")
    return bare


def name_of(text: str) -> str:
    """Return a name as `Surname, Given`; the name of a body has no comma.

    `Ham C` and `Ham C.J.` are people, as databases write them; so is `Chris Ham` never, since it cannot be told
    from a body. A surname all in capitals gets small letters.
    """
    name = plain(text).strip(" ;,")
    if "," not in name and (short := _SHORT_NAME.fullmatch(name)) and not _OF_BODIES.search(name):
        name = f"{short['last']}, {short['first']}"
    last, comma, first = (part.strip() for part in name.partition(","))
    if not comma:
        return last
    return f"{_cased(last)}, {_given(first)}" if first else _cased(last)


def initials(name: str) -> str:
    """Return `Ham, Chris J.` as `Ham, C. J.`; a body as it is."""
    last, comma, first = (part.strip() for part in name.partition(","))
    if not comma or not first:
        return name
    suffix, again, given = (part.strip() for part in first.partition(","))
    if again:
        last, first = f"{last} {suffix}", given
    parts = [w for w in re.split(r"[\s.]+", first) if w]
    kept = [w if w.casefold() in _PARTICLES else "-".join(f"{p[0].upper()}." for p in w.split("-") if p) for w in parts]
    von = [w for w in kept if w in _PARTICLES]
    return f"{' '.join([*von, last])}, {' '.join(w for w in kept if w not in _PARTICLES)}"


def _given(first: str) -> str:
    """Return given names; initials are written apart and with full stops."""
    if _INITIALS.fullmatch(first.strip()) and not re.search(r"[a-z]", first):
        letters = re.findall(r"-?[A-Z]", first)
        return " ".join(f"{letter}." for letter in letters).replace(" -", "-")
    return first


def _cased(last: str) -> str:
    long_capitals = last.isupper() and len(last) > 3 and "." not in last
    return re.sub(r"[^\W\d_]+", lambda m: m[0].capitalize(), last) if long_capitals else last
