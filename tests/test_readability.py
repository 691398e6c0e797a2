"""Grades against examples that others have published."""

import pytest

from evidencebook import evidence
from evidencebook.chapter_prose import shown_prose, texts
from evidencebook.chapters import plan
from evidencebook.placeholders import FILLED
from evidencebook.prose import CITED
from evidencebook.readability import Score, score, syllables


def test_flesch_kincaid_grade_of_a_published_example():
    """Wikipedia, Flesch-Kincaid readability tests: 13 words, 24 syllables, 11.3."""
    found = score("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.")
    assert (found.sentences, found.words, found.syllables) == (1, 13, 24)
    assert round(found.flesch_kincaid, 1) == 11.3


@pytest.mark.parametrize(
    ("text", "ease"),
    [
        ("The cat sat on the mat.", 116),
        ("This sentence, taken as a reading passage unto itself, is being used to prove a point.", 69),
    ],
)
def test_counts_give_the_published_reading_ease(text, ease):
    """Wikipedia, same page; reading ease is 206.835 - 1.015 words a sentence - 84.6 syllables a word."""
    found = score(text)
    assert round(206.835 - 1.015 * found.words / found.sentences - 84.6 * found.syllables / found.words) == ease


@pytest.mark.parametrize(("polysyllables", "grade"), [(4, 5), (9, 6), (16, 7), (25, 8), (36, 9), (49, 10)])
def test_smog_agrees_with_the_conversion_table_for_thirty_sentences(polysyllables, grade):
    """McGraw's SMOG conversion table, at the perfect squares."""
    assert round(Score(30, 300, 400, polysyllables).smog) == grade


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("care", 1),
        ("used", 1),
        ("needed", 2),
        ("services", 3),
        ("people", 2),
        ("patient", 2),
        ("science", 2),
        ("trial", 2),
        ("idea", 3),
        ("period", 3),
        ("actual", 3),
        ("community", 4),
        ("experience", 4),
        ("someone", 2),
        ("closely", 2),
        ("little", 2),
        ("NHS", 3),
    ],
)
def test_syllables_are_those_of_the_dictionary(word, number):
    assert syllables(word) == number


def test_longer_words_and_sentences_score_harder():
    easy, hard = (
        score("We help. You rest."),
        score("Organisational accountability necessitates comprehensive evaluation."),
    )
    assert easy.flesch_kincaid < hard.flesch_kincaid
    assert easy.smog < hard.smog


def test_plain_summary_is_short_and_easy(repository):
    loaded = evidence.load(repository)
    chapter = next(c for c in plan(repository, loaded.frames) if c.slug == "plain-summary")
    shown = texts(shown_prose(chapter, evidence.held_prose(repository)), loaded)
    plain = {k: t for k, t in shown.items() if k.startswith("report/plain-") or k.endswith("/plain")}
    assert {k.split("/")[0] for k in plain} == {"report", *loaded.frames["components"]["id"]}
    found = score(" ".join(FILLED.sub(r"\1", CITED.sub("", text)) for text in plain.values()))
    assert found.flesch_kincaid <= 7
    assert found.smog <= 8
    assert 500 <= found.words <= 700
