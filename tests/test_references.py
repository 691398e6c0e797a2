"""References from other programs: their files as they write them, held against what the works' title pages say."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidencebook.bibliography import load_references
from evidencebook.cli import main
from evidencebook.errors import ParameterError
from evidencebook.intake import normal
from evidencebook.intake.adding import plan_addition, write_addition
from evidencebook.intake.checking import remarks
from evidencebook.intake.duplicates import SAME, compared, print_of
from evidencebook.intake.entries import entry_of, work_of
from evidencebook.intake.formats import FORMATS, read_works
from evidencebook.intake.keys import new_key
from evidencebook.intake.work import Batch, Work

FILES = Path(__file__).parent / "references"
TRIPLE = ("Bodenheimer, T.", "Ann. Fam. Med. or its full name", "2014", "12", "10.1370/afm.1713")
# File: for each record type, first author, authors, year, volume, pages, DOI, the beginning of its title.
EXPECTED = {
    "ovid.ris": [
        ("article", "Bodenheimer, Thomas", 2, "2014", "12", "573--576", "10.1370/afm.1713", "From triple to quadruple"),
        ("article", "Ling, Tom", 5, "2012", "12", "e129", "10.5334/ijic.982", "Barriers and facilitators"),
    ],
    "scopus.ris": [
        (
            "article",
            "Tan, E. C. K.",
            4,
            "2014",
            "10",
            "608--622",
            "10.1016/j.sapharm.2013.08.006",
            "Pharmacist services",
        ),
        ("article", "Stokes, J.", 6, "2015", "10", "e0132340", "10.1371/journal.pone.0132340", "Effectiveness of case"),
    ],
    "wos.ris": [
        (
            "article",
            "Martinez-Gonzalez, N. A.",
            5,
            "2014",
            "26",
            "561--570",
            "10.1093/intqhc/mzu071",
            "Integrated care",
        ),
    ],
    "endnote.ris": [
        ("article", "Halter, Mary", 3, "2013", "13", "223", "10.1186/1472-6963-13-223", "The contribution of"),
        ("techreport", "National Audit Office", 1, "2013", "", "", "", "Emergency Admissions"),
        ("incollection", "Booth, A.", 3, "2018", "", "", "", "Scoping & Searching to Support Realist Approaches"),
    ],
    "pubmed.nbib": [
        ("article", "Bodenheimer, Thomas", 2, "2014", "12", "573--6", "10.1370/afm.1713", "From triple to quadruple"),
        ("article", "Gittell, J. H.", 3, "2008", "", "", "", "Improving health and health care"),
    ],
    "endnote.xml": [
        (
            "article",
            "Ling, T.",
            5,
            "2012",
            "12",
            "e129",
            "10.5334/ijic.982",
            "Barriers and facilitators to integrating care",
        ),
        ("techreport", "The King's Fund", 1, "2013", "", "", "", "Lessons from Experience: Making Integrated Care"),
        ("incollection", "Gittell, J. H.", 1, "2006", "", "74--94", "", "Relational Coordination"),
    ],
    "zotero.bib": [
        (
            "article",
            "Martínez-González, Nahara Anani",
            5,
            "2014",
            "26",
            "561--570",
            "10.1093/intqhc/mzu071",
            "Integrated",
        ),
        ("techreport", "National Audit Office", 1, "2013", "", "", "", "Emergency Admissions to Hospital: Managing"),
    ],
    "mendeley.bib": [
        (
            "article",
            "Martínez-González, Nahara Anani",
            5,
            "2014",
            "26",
            "561--70",
            "10.1093/intqhc/mzu071",
            "Integrated",
        ),
        ("book", "Pawson, Ray", 1, "2006", "", "", "", "Evidence-Based Policy & Practice: 50% Über"),
    ],
    "scopus.bib": [
        (
            "article",
            "Tan, Edwin C.K.",
            4,
            "2014",
            "10",
            "608--622",
            "10.1016/j.sapharm.2013.08.006",
            "Pharmacist services",
        ),
    ],
    "zotero.json": [
        (
            "article",
            "Bodenheimer, T.",
            2,
            "2014",
            "12",
            "573--576",
            "10.1370/afm.1713",
            "From Triple to Quadruple Aim: ",
        ),
        ("techreport", "Imison, Candace", 3, "2016", "", "", "", "Reshaping the Workforce to Deliver the Care"),
        ("online", "", 0, "", "", "", "", "A page"),
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_is_read_as_its_program_wrote_it(name):
    works = read_works(FILES / name).works
    assert len(works) == len(EXPECTED[name])
    for work, (kind, first, count, year, volume, pages, doi, title) in zip(works, EXPECTED[name], strict=True):
        found = (
            work.type,
            (*work.authors, "")[0],
            len(work.authors),
            *map(work.get, ("year", "volume", "pages", "doi")),
        )
        assert found == (kind, first, count, year, volume, pages, doi)
        assert work.get("title").startswith(title)
        assert not work.get("title").endswith(".")
        assert "<" not in work.get("title")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("endnote.xml", "A record that is"), ("mendeley.bib", "broken2014"), ("zotero.json", "not an item")],
)
def test_one_bad_record_hides_no_other_and_is_named(name, begins):
    (unread,) = read_works(FILES / name).unread
    assert begins in unread.begins
    assert unread.origin.startswith(name)


def test_records_without_an_end_mark_are_kept_apart_and_told():
    batch = read_works(FILES / "endnote.ris")
    assert "3 records lack their end mark" in batch.notes[0]


def test_what_has_no_field_here_is_kept_and_paths_of_files_are_not():
    work = read_works(FILES / "endnote.ris").works[0]
    assert work.unknown == {"C1": ["kept by hand", "twice"]}
    for name in ("zotero.bib", "mendeley.bib", "endnote.xml"):
        assert not [w for w in read_works(FILES / name).works if "somebody" in repr(w) or "internal-pdf" in repr(w)]


def test_authors_under_both_tags_and_continued_lines_come_together():
    work = read_works(FILES / "endnote.ris").works[0]
    assert work.authors == ("Halter, Mary", "Drennan, Vari", "Chattopadhyay, Kaushik")
    assert work.get("title").endswith("a systematic review")


def test_text_in_another_encoding_is_read(tmp_path):
    text = "TY  - JOUR\nAU  - Özbilgin, M.\nTI  - Größe\nER  - \n"
    for encoding in ("utf-16", "cp1252", "utf-8-sig"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.encode(encoding))
        batch = read_works(path)
        assert (batch.works[0].authors, batch.works[0].get("title")) == (("Özbilgin, M.",), "Größe")
        assert bool(batch.notes) == (encoding == "cp1252")


def test_xml_with_entities_that_expand_is_refused(tmp_path):
    path = tmp_path / "bomb.xml"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><records><record>'
        "<titles><title>&b;</title></titles></record></records></xml>",
        encoding="utf-8",
    )
    batch = read_works(path)
    assert not batch.works
    assert "undefined entity" in batch.unread[0].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"just words\n", "none of the formats"), (b"a\0b", "NUL"), (b'[{"title": }]', "not readable as JSON")],
    ids=["words", "binary", "json"],
)
def test_a_file_of_another_kind_is_refused_in_words(tmp_path, content, message):
    path = tmp_path / "x.ris"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match=message):
        read_works(path)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("https://doi.org/10.1370/afm.1713", "10.1370/afm.1713"),
        ("doi: 10.1016/S0140-6736(14)60455-2.", "10.1016/S0140-6736(14)60455-2"),
        ("(10.1002/14651858.CD000072)", "10.1002/14651858.CD000072"),
        ("http://dx.doi.org/10.1002%2F14651858", "10.1002/14651858"),
        ("no doi", "no doi"),
    ],
)
def test_a_doi_is_freed_of_what_stands_around_it(found, expected):
    assert normal.doi(found) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("Ham C", "Ham, C."),
        ("Ham C.J.", "Ham, C. J."),
        ("van den Berg AB", "van den Berg, A. B."),
        ("MARTINEZ, J-P", "Martinez, J.-P."),
        ("Özbilgin, Mustafa", "Özbilgin, Mustafa"),
        ("National Audit Office", "National Audit Office"),
        ("Department of Health UK", "Department of Health UK"),
        ("NHS England", "NHS England"),
    ],
)
def test_names_of_people_and_bodies(found, expected):
    assert normal.name_of(found) == expected


def test_given_names_become_initials():
    assert normal.initials("Martínez-González, Nahara Anani") == "Martínez-González, N. A."
    assert normal.initials("Dupont, Jean-Pierre") == "Dupont, J.-P."
    assert normal.initials("The King's Fund") == "The King's Fund"


@pytest.mark.parametrize(
    ("found", "expected"), [("pp. 671 – 89", "671--89"), ("e1", "e1"), ("3-3", "3"), ("S1-S4", "S1--S4")]
)
def test_pages_are_written_as_bibtex_has_them(found, expected):
    assert normal.pages(found) == expected


# The same work twice. Real pairs of the report: no two entries of its bibliography are one work.


def test_no_two_entries_of_the_bibliography_are_taken_for_one(repository):
    references, _ = load_references(repository.bibliography)
    assert not [r for r in remarks(references) if "the same work as" in r.text and not r.text.startswith("perhaps")]


def score(first, second):
    return compared(print_of(first), print_of(second))[0]


BASE = Work(
    "article",
    {
        "title": "Integrated care programmes for adults with chronic conditions: a meta-review",
        "year": "2014",
        "journal": "Int J Qual Health Care",
        "volume": "26",
        "pages": "561--70",
        "doi": "10.1093/intqhc/mzu071",
    },
    ("Martínez-González, N. A.",),
)


def changed(authors=None, **fields):
    return Work("article", {k: v for k, v in (BASE.fields | fields).items() if v}, authors or BASE.authors)


SAME_WORK = {
    "doi in capitals": changed(doi="10.1093/INTQHC/MZU071"),
    "no doi": changed(doi=""),
    "typing slips": changed(doi="", title="Integrated care programs for adults with cronic conditions: a meta review"),
    "no subtitle": changed(doi="", title="Integrated care programmes for adults with chronic conditions"),
    "next year": changed(doi="", year="2015", title="INTEGRATED CARE PROGRAMMES FOR ADULTS WITH CHRONIC CONDITIONS."),
    "no accents, full journal": changed(
        ("Martinez-Gonzalez NA",), doi="", journal="International Journal for Quality in Health Care"
    ),
}
OTHER_WORK = {
    "other years": changed(doi="", year="2011"),
    "part two": changed(doi="10.1/x", title=BASE.get("title") + " part 2"),
    "other doi and pages": changed(doi="10.1/x", pages="1--9"),
    "other title": changed(doi="", title="Integrated care pathways for children with acute conditions: a case study"),
    "short title, other author": changed(("Other, A.",), doi="", title="Integrated care"),
}


@pytest.mark.parametrize("other", SAME_WORK.values(), ids=SAME_WORK)
def test_the_same_work_scores_high(other):
    assert score(BASE, other) >= SAME
    assert score(other, BASE) == score(BASE, other)


@pytest.mark.parametrize("other", OTHER_WORK.values(), ids=OTHER_WORK)
def test_another_work_scores_low(other):
    base = changed(title="Integrated care") if other.get("title") == "Integrated care" else BASE
    assert score(base, other) < SAME


# Keys and entries.


def test_keys_follow_the_style_of_the_bibliography():
    made = [
        new_key(Work("article", {"title": "T", "year": "2011"}, (name,)), ())
        for name in ("de Silva, D.", "Martínez-González, N. A.", "House of Commons", "Royal College of Physicians")
    ]
    assert made == ["desilva2011", "martinezgonzalez2011", "housecommons2011", "royalcollegephysicians2011"]
    assert new_key(Work("misc", {"title": "A page"}, ("Bell, D.",)), ()) == "bellnd"
    assert new_key(Work("misc", {"title": "T", "year": "2013"}, ("Ham, C.",)), {"ham2013"}) == "ham2013b"
    assert new_key(Work("misc", {"title": "T", "year": "2013"}, ("Ham, C.",)), {"ham2013a", "ham2013b"}) == "ham2013c"


def test_an_entry_reads_back_as_the_record_it_was_written_from(tmp_path):
    for name in EXPECTED:
        for number, work in enumerate(read_works(FILES / name).works):
            path = tmp_path / f"{number}.bib"
            path.write_text(entry_of(work, "key2013"), encoding="utf-8")
            references, faults = load_references(path)
            assert not faults, (name, faults)
            back = work_of(references["key2013"])
            assert back.authors == work.authors
            assert [back.get(n) for n in ("title", "year", "doi", "volume", "pages")] == [
                work.get(n) for n in ("title", "year", "doi", "volume", "pages")
            ]


# Adding.


@pytest.fixture
def bibliography(tmp_path):
    shutil.copy(Path(__file__).parent / "mini" / "references.bib", tmp_path / "references.bib")
    return tmp_path / "references.bib"


def test_records_of_all_programs_give_each_work_once(bibliography):
    references, _ = load_references(bibliography)
    batch = Batch()
    for name in EXPECTED:
        batch.works += read_works(FILES / name).works
    addition = plan_addition(batch, references)
    assert sorted(addition.new) == [
        "bodenheimer2014",
        "booth2018",
        "gittell2006",
        "gittell2008",
        "halter2013",
        "imison2016",
        "kingsfund2013",
        "ling2012",
        "martinezgonzalez2014",
        "nationalauditoffice2013",
        "pagend",
        "pawson2006",
        "stokes2015",
        "tan2014",
    ]
    assert len(addition.new) + len(addition.twins) == len(batch.works)
    before = bibliography.read_text(encoding="utf-8")
    write_addition(bibliography, addition)
    after, faults = load_references(bibliography)
    assert not faults
    assert len(after) == len(references) + 14
    assert bibliography.read_text(encoding="utf-8").startswith(before)
    assert after["bodenheimer2014"].fields["author"] == "Bodenheimer, T. and Sinsky, C."


def test_works_that_stand_there_are_shown_with_score_and_reason_and_not_added(bibliography):
    references, _ = load_references(bibliography)
    same = Work("article", {"title": "A made up trial of a made up service", "year": "2001"}, ("Adams A",))
    addition = plan_addition(Batch([same]), references)
    assert not addition.new
    (twin,) = addition.twins
    assert twin.of == "adams2001"
    assert twin.score >= SAME
    assert "alike" in twin.reason


def test_works_in_doubt_wait_for_a_person(bibliography):
    references, _ = load_references(bibliography)
    near = Work("article", {"title": "A made-up trial of a made-up device", "year": "2001"}, ("Adams, A.",))
    assert not plan_addition(Batch([near]), references).new
    assert plan_addition(Batch([near]), references).perhaps[0].of == "adams2001"
    assert list(plan_addition(Batch([near]), references, take=[1]).new) == ["adams2001b"]


def test_a_record_without_a_title_is_named_and_the_others_are_added(bibliography):
    references, _ = load_references(bibliography)
    works = [Work("article", {"year": "2001"}, ("Nameless, N.",), origin="x.ris, line 1"), BASE]
    addition = plan_addition(Batch(works), references)
    assert list(addition.new) == ["martinezgonzalez2014"]
    assert str(addition.unfit[0]).startswith("x.ris, line 1: has no title")


def test_hostile_text_stays_text(bibliography):
    references, _ = load_references(bibliography)
    title = "}\n@article{evil, title={x}} \\input{/etc/passwd} % & {role}`x`"
    addition = plan_addition(Batch([Work("misc", {"title": title, "year": "2001"}, ("E}vil, A.",))]), references)
    write_addition(bibliography, addition)
    after, faults = load_references(bibliography)
    assert not faults
    assert len(after) == len(references) + 1
    assert "evil2001" in after


def test_the_command_previews_then_writes(project, capsys):
    words = ["--project", str(project.root), "refs", "add", str(FILES / "endnote.ris")]
    before = project.bibliography.read_bytes()
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "+ halter2013: Halter et al. 2013: The contribution" in told
    assert "kept as it is, C1: kept by hand; twice" in told
    assert project.bibliography.read_bytes() == before
    assert main([*words, "--yes"]) == 0
    assert "x-c1 = {kept by hand; twice}" in project.bibliography.read_text(encoding="utf-8")
    assert main([*words, "--yes"]) == 0
    assert "0 new, 3 there already" in capsys.readouterr().out


# Looking the bibliography over.

BROKEN = r"""
@article{nodoi2001, author = {A, B.}, title = {A title of an article without number}, journal = {J}, year = {2001}}
@article{pages2001, author = {C, D.}, title = {Quite another thing altogether}, journal = {J}, year = {2001},
  pages = {89--71}, doi = {10.1000/abc.}}
