"""What the command says that a machine lacks."""

import shutil
from pathlib import Path

import pytest

from evidencebook import cli, doctor


def found(name, folder=Path()):
    return [f for f in doctor.examine(folder.resolve()) if f.what == name]


def without(monkeypatch, *programs):
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name, **kept: None if name in programs else which(name, **kept))


def test_a_machine_that_runs_these_tests_can_build(capsys, tmp_path):
    assert cli.main(["--project", str(tmp_path), "doctor"]) == 0
    assert "A book can be built here" in capsys.readouterr().out


def test_a_missing_browser_is_said_with_its_remedy_and_is_no_failure(monkeypatch, capsys, tmp_path):
    without(monkeypatch, *doctor.BROWSERS, "git")
    assert cli.main(["--project", str(tmp_path), "doctor"]) == 0
    told = capsys.readouterr().out
    assert "without Chromium" in told.replace("  ", "")
    assert "apt-get install chromium" in told
    assert told.endswith("without: git, Chromium.\n")


def test_an_old_python_is_a_failure(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(doctor, "OLDEST", (9, 9))
    assert cli.main(["--project", str(tmp_path), "doctor"]) == 1
    told = capsys.readouterr().out
    assert "to do: install Python 9.9 or newer" in told
    assert told.endswith("cannot be built here yet: Python\n")


def test_a_full_disk_is_a_failure(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "ROOM", 10**12)
    assert [(f.there, f.needed) for f in found("disk", tmp_path)] == [(False, True)]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that takes no files")
def test_a_folder_that_takes_no_file_is_a_failure():
    here = found("writing", Path("/proc"))[0]
    assert (here.there, here.needed) == (False, True)
    assert "/proc: refused" in here.found


def test_a_package_that_is_too_old_is_named_with_what_is_needed(monkeypatch):
    monkeypatch.setattr(
        doctor.importlib.metadata, "requires", lambda name: ["pandas>=99", 'pytest>=999; extra == "test"']
    )
    (packages,) = found("packages")
    assert not packages.there
    assert packages.found.startswith("pandas (")
    assert "needs >=99" in packages.found
    assert "pytest" not in packages.found
