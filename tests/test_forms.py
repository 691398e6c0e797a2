"""The extraction form of a made-up synthesis with words of its own: out as a workbook, and back."""

import csv
import datetime
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from evidencebook import evidence
from evidencebook.cli import main
from evidencebook.errors import ParameterError, ProjectError
from evidencebook.forms.importing import try_import, write
from evidencebook.forms.numbering import Numbering
from evidencebook.forms.preview import lines
from evidencebook.forms.writing import finish
from evidencebook.project import Project
from evidencebook.versions.diff import compare
from evidencebook.versions.snapshot import read_snapshot

FORMS = Path(__file__).parent / "forms"
FIRST = 3


NEW = {"theme": "kinship", "verdict": "for", "text": "Made-up cousins help.", "keys": "bell2010", "locator": "p9"}


def kinds(tried):
    return {(c.kind, c.table, " / ".join(c.key)) for c in tried.changes}


def table(made_up, name="statements"):
    with (made_up.data / "rows" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(tried):
    return "\n".join(lines(tried))


# Out.


def test_a_form_has_one_sheet_for_each_table_that_the_descriptor_marks_as_evidence_of_a_component(form):
    assert [s for s in openpyxl.load_workbook(form).sheetnames if not s.startswith("_")] == [
        "Guide",
        "statements",
        "works",
        "References",
    ]


def test_only_rows_of_the_component_are_on_the_sheet_and_their_ids_are_locked(form):
    sheet = openpyxl.load_workbook(form)["statements"]
    ids = {c.value: c for c in sheet["B"][2:] if c.value}
    assert set(ids) == {"A-KIN-01", "A-KIN-02", "A-COST-01"}
    assert sheet.protection.sheet
    assert all(c.protection.locked for c in [*ids.values(), *sheet[1], *sheet[2]])
    assert not sheet.cell(FIRST, 6).protection.locked
    assert sheet.cell(FIRST, 6).fill.fgColor.rgb != sheet.cell(FIRST + 3, 6).fill.fgColor.rgb
    assert sheet.freeze_panes == "C3"


def test_drop_downs_offer_what_the_schema_allows_and_notes_say_what_each_value_means(form):
    book = openpyxl.load_workbook(form)
    sheet = book["statements"]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        name = sheet.cell(1, next(iter(rule.sqref.ranges)).min_col).value
        if rule.formula1.startswith("_lists!"):
            area = book["_lists"][rule.formula1.removeprefix("_lists!").replace("$", "")]
            offered[name] = [line[0].value for line in area]
    assert offered == {"theme": ["kinship", "cost"], "verdict": ["for", "against"], "coded_by": ["first", "second"]}
    note = next(c for c in sheet[1] if c.value == "verdict").comment.text
    assert "against: Against: Speaks against it" in note


def test_a_cell_that_looks_like_a_formula_is_text(form):
    cells = [c for row in openpyxl.load_workbook(form)["statements"].iter_rows() for c in row if c.value]
    assert {c.data_type for c in cells} == {"s"}
    found = next(c for c in cells if str(c.value).startswith("="))
    assert found.value == "=1+1 is what a made-up hour costs."
    assert found.quotePrefix


def test_references_can_be_looked_up(form):
    rows = list(openpyxl.load_workbook(form)["References"].iter_rows(min_row=3, values_only=True))
    assert rows[0][:5] == ("adams2001", "Adams and Čáp 2001", "Adams, A. and Čáp, C.", "2001", "A made-up trial")


# Back, unchanged.


def test_a_form_that_nobody_touched_changes_nothing(made_up, form):
    tried = try_import(made_up, form)
    assert not tried.changes
    assert not tried.blocked
    assert "nothing to import" in text_of(tried)


def test_a_form_saved_by_libreoffice_reads_as_it_was_written(made_up):
    tried = try_import(made_up, FORMS / "libreoffice.xlsx")
    assert not tried.blocked
    assert kinds(tried) == {("changed", "statements", "A-KIN-01"), ("added", "statements", "A-COST-02")}
    added = next(c for c in tried.changes if c.kind == "added").row
    assert (added["text"], added["amount"]) == ("Ærø costs 3 €, “as a rule”.", "3")


# Back, changed.


def test_changes_are_shown_cell_by_cell_and_nothing_is_written_without_being_asked(made_up, form, edit):
    before = (made_up.data / "rows/statements.csv").read_bytes()
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against", amount=13)
        sheet.set("A-KIN-02", withdraw="withdraw")
        sheet.add(**NEW)
    tried = try_import(made_up, form)
    assert kinds(tried) == {
        ("changed", "statements", "A-KIN-01"),
        ("withdrawn", "statements", "A-KIN-02"),
        ("added", "statements", "A-KIN-03"),
    }
    told = text_of(tried)
    assert "verdict: for → against" in told
    assert "amount: 12 → 13" in told
    assert "1 added, 1 changed, 1 withdrawn" in told
    assert (made_up.data / "rows/statements.csv").read_bytes() == before


def test_an_import_writes_just_that_and_leaves_other_lines_as_they_are(made_up, form, tmp_path, edit):
    shutil.copytree(made_up.root, tmp_path / "before")
    untouched = (made_up.data / "rows/statements.csv").read_text(encoding="utf-8").splitlines()
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
        sheet.add(**NEW)
    with edit(form, "works") as sheet:
        sheet.set(FIRST, design="report")
    write(made_up, try_import(made_up, form))
    lines = (made_up.data / "rows/statements.csv").read_text(encoding="utf-8").splitlines()
    assert [x for x in lines if x not in untouched] == [
        "A-KIN-01,A,kinship,against,Made-up aunts help.,12,,adams2001,p1,first",
        "A-KIN-03,A,kinship,for,Made-up cousins help.,,,bell2010,p9,second",
    ]
    assert [x.split(",")[0] for x in lines] == ["id", "A-KIN-01", "A-KIN-02", "A-KIN-03", "A-COST-01", "B-KIN-01"]
    evidence.load(made_up)
    before = read_snapshot(tmp_path / "before", "before", Project(tmp_path / "before"))
    diff = compare(before, read_snapshot(made_up.root, "now", made_up))
    assert {(r.change, r.row) for r in diff.rows} == {
        ("changed", "A-KIN-01"),
        ("added", "A-KIN-03"),
        ("changed", "A / adams2001"),
    }


def test_importing_the_same_form_twice_adds_nothing_twice(made_up, form, edit):
    with edit(form) as sheet:
        sheet.add(**NEW)
    write(made_up, try_import(made_up, form))
    again = try_import(made_up, form)
    assert not again.changes
    assert not again.proposal.conflicts
    assert "stands in the table already as A-KIN-03" in text_of(again)


def test_a_row_deleted_in_the_form_stays_in_the_table(made_up, form, edit):
    with edit(form) as sheet:
        sheet.sheet.delete_rows(sheet.row_of("A-KIN-02"))
    tried = try_import(made_up, form)
    assert not tried.changes
    assert "left as they are: A-KIN-02" in text_of(tried)


def test_an_id_that_any_table_names_is_not_given_again(made_up, form, edit):
    (made_up.data / "rows/remarks.csv").write_text(
        "id,component,text\nA-KIN-07,A,withdrawn long ago\n", encoding="utf-8"
    )
    with edit(form) as sheet:
        sheet.add(**NEW)
        sheet.add(**NEW | {"text": "Made-up nieces help."})
        sheet.add(**NEW | {"theme": "cost", "text": "It costs."})
    assert {key for _, _, key in kinds(try_import(made_up, form))} == {"A-KIN-08", "A-KIN-09", "A-COST-02"}


# Somebody else was there.


def change_table(made_up, before, after, name="statements"):
    path = made_up.data / "rows" / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_row_that_somebody_else_changed_is_in_conflict_and_stops_the_import(made_up, form, capsys, edit):
    change_table(made_up, "Made-up aunts help.", "Made-up aunts help a lot.")
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
        sheet.add(**NEW)
    tried = try_import(made_up, form)
    assert [c.key for c in tried.proposal.conflicts] == [("A-KIN-01",)]
    told = text_of(tried)
    assert "tables: text: Made-up aunts help. → Made-up aunts help a lot." in told
    assert "form: verdict: for → against" in told
    before = (made_up.data / "rows/statements.csv").read_bytes()
    assert main(["--project", str(made_up.root), "form", "import", str(form), "--yes"]) == 1
    assert "in conflict" in capsys.readouterr().err
    assert (made_up.data / "rows/statements.csv").read_bytes() == before
    assert main(["--project", str(made_up.root), "form", "import", str(form), "--yes", "--only-sound"]) == 0
    rows = {r["id"]: r for r in table(made_up)}
    assert rows["A-KIN-01"]["text"] == "Made-up aunts help a lot."
    assert rows["A-KIN-01"]["verdict"] == "for"
    assert "A-KIN-03" in rows


def test_a_row_that_only_somebody_else_changed_is_kept_as_they_left_it(made_up, form):
    change_table(made_up, "Made-up aunts help.", "Made-up aunts help a lot.")
    tried = try_import(made_up, form)
    assert not tried.changes
    assert not tried.proposal.conflicts
    assert "A-KIN-01: changed in the tables since the export; kept so" in text_of(tried)


@pytest.mark.parametrize("mark", [{"withdraw": "withdraw"}, {"text": "Other words."}], ids=["withdrawn", "changed"])
def test_a_row_withdrawn_or_changed_here_and_the_other_there_is_in_conflict(made_up, form, mark, edit):
    if "text" in mark:
        change_table(made_up, "A-KIN-01,A,kinship,for,Made-up aunts help.,12,,adams2001,p1,first\n", "")
    else:
        change_table(made_up, "Made-up aunts help.", "Made-up aunts help a lot.")
    with edit(form) as sheet:
        sheet.set("A-KIN-01", **mark)
    tried = try_import(made_up, form)
    assert [c.key for c in tried.proposal.conflicts] == [("A-KIN-01",)]
    assert not tried.changes


def test_a_table_that_is_written_between_preview_and_import_is_not_overwritten(made_up, form, edit):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
    tried = try_import(made_up, form)
    change_table(made_up, "p4", "p5")
    with pytest.raises(ProjectError, match="changed by somebody else"):
        write(made_up, tried)
    assert table(made_up)[0]["verdict"] == "for"
    assert not list(made_up.data.rglob("*.part"))


def stopped_between_two_tables(made_up, form):
    """Import *form* in a process of its own that ends, as by a lost power line, after the first table is in place."""
    process = os.fork()
    if not process:
        replace, done = os.replace, []

        def once(*names):
            if done:
                os._exit(9)
            done.append(names)
            replace(*names)

        os.replace = once
        write(made_up, try_import(made_up, form))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 9


def test_an_import_that_is_stopped_between_two_tables_is_carried_out_by_the_next(made_up, form, edit, capsys):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
    with edit(form, "works") as sheet:
        sheet.set(FIRST, design="report")
    stopped_between_two_tables(made_up, form)
    halves = table(made_up)[0]["verdict"], table(made_up, "works")[0]["design"]
    assert sorted(h in ("against", "report") for h in halves) == [False, True]

    assert main(["--project", str(made_up.root), "form", "import", str(form)]) == 0
    assert "an import that was stopped midway is carried out first: rows/" in capsys.readouterr().out
    assert table(made_up)[0]["verdict"] == "against"
    assert table(made_up, "works")[0]["design"] == "report"
    assert not list(made_up.data.rglob("*.part"))


def test_what_was_stopped_does_not_overwrite_a_table_that_was_changed_since(made_up, form, edit):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
    with edit(form, "works") as sheet:
        sheet.set(FIRST, design="report")
    stopped_between_two_tables(made_up, form)
    (waiting,) = made_up.data.rglob("*.csv.part")
    late = waiting.with_suffix("")
    late.write_text(late.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="changed by somebody else"):
        finish(made_up)
    assert late.read_text(encoding="utf-8").endswith("\n\n")


# Works that no row cites yet.


def test_a_form_is_made_and_taken_in_while_works_wait_for_their_rows(made_up, tmp_path, edit, capsys):
    def run(*words):
        return main(["--project", str(made_up.root), *map(str, words)]), capsys.readouterr()

    entries = "".join(f"@misc{{new{n},\n  title = {{New}},\n  year = {{2020}},\n}}\n" for n in (1, 2))
    with made_up.bibliography.open("a", encoding="utf-8") as file:
        file.write(entries)
    assert run("check")[0] == 1
    form = tmp_path / "late.xlsx"
    assert run("form", "export", "--component", "A", form, "--coder", "second")[0] == 0
    with edit(form) as sheet:
        sheet.add(**NEW | {"keys": "new1"})
    code, said = run("form", "import", form, "--yes")
    assert code == 0, said.err
    assert "note: no row cites new2 yet" in said.out
    assert table(made_up)[2]["keys"] == "new1"


# Faults.

FAULTS = {
    "code": ({"verdict": "perhaps"}, ("verdict", "is not an allowed value", "for, against")),
    "key": ({"keys": "nobody1999"}, ("keys", "points to nothing", "a citation key of references.bib")),
    "empty": ({"locator": None}, ("locator", "is empty", "a value in every row")),
    "number": ({"amount": "twelve"}, ("amount", "is not a number", "a number such as 12")),
    "formula": ({"text": "=SUM(A1:A2)"}, ("text", "is a formula", "text or a number")),
    "date": ({"share": datetime.datetime(2026, 4, 5)}, ("share", "was turned into a date", "the text as it was typed")),
    "hidden": ({"text": "made\u202eup"}, ("text", "holds a hidden or control character", "visible text on one line")),
    "component": ({"component": "B"}, ("component", "is not the component of this form", "A")),
    "id": ({"id": "A-KIN-1"}, ("id", "does not have the form asked for", "component, theme and number")),
    "action": ({"withdraw": "remove"}, ("withdraw?", "is not an allowed value", "withdraw, or nothing")),
}


@pytest.mark.parametrize(("cells", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_sheet_row_column_and_remedy(made_up, form, cells, expected, edit):
    with edit(form) as sheet:
        number = sheet.add(**NEW | cells)
    faults = try_import(made_up, form).blocked
    column, problem, allowed = expected
    assert [(f.file, f.row, f.column) for f in faults] == [("form.xlsx, sheet statements", number, column)]
    assert faults[0].problem.startswith(problem)
    assert faults[0].allowed.startswith(allowed)
    assert faults[0].remedy


def test_all_faults_are_told_at_once_and_nothing_is_written(made_up, form, capsys, edit):
    before = (made_up.data / "rows/statements.csv").read_bytes()
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="perhaps")
        sheet.add(**NEW)
        sheet.add(**NEW | {"keys": "nobody1999"})
    with edit(form, "works") as sheet:
        sheet.set(FIRST, design="guess")
    assert main(["--project", str(made_up.root), "form", "import", str(form), "--yes"]) == 1
    told = capsys.readouterr().err
    assert "3 faults" in told
    assert "form.xlsx, sheet works, row 3, column design: is not an allowed value (found: guess)" in told
    assert (made_up.data / "rows/statements.csv").read_bytes() == before


def test_sound_rows_can_be_taken_and_the_others_are_named(made_up, form, edit):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="perhaps")
        sheet.add(**NEW)
        sheet.add(**NEW | {"text": "=1"})
    tried = try_import(made_up, form, only_sound=True)
    assert tried.ready
    assert kinds(tried) == {("added", "statements", "A-KIN-03")}
    assert text_of(tried).count("left out: form.xlsx, sheet statements") == 2
    write(made_up, tried)
    evidence.load(made_up)


def test_a_row_copied_with_its_id_is_a_fault_that_says_what_to_do(made_up, form, edit):
    with edit(form) as sheet:
        number = sheet.add(**NEW | {"id": "A-KIN-01"})
    (fault,) = try_import(made_up, form).blocked
    assert (fault.row, fault.problem) == (number, "repeats the key of row 3")
    assert "leave id empty" in fault.remedy


# What spreadsheet programs do.


def test_blanks_floats_quotes_and_lists_with_spaces_are_no_changes(made_up, form, edit):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", amount=12.0, text="Made-up\u00a0aunts help.  ")
        sheet.set("A-KIN-02", text="Made-up uncles don’t, as a rule.", keys="adams2001; bell2010;")
        sheet.set("A-COST-01", amount=0.5)
    tried = try_import(made_up, form)
    assert not tried.changes
    assert not tried.blocked


def test_a_percentage_keeps_its_sign_and_a_float_its_digits(made_up, form, edit):
    with edit(form) as sheet:
        number = sheet.add(**NEW | {"amount": 0.1, "share": 0.07})
        sheet.sheet.cell(number, sheet.column("share")).number_format = "0%"
    row = try_import(made_up, form).changes[0].row
    assert (row["amount"], row["share"]) == ("0.1", "7%")


def test_inserted_rows_and_columns_in_another_order_do_not_matter(made_up, form, edit):
    with edit(form) as sheet:
        sheet.set("A-KIN-01", verdict="against")
        sheet.sheet.insert_rows(1, 2)
        sheet.sheet.insert_rows(7, 3)
        place = next(c.column for c in sheet.sheet[3] if c.value == "verdict")
        sheet.sheet.move_range(f"{'ABCDEFGHIJKL'[place - 1]}1:{'ABCDEFGHIJKL'[place - 1]}40", cols=10)
    tried = try_import(made_up, form)
    assert not tried.blocked
    assert kinds(tried) == {("changed", "statements", "A-KIN-01")}


def test_merged_cells_a_foreign_column_and_a_lost_head_are_named(made_up, form, edit):
    with edit(form) as sheet:
        sheet.sheet.merge_cells("E3:F3")
        sheet.sheet.cell(4, 20).value = "my own remark"
    with edit(form, "works") as sheet:
        sheet.sheet.cell(1, 4).value = "kind"
    problems = {f.problem for f in try_import(made_up, form).blocked}
    assert {"cells are merged into one", "is a column that the table does not have", "lacks columns"} <= problems


def test_a_sheet_that_was_renamed_is_missed(made_up, form, edit):
    with edit(form) as sheet:
        sheet.sheet.title = "my statements"
    (fault,) = try_import(made_up, form).blocked
    assert "sheet called statements" in fault.allowed


@pytest.mark.parametrize("content", [b"", b"id,text\n1,x\n", b"PK\x03\x04broken"], ids=["empty", "csv", "broken zip"])
def test_a_file_that_is_no_workbook_is_refused_in_words(made_up, tmp_path, content):
    path = tmp_path / "other.xlsx"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match=r"cannot be read as an \.xlsx workbook"):
        try_import(made_up, path)