@article{fine2001, author = {E, F.}, title = {Pages that are cut short}, journal = {J}, year = {2001},
  pages = {671--89}, doi = {10.1000/fine}}
@article{twice2001, author = {C, D.}, title = {Quite another thing altogether}, journal = {J}, year = {2001}}
@misc{nodate, author = {G, H.}, title = {Undated}}
"""


def test_each_defect_is_named_once(tmp_path):
    (tmp_path / "b.bib").write_text(BROKEN, encoding="utf-8")
    references, _ = load_references(tmp_path / "b.bib")
    found = {(r.level, r.key, r.text.split(":")[0].split(" (")[0]) for r in remarks(references)}
    assert found == {
        ("missing", "nodoi2001", "no doi"),
        ("missing", "twice2001", "no doi"),
        ("missing", "nodate", "no year"),
        ("wrong", "pages2001", "pages 89--71"),
        ("wrong", "pages2001", "DOI '10.1000/abc.' ends in a sign that is hardly part of it"),
        ("wrong", "twice2001", "the same work as pages2001"),
    }


def test_retracted_works_are_found_by_doi(bibliography):
    references, _ = load_references(bibliography)
    told = [r for r in remarks(references, FILES / "retractions.csv") if "retraction" in r.text]
    assert [(r.level, r.key, r.text) for r in told] == [
        ("wrong", "adams2001", "retraction (1/2/2003, 10.5555/made.up.9)")
    ]


def test_a_list_of_other_columns_is_refused_in_words(bibliography, tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    references, _ = load_references(bibliography)
    with pytest.raises(ParameterError, match="no list of retractions"):
        remarks(references, tmp_path / "list.csv")


def test_csl_items_of_a_wrapped_list_are_read(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"items": [{"type": "book", "title": "T"}]}), encoding="utf-8")
    assert read_works(path).works[0].get("title") == "T"


PIECES = r"TY  - JOUR~|ER  - ~|AU  - |TI  - |PMID- 1~|FAU - |@article{|title = {|},~|}~|\'{e}|$|%|<record>|&amp;|&x;"
PIECES += r"|<titles><title>|</title></titles></record>|[{'title': |'x'|}]|null| and |,|;|10.1/a)|ß|\|{|\x"
WORDS = st.one_of(st.sampled_from(PIECES.replace("~", "\n").replace("'", '"').split("|")), st.text(max_size=8))
TEXT = st.lists(WORDS, max_size=12).map("".join)
WHOLE = {
    "ris": "TY  - JOUR\nTI  - {0}\nAU  - {1}\nDO  - {2}\nZZ  - {1}\nER  - \n",
    "nbib": "PMID- 1\nTI  - {0}\nFAU - {1}\nLID - {2} [doi]\nZZ  - {1}\n",
    "bibtex": "@article{{k, title = {{{0}}}, author = {{{1}}}, doi = {{{2}}}, zz = {{{1}}}}}\n",
    "csl-json": '[{{"title": "{0}", "author": [{{"literal": "{1}"}}], "DOI": "{2}", "zz": "{1}"}}]',
    "endnote-xml": "<record><titles><title>{0}</title></titles><zz>{1}</zz></record>",
}


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FORMATS), loose=TEXT, values=st.lists(TEXT, min_size=3, max_size=3))
def test_whatever_stands_in_a_file_is_read_or_refused_in_words(tmp_path_factory, name, loose, values):
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_text(loose + "\n" + WHOLE[name].format(*values), encoding="utf-8")
    try:
        batch = read_works(path, name)
    except ParameterError:
        return
    added = plan_addition(batch, {})
    (path.parent / "any.bib").write_text(added.text, encoding="utf-8")
    references, faults = load_references(path.parent / "any.bib")
    assert not faults
    assert list(references) == list(added.new)


def test_a_field_that_is_not_what_its_name_says_is_kept_apart(bibliography, tmp_path):
    path = tmp_path / "x.ris"
    path.write_text("TY  - RPRT\nTI  - A report\nAU  - Ham, C.\nPY  - 1850\nDO  - see page 3\nUR  - on paper\nER  - \n")
    references, _ = load_references(bibliography)
    addition = plan_addition(read_works(path), references)
    write_addition(bibliography, addition)
    after, faults = load_references(bibliography)
    assert not faults
    fields = after["hamnd"].fields
    assert {fields[f"x-{n}"] for n in ("doi", "url", "year")} == {"see page 3", "on paper", "1850"}
    assert "doi" not in fields


def test_a_serial_number_from_pubmed_stands_without_the_words_beside_it():
    (first, *_) = read_works(FILES / "pubmed.nbib").works
    assert first.get("issn") == "1544-1717"


def test_two_authors_are_both_named_and_more_are_not():
    pair = Work("article", {"title": "T", "year": "2020"}, ("Okafor, C.", "Lindqvist, E."))
    assert pair.short == "Okafor and Lindqvist 2020: T"
    assert Work("article", {"title": "T"}, ("A, B.", "C, D.", "E, F.")).short == "A et al.: T"
