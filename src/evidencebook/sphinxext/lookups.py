"""Sphinx extension: what Sphinx and its extensions ask for thousands of times is looked up once.

None of the answers changes within a build: which plugins are installed, and that links
written in Markdown lead to pages and labels and never to, say, a C++ function.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import Any

from myst_nb.core import render
from pybtex.plugin import find_plugin, register_plugin
from sphinx.application import Sphinx
from sphinx.config import Config

# Pages are large trees that stay; looking through them for waste each 700 objects takes a fifth of a build.
_COLLECT_AFTER = 200_000


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    register_plugin("pybtex.backends", "plaintext", find_plugin("pybtex.backends", "plaintext"), force=True)
    if not hasattr(render.load_mime_renders, "cache_info"):
        render.load_mime_renders = lru_cache(maxsize=1)(render.load_mime_renders)
    app.connect("config-inited", _ask_one_domain)
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _ask_one_domain(app: Sphinx, config: Config) -> None:
    if config.myst_ref_domains is None:
        config.myst_ref_domains = ["std"]
