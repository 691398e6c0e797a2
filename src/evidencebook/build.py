"""From checked tables to HTML and PDF, running only what is stale.

pytask decides: each chapter is a task whose dependencies are hashes (the slice of each table it
reads, the bibliography entries it cites, its template, its parameters, this package's code, the lock
file) and whose product is the chapter's notebook; the book depends on all notebooks and the
hand-written pages, the PDF on the book. Decision record 0003 says why pytask.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from evidencebook import evidence as evidence_module
from evidencebook.chapters import Chapter, Evidence, fingerprint, plan
from evidencebook.contents import check_contents, remove_leftovers
from evidencebook.errors import BuildError, EvidenceBookError
from evidencebook.project import Project
from evidencebook.prose import prose_hash
from evidencebook.schema import DESCRIPTOR

_LOCK = "requirements.lock"
_SUFFIXES = {".md", ".ipynb", ".css", ".js", ".svg", ".png", ".yml", ".bib", ".typ", ".csv"}


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
    project: Project, *, engine: str = "evidencebook", force: bool = False, pdf: bool = True, verbose: bool = False
) -> int:
    """Make what is stale; return how many chapters ran.

    Raises
    ------
    EvidenceBookError
        the first fault met; what was good before stays.
    """
    started = time.perf_counter()
    loaded = evidence_module.load(project)
    chapters = plan(project, loaded.frames)
    check_contents(project, chapters)
    checked = f"checked {len(loaded.frames)} tables and {len(loaded.references)} references"
    _say(f"{checked}, {time.perf_counter() - started:.1f} s")
    steps = _steps(project, loaded, chapters, engine, pdf, verbose)
    remove_leftovers(project, chapters)
    ran = _run(project, steps, force)
    made = sum(name.startswith("chapter ") for name in ran)
    told = f"{made} of {len(chapters)} chapters ran, {len(chapters) - made} unchanged"
    _say(f"{told}; {time.perf_counter() - started:.1f} s in all")
    _say(f"HTML  {(project.html / 'index.html').relative_to(project.root)}")
    if pdf:
        _say(f"PDF   {pdf_path(project).relative_to(project.root)}")
    return made


def explain(project: Project) -> list[str]:
    """Say for each step whether it would run and why, without running any."""
    loaded = evidence_module.load(project)
    chapters = plan(project, loaded.frames)
    steps = _steps(project, loaded, chapters, "evidencebook", True, False)
    known = _recorded(project)
    lines: list[str] = []
    stale: set[Path] = set()
    for step in steps:
        before = known.get(step.name)
        if before is None:
            why = "never made"
        elif changed := [k for k, v in step.depends.items() if before.get(f"{step.name}: {k}") != v]:
            why = "changed: " + ", ".join(changed)
        elif missing := [p.name for p in step.produces if not p.exists()]:
            why = "missing: " + ", ".join(missing)
        elif any(p in stale for p in step.after):
            why = "a chapter before it runs"
        else:
            why = ""
        if why:
            stale.update(step.produces)
        lines.append(f"{'run ' if why else 'keep'}  {step.name}" + (f"  ({why})" if why else ""))
    return lines


def pdf_path(project: Project) -> Path:
    """Where the PDF stands."""
    return project.pdf / "report.pdf"


def _steps(
    project: Project, loaded: Evidence, chapters: list[Chapter], engine: str, pdf: bool, verbose: bool
) -> list[Step]:
    code = code_hash(project)
    package = loaded.package
    steps = [_chapter_step(project, loaded, c, engine, code) for c in chapters]
    notebooks = tuple(p for s in steps for p in s.produces)

    def html() -> None:
        from evidencebook.book import build_html

        _say("HTML book ...")
        build_html(project, created=package.created, verbose=verbose)

    def paper() -> None:
        from evidencebook.pdf import build_pdf

        _say("PDF ...")
        build_pdf(project, package, pdf_path(project), verbose=verbose)

    pages = {"code": code} | _page_hashes(project)
    # The ledger lists every row, whether a chapter reads it or not.
    pages |= {f"rows of {t.name}": _file_digest(package.folder / t.path) for t in package.tables.values()}
    steps.append(Step("html", pages, (project.html / "index.html",), html, notebooks))
    if pdf:
        # After the HTML: both share what Sphinx read, and a fault in a page is reported once.
        steps.append(Step("pdf", pages, (pdf_path(project),), paper, (*notebooks, project.html / "index.html")))
    return steps


def _chapter_step(project: Project, loaded: Evidence, chapter: Chapter, engine: str, code: str) -> Step:
    def make() -> None:
        from evidencebook.execute import execute_chapter

        begun = time.perf_counter()
        execute_chapter(project, chapter, engine=engine)
        _say(f"  {chapter.slug}, {time.perf_counter() - begun:.1f} s")

    depends = {
        "template": _file_digest(chapter.template.path),
        "parameters": json.dumps(chapter.parameters, sort_keys=True) + chapter.title,
        "code": code,
        "prose": prose_hash(chapter_prose(project, chapter)),
    } | {f"rows of {name}": value for name, value in fingerprint(chapter, loaded).items()}
    return Step(f"chapter {chapter.slug}", depends, (project.chapters / f"{chapter.slug}.ipynb",), make)


def _run(project: Project, steps: list[Step], force: bool) -> list[str]:
    """Hand the steps to pytask; return the names of those that ran."""
    import pytask

    ran: list[str] = []
    failures: list[BaseException] = []
    tasks = [_task(pytask, step, ran, failures) for step in steps]
    state = project.build / "state"
    state.mkdir(parents=True, exist_ok=True)
    # A settings file of its own keeps pytask's state here, whatever stands in the folders above.
    settings = state / "pyproject.toml"
    settings.write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    pytask.console.quiet = True
    try:
        session = pytask.build(
            tasks=tasks, paths=state, config=settings, force=force, verbose=0, capture="no", max_failures=1
        )
    finally:
        pytask.console.quiet = False
    if failures:
        raise failures[0]
    if session.exit_code != pytask.ExitCode.OK:
        raise BuildError(f"the steps could not be ordered: {session.exit_code.name}")
    return ran


def _task(pytask: Any, step: Step, ran: list[str], failures: list[BaseException]) -> Any:
    def run(**_: object) -> None:
        try:
            step.make()
        except EvidenceBookError as error:
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
    """What pytask's lock file says each step depended on when it last ran."""
    import tomllib

    path = project.build / "state" / "pytask.lock"
    if not path.is_file():
        return {}
    tasks = tomllib.loads(path.read_text(encoding="utf-8")).get("task", [])
    return {t["id"]: t.get("depends_on", {}) for t in tasks}


