"""Labels of strength, consistency and gap: every step of the rule on bodies of work small enough to count by hand."""

import csv
import html
import re
from collections import defaultdict
from types import SimpleNamespace

import pandas as pd
import pytest

from evidencebook import evidence
from evidencebook.audit import strength_rules_read
from evidencebook.blocks.component import gaps_of, key_facts, read_on, verdict
from evidencebook.blocks.verdicts import compared
from evidencebook.chapters import plan
from evidencebook.errors import ProjectError
from evidencebook.report import open_chapter
from evidencebook.rulebook import read_rules
from evidencebook.strength import strength_table

AIMS = ["population_health", "cost_effectiveness", "patient_experience", "staff_experience"]
TRIAL, SURVEY, CASE = "randomised_trial", "observational", "case_study"
REVIEW, SYSTEMATIC, OTHER = "review", "systematic_review", "other"
UK, US = "UK", "USA"


@pytest.fixture(scope="module")
def rule(mini):
    """The tables of the rule as shipped."""
    frames = evidence.load(mini).frames
    return {name: frames[name] for name in ("vocabulary", "strength_groups", "strength_rules")}


def frames(rule, works, *, kind="review", domains=AIMS, said="confirming", practice=0):
    """One component whose *works* (design, country; an empty design is not coded) each carry a finding.

    *said* is the stance of all of them, or one or more stances for each.
    """
    stances = [said] * len(works) if isinstance(said, str) else said
    findings, studies = [], []
    for number, ((design, country), own) in enumerate(zip(works, stances, strict=True)):
        for domain in domains:
            for stance in own.split():
                findings.append(("X1", domain, stance, f"w{number}"))
        if design:
            studies.append(("X1", f"w{number}", design, country))
    return rule | {
        "components": pd.DataFrame([("X1", kind)], columns=["id", "kind"]),
        "findings": pd.DataFrame(findings, columns=["component", "domain", "stance", "keys"]),
        "included_studies": pd.DataFrame(studies, columns=["component", "key", "design", "country"]),
        "vanguard_examples": pd.DataFrame({"component": ["X1"] * practice}),
    }


def cell(made, domain=AIMS[0]):
    table = strength_table(made, ("vanguard_examples",))
    return table[table["domain"] == domain].iloc[0]


def hinges(row, name):
    return set(row[f"{name}_hinges"].split(";")) - {""}


STRONG = [(REVIEW, UK)] * 3 + [(TRIAL, UK)] * 2 + [(SURVEY, US)] * 5
MODERATE = [(REVIEW, UK), (CASE, UK), (CASE, US), (SURVEY, US), (TRIAL, US)]
STEPS = {
    "ten studies and reviews, two of them trials": (STRONG, "strong"),
    "one trial only": ([(SURVEY, UK) if n == 3 else w for n, w in enumerate(STRONG)], "moderate"),
    "four from the United Kingdom only": ([(REVIEW, US), *STRONG[1:]], "moderate"),
    "two reviews only": ([(SURVEY, UK), *STRONG[1:]], "moderate"),
    "more than a quarter commentary": ([*STRONG, *[(OTHER, UK)] * 4], "moderate"),
    "five studies and reviews, one a review, two from the United Kingdom": (MODERATE, "moderate"),
    "none a review": ([(SURVEY, UK), *MODERATE[1:]], "limited"),
    "one from the United Kingdom": ([(REVIEW, US), *MODERATE[1:]], "limited"),
    "four studies and reviews": (MODERATE[:4], "limited"),
    "half commentary": ([*MODERATE, *[(OTHER, UK)] * 5], "moderate"),
    "more than half commentary": ([*MODERATE, *[(OTHER, UK)] * 6], "limited"),
    "three works of unknown design": ([("", "")] * 3, "limited"),
    "two works of unknown design": ([("", "")] * 2, "very_limited"),
    "two case studies and much commentary": ([(CASE, UK)] * 2 + [(OTHER, UK)] * 9, "very_limited"),
    "commentary alone": ([(OTHER, UK)] * 9, "very_limited"),
    "no work": ([], "none"),
}


@pytest.mark.parametrize(("works", "label"), STEPS.values(), ids=STEPS)
def test_strength_follows_designs_places_and_number_of_works(rule, works, label):
    row = cell(frames(rule, works))

    assert row["strength"] == label
    assert row["works"] == len(works)


def test_ten_findings_of_one_work_are_one_work(rule):
    row = cell(frames(rule, [(REVIEW, UK)], said=["confirming " * 10]))

    assert (row["findings"], row["works"], row["strength"]) == (10, 1, "very_limited")


