"""A new book takes the place of the old one whole; what stayed the same is shared, never what changed."""

import os

from evidencebook.book import swap


def write(folder, **texts):
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def texts(folder):
    return {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}


def test_the_new_book_is_there_whole_and_the_old_one_gone(tmp_path):
    made, target = tmp_path / "made", tmp_path / "html"
    write(made, index="one", gone="x")
    swap(made, target)
    write(made, index="two", new="y")
    (made / "gone").unlink()
    swap(made, target)

    assert texts(target) == {"index": "two", "new": "y"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["html", "made"]


def test_what_is_made_later_does_not_reach_into_the_book(tmp_path):
    made, target = tmp_path / "made", tmp_path / "html"
    write(made, index="one", other="same")
    swap(made, target)
    swap(made, target)
    write(made, index="half", other="half")

    assert texts(target) == {"index": "one", "other": "same"}


def test_only_changed_files_are_copied(tmp_path):
    made, target = tmp_path / "made", tmp_path / "html"
    write(made, index="one", other="same")
    swap(made, target)
    kept = {name: os.stat(target / name).st_ino for name in ("index", "other")}
    write(made, index="two")
    os.utime(made / "index", ns=(0, 0))
    swap(made, target)

    assert os.stat(target / "other").st_ino == kept["other"]
    assert os.stat(target / "index").st_ino != kept["index"]
