"""Install what requirements.lock pins (`lock`), or this project (`project`), into the environment that runs this.

Run by the Makefile: ``.venv/bin/python .ci/install.py lock|project [--quiet]``. Nothing is resolved: pip fetches the
pinned files and compares their hashes; with the project, `pip check` holds every package against what the others ask
of it. Only the standard library is used, since nothing else is installed yet. pip's own settings (an index or a proxy
of the house) hold.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
INSTALL = [*PIP, "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
PROJECT = [*PIP, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]

# Seconds that pip takes to unpack everything once it is fetched (measured on two cores, 2026-11).
_UNPACKING = 30
_LINES = 10  # how many lines of progress a log gets
_CAUSES = {
    r"DO NOT MATCH THE HASHES": "A file of the package index differs from the one that requirements.lock pins. Do not"
    " install it. Run the command again; if it fails again, ask who keeps the index.",
    r"No space left on device": "The disk is full. The environment needs 1.1 GB.",
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|from versions: none": (
        "The package index could not be reached, or does not have this package. pip asks https://pypi.org unless its"
        " settings name another index (`pip config list`). Behind a proxy, set HTTPS_PROXY. Then run the command again."
    ),
    r"No matching distribution found": f"There is no ready-made file of this package for Python"
    f" {sys.version_info[0]}.{sys.version_info[1]} on this system. Python 3.11 to 3.13 are tried:"
    " make distclean, then make report PYTHON=/path/to/python3.11",
}


def main(what: str, *, quiet: bool) -> int:
    """Install `what` ("lock" or "project"); return 0, or 1 after a message on what failed and what to do."""
    try:
        if what == "lock":
            _run([*INSTALL, "--requirement", str(LOCK)], _Progress(_pins(), quiet))
        else:
            _run(PROJECT, None)
            _run([*PIP, "check"], None)
    except _Failed as failed:
        print(f"\nThe installation failed.\n{failed}", file=sys.stderr)
        return 1
    return 0


class _Failed(Exception):
    """What pip said last and what to do about it."""


class _Progress:
    """Show how many packages are fetched: a line that is written over on a terminal, a few lines in a log."""

    def __init__(self, total: int, quiet: bool) -> None:
        self.total, self.quiet, self.done, self.begun = total, quiet, 0, time.monotonic()
        self.terminal = sys.stdout.isatty()

    def see(self, line: str) -> None:
        """Count a line of pip."""
        if re.match(r"Collecting |Processing |Requirement already satisfied|Ignoring ", line):
            self.done += 1
            if self.terminal or self.done % max(1, self.total // _LINES) == 0:
                self._say(f"Fetching packages: {self.done} of {self.total}{self._left()}")
        elif line.startswith("Installing collected packages"):
            self.done = self.total
            self._say(f"Unpacking {line.count(',') + 1} packages{self._left()}", last=True)

    def _left(self) -> str:
        spent = time.monotonic() - self.begun
        share = self.done / self.total
        if share < 0.1:  # the first few say nothing about the rest
            return ""
        return f", about {_duration(spent / share - spent + _UNPACKING)} left"

    def _say(self, text: str, last: bool = False) -> None:
        if self.quiet:
            return
        print(f"\r\x1b[K{text}" if self.terminal else text, end="" if self.terminal and not last else "\n", flush=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _pins() -> int:
    return len(re.findall(r"^[A-Za-z0-9][^\s=]*==", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE))


def _run(command: list[str], progress: _Progress | None) -> None:
    said = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as pip:
        for line in _lines(pip.stdout):
            said.append(line)
            if progress:
                progress.see(line)
    if pip.returncode:
        raise _Failed(_reason(said))


def _lines(stream: Iterable[str] | None) -> Iterator[str]:
    for line in stream or ():
        yield line.rstrip()


def _reason(said: list[str]) -> str:
    """Return the lines of pip that tell of a fault, each once, and what to do about the first known cause."""
    faults = [line for line in said if re.match(r"ERROR|\S+ \S+ (requires|has requirement)", line)]
    shown = list(dict.fromkeys(line[:300] for line in (faults or said)[-12:]))
    known = next((advice for cause, advice in _CAUSES.items() if any(re.search(cause, line) for line in said)), None)
    return "\n".join([*shown, known or "Run `make distclean` and the command again."])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], quiet="--quiet" in sys.argv[2:]))
