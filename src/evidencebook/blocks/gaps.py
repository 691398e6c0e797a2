"""The gap map: what is found on each component and aim, by what designs, and which works components share."""

from __future__ import annotations

from typing import Any

import pandas as pd

from evidencebook.blocks.absence import nothing
from evidencebook.blocks.explorer_tables import explored
from evidencebook.blocks.wording import count, joined, told_of
from evidencebook.coverage import finding_cells, reach, shared_works, study_cells, works_by_component
from evidencebook.figures.grid import unit_grid
from evidencebook.figures.overlap import overlap_matrix
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, Trace, bullets, cite, counted, escape, figure, link, span, table
from evidencebook.report import OpenChapter
from evidencebook.rulebook import CLAIMED, FOR, read_rules
from evidencebook.vocabulary import vocabulary

_THIN = 2


def what_a_gap_is(chapter: OpenChapter) -> Myst:
    """Return the sentences that say what an empty cell means, and what it does not."""
    proof = "It is not proof that nothing works, nor that nobody has looked."
    if chapter.edition is None:
        reports = told_of(chapter, "the source reports", "the works read report")
        return Myst(f"A gap here is a gap in what {reports}. {proof}")
    return Myst(
        f"A gap here is a gap in the edition “{escape(chapter.edition.title)}”: the full report may hold findings or "
        f"studies there. {proof}"
    )


def gap_map(chapter: OpenChapter) -> Myst:
    """Return the grid of findings by component and aim, one mark a finding, with the table behind it."""
    cells, names, domains = _cells(chapter)
    stances = vocabulary(chapter.rows("vocabulary"), "stance").labels
    path = chapter.figure_path("findings")
    noted = cells.assign(note=[count(n, "work") for n in cells["works"]])
    save(unit_grid(noted, names, domains, stances, "no finding"), path)
    total = int(cells["total"].sum())
    sums = joined([f"{int(cells[s].sum())} {label.lower()}" for s, label in stances.items()])
    told = " ".join(
        f"{names[c]}: " + ", ".join(f"{domains[d]} {n}" for d, n in zip(g["column"], g["total"], strict=True)) + "."
        for c, g in cells.groupby("row", sort=False)
    )
    alt = (
        f"Grid of {len(names)} components by {len(domains)} aims, one mark for each of {total} findings: {sums}. {told}"
    )
    caption = (
        f"Findings by component and aim, one mark a finding ({total} findings; {escape(chapter.data_note)}). "
        "The number of marks says how much is written, not how strong it is: many findings may rest on few works."
        + (" A dashed cell is a gap." if (cells["total"] == 0).any() else "")
    )
    picture = _picture(chapter, "findings", alt, caption, _judged(chapter))
    return Myst(picture) + Myst(_cell_table(chapter, cells, domains, stances))


def named_gaps(chapter: OpenChapter) -> Myst:
    """Return the cells without a finding, with few works and without a finding for the statement, by name."""
    cells, names, domains = _cells(chapter)
    full = cells[cells["total"] > 0]
    empty = cells[cells["total"] == 0]
    thin = full[full["works"] <= _THIN]
    rules = read_rules(chapter.frames)
    speaking = [s for s in vocabulary(chapter.rows("vocabulary"), "stance").values if FOR in rules.group("stance", s)]
    unconfirmed = full[(full[speaking].sum(axis=1) == 0) & full["column"].isin(rules.having(CLAIMED))]
    pairs = f"{count(len(cells), 'pair')} of component and aim"
    found = f"Without any finding: {len(empty)} of {pairs}." if len(empty) else f"Every one of {pairs} has a finding."
    parts = [span(found, "tally")]
    for label, rows in (
        ("No finding of the edition" if chapter.edition else "No finding at all", empty),
        (f"Findings from at most {_THIN} works", thin),
        ("Findings, but none that speaks for the statement", unconfirmed),
    ):
        if len(rows):
            items = (f"{escape(names[r.row])}: {_to_first(r, domains)}{_amount(r)}" for r in rows.itertuples())
            parts += [span(label, "topic"), bullets(items)]
    return Myst(counted("\n\n".join(parts), name=f"{chapter.slug}-gaps", trace=_judged(chapter)))


