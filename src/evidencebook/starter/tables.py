"""The tables of a new synthesis: the project's own schema and rules with its words, and one explained row each.

Takes `Answers`; returns the descriptor and every CSV file as text. Codes of this project's synthesis
(domains, stances, actors, the place that counts as near) are put in place of those of the schema that is
shared; nothing else of its rows is taken along.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from typing import Any

from evidencebook.rulebook import AGAINST, CLAIMED, CONDITIONAL, FOR, JUDGED
from evidencebook.starter import examples, shared, text
from evidencebook.starter.answers import DESCRIBED, Answers, Term
from evidencebook.vocabulary import AGAINST as LAST
from evidencebook.vocabulary import BETWEEN, tones
from evidencebook.vocabulary import FOR as FIRST

Row = dict[str, str]
TABLES = (
    "sources",
    "vocabulary",
    "components",
    "logic_model_nodes",
    "logic_model_links",
    "included_studies",
    "findings",
    "cmo",
    "coders",
    "evidence_maps",
    "active_ingredients",
    "discrepancies",
    "discrepancy_claims",
    "glossary",
    "abbreviations",
    "strength_groups",
    "strength_rules",
    "sign_offs",
    "signed_rows",
    "versions",
    "events",
)
# Lists of the vocabulary that only the project's own synthesis uses.
_NOT_LISTS = ("origin", "evidence_kind", "barrier_kind", "judgement")
_LOCATOR = "where in the work: page, section and paragraph, table or figure"
_COMPONENT, _ANY_COMPONENT = "[RM][0-9]", "[A-Z][0-9]{1,2}"
_GROUP = {FIRST: FOR, BETWEEN: CONDITIONAL, LAST: AGAINST}

# What only an edition of one source report says, and what a synthesis of works says in its place.
_WORDS = (
    (r" A service shown to be as safe .* as its result\.", ""),
    ("Any study type that the source names a systematic review", "What calls itself a systematic review"),
    ("What the service or arrangement is", "What the programme is"),
    ("The source mapped this component and did not review it", "This component is mapped, not reviewed"),
    ("The source reviewed this component", "This component is reviewed in depth"),
    ("how the source treats it", "whether it is reviewed in depth or mapped"),
    ("title as in the source", "title"),
    ("the source's own judgement", "the team's judgement"),
    ("the source does not state", "the work does not state"),
    ("(coded|chosen) by this edition", r"\1 by the team"),
    ("this edition's wording", "in the team's words"),
    ("([Tt])his edition", r"\1his synthesis"),
)


def descriptor(answers: Answers, created: str) -> dict[str, Any]:
    """Return the data package of a new synthesis."""
    raw = json.loads((shared() / "data" / "datapackage.json").read_text(encoding="utf-8"))
    by_name = {resource["name"]: resource for resource in raw["resources"]}
    return {
        "$schema": raw["$schema"],
        "profile": raw["profile"],
        "name": answers.name,
        "title": _data_title(answers.title),
        "description": "The evidence tables from which every chapter is generated.",
        "version": "0.1.0",
        "created": created,
        "licenses": raw["licenses"],
        # The last one has no rows in the report itself, which tells of the screening that its source prints.
        "resources": [*(_resource(by_name[name], answers) for name in TABLES), json.loads(text("record_flow.json"))],
    }


def _data_title(title: str) -> str:
    """Return the title of the tables, which is not that of the book."""
    what = "vidence tables of a realist synthesis"
    return f"{title} E{what}" if title[-1] in "?!." else f"{title}: e{what}"


def files(answers: Answers, described: dict[str, Any]) -> dict[str, str]:
    """Return every CSV file of the package *described*, by path below the data folder."""
    rows = examples.rows(answers, codes(answers)) | {
        "vocabulary": _vocabulary(answers),
        "strength_groups": _groups(answers),
        "strength_rules": [_placed(row, answers.country) for row in _shared("synthesis/strength_rules.csv")],
    }
    return {
        resource["path"]: _csv([f["name"] for f in resource["schema"]["fields"]], rows.get(resource["name"], []))
        for resource in described["resources"]
    }


def codes(answers: Answers) -> dict[str, str]:
    """Return a code of two or three letters for each domain, for the ids of its findings."""
    found: dict[str, str] = {}
    for term in (*answers.outcomes, *(Term(d, d) for d in DESCRIBED)):
        words = [w for w in term.value.split("_") if w not in ("and", "of", "the", "in", "for", "to")] or [term.value]
        short = "".join(w[0] for w in words)[:3] if len(words) > 1 else words[0][:2]
        tries = [
            short,
            *(short[:1] + c for c in "".join(words)[1:]),
            *(short[:1] + c for c in "abcdefghijklmnopqrstuvwxyz"),
        ]
        found[term.value] = next(t for t in map(str.upper, tries) if len(t) > 1 and t not in found.values())
    return found


def _resource(shared_one: dict[str, Any], answers: Answers) -> dict[str, Any]:
    made = copy.deepcopy(shared_one)
    made.pop("hash", None)
    made["description"] = _worded(made.pop("evidencebook:new", made["description"]))
    allowed = {
        "domain": [*(t.value for t in answers.outcomes), *DESCRIBED],
        "stance": [t.value for t in answers.stances],
        "actor": [t.value for t in answers.actors],
    }
    for column in made["schema"]["fields"]:
        rules = column.get("constraints", {})
        if column["name"] in allowed and "enum" in rules:
            rules["enum"] = allowed[column["name"]]
        if (made["name"], column["name"]) == ("findings", "domain"):
            column["evidencebook:codes"] = codes(answers)
        if column["name"] == "country":
            rules.pop("required", None)
            column["description"] = "country as printed; empty when none is printed"
        if column["name"] == "locator":
            rules.pop("pattern", None)
            column["description"] = _LOCATOR
        if "pattern" in rules:
            rules["pattern"] = _pattern(rules["pattern"], answers)
        column["description"] = _worded(column["description"])
    return made


def _pattern(pattern: str, answers: Answers) -> str:
    """Let ids have this synthesis's components and domains."""
    own = "|".join(sorted(codes(answers).values()))
    return re.sub(r"\((?:[A-Z]{2}\|)+[A-Z]{2}\)", f"({own})", pattern.replace(_COMPONENT, _ANY_COMPONENT))


