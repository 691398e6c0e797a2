"""A version is sealed once, its number fits its events, and only a person says that conclusions changed."""

import csv
import json
import shutil
import subprocess

import pytest

from evidencebook import cli, evidence
from evidencebook.errors import EvidenceBookError, ParameterError, ProjectError
from evidencebook.versions.history import released as released_versions
from evidencebook.versions.past import engine_note, take_out
from evidencebook.versions.release import conclude, digit_raised, next_version, seal

FINDINGS = "data/evidence/findings.csv"
DESCRIPTOR = "data/datapackage.json"


def rows(project, name):
    with (project.data / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def raise_to(project, version):
    path = project.root / DESCRIPTOR
    raw = json.loads(path.read_text(encoding="utf-8")) | {"version": version, "created": "2030-02-03T00:00:00Z"}
    path.write_text(json.dumps(raw), encoding="utf-8")


def commit(git, message="Next"):
    git("add", "--all")
    git("commit", "--quiet", "--message", message)


def test_the_first_version_has_a_row_and_no_events(released):
    assert [(r["version"], r["title"], r["conclusions"]) for r in rows(released, "versions")] == [
        ("1.0.0", "The first tables", "")
    ]
    assert rows(released, "events") == []
    assert [s.version for s in released_versions(released.root)] == ["1.0.0"]


def test_sealing_the_same_content_again_changes_nothing(released, git):
    seal(released)

    assert git("status", "--porcelain") == ""


def test_other_content_is_not_sealed_under_a_released_number(released, rewrite, git):
    rewrite(FINDINGS, "Ease,modifying", "Ease,confirming")

    with pytest.raises(EvidenceBookError, match=r"1\.0\.0 is already released .*new major number, 2\.0\.0 .*recoded"):
        seal(released)
    assert git("status", "--porcelain") == f"M {FINDINGS}"


def test_without_git_the_descriptor_remembers_what_was_sealed(released, rewrite):
    shutil.rmtree(released.root / ".git")
    rewrite(FINDINGS, "has two rooms", "has three rooms")

    with pytest.raises(EvidenceBookError, match=r"1\.0\.0 is already released with other content"):
        seal(released)


def test_a_number_that_says_less_than_the_events_ask_is_refused(released, rewrite):
    rewrite(FINDINGS, "Ease,modifying", "Ease,confirming")
    raise_to(released, "1.1.0")

    with pytest.raises(
        EvidenceBookError, match=r"ask for a new major number \(finding recoded, label moved\): make it 2"
    ):
        seal(released)
    assert rows(released, "events") == []


def test_a_number_that_is_not_higher_is_refused(released, rewrite):
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    raise_to(released, "0.9.0")

    with pytest.raises(EvidenceBookError, match=r"0\.9\.0 is not higher than 1\.0\.0.*1\.0\.1"):
        seal(released)


def test_sealing_writes_the_events_and_only_proposes(released, rewrite):
    rewrite(FINDINGS, "from 1,000 people", "from 2,000 people")
    raise_to(released, "1.0.1")

    made = seal(released)

    assert made.previous == "1.0.0"
    (event,) = rows(released, "events")
    assert (event["id"], event["version"], event["type"], event["row"]) == (
        "E00001", "1.0.1", "finding_reworded", "R1-PH-001",
    )  # fmt: skip
    assert "r1-review" in event["chapters"].split(";")
    version = rows(released, "versions")[1]
    assert (version["conclusions"], version["confirmed_by"], version["date"]) == ("proposed", "", "2030-02-03")
    assert evidence.inspect(released)[1] == []


def test_a_version_that_moves_nothing_proposes_nothing_and_confirms_nothing(released, rewrite):
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    raise_to(released, "1.0.1")

    seal(released)

    assert rows(released, "versions")[1]["conclusions"] == ""


def test_sealing_again_before_the_release_replaces_its_events(released, rewrite, git):
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    raise_to(released, "1.0.1")
    seal(released)
    rewrite(FINDINGS, "has three rooms", "has four rooms")

    seal(released)

    (event,) = rows(released, "events")
    assert "four rooms" in event["what"]
    commit(git)
    assert [s.version for s in released_versions(released.root)] == ["1.0.1", "1.0.0"]


def test_ids_of_events_go_on_from_version_to_version(released, rewrite, git):
    for version, before, after in (("1.0.1", "two", "three"), ("1.0.2", "three", "four")):
        rewrite(FINDINGS, f"has {before} rooms", f"has {after} rooms")
        raise_to(released, version)
        seal(released)
        commit(git)

    assert [(e["id"], e["version"]) for e in rows(released, "events")] == [("E00001", "1.0.1"), ("E00002", "1.0.2")]


def test_a_folder_stands_in_for_the_version_before(released, rewrite, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(released.root / "data", old / "data")
    shutil.copy(released.root / "references.bib", old)
    shutil.copytree(released.prose, old / "book" / "prose")
    shutil.rmtree(released.root / ".git")
    rewrite("references.bib", "Nobody", "Somebody")
    raise_to(released, "1.0.1")

    seal(released, against=str(old))

    assert {e["type"] for e in rows(released, "events")} == {"reference_corrected"}


@pytest.mark.parametrize("verdict", ["changed", "unchanged"])
def test_a_person_decides_and_the_version_stays_released(released, rewrite, git, verdict):
    rewrite(FINDINGS, "from 1,000 people", "from 2,000 people")
    raise_to(released, "1.0.1")
    seal(released)

    conclude(released, "1.0.1", verdict, by="A. Person", because="One trial,\n read again", on="2030-03-04")
    commit(git)

    row = rows(released, "versions")[1]
    assert (row["conclusions"], row["confirmed_by"], row["confirmed_on"]) == (verdict, "A. Person", "2030-03-04")
    assert row["because"] == "One trial, read again"
    assert released_versions(released.root)[0].version == "1.0.1"
    assert cli.main(["--project", str(released.root), "check", "--sealed"]) == 0


def test_a_verdict_is_no_other_content_and_sealing_again_keeps_it(released):
    conclude(released, "1.0.0", "unchanged", by="A. Person", because="nothing before it", on="2030-03-04")

    seal(released)

    assert rows(released, "versions")[0]["confirmed_by"] == "A. Person"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"version": "9.9.9"}, r"no version 9\.9\.9; it has: 1\.0\.0"),
        ({"verdict": "proposed"}, "no verdict; allowed: changed, unchanged"),
        ({"by": " "}, "needs a person and a reason"),
        ({"because": ""}, "needs a person and a reason"),
        ({"on": "3 May"}, "YEAR-MONTH-DAY"),
    ],
    ids=["version", "verdict", "person", "reason", "date"],
)
def test_a_verdict_needs_a_version_a_person_and_a_reason(released, words, said):
    whole = {"version": "1.0.0", "verdict": "changed", "by": "A", "because": "B", "on": "2030-01-01"} | words

    with pytest.raises(ParameterError, match=said):
        conclude(released, whole.pop("version"), whole.pop("verdict"), **whole)
    assert rows(released, "versions")[0]["conclusions"] == ""


