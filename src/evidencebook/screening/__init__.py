"""Screening: the results of searches as records, each work once, and what became of them.

`store` keeps a folder of CSV files, `importing` adds search results and finds duplicates, `decisions` reads what
screeners decided, `flow` counts from the records, `exporting` writes files for screening tools.
"""

# Stages of deciding, and the records that can be exported.
ABSTRACT, FULL_TEXT, DUPLICATE = STAGES = ("title_abstract", "full_text", "duplicate")
ALL, TO_SCREEN, TO_READ, INCLUDED = CHOICES = ("all", "to-screen", "to-read", "included")
