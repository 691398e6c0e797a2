"""Editions: which rows conditions choose, what is said of them, and a part of a report built whole."""

import json
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from bs4 import BeautifulSoup

from evidencebook import cli, evidence
from evidencebook.audit import audit
from evidencebook.blocks.component import key_facts
from evidencebook.blocks.evidence_base import study_chart, study_sentence, study_table
from evidencebook.blocks.evidence_map import focus_figure, focus_table
from evidencebook.blocks.findings import findings_of, findings_overview
from evidencebook.build import build, explain
from evidencebook.conditions import parse_conditions
from evidencebook.edition import edition_slug, slug_of, tally
from evidencebook.errors import ParameterError
from evidencebook.materialise import materialise
from evidencebook.pdf import quoted
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.prose import within
from evidencebook.report import open_chapter
from evidencebook.sphinxext.edition import statement
from evidencebook.subset import choose
from evidencebook.tables import file_hash

DATA = Path(__file__).parents[1] / "data"


def chosen(project, *where):
    loaded = evidence.load(project)
    return choose(loaded, parse_conditions(where, loaded))


def ids(subset, table="findings"):
    return list(subset.evidence.frames[table]["id"])


def csv(name):
    """Read a table of the project as text, without the engine."""
    return pd.read_csv(DATA / name, dtype=str, keep_default_na=False)


def opened(project, monkeypatch, *where, template="realist_review", **parameters):
    """Open a chapter of the edition of *project* that *where* chooses."""
    part, _ = materialise(project, where, "Made-up part")
    monkeypatch.setenv(ROOT_VARIABLE, str(part.root))
    return open_chapter(template, **parameters)


# Which rows stay


def test_uk_edition_of_the_report_has_the_rows_that_an_independent_filter_finds(repository):
    studies, findings, cmo = (csv(f"evidence/{n}.csv") for n in ("included_studies", "findings", "cmo"))
    british = set(studies.loc[studies["country"] == "UK", "key"])
    part = chosen(repository, "country=UK").evidence.frames
    expected = findings[[any(k in british for k in cell.split(";")) for cell in findings["keys"]]]
    assert list(part["findings"]["id"]) == list(expected["id"])
    assert len(part["included_studies"]) == (studies["country"] == "UK").sum() == 79
    assert len(part["cmo"]) == sum(any(k in british for k in cell.split(";")) for cell in cmo["keys"])
    cited = {k for cell in part["findings"]["keys"] for k in cell.split(";")}
    assert cited <= british


def test_years_come_from_the_bibliography(repository):
    """Counted with a plain reading of the BibTeX file."""
    import re

    text = (DATA.parent / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"@\w+\{(\w+),(.*?)\n\}", text, flags=re.S)
    years = {k: int(y[1]) for k, body in entries if (y := re.search(r"(?m)^\s*year = \{(\d{4})\}", body))}
    findings = csv("evidence/findings.csv")
    late = findings[[any(years.get(k, 0) >= 2012 for k in cell.split(";")) for cell in findings["keys"]]]
    part = chosen(repository, "published>=2012").evidence.frames["findings"]
    assert list(part["id"]) == list(late["id"])
    assert 0 < len(part) < len(findings)


def test_all_conditions_on_studies_hold_of_one_and_the_same_work(mini):
    assert ids(chosen(mini, "country=Elsewhere")) == ["R1-PE-001", "M1-SE-001"]
    assert ids(chosen(mini, "design=randomised_trial")) == ["R1-PH-001", "R1-PE-001"]
    # R1-PE-001 cites a work from elsewhere and a trial, but no trial from elsewhere.
    with pytest.raises(ParameterError, match="no row fulfils country = Elsewhere and design = randomised_trial"):
        chosen(mini, "country=Elsewhere", "design=randomised_trial")


def test_citations_of_other_works_leave_the_row_and_are_counted(mini):
    subset = chosen(mini, "country=Elsewhere")
    findings = subset.evidence.frames["findings"].set_index("id")
    assert findings.at["R1-PE-001", "keys"] == "bellnd"
    assert subset.outside == {"R1-PE-001": 1}


def test_what_is_not_known_fulfils_nothing(mini):
    """A page without a date is neither early nor late, and not unequal to a year."""
    for condition in ("published>=1900", "published<2100", "published!=1950"):
        assert "bellnd" not in set(chosen(mini, condition).evidence.frames["included_studies"]["key"])


def test_rows_without_a_coded_work_are_counted(repository):
    studies, findings = csv("evidence/included_studies.csv"), csv("evidence/findings.csv")
    coded = set(studies["key"])
    plain = sum(not any(k in coded for k in cell.split(";")) for cell in findings["keys"])
    assert chosen(repository, "country=UK").uncoded["findings"] == plain


