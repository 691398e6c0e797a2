"""From a form that came back to a decision: what it would do, what stands in the way, and the texts to write."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from evidencebook import evidence
from evidencebook.audit import is_uncited
from evidencebook.chapters import Evidence
from evidencebook.errors import Fault
from evidencebook.forms.applying import Texts, faults_after, rows_at_fault, texts_after, write_all
from evidencebook.forms.proposal import Change, Proposal, propose
from evidencebook.forms.reading import Form, read_form
from evidencebook.project import Project
from evidencebook.schema import load_package


@dataclass(frozen=True)
class Import:
    """A form, tried.

    Attributes
    ----------
    changes : what would be written. left : rows at fault or in conflict that are left out on demand. texts : the
    tables as they would be. blocked : faults that no leaving out mends, or all of them when none was asked for.
    uncited : works of the bibliography that no row would cite.
    """

    form: Form
    proposal: Proposal
    changes: list[Change]
    texts: Texts
    before: Texts
    blocked: list[Fault]
    left: list[Fault] = field(default_factory=list)
    uncited: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether there is something to write and nothing in the way."""
        return bool(self.changes) and not self.blocked


def try_import(project: Project, path: Path, *, only_sound: bool = False) -> Import:
    """Read the form at *path* and try what it asks for on a copy; nothing is written.

    Parameters
    ----------
    only_sound : leave rows with faults or conflicts out and try the rest.

    Raises
    ------
    DataError
        when the tables are at fault before anything is imported. `ParameterError` when *path* is no form.
    """
    loaded = evidence.load_for_entry(project)
    form = read_form(path, loaded.package)
    proposal = propose(form, loaded)
    faults = list(proposal.faults)
    tables = list(form.rows)
    changes = _without(proposal.changes, rows_at_fault(faults, form.name, tables))
    texts, found = _tried(project, loaded, form, changes)
    left = [f for f in faults if only_sound and rows_at_fault([f], form.name, tables)]
    blocked = [f for f in faults if f not in left] + found
    while only_sound and (bad := rows_at_fault(blocked, form.name, tables)):
        left += [f for f in blocked if rows_at_fault([f], form.name, tables)]
        changes = _without(changes, bad)
        texts, found = _tried(project, loaded, form, changes)
        blocked = [f for f in faults if f not in left] + found
    before = {n: (project.data / loaded.package.tables[n].path).read_text(encoding="utf-8") for n in texts}
    # Several forms may be on their way: a work that none of them has cited yet stops no other.
    uncited = sorted({f.value for f in blocked if is_uncited(f)})
    grave = sorted({f for f in blocked if not is_uncited(f)})
    return Import(form, proposal, changes, texts, before, grave, sorted(set(left)), uncited)


def write(project: Project, tried: Import) -> None:
    """Write what was tried: all tables or none."""
    write_all(project, load_package(project.data), tried.texts, tried.before)


def _tried(project: Project, loaded: Evidence, form: Form, changes: list[Change]) -> tuple[Texts, list[Fault]]:
    texts, places = texts_after(project, loaded.package, changes)
    return texts, faults_after(project, loaded.package, texts, places, form.name) if texts else []


def _without(changes: list[Change], bad: set[tuple[str, int]]) -> list[Change]:
    return [c for c in changes if (c.table, c.number) not in bad]
