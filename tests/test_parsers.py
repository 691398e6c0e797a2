"""Whatever stands in a file, the parsers read it or say what is wrong; none fails, and none changes a text."""

import csv
import io
import json
import re
import time

import pytest
from bs4 import BeautifulSoup
from conftest import REPOSITORY
from docutils.core import publish_parts
from hostile import HOSTILE
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from myst_parser.docutils_ import Parser

from evidencebook import evidence
from evidencebook.bibliography import Reference, load_references
from evidencebook.conditions import parse_conditions
from evidencebook.errors import Fault, ParameterError, ProjectError
from evidencebook.exports import for_spreadsheets
from evidencebook.intake.formats import FORMATS, read_works
from evidencebook.markdown import escape, inert_json
from evidencebook.placeholders import Data, Misfit, fill, misfits
from evidencebook.ris import of_reference
from evidencebook.schema import Column, Table, split_list
from evidencebook.tables import read_csv

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
# Characters that begin, end or escape something in one of the formats.
SIGNS = st.text(st.sampled_from(list("{}[]()<>\"'`\\/@#%&=+-*_~^|$:;,.!? \n\taA1é\u202e\x00")), max_size=60)
ANYTHING = TEXT | SIGNS | st.sampled_from(sorted(HOSTILE.values()))
# A table cannot hold control characters.
CELL = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60)
    | st.sampled_from(sorted(HOSTILE.values()))
    | st.lists(st.sampled_from(sorted(HOSTILE.values())), min_size=2, max_size=3).map(" ".join)
)
TABLE = Table("t", "t.csv", "T", "", (Column("a", "string", ""), Column("b", "string", "")), (), "")
# What a placeholder is made of.
WORDS = ["count", "works", "value", "findings", "cmo", "+", "=", "R1", "'", '"', "|", "id"]
FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
DESCRIPTOR = json.loads((REPOSITORY / "data" / "datapackage.json").read_text(encoding="utf-8"))
PATTERNS = sorted(
    {
        pattern
        for resource in DESCRIPTOR["resources"]
        for field in resource["schema"]["fields"]
        if (pattern := field.get("constraints", {}).get("pattern") or field.get("evidencebook:pattern"))
    }
)


@FILES
@given(st.lists(st.tuples(ANYTHING, ANYTHING), max_size=8))
def test_every_cell_that_csv_can_hold_is_read_back_as_it_is(tmp_path, rows):
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerows([("a", "b"), *rows])
    path = tmp_path / "t.csv"
    path.write_bytes(made.getvalue().encode())

    frame, faults = read_csv(path, TABLE)

    if "\r" in made.getvalue():
        assert "carriage return" in faults[0].problem
    else:
        assert faults == []
        assert list(frame[["a", "b"]].itertuples(index=False, name=None)) == rows


@FILES
@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"a,b\n" + tail))
@example(b"")
@example(b'a,b\n"')
@example(b"a,b\n1,2\n\n")
def test_any_bytes_are_a_table_or_a_fault_that_says_what_to_do(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)

    frame, faults = read_csv(path, TABLE)

    assert frame is not None or faults
    assert all(f.problem and f.allowed and f.remedy and f.file == "data/t.csv" for f in faults)


@given(st.lists(st.text(st.characters(exclude_characters=";"), min_size=1), max_size=6))
def test_a_list_of_texts_is_its_cell_split(items):
    assert split_list(";".join(items)) == items


@given(ANYTHING, ANYTHING)
def test_a_fault_is_told_in_three_lines_whatever_was_found(value, column):
    told = str(Fault("data/t.csv", 2, "a", value + column, "is wrong", "right", "mend it")).split("\n")

    assert len(told) == 3
    assert all(line.isprintable() for line in told)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_of_the_schema_takes_no_time_that_grows_with_the_power_of_a_cell(pattern):
    """The longest cell allowed, made of what the pattern nearly accepts, is judged at once."""
    begun = time.process_time()
    for piece in ("a", "1", "A-", "ch4 ", "x > ", "a;", "0.", "¶1", " and ", "é"):
        text = (piece * 20_000)[:19_999]
        assert re.fullmatch(pattern, f"{text}\n", re.ASCII) is None
    assert time.process_time() - begun < 2


@FILES
@given(ANYTHING | st.tuples(st.sampled_from(["country", "published", "Design"]), SIGNS).map("".join))
@example("country in ")
@example("published>=" + "9" * 400)
@example("published=٢٠١٢")
def test_a_condition_is_read_or_refused_in_one_line(mini, text):
    loaded = evidence.load(mini)
    try:
        (condition,) = parse_conditions([text], loaded)
    except ParameterError as error:
        told = str(error)
    else:
        assert condition.values
        condition.holds("2001")
        told = str(condition)
    assert "\n" not in told


@pytest.fixture(scope="module")
def data(mini):
    loaded = evidence.load(mini)
    return Data(loaded.frames, loaded.package.tables)