def _vocabulary(answers: Answers) -> list[Row]:
    """Return the shared vocabulary with this synthesis's domains, stances, actors and place."""
    ours = _shared("vocabulary.csv")
    described = [row for row in ours if row["list"] == "domain" and row["value"] in DESCRIBED]
    tone_rules = {tone: row["description"] for row, tone in _by_tone(ours)}
    told = {"domain": answers.outcomes, "actor": answers.actors, "stance": answers.stances}
    own = {name: [_word(name, t, tone_rules.get(_tone(answers, t), "")) for t in terms] for name, terms in told.items()}
    own["domain"] += [_placed(row, answers.country) for row in described]
    kept = [_placed(row, answers.country) for row in ours if row["list"] not in (*own, *_NOT_LISTS)]
    return [*(row for rows in own.values() for row in rows), *kept]


def _word(name: str, term: Term, rule: str) -> Row:
    usual = {
        "domain": f"Findings on {term.label.lower()}",
        "actor": f"Whose response is described: {term.label.lower()}",
    }
    told = term.rule or usual.get(name) or _worded(rule)
    return {"list": name, "value": term.value, "label": term.label, "description": told}


def _tone(answers: Answers, term: Term) -> str:
    return tones(t.value for t in answers.stances).get(term.value, "") if term in answers.stances else ""


def _by_tone(words: list[Row]) -> list[tuple[Row, str]]:
    stances = {row["value"]: row for row in words if row["list"] == "stance"}
    return [(stances[value], tone) for value, tone in tones(stances).items()]


def _groups(answers: Answers) -> list[Row]:
    """Return what each code counts as: the shared rows, with this synthesis's stances and outcomes."""
    kept = [
        _placed(r, answers.country)
        for r in _shared("synthesis/strength_groups.csv")
        if r["column"] not in ("stance", "domain")
    ]
    own = [
        {
            "column": "stance",
            "value": value,
            "groups": _GROUP[tone],
            "description": f"Speaks {_GROUP[tone]}" if tone != BETWEEN else "Neither for nor against",
        }
        for value, tone in tones(t.value for t in answers.stances).items()
    ]
    own += [
        {
            "column": "domain",
            "value": t.value,
            "groups": f"{JUDGED};{CLAIMED}",
            "description": "An outcome that the programme aims at",
        }
        for t in answers.domains
    ]
    if answers.consequences:
        reason = "Labelled by itself and left out of the overall label, since it gathers what was not aimed at"
        own.append({"column": "domain", "value": answers.consequences.value, "groups": JUDGED, "description": reason})
    return [row | {"id": f"SG-{number:02d}"} for number, row in enumerate([*kept, *own], 1)]


def _placed(row: Row, country: str) -> Row:
    """Name the place that counts as near: the shared rows speak of the project's own."""
    return {n: re.sub(r"the United Kingdom|United Kingdom|\bUK\b", country, _worded(c)) for n, c in row.items()}


def _worded(text: str) -> str:
    for pattern, ours in _WORDS:
        text = re.sub(pattern, ours, text)
    return text


def _shared(path: str) -> list[Row]:
    with (shared() / "data" / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _csv(header: list[str], rows: list[Row]) -> str:
    held = io.StringIO(newline="")
    writer = csv.DictWriter(held, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue()
