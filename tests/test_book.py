"""The real book, built whole: pages, headings, links, pictures, citations, and the PDF's text."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdf
import pytest
import yaml
from bs4 import BeautifulSoup

from evidencebook import evidence
from evidencebook.chapters import plan

pytestmark = pytest.mark.build


@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> set[str]:
    return {element["id"] for element in soup(path).find_all(id=True)}


def pages(report):
    return sorted((report.html / "book").rglob("*.html"))


def contents(report):
    def files(node):
        if isinstance(node, dict):
            yield from (v for k, v in node.items() if k in ("file", "root"))
            for value in node.values():
                yield from files(value)
        elif isinstance(node, list):
            for value in node:
                yield from files(value)

    return set(files(yaml.safe_load((report.root / "_toc.yml").read_text(encoding="utf-8"))))


def test_pages_are_exactly_those_of_the_contents(report):
    made = {str(p.relative_to(report.html).with_suffix("")) for p in pages(report)}
    assert made == contents(report)


def test_every_page_has_one_title_and_its_sections(report):
    chapters = {c.slug: c for c in plan(report, evidence.load(report).frames)}
    for page in pages(report):
        article = soup(page).find("article")
        titles = [h.get_text(" ").rstrip("# ") for h in article.find_all("h1")]
        assert len(titles) == 1, page.name
        if page.stem in chapters:
            assert " ".join(titles[0].split()).startswith(" ".join(chapters[page.stem].title.split())[:40]), page.name
    for slug, held in json.loads((Path(__file__).parent / "chapters.json").read_text(encoding="utf-8")).items():
        article = soup(report.html / "book" / "chapters" / f"{slug}.html").find("article")
        shown = [h.get_text().rstrip("#") for h in article.find_all("h2")]
        assert shown == [section.replace("'", "’") for section in held["sections"]], slug
    review = soup(report.html / "book" / "chapters" / "r1-review.html")
    toc = review.select_one("nav.page-toc").get_text()
    assert "Unintended consequences" in toc


def test_every_internal_link_and_picture_resolves(report):
    broken = []
    for page in [*pages(report), *(report.html / "ledger").glob("*.html"), report.html / "index.html"]:
        for element, attribute in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")):
            for found in soup(page).find_all(element):
                target = found.get(attribute, "")
                if target and not urlsplit(target).scheme and not resolves(report, page, target):
                    broken.append(f"{page.name}: {target}")
    assert broken == []


def resolves(report, page, target):
    path, _, fragment = target.partition("#")
    path = path.split("?")[0]
    file = (page.parent / unquote(path)).resolve() if path else page
    if not file.is_file():
        return False
    if fragment and file.suffix == ".html":
        return unquote(fragment) in anchors(file)
    return True


def test_nothing_is_loaded_from_elsewhere(report):
    for page in [*pages(report), report.html / "index.html"]:
        for element, attribute in (("img", "src"), ("link", "href"), ("script", "src"), ("iframe", "src")):
            for found in soup(page).find_all(element):
                # Two kinds of link name an address and load nothing.
                if element == "link" and found.get("rel", [""])[0].partition(".")[0] in ("canonical", "schema"):
                    continue
                assert urlsplit(found.get(attribute, "")).scheme in ("", "data"), f"{page.name}: {found}"


def test_every_citation_number_stands_in_the_references(report):
    listed = {
        c.select_one(".label").get_text().strip("[]"): c["id"]
        for c in soup(report.html / "book" / "references.html").select("div.citation")
    }
    for page in pages(report):
        for link in soup(page).select("span.bibtex-citation a"):
            assert listed[link.get_text()] == link["href"].rsplit("#", 1)[1], f"{page.name}: {link}"


def test_references_keep_the_numbers_of_the_source(report):
    """Three entries as the source prints them."""
    listed = {
        c.select_one(".label").get_text().strip("[]"): c.get_text(" ", strip=True)
        for c in soup(report.html / "book" / "references.html").select("div.citation")
    }
    assert "Ham C, Walsh N" in listed["5"]
    assert "Lessons from Experience" in listed["5"]
    assert "Martínez-González NA" in listed["154"]
    assert "10.3310/hsdr04020" in listed["71"]


def test_every_finding_and_configuration_is_shown_once_and_linked_from_its_references(report):
    loaded = evidence.load(report)
    shown = [mark["id"] for page in pages(report) for mark in soup(page).select("span.claim[id]")]
    assert len(shown) == len(set(shown))
    for table in ("findings", "cmo", "active_ingredients", "discrepancies"):
        assert {i.lower() for i in loaded.frames[table]["id"]} <= set(shown)
    carried = {a["href"].rsplit("#", 1)[1] for a in soup(report.html / "book" / "references.html").select(".carries a")}
    cited = loaded.frames["findings"].query("keys != ''")["id"].str.lower()
    assert set(cited) <= carried


def test_pictures_say_what_they_show(report):
    for page in pages(report):
        for image in soup(page).find("article").find_all("img"):
            assert len(image.get("alt", "")) > 40, f"{page.name}: {image}"


def test_no_code_is_shown_and_no_machine_is_named(report):
    for page in pages(report):
        text = soup(page).find("article").get_text()
        assert "open_chapter" not in text, page.name
        assert str(report.root) not in page.read_text(encoding="utf-8"), page.name


def test_no_untouched_markup_reaches_the_reader(report):
    leftovers = re.compile(r":::|\{cite\}|\]\{[.#]|\{\.[a-z]|<Axes|Out\[\d")
    for page in pages(report):
        found = leftovers.search(soup(page).find("article").get_text())
        assert found is None, f"{page.name}: …{found and found.string[found.start() - 40 : found.end() + 40]}…"


def test_pdf_is_tagged_titled_and_holds_every_chapter(report):
    reader = pypdf.PdfReader(report.pdf / "report.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower().startswith("en")
    assert "pdfuaid" in root["/Metadata"].get_data().decode("utf-8")
    config = yaml.safe_load((report.root / "_config.yml").read_text(encoding="utf-8"))
    assert reader.metadata.title == config["title"]
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))
    for chapter in plan(report, evidence.load(report).frames):
        assert re.sub(r"\s+", "", chapter.title) in text.replace("-\n", ""), chapter.title


def test_pdf_has_bookmarks_for_parts_and_chapters(report):
    reader = pypdf.PdfReader(report.pdf / "report.pdf")

    def titles(items):
        for item in items:
            if isinstance(item, list):
                yield from titles(item)
            else:
                yield item.title

    marks = list(titles(reader.outline))
    parts = [p["caption"] for p in yaml.safe_load((report.root / "_toc.yml").read_text(encoding="utf-8"))["parts"]]
    assert set(parts) <= set(marks)
    assert "References" in marks


def test_notebook_behind_each_page_can_be_downloaded_and_is_valid(report):
    for chapter in plan(report, evidence.load(report).frames):
        page = soup(report.html / f"{chapter.document}.html")
        link = page.select_one("a.download, a.reference.download")
        assert link is not None, chapter.slug
        notebook = json.loads(
            ((report.html / chapter.document).parent / link["href"]).resolve().read_text(encoding="utf-8")
        )
        assert notebook["metadata"]["evidencebook"]["slug"] == chapter.slug
