"""The Atom feed of data versions (RFC 4287), from the tables `versions` and `events`.

Pure: rows in, XML out; `sphinxext.feed` reads the tables and writes the file. Texts from tables become
text nodes, which the XML library escapes; no cell becomes markup.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
FEED = "feed.xml"
_XML_TEXT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Row = Mapping[str, str]


@dataclass(frozen=True)
class About:
    """What the feed says of itself.

    Attributes
    ----------
    name : the data package's name, of which the feed's ids are made. page : address of the page of news
    relative to the feed. base : web address of the book, ending in a slash; may be empty.
    """

    title: str
    author: str
    name: str
    page: str
    base: str = ""


def atom(about: About, versions: Sequence[Row], events: Sequence[Row], kinds: Mapping[str, str]) -> bytes:
    """Return the feed, newest version first.

    Parameters
    ----------
    versions, events : rows of the two tables, oldest first; at least one version.
    kinds : label of each kind of event; a kind without one goes by its code.
    """
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    root = _identity(about, versions[0])
    _add(feed, "id", f"{root}:feed")
    _add(feed, "title", about.title)
    _add(feed, "updated", max(_updated(v) for v in versions))
    _add(_add(feed, "author"), "name", about.author or about.title)
    if about.base:
        _add(feed, "link", rel="self", type="application/atom+xml", href=about.base + FEED)
    _add(feed, "link", rel="alternate", type="text/html", href=about.base + about.page)
    for version in reversed(versions):
        _entry(feed, about, version, f"{root}:version:{version['version']}", _told(version, events, kinds))
    ET.indent(feed)
    return ET.tostring(feed, encoding="utf-8", xml_declaration=True) + b"\n"


def decision(version: Row) -> str:
    """Return in one sentence what is known about the conclusions in *version*; empty when nothing is."""
    if version["confirmed_by"]:
        who = f"decided by {version['confirmed_by']} on {version['confirmed_on']}"
        because = f": {version['because']}" if version["because"] else ""
        return f"Conclusions {version['conclusions']}, {who}{because}"
    if version["conclusions"]:
        return "Rules found that conclusions may have changed; no person has decided yet"
    return ""


def version_anchor(version: str) -> str:
    """Return the anchor of a version on the page of news: `version-1-0-0`."""
    return f"version-{version.replace('.', '-')}"


def _entry(feed: ET.Element, about: About, version: Row, identity: str, told: str) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", identity)
    _add(entry, "title", f"{version['version']}: {version['title']}")
    _add(entry, "published", _moment(version["date"]))
    _add(entry, "updated", _updated(version))
    href = f"{about.base}{about.page}#{version_anchor(version['version'])}"
    _add(entry, "link", rel="alternate", type="text/html", href=href)
    _add(entry, "summary", told, type="text")


def _told(version: Row, events: Sequence[Row], kinds: Mapping[str, str]) -> str:
    counts = Counter(e["type"] for e in events if e["version"] == version["version"])
    counted = "; ".join(f"{kinds.get(kind, kind)}: {n}" for kind, n in counts.items())
    parts = [version["summary"], counted, decision(version)]
    return ". ".join(p.rstrip(".") for p in parts if p) + "." if any(parts) else version["title"]


def _identity(about: About, first: Row) -> str:
    """Return the beginning of every id: a tag URI (RFC 4151) that no web address can outdate.

    The authority lies under `.invalid`, which nobody can own (RFC 2606); the date is the first version's.
    """
    authority = re.sub(r"[^a-z0-9-]+", "-", about.name.lower()).strip("-") or "report"
    return f"tag:{authority}.invalid,{first['date']}"


def _updated(version: Row) -> str:
    return _moment(max(version["date"], version["confirmed_on"]))


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = _XML_TEXT.sub("\ufffd", text) or None
    return element
