"""The claim ledger: every claim resolves to rows, every row to a page, and the way back is whole."""

import json
from types import SimpleNamespace

import jsonschema
import pytest
from conftest import REPOSITORY
from docutils import nodes
from test_markdown import document

from evidencebook import evidence
from evidencebook.ledger import NUMBER, ROW, SENTENCE, Claim, Ledger, as_json, faults, read_rows, section_of
from evidencebook.ledger_pages import Names, claims_body, shelf_body, shelves
from evidencebook.markdown import counted, sentence, span
from evidencebook.report import open_chapter
from evidencebook.schema import DESCRIPTOR, load_package
from evidencebook.sphinxext.ledger import _claim_of, _mark_traced, _taken_digests

PAGE = "book/chapters/r1-review"


@pytest.fixture
def package(mini):
    return load_package(mini.data)


@pytest.fixture
def rows(package):
    return read_rows(package)


def whole(rows, *more):
    """A ledger that shows every row, with *more* claims on the same page."""
    shown = [Claim(anchor, ROW, PAGE, "", (anchor,)) for anchor in rows]
    return Ledger(rows, {PAGE: [*shown, *more]})


def names(rows):
    sources = {row.source: f"Title of {row.source}" for row in rows.values()}
    return Names({PAGE: "R1 review"}, sources, {"findings": "Findings"}, {"adams2001": 7}, "book/references")


def test_a_row_knows_its_place_its_references_and_its_words(rows):
    row = rows["r1-ph-001"]

    assert (row.id, row.table, row.locators, row.sections) == (
        "R1-PH-001",
        "findings",
        ("ch4 Outcomes ¶1",),
        ("ch4 Outcomes",),
    )
    assert row.references == ("adams2001",)
    assert row.text == "Made-up attendance rose by 12 %, from 1,000 people."


def test_a_row_without_an_id_is_named_by_table_and_key(rows):
    ids = {row.id for row in rows.values() if row.table == "included_studies"}

    assert "included_studies:R1:adams2001" in ids


def test_no_two_rows_of_the_project_share_an_anchor(repository):
    frames = evidence.load(repository).frames

    assert len(read_rows(load_package(repository.data))) == sum(map(len, frames.values()))


def test_a_place_without_its_paragraph_is_a_section():
    assert section_of("ch5 Outcomes > Patient experience ¶2") == "ch5 Outcomes > Patient experience"
    assert section_of("table10") == "table10"


def test_a_whole_ledger_has_no_fault(package, rows):
    number = Claim("r1-review-fig", NUMBER, PAGE, "One finding", ("r1-ph-001",), ("findings",))

    assert list(faults(whole(rows, number), package)) == []


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (Claim("r1-answer-1", SENTENCE, PAGE, "It works.", ()), "claim r1-answer-1 (sentence) rests on no row"),
        (Claim("r1-review-fig", NUMBER, PAGE, "12", ()), "claim r1-review-fig (number) rests on no row"),
        (Claim("r1-answer-1", SENTENCE, PAGE, "It works.", ("r1-ph-999",)), "rests on r1-ph-999, which no table holds"),
        (Claim("r1-review-fig", NUMBER, PAGE, "0", (), ("nothing",)), "rests on nothing, which no table holds"),
    ],
    ids=["sentence without row", "number without row", "unknown row", "unknown table"],
)
def test_a_claim_that_resolves_to_no_row_is_named_with_page_and_remedy(package, rows, claim, said):
    ((page, message),) = faults(whole(rows, claim), package)

    assert page == PAGE
    assert said in message
    assert "trace" in message or "correct the id" in message


def test_a_count_of_nought_rests_on_its_table(package, rows):
    claim = Claim("r1-review-fig", NUMBER, PAGE, "No finding", (), ("findings",))

    assert list(faults(whole(rows, claim), package)) == []


def test_a_row_that_no_page_shows_is_named_with_its_table(package, rows):
    shown = [Claim(a, ROW, PAGE, "", (a,)) for a in rows if a not in ("r1-ph-001", "coders-coder-a")]
    ledger = Ledger(rows, {PAGE: [*shown, Claim("t", NUMBER, PAGE, "1", ("r1-ph-001",), ("findings",))]})

    ((file, message),) = faults(ledger, package)

    assert file == "data/evidence/findings.csv"
    assert "no page shows R1-PH-001" in message
    assert "evidencebook:not-shown" in message


def test_a_declared_reason_lets_rows_of_a_table_stay_unshown(package, rows):
    hidden = {row.anchor for row in rows.values() if row.table == "extraction_fields"}
    assert package.tables["extraction_fields"].not_shown
    assert package.tables["findings"].not_shown == ""
    shown = [Claim(a, ROW, PAGE, "", (a,)) for a in rows if a not in hidden]

    assert list(faults(Ledger(rows, {PAGE: shown}), package)) == []


