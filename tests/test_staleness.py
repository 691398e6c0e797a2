"""A paragraph is stale when a row it names, or its own words, differ from what was signed off."""

import csv
import json

import pytest

from evidencebook import cli, evidence, signing
from evidencebook.chapters import find_chapter, plan
from evidencebook.dependence import load_inputs, of_chapter
from evidencebook.report import open_chapter

TEXT = "Attendance was reported to rise [R1-PH-001]. The clinic was reported to cost more [R1-CE-001]."


@pytest.fixture
def signed(project):
    """The made-up synthesis with one paragraph, signed off."""
    write(project, TEXT)
    assert sign(project) == 0
    return project


def write(project, text, name="population_health"):
    path = project.prose / "R1" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def sign(project, *names, by="coder-a", because="read again", date="2026-01-31"):
    names = names or ("R1/population_health",)
    given = ["--by", by, "--because", because, "--date", date]
    return cli.main(["--project", str(project.root), "sign-off", *names, *given])


def check(project, *options):
    return cli.main(["--project", str(project.root), "check", *options])


def edit(project, table, before, after):
    path = project.data / table
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def records(project, name):
    with (project.data / "quality" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page(project):
    chapter = open_chapter("realist_review", component="R1")
    from evidencebook.blocks.interpretation import interpretation

    return interpretation(chapter, "population_health").text


def stale(project):
    return {r.paragraph.name for r in evidence.held_prose(project) if r.stale}


def test_a_sign_off_keeps_who_when_why_and_each_row_as_it_read(signed):
    (record,) = records(signed, "sign_offs")

    assert (record["signed_by"], record["date"], record["because"]) == ("coder-a", "2026-01-31", "read again")
    assert record["file"] == "book/prose/R1/population_health.md"
    rows = records(signed, "signed_rows")
    assert [(r["row"], r["table"]) for r in rows] == [("R1-PH-001", "findings"), ("R1-CE-001", "findings")]
    assert json.loads(rows[1]["row_text"])["finding"] == "A made-up clinic cost more than none."


def test_nothing_is_stale_after_a_sign_off(signed, capsys):
    assert check(signed, "--stale", "fail") == 0
    assert "stale" not in capsys.readouterr().out
    assert "stale" not in page(signed)


def test_a_changed_cell_is_named_with_its_old_and_new_text(signed, capsys):
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")

    assert check(signed) == 0
    said = capsys.readouterr().out
    assert "stale: R1/population_health (book/prose/R1/population_health.md), signed off 2026-01-31 by coder-a" in said
    assert "R1-CE-001 (data/evidence/findings.csv), column finding" in said
    assert "was: A made-up clinic cost more than none." in said
    assert "now: A made-up clinic cost less than none." in said
    assert "R1-PH-001" not in said


def test_check_fails_on_stale_prose_when_asked_to(signed, capsys):
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")

    assert check(signed, "--stale", "warn") == 0
    assert check(signed, "--stale", "fail") == 1
    assert "1 paragraph is stale" in capsys.readouterr().err


def test_a_row_that_the_paragraph_does_not_name_makes_nothing_stale(signed):
    edit(signed, "evidence/findings.csv", "has two rooms", "has three rooms")

    assert stale(signed) == set()


def test_who_coded_a_row_is_no_part_of_what_it_says(signed):
    edit(signed, "evidence/coders.csv", "coder-a,", "coder-b,made up,Nobody else\ncoder-a,")
    edit(signed, "evidence/findings.csv", "ch4 Outcomes ¶2,coder-a", "ch4 Outcomes ¶2,coder-b")

    assert stale(signed) == set()


def test_the_page_shows_the_difference_above_the_paragraph_and_loses_it_on_sign_off(signed):
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")

    shown = page(signed)
    head, _, rest = shown.partition("{container} interpretation")
    assert "Evidence changed since this was written" in head
    assert "[R1-CE-001](#r1-ce-001), finding" in head
    assert "[more]{.was}" in head
    assert "[less]{.now}" in head
    assert "Attendance was reported to rise" in rest

    assert sign(signed, because="says less now", date="2026-02-01") == 0
    assert "Evidence changed" not in page(signed)


def test_history_is_kept(signed):
    first = records(signed, "sign_offs"), records(signed, "signed_rows")
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")
    sign(signed, because="says less now", date="2026-02-01")

    sign_offs, rows = records(signed, "sign_offs"), records(signed, "signed_rows")
    assert (sign_offs[:1], rows[:2]) == first
    assert [s["id"] for s in sign_offs] == ["R1/population_health/1", "R1/population_health/2"]
    assert len(rows) == 4


def test_the_sign_off_that_counts_highest_is_the_latest_wherever_its_line_stands(signed):
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")
    sign(signed, because="says less now", date="2026-02-01")
    path = signed.data / "quality" / "sign_offs.csv"
    head, first, second = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, second, first]) + "\n", encoding="utf-8")

    assert stale(signed) == set()


