"""RIS records against records written by hand from the format's description."""

import pytest

from evidencebook.bibliography import Reference, load_references
from evidencebook.ris import of_reference, people, record, records

ENTRIES = r"""
@article{ham2013,
  author = {Ham, C. and {Department of Health and Social Care} and de Silva, D. and others},
  title = {Care \& {Cost}},
  journal = {A Journal},
  year = {2013}, volume = {6}, number = {2}, pages = {671--89}, doi = {10.1000/x.1},
}
@techreport{nao2013,
  author = {{National Audit Office}},
  title = {Emergency Admissions}, institution = {National Audit Office}, address = {London}, year = {2013},
}
@incollection{booth2018,
  author = {Booth, A.}, editor = {Emmel, N. and Greenhalgh, J.},
  title = {Searching}, booktitle = {Realist Research}, publisher = {Sage}, address = {London}, year = {2018},
}
@online{page2017,
  title = {A Page}, url = {https://example.org/a}, urldate = {2017-06-15},
}
"""

EXPECTED = {
    "ham2013": [
        "TY  - JOUR",
        "AU  - Ham, C.",
        "AU  - Department of Health and Social Care",
        "AU  - de Silva, D.",
        "TI  - Care & Cost",
        "T2  - A Journal",
        "PY  - 2013",
        "VL  - 6",
        "IS  - 2",
        "SP  - 671",
        "EP  - 89",
        "DO  - 10.1000/x.1",
        "N1  - Further authors: et al.",
        "ID  - ham2013",
        "ER  - ",
    ],
    "nao2013": [
        "TY  - RPRT",
        "AU  - National Audit Office",
        "TI  - Emergency Admissions",
        "PY  - 2013",
        "PB  - National Audit Office",
        "CY  - London",
        "ID  - nao2013",
        "ER  - ",
    ],
    "booth2018": [
        "TY  - CHAP",
        "AU  - Booth, A.",
        "ED  - Emmel, N.",
        "ED  - Greenhalgh, J.",
        "TI  - Searching",
        "T2  - Realist Research",
        "PY  - 2018",
        "PB  - Sage",
        "CY  - London",
        "ID  - booth2018",
        "ER  - ",
    ],
    "page2017": [
        "TY  - ELEC",
        "TI  - A Page",
        "UR  - https://example.org/a",
        "Y2  - 2017/06/15",
        "ID  - page2017",
        "ER  - ",
    ],
}


@pytest.fixture
def entries(tmp_path):
    path = tmp_path / "references.bib"
    path.write_text(ENTRIES, encoding="utf-8")
    found, faults = load_references(path)
    assert faults == []
    return found


@pytest.mark.parametrize("key", EXPECTED)
def test_an_entry_becomes_the_record_written_by_hand(entries, key):
    assert of_reference(entries[key]) == "".join(f"{line}\r\n" for line in EXPECTED[key])


def test_an_unknown_type_is_a_general_work():
    assert of_reference(Reference("a1", "patent", {"title": "T"}, (), False)).startswith("TY  - GEN\r\n")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_line_break_in_a_field_begins_no_tag(end):
    told = record("JOUR", [("TI", f"A title{end}ER  - {end}TY  - RPRT"), ("AU", f"\x00Name{end}")])

    assert told.splitlines() == ["TY  - JOUR", "TI  - A title ER - TY - RPRT", "AU  - Name", "ER  - "]


def test_records_stand_apart(entries):
    told = records(entries.values())

    assert told.count("\r\n\r\n") == told.count("TY  - ") == 4
    assert "\n" not in told.replace("\r\n", "")


def test_a_body_with_and_in_its_name_is_one_author():
    body = Reference("a1", "book", {"author": "A and B and Coe, D."}, ("A and B", "Coe"), False)

    assert people(body, "author") == ["A and B", "Coe, D."]
