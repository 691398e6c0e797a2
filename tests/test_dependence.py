"""What runs again is what reads the rows that changed: table by table, and for random changes."""

import dataclasses
import json
import random
import re

import pandas as pd
import pytest

from evidencebook import evidence
from evidencebook.chapters import fingerprint, plan
from evidencebook.dependence import Inputs, load_inputs, of_chapter
from evidencebook.prose import cited_rows
from evidencebook.signing import find_paragraphs, sign_off, signature
from evidencebook.staleness import readings

NO_TABLES = {"references", "pages", "descriptor"}
# Rows enough for every component and few enough to be hashed for every table in turn.
SAMPLE = 30
PROSE = {"R1/population_health": "Attendance was reported to rise [R1-PH-001].", "R1/answer": "It costs [R1-CE-001]."}


@pytest.fixture(scope="module")
def loaded(repository):
    """The project's own tables, each thinned to some rows of every part of it."""
    whole = evidence.load(repository)
    frames = {n: _thinned(f) for n, f in whole.frames.items()}
    return dataclasses.replace(whole, frames=frames)


@pytest.fixture(scope="module")
def chapters(repository, loaded):
    return plan(repository, loaded.frames)


@pytest.fixture(scope="module")
def before(chapters, loaded):
    return {c.slug: fingerprint(c, loaded) for c in chapters}