def test_a_workbook_that_is_no_form_is_refused_in_words(made_up, tmp_path):
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(ParameterError, match="is no extraction form"):
        try_import(made_up, tmp_path / "other.xlsx")


def test_a_form_from_before_a_column_was_added_is_refused_in_words(made_up, form):
    path = made_up.data / "datapackage.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["resources"][-2]["schema"]["fields"].append({"name": "year", "type": "integer", "description": "year"})
    path.write_text(json.dumps(raw), encoding="utf-8")
    works = made_up.data / "rows/works.csv"
    header, *rows = works.read_text(encoding="utf-8").splitlines()
    works.write_text("\n".join([f"{header},year", *(f"{r}," for r in rows), ""]), encoding="utf-8")
    with pytest.raises(ParameterError, match="the columns of works changed"):
        try_import(made_up, form)


def test_the_command_refuses_an_unknown_component_or_coder_and_does_not_overwrite(made_up, tmp_path, capsys):
    words = ["--project", str(made_up.root), "form", "export", str(tmp_path / "x.xlsx")]
    assert main([*words, "--component", "C"]) == 1
    assert "there are: A, B" in capsys.readouterr().err
    assert main([*words, "--component", "A", "--coder", "nobody"]) == 1
    assert "there are: first, second" in capsys.readouterr().err
    assert main([*words, "--component", "A"]) == 0
    assert "statements: 3, works: 2" in capsys.readouterr().out
    assert main([*words, "--component", "A"]) == 1
    assert "--replace" in capsys.readouterr().err


