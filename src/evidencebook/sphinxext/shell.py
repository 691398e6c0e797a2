"""Sphinx extension: the page around the text, and what of the theme goes out with it.

`templates/layout.html` takes the place of the theme's layout and keeps its class names, so that its
styles dress the pages. The theme's scripts, icons and empty boxes and the files that no reader asks for stay
out. Every page carries a Content-Security-Policy that it satisfies, also
when it is opened from a folder: what a browser would refuse, such as a width written into a tag, becomes a
class (`evidencebook.css` knows them). Decision record 0019 says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from evidencebook import __version__, starter
from evidencebook.chapters import digest
from evidencebook.tables import file_hash

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Pictures that a script draws to save them are data: or blob:.
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
_TEMPLATES = Path(__file__).parents[1] / "templates"
_STATIC = "_static"
# Settings that name folders, those of the theme and of the engine by where they are installed.
_PLACES = ("templates_path", "html_static_path")
# Styles of the theme that dress the pages; the first one takes in basic.css.
_STYLES = ("styles/theme.css", "styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css")
# Styles that only some pages need, by what the text of such a page holds.
_STYLES_FOR = {"pygments.css": 'class="highlight', "sphinx-design.min.css": '"sd-', "mystnb.": 'class="cell'}
# How the names of what other extensions write begin.
_MADE = ("cite/", "search-index.js", *_STYLES_FOR)
_WIDTH = re.compile(r' style="width: ?(\d+)(?:\.\d+)?%;?"')
_TAG_OF_WIDTH = re.compile(rf"<[a-z][^<>]*{_WIDTH.pattern}[^<>]*>")
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
# The theme renders each of its parts once a page to see whether it is empty; the layout uses none of them.
_NO_PARTS = ("article_header_start", "article_header_end", "primary_sidebar_end", "footer_content_items")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", _configure)
    app.connect("builder-inited", _forget_places)
    app.add_node(folding, html=(_open_folding, _close_folding))
    app.add_post_transform(FoldedBoxes)
    app.connect("html-collect-pages", _first_page)
    # After the theme has added to the page's styles and scripts.
    app.connect("html-page-context", _page, priority=900)
    app.connect("build-finished", _take_leftovers_out)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


class folding(nodes.General, nodes.Element):
    """A box that a line opens: `<details>`, which needs no script."""


class FoldedBoxes(SphinxPostTransform):
    """Make `<details>` of each box of the class ``dropdown``; in HTML pages only."""

    default_priority = 700
    builders = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Change the boxes of one page."""
        for box in list(self.document.findall(nodes.Admonition)):
            element = cast(nodes.Element, box)
            if "dropdown" in element["classes"]:
                element.replace_self(folding("", *element.children, ids=element["ids"], classes=element["classes"]))


def _open_folding(self: HTML5Translator, node: folding) -> None:
    self.body.append(self.starttag(node, "details", CLASS="admonition"))
    title = node.pop(0) if isinstance(node[0], nodes.title) else nodes.title("", "More")
    self.body.append("<summary>")
    for part in title.children:
        part.walkabout(self)
    self.body.append("</summary>\n")


def _close_folding(self: HTML5Translator, node: folding) -> None:
    self.body.append("</details>\n")


def _configure(app: Sphinx, config: Config) -> None:
    """Put the layout before the theme's; keep page sources and the index of Sphinx out of the output."""
    config.templates_path = [str(_TEMPLATES), *config.templates_path]
    config.html_copy_source = config.html_show_sourcelink = config.html_use_index = False
    config.html_sidebars = {"**": []}
    config.html_theme_options = {**config.html_theme_options, **{part: [] for part in _NO_PARTS}}


def _forget_places(app: Sphinx) -> None:
    """Let `.buildinfo`, which holds a hash of the settings, say the same wherever the packages are installed.

    There a folder outside the project goes by what it holds, so that all pages are still written anew when
    another template comes.
    """
    if app.builder.name != "html":
        return
    builder: Any = app.builder
    places = {name: app.config[name] for name in _PLACES}
    for name, folders in places.items():
        app.config[name] = [_what_it_holds(Path(f)) if Path(f).is_absolute() else str(f) for f in folders]
    builder.build_info = builder.create_build_info()
    for name, folders in places.items():
        app.config[name] = folders


def _what_it_holds(folder: Path) -> str:
    files = sorted((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if file.is_file())
    return digest("\n".join(f"{name} {file_hash(file)}" for name, file in files))


def _first_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page at the address of the folder, unless the first page stands there itself."""
    if app.builder.name == "html" and "index" not in app.env.found_docs:
        yield "index", {"title": app.config.html_title or app.config.project}, "redirect.html"


def _width_as_class(tag: re.Match[str]) -> str:
    """Return *tag* with its width as a class, beside those that it has: of two such attributes readers take one."""
    bare, name = _WIDTH.sub("", tag[0]), f"width-{tag[1]}"
    if ' class="' in bare:
        return bare.replace(' class="', f' class="{name} ', 1)
    return re.sub(r"^<[a-z0-9]+", rf'\g<0> class="{name}"', bare)


def _page(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    body = context.get("body", "")
    context["policy"] = POLICY
    context["metatags"] = _VIEWPORT.sub("", context.get("metatags", "")).strip()
    context["body"] = _TAG_OF_WIDTH.sub(_width_as_class, body)
    own = _own_files(app)
    context["script_files"] = [s for s in context.get("script_files", ()) if _name(s) in own]
    styles = list(dict.fromkeys(_name(s) for s in context.get("css_files", ())))
    kept = [n for n in styles if n in own or any(n.startswith(s) and mark in body for s, mark in _STYLES_FOR.items())]
    by_name = {_name(style): style for style in context.get("css_files", ())}
    # A style of another extension is written late: Sphinx adds a checksum to its address in a later build alone.
    linked = (by_name[n] if n in own else f"{_STATIC}/{n}" for n in kept if n not in _STYLES)
    context["css_files"] = [*(f"{_STATIC}/{name}" for name in _STYLES), *linked]


def _name(asset: Any) -> str:
    """Return the path of a style or script below the folder of static files; empty for an inline script."""
    return str(getattr(asset, "filename", asset) or "").partition("?")[0].removeprefix(f"{_STATIC}/")


def _own_files(app: Sphinx) -> set[str]:
    """Return the static files of the engine and of the project, by path below their folders; no other extension's."""
    folders = [Path(app.srcdir) / entry for entry in app.config.html_static_path if not Path(entry).is_absolute()]
    folders.append(starter.static())
    return {file.relative_to(folder).as_posix() for folder in folders for file in folder.rglob("*") if file.is_file()}


def _take_leftovers_out(app: Sphinx, failure: Exception | None) -> None:
    """Delete the static files that no page uses, and the inventory for other Sphinx books."""
    if failure or app.builder.name != "html":
        return
    out = Path(app.outdir)
    (out / "objects.inv").unlink(missing_ok=True)
    own = {*_own_files(app), *_STYLES, "basic.css"}
    for file in sorted((out / _STATIC).rglob("*"), reverse=True):
        if file.is_dir():
            if not any(file.iterdir()):
                file.rmdir()
        elif (name := file.relative_to(out / _STATIC).as_posix()) not in own and not name.startswith(_MADE):
            file.unlink()
