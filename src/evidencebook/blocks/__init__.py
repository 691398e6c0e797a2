"""Blocks of a page: an open chapter in, MyST out. A template calls them; they call `synthesis` and `figures`."""