def _thinned(frame):
    step = max(1, len(frame) // SAMPLE)
    return frame if "kind" in frame and "if_clause" in frame else frame.iloc[::step].reset_index(drop=True)


def declared(chapter):
    """What the template's file says that it reads."""
    return json.loads(chapter.template.path.read_text(encoding="utf-8"))["metadata"]["evidencebook"]["reads"]


def reads(chapter, table, *rows):
    """Whether a chapter declares *table* with a filter that one of *rows* passes."""
    filters = declared(chapter).get(table)
    return filters is not None and any(
        all(chapter.parameters[parameter] in row[column].split(";") for column, parameter in filters.items())
        for row in rows
    )


@pytest.mark.build
def test_one_changed_row_of_each_table_runs_exactly_the_chapters_that_read_it(loaded, chapters, before):
    wrong = {}
    for name, frame in loaded.frames.items():
        if frame.empty:
            continue
        changed, old, new = with_changed_cell(loaded, name, len(frame) // 2)
        expected = {c.slug for c in chapters if reads(c, name, old, new)}
        found = {c.slug for c in chapters if fingerprint(c, changed) != before[c.slug]}
        if found != expected:
            wrong[name] = (sorted(found - expected), sorted(expected - found))
    assert wrong == {}


def with_changed_cell(loaded, name, place):
    """Return the evidence with another text in one cell that is no key and no filter, and the row before and after."""
    table = loaded.package.tables[name]
    fixed = {*table.primary_key, "id", "component", "key", "keys"}
    column = next((c.name for c in table.columns if c.type == "string" and c.name not in fixed), table.columns[-1].name)
    frame = loaded.frames[name].astype("object")
    old = frame.iloc[place].to_dict()
    frame.iloc[place, frame.columns.get_loc(column)] = f"{old[column]} and more"
    return (
        dataclasses.replace(loaded, frames=loaded.frames | {name: frame}),
        old,
        frame.iloc[place].to_dict(),
    )


def test_every_table_is_read_by_a_chapter_or_says_why_not(loaded, chapters):
    read = {name for c in chapters for name in declared(c)} - NO_TABLES
    silent = {name for name, table in loaded.package.tables.items() if table.not_shown}

    assert set(loaded.package.tables) - read <= silent
    # A table that is read may say why some of its rows stand on no page.
    assert silent & read == {"extraction_fields", "signed_rows", "events"}


def test_what_a_template_declares_is_there(loaded, chapters):
    assert {name for c in chapters for name in declared(c)} - NO_TABLES <= set(loaded.package.tables)


def test_the_description_of_a_table_runs_its_readers_and_the_dictionary(loaded, chapters, before):
    table = loaded.package.tables["findings"]
    described = {**loaded.package.tables, "findings": dataclasses.replace(table, title="Another title")}
    changed = dataclasses.replace(loaded, package=dataclasses.replace(loaded.package, tables=described))

    found = {c.slug for c in chapters if fingerprint(c, changed) != before[c.slug]}
    assert found == {c.slug for c in chapters if {"findings", "descriptor"} & set(declared(c))}
    assert "data-dictionary" in found


def test_the_seal_of_a_table_runs_nothing(loaded, chapters, before):
    tables = {n: dataclasses.replace(t, hash="sha256:0") for n, t in loaded.package.tables.items()}
    changed = dataclasses.replace(loaded, package=dataclasses.replace(loaded.package, tables=tables))

    assert {c.slug: fingerprint(c, changed) for c in chapters} == before


@pytest.fixture
def signed(project):
    """The made-up synthesis with two paragraphs, signed off."""
    for name, text in PROSE.items():
        path = project.prose / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    who = signature(evidence.load(project), by="coder-a", because="made up", on="2026-01-31")
    sign_off(project, find_paragraphs(project, PROSE), who)
    return project


def hashes(inputs):
    return {c.slug: of_chapter(inputs, c) for c in inputs.chapters}


def with_frames(inputs, frames):
    """Return the inputs as they were with other rows."""
    loaded = dataclasses.replace(inputs.evidence, frames=frames)
    paragraphs = [r.paragraph for r in inputs.readings]
    held = readings(paragraphs, loaded.package, frames)
    return Inputs(inputs.project, loaded, plan(inputs.project, frames), held, inputs.code)


def changed_at_random(frames, package, dice):
    """Return frames with one row changed, added or withdrawn; the table; and that row before and after."""
    name = dice.choice([n for n, f in frames.items() if len(f) and n not in ("sign_offs", "signed_rows")])
    frame = frames[name].astype("object").copy()
    place = dice.randrange(len(frame))
    old = frame.iloc[place].to_dict()
    keep = {*package.tables[name].primary_key, "key", "keys", "kind"}
    what = dice.choice(("change", "move", "add", "withdraw")) if name != "components" else "change"
    if what == "withdraw":
        return frames | {name: frame.drop(index=frame.index[place]).reset_index(drop=True)}, name, [old]
    if what == "move" and "component" in frame and "component" not in keep:
        frame.iloc[place, frame.columns.get_loc("component")] = "M1" if old["component"] == "R1" else "R1"
    elif what == "add":
        new = {c: f"{v}-new" if c == package.tables[name].primary_key[-1] else v for c, v in old.items()}
        return frames | {name: pd.concat([frame, pd.DataFrame([new])], ignore_index=True)}, name, [new]
    else:
        free = [c for c in frame.columns if c not in keep and c != "component"] or list(frame.columns)[-1:]
        frame.iloc[place, frame.columns.get_loc(dice.choice(free))] = f"another {dice.random()}"
    return frames | {name: frame}, name, [old, frame.iloc[place].to_dict()]


def expected_to_run(inputs, name, rows):
    """Return the chapters whose slice holds a row before or after, or whose prose names it or counts it."""
    ids = {row["id"] for row in rows if "id" in row}
    key = inputs.evidence.package.tables[name].primary_key
    others = len(rows) == 1 or len({tuple(row[k] for k in key) for row in rows}) > 1
    return {
        c.slug
        for c in inputs.chapters
        if reads(c, name, *rows)
        or shows(c, inputs.readings, ids, name, rows)
        or (others and counts(c, inputs.readings, name))
    }


def counts(chapter, held, name):
    """Whether a paragraph that the chapter shows counts rows of the table, which it names one by one."""
    return any(
        name in tables.split("+")
        for r in shown_by(chapter, held)
        for tables in re.findall(r"\{(?:count|works) ([a-z_+]+)", r.paragraph.text)
    )


def shown_by(chapter, held):
    """Return the paragraphs that the chapter shows: of its component, or about the whole and named by its slug."""
    raw = json.loads(chapter.template.path.read_text(encoding="utf-8"))["metadata"]["evidencebook"]

    def shown(paragraph):
        about = paragraph.component == "report" and paragraph.section.partition(".")[0] == chapter.slug
        own = paragraph.component == chapter.parameters.get("component")
        return (raw.get("all_prose") or about or own) and paragraph.section in raw.get("prose", [paragraph.section])

    return [r for r in held if shown(r.paragraph)]


def shows(chapter, held, ids, name, rows):
    raw = json.loads(chapter.template.path.read_text(encoding="utf-8"))["metadata"]["evidencebook"]
    if (
        name == "components"
        and "pages" in raw["reads"]
        and len({(row["title"], row["short_title"]) for row in rows}) > 1
    ):
        return True
    if name not in ("findings", "cmo") or not volatile_free(rows):
        return False
    return any(ids & set(cited_rows(r.paragraph.text)) for r in shown_by(chapter, held))


def volatile_free(rows):
    """Whether the rows differ in more than who coded them; an added or withdrawn row does."""
    said = [{k: v for k, v in row.items() if k != "coded_by"} for row in rows]
    return len(said) == 1 or said[0] != said[-1]


@pytest.mark.build
def test_random_changes_run_the_chapters_whose_rows_they_touch(signed):
    inputs = load_inputs(signed)
    before = hashes(inputs)
    for seed in range(50):
        dice = random.Random(seed)
        frames, name, rows = changed_at_random(inputs.evidence.frames, inputs.evidence.package, dice)
        after = hashes(with_frames(inputs, frames))
        found = {slug for slug in before if before[slug] != after.get(slug)}
        assert found == expected_to_run(inputs, name, rows), (seed, name, rows)


# A changed component changes the plan, a changed record of signing what is stale: tests of their own.
SIGNED = ("components", "sign_offs", "signed_rows")


@pytest.mark.build
def test_random_changes_of_the_project_run_the_chapters_whose_rows_they_touch(repository):
    inputs = load_inputs(repository)
    before = hashes(inputs)
    for seed in range(25):
        dice = random.Random(seed)
        name = dice.choice([n for n, f in inputs.evidence.frames.items() if len(f) and n not in SIGNED])
        changed, old, new = with_changed_cell(inputs.evidence, name, dice.randrange(len(inputs.evidence.frames[name])))
        after = hashes(with_frames(inputs, changed.frames))
        found = {slug for slug in before if before[slug] != after[slug]}
        assert found == expected_to_run(inputs, name, [old, new]), (seed, name)


def append(project, table, line):
    path = project.data / table
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


def would_run(project, before):
    """Return the chapters that are new or depend on something that changed."""
    after = hashes(load_inputs(project))
    return {slug for slug in after if after[slug] != before.get(slug)}


def test_a_new_component_runs_its_own_pages_and_those_that_list_components(signed):
    before = hashes(load_inputs(signed))
    append(signed, "theory/components.csv", "M9,map,Made-up map,Made-up,,A happens,B follows,,,ch3 M9 ¶1")

    assert would_run(signed, before) == {
        "m9-map",
        "m9-theory",
        *{"home", "sign-offs", "gap-map", "whats-new", "active-ingredients", "downloads", "explorer"} & set(before),
    }


def test_a_new_study_runs_the_review_that_lists_it(signed):
    before = hashes(load_inputs(signed))
    works = signed.bibliography.read_text(encoding="utf-8")
    signed.bibliography.write_text(
        works + "\n@misc{new1999,\n  title = {New},\n  year = {1999},\n}\n", encoding="utf-8"
    )
    append(signed, "evidence/included_studies.csv", 'R1,new1999,"New, 1999",Nowhere,Case study,case_study,app5')

    assert would_run(signed, before) == {"r1-review", "r1-theory", "gap-map", "home", "downloads", "explorer"}


def test_a_new_template_runs_its_chapter_and_those_that_name_pages(signed):
    before = hashes(load_inputs(signed))
    raw = {"slug": "extra", "title": "Extra", "reads": {}}
    notebook = {"cells": [], "metadata": {"evidencebook": raw}, "nbformat": 4, "nbformat_minor": 5}
    (signed.notebooks / "extra.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    naming = {c.slug for c in load_inputs(signed).chapters if "pages" in c.template.reads}
    assert would_run(signed, before) == {"extra"} | naming


def test_another_pinned_package_runs_everything(signed):
    before = hashes(load_inputs(signed))
    (signed.root / "requirements.lock").write_text("pandas==99.0\n", encoding="utf-8")

    assert would_run(signed, before) == set(before)


def test_a_reworded_paragraph_runs_only_the_pages_that_show_it(signed):
    before = hashes(load_inputs(signed))
    (signed.prose / "R1" / "population_health.md").write_text("Attendance rose [R1-PH-001].", encoding="utf-8")

    assert would_run(signed, before) == {"r1-review", "sign-offs"}
