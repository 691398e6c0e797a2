"""The evidence tables are a data package that others can read: a public validator agrees."""

import json

import frictionless
import pytest

from evidencebook.schema import DESCRIPTOR, load_package


@pytest.fixture(scope="module")
def descriptor(repository):
    return json.loads((repository.data / DESCRIPTOR).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(repository):
    """What frictionless finds in the descriptor and in every table."""
    return frictionless.Package(str(repository.data / DESCRIPTOR)).validate()


def test_the_descriptor_is_a_valid_data_package(descriptor):
    package = frictionless.Package.from_descriptor(descriptor)

    assert [error.message for error in package.metadata_validate(package.to_descriptor())] == []


def test_frictionless_finds_no_fault_in_the_tables(report):
    faults = [f"{task.place}: {error.message}" for task in report.tasks for error in task.errors]
    assert [*faults, *(error.message for error in report.errors)] == []
    assert report.valid


def test_frictionless_sees_every_row_that_the_report_is_made_from(repository, report):
    package = load_package(repository.data)

    # Frictionless states no count for a table without rows, such as the events before the second version.
    rows = {task.place: task.stats.get("rows", 0) for task in report.tasks}
    assert rows == {t.path: _lines(repository.data / t.path) - 1 for t in package.tables.values()}


def test_every_table_file_is_described_and_every_described_file_is_there(repository, descriptor):
    described = sorted(resource["path"] for resource in descriptor["resources"])

    assert described == sorted(p.relative_to(repository.data).as_posix() for p in repository.data.rglob("*.csv"))


def test_names_of_tables_are_unique(descriptor):
    names = [resource["name"] for resource in descriptor["resources"]]

    assert len(names) == len(set(names))


def test_every_table_and_column_says_what_it_holds(descriptor):
    silent = [
        f"{resource['name']}.{field['name']}"
        for resource in descriptor["resources"]
        for field in [{"name": "", **resource}, *resource["schema"]["fields"]]
        if not field.get("description")
    ]

    assert silent == []


def test_keys_name_columns_that_are_there(repository):
    tables = load_package(repository.data).tables
    wrong = [
        (table.name, *fields)
        for table in tables.values()
        for fields, target, columns in [(table.primary_key, table.name, table.primary_key), *table.foreign_keys]
        if not (set(fields) <= set(table.header) and target in tables and set(columns) <= set(tables[target].header))
    ]

    assert wrong == []


def _lines(path):
    """Lines of a table; a cell holds no line break."""
    return path.read_text(encoding="utf-8").count("\n")
