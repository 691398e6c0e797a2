"""References from outside: files of reference managers and databases, read into one kind of record.

`formats` tells the format of a file and calls its reader; `normal` brings names, titles, pages and DOIs into one
form; `duplicates` finds the same work twice; `keys` and `entries` write it into the bibliography. `adding` and
`checking` are what the command `refs` does, and `screening` takes whole searches.
"""

# Formats that are read, in the order in which a file is tried for them.
FORMATS = ("endnote-xml", "csl-json", "nbib", "ris", "bibtex")
