"""A time limit for every test, and an end of what a test over its limit has left running.

pytest-timeout measures the time: the limits come from `timeout` in pyproject.toml, from a mark at a test, or from
here. When it is over, the test fails with its own stack and the stacks of all other threads. Before that every
process that the test or its fixtures began is killed, because a test often waits for one of them. Where no exception
can reach a test, faulthandler prints all stacks and ends the process; under xdist the run goes on in another one.
"""

import faulthandler
import os
import signal
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import psutil
import pytest
from pytest_timeout import Settings, is_debugging
from xdist.scheduler import LoadGroupScheduling

BUILDING = 1800  # seconds for a test that builds a whole book, which took more than 300 on a very busy machine
BROWSING = 300  # seconds for the body of a test that uses the browser, once the book is built
COLLECTING = 300  # seconds to read all test files
GRACE = 60  # seconds to clean up after a failure, before that is interrupted as well
LEAVING = 60  # seconds for the process to end after a run in which a limit was reached
# Every process below a test inherits it, also one whose parent has gone.
MARK = "EVIDENCEBOOK_TESTED_BY"

_settings = pytest.StashKey[Settings]()
_stderr = pytest.StashKey[int]()
_over: list[str] = []


def times_over() -> int:
    """Return how often a limit was reached in this process; after each time all its child processes are gone."""
    return len(_over)


def pytest_configure(config: pytest.Config) -> None:
    """Mark the processes to come, and keep a way to the real standard error, which tests capture."""
    config.stash[_stderr] = os.dup(2)
    worker = getattr(config, "workerinput", None)
    os.environ[MARK] = mark_of(worker) if worker else uuid.uuid4().hex


def mark_of(worker: dict[str, Any]) -> str:
    """Return the mark of the processes below a worker of xdist."""
    return f"{worker['testrunuid']}-{worker['workerid']}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """See that the process ends: threads of a test over its limit may still wait for something."""
    if _over:
        faulthandler.dump_traceback_later(LEAVING, exit=True, file=config.stash[_stderr])


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Limit the time to read the test files."""
    faulthandler.dump_traceback_later(COLLECTING, exit=True, file=session.config.stash[_stderr])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that build whole books more time."""
    for item in items:
        if item.get_closest_marker("build") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BUILDING))


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Settings) -> Generator[None, object, object]:
    """When the time is over, first end what the test waits for; interrupt again what hangs after that."""
    done = yield
    item.stash[_settings] = settings
    library = signal.getsignal(signal.SIGALRM)

    def over(number: int, frame: Any) -> None:
        __tracebackhide__ = True
        if not callable(library) or (is_debugging() and not settings.disable_debugger_detection):
            return
        signal.setitimer(signal.ITIMER_REAL, GRACE)
        _over.append(item.nodeid)
        end_processes(os.environ[MARK], os.getpid())
        library(number, frame)

    if settings.method == "signal":
        signal.signal(signal.SIGALRM, over)
    faulthandler.dump_traceback_later(settings.timeout + 3 * GRACE, exit=True, file=item.config.stash[_stderr])
    return done


@pytest.hookimpl(wrapper=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> Generator[None, object, object]:
    """Cancel the last resort together with the timer."""
    faulthandler.cancel_dump_traceback_later()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Give a browser less time than the book that it shows: calls that run a script know no limit of their own."""
    settings = item.stash.get(_settings, None)
    if settings and "browser" in getattr(item, "fixturenames", ()):
        _limit(item, min(settings.timeout, BROWSING))
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> Generator[None, object, object]:
    """Limit the time to clean up after a failure, where pytest-timeout stops its timer."""
    done = yield
    if isinstance(node, pytest.Item) and _settings in node.stash and not node.config.getoption("usepdb"):
        _limit(node, GRACE)
    return done


def _limit(item: pytest.Item, seconds: float) -> None:
    settings = item.stash[_settings]
    item.config.hook.pytest_timeout_cancel_timer(item=item)
    item.config.hook.pytest_timeout_set_timer(item=item, settings=settings._replace(timeout=seconds))
    item.stash[_settings] = settings


def pytest_enter_pdb() -> None:
    """Leave all the time in the world to somebody who debugs."""
    faulthandler.cancel_dump_traceback_later()


def end_processes(mark: str, parent: int | None = None) -> None:
    """Kill every process below *parent* and every one that carries the *mark*, until none is left."""
    for _ in range(5):
        found = [p for p in _below(mark, parent) if _is_running(p)]
        if not found:
            return
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.05)


def _below(mark: str, parent: int | None) -> Iterator[psutil.Process]:
    known = set()
    if parent is not None:
        for process in psutil.Process(parent).children(recursive=True):
            known.add(process.pid)
            yield process
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid not in {*known, os.getpid()} and process.environ().get(MARK) == mark:
                yield process


def _is_running(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """End what a worker left that ended in the middle of a test."""
    if error:
        end_processes(mark_of(node.workerinput))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadGroupScheduling | None:
    """Run a test that ended its worker no second time."""
    return OnceOnly(config, log) if config.getvalue("dist") == "loadgroup" else None


class OnceOnly(LoadGroupScheduling):
    """The scheduler of `--dist loadgroup`, which would give a test that ended its worker to the next worker."""

    def remove_node(self, node: Any) -> str | None:
        """Return the test that ran when the worker ended, and give out only the tests after it."""
        units = self.assigned_work[node].values()
        running = next(((unit, test) for unit in units for test, done in unit.items() if not done), None)
        if running is None:
            return super().remove_node(node)
        unit, test = running
        unit[test] = True
        super().remove_node(node)
        return test
