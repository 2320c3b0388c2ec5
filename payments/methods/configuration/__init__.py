"""Configuration as code: one TOML file that says which providers, methods, contracts and accounts there are.

A file describes each object it names completely (a key that is absent has its default) and says nothing of the
objects it does not name: those are left as they are, and nothing is ever deleted by a file.
"""
