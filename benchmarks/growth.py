"""Measure how time and memory grow: `check` by rows, the book by chapters, the PDF by pages.

    python benchmarks/growth.py check     10², 10⁴, 10⁵ and 10⁶ findings
    python benchmarks/growth.py pages     books of 30 and 300 chapters
    python benchmarks/growth.py pdf       a PDF of 1,000 pages

Each measure is of a process of its own: seconds of the clock, seconds of work (user and system, with
its children) and the most memory it held. On a busy machine read the seconds of work.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synthetic import Size, write

CHECKS = (Size(100, 8, 500), Size(10_000, 80, 5_000), Size(100_000, 300, 20_000), Size(1_000_000, 300, 50_000))
BOOKS = (Size(30 * 20, 30, 300), Size(300 * 20, 300, 3_000))
# Some 20 findings fill a page.
THICK = Size(18_000, 100, 3_000)
_MIB = 1024


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds of the clock, seconds of work, and its memory in MiB."""

    clock: float
    work: float
    memory: float

    def __str__(self) -> str:
        return f"{self.clock:8.1f} s  {self.work:8.1f} s of work  {self.memory:7.0f} MiB"


def main(asked: Sequence[str]) -> None:
    """Run the measures that are asked for, or all."""
    measures = {"check": checks, "pages": pages, "pdf": thick}
    for name in asked or measures:
        if name not in measures:
            raise SystemExit(f"no measure is called {name!r}; there are: {', '.join(measures)}")
        with tempfile.TemporaryDirectory() as folder:
            measures[name](Path(folder))


def checks(folder: Path) -> None:
    """Check packages of growing size; print the exponents between them and over all."""
    costs = []
    for size in CHECKS:
        root = folder / str(size.findings)
        write(root, size)
        costs.append(_run(root, "check"))
        print(f"check  {size.findings:>9,} findings {size.references:>7,} references  {costs[-1]}", flush=True)
    large = list(zip((math.log(s.findings) for s in CHECKS), costs, strict=True))[1:]
    for name in ("work", "memory"):
        slope = _slope([(x, math.log(getattr(cost, name))) for x, cost in large])
        print(f"exponent of {name} from {CHECKS[1].findings:,} findings on: {slope:.2f}")


def pages(folder: Path) -> None:
    """Build books of 30 and of 300 chapters, run their chapters first; print the cost of a page in each."""
    shares = []
    for size in BOOKS:
        root = folder / str(size.components)
        write(root, size)
        cost = _run(root, "build", "--html-only")
        made = len(list((root / "_build" / "html").rglob("*.html")))
        shares.append(cost.work / size.components)
        print(f"book   {size.components:>4} chapters {made:>5} pages  {cost}  {shares[-1]:.2f} s a chapter", flush=True)
    print(f"a chapter of the larger book costs {shares[1] / shares[0]:.2f} times as much")


def thick(folder: Path) -> None:
    """Build a book whose PDF has some 1,000 pages."""
    import pypdf

    root = folder / "thick"
    write(root, THICK)
    html = _run(root, "build", "--html-only")
    cost = _run(root, "build")
    count = len(pypdf.PdfReader(root / "_build" / "pdf" / "report.pdf").pages)
    print(f"book   {THICK.findings:,} findings  {html}\nPDF    {count:,} pages  {cost}", flush=True)


def _run(root: Path, *command: str) -> Cost:
    """Run one command of the engine on *root* and return what it took; stop when it fails."""
    begun = time.perf_counter()
    said = root / "said.log"
    with said.open("w", encoding="utf-8") as output:
        arguments = [sys.executable, "-m", "evidencebook", "--project", str(root), *command]
        files = [(os.POSIX_SPAWN_DUP2, output.fileno(), 1), (os.POSIX_SPAWN_DUP2, output.fileno(), 2)]
        child = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=files)
        _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{said.read_text(encoding='utf-8')[-4000:]}")
    scale = 1 if sys.platform == "linux" else 1024
    return Cost(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / _MIB / scale)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line of least squares through *points*."""
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


if __name__ == "__main__":
    main(sys.argv[1:])
