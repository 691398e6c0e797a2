"""Reading BibTeX: names, labels, faults that hide nothing, and the project's own reference list."""

import csv
from collections import Counter

import pytest

from evidencebook.bibliography import load_references
from evidencebook.errors import ProjectError

SOURCE = "hsdr06250"
NAMES = {
    "one author": ("Ham, C.", ("Ham",), "Ham 2013"),
    "two authors": ("Ham, C. and Walsh, N.", ("Ham", "Walsh"), "Ham and Walsh 2013"),
    "three authors": ("Ham, C. and Dixon, A. and Brooke, B.", ("Ham", "Dixon", "Brooke"), "Ham et al. 2013"),
    "one author and others": ("Erens, B. and others", ("Erens",), "Erens et al. 2013"),
    "particle": ("de Silva, D.", ("de Silva",), "de Silva 2013"),
    "two particles": ("van der Laan, M. J.", ("van der Laan",), "van der Laan 2013"),
    "particle and two surnames": ("de Rosa Torner, A.", ("de Rosa Torner",), "de Rosa Torner 2013"),
    "capital particle": ("Von Korff, M.", ("Von Korff",), "Von Korff 2013"),
    "irish particle": ("Nic a' Bháird, C.", ("Nic a' Bháird",), "Nic a' Bháird 2013"),
    "surname of two words": ("Kovacs Burns, K.", ("Kovacs Burns",), "Kovacs Burns 2013"),
    "hyphen": ("Martínez-González, N. A.", ("Martínez-González",), "Martínez-González 2013"),
    "body": ("{NHS England}", ("NHS England",), "NHS England 2013"),
    "body with and in its name": (
        "{House of Health and Care}",
        ("House of Health and Care",),
        "House of Health and Care 2013",
    ),
    "body with a comma in its name": ("{Ministry of Health, Regina}", ("Ministry of Health, Regina",), None),
    "two bodies": ("{Health Authority} and {INVOLVE}", ("Health Authority", "INVOLVE"), None),
    "person and body": ("Smith, J. and {INVOLVE}", ("Smith", "INVOLVE"), "Smith and INVOLVE 2013"),
}
BAD_FIELDS = {
    "year in words": ("year", "in press", "is not a year"),
    "year of two digits": ("year", "13", "is not a year"),
    "range of years": ("year", "2012--13", "is not a year"),
    "doi as a web address": ("doi", "https://doi.org/10.5555/1", "is not a DOI"),
    "doi with its label": ("doi", "doi:10.5555/1", "is not a DOI"),
    "doi with a space": ("doi", "10.5555/a b", "is not a DOI"),
    "url without scheme": ("url", "www.example.org", "is not a web address"),
    "url with a space": ("url", "https://example.org/a b", "is not a web address"),
    "url that runs a script": ("url", "javascript:alert(1)", "is not a web address"),
}
BROKEN = {
    "open brace": "@misc{bad2000,\n  title = {Open {brace},\n}\n",
    "never closed": "@misc{bad2000,\n  title = {Never closed}\n",
    "no comma after the key": "@misc{bad2000\n  title = {No comma},\n}\n",
    "name with too many commas": "@misc{bad2000,\n  title = {T},\n  author = {A, B, C, D},\n}\n",
    "field stated twice": "@misc{bad2000,\n  title = {T},\n  title = {U},\n}\n",
}
# Printed in the reference list of Health Serv Deliv Res 2018;6(25): surnames, whether et al. follows, and fields.
PRINTED = {
    12: (
        ["Royal College of General Practitioners", "NHS Confederation"],
        False,
        {"title": "Making Integrated Out-Of-Hospital Care a Reality", "year": "2012", "address": "London"},
    ),
    31: (
        ["NHS England"],
        False,
        {
            "title": "GP Access Fund",
            "year": None,
            "url": "https://www.england.nhs.uk/gp/gp/fv/redesign/improving-access/gp-access-fund/",
            "urldate": "2017-05-04",
        },
    ),
    38: (["de Rosa Torner"], False, {"title": "Lessons from Spain; The Alzira Model", "year": "2012", "doi": None}),
    65: (
        ["Booth", "Wright", "Briscoe"],
        False,
        {
            "title": "Scoping and Searching to Support Realist Approaches",
            "booktitle": "Doing Realist Research",
            "publisher": "Sage",
            "year": "2018",
        },
    ),
    73: (
        ["Denyer", "Tranfield"],
        False,
        {
            "booktitle": "The Sage Handbook of Organizational Research Methods",
            "address": "Thousand Oaks, CA",
            "year": "2009",
            "pages": "671--89",
        },
    ),
    154: (
        ["Martínez-González", "Djalali", "Tandjung", "Huber-Geismann", "Markun", "Wensing", "Rosemann"],
        False,
        {
            "journal": "BMC Health Serv Res",
            "year": "2014",
            "volume": "14",
            "number": None,
            "pages": "214",
            "doi": "10.1186/1472-6963-14-214",
        },
    ),
    164: (
        ["Drennan", "Halter", "Joly", "Gage", "Grant", "Gabe"],
        True,
        {
            "title": "Physician associates and GPs in primary care: a comparison",
            "journal": "Br J Gen Pract",
            "year": "2015",
            "volume": "65",
            "pages": "e344--50",
            "doi": "10.3399/bjgp15X684877",
        },
    ),
    217: (
        ["Dickinson", "Glasby", "Nicholds", "Sullivan"],
        False,
        {"year": "2013", "volume": "13", "number": "Suppl. 1", "pages": "6", "doi": "10.1186/1472-6963-13-S1-S6"},
    ),
    316: (
        ["Björkelund", "Maun", "Murante", "Hoffman", "De Maeseneer", "Farkas-Pall"],
        False,
        {"journal": "Qual Prim Care", "year": "2013", "volume": "21", "pages": "193--204", "doi": None},
    ),
    324: (
        ["Archer", "Bower", "Gilbody", "Lovell", "Richards", "Gask"],
        True,
        {
            "journal": "Cochrane Database Syst Rev",
            "year": "2012",
            "volume": "10",
            "pages": "CD006525",
            "doi": "10.1002/14651858.CD006525.pub2",
        },
    ),
    337: (
        ["Raine", "Wallace", "Nic a' Bháird", "Xanthopoulou", "Lanceley", "Clarke"],
        True,
        {
            "journal": "Health Serv Deliv Res",
            "year": "2014",
            "volume": "2",
            "number": "37",
            "pages": None,
            "doi": "10.3310/hsdr02370",
        },
    ),
    348: (
        ["van Dongen", "Lenzen", "van Bokhoven", "Daniëls", "van der Weijden", "Beurskens"],
        False,
        {"journal": "BMC Fam Pract", "year": "2016", "volume": "17", "pages": "58", "doi": "10.1186/s12875-016-0456-5"},
    ),
    392: (
        ["Swanson", "Cattaneo", "Bradley", "Chunharas", "Atun", "Abbas"],
        True,
        {"year": "2012", "volume": "27", "number": "Suppl. 4", "pages": "iv54--61", "doi": "10.1093/heapol/czs090"},
    ),
    393: (
        ["Stroebel", "McDaniel", "Crabtree", "Miller", "Nutting", "Stange"],
        False,
        {"year": "2005", "volume": "31", "pages": "438--46", "doi": "10.1016/S1553-7250(05)31057-9"},
    ),
    466: (
        ["Wagner", "Austin", "Von Korff"],
        False,
        {"journal": "Milbank Q", "year": "1996", "volume": "74", "pages": "511--44", "doi": "10.2307/3350391"},
    ),
}


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "references.bib"
        path.write_text(text, encoding="utf-8")
        return load_references(path)

    return read


