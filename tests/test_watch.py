"""Watching: a save is built and served; a fault is shown over the last good page; nothing of it is in the book."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from evidencebook.errors import BuildError
from evidencebook.live import EVENTS, State, live_server, with_live_parts
from evidencebook.project import ROOT_VARIABLE, Project
from evidencebook.watch import snapshot

PAGE = "<html><body><p>Text</p></body></html>"
PATIENCE = 240


def test_a_page_is_served_with_the_script_before_its_end():
    served = with_live_parts(PAGE, State(3))

    assert served.endswith("</script></body></html>")
    assert 'src="/-/live.js" data-serial="3"' in served
    assert "alert" not in served


def test_the_live_parts_stand_in_files_that_the_policy_of_the_pages_lets_in(served):
    _, _, address = served

    assert "EventSource" in get(f"{address}/-/live.js")
    assert "#live-fault" in get(f"{address}/-/live.css")
    assert "style=" not in with_live_parts(PAGE, State(4, "a fault"))


def test_a_fault_is_shown_as_text():
    served = with_live_parts(PAGE, State(4, "row 2: <script>alert(1)</script>"))

    assert 'role="alert"' in served
    assert "row 2: &lt;script&gt;alert(1)&lt;/script&gt;" in served


@pytest.fixture
def served(tmp_path):
    """A folder of pages, its state and the address it is served at."""
    folder, state = tmp_path / "html", tmp_path / "state.json"
    folder.mkdir()
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    (folder / "style.css").write_text("p {}", encoding="utf-8")
    with live_server(folder, state, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, state, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def get(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_pages_get_the_live_parts_and_their_files_stay_as_built(served):
    folder, state, address = served
    State(1, "a fault").write(state)

    assert "a fault" in get(address + "/")
    assert get(address + "/style.css") == "p {}"
    assert (folder / "index.html").read_text(encoding="utf-8") == PAGE


def test_an_open_page_is_told_of_each_build(served):
    _, state, address = served
    State(1).write(state)
    with urllib.request.urlopen(address + EVENTS, timeout=10) as events:
        assert events.readline() == b"data: 1\n"
        events.readline()
        State(2).write(state)
        assert events.readline() == b"data: 2\n"


def test_before_the_first_book_a_page_says_so(served):
    folder, _, address = served
    shutil.rmtree(folder)

    assert "The book is being built" in get(address + "/")


def test_a_taken_port_is_said(served):
    folder, state, address = served
    with pytest.raises(BuildError, match="choose another with --port"):
        live_server(folder, state, int(address.rpartition(":")[2]))


def test_what_a_build_writes_is_not_watched_and_what_it_reads_is(project):
    before = snapshot(project)
    project.figures.mkdir(parents=True)
    (project.chapters / "r1-review.ipynb").write_text("{}", encoding="utf-8")
    (project.data / "evidence" / ".findings.csv.swp").write_text("", encoding="utf-8")
    (project.data / "evidence" / "findings.csv~").write_text("", encoding="utf-8")
    assert snapshot(project) == before
    read = ("data/evidence/findings.csv", "notebooks/home.ipynb", "book/_static/evidencebook.css", "references.bib")
    assert {str(project.root / name) for name in read} <= set(before)


@pytest.fixture
def watched(mini, tmp_path):
    """The made-up synthesis being watched by a process of its own; its address and what it says."""
    root, log = tmp_path / "mini", tmp_path / "log"
    shutil.copytree(mini.root, root)
    environment = {k: v for k, v in os.environ.items() if k != ROOT_VARIABLE} | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "evidencebook", "--project", str(root), "watch", "--port", "0"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        address = eventually(lambda: re.search(r"http://127\.0\.0\.1:\d+", said(log)))[0]
        yield Project(root), address, log, process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def said(log: Path):
    return log.read_text(encoding="utf-8")


def eventually(found):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.2)
    raise AssertionError("it did not happen")


def edit(project, before, after):
    path = project.data / "evidence" / "findings.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.build
def test_saves_are_built_and_served_faults_shown_over_the_last_good_page_and_mended(watched):
    project, address, log, process = watched
    review = f"{address}/book/chapters/r1-review.html"
    eventually(lambda: "built (" in said(log))
    edit(project, "has two rooms", "has nine rooms")
    eventually(lambda: "has nine rooms" in get(review))

    edit(project, ",confirming,", ",perhaps,")
    eventually(lambda: "found: perhaps" in get(review))
    assert "has nine rooms" in get(review)
    assert "found: perhaps" in said(log)
    built = (project.html / "book" / "chapters" / "r1-review.html").read_text(encoding="utf-8")
    assert "perhaps" not in built
    assert "EventSource" not in built

    edit(project, ",perhaps,", ",confirming,")
    eventually(lambda: 'role="alert"' not in get(review))

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert said(log).endswith("stopped\n")