def test_the_file_follows_its_schema_and_resolves_both_ways(package, rows):
    sentence = Claim("r1-answer-1", SENTENCE, PAGE, "It works.", ("r1-ph-001",))
    number = Claim("r1-review-fig", NUMBER, PAGE, "Findings", ("r1-ph-001", "r1-ce-001"), ("findings",))
    made = as_json(whole(rows, sentence, number), package.version)

    jsonschema.validate(made, json.loads((REPOSITORY / "docs" / "claims.schema.json").read_text(encoding="utf-8")))
    told = {claim["id"]: claim for claim in made["claims"]}
    assert told["r1-review-fig"]["rows"] == ["R1-PH-001", "R1-CE-001"]
    assert told["r1-review-fig"]["tables"] == {"findings": 2}
    assert told["r1-review-fig"]["references"] == ["adams2001", "testtrust2010"]
    assert told["R1-PH-001"]["locators"] == ["ch4 Outcomes ¶1"]
    assert made["rows"]["R1-PH-001"]["claims"] == ["r1-answer-1", "r1-review-fig"]
    assert made["rows"]["R1-PH-001"]["shown"] == f"{PAGE}#r1-ph-001"
    assert {"R1-PH-001", "r1-answer-1"} <= set(made["references"]["adams2001"])
    assert "R1-PH-001" in made["sections"][rows["r1-ph-001"].source]["ch4 Outcomes"]


def test_a_changed_row_changes_the_fingerprint_of_what_rests_on_it(package, rows, project):
    number = Claim("r1-review-fig", NUMBER, PAGE, "Findings", ("r1-ph-001",), ("findings",))
    path = project.data / "evidence" / "findings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("rose by 12 %", "rose by 13 %"), encoding="utf-8")
    changed = read_rows(load_package(project.data))

    before, after = (as_json(Ledger(r, {PAGE: [number]}), "1")["claims"][0] for r in (rows, changed))

    assert before["fingerprint"] != after["fingerprint"]


def test_the_trace_of_a_selection_names_the_anchors_that_the_ledger_knows(project, rows):
    chapter = open_chapter("realist_review", component="R1")
    trace = chapter.trace(findings=chapter.rows("findings"), included_studies=chapter.rows("included_studies"))

    assert trace["findings"][0] == "r1-ph-001"
    assert {a for anchors in trace.values() for a in anchors} <= set(rows)


def test_a_traced_block_becomes_a_claim_and_its_comment_leaves_the_page():
    text = counted(span("12 findings", "tally"), name="r1-tally", trace={"findings": ["r1-ph-001"], "cmo": []})
    doctree = document(f"# Page\n\n{text}")
    _mark_traced(doctree)

    (claim,) = (c for node in doctree.findall(nodes.Element) if (c := _claim_of(node, PAGE)))

    assert claim == Claim("r1-tally", NUMBER, PAGE, "12 findings", ("r1-ph-001",), ("findings", "cmo"))
    assert list(doctree.findall(nodes.raw)) == []


def test_a_table_without_a_trace_is_a_claim_without_rows():
    doctree = document("# Page\n\n::::{list-table} A caption\n:name: tab-1\n\n* - 12\n::::")

    (claim,) = (c for node in doctree.findall(nodes.Element) if (c := _claim_of(node, PAGE)))

    assert (claim.id, claim.rows, claim.tables) == ("tab-1", (), ())


def test_each_sentence_is_a_claim_on_the_rows_that_it_names_or_counts():
    works = sentence("It works [[A](#r1-ph-001)]{.queried}.", anchor="R1-x-1", trace={"findings": ["r1-ph-001"]})
    costs = sentence("It costs 12, *B*.", anchor="R1-x-2", trace={"findings": ["r1-ce-001"], "cmo": []})
    text = document(f"# Page\n\n{works} {costs}")
    _mark_traced(text)
    found = [c for node in text.findall(nodes.Element) if (c := _claim_of(node, PAGE))]

    assert [(c.id, c.kind, c.text, c.rows) for c in found] == [
        ("r1-x-1", SENTENCE, "It works.", ("r1-ph-001",)),
        ("r1-x-2", SENTENCE, "It costs 12, B.", ("r1-ce-001",)),
    ]
    assert list(text.findall(nodes.raw)) == []


def test_the_pages_of_the_ledger_lead_from_claim_to_row_to_reference_and_back(rows):
    number = Claim("r1-review-fig", NUMBER, PAGE, "<b>Findings</b>", ("r1-ph-001",), ("findings",))
    ledger = whole(rows, number)
    claims = claims_body(ledger, PAGE, names(rows))
    (shelf,) = (held for held in shelves(rows.values()).values() if rows["r1-ph-001"] in held)
    held = shelf_body(ledger, shelf, names(rows))

    assert '<a href="../book/chapters/r1-review.html#r1-ph-001">R1-PH-001</a>' in claims
    assert "&lt;b&gt;Findings&lt;/b&gt;" in claims
    assert '<li id="row-r1-ph-001">' in held
    assert '<a href="../book/references.html#ref-adams2001">7</a>' in held
    assert '<a href="page-r1-review.html#r1-review-fig">r1-review-fig</a>' in held


def test_every_row_with_a_place_stands_on_one_shelf(repository):
    rows = read_rows(load_package(repository.data)).values()
    held = [row.anchor for shelf in shelves(rows).values() for row in shelf]

    assert sorted(held) == sorted(row.anchor for row in rows if row.source)
    assert max(map(len, shelves(rows).values())) < 600


def test_the_descriptor_may_stand_behind_a_table_of_columns(package, rows):
    claim = Claim("columns", NUMBER, PAGE, "Columns", (), (DESCRIPTOR,))

    assert list(faults(whole(rows, claim), package)) == []


def test_what_the_pages_were_made_from_is_used_once_so_that_a_build_cut_short_leaves_nothing(tmp_path):
    app = SimpleNamespace(doctreedir=tmp_path)
    (tmp_path / "ledger-pages.json").write_text('{"ledger/a": "digest"}', encoding="utf-8")

    assert _taken_digests(app) == {"ledger/a": "digest"}
    assert _taken_digests(app) == {}
