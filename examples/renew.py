"""Bring the worked example up to date with what `evidencebook new` writes; its rows and prose stay.

Run from the root of the project: `.venv/bin/python examples/renew.py`. `tests/test_example.py` fails, and
says so, when there is something to renew.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from pathlib import Path

from evidencebook import cli

EXAMPLE = Path(__file__).parent / "local-partnerships"
# What the command writes and nobody edits afterwards.
WRITTEN = ("_config.yml", "_toc.yml", "book/*.md", "book/_static/*", "notebooks/*.ipynb", ".gitignore")


def fresh(folder: Path) -> dict[str, bytes]:
    """Return the files that the command in the example's README writes today, by path; works below *folder*."""
    told = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^evidencebook (new local-partnerships .*?)\n```", told, flags=re.DOTALL | re.MULTILINE)
    _, name, *flags = shlex.split(command[1].replace("\\\n", " "))  # type: ignore[index]
    made = folder / name
    if cli.main(["new", str(made), *flags]):
        raise SystemExit("the command in the example's README fails")
    # Some sections follow rows, such as the themes of its ingredients.
    for path in [*(EXAMPLE / "data").rglob("*.csv"), EXAMPLE / "references.bib"]:
        (made / path.relative_to(EXAMPLE)).write_bytes(path.read_bytes())
    if cli.main(["--project", str(made), "sections"]):
        raise SystemExit("the example's tables do not fit what the command writes: see above")
    return {str(p.relative_to(made)): p.read_bytes() for pattern in WRITTEN for p in made.glob(pattern)}


def differing(folder: Path) -> list[str]:
    """Return the paths whose content is not what the command writes today."""
    new = fresh(folder)
    held = {str(p.relative_to(EXAMPLE)) for pattern in WRITTEN for p in EXAMPLE.glob(pattern)}
    return sorted(p for p in held | set(new) if p not in held or new.get(p) != (EXAMPLE / p).read_bytes())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as aside:
        for path, content in fresh(Path(aside)).items():
            (EXAMPLE / path).parent.mkdir(parents=True, exist_ok=True)
            (EXAMPLE / path).write_bytes(content)
    print(f"renewed {EXAMPLE}")
