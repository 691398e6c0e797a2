"""Two versions are compared by meaning, and every difference is an event of the right kind."""

import csv
import json
import shutil
import tarfile
import time
from dataclasses import replace

import pandas as pd
import pytest

from evidencebook.cli import main
from evidencebook.errors import ProjectError
from evidencebook.project import Project
from evidencebook.schema import Table, load_package
from evidencebook.versions.changes import ADDED, WITHDRAWN, RowChange
from evidencebook.versions.diff import compare
from evidencebook.versions.diff_report import as_html, as_json, as_markdown, as_text
from evidencebook.versions.events import KINDS, _change, dated, events_of, last_change, level_asked
from evidencebook.versions.snapshot import open_snapshot, read_snapshot

FINDINGS = "data/evidence/findings.csv"
STUDIES = "data/evidence/included_studies.csv"
ROOMS = (
    "R1-CH-001,R1,characteristics,What it is,,A made-up clinic has two rooms.,,,,,testtrust2010,"
    "ch4 Characteristics ¶1,coder-a\n"
)
BELL = 'R1,bellnd,"Bell et al., no date",Elsewhere,Case study,case_study,app5\n'
NEW_FINDING = "R1-PH-002,R1,population_health,Attendance,negating,Fewer came.,,,,,bellnd,ch4 Outcomes ¶4,coder-a\n"
# What is edited (file, before, after) and the events that follow: kind, row, level.
EDITS = {
    "study added": (
        (STUDIES, BELL, "M1,bellnd,B,Nowhere,Case study,case_study,app5\n" + BELL),
        [("study_added", "M1 / bellnd", "minor")],
    ),
    "study withdrawn": (
        (STUDIES, BELL, ""),
        [("study_withdrawn", "R1 / bellnd", "major")],
    ),
    "finding added": (
        (FINDINGS, "M1-SE-001", f"{NEW_FINDING}M1-SE-001"),
        [("finding_added", "R1-PH-002", "minor"), ("label_moved", "R1", "major")],
    ),
    "finding withdrawn": (
        (FINDINGS, ROOMS, ""),
        [("finding_withdrawn", "R1-CH-001", "major")],
    ),
    "finding reworded": ((FINDINGS, "has two rooms", "has three rooms"), [("finding_reworded", "R1-CH-001", "patch")]),
    "finding recoded": (
        (FINDINGS, "Ease,modifying", "Ease,confirming"),
        [("finding_recoded", "R1-PE-001", "major"), ("label_moved", "R1", "major")],
    ),
    "other cell of a finding": (
        (FINDINGS, "12,%,no clinic", "13,%,no clinic"),
        [("row_changed", "R1-PH-001", "patch")],
    ),
    "configuration added": (
        ("data/evidence/cmo.csv", "M1-CMO-01", "M1-CMO-02,M1,staff,T,c,r,,,bellnd,ch7 M1 ¶3,coder-a\nM1-CMO-01"),
        [("configuration_added", "M1-CMO-02", "minor")],
    ),
    "reference corrected": (("references.bib", "Nobody", "Somebody"), [("reference_corrected", "bellnd", "patch")]),
    "reference added": (
        ("references.bib", "@misc{", "@misc{new1999,\n  title = {New},\n}\n\n@misc{"),
        [("reference_added", "new1999", "minor")],
    ),
    "discrepancy added": (
        ("data/discrepancies.csv", "D001", "D002,mini,ch1 ¶1,One,Two,open,Kept,\nD001"),
        [("discrepancy_added", "D002", "minor")],
    ),
    "discrepancy resolved": (
        ("data/discrepancies.csv", ",open,", ",corrected,"),
        [("discrepancy_resolved", "D001", "patch")],
    ),
    "rule changed": (
        ("data/vocabulary.csv", ",Confirming,", ",Confirms,"),
        [("rule_changed", "stance / confirming", "major")],
    ),
    "column described": (
        ("data/datapackage.json", "toward the component's statement", "towards the statement"),
        [("column_described", "stance", "patch")],
    ),
    "column widened": (
        ("data/datapackage.json", '"negating"', '"negating",\n"unclear"'),
        [("column_widened", "stance", "minor")],
    ),
    "paragraph changed": (
        ("book/prose/R1/answer.md", "may help", "might help"),
        [("prose_changed", "R1/answer", "patch")],
    ),
}