def test_a_description_without_a_stance_counts_nothing(rule):
    made = frames(rule, MODERATE)
    made["findings"]["stance"] = ""

    assert cell(made)["strength"] == "none"


def test_a_map_is_never_more_than_limited_and_says_which_ceiling(rule):
    row = cell(frames(rule, STRONG, kind="map"))

    assert (row["strength"], row["ceiling"]) == ("limited", "SR-06")
    assert cell(frames(rule, STRONG))["ceiling"] == ""


OVERALL = {
    "all aims alike": (AIMS, [], "moderate", ""),
    "one aim limited": (AIMS[:3], [("w0", AIMS[3]), ("w1", AIMS[3]), ("w2", AIMS[3])], "moderate", "SR-09"),
    "one aim very limited": (AIMS[:3], [("w0", AIMS[3])], "limited", "SR-08"),
    "one aim empty": (AIMS[:3], [], "very_limited", "SR-07"),
}


@pytest.mark.parametrize(("domains", "more", "label", "at"), OVERALL.values(), ids=OVERALL)
def test_overall_stands_at_most_one_step_above_the_weakest_aim(rule, domains, more, label, at):
    made = frames(rule, MODERATE, domains=domains)
    extra = pd.DataFrame([("X1", d, "confirming", w) for w, d in more], columns=made["findings"].columns)
    made["findings"] = pd.concat([made["findings"], extra], ignore_index=True)

    row = cell(made, "")

    assert (row["strength"], row["ceiling"]) == (label, at)
    assert row["works"] == 5  # works are pooled: each counts once for the component


def test_unintended_consequences_are_labelled_and_left_out_of_the_whole(rule):
    made = frames(rule, MODERATE, domains=["unintended_consequences"])

    assert cell(made, "unintended_consequences")["strength"] == "moderate"
    assert cell(made, "")["works"] == 0


F, A, D, B = "confirming", "negating", "modifying", "confirming negating"
SIDES = {
    "no work": ([], "untested"),
    "one work": ([F], "untested"),
    "two that agree": ([F, F], "consistent"),
    "three in four agree": ([F, F, F, A], "consistent"),
    "three in four say it depends": ([D, D, D, F], "consistent"),
    "two in three agree": ([F, F, A], "mixed"),
    "two against two": ([F, F, A, A], "contested"),
    "one against two": ([F, F, A, D, D], "mixed"),
    "two in thirteen against": ([F] * 11 + [A] * 2, "contested"),
    "two in fourteen against": ([F] * 12 + [A] * 2, "consistent"),
    "works that report both kinds": ([B, B, B, B], "mixed"),
    "for, and for with conditions": ([F, "confirming modifying", F], "consistent"),
}


@pytest.mark.parametrize(("said", "label"), SIDES.values(), ids=SIDES)
def test_consistency_counts_the_sides_that_works_take(rule, said, label):
    assert cell(frames(rule, [(CASE, UK)] * len(said), said=said))["consistency"] == label


def test_many_findings_of_one_dissenting_work_do_not_make_a_contest(rule):
    row = cell(frames(rule, [(CASE, UK)] * 4, said=[F, F, F, "negating " * 20]))

    assert row["consistency"] == "consistent"


GAPS = {
    "nothing at all": ([], {}, "no_evidence"),
    "examples from practice only": ([], {"practice": 2}, "practice_only"),
    "works for and against": (MODERATE, {"said": [F, F, A, A, D]}, "contested"),
    "two works": (MODERATE[:2], {}, "few_works"),
    "a map": ([("", "")] * 4, {"kind": "map"}, "unsynthesised"),
    "studies without a review": ([(CASE, UK)] * 6, {}, "unsynthesised"),
    "a review among several studies": (MODERATE, {"practice": 3}, "none"),
}


@pytest.mark.parametrize(("works", "more", "label"), GAPS.values(), ids=GAPS)
def test_each_type_of_gap(rule, works, more, label):
    assert cell(frames(rule, works, **more))["gap"] == label


def test_a_label_that_one_work_decides_names_it(rule):
    # Five works of which w0 is the only review: without it the label falls, and so does each at the threshold of five.
    six = cell(frames(rule, [*MODERATE, (CASE, UK)]))

    assert six["strength"] == "moderate"
    assert hinges(six, "strength") == {"w0"}
    assert hinges(six, "gap") == {"w0"}
    assert hinges(cell(frames(rule, MODERATE)), "strength") == {"w0", "w1", "w2", "w3", "w4"}


