"""The ways to install the project say the same, and the lock is complete."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution

import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from evidencebook.starter import SHARED


def project_table(repository):
    return tomllib.loads((repository.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def declared(repository):
    table = project_table(repository)
    return [*table["dependencies"], *(d for extra in table["optional-dependencies"].values() for d in extra)]


def test_conda_environment_lists_exactly_what_pyproject_declares(repository):
    environment = yaml.safe_load((repository.root / "environment.yml").read_text(encoding="utf-8"))
    listed = next(d["pip"] for d in environment["dependencies"] if isinstance(d, dict))
    assert sorted(x for x in listed if x != "-e .") == sorted(declared(repository))


def test_lock_pins_every_declared_package_with_hashes(repository):
    lock = (repository.root / "requirements.lock").read_text(encoding="utf-8")
    pinned = pins(repository)
    for requirement in declared(repository):
        assert canonicalize_name(Requirement(requirement).name) in pinned, requirement
    for block in re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.M)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def pins(repository):
    """Each line of the lock that pins a package and holds here, as a requirement, by its name."""
    lock = (repository.root / "requirements.lock").read_text(encoding="utf-8")
    found = [Requirement(line.rstrip("\\ ")) for line in re.findall(r"^[A-Za-z0-9].*$", lock, flags=re.M)]
    return {canonicalize_name(r.name): r for r in found if not r.marker or r.marker.evaluate()}


def unanswered(pinned, asking, requirement, extras):
    """What of a requirement the lock leaves open, in words: nothing, a version that does not fit, or an extra."""
    if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
        return
    pin = pinned.get(canonicalize_name(requirement.name))
    if pin is None:
        yield f"{asking} asks for {requirement}, which the lock does not pin"
    elif not requirement.specifier.contains(next(iter(pin.specifier)).version, prereleases=True):
        yield f"{asking} asks for {requirement}, and the lock pins {pin}"
    elif missing := {canonicalize_name(e) for e in requirement.extras} - {canonicalize_name(e) for e in pin.extras}:
        yield f"{asking} asks for {requirement}, and the lock pins {pin} without {', '.join(sorted(missing))}"


def test_the_lock_answers_everything_that_an_installer_could_ask(repository):
    """What its packages ask for is pinned, at a version that fits and with the extras: nothing is left to the index."""
    pinned = pins(repository)
    open_questions = [
        q for asked in declared(repository) for q in unanswered(pinned, "evidencebook", Requirement(asked), ())
    ]
    for name, pin in pinned.items():
        for asked in distribution(name).requires or ():
            open_questions += unanswered(pinned, name, Requirement(asked), pin.extras)
    assert open_questions == []
    assert any(pin.extras for pin in pinned.values()), "extras were stripped from the lock: `make lock` keeps them"


def test_every_dependency_has_its_reason_beside_it(repository):
    text = (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in declared(repository):
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        assert re.search(r"# \w.{3,}", line), requirement


def test_jupyter_book_stays_on_version_one(repository):
    assert "jupyter-book>=1.0.4,<2" in declared(repository)


def test_citation_file_names_the_version_and_invents_no_doi(repository):
    citation = yaml.safe_load((repository.root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == project_table(repository)["version"]
    assert "doi" not in citation
    assert any(str(r.get("doi", "")).endswith("hsdr06250") for r in citation["references"])


def test_a_built_package_writes_a_synthesis_without_the_checkout(repository, tmp_path):
    source, unpacked = tmp_path / "source", tmp_path / "unpacked"
    for name in ("src", "notebooks", "book/_static"):
        kept = shutil.ignore_patterns("__pycache__", "*.egg-info", ".ipynb_checkpoints")
        shutil.copytree(repository.root / name, source / name, ignore=kept)
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", *SHARED):
        if (repository.root / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository.root / name, source / name)
    wheel = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, *wheel, "--wheel-dir", str(tmp_path), str(source)], check=True)
    shutil.rmtree(source)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as packed:
        packed.extractall(unpacked)
    words = [
        "new",
        str(tmp_path / "mine"),
        "--title",
        "Walking groups",
        "--component",
        "Leaders",
        "--domain",
        "Taking part",
    ]
    where = subprocess.run(
        [sys.executable, "-c", "import evidencebook, evidencebook.starter as s; print(s.shared())"],
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert where == str(unpacked / "evidencebook" / "starter" / "shared")
    for arguments in ([*words, "--actor", "Walkers"], ["--project", str(tmp_path / "mine"), "check"]):
        command = [sys.executable, "-m", "evidencebook", *arguments]
        subprocess.run(command, env=os.environ | {"PYTHONPATH": str(unpacked)}, cwd=tmp_path, check=True)
    assert (unpacked / "evidencebook" / "starter" / "shared" / "book" / "_static" / "evidencebook.css").is_file()


def test_every_locked_package_is_listed_with_the_licence_it_states(repository):
    """Mended by `make licences`; what the lock pins for other systems is not installed here and not held against."""
    lock = (repository.root / "requirements.lock").read_text(encoding="utf-8")
    page = (repository.root / "docs" / "licences.md").read_text(encoding="utf-8")
    rows = [tuple(c.strip() for c in line.split("|")[1:4]) for line in page.splitlines() if line.startswith("| ")][1:]

    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?: ; ([^\\]+))?", lock, flags=re.M)
    assert [row[:2] for row in rows] == [pin[:2] for pin in pins]
    for (name, version, licence), (_, _, marker) in zip(rows, pins, strict=True):
        if marker and not Marker(marker.strip()).evaluate():
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        assert found.version == version, f"{name}: run 'make report', which installs what the lock pins"
        stated = [found.metadata.get(field) or "" for field in ("License-Expression", "License")]
        stated += found.metadata.get_all("Classifier") or []
        assert licence == "not stated" or any(part in " ".join(stated) for part in licence.split(", ")), name
