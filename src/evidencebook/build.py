"""From checked tables to HTML and PDF, running only what is stale.

pytask decides: each chapter is a task whose dependencies are hashes (`dependence` says of what) and
whose product is the chapter's notebook; the book depends on all notebooks and the hand-written pages,
the PDF on the book. Decision record 0003 says why pytask.
"""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from evidencebook import forecast, lock, progress, slices, unchanged
from evidencebook.chapters import Chapter
from evidencebook.contents import check_contents, parts_of, remove_leftovers
from evidencebook.dependence import Inputs, load_inputs, of_chapter, of_downloads, of_pages
from evidencebook.errors import BuildError, ExecutionError
from evidencebook.executors import Running, begun, run_here
from evidencebook.project import Project

_RECORD = "pytask.lock"
# Seconds between two looks at how many of the chapters that run side by side have ended.
_LOOK = 0.25


@dataclass
class Hashed:
    """A pytask node that is only a hash: changed when the text it stands for changed."""

    name: str
    value: str
    attributes: dict[Any, Any] = field(default_factory=dict)

    @property
    def signature(self) -> str:
        """Identity of the node."""
        return self.name

    def state(self) -> str:
        """Return the hash."""
        return self.value

    def load(self, is_product: bool = False) -> str:
        """Return the hash; tasks do not use it."""
        return self.value

    def save(self, value: object) -> None:
        """Nothing to save."""


@dataclass(frozen=True)
class Step:
    """One thing to make: what it depends on, what it writes, and how."""

    name: str
    depends: dict[str, str]
    produces: tuple[Path, ...]
    make: Callable[[], None]
    after: tuple[Path, ...] = ()


def build(
    project: Project,
    *,
    how: Running | None = None,
    force: bool = False,
    pdf: bool = True,
    verbose: bool = False,
    quiet: bool = False,
) -> int:
    """Make what is stale; return how many chapters ran.

    Parameters
    ----------
    how : where chapters run and with which engine; absent: in processes of this machine, forked.
    quiet : only where the results stand is said.

    Raises
    ------
    EvidenceBookError
        the first fault met; what was good before stays.
    """
    with lock.held(project, quiet=quiet):
        lock.tidy(project)
        with progress.steps(quiet=quiet) as shown:
            made = _build(project, how or Running(), shown, force=force, pdf=pdf, verbose=verbose)
    print("\n".join(project.results(pdf=pdf)), flush=True)
    return made


def _build(project: Project, how: Running, shown: progress.Steps, *, force: bool, pdf: bool, verbose: bool) -> int:
    started = time.perf_counter()
    inputs = load_inputs(project)
    chapters = inputs.chapters
    check_contents(project, chapters)
    checked = f"checked {len(inputs.evidence.frames)} tables and {len(inputs.evidence.references)} references"
    checking = time.perf_counter() - started
    shown.say(f"{checked}, {checking:.1f} s")
    waiting: dict[str, Future[Any]] = {}
    steps = _steps(inputs, pdf, verbose, how.engine, waiting)
    known = {} if force else _recorded(project)
    stale = _stale(steps, known)
    todo = _todo(project, chapters, stale)
    if line := forecast.announced(project, todo):
        shown.say(line)
    shown.expect(forecast.parts(project, todo))
    unchanged.forget(project)
    remove_leftovers(project, chapters)
    if todo.chapters:
        shown.at(forecast.CHAPTERS)
    with begun(project, [c for c in chapters if f"chapter {c.slug}" in stale], how) as running:
        waiting.update(running)
        ran = _run(project, steps, force)
    shown.end()
    unchanged.remember(project, pdf=pdf)
    forecast.remember(project, todo, shown.took)
    made = sum(name.startswith("chapter ") for name in ran)
    told = f"{made} of {len(chapters)} chapters ran, {len(chapters) - made} unchanged"
    shown.say(f"{told}; {time.perf_counter() - started:.1f} s in all")
    shown.say(forecast.told(checking, shown.took))
    return made


def _stale(steps: list[Step], known: Mapping[str, dict[str, str]]) -> set[str]:
    """Return the names of the steps that will run, as far as can be known before the first has run."""
    names: set[str] = set()
    made: set[Path] = set()
    for step in steps:
        if _why(step, known.get(step.name), made):
            names.add(step.name)
            made.update(step.produces)
    return names