def design_map(chapter: OpenChapter) -> Myst:
    """Return the grid of included studies by design and review, with the table behind it."""
    designs = vocabulary(chapter.rows("vocabulary"), "design").labels
    studies = chapter.rows("included_studies")
    names = {c: n for c, n in _names(chapter).items() if _lists_studies(chapter, c)}
    if not names or studies.empty:
        return nothing(chapter, "included_studies", "*No component lists its included studies.*")
    cells = study_cells(studies, list(names), list(designs))
    save(
        unit_grid(cells.assign(note=""), designs, names, {"total": "Studies"}, "no study"),
        chapter.figure_path("designs"),
    )
    told = " ".join(
        f"{designs[d]}: " + ", ".join(f"{c} {n}" for c, n in zip(g["column"], g["total"], strict=True)) + "."
        for d, g in cells.groupby("row", sort=False)
    )
    alt = f"Grid of {len(studies)} included studies by design and review, one mark a study. {told}"
    missing = joined([f"{designs[r.row].lower()} in {r.column}" for r in cells[cells["total"] == 0].itertuples()])
    caption = (
        f"Included studies by design and review, one mark a study ({len(studies)} entries; "
        f"{escape(chapter.data_note)})." + (f" Without a study: {escape(missing)}." if missing else "")
    )
    picture = _picture(chapter, "designs", alt, caption, chapter.trace(included_studies=studies))
    return Myst(picture) + Myst(_design_table(chapter, cells, names, designs))


def overlap_map(chapter: OpenChapter) -> Myst:
    """Return the matrix of works that pairs of components both cite, with the works themselves."""
    names = _names(chapter)
    works = works_by_component(_citing_rows(chapter), list(names))
    pairs = shared_works(works)
    shared = {pair: keys for pair, keys in pairs.items() if keys}
    totals, sizes = {c: len(k) for c, k in works.items()}, {pair: len(k) for pair, k in pairs.items()}
    save(overlap_matrix(totals, sizes, names), chapter.figure_path("overlap"))
    own = ", ".join(f"{names[c]} {n}" for c, n in totals.items())
    told = "; ".join(f"{a} and {b} share {len(k)}" for (a, b), k in shared.items()) or "no pair shares a work"
    alt = f"Matrix of works cited. In all: {own}. {told}; the other pairs share none."
    cited = reach(works)
    several = int((cited > 1).sum())
    caption = (
        f"Works that two components both cite ({count(len(cited), 'work')}: {len(cited) - several} cited by one "
        f"component only, {several} by more; {escape(chapter.data_note)}). A work counts where a finding, a "
        "configuration, a map or a table of included studies cites it."
    )
    picture = _picture(chapter, "overlap", alt, caption, _citing_trace(chapter))
    return Myst(picture) + Myst(_overlap_table(chapter, shared))


def _lists_studies(chapter: OpenChapter, component: str) -> bool:
    """Say whether the report, of which this may be an edition, lists included studies of *component*."""
    full = chapter.edition.in_full("included_studies", component=component) if chapter.edition else 0
    return bool(full) or component in set(chapter.rows("included_studies")["component"])


def ranked_gaps(chapter: OpenChapter) -> Myst:
    """Return the source's research priorities as a numbered list, in its order."""
    rows = chapter.rows("research_gaps").sort_values("rank")
    if rows.empty:
        return Myst("*The source ranks no gap.*")
    return Myst(
        "\n".join(
            f"{r.rank}. **{span(r.gap, 'rowmark', anchor=chapter.anchor('research_gaps', r._asdict()))}.** "
            f"{escape(r.detail)} {span(r.locator, 'locator')}"
            for r in rows.itertuples()
        )
    )


def _picture(chapter: OpenChapter, name: str, alt: str, caption: str, trace: Trace) -> str:
    path, slug = f"figures/{chapter.figure_path(name).name}", chapter.slug
    behind = f"{slug}-tab-{name}"
    return figure(path, alt=alt, caption=caption, name=f"{slug}-fig-{name}", behind=behind, trace=trace)


