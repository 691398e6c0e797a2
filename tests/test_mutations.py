"""Every mutation of every described table: the harmful ones are refused at their place, the harmless ones kept as text.

`mutations` makes them from `data/datapackage.json`; the rows they spoil are the first of the real tables.
"""

import pytest
from conftest import REPOSITORY
from mutations import batch, cell_mutations, described, file_mutations, sound, written

from evidencebook import evidence
from evidencebook.bibliography import load_references
from evidencebook.errors import DataError
from evidencebook.schema import load_package
from evidencebook.tables import read_csv
from evidencebook.validation import validate

TABLES = {table.name: table for table in described(REPOSITORY / "data")}
BIG = 10_000_000
# Faults of rows held against each other: every row of a batch is a copy of one sound row.
BETWEEN_ROWS = ("stands twice in this column", "repeats the key of an earlier row")


@pytest.fixture(scope="module")
def real():
    """The descriptor, the text frames of all tables and the citation keys of the project."""
    package = load_package(REPOSITORY / "data")
    keys = frozenset(load_references(REPOSITORY / "references.bib")[0])
    frames = {t.name: read_csv(package.folder / t.path, t)[0] for t in package.tables.values()}
    return package, frames, keys


@pytest.fixture
def check(real, tmp_path):
    """Check *content* in place of one table: return the frame and the faults."""
    package, frames, keys = real

    def run(name, content):
        table, path = package.tables[name], tmp_path / "table.csv"
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        frame, faults = read_csv(path, table)
        if frame is not None:
            faults = [*faults, *validate(table, frame, frames, keys, complete=True)]
        return frame, faults

    return run


@pytest.mark.parametrize("name", TABLES)
def test_every_text_in_every_column_is_refused_at_its_place_or_kept_as_it_stands(name, check):
    table = TABLES[name]
    mutations = list(cell_mutations(table))

    frame, faults = check(name, batch(table, mutations))

    # The header is row 1 and the sound row is row 2.
    places = {}
    for fault in faults:
        if fault.problem not in BETWEEN_ROWS:
            places.setdefault(fault.row, []).append(fault)
    for row, mutation in enumerate(mutations, 3):
        found = places.pop(row, [])
        if mutation.harmful:
            assert_refused(name, mutation, found)
        else:
            assert not found, f"{name}.{mutation.column}: {mutation.kind} is refused: {found[0]}"
            assert frame.at[row - 2, mutation.column] == mutation.text
    assert not places, "faults where nothing was changed"


def assert_refused(name, mutation, found):
    what = f"{name}.{mutation.column}: {mutation.kind} {mutation.text[:40]!r}"
    assert found, f"{what} is not refused"
    for fault in found:
        assert fault.file == f"data/{TABLES[name].path}"
        assert all((fault.problem, fault.allowed, fault.remedy)), what
        assert mutation.column in fault.column.split("+"), f"{what} is reported at {fault.column}"
    if mutation.text:
        assert any(f.value for f in found), what
        assert any(fault.value in mutation.text or mutation.text in fault.value for fault in found), what


@pytest.mark.parametrize("name", TABLES)
def test_every_spoilt_file_is_refused_at_its_place(name, check):
    table = TABLES[name]
    assert check(name, sound(table))[1] == []
    for mutation in file_mutations(table):
        _, faults = check(name, mutation.content)

        what = f"{name}: {mutation.kind}"
        assert faults, f"{what} is not refused"
        assert {f.file for f in faults} == {f"data/{table.path}"}
        assert mutation.row in {f.row for f in faults}, f"{what} is reported in row {faults[0].row}: {faults[0]}"
        assert all(f.problem and f.allowed and f.remedy for f in faults)
        assert any(mutation.remedy in f.remedy for f in faults), f"{what}: {faults[0]}"
        assert any(mutation.value in f.value for f in faults), what


def test_a_cell_of_ten_megabytes_is_refused_in_one_short_line(check):
    table = TABLES["findings"]
    place = table.header.index("finding")
    row = [*table.rows[0][:place], "x" * BIG, *table.rows[0][place + 1 :]]
    _, faults = check(table.name, written([table.header, row]))

    (fault,) = faults
    assert (fault.row, fault.column) == (2, "finding")
    assert "longer than" in fault.problem
    assert len(str(fault)) < 400


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_is_sound_in_itself(name, check):
    frame, faults = check(name, (",".join(TABLES[name].header) + "\n").encode())

    assert faults == []
    assert len(frame) == 0


FEW = ("empty", "words", "digits of another script", "very large number", "script", "empty item in a list")


def test_all_tables_spoilt_at_once_are_all_reported_and_stop_no_rule(project):
    """The rules across tables meet every kind of bad cell in every column."""
    for table in TABLES.values():
        chosen = [m for m in cell_mutations(table) if m.kind in FEW]
        (project.data / table.path).write_bytes(batch(table, chosen))

    _, faults = evidence.inspect(project)

    assert {f"data/{table.path}" for table in TABLES.values()} <= {fault.file for fault in faults}
    assert len(str(DataError(faults))) > 1000


def test_a_table_that_cannot_be_read_is_reported_whatever_the_others_say_of_it(project):
    for table in TABLES.values():
        kinds = [m for m in file_mutations(table) if m.content is not None]
        (project.data / table.path).write_bytes(kinds[len(table.name) % len(kinds)].content)

    _, faults = evidence.inspect(project)

    assert {f"data/{table.path}" for table in TABLES.values()} <= {fault.file for fault in faults}


def test_every_table_and_column_is_spoilt(record_property):
    tried = {name: [*cell_mutations(table)] for name, table in TABLES.items()}
    spoilt = [m for table in TABLES.values() for m in file_mutations(table)]

    assert all({m.column for m in tried[name]} == set(table.header) for name, table in TABLES.items())
    assert all(table.rows for table in TABLES.values())
    harmful = sum(m.harmful for mutations in tried.values() for m in mutations)
    record_property("mutations of cells refused", harmful)
    record_property("harmless texts kept as they stand", sum(map(len, tried.values())) - harmful)
    record_property("spoilt files refused", len(spoilt))
