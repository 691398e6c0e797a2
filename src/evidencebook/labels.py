"""What the evidence of a component says in a domain, in one label, and where two versions differ in it.

Every version has its leading stance, counted here. A finer label (of strength, of the kind of gap)
comes from a function of the whole evidence. Goes to `diff`; a label that moved is what `release`
takes for a conclusion that may have changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from evidencebook.chapters import Evidence
from evidencebook.errors import EvidenceBookError
from evidencebook.schema import split_list
from evidencebook.strength import strength_table

Labels = Callable[[Evidence], pd.DataFrame]
LEADING, COUNTS = "leading stance", "works by stance"
_OF_STANCE = {"label": LEADING, "works": COUNTS}
_OF_STRENGTH = {"label": "strength label", "gap": "gap type"}
_PLACE = ["component", "domain"]
_NOTHING = "nothing"


@dataclass(frozen=True)
class LabelMove:
    """One measure of one component and domain that differs; `proposes` that a conclusion changed."""

    component: str
    domain: str
    measure: str
    before: str
    after: str

    @property
    def proposes(self) -> bool:
        """Whether the move is more than another count."""
        return self.measure != COUNTS


def strength_labels(evidence: Evidence) -> pd.DataFrame:
    """Return columns component, domain (empty for all domains together), label (of strength) and gap."""
    return strength_table(evidence.frames, evidence.package.practice).rename(columns={"strength": "label"})[
        [*_PLACE, "label", "gap"]
    ]


def works_by_stance(evidence: Evidence) -> pd.DataFrame:
    """Count the distinct works that carry findings of each stance.

    Returns
    -------
    frame with columns component, domain, label (the stance of most works; stances of as many works
    are joined by ``and``) and works (the counts in words). Findings without a stance are descriptions
    and left out, so are places where nothing else is found.
    """
    counts: dict[tuple[str, str], dict[str, set[str]]] = {}
    for row in evidence.frames.get("findings", pd.DataFrame()).itertuples():
        if row.stance:
            counts.setdefault((row.component, row.domain), {}).setdefault(row.stance, set()).update(
                split_list(row.keys)
            )
    rows = []
    for (component, domain), works in counts.items():
        tally = Counter({stance: len(keys) for stance, keys in works.items()})
        most = max(tally.values())
        leading = " and ".join(sorted(s for s, n in tally.items() if n == most))
        rows.append((component, domain, leading, ", ".join(f"{tally[s]} {s}" for s in sorted(tally))))
    return pd.DataFrame(rows, columns=[*_PLACE, "label", "works"])


def label_moves(
    before: Evidence | None, after: Evidence | None, strength: Labels | None = None
) -> tuple[list[LabelMove], list[str]]:
    """Return the moves of the leading stance and of the labels that *strength* gives, and notes for the reader."""
    if before is None or after is None:
        return [], ["stances and labels are not compared: one version breaks its own schema"]
    moves = _moves(works_by_stance(before), works_by_stance(after), _OF_STANCE)
    if strength is None:
        return moves, []
    try:
        return moves + _moves(strength(before), strength(after), _OF_STRENGTH), []
    except (KeyError, AttributeError, EvidenceBookError) as error:
        return moves, [f"strength labels are not compared: one version lacks what they are made from ({error})"]


def _moves(before: pd.DataFrame, after: pd.DataFrame, measures: dict[str, str]) -> list[LabelMove]:
    moves = []
    for column, measure in measures.items():
        old, new = _by_place(before, column), _by_place(after, column)
        for component, domain in sorted({*old, *new}):
            was, now = old.get((component, domain), _NOTHING), new.get((component, domain), _NOTHING)
            if was != now:
                moves.append(LabelMove(component, domain, measure, was, now))
    return moves


def _by_place(labels: pd.DataFrame, column: str) -> dict[tuple[str, str], str]:
    if column not in labels:
        return {}
    places = labels[_PLACE].itertuples(index=False, name=None)
    return {(str(c), str(d)): str(v) for (c, d), v in zip(places, labels[column], strict=True)}
