"""Archives are the same for the same inputs, hold what the tables hold, and run in no spreadsheet."""

import csv
import hashlib
import io
import json
import zipfile

import frictionless
import pandas as pd
import pytest

from evidencebook import exports
from evidencebook.chapters import chapter_frames
from evidencebook.dependence import load_inputs, of_downloads
from evidencebook.downloads import ARCHIVE, FOLDER, downloads, write_archive, write_downloads
from evidencebook.rocrate import NAME, PROFILE


def members(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as held:
        return {i.filename: held.read(i) for i in held.infolist()}


def test_an_archive_depends_on_names_contents_and_date_alone():
    first = exports.archive({"b": b"2", "a": b"1"}, "2026-03-05")

    assert first == exports.archive({"a": b"1", "b": b"2"}, "2026-03-05")
    with zipfile.ZipFile(io.BytesIO(first)) as held:
        assert held.namelist() == ["a", "b"]
        assert {i.date_time for i in held.infolist()} == {(2026, 3, 5, 0, 0, 0)}


def test_a_date_before_zip_has_dates_is_the_first_it_has():
    assert members(exports.archive({"a": b"1"}, "1970-01-01")) == {"a": b"1"}


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1", '"=1', "-"])
def test_a_cell_like_a_formula_is_neutralised(cell):
    assert shown(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-2e-3", "0.5", "a=b", "", "–1 to 2", "Ham, C.", "two\nlines"])
def test_a_number_and_plain_text_stay(cell):
    assert shown(cell) == cell


def shown(cell):
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerow(["x", cell])
    return next(csv.reader(io.StringIO(exports.for_spreadsheets(made.getvalue().encode()).decode("utf-8-sig"))))[1]


def test_rows_are_written_as_tables_are():
    frame = pd.DataFrame({"id": ["a", "b"], "n": pd.array([1, None], dtype="Int64"), "t": ['say "x", y', ""]})

    assert exports.csv_of(frame) == b'id,n,t\na,1,"say ""x"", y"\nb,,\n'


def test_checksums_state_size_and_hash_of_each_file():
    # SHA-256 of "abc": FIPS 180-2, appendix B.1.
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert exports.checksums({"a.txt": b"abc"}).decode() == f"# 3 bytes\n{known}  a.txt\n"


def test_all_tables_can_be_taken_away_as_they_are(mini):
    inputs = load_inputs(mini)
    held = members(downloads(inputs)["tables.zip"])

    for table in inputs.evidence.package.tables.values():
        assert held.pop(table.path) == (mini.data / table.path).read_bytes()
    assert held.pop("datapackage.json") == (mini.data / "datapackage.json").read_bytes()
    assert held.pop("references.bib") == mini.bibliography.read_bytes()
    assert held == {}


def test_a_chapter_offers_exactly_the_rows_it_reads(mini, tmp_path):
    inputs = load_inputs(mini)
    chapter = next(c for c in inputs.chapters if c.slug == "r1-review")
    held = members(downloads(inputs)["chapters/r1-review.zip"])
    frames = chapter_frames(chapter, inputs.evidence)
    paths = {inputs.evidence.package.tables[name].path: frame for name, frame in frames.items()}

    assert set(held) == {*paths, "datapackage.json"}
    for path, frame in paths.items():
        rows = list(csv.reader(io.StringIO(held[path].decode())))
        assert rows == [
            list(frame.columns),
            *frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist(),
        ]
    for path, content in held.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    described = frictionless.Package(str(tmp_path / "datapackage.json"))
    assert {r.path for r in described.resources} == set(paths)
    assert described.validate().valid


def test_included_studies_are_offered_for_each_component_that_has_some(mini):
    inputs = load_inputs(mini)
    studies = inputs.evidence.frames["included_studies"]
    files = downloads(inputs)

    assert len(studies)
    for component, rows in studies.groupby("component"):
        text = files[f"included-studies-{component.lower()}.ris"].decode()
        assert {line[6:] for line in text.split("\r\n") if line.startswith("ID")} == set(rows["key"])
        assert all(f"{{{key}," in files[f"included-studies-{component.lower()}.bib"].decode() for key in rows["key"])


def test_downloads_are_the_same_each_time(mini):
    inputs = load_inputs(mini)

    assert downloads(inputs) == downloads(inputs)


def test_a_changed_table_that_no_page_reads_makes_the_downloads_anew(project):
    inputs = load_inputs(project)
    read = {name for chapter in inputs.chapters for name in chapter.template.reads}
    unread = next(t for t in inputs.evidence.package.tables.values() if t.name not in read)
    before = of_downloads(inputs)
    with (project.data / unread.path).open("ab") as file:
        file.write(b"x")

    assert of_downloads(inputs) != before


@pytest.fixture
def crate(mini, tmp_path):
    inputs = load_inputs(mini)
    for chapter in inputs.chapters:
        page = tmp_path / f"{chapter.document}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("page", encoding="utf-8")
    write_downloads(inputs, tmp_path)
    graph = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))["@graph"]
    return {"folder": tmp_path, "inputs": inputs, "by_id": {e["@id"]: e for e in graph}, "graph": graph}


