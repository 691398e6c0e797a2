"""The finished book: what its pages say of themselves and what it offers to take away."""

import csv
import io
import json
import zipfile

import pytest
from bs4 import BeautifulSoup

from evidencebook.bibliography import load_references
from evidencebook.rocrate import NAME

pytestmark = pytest.mark.build


def pages(report):
    return sorted((report.html / "book").rglob("*.html"))


def members(report, name):
    with zipfile.ZipFile(report.html / "_static" / "downloads" / name) as held:
        return {i.filename: held.read(i) for i in held.infolist()}


def test_every_page_says_what_it_is_and_how_to_cite_it(report):
    version = json.loads((report.data / "datapackage.json").read_text(encoding="utf-8"))["version"]
    for page in pages(report):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        told = {m.get("name"): m.get("content") for m in soup.head.find_all("meta")}
        schema = json.loads(soup.head.find("script", type="application/ld+json").string)
        heading = soup.find("h1").get_text().rstrip("#").strip()

        assert told["citation_title"] == told["DC.title"] == schema["name"] == heading, page.name
        assert told["DC.relation.isBasedOn"] == "https://doi.org/10.3310/hsdr06250"
        assert schema["version"] == version
        box = soup.select_one(".citing")
        assert heading in box.get_text()
        for link in box.find_all("a"):
            assert (page.parent / link["href"]).is_file()


def test_the_archive_of_tables_holds_the_data_files(report):
    held = members(report, "tables.zip")
    files = {p.relative_to(report.data).as_posix(): p for p in report.data.rglob("*") if p.is_file()}

    assert set(held) == {*files, "references.bib"}
    assert all(held[name] == path.read_bytes() for name, path in files.items())


def test_no_cell_of_the_spreadsheet_copies_is_a_formula(report):
    for name, content in members(report, "tables-for-spreadsheets.zip").items():
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
            for cell in row:
                assert cell[:1] not in ("=", "+", "-", "@") or float(cell) is not None, f"{name}: {cell}"


def test_all_figures_and_references_are_offered(report):
    references, _ = load_references(report.bibliography)
    told = (report.html / "_static" / "downloads" / "references.ris").read_bytes().decode()

    assert set(members(report, "figures.zip")) == {p.name for p in report.figures.glob("*.svg")}
    assert [line[6:] for line in told.split("\r\n") if line.startswith("ID")] == list(references)


def test_the_crate_stands_beside_the_pages_and_its_files_exist(report):
    graph = json.loads((report.html / NAME).read_text(encoding="utf-8"))["@graph"]
    made = {e["result"]["@id"] for e in graph if e["@type"] == "CreateAction"}

    assert {e["@id"] for e in graph if e["@type"] == "File"} >= made
    assert all((report.html / e["@id"]).is_file() for e in graph if e["@type"] == "File")
    assert made == {p.relative_to(report.html).as_posix() for p in (report.html / "book/chapters").glob("*.html")}


def test_every_file_that_the_page_of_downloads_offers_is_there(report):
    page = report.html / "book" / "chapters" / "downloads.html"
    offered = [
        a["href"] for a in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("article a[href]")
    ]
    files = {(page.parent / href).resolve() for href in offered if "_static/" in href or href.endswith(".json")}

    assert {"report.zip", "tables.zip", "deposit-zenodo.json", "ro-crate-metadata.json"} <= {f.name for f in files}
    assert [f.name for f in files if not f.is_file()] == []


def test_the_archive_holds_the_pages_as_they_are(report):
    held = members(report, "report.zip")
    files = {p.relative_to(report.html).as_posix(): p for p in report.html.rglob("*") if p.is_file()}

    assert set(held) == {f"report/{name}" for name in files if not name.endswith("/report.zip")}
    assert held["report/index.html"] == files["index.html"].read_bytes()
