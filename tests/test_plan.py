"""A plan says in words which rows changed since a chapter last ran."""

import json

import pytest

from evidencebook import build, cli
from evidencebook.dependence import load_inputs


@pytest.fixture
def ran(project, as_if_run):
    """The made-up synthesis as if every chapter had run."""
    return as_if_run(project)


def edit(project, name, before, after):
    path = project.root / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def why(project, slug):
    (line,) = [line for line in build.explain(project) if line.split()[:3] == ["run", "chapter", slug]]
    return line.partition("  (")[2].removesuffix(")")


def test_nothing_would_run_when_nothing_changed(ran, capsys):
    assert cli.main(["--project", str(ran.root), "plan"]) == 0
    assert capsys.readouterr().out.startswith("nothing would run\n")


def test_a_changed_row_is_named_with_its_columns(ran):
    edit(ran, "data/evidence/findings.csv", "cost more than none", "cost less than none")

    assert why(ran, "r1-review") == "1 row of evidence/findings.csv changed (R1-CE-001: finding)"


def test_rows_added_and_withdrawn_are_named(ran):
    edit(ran, "data/evidence/findings.csv", "R1-CH-001,", "R1-CH-002,")

    told = why(ran, "r1-review")
    assert "1 row of evidence/findings.csv added (R1-CH-002)" in told
    assert "1 row of evidence/findings.csv withdrawn (R1-CH-001)" in told


def test_a_row_without_an_id_goes_by_its_key(ran):
    edit(ran, "data/evidence/included_studies.csv", "Elsewhere", "Nowhere")

    assert why(ran, "r1-review") == "1 row of evidence/included_studies.csv changed (R1 + bellnd: country)"


def test_a_changed_reference_is_named(ran):
    edit(ran, "references.bib", "A made-up trial", "A made-up experiment")

    assert why(ran, "r1-review") == "1 cited entry of references.bib changed (adams2001)"


def test_rows_in_another_order_are_told_as_that(ran):
    path = ran.data / "evidence" / "findings.csv"
    head, first, second, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, second, first, *rest]) + "\n", encoding="utf-8")

    assert why(ran, "r1-review") == "rows of evidence/findings.csv stand in another order"


def test_a_new_paragraph_is_named_and_stale(ran):
    path = ran.prose / "R1" / "answer.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("It costs [R1-CE-001].", encoding="utf-8")

    assert why(ran, "r1-review") == "1 paragraph changed (R1/answer); stale now: R1/answer"


def test_a_description_without_a_changed_row_is_told_as_that(ran):
    edit(ran, "data/datapackage.json", "toward the component's statement", "towards the statement")

    assert why(ran, "r1-review") == "rows or description of evidence/findings.csv changed"


def test_the_template_and_the_code_are_told_in_words(ran):
    edit(ran, "notebooks/realist_review.ipynb", "## Mechanisms", "## Some mechanisms")

    assert why(ran, "r1-review") == "its template realist_review.ipynb changed"


def test_without_a_record_the_table_is_named(ran):
    for path in (ran.build / "state" / "rows").glob("*.json"):
        path.unlink()
    edit(ran, "data/evidence/findings.csv", "cost more than none", "cost less than none")

    assert why(ran, "r1-review") == "rows or description of evidence/findings.csv changed"


def test_a_page_that_was_removed_makes_the_book_again(ran):
    (ran.root / "book" / "how-to-read.md").unlink()

    assert any(line.startswith("run   html") for line in build.explain(ran))


@pytest.mark.parametrize("lock", ["", "task = ["], ids=["no lock file", "a lock file that cannot be read"])
def test_what_was_done_before_a_build_was_cut_short_is_kept_unless_the_record_is_lost(project, lock):
    steps = {step.name: step for step in build._steps(load_inputs(project), True, False)}
    done, cut = steps["chapter r1-review"], steps["chapter m1-map"]
    for step in (done, cut):
        step.produces[0].parent.mkdir(parents=True, exist_ok=True)
        step.produces[0].touch()
    lines = [
        json.dumps({"id": s.name, "depends_on": {f"{s.name}: {k}": v for k, v in s.depends.items()}})
        for s in (done, cut)
    ]
    state = project.build / "state"
    state.mkdir(parents=True)
    # The second line was being written when the build ended.
    (state / "pytask.lock.journal").write_text(f"{lines[0]}\n{lines[1][:-9]}", encoding="utf-8")
    if lock:
        (state / "pytask.lock").write_text(lock, encoding="utf-8")

    planned = {line.split("  (")[0].split(maxsplit=1)[1]: line.split()[0] for line in build.explain(project)}
    assert planned["chapter r1-review"] == ("run" if lock else "keep")
    assert planned["chapter m1-map"] == "run"
