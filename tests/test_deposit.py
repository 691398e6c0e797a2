"""Records for a deposit: what Zenodo and DataCite make obligatory is there, and no DOI is claimed."""

from evidencebook.citing import Book
from evidencebook.deposit import datacite, zenodo

SOURCE = "Turner A. A synthesis. Health Serv Deliv Res 2018;6(25). doi: 10.3310/hsdr06250"
BOOK = Book("care", "What works", "The team", "1.2.0", "2026-03-05", "en", "https://example.org/by", SOURCE)


def test_zenodo_gets_what_it_makes_obligatory():
    """Title, description, creators, upload type; a kind of publication; a licence for open access."""
    told = zenodo(BOOK, "Tables.", "CC-BY-4.0")

    assert told["title"] == "What works: Reproducible edition, data version 1.2.0"
    assert (told["upload_type"], told["publication_type"], told["access_right"]) == ("publication", "report", "open")
    assert (told["license"], told["language"], told["description"]) == ("cc-by-4.0", "eng", "Tables.")
    assert told["creators"] == [{"name": "The team"}]
    assert [r["identifier"] for r in told["related_identifiers"]] == ["10.3310/hsdr06250"]


def test_datacite_gets_what_its_schema_makes_obligatory():
    """Kernel 4: creators, titles, publisher, year of publication, general type."""
    told = datacite(BOOK, "Tables.", "CC-BY-4.0")

    assert told["creators"][0]["name"] == "The team"
    assert told["titles"] == [{"title": "What works"}]
    assert (told["publicationYear"], told["types"]["resourceTypeGeneral"]) == ("2026", "Report")
    assert told["rightsList"] == [{"rightsUri": "https://example.org/by", "rightsIdentifier": "CC-BY-4.0"}]
    assert told["relatedIdentifiers"][0]["relationType"] == "IsDerivedFrom"


def test_no_doi_and_no_publisher_is_claimed():
    told = datacite(BOOK, "Tables.", "")

    assert not {"doi", "identifiers", "prefix"} & set(told)
    assert told["publisher"] == {"name": ":tba"}
    assert not {"doi", "prereserve_doi"} & set(zenodo(BOOK, "Tables.", ""))


def test_a_synthesis_without_a_source_report_relates_to_nothing():
    book = Book("care", "What works", "The team", "1.2.0", "2026-03-05")

    assert "related_identifiers" not in zenodo(book, "Tables.", "")
    assert not {"relatedIdentifiers", "rightsList"} & set(datacite(book, "Tables.", ""))
