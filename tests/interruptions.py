"""Builds of the made-up synthesis that are killed at random moments.

``python tests/interruptions.py FOLDER --moments 50 --seed 1`` prepares the synthesis in FOLDER, kills so many builds
and reports. In a chain of a few, each build begins from what the one killed before it left. After every kill the site,
the PDF and the chapters that readers have must be whole: all as before, or all as after. At the end of a chain a build
that nobody kills must end in the same bytes as one that was never disturbed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CHAIN = 5
ENDED = "ended before it was killed"
# Who is killed, and how: the build alone, as by a system short of memory; all its processes; all, by Ctrl-C.
WAYS = ("the build alone", "all its processes", "Ctrl-C")
BEFORE, AFTER = "made-up clinic cost more than none", "made-up clinic cost less than none"


@dataclass
class Site:
    """A synthesis in *root* and what a build makes of it before and after a row changed, by path."""

    root: Path
    seconds: float = 0.0
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    @property
    def good(self) -> Path:
        """Where the built synthesis is kept, to begin from again."""
        return self.root.with_name(f"{self.root.name}-good")


def prepare(root: Path) -> Site:
    """Build the synthesis in *root*, keep it, and build it once more with a row changed."""
    site = Site(root)
    must_build(root)
    site.before = results(root)
    shutil.copytree(root, site.good, symlinks=True)
    change(root)
    begun = time.monotonic()
    must_build(root)
    site.seconds = time.monotonic() - begun
    site.after = results(root)
    return site


def interrupt(site: Site, moments: int, seed: int, chain: int = CHAIN) -> Counter:
    """Kill *moments* builds; return how often in which way. Whatever is not whole is an AssertionError.

    A build that ended before its moment is told apart and does not count.
    """
    chance, done = random.Random(seed), Counter()
    while (left := moments - done.total() + done[ENDED]) > 0:
        shutil.rmtree(site.root)
        shutil.copytree(site.good, site.root, symlinks=True)
        change(site.root)
        for _ in range(min(chain, left)):
            way, after = chance.choice(WAYS), chance.uniform(0, site.seconds)
            ended = kill_one(site.root, way, after)
            done[ENDED if ended else way] += 1
            whole(site, f"after {way} at {after:.1f} s of {site.seconds:.1f} s")
        must_build(site.root)
        differing = difference(site.after, results(site.root))
        assert not differing, f"the build after {way} ends otherwise: {differing[:5]}"
    return done


def kill_one(root: Path, way: str, after: float) -> bool:
    """Begin a build and kill it; return whether it had ended by itself."""
    build = subprocess.Popen(
        command(root), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        build.wait(after)
        return True
    except subprocess.TimeoutExpired:
        if way == "the build alone":
            build.kill()
        else:
            os.killpg(build.pid, signal.SIGINT if way == "Ctrl-C" else signal.SIGKILL)
        build.wait(120)
        return False


def whole(site: Site, when: str) -> None:
    """Fail unless site and PDF in their places are those of before or of after, and each is whole."""
    now = results(site.root)
    for part in ("_build/html/", "_build/pdf/"):
        held, *good = (
            {p: h for p, h in state.items() if p.startswith(part)} for state in (now, site.before, site.after)
        )
        assert held in good, f"{when}: {part} is neither of before nor of after: {difference(good[0], held)[:5]}"
    notebooks = {p for p in now if p.endswith(".ipynb")}
    assert all(now[p] in (site.before.get(p), site.after.get(p)) for p in notebooks), f"{when}: half a chapter"


def results(root: Path) -> dict[str, str]:
    """Return the hash of every file that a build makes for people, by path below *root*."""
    found = {}
    for folder in ("_build/html", "_build/pdf", "book/chapters"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not any(p.startswith(".running-") for p in path.parts) and path.suffix != ".part":
                found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def difference(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """Return the paths that differ or stand on one side only."""
    return sorted(p for p in one.keys() | other.keys() if one.get(p) != other.get(p))


def change(root: Path) -> None:
    """Change the words of one finding."""
    path = root / "data" / "evidence" / "findings.csv"
    text = path.read_text(encoding="utf-8")
    assert BEFORE in text
    path.write_text(text.replace(BEFORE, AFTER), encoding="utf-8")


def must_build(root: Path) -> None:
    """Build, and fail with what was said if it does not end well."""
    done = subprocess.run(command(root), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def command(root: Path) -> list[str]:
    """Return the command that builds the synthesis in *root*."""
    return [sys.executable, "-m", "evidencebook", "--project", str(root), "build"]


if __name__ == "__main__":
    from conftest import write_synthesis

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    synthesis = options.folder / "mini"
    write_synthesis(synthesis)
    prepared = prepare(synthesis)
    print(f"a build of one changed row takes {prepared.seconds:.1f} s", flush=True)
    print(dict(interrupt(prepared, options.moments, options.seed)), "all survived")
