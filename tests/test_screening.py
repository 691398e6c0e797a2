"""Screening: real files of databases, made-up decisions, and numbers counted by hand."""

import csv
import importlib.util
import random
import shutil
from pathlib import Path

import pandas as pd
import pytest
import rispy

from evidencebook.cli import main
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.figures.record_flow import record_flow
from evidencebook.figures.style import save
from evidencebook.screening.decisions import check_decisions, decided, read_decisions
from evidencebook.screening.exporting import export
from evidencebook.screening.flow import STEPS, flow_table
from evidencebook.screening.importing import add_files
from evidencebook.screening.store import Store, read_store, write_store

FILES = Path(__file__).parent / "references"
# Nine files with 20 records that can be read and 3 that cannot; 14 works and 6 copies, counted by hand.
SEARCHES = [("", FILES / name) for name in ("ovid.ris", "scopus.ris", "wos.ris", "endnote.ris", "pubmed.nbib")]
SEARCHES += [("Hand search", FILES / name) for name in ("endnote.xml", "zotero.bib", "mendeley.bib", "zotero.json")]


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("searched") / "screening")
    add_files(store, SEARCHES)
    write_store(store)
    return store.folder


@pytest.fixture
def store(searched, tmp_path):
    shutil.copytree(searched, tmp_path / "screening")
    return read_store(tmp_path / "screening")


def id_of(store, title):
    return next(r["id"] for r in store.records if r["title"].casefold().startswith(title.casefold()))


def decide(store, *rows):
    header = ("id", "stage", "decision", "reason", "by")
    store.rows["decisions"] += [dict(zip(header, (id_of(store, title), *rest), strict=True)) for title, *rest in rows]


def numbers(store, stage):
    flow = flow_table(store)
    own = flow[flow["stage"] == stage]
    return dict(zip(own["group"], own["records"], strict=True))


def test_each_work_stands_once_and_names_every_source_that_found_it(store):
    assert len(store.records) == 14
    triple = next(r for r in store.records if r["title"].startswith("From "))
    assert triple["sources"] == "Ovid MEDLINE(R); pubmed; Hand search"
    assert triple["copies"] == "3"
    assert triple["abstract"]
    assert triple["pmid"] == "1"
    copies = [r for r in store.rows["duplicates"] if r["id"] == triple["id"]]
    assert len(copies) == 2
    assert all(float(r["score"]) >= 90 and r["reason"] for r in copies)


def test_identified_less_removed_are_the_works(store):
    identified, removed = numbers(store, "identified"), numbers(store, "removed before screening")
    assert identified == {
        "": 23,
        "Ovid MEDLINE(R)": 2,
        "Scopus": 2,
        "wos": 1,
        "endnote": 3,
        "pubmed": 2,
        "Hand search": 13,
    }
    assert removed == {"": 9, "could not be read": 3, "duplicates found by the program": 6}
    assert identified[""] - removed[""] == len(store.records)


def test_a_file_is_imported_once_and_ids_stay_when_searches_are_added(store):
    before = {r["title"]: r["id"] for r in store.records}
    done = add_files(store, [("again", FILES / "ovid.ris"), ("", FILES / "scopus.bib")])
    assert "imported before" in done.notes[0]
    assert (done.new, done.duplicates) == (0, 1)
    assert {r["title"]: r["id"] for r in store.records} == before
    tan = next(r for r in store.records if r["title"].startswith("Pharmacist"))
    assert (tan["copies"], tan["sources"]) == ("2", "Scopus; scopus")


def test_a_store_reads_back_as_it_was_written(store, tmp_path):
    again = read_store(store.folder)
    assert again.rows == store.rows
    kept = [r["other"] for r in again.records if "kept by hand" in r["other"]]
    assert kept
    with pytest.raises(ProjectError, match="holds no screening"):
        read_store(tmp_path / "nowhere")


