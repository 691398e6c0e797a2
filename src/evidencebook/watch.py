"""Build again at each save and show it in the open page.

One process watches files and starts builds; it has everything imported and no threads, so each build
is a fork of it that begins at once and leaves nothing behind. The server (`live`) is a process of its own.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from evidencebook import book
from evidencebook.errors import BuildError, EvidenceBookError
from evidencebook.live import State, live_server
from evidencebook.project import Project

_TICK = 0.2
_PRELOADED = ("evidencebook.build", "evidencebook.execute", "pytask", *book.WARM_MODULES)
Snapshot = dict[str, tuple[int, int]]


def watch(project: Project, port: int) -> None:
    """Serve the book and build again at each save, until stopped.

    Raises
    ------
    BuildError
        when the port is taken, or processes cannot be forked here.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        raise BuildError("watch needs a system that forks processes (Linux, macOS): use 'build' and 'serve' here")
    state = project.build / "state" / "watch.json"
    State().write(state)
    # Also when it was started in the background, where a shell has Ctrl-C ignored, or is asked to end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    context = multiprocessing.get_context("fork")
    with live_server(project.html, state, port) as server:
        serving = context.Process(target=_serve, args=(server,), daemon=True)
        serving.start()
        try:
            print(f"http://127.0.0.1:{server.server_address[1]}/ (stop with Ctrl-C)", flush=True)
            _follow(project, state)
        except KeyboardInterrupt:
            print("stopped", flush=True)
        finally:
            serving.terminate()
            serving.join()


def snapshot(project: Project) -> Snapshot:
    """Return time and size of every file that a build reads from the project."""
    return {
        path: (found.st_mtime_ns, found.st_size)
        for path in _watched(project)
        for found in [_stat(path)]
        if found is not None
    }


def _follow(project: Project, state: Path) -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    # papermill loads the engine itself, so it has to come first.
    importlib.import_module("evidencebook.engine").preload()
    built: Snapshot = {}
    serial = 0
    while True:
        now = snapshot(project)
        if now == built:
            time.sleep(_TICK)
            continue
        if built:
            _say_what(project, built, now)
        begun = time.perf_counter()
        fault = build_apart(project)
        serial += 1
        State(serial, fault).write(state)
        told = f"not built, the last good book stays:\n{fault}" if fault else "built"
        print(f"{told} ({time.perf_counter() - begun:.1f} s)", flush=True)
        # Not the files of after the build: a save meanwhile is built next.
        built = now


def build_apart(project: Project) -> str:
    """Build the HTML book in a fork of this process; return the fault, or nothing."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_build, args=(project, there))
    child.start()
    there.close()
    try:
        return str(here.recv())
    except EOFError:
        return "the process of the build ended without a word"
    except KeyboardInterrupt:
        # It leads a group of its own, with the chapters and the book that it has begun.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid or 0, signal.SIGTERM)
        raise
    finally:
        child.join()


def _build(project: Project, pipe: Connection) -> None:
    from evidencebook.build import build

    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    book.warm.set(True)
    try:
        build(project, pdf=False)
        pipe.send("")
    except EvidenceBookError as error:
        pipe.send(str(error))
    except Exception:
        pipe.send(traceback.format_exc())


def _serve(server: ThreadingHTTPServer) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    server.serve_forever()


def _watched(project: Project) -> Iterator[str]:
    yield from (str(project.root / name) for name in ("_config.yml", "_toc.yml", "references.bib", "requirements.lock"))
    for folder in (project.data, project.notebooks, project.root / "book"):
        for parent, folders, names in os.walk(folder):
            folders[:] = [f for f in folders if not f.startswith(".") and Path(parent, f) != project.chapters]
            yield from (
                os.path.join(parent, n) for n in names if not n.startswith(".") and not n.endswith((".part", "~"))
            )


def _stat(path: str) -> Any:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _say_what(project: Project, before: Snapshot, now: Snapshot) -> None:
    changed = sorted(p for p in before.keys() | now.keys() if before.get(p) != now.get(p))
    print("saved: " + ", ".join(os.path.relpath(p, project.root) for p in changed), flush=True)
