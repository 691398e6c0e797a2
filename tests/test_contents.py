"""The contents of the book: its parts and their pages, in order."""

import pytest

from evidencebook.contents import parts_of
from evidencebook.project import Project

WITH_PARTS = """
root: home
parts:
  - caption: One
    chapters:
      - file: a
        sections:
          - file: a-more
      - file: b
  - caption: Empty
    chapters: []
  - caption: Two
    chapters:
      - file: c
"""
WITHOUT = "root: home\nchapters:\n  - file: a\n"


@pytest.mark.parametrize(
    ("told", "parts"),
    [
        (WITH_PARTS, [("", ["home"]), ("One", ["a", "a-more", "b"]), ("Two", ["c"])]),
        (WITHOUT, [("", ["home"]), ("", ["a"])]),
    ],
    ids=["parts", "chapters alone"],
)
def test_pages_come_part_by_part_the_first_page_on_its_own(tmp_path, told, parts):
    (tmp_path / "_toc.yml").write_text(told, encoding="utf-8")

    assert parts_of(Project(tmp_path)) == parts