def _todo(project: Project, chapters: Sequence[Chapter], stale: set[str]) -> forecast.Todo:
    from evidencebook.book import reads_all

    return forecast.Todo(
        chapters=sum(f"chapter {c.slug}" in stale for c in chapters),
        pages=sum(len(pages) for _, pages in parts_of(project)),
        html="html" in stale,
        pdf="pdf" in stale,
        whole=reads_all(project),
    )


def explain(project: Project) -> list[str]:
    """Say for each step whether it would run and why, without running any."""
    inputs = load_inputs(project)
    chapters = {f"chapter {c.slug}": c for c in inputs.chapters}
    known = _recorded(project)
    lines: list[str] = []
    stale: set[Path] = set()
    for step in _steps(inputs, True, False):
        why = _why(step, known.get(step.name), stale)
        if why and step.name in chapters and step.name in known:
            changed = _changed(step, known[step.name])
            why = "; ".join(slices.reasons(inputs, chapters[step.name], changed)) or why
        if why:
            stale.update(step.produces)
        lines.append(f"{'run ' if why else 'keep'}  {step.name}" + (f"  ({why})" if why else ""))
    return lines


def _why(step: Step, before: dict[str, str] | None, stale: set[Path]) -> str:
    if before is None:
        return "never made"
    if changed := _changed(step, before):
        return "changed: " + ", ".join(changed)
    if missing := [p.name for p in step.produces if not p.exists()]:
        return "missing: " + ", ".join(missing)
    return "a chapter before it runs" if any(p in stale for p in step.after) else ""


def _changed(step: Step, before: dict[str, str]) -> list[str]:
    """Return the names of the step's hashes that differ from those recorded, and of those that are gone."""
    prefix = f"{step.name}: "
    gone = [
        k.removeprefix(prefix) for k in before if k.startswith(prefix) and k.removeprefix(prefix) not in step.depends
    ]
    return [k for k, v in step.depends.items() if before.get(prefix + k) != v] + gone


def _steps(
    inputs: Inputs, pdf: bool, verbose: bool, engine: str = "", waiting: Mapping[str, Future[Any]] | None = None
) -> list[Step]:
    project, package = inputs.project, inputs.evidence.package
    steps = [_chapter_step(inputs, chapter, engine, waiting) for chapter in inputs.chapters]
    notebooks = tuple(p for s in steps for p in s.produces)

    def html() -> None:
        from evidencebook.book import build_html

        build_html(project, created=package.created, verbose=verbose, adding=complete)

    def complete(folder: Path) -> None:
        """Add to the new book, before readers see it, what is made from its pages."""
        from evidencebook.downloads import write_archive, write_downloads
        from evidencebook.paper import offer_paper

        making = [lambda: write_downloads(inputs, folder)]
        making += [partial(offer_paper, project, package, chapter, folder, code=inputs.code) for chapter in papers]
        making += [lambda: write_archive(folder, package.created)]
        for number, make in enumerate(making):
            progress.share(forecast.DOWNLOADS, number / len(making))
            with progress.untold():
                make()
        progress.share(forecast.DOWNLOADS, 1)

    def paper() -> None:
        from evidencebook.pdf import build_pdf

        build_pdf(project, package, project.report_pdf)

    pages = {"code": inputs.code} | of_pages(project)
    papers = [c for c in inputs.chapters if c.template.paper]
    # The downloads and the ledger hold every row, whether a chapter reads it or not.
    steps.append(Step("html", pages | of_downloads(inputs), _site(project, papers), html, notebooks))
    if pdf:
        # It is made from the pages of the HTML book.
        steps.append(Step("pdf", pages, (project.report_pdf,), paper, (*notebooks, project.html / "index.html")))
    return steps


def _site(project: Project, papers: list[Chapter]) -> tuple[Path, ...]:
    """Return what the HTML book has to hold, with the PDFs of single pages."""
    from evidencebook.downloads import ARCHIVE, FOLDER

    made = [
        path for c in papers for path in (project.pdf / c.template.paper, project.html / "_static" / c.template.paper)
    ]
    return (project.html / "index.html", *made, project.html / FOLDER / ARCHIVE)