def test_signing_what_holds_records_nothing(signed, capsys):
    capsys.readouterr()
    assert sign(signed) == 0
    assert len(records(signed, "sign_offs")) == 1
    assert "signed off as they stand" in capsys.readouterr().out


def test_a_reworded_paragraph_is_stale(signed, capsys):
    write(signed, TEXT.replace("rise", "grow"))

    check(signed)
    assert "its words changed" in capsys.readouterr().out
    assert "Reworded since it was signed off" in page(signed)


def test_line_breaks_of_a_paragraph_change_nothing(signed):
    write(signed, TEXT.replace(". The", ".\nThe"))

    assert stale(signed) == set()


def test_a_row_named_anew_is_stale_until_signed(signed, capsys):
    write(signed, TEXT.replace("[R1-CE-001]", "[R1-CE-001, R1-PE-001]"))

    check(signed)
    assert "R1-PE-001 is named and was not signed" in capsys.readouterr().out


def test_a_paragraph_never_signed_is_stale(project, capsys):
    write(project, TEXT)

    assert check(project) == 0
    assert (
        "stale: R1/population_health (book/prose/R1/population_health.md), never signed off" in capsys.readouterr().out
    )
    assert "Not signed off yet" in page(project)


def test_a_withdrawn_row_makes_stale_and_not_faulty_and_its_link_goes(signed, capsys):
    edit(signed, "evidence/findings.csv", "R1-CE-001,R1,cost", "R1-CE-009,R1,cost")

    assert check(signed) == 0
    assert "R1-CE-001 was withdrawn; it read: " in capsys.readouterr().out
    shown = page(signed)
    assert "R1-CE-001, withdrawn" in shown
    assert "#r1-ce-001" not in shown
    assert "#r1-ph-001" in shown


def test_a_row_that_only_its_second_reading_still_names_is_withdrawn(signed, capsys):
    readings = signed.data / "quality" / "second_reading.csv"
    header, *rest = readings.read_text(encoding="utf-8").splitlines()
    line = ",".join({"id": "R1-CE-001", "sample": "no", "verdict": "faithful"}.get(c, "") for c in header.split(","))
    line = line if header.split(",")[-1] != "changed" else line + "no"
    readings.write_text("\n".join([header, *rest, line]) + "\n", encoding="utf-8")
    edit(signed, "evidence/findings.csv", "R1-CE-001,R1,cost", "R1-CE-009,R1,cost")

    assert check(signed) == 0
    assert "R1-CE-001 was withdrawn; it read: " in capsys.readouterr().out


def test_a_withdrawn_row_cannot_be_signed(signed, capsys):
    edit(signed, "evidence/findings.csv", "R1-CE-001,R1,cost", "R1-CE-009,R1,cost")

    assert sign(signed) == 1
    said = capsys.readouterr().err
    assert "book/prose/R1/population_health.md names R1-CE-001, which is in no table any more" in said
    assert len(records(signed, "sign_offs")) == 1


def test_an_id_that_no_row_ever_had_is_a_fault(signed, capsys):
    write(signed, TEXT.replace("R1-CE-001", "R1-CE-777"))

    assert check(signed) == 1
    assert "R1-CE-777" in capsys.readouterr().err