@pytest.fixture(scope="module")
def references(repository):
    return load_references(repository.bibliography)


@pytest.fixture(scope="module")
def numbers(repository):
    """Reference number of the report to citation key."""
    with (repository.data / "reference_numbers.csv").open(encoding="utf-8", newline="") as file:
        return {int(r["number"]): r["key"] for r in csv.DictReader(file) if r["source_id"] == SOURCE}


@pytest.mark.parametrize(("authors", "surnames", "short"), NAMES.values(), ids=NAMES)
def test_authors_become_surnames_and_a_label(read, authors, surnames, short):
    references, faults = read(f"@misc{{ham2013,\n  title = {{T}},\n  author = {{{authors}}},\n  year = {{2013}},\n}}\n")

    assert faults == []
    assert references["ham2013"].surnames == surnames
    if short:
        assert references["ham2013"].short == short


@pytest.mark.parametrize("name", [r"Bj{\"o}rkelund", r"Bj\"orkelund", r"Mart{\'\i}nez"])
def test_an_accent_in_latex_is_read_or_reported_but_never_shown_as_code(read, name):
    references, faults = read(f"@misc{{a2000,\n  title = {{T}},\n  author = {{{name}, C.}},\n}}\n")

    assert faults or "\\" not in references["a2000"].short


def test_a_work_without_author_is_labelled_by_its_title(read):
    references, faults = read("@misc{t2013,\n  title = {The {NHS} Plan},\n  year = {2013},\n}\n")

    assert faults == []
    assert references["t2013"].short == "The NHS Plan 2013"


def test_a_work_without_year_says_so(read):
    references, faults = read("@misc{nhsnd,\n  title = {T},\n  author = {{NHS England}},\n}\n")

    assert faults == []
    assert references["nhsnd"].year is None
    assert references["nhsnd"].short == "NHS England, no date"


