"""How hard a text is to read: two published formulas over counts of sentences, words and syllables.

Flesch-Kincaid grade: Kincaid JP, Fishburne RP, Rogers RL, Chissom BS. Derivation of new readability
formulas for Navy enlisted personnel. Research Branch Report 8-75, 1975.
SMOG grade: McLaughlin GH. SMOG grading: a new readability formula. J Reading 1969;12:639-46.

A grade is a year of school in the United States; a reader of grade 7 is 12 to 13 years old. Syllables
are counted by rules of spelling, which are out by one in some words and about right over a text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
# An e that is written and not spoken, within a word and at its end.
_SILENT = re.compile(
    r"(?<=[^aeiouyl])e(?=(?:ly|less|ful|fully|ments?|ness|one|thing|where|times|how)$)"
    r"|(?<=[^aeiouy])(?<![^aeiouy]l)e$|(?<=[^aeiouysxzcg])(?<![cs]h)es$|(?<=[^aeiouytd])ed$"
)
# Two sounds that spelling puts side by side, as in trial, science, period, theory, actual, idea, create, being.
_APART = re.compile(
    r"(?<![ct])ia(?!(?<=lia)ns?$)|(?<![tc])ien(?!d)|^scien|iet|(?<![cstgx])io|(?<!p)eo(?!us)|iu|eum|(?<![gq])ua"
    r"|(?<=[rd])eas?$|crea(?=t$|t[eio])|reac(?=t)|[aeiouy]ing"
)


@dataclass(frozen=True)
class Score:
    """Counts of a text and the grades that follow from them.

    `polysyllables` are words of three syllables or more.
    """

    sentences: int
    words: int
    syllables: int
    polysyllables: int

    @property
    def flesch_kincaid(self) -> float:
        """0.39 words a sentence + 11.8 syllables a word - 15.59."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def smog(self) -> float:
        """1.0430 times the square root of polysyllables in 30 sentences, + 3.1291."""
        return 1.0430 * math.sqrt(self.polysyllables * 30 / self.sentences) + 3.1291


def score(text: str) -> Score:
    """Return the counts of plain *text*; a text without a word counts as one word of one syllable."""
    counts = [syllables(word) for word in _WORD.findall(text)] or [1]
    return Score(
        max(len(_SENTENCE_END.findall(text)), 1), len(counts), sum(counts), sum(number > 2 for number in counts)
    )


def syllables(word: str) -> int:
    """Return how many syllables an English word has, by its spelling; letters of an abbreviation count one each."""
    if len(word) > 1 and word.isupper():
        return len(word)
    spoken = _SILENT.sub("", re.sub(r"['’]", "", word.lower()))
    return max(len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken)), 1)
