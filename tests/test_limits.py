"""A test that hangs fails with its name and its stack, what it began is ended, and the run goes on.

Each test here runs pytest on a made-up file with short limits; the file says what hangs.
"""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from limits import BUILDING, MARK, OnceOnly, end_processes, pytest_xdist_make_scheduler

pytestmark = pytest.mark.build
HERE = Path(__file__).parent
PATIENCE = 240  # seconds for such a run on a busy machine; if it took longer, the limits would not work
CONFTEST = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
pytest_plugins = ["limits", "browsers"]

def pytest_configure(config):
    import limits
    limits.GRACE = 2
    config.addinivalue_line("markers", "build: builds")
"""
# Three processes that outlive a test that does not end them: a child, one of its own session, and one without parent.
BEGIN = """
import pathlib, signal, subprocess, sys, threading, time, pytest
SLEEP = [sys.executable, "-c", "import time; time.sleep(900)"]
# Without the streams of its parent (-3 is DEVNULL), which would wait for them to close.
ORPHAN = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:], stdout=-3, stderr=-3).pid)"

def begin():
    child = subprocess.Popen(SLEEP)
    alone = subprocess.Popen(SLEEP, start_new_session=True)
    orphan = subprocess.run([sys.executable, "-c", ORPHAN, *SLEEP], capture_output=True, text=True, check=True)
    pids = [str(child.pid), str(alone.pid), orphan.stdout.strip()]
    pathlib.Path("pids").write_text(" ".join(pids))
    return child

def test_before():
    pass
"""


@pytest.fixture
def run(tmp_path):
    """Run pytest on a made-up file: `run(code, workers, limit)` returns exit code, output and what it began."""

    def go(code, workers=0, limit=6):
        (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
        (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout_method = signal\n", encoding="utf-8")
        (tmp_path / "test_made_up.py").write_text(BEGIN + textwrap.dedent(code), encoding="utf-8")
        how = ["-n", str(workers), "--dist", "loadgroup", "--timeout", str(limit)]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *how],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        pids = tmp_path / "pids"
        return done.returncode, done.stdout, [int(p) for p in pids.read_text().split()] if pids.exists() else []

    return go


def running(pids):
    alive = [psutil.Process(p) for p in pids if psutil.pid_exists(p)]
    return [p.pid for p in psutil.wait_procs(alive, timeout=5)[1] if p.status() != psutil.STATUS_ZOMBIE]


def test_a_thread_that_a_test_left_does_not_keep_the_process(run):
    code, output, _ = run(
        """
        def test_hanging():
            import limits
            limits.LEAVING = 5
            threading.Thread(target=threading.Event().wait, name="helper").start()
            time.sleep(900)
        """
    )
    assert code == 1
    assert "1 failed, 1 passed" in output
    assert "in _shutdown" in output.rsplit("1 passed", 1)[1]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_test_that_hangs_fails_with_all_stacks_and_leaves_no_process(run, workers):
    code, output, pids = run(
        """
        def test_hanging():
            threading.Thread(target=threading.Event().wait, name="helper", daemon=True).start()
            begin().wait()

        def test_after():
            pass
        """,
        workers,
    )
    assert code == 1
    assert "FAILED test_made_up.py::test_hanging - Failed: Timeout" in output
    assert ">       begin().wait()" in output
    assert "Stack of helper" in output
    assert len(pids) == 3
    assert running(pids) == []
    assert "1 failed, 2 passed" in output.splitlines()[-1]


def test_what_no_exception_reaches_ends_its_worker_once_and_leaves_no_process(run):
    code, output, pids = run(
        """
        def test_deaf():
            with pathlib.Path("times").open("a") as times:
                times.write("x")
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
            begin().wait()

        def test_after():
            pass
        """,
        workers=2,
        limit=6,
    )
    assert code == 1
    assert "crashed while running 'test_made_up.py::test_deaf'" in output
    assert "in test_deaf" in output
    assert output.count("replacing crashed worker") == 1
    assert running(pids) == []
    assert "1 failed, 2 passed" in output.splitlines()[-1]


def test_cleaning_up_after_a_failure_is_limited_too(run):
    code, output, pids = run(
        """
        @pytest.fixture
        def held():
            yield
            begin().wait()

        def test_failing(held):
            raise ValueError("first")

        def test_after():
            pass
        """
    )
    assert code == 1
    assert "FAILED test_made_up.py::test_failing - ValueError: first" in output
    assert "ERROR test_made_up.py::test_failing - Failed: Timeout" in output
    assert running(pids) == []
    assert "1 failed, 2 passed, 1 error" in output.splitlines()[-1]


def test_a_browser_that_does_not_answer_is_ended_and_the_next_test_gets_another(run):
    code, output, _ = run(
        """
        @pytest.mark.timeout(20)
        def test_asking(browser):
            browser.new_page().evaluate("() => { while (true) {} }")

        @pytest.mark.timeout(120)
        def test_again(browser):
            page = browser.new_page()
            page.set_content("<p>here</p>")
            assert page.inner_text("p") == "here"
        """
    )
    assert code == 1
    assert "FAILED test_made_up.py::test_asking - Failed: Timeout" in output
    assert "1 failed, 2 passed" in output.splitlines()[-1]


def test_pages_wait_no_longer_than_the_limit_of_the_browser(run):
    code, output, _ = run(
        """
        import browsers
        browsers.PATIENCE = 1000

        @pytest.mark.timeout(120)
        @pytest.mark.parametrize("make", [lambda b: b.new_page(), lambda b: b.new_context().new_page()])
        def test_waiting(browser, make):
            browser.new_page()
            with pytest.raises(browsers.Error, match="1000ms"):
                make(browser).click("#nowhere")
        """
    )
    assert code == 0, output


def test_a_test_that_builds_has_more_time(run):
    code, output, _ = run(
        f"""
        @pytest.mark.build
        def test_building(request):
            assert request.node.get_closest_marker("timeout").args == ({BUILDING},)

        def test_other(request):
            assert request.node.get_closest_marker("timeout") is None
        """
    )
    assert code == 0, output


def test_only_marked_processes_are_ended():
    sleep = [sys.executable, "-c", "import time; time.sleep(900)"]
    others = os.environ | {MARK: "some other run"}
    with (
        subprocess.Popen(sleep, env=os.environ | {MARK: "made-up"}) as ours,
        subprocess.Popen(sleep, env=others) as other,
    ):
        try:
            end_processes("made-up")
            assert ours.wait(timeout=30) < 0
            assert other.poll() is None
        finally:
            ours.kill()
            other.kill()


def test_other_ways_to_share_out_tests_stay_as_they_are(pytestconfig):
    class Chosen:
        def __init__(self, dist):
            self.dist, self.option = dist, pytestconfig.option

        def getvalue(self, name):
            return self.dist if name == "dist" else ["2*popen"]

    assert pytest_xdist_make_scheduler(Chosen("load"), None) is None
    assert isinstance(pytest_xdist_make_scheduler(Chosen("loadgroup"), None), OnceOnly)
