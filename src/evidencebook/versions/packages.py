"""How the packages installed today differ from those that a released version pinned.

Reads the version's `requirements.lock` and what is installed here; goes to `evidencebook build
--data-version`, which says so in one line.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement

from evidencebook.project import Project
from evidencebook.versions.committed import LOCK, declaration

_NAMED = 3
_PIN = re.compile(r"^[A-Za-z0-9][^\s#]*==[^\\#]*", re.MULTILINE)


def differences(project: Project) -> list[str]:
    """Return each package that differs, as `name VERSION, pinned VERSION`; none when the version pinned nothing.

    A pinned package that is missing here counts when the engine of that version asks for it by name: the lock
    also holds what only tests need.
    """
    asked = {_plain(needed.name) for needed in _requirements(declaration(project).get("dependencies", ()))}
    found = []
    for pinned in _pins(project):
        here, there = _installed(pinned.name), next(iter(pinned.specifier)).version
        if here is None and _plain(pinned.name) in asked:
            found.append(f"{pinned.name} is missing, pinned {there}")
        elif here is not None and here != there:
            found.append(f"{pinned.name} {here}, pinned {there}")
    return found


def packages_note(different: list[str]) -> str:
    """Return one line that says what differs; empty when nothing does."""
    if not different:
        return ""
    more = f"; and {len(different) - _NAMED} more" if len(different) > _NAMED else ""
    noun, verb = ("package", "differs") if len(different) == 1 else ("packages", "differ")
    named = "; ".join(different[:_NAMED])
    return f"note: {len(different)} {noun} of today {verb} from the version's own {LOCK} ({named}{more})"


def _pins(project: Project) -> Iterator[Requirement]:
    """Yield what the lock pins for a machine like this one."""
    path = project.root / LOCK
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    yield from (r for r in _requirements(_PIN.findall(text)) if r.marker is None or r.marker.evaluate({"extra": ""}))


def _requirements(lines: list[str] | tuple[str, ...]) -> Iterator[Requirement]:
    for line in lines:
        try:
            yield Requirement(line.strip())
        except InvalidRequirement:
            continue  # what a later form of the file says is not held against it


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