def test_the_flow_is_counted_from_the_decisions(store):
    decide(
        store,
        ("From ", "title_abstract", "include", "", "a"),
        ("Barriers", "title_abstract", "include", "", "a"),
        ("Barriers", "title_abstract", "exclude", "Not about care", "b"),
        ("Pharmacist", "title_abstract", "include", "", "a"),
        ("Pharmacist", "title_abstract", "exclude", "", "b"),
        ("Pharmacist", "title_abstract", "include", "", "agreed"),
        ("A page", "title_abstract", "exclude", "Not a study", "a"),
        ("Improving", "title_abstract", "exclude", "", "a"),
        ("Emergency", "duplicate", "exclude", "", "a"),
        ("From ", "full_text", "include", "", "a"),
        ("Pharmacist", "full_text", "exclude", "Wrong outcome", "a"),
    )
    assert not check_decisions(store)
    assert numbers(store, "removed before screening")["duplicates found by hand"] == 1
    assert numbers(store, "screened") == {"": 5}
    assert numbers(store, "excluded by title and abstract") == {"": 2, "Not a study": 1, "no reason stated": 1}
    assert numbers(store, "still to be screened") == {"": 9, "screeners disagree": 1}
    assert numbers(store, "assessed in full") == {"": 2}
    assert numbers(store, "excluded after reading in full") == {"": 1, "Wrong outcome": 1}
    assert numbers(store, "included") == {"": 1}


def test_every_fault_of_the_decisions_is_named(store):
    decide(
        store,
        ("A page", "title_abstract", "exclude", "", "a"),
        ("A page", "full_text", "include", "", "a"),
        ("From ", "full_text", "exclude", "", "a"),
        ("From ", "someday", "perhaps", "", "a"),
    )
    store.rows["decisions"].append(
        dict.fromkeys(("reason", "by"), "") | {"id": "S9", "stage": "full_text", "decision": "include"}
    )
    assert {(f.row, f.column, f.problem) for f in check_decisions(store)} == {
        (3, "id", "was excluded by title and abstract"),
        (4, "reason", "is empty"),
        (5, "stage", "is not an allowed value"),
        (5, "decision", "is not an allowed value"),
        (6, "id", "points to nothing"),
    }


RAYYAN = """key,title,year,authors,notes
rayyan-1,From Triple to Quadruple Aim: Care of the Patient Requires Care of the Provider,2014,Bodenheimer T,\
"RAYYAN-INCLUSION: {""Ann""=>""Included"", ""Bob""=>""Excluded""} | RAYYAN-EXCLUSION-REASONS: wrong setting,other"
rayyan-2,Something quite different that no search of ours found,2014,Other A,"RAYYAN-INCLUSION: {""Ann""=>""Included""}"
rayyan-3,A page,,,"RAYYAN-INCLUSION: {""Ann""=>""Maybe""}"
"""


def test_decisions_come_back_from_rayyan_by_title(store, tmp_path):
    (tmp_path / "rayyan.csv").write_text(RAYYAN, encoding="utf-8")
    new, notes = read_decisions(store, tmp_path / "rayyan.csv", "title_abstract", "")
    assert [(d["by"], d["decision"], d["reason"]) for d in new] == [
        ("Ann", "include", ""),
        ("Bob", "exclude", "wrong setting"),
    ]
    assert {d["id"] for d in new} == {id_of(store, "From ")}
    assert notes == ["1 decisions are about records that are not here"]
    store.rows["decisions"] += new
    assert decided(store, "title_abstract")[id_of(store, "From ")][0] == "conflict"
    assert read_decisions(store, tmp_path / "rayyan.csv", "title_abstract", "")[0] == []


@pytest.mark.parametrize("label", ["asreview_label", "included"])
def test_decisions_come_back_from_asreview_by_id(store, tmp_path, label):
    first, second, third = (r["id"] for r in store.records[:3])
    (tmp_path / "x.csv").write_text(f"id,title,{label}\n{first},a,1\n{second},b,0\n{third},c,\n", encoding="utf-8")
    new, _ = read_decisions(store, tmp_path / "x.csv", "title_abstract", "ann")
    assert [(d["id"], d["decision"], d["by"]) for d in new] == [(first, "include", "ann"), (second, "exclude", "ann")]


