"""Labels and rules of coded values, from the table `vocabulary`; the engine holds none itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Vocabulary:
    """One coded list, in the order in which readers see it.

    Attributes
    ----------
    labels, rules : value to label and to coding rule (empty when the label says it all).
    """

    labels: dict[str, str]
    rules: dict[str, str]

    @property
    def values(self) -> list[str]:
        """Every code, in order."""
        return list(self.labels)


# What a stance speaks for, told by its place: the vocabulary lists stances from for to against.
FOR, BETWEEN, AGAINST = "for", "between", "against"


def tones(stances: Iterable[str]) -> dict[str, str]:
    """Return the tone of each stance, which decides its colour: the first is for, the last against."""
    order = list(stances)
    return {s: AGAINST if s == order[-1] and n else BETWEEN if n else FOR for n, s in enumerate(order)}


def vocabulary(table: pd.DataFrame, name: str) -> Vocabulary:
    """Return the list *name* of the table `vocabulary` (columns list, value, label, description)."""
    rows = table[table["list"] == name]
    return Vocabulary(
        dict(zip(rows["value"], rows["label"], strict=True)), dict(zip(rows["value"], rows["description"], strict=True))
    )