@pytest.fixture(scope="module")
def release(released_once):
    """The released version, read once."""
    return open_snapshot(Project(released_once), None)


@pytest.fixture
def differ(released, release):
    """Return the difference between the release and the working folder, with its events."""

    def run(before=None, **hooks):
        after = read_snapshot(released.root, "now", released)
        diff = compare(open_snapshot(released, before) if before else release, after, **hooks)
        return diff, events_of(diff, after.package)

    return run


def seen(events):
    return sorted((e.kind, e.row, e.level) for e in events)


def test_a_version_does_not_differ_from_itself(differ):
    diff, events = differ()

    assert diff.empty
    assert events == []
    assert diff.notes == ()
    assert "No row, reference, paragraph or column differs." in as_text(diff, events)


@pytest.mark.parametrize(
    ("table", "change", "kinds"),
    [
        ("sign_offs", ADDED, []),
        ("signed_rows", ADDED, []),
        ("sign_offs", WITHDRAWN, ["row_withdrawn"]),
        ("glossary", ADDED, ["row_added"]),
    ],
)
def test_a_new_record_of_a_sign_off_is_no_event_but_a_lost_one_is(released, differ, table, change, kinds):
    diff, _ = differ()
    described = replace(
        load_package(released.data), tables={table: Table(table, f"{table}.csv", "Made up", "", (), (), "")}
    )
    changed = replace(diff, rows=(RowChange(change, table, "R1/answer/2", {}),))

    assert [e.kind for e in events_of(changed, described)] == kinds


def test_the_order_of_rows_and_the_quoting_of_cells_mean_nothing(released, differ):
    path = released.root / FINDINGS
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *reversed(rows)])

    diff, _ = differ()

    assert diff.empty


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS)
def test_each_change_is_the_event_of_its_kind(differ, rewrite, edit, expected):
    rewrite(*edit)

    _, events = differ()

    assert seen(events) == sorted(expected)


def test_one_row_recoded_and_reworded_is_two_events(differ, rewrite):
    rewrite(FINDINGS, "modifying,Made-up people liked it", "negating,Made-up people loved it")

    _, events = differ()

    told = {e.kind: e.what for e in events}
    assert told["finding_recoded"] == "stance: modifying → negating"
    assert told["finding_reworded"].startswith(
        "finding: Made-up people liked it when it was open. → Made-up people loved"
    )


def test_a_long_cell_is_cut_to_the_words_around_what_differs(differ, rewrite):
    rewrite(FINDINGS, "has two rooms.", f"has two rooms {'and one more ' * 20}at last.")
    rewrite(FINDINGS, "Made-up teams work", f"Made-up {'very ' * 40}teams work")

    _, events = differ()

    told = {e.row: e.what for e in events}
    assert told["M1-CX-001"].startswith("finding: Made-up teams work in made-up towns. → ")
    assert told["M1-CX-001"].endswith("…")
    assert all(len(what) < 300 for what in told.values())


def test_of_a_long_cell_only_what_differs_is_told():
    text = " ".join(f"w{n}" for n in range(60))
    assert _change(text, text.replace("w30", "w99")) == (
        "… w25 w26 w27 w28 w29 w30 w31 w32 w33 w34 w35 … → … w25 w26 w27 w28 w29 w99 w31 w32 w33 w34 w35 …"
    )
    assert _change(text, f"{text} w60") == "… w55 w56 w57 w58 w59 → … w55 w56 w57 w58 w59 w60"