def test_a_record_that_was_edited_is_a_fault(signed, capsys):
    edit(signed, "quality/signed_rows.csv", "cost more than none", "cost less than none")

    assert check(signed) == 1
    assert "signed_rows.csv, row 3, column row_text: differs from its hash" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    ["R1/population-health", "r1/population_health", "book/prose/R1/population_health.md", "R1/population_health/"],
)
def test_a_paragraph_goes_by_several_names(project, name):
    write(project, TEXT)

    assert sign(project, name) == 0
    assert stale(project) == set()


def test_all_paragraphs_of_a_folder_are_signed_at_once(project):
    write(project, TEXT)
    write(project, TEXT, "answer")

    assert sign(project, "--all-of", "R1") == 0
    assert [r["id"] for r in records(project, "sign_offs")] == ["R1/answer/1", "R1/population_health/1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ("R1/popluation_health",)}, "no paragraph is called 'R1/popluation_health'; did you mean: R1/popul"),
        ({"names": ("--all-of", "R7")}, "no folder of prose is called 'R7'; there are: R1"),
        ({"by": "coder-z"}, "--by 'coder-z' is no id of data/evidence/coders.csv; there are: coder-a"),
        ({"because": "  "}, "--because needs the reason"),
        ({"because": "hidden\u200bspace"}, "--because needs the reason"),
        ({"date": "31.1.2026"}, "--date '31.1.2026' is no date"),
        ({"date": "2026-02-30"}, "--date '2026-02-30' is no date"),
    ],
    ids=["paragraph", "folder", "coder", "empty reason", "hidden character", "form of date", "day of date"],
)
def test_what_cannot_be_signed_is_refused_and_nothing_written(project, capsys, given, said):
    write(project, TEXT)

    names = given.pop("names", ())
    assert sign(project, *names, **given) == 1
    assert said in capsys.readouterr().err
    assert records(project, "sign_offs") == []


def test_a_sign_off_without_a_paragraph_says_how(project, capsys):
    assert cli.main(["--project", str(project.root), "sign-off", "--by", "coder-a", "--because", "x"]) == 1
    assert "name a paragraph, such as R1/answer" in capsys.readouterr().err


def test_a_sign_off_stopped_half_way_leaves_sound_tables_and_a_stale_paragraph(project, monkeypatch):
    write(project, TEXT)
    whole = signing._append

    def once(path, rows):
        whole(path, rows)
        raise KeyboardInterrupt

    monkeypatch.setattr(signing, "_append", once)
    assert sign(project) == 130
    monkeypatch.setattr(signing, "_append", whole)
    assert check(project) == 0
    assert stale(project) == {"R1/population_health"}
    assert sign(project) == 0
    assert stale(project) == set()


def dependencies(project):
    inputs = load_inputs(project)
    return {c.slug: of_chapter(inputs, c) for c in inputs.chapters}


def test_signing_off_changes_only_the_pages_concerned(signed):
    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")
    before = dependencies(signed)
    sign(signed, because="says less now", date="2026-02-01")
    after = dependencies(signed)

    assert {slug for slug in before if before[slug] != after[slug]} == {"r1-review", "sign-offs"}
    assert before["r1-review"].keys() == after["r1-review"].keys()
    assert [k for k, v in before["r1-review"].items() if v != after["r1-review"][k]] == ["sign-off"]


def test_the_page_of_sign_offs_names_what_is_stale_and_where_it_is_read(signed):
    from evidencebook.blocks.stale import sign_offs, sign_offs_summary, stale_now

    edit(signed, "evidence/findings.csv", "cost more than none", "cost less than none")
    chapter = open_chapter("sign_offs")

    assert "1 paragraph. 1 of them is stale today." in sign_offs_summary(chapter).text
    assert "(r1-review.ipynb)" in stale_now(chapter).text
    assert "r1-theory" not in stale_now(chapter).text
    assert "2026-01-31" in sign_offs(chapter).text


def test_a_theory_chapter_is_handed_the_paragraph_it_shows_and_no_other(signed):
    loaded = evidence.load(signed)
    chapter = find_chapter(plan(signed, loaded.frames), "programme_theory", {"component": "R1"})

    assert chapter.template.prose == ("theory",)
    assert open_chapter("programme_theory", component="R1").prose == {}
