"""What the explorer shows, as tables that stand complete without a script and in print.

Each row of the first has an anchor; a link to it opens the cell where scripts run (`explorer.js`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evidencebook.blocks.pages import page_link
from evidencebook.blocks.verdicts import held, labels_trace, mark, words_for
from evidencebook.blocks.wording import joined
from evidencebook.coverage import finding_cells
from evidencebook.explorer import foci
from evidencebook.markdown import Myst, anchor_of, escape, span, table
from evidencebook.report import OpenChapter
from evidencebook.synthesis import study_profile

TEMPLATE = "explorer"
_NOT_CODED, _NO_YEAR = "not coded", "no year"
# Design and place of each row of an included study, by the study's key.
Coded = dict[str, list[tuple[str, str]]]


def cell_anchor(component: str, domain: str) -> str:
    """Return the anchor, without the page's slug, of the row of a cell of the map."""
    return anchor_of(f"cell-{component}-{domain}")


def explored(chapter: OpenChapter, text: str, component: str, domain: str) -> str:
    """Return a link from any page to a cell of the explorer; plain text in a book without one."""
    return page_link(chapter, TEMPLATE, text, cell_anchor(component, domain))


def cells_table(chapter: OpenChapter) -> Myst:
    """Return every cell of the map: findings by stance, works, strength, agreement, gap, and what labels hang on."""
    stances, gaps, domains = (words_for(chapter, name) for name in ("stance", "gap", "domain"))
    labels = [row for row in chapter.labels.to_dict("records") if row["domain"]]
    names = {c.id: f"{c.id} {c.short_title}" for c in chapter.rows("components").itertuples()}
    judged = list(dict.fromkeys(row["domain"] for row in labels))
    counts = finding_cells(chapter.rows("findings"), list(names), judged, list(stances))
    found = {(c["row"], c["column"]): c for c in counts.to_dict("records")}
    rows = (
        [
            _named(chapter, row, f"{names[row['component']]}: {domains[row['domain']]}"),
            *_counted(found[row["component"], row["domain"]], stances),
            mark(chapter, row),
            escape(gaps[row["gap"]]),
            escape(held(chapter, row)),
        ]
        for row in labels
    )
    return Myst(
        table(
            ["Component and aim", "Findings", "By stance", "Works", "Strength", "Gap", "Without any one work"],
            rows,
            caption=f"Every cell of the evidence map ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-cells",
            trace=labels_trace(chapter),
            widths=(18, 9, 17, 7, 13, 12, 24),
            classes="rows",
        )
    )


def foci_table(chapter: OpenChapter) -> Myst:
    """Return the included studies of each review and the works on each focus, by design, country and year."""
    shown = {name: chapter.rows(name) for name in ("included_studies", "evidence_maps")}
    return Myst(
        table(
            ["Review or focus", "Works", "Designs", "Countries", "Years"],
            _bodies(chapter),
            caption=f"What the works are about ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-foci",
            trace=chapter.trace(**shown),
            widths=(32, 8, 26, 18, 16),
            classes="rows",
        )
    )


def _named(chapter: OpenChapter, row: dict[Any, Any], text: str) -> str:
    return span(text, "map-cell", anchor=f"{chapter.slug}-{cell_anchor(row['component'], row['domain'])}")


def _counted(cell: Mapping[Any, Any], stances: Mapping[str, str]) -> list[str]:
    """Return findings, findings by stance (those there are) and works of a cell."""
    split = joined([f"{cell[code]} {label.lower()}" for code, label in stances.items() if cell[code]])
    return [str(cell["total"]), escape(split) or "–", str(cell["works"])]


def _bodies(chapter: OpenChapter) -> Iterator[list[str]]:
    studies = chapter.rows("included_studies")
    titles = {c.id: c.short_title for c in chapter.rows("components").itertuples()}
    coded = _coded(chapter)
    for component, own in studies.groupby("component", sort=False):
        yield _body(
            chapter, f"{component} {titles[str(component)]}: included studies", coded, list(dict.fromkeys(own["key"]))
        )
    for focus in foci(chapter.rows("evidence_maps")):
        name, role = f"{focus['component']} {focus['focus']}", focus["role"]
        yield _body(chapter, name if role in name else f"{name} ({role})", coded, focus["keys"])


def _coded(chapter: OpenChapter) -> Coded:
    designs = words_for(chapter, "design")
    coded: Coded = {}
    for study in study_profile(chapter.rows("included_studies"), chapter.references).itertuples():
        coded.setdefault(study.key, []).append((designs[study.design], study.place))
    return coded


def _body(chapter: OpenChapter, name: str, coded: Coded, keys: list[str]) -> list[str]:
    years = [chapter.references[k].year if k in chapter.references else None for k in keys]
    known = [year for year in years if year]
    told = [f"{min(known)} to {max(known)}"] if known else []
    told += [f"{_NO_YEAR} {len(years) - len(known)}"] if len(known) < len(years) else []
    by = [counted_by(coded.get(key, []) for key in keys) for counted_by in (_by_design, _by_place)]
    return [escape(name), str(len(keys)), *map(escape, by), escape("; ".join(told))]


def _by_design(works: Iterable[list[tuple[str, str]]]) -> str:
    return _said({design for design, _ in coded} for coded in works)


def _by_place(works: Iterable[list[tuple[str, str]]]) -> str:
    return _said({place for _, place in coded} for coded in works)


def _said(values: Iterable[set[str]]) -> str:
    """Return each value with the number of works that have it, most first, what is not coded last."""
    counts = Counter(value for own in values for value in (own or {_NOT_CODED}))
    listed = sorted(counts.items(), key=lambda item: (item[0] == _NOT_CODED, -item[1], item[0]))
    return "; ".join(f"{value} {number}" for value, number in listed)
