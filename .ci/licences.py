"""Write docs/licences.md: every package that requirements.lock pins, with the licence that its own metadata states.

Run it in the environment that the lock installs: ``.venv/bin/python .ci/licences.py``. What the lock pins for other
systems only is not installed here and is listed as such. `--check` compares instead of writing.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "licences.md"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$", re.MULTILINE)
_HEAD = """\
# Licences of the packages used

Written by `make licences` from `requirements.lock` and the metadata of the installed packages; a test holds it
against both. Nothing of these packages is part of this repository or of the published book, except scripts, styles
and fonts that the book's pages carry, whose licences stand beside them.

Known vulnerabilities are listed by `pip-audit --requirement requirements.lock --no-deps`, which asks a database on
the internet. On 2026-11-25 neither of its databases could be reached from where this was written, so nothing is said
here about vulnerabilities; run it where there is a network, before a release.

| package | version | licence |
|---|---|---|
"""


def page() -> str:
    """Return the page as it should be."""
    lines = [f"| {name} | {version} | {_licence(name, marker)} |" for name, version, marker in pins()]
    return _HEAD + "\n".join(lines) + "\n"


def pins() -> list[tuple[str, str, str]]:
    """Return name, version and marker of every pin, in the order of the lock."""
    return _PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))


def _licence(name: str, marker: str) -> str:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return f"not installed here (only where {marker})" if marker else "not installed here"
    return _stated(found).replace("|", "\\|")


def _stated(found: Distribution) -> str:
    """Return the licence: the SPDX expression, else the classifiers, else the first line of the field."""
    about = found.metadata
    classified = [c.rsplit("::", 1)[1].strip() for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    named = [c for c in classified if c != "OSI Approved"]
    field = (about.get("License") or "").strip().splitlines()
    return about.get("License-Expression") or ", ".join(named) or (field[0][:80] if field else "not stated")


if __name__ == "__main__":
    if "--check" not in sys.argv:
        TARGET.write_text(page(), encoding="utf-8")
    sys.exit(0 if TARGET.read_text(encoding="utf-8") == page() else "docs/licences.md differs: run 'make licences'")
