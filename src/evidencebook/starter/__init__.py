"""What a new synthesis starts from: the project's own templates, schema, rules and look, kept in one home.

In a checkout they are the files of the project itself. A built package carries a copy of them in
`shared/`, made while it is built (`setup.py`), so that there is nothing to keep in step. The texts that
only a new synthesis has stand in `texts/`.
"""

from __future__ import annotations

from pathlib import Path

TEMPLATES = (
    "home",
    "programme_theory",
    "realist_review",
    "evidence_map",
    "active_ingredients",
    "gap_map",
    "explorer",
    "source_audit",
    "sign_offs",
    "data_dictionary",
    "downloads",
    "whats_new",
    "glossary",
)
# Files and folders, from the root of the project, that a package must carry.
SHARED = (
    "_config.yml",
    "data/datapackage.json",
    "data/vocabulary.csv",
    "data/synthesis/strength_groups.csv",
    "data/synthesis/strength_rules.csv",
    "book/_static",
    *(f"notebooks/{name}.ipynb" for name in TEMPLATES),
)
_HERE = Path(__file__).parent


def shared() -> Path:
    """Return the folder of the shared files: in the package, else in the checkout that holds it."""
    packed = _HERE / "shared"
    return packed if packed.is_dir() else _HERE.parents[2]


def static() -> Path:
    """Return the folder of the styles and scripts of every book."""
    return shared() / "book" / "_static"


def text(name: str) -> str:
    """Return a text that only a new synthesis has."""
    return (_HERE / "texts" / name).read_text(encoding="utf-8")