def test_a_file_without_decisions_is_refused_in_words(store, tmp_path):
    (tmp_path / "x.csv").write_text("id,title\n1,a\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="holds no decisions"):
        read_decisions(store, tmp_path / "x.csv", "title_abstract", "")


def test_ris_for_screening_tools_is_read_by_an_independent_reader(store, tmp_path):
    assert export(store, tmp_path / "out.ris") == 14
    entries = rispy.loads((tmp_path / "out.ris").read_text(encoding="utf-8"))
    assert [e["id"] for e in entries] == [r["id"] for r in store.records]
    by_title = {e["title"]: e for e in entries}
    entry = next(e for t, e in by_title.items() if t.startswith("Integrated care"))
    assert (entry["doi"], entry["year"], entry["start_page"]) == ("10.1093/intqhc/mzu071", "2014", "561")
    assert len(entry["authors"]) == 5


def test_csv_for_screening_tools_has_their_columns_and_runs_nothing(store, tmp_path):
    store.records[0]["title"] = '=HYPERLINK("http://example.org")'
    export(store, tmp_path / "out.csv")
    frame = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert {"key", "title", "authors", "journal", "year", "abstract", "url", "notes", "doi"} <= set(frame.columns)
    assert frame.loc[0, "title"].startswith("'=")
    assert list(frame["key"]) == [r["id"] for r in store.records]


def test_only_what_is_left_to_screen_can_be_exported(store, tmp_path):
    decide(
        store,
        ("From ", "title_abstract", "include", "", "a"),
        ("Barriers", "title_abstract", "exclude", "", "a"),
        ("Pharmacist", "title_abstract", "include", "", "a"),
        ("Pharmacist", "full_text", "include", "", "a"),
    )
    counts = [
        export(store, tmp_path / f"{n}.csv", which)
        for n, which in enumerate(("all", "to-screen", "to-read", "included"))
    ]
    assert counts == [14, 11, 1, 1]
    with pytest.raises(ParameterError, match=r"\.ris or \.csv"):
        export(store, tmp_path / "x.txt")


def test_the_flow_diagram_says_every_number_of_its_table(store, tmp_path):
    decide(
        store,
        ("From ", "title_abstract", "include", "", "a"),
        ("A page", "title_abstract", "exclude", "Off topic", "a"),
    )
    figure = record_flow(flow_table(store), STEPS)
    told = "\n".join(text.get_text() for text in figure.axes[0].texts)
    for line in (
        "Identified: 23",
        "Ovid MEDLINE(R): 2",
        "Screened: 2",
        "Off topic: 1",
        "Still to be screened: 12",
        "Included: 0",
    ):
        assert line in told
    save(figure, tmp_path / "flow.svg")
    assert (tmp_path / "flow.svg").stat().st_size > 1000


def test_the_command_runs_from_searches_to_flow(project, tmp_path, capsys):
    def run(*words):
        return main(["--project", str(project.root), "screen", *map(str, words)])

    folder = tmp_path / "screening"
    assert run("import", f"Ovid={FILES / 'ovid.ris'}", FILES / "pubmed.nbib", "--out", folder) == 0
    assert "Ovid: 2 records" in capsys.readouterr().out
    with (folder / "records.csv").open(encoding="utf-8") as file:
        identifier = next(csv.DictReader(file))["id"]
    (tmp_path / "d.csv").write_text(f"id,decision,reason,by\n{identifier},exclude,,ann\n", encoding="utf-8")
    assert run("decide", folder, tmp_path / "d.csv", "--stage", "full_text") == 1
    assert "reason: is empty" in capsys.readouterr().err
    assert run("decide", folder, tmp_path / "d.csv") == 0
    assert run("export", folder, tmp_path / "left.ris", "--only", "to-screen") == 0
    assert run("flow", folder) == 0
    assert "excluded by title and abstract: 1" in capsys.readouterr().out
    assert {p.name for p in folder.iterdir()} >= {"flow.csv", "flow.svg", "records.csv", "sources.csv"}
    assert not list(folder.glob("*.part"))


def test_known_duplicates_among_noisy_records_are_found_and_others_left_apart(tmp_path):
    path = Path(__file__).parents[1] / "benchmarks" / "screening.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_screening", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    real, found, both = benchmark.judge(benchmark.generate(tmp_path, 1500, random.Random(7)))
    assert real > 400
    assert both / found > 0.99
    assert both / real > 0.98
