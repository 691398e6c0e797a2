"""Screening: the results of searches as records, each work once, and what became of them.

`store` keeps a folder of CSV files, `importing` adds search results and finds duplicates, `decisions` reads what
screeners decided, `flow` counts from the records, `exporting` writes files for screening tools.
"""
