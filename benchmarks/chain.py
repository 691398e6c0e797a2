"""Time a whole report against the plain tool chain, in one run on one machine.

Plain: papermill's own engine for each chapter, then `jupyter-book build`. Ours: `evidencebook build
--html-only`, cold, then with nothing changed, then with one finding changed. Both work on copies of
this repository. Quote the ratios: absolute times depend on the machine.

    python benchmarks/chain.py
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evidencebook import evidence
from evidencebook.chapters import plan
from evidencebook.project import ROOT_VARIABLE, Project

ROOT = Path(__file__).parents[1]
PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book")


def main() -> None:
    """Run both and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = (copy(Path(folder) / name) for name in ("plain", "ours"))
        execute, build = time_plain(plain)
        cold = timed([sys.executable, "-m", "evidencebook", "build", "--html-only"], ours)
        again = timed([sys.executable, "-m", "evidencebook", "build", "--html-only"], ours)
        change_one_finding(ours)
        changed = timed([sys.executable, "-m", "evidencebook", "build", "--html-only"], ours)
    print(f"plain: papermill for each chapter   {execute:7.1f} s")
    print(f"plain: jupyter-book build           {build:7.1f} s")
    print(
        f"ours: cold, check to HTML           {cold:7.1f} s   plain takes {(execute + build) / cold:.1f} times as long"
    )
    print(f"ours: nothing changed               {again:7.1f} s   {(execute + build) / again:.0f} times")
    print(f"ours: one finding changed           {changed:7.1f} s   {(execute + build) / changed:.1f} times")


def copy(target: Path) -> Path:
    """Copy what a build reads to *target*."""
    target.mkdir()
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("chapters"))
        else:
            shutil.copy(source, target / name)
    return target


def time_plain(root: Path) -> tuple[float, float]:
    """Return seconds of papermill for every chapter, and of Jupyter Book."""
    project = Project(root)
    chapters = plan(project, evidence.load(project).frames)
    project.chapters.mkdir()
    begun = time.perf_counter()
    for chapter in chapters:
        parameters = [p for name, value in chapter.parameters.items() for p in ("-p", name, value)]
        target = project.chapters / f"{chapter.slug}.ipynb"
        run(
            [
                sys.executable,
                "-m",
                "papermill",
                str(chapter.template.path),
                str(target),
                *parameters,
                "--no-progress-bar",
            ],
            root,
        )
    execute = time.perf_counter() - begun
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
    return execute, timed(command, root)


def timed(command: list[str], root: Path) -> float:
    """Return the seconds that *command* takes in *root*."""
    begun = time.perf_counter()
    run(command, root)
    return time.perf_counter() - begun


def run(command: list[str], root: Path) -> None:
    """Run *command* in *root*; show what it said when it fails."""
    environment = os.environ | {ROOT_VARIABLE: str(root)}
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-4000:]}")


def change_one_finding(root: Path) -> None:
    """Add two words to the first finding."""
    path = root / "data" / "evidence" / "findings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    lines[1][lines[0].index("finding")] += " Said anew."
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


if __name__ == "__main__":
    main()
