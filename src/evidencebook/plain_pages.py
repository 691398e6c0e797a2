"""Pages of the HTML book as plain HTML for pandoc: what only a browser needs is taken out.

Takes the pages that `book` has written; `pdf` and `paper` print what comes back. Figures, tables and boxes
have their numbers already, so nothing is counted here. Pages of one call are printed as one document: an
anchor that several of them have is told apart by its page, and links lead to the anchor that they mean.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from lxml import html
from lxml.html import HtmlElement

from evidencebook.errors import BuildError

# Page and anchor on it; no anchor for the page itself.
Place = tuple[str, str]

# Class of a column in a page, with its share of the width in per cent (`sphinxext.shell`).
_COLUMN_WIDTH = "width-"
_DROPPED_TAGS = {"script", "style", "nav", "button"}
_DROPPED = {
    "headerlink",
    "evidence",
    "offer",
    "provenance",
    "ledger-pages",
    "for-dark",
    "sd-summary-icon",
    "sd-summary-state-marker",
}
_UNWRAPPED = {
    "cell",
    "cell_output",
    "cell_input",
    "pst-scrollable-table-container",
    "citation-list",
    "colwidths-given",
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


def plain_pages(pages: Mapping[str, str], *, without: Iterable[str] = ()) -> dict[str, str]:
    """Return the article of each page as plain HTML, by the page's name in the contents.

    A page's title becomes level 2, below the parts of the book; links to what is not among *pages* become text.

    Parameters
    ----------
    pages : HTML by document name, such as ``book/chapters/home``. without : classes of elements to leave out.

    Raises
    ------
    BuildError
        when a page has no article.
    """
    articles = {page: _article(page, text) for page, text in pages.items()}
    for article in articles.values():
        _drop(article, _DROPPED | set(without))
        _unfold(article)
        _lower_headings(article)
        _set_column_widths(article)
        _unwrap(article)
    labels = _label(articles)
    for page, article in articles.items():
        _resolve_links(page, article, labels)
    return {page: html.tostring(article, encoding="unicode") for page, article in articles.items()}


def _article(page: str, text: str) -> HtmlElement:
    article = html.document_fromstring(text).find(".//article")
    if article is None:
        raise BuildError(f"the page {page} has no article: the layout of pages changed; see docs/decisions/0030")
    article.tail = None
    return article


def _drop(article: HtmlElement, classes: set[str]) -> None:
    for element in list(article.iter(html.etree.Element)):
        if _is_dropped(element, classes):
            if "evidence" in element.classes:
                _end_before(element)
            element.drop_tree()


def _end_before(element: HtmlElement) -> None:
    """Take out the space that parts *element* from the words before it."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        before.tail = (before.tail or "").rstrip()
    else:
        parent.text = (parent.text or "").rstrip()


def _is_dropped(element: HtmlElement, classes: set[str]) -> bool:
    own = element.classes
    if element.tag in _DROPPED_TAGS or not classes.isdisjoint(own):
        return True
    if element.tag == "details":
        return "sd-dropdown" not in own and "admonition" not in own
    # Code that a page hides, which the theme leaves in.
    return "cell_input" in own and "tag_remove-input" in element.getparent().classes


def _unfold(article: HtmlElement) -> None:
    """Print what a page folds away: the line that opens it stands as its heading in bold."""
    for details in list(article.iter("details")):
        details.tag = "div"
        details.attrib.clear()
        for summary in details.findall("summary"):
            summary.tag = "p"
            _only(summary, {"class": "topic"})
            for text in summary.iter("span"):
                _only(text, {"class": "topic"})


def _lower_headings(article: HtmlElement) -> None:
    """Make room for the parts of the book, and give each heading the anchor of its section."""
    for heading in list(article.iter(*_HEADINGS)):
        heading.tag = f"h{int(heading.tag[1]) + 1}"
        section = heading.getparent()
        if section.tag == "section" and section.get("id"):
            heading.set("id", section.attrib.pop("id"))


def _set_column_widths(article: HtmlElement) -> None:
    """Say as a style, which pandoc reads, what the pages say as a class since their policy allows no style."""
    for column in article.iter("col"):
        if told := next((c for c in column.classes if c.startswith(_COLUMN_WIDTH)), ""):
            _only(column, {"style": f"width: {told.removeprefix(_COLUMN_WIDTH)}%"})


def _unwrap(article: HtmlElement) -> None:
    for element in list(article.iter("section", "div", "span")):
        if element.tag == "section" or not _UNWRAPPED.isdisjoint(element.classes):
            element.drop_tag()
    for image in article.iter("img"):
        image.set("src", "_images/" + image.get("src").rsplit("/", 1)[-1])
        if image.getparent().tag == "a":
            image.getparent().drop_tag()


def _label(articles: Mapping[str, HtmlElement]) -> dict[Place, str]:
    """Make anchors unique over all pages; return the new one by page and old one."""
    labels: dict[Place, str] = {}
    used: set[str] = set()
    for page, article in articles.items():
        name = page.replace("/", "-")
        labels[page, ""] = f"document-{name}"
        article.insert(0, html.Element("span", id=labels[page, ""]))
        for element in article.iterfind(".//*[@id]"):
            anchor = element.get("id").replace("/", "-")
            if (page, element.get("id")) in labels:
                del element.attrib["id"]
                continue
            label = anchor if anchor not in used else f"{name}--{anchor}"
            used.add(label)
            labels[page, element.get("id")] = label
            element.set("id", label)
    return labels


def _resolve_links(page: str, article: HtmlElement, labels: Mapping[Place, str]) -> None:
    for link in list(article.iter("a")):
        target = link.get("href", "")
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        to = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)).removesuffix(".html") if path else page
        if label := labels.get((to, anchor)):
            _only(link, {"href": f"#{label}"} | ({"class": "term"} if "term" in link.classes else {}))
        else:
            link.drop_tag()


def _only(element: HtmlElement, attributes: Mapping[str, str]) -> None:
    """Give *element* these attributes and no others."""
    element.attrib.clear()
    element.attrib.update(attributes)
