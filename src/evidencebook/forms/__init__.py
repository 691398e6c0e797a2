"""The extraction form: evidence of one component as a workbook, and the way back into the tables.

`layout` says which tables and columns a form has, `workbook` writes it, `reading` reads one that came
back, `proposal` holds it against the tables of today, `applying` tries the result and writes it,
`comparing` holds two forms against each other.
"""
