"""A synthesis with a hostile text in every free cell, built whole: everything shows the text, nothing obeys it.

Each cell begins with a mark of its own (`c17`), so that it can be found again wherever it is shown.
"""

import csv
import io
import itertools
import json
import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import bibtexparser
import nbformat
import pypdf
import pytest
from bs4 import BeautifulSoup
from hostile import HOSTILE, UNPRINTABLE
from mutations import described

from evidencebook.build import build
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.versions.release import seal

pytestmark = pytest.mark.build

# Cells that rules across tables or the look-up of codes read: not free.
READ_BY_RULES = {
    "findings": {"value"},
    "included_studies": {"label"},
    "evidence_maps": {"label"},
    "section_domains": {"section"},
    "strength_groups": {"value"},
    "vocabulary": {"label"},
    "sources": {"year"},
    "coders": {"role"},
    "active_ingredients": {"theme"},
}
SHOWN = {name: text for name, text in HOSTILE.items() if not set(text) & set(UNPRINTABLE)}
# Elements and attributes that can run or fetch something, where a book of its own has none of them.
RUNNING = ("iframe", "object", "embed", "base", "applet", "form[action]", "math", "audio")
MORE_FINDINGS = 100


@pytest.fixture(scope="module")
def poisoned(mini, tmp_path_factory):
    """The project built, and the text of each poisoned cell by its mark."""
    root = tmp_path_factory.mktemp("poisoned") / "mini"
    shutil.copytree(mini.root, root)
    project = Project(root)
    _more_findings(project.data / "evidence" / "findings.csv")
    texts = itertools.cycle(SHOWN.values())
    cells: dict[str, str] = {}
    for table in described(project.data):
        if table.rows:
            _poison(project, table, texts, cells)
    _poison_references(project.bibliography, texts, cells)
    path = project.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8")) | {"version": "1.0.0", "created": "2030-01-01T00:00:00Z"}
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(root))
        seal(project, title=f"v1 {HOSTILE['script']}", summary=f"v2 {HOSTILE['end of character data']}")
        build(project)
    return project, cells


@pytest.fixture(scope="module")
def pages(poisoned):
    """Every page of the HTML book, parsed, by its path."""
    html = poisoned[0].html
    return {
        p.relative_to(html).as_posix(): BeautifulSoup(p.read_text(encoding="utf-8"), "html.parser")
        for p in sorted(html.rglob("*.html"))
    }


def test_enough_cells_are_poisoned_that_every_text_is_tried(poisoned):
    _, cells = poisoned
    tried = {text.split(" ", 1)[1] for text in cells.values()}

    assert tried == set(SHOWN.values())


def test_no_element_of_a_page_runs_or_fetches_anything(pages):
    for name, page in pages.items():
        for element in page.find_all(True):
            handlers = [a for a in element.attrs if a.lower().startswith("on")]
            assert not handlers, f"{name}: {element.name} has {handlers}"
        for selector in RUNNING:
            assert not page.select(selector), f"{name}: has {selector}"
        for refresh in page.select("meta[http-equiv=refresh]"):
            assert (name, refresh["content"]) == ("index.html", "0; url=book/chapters/home.html")
        for script in page.find_all("script"):
            assert "alert(" not in script.get_text() or script.get("type", "").endswith("json"), name


def test_links_lead_only_where_the_book_or_the_bibliography_leads(poisoned, pages):
    known = set(re.findall(r"https?://[^\s}]+", poisoned[0].bibliography.read_text(encoding="utf-8")))
    for name, page in pages.items():
        for element in page.select("a[href], link[href], img[src], script[src], source[src]"):
            address = element.get("href") or element.get("src")
            scheme = re.match(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):", address)
            if scheme is None:
                assert not address.startswith("//"), f"{name}: {address}"
                path = address.split("#")[0].split("?")[0]
                assert ".." not in Path(path).parts or (poisoned[0].html / name).parent.joinpath(path).exists(), address
                continue
            assert scheme[1].lower() in ("http", "https") or address.startswith("data:image/svg+xml"), (
                f"{name}: {address}"
            )
            assert "example.org" not in address or address in known, f"{name}: {address}"


def test_every_text_that_a_page_shows_stands_there_letter_by_letter(poisoned, pages):
    _, cells = poisoned
    shown = {name: straight(" ".join(page.get_text().split())) for name, page in pages.items()}
    missing = []
    for mark, text in cells.items():
        places = [t for t in shown.values() if re.search(rf"\b{mark}\b", t)]
        if places and not any(straight(text) in t for t in places):
            at = places[0].index(mark)
            missing.append(f"{text!r} is shown as {places[0][at : at + len(text) + 10]!r}")
    assert not missing, "\n".join(missing)
    found = [m for m in cells if any(re.search(rf"\b{m}\b", t) for t in shown.values())]
    assert len(found) > len(cells) * 0.8


def straight(text):
    """Return *text* with straight quotes: pages set curly ones, as a printer does, and change nothing else."""
    return text.translate(str.maketrans("“”„‘’‚", "\"\"\"'''"))


def test_pages_run_nothing_in_a_browser(poisoned, pages, browser):
    project, _ = poisoned
    context = browser.new_context()
    dialogs, errors, requests = [], [], []
    context.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    context.on("weberror", lambda told: errors.append(str(told.error)))
    context.on("request", lambda request: requests.append(request.url))
    for name in pages:
        # A page of its own for each: the one that leads on by itself would cut the visit to the next one off.
        page = context.new_page()
        page.goto((project.html / name).as_uri())
        page.close()
    context.close()
    assert dialogs == []
    assert errors == []
    assert [u for u in requests if not u.startswith(("file:", "data:", "blob:"))] == []


