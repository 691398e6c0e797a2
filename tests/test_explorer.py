"""The explorer: its data against the tables, its filters, and what a poisoned cell does (nothing)."""

import csv
import itertools
import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from test_glossary import SCRIPTS, SETTINGS, make

from evidencebook import evidence
from evidencebook.bibliography import load_references
from evidencebook.blocks.explorer import explorer_scope, explorer_source
from evidencebook.explorer import explorer_data, people
from evidencebook.markdown import inert_json
from evidencebook.report import open_chapter

POISON = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- \u2028"
PAGE = """# Explore

:::{container} explorer explorer-filters
Filters
:::

## Findings

:::{container} explorer explorer-map
All counts stand elsewhere.
:::

:::{container} explorer explorer-chains
All configurations stand elsewhere.
:::

[All](references.md)

```{raw} html
DATA
```
"""


def rows(project, name):
    with (project.data / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(block):
    return json.loads(BeautifulSoup(block, "html.parser").find(id="explorer-data").string)


def test_data_hold_every_row_of_the_tables(repository):
    loaded = evidence.load(repository)
    data = explorer_data(loaded.frames, loaded.references)
    findings = rows(repository, "evidence/findings.csv")
    aims = {d for d, _ in data["domain"]}
    assert aims == {r["domain"] for r in findings} - {"characteristics", "context"}
    counted = Counter((r["component"], r["domain"], r["stance"]) for r in findings if r["domain"] in aims)
    assert Counter((r["component"], r["domain"], r["stance"]) for r in data["findings"]) == counted
    assert sum(counted.values()) + sum(data["elsewhere"].values()) == len(findings)
    texts = {r["id"]: (r["finding"], r["keys"]) for r in findings}
    assert all(texts[r["id"]] == (r["finding"], ";".join(r["keys"])) for r in data["findings"])
    chains = {r["id"]: r for r in rows(repository, "evidence/cmo.csv")}
    assert [r["id"] for r in data["cmo"]] == list(chains)
    assert all(chains[r["id"]][part] == r[part] for r in data["cmo"] for part, _ in data["part"])


def test_only_works_in_a_table_of_included_studies_are_coded(repository):
    loaded = evidence.load(repository)
    works = explorer_data(loaded.frames, loaded.references)["works"]
    designs = {}
    for study in rows(repository, "evidence/included_studies.csv"):
        designs.setdefault(study["key"], set()).add(study["design"])
    assert {k: {d for d, _ in w["coded"]} for k, w in works.items()} == {k: designs.get(k, set()) for k in works}
    assert all(w["year"] is None or str(w["year"]) in w["short"] for w in works.values())


def test_names_of_authors_are_whole(mini):
    references, _ = load_references(mini.bibliography)
    assert people(references["adams2001"]) == ["Adams, A.", "van Bo, B.", "Čáp, C."]
    assert people(references["testtrust2010"]) == ["Test and Trust"]
    assert people(references["bellnd"]) == ["Bell, D."]


def test_chain_names_the_ingredients_that_rest_on_it_and_its_pages(project):
    data = told(explorer_source(open_chapter("explorer")).html)
    assert {r["id"]: r["ingredients"] for r in data["cmo"]} == {"R1-CMO-01": [], "M1-CMO-01": ["AI-DES-W1"]}
    assert data["ingredients"] == {"AI-DES-W1": "Say what the made-up clinic is for"}
    assert data["rowPages"]["R1"] == {"findings": "r1-review", "cmo": "r1-review"}
    assert ["programme theory", "m1-theory"] in data["pages"]["M1"]


def test_page_says_what_it_leaves_out(project):
    said = explorer_scope(open_chapter("explorer")).text
    assert "It holds 4 findings on 5 aims, 2 configurations and the 3 works that they cite." in said
    assert "2 findings under Characteristics and Context stand on the pages of the components." in said


def test_cell_cannot_end_the_block():
    block = inert_json({"x": POISON}, "explorer-data")
    assert not re.search("[<>&\u2028]", block.partition(">")[2].removesuffix("</script>"))
    assert told(block) == {"x": POISON}


def test_changed_row_changes_the_block(project, rewrite):
    before = explorer_source(open_chapter("explorer")).html
    rewrite("data/evidence/findings.csv", "Made-up staff liked to talk.", "Made-up staff liked to sing.")
    after = explorer_source(open_chapter("explorer")).html
    assert "liked to sing" in after
    assert "liked to sing" not in before


@pytest.fixture
def book(project, rewrite, tmp_path):
    """A page of the explorer, with a poisoned finding and a title that a spreadsheet would run."""
    rewrite("data/evidence/findings.csv", "Made-up staff liked to talk.", POISON.rstrip(" \u2028"))
    rewrite("data/evidence/cmo.csv", "Talk builds trust", "=1+1")
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "_static").symlink_to(SCRIPTS)
    (folder / "conf.py").write_text(SETTINGS, encoding="utf-8")
    (folder / "references.bib").write_bytes(project.bibliography.read_bytes())
    (folder / "index.md").write_text("# Book\n\n```{toctree}\npage\nreferences\n```\n", encoding="utf-8")
    (folder / "references.md").write_text("# Works\n\n```{bibliography}\n:all:\n```\n", encoding="utf-8")
    source = PAGE.replace("DATA", explorer_source(open_chapter("explorer")).html)
    (folder / "page.md").write_text(source, encoding="utf-8")
    return make(folder)[0]


