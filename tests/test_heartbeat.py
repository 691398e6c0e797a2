"""What a run of the tests says: how many, about how long, how far it is, and which test takes long."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from heartbeat import USUAL, expected, plain, spoken

HERE = Path(__file__).parent
CONFTEST = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
pytest_plugins = ["heartbeat"]

def pytest_configure():
    import heartbeat
    heartbeat.EVERY = 1
"""
# The long test ends when the run has named it: if it is not named while it runs, the run does not end well.
LONG = """
import pathlib, time, pytest

def test_before():
    print("captured")

@pytest.mark.xdist_group("shared")
def test_long():
    until = time.monotonic() + 120
    while not pathlib.Path("named").exists():
        assert time.monotonic() < until, "nobody named this test"
        time.sleep(0.1)

def test_after():
    pass
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with three tests, one of them long."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_made_up.py").write_text(LONG, encoding="utf-8")
    return tmp_path


def run(folder, *options, output=subprocess.PIPE):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", *options]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)


def read(folder, output):
    """Return the lines of a run; as soon as the long test is named, let it end."""
    lines = []
    for line in output:
        lines.append(line.rstrip("\n"))
        if re.fullmatch(r" +for \d+ s so far: test_made_up.py::test_long", lines[-1]):
            (folder / "named").touch()
    return lines


@pytest.mark.build
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_says_how_many_tests_how_far_and_which_take_long(folder, workers):
    with run(folder, "-n", workers, "--dist", "loadgroup") as process:
        lines = read(folder, (line.decode() for line in process.stdout))
    assert process.returncode == 0, lines
    assert "3 tests, less than half a minute as a rough guess. A line follows at least every 1 s." in lines
    shares = [int(m[1]) for line in lines if (m := re.match(r"\[ *(\d+)%\] [0-2] of 3 tests after \d+ s$", line))]
    assert shares
    assert shares == sorted(shares)
    assert set(shares) <= {0, 33, 66}
    assert "captured" not in "".join(lines)
    assert re.fullmatch(r"=+ 3 passed in .* =+", lines[-1])


@pytest.mark.build
def test_in_a_terminal_each_line_stands_alone(folder):
    ours, theirs = pty.openpty()
    process = run(folder, "-n", "2", "--color", "no", output=theirs)
    os.close(theirs)
    lines = read(folder, _until_closed(ours))
    assert process.wait(timeout=60) == 0, lines
    assert any(re.fullmatch(r"\[ *\d+%\] \d of 3 tests after \d+ s", line) for line in lines)
    assert re.search("=+ 3 passed in .* =+$", lines[-1])


def _until_closed(descriptor):
    with os.fdopen(descriptor, "rb") as terminal:
        while True:
            try:
                line = terminal.readline()
            except OSError:  # what Linux says when the other side has closed
                return
            if not line:
                return
            yield line.decode().rstrip("\r\n")


@pytest.mark.build
def test_the_next_run_knows_how_long_the_tests_took(folder):
    (folder / "named").touch()
    with run(folder, "--quiet") as process:
        said = process.stdout.read().decode()
    assert "tests, " not in said, "a quiet run says no more than pytest"
    for source in ("as a rough guess", "as they took last time"):
        with run(folder) as process:
            assert f"3 tests, less than half a minute {source}." in process.stdout.read().decode()


def test_times_are_added_up_over_the_workers_and_no_test_is_divided():
    known = {"a": 60.0, "b[x@y]": 30.0}
    assert expected(["a@report", "b[x@y]", "c"], known, 1) == 90 + USUAL
    assert expected(["a@report", "b[x@y]", "c"], known, 2) == 60
    assert expected(["c"] * 8, known, 2) == 4 * USUAL
    assert expected([], known, 2) == 0


@pytest.mark.parametrize(("nodeid", "name"), [("a.py::b@report", "a.py::b"), ("a.py::b[x@y]", "a.py::b[x@y]")])
def test_the_group_is_not_part_of_the_name(nodeid, name):
    assert plain(nodeid) == name


@pytest.mark.parametrize(("seconds", "words"), [(9.4, "9 s"), (60, "1 min 00 s"), (605, "10 min 05 s")])
def test_times_are_short(seconds, words):
    assert spoken(seconds) == words
