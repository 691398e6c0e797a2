"""Run the engine that was committed with a released version, whatever engine is installed.

Papermill and pybtex find an engine's classes by the entry points in the metadata of the installed package.
Those name modules of today, which an older engine may not have. So the entry points that the version's own
`pyproject.toml` declares are written as metadata beside its modules, and its folder goes first on Python's
path: of two distributions with one name every reader of entry points takes the first.

Takes a version that `past` has laid out; everything is written below its own folder.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evidencebook.errors import ProjectError
from evidencebook.project import ROOT_VARIABLE, Project

SETTINGS = "pyproject.toml"
LOCK = "requirements.lock"
_ENGINE = "evidencebook"
# Names that pyproject.toml gives to two groups of entry points.
_SCRIPTS = {"scripts": "console_scripts", "gui-scripts": "gui_scripts"}


def own_engine(project: Project) -> Path | None:
    """Return the folder of the engine that was committed with the version; None when there is none."""
    source = project.root / "src"
    return source if (source / _ENGINE / "__main__.py").is_file() else None


def build_with(source: Path, project: Project, options: Sequence[str], *, quiet: bool = False) -> int:
    """Build *project* by the engine in *source*, with the packages installed today; return what it returned.

    When *quiet*, only the places of the results are printed.
    """
    declare(source, project)
    before = os.environ.get("PYTHONPATH")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(source), *([before] if before else [])])}
    environment.pop(ROOT_VARIABLE, None)  # it names the report of today
    command = [sys.executable, "-m", _ENGINE, "--project", str(project.root), "build", *options]
    # Python looks in the folder it is started in before all others: today's engine may stand there.
    said = subprocess.DEVNULL if quiet else None
    code = subprocess.run(command, cwd=project.root, env=environment, stdout=said, check=False).returncode
    if quiet and not code:
        print("\n".join(project.results(pdf="--html-only" not in options)), flush=True)
    return code


def declare(source: Path, project: Project) -> Path:
    """Write the metadata of the engine in *source* beside it, as if it were installed; return the folder."""
    declared = declaration(project)
    name, version = declared.get("name", _ENGINE), declared.get("version", "0")
    for old in source.glob(f"{_ENGINE}-*.dist-info"):
        shutil.rmtree(old)
    folder = source / f"{_ENGINE}-{version}.dist-info"
    folder.mkdir()
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {needed}" for needed in declared.get("dependencies", ())]
    (folder / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(_entry_points(declared), encoding="utf-8")
    return folder


def declaration(project: Project) -> dict[str, Any]:
    """Return the table `[project]` of the version's own `pyproject.toml`; empty when it has none.

    Raises
    ------
    ProjectError
        when the file is no TOML.
    """
    path = project.root / SETTINGS
    if not path.is_file():
        return {}
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(
            f"{path} cannot be read as TOML ({error}), so nobody knows which modules the engine of this version has: "
            "name a version with a sound file"
        ) from None
    return found


def _entry_points(declared: dict[str, Any]) -> str:
    groups = {group: declared[key] for key, group in _SCRIPTS.items() if key in declared}
    groups |= declared.get("entry-points", {})
    blocks = [[f"[{group}]", *(f"{n} = {target}" for n, target in named.items())] for group, named in groups.items()]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def way_out(source: Path, project: Project, options: Sequence[str]) -> str:
    """Return the commands that make an environment from the version's own lock and build in it."""
    environment = project.root.with_name(f"{project.root.name}-environment")
    oldest = re.search(r">=\s*(\d+\.\d+)", declaration(project).get("requires-python", ""))
    python = f"python{oldest[1] if oldest else '3'}"
    own = str(environment / "bin" / "python")
    install = [own, "-m", "pip", "install", "--no-deps", "--require-hashes", "-r", str(project.root / LOCK)]
    build = [own, "-m", _ENGINE, "--project", str(project.root), "build", *options]
    commands = [[python, "-m", "venv", str(environment)], install]
    lines = [shlex.join(command) for command in commands]
    lines.append(f"cd {shlex.quote(str(project.root))} && PYTHONPATH={shlex.quote(str(source))} {shlex.join(build)}")
    return "\n".join(f"    {line}" for line in lines)
