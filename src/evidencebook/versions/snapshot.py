"""One version of the evidence, wherever it stands, as text frames that another can be held against.

A version is a folder (a project or its data folder), an archive of one, or a git revision; each is
laid out as a folder, read once and forgotten. Cells stay text and no schema is enforced: a version
that breaks its own schema can still be compared, and says so. Goes to `diff`.
"""

from __future__ import annotations

import csv
import io
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evidencebook.bibliography import References, load_references
from evidencebook.chapters import Chapter, Evidence, plan
from evidencebook.errors import EvidenceBookError, Fault, ProjectError
from evidencebook.project import Project
from evidencebook.prose import Paragraph, load_prose
from evidencebook.schema import DESCRIPTOR, Package, load_package
from evidencebook.tables import Frames, read_tables
from evidencebook.versions.history import EVIDENCE, RECORD, export, released, revision

_ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
_LARGEST = 500_000_000


@dataclass(frozen=True)
class Snapshot:
    """One version.

    Attributes
    ----------
    name : what the user asked for. tables : text frames by table name; the record of versions is left out.
    references : None when the version comes without a bibliography. chapters : the plan of this version.
    evidence : typed frames, None when the version breaks its own schema. notes : what a reader must know.
    """

    name: str
    package: Package
    tables: Frames
    references: References | None
    prose: tuple[Paragraph, ...]
    chapters: tuple[Chapter, ...]
    evidence: Evidence | None
    notes: tuple[str, ...] = ()


def open_snapshot(project: Project, spec: str | None) -> Snapshot:
    """Return the version that *spec* names; None is the last released one.

    Parameters
    ----------
    spec : folder, archive, number of a released version, or git revision, looked for in this order.

    Raises
    ------
    ProjectError
        when nothing is called so, or it holds no data package.
    """
    with _laid_out(project, spec) as (folder, name):
        return read_snapshot(folder, name, project)


def read_snapshot(folder: Path, name: str, project: Project) -> Snapshot:
    """Read the version in *folder*; its chapters follow the templates of *project* when it has none."""
    data = _data_folder(folder, name)
    root = data.parent if data.name == "data" else data
    package = load_package(data)
    notes: list[str] = []
    references, faults = _references(root)
    if references is None:
        notes.append(f"{name} comes without references.bib: references are not compared")
    typed, found = read_tables(package, frozenset(references or ()))
    faults = [] if references is None else [*faults, *found]
    if faults:
        count = f"{len(faults)} fault" + "s" * (len(faults) > 1)
        notes.append(
            f"{name} breaks its own schema ({count}; the first: {str(faults[0]).splitlines()[0]}): compared as text"
        )
    tables = {t.name: _text(data / t.path) for t in package.tables.values() if t.name not in RECORD}
    prose = tuple(load_prose(root / "book" / "prose", root))
    templates = root if any((root / "notebooks").glob("*.ipynb")) else project.root
    try:
        chapters = tuple(plan(Project(templates), tables))
    except EvidenceBookError as error:
        chapters = ()
        notes.append(f"the chapters of {name} cannot be planned: {error}")
    evidence = None if faults else Evidence(package, typed, references or {})
    return Snapshot(name, package, tables, references, prose, chapters, evidence, tuple(notes))


@contextmanager
def _laid_out(project: Project, spec: str | None) -> Iterator[tuple[Path, str]]:
    """Give the folder in which the version stands for as long as it is read, and its name for messages."""
    path = Path(spec) if spec else None
    if path is not None and path.is_dir():
        yield path, spec or ""
        return
    with tempfile.TemporaryDirectory(prefix="evidencebook-") as temporary:
        folder = Path(temporary)
        if path is not None and path.name.endswith(_ARCHIVES):
            _unpack(path, folder)
            yield folder, path.name
            return
        commit, name = _commit(project, spec)
        export(project.root, commit, EVIDENCE, folder)
        yield folder, name


def _commit(project: Project, spec: str | None) -> tuple[str, str]:
    versions = released(project.root)
    if spec is None:
        if not versions:
            raise ProjectError(
                "no commit holds a sealed data version to compare with: name a revision, a folder or an archive"
            )
        return versions[0].commit, f"version {versions[0].version} ({versions[0].commit[:7]})"
    for sealed in versions:
        if sealed.version == spec:
            return sealed.commit, f"version {spec} ({sealed.commit[:7]})"
    return revision(project.root, spec), spec


def _unpack(path: Path, target: Path) -> None:
    try:
        if path.name.endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                _refuse_large(path, sum(i.file_size for i in archive.infolist()))
                archive.extractall(target)
        else:
            with tarfile.open(path) as archive:
                _refuse_large(path, sum(m.size for m in archive.getmembers()))
                archive.extractall(target, filter="data")
    except FileNotFoundError:
        raise ProjectError(f"there is no archive {path}") from None
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        shutil.rmtree(target, ignore_errors=True)
        raise ProjectError(f"{path} cannot be read as an archive: {error}") from None


def _refuse_large(path: Path, size: int) -> None:
    if size > _LARGEST:
        raise ProjectError(f"{path} would unpack to {size:,} bytes, more than {_LARGEST:,}: give the folder instead")


def _data_folder(folder: Path, name: str) -> Path:
    """Return where the descriptor stands: in the folder, its data folder, or below its one top folder."""
    for pattern in (DESCRIPTOR, f"data/{DESCRIPTOR}", f"*/{DESCRIPTOR}", f"*/data/{DESCRIPTOR}"):
        if found := sorted(folder.glob(pattern)):
            return found[0].parent
    raise ProjectError(
        f"{name} holds no {DESCRIPTOR}: give a report's folder, its data folder, or an archive (.zip, .tar.gz) of one"
    )


def _references(root: Path) -> tuple[References | None, list[Fault]]:
    path = next((p for p in (root / "references.bib", root / "data" / "references.bib") if p.is_file()), None)
    return (None, []) if path is None else load_references(path)


def _text(path: Path) -> pd.DataFrame:
    """Read a table as text whatever its state: missing cells are empty, a missing file has no columns."""
    if not path.is_file():
        return pd.DataFrame()
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        lines = [cells for cells in csv.reader(io.StringIO(text, newline="")) if cells]
    except csv.Error as error:
        raise ProjectError(f"{path.name} cannot be read as CSV at all: {error}") from None
    if not lines:
        return pd.DataFrame()
    width = len(lines[0])
    rows = [[*cells[:width], *[""] * (width - len(cells))] for cells in lines[1:]]
    frame = pd.DataFrame(rows, columns=lines[0], dtype=object)
    return frame.loc[:, ~frame.columns.duplicated()]
