"""What a repository asks when the report is deposited there: records for Zenodo and DataCite, ready but for the DOI.

Pure: facts of the book in, JSON out; `downloads` writes it. No DOI and no publisher is claimed: a deposit gives both.
The names are those of Zenodo's deposit metadata and of the DataCite metadata schema 4.5.
"""

from __future__ import annotations

from typing import Any

from evidencebook.citing import Book

# "To be announced", as appendix 3 of the DataCite schema writes a mandatory value that is not known yet.
_UNKNOWN = ":tba"
_DOI = "https://doi.org/"
# Zenodo names languages by three letters.
_LANGUAGES = {"en": "eng"}


def zenodo(book: Book, description: str, licence: str) -> dict[str, Any]:
    """Return the metadata of a Zenodo deposit; *licence* is the SPDX name."""
    told: dict[str, Any] = {
        "title": f"{book.title}: {book.kind}",
        "upload_type": "publication",
        "publication_type": "report",
        "publication_date": book.date,
        "description": description,
        "creators": [{"name": book.author}],
        "version": book.version,
        "access_right": "open",
    }
    told |= {"license": licence.lower()} if licence else {}
    told |= {"language": _LANGUAGES[book.language]} if book.language in _LANGUAGES else {}
    if book.source_doi:
        source = {"identifier": book.source_doi.removeprefix(_DOI), "relation": "isDerivedFrom", "scheme": "doi"}
        told["related_identifiers"] = [source | {"resource_type": "publication-report"}]
    return told


def datacite(book: Book, description: str, licence: str) -> dict[str, Any]:
    """Return the attributes of a DataCite record that still lacks its DOI and its publisher."""
    told: dict[str, Any] = {
        "types": {"resourceTypeGeneral": "Report", "resourceType": book.kind},
        "titles": [{"title": book.title}],
        "creators": [{"name": book.author, "nameType": "Organizational"}],
        "publisher": {"name": _UNKNOWN},
        "publicationYear": book.date[:4],
        "dates": [{"date": book.date, "dateType": "Created"}],
        "language": book.language,
        "version": book.version,
        "descriptions": [{"description": description, "descriptionType": "Abstract"}],
        "formats": ["text/html", "application/pdf", "text/csv"],
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    if book.licence:
        told["rightsList"] = [{"rightsUri": book.licence} | ({"rightsIdentifier": licence} if licence else {})]
    if book.source_doi:
        source = {"relatedIdentifier": book.source_doi.removeprefix(_DOI), "relatedIdentifierType": "DOI"}
        told["relatedIdentifiers"] = [source | {"relationType": "IsDerivedFrom"}]
    return told