def test_a_label_with_works_to_spare_is_robust(rule):
    row = cell(frames(rule, [*MODERATE, (REVIEW, UK)]))

    assert hinges(row, "strength") == set()


def test_consistency_and_contested_gap_hang_on_the_second_dissenter(rule):
    row = cell(frames(rule, [*MODERATE, (REVIEW, UK)], said=[F, F, F, D, A, A]))

    assert row["gap"] == "contested"
    assert hinges(row, "consistency") == hinges(row, "gap") == {"w4", "w5"}


def test_a_finding_that_another_work_carries_too_outlives_the_one_left_out(rule):
    made = frames(rule, [("", "")] * 3)
    made["findings"] = made["findings"].assign(keys="w0;w1;w2").drop_duplicates()

    row = cell(made)

    assert (row["findings"], row["works"], row["strength"]) == (1, 3, "limited")
    assert hinges(row, "strength") == {"w0", "w1", "w2"}
    assert hinges(row, "consistency") == set()


def test_thresholds_are_data(rule):
    rows = rule["strength_rules"]
    eased = rule | {
        "strength_rules": rows.assign(conditions=rows["conditions"].replace("informing>=3", "informing>=2"))
    }

    assert cell(frames(eased, [("", "")] * 2))["strength"] == "limited"


def test_a_place_counts_as_near_where_the_data_say_so(rule):
    abroad = [(design, "Nowhere") for design, _ in MODERATE]
    rows = rule["strength_groups"]
    moved = rule | {"strength_groups": rows.assign(value=rows["value"].replace("UK", "Nowhere"))}

    assert cell(frames(rule, abroad))["strength"] == "limited"
    assert cell(frames(moved, abroad))["strength"] == "moderate"


def test_a_country_without_a_row_of_its_own_is_elsewhere_and_no_country_is_unplaced(rule):
    row = cell(frames(rule, [(CASE, "Sweden"), (CASE, UK), ("", "")]))

    assert (row["elsewhere"], row["near"], row["unplaced"]) == (1, 1, 1)


def test_a_list_that_labels_no_cell_is_refused(rule):
    rows = rule["strength_rules"]
    short = read_rules(rule | {"strength_rules": rows[rows["id"] != "SR-05"]})

    with pytest.raises(ProjectError, match="no row of the list 'strength' that always holds"):
        short.first("strength", {})


def test_the_shipped_rule_is_sound(mini):
    assert list(strength_rules_read(evidence.load(mini))) == []


# Counted by hand from tests/mini: strength, consistency, gap, works, works without which the strength changes.
MINI = {
    ("R1", "population_health"): ("very_limited", "untested", "few_works", 1, {"adams2001"}),
    ("R1", "cost_effectiveness"): ("very_limited", "untested", "few_works", 1, {"testtrust2010"}),
    ("R1", "patient_experience"): ("very_limited", "consistent", "few_works", 2, set()),
    ("R1", "staff_experience"): ("none", "untested", "no_evidence", 0, set()),
    ("R1", "unintended_consequences"): ("none", "untested", "no_evidence", 0, set()),
    ("R1", ""): ("very_limited", "mixed", "few_works", 3, set()),
    ("M1", "staff_experience"): ("very_limited", "untested", "few_works", 1, {"bellnd"}),
    ("M1", ""): ("very_limited", "untested", "few_works", 1, {"bellnd"}),
}


@pytest.mark.parametrize(("place", "answer"), MINI.items(), ids=map("-".join, MINI))
def test_the_made_up_synthesis_is_labelled_as_counted_by_hand(mini, place, answer):
    table = strength_table(evidence.load(mini).frames).set_index(["component", "domain"])

    row = table.loc[place]

    assert (row["strength"], row["consistency"], row["gap"], row["works"]) == answer[:4]
    assert hinges(row, "strength") == answer[4]


@pytest.mark.parametrize(
    ("own", "theirs", "said"),
    [
        ("moderate", "moderate", "Rule and source both come to moderate."),
        ("moderate", "very_limited", "2 steps above the source, which comes to very limited."),
        ("limited", "moderate", "The rule comes to limited, 1 step below the source"),
        ("limited", "", "The source gives no level to compare with."),
    ],
    ids=["alike", "above", "below", "not judged"],
)
def test_the_page_says_where_rule_and_source_part(rule, own, theirs, said):
    chapter = SimpleNamespace(rows=rule.get)

    assert said in compared(chapter, {"strength": own}, {"strength": theirs})