def test_an_editor_stands_in_for_a_missing_author(read):
    references, _ = read(
        "@book{mick2003,\n  editor = {Mick, S. and Wyttenbach, M.},\n  title = {T},\n  year = 2003,\n}\n"
    )

    assert references["mick2003"].short == "Mick and Wyttenbach 2003"


def test_braces_and_escapes_do_not_reach_the_text(read):
    references, _ = read("@misc{a2000,\n  title = {Cost of {NHS} Care \\& 5\\% more},\n}\n")

    assert references["a2000"].fields["title"] == "Cost of NHS Care & 5% more"


def test_a_repeated_key_is_reported_and_the_first_entry_kept(read):
    references, faults = read("@misc{a2000,\n  title = {First},\n}\n\n@misc{a2000,\n  title = {Second},\n}\n")

    assert references["a2000"].fields["title"] == "First"
    assert [(f.row, "repeats the key" in f.problem) for f in faults] == [(5, True)]


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_entry_is_reported_and_hides_no_other(read, broken):
    good = "@misc{{{0},\n  title = {{Good}},\n}}\n\n"

    references, faults = read(good.format("first2000") + broken + "\n" + good.format("last2000"))

    assert list(references) == ["first2000", "last2000"]
    (fault,) = faults
    assert (fault.file, fault.row) == ("references.bib", 5)
    assert "bad2000" in fault.value
    assert not fault.problem.rstrip().endswith(":"), "the reason is left out"


@pytest.mark.parametrize(("field", "value", "problem"), BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_bad_field_is_reported_at_its_entry(read, field, value, problem):
    _, faults = read(f"\n@misc{{a2000,\n  title = {{T}},\n  {field} = {{{value}}},\n}}\n")

    assert [(f.row, f.column, f.value, f.problem) for f in faults] == [(2, field, value, problem)]


@pytest.mark.parametrize(
    ("kind", "field"), [("misc", "title"), ("article", "journal"), ("incollection", "booktitle")], ids=str
)
def test_a_lacking_field_is_reported(read, kind, field):
    fields = {"title": "T", "journal": "J", "booktitle": "B"}
    del fields[field]

    _, faults = read(f"@{kind}{{a2000,\n" + "".join(f"  {k} = {{{v}}},\n" for k, v in fields.items()) + "}\n")

    assert [(f.column, f.value) for f in faults] == [(field, "a2000")]


@pytest.mark.parametrize("key", ["Ham2013", "ham_2013", "2013ham", "hàm2013"])
def test_a_key_of_another_form_is_reported(read, key):
    _, faults = read(f"@misc{{{key},\n  title = {{T}},\n}}\n")

    assert [f.value for f in faults] == [key]


def test_a_bibliography_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "references.bib"
    path.write_bytes("@misc{a2000,\n  title = {Daniëls},\n}\n".encode("latin-1"))

    with pytest.raises(ProjectError, match="is not UTF-8"):
        load_references(path)


def test_the_digest_changes_with_any_field(read):
    text = "@misc{a2000,\n  title = {T},\n  author = {Ham, C.},\n}\n"

    digests = {read(t)[0]["a2000"].digest() for t in (text, text.replace("Ham, C.", "Ham, D."), text.replace("T", "U"))}

    assert len(digests) == 3


def test_the_reports_bibliography_is_sound(references):
    assert references[1] == []


def test_every_reference_number_of_the_report_has_an_entry(references, numbers):
    assert sorted(numbers) == list(range(1, 535))
    assert set(numbers.values()) <= references[0].keys()


def test_seven_numbers_of_the_report_name_three_works(numbers):
    shared = {key for key, count in Counter(numbers.values()).items() if count > 1}

    assert sorted(sorted(n for n in numbers if numbers[n] == key) for key in shared) == [
        [128, 400],
        [151, 365, 402],
        [165, 189],
    ]


def test_numbers_have_the_273_dois_that_the_report_prints(references, numbers):
    """The report prints 273. It prints none at 189, which is the work of 165 and shares its DOI."""
    with_doi = {n for n, key in numbers.items() if "doi" in references[0][key].fields}

    assert len(with_doi - {189}) == 273
    assert numbers[189] == numbers[165]


def test_no_two_works_share_a_doi(references):
    dois = Counter(r.fields["doi"].lower() for r in references[0].values() if "doi" in r.fields)

    assert [doi for doi, count in dois.items() if count > 1] == []


@pytest.mark.parametrize("number", PRINTED)
def test_a_reference_reads_as_printed(references, numbers, number):
    surnames, more, fields = PRINTED[number]

    reference = references[0][numbers[number]]

    assert (list(reference.surnames), reference.more) == (surnames, more)
    assert {name: reference.fields.get(name) for name in fields} == fields
