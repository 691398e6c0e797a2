"""Time a whole report against the plain tool chain, in one run on one machine.

Plain: papermill's own engine for each chapter, one after the other, then `jupyter-book build`. Ours: all
chapters by the engine, then `evidencebook build` cold, with nothing changed, in a fresh copy, and with one
finding changed. All work on copies of this repository. Quote the ratios: seconds depend on the machine.

    python benchmarks/chain.py [N]

With N, both engines run only every Nth chapter, and the plain chain is reckoned from those: quicker, rougher.
Each line has seconds of the clock and seconds of work (user and system, of all processes). On a machine
that does other things as well, read the work: it says what the clock would say on one idle core.
"""

from __future__ import annotations

import csv
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from evidencebook import evidence
from evidencebook.chapters import plan
from evidencebook.project import ROOT_VARIABLE, Project

ROOT = Path(__file__).parents[1]
PARTS = ("_config.yml", "_toc.yml", "references.bib", "requirements.lock", "data", "notebooks", "book")
OURS = [sys.executable, "-m", "evidencebook", "build"]
JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", "."]
# All chapters as `evidencebook build` runs them, without the book.
CHAPTERS = """
import sys
from pathlib import Path
from evidencebook.dependence import load_inputs
from evidencebook.executors import Running, begun
from evidencebook.project import Project
inputs = load_inputs(Project(Path.cwd()))
with begun(inputs.project, inputs.chapters[:: int(sys.argv[1])], Running()) as running:
    for future in running.values():
        future.result()
"""


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of work."""

    clock: float
    work: float

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of both, one after the other."""
        return Cost(self.clock + other.clock, self.work + other.work)


def main(every: int = 1) -> None:
    """Run both chains and print a line for each part as it ends."""
    with tempfile.TemporaryDirectory() as folder:
        plain, engine, ours = (copy(Path(folder) / name) for name in ("plain", "engine", "ours"))
        cold = tell("ours: cold, check to HTML", run([*OURS, "--html-only"], ours))
        tell("ours: nothing changed", run([*OURS, "--html-only"], ours))
        fresh = Path(folder) / "fresh"
        shutil.copytree(ours, fresh, copy_function=shutil.copyfile)
        tell("ours: nothing changed, in a fresh copy", run([*OURS, "--html-only"], fresh))
        change_one_finding(ours)
        changed = tell("ours: one finding changed, to HTML", run([*OURS, "--html-only"], ours))
        chapters = tell(f"ours: every {every}. chapter", run([sys.executable, "-c", CHAPTERS, str(every)], engine))
        execute = tell(f"plain: papermill for every {every}. chapter", time_plain(plain, every), chapters)
        for path in (ours / "book" / "chapters").glob("*.ipynb"):
            shutil.copy(path, plain / "book" / "chapters")
        shutil.copytree(
            ours / "book" / "chapters" / "figures", plain / "book" / "chapters" / "figures", dirs_exist_ok=True
        )
        book = tell("plain: jupyter-book build", run(JUPYTER_BOOK, plain))
        chain = Cost(execute.clock * every + book.clock, execute.work * every + book.work)
        tell("plain: both, against ours cold", chain, cold)
        tell("plain: both, against ours with one finding changed", chain, changed)
        tell("ours: then the PDFs", run(OURS, ours))


def tell(what: str, cost: Cost, ours: Cost | None = None) -> Cost:
    """Print what a part took, and how many times as much as *ours*; return the cost."""
    times = ""
    if ours:
        clock, work = cost.clock / ours.clock, cost.work / ours.work
        times = f"   {clock:.1f} times our clock, {work:.1f} times our work"
    print(f"{what:<52}{cost.clock:8.1f} s {cost.work:8.1f} s of work{times}", flush=True)
    return cost


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


def time_plain(root: Path, every: int) -> Cost:
    """Return what papermill takes for every chapter, or every so many, one after the other."""
    project = Project(root)
    project.chapters.mkdir()
    total = Cost(0, 0)
    for chapter in plan(project, evidence.load(project).frames)[::every]:
        parameters = [p for name, value in chapter.parameters.items() for p in ("-p", name, value)]
        paths = [str(chapter.template.path), str(project.chapters / f"{chapter.slug}.ipynb")]
        total += run([sys.executable, "-m", "papermill", *paths, *parameters, "--no-progress-bar"], root)
    return total


def run(command: list[str], root: Path) -> Cost:
    """Run *command* in *root* and return what it took; show what it said when it fails."""
    environment = os.environ | {ROOT_VARIABLE: str(root)}
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    clock, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode:
        raise SystemExit(f"{' '.join(command)}\n{result.stdout[-2000:]}{result.stderr[-4000:]}")
    return Cost(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def change_one_finding(root: Path) -> None:
    """Add two words to the first finding."""
    path = root / "data" / "evidence" / "findings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    lines[1][lines[0].index("finding")] += " Said anew."
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