def test_a_text_equals_its_value_with_a_remark_in_brackets(mini):
    assert set(chosen(mini, "country=Nowhere").evidence.frames["included_studies"]["key"]) == {
        "adams2001",
        "testtrust2010",
    }


def test_conditions_on_rows_empty_tables_that_do_not_state_it_and_studies_follow(mini):
    part = chosen(mini, "stance=negating").evidence.frames
    assert list(part["findings"]["id"]) == ["R1-CE-001"]
    assert part["cmo"].empty
    assert part["evidence_maps"].empty
    assert list(part["included_studies"]["key"]) == ["testtrust2010"]


@pytest.mark.parametrize("condition", ["country!=Nowhere", "design in case_study,other", "component=M1", "actor=staff"])
def test_what_stays_hangs_together(mini, condition):
    subset = chosen(mini, condition)
    kept = {i for frame in subset.evidence.frames.values() if "id" in frame for i in frame["id"]}
    claims = subset.evidence.frames["active_ingredients"]["claims"]
    assert {c for cell in claims for c in cell.split(";") if c} <= kept
    assert set(subset.evidence.frames["reference_numbers"]["key"]) <= set(subset.evidence.references)


def test_rows_about_dropped_rows_go_with_them(repository):
    part = chosen(repository, "country=UK").evidence.frames
    staying = {*part["findings"]["id"], *part["cmo"]["id"]}
    assert set(part["second_reading"]["id"]) <= staying
    assert set(part["discrepancy_claims"]["claim"]) <= staying
    assert len(part["discrepancies"]) == len(csv("discrepancies.csv"))


# What is refused


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            "kountry=Nowhere",
            r"no condition is called 'kountry' \(nearest: country\); there are: .*published \(2001 to 2010\)",
        ),
        ("country=Nowere", r"country has no value 'Nowere' \(nearest: Nowhere\); there are: Nowhere, Elsewhere"),
        ("country>Nowhere", "country is a text and cannot be compared with >; use =, !=, in"),
        ("published>=soon", "published>= takes one year, not 'soon'; the bibliography runs from 2001 to 2010"),
        ("published<2001,2002", "published< takes one year"),
        ("country", "is not FIELD OPERATOR VALUE"),
        ("country=", "is not FIELD OPERATOR VALUE"),
        ("label=Adams", "no condition is called 'label'"),
        ("published>2010", "no row fulfils published > 2010: there is nothing to build"),
    ],
)
def test_wrong_condition_says_what_is_allowed(mini, condition, said):
    with pytest.raises(ParameterError, match=said):
        chosen(mini, condition)


@pytest.mark.parametrize("title", ["../up", "1. first", "a#b", "$title$", 'a"b', "a\\b", "a_b", "x" * 90])
def test_title_that_a_file_or_the_printed_page_cannot_hold_is_refused(title):
    with pytest.raises(ParameterError, match="cannot be used"):
        edition_slug(title)


def test_values_and_lists_are_read_as_people_write_them(mini):
    loaded = evidence.load(mini)
    (one,) = parse_conditions(["Country in elsewhere, NOWHERE"], loaded)
    assert one.values == ("Elsewhere", "Nowhere")
    assert str(one) == "country = Elsewhere or Nowhere"
    assert str(parse_conditions(["published>=2001"], loaded)[0]) == "published ≥ 2001"


def test_command_line_refuses_with_exit_code_one(project, capsys):
    assert cli.main(["--project", str(project.root), "build", "--plan", "--where", "kountry=UK"]) == 1
    assert "nearest: country" in capsys.readouterr().err
    assert cli.main(["--project", str(project.root), "build", "--title", "Nothing"]) == 1
    assert "--where" in capsys.readouterr().err


# The project of an edition


def test_edition_is_a_project_that_loads_and_leaves_the_report_alone(project):
    before = {p: file_hash(p) for p in project.root.rglob("*.csv")}
    part, edition = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    assert part.root == project.root / "_build" / "editions" / "elsewhere-only" / "project"
    assert part.html == project.root / "_build" / "editions" / "elsewhere-only" / "html"
    assert part.report_pdf.name == "report-elsewhere-only.pdf"
    assert part.report == project.root
    assert len(evidence.load(part).frames["findings"]) == 2
    assert edition.counts["findings"] == (2, 6)
    assert edition.pages["book/chapters/r1-review"]["findings"] == (1, 4)
    assert {p: file_hash(p) for p in before} == before