@given(text=ANYTHING | st.lists(st.sampled_from(WORDS)).map(" ".join))
@example(text="count findings '")
@example(text="value findings R1-PH-001 nothing")
@example(text="count findings+")
def test_a_placeholder_is_filled_or_refused(data, text):
    for written in (text, f"There are {{{text}}}."):
        wrong = list(misfits(written, data))
        if wrong:
            with pytest.raises(Misfit):
                fill(written, data)
        else:
            fill(written, data)


@FILES
@given(ANYTHING)
@example("@")
@example("@()")
@example("@misc{a}")
@example("@article{")
@example("@article{a, title = {x}, author = {,,,}}")
@example("@article{a, title = {x}, author = {and and and}}")
@example("@article{a, title = {x}, year = {20{1}2}}")
@example("@string{x = {y}} @misc{a, title = x}")
@example("@misc{a, title = 1990}")
def test_any_bibliography_is_read_or_its_faults_are_named(tmp_path, text):
    path = tmp_path / "references.bib"
    path.write_text(
        f"@misc{{good1, title = {{First}}}}\n{text}\n@misc{{good2, title = {{Last}}}}\n", encoding="utf-8", newline=""
    )
    try:
        references, faults = load_references(path)
    except ProjectError:
        return
    assert "good1" in references
    assert all(f.problem and f.remedy for f in faults)
    for reference in references.values():
        assert isinstance(reference.short, str)
        assert reference.digest()


@given(st.dictionaries(st.sampled_from(["title", "journal", "note", "pages", "doi", "url", "author"]), ANYTHING))
def test_a_work_is_one_ris_record_whatever_its_fields_hold(fields):
    told = of_reference(Reference("a1", "article", {"title": "T"} | fields, (), False))

    lines = told.split("\r\n")
    assert lines[0] == "TY  - JOUR"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
    assert [line for line in lines if line.startswith(("TY  -", "ER  -"))] == [lines[0], lines[-2]]
    assert len(told.splitlines()) == len(lines) - 1


@pytest.mark.parametrize("name", FORMATS)
@FILES
@given(text=ANYTHING)
def test_a_file_of_another_program_is_read_or_refused(tmp_path, name, text):
    path = tmp_path / "export.txt"
    beginning = {"ris": "TY  - JOUR\nTI  - ", "nbib": "PMID- 1\nTI  - ", "bibtex": "@misc{a, title = {"}
    beginning |= {"endnote-xml": "<xml><records><record><titles><title>", "csl-json": '[{"title": "'}
    path.write_text(beginning[name] + text, encoding="utf-8", newline="")
    try:
        batch = read_works(path, name)
    except ParameterError:
        return
    assert batch.works or batch.unread


@pytest.mark.parametrize(
    "entity",
    ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY y "yyyyyyyyyy"><!ENTITY x "' + "&y;" * 10 + '">'],
    ids=["of a file", "of entities"],
)
def test_an_entity_of_an_xml_file_reads_no_other_file(tmp_path, entity):
    path = tmp_path / "export.xml"
    record = "<record><ref-type>17</ref-type><titles><title>A &x; B</title></titles></record>"
    path.write_text(f"<!DOCTYPE xml [{entity}]><xml><records>{record}</records></xml>", encoding="utf-8")
    try:
        batch = read_works(path, "endnote-xml")
    except ParameterError:
        return
    assert not any("root:" in str(work) for work in batch.works)


@given(CELL)
def test_any_cell_comes_back_as_that_text_from_the_page(text):
    """As docutils renders it, read by a parser of HTML that knows nothing of Markdown."""
    extensions = ["colon_fence", "deflist", "attrs_inline", "attrs_block"]
    options = {"myst_enable_extensions": extensions, "report_level": 5, "embed_stylesheet": False}
    page = publish_parts(escape(text), parser=Parser(), writer_name="html5", settings_overrides=options)["html_body"]
    body = BeautifulSoup(page, "html.parser")

    assert " ".join(body.get_text().split()) == " ".join(text.split())
    assert {e.name for e in body.find_all(True)} <= {"main", "p"}


@given(ANYTHING)
def test_data_for_a_script_come_back_as_they_are_and_end_no_element(text):
    soup = BeautifulSoup(inert_json({"x": text}, "data") + "<p>after</p>", "html.parser")

    assert json.loads(soup.find("script").string) == {"x": text}
    assert [e.name for e in soup.find_all(True)] == ["script", "p"]


@given(CELL)
def test_a_spreadsheet_copy_holds_no_formula_and_keeps_the_rest(text):
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerow([text, "x"])
    cell, other = next(
        csv.reader(io.StringIO(for_spreadsheets(made.getvalue().encode()).decode("utf-8-sig"), newline=""))
    )

    assert other == "x"
    assert cell.removeprefix("'") == text.removeprefix("'")
    if cell.lstrip(' "\t\r\n')[:1] in tuple("=+-@＝＋－＠"):
        float(cell)