def test_a_new_column_is_one_event_and_changes_no_row(released, differ):
    path = released.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    coders = next(r for r in raw["resources"] if r["name"] == "coders")
    coders["schema"]["fields"].append({"name": "since", "type": "string", "description": "when"})
    path.write_text(json.dumps(raw), encoding="utf-8")
    table = released.data / "evidence" / "coders.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([lines[0] + ",since", *(f"{line},2020" for line in lines[1:])]) + "\n", encoding="utf-8")

    _, events = differ()

    assert seen(events) == [("column_added", "since", "minor")]


def test_a_table_that_comes_or_goes_is_one_event(released, differ):
    path = released.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    coders = next(r for r in raw["resources"] if r["name"] == "coders")
    coders["name"] = "readers"
    path.write_text(json.dumps(raw), encoding="utf-8")

    _, events = differ()

    assert [(e.kind, e.table) for e in events] == [("table_added", "readers"), ("table_withdrawn", "coders")]


def test_the_record_of_versions_is_no_part_of_what_a_version_says(released, differ):
    with (released.data / "versions.csv").open("a", encoding="utf-8") as file:
        file.write("1.0.1,2030-01-01,Another,,,,,\n")

    assert differ()[0].empty


def test_a_leading_stance_that_moved_is_told_with_its_counts(differ, rewrite):
    rewrite(FINDINGS, 'confirming,"Made-up attendance', 'negating,"Made-up attendance')

    diff, events = differ()

    moves = {m.measure: (m.component, m.domain, m.before, m.after) for m in diff.labels}
    assert moves["leading stance"] == ("R1", "population_health", "confirming", "negating")
    assert moves["works by stance"][2:] == ("1 confirming", "1 negating")
    effects = {e.effect for e in events}
    assert "the leading stance of R1 in population health moved" in effects
    assert "the short answer of R1 rests on R1-PH-001" in effects


def test_as_many_works_for_two_stances_lead_together(differ, rewrite):
    rewrite(FINDINGS, "M1-SE-001", f"{NEW_FINDING}M1-SE-001")

    diff, _ = differ()

    (move,) = (m for m in diff.labels if m.measure == "leading stance")
    assert (move.before, move.after) == ("confirming", "confirming and negating")


def test_labels_of_strength_and_kinds_of_gap_come_from_a_function_of_the_evidence(differ, rewrite):
    def strength(evidence):
        many = len(evidence.frames["findings"]) > 6
        label, gap = ("strong", "none") if many else ("weak", "few studies")
        return pd.DataFrame([{"component": "R1", "domain": "context", "label": label, "gap": gap}])

    rewrite(FINDINGS, "M1-SE-001", f"{NEW_FINDING}M1-SE-001")

    diff, _ = differ(strength=strength)

    assert {(m.measure, m.before, m.after) for m in diff.labels} >= {
        ("strength label", "weak", "strong"),
        ("gap type", "few studies", "none"),
    }


def test_chapters_are_those_that_show_the_row_before_or_after(differ, rewrite):
    rewrite(FINDINGS, "R1-CH-001,R1,", "R1-CH-001,M1,")

    diff, _ = differ()

    assert {"r1-review", "m1-map", "home"} <= set(diff.chapters)
    assert not {"glossary", "data-dictionary"} & set(diff.chapters)


def test_a_reference_reaches_the_claims_and_chapters_that_cite_it(differ, rewrite):
    rewrite("references.bib", "Nobody", "Somebody")

    diff, _ = differ()

    assert {"R1-PE-001", "M1-SE-001"} <= set(diff.claims)
    assert "R1-PH-001" not in diff.claims
    assert {"r1-review", "m1-map"} <= set(diff.chapters)


def test_paragraphs_that_name_a_changed_row_are_listed(differ, rewrite):
    rewrite(FINDINGS, "from 1,000 people", "from 2,000 people")

    diff, events = differ()

    assert diff.citing == {"R1/answer": ("R1-PH-001",)}
    assert [e.effect for e in events] == ["the short answer of R1 rests on R1-PH-001"]