def _chapter_step(
    inputs: Inputs, chapter: Chapter, engine: str = "", waiting: Mapping[str, Future[Any]] | None = None
) -> Step:
    """One chapter: waited for where it was started ahead of its turn, else run now."""

    def make() -> None:
        ahead = (waiting or {}).get(chapter.slug)
        try:
            if ahead:
                _wait_for(ahead, waiting or {})
            else:
                run_here(inputs.project, chapter, engine)
                progress.one_more(forecast.CHAPTERS)
        except ExecutionError as error:
            raise error.reading(slices.what_it_reads(inputs, chapter)) from None
        except BrokenExecutor:
            raise BuildError(f"{chapter.slug}: the processes that run chapters were ended from outside") from None
        slices.write_record(inputs, chapter)

    product = inputs.project.chapters / f"{chapter.slug}.ipynb"
    return Step(f"chapter {chapter.slug}", of_chapter(inputs, chapter), (product,), make)


def _wait_for(ahead: Future[Any], all_of_them: Mapping[str, Future[Any]]) -> None:
    """Wait for one chapter and say meanwhile how many of all have ended."""
    while True:
        done, _ = wait([ahead], timeout=_LOOK)
        progress.at(forecast.CHAPTERS, sum(future.done() for future in all_of_them.values()))
        if done:
            ahead.result()
            return


def _run(project: Project, steps: list[Step], force: bool) -> list[str]:
    """Hand the steps to pytask; return the names of those that ran."""
    import pytask

    ran: list[str] = []
    failures: list[BaseException] = []
    tasks = [_task(pytask, step, ran, failures) for step in steps]
    state = project.build / "state"
    state.mkdir(parents=True, exist_ok=True)
    if not _recorded(project):
        # A record that cannot be read counts as none: everything is made again.
        for record in _records(project):
            record.unlink(missing_ok=True)
    # A settings file of its own keeps pytask's state here, whatever stands in the folders above.
    settings = state / "pyproject.toml"
    settings.write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    said, screen = io.StringIO(), pytask.console.file
    pytask.console.file = said
    try:
        session = pytask.build(
            tasks=tasks, paths=state, config=settings, force=force, verbose=0, capture="no", max_failures=1
        )
    finally:
        pytask.console.file = screen
    if failures:
        raise failures[0]
    if session.exit_code != pytask.ExitCode.OK:
        # A fault of its own it prints, before rules and tallies, and does not raise.
        fault, _, _ = re.split(r"(?m)^(?=\w+Error: )", said.getvalue())[-1].partition("───")
        why = " ".join(fault.split())
        raise BuildError(f"the steps could not be run: {why} ({session.exit_code.name}; their record is in {state})")
    return ran


def _task(pytask: Any, step: Step, ran: list[str], failures: list[BaseException]) -> Any:
    def run(**_: object) -> None:
        try:
            step.make()
        except (Exception, KeyboardInterrupt) as error:
            # pytask keeps what went wrong to itself, and who stopped it: raised again by `_run`.
            failures.append(error)
            raise
        ran.append(step.name)

    depends: dict[str, Any] = {
        f"h{n}": Hashed(f"{step.name}: {key}", value) for n, (key, value) in enumerate(step.depends.items())
    }
    depends |= {f"p{n}": pytask.PathNode(name=str(p), path=p) for n, p in enumerate(step.after)}
    produces = {f"o{n}": pytask.PathNode(name=str(p), path=p) for n, p in enumerate(step.produces)}
    return pytask.TaskWithoutPath(name=step.name, function=run, depends_on=depends, produces=produces)


def _recorded(project: Project) -> dict[str, dict[str, str]]:
    """What pytask has on record that each step depended on when it last ran.

    That is its lock file, and after it the journal of a run that was cut short, a step a line. What pytask takes for
    done must be done here too: a chapter that is run all the same is waited for by nobody.
    """
    import tomllib

    lock, journal = _records(project)
    try:
        tasks = tomllib.loads(lock.read_text(encoding="utf-8")).get("task", []) if lock.exists() else []
        lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    except ValueError:
        return {}
    for line in lines:
        try:
            tasks.append(json.loads(line))
        except ValueError:
            # The run ended while it wrote this line.
            break
    return {t["id"]: t.get("depends_on", {}) for t in tasks}


def _records(project: Project) -> tuple[Path, Path]:
    """Return pytask's lock file and its journal."""
    state = project.build / "state"
    return state / _RECORD, state / f"{_RECORD}.journal"
