"""Pages read and written in several processes are those of one process, pictures and warnings included."""

import pytest
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util.docutils import docutils_namespace

from evidencebook.progress import heard
from evidencebook.sphinxext import cores

PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='{0}' height='9'/>"


def made(folder, says, *extensions, status=None):
    """Build a book of twelve pages, each with a picture, and return every file by name."""
    names = [f"page{number}" for number in range(12)]
    for number, name in enumerate(names):
        (folder / f"{name}.svg").write_text(PICTURE.format(number), encoding="utf-8")
        text = f"Page {number}\n{'=' * 9}\n\n.. figure:: {name}.svg\n   :name: {name}\n\n   About {number}\n\n"
        text += f"See :numref:`{names[number - 1]}`." + (" See :doc:`lost`." if number == 5 else "")
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
    contents = "Book\n====\n\n.. toctree::\n\n   " + "\n   ".join(names)
    (folder / "index.rst").write_text(contents, encoding="utf-8")
    settings = {"extensions": list(extensions), "numfig": True, "html_theme": "basic"}
    with docutils_namespace(), says.open("w", encoding="utf-8") as warning:
        app = Sphinx(folder, None, folder / "out", folder / "trees", "html", settings, status=status, warning=warning)
        app.build()
    files = {p.relative_to(folder / "out"): p.read_bytes() for p in sorted((folder / "out").rglob("*")) if p.is_file()}
    return {name: content for name, content in files.items() if name.name != ".buildinfo"}


@pytest.fixture
def without_search(monkeypatch):
    """As the book is built: its search is not Sphinx's own."""
    monkeypatch.setattr(StandaloneHTMLBuilder, "search", False)


def test_pages_are_those_of_one_process(without_search, tmp_path, monkeypatch):
    one, three = tmp_path / "one", tmp_path / "three"
    one.mkdir()
    three.mkdir()
    expected = made(one, tmp_path / "one.log")
    forks = []
    monkeypatch.setattr(cores, "cores", lambda: 3)
    add = cores.ParallelTasks.add_task
    monkeypatch.setattr(cores.ParallelTasks, "add_task", lambda *given: forks.append(1) or add(*given))

    assert made(three, tmp_path / "three.log", "evidencebook.sphinxext.cores") == expected
    assert sum(name.suffix == ".svg" for name in expected) == 12
    assert len(forks) >= 3
    assert "unknown document: 'lost'" in (tmp_path / "three.log").read_text(encoding="utf-8")


def test_the_processes_that_write_pages_say_how_far_they_are_together(without_search, tmp_path, monkeypatch):
    monkeypatch.setattr(cores, "cores", lambda: 3)
    book, said = tmp_path / "book", tmp_path / "status.log"
    book.mkdir()

    with said.open("w", encoding="utf-8") as status:
        made(book, tmp_path / "warnings.log", "evidencebook.sphinxext.cores", status=status)

    shares = [share for line in said.read_text(encoding="utf-8").splitlines() if (share := heard(line)) is not None]
    # Twelve pages and the contents, each once.
    assert shares == [round(number / 13, 3) for number in range(1, 14)]
