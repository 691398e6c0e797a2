"""Figures: frames in, matplotlib figures out; `style.save` writes them the same way every time."""
