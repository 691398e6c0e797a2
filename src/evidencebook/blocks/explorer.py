"""The explorer: its data as an inert block, and what stands in its place where no script runs."""

from __future__ import annotations

from evidencebook.blocks.explorer_tables import cell_anchor
from evidencebook.blocks.pages import planned_pages
from evidencebook.blocks.verdicts import RULE_ANCHOR
from evidencebook.blocks.wording import count, joined
from evidencebook.chapters import Chapter
from evidencebook.explorer import explorer_data, packed
from evidencebook.markdown import Inert, Myst, counted, escape, link, numbered
from evidencebook.report import OpenChapter

_NAME = "explorer-data"
_ROWS = ("findings", "cmo")


def explorer_source(chapter: OpenChapter) -> Inert:
    """Return the data of the explorer, with the pages that its rows stand on."""
    told = explorer_data(chapter.frames, chapter.references, chapter.package.practice)
    components, rule = chapter.rows("components")["id"], _slug(chapter, "gap_map")
    told |= {name: packed(told[name]) for name in _ROWS}
    told |= {
        "version": chapter.package.version,
        "rowPages": {c: _row_pages(chapter, c) for c in components},
        "pages": {c: _named_pages(chapter, c) for c in components},
        "ingredientsPage": _slug(chapter, "active_ingredients"),
        "rulePage": f"{rule}.html#{rule}-{RULE_ANCHOR}" if rule else "",
        "cellAnchors": {
            f"{c}.{d}": f"{chapter.slug}-{cell_anchor(c, d)}" for c in components for d, _ in told["domain"]
        },
    }
    return Inert(told, _NAME)


def explorer_scope(chapter: OpenChapter) -> Myst:
    """Return what the explorer holds and leaves out, and what its filters can know."""
    told = explorer_data(chapter.frames, chapter.references)
    coded = len({key for _, key, *_ in told["studies"]} & set(told["works"]))
    elsewhere = joined([escape(label) for label in told["elsewhere"]])
    left_out = (
        f"{count(sum(told['elsewhere'].values()), 'finding')} under {elsewhere} stand on the pages of the components. "
    )
    said = (
        f"It holds {count(len(told['findings']), 'finding')} on {count(len(told['domain']), 'aim')}, "
        f"{count(len(told['cmo']), 'configuration')}, {count(len(told['foci']), 'focus', 'foci')} of maps and the "
        f"{count(len(told['works']), 'work')} that these cite or a review includes. "
        f"{left_out if elsewhere else ''}Design and country are known for {count(coded, 'work')}, those in a review's "
        "own table of included studies; the others are “not coded”, and nothing is guessed. A row is shown when one "
        "work that it cites fits design, country and year together; that says nothing of the other works it cites. "
        "A work without a year fits no range of years, and a row that cites no work fits none of these filters. Aim "
        "and stance belong to findings alone: they leave the configurations as they are. How many findings there are "
        "is no measure of how strong the evidence is.\n\n"
        f"{link('All references', '../references.md')} stand on a page of their own ({escape(chapter.data_note)})."
    )
    rows = {name: chapter.rows(name) for name in ("findings", "cmo", "included_studies", "evidence_maps")}
    return Myst(counted(said, name=f"{chapter.slug}-scope", trace=chapter.trace(**rows)))


def explorer_filters(chapter: OpenChapter) -> Myst:
    """Return the place of the filters."""
    told = "In a browser that runs scripts, filters stand here; the address keeps them, so that a view can be shared."
    return _place("explorer-filters", told)


def explorer_map(chapter: OpenChapter) -> Myst:
    """Return the place of the map; until a script fills it, where the same stands complete."""
    return _place("explorer-map", f"Every cell stands in {numbered(f'{chapter.slug}-tab-cells')}.")


def explorer_foci(chapter: OpenChapter) -> Myst:
    """Return the place of the works by focus; until a script fills it, where the same stands complete."""
    return _place("explorer-foci", f"All of them stand in {numbered(f'{chapter.slug}-tab-foci')}.")


def explorer_chains(chapter: OpenChapter) -> Myst:
    """Return the place of the configurations; until a script fills it, links to the pages that hold them."""
    links = []
    for component in chapter.rows("components").itertuples():
        if page := _row_pages(chapter, component.id).get("cmo"):
            links.append(link(f"{component.id} {component.short_title}", f"{page}.ipynb"))
    return _place("explorer-chains", f"All configurations stand on the pages of {joined(links)}.")


def _place(name: str, text: str) -> Myst:
    return Myst(f":::{{container}} explorer {name}\n{text}\n:::")


def _row_pages(chapter: OpenChapter, component: str) -> dict[str, str]:
    """Return the slug of the component's page that shows its rows, by table; a page that only leads with an answer
    counts rows of another page."""
    whole = [p for p in _own(chapter, component) if not p.template.leads_with]
    return {table: p.slug for p in whole for table in _ROWS if table in p.template.reads}


def _named_pages(chapter: OpenChapter, component: str) -> list[list[str]]:
    return [[p.template.name.replace("_", " "), p.slug] for p in _own(chapter, component)]


def _own(chapter: OpenChapter, component: str) -> list[Chapter]:
    return [p for p in planned_pages(chapter) if p.parameters.get("component") == component]


def _slug(chapter: OpenChapter, template: str) -> str:
    return next((p.slug for p in planned_pages(chapter) if p.template.name == template), "")
