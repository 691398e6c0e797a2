"""A local server of the built book that shows a page again when it was built again.

Used by `watch` alone. A few lines of script and, after a failed build, the fault are put into a page
as it is served; the files of the book never hold them. What the server knows of builds it reads from
a `State` file, so that it can run in a process of its own.
"""

from __future__ import annotations

import functools
import html
import http.server
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidencebook.errors import BuildError

EVENTS = "/-/events"
_TICK = 0.1
_QUIET = 15.0
# Files, not lines in the page: the pages' Content-Security-Policy lets nothing run or dress that stands in a tag.
_LIVE = {
    "/-/live.js": (
        "text/javascript",
        'const built = document.currentScript.dataset.serial; new EventSource("/-/events").onmessage = '
        "(e) => { if (e.data !== built) location.reload(); };",
    ),
    "/-/live.css": (
        "text/css",
        "#live-fault { position: fixed; inset: auto 0 0 0; z-index: 9999; max-height: 60vh; overflow: auto; "
        "background: #2b1512; color: #fff; border-top: 4px solid #f0a08e; padding: 1rem 1.5rem; "
        "font: 14px/1.5 monospace; white-space: pre-wrap; }",
    ),
}
_SCRIPT = '<script src="/-/live.js" data-serial="{serial}"></script>'
_OVERLAY = (
    '<link rel="stylesheet" href="/-/live.css"><div role="alert" id="live-fault">'
    "<strong>The change could not be built; this page is the last good one.</strong>\n\n{fault}</div>"
)
_WAITING = "<!DOCTYPE html><html lang='en'><title>Building</title><body><p>The book is being built …</p></body></html>"


@dataclass(frozen=True)
class State:
    """What is known of builds: a number that counts those that ended, and the fault of the last, if any."""

    serial: int = 0
    fault: str = ""

    def write(self, path: Path) -> None:
        """Write the state; readers never see half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps({"serial": self.serial, "fault": self.fault}), encoding="utf-8")
        os.replace(draft, path)

    @staticmethod
    def read(path: Path) -> State:
        """Return the state on file."""
        return State(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else State()


def with_live_parts(page: str, state: State) -> str:
    """Return a page of HTML with the script that shows it again, and the fault when there is one."""
    script = _SCRIPT.format(serial=state.serial)
    overlay = _OVERLAY.format(fault=html.escape(state.fault)) if state.fault else ""
    head, end, tail = page.rpartition("</body>")
    return f"{head}{overlay}{script}{end}{tail}" if end else f"{page}{overlay}{script}"


def live_server(folder: Path, state: Path, port: int) -> http.server.ThreadingHTTPServer:
    """Return a server of *folder* on this machine, its port taken and not yet serving.

    Raises
    ------
    BuildError
        when the port is taken.
    """
    handler = functools.partial(_Handler, state=state, directory=str(folder))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise BuildError(f"port {port} cannot be used ({error.strerror}): choose another with --port") from None


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, state: Path, directory: str) -> None:
        self.state = state
        super().__init__(*arguments, directory=directory)

    def do_GET(self) -> None:
        """Answer with events, a page with the live parts, or a file as it is."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if self.path == EVENTS:
            self._events()
        elif self.path in _LIVE:
            self._send(*_LIVE[self.path])
        elif path.suffix == ".html" and path.is_file():
            self._page(path.read_text(encoding="utf-8"))
        elif not Path(self.directory).is_dir():
            self._page(_WAITING)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Let the browser keep nothing: the next build changes it."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Leave the terminal to the builds."""

    def _page(self, text: str) -> None:
        self._send("text/html", with_live_parts(text, State.read(self.state)))

    def _send(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        told, since = -1, time.monotonic()
        try:
            while True:
                serial = State.read(self.state).serial
                if serial != told or time.monotonic() - since > _QUIET:
                    # Said again after a quiet time, to notice that the page was closed.
                    self.wfile.write(f"data: {serial}\n\n".encode())
                    told, since = serial, time.monotonic()
                time.sleep(_TICK)
        except (BrokenPipeError, ConnectionResetError):
            return