def test_the_commands_say_what_was_done_and_what_a_person_has_to_decide(released, rewrite, capsys):
    rewrite(FINDINGS, "from 1,000 people", "from 2,000 people")
    base = ["--project", str(released.root)]
    assert cli.main([*base, "seal"]) == 1
    assert "ask for a new patch number, 1.0.1" in capsys.readouterr().err
    raise_to(released, "1.0.1")

    assert cli.main([*base, "seal", "--title", "A correction"]) == 0
    told = capsys.readouterr().out
    assert "the short answer of R1 rests on R1-PH-001" in told
    assert "evidencebook conclude 1.0.1" in told
    assert cli.main([*base, "conclude", "1.0.1", "--by", "A. Person", "unchanged", "--because", "a typing slip"]) == 0
    assert "decided by A. Person" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "level", "after"),
    [
        ("1.2.3", "major", "2.0.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("0.1.0", "major", "0.2.0"),
        ("0.1.9", "patch", "0.1.10"),
    ],
)
def test_the_next_number_is_that_of_semantic_versioning(before, level, after):
    assert next_version(before, level) == after
    assert digit_raised(before, after) == ("minor" if before == "0.1.0" else level)


def test_numbers_are_compared_as_numbers():
    assert digit_raised("1.9.0", "1.10.0") == "minor"
    assert digit_raised("1.10.0", "1.9.0") == ""
    with pytest.raises(ParameterError, match=r"'1\.0' is not MAJOR\.MINOR\.PATCH"):
        digit_raised("1.0", "1.1.0")


def test_a_commit_whose_files_do_not_fit_its_hashes_releases_nothing(released, rewrite, git):
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    raise_to(released, "1.0.1")
    commit(git)

    assert [s.version for s in released_versions(released.root)] == ["1.0.0"]


def test_a_released_version_is_taken_out_as_it_was(released, rewrite, git):
    rewrite(FINDINGS, "has two rooms", "has three rooms")

    past = take_out(released, "1.0.0")

    assert past.root == released.root / "_build" / "versions" / "1.0.0"
    assert "has two rooms" in (past.root / FINDINGS).read_text(encoding="utf-8")
    assert evidence.inspect(past)[1] == []
    assert "the number the version was sealed with" in engine_note(past)


def test_another_engine_is_warned_of(released, rewrite):
    path = released.root / DESCRIPTOR
    raw = json.loads(path.read_text(encoding="utf-8")) | {"evidencebook:engine": "0.0.1"}
    path.write_text(json.dumps(raw), encoding="utf-8")

    assert "warning: the engine is today's" in engine_note(released)
    assert "sealed with 0.0.1" in engine_note(released)


def test_an_unknown_version_is_refused_with_those_there_are(released):
    with pytest.raises(ProjectError, match=r"no commit releases data version 3\.0\.0; released versions: 1\.0\.0"):
        take_out(released, "3.0.0")


def test_a_missing_git_is_named(released, monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ProjectError, match="git is not installed"):
        take_out(released, "1.0.0")


@pytest.mark.build
def test_an_older_version_is_built_again_beside_the_newer(released_whole, rewrite, git, capsys):
    rewrite(FINDINGS, "has two rooms", "has three rooms")
    raise_to(released_whole, "1.0.1")
    seal(released_whole)
    commit(git)

    base = ["--project", str(released_whole.root), "build", "--html-only", "--data-version"]
    assert cli.main([*base, "1.0.0"]) == 0

    past = released_whole.build / "versions" / "1.0.0" / "_build" / "html" / "book" / "chapters"
    page = (past / "r1-review.html").read_text(encoding="utf-8")
    assert "has two rooms" in page
    assert "has three rooms" not in page
    assert "Data 1.0.0" in page
    assert "_build/versions/1.0.0" in capsys.readouterr().out
    assert not released_whole.html.exists()
    assert cli.main([*base, "7.0.0"]) == 1
    assert "released versions: 1.0.1, 1.0.0" in capsys.readouterr().err
    assert subprocess.run(["git", "diff", "--quiet"], cwd=released_whole.root, check=False).returncode == 0