def test_the_crate_has_what_ro_crate_1_1_asks_for(crate):
    by_id = crate["by_id"]
    root = by_id["./"]

    assert len(by_id) == len(crate["graph"])
    assert by_id[NAME]["@type"] == "CreativeWork"
    assert by_id[NAME]["about"] == {"@id": "./"}
    assert by_id[NAME]["conformsTo"] == {"@id": PROFILE}
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    # "SHOULD be a single value, not a singleton array": section 3.2 of the specification.
    assert not [e["@id"] for e in crate["graph"] for v in e.values() if isinstance(v, list) and len(v) == 1]
    files = [e for e in crate["graph"] if e["@type"] == "File"]
    assert {p["@id"] for p in root["hasPart"]} == {e["@id"] for e in files}
    for entity in files:
        content = (crate["folder"] / entity["@id"]).read_bytes()
        assert entity.get("sha256", hashlib.sha256(content).hexdigest()) == hashlib.sha256(content).hexdigest()


def test_everything_that_the_crate_points_to_is_described_there(crate):
    pointed = set()

    def look(value):
        if isinstance(value, dict):
            pointed.update([value["@id"]] if set(value) == {"@id"} else [])
            for part in value.values():
                look(part)
        elif isinstance(value, list):
            for part in value:
                look(part)

    look(crate["graph"])
    assert pointed - set(crate["by_id"]) == {PROFILE}


def test_each_page_is_the_result_of_its_rows_template_and_parameters(crate):
    action = crate["by_id"]["#make-r1-review"]

    assert action["@type"] == "CreateAction"
    assert action["result"] == {"@id": "book/chapters/r1-review.html"}
    assert {"@id": "_static/downloads/chapters/r1-review.zip"} in action["object"]
    assert {"@id": "#r1-review-component"} in action["object"]
    assert {i["@id"] for i in action["instrument"]} == {"#template-realist_review", "#engine"}
    made = [e for e in crate["graph"] if e["@type"] == "CreateAction"]
    assert len(made) == len(crate["inputs"].chapters)


def test_the_archive_of_the_pages_holds_them_all_but_itself_and_is_the_same_again(tmp_path):
    for name in ("index.html", "book/a.html", "_static/downloads/tables.zip"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    target = tmp_path / FOLDER / ARCHIVE
    write_archive(tmp_path, "2030-01-01")
    first = target.read_bytes()
    write_archive(tmp_path, "2030-01-01")

    assert target.read_bytes() == first
    with zipfile.ZipFile(target) as held:
        assert held.namelist() == ["report/_static/downloads/tables.zip", "report/book/a.html", "report/index.html"]
        assert held.read("report/book/a.html") == b"book/a.html"
    assert [p.name for p in target.parent.iterdir() if p.suffix == ".part"] == []
