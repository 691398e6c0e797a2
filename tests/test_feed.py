"""The Atom feed holds what RFC 4287 requires, and no text of a table becomes markup in it."""

import re
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from evidencebook.build import build
from evidencebook.errors import BuildError
from evidencebook.versions.feed import ATOM, About, atom

ABOUT = About("What is new: A report", "A team", "made-up-report", "book/chapters/whats-new.html")
VERSION = {"title": "First", "summary": "", "conclusions": "", "confirmed_by": "", "confirmed_on": "", "because": ""}
FIRST = VERSION | {"version": "1.0.0", "date": "2020-01-02"}
SECOND = VERSION | {
    "version": "1.1.0",
    "date": "2021-01-02",
    "title": "A <b>bold</b> & new\x0b one",
    "conclusions": "changed",
    "confirmed_by": "A. Person",
    "confirmed_on": "2021-03-04",
    "because": "the trial is gone",
}
EVENT = {"version": "1.1.0", "type": "finding_added"}
# RFC 4151: tag:AUTHORITY,DATE:SPECIFIC
TAG = re.compile(r"tag:[a-z0-9-]+(\.[a-z0-9-]+)*,\d{4}-\d\d-\d\d:[A-Za-z0-9.:_-]+")


def read(*rows, about=ABOUT, events=()):
    return ET.fromstring(atom(about, rows, events, {"finding_added": "Finding added"}))


def texts(element, name):
    return [e.text for e in element.findall(f"{{{ATOM}}}{name}")]


def links(element, relation):
    return [e.get("href") for e in element.findall(f"{{{ATOM}}}link") if e.get("rel") == relation]


def check_atom(feed):
    """Hold a feed against the MUSTs of RFC 4287, sections 3.3, 4.1.1 and 4.1.2."""
    known = {"id", "title", "updated", "author", "link", "entry", "published", "summary"}
    assert feed.tag == f"{{{ATOM}}}feed"
    assert {e.tag for e in feed.iter()} - {f"{{{ATOM}}}{n}" for n in {*known, "feed", "name"}} == set()
    assert texts(feed.find(f"{{{ATOM}}}author"), "name")[0]
    assert len(links(feed, "self")) <= 1
    entries = feed.findall(f"{{{ATOM}}}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(texts(element, name)) == 1, name
            assert texts(element, name)[0]
        assert TAG.fullmatch(texts(element, "id")[0])
        for name in ("updated", "published"):
            for moment in texts(element, name):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)
                datetime.fromisoformat(moment)
        # An entry without content has exactly one alternate link of a type and language.
        assert len(links(element, "alternate")) == 1
    for entry in entries:
        assert len(texts(entry, "summary")) == 1
        assert len(texts(entry, "published")) == 1
    identities = [texts(e, "id")[0] for e in (feed, *entries)]
    assert len(identities) == len(set(identities))


def test_the_feed_holds_what_the_standard_requires():
    check_atom(read(FIRST, SECOND, events=[EVENT]))


def test_one_entry_a_version_newest_first_dated_by_the_data():
    feed = read(FIRST, SECOND)
    entries = feed.findall(f"{{{ATOM}}}entry")

    assert [texts(e, "title")[0][:5] for e in entries] == ["1.1.0", "1.0.0"]
    assert [texts(e, "updated")[0][:10] for e in entries] == ["2021-03-04", "2020-01-02"]
    assert texts(entries[0], "published")[0][:10] == "2021-01-02"
    assert texts(feed, "updated")[0][:10] == "2021-03-04"


def test_an_entry_says_what_changed_and_who_decided_what_it_means():
    entry = read(FIRST, SECOND, events=[EVENT, EVENT]).find(f"{{{ATOM}}}entry")

    (told,) = texts(entry, "summary")
    assert told == "Finding added: 2. Conclusions changed, decided by A. Person on 2021-03-04: the trial is gone."


def test_a_proposal_is_told_as_undecided():
    proposed = SECOND | {"conclusions": "proposed", "confirmed_by": "", "confirmed_on": "", "because": ""}

    (told,) = texts(read(FIRST, proposed).find(f"{{{ATOM}}}entry"), "summary")

    assert "may have changed; no person has decided yet" in told


def test_the_ids_stay_when_versions_and_a_web_address_come():
    before = texts(read(FIRST).find(f"{{{ATOM}}}entry"), "id")
    feed = read(FIRST, SECOND, about=replace(ABOUT, base="https://example.org/"))

    assert texts(feed.findall(f"{{{ATOM}}}entry")[1], "id") == before
    assert links(feed, "self") == ["https://example.org/feed.xml"]
    assert links(feed, "alternate") == ["https://example.org/book/chapters/whats-new.html"]


def test_without_a_web_address_links_are_relative_to_the_feed():
    feed = read(FIRST, SECOND)

    assert links(feed, "self") == []
    assert links(feed.find(f"{{{ATOM}}}entry"), "alternate") == ["book/chapters/whats-new.html#version-1-1-0"]


def test_text_of_tables_stays_text():
    raw = atom(ABOUT, [FIRST, SECOND], [], {})

    assert b"<b>" not in raw
    assert texts(ET.fromstring(raw).find(f"{{{ATOM}}}entry"), "title") == ["1.1.0: A <b>bold</b> & new\ufffd one"]


@pytest.mark.build
def test_the_book_has_the_feed_a_link_to_it_and_an_entry_for_each_version(released_whole):
    build(released_whole, pdf=False)

    feed = ET.fromstring((released_whole.html / "feed.xml").read_bytes())
    check_atom(feed)
    (target,) = links(feed.find(f"{{{ATOM}}}entry"), "alternate")
    path, _, anchor = target.partition("#")
    page = BeautifulSoup((released_whole.html / path).read_text(encoding="utf-8"), "html.parser")
    assert page.find(id=anchor).get_text().startswith("1.0.0")
    assert page.select_one("article a.feed")["href"] == "../../feed.xml"
    assert "This is the first version" in page.find("article").get_text()
    for file in (released_whole.html / "book").rglob("*.html"):
        head = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").head
        (link,) = head.select('link[rel="alternate"][type="application/atom+xml"]')
        assert (file.parent / link["href"]).resolve() == (released_whole.html / "feed.xml").resolve()


@pytest.mark.build
def test_a_web_address_of_another_form_is_refused(released_whole, rewrite):
    rewrite(
        "_config.yml",
        "    html_show_sphinx: false",
        "    html_show_sphinx: false\n    evidencebook_base_url: example.org",
    )

    with pytest.raises(BuildError, match="write the book's address as https"):
        build(released_whole, pdf=False)