def test_second_writing_touches_nothing(project):
    part, _ = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    stamps = {p: p.stat().st_mtime_ns for p in part.root.rglob("*") if p.is_file()}
    materialise(project, ["country=Elsewhere"], "Elsewhere only")
    assert {p: p.stat().st_mtime_ns for p in part.root.rglob("*") if p.is_file()} == stamps


def test_file_gone_from_the_report_goes_from_the_edition(project):
    page = project.root / "book" / "extra.md"
    page.write_text("# Extra\n", encoding="utf-8")
    part, _ = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    assert (part.root / "book" / "extra.md").is_file()
    page.unlink()
    materialise(project, ["country=Elsewhere"], "Elsewhere only")
    assert not (part.root / "book" / "extra.md").exists()


def test_totals_of_a_source_are_not_held_against_a_part(project):
    """The rules that compare a source's totals with rows would fail on a part; an edition is not asked."""
    path = project.data / "recounts.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0]
    row = dict.fromkeys(header.split(","), "") | {"id": "N01", "source_id": "mini", "locator": "ch1 ¶1"}
    row |= {"statement": "Studies", "rule": "rows", "stated": "3", "table": "included_studies"}
    path.write_text(f"{header}\n{','.join(row.values())}\n", encoding="utf-8")
    part, _ = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    loaded, faults = evidence.inspect(part)
    assert faults == []
    assert any(f.value == "recount:N01" for f in audit(loaded))


def test_edition_of_an_edition_is_refused(project):
    part, _ = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    with pytest.raises(ParameterError, match="is an edition itself"):
        materialise(part, ["country=Elsewhere"])


def test_plan_of_an_edition_lists_its_chapters(project, capsys):
    assert cli.main(["--project", str(project.root), "build", "--plan", "--where", "country=Elsewhere"]) == 0
    said = capsys.readouterr().out
    assert "2 of 6 findings" in said
    assert "run   chapter r1-review" in said


def test_numbers_of_references_stay_those_of_the_report(project):
    _, edition = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    assert edition.numbers["bellnd"] == 3


def test_slug_says_the_signs_in_words():
    assert slug_of("country ≠ UK, published ≥ 2012") == "country-not-uk-published-from-2012"


# What pages say


def test_captions_and_counts_are_of_the_edition(project, monkeypatch):
    judgements = project.data / "synthesis" / "source_judgements.csv"
    held = judgements.read_text(encoding="utf-8")
    judgements.write_text(held + "SJ-R1,R1,,Support moderate,moderate,Its own word,,ch4 R1 ¶1\n", encoding="utf-8")
    chapter = opened(project, monkeypatch, "country=Elsewhere", component="R1")
    shown = findings_overview(chapter).text
    assert f"1 with a stance; Data {chapter.package.version}, Made-up part, rows" in shown
    assert "Stacked bars of 1 findings" in shown
    assert "(of the whole report)" in key_facts(chapter).text
    assert (
        "The edition holds 1 of the 3 included studies of the full report: 1 case study" in study_sentence(chapter).text
    )
    assert "Adams" not in study_table(chapter).text
    assert "cites also 1 work outside the edition" in findings_of(chapter, "patient_experience").text


def test_place_without_a_row_says_what_the_report_has(project, monkeypatch):
    chapter = opened(project, monkeypatch, "country=Elsewhere", component="R1")
    assert "The one of the findings that the full report holds here does not belong" in (
        findings_of(chapter, "cost_effectiveness").text
    )
    # Nor has the report any: then it is a gap of the source.
    assert "The source states none" in findings_of(chapter, "staff_experience").text


def test_component_left_without_anything_still_makes_its_pages(project, monkeypatch):
    chapter = opened(project, monkeypatch, "component=M1", component="R1")
    assert chapter.rows("findings").empty
    for block in (key_facts, findings_overview, study_sentence, study_chart, study_table):
        block(chapter)
    assert "None of the 4 findings" in findings_overview(chapter).text
    assert "None of the 3 included studies" in study_chart(chapter).text
    other = opened(project, monkeypatch, "component=R1", template="evidence_map", component="M1")
    assert "None of the 3 map entries" in focus_figure(other).text
    assert focus_table(other).text == ""


def test_sentences_keep_only_rows_of_the_edition():
    text = "First holds [R1-PH-001, R1-PH-002]. Second holds [R1-PH-003]. Third holds [R1-PH-004]."
    assert within(text, {"R1-PH-001", "R1-PH-003"}) == (
        "First holds (rests also on 1 row outside the edition) [R1-PH-001]. Second holds [R1-PH-003]. "
        "(Written for the whole report; one sentence that rests on evidence outside the edition left out.)"
    )
    assert within(text, set()).startswith("This short reading rests on evidence outside the edition")


