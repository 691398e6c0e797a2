"""How far a long command is and what remains: a bar on a terminal, plain lines in a log, nothing when quiet.

Takes the parts that a command plans, with the seconds each may take, and what is said on the way; writes to the
standard output. What the parts are about is the caller's matter. There is no thread behind the bar, since builds
fork; it moves when somebody says how far the work is.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import IO, Any, Protocol, TextIO

# Seconds between two lines of a log that count the same part, so that a fast part takes few lines.
_PAUSE = 2.0
# The part of all expected seconds that must pass before the pace of this run outweighs what was expected.
_TRUST = 0.25
# Above so many seconds, minutes are said.
_MINUTES = 100
# Columns that a bar has at least, where the words leave so many.
_SHORTEST_BAR = 6
_BEAT = "evidencebook-share "


@dataclass(frozen=True)
class Part:
    """One part of the work: the seconds it may take, and how many things it makes (0: they are not counted)."""

    seconds: float
    of: int = 0


@dataclass(frozen=True)
class _Now:
    """Where the work is: what is being done, in words, and the words for the time that is left.

    Attributes
    ----------
    begins : whether the part begins now. counted : whether it says how much of it is done.
    share : of the part. whole : share of all parts.
    """

    text: str
    left: str
    begins: bool
    counted: bool
    share: float
    whole: float


class _View(Protocol):
    def show(self, now: _Now) -> None: ...

    def say(self, text: str) -> None: ...

    def close(self) -> None: ...


class Steps:
    """The parts of one command while it runs.

    Attributes
    ----------
    took : seconds of each part that was begun, by name; whole after `end`.
    """

    def __init__(self, view: _View) -> None:
        self.took: dict[str, float] = {}
        self._plan: dict[str, Part] = {}
        self._view = view
        self._begun = time.monotonic()
        self._name, self._since, self._share, self._done = "", self._begun, 0.0, 0

    def expect(self, plan: Mapping[str, Part]) -> None:
        """Take the parts of *plan*, in their order, for what is to be done from now on."""
        self._plan, self._begun = dict(plan), time.monotonic()

    def at(self, name: str, done: int = 0) -> None:
        """Say that part *name* is being done, and how many of its things are."""
        of = self._plan.get(name, Part(0)).of
        text = f"{done} of {max(of, done)} {name}" if of else name
        self._show(name, min(done / of, 1) if of else 0.0, text, done, counted=bool(of))

    def one_more(self, name: str) -> None:
        """Say that one more thing of part *name* is done."""
        self.at(name, self._done + 1 if name == self._name else 1)

    def share(self, name: str, share: float) -> None:
        """Say which share of part *name* is done, where things are not counted."""
        self._show(name, share, f"{name} {share:.0%}", 0, counted=True)

    def say(self, text: str) -> None:
        """Print *text* above what is shown."""
        self._view.say(text)

    def end(self) -> None:
        """End the last part and take away what is shown of it."""
        self._end_part()
        self._name = ""
        self._view.close()

    def _show(self, name: str, share: float, text: str, done: int, *, counted: bool) -> None:
        begins = name != self._name
        if begins:
            self._end_part()
            self._name, self._since = name, time.monotonic()
        self._share, self._done = share, done
        rest, whole = self._rest(), sum(part.seconds for part in self._plan.values())
        gone = 1 - rest / whole if whole else 0.0
        self._view.show(_Now(text, self._left(rest, whole), begins, counted, share, gone))

    def _end_part(self) -> None:
        if self._name:
            self.took[self._name] = self.took.get(self._name, 0.0) + time.monotonic() - self._since

    def _rest(self) -> float:
        """Return the expected seconds of what is not done; parts before the present one are over or were not needed."""
        names = list(self._plan)
        place = names.index(self._name) if self._name in names else 0
        later = sum(self._plan[name].seconds for name in names[place + 1 :])
        return later + self._plan.get(self._name, Part(0)).seconds * (1 - self._share)

    def _left(self, rest: float, whole: float) -> str:
        past = sum(self._plan[name].seconds for name in self.took if name in self._plan and name != self._name)
        past += self._plan.get(self._name, Part(0)).seconds * self._share
        trust = whole * _TRUST
        pace = (time.monotonic() - self._begun + trust) / (past + trust) if trust else 0.0
        return f"{about(rest * pace)} left" if rest * pace >= 1 else ""


_current: ContextVar[Steps | None] = ContextVar("current", default=None)


@contextmanager
def steps(*, quiet: bool = False, stream: TextIO | None = None) -> Iterator[Steps]:
    """Show how far the block is while it runs; `at`, `one_more`, `share` and `say` reach what is yielded from anywhere.

    Parameters
    ----------
    quiet : nothing is shown. stream : where to write; absent: the standard output.
    """
    shown = Steps(_view(quiet, stream or sys.stdout))
    before = _current.set(shown)
    try:
        yield shown
    finally:
        shown.end()
        _current.reset(before)


@contextmanager
def untold() -> Iterator[None]:
    """Show nothing of what the block says of its own parts: it is one part of something larger."""
    before = _current.set(None)
    try:
        yield
    finally:
        _current.reset(before)


def at(name: str, done: int = 0) -> None:
    """Say that part *name* is being done, and how many of its things are, if anybody shows it."""
    if shown := _current.get():
        shown.at(name, done)


def one_more(name: str) -> None:
    """Say that one more thing of part *name* is done, if anybody shows it."""
    if shown := _current.get():
        shown.one_more(name)


def share(name: str, share: float) -> None:
    """Say which share of part *name* is done, if anybody shows it."""
    if shown := _current.get():
        shown.share(name, share)


def say(text: str) -> None:
    """Print *text*, above what is shown if anything is."""
    if shown := _current.get():
        shown.say(text)
    else:
        print(text, flush=True)


def about(seconds: float) -> str:
    """Return *seconds* in words, as exact as a guess may be."""
    return f"about {seconds:.0f} s" if seconds < _MINUTES else f"about {seconds / 60:.0f} min"


def beat(stream: IO[str], share: float) -> None:
    """Say on *stream*, which another process reads, which share of the work is done."""
    # As one piece: several processes may write at once.
    stream.write(f"{_BEAT}{share:.3f}\n")
    stream.flush()


def heard(line: str) -> float | None:
    """Return the share that *line* says by `beat`; None when it is anything else."""
    found = re.fullmatch(rf"{_BEAT}(\d\.\d+)", line.strip())
    return float(found[1]) if found else None


def _view(quiet: bool, stream: TextIO) -> _View:
    if quiet:
        return _Nothing()
    return _Bar(stream) if stream.isatty() and os.environ.get("TERM") != "dumb" else _Log(stream)


class _Nothing:
    """Shows and says nothing."""

    def show(self, now: _Now) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Nothing to take away."""


