"""The rule of strength in the explorer's script against the engine's, on the report's own rows, cell by cell."""

import pytest

from evidencebook import evidence
from evidencebook.explorer import explorer_data
from evidencebook.schema import split_list
from evidencebook.strength import strength_table

LISTS = ("strength", "consistency", "gap")
COLUMNS = (
    "component",
    "domain",
    "works",
    *LISTS,
    "ceiling",
    *(f"{n}_rule" for n in LISTS),
    *(f"{n}_hinges" for n in LISTS),
)
JUDGE = """data => {
    const judge = window.evidencebook.rulebook(data), lists = ["strength", "consistency", "gap"];
    return data.component.flatMap(([component]) => {
        const { cells, hinges } = judge(component, data.findings);
        return [...cells].map(([domain, c]) => [component, domain, c.counts.works, ...lists.map(n => c[n]), c.ceiling,
            ...lists.map(n => c[n + "_rule"]), ...lists.map(n => hinges().get(domain)[n].join(";"))]);
    });
}"""


@pytest.fixture(scope="module")
def loaded(repository):
    return evidence.load(repository)


@pytest.fixture(scope="module")
def data(loaded):
    return explorer_data(loaded.frames, loaded.references, loaded.package.practice)


@pytest.fixture(scope="module")
def page(browser, repository):
    page = browser.new_page()
    page.add_script_tag(path=repository.root / "book" / "_static" / "explorer-rule.js")
    yield page
    page.close()


def picked(data, which):
    """Works that a reader keeps: all, those from one country, those of some years."""
    return {
        "all": set(data["works"]),
        "one country": {key for _, key, _, _, place in data["studies"] if place == "UK"},
        "some years": {key for key, work in data["works"].items() if work["year"] and work["year"] >= 2013},
        "no design": set(data["works"]) - {key for _, key, *_ in data["studies"]},
    }[which]


@pytest.mark.parametrize("which", ["all", "one country", "some years", "no design"])
def test_script_labels_every_cell_as_the_engine_does(page, loaded, data, which):
    works = picked(data, which)
    findings = loaded.frames["findings"]
    keys = findings["keys"].map(lambda cell: ";".join(k for k in split_list(cell) if k in works))
    kept = findings.assign(keys=keys)[keys != ""]
    expected = strength_table({**loaded.frames, "findings": kept}, loaded.package.practice)
    own = [{**row, "keys": [k for k in row["keys"] if k in works]} for row in data["findings"]]
    found = page.evaluate(JUDGE, {**data, "findings": [row for row in own if row["keys"]]})
    assert found == expected[list(COLUMNS)].astype({"works": int}).to_numpy().tolist()
    assert len({row[3] for row in found}) > 1