def test_box_of_a_page_states_its_own_counts(project):
    part, edition = materialise(project, ["country=Elsewhere"], "Elsewhere only")
    names = {t.name: t.rows_called for t in evidence.load(part).package.tables.values()}

    def said(page):
        return statement(edition, page, names, "x").astext()

    assert "Elsewhere only · only evidence where country = Elsewhere" in said("book/chapters/r1-review")
    assert "1 of 4 findings, 0 of 1 configurations" in said("book/chapters/r1-review")
    assert "about the whole report" in said("book/chapters/source-audit")
    assert "The edition holds 1 of 3 included studies, 2 of 6 findings" in said("book/how-to-read")
    assert tally({"findings": (1, 4)}, names) == "1 of 4 findings"


def test_text_for_the_title_page_cannot_leave_its_quotes():
    assert quoted('a "b" \\ c') == 'a \\"b\\" \\\\ c'


# A part of the made-up report, built whole


@pytest.fixture(scope="module")
def made(mini, tmp_path_factory):
    import shutil

    root = tmp_path_factory.mktemp("editions") / "mini"
    shutil.copytree(mini.root, root)
    prose = root / "book" / "prose" / "R1"
    prose.mkdir(parents=True)
    (prose / "answer.md").write_text(
        "Made-up people come [R1-PH-001]. They like it when open [R1-PE-001, R1-CE-001].\n", encoding="utf-8"
    )
    part, _ = materialise(Project(root), ["country=Elsewhere"], "Elsewhere only")
    build(part)
    return part


def page(project, name):
    return BeautifulSoup((project.html / "book" / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.build
def test_nothing_outside_the_edition_reaches_a_reader(made):
    dropped = (
        "R1-PH-001",
        "R1-CE-001",
        "R1-CH-001",
        "M1-CX-001",
        "R1-CMO-01",
        "Adams",
        "Test and Trust",
        "1,000 people",
    )
    files = [p for p in made.html.rglob("*") if p.suffix in (".html", ".ipynb", ".svg", ".js", ".txt")]
    assert len(files) > 20
    for path in files:
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert [d for d in dropped if d.casefold() in text.casefold()] == [], path.name
    printed = "".join(p.extract_text() for p in pypdf.PdfReader(made.report_pdf).pages)
    assert [d for d in dropped if d in printed] == []


@pytest.mark.build
def test_every_page_says_which_part_it_is_and_leads_to_the_report(made):
    pages = sorted((made.html / "book").rglob("*.html"))
    assert len(pages) >= 8
    for path in pages:
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        (box,) = soup.select("div.edition")
        assert box.get_text().strip().startswith("Elsewhere only"), path.name
        target = (path.parent / box.find("a")["href"]).resolve()
        assert target == made.report / "_build" / "html" / path.relative_to(made.html)
        assert "Elsewhere only" in soup.title.get_text()


@pytest.mark.build
def test_short_reading_is_cut_to_the_edition(made):
    answer = page(made, "chapters/r1-review").select_one("div.answer").get_text(" ", strip=True)
    assert "Made-up people come" not in answer
    assert "rests also on 1 row outside the edition" in answer
    assert "one sentence that rests on evidence outside the edition left out" in answer


@pytest.mark.build
def test_title_page_and_citation_of_the_pdf_carry_the_edition(made):
    reader = pypdf.PdfReader(made.report_pdf)
    assert reader.metadata.title.endswith(": Elsewhere only")
    first = " ".join(reader.pages[0].extract_text().split())
    assert "only evidence where country = Elsewhere" in first
    assert "2 of 6 findings" in first
    assert "Elsewhere only" in page(made, "chapters/home").find(id="how-to-cite").get_text()


@pytest.mark.build
def test_second_build_of_an_edition_runs_nothing(made):
    part, _ = materialise(Project(made.report), ["country=Elsewhere"], "Elsewhere only")
    assert all(line.startswith("keep") for line in explain(part))
    assert build(part) == 0


@pytest.mark.build
def test_component_without_anything_builds(made):
    """Every page of a part that holds one finding of one component."""
    part, _ = materialise(Project(made.report), ["stance=negating"], "One finding")
    build(part, pdf=False)
    assert "None of the 2 findings" in page(part, "chapters/m1-map").get_text()
    notebook = json.loads((part.chapters / "m1-map.ipynb").read_text(encoding="utf-8"))
    assert notebook["metadata"]["evidencebook"]["slug"] == "m1-map"