def test_ids_follow_the_rule_that_nearly_all_rows_follow(made_up):
    loaded = evidence.load(made_up)
    table = loaded.package.tables["statements"]
    row = dict.fromkeys(table.header, "") | {"component": "A", "coded_by": "first"}
    themes = ["kinship"] * 20 + ["cost"] * 20
    rows = [
        row | {"id": f"A-{'KIN' if t == 'kinship' else 'COST'}-{n:02}", "theme": t} for n, t in enumerate(themes, 1)
    ]
    # This one was recoded after it had its id.
    rows[5]["theme"] = "cost"
    numbering = Numbering(table, pd.DataFrame(rows), [])
    assert numbering.next(row | {"theme": "cost"}) == "A-COST-41"
    assert numbering.next(row | {"theme": "kinship"}) == "A-KIN-21"
    assert numbering.next(row | {"theme": "kinship", "component": "B"}) == "B-KIN-01"


def test_letters_that_a_column_declares_number_rows_of_a_value_that_no_row_has_yet(made_up):
    loaded = evidence.load(made_up)
    table = loaded.package.tables["statements"]
    letters = (("kinship", "KIN"), ("cost", "CO"))
    columns = tuple(replace(c, codes=letters) if c.name == "theme" else c for c in table.columns)
    row = dict.fromkeys(table.header, "") | {"component": "A", "coded_by": "first"}
    one = pd.DataFrame([row | {"id": "A-KIN-01", "theme": "kinship"}])
    numbering = Numbering(replace(table, columns=columns), one, [])
    assert numbering.next(row | {"theme": "cost"}) == "A-CO-01"
    assert numbering.next(row | {"theme": "kinship"}) == "A-KIN-02"