@pytest.mark.parametrize("form", ["project", "data", "zip", "data.zip", "tar.gz", "revision", "version", "branch"])
def test_folder_archive_and_revision_give_the_same_difference(released, differ, rewrite, git, tmp_path, form):
    old = tmp_path / "old"
    shutil.copytree(released.root, old, ignore=shutil.ignore_patterns(".git"))
    spec = {
        "project": lambda: str(old),
        "data": lambda: str(old / "data"),
        "zip": lambda: shutil.make_archive(str(tmp_path / "a"), "zip", tmp_path, "old"),
        "data.zip": lambda: shutil.make_archive(str(tmp_path / "b"), "zip", old / "data"),
        "tar.gz": lambda: shutil.make_archive(str(tmp_path / "c"), "gztar", old),
        "revision": lambda: git("rev-parse", "HEAD"),
        "version": lambda: "1.0.0",
        "branch": lambda: git("branch", "--show-current"),
    }[form]()
    rewrite(FINDINGS, "Ease,modifying", "Ease,confirming")

    found, _ = differ(spec)
    plain, _ = differ()

    assert [r for r in found.rows if r.table == "findings"] == [r for r in plain.rows if r.table == "findings"]
    assert set(found.chapters) >= {"r1-review"}
    if form == "data.zip":
        assert "without references.bib" in " ".join(found.notes)
    else:
        assert (found.rows, found.schema, found.references) == (plain.rows, plain.schema, plain.references)


def test_unknown_revisions_are_refused_with_the_versions_there_are(released):
    with pytest.raises(ProjectError, match=r"'nowhere' is no folder.*Released versions: 1\.0\.0"):
        open_snapshot(released, "nowhere")


def test_a_revision_cannot_be_an_option_of_git(released):
    with pytest.raises(ProjectError, match="is no folder"):
        open_snapshot(released, "--output=/tmp/written")


def test_a_folder_or_archive_without_a_descriptor_is_refused(released, tmp_path):
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    archive = shutil.make_archive(str(tmp_path / "empty"), "zip", tmp_path / "empty")

    for spec in (str(tmp_path / "empty"), archive):
        with pytest.raises(ProjectError, match=r"holds no datapackage\.json"):
            open_snapshot(released, spec)


