"""The commands, one module each: `add` declares the words of the command line, `run` does the work.

A module imports what it needs inside `run`, so that no command waits for the libraries of another.
"""

from evidencebook.commands import (
    audit,
    build,
    check,
    clean,
    conclude,
    diff,
    doctor,
    form,
    new,
    plan,
    refs,
    screen,
    seal,
    sections,
    serve,
    sign_off,
    watch,
)

# In the order in which the help lists them.
COMMANDS = (
    new,
    doctor,
    check,
    sections,
    audit,
    form,
    refs,
    screen,
    plan,
    build,
    sign_off,
    diff,
    seal,
    conclude,
    serve,
    watch,
    clean,
)