def test_script_is_loaded_on_its_page_alone(book):
    having = [p.name for p in sorted(book.glob("*.html")) if "explorer.js" in p.read_text(encoding="utf-8")]
    assert having == ["page.html"]


@pytest.fixture
def page(book, browser):
    context = browser.new_context(viewport={"width": 320, "height": 600}, accept_downloads=True)
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: page.said.append(dialog.message))
    page.on("request", lambda r: page.said.append(r.url) if not r.url.startswith(("file:", "blob:")) else None)
    page.address = (book / "page.html").as_uri()
    page.goto(page.address)
    yield page
    context.close()
    assert page.said == []


def tally(page):
    return page.locator(".explorer-filters [role=status]").inner_text()


@pytest.mark.build
def test_keyboard_opens_a_cell_and_closes_it_with_focus_kept(page):
    page.locator("[data-cell='R1.patient_experience']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").endswith("Patient experience: 1 finding")
    assert "cell=R1.patient_experience" in page.url
    found = page.locator(".explorer-found")
    assert "Made-up people liked it when it was open." in found.inner_text()
    assert found.locator("a[href='r1-review.html#r1-pe-001']").count() == 1
    assert found.locator("a[href='references.html#ref-bellnd']").inner_text() == "Bell et al., no date"
    found.locator("button").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.cell") == "R1.patient_experience"
    assert "cell=" not in page.url


@pytest.mark.build
@pytest.mark.parametrize(
    ("asked", "findings", "chains"),
    [
        ("component=R1", 3, 1),
        ("stance=negating", 1, 2),
        ("design=randomised_trial", 2, 1),
        ("design=case_study&country=Nowhere", 0, 0),
        ("from=2005", 1, 0),
        ("to=2005", 2, 1),
        ("design=-", 0, 0),
        ("mechanism=TRUST", 4, 1),
        ("actor=patient&outcome=come", 4, 1),
    ],
)
def test_address_filters_both_views(page, asked, findings, chains):
    page.goto(f"{page.address}#{asked}")
    page.wait_for_function("text => document.querySelector('[role=status]').textContent.startsWith(text)",
                           arg=f"{findings} of 4 findings and {chains} of 2 configurations")  # fmt: skip
    assert page.locator(".explorer-chain > li").count() == chains


@pytest.mark.build
def test_back_undoes_a_filter_and_a_shared_address_restores_it(page):
    page.select_option("#explorer-component", "M1")
    assert tally(page).startswith("1 of 4 findings")
    shared = page.url
    page.go_back()
    assert tally(page).startswith("4 of 4 findings")
    assert page.input_value("#explorer-component") == ""
    page.goto("about:blank")
    page.goto(shared)
    assert tally(page).startswith("1 of 4 findings")


@pytest.mark.build
def test_unknown_filter_is_said_and_not_passed_over(page):
    page.goto("about:blank")
    page.goto(f"{page.address}#component=R9&colour=blue")
    said = page.locator(".explorer-warning").inner_text()
    assert "component “R9”" in said
    assert "colour" in said


@pytest.mark.build
def test_poisoned_cell_stays_text(page):
    page.locator("[data-cell='M1.staff_experience']").click()
    assert "<script>alert(1)</script>" in page.locator(".explorer-found").inner_text()
    assert page.locator(".explorer img, .explorer script").count() == 0


def saved(page, name):
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    with open(started.value.path(), encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.build
def test_export_holds_what_is_shown_and_runs_no_formula(page):
    page.select_option("#explorer-component", "M1")
    lines = list(csv.DictReader(saved(page, "Configurations (1, CSV)").splitlines()))
    assert [(r["id"], r["title"], r["keys"]) for r in lines] == [("M1-CMO-01", "'=1+1", "bellnd")]
    assert [r["id"] for r in csv.DictReader(saved(page, "Findings (1, CSV)").splitlines())] == ["M1-SE-001"]


@pytest.mark.build
def test_works_export_as_ris(page):
    page.select_option("#explorer-stance", "confirming")
    page.select_option("#explorer-component", "R1")
    lines = saved(page, "Works cited (1, RIS)").split("\r\n")
    assert lines[:3] == ["TY  - JOUR", "AU  - Adams, A.", "AU  - van Bo, B."]
    assert {"PY  - 2001", "SP  - 3", "EP  - 4", "DO  - 10.5555/made.up.1", "ER  - "} <= set(lines)


@pytest.mark.build
def test_page_of_the_report_fits_a_narrow_phone_with_a_cell_open(report, browser):
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.goto((report.html / "book" / "chapters" / "explorer.html").as_uri())
    page.locator("[data-cell]").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    boxes = [cell.bounding_box() for cell in page.locator("[data-cell]").all()]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in itertools.pairwise(boxes))
    page.close()


@pytest.mark.build
def test_without_script_the_text_stands(book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "page.html").as_uri())
    assert "All counts stand elsewhere." in page.locator(".explorer-map").inner_text()
    context.close()