def test_the_pdf_runs_nothing_and_links_only_where_the_bibliography_leads(poisoned):
    project, cells = poisoned
    known = set(re.findall(r"https?://[^\s}]+", project.bibliography.read_text(encoding="utf-8")))
    reader = pypdf.PdfReader(project.report_pdf)
    raw = project.report_pdf.read_bytes()
    assert not re.search(rb"/(?:JavaScript|JS|Launch|OpenAction|EmbeddedFile)\b", raw)
    text = []
    for page in reader.pages:
        text.append(page.extract_text())
        for annotation in page.get("/Annots") or []:
            action = annotation.get_object().get("/A", {})
            address = str(action.get("/URI", ""))
            assert "example.org" not in address or address in known, address
            assert not address or address.startswith(("http://", "https://")), address
    told = re.sub(r"\s+", "", "".join(text))
    plain = [t for t in cells.values() if re.sub(r"\s+", "", t) in told]
    # Long words are broken with hyphens and scripts written from right to left come out in another order.
    assert len(plain) > len(cells) * 0.5
    assert "root:x:" not in told


def test_no_cell_of_a_spreadsheet_is_a_formula(poisoned):
    count = 0
    for path in (poisoned[0].html / "_static" / "downloads").rglob("*"):
        if path.name == "tables-for-spreadsheets.zip":
            with zipfile.ZipFile(path) as held:
                for name in held.namelist():
                    for row in csv.reader(io.StringIO(held.read(name).decode("utf-8-sig"), newline="")):
                        for cell in row:
                            count += 1
                            assert cell.lstrip(' "')[:1] not in tuple("=+-@＝＋－＠") or _number(cell), (
                                f"{name}: {cell}"
                            )
    assert count > 1000


def test_reference_files_hold_exactly_the_works_of_the_bibliography(poisoned):
    project, _ = poisoned
    downloads = project.html / "_static" / "downloads"
    keys = [e.key for e in bibtexparser.parse_file(str(project.bibliography)).entries]
    ris = (downloads / "references.ris").read_bytes().decode().split("\r\n")
    assert [line[6:] for line in ris if line.startswith("ID  - ")] == keys
    assert sum(line.startswith("TY  - ") for line in ris) == sum(line.startswith("ER  - ") for line in ris) == len(keys)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in ris if line)
    for path in downloads.rglob("*.bib"):
        library = bibtexparser.parse_file(str(path))
        assert not library.failed_blocks, path.name
        assert {e.key for e in library.entries} <= set(keys)


def test_feed_crate_ledger_and_metadata_hold_text_only(poisoned, pages):
    project, _ = poisoned
    feed = ElementTree.parse(project.html / "feed.xml").getroot()
    assert any(HOSTILE["script"] in (e.text or "") for e in feed.iter())
    assert not [e for e in feed.iter() if "script" in e.tag.lower()]
    for path in project.html.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    for page in pages.values():
        for script in page.select('script[type$="json"]'):
            json.loads(script.get_text())


def test_notebooks_carry_no_live_output(poisoned):
    for path in poisoned[0].chapters.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                html = output.get("data", {}).get("text/html", "")
                parsed = BeautifulSoup(html, "html.parser")
                kinds = {(e.name, e.get("type")) for e in parsed.find_all(True)}
                assert kinds <= {("script", "application/json")}, path.name
                assert not {"application/javascript", "text/latex"} & set(output.get("data", {}))


def _poison(project, table, texts, cells):
    """Write a mark and a hostile text into every free cell that is filled."""
    places = [
        n
        for n, field in enumerate(table.fields)
        if field["name"] not in READ_BY_RULES.get(table.name, ()) and _free(table, field)
    ]
    rows = [list(row) for row in table.rows]
    for row, place in itertools.product(rows, places):
        if row[place]:
            mark = f"c{len(cells) + 1}"
            row[place] = cells[mark] = f"{mark} {next(texts)}"
    with (project.data / table.path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([table.header, *rows])


def _free(table, field):
    rules = field.get("constraints", {})
    bound = rules.get("enum") or rules.get("pattern") or any(k in field for k in _BOUND)
    return field["type"] == "string" and not bound and field["name"] not in (*table.key, *table.foreign)


_BOUND = ("evidencebook:enum", "evidencebook:pattern", "evidencebook:references", "evidencebook:list")


def _more_findings(path):
    """Add rows, so that every text has its cell; no row keeps a figure that its words would have to state."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"value": ""} for row in rows)
    lines = "".join(
        f"R1-CX-{n:03d},R1,context,Topic,,Words {n},,,,,adams2001,ch4 Context ¶{n},coder-a\n"
        for n in range(101, 101 + MORE_FINDINGS)
    )
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)


def _poison_references(path, texts, cells):
    """Put hostile texts without braces, backslashes and hash signs, which BibTeX keeps for itself, into the titles."""
    text = path.read_text(encoding="utf-8")

    def spoil(found):
        hostile = next(t for t in texts if not set(t) & set("{}\\#%&@"))
        mark = f"c{len(cells) + 1}"
        cells[mark] = f"{mark} {hostile}"
        return f"{found[1]}{cells[mark]}}},"

    path.write_text(re.sub(r"(?m)^(\s*title = \{).*\},$", spoil, text), encoding="utf-8")


def _number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
