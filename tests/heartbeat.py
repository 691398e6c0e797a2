"""What a run of the tests says while it goes on: how many tests, how long, how far, and which take long.

It listens to what pytest says of each test, under xdist in the process that leads the workers, and prints plain lines
to the standard output: one at the start, then one at least every half minute. How long each test took goes to the
cache of pytest, from where the next run takes what it says at the start.
"""

import os
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import pytest

EVERY = 30  # seconds between two lines; a test that runs longer is named
CACHED = "evidencebook/durations"
# Seconds for a test that the cache does not know: a guess. Put here what the cache of a whole run has as their mean.
USUAL = 0.5


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Listen where results are printed, which no worker of xdist does; the reporter has to be there first."""
    silent = config.option.verbose < 0 or config.option.collectonly
    if not silent and not hasattr(config, "workerinput") and config.pluginmanager.hasplugin("terminalreporter"):
        config.pluginmanager.register(Heartbeat(config))


def plain(nodeid: str) -> str:
    """Return the name of a test without the group that xdist appends."""
    return nodeid.rsplit("@", 1)[0] if nodeid.rfind("@") > nodeid.rfind("]") else nodeid


def expected(nodeids: Iterable[str], known: Mapping[str, float], workers: int) -> float:
    """Return how many seconds the tests take together: each as measured, else USUAL.

    Parameters
    ----------
    nodeids : names of the tests, as pytest or xdist gives them.
    known : seconds by plain name of the test.
    """
    each = [known.get(plain(nodeid), USUAL) for nodeid in nodeids]
    return max(sum(each) / workers, max(each, default=0))


def spoken(seconds: float) -> str:
    """Return a time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class Heartbeat:
    """What is known of the run, and the thread that says it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self.cache = getattr(config, "cache", None)
        self.tests: list[str] = []
        self.running: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self.failed: set[str] = set()
        self.finished = self.said_at = 0
        self.begun = self.spoke = time.monotonic()
        self.named: set[str] = set()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="heartbeat", daemon=True)
        # Tests capture what is printed in their process; this way leads past that.
        self.output = os.dup(1)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the names of the tests; under xdist there are none in this process."""
        self.tests = self.tests or [item.nodeid for item in session.items]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Keep the names of the tests, as a worker has found them."""
        self.tests = list(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note when a test begins; before the first, say what is to come."""
        if not self.thread.is_alive() and not self.over.is_set():
            self.reporter.write_line(self._opening())
            self.begun = self.spoke = time.monotonic()
            self.thread.start()
        self.running[nodeid] = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up how long a test took; no end is reported of one whose worker has gone."""
        name = plain(report.nodeid)
        self.took[name] = self.took.get(name, 0) + getattr(report, "duration", 0)
        if report.failed:
            self.failed.add(name)
        if report.when not in ("setup", "call", "teardown"):
            self.pytest_runtest_logfinish(report.nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note that a test has ended."""
        if self.running.pop(nodeid, None) is not None:
            self.finished += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Say nothing more, so that the closing line of pytest is the last, and keep the times."""
        self.over.set()
        if self.thread.is_alive():
            self.thread.join()
        if self.cache is not None and self.took:
            good = {name: round(seconds, 2) for name, seconds in self.took.items() if name not in self.failed}
            self.cache.set(CACHED, self._known() | good)

    def _known(self) -> dict[str, float]:
        return self.cache.get(CACHED, {}) if self.cache is not None else {}

    def _opening(self) -> str:
        known, workers = self._known(), max(len(getattr(self.config.option, "tx", None) or ()), 1)
        seconds = expected(self.tests, known, workers)
        measured = sum(plain(test) in known for test in self.tests)
        source = "as they took last time" if measured * 2 > len(self.tests) else "as a rough guess"
        length = f"about {max(round(seconds / 60), 1)} min" if seconds >= 30 else "less than half a minute"
        return f"{len(self.tests)} tests, {length} {source}. A line follows at least every {EVERY} s."

    def _watch(self) -> None:
        while not self.over.wait(min(1, EVERY / 4)):
            now = time.monotonic()
            long = {test: now - since for test, since in list(self.running.items()) if now - since >= EVERY}
            if now - self.spoke >= EVERY or long.keys() - self.named:
                self._say(now, long)

    def _say(self, now: float, long: Mapping[str, float]) -> None:
        share = self.finished * 100 // max(len(self.tests), 1)
        lines = [f"[{share:3d}%] {self.finished} of {len(self.tests)} tests after {spoken(now - self.begun)}"]
        lines += [f"       for {spoken(seconds)} so far: {plain(test)}" for test, seconds in long.items()]
        # Dots may stand in the line; nothing was added to it since the last line of ours if no test has ended.
        fresh = self.finished == self.said_at and self.spoke != self.begun
        before = "" if fresh or not self.config.get_terminal_writer().width_of_current_line else "\n"
        with suppress(OSError):
            os.write(self.output, (before + "\n".join(lines) + "\n").encode(sys.getfilesystemencoding(), "replace"))
        self.spoke, self.said_at, self.named = now, self.finished, set(long)
