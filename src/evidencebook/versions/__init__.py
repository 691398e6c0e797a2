"""Versions of the data: what differs between two, told as events on pages and in a feed, sealed, taken out again."""
