"""Figures: frames in, matplotlib figures out; `style.save` writes them the same way every time."""

DARK_MARK = "-dark"  # at the end of the name of a figure's variant for dark pages
