"""The book as an RO-Crate 1.1: which rows, template, parameters and engine made which page.

Takes the plan and the files of the HTML book; goes to `ro-crate-metadata.json` beside the pages. A
page is the result of a `CreateAction` whose objects are the rows it read and its parameters, and whose
instruments are its template and the engine. See https://www.researchobject.org/ro-crate/1.1/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from evidencebook import __version__
from evidencebook.chapters import Chapter, chapter_frames
from evidencebook.citing import doi_in
from evidencebook.dependence import Inputs
from evidencebook.exports import hash_of
from evidencebook.schema import DESCRIPTOR

NAME = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
PROFILE = "https://w3id.org/ro/crate/1.1"
# The context of 1.1 is older than this property of schema.org.
_FURTHER = {"sha256": "http://schema.org/sha256"}
_ENGINE, _AUTHOR = "#engine", "#author"
_TYPES = {
    ".zip": "application/zip",
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
    ".txt": "text/plain",
    ".json": "application/json",
}
Entity = dict[str, Any]


def crate(inputs: Inputs, folder: Path, offered: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the RO-Crate of the HTML book at *folder*.

    Parameters
    ----------
    offered : the downloads, by their path in the folder.
    """
    chapters = [c for c in inputs.chapters if (folder / _page(c)).is_file()]
    files = [_file(name, content) for name, content in sorted(offered.items())]
    pages = [_file(_page(c), None, c.title) for c in chapters]
    actions = [_action(inputs, c, offered) for c in chapters]
    templates = {c.template.name: _template(c) for c in chapters}
    parameters = [entity for c in chapters for entity in _parameters(c)]
    about = {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    root = _root(inputs, [*files, *pages], actions)
    engine = {"@id": _ENGINE, "@type": "SoftwareApplication", "name": "evidencebook", "version": __version__}
    graph = [about, root, *_context(inputs), engine, *templates.values(), *parameters, *files, *pages, *actions]
    return {"@context": [CONTEXT, _FURTHER], "@graph": [_compact(entity) for entity in graph]}


def _compact(entity: Entity) -> Entity:
    """Return *entity* with each list of one value as that value, as the specification recommends."""
    return {k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in entity.items()}


def _root(inputs: Inputs, parts: list[Entity], actions: list[Entity]) -> Entity:
    package, raw = inputs.evidence.package, _descriptor(inputs)
    part = f" {package.edition.title}: only evidence where {package.edition.told}." if package.edition else ""
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": package.title,
        "description": f"{raw.get('description', package.title)}{part}",
        "datePublished": package.created,
        "version": package.version,
        "author": {"@id": _AUTHOR},
        "hasPart": _pointing(parts),
        "mentions": _pointing(actions),
    }
    for licence in raw.get("licenses", [])[:1]:
        root["license"] = {"@id": licence["path"]}
    return root | ({"isBasedOn": {"@id": _source_id(package.citation)}} if package.citation else {})


def _context(inputs: Inputs) -> list[Entity]:
    """Return who made the crate, the licence it names and the report it is based on."""
    settings = yaml.safe_load((inputs.project.root / "_config.yml").read_text(encoding="utf-8"))
    entities: list[Entity] = [{"@id": _AUTHOR, "@type": "Organization", "name": settings.get("author", "")}]
    for licence in _descriptor(inputs).get("licenses", [])[:1]:
        entities.append(
            {"@id": licence["path"], "@type": "CreativeWork", "name": licence.get("title", licence["name"])}
        )
    if citation := inputs.evidence.package.citation:
        entities.append({"@id": _source_id(citation), "@type": "ScholarlyArticle", "name": citation})
    return entities


def _action(inputs: Inputs, chapter: Chapter, offered: Mapping[str, bytes]) -> Entity:
    frames = chapter_frames(chapter, inputs.evidence)
    rows = [name for name in offered if name.endswith(f"/chapters/{chapter.slug}.zip")]
    read = ", ".join(f"{name} ({len(frame)})" for name, frame in frames.items())
    return {
        "@id": f"#make-{chapter.slug}",
        "@type": "CreateAction",
        "name": f"Make the page {chapter.title}",
        "description": f"Rows read, by table: {read or 'none'}.",
        "agent": {"@id": _AUTHOR},
        "instrument": [{"@id": _template_id(chapter)}, {"@id": _ENGINE}],
        "object": [*({"@id": name} for name in rows), *_pointing(_parameters(chapter))],
        "result": [{"@id": _page(chapter)}],
    }


def _template(chapter: Chapter) -> Entity:
    path = chapter.template.path
    return {
        "@id": _template_id(chapter),
        "@type": ["SoftwareSourceCode", "HowTo"],
        "name": f"{path.parent.name}/{path.name}",
        "programmingLanguage": "Python",
        "sha256": hash_of(path.read_bytes()),
    }


def _parameters(chapter: Chapter) -> list[Entity]:
    return [
        {"@id": f"#{chapter.slug}-{name}", "@type": "PropertyValue", "name": name, "value": value}
        for name, value in chapter.parameters.items()
    ]


def _file(path: str, content: bytes | None, name: str = "") -> Entity:
    entity: Entity = {"@id": path, "@type": "File", "name": name or path.rsplit("/", 1)[-1]}
    if content is None:
        return entity | {"encodingFormat": "text/html"}
    kind = _TYPES.get(Path(path).suffix, "application/octet-stream")
    return entity | {"encodingFormat": kind, "contentSize": str(len(content)), "sha256": hash_of(content)}


def _page(chapter: Chapter) -> str:
    return f"{chapter.document}.html"


def _source_id(citation: str) -> str:
    return doi_in(citation) or "#source"


def _template_id(chapter: Chapter) -> str:
    return f"#template-{chapter.template.name}"


def _pointing(entities: list[Entity]) -> list[dict[str, str]]:
    return [{"@id": e["@id"]} for e in entities]


def _descriptor(inputs: Inputs) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((inputs.project.data / DESCRIPTOR).read_text(encoding="utf-8"))
    return raw