def _judged(chapter: OpenChapter) -> Trace:
    """Return the trace of the findings with a stance under an aim."""
    rows = chapter.rows("findings")
    described = read_rules(chapter.frames).descriptive
    return chapter.trace(findings=rows[(rows["stance"] != "") & ~rows["domain"].isin(described)])


def _citing_trace(chapter: OpenChapter) -> Trace:
    tables = ("findings", "cmo", "included_studies", "evidence_maps")
    return chapter.trace(**{name: chapter.rows(name) for name in tables})


def _cells(chapter: OpenChapter) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    words = chapter.rows("vocabulary")
    described = read_rules(chapter.frames).descriptive
    domains = {d: label for d, label in vocabulary(words, "domain").labels.items() if d not in described}
    names = _names(chapter)
    cells = finding_cells(chapter.rows("findings"), list(names), list(domains), vocabulary(words, "stance").values)
    return cells, names, domains


def _names(chapter: OpenChapter) -> dict[str, str]:
    return {c.id: f"{c.id} {c.short_title}" for c in chapter.rows("components").itertuples()}


def _cell_table(chapter: OpenChapter, cells: pd.DataFrame, domains: dict[str, str], stances: dict[str, str]) -> str:
    rows = (
        [
            f"{escape(r['row'])} {_to_first(r, domains)}",
            *(str(r[s]) for s in stances),
            explored(chapter, str(r["total"]), r["row"], r["column"]),
            str(r["works"]),
        ]
        for _, r in cells.iterrows()
    )
    return table(
        ["Component and aim", *stances.values(), "Findings", "Works"],
        rows,
        caption="Findings by component and aim; each aim leads to the first of its findings, each number of findings "
        "to all of them in the explorer",
        name=f"{chapter.slug}-tab-findings",
        trace=_judged(chapter),
        widths=(42, *([39 // len(stances)] * len(stances)), 11, 8),
        classes="counts",
    )


def _design_table(chapter: OpenChapter, cells: pd.DataFrame, names: dict[str, str], designs: dict[str, str]) -> str:
    counts = cells.pivot(index="row", columns="column", values="total").loc[list(designs), list(names)]
    return table(
        ["Design", *names.values(), "All"],
        [
            *([escape(designs[d]), *map(str, row), str(int(row.sum()))] for d, row in counts.iterrows()),
            ["**All**", *(str(int(n)) for n in counts.sum()), str(int(counts.to_numpy().sum()))],
        ],
        caption="Included studies by design and review",
        name=f"{chapter.slug}-tab-designs",
        trace=chapter.trace(included_studies=chapter.rows("included_studies")),
        widths=(34, *(20 for _ in names), 10),
        classes="counts",
    )


def _overlap_table(chapter: OpenChapter, shared: dict[tuple[str, str], list[str]]) -> str:
    return table(
        ["Components", "Works", "Which"],
        ([escape(f"{a} and {b}"), str(len(keys)), _named(chapter, keys)] for (a, b), keys in shared.items()),
        caption="Pairs of components that share a work",
        name=f"{chapter.slug}-tab-overlap",
        trace=_citing_trace(chapter),
        widths=(18, 10, 72),
        classes="overlap",
    )


def _to_first(cell: Any, domains: dict[str, str]) -> str:
    """Name the cell's aim, as a link to its first finding when there is one."""
    label = domains[cell.column]
    return link(label, f"#{cell.first.lower()}") if cell.first else f"{escape(label)} (gap)"


def _amount(cell: Any) -> str:
    return f", {count(cell.total, 'finding')} from {count(cell.works, 'work')}" if cell.total else ""


def _citing_rows(chapter: OpenChapter) -> pd.DataFrame:
    several = [chapter.rows(name)[["component", "keys"]] for name in ("findings", "cmo")]
    single = [chapter.rows(name)[["component", "key"]] for name in ("included_studies", "evidence_maps")]
    return pd.concat([*several, *(rows.set_axis(["component", "keys"], axis=1) for rows in single)], ignore_index=True)


def _named(chapter: OpenChapter, keys: list[str]) -> str:
    return "; ".join(f"{escape(chapter.references[k].short)}{cite([k])}" for k in keys)