@pytest.mark.parametrize(("name", "content"), [("a.zip", b"no zip"), ("a.tar.gz", b"no tar"), ("gone.zip", None)])
def test_a_broken_archive_is_named(released, tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(ProjectError, match=name):
        open_snapshot(released, str(tmp_path / name))


def test_an_archive_cannot_write_outside_its_folder(released, tmp_path):
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(released.data / "datapackage.json", arcname="../datapackage.json")

    with pytest.raises(ProjectError, match=r"evil\.tar\.gz cannot be read"):
        open_snapshot(released, str(path))


def test_outside_a_repository_a_folder_can_be_compared_and_a_revision_cannot(project, mini):
    assert open_snapshot(project, str(mini.root)).package.version
    with pytest.raises(ProjectError, match="not a git repository, so no earlier version is kept: make it one"):
        open_snapshot(project, "HEAD")


def test_a_version_that_breaks_its_own_schema_is_compared_as_text_and_says_so(differ, rewrite):
    rewrite(FINDINGS, "Ease,modifying", "Ease,perhaps")

    diff, events = differ()

    assert [e.what for e in events] == ["stance: modifying → perhaps"]
    assert "now breaks its own schema (1 fault" in diff.notes[0]
    assert any("not compared" in note for note in diff.notes)


def test_a_table_with_another_header_is_compared_over_the_columns_it_has(differ, rewrite):
    rewrite(FINDINGS, "id,component,domain,topic,", "id,component,domain,subject,")
    rewrite(FINDINGS, "has two rooms", "has three rooms")

    diff, events = differ()

    assert [(e.kind, e.row) for e in events] == [("finding_reworded", "R1-CH-001")]
    assert "breaks its own schema" in diff.notes[0]


def test_a_table_without_a_key_is_compared_by_whole_rows(released, differ):
    path = released.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    table = next(r for r in raw["resources"] if r["name"] == "coders")
    table["schema"].pop("primaryKey")
    path.write_text(json.dumps(raw), encoding="utf-8")
    with (released.data / "evidence" / "coders.csv").open("a", encoding="utf-8") as file:
        file.write("coder-z,Reader,Made up\n")

    _, events = differ()

    assert ("row_added", "coder-z / Reader / Made up") in {(e.kind, e.row) for e in events}


def test_ten_thousand_rows_take_about_a_second(released):
    before = read_snapshot(released.root, "now", released)
    finding = before.tables["findings"].iloc[0].to_dict()
    rows = pd.DataFrame([finding | {"id": f"R1-PH-{n:05d}"} for n in range(10_000)])
    other = rows.assign(finding=["Said anew." if n % 2 else t for n, t in enumerate(rows["finding"])])[::-1]
    sides = [type(before)(**vars(before) | {"tables": before.tables | {"findings": f}}) for f in (rows, other)]

    begun = time.perf_counter()
    events = events_of(compare(*sides), before.package)

    assert len(events) == 5_000
    assert time.perf_counter() - begun < 2


def test_the_command_prints_text_json_and_pages(released, rewrite, capsys, tmp_path):
    rewrite(FINDINGS, "Ease,modifying", "Ease,confirming")
    base = ["--project", str(released.root), "diff"]

    assert main([*base, "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["asks_for"] == "major"
    assert told["rows"][0]["cells"] == [{"column": "stance", "before": "modifying", "after": "confirming"}]
    for name, start in (("a.md", "# What differs"), ("a.html", "<!DOCTYPE html>")):
        assert main([*base, "--page", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert "finding recoded (1)\n  findings, R1-PE-001: stance: modifying → confirming" in capsys.readouterr().out
    assert main([*base, "--page", str(tmp_path / "a.pdf")]) == 1


def test_no_cell_becomes_markup_or_a_terminal_command(differ, rewrite):
    rewrite(FINDINGS, "has two rooms", "has <script>alert(1)</script> {cite}`x` \x1b[31mrooms")

    diff, events = differ()

    assert "<script>" not in as_html(diff, events)
    assert "<script>" not in as_markdown(diff, events)
    assert "{cite}" not in as_markdown(diff, events)
    assert "\x1b" not in as_text(diff, events)
    assert json.loads(as_json(diff, events))["before"]["version"] == "1.0.0"


def test_every_kind_is_allowed_in_the_table_of_events_and_explained(repository):
    package = load_package(repository.data)
    with (repository.data / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        explained = [r["value"] for r in csv.DictReader(file) if r["list"] == "event"]

    assert package.tables["events"].column("type").enum == KINDS
    assert tuple(explained) == KINDS


def test_the_last_change_of_a_row_and_of_a_component():
    versions = pd.DataFrame(
        {"version": ["1.0.0", "1.1.0", "1.10.0"], "date": ["2020-01-01", "2020-02-01", "2020-03-01"]}
    )
    rows = [("1.10.0", "a", "R1"), ("1.1.0", "a", "R1"), ("1.1.0", "b", "R1"), ("1.0.0", "c", "M1")]
    events = dated(pd.DataFrame(rows, columns=["version", "row", "component"]), versions)

    assert last_change(events, ["a"]) == ("1.10.0", "2020-03-01")
    assert last_change(events, ["b"]) == ("1.1.0", "2020-02-01")
    assert last_change(events, ["M1"]) == ("1.0.0", "2020-01-01")
    assert last_change(events, ["R1", "c"]) == ("1.10.0", "2020-03-01")
    assert last_change(events, ["d"]) == ("", "")


def test_no_event_asks_for_a_patch_number():
    assert level_asked([]) == "patch"