@pytest.fixture
def review(project):
    """The review of the made-up synthesis, with a judgement of the source on it."""
    path = project.data / "synthesis" / "source_judgements.csv"
    with path.open("a", encoding="utf-8") as file:
        file.write("SJ-R1,R1,,Support good,moderate,Read as moderate,The source weighs what is made up.,ch1 ¶2\n")
    return open_chapter("realist_review", component="R1")


def test_each_aim_shows_its_label_what_it_counts_and_the_work_it_hangs_on(review):
    line = verdict(review, "population_health").text

    assert "[Very limited]{.grade .grade-1} untested · gap: few works · 1 work: studies 1; for 1" in line
    assert "strength hangs on one work, Adams" in line


def test_key_facts_hold_the_label_against_the_source_and_say_what_the_source_weighs(review):
    panel = key_facts(review).text

    assert "[Very limited]{.grade .grade-1} mixed" in panel
    assert "an empty aim holds it at very limited" in panel
    assert "The rule comes to very limited, 2 steps below the source, which comes to moderate" in panel
    assert "The source weighs what is made up" in panel


def test_gaps_name_the_aims_of_each_type(review):
    told = gaps_of(review).text

    assert told.index("[No evidence]{.topic}") < told.index("- Staff and provider experience: ")
    assert told.index("[Few works]{.topic}") < told.index("- Population health: ")
    assert "0 findings from 0 works" in told


def test_a_component_page_leads_on_to_its_other_page_and_its_ingredients(review):
    told = read_on(review).text

    assert "[programme theory](r1-theory.ipynb)" in told
    assert "r1-review.ipynb" not in told
    assert [i for i in ("#ai-des-w1", "#ai-des-h1", "#ai-del-w1") if i in told] == ["#ai-des-w1", "#ai-des-h1"]


def test_a_page_that_lists_by_component_reads_only_the_rows_whose_list_names_it(project):
    chapter = open_chapter("evidence_map", component="M1")

    assert list(chapter.rows("active_ingredients")["id"]) == ["AI-DES-W1"]


@pytest.mark.build
def test_the_printed_label_is_the_one_counted_from_the_files(report):
    """R1, population health, counted here from the CSV files alone, against the table of the gap map."""
    with (report.data / "evidence" / "included_studies.csv").open(encoding="utf-8", newline="") as file:
        studies = {r["key"]: r for r in csv.DictReader(file) if r["component"] == "R1"}
    sides = defaultdict(set)
    with (report.data / "evidence" / "findings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["component"], row["domain"]) == ("R1", "population_health"):
                for key in row["keys"].split(";"):
                    sides[key].add(row["stance"])
    reviews = sum("review" in studies[k]["design"] for k in sides)
    near = sum(studies[k]["country"] == "UK" for k in sides)
    # 10 works, all studies or reviews, 8 of them reviews, 2 British: moderate. Four speak only for, three both ways.
    assert (len(sides), reviews, near) == (10, 8, 2)
    assert sum({"confirming", "negating"} <= said for said in sides.values()) == 3

    page = (report.html / "book" / "chapters" / "gap-map.html").read_text(encoding="utf-8")
    start = page.index('id="gap-map-tab-strength"')
    first = page[page.index("<tbody>", start) : page.index("</tr>", page.index("<tbody>", start))]
    cells = [
        " ".join(html.unescape(re.sub(r"<[^>]+>", "", c)).split()) for c in re.findall(r"<td>(.*?)</td>", first, re.S)
    ]

    assert cells[0] == "R1 Population health"
    assert cells[1] == "Moderate mixed"
    assert cells[2] == "No gap by this rule"
    assert cells[3].startswith("12 findings, 10 works: reviews 8, studies 2; UK 2,")
    assert cells[3].endswith("for 4, both 3, it depends 3")


@pytest.mark.build
def test_every_component_page_leads_to_its_ingredients_and_to_the_rule(report):
    for chapter in plan(report, evidence.load(report).frames):
        if "component" not in chapter.parameters:
            continue
        page = (report.html / f"{chapter.document}.html").read_text(encoding="utf-8")
        ingredients = re.findall(r'href="active-ingredients\.html#(ai-[a-z0-9-]+)"', page)
        target = (report.html / "book" / "chapters" / "active-ingredients.html").read_text(encoding="utf-8")
        assert ingredients, chapter.slug
        assert all(f'id="{anchor}"' in target for anchor in ingredients), chapter.slug
        assert "gap-map.html#gap-map-tab-rule-strength" in page, chapter.slug
