"""One row of each table that explains itself, so that a new synthesis builds and shows how rows hang together.

Every text says that it is an example. Takes `Answers` and the codes of domains; goes to `tables`.
"""

from __future__ import annotations

from evidencebook.starter.answers import Answers, Part

Row = dict[str, str]
KEY, CODER, SOURCE = "example2020", "coder-a", "example"
BIBLIOGRAPHY = """\
% Works that the tables cite, by the key before the first comma. Replace the example.
@article{example2020,
  author = {Example, Ann and Sample, Ben},
  title = {An example entry: replace it with a work of your own},
  journal = {Journal of Examples},
  year = {2020},
}
"""


def rows(answers: Answers, codes: dict[str, str]) -> dict[str, list[Row]]:
    """Return the example rows by table; tables that the commands write have none."""
    first = answers.components[0]
    finding, chain = f"{first.id}-{codes[answers.domains[0].value]}-001", f"{first.id}-CMO-01"
    return {
        "sources": [_source()],
        "components": [_component(part) for part in answers.components],
        "coders": [
            {"id": CODER, "role": "coding", "description": "Example: who codes, and how a second reader checks."}
        ],
        "findings": [_finding(finding, first, answers)],
        "cmo": [_chain(chain, first, answers)],
        "included_studies": [_study(first, answers.country)] if first.kind == "review" else [],
        "evidence_maps": [_focus(part) for part in answers.components if part.kind == "map"][:1],
        **_model(first),
        "active_ingredients": [_ingredient(first, finding)],
        "discrepancies": [_discrepancy()],
        "discrepancy_claims": [{"discrepancy": "D001", "component": first.id, "claim": finding}],
        "glossary": [_term()],
        "abbreviations": [{"abbreviation": "EX", "expansion": "example", "source_id": SOURCE, "locator": "p. 1"}],
    }


def _source() -> Row:
    title = "Example: a document that the tables draw on, such as a protocol or a glossary"
    return {"id": SOURCE, "title": title, "authors": "Example: who wrote it", "year": "2020"}


def _component(part: Part) -> Row:
    return {
        "id": part.id,
        "kind": part.kind,
        "title": part.title,
        "short_title": part.title if len(part.title) < 30 else part.title[:27].rsplit(" ", 1)[0],
        "if_clause": "Example: write here what is done, by whom and where",
        "then_clause": "Example: write here what is expected to follow, and for whom",
        "locator": "example: where this statement comes from",
    }


def _finding(identifier: str, part: Part, answers: Answers) -> Row:
    return {
        "id": identifier,
        "component": part.id,
        "domain": answers.domains[0].value,
        "topic": "Example",
        "stance": answers.stances[0].value,
        "finding": "Example: one claim about one sentence or table of a work, in your own words",
        "keys": KEY,
        "locator": "p. 1, Results, paragraph 1",
        "coded_by": CODER,
    }


def _chain(identifier: str, part: Part, answers: Answers) -> Row:
    return {
        "id": identifier,
        "component": part.id,
        "actor": answers.actors[0].value,
        "title": "Example: the mechanism in a few words",
        "context": "Example: the circumstances",
        "resource": "Example: what the programme brings",
        "reasoning": "Example: how people respond to it; leave a part empty when the work does not state it",
        "outcome": "Example: what follows",
        "keys": KEY,
        "locator": "p. 2, Discussion, paragraph 1",
        "coded_by": CODER,
    }


def _study(part: Part, country: str) -> Row:
    return {
        "component": part.id,
        "key": KEY,
        "label": "Example and Sample 2020",
        "country": country,
        "study_type": "as printed, such as cohort study",
        "design": "observational",
        "locator": "p. 1",
    }


def _focus(part: Part) -> Row:
    return {
        "component": part.id,
        "focus": "Example: what this set of works is about",
        "role": "context",
        "key": KEY,
        "label": "Example and Sample",
        "locator": "p. 1",
    }


def _model(part: Part) -> dict[str, list[Row]]:
    boxes = [("N01", "activity", "Example: what is done"), ("N02", "outcome", "Example: what follows")]
    nodes = [
        {"id": f"{part.id}-{n}", "component": part.id, "stage": s, "label": t, "basis": "stated", "locator": "p. 1"}
        for n, s, t in boxes
    ]
    link = {"component": part.id, "from_id": nodes[0]["id"], "to_id": nodes[1]["id"]}
    return {"logic_model_nodes": nodes, "logic_model_links": [link]}


def _ingredient(part: Part, finding: str) -> Row:
    return {
        "id": "AI-EXA-W1",
        "theme": "Example theme",
        "kind": "what",
        "text": "Example: something to do, with the rows that it rests on",
        "components": part.id,
        "com_b": "opportunity",
        "claims": finding,
        "locator": "drawn by the team",
    }


def _discrepancy() -> Row:
    return {
        "id": "D001",
        "source_id": SOURCE,
        "locator": "p. 1",
        "stated": "Example: what the document prints",
        "found": "Example: what is found instead, and how it is known",
        "status": "open",
        "resolution": "Example: what this synthesis does about it",
    }


def _term() -> Row:
    return {
        "term": "Example term",
        "definition": "Example: its meaning in your own words",
        "linked": "no",
        "source_id": SOURCE,
        "locator": "p. 1",
    }
