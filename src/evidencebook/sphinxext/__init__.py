"""Extensions of Sphinx that turn the chapters into pages: claims, references, search, layout.

`_config.yml` names those that a book begins with; they ask for the others.
"""
