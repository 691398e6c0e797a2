"""The explorer in a browser, on a page of the made-up synthesis: filters, address, cells, keyboard, what is saved."""

import io
import json
import re
import shutil
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import bibtexparser
import jsonschema
import pandas as pd
import pytest
import rispy
from test_glossary import SCRIPTS, SETTINGS, make

from evidencebook.blocks.explorer import explorer_source
from evidencebook.project import ROOT_VARIABLE
from evidencebook.report import open_chapter

pytestmark = pytest.mark.build
SCHEMA = Path(__file__).parents[1] / "docs" / "explorer-map.schema.json"
POISON = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--"
PLACES = ("filters", "map", "chains", "foci")
PAGE = """# Explore

PLACES

[All](references.md)

```{raw} html
DATA
```

<div id="explorer-cell-r1-population-health">The row of a table</div>
"""


@pytest.fixture(scope="module")
def book(mini, tmp_path_factory):
    """A page of the explorer, with a poisoned finding and a title that a spreadsheet would run."""
    root = tmp_path_factory.mktemp("explorer")
    data = root / "report"
    shutil.copytree(mini.root, data)
    _rewrite(data / "data/evidence/findings.csv", "Made-up staff liked to talk.", POISON)
    _rewrite(data / "data/evidence/cmo.csv", "Talk builds trust", "=1+1")
    pages = root / "pages"
    pages.mkdir()
    (pages / "_static").symlink_to(SCRIPTS)
    (pages / "conf.py").write_text(SETTINGS, encoding="utf-8")
    (pages / "references.bib").write_bytes(mini.bibliography.read_bytes())
    (pages / "index.md").write_text("# Book\n\n```{toctree}\npage\nreferences\n```\n", encoding="utf-8")
    (pages / "references.md").write_text("# Works\n\n```{bibliography}\n:all:\n```\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(data))
        told = explorer_source(open_chapter("explorer")).html
    places = "\n\n".join(f":::{{container}} explorer explorer-{p}\nThe {p} stand elsewhere.\n:::" for p in PLACES)
    (pages / "page.md").write_text(PAGE.replace("PLACES", places).replace("DATA", told), encoding="utf-8")
    return make(pages)[0]


def _rewrite(path, before, after):
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.fixture
def page(book, browser):
    context = browser.new_context(viewport={"width": 320, "height": 600}, accept_downloads=True)
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: page.said.append(dialog.message))
    page.on("request", lambda r: page.said.append(r.url) if not r.url.startswith(("file:", "blob:", "data:")) else None)
    page.address = (book / "page.html").as_uri()
    page.goto(page.address)
    yield page
    context.close()
    assert page.said == []


def go(page, asked):
    page.goto("about:blank")
    page.goto(f"{page.address}#{asked}")


def tally(page):
    return page.locator(".explorer-filters [role=status]").inner_text()


def cell(page, key):
    return page.locator(f".explorer-map [data-cell='{key}']")


def focused(page):
    return page.evaluate("document.activeElement.dataset.cell || document.activeElement.textContent")


def open_filters(page):
    page.locator(".explorer-fold > summary").click()


def test_scripts_and_style_are_loaded_on_their_page_alone(book):
    for file in ("explorer.js", "explorer.css"):
        having = [p.name for p in sorted(book.glob("*.html")) if file in p.read_text(encoding="utf-8")]
        assert having == ["page.html"]


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
def test_address_filters_every_view(page, asked, findings, chains):
    go(page, asked)
    assert tally(page).startswith(f"{findings} of 4 findings and {chains} of 2 configurations")
    assert page.locator(".explorer-chain > li").count() == chains
    shown = page.locator(".explorer-map .explorer-head strong").all_inner_texts()
    assert sum(map(int, shown)) == findings


def test_filter_of_works_reaches_the_works_by_focus(page):
    def works():
        return re.findall(r"^\d+", page.locator(".explorer-foci [role=status]").inner_text())[0]

    assert works() == "3"
    go(page, "to=2005")
    assert works() == "1"
    go(page, "component=M1&country=Nowhere")
    assert works() == "2"


def test_back_undoes_a_filter_and_a_shared_address_restores_it(page):
    open_filters(page)
    page.select_option("#explorer-component", "M1")
    assert tally(page).startswith("1 of 4 findings")
    shared = page.url
    page.go_back()
    assert tally(page).startswith("4 of 4 findings")
    assert page.input_value("#explorer-component") == ""
    page.goto("about:blank")
    page.goto(shared)
    assert tally(page).startswith("1 of 4 findings")


