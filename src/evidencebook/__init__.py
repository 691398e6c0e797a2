"""Build a realist synthesis as a book from versioned evidence tables.

Data flows one way: `schema` and `tables` (CSV to typed frames) -> `audit` (cross-table rules) ->
`synthesis` (counts) -> `chapters` (the plan) -> `execute` (papermill) -> `book` (HTML) and `pdf`.
"""

__version__ = "0.4.0"
