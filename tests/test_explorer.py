"""The explorer: its data and its tables against the tables of evidence."""

import csv
import json
import re
from collections import Counter

import pandas as pd
from bs4 import BeautifulSoup

from evidencebook import evidence
from evidencebook.blocks.explorer import explorer_scope, explorer_source
from evidencebook.blocks.explorer_tables import cells_table, foci_table
from evidencebook.blocks.gaps import gap_map
from evidencebook.blocks.strength import strength_map
from evidencebook.explorer import explorer_data, foci, packed
from evidencebook.ledger import Ledger, read_rows
from evidencebook.ledger_pages import shelves
from evidencebook.markdown import inert_json
from evidencebook.report import open_chapter
from evidencebook.schema import load_package
from evidencebook.sphinxext.explorer import shelves_by_word

POISON = "</script><script>alert(1)</script><img src=x onerror=alert(2)><!-- \u2028"


def rows(project, name):
    with (project.data / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unpacked(table):
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


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
    data = explorer_data(loaded.frames, loaded.references)
    works, studies = data["works"], rows(repository, "evidence/included_studies.csv")
    assert [s[:4] for s in data["studies"]] == [[s["component"], s["key"], s["design"], s["country"]] for s in studies]
    assert {s["key"] for s in studies} <= set(works)
    assert all(w["year"] is None or str(w["year"]) in w["short"] for w in works.values())


def test_chain_names_the_ingredients_that_rest_on_it_and_its_pages(project):
    data = told(explorer_source(open_chapter("explorer")).html)
    assert {r["id"]: r["ingredients"] for r in unpacked(data["cmo"])} == {"R1-CMO-01": [], "M1-CMO-01": ["AI-DES-W1"]}
    assert data["ingredients"] == {"AI-DES-W1": "Say what the made-up clinic is for"}
    assert data["rowPages"]["R1"] == {"findings": "r1-review", "cmo": "r1-review"}
    assert data["rowPages"]["M1"] == {"findings": "m1-map", "cmo": "m1-map"}
    assert ["programme theory", "m1-theory"] in data["pages"]["M1"]


def test_page_says_what_it_leaves_out(project):
    said = explorer_scope(open_chapter("explorer")).text
    assert "It holds 4 findings on 5 aims, 2 configurations, 2 foci of maps and the 3 works that these cite" in said
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


def test_foci_keep_the_printed_order_and_one_without_works():
    frame = pd.DataFrame(
        [
            ("M1", "b", "context", "x"),
            ("M1", "a", "context", "y"),
            ("M1", "b", "context", "z"),
            ("M2", "c", "mechanism", ""),
        ],
        columns=["component", "focus", "role", "key"],
    )
    assert [(f["id"], f["focus"], f["keys"]) for f in foci(frame)] == [
        ("M1.1", "b", ["x", "z"]),
        ("M1.2", "a", ["y"]),
        ("M2.1", "c", []),
    ]


def test_every_focus_and_placing_of_the_maps_is_there(repository):
    loaded = evidence.load(repository)
    placed = {
        (r["component"], r["focus"], r["key"]) for r in rows(repository, "evidence/evidence_maps.csv") if r["key"]
    }
    found = explorer_data(loaded.frames, loaded.references)["foci"]
    assert {(f["component"], f["focus"], key) for f in found for key in f["keys"]} == placed


def test_packed_rows_lose_nothing():
    records = [{"a": 1, "b": ["x"]}, {"a": 2, "b": []}]
    assert unpacked(packed(records)) == records
    assert packed([]) == {"columns": [], "rows": []}


def test_table_of_cells_stands_without_a_script(project):
    """Every pair of component and aim, with what was counted by hand in the made-up synthesis."""
    said = cells_table(open_chapter("explorer")).text
    assert said.count(".map-cell}") == 10
    row = said[said.index("R1 Nearer clinics: Population health") :].split("* - ", 1)[0].splitlines()
    assert "#explorer-cell-r1-population-health" in row[0]
    assert [line.strip(" -") for line in row[1:4]] == ["1", "1 confirming", "1"]
    assert "Very limited" in row[4]
    assert "Few works" in row[5]
    assert "hangs on one work, Adams et al. 2001" in row[6]
    empty = said[said.index("M1 Daily talk: Population health") :].split("* - ", 1)[0].splitlines()
    assert [line.strip(" -") for line in empty[1:4]] == ["0", "–", "0"]
    assert "No evidence" in empty[5]


def test_table_of_foci_says_what_is_not_coded(project):
    said = foci_table(open_chapter("explorer")).text
    row = said[said.index("M1 Shared made-up records (context)") :].split("* - ", 1)[0]
    assert "- 2\n" in row
    assert "Other 1; Randomised trial 1" in row
    assert "2001 to 2010" in row
    assert "R1 " in said
    assert "no year 1" in said


def test_every_cell_of_the_gap_map_leads_to_its_view(project):
    """From both tables of that page, to rows that the explorer has."""
    told = cells_table(open_chapter("explorer")).text
    gaps = open_chapter("gap_map")
    for block in (gap_map, strength_map):
        links = re.findall(r"\]\(#(explorer-cell-[^)]+)\)", block(gaps).text)
        assert len(set(links)) == 10
        assert all(f"{{#{anchor} " in told for anchor in links)


def test_first_word_of_a_place_leads_to_the_page_of_its_row(repository):
    every = read_rows(load_package(repository.data))
    shelf = {row.anchor: page for page, placed in shelves(every.values()).items() for row in placed}
    found = shelves_by_word(Ledger(every, {}), shelf)
    told = [row for row in every.values() if row.table in ("findings", "cmo")]
    assert len(told) > 700
    assert [row.id for row in told if found[row.locators[0].split()[0]] != shelf[row.anchor]] == []
    assert shelves_by_word(None, {}) == {}