class _Log:
    """Writes a line for each part that begins, and for each tenth of one that is counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._tenth, self._last = stream, 0, 0.0

    def show(self, now: _Now) -> None:
        """Write a line if it says enough that the last one did not."""
        self._tenth = 0 if now.begins else self._tenth
        tenth, clock = int(now.share * 10), time.monotonic()
        further = tenth > self._tenth and (now.share >= 1 or clock - self._last >= _PAUSE)
        # A part that counts nothing has no other line than that it begins.
        if further or (now.begins and not now.counted):
            self._tenth, self._last = tenth, clock
            self.say(", ".join(filter(None, [now.text, now.left])))

    def say(self, text: str) -> None:
        """Print *text*."""
        print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing to take away."""


class _Bar:
    """One line that is written over and taken away at the end. Nothing else is changed on the terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._bar = stream, None

    def show(self, now: _Now) -> None:
        """Draw the bar anew."""
        bar = self._bar = self._bar or _new_bar(self._stream)
        # The last column stays free: some terminals go to the next line when it is written.
        bar.ncols = _columns(self._stream) - 1
        bar.bar_format = f"{now.text} |{{bar}}|{_fitting(now, bar.ncols)}"
        bar.n = now.whole
        bar.refresh()

    def say(self, text: str) -> None:
        """Print *text* above the bar."""
        if self._bar is not None:
            self._bar.clear()
        print(text, file=self._stream, flush=True)
        if self._bar is not None:
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _new_bar(stream: TextIO) -> Any:
    # Not before a terminal asks for it.
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        # It would watch over the bar in a thread, and builds fork.
        monitor_interval = 0

    # A terminal may not know its height, and tqdm would take none for no room.
    return Bar(
        total=1.0, file=stream, leave=False, bar_format="{bar}", mininterval=0, ncols=_columns(stream) - 1, nrows=24
    )


def _fitting(now: _Now, columns: int) -> str:
    """Return the words for the time that is left, as many as there is room for beside the bar."""
    room = columns - len(now.text) - _SHORTEST_BAR - len(" ||")
    few = now.left.removeprefix("about ").removesuffix(" left")
    return next((f" {words}" for words in (now.left, few) if words and len(words) < room), "")


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
