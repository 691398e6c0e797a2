"""Run the command line with ``python -m evidencebook``."""

from evidencebook.cli import main

raise SystemExit(main())
