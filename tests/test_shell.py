"""The page around the text: nothing a strict policy refuses, nothing of the theme that does nothing."""

import re

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from evidencebook import starter
from evidencebook.sphinxext.shell import POLICY

STATIC = starter.static()
SETTINGS = f"""
extensions = ["myst_parser", "sphinx_design", "sphinx_book_theme", "sphinx_togglebutton", "sphinx_copybutton",
              "evidencebook.sphinxext.shell"]
myst_enable_extensions = ["colon_fence"]
html_theme = "sphinx_book_theme"
html_title = "A book"
root_doc = "start"
html_static_path = [{str(STATIC)!r}, "_static"]
html_css_files = ["page.css", "own.css"]
html_js_files = ["theme.js", ["page.js", {{"defer": "defer"}}]]
"""
PAGE = r"""# A page

## A section

:::{list-table} Widths
:widths: 33 67
* - one
  - two
:::

:::{admonition} How this \<page\> was *made*
:class: dropdown
From rows.
:::
"""
CODE = "# Code\n\n```python\nprint('x')\n```\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    sources = tmp_path_factory.mktemp("shell") / "pages"
    sources.mkdir()
    (sources / "_static").mkdir()
    (sources / "_static" / "own.css").write_text("p {}", encoding="utf-8")
    (sources / "conf.py").write_text(SETTINGS, encoding="utf-8")
    (sources / "start.md").write_text("# A book\n\n```{toctree}\npage\ncode\n```\n", encoding="utf-8")
    (sources / "page.md").write_text(PAGE, encoding="utf-8")
    (sources / "code.md").write_text(CODE, encoding="utf-8")
    out = sources.parent / "html"
    with patch_docutils(str(sources)), docutils_namespace():
        Sphinx(str(sources), str(sources), str(out), str(out.parent / "trees"), "html", status=None).build()
    return out


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_policy_comes_before_anything_that_it_governs(book):
    for page in book.glob("*.html"):
        first = soup(page).head.find(["script", "link", "style", "meta"], attrs={"charset": None})
        assert first.get("http-equiv") == "Content-Security-Policy", page.name
        assert first["content"] == POLICY


def test_no_page_holds_what_the_policy_refuses(book):
    for page in book.glob("*.html"):
        found = soup(page)
        assert all(s.get("src") for s in found.find_all("script")), page.name
        assert found.find("style") is None
        written = [n for tag in found.find_all(True) for n in tag.attrs if n == "style" or re.match("on[a-z]+$", n)]
        assert written == []
        assert found.select('[href^="javascript:"], base, iframe, object, embed') == []


def test_widths_of_columns_stand_as_classes_that_the_style_sheet_knows(book):
    widths = [column["class"] for column in soup(book / "page.html").find_all("col")]
    styles = (book / "_static" / "page.css").read_text(encoding="utf-8")

    assert widths == [["width-33"], ["width-67"]]
    assert all(f".width-{n} {{ width: {n}%; }}" in styles for n in range(1, 101))


def test_a_box_of_the_class_dropdown_needs_no_script(book):
    box = soup(book / "page.html").find("details")

    assert box.find("summary").get_text() == "How this <page> was made"
    assert box.find("p").get_text() == "From rows."
    assert "open" not in box.attrs


def test_only_files_that_a_page_uses_are_in_the_output(book):
    static = book / "_static"
    held = {p.relative_to(static).as_posix() for p in static.rglob("*") if p.is_file()}
    own = {p.relative_to(STATIC).as_posix() for p in STATIC.rglob("*") if p.is_file()} | {"own.css"}
    styles = {"basic.css", "pygments.css", "sphinx-design.min.css"}

    assert own <= held
    assert held - own - styles == {f"styles/{n}.css" for n in ("theme", "pydata-sphinx-theme", "sphinx-book-theme")}
    assert not any((book / name).exists() for name in ("objects.inv", "_sources", "genindex.html"))


def test_a_style_that_few_pages_need_is_linked_there_alone(book):
    assert "pygments.css" in (book / "code.html").read_text(encoding="utf-8")
    assert "pygments.css" not in (book / "page.html").read_text(encoding="utf-8")
    assert "own.css" in (book / "page.html").read_text(encoding="utf-8")


def test_the_address_of_another_extensions_style_is_the_same_in_a_first_build_and_a_later_one(book):
    """Sphinx adds a checksum only when the file is there already; our own files are."""
    code = (book / "code.html").read_text(encoding="utf-8")
    assert re.findall(r'href="_static/pygments\.css([^"]*)"', code) == [""]
    assert re.findall(r'href="_static/own\.css(\?v=[0-9a-f]+)"', code)


def test_the_address_of_the_folder_leads_to_the_first_page_without_a_script(book):
    page = soup(book / "index.html")

    assert page.find("meta", attrs={"http-equiv": "refresh"})["content"] == "0; url=start.html"
    assert page.find("a")["href"] == "start.html"
    assert page.find("title").get_text() == "A book"


def test_controls_that_need_a_script_are_hidden_without_one(book):
    page = soup(book / "page.html")

    assert page.find_all("button")
    assert all("js-only" in button["class"] for button in page.find_all("button"))
    assert {a["href"] for a in page.select("a.search-open")} == {"search.html"}


def test_no_script_or_style_holds_the_marks_of_a_merge():
    """They stop a script on every page, and no checker of the project reads JavaScript."""
    files = [p for p in STATIC.rglob("*") if p.suffix in (".js", ".css")]

    assert len(files) > 10
    assert [
        p.name for p in files if re.search("^(<<<<<<<|>>>>>>>) ", p.read_text(encoding="utf-8"), re.MULTILINE)
    ] == []
