"""The same inputs give the same bytes, wherever, whenever and by whomever they are built, and without a network."""

import os
import shutil
import subprocess
import sys
import zipfile

import pypdf
import pytest
from conftest import REPOSITORY
from interruptions import difference, results

from evidencebook.project import Project
from evidencebook.starter import SHARED

pytestmark = pytest.mark.build

# What must never be found in anything that readers get.
USER, SECRET = "some-body-else", "s3cret-t0ken-of-the-environment"
# Python in all processes of the build: an address that is not of this machine is refused and written down.
GUARD = """
import os, socket
def _refuse(name, real):
    def call(*arguments, **options):
        host = next((a[0] if isinstance(a, tuple) else a for a in arguments if isinstance(a, (tuple, str))), "")
        if isinstance(host, str) and not host.startswith(("127.", "localhost", "::1", "/", "\\0")) and host:
            with open(os.environ["GUARD_LOG"], "a") as log:
                log.write(f"{name} {host}\\n")
            raise OSError(f"no network here: {host}")
        return real(*arguments, **options)
    return call
class _Guarded(socket.socket):
    def connect(self, address): return _refuse("connect", super().connect)(address)
    def connect_ex(self, address): return _refuse("connect_ex", super().connect_ex)(address)
socket.socket = _Guarded
socket.getaddrinfo = _refuse("getaddrinfo", socket.getaddrinfo)
"""


@pytest.fixture(scope="module")
def first(mini, tmp_path_factory):
    """The synthesis built as usual."""
    root = tmp_path_factory.mktemp("here") / "mini"
    shutil.copytree(mini.root, root)
    run([], root, dict(os.environ))
    return Project(root)


@pytest.fixture(scope="module")
def second(mini, tmp_path_factory):
    """The synthesis built elsewhere, later, by another user with other settings, and cut off from any network."""
    folder = tmp_path_factory.mktemp("else where é")
    root, home, guard = folder / "deeper" / "another name", folder / "home-of-some-body-else", folder / "guard"
    shutil.copytree(mini.root, root)
    for path in (home, guard):
        path.mkdir()
    (guard / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "USER": USER,
        "LOGNAME": USER,
        "API_TOKEN": SECRET,
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": str(guard),
        "GUARD_LOG": str(folder / "asked"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "COLUMNS": "40",
    }
    run(_without_network(), root, environment, umask=0o077)
    return Project(root)


def test_two_clean_builds_are_the_same_bytes(first, second, record_property):
    one, other = results(first.root), results(second.root)

    assert difference(one, other) == []
    kinds = {
        suffix: sum(p.endswith(suffix) for p in one) for suffix in (".html", ".pdf", ".ipynb", ".svg", ".zip", ".json")
    }
    assert all(kinds.values()), kinds
    record_property("byte-identical files", len(one))


def test_the_build_asks_no_other_machine(second):
    asked = second.root.parents[1] / "asked"

    assert not asked.exists(), asked.read_text(encoding="utf-8")


def test_the_guard_would_notice(second, tmp_path):
    folder = second.root.parents[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(folder / "guard"),
        "GUARD_LOG": str(tmp_path / "asked"),
    }
    code = "import urllib.request; urllib.request.urlopen('http://example.org/', timeout=1)"

    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)

    assert "no network here: example.org" in done.stderr
    assert "example.org" in (tmp_path / "asked").read_text(encoding="utf-8")


def test_nothing_of_the_machine_its_user_or_its_secrets_is_in_what_readers_get(second):
    folder = second.root.parents[1]
    traces = [str(folder), folder.name, "another name", "home-of-some-body-else", USER, SECRET, sys.prefix]
    searched = 0
    for path in [p for p in results(second.root)] + ["data/datapackage.json"]:
        for name, content in _contents(second.root / path):
            searched += 1
            found = [t for t in traces if t.encode() in content]
            assert not found, f"{name}: {found}"
    assert searched > 200


def test_an_engine_installed_elsewhere_makes_the_same_bytes(mini, tmp_path):
    checkout, package = tmp_path / "checkout", tmp_path / "else where" / "site-packages"
    _copy_engine(checkout / "src", checkout)
    _copy_engine(package, package / "evidencebook" / "starter" / "shared")

    one, other = (_made_by(e, mini, tmp_path / f"by-{e.name}") for e in (checkout / "src", package))

    assert difference(one, other) == []
    assert "_build/html/.buildinfo" in one
    assert any(name.endswith(".zip") for name in one)


def _copy_engine(modules, shared):
    """Copy the engine into the folder *modules*, and what it shares with a new synthesis into *shared*."""
    ignored = shutil.ignore_patterns("__pycache__", "shared", "*.egg-info")
    shutil.copytree(REPOSITORY / "src" / "evidencebook", modules / "evidencebook", ignore=ignored)
    for name in SHARED:
        source, target = REPOSITORY / name, shared / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def _made_by(modules, mini, root):
    """Return a hash of each file of the book that the engine in the folder *modules* makes in *root*."""
    shutil.copytree(mini.root, root)
    run([], root, os.environ | {"PYTHONPATH": str(modules)}, options=["--html-only"])
    return results(root)


def _contents(path):
    """Give what stands in a file, in the members of an archive and in the streams of a PDF."""
    yield path.name, path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as held:
            for name in held.namelist():
                yield f"{path.name}/{name}", held.read(name)
    if path.suffix == ".pdf":
        reader = pypdf.PdfReader(path)
        yield (
            f"{path.name} (about)",
            repr(reader.metadata).encode()
            + repr(reader.xmp_metadata and reader.xmp_metadata.stream.get_data()).encode(),
        )
        yield f"{path.name} (text)", "".join(page.extract_text() for page in reader.pages).encode()


def _without_network():
    """Return the words before a command that leave it no network at all, where this machine allows that."""
    words = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    return words if allowed else []


def run(before, root, environment, umask=0o022, options=()):
    command = [*before, sys.executable, "-m", "evidencebook", "--project", str(root), "build", *options]
    done = subprocess.run(command, cwd=root, env=environment, umask=umask, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