def chapter_prose(project: Project, chapter: Chapter) -> Path:
    """Folder of the prose a chapter shows; one that does not exist where it shows none."""
    if chapter.template.all_prose:
        return project.prose
    return project.prose / chapter.parameters.get("component", "none")


@cache
def code_hash(project: Project) -> str:
    """Hash of this package's code and of the lock file: a chapter runs again when either changes."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    # The command line decides when something is made, never what a page says.
    outside = {here / "cli.py", here / "__main__.py", *(here / "commands").glob("*.py")}
    for path in sorted(p for p in here.rglob("*") if p.suffix in (".py", ".typ", ".lua") and p not in outside):
        digest.update(str(path.relative_to(here)).encode() + path.read_bytes())
    lock = project.root / _LOCK
    digest.update(lock.read_bytes() if lock.is_file() else b"")
    return digest.hexdigest()


def _page_hashes(project: Project) -> dict[str, str]:
    """Hash of everything the book reads besides the chapters."""
    paths = [project.root / n for n in ("_config.yml", "_toc.yml", "references.bib")]
    paths += [project.data / "reference_numbers.csv", project.data / DESCRIPTOR]
    paths += [
        p
        for p in (project.root / "book").rglob("*")
        if p.suffix in _SUFFIXES and not {project.chapters, project.prose} & set(p.parents)
    ]
    return {str(p.relative_to(project.root)): _file_digest(p) for p in sorted(paths) if p.is_file()}


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _say(text: str) -> None:
    print(text, flush=True)
