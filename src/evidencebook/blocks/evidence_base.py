"""The studies behind a review: chart by design and year, and the full table."""

from __future__ import annotations

import pandas as pd

from evidencebook.blocks.absence import nothing, of_all
from evidencebook.blocks.wording import count, joined, told_of
from evidencebook.figures.studies import study_dots
from evidencebook.figures.style import SERIES, save
from evidencebook.markdown import Myst, cite, counted, escape, figure, span, table
from evidencebook.report import OpenChapter
from evidencebook.synthesis import design_counts, distinct_keys, study_profile
from evidencebook.vocabulary import vocabulary

_OTHER = "Other countries"


def study_chart(chapter: OpenChapter) -> Myst:
    """Return the chart of included studies by design, year and place."""
    studies = study_profile(chapter.rows("included_studies"), chapter.references)
    if studies.empty:
        return nothing(chapter, "included_studies", _no_study(chapter))
    designs = vocabulary(chapter.rows("vocabulary"), "design")
    counts = design_counts(studies, designs.values)
    groups, studies = _grouped(studies)
    path = chapter.figure_path("studies")
    save(study_dots(studies, list(counts.index), groups, designs.labels), path)
    undated = int(studies["year"].isna().sum())
    told = joined([count(int(n), designs.labels[d].lower(), _plural(designs.labels[d])) for d, n in counts.items()])
    places = joined([f"{int((studies['group'] == g).sum())} {g}" for g in groups])
    span_of_years = (
        f"{int(studies['year'].min())} to {int(studies['year'].max())}"
        if studies["year"].notna().any()
        else "years not stated"
    )
    alt = f"One mark for each of {len(studies)} included studies, {span_of_years}: {told}. By place: {places}."
    missing = f" {count(undated, 'study', 'studies')} without a year not drawn." if undated else ""
    counted = f"({len(studies)} studies; {escape(chapter.data_note)})"
    caption = f"Included studies by design and year, one mark a study {counted}.{missing}"
    return Myst(
        figure(
            f"figures/{path.name}",
            alt=alt,
            caption=caption,
            name=f"{chapter.slug}-fig-studies",
            behind=f"{chapter.slug}-tab-studies",
            trace=chapter.trace(included_studies=studies),
        )
    )


def study_sentence(chapter: OpenChapter) -> Myst:
    """Return one sentence that counts the studies by design."""
    studies = chapter.rows("included_studies")
    designs = vocabulary(chapter.rows("vocabulary"), "design")
    counts = design_counts(studies, designs.values)
    if studies.empty:
        return Myst("")
    told = joined([count(int(n), designs.labels[d].lower(), _plural(designs.labels[d])) for d, n in counts.items()])
    listed = of_all(chapter, "included_studies", len(studies), "included study", "included studies")
    opening = "The edition holds" if chapter.edition else "The review rests on"
    text = f"{opening} {listed}: {escape(told)}."
    return Myst(counted(text, name=f"{chapter.slug}-studies", trace=chapter.trace(included_studies=studies)))


def study_table(chapter: OpenChapter) -> Myst:
    """Return the table of included studies with country, type as printed, design and year."""
    studies = study_profile(chapter.rows("included_studies"), chapter.references)
    if studies.empty:
        return Myst("")
    designs = vocabulary(chapter.rows("vocabulary"), "design").labels
    used = set(distinct_keys(pd.concat([chapter.rows("findings")["keys"], chapter.rows("cmo")["keys"]])))
    rows = (
        [
            f"{span(s.label, 'rowmark', anchor=chapter.anchor('included_studies', s._asdict()))}{cite([s.key])}",
            escape(s.country),
            escape(s.study_type),
            escape(designs[s.design]),
            "yes" if s.key in used else "no",
        ]
        for s in studies.itertuples()
    )
    return Myst(
        table(
            ["Study", "Country", "Type as printed", "Design", "Carries a finding"],
            rows,
            caption=f"{_all_listed(chapter, len(studies))} ({escape(chapter.data_note)})",
            name=f"{chapter.slug}-tab-studies",
            trace=chapter.trace(included_studies=studies),
            widths=(32, 17, 24, 20, 10),
            classes="studies",
        )
    )


def _all_listed(chapter: OpenChapter, number: int) -> str:
    if chapter.edition:
        return of_all(chapter, "included_studies", number, "included study", "included studies")
    return f"The {number} included studies"


def _grouped(studies: pd.DataFrame) -> tuple[list[str], pd.DataFrame]:
    """Keep the commonest places by name, as many as there are marks less one; the rest are one group."""
    common = list(studies["place"].value_counts(sort=True).index)
    kept = common if len(common) <= len(SERIES) else common[: len(SERIES) - 1]
    group = studies["place"].where(studies["place"].isin(kept), _OTHER)
    groups = kept + ([_OTHER] if (group == _OTHER).any() else [])
    return groups, studies.assign(group=group)


def _plural(label: str) -> str:
    word = label.lower()
    if word.endswith("study"):
        return word[:-1] + "ies"
    return word if word in ("other", "mixed methods") else word + "s"


def _no_study(chapter: OpenChapter) -> str:
    return told_of(chapter, "*The source lists no included study here.*", "*No study is included here yet.*")
