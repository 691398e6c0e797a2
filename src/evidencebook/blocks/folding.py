"""Long lists one click away: folded on the screen, whole in print."""

from __future__ import annotations

import re

from evidencebook.blocks.wording import count
from evidencebook.markdown import Myst, escape


def folded(title: str, *blocks: Myst) -> Myst:
    """Return *blocks* under a line that opens them and counts their rows; a link to a row inside opens them too."""
    body = "\n\n".join(block.text for block in blocks if block.text)
    rows = len(re.findall(r"\.(?:claim|rowmark)\}", body))
    told = f"{title} ({count(rows, 'row')})" if rows else title
    return Myst(f"::::::{{dropdown}} {escape(told)}\n:class-container: folded\n\n{body}\n::::::" if body else "")
