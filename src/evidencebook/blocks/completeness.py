"""Which parts of a configuration the source states and which it leaves open, by actor."""

from __future__ import annotations

import pandas as pd

from evidencebook.blocks.selection import row_link
from evidencebook.blocks.wording import count, no_configuration
from evidencebook.figures.chains import chain_flow, chain_rows
from evidencebook.figures.style import save
from evidencebook.markdown import Myst, escape, figure, link, table
from evidencebook.report import OpenChapter
from evidencebook.vocabulary import vocabulary


def chains_figure(chapter: OpenChapter) -> Myst:
    """Return every configuration of the chapter as a line of marks, and a table of what is left open."""
    parts, actors = _words(chapter)
    rows = stated_parts(chapter.rows("cmo"), list(parts))
    if rows.empty:
        return Myst(no_configuration(chapter))
    path = chapter.figure_path("chains")
    save(chain_rows(rows, actors, parts), path)
    alt = (
        f"One line for each of {count(len(rows), 'configuration')}, with a mark for each part, filled where it is "
        f"stated. {_told(rows, parts, actors)}"
    )
    caption = (
        f"Configurations by actor, from context to outcome ({count(len(rows), 'configuration')}; "
        f"{escape(chapter.data_note)}). An open mark is a part that is left open. That a part is stated "
        "does not say that it is well supported."
    )
    name = f"{chapter.slug}-fig-chains"
    behind, trace = f"{chapter.slug}-tab-chains", chapter.trace(cmo=chapter.rows("cmo"))
    picture = figure(f"figures/{path.name}", alt=alt, caption=caption, name=name, behind=behind, trace=trace)
    return Myst(f"{picture}\n\n{_open_table(chapter, rows, parts, actors)}")


def flow_of_configurations(chapter: OpenChapter) -> Myst:
    """Return all configurations as bands from part to part, with the counts by actor and by component."""
    parts, actors = _words(chapter)
    rows = stated_parts(chapter.rows("cmo"), list(parts))
    path = chapter.figure_path("chains")
    save(chain_flow(rows, actors, parts), path)
    whole = int(rows[list(parts)].all(axis=1).sum())
    alt = (
        f"Bands of {count(len(rows), 'configuration')} that run from part to part, split into those that state the "
        f"part and those that leave it open. {_told(rows, parts, actors)}"
    )
    caption = (
        f"How configurations run from context to outcome, by actor ({count(len(rows), 'configuration')} of "
        f"{count(rows['component'].nunique(), 'component')}; {escape(chapter.data_note)}). {whole} state all "
        f"{len(parts)} parts. What each part says stands with the components."
    )
    name = f"{chapter.slug}-fig-chains"
    behind, trace = f"{chapter.slug}-tab-chains", chapter.trace(cmo=chapter.rows("cmo"))
    picture = figure(f"figures/{path.name}", alt=alt, caption=caption, name=name, behind=behind, trace=trace)
    return Myst(f"{picture}\n\n{_count_table(chapter, rows, parts, actors)}")


def stated_parts(cmo: pd.DataFrame, parts: list[str]) -> pd.DataFrame:
    """Return id, component, group (actor), label and, for each part, whether the row states it.

    Parameters
    ----------
    cmo : rows of the table `cmo`; an empty cell of a part means that the source leaves it open.
    """
    return pd.DataFrame(
        {
            "id": cmo["id"],
            "component": cmo["component"],
            "group": cmo["actor"],
            "label": [f"{c.id.removeprefix(f'{c.component}-')} {c.title}" for c in cmo.itertuples()],
            **{part: cmo[part] != "" for part in parts},
        }
    )


def _words(chapter: OpenChapter) -> tuple[dict[str, str], dict[str, str]]:
    words = chapter.rows("vocabulary")
    return vocabulary(words, "part").labels, vocabulary(words, "actor").labels


def _told(rows: pd.DataFrame, parts: dict[str, str], actors: dict[str, str]) -> str:
    said = []
    for actor, label in actors.items():
        own = rows[rows["group"] == actor]
        stated = ", ".join(f"{head.lower()} {int(own[part].sum())}" for part, head in parts.items())
        said.append(f"{label}, {len(own)} in all, stating {stated}." if len(own) else f"{label}: none.")
    return " ".join(said)


def _open_table(chapter: OpenChapter, rows: pd.DataFrame, parts: dict[str, str], actors: dict[str, str]) -> str:
    listed = []
    for actor, label in actors.items():
        own = rows[rows["group"] == actor]
        for part, head in parts.items():
            missing = list(own.loc[~own[part], "id"])
            if len(own):
                links = ", ".join(row_link(i) for i in missing) or "–"
                listed.append([escape(label), escape(head), f"{len(own) - len(missing)} of {len(own)}", links])
    return table(
        ["Actor", "Part", "Stated", "Left open in"],
        listed,
        caption=f"Parts stated and left open ({count(len(rows), 'configuration')}; {escape(chapter.data_note)})",
        name=f"{chapter.slug}-tab-chains",
        trace=chapter.trace(cmo=chapter.rows("cmo")),
        widths=(14, 14, 14, 58),
        classes="rows",
    )


def _count_table(chapter: OpenChapter, rows: pd.DataFrame, parts: dict[str, str], actors: dict[str, str]) -> str:
    lines = [_line(escape(label), rows[rows["group"] == actor], parts) for actor, label in actors.items()]
    for component, own in rows.groupby("component", sort=False):
        lines.append(_line(link(str(component), f"#{own['id'].iloc[0].lower()}"), own, parts))
    lines.append(_line("**All**", rows, parts))
    return table(
        ["Actor or component", "Configurations", *(f"{head} stated" for head in parts.values()), "All parts stated"],
        lines,
        caption=f"Parts of configurations that are stated, by actor and by component "
        f"({count(len(rows), 'configuration')}; {escape(chapter.data_note)}); a component leads to its first",
        name=f"{chapter.slug}-tab-chains",
        trace=chapter.trace(cmo=chapter.rows("cmo")),
        widths=(22, 14, *([13] * len(parts)), 12),
        classes="counts",
    )


def _line(label: str, own: pd.DataFrame, parts: dict[str, str]) -> list[str]:
    stated = own[list(parts)]
    return [label, str(len(own)), *(str(int(n)) for n in stated.sum()), str(int(stated.all(axis=1).sum()))]