def test_chip_names_a_filter_takes_it_away_and_keeps_the_focus(page):
    go(page, "component=R1&stance=negating")
    chips = page.locator(".explorer-chips button")
    assert chips.all_inner_texts() == ["Component: R1 Nearer clinics ×", "Stance: Negating ×", "Clear all ×"]
    chips.nth(1).focus()
    page.keyboard.press("Enter")
    assert tally(page).startswith("3 of 4 findings")
    assert "stance" not in page.url
    assert focused(page).startswith("Component: R1")
    page.keyboard.press("Enter")
    assert tally(page).startswith("4 of 4 findings")
    assert page.locator(".explorer-chips").is_hidden()


def test_unknown_filter_is_said_and_not_passed_over(page):
    go(page, "component=R9&colour=blue&cell=R1.luck&place=Z.1:x")
    said = page.locator(".explorer-warning").inner_text()
    for asked in ("component “R9”", "colour", "cell “R1.luck”", "place “Z.1:x”"):
        assert asked in said


def test_keyboard_alone_opens_a_cell_walks_on_and_escapes_back(page):
    page.locator(".explorer-fold > summary").focus()
    for _ in range(30):
        if focused(page) == "R1.population_health":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "R1.patient_experience"
    page.keyboard.press("Enter")
    assert focused(page).endswith("Patient experience: 1 finding")
    assert "cell=R1.patient_experience" in page.url
    assert cell(page, "R1.patient_experience").get_attribute("aria-expanded") == "true"
    found = page.locator(".explorer-map .explorer-found")
    assert "Made-up people liked it when it was open." in found.inner_text()
    assert found.locator("a[href='r1-review.html#r1-pe-001']").count() == 1
    assert "Bell et al., no date" in found.locator("a[href='references.html#ref-bellnd']").all_inner_texts()
    page.keyboard.press("Escape")
    assert focused(page) == "R1.patient_experience"
    assert found.count() == 0
    assert "cell=" not in page.url


def test_opened_cell_says_its_labels_the_rule_and_what_they_hang_on(page):
    cell(page, "R1.population_health").click()
    said = page.locator(".explorer-map .explorer-found").inner_text()
    assert re.search(r"Strength\s+Very limited\. At most two such works.*SR-04", said)
    assert "It hangs on one work: Adams et al. 2001." in said
    assert re.search(r"Gap\s+Few works\.", said)
    rule = page.locator(".explorer-verdict a").first
    assert rule.get_attribute("href") == "gap-map.html#gap-map-tab-rule-strength"


def test_cell_without_finding_says_why_and_opens_nothing(page):
    assert cell(page, "M1.population_health").count() == 0
    assert "No evidence" in page.locator(".explorer-none").first.inner_text()


def test_labels_say_when_they_are_judged_afresh(page):
    note = page.locator(".explorer-note")
    assert note.inner_text().startswith("Strength, agreement and gaps are those of the whole evidence. The rule")
    go(page, "stance=negating")
    assert "take all stances together" in note.inner_text()
    assert page.locator(".explorer-map .explorer-head").first.inner_text().split("\n") == ["0", "Very limited"]
    go(page, "country=Elsewhere")
    assert "judged afresh from the works that fit country" in note.inner_text()
    heads = [h.split("\n") for h in page.locator(".explorer-map .explorer-head").all_inner_texts()]
    assert heads[0] == ["0", "None"]
    assert heads[2] == ["1", "Very limited"]


def test_link_to_a_row_of_the_table_opens_its_cell(page):
    go(page, "explorer-cell-r1-population-health")
    page.wait_for_function("document.activeElement.textContent.endsWith('Population health: 1 finding')")
    assert page.url.endswith("#cell=R1.population_health")


def test_number_of_works_opens_them_and_escape_closes(page):
    button = page.locator(".explorer-foci [data-cell='M1.1:other']")
    assert button.inner_text() == "1"
    button.focus()
    page.keyboard.press("Enter")
    assert "place=M1.1%3Aother" in page.url
    found = page.locator(".explorer-foci .explorer-found").inner_text()
    assert "Test and Trust 2010" in found
    assert "Nowhere" in found
    page.keyboard.press("Escape")
    assert focused(page) == "M1.1:other"
    open_filters(page)
    page.select_option("#explorer-by", "year")
    assert page.locator(".explorer-foci [data-cell^='R1:']").count() == 3
    assert "by=year" in page.url


def test_chain_leads_to_its_component_row_studies_and_ingredients(page):
    go(page, "actor=staff")
    card = page.locator(".explorer-chain > li")
    links = {a.get_attribute("href") for a in card.locator("a").all()}
    assert {"m1-map.html#m1-cmo-01", "m1-theory.html", "references.html#ref-bellnd"} <= links
    assert "active-ingredients.html#ai-des-w1" in links
    said = card.inner_text()
    assert "Say what the made-up clinic is for" in said
    assert "Bell et al., no date (Case study, Elsewhere)" in said
    assert said.count("not stated") == 2


