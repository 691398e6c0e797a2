"""The ways to install the project say the same, and the lock is complete."""

import re
import tomllib

import yaml


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
    pinned = {m.lower().replace("_", "-"): m for m in re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.M)}
    for requirement in declared(repository):
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower().replace("_", "-")
        assert name in pinned, requirement
    for block in re.split(r"^(?=[A-Za-z0-9._-]+==)", lock, flags=re.M)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


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
