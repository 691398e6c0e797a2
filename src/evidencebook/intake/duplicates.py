"""The same work under two records: by DOI or PubMed number, else by title, year and what supports it.

Pure. Records are compared only when they share a number, a rare word of the title, or first author, year and
first page, so that tens of thousands take seconds. The score is 0 to 100:

    similarity of the titles (share of letters that stand in both in the same order)
    + 1.5 for each of first author, year, first page, volume and journal in which both agree
    - 8 for each of first author, first page and volume in which both are stated and differ
    - 12 when each title has a word that the other has not, not even with a slip of the pen (service, device)

and 0 when years differ by more than one, numbers in the titles differ (parts, updates), one is a notice about the
other (a correction, a reply), or both have a DOI and these differ while pages or author do too. Titles of a few
letters need three things that agree and none that differs.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from evidencebook.intake.work import Work

SAME, PERHAPS = 90.0, 80.0
_SUPPORT, _AGAINST, _REWORDED = 1.5, 8.0, 12.0
_SHORT_TITLE, _PREFIX = 25, 30
_RARE, _ENOUGH, _COMMON, _SLIP = 5, 3, 300, 80
_ANY = "any year"
# A notice about a work has its title and is another work.
_NOTICE = re.compile(r"(?:correction|corrigendum|erratum|retraction|expression of concern|comment|reply|response)\b")
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = str.maketrans({"ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})


@dataclass(frozen=True)
class Print:
    """What of a record is compared; empty where it is not stated."""

    title: str
    tokens: frozenset[str]
    digits: tuple[str, ...]
    notice: bool
    doi: str
    pmid: str
    year: int | None
    surname: str
    page: str
    volume: str
    journal: str


@dataclass(frozen=True)
class Match:
    """Two records by their place in the list, the score, and what it rests on."""

    first: int
    second: int
    score: float
    reason: str


def print_of(work: Work) -> Print:
    """Return what of *work* is compared."""
    title = key(work.get("title"))
    people = work.authors or work.editors
    return Print(
        title,
        frozenset(w for w in title.split() if len(w) > 3),
        tuple(re.findall(r"\d+", title)),
        bool(_NOTICE.match(title)),
        work.get("doi").casefold(),
        work.get("pmid"),
        work.year,
        key(people[0].partition(",")[0]) if people else "",
        re.match(r"\w*", work.get("pages"))[0].casefold(),  # type: ignore[index]
        work.get("volume").casefold(),
        key(work.get("journal")),
    )


def key(text: str) -> str:
    """Return *text* as small letters and digits without accents, one blank between words."""
    bare = text.casefold().translate(_LETTERS)
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
        # Letters of other scripts stay, so that their titles can be compared too.
        return " ".join(re.findall(r"\w+", bare))
    return " ".join(_WORD.findall(bare))


def matches(prints: Sequence[Print], *, known: int = 0) -> list[Match]:
    """Return every pair that scores `PERHAPS` or more, in order of the second record.

    Parameters
    ----------
    known : the first so many records are not compared among themselves.
    """
    found = []
    for second, candidates in _candidates(prints):
        if second < known:
            continue
        for first in candidates:
            score, reason = compared(prints[first], prints[second])
            if score >= PERHAPS:
                found.append(Match(first, second, score, reason))
    return found


def compared(a: Print, b: Print) -> tuple[float, str]:
    """Return score and reason; 0 when the two are not the same work."""
    for number, name in ((a.doi and a.doi == b.doi, "same DOI"), (a.pmid and a.pmid == b.pmid, "same PubMed number")):
        # A book's DOI stands at its chapters too.
        if number and (not a.title or not b.title or fuzz.ratio(a.title, b.title) >= 60 or _begins(a, b)):
            return 100.0, name
    if a.year and b.year and abs(a.year - b.year) > 1:
        return 0.0, ""
    alike = 92.0 if _begins(a, b) else fuzz.ratio(a.title, b.title, score_cutoff=PERHAPS - 8)
    if not alike or not a.title or (a.digits != b.digits and alike < 100) or a.notice != b.notice:
        return 0.0, ""
    support, against = _evidence(a, b)
    alike -= _REWORDED * (alike < 100 and _reworded(a, b))
    if a.doi and b.doi and a.doi != b.doi and (against or support < 4):
        return 0.0, ""
    if min(len(a.title), len(b.title)) < _SHORT_TITLE and (support < 3 or against):
        return 0.0, ""
    score = max(0.0, min(100.0, alike + _SUPPORT * support - _AGAINST * against))
    return score, f"title {alike:.0f} % alike, {support} of 5 details agree, {against} differ"


def clusters(count: int, pairs: Iterable[Match]) -> list[list[int]]:
    """Return records that are one work, each group in order; records without a twin are groups of one."""
    parent = list(range(count))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for pair in pairs:
        if pair.score >= SAME:
            first, second = sorted((root(pair.first), root(pair.second)))
            parent[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[root(number)].append(number)
    return list(groups.values())


def _evidence(a: Print, b: Print) -> tuple[int, int]:
    """Count details that agree, and those that are stated twice and differ."""
    author = _both(a.surname, b.surname, lambda x, y: fuzz.ratio(x, y) >= 85 or x in y or y in x)
    page = _both(a.page, b.page, str.__eq__)
    volume = _both(a.volume, b.volume, str.__eq__)
    journal = _both(a.journal, b.journal, lambda x, y: x == y or fuzz.partial_ratio(x, y) >= 85 or _abbreviated(x, y))
    year = a.year is not None and a.year == b.year
    told = (author, page, volume)
    return sum(bool(t) for t in (*told, journal)) + year, sum(t is False for t in told)


def _both(x: str, y: str, alike: object) -> bool | None:
    return bool(alike(x, y)) if x and y else None  # type: ignore[operator]


def _abbreviated(x: str, y: str) -> bool:
    """Whether the words of one name begin those of the other: `bmj qual saf`, `bmj quality safety`."""
    short, long = sorted((x.split(), y.split()), key=lambda words: sum(map(len, words)))
    rest = iter(long)
    return bool(short) and all(any(word.startswith(begin) for word in rest) for begin in short)


def _reworded(a: Print, b: Print) -> bool:
    """Whether each title has a word without a counterpart in the other."""
    ours, theirs = a.tokens - b.tokens, b.tokens - a.tokens

    def alone(words: frozenset[str], others: frozenset[str]) -> bool:
        return any(all(fuzz.ratio(w, o) < _SLIP for o in others) for w in words)

    return bool(ours and theirs) and alone(ours, theirs) and alone(theirs, ours)


def _begins(a: Print, b: Print) -> bool:
    """Whether one title is the other without its subtitle."""
    short, long = sorted((a.title, b.title), key=len)
    return len(short) >= _PREFIX and short != long and long.startswith(short + " ")


def _candidates(prints: Sequence[Print]) -> Iterator[tuple[int, list[int]]]:
    """Yield each record with the earlier ones that it is worth comparing with."""
    frequency = Counter(token for p in prints for token in p.tokens)
    blocks: dict[object, list[int]] = {}
    undated = any(p.year is None for p in prints)
    for number, p in enumerate(prints):
        signs = list(_signs(p, frequency))
        # A sign counts in its year and the years beside it; a record without a year meets those of all years.
        years = (p.year - 1, p.year, p.year + 1, None) if p.year else (_ANY,)
        met = [blocks.get((sign, year), ()) for sign in signs for year in years]
        numbers = [blocks.get(own, ()) for own in _numbers(p)]
        yield number, sorted({other for block in (*met, *numbers) for other in block})
        kept = [(sign, year) for sign in signs for year in (p.year, *([_ANY] if undated else []))]
        for own in (*kept, *_numbers(p)):
            block = blocks.setdefault(own, [])
            if len(block) < _COMMON:
                block.append(number)


def _numbers(p: Print) -> Iterator[object]:
    if p.doi:
        yield "doi", p.doi
    if p.pmid:
        yield "pmid", p.pmid


def _signs(p: Print, frequency: Counter[str]) -> Iterator[object]:
    if p.page and p.surname:
        yield "place", p.surname, p.page
    shared = (t for t in p.tokens if frequency[t] > 1)
    rarest = sorted(shared, key=lambda t: (frequency[t], t))[:_RARE]
    rare = [t for t in rarest if frequency[t] <= _COMMON]
    yield from rare
    if len(rare) < _ENOUGH:
        # Titles of everyday words meet in three of them.
        yield from combinations(sorted(rarest), 3)
    if p.title and len(rarest) < 3:
        yield "title", p.title
