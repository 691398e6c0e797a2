"""Long lists one click away: folded on the screen, whole in print."""

from __future__ import annotations

from evidencebook.markdown import Myst, escape


def folded(title: str, *blocks: Myst) -> Myst:
    """Return *blocks* under a line that opens them; a link to a row inside opens them too."""
    body = "\n\n".join(block.text for block in blocks if block.text)
    return Myst(f"::::::{{dropdown}} {escape(title)}\n:class-container: folded\n\n{body}\n::::::" if body else "")