def test_list_of_chains_says_what_narrows_it_from_above(page):
    status = page.locator(".explorer-chains [role=status]")
    assert status.inner_text() == "2 configurations of 2. Stated: context 1, resource 2, reasoning 2, outcome 1."
    go(page, "component=M1&stance=negating")
    assert status.inner_text().endswith("Filters above: Component: M1 Daily talk.")


def test_poisoned_cell_stays_text(page):
    cell(page, "M1.staff_experience").click()
    assert "<script>alert(1)</script>" in page.locator(".explorer-found").inner_text()
    assert page.locator(".explorer img, .explorer script").count() == 0


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_page_fits_its_window_with_a_cell_open(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    cell(page, "R1.population_health").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_script_the_text_stands(book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / "page.html").as_uri())
    for place in PLACES:
        assert page.locator(f".explorer-{place}").inner_text() == f"The {place} stand elsewhere."
    context.close()


def saved(page, name):
    if not page.locator(".explorer-take").evaluate("menu => menu.open"):
        page.locator(".explorer-take > summary").click()
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_bytes()


def test_rows_saved_are_those_shown_and_run_no_formula(page):
    go(page, "component=M1")
    chains = pd.read_csv(io.BytesIO(saved(page, "Configurations (1, CSV)")))
    assert chains[["id", "title", "keys"]].to_numpy().tolist() == [["M1-CMO-01", "'=1+1", "bellnd"]]
    findings = pd.read_csv(io.BytesIO(saved(page, "Findings (1, CSV)")))
    assert findings["id"].tolist() == ["M1-SE-001"]
    assert findings["finding"].tolist() == [POISON]


def test_cells_saved_hold_counts_labels_and_filters(page):
    go(page, "component=R1&stance=confirming")
    cells = pd.read_csv(io.BytesIO(saved(page, "Map cells (CSV)"))).set_index("aim")
    assert len(cells) == 5
    first = cells.loc["Population health"]
    assert (first["findings"], first["confirming"], first["strength"], first["gap"]) == (
        1,
        1,
        "Very limited",
        "Few works",
    )
    assert first["strength hangs on"] == "adams2001"
    assert first["filters"] == "Component: R1 Nearer clinics; Stance: Confirming"
    assert "whole evidence" in first["labels"]
    assert cells.loc["Cost-effectiveness", "findings"] == 0


def test_works_saved_as_ris_are_read_by_another_program(page):
    go(page, "component=R1&stance=confirming")
    entries = rispy.loads(saved(page, "Works cited (1, RIS)").decode())
    assert len(entries) == 1
    work = entries[0]
    assert work["type_of_reference"] == "JOUR"
    assert work["authors"] == ["Adams, A.", "van Bo, B.", "Čáp, C."]
    assert (work["year"], work["start_page"], work["end_page"], work["doi"]) == ("2001", "3", "4", "10.5555/made.up.1")


def test_works_saved_as_bibtex_are_read_by_another_program(page):
    library = bibtexparser.parse_string(saved(page, "Works cited (3, BibTeX)").decode())
    assert library.failed_blocks == []
    entries = {e.key: e.fields_dict for e in library.entries}
    assert set(entries) == {"adams2001", "testtrust2010", "bellnd"}
    assert entries["adams2001"]["author"].value == "Adams, A. and van Bo, B. and Čáp, C."
    assert entries["adams2001"]["pages"].value == "3--4"
    assert entries["testtrust2010"]["author"].value == "{Test and Trust}"


def test_map_for_eppi_mapper_fits_its_schema_and_codes_each_finding_once(page):
    made = json.loads(saved(page, "Map for EPPI-Mapper (JSON)"))
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    lists = [s["Attributes"]["AttributesList"] for s in made["CodeSets"]]
    names = {a["AttributeId"]: a["AttributeName"] for attributes in lists for a in attributes}
    assert len(names) == sum(map(len, lists))
    coded = {r["ShortTitle"]: [names[c["AttributeId"]] for c in r["Codes"]] for r in made["References"]}
    assert coded["R1-CE-001"] == [
        "R1 Nearer clinics",
        "Cost-effectiveness",
        "Negating",
        "Very limited",
        "Few works",
        "Other",
    ]
    assert len(coded) == 4


def test_pictures_of_the_map_show_what_is_shown(page):
    go(page, "component=R1")
    root = ET.fromstring(saved(page, "Map as a picture (SVG)"))
    said = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Cost-effectiveness", "Very limited", "Few works"} <= set(said)
    assert any("Component: R1 Nearer clinics" in text for text in said)
    assert not any("M1" in text for text in said)
    png = saved(page, "Map as a picture (PNG)")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (2 * int(root.get("width")), 2 * int(root.get("height")))
