"""What a team says of its synthesis before there is one: title, components, outcomes, actors, stance words.

From flags or from questions (`commands.new`); goes to `tables`, `templates` and `writing`. Every word is
checked here, since it becomes a heading, a code and a file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evidencebook.errors import EvidenceBookError

KINDS = {"review": "R", "map": "M"}
# Stances from for to against, as `vocabulary.tones` reads them.
STANCES = ("Confirming", "Modifying", "Negating")
CONSEQUENCES = "Unintended consequences"
# Domains that describe; every synthesis has them.
DESCRIBED = ("characteristics", "context")
QUESTION = "What works, for whom, in what circumstances, and why?"
_LABEL = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9 ,.'’()&/–-]{0,59}")
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069<>{}\[\]`$\\*_|#@~^\"]{3,200}")
_NAME = re.compile(r"[a-z][a-z0-9-]{1,49}")
_MOST = 99


@dataclass(frozen=True)
class Term:
    """One coded value: the code in the tables, what readers see, and the rule by which it is coded."""

    value: str
    label: str
    rule: str = ""


@dataclass(frozen=True)
class Part:
    """One component of the programme theory."""

    id: str
    kind: str
    title: str


@dataclass(frozen=True)
class Answers:
    """Everything that `new` needs to know.

    Attributes
    ----------
    name : of the folder and the data package. domains : outcomes that the programme aims at.
    consequences : the outcome that was not aimed at; None leaves it out. country : where evidence counts
    as near in the rule of strength.
    """

    name: str
    title: str
    components: tuple[Part, ...]
    domains: tuple[Term, ...]
    actors: tuple[Term, ...]
    stances: tuple[Term, ...] = field(default_factory=lambda: terms("stance", STANCES))
    consequences: Term | None = None
    question: str = QUESTION
    author: str = "The review team"
    country: str = "UK"

    @property
    def outcomes(self) -> tuple[Term, ...]:
        """Every domain under which findings are judged."""
        return (*self.domains, *((self.consequences,) if self.consequences else ()))


def name_of(text: str) -> str:
    """Return *text* when it can name a folder and a data package.

    Raises
    ------
    EvidenceBookError
        saying which names can.
    """
    if not _NAME.fullmatch(text):
        raise EvidenceBookError(
            f"{text!r} cannot name a synthesis: use small letters, digits and hyphens, a letter first, at most 50, "
            "such as my-review"
        )
    return text


def line(what: str, text: str) -> str:
    """Return *text* as one line that a page can show as it is."""
    told = " ".join(text.split())
    if not _LINE.fullmatch(told):
        raise EvidenceBookError(
            f"the {what} {text!r} cannot be used: 3 to 200 characters of plain text, without "
            "< > { } [ ] ` $ \\ * _ | # @ ~ ^ and the straight double quote"
        )
    return told


def terms(what: str, texts: Sequence[str]) -> tuple[Term, ...]:
    """Return a term for each of *texts*, ``LABEL`` or ``LABEL: RULE``.

    Raises
    ------
    EvidenceBookError
        when a label cannot be one, or two have the same code.
    """
    found: dict[str, Term] = {}
    for text in texts:
        label, _, rule = (part.strip() for part in text.partition(":"))
        value = re.sub(r"[^a-z]+", "_", label.lower()).strip("_")
        if not _LABEL.fullmatch(label) or not value:
            raise EvidenceBookError(
                f"the {what} {text!r} cannot be used: a label of at most 60 letters, digits, spaces and "
                ", . ' ( ) & / -, a letter first; what follows a colon is its coding rule"
            )
        if value in found:
            raise EvidenceBookError(
                f"the {what} {label!r} has the code {value}, as {found[value].label!r} has: rename one"
            )
        found[value] = Term(value, label, line(f"rule of the {what}", rule) if rule else "")
    return tuple(found.values())


def outcomes(texts: Sequence[str]) -> tuple[Term, ...]:
    """Return a term for each outcome of *texts*.

    Raises
    ------
    EvidenceBookError
        as for `terms`, and for the domains that every synthesis has for descriptions.
    """
    found = terms("outcome", texts)
    for term in found:
        if term.value in DESCRIBED:
            raise EvidenceBookError(
                f"{term.label!r} is a domain of every synthesis, for descriptions: name another outcome"
            )
    return found


def stances(text: str) -> tuple[Term, ...]:
    """Return a term for each word of *text*, separated by commas; the usual ones for an empty text."""
    words = [word.strip() for word in (text or ", ".join(STANCES)).split(",")]
    if len(words) < 2:
        raise EvidenceBookError("name at least two stance words, from for to against, such as 'Helps, Hinders'")
    return terms("stance", words)


def parts(texts: Sequence[str]) -> tuple[Part, ...]:
    """Return a component for each of *texts*, ``TITLE`` (a review) or ``map: TITLE``."""
    made: list[Part] = []
    for text in texts:
        kind, _, rest = text.partition(":")
        kind, title = (kind.strip().lower(), rest) if kind.strip().lower() in KINDS else ("review", text)
        number = 1 + sum(part.kind == kind for part in made)
        made.append(Part(f"{KINDS[kind]}{number}", kind, line("component", title)))
    if len(made) > _MOST:
        raise EvidenceBookError(f"{len(made)} components are more than {_MOST}: start with fewer and add rows")
    return tuple(made)
