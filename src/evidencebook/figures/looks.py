"""How a stance looks in every figure: its colour, hatch and mark, from its place in the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evidencebook.figures.style import ACCENT, AMBER, CORAL, SKY
from evidencebook.vocabulary import AGAINST, BETWEEN, tones


@dataclass(frozen=True)
class Look:
    """Colour, mark with its size in points, and hatch of one stance."""

    colour: str
    marker: str
    size: float
    hatch: str = ""


# Dark, light and mid in grey; what speaks against is hatched as well.
_FIRST = Look(ACCENT, "s", 4.7)
_BETWEEN = (Look(AMBER, "o", 5.1), Look(SKY, "^", 5.1))
_LAST = Look(CORAL, "D", 3.9, "////")


def looks(stances: Iterable[str]) -> dict[str, Look]:
    """Return the look of each of *stances*, which stand in the order of the vocabulary."""
    found, between = {}, 0
    for stance, tone in tones(stances).items():
        found[stance] = _LAST if tone == AGAINST else _FIRST
        if tone == BETWEEN:
            found[stance] = _BETWEEN[between % len(_BETWEEN)]
            between += 1
    return found
