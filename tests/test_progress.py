"""How far a command is: a bar on a terminal that leaves nothing behind, plain lines in a log, nothing when quiet."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from evidencebook import forecast, progress
from evidencebook.book import _followed
from evidencebook.build import Step, _run
from evidencebook.cli import main
from evidencebook.forecast import Todo
from evidencebook.progress import Part
from evidencebook.versions.committed import build_with

BAR = re.compile(r"\|[^|]*\|")
WORK = """
from evidencebook import progress
from evidencebook.errors import BuildError
from evidencebook.progress import Part
with progress.steps() as shown:
    shown.expect({"chapters": Part(30, 40), "typesetting the PDF": Part(30)})
    for done in range(41):
        progress.at("chapters", done)
        if done == 20:
            progress.say("half of it")
    progress.at("typesetting the PDF")
    FAILS
"""
FAILS = "raise BuildError('Typst refused the book: a table has no cells')"


class Clock:
    """Time as the test says it passes."""

    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(progress, "time", made := Clock())
    return made


def on_terminal(command, columns, rows=24, **variables):
    """Run *command* on a terminal of this size; return its exit code and everything written to it."""
    process, terminal = pty.fork()
    if not process:
        os.environ.update({"PYTHONUTF8": "1", "TERM": "xterm"} | variables)
        # The size is known before the program looks.
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execv(command[0], [str(word) for word in command])
    said = b""
    while piece := _read(terminal):
        said += piece
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), said.decode()


def _read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:
        # Linux says so that the other end is closed.
        return b""


def frames(said):
    """Everything that stood on a line at some time, in order."""
    return [frame for line in said.replace("\r\n", "\n").split("\n") for frame in line.split("\r")]


def screen(said):
    """What stands on the lines at the end, each written over from its start after a carriage return."""
    lines = []
    for line in said.replace("\r\n", "\n").split("\n"):
        shown = ""
        for frame in line.split("\r"):
            shown = frame + shown[len(frame) :]
        lines.append(shown.rstrip())
    return lines


def python(code):
    return [sys.executable, "-c", code]


def test_a_terminal_shows_a_bar_that_grows_and_leaves_nothing_behind():
    code, said = on_terminal(python(WORK.replace("FAILS", "")), 80)

    bars = [frame for frame in frames(said) if BAR.search(frame)]
    # Of those with words of one length, so that the bars have one length too.
    filled = [frame.count("█") for frame in bars if re.match(r"\d\d of 40", frame)]
    assert code == 0
    assert any(frame.startswith("12 of 40 chapters |") and frame.endswith(" s left") for frame in bars)
    assert any(frame.startswith("typesetting the PDF |") for frame in bars)
    assert filled == sorted(filled)
    assert filled[-1] > filled[0]
    assert screen(said) == ["half of it", ""]


def test_a_narrow_terminal_does_not_wrap_and_still_says_how_far_the_work_is():
    _, said = on_terminal(python(WORK.replace("FAILS", "")), 40)

    assert max(map(len, frames(said))) < 40
    assert any(re.match(r"12 of 40 chapters \|.+\| .*\d+ s", frame) for frame in frames(said))


def test_a_terminal_that_does_not_know_its_size_shows_a_bar():
    _, said = on_terminal(python(WORK.replace("FAILS", "")), 0, 0)

    assert any(BAR.search(frame) for frame in frames(said))
    assert max(map(len, frames(said))) < 80


def test_a_terminal_too_narrow_for_the_words_does_not_wrap():
    _, said = on_terminal(python(WORK.replace("FAILS", "")), 12)

    assert max(len(frame) for frame in frames(said) if "half" not in frame) < 12


def test_an_error_while_the_bar_is_shown_leaves_the_message_alone():
    code = "import sys\ntry:" + WORK.replace("FAILS", FAILS).replace("\n", "\n    ")
    _, said = on_terminal(python(f"{code}\nexcept BuildError as error:\n    print(error, file=sys.stderr)"), 80)

    assert any(BAR.search(frame) for frame in frames(said))
    assert screen(said) == ["half of it", "Typst refused the book: a table has no cells", ""]
    assert "\x1b" not in said


def test_a_terminal_that_cannot_write_over_a_line_gets_plain_lines():
    _, said = on_terminal(python(WORK.replace("FAILS", "")), 80, TERM="dumb")

    assert "\r" not in said.replace("\r\n", "\n")
    assert "40 of 40 chapters" in said


def logged(capsys, clock, work):
    with progress.steps() as shown:
        work(shown)
    return capsys.readouterr().out.splitlines()


def test_a_log_has_a_line_for_each_tenth_and_for_each_part_that_counts_nothing(capsys, clock):
    def work(shown):
        shown.expect({"chapters": Part(40, 400), "typesetting": Part(10), "packing": Part(0)})
        for done in range(401):
            shown.at("chapters", done)
            clock.now += 0.1
        shown.at("typesetting")
        shown.at("packing")

    said = logged(capsys, clock, work)

    assert len(said) == 12
    assert said[0] == "40 of 400 chapters, about 46 s left"
    assert said[9:] == ["400 of 400 chapters, about 10 s left", "typesetting, about 10 s left", "packing"]


def test_a_fast_part_takes_one_line_of_a_log(capsys, clock):
    def work(shown):
        shown.expect({"chapters": Part(1, 400)})
        clock.now = 5
        shown.at("chapters")
        for done in range(401):
            shown.at("chapters", done)
            clock.now += 0.001

    assert [line.split(",")[0] for line in logged(capsys, clock, work)] == ["40 of 400 chapters", "400 of 400 chapters"]


def test_the_time_that_is_left_follows_the_pace_of_this_run(clock, capsys):
    def work(shown):
        shown.expect({"chapters": Part(100, 10)})
        shown.at("chapters")
        for done in range(1, 10):
            clock.now += 20
            shown.at("chapters", done)

    # Twice as slow as expected: more and more of what is said comes from this run.
    left = [int(re.search(r"about (\d+) s", line)[1]) for line in logged(capsys, clock, work) if " s left" in line]
    assert left[-1] in range(18, 21)


def test_parts_that_were_not_needed_count_as_done(clock, capsys):
    def work(shown):
        shown.expect({"a": Part(50), "b": Part(50), "c": Part(20)})
        shown.at("c")

    assert logged(capsys, clock, work) == ["c, about 20 s left"]


def test_each_part_is_timed_until_the_next_begins(clock, capsys):
    with progress.steps() as shown:
        shown.at("a")
        clock.now = 3
        shown.share("b", 0.5)
        clock.now = 7
        shown.share("b", 1)

    assert shown.took == {"a": 3, "b": 4}


def test_what_is_part_of_something_larger_is_not_shown(capsys):
    with progress.steps():
        progress.at("whole")
        with progress.untold():
            progress.at("inner")

    assert capsys.readouterr().out == "whole\n"


def test_quiet_shows_and_says_nothing(capsys):
    with progress.steps(quiet=True) as shown:
        shown.at("a part")
        progress.say("a word")

    assert capsys.readouterr() == ("", "")
    assert list(shown.took) == ["a part"]


def test_what_sphinx_says_moves_the_parts_and_is_kept_but_for_the_beats(monkeypatch):
    said = [
        "\x1b[01mreading sources... \x1b[39;49;00m[ 25%] \x1b[35ma .. b\x1b[39;49;00m\n",
        "looking for now-outdated files... none found\n",
        "\x1b[01mwriting output... \x1b[39;49;00m[ 50%] a\n",
        "evidencebook-share 0.750\n",
    ]
    seen = []
    monkeypatch.setattr(progress, "share", lambda *given: seen.append(given))

    assert _followed(said) == "".join(said[:3])
    assert seen == [("reading pages", 0), ("reading pages", 0.25), ("writing pages", 0.5), ("writing pages", 0.75)]


def test_the_time_a_build_takes_is_told_from_the_last_one(project):
    (project.build / "state").mkdir(parents=True)
    todo = Todo(chapters=10, pages=20, html=True, pdf=True, whole=True)
    first = forecast.announced(project, todo)
    slow = {name: 3 * part.seconds for name, part in forecast.parts(project, todo).items()}
    before = sum(part.seconds for part in forecast.parts(project, todo).values())

    forecast.remember(project, todo, slow)

    assert re.fullmatch(r"to do: 10 chapters, HTML book \(20 pages\), PDF; about \d+ s \(a first guess\)", first)
    assert sum(p.seconds for p in forecast.parts(project, todo).values()) == pytest.approx(3 * before, rel=0.01)
    assert forecast.announced(project, todo).endswith("(at the pace of the last build)")
    # A build that brings a book up to date is timed by builds of its kind.
    again = Todo(chapters=1, pages=20, html=True, pdf=False, whole=False)
    assert forecast.announced(project, again).startswith("to do: 1 chapter, HTML book (the pages that change); about")
    assert forecast.announced(project, again).endswith("(a first guess)")


@pytest.mark.parametrize("held", ["", "[]", '{"chapters": "fast"}', '{"chapters": 0}', "null", '{"chapters": NaN}'])
def test_a_pace_that_cannot_be_used_counts_as_none(project, held):
    todo = Todo(chapters=10, pages=20, html=True, pdf=True, whole=True)
    expected = forecast.parts(project, todo)
    (project.build / "state").mkdir(parents=True)
    (project.build / "state" / "times.json").write_text(held, encoding="utf-8")

    assert forecast.parts(project, todo) == expected


def evidencebook(project, *words):
    return [sys.executable, "-m", "evidencebook", "--project", str(project.root), *words]


def test_a_failing_chapter_leaves_the_terminal_clean(project):
    path = project.notebooks / "source_audit.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"].append(
        {"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "source": "1/0", "execution_count": None}
    )
    path.write_text(json.dumps(notebook), encoding="utf-8")

    code, said = on_terminal(evidencebook(project, "build"), 60)

    assert code == 1
    assert any(BAR.search(frame) for frame in frames(said))
    assert "evidencebook: chapter source-audit, cell" in "\n".join(screen(said))
    assert not [line for line in screen(said) if re.search(r"\d+ of \d+ chapters \|", line)]


@pytest.mark.build
def test_a_log_of_a_build_is_short_and_plain_and_quiet_says_the_result_alone(project):
    made = subprocess.run(evidencebook(project, "build"), capture_output=True, text=True, check=True)
    lines = made.stdout.splitlines()
    parts = ["chapters", "reading pages", "writing pages", "downloads", "pages for the PDF", "typesetting the PDF"]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", made.stdout)
    assert len(lines) < 40
    assert re.match(r"to do: (\d+) chapters, HTML book \(\d+ pages\), PDF; about \d+ s", lines[1])
    assert [p for p in parts if not any(p in line for line in lines[2:])] == []
    assert re.fullmatch(r"time: checking [\d.]+ s, chapters [\d.]+ s, HTML book [\d.]+ s, PDF [\d.]+ s", lines[-3])
    results = "HTML  _build/html/index.html\nPDF   _build/pdf/report.pdf\n"
    assert made.stdout.endswith(results)

    for words in (["--quiet"], ["--quiet", "--force"]):
        quiet = subprocess.run(evidencebook(project, "build", *words), capture_output=True, text=True, check=True)
        assert (quiet.stdout, quiet.stderr) == (results, "")


def test_a_quiet_build_by_an_older_engine_says_the_result_alone(project, capfd):
    package = project.root / "src" / "evidencebook"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    main = package / "__main__.py"
    main.write_text("import sys; print('chapter after chapter'); print('worn out', file=sys.stderr)", encoding="utf-8")

    assert build_with(project.root / "src", project, ["--html-only"], quiet=True) == 0
    assert capfd.readouterr() == ("HTML  _build/html/index.html\n", "worn out\n")
    assert build_with(project.root / "src", project, ["--html-only"]) == 0
    assert capfd.readouterr().out == "chapter after chapter\n"


def test_an_edition_is_built_quietly(project, monkeypatch, capsys):
    monkeypatch.setattr("evidencebook.commands.build.nothing_changed", lambda *_, **__: True)
    words = ["--project", str(project.root), "build", "--where", "country=Nowhere", "--title", "UK edition"]

    assert main([*words, "--quiet"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "HTML  _build/editions/uk-edition/html/index.html",
        "PDF   _build/editions/uk-edition/pdf/report-uk-edition.pdf",
    ]


def test_quiet_still_says_an_error(project, rewrite):
    rewrite("data/evidence/findings.csv", "confirming", "Confirming")

    done = subprocess.run(evidencebook(project, "build", "--quiet"), capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "is not an allowed value (found: Confirming)" in done.stderr


def test_a_build_that_is_stopped_says_that_it_was_stopped(project):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(project, [Step("chapter x", {"rows": "1"}, (project.build / "x",), stop)], force=False)
